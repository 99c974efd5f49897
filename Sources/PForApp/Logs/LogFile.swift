import OSText
import ParallelForDashboard
import RunStore
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A log file that always ends with a complete line; used by one thread.
final class LogFile {
  /// The size up to which lines are collected before they are written, in bytes.
  private static let pieceSize = 256 << 10

  let request: LogRequest
  private let descriptor: Int32
  private let sink: ByteSink
  private let isTerminal: Bool
  private var command: RecordedCommand?
  private var lines: [UInt8] = []
  /// Why the log is incomplete; nil if it is not, and also if the reader of a pipe has closed it.
  private(set) var problem: String?

  /// Opens the file and keeps its contents.
  ///
  /// - Throws: if the file cannot be written.
  init(_ request: LogRequest) throws(AppError) {
    self.request = request
    // Without O_NONBLOCK, opening a pipe that has no reader would block.
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
    descriptor = open(request.path.osPath, flags, 0o666)
    guard descriptor >= 0 else {
      let reason = errno == ENXIO ? "no program reads this pipe" : String(cString: strerror(errno))
      throw AppError("\(request.path): cannot be written: \(reason)")
    }
    sink = ByteSink(descriptor: descriptor, ownsDescriptor: true, hasName: true)
    isTerminal = isatty(descriptor) == 1
  }

  /// Whether more lines can be written.
  var isOpen: Bool { sink.problem == nil }

  /// Starts the log of a run, or continues the existing one; ``flush()`` writes the header.
  func begin(_ run: RunRecord, continues: Bool) {
    command = RecordedCommand(run)
    if !continues { ftruncate(descriptor, 0) }
    switch lastByte {
    case nil: put(request.form.header(run))
    case UInt8(ascii: "\n"): break
    // A power failure cut off the last line, so the next entry must start a new one.
    case .some: put([UInt8(ascii: "\n")])
    }
  }

  /// Writes the lines of entries.
  func write(_ entries: [LogEntry]) {
    guard let command else { return }
    for entry in entries where isOpen {
      if let line = request.form.line(entry, command: command) { put(line) }
    }
    flush()
  }

  /// Finishes the log; nothing more is written.
  func finish() {
    guard isOpen else { return }
    sink.finish()
    guard case .failed(let reason) = sink.problem else { return }
    problem = "\(request.path): \(OSFile.exists(request.path) ? "cannot be written" : "is missing"): \(reason)"
  }

  /// Limits how long writes wait for a reader that does not read, in milliseconds; safe from any thread.
  func giveUp(after milliseconds: Int) { sink.giveUp(after: milliseconds) }

  private func put(_ line: [UInt8]) {
    // Untrusted text must not control a terminal.
    lines += isTerminal ? Array((SafeText.visible(String(decoding: line.dropLast(), as: UTF8.self)) + "\n").utf8) : line
    if lines.count >= Self.pieceSize { flush() }
  }

  /// Writes the collected lines.
  func flush() {
    guard isOpen, !lines.isEmpty else { return }
    let start = lseek(descriptor, 0, SEEK_END)
    sink.write(lines)
    sink.flush()
    if let found = sink.problem, found != .closed {
      keepWholeLines(from: start)
      problem = "\(request.path): cannot be written: \(found.words); this log ends there, and the run continues"
    }
    lines.removeAll(keepingCapacity: true)
  }

  /// Removes the part of a line that was written when the space ran out.
  private func keepWholeLines(from start: off_t) {
    let written = Int(lseek(descriptor, 0, SEEK_END) - start)
    guard start >= 0, written > 0, written < lines.count else { return }
    let whole = lines[..<written].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    ftruncate(descriptor, start + off_t(whole))
  }

  /// The last byte of a regular file; nil if there is none.
  private var lastByte: UInt8? {
    let reading = open(request.path.osPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard reading >= 0 else { return nil }
    defer { close(reading) }
    var status = stat()
    guard fstat(reading, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
    var byte: UInt8 = 0
    return pread(reading, &byte, 1, status.st_size - 1) == 1 ? byte : nil
  }
}
