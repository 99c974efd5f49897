/// A process as one look at it shows.
struct ProcessReading: Equatable {
  /// A process; its number alone may be used again.
  struct ID: Hashable {
    var process: Int32
    /// When it started, in ticks since the machine did.
    var start: UInt64
  }

  var id: ID
  /// Its state in one letter, as `ps` shows it.
  var state: Character
  /// Its processor time, and that of the children for which it has waited, in nanoseconds.
  var cpu: Int64
  /// The memory that it uses now, in bytes.
  var memory: Int64
  /// The number of its threads.
  var threads: Int
  /// How long its threads were ready without a processor, in nanoseconds; nil if the system does not tell.
  var runDelay: Int64?
  /// The processes that it started and that still exist.
  var children: [Int32] = []
  /// What it waits for; nil if it does not wait, or that is not known.
  var wait: ProcessWait?

  /// Reads the text of `/proc/PID/stat`.
  ///
  /// - Parameters:
  ///   - text: the text. The name of the program in it may contain anything, also brackets and line ends.
  ///   - tick: the unit of processor times, in nanoseconds.
  ///   - page: the size of a page of memory, in bytes.
  init?(_ text: String, tick: Int64, page: Int64) {
    guard let process = Int32(text.prefix { $0 != " " }), let end = text.lastIndex(of: ")") else { return nil }
    let words = text[text.index(after: end)...].split { $0 == " " || $0 == "\n" }
    // The first word is the third field of the file.
    guard words.count > 21, let state = words[0].first, let start = UInt64(words[19]) else { return nil }
    let times = words[11...14].compactMap { Int64($0) }
    guard times.count == 4, let threads = Int(words[17]), let pages = Int64(words[21]) else { return nil }
    id = ID(process: process, start: start)
    self.state = state
    cpu = times.reduce(0, +) * tick
    memory = max(0, pages) * page
    self.threads = threads
  }
}

/// What a process waits for.
enum ProcessWait: Hashable {
  case sleep
  case disk
  /// The other end of a connection.
  case network(String)
  /// Another process that reads or writes a pipe, or a terminal.
  case pipe(String)
  case children
  case thread
  case fileLock

  /// The order in which waits of several processes of one command explain it. A process often waits for another one
  /// through a pipe.
  var rank: Int {
    switch self {
    case .disk: 0
    case .network: 1
    case .fileLock: 2
    case .sleep: 3
    case .thread: 4
    case .pipe: 5
    case .children: 6
    }
  }
}

/// What a process waits for, as far as it can be told from its system call and its open files.
struct WaitReading {
  /// The state in one letter.
  var state: Character
  /// The text of `/proc/PID/syscall`; nil if it may not be read.
  var call: String?
  /// Returns what a descriptor is open on, such as `pipe:[5]`.
  var target: (Int) -> String?
  /// Returns the other end of the socket with a number, such as `10.0.0.5:5432`.
  var peer: (UInt64) -> String?
  /// Returns the descriptors of the process.
  var descriptors: () -> [Int]

  /// What the process waits for; nil if that is not certain.
  var wait: ProcessWait? {
    if state == "D" { return .disk }
    guard state == "S", let call else { return nil }
    let words = call.split { $0 == " " || $0 == "\n" }
    guard words.count > 3, let number = Int(words[0]), number >= 0 else { return nil }
    let arguments = words[1...2].map { Int($0.dropFirst(2), radix: 16) ?? 0 }
    return wait(SystemWait(number), arguments)
  }

  /// Returns what a kind of system call with two arguments waits for.
  func wait(_ kind: SystemWait, _ arguments: [Int]) -> ProcessWait? {
    switch kind {
    case .input: other(arguments[0], pipe: "its input pipe")
    case .output: other(arguments[0], pipe: "its output pipe")
    case .connection: .network("an incoming connection")
    case .poll: arguments[1] == 0 ? .sleep : onlyPeer
    case .select: arguments[0] == 0 ? .sleep : onlyPeer
    case .epoll: onlyPeer
    case .sleep: .sleep
    case .children: .children
    case .thread: .thread
    case .fileLock: .fileLock
    case .disk: .disk
    case .unknown: nil
    }
  }

  private func other(_ descriptor: Int, pipe: String) -> ProcessWait? {
    guard let target = target(descriptor) else { return nil }
    if target.hasPrefix("pipe:") { return .pipe(pipe) }
    if target.hasPrefix("/dev/tty") || target.hasPrefix("/dev/pts/") { return .pipe("a terminal") }
    return Self.socket(target).map { .network(peer($0) ?? "a local socket") }
  }

  /// The other end of its only connection, if it has one. It may wait for any of several.
  private var onlyPeer: ProcessWait? {
    let peers = Set(descriptors().compactMap(target).compactMap(Self.socket).compactMap(peer))
    guard let peer = peers.first else { return nil }
    return .network(peers.count == 1 ? peer : "the network")
  }

  /// Returns the number in `socket:[42]`.
  private static func socket(_ target: String) -> UInt64? {
    guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
    return UInt64(target.dropFirst(8).dropLast())
  }
}

/// The connections of a machine.
enum SocketTable {
  /// Finds the other end of a socket in the text of a table such as `/proc/net/tcp`.
  ///
  /// - Returns: nil if the socket is not in it, or has no other end.
  static func peer(of number: UInt64, in table: String) -> String? {
    let wanted = String(number)
    for line in table.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ")
      guard words.count > 9, words[9] == wanted else { continue }
      return address(words[2])
    }
    return nil
  }

  /// Reads `0500000A:1538`, an address in the order of bytes of this machine and a port.
  private static func address(_ text: Substring) -> String? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16), port > 0 else { return nil }
    let digits = Array(parts[0])
    guard digits.count == 8 || digits.count == 32 else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 8) {
      guard let word = UInt32(String(digits[start..<start + 8]), radix: 16) else { return nil }
      withUnsafeBytes(of: word) { bytes += $0 }
    }
    return "\(bytes.count == 4 ? dotted(bytes) : version6(bytes)):\(port)"
  }

  private static func dotted(_ bytes: [UInt8]) -> String { bytes.map { "\($0)" }.joined(separator: ".") }

  private static func version6(_ bytes: [UInt8]) -> String {
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    if isMapped { return dotted(Array(bytes[12...])) }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return "[\(shortened(groups))]"
  }

  /// Leaves out the longest run of zeros, if it has more than one.
  private static func shortened(_ groups: [UInt16]) -> String {
    var longest = 0..<0
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start > max(1, longest.count) { longest = start..<end }
      start = max(end, start) + 1
    }
    let words = groups.map { String($0, radix: 16) }
    guard !longest.isEmpty else { return words.joined(separator: ":") }
    let (before, after) = (words[..<longest.lowerBound], words[longest.upperBound...])
    return "\(before.joined(separator: ":"))::\(after.joined(separator: ":"))"
  }
}
