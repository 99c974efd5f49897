import CBenchLoops
import Foundation

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Runs whole programs and measures them.
enum Program {
  /// Runs a command from start to end, with files as standard input and output.
  ///
  /// - Throws: an error if a file cannot be opened or the program does not exit with 0.
  static func run(_ command: [String], input: String = "/dev/null", output: String = "/dev/null") throws -> Sample {
    let input = try File(reading: input)
    let output = try File(writing: output)
    return try measure(command[0]) { withCArguments(command) { bench_start($0, input.descriptor, output.descriptor) } }
  }

  /// Measures a child from start to end.
  static func measure(_ name: String, start: () -> pid_t) throws -> Sample {
    let clock = ContinuousClock()
    let begin = clock.now
    let child = start()
    guard child > 0 else { throw BenchError("\(name): cannot start: \(String(cString: strerror(errno)))") }
    let (usage, status) = try finish(child)
    guard status == 0 else { throw BenchError("\(name): ended with wait status \(status)") }
    return Sample(wall: (clock.now - begin).inSeconds, cpu: usage.cpu_seconds, peakBytes: usage.peak_bytes)
  }

  /// Waits for a child, however it ends.
  static func finish(_ child: pid_t) throws -> (usage: bench_usage, status: Int32) {
    var usage = bench_usage()
    guard bench_finish(child, &usage) == 0 else { throw BenchError("wait: \(String(cString: strerror(errno)))") }
    return (usage, usage.status)
  }

  /// Returns the path of a program in the same folder as this one.
  static func besideThisOne(_ name: String) -> String {
    let here = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: here).deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Returns the command as a user would type it.
  static func line(_ command: [String]) -> String {
    command.map { $0.contains { " ?'*".contains($0) } ? "'\($0)'" : $0 }.joined(separator: " ")
  }
}

/// An open file, which is closed when its owner is released.
final class File {
  let descriptor: Int32

  convenience init(reading path: String) throws { try self.init(path, O_RDONLY) }

  convenience init(writing path: String) throws { try self.init(path, O_WRONLY | O_CREAT | O_TRUNC) }

  private init(_ path: String, _ flags: Int32) throws {
    descriptor = open(path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  /// Returns the size of a file in bytes.
  static func size(_ path: String) throws -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
    return Int64(status.st_size)
  }
}

/// Calls `body` with the arguments as C programs take them.
func withCArguments<Value>(
  _ arguments: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
  let copies = arguments.map { strdup($0) } + [nil]
  defer { for copy in copies { free(copy) } }
  return copies.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("the list ends with nil and is never empty") }
    return body(start)
  }
}

extension Duration {
  /// The duration in seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
