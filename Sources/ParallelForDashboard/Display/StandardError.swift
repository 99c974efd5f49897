import CTerminalGuard
import ParallelFor
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Writes lines for the user to standard error, without anything that a terminal would interpret.
///
/// A stalled reader blocks nothing. During a run, lines wait here, and a signal that ends the program does not wait for
/// the reader.
package enum StandardError {
  /// How long the program waits at its end for a reader that takes nothing, in milliseconds.
  private static let patience: Int32 = 500
  /// How often a waiting write checks whether the program must end, in milliseconds.
  private static let pollTime: Int32 = 50

  private static let lock = Lock()
  nonisolated(unsafe) private static var queue = LineQueue()
  nonisolated(unsafe) private static var isHurried = false
  /// How long the reader has taken nothing while the program had to end, in milliseconds, across all lines.
  nonisolated(unsafe) private static var waited: Int32 = 0

  /// Writes one line, and waits for the reader unless the program must end. Without a reader, only the line is lost.
  package static func write(_ line: String) {
    lock.withLock {
      queue.add(line)
      drain()
    }
  }

  /// Writes one line as soon as the reader takes it: now, or in a later call.
  static func offer(_ line: String) {
    lock.withLock {
      queue.add(line)
      send()
    }
  }

  /// Writes as many of the waiting lines as the reader takes.
  static func sendWaiting() {
    lock.withLock { if !queue.isEmpty { send() } }
  }

  /// Makes all later writes wait only briefly for the reader.
  static func hurry() { lock.withLock { isHurried = true } }

  /// The width of the terminal in columns; nil if standard error is no terminal.
  package static var columns: Int? { Terminal.windowSize(STDERR_FILENO)?.width }

  /// Rings the bell of the terminal, if standard error is one.
  static func ring() {
    guard columns != nil else { return }
    lock.withLock { withDescriptor { _ = tg_write_some($0, "\u{7}", 1) } }
  }

  /// Writes a text that may have several lines.
  package static func writeRaw(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
  }

  private static func send() {
    withDescriptor { descriptor in queue.send { tg_write_some(descriptor, $0.baseAddress, UInt($0.count)) } }
  }

  private static func drain() {
    let before = Signals.endings
    withDescriptor { descriptor in
      while true {
        let hasMoved = queue.send { tg_write_some(descriptor, $0.baseAddress, UInt($0.count)) }
        if queue.isEmpty { return }
        let isWanted = isHurried || Signals.endings != before
        if hasMoved { waited = 0 } else if isWanted { waited += pollTime }
        guard !isWanted || waited <= patience else { return queue.forget() }
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, pollTime)
      }
    }
  }

  /// Opens standard error for one call, because it leads elsewhere while the screen is up.
  private static func withDescriptor(_ body: (Int32) -> Void) {
    let descriptor = tg_open_patient(STDERR_FILENO)
    guard descriptor >= 0 else { return queue.forget() }
    defer { close(descriptor) }
    body(descriptor)
  }
}

/// A queue of lines that wait for a reader.
struct LineQueue {
  /// The number of waiting bytes from which further lines are dropped.
  private static let most = 65_536

  private var bytes: [UInt8] = []
  private var sent = 0

  /// Whether no bytes wait.
  var isEmpty: Bool { sent == bytes.count }

  /// Adds one line, with unsafe characters replaced, unless too many bytes wait already.
  mutating func add(_ line: String) {
    guard isEmpty || bytes.count - sent < Self.most else { return }
    bytes.removeFirst(sent)
    sent = 0
    bytes += Array((SafeText.visible(line) + "\n").utf8)
  }

  /// Passes the waiting bytes to `write` until it takes no more.
  ///
  /// - Parameter write: Returns the number of bytes taken: 0 for none now, a negative number for none ever.
  /// - Returns: Whether any bytes were taken.
  @discardableResult
  mutating func send(_ write: (UnsafeRawBufferPointer) -> Int) -> Bool {
    let before = sent
    while !isEmpty {
      let count = bytes[sent...].withUnsafeBytes(write)
      if count == 0 { break }
      if count < 0 {
        forget()
        return false
      }
      sent += count
    }
    return sent > before
  }

  /// Drops the waiting bytes.
  mutating func forget() {
    bytes = []
    sent = 0
  }
}

/// A second descriptor for the file of another one, on which writing does not wait for the reader.
///
/// The other descriptor stays unchanged, because it may be shared with programs that expect blocking writes.
package final class PatientDescriptor: Sendable {
  private enum Kind {
    /// Writing never waits.
    case neverWaits
    /// Each call can be told not to wait.
    case socket
    /// It could not be opened again. If there is room at all, a piece of this size normally does not wait.
    case mayWait(piece: Int)
  }

  /// The descriptor, to poll for room.
  package let number: Int32
  private let kind: Kind

  /// - Returns: nil if the system cannot provide a descriptor.
  package init?(_ descriptor: Int32) {
    let number = tg_open_patient(descriptor)
    guard number >= 0 else { return nil }
    self.number = number
    kind = Self.kind(of: number)
  }

  deinit { close(number) }

  private static func kind(of number: Int32) -> Kind {
    if fcntl(number, F_GETFL) & O_NONBLOCK != 0 { return .neverWaits }
    var status = stat()
    if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { return .socket }
    return .mayWait(piece: isatty(number) == 1 ? 512 : 4_096)
  }

  /// Writes as much as there is room for.
  ///
  /// - Returns: The number of bytes; -1 with `errno`, which is `EAGAIN` if there is no room now.
  package func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch kind {
    case .neverWaits: writeBytes(number, bytes.baseAddress, bytes.count)
    case .socket: send(number, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
    case .mayWait(let piece): writeIfReady(bytes.prefix(piece))
    }
  }

  private func writeIfReady(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    var ready = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    guard poll(&ready, 1, 0) > 0 else {
      errno = EAGAIN
      return -1
    }
    let piece = UnsafeRawBufferPointer(rebasing: bytes)
    return writeBytes(number, piece.baseAddress, piece.count)
  }
}

/// The system call, which a method named `write` hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
