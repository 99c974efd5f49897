import Attempts
import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a system call waits for.
enum SystemWait {
  case unknown, input, output, connection, poll, select, epoll, sleep, children, thread, fileLock, disk

  init(_ number: Int) {
    self =
      switch cposix_wait_of_call(number) {
      case cposix_wait_input: .input
      case cposix_wait_output: .output
      case cposix_wait_connection: .connection
      case cposix_wait_poll: .poll
      case cposix_wait_select: .select
      case cposix_wait_epoll: .epoll
      case cposix_wait_sleep: .sleep
      case cposix_wait_children: .children
      case cposix_wait_thread: .thread
      case cposix_wait_file_lock: .fileLock
      case cposix_wait_disk: .disk
      default: .unknown
      }
  }
}

/// Looks at the processes of one command, where the system has files that describe them.
struct ProcessTree {
  /// The most processes, and the most threads or descriptors of one, that a look reads.
  private static let most = 64
  private static let tick = 1_000_000_000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
  private static let page = Int64(sysconf(Int32(_SC_PAGESIZE)))

  /// The other ends of sockets, by their numbers. Finding one reads the tables of all connections.
  private var peers: [UInt64: String?] = [:]

  /// Returns a process and its descendants. What ends meanwhile is left out.
  mutating func look(at leader: Int32) -> [ProcessReading] {
    var found: [ProcessReading] = []
    var left = [leader]
    while let process = left.popLast(), found.count < Self.most {
      guard let reading = read(process) else { continue }
      found.append(reading)
      left += reading.children
    }
    return found
  }

  /// Returns a process that has ended and is not reaped, with its delay.
  static func delay(ofEnded process: Int32) -> (id: ProcessReading.ID, delay: Int64)? {
    guard let text = ProcessFiles.text("/proc/\(process)/stat"),
      let reading = ProcessReading(text, tick: tick, page: page), let delay = delay("/proc/\(process)/schedstat")
    else { return nil }
    return (reading.id, delay)
  }

  private mutating func read(_ process: Int32) -> ProcessReading? {
    let folder = "/proc/\(process)"
    guard let text = ProcessFiles.text("\(folder)/stat"),
      var reading = ProcessReading(text, tick: Self.tick, page: Self.page)
    else { return nil }
    let threads = reading.threads > 1 ? ProcessFiles.numbers(in: "\(folder)/task", limit: Self.most) : [Int(process)]
    let tasks = threads.map { "\(folder)/task/\($0)" }
    reading.children = tasks.flatMap { task in
      (ProcessFiles.text("\(task)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }
    let delays = tasks.compactMap { Self.delay("\($0)/schedstat") }
    reading.runDelay = delays.isEmpty ? nil : delays.reduce(0, +)
    reading.wait = wait(of: folder, reading.state)
    return reading
  }

  /// Reads the second number: how long a thread was ready without a processor.
  private static func delay(_ path: String) -> Int64? {
    let words = (ProcessFiles.text(path) ?? "").split { $0 == " " || $0 == "\n" }
    return words.count > 1 ? Int64(words[1]) : nil
  }

  private mutating func wait(of folder: String, _ state: Character) -> ProcessWait? {
    var peers = peers
    defer { self.peers = peers }
    return WaitReading(
      state: state, call: state == "S" ? ProcessFiles.text("\(folder)/syscall") : nil,
      target: { ProcessFiles.target(of: "\(folder)/fd/\($0)") },
      peer: { socket in
        if let known = peers[socket] { return known }
        let tables = ["tcp", "tcp6", "udp", "udp6"].lazy.compactMap { ProcessFiles.text("\(folder)/net/\($0)") }
        let peer = tables.compactMap { SocketTable.peer(of: socket, in: $0) }.first
        peers[socket] = .some(peer)
        return peer
      }, descriptors: { ProcessFiles.numbers(in: "\(folder)/fd", limit: Self.most) }
    ).wait
  }
}

/// Looks at a command that runs for more than a second, less and less often, and finds out why it took its time.
///
/// A command that ends within a second is never looked at, because that would cost more than many of them.
struct CommandWatch {
  /// The age of the first look, in nanoseconds.
  private static let first: Int64 = 1_000_000_000
  /// The shortest and the longest time between two looks, in nanoseconds.
  private static let shortest: Int64 = 100_000_000
  private static let longest: Int64 = 1_000_000_000

  private var tree = ProcessTree()
  private var usage = CommandUsage()
  private var next = first

  /// How long to wait for the next look, in milliseconds.
  func pause(at age: Int64) -> Int32 { Int32(clamping: max(0, next - age) / 1_000_000 + 1) }

  /// Looks at the command if it is time.
  ///
  /// - Returns: what is known of the command now; nil if it was not looked at.
  mutating func look(at leader: Int32, age: Int64) -> LiveOutputs.Progress? {
    guard age >= next else { return nil }
    usage.add(tree.look(at: leader), at: age)
    next = age + min(Self.longest, max(Self.shortest, age / 10))
    guard hasLooked else { return nil }
    return LiveOutputs.Progress(cpu: usage.cpu, memory: usage.memory, reason: usage.now)
  }

  /// Whether it has looked at the command.
  var hasLooked: Bool { usage.looks > 0 }

  /// Notes the delay of the command's first process, which has ended and is not reaped.
  mutating func end(of leader: Int32) {
    guard let (id, delay) = ProcessTree.delay(ofEnded: leader) else { return }
    _ = usage.noteDelay(delay, of: id)
  }

  /// Returns why the command took its time.
  func reasons(wall: Int64, cpu: Int64?) -> [Reason] {
    CommandReasons.reasons(wall: wall, cpu: cpu, usage: hasLooked ? usage : nil)
  }
}
