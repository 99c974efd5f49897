import ArgumentParser
import Foundation

/// `pfor-bench time-left`: how far estimates of the time left are off.
struct TimeLeftBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time-left",
    abstract: "How far estimates of the time left are off, over simulated runs, beside the methods of other programs.",
    discussion: """
      A figure is the median of |log(estimate / truth)|, so 0.10 is an estimate that is 10 % off, at a share of the \
      run's time. "Covered" is how often the truth was in the range that the dashboard shows; a fair range covers it \
      in 70 to 90 % of the cases. "Better" is how many of the other methods are better than pfor-tui by more than twice \
      the standard error. Moments before something that nobody can know are left out.
      """)

  /// The shares of the run's time at which estimates are asked for.
  static let shares = [0.10, 0.25, 0.50, 0.75, 0.90, 0.98]
  private static let contenders = ["pfor-tui"] + Rivals.names

  @Option(help: ArgumentHelp("The number of runs of each workload.", valueName: "n"))
  var seeds = 20

  func validate() throws {
    guard seeds > 0 else { throw ValidationError("--seeds must be at least 1") }
  }

  func run() throws { print(table()) }

  /// Measures all workloads.
  func table() -> String {
    var all = TimeLeftErrors()
    var lines = [Self.line("", "", Self.shares.map { "\(Int($0 * 100)) %" })]
    for work in VirtualWork.all {
      let errors = (1...UInt64(seeds)).reduce(into: TimeLeftErrors()) { $0.add(Self.errors(work, seed: $1)) }
      lines += block(work.name, errors)
      all.add(errors)
    }
    return (lines + block("all", all)).joined(separator: "\n")
  }

  /// Plays a run twice: first to know its length, and then to ask at shares of it.
  static func errors(_ work: VirtualWork, seed: UInt64) -> TimeLeftErrors {
    var first = VirtualRun(work, seed: seed)
    first.play(asking: [])
    var run = VirtualRun(work, seed: seed)
    run.play(asking: shares.map { $0 * first.now })
    var errors = TimeLeftErrors()
    for (share, moment) in run.moments.enumerated() where moment.progress >= work.knownFrom {
      errors.add(moment, truth: first.now - moment.time, share)
    }
    return errors
  }

  private func block(_ name: String, _ errors: TimeLeftErrors) -> [String] {
    let covered = errors.covered.map { cases in
      cases.isEmpty ? "" : "\(Int((100 * Double(cases.count { $0 }) / Double(cases.count)).rounded())) %"
    }
    return Self.contenders.enumerated().map { index, contender in
      let medians = (errors.all[contender] ?? []).map { $0.isEmpty ? "" : String(format: "%.2f", median(of: $0)) }
      return Self.line(index == 0 ? name : "", contender, medians)
    } + [
      Self.line("", "covered", covered),
      Self.line("", "better", Self.shares.indices.map { "\(errors.clearlyBetter(at: $0).count)" }),
    ]
  }

  private static func line(_ name: String, _ contender: String, _ cells: [String]) -> String {
    func pad(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
    return pad(name, 27) + pad(contender, 15)
      + cells.map { String(repeating: " ", count: max(0, 7 - $0.count)) + $0 }.joined()
  }
}

/// The errors of estimates, for each share of the run's time.
struct TimeLeftErrors {
  private(set) var all: [String: [[Double]]] = [:]
  /// Whether the range held the truth.
  private(set) var covered = [[Bool]](repeating: [], count: TimeLeftBench.shares.count)

  mutating func add(_ moment: VirtualRun.Moment, truth: Double, _ share: Int) {
    for (name, estimate) in moment.estimates {
      let error = abs(log(max(estimate.seconds, 1e-3) / max(truth, 1e-3)))
      all[name, default: Array(repeating: [], count: TimeLeftBench.shares.count)][share].append(error)
      if let range = estimate.range { covered[share].append(range.contains(truth)) }
    }
  }

  mutating func add(_ other: TimeLeftErrors) {
    for (name, errors) in other.all {
      let mine = all[name] ?? Array(repeating: [], count: errors.count)
      all[name] = zip(mine, errors).map { $0 + $1 }
    }
    covered = zip(covered, other.covered).map { $0 + $1 }
  }

  /// The median error of a contender at a share.
  func error(of contender: String, at share: Int) -> Double { median(of: all[contender]?[share] ?? []) }

  /// The contenders that are better than pfor-tui at a share by more than twice the standard error.
  func clearlyBetter(at share: Int) -> [String] {
    let mine = Self.middle(of: all["pfor-tui"]?[share] ?? [])
    return Rivals.names.filter { name in
      let other = Self.middle(of: all[name]?[share] ?? [])
      return mine.median - other.median > 2 * (mine.error * mine.error + other.error * other.error).squareRoot()
    }
  }

  /// The median and its standard error, from the distance of the values around it; infinite without values.
  private static func middle(of values: [Double]) -> (median: Double, error: Double) {
    guard !values.isEmpty else { return (.infinity, 0) }
    let sorted = values.sorted(), count = Double(sorted.count), half = count.squareRoot() / 2
    let low = sorted[max(0, Int(count / 2 - half))], high = sorted[min(sorted.count - 1, Int(count / 2 + half))]
    return (median(of: sorted), (high - low) / 2)
  }

  /// How often the truth was in the range.
  var coverage: Double {
    let cases = covered.flatMap { $0 }
    return Double(cases.count { $0 }) / Double(max(1, cases.count))
  }
}
