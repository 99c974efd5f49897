import Attempts
import CPosix
import OSText
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program's side of one agent: the launcher's process, its pipes, and what is known of the agent.
///
/// ``AgentHub`` guards it with its monitor.
final class RemoteAgent: @unchecked Sendable {
  /// How much of a launcher's standard error is kept for messages, in bytes.
  private static let keptWords = 4096

  let slot: Int
  let process: pid_t
  var link: AgentLink
  /// Signalled whenever something changes that a worker waits for.
  let changed = Condition()
  /// Where the outputs of the running item go.
  var outputs: LiveOutputs?
  /// How the running item ended, once it has.
  var ending: AgentEnding?
  /// Why the outputs of the running item cannot be kept.
  var problem: SpillError?
  /// How urgently the running item was asked to end.
  var asked: StopUrgency?
  /// When an agent that does not answer is cut off; nil if it need not answer.
  var answerBy: Instant?
  /// Whether the launcher waits for the cluster.
  var isQueued = false
  /// Whether the launcher has said that the cluster has no room.
  var hasNoSlot = false
  private(set) var input: Int32
  private(set) var output: Int32
  private(set) var errors: Int32
  private var unsent: [UInt8] = []
  private var words: [UInt8] = []

  init(slot: Int, process: pid_t, input: Int32, output: Int32, errors: Int32, link: AgentLink) {
    self.slot = slot
    self.process = process
    self.input = input
    self.output = output
    self.errors = errors
    self.link = link
  }

  deinit { cutOff() }

  var hasUnsent: Bool { !unsent.isEmpty }

  /// Sends a message, or as much of it as the pipe takes now.
  func send(_ order: AgentOrder) {
    order.frame.append(to: &unsent)
    flush()
  }

  /// Sends what the pipe did not take before.
  func flush() {
    var done = 0
    while done < unsent.count, input >= 0 {
      let count = unsent[done...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      done += count
    }
    unsent.removeFirst(done)
  }

  /// Keeps what the launcher wrote to its standard error.
  func note(_ bytes: UnsafeRawBufferPointer, _ engine: Engine) {
    words += bytes
    words.removeFirst(max(0, words.count - Self.keptWords))
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      switch engine.remark(String(line)) {
      case .queued: isQueued = true
      case .noFreeSlot: hasNoSlot = true
      case .lostNode: link.lose("the cluster reports a failure of its node")
      case .other: break
      }
    }
  }

  /// The last line of the launcher's standard error; nil if there is none.
  var lastWords: String? {
    String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline).last.map(String.init)
  }

  /// Closes the pipe to the agent, which then leaves at once.
  func closeInput() { shut(&input) }

  /// Closes one of the pipes from the agent.
  func closeOutput() { shut(&output) }
  func closeErrors() { shut(&errors) }

  /// Kills a launcher and everything in its process group.
  static func killLauncher(_ process: pid_t) { kill(-process, SIGKILL) }

  /// Cuts the agent off: nothing that it still sends is read. When it notices, it kills its command and ends.
  func cutOff() {
    shut(&input)
    shut(&output)
    shut(&errors)
  }

  private func shut(_ descriptor: inout Int32) {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }
}

extension RemoteAgent {
  /// Starts a launcher.
  ///
  /// - Returns: nil with `errno` set if the system refuses.
  static func launch(
    _ command: [String], slot: Int, _ environment: ChildEnvironment, _ programs: ProgramPath, _ timing: AgentTiming
  ) -> RemoteAgent? {
    var pipes: [[Int32]] = []
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard cposix_pipe(&ends) == 0 else {
        let problem = errno
        for end in pipes.joined() { close(end) }
        errno = problem
        return nil
      }
      pipes.append(ends)
    }
    // The launcher waits for input as for a terminal; only our end must not block.
    _ = fcntl(pipes[0][0], F_SETFL, 0)
    _ = fcntl(pipes[0][1], F_SETFL, O_NONBLOCK)
    var child: pid_t = 0
    let problem = spawn(&child, command, environment, programs, [pipes[0][0], pipes[1][1], pipes[2][1]])
    for end in [pipes[0][0], pipes[1][1], pipes[2][1]] { close(end) }
    guard problem == 0 else {
      for end in [pipes[0][1], pipes[1][0], pipes[2][0]] { close(end) }
      errno = problem
      return nil
    }
    return RemoteAgent(
      slot: slot, process: child, input: pipes[0][1], output: pipes[1][0], errors: pipes[2][0],
      link: AgentLink(timing: timing, at: MonotonicClock.now))
  }

  private static func spawn(
    _ child: inout pid_t, _ command: [String], _ environment: ChildEnvironment, _ programs: ProgramPath,
    _ streams: [Int32]
  ) -> Int32 {
    var arguments = ArgumentList()
    for word in command {
      arguments.bytes += OSText.bytes(word)
      arguments.endArgument()
    }
    let path = ProgramPath.cString(programs.resolve(OSText.bytes(command[0])))
    var (first, second): ([UnsafeMutablePointer<CChar>?], [UnsafeMutablePointer<CChar>?]) = ([], [])
    var none = ArgumentList()
    return arguments.withPointers(into: &first, then: { _ in }) { arguments in
      none.withPointers(into: &second, then: environment.append) { environment in
        cposix_spawn(&child, path, arguments, environment, streams[0], streams[1], streams[2])
      }
    }
  }
}
