import OSText
import ParallelForDashboard
import RunStore
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A log on its way into a file; whatever happens, the file ends with a whole line. Used by one thread.
final class LogFile {
  /// Lines are gathered up to this size before they are written.
  private static let pieceSize = 256 << 10

  let wish: LogWish
  private let descriptor: Int32
  private let sink: ByteSink
  private let isTerminal: Bool
  private var command: RecordedCommand?
  private var lines: [UInt8] = []
  /// Why the file could not be written any further; nil while all is well, and when a pipe's reader has closed it.
  private(set) var problem: String?

  /// Opens the file and leaves what it holds.
  ///
  /// - Throws: when it cannot be written.
  init(_ wish: LogWish) throws(AppError) {
    self.wish = wish
    // Without the flag, a pipe that nobody reads would hold the program here.
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
    descriptor = open(wish.path.osPath, flags, 0o666)
    guard descriptor >= 0 else {
      let reason = errno == ENXIO ? "no program reads this pipe" : String(cString: strerror(errno))
      throw AppError("\(wish.path): cannot be written: \(reason)")
    }
    sink = ByteSink(descriptor: descriptor, ownsDescriptor: true, hasName: true)
    isTerminal = isatty(descriptor) == 1
  }

  /// Whether lines are still wanted.
  var isOpen: Bool { sink.problem == nil }

  /// Begins the log of a run, or goes on with what the file holds; ``flush()`` writes what belongs at its beginning.
  func begin(_ run: RunRecord, continues: Bool) {
    command = RecordedCommand(run)
    if !continues { ftruncate(descriptor, 0) }
    switch lastByte {
    case nil: put(wish.form.header(run))
    case UInt8(ascii: "\n"): break
    // A power cut has torn the last line: what follows begins a new one.
    case .some: put([UInt8(ascii: "\n")])
    }
  }

  /// Writes the lines of entries.
  func write(_ entries: [LogEntry]) {
    guard let command else { return }
    for entry in entries where isOpen {
      if let line = wish.form.line(entry, command: command) { put(line) }
    }
    flush()
  }

  /// Takes notice that nothing more will be written.
  func finish() {
    guard isOpen else { return }
    sink.finish()
    if case .failed(let reason) = sink.problem { problem = "\(wish.path): is not there: \(reason)" }
  }

  /// Lets writes give up when the reader has taken nothing for a number of milliseconds; safe from any thread.
  func giveUp(after milliseconds: Int) { sink.giveUp(after: milliseconds) }

  private func put(_ line: [UInt8]) {
    // What strangers wrote must not steer a terminal.
    lines += isTerminal ? Array((SafeText.visible(String(decoding: line.dropLast(), as: UTF8.self)) + "\n").utf8) : line
    if lines.count >= Self.pieceSize { flush() }
  }

  /// Writes what has been gathered.
  func flush() {
    guard isOpen, !lines.isEmpty else { return }
    let start = lseek(descriptor, 0, SEEK_END)
    sink.write(lines)
    sink.flush()
    if let found = sink.problem, found != .closed {
      keepWholeLines(from: start)
      problem = "\(wish.path): cannot be written: \(found.words); this log ends there, and the run goes on"
    }
    lines.removeAll(keepingCapacity: true)
  }

  /// Takes away the beginning of a line for which there was no room.
  private func keepWholeLines(from start: off_t) {
    let written = Int(lseek(descriptor, 0, SEEK_END) - start)
    guard start >= 0, written > 0, written < lines.count else { return }
    let whole = lines[..<written].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    ftruncate(descriptor, start + off_t(whole))
  }

  /// The last byte of a regular file; nil if there is none.
  private var lastByte: UInt8? {
    let reading = open(wish.path.osPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard reading >= 0 else { return nil }
    defer { close(reading) }
    var status = stat()
    guard fstat(reading, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
    var byte: UInt8 = 0
    return pread(reading, &byte, 1, status.st_size - 1) == 1 ? byte : nil
  }
}
