public import Attempts
import CPosix
import OSText
public import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs one command per item: a program with arguments, or a shell line.
///
/// Each command has its own process group, `/dev/null` as standard input, and separately captured outputs. An item ends
/// when its command ends. Processes that the command left running in its group are asked to end, and
/// ``Orphans/killAll()`` kills them at the latest.
public struct CommandJob: Job {
  /// The command to run.
  public let template: Template
  let environment: ChildEnvironment
  let programs: ProgramPath
  let spillFile: SpillFile

  /// Makes the job; commands get a copy of this program's current environment.
  ///
  /// - Parameters:
  ///   - template: the command to run; check it against the items' fields first.
  ///   - spillFile: the file for large outputs.
  public init(_ template: Template, spillFile: SpillFile = .shared) {
    self.template = template
    self.spillFile = spillFile
    environment = ChildEnvironment()
    programs = ProgramPath(OSProcess.variable("PATH").map(OSText.bytes))
  }

  /// The command as the user wrote it.
  public var title: String { template.title }

  /// Returns the command line for one item.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    template.commandLine(for: item, id: id, worker: worker)
  }

  /// What running commands do or wait for, if they have run for more than a second and it is known.
  public var runningReasons: [ItemID: Reason] { ProcessGroups.shared.reasons }

  /// Makes the buffers that one worker uses for all its commands; never throws.
  public func openSession(for worker: WorkerID) throws -> any JobSession { CommandSession(self) }
}

/// Prepares a program at its start, so that hundreds of commands can start at once.
public enum CommandStart {
  /// Makes room for the descriptors of a few thousand commands, up to the process's limit. It also records the
  /// descriptors that the process inherited, which commands inherit too, and opens missing standard streams.
  ///
  /// Call it at the program's start, before it has threads. With threads, opening the 65th, 257th or 513th descriptor
  /// waits until every processor has switched tasks, 5 to 8 ms on Linux, and blocks every other thread that opens a
  /// file. Commands also start without this call, each with a copy of the table of descriptors.
  public static func prepareDescriptors() { cposix_prepare_descriptors(4096) }
}

/// Runs the commands of one worker one after another, and reuses its buffers.
final class CommandSession: JobSession {
  private typealias Pointer = UnsafeMutablePointer<CChar>

  private let job: CommandJob
  private let groups = ProcessGroups.shared
  private var arguments = ArgumentList()
  private var variables = ArgumentList()
  private var argumentPointers: [Pointer?] = []
  private var environmentPointers: [Pointer?] = []
  /// The last program's name, and its path with a terminating NUL.
  private var program: (name: [UInt8], path: [CChar]) = ([], [])
  private var capture: OutputCapture

  init(_ job: CommandJob) {
    self.job = job
    capture = OutputCapture(spillFile: job.spillFile)
  }

  func close() {}

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    do throws(Failure) {
      try job.template.fill(&arguments, for: item, id: context.item, worker: context.worker, attempt: context.attempt)
    } catch {
      return JobEnding(outcome: .failed(error))
    }
    return runFilled(in: context)
  }

  /// Runs a command for a program elsewhere.
  ///
  /// - Parameters:
  ///   - arguments: its arguments, each with a NUL byte at its end.
  ///   - context: the item and the attempt.
  ///   - started: receives the command's process.
  func run(_ arguments: [UInt8], in context: ItemContext, started: @escaping (Int32) -> Void) -> JobEnding {
    self.arguments = ArgumentList(arguments)
    return runFilled(in: context, started: started)
  }

  /// Passes on what commands write, instead of keeping it.
  func forward(_ take: @escaping (_ isError: Bool, UnsafeRawBufferPointer) -> Void) { capture.live.forward = take }

  /// Runs the command whose arguments have been filled in.
  private func runFilled(in context: ItemContext, started: ((Int32) -> Void)? = nil) -> JobEnding {
    job.environment.fill(
      &variables, number: context.item.number, slot: context.worker.slot, attempt: context.attempt)
    do throws(StartFailure) {
      guard let (member, pipes) = try start(unless: context) else { return JobEnding(outcome: .cancelled) }
      started?(member.leader)
      return finish(member, pipes, in: context)
    } catch {
      return error.ending
    }
  }

  /// Follows a command to its end.
  private func finish(_ member: ProcessGroups.Member, _ pipes: OutputPipes, in context: ItemContext) -> JobEnding {
    var job = JobEnding(outcome: .cancelled)
    context.onCancel { [groups] urgency in groups.signal(member, urgency == .kill ? SIGKILL : SIGTERM) }
    let start = MonotonicClock.now
    var watch = CommandWatch()
    let problem = capture.collect(from: pipes, of: member.leader) { [live = capture.live] in
      let age = MonotonicClock.now.nanoseconds(since: start)
      if let progress = watch.look(at: member.leader, age: age) { live.progress = progress }
      return watch.pause(at: age)
    }
    if problem != nil { groups.signal(member, SIGKILL) }
    if watch.hasLooked {
      watch.end(of: member.leader)
      capture.live.progress = nil
    }
    let ending = groups.reap(member)
    job.reasons = watch.reasons(wall: MonotonicClock.now.nanoseconds(since: start), cpu: ending.process.cpu)
    // A command that ended before it was asked to was in time, however late we notice.
    if !ending.wasSignalled { context.workEndedByItself() }
    job.note = ending.leftProcesses ? "left a process running" : nil
    job.process = ending.process
    do throws(SpillError) {
      if let problem { throw problem }
      (job.output, job.errors) = try capture.finish()
      job.outcome = ending.process.outcome(wasSignalled: ending.wasSignalled)
    } catch {
      capture.reset()
      job.outcome = .failed(Failure(error.description))
    }
    return job
  }

  /// Starts the command, waiting for free descriptors and processes; returns nil when it is cancelled meanwhile.
  private func start(unless context: ItemContext) throws(StartFailure) -> (ProcessGroups.Member, OutputPipes)? {
    var tries = 0
    var lonelyTries = 0
    while !context.isCancelled {
      switch startOnce(context) {
      case .success(let started): return started
      case .failure(let problem):
        tries += 1
        lonelyTries = groups.isIdle ? lonelyTries + 1 : 0
        let name = arguments.arguments.first ?? []
        switch SpawnPolicy.decide(
          code: problem.code, program: String(decoding: name, as: UTF8.self),
          isThere: ProgramPath.isFile(job.programs.resolve(name)), lonelyTries: lonelyTries, tries: tries,
          descriptorLimit: Self.descriptorLimit)
        {
        case .wait(let milliseconds): usleep(UInt32(milliseconds) * 1000)
        case .fail(let failure): throw failure
        }
      }
    }
    return nil
  }

  private struct StartProblem: Error {
    var code: Int32
  }

  private func startOnce(_ context: ItemContext) -> Result<(ProcessGroups.Member, OutputPipes), StartProblem> {
    groups.willStart()
    guard let pipes = OutputPipes() else { return startFailed(errno) }
    let null = NullDevice.shared.descriptor()
    guard null >= 0 else {
      let code = errno
      pipes.close()
      return startFailed(code)
    }
    var child: pid_t = 0
    let problem = spawn(&child, null, pipes)
    pipes.closeWritingEnds()
    guard problem == 0 else {
      pipes.closeReadingEnds()
      return startFailed(problem)
    }
    return .success((groups.add(child, for: context.item, on: context.worker, capture.live), pipes))
  }

  private func startFailed<Started>(_ code: Int32) -> Result<Started, StartProblem> {
    groups.startFailed()
    return .failure(StartProblem(code: code))
  }

  private func spawn(_ child: inout pid_t, _ null: Int32, _ pipes: OutputPipes) -> Int32 {
    var path = resolvedProgram()
    func spawn() -> Int32 {
      withPointers { arguments, environment in
        cposix_spawn(&child, path, arguments, environment, null, pipes.output.write, pipes.errors.write)
      }
    }
    var code = spawn()
    // Since the look-up, the program may have disappeared from its folder, and another folder of PATH may have one.
    if code == ENOENT, let other = programElsewhere() {
      path = other
      code = spawn()
    }
    guard code == ENOEXEC else { return code }
    // Like execvp, let the shell run a script whose first line names no interpreter.
    return withPointers { original, environment in
      var arguments: [Pointer?] = [strdup("/bin/sh"), strdup(path)]
      defer { for copy in arguments.prefix(2) { free(copy) } }
      var next = original + 1
      while let argument = next.pointee {
        arguments.append(argument)
        next += 1
      }
      arguments.append(nil)
      return cposix_spawn(&child, "/bin/sh", &arguments, environment, null, pipes.output.write, pipes.errors.write)
    }
  }

  /// Returns the path of the program; looks it up only when it differs from the last one.
  private func resolvedProgram() -> [CChar] {
    let end = (arguments.ends.first ?? 1) - 1
    let name = arguments.bytes[..<end]
    if !name.elementsEqual(program.name) || program.path.isEmpty {
      program = (Array(name), ProgramPath.cString(job.programs.resolve(Array(name))))
    }
    return program.path
  }

  /// Looks up the last program again; returns nil if its path is unchanged.
  private func programElsewhere() -> [CChar]? {
    let path = ProgramPath.cString(job.programs.resolveAgain(program.name))
    guard path != program.path else { return nil }
    program.path = path
    return path
  }

  private func withPointers(
    _ body: (UnsafeMutablePointer<Pointer?>, UnsafeMutablePointer<Pointer?>) -> Int32
  ) -> Int32 {
    arguments.withPointers(into: &argumentPointers, then: { _ in }) { arguments in
      variables.withPointers(into: &environmentPointers, then: job.environment.append, body: { body(arguments, $0) })
    }
  }

  private static var descriptorLimit: Int {
    var limit = rlimit()
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    return Int(clamping: limit.rlim_cur)
  }
}
