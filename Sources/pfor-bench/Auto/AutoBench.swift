import ArgumentParser
import Foundation
import ParallelFor

/// `pfor-bench auto`: what the automatic choice of the number of threads costs and finds.
struct AutoBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auto",
    abstract: "What the automatic choice of the number of threads costs and finds, over simulated runs.",
    discussion: """
      The state machine of the pool and the tuner are the real ones; time and the server are simulated. "Loss" is how \
      much longer a run takes than with the best fixed number of threads. "Final" is the number in the end. "Near" is \
      the share of runs in which it is within a quarter of the best one, and "found" the share in which it is near or \
      does at least 95 % of the work. Indented lines are controls, whose rules must miss. Where too many threads cost \
      nothing but threads, they begin with 32, and the number must be near.
      """)

  @Option(help: ArgumentHelp("The number of runs of each workload.", valueName: "n"))
  var seeds = 20
  @Option(help: ArgumentHelp("The number of threads at the start.", valueName: "n"))
  var start = 8
  @Option(help: ArgumentHelp("Only workloads whose names begin with this.", valueName: "name"))
  var only = ""

  @Flag(help: "Measure in real time, on servers in this process, five runs of each workload beside the best number.")
  var real = false

  @Flag(help: "Measure what the choice of the number of threads and the estimate of the time left cost.")
  var cost = false

  func validate() throws {
    guard seeds > 0, start > 0 else { throw ValidationError("--seeds and --start must be at least 1") }
  }

  func run() throws {
    if cost {
      print(Report.text(of: [AutoCost().report()]))
      return
    }
    print(AutoFigures.header)
    if real {
      for work in RealWork.all where work.name.hasPrefix(only) { print(work.line(rounds: 5)) }
      return
    }
    for work in AutoWork.all where work.name.hasPrefix(only) {
      let fixed = FixedRuns(work)
      print(AutoFigures(work, fixed, start: start, seeds: seeds).line(work.name))
      for control in Control.all where control.works.contains(where: { work.name.hasPrefix($0 + " ") }) {
        if let start = control.start {
          let ours = AutoFigures(work, fixed, start: start, seeds: seeds)
          print(ours.line("   from \(start) threads", countsThreads: true))
        }
        let figures = AutoFigures(work, fixed, start: control.start ?? start, seeds: seeds, rules: control.rules)
        print(figures.line("   " + control.name, countsThreads: control.start != nil))
      }
    }
  }
}

/// Rules that must do worse, and where.
struct Control {
  let name: String
  let works: [String]
  let rules: ThreadTuner.Rules
  /// The number of threads at the start; nil for that of all runs.
  var start: Int?

  static var all: [Control] {
    var single = ThreadTuner.Rules()
    single.pattern = [false, true]
    single.mostCycles = 1
    var short = ThreadTuner.Rules()
    short.fixedEnds = 20
    short.mostCycles = 1
    return [
      // A server that slows down makes what is tried later look worse. Therefore this rule never finds out that fewer
      // threads are enough.
      Control(name: "before and after", works: ["W9", "W15", "W17"], rules: single, start: 32),
      Control(name: "before and after", works: ["W16"], rules: single),
      Control(name: "blocks of 20 items", works: ["W6"], rules: short),
    ]
  }
}

/// How long work takes with fixed numbers of threads.
final class FixedRuns {
  static let counts = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64]
  private let work: AutoWork
  private var times: [Int: [UInt64: Double]] = [:]
  private(set) var best = 1

  /// - Parameter best: The best number, if it is known.
  init(_ work: AutoWork, best: Int? = nil) {
    self.work = work
    guard best == nil else {
      self.best = best ?? 1
      return
    }
    let means = Self.counts.map { count in (count, time(count, 1) + time(count, 2)) }
    let least = means.map(\.1).min() ?? 0
    self.best = means.first { $0.1 <= least * 1.005 }?.0 ?? 1
  }

  func time(_ threads: Int, _ seed: UInt64) -> Double {
    if let known = times[threads]?[seed] { return known }
    var run = AutoRun(work, seed: seed, threads: threads)
    let time = run.play()
    times[threads, default: [:]][seed] = time
    return time
  }
}

/// What automatic runs of one workload cost and found.
struct AutoFigures {
  static let most = 64
  static let header =
    "workload".padding(toLength: 32, withPad: " ", startingAt: 0)
    + "  best   loss: median   worst   final: median  range     work    near   found"

  let best: Int
  private(set) var losses: [Double] = []
  private(set) var finals: [Int] = []
  private(set) var shares: [Double] = []

  init(_ work: AutoWork, _ fixed: FixedRuns, start: Int, seeds: Int, rules: ThreadTuner.Rules = ThreadTuner.Rules()) {
    best = fixed.best
    for seed in 1...UInt64(seeds) {
      var run = AutoRun(
        work, seed: seed, threads: start, tuner: ThreadTuner(from: start, upTo: Self.most, rules: rules))
      losses.append(run.play() / fixed.time(best, seed) - 1)
      finals.append(run.threads)
      shares.append(fixed.time(best, 1) / fixed.time(run.threads, 1))
    }
  }

  var loss: Double { median(of: losses) }

  /// The share of runs whose final number is near the best one.
  var near: Double { share { count, _ in isNear(count) } }

  /// The share of runs whose final number is good.
  var found: Double { share { isNear($0) || $1 >= 0.95 } }

  private func isNear(_ count: Int) -> Bool { abs(Double(count) / Double(best) - 1) <= 0.25 }

  private func share(_ isGood: (Int, Double) -> Bool) -> Double {
    Double(zip(finals, shares).count { isGood($0, $1) }) / Double(max(1, finals.count))
  }

  /// - Parameter countsThreads: Whether the number must be near the best one, even if another does as much.
  func line(_ name: String, countsThreads: Bool = false) -> String {
    let isGood = loss <= 0.1 && (countsThreads ? near : found) >= 0.5
    let sorted = finals.sorted()
    return name.padding(toLength: 32, withPad: " ", startingAt: 0)
      + String(
        format: "%6d%15.1f %%%7.1f %%%16d%7d–%-5d%5.0f %%%6.0f %%%6.0f %%  %@", best, 100 * loss,
        100 * (losses.max() ?? 0), sorted[sorted.count / 2], sorted.first ?? 0, sorted.last ?? 0,
        100 * median(of: shares), 100 * near, 100 * found, isGood ? "" : "missed")
  }
}
