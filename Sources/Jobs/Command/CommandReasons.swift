import Attempts
import ParallelFor

/// What the processes of one command have used and waited for, from looks at them while it runs.
struct CommandUsage {
  /// The processor time of all its processes so far, in nanoseconds. It never falls, although processes end.
  private(set) var cpu: Int64 = 0
  /// The largest memory that one of its processes was seen to use, in bytes.
  private(set) var memory: Int64 = 0
  /// How long its processes were ready without a processor, in nanoseconds. What ended between two looks is missing.
  private(set) var runDelay: Int64 = 0
  /// The number of looks.
  private(set) var looks = 0
  /// The time in which it waited, by what it waited for; nil for what is not known. In nanoseconds.
  private(set) var waits: [ProcessWait?: Int64] = [:]
  /// What it did or waited for at the last look.
  private(set) var now: Reason?
  private var delays: [ProcessReading.ID: Int64] = [:]
  private var last: Int64?

  /// The time before the first look that the look stands for, in nanoseconds.
  private static let first: Int64 = 100_000_000

  /// Adds a look.
  ///
  /// - Parameters:
  ///   - processes: the processes of the command. The first started the others.
  ///   - age: how long the command has run, in nanoseconds.
  mutating func add(_ processes: [ProcessReading], at age: Int64) {
    guard !processes.isEmpty else { return }
    let interval = max(1, age - (last ?? max(0, age - Self.first)))
    let isFirst = last == nil
    last = age
    looks += 1
    let computed = used(by: processes)
    let delayed = noteDelays(of: processes)
    memory = max(memory, processes.map(\.memory).max() ?? 0)
    let wait = Self.wait(of: processes)
    // Before the first look, everything has happened in an unknown part of the time.
    let share = isFirst ? interval / 2 : interval
    waits[wait, default: 0] += isFirst ? interval : max(0, interval - computed - delayed)
    now = isFirst && wait == nil ? nil : Self.reason(computed, delayed, wait, of: share, isFirst: isFirst)
  }

  private mutating func used(by processes: [ProcessReading]) -> Int64 {
    let before = cpu
    cpu = max(cpu, processes.map(\.cpu).reduce(0, +))
    return cpu - before
  }

  /// Notes the delay of a process that has ended or still runs.
  mutating func noteDelay(_ delay: Int64, of id: ProcessReading.ID) -> Int64 {
    let known = delays[id] ?? 0
    guard delay > known else { return 0 }
    delays[id] = delay
    runDelay += delay - known
    return delay - known
  }

  private mutating func noteDelays(of processes: [ProcessReading]) -> Int64 {
    processes.reduce(0) { sum, process in sum + (process.runDelay.map { noteDelay($0, of: process.id) } ?? 0) }
  }

  /// What the command waits for: the most telling wait of its processes; nil if one of them runs, or could.
  private static func wait(of processes: [ProcessReading]) -> ProcessWait? {
    guard !processes.contains(where: { $0.state == "R" }) else { return nil }
    return processes.compactMap(\.wait).min { $0.rank < $1.rank }
  }

  private static func reason(
    _ computed: Int64, _ delayed: Int64, _ wait: ProcessWait?, of interval: Int64, isFirst: Bool
  ) -> Reason? {
    if !isFirst, computed >= interval / 2 { return CommandReasons.computing(computed, of: interval) }
    if !isFirst, delayed >= interval / 2 { return Reason(.runQueue) }
    return wait.map(CommandReasons.waiting)
  }
}

/// Decides why a command took its time.
enum CommandReasons {
  /// The shortest time that needs a reason, in nanoseconds.
  private static let shortestSlow: Int64 = 50_000_000
  /// The fewest looks that tell what a command waited for.
  private static let fewestLooks = 3

  /// Returns the reasons of a command that has ended, the longest first. Each explains at least a fifth of the time.
  ///
  /// - Parameters:
  ///   - wall: how long it took, in nanoseconds.
  ///   - cpu: the processor time of its processes, in nanoseconds; nil if unknown.
  ///   - usage: looks at its processes; nil if it was too short for any.
  static func reasons(wall: Int64, cpu: Int64?, usage: CommandUsage?) -> [Reason] {
    guard wall >= shortestSlow, let cpu else { return [] }
    // Without looks, only a command that hardly waited is explained.
    guard let usage else { return cpu >= wall / 5 * 4 ? [computing(cpu, of: wall)] : [] }
    let delay = min(usage.runDelay, max(0, wall - cpu))
    var reasons = [computing(cpu, of: wall), Reason(.runQueue, time: delay)]
    if usage.looks >= fewestLooks { reasons += waits(usage, max(0, wall - cpu - delay)) }
    return reasons.filter { $0.time ?? 0 >= wall / 5 }.sorted { $0.time ?? 0 > $1.time ?? 0 }
  }

  /// The reasons for the time in which the command waited, in the proportion of what was seen.
  private static func waits(_ usage: CommandUsage, _ waiting: Int64) -> [Reason] {
    let seen = usage.waits.values.reduce(0, +)
    guard seen > 0 else { return [] }
    return usage.waits.compactMap { wait, time in
      guard let wait else { return nil }
      var reason = Self.waiting(wait)
      reason.time = Int64(Double(waiting) * Double(time) / Double(seen))
      return reason
    }
  }

  /// The reason of a command that computed for part of a time.
  static func computing(_ cpu: Int64, of wall: Int64) -> Reason {
    let cores = Double(cpu) / Double(max(1, wall))
    return Reason(.cpu, detail: cores >= 1.5 ? "\(NumberText.figures(cores)) cores" : "", time: min(cpu, wall))
  }

  /// The reason of a command that waits.
  static func waiting(_ wait: ProcessWait) -> Reason {
    switch wait {
    case .sleep: Reason(.sleep)
    case .disk: Reason(.disk)
    case .network(let peer): Reason(.network, subject: peer)
    case .pipe(let name): Reason(.pipe, subject: name)
    case .children: Reason(.children)
    case .thread: Reason(.thread)
    case .fileLock: Reason(.fileLock)
    }
  }
}
