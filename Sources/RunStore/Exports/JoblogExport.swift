package import Attempts
import ParallelFor

/// GNU parallel's job log; also written line by line during a run.
///
/// Only items that have ended for good are in it: none that waits for its next attempt or was stopped.
package enum JoblogExport {
  /// The first line with its line ending.
  package static let header = Array("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n".utf8)
  private static let runtimeWidth = 10

  /// Returns the line of an item that has ended, with its line ending.
  ///
  /// As in GNU parallel, an item that timed out has the exit value -1. Bytes of the command that would end the line or
  /// a column are written as `\n`, `\t` and so on.
  ///
  /// - Parameters:
  ///   - number: the item's number, from 1.
  ///   - attempt: the last attempt.
  ///   - received: the size of the standard output in bytes.
  ///   - command: the command or query that was run.
  package static func line(number: Int, _ attempt: EndedAttempt, received: Int, command: [UInt8]) -> [UInt8] {
    let runtime = TimeText.seconds(attempt.latency, places: 3)
    let padding = String(repeating: " ", count: max(0, runtimeWidth - runtime.utf8.count))
    let start = TimeText.seconds(attempt.start, places: 3)
    let signal = attempt.process.signal ?? 0
    let host = attempt.process.node ?? ":"
    var line = Array(
      "\(number)\t\(host)\t\(start)\t\(padding)\(runtime)\t0\t\(received)\t\(exitValue(attempt))\t\(signal)\t".utf8)
    for byte in command { append(byte, to: &line) }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  static func export(
    _ reader: RunReader, _ command: (ItemRecord) -> [UInt8], to write: ([UInt8]) throws -> Void
  ) throws {
    try withoutActuallyEscaping(write) { write in
      var buffer = ExportBuffer(write)
      buffer.bytes += header
      try reader.forEachItem { item in
        guard let attempt = item.attempt, attempt.canEndItem, let number = item.number else { return }
        buffer.bytes += line(number: number, attempt, received: item.outputCount, command: command(item))
        try buffer.flushIfLarge()
      }
      try buffer.flush()
    }
  }

  private static func exitValue(_ attempt: EndedAttempt) -> Int32 {
    switch attempt.outcome {
    case .succeeded: 0
    case .failed: attempt.process.exitStatus ?? (attempt.process.signal == nil ? 1 : 0)
    case .timedOut, .cancelled: -1
    }
  }

  private static func append(_ byte: UInt8, to line: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\n"): line += Array("\\n".utf8)
    case UInt8(ascii: "\r"): line += Array("\\r".utf8)
    case UInt8(ascii: "\t"): line += Array("\\t".utf8)
    case 0: line += Array("\\0".utf8)
    default: line.append(byte)
    }
  }
}
