import CPosix
import Foundation
public import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A folder for one test, and a shell in it that finds the built program first.
///
/// The folder is removed with the sandbox. The developer's settings, terminal and locale have no effect in it.
public final class Sandbox {
  /// How a shell script ended, and what it wrote.
  public struct Ending: Sendable {
    /// The exit status, or 128 and the signal that ended the shell.
    public let status: Int32
    /// What it wrote to standard output.
    public let outputBytes: [UInt8]
    /// What it wrote to standard error, as text.
    public let errors: String

    /// What it wrote to standard output, as text.
    public var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// The lines of the output.
    public var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The folder.
  public let path: String

  /// How long a test waits for an expected event, in seconds. On a busy machine, any process may stop for a while.
  public static let patience = 240

  /// Makes an empty folder.
  public init() throws {
    var name = Array("/tmp/pfor-test.XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The built program.
  public static var program: String { "\(productsFolder)/pfor-tui" }

  private static var productsFolder: String {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
    let place = bundle ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: place).deletingLastPathComponent().path
  }

  /// Writes a file in the folder.
  public func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// Returns a file of the folder as text; empty if there is none.
  public func read(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data(), as: UTF8.self)
  }

  /// Returns the environment of a shell. The program's folder is first in its path.
  public func environment(_ own: [String: String] = [:]) -> [String: String] {
    let standard = [
      "PATH": "\(Self.productsFolder):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": path, "TMPDIR": path,
      "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "SWIFT_BACKTRACE": "enable=no", "CI": "true",
    ]
    // A program that was built with a sanitizer uses the same settings as its tests.
    let requests = ProcessInfo.processInfo.environment.filter { $0.key == "ASAN_OPTIONS" }
    return standard.merging(requests) { $1 }.merging(own) { $1 }
  }

  /// Runs lines of bash in the folder until they end. If they miss the deadline, the test fails.
  ///
  /// - Parameters:
  ///   - script: The lines; the program is `pfor-tui`.
  ///   - own: What differs in the environment.
  ///   - seconds: The deadline.
  @discardableResult
  public func run(
    _ script: String, environment own: [String: String] = [:], within seconds: Int = Sandbox.patience,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Ending {
    let child = try start(script, environment: own)
    let deadline = ContinuousClock.now + .seconds(seconds)
    // Each stream has a file, because a stray grandchild could keep a pipe open, and a pipe could fill up.
    while cposix_child_has_ended(child.process, 0) == 0 {
      guard ContinuousClock.now < deadline else {
        Issue.record(
          "not over after \(seconds) s: \(script)\n\(child.ending(137).errors)", sourceLocation: sourceLocation)
        kill(-child.process, SIGKILL)
        break
      }
      poll(nil, 0, 5)
    }
    var status: Int32 = 0
    waitpid(child.process, &status, 0)
    let signal = cposix_ending_signal(status)
    return child.ending(signal != 0 ? 128 + signal : cposix_exit_status(status))
  }

  /// Waits until exactly this number of processes run a program with these arguments.
  ///
  /// A process that was started may be another program for a moment, and one that was killed takes a moment to go.
  public func waitForProcesses(
    _ count: Int, running command: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    // The pattern does not find itself in the arguments of the shell that looks for it.
    let look = "pgrep -fc '^[\(command.prefix(1))]\(command.dropFirst())'"
    try run("until [ $(\(look)) = \(count) ]; do sleep 0.02; done", sourceLocation: sourceLocation)
  }

  private struct Child {
    let process: pid_t
    let output: FileHandle
    let errors: FileHandle

    func ending(_ status: Int32) -> Ending {
      Ending(status: status, outputBytes: Self.all(output), errors: String(decoding: Self.all(errors), as: UTF8.self))
    }

    private static func all(_ file: FileHandle) -> [UInt8] {
      try? file.seek(toOffset: 0)
      return Array((try? file.readToEnd()) ?? Data())
    }
  }

  private func start(_ script: String, environment own: [String: String]) throws -> Child {
    let output = FileHandle(fileDescriptor: cposix_open_unlinked(path), closeOnDealloc: true)
    let errors = FileHandle(fileDescriptor: cposix_open_unlinked(path), closeOnDealloc: true)
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(null) }
    let process = try Self.spawn(
      ["/bin/bash", "-c", "cd '\(path)'\n" + script], environment(own), input: null, output: output.fileDescriptor,
      errors: errors.fileDescriptor)
    return Child(process: process, output: output, errors: errors)
  }

  /// Starts a program in its own process group, with no signal blocked or ignored.
  static func spawn(
    _ arguments: [String], _ environment: [String: String], input: Int32, output: Int32, errors: Int32
  ) throws -> pid_t {
    var words = arguments.map { strdup($0) } + [nil]
    var settings = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    var process: pid_t = 0
    try #require(cposix_spawn(&process, arguments[0], &words, &settings, input, output, errors) == 0)
    return process
  }
}
