import Attempts
import CPosix
import OSText
import ParallelFor
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program that a cluster starts for each worker: it runs commands that arrive through standard input, and reports
/// through standard output.
///
/// It ends with all its commands as soon as its input ends, or when it has heard nothing for a lease.
public enum AgentProgram {
  /// Runs the agent.
  ///
  /// - Parameter arguments: `--nonce`, `--lease` and `--directory`, each with its value.
  /// - Returns: the exit status.
  public static func run(_ arguments: [String]) -> Int32 {
    var options: [String: String] = [:]
    for (name, value) in zip(arguments, arguments.dropFirst()) where name.hasPrefix("--") { options[name] = value }
    guard let nonce = options["--nonce"] else {
      say("pfor-agent is started by pfor-tui --on, not by hand")
      return 255
    }
    if let directory = options["--directory"], chdir(directory.osPath) != 0 {
      say("cannot change to \(directory): \(errorText(errno))")
      return 255
    }
    signal(SIGPIPE, SIG_IGN)
    CommandStart.prepareDescriptors()
    Orphans.adoptOrphans()
    let timing = AgentTiming(lease: options["--lease"].flatMap(Double.init) ?? 20)
    return Agent(timing).serve(nonce)
  }

  private static func say(_ words: String) {
    let line = Array("pfor-agent: \(words)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// An agent at work. Its main thread listens, and a second thread runs commands.
private final class Agent: @unchecked Sendable {
  private struct Work {
    var job: AgentOrder.Assignment
    var slot: Int
    var arguments: [UInt8]
    let cancellation = Cancellation()
  }

  /// How much later than a command the agent may get a signal that was meant for both, in milliseconds.
  private static let signalDelay: Int32 = 200
  /// How long a killed command may take to end, in nanoseconds.
  private static let lastGrace: Int64 = 1_000_000_000

  private let timing: AgentTiming
  private let isWriting = Atomic<Bool>(false)
  /// Only the thread that has set ``isWriting`` uses it.
  private var unsent: [UInt8] = []
  private let monitor = Monitor()
  private let changed = Condition()
  // Guarded by the monitor.
  private var next: Work?
  private var running: Work?
  private var mayLeave = false
  private var isDying = false

  init(_ timing: AgentTiming) { self.timing = timing }

  // MARK: - The main thread

  /// Serves until the program asks to leave, disappears, or is silent for a lease.
  func serve(_ nonce: String) -> Int32 {
    let stop = TerminationPipe.shared.descriptor
    guard WorkerThread.start(name: "pfor-command", .patient, body: { self.work() }) else { return 255 }
    _ = fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK)
    report(.hello(identity(nonce)))
    var lease = AgentLease(timing: timing, at: MonotonicClock.now)
    var reader = FrameReader()
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      var polled = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&polled, 2, lease.patience(at: MonotonicClock.now))
      let now = MonotonicClock.now
      if polled[1].revents != 0, mayGo { return leave() }
      if polled[1].revents != 0 || lease.isOver(at: now) { return die() }
      if polled[0].revents != 0 {
        let count = posixRead(0, chunk)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        guard count > 0 else { return die() }
        lease.heard(at: now)
        reader.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[..<count]))
        do throws(FrameReader.Malformed) {
          while let frame = try reader.next() {
            guard let order = AgentOrder(frame) else { return die() }
            obey(order)
            if mayGo { return leave() }
          }
        } catch {
          return die()
        }
      }
      if lease.beatIsDue(at: now) { beat() }
    }
  }

  private func identity(_ nonce: String) -> AgentIdentity {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, 255)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let job = OSProcess.variable("SLURM_JOB_ID")
    let step = OSProcess.variable("SLURM_STEP_ID")
    return AgentIdentity(
      nonce: nonce, node: OSProcess.variable("SLURMD_NODENAME") ?? host,
      step: [job, step].compactMap(\.self).joined(separator: "."), process: getpid())
  }

  /// Whether the program asked the agent to leave, and nothing runs.
  private var mayGo: Bool { monitor.withLock { mayLeave && next == nil && running == nil } }

  /// Ends with what commands have left behind.
  private func leave() -> Int32 {
    Orphans.killAll()
    return 0
  }

  /// Kills everything that was started, because nobody waits for it.
  private func die() -> Int32 {
    monitor.withLock { isDying = true }
    Orphans.killAll()
    // The other thread reaps its command, so that no dead process is left to others.
    monitor.withLock {
      let end = MonotonicClock.now + Self.lastGrace
      while running != nil, MonotonicClock.now < end { monitor.wait(for: changed, nanoseconds: 10_000_000) }
    }
    return 1
  }

  private func obey(_ order: AgentOrder) {
    switch order {
    case .ping: break
    case .quit: monitor.withLock { mayLeave = true }
    case .run(let job, let slot, let arguments):
      monitor.withLock {
        next = Work(job: job, slot: slot, arguments: arguments)
        changed.signal()
      }
    case .cancel(let job, let urgency):
      monitor.withLock { [next, running].compactMap(\.self).first { $0.job == job } }?.cancellation.request(urgency)
    }
  }

  // MARK: - The commands

  private func work() {
    let session = CommandSession(CommandJob(Template(arguments: ["agent"])))
    while true {
      let task = monitor.withLock {
        while next == nil { monitor.wait(for: changed) }
        running = next.take()
        return running
      }
      guard let task else { continue }
      let ending = run(task, session)
      let isOwn = !isBeingEnded(by: ending)
      let isAwaited = monitor.withLock {
        running = nil
        changed.broadcast()
        return !isDying
      }
      // The agent's own end is no end of the command. The program must not hear of one, should it still listen.
      guard isOwn, isAwaited else { return }
      // The program may answer with the next command at once.
      report(.ended(task.job, ending))
      if mayGo { TerminationPipe.shared.wake() }
    }
  }

  /// Whether a command failed because the cluster ends all processes of the job, at a time limit for example. Then it is
  /// lost with this agent. The signal may reach the command earlier than the agent.
  private func isBeingEnded(by ending: AgentEnding) -> Bool {
    guard case .failed = ending.outcome else { return false }
    let wasSignalled = ending.process.signal != nil || ending.process.exitStatus.map { $0 > 128 } ?? false
    var termination = pollfd(fd: TerminationPipe.shared.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&termination, 1, wasSignalled ? Self.signalDelay : 0) > 0
  }

  private func run(_ task: Work, _ session: CommandSession) -> AgentEnding {
    let start = MonotonicClock.now
    let sent = Counts()
    session.forward { [unowned self] isError, bytes in
      sent.add(bytes.count, isError: isError)
      for start in stride(from: 0, to: bytes.count, by: Frame.outputLength) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + Frame.outputLength)])
        report(.output(task.job, isError: isError, Array(part)))
      }
    }
    let context = ItemContext(
      item: ItemID(task.job.item - 1), attempt: task.job.attempt, of: task.job.attempt, worker: WorkerID(task.slot),
      cancellation: task.cancellation)
    let ending = session.run(task.arguments, in: context) { [unowned self] in report(.started(task.job, process: $0)) }
    let duration = MonotonicClock.now.nanoseconds(since: start)
    return AgentEnding(ending, duration: duration, outputBytes: sent.output, errorBytes: sent.errors)
  }

  // MARK: - Reports

  /// Sends a report, but the start and the output of a command only with the next beat or with its end, unless there is
  /// much output. A scheduler sends each write by itself over the network, and a second small one waits until the first
  /// is acknowledged: 40 ms for each command.
  ///
  /// If nobody reads it, the end of the input follows.
  private func report(_ report: AgentReport) {
    while !isWriting.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged { sched_yield() }
    defer { isWriting.store(false, ordering: .releasing) }
    report.frame.append(to: &unsent)
    switch report {
    case .started, .output: if unsent.count >= Frame.outputLength { send(waits: true) }
    case .hello, .beat, .ended: send(waits: true)
    }
  }

  /// Sends a beat. The main thread must not wait for a reader, because it would miss the end of its lease.
  private func beat() {
    // The other thread waits for the reader. A beat would not be read either.
    guard isWriting.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return }
    defer { isWriting.store(false, ordering: .releasing) }
    if unsent.count < 2 * Frame.outputLength { AgentReport.beat.frame.append(to: &unsent) }
    send(waits: false)
  }

  private func send(waits: Bool) {
    var done = 0
    while done < unsent.count {
      let count = unsent[done...].withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        guard waits else { break }
        var room = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
        _ = poll(&room, 1, -1)
        continue
      }
      guard count > 0 else { return unsent.removeAll() }
      done += count
    }
    unsent.removeFirst(done)
  }
}

/// The numbers of bytes that a command has written.
private final class Counts {
  private(set) var output = 0
  private(set) var errors = 0

  func add(_ count: Int, isError: Bool) {
    if isError { errors += count } else { output += count }
  }
}

/// A pipe that becomes readable when the system asks this program to end.
private final class TerminationPipe: Sendable {
  static let shared = TerminationPipe()
  private static let writing = Atomic<Int32>(-1)

  let descriptor: Int32

  private init() {
    var ends: [Int32] = [-1, -1]
    _ = cposix_pipe(&ends)
    descriptor = ends[0]
    Self.writing.store(ends[1], ordering: .relaxed)
    for number in [SIGTERM, SIGHUP, SIGINT] { signal(number) { _ in TerminationPipe.write() } }
  }

  /// Makes the main thread look whether it may leave.
  func wake() { Self.write() }

  private static func write() {
    var byte: UInt8 = 1
    #if canImport(Glibc)
      _ = Glibc.write(writing.load(ordering: .relaxed), &byte, 1)
    #else
      _ = Darwin.write(writing.load(ordering: .relaxed), &byte, 1)
    #endif
  }
}
