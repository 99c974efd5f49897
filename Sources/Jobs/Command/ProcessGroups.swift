import Attempts
import CPosix
public import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The process groups of all commands, including groups that outlived their command.
///
/// Leaders are reaped and groups are signalled only under the lock, so that no signal can reach a group whose number
/// was reused. In a program that adopts orphans (``Orphans/adoptOrphans()``), the orphans of a group become our
/// children, which keeps the group's number in use until they are reaped too.
final class ProcessGroups: Sendable {
  /// The group of one command; unique even when the group's number is reused.
  struct Member: Sendable, Hashable {
    let leader: pid_t
    let serial: UInt64
  }

  /// How a command ended.
  struct Ending {
    /// The exit status or the signal, and the resources of the command and of the children that it waited for.
    var process: ProcessEnding
    /// Whether a signal was sent to its group while it ran.
    var wasSignalled: Bool
    /// Whether processes of its group were still alive.
    var leftProcesses: Bool
  }

  private struct Running {
    var serial: UInt64
    var item: ItemID
    var worker: WorkerID
    var outputs: LiveOutputs
    var wasSignalled = false
  }

  private struct State {
    var running: [pid_t: Running] = [:]
    var orphans: Set<pid_t> = []
    /// The signals that have stopped children.
    var stops: [pid_t: Int32] = [:]
    var nextSerial: UInt64 = 0
    /// The number of commands that are being started; they may already be children without being in `running`.
    var starting = 0
    var adoptsOrphans = false
  }

  /// The groups of this process.
  static let shared = ProcessGroups()

  private let lock = Lock()
  nonisolated(unsafe) private var state = State()

  private init() {}

  /// Whether no command runs or is being started, so that no descriptor or process of ours can become free.
  var isIdle: Bool { lock.withLock { state.running.isEmpty && state.starting == 0 } }

  /// Records that a command is about to start, before it takes any resources; ``add(_:for:on:_:)`` or ``startFailed()``
  /// must follow.
  func willStart() { lock.withLock { state.starting += 1 } }

  /// Records that the command could not be started and has released its resources.
  func startFailed() { lock.withLock { state.starting -= 1 } }

  /// Records a command that was just started, and where its outputs are collected.
  func add(_ leader: pid_t, for item: ItemID, on worker: WorkerID, _ outputs: LiveOutputs) -> Member {
    lock.withLock {
      state.starting -= 1
      state.nextSerial += 1
      state.running[leader] = Running(serial: state.nextSerial, item: item, worker: worker, outputs: outputs)
      return Member(leader: leader, serial: state.nextSerial)
    }
  }

  /// Returns the process of an item's command, and its outputs; nil if the item runs no command.
  func outputs(of item: ItemID) -> (process: pid_t, outputs: LiveOutputs)? {
    lock.withLock { state.running.first { $0.value.item == item }.map { ($0.key, $0.value.outputs) } }
  }

  /// What the commands that have run for more than a second do or wait for, by item.
  var reasons: [ItemID: Reason] {
    let running = lock.withLock { state.running.values.map { ($0.item, $0.outputs) } }
    let known = running.compactMap { item, outputs in outputs.progress?.reason.map { (item, $0) } }
    return Dictionary(known) { first, _ in first }
  }

  /// Sends a signal to a command's group if the command has not been reaped.
  func signal(_ member: Member, _ signal: Int32) {
    lock.withLock {
      guard state.running[member.leader]?.serial == member.serial else { return }
      // The command may have ended by itself without being reaped yet; then we did not stop it.
      if cposix_child_has_ended(member.leader, 0) == 0 { state.running[member.leader]?.wasSignalled = true }
      kill(-member.leader, signal)
      if signal != SIGKILL { kill(-member.leader, SIGCONT) }
    }
  }

  /// Stops or continues the groups of all running commands, which does not ask them to end.
  func suspend(_ isSuspended: Bool) {
    lock.withLock { for leader in state.running.keys { kill(-leader, isSuspended ? SIGSTOP : SIGCONT) } }
  }

  /// The commands that a signal has stopped and that have not been continued.
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

  /// Waits for a command's end, reaps it, and asks the processes left in its group to end.
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
        state.orphans = state.orphans.filter(isAlive)
        state.orphans.insert(member.leader)
      }
      reapAdopted()
      return Ending(
        process: ProcessEnding(status: status, usage: usage), wasSignalled: ended?.wasSignalled ?? false,
        leftProcesses: leavesProcesses)
    }
  }

  /// Adopts orphans, so that from now on this process may have children that it did not start.
  func adoptOrphans() {
    cposix_adopt_orphans()
    lock.withLock { state.adoptsOrphans = true }
  }

  /// Reaps adopted processes that left their command's group, as daemons do, and have ended.
  ///
  /// Other children of this program are in its own group, and the code that started them waits for them.
  private func reapAdopted() {
    guard state.adoptsOrphans, state.starting == 0 else { return }
    while true {
      let child = cposix_ended_child()
      guard child > 0, state.running[child] == nil else { return }
      let group = getpgid(child)
      guard group != getpgrp() else { return }
      if state.orphans.contains(group) {
        // Reaping its last process frees the group's number, which must not be signalled afterwards.
        if !isAlive(group: group) { state.orphans.remove(group) }
      } else if waitpid(child, nil, WNOHANG) != child {
        return
      }
    }
  }

  /// Kills every process of every group that may be alive, including running commands, and waits at most about a second
  /// for the leftover groups to end.
  func killAll() {
    lock.withLock {
      for leader in state.running.keys { kill(-leader, SIGKILL) }
      for leader in state.orphans { kill(-leader, SIGKILL) }
      var rounds = 1000
      state.orphans = state.orphans.filter(isAlive)
      while !state.orphans.isEmpty && rounds > 0 {
        usleep(1000)
        rounds -= 1
        state.orphans = state.orphans.filter(isAlive)
      }
    }
  }

  /// Reaps our ended processes in a leaderless group, and returns whether the group still has a process.
  private func isAlive(group: pid_t) -> Bool {
    var status: Int32 = 0
    var answer: pid_t
    repeat { answer = waitpid(-group, &status, WNOHANG) } while answer > 0 || (answer < 0 && errno == EINTR)
    return kill(-group, 0) == 0
  }
}

/// The running commands of all runs of the program.
public enum RunningCommands {
  /// Stops the commands and the processes in their groups, because the program itself is about to be stopped.
  public static func suspend() { ProcessGroups.shared.suspend(true) }

  /// Continues the commands.
  public static func resume() { ProcessGroups.shared.suspend(false) }

  /// Continues commands that were starting when the program was stopped; call it when the program continues.
  public static func continueStarting() { cposix_continue_starting() }

  /// The commands that a signal has stopped, usually because they tried to read the terminal. After ``resume()``, those
  /// that ``suspend()`` stopped are not included.
  public static var stopped: [StoppedCommand] { ProcessGroups.shared.stopped }
}

/// A command that a signal has stopped.
public struct StoppedCommand: Sendable, Equatable {
  /// The item that the command runs for.
  public let item: ItemID
  /// The worker that runs the command.
  public let worker: WorkerID
  /// The signal that stopped the command.
  public let signal: Int32
}

/// Processes that outlived the commands which started them.
public enum Orphans {
  /// Makes this process the parent of processes that outlive theirs, where the system can, so that none is lost.
  ///
  /// Call it at the program's start, because it changes which children the whole process has.
  public static func adoptOrphans() { ProcessGroups.shared.adoptOrphans() }

  /// Kills every process of ours that is still alive: those that finished commands left in their process groups, and
  /// running commands. Call it when the run is over.
  ///
  /// It does not find a process that deliberately moved to another group or session, as a daemon does.
  public static func killAll() { ProcessGroups.shared.killAll() }
}
