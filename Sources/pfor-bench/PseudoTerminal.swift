import CBenchLoops

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A program on an invisible terminal. Its drawing is read at once and dropped, and keys can be sent to it.
final class PseudoTerminal {
  static let columns: Int32 = 120
  static let rows: Int32 = 36

  private let process: pid_t
  private let terminal: Int32
  private let output: File
  private let clock = ContinuousClock()
  private let begin: ContinuousClock.Instant
  private var isEnded = false
  /// The most recent drawing, for ``waitFor(_:seconds:)``.
  private var drawn: [UInt8] = []

  /// Starts a program with its standard output in a file.
  init(_ command: [String], output path: String = "/dev/null") throws {
    let output = try File(writing: path)
    var terminal: Int32 = -1
    begin = clock.now
    process = withCArguments(command) {
      bench_start_on_terminal($0, output.descriptor, Self.columns, Self.rows, &terminal)
    }
    guard process > 0 else { throw BenchError("\(command[0]): cannot start on a terminal") }
    self.terminal = terminal
    self.output = output
  }

  deinit { close(terminal) }

  /// Runs a program from start to end.
  static func run(_ command: [String], output: String = "/dev/null") throws -> Sample {
    let terminal = try PseudoTerminal(command, output: output)
    let (sample, status) = try terminal.finish()
    guard status == 0 else { throw BenchError("\(command[0]): ended with wait status \(status) on a terminal") }
    return sample
  }

  /// Runs a program from its start until the title of the dashboard's lowest panel is drawn.
  static func firstFrame(_ command: [String]) throws -> Sample {
    let terminal = try PseudoTerminal(command)
    let shown = try terminal.waitFor("Results")
    terminal.signal(SIGKILL)
    var sample = try terminal.finish().sample
    sample.wall = shown
    return sample
  }

  /// Sends keys.
  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(terminal, bytes, bytes.count)
  }

  /// Waits until a text has been drawn in one piece.
  ///
  /// - Returns: the seconds since the program's start.
  func waitFor(_ text: String, seconds: Double = 60) throws -> Double {
    let deadline = clock.now + .seconds(seconds)
    while !drawn.contains(Array(text.utf8)) {
      guard !isEnded, clock.now < deadline else { throw BenchError("“\(text)” was not drawn within \(seconds) s") }
      takeDrawn(milliseconds: 100)
    }
    drawn = []
    return (clock.now - begin).inSeconds
  }

  /// Measures the share of one core that the program uses over some seconds, without the processes that it starts.
  func cpuShare(over seconds: Double) throws -> Double {
    let start = clock.now
    let before = bench_cpu_seconds(process)
    while clock.now - start < .seconds(seconds), !isEnded { takeDrawn(milliseconds: 50) }
    let after = bench_cpu_seconds(process)
    guard before >= 0, after >= 0 else { throw BenchError("the program ended before it was measured") }
    return (after - before) / (clock.now - start).inSeconds
  }

  /// Sends a signal to the program.
  func signal(_ signal: Int32) { kill(process, signal) }

  /// Waits for the program's end.
  func finish() throws -> (sample: Sample, status: Int32) {
    while !isEnded { takeDrawn(milliseconds: 1000) }
    let (usage, status) = try Program.finish(process)
    let wall = (clock.now - begin).inSeconds
    return (Sample(wall: wall, cpu: usage.cpu_seconds, peakBytes: usage.peak_bytes), status)
  }

  private func takeDrawn(milliseconds: Int32) {
    var polled = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, milliseconds) > 0 else { return }
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, read(terminal, buffer.baseAddress, buffer.count))
    }
    // After the program has ended, a read fails with EIO on Linux, and returns the end of the file elsewhere.
    isEnded = bytes.isEmpty
    drawn = drawn.suffix(1 << 16) + bytes
  }
}
