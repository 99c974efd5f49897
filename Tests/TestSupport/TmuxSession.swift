import CPosix
import Foundation
public import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A real terminal for a test: a shell in a private tmux of an exact size.
///
/// The server ends with the session, however the test's process ends.
public final class TmuxSession {
  /// The folder of the shell.
  public let sandbox: Sandbox
  private let watch: (process: pid_t, pipe: Int32)

  /// Starts a shell that prompts with `$ `.
  ///
  /// - Parameters:
  ///   - width: The terminal's columns.
  ///   - height: The terminal's rows.
  ///   - own: Changes to the shell's environment; without `TERM` among them, tmux sets it.
  public init(
    width: Int = 80, height: Int = 24, environment own: [String: String] = [:], in sandbox: Sandbox? = nil
  ) throws {
    let sandbox = try sandbox ?? Sandbox()
    self.sandbox = sandbox
    watch = try Self.watch(sandbox)
    let settings = ["SHELL": "/bin/bash", "CI": ""].merging(own) { $1 }
    try sandbox.write("PS1='$ '; unset HISTFILE\n", to: "rc")
    let result = try sandbox.run(
      "\(Self.tmux) new-session -d -x \(width) -y \(height) 'exec bash --noprofile --rcfile rc'", environment: settings)
    try #require(result.status == 0, "tmux: \(result.errors)")
    try waitFor("$")
  }

  deinit {
    close(watch.pipe)
    waitpid(watch.process, nil, 0)
  }

  private static let tmux = "tmux -S ./tmux -f /dev/null"

  /// Kills the server when our end of a pipe is closed, however that happens.
  private static func watch(_ sandbox: Sandbox) throws -> (pid_t, Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(cposix_pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFL, 0)
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer {
      close(ends[0])
      close(null)
    }
    let script = "cd '\(sandbox.path)'; read -r nothing; \(tmux) kill-server"
    let process = try Sandbox.spawn(
      ["/bin/bash", "-c", script], sandbox.environment(), input: ends[0], output: null, errors: null)
    return (process, ends[1])
  }

  /// Types a line and Enter.
  public func type(_ line: String) throws {
    try tmux("send-keys -l \(Self.quoted(line))")
    try send("Enter")
  }

  /// Presses keys by tmux's names: `q`, `C-c`, `Enter`.
  public func send(_ keys: String...) throws {
    for key in keys { try tmux("send-keys \(Self.quoted(key))") }
  }

  /// Sends a text as it is, without Enter; it may be a sequence of the terminal.
  public func sendText(_ text: String) throws { try tmux("send-keys -l \(Self.quoted(text))") }

  /// Returns the contents of the screen.
  ///
  /// - Parameter withStyles: whether escapes for colours and attributes are kept.
  public func capture(withStyles: Bool = false) throws -> String {
    try tmux("capture-pane -p \(withStyles ? "-e" : "")")
  }

  /// Changes the size of the terminal.
  public func resize(width: Int, height: Int) throws { try tmux("resize-window -x \(width) -y \(height)") }

  /// Returns a value of tmux, such as `alternate_on`.
  public func flag(_ name: String) throws -> String {
    try tmux("display-message -p '#{\(name)}'").trimmingCharacters(in: .newlines)
  }

  /// Closes the terminal.
  public func hangUp() throws { try tmux("kill-session") }

  /// Waits until the screen shows a text.
  public func waitFor(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait("\"\(text)\"", sourceLocation: sourceLocation) { $0.contains(text) }
  }

  /// Waits until the screen meets a condition. After a few minutes, the test fails and shows the screen.
  public func wait(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, until isRight: (String) throws -> Bool
  ) throws {
    let deadline = ContinuousClock.now + .seconds(Sandbox.patience)
    var screen = try capture()
    while try !isRight(screen) {
      try #require(
        ContinuousClock.now < deadline, "waited in vain for \(what); the screen is\n\(screen)",
        sourceLocation: sourceLocation)
      poll(nil, 0, 20)
      screen = try capture()
    }
  }

  /// Records everything that is drawn from now on, for ``waitUntilDrawn(_:sourceLocation:)``.
  public func keepDrawing() throws { try tmux("pipe-pane 'cat > drawn'") }

  /// Waits until a text has been drawn in one piece, whether it is still on the screen or not.
  public func waitUntilDrawn(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait("\"\(text)\"", sourceLocation: sourceLocation) { _ in sandbox.read("drawn").contains(text) }
  }

  @discardableResult private func tmux(_ command: String) throws -> String {
    let result = try sandbox.run("\(Self.tmux) \(command)")
    try #require(result.status == 0, "tmux \(command): \(result.errors)")
    return result.output
  }

  private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
