import Dashboard
import Foundation
import ParallelFor

/// Work on a real server in this process, for the automatic choice of the number of threads in real time.
struct RealWork: Sendable {
  let name: String
  let items: Int
  /// The best fixed number of threads.
  let best: Int
  /// Serves an item, whose position is given.
  let serve: @Sendable (Int, RealServer) throws -> Void

  static let all = [
    RealWork(name: "W1 4 places, constant", items: 6_000, best: 4) { try $1.pass(places: 4, seconds: 0.005) },
    RealWork(name: "W2 16 places, log-normal 1", items: 16_000, best: 16) {
      try $1.pass(places: 16, seconds: logNormal(0.005, 1, $0))
    },
    RealWork(name: "W4 one core each", items: 3_000, best: ProcessInfo.processInfo.activeProcessorCount) { _, _ in
      spin(seconds: 0.005)
    },
    RealWork(name: "W8 4 places, 16 from half", items: 16_000, best: 16) {
      try $1.pass(places: $0 < 8_000 ? 4 : 16, seconds: logNormal(0.005, 0.3, $0))
    },
    RealWork(name: "W11 failures beyond 12", items: 12_000, best: 12) {
      try $1.pass(places: 64, refusing: 12, seconds: logNormal(0.005, 0.3, $0))
    },
  ]

  private static func logNormal(_ median: Double, _ spread: Double, _ position: Int) -> Double {
    var random = RepeatableRandom(seed: UInt64(position + 1))
    return median * exp(spread * random.normal())
  }

  /// Uses processor time.
  private static func spin(seconds: Double) {
    var spent = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent)
    let end = Double(spent.tv_sec) + Double(spent.tv_nsec) / 1e9 + seconds
    while Double(spent.tv_sec) + Double(spent.tv_nsec) / 1e9 < end { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) }
  }

  /// Runs all items and returns the seconds that it took and the number of threads in the end.
  ///
  /// - Parameter threads: The number of threads; nil for an automatic one.
  func run(threads: Int?) -> (seconds: Double, threads: Int) {
    let server = RealServer()
    let policy = RunPolicy(attempts: 1_000, backoff: Backoff(first: .milliseconds(50)))
    let start = MonotonicClock.now
    let run = (0..<items).startParallelRun(threads: threads ?? 8, policy: policy, inOrder: false, isObserved: true) {
      [serve] position, _ in try serve(position, server)
    }
    if threads == nil { run.setThreads(.automatic(upTo: 64)) }
    var last = threads ?? 8
    while run.takeDelivered() != nil {
      for event in run.takeEvents() { if case .automaticThreads(let choice?) = event.kind { last = choice.threads } }
    }
    let seconds = Double(MonotonicClock.now.nanoseconds(since: start)) / 1e9
    run.waitUntilOver()
    return (seconds, last)
  }

  /// Runs it automatically and with the best number of threads, in turns, and returns a line of the table.
  func line(rounds: Int) -> String {
    var losses: [Double] = []
    var finals: [Int] = []
    for _ in 0..<rounds {
      let (automatic, fixed) = (run(threads: nil), run(threads: best))
      losses.append(automatic.seconds / fixed.seconds - 1)
      finals.append(automatic.threads)
    }
    let sorted = finals.sorted()
    return name.padding(toLength: 32, withPad: " ", startingAt: 0)
      + String(
        format: "%6d%15.1f %%%7.1f %%%16d%7d–%d", best, 100 * median(of: losses), 100 * (losses.max() ?? 0),
        sorted[sorted.count / 2], sorted.first ?? 0, sorted.last ?? 0)
  }
}

/// A server with a changeable number of places, which items pass in the order in which they arrive.
final class RealServer: @unchecked Sendable {
  struct Refused: Error {}

  private let monitor = Monitor()
  private let left = Condition()
  private var busy = 0
  private var present = 0

  /// Waits for a place, keeps it for a time, and leaves.
  ///
  /// - Parameter most: The number of items beyond which it refuses further ones; nil for no limit.
  func pass(places: Int, refusing most: Int? = nil, seconds: Double) throws {
    let isRefused = monitor.withLock {
      if let most, present >= most { return true }
      present += 1
      while busy >= places { monitor.wait(for: left) }
      busy += 1
      return false
    }
    if isRefused { throw Refused() }
    Thread.sleep(forTimeInterval: seconds)
    monitor.withLock {
      busy -= 1
      present -= 1
      left.broadcast()
    }
  }
}
