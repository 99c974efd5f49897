import OSText
import ParallelForDashboard
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The output of a subcommand, to standard output or a file. On a terminal, control characters are made visible.
final class CommandOutput {
  private let sink: ByteSink
  private let name: String
  private var line: [UInt8] = []

  /// Writes to standard output.
  init() {
    sink = ByteSink(descriptor: STDOUT_FILENO)
    name = "standard output"
  }

  /// Writes to a new file.
  init(file path: String) throws(AppError) {
    let descriptor = open(path.osPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AppError("\(path): cannot be written: \(String(cString: strerror(errno)))") }
    sink = ByteSink(descriptor: descriptor, ownsDescriptor: true)
    name = path
  }

  /// The width of the terminal on standard output, in columns; nil if it is not a terminal.
  static var columns: Int? { Terminal.windowSize(STDOUT_FILENO)?.width }

  /// Whether more bytes can be written.
  var isOpen: Bool { sink.problem == nil }

  /// Writes a line of text.
  func write(line text: String) { write(OSText.bytes(text + "\n")) }

  /// Writes bytes; on a terminal, line by line with control characters made visible.
  func write(_ bytes: [UInt8]) {
    guard sink.isTerminal else { return sink.write(bytes) }
    for byte in bytes {
      if byte == UInt8(ascii: "\n") { writeLine(ending: "\n") } else { line.append(byte) }
    }
  }

  private func writeLine(ending: String) {
    sink.write(Array((SafeText.visible(String(decoding: line, as: UTF8.self)) + ending).utf8))
    line.removeAll(keepingCapacity: true)
  }

  /// Writes the remaining bytes.
  ///
  /// - Returns: the exit status.
  func finish() -> Int32 {
    if !line.isEmpty { writeLine(ending: "") }
    sink.finish()
    switch sink.problem {
    case nil: return ExitCode.success
    case .closed: return ExitCode.outputClosed
    case let problem?:
      StandardError.write("pfor-tui: \(name): cannot be written: \(problem.words)")
      return ExitCode.couldNotRun
    }
  }
}
