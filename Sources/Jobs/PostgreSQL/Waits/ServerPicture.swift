import Attempts
import ParallelFor

/// What the server's processes of a run did at one moment: one sample.
struct ServerPicture: Equatable {
  /// A process of the server that runs a statement of ours.
  struct Backend: Equatable {
    var pid: Int32
    /// The worker whose statement it runs; nil if its name tells none.
    var worker: WorkerID?
    /// The process that it helps; nil if it runs a statement of its own.
    var leader: Int32?
    /// What it waits for, as the server classifies waits; nil if it waits for nothing that the server knows.
    var waitType: String?
    var wait: String?
  }

  /// A process that another one waits for.
  struct Block: Equatable {
    var waiter: Int32
    var blocker: Int32
    var about: Blocker?
  }

  /// What is known about a process that blocks others.
  struct Blocker: Equatable {
    /// The worker of this run to which it belongs; nil if it is a stranger.
    var worker: WorkerID?
    /// The name of its program.
    var name: String
    /// The kind of process; nil if the role may not see it.
    var kind: String?
    /// What it does, such as `idle in transaction`; nil if the role may not see it.
    var state: String?
    /// For how long, in seconds.
    var seconds: Int?
  }

  var backends: [Backend] = []
  /// The blocks of the processes that wait for a lock, up to the roots.
  var blocks: [Block] = []

  /// The processes that wait for a lock, whose blockers must be asked for.
  var waitingForLocks: [Int32] { backends.filter { $0.waitType == "Lock" }.map(\.pid) }

  /// Returns why the statement of a worker takes its time; nil if that is not known.
  ///
  /// - Parameter items: the items that the workers run.
  func reason(of worker: WorkerID, items: [WorkerID: ItemID]) -> Reason? {
    let own = backends.filter { $0.worker == worker && $0.leader == nil }
    // Through a pooler, two servers can have the name of one worker.
    guard own.count == 1 else { return nil }
    return reason(of: own[0], items)
  }

  private func reason(of backend: Backend, _ items: [WorkerID: ItemID]) -> Reason? {
    guard let type = backend.waitType else { return Reason(.cpu) }
    let wait = backend.wait ?? ""
    switch type {
    case "Lock": return LockChain(of: backend.pid, blocks, items).reason(wait)
    case "LWLock": return Reason(.lightweightLock, subject: wait)
    case "BufferPin": return Reason(.bufferPin, subject: wait)
    case "IO": return Reason(.io, subject: wait)
    case "IPC": return Reason(.processes, subject: helpers(of: backend) ?? wait)
    case "Extension": return Reason(.serverExtension, subject: wait)
    case "Timeout": return Reason(.sleep, subject: wait == "PgSleep" ? "pg_sleep" : wait)
    // The server waits for a statement or for its values: it has none to run.
    case "Client": return wait == "ClientWrite" ? Reason(.client) : nil
    default: return nil
    }
  }

  private func helpers(of backend: Backend) -> String? {
    let count = backends.count { $0.leader == backend.pid && $0.pid != backend.pid }
    return count == 0 ? nil : "\(count) parallel worker\(count == 1 ? "" : "s")"
  }
}

/// The processes between one that waits for a lock and the one that must act first.
struct LockChain {
  private typealias Link = (pid: Int32, about: ServerPicture.Blocker?)

  /// The blockers from the nearest one to the root; empty if the blocker has gone.
  private var links: [Link] = []
  private let items: [WorkerID: ItemID]

  /// Finds the nearest process that blocks and does not wait itself. In a circle, which the server resolves soon, there is
  /// none, and the nearest blocker takes its place.
  init(of waiter: Int32, _ blocks: [ServerPicture.Block], _ items: [WorkerID: ItemID]) {
    self.items = items
    // A parallel query can be listed as its own blocker.
    let real = blocks.filter { $0.waiter != $0.blocker }
    let next = { (pid: Int32) in real.filter { $0.waiter == pid }.map { ($0.blocker, $0.about) as Link } }
    var paths: [[Link]] = next(waiter).map { [$0] }
    var seen: Set<Int32> = [waiter]
    links = paths.first ?? []
    while !paths.isEmpty {
      let path = paths.removeFirst()
      guard let last = path.last, seen.insert(last.pid).inserted else { continue }
      let further = next(last.pid)
      if further.isEmpty {
        links = path
        return
      }
      paths += further.map { path + [$0] }
    }
  }

  /// Returns the reason of an item that waits for a kind of lock.
  func reason(_ lock: String) -> Reason {
    guard let root = links.last else { return Reason(.lock, subject: lock, detail: "blocker gone") }
    let behind = links.dropLast().first.map { ", behind \(words($0))" } ?? ""
    return Reason(.lock, subject: lock, detail: "← \(words(root))\(behind)", remedy: remedy(root))
  }

  private func words(_ link: Link) -> String {
    guard link.pid != 0 else { return "pid 0: a prepared transaction" }
    guard let about = link.about else { return "pid \(link.pid), gone" }
    if let worker = about.worker { return "worker \(worker)" + (items[worker].map { ", item \($0)" } ?? "") }
    if about.kind == "autovacuum worker" { return "autovacuum" }
    guard about.kind != nil || about.state != nil else {
      return "pid \(link.pid) (no right to see it; needs pg_read_all_stats)"
    }
    let state = about.state.map { $0 + (about.seconds.map { " \(Self.age($0))" } ?? "") }
    let kind = about.kind == "client backend" ? nil : about.kind
    let parts = [about.name.isEmpty ? kind : about.name, state].compactMap { $0 }
    return (["pid \(link.pid)"] + parts).joined(separator: ", ")
  }

  private func remedy(_ link: Link) -> String {
    if link.pid == 0 { return "committing the prepared transaction" }
    guard let about = link.about else { return "" }
    if about.worker != nil { return "keeping items that change the same rows apart" }
    let isIdle = about.state?.hasPrefix("idle in transaction") ?? false
    return isIdle ? "ending the transaction of pid \(link.pid)" : ""
  }

  private static func age(_ seconds: Int) -> String {
    switch max(0, seconds) {
    case let time where time < 60: "\(time) s"
    case let time where time < 3_600: "\(time / 60) m"
    case let time where time < 86_400: "\(time / 3_600) h"
    case let time: "\(time / 86_400) d"
    }
  }
}
