import CPosix
public import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All process groups that commands of ours run in, and those that outlived their command.
///
/// The lock is held whenever a leader is reaped or a group is signalled, so that no signal can reach a group whose
/// number has been given to someone else. In a program that adopts orphans (``Strays/adoptOrphans()``) those in a group
/// become our children, which pins the group's number until they too are reaped.
final class ProcessGroups: Sendable {
  /// One command's group, different from every other one even when the number is used again.
  struct Member: Sendable, Hashable {
    let leader: pid_t
    let serial: UInt64
  }

  /// How a command ended.
  struct Ending {
    var status: Int32
    /// Whether a signal was sent to its group while it ran.
    var wasSignalled: Bool
    /// Whether processes of its group still lived.
    var leftProcesses: Bool
    /// What it and the children it waited for have used.
    var usage: ResourceUsage
  }

  private struct Running {
    var serial: UInt64
    var item: ItemID
    var worker: WorkerID
    var wasSignalled = false
  }

  private struct State {
    var running: [pid_t: Running] = [:]
    var strays: Set<pid_t> = []
    /// The signals that have stopped children.
    var stops: [pid_t: Int32] = [:]
    var nextSerial: UInt64 = 0
    /// Commands that are being started: they may be children already, and not yet be in `running`.
    var starting = 0
    var adoptsOrphans = false
  }

  /// The groups of this process.
  static let shared = ProcessGroups()

  private let lock = Lock()
  nonisolated(unsafe) private var state = State()

  private init() {}

  /// How many commands run now.
  var runningCount: Int { lock.withLock { state.running.count } }

  /// Takes note that a command is about to be started; ``add(_:)`` or ``startFailed()`` follows.
  func willStart() { lock.withLock { state.starting += 1 } }

  /// Takes note that the command could not be started.
  func startFailed() { lock.withLock { state.starting -= 1 } }

  /// Takes note of a command that was just started.
  func add(_ leader: pid_t, for item: ItemID, on worker: WorkerID) -> Member {
    lock.withLock {
      state.starting -= 1
      state.nextSerial += 1
      state.running[leader] = Running(serial: state.nextSerial, item: item, worker: worker)
      return Member(leader: leader, serial: state.nextSerial)
    }
  }

  /// Sends a signal to a command's group, if the command has not been reaped.
  func signal(_ member: Member, _ signal: Int32) {
    lock.withLock {
      guard state.running[member.leader]?.serial == member.serial else { return }
      // It may have ended by itself already and only not been reaped; then it was not stopped by us.
      if cposix_child_has_ended(member.leader, 0) == 0 { state.running[member.leader]?.wasSignalled = true }
      kill(-member.leader, signal)
      if signal != SIGKILL { kill(-member.leader, SIGCONT) }
    }
  }

  /// Stops the groups of all commands that run, or lets them go on; that is no request to end.
  func suspend(_ isSuspended: Bool) {
    lock.withLock { for leader in state.running.keys { kill(-leader, isSuspended ? SIGSTOP : SIGCONT) } }
  }

  /// The commands that a signal has stopped and none has let go on.
  var stopped: [StoppedCommand] {
    lock.withLock {
      var signal: Int32 = 0
      while case let child = cposix_stopped_child(&signal), child > 0 {
        state.stops[child] = signal == 0 ? nil : signal
      }
      return state.stops.compactMap { leader, signal in
        state.running[leader].map { StoppedCommand(item: $0.item, worker: $0.worker, signal: signal) }
      }.sorted { $0.item.position < $1.item.position }
    }
  }

  /// Waits for a command's end, reaps it, and asks what is left in its group to end.
  func reap(_ member: Member) -> Ending {
    _ = cposix_child_has_ended(member.leader, 1)
    return lock.withLock {
      var status: Int32 = 0
      var usage = rusage()
      while wait4(member.leader, &status, 0, &usage) < 0 && errno == EINTR {}
      let ended = state.running.removeValue(forKey: member.leader)
      if !state.stops.isEmpty { state.stops[member.leader] = nil }
      let leavesProcesses = isAlive(group: member.leader)
      if leavesProcesses {
        kill(-member.leader, SIGTERM)
        state.strays = state.strays.filter(isAlive)
        state.strays.insert(member.leader)
      }
      reapAdopted()
      return Ending(
        status: status, wasSignalled: ended?.wasSignalled ?? false, leftProcesses: leavesProcesses,
        usage: ResourceUsage(usage))
    }
  }

  /// From now on children may come that nobody here started.
  func adoptOrphans() {
    cposix_adopt_orphans()
    lock.withLock { state.adoptsOrphans = true }
  }

  /// Reaps processes that left their command's group, as daemons do, became ours, and have ended.
  ///
  /// Other children of this program are in its own group, and the code that started them waits for them.
  private func reapAdopted() {
    guard state.adoptsOrphans, state.starting == 0 else { return }
    while true {
      let child = cposix_ended_child()
      guard child > 0, state.running[child] == nil else { return }
      let group = getpgid(child)
      guard group != getpgrp() else { return }
      if state.strays.contains(group) {
        // Reaping its last process frees the group's number: then it must not be signalled any more.
        if !isAlive(group: group) { state.strays.remove(group) }
      } else if waitpid(child, nil, WNOHANG) != child {
        return
      }
    }
  }

  /// Kills every process of every group that may still live, running commands included, and waits until what can be
  /// waited for is gone, at most about a second.
  func killAll() {
    lock.withLock {
      for leader in state.running.keys { kill(-leader, SIGKILL) }
      for leader in state.strays { kill(-leader, SIGKILL) }
      var rounds = 1000
      state.strays = state.strays.filter(isAlive)
      while !state.strays.isEmpty && rounds > 0 {
        usleep(1000)
        rounds -= 1
        state.strays = state.strays.filter(isAlive)
      }
    }
  }

  /// Reaps what ended in a leaderless group, as far as it is ours, and tells whether anything in it lives.
  private func isAlive(group: pid_t) -> Bool {
    var status: Int32 = 0
    var answer: pid_t
    repeat { answer = waitpid(-group, &status, WNOHANG) } while answer > 0 || (answer < 0 && errno == EINTR)
    return kill(-group, 0) == 0
  }
}

/// The commands that run now, in all runs of the program.
public enum RunningCommands {
  /// Stops them, with what they started in their groups, because the program itself is about to be stopped.
  public static func suspend() { ProcessGroups.shared.suspend(true) }

  /// Lets them go on.
  public static func resume() { ProcessGroups.shared.suspend(false) }

  /// Lets those begin that the stop of the program has caught at their start: to be called when the program goes on.
  public static func goOnStarting() { cposix_continue_starting() }

  /// Those that do not go on, because a signal has stopped them: as a rule they want to read the terminal. Signals of
  /// ``suspend()`` are not meant, if ``resume()`` came before this is asked.
  public static var stopped: [StoppedCommand] { ProcessGroups.shared.stopped }
}

/// A command that a signal has stopped.
public struct StoppedCommand: Sendable, Equatable {
  /// The item that it runs for.
  public let item: ItemID
  /// The worker that runs it.
  public let worker: WorkerID
  /// The signal.
  public let signal: Int32
}

/// Processes that outlived the commands which started them.
public enum Strays {
  /// Makes processes that outlive their parents ours, where the system can, so that none is lost sight of.
  ///
  /// For a program's start: it changes whose children the whole process has.
  public static func adoptOrphans() { ProcessGroups.shared.adoptOrphans() }

  /// Kills every process of ours that still lives: what finished commands left in their process groups, and commands
  /// that still run. Called when the run is over.
  ///
  /// A process that put itself into another group or session on purpose, as a daemon does, is not found.
  public static func killAll() { ProcessGroups.shared.killAll() }
}
