import ArgumentParser
import CBenchLoops
import Foundation
import RunStore

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

struct KillsBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "kills",
    abstract: "Kills recorded runs at random moments, resumes them, and checks that nothing is lost.",
    discussion: """
      Each item records that it ran, then writes its number; every 7th fails. A run is killed and resumed until it \
      ends by itself. Then another run starts, until the number of kills is reached. Anything that is lost, printed \
      twice or run again without need is an error.
      """)

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of kills that must hit a running program.") var kills = 200
  @Option(help: "The number of items in a run.") var items = 300
  @Option(help: "The number of items that run at once.") var threads = 8
  @Option(help: "How long an item sleeps, in milliseconds.") var sleep = 100
  @Option(help: "The latest moment of a kill, in milliseconds after the start.") var latest = 400
  @Option(help: "The seed of the random moments.") var seed: UInt64 = 7

  func validate() throws {
    guard kills > 0, items > 0, threads > 0, sleep >= 0, latest > 0 else {
      throw ValidationError("--kills, --items, --threads and --latest must be at least 1, and --sleep at least 0")
    }
  }

  func measure() throws -> Report {
    var moments = SeededMoments(seed: seed, latest: latest)
    var runs: [KilledRun.Tally] = []
    var struck = 0
    while struck < kills {
      Progress.tell("\(struck) of \(kills) kills")
      let run = try KilledRun(program: options.program, items: items, threads: threads, sleep: sleep)
      let tally = try run.run(killing: kills - struck, at: &moments)
      runs.append(tally)
      struck += tally.kills
    }
    return Report(
      title: "Runs of \(items) items of \(sleep) ms, \(threads) at once, killed at random moments with seed \(seed)",
      rows: [
        Report.Row(name: "kills of a running program", figure: "\(struck)", goal: "\(kills)"),
        Report.Row(name: "runs with the same results as undisturbed", figure: "\(runs.count)"),
        Report.Row(name: "most kills of one run", figure: "\(runs.map(\.kills).max() ?? 0)"),
        Report.Row(
          name: "items run again", figure: "\(runs.reduce(0) { $0 + $1.again })", goal: "≤ \(struck * threads)"),
      ])
  }
}

/// A run that is killed and resumed until it ends by itself, with checks after each kill and at the end.
final class KilledRun {
  /// The counts for a run.
  struct Tally {
    /// The number of kills that hit a running program.
    var kills = 0
    /// The number of repeated runs of items.
    var again = 0
  }

  private let folder: ScratchFolder
  private let items: Int
  private let threads: Int
  /// The command that starts the run and resumes it.
  private let resuming: [String]
  /// The results of the undisturbed run.
  private let whole: Data

  /// Writes the items and runs them once, undisturbed and unrecorded.
  init(program: String, items: Int, threads: Int, sleep: Int) throws {
    folder = try ScratchFolder()
    self.items = items
    self.threads = threads
    let ids = try folder.lines("ids", count: items) { String($0 + 1) }
    let rest = sleep == 0 ? "" : "sleep \(Double(sleep) / 1_000); "
    let job = ["--", "sh", "-c", "\(rest)echo \"$1\" >> \"$0\"; echo \"$1\"; test $(($1 % 7)) -ne 0"]
    let begin = [program, ids, "-j\(threads)", "-q", "--no-tui"]
    let undisturbed = begin + ["--no-run", "-o", folder.path("whole")] + job + ["/dev/null"]
    resuming =
      begin + ["--run", folder.path("run"), "--resume", "-o", folder.path("out")] + job + [folder.path("side")]
    try Self.end(Self.start(undisturbed, errors: folder.path("errors")), errors: folder.path("errors"))
    whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("whole")))
  }

  /// Kills the run up to `limit` times, unless it ends first, and then lets it run to its end.
  ///
  /// - Throws: ``BenchError`` if a check fails.
  func run(killing limit: Int, at moments: inout SeededMoments) throws -> Tally {
    var tally = Tally()
    while tally.kills < limit, try strike(after: moments.next()) {
      tally.kills += 1
      try check(whole.starts(with: results), "after kill \(tally.kills), the results are not a prefix of the whole")
    }
    try Self.end(Self.start(resuming, errors: folder.path("errors")), errors: folder.path("errors"))
    try check(results == whole, "the results differ from those of the undisturbed run")
    try checkRecord()
    tally.again = try checkSide(kills: tally.kills)
    return tally
  }

  /// Starts the program and kills it after some microseconds.
  ///
  /// - Returns: false if it had ended by itself.
  private func strike(after moment: UInt32) throws -> Bool {
    let child = try Self.start(resuming, errors: folder.path("errors"))
    usleep(moment)
    kill(child, SIGKILL)
    return try Program.finish(child).status & 0x7F == SIGKILL
  }

  // MARK: - What must hold

  private var results: Data { FileManager.default.contents(atPath: folder.path("out")) ?? Data() }

  private func checkRecord() throws {
    let reader = try RunReader(path: folder.path("run"))
    defer { reader.close() }
    var seen: Set<[UInt8]> = []
    try reader.forEachItem { item in
      try check(item.isDone, "an unfinished item is recorded")
      try check(seen.insert(item.text).inserted, "an item is recorded twice")
    }
    let record = try reader.record()
    try check(seen.count == items && record.counts.done == items, "\(seen.count) of \(items) items are recorded")
    try check(record.counts.failed == items / 7, "\(record.counts.failed) items are recorded as failed")
    try check(record.state == .finished, "the run is not recorded as finished")
  }

  /// Checks that only items that were in flight at a kill have run again, and returns their number.
  private func checkSide(kills: Int) throws -> Int {
    let lines = try String(contentsOfFile: folder.path("side"), encoding: .utf8).split(separator: "\n")
    try check(Set(lines).count == items, "\(items - Set(lines).count) items never ran")
    let again = lines.count - items
    try check(again <= kills * threads, "\(again) items ran again after \(kills) kills")
    return again
  }

  private func check(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw BenchError("\(problem())\n" + Self.tail(of: folder.path("errors")))
  }

  // MARK: - The program

  /// Starts a command whose messages are appended to a file.
  private static func start(_ command: [String], errors: String) throws -> pid_t {
    let null = try File(reading: "/dev/null")
    let child = withCArguments(["/bin/sh", "-c", #"exec "$@" 2>> "$0""#, errors] + command) {
      bench_start($0, null.descriptor, null.descriptor)
    }
    guard child > 0 else { throw BenchError("\(command[0]): cannot start: \(String(cString: strerror(errno)))") }
    return child
  }

  /// Waits for a run's end. Its exit status depends on the number of failed items and is not an error.
  private static func end(_ child: pid_t, errors: String) throws {
    let status = try Program.finish(child).status
    guard status & 0x7F == 0, status >> 8 < 255 else {
      throw BenchError("the run ended with wait status \(status)\n" + tail(of: errors))
    }
  }

  private static func tail(of path: String) -> String {
    String(decoding: (FileManager.default.contents(atPath: path) ?? Data()).suffix(2_000), as: UTF8.self)
  }
}

/// Random moments from a seed. Early ones are more likely, because a program does most just after its start.
struct SeededMoments {
  private var state: UInt64
  private let latest: Double

  /// - Parameter latest: the last moment, in milliseconds.
  init(seed: UInt64, latest: Int) {
    state = seed
    self.latest = Double(latest)
  }

  /// Returns the next moment, in microseconds after a start.
  mutating func next() -> UInt32 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    let share = Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    return UInt32(share * share * latest * 1_000)
  }
}
