import ArgumentParser
import DashboardView
import ParallelFor
import RunStore

/// Removes old runs.
struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", _superCommandName: "pfor-tui",
    abstract: "Remove recorded runs by age, number or size.",
    usage: "pfor-tui prune [--older-than 30d] [--keep 100] [--size 10GB] [--unfinished] [--dry-run]",
    discussion: "Runs that can be resumed are kept unless you add --unfinished. A run in progress is always kept.")

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Remove runs that started longer ago than this.", valueName: "time"))
  var olderThan: TimeSpan?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Keep only this many runs, the newest ones.", valueName: "n"))
  var keep: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Keep the newest runs that fit into this much space, such as 500MB.", valueName: "size"))
  var size: ByteSize?

  @Flag(help: "Remove unfinished runs too.")
  var unfinished = false

  @Flag(help: "Only list the runs that would be removed.")
  var dryRun = false

  func validate() throws {
    guard olderThan != nil || keep != nil || size != nil else {
      throw ValidationError("say which runs to remove: --older-than 30d, --keep 100 or --size 10GB")
    }
    guard keep.map({ $0 >= 0 }) ?? true else { throw ValidationError("--keep must not be negative") }
  }

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let output = CommandOutput()
      let now = MonotonicClock.wallTime(of: MonotonicClock.now)
      let policy = PrunePolicy(
        before: olderThan.map { now - $0.nanoseconds }, newest: keep, bytes: size?.bytes,
        includesUnfinished: unfinished)
      for entry in policy.selected(from: try RunNames.history().runs()) {
        if !dryRun { try RunNames.translated { () throws(RunStoreError) in try entry.remove() } }
        let size = Formatting().bytes(Int(entry.size))
        output.write(line: "\(dryRun ? "would remove" : "removed") \(RunNames.name(of: entry.path))  \(size)")
      }
      return output.finish()
    })
  }
}

/// A number of bytes: `1000`, `64kB`, `500MB`, `10GB`.
struct ByteSize: ExpressibleByArgument, Equatable {
  private static let units: [(name: String, bytes: Double)] = [
    ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
  ]

  let bytes: Int64

  init?(argument: String) {
    let unit = Self.units.first { argument.hasSuffix($0.name) }
    guard let number = Double(decimal: argument.dropLast(unit?.name.count ?? 0)) else { return nil }
    let bytes = number * (unit?.bytes ?? 1)
    guard bytes >= 0, bytes < 9e18 else { return nil }
    self.bytes = Int64(bytes)
  }
}
