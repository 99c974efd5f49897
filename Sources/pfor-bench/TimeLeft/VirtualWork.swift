import Dashboard
import Foundation

/// Work on which estimates of the time left are tried. Times are in seconds.
struct VirtualWork: Sendable {
  let name: String
  let items: Int
  let threads: Int
  /// The time of the item at a position while the server is idle.
  let time: @Sendable (Int, inout RepeatableRandom) -> Double
  /// How fast items proceed with some of them in flight, after a share of all items has ended.
  var speed: @Sendable (_ inFlight: Int, _ progress: Double) -> Double = { _, _ in 1 }
  /// The numbers of threads from certain shares of ended items on.
  var changes: [(progress: Double, threads: Int)] = []
  var failureShare = 0.0
  var retryDelay = 1.0
  var timeout = Double.infinity
  /// How long an item took in an earlier run; nil if there was none.
  var past: (@Sendable (Double, inout RepeatableRandom) -> Double)?
  /// The share of items that have to end before an estimate can know what counts; nothing before it is judged.
  var knownFrom = 0.0

  static let all = [
    VirtualWork(name: "constant", items: 2_000, threads: 8, time: { _, _ in 0.1 }),
    VirtualWork(name: "log-normal", items: 1_000, threads: 8, time: logNormal(0.1, 1)),
    VirtualWork(name: "bimodal", items: 3_000, threads: 8, time: { $1.unit() < 0.95 ? 0.01 : 1 }),
    VirtualWork(name: "Pareto tail", items: 1_000, threads: 8, time: { 0.05 * pow($1.unit(), -1 / 1.5) }),
    VirtualWork(
      name: "slowing server", items: 2_000, threads: 8, time: logNormal(0.1, 0.3), speed: { 1 / (1 + 2 * $1) }),
    VirtualWork(
      name: "4, 16 threads, scales", items: 2_000, threads: 4, time: logNormal(0.1, 0.5), changes: [(0.2, 16)],
      knownFrom: 0.2),
    VirtualWork(
      name: "1, 6, 1 threads, flat", items: 600, threads: 1, time: logNormal(0.1, 0.3),
      speed: { inFlight, _ in 1 / Double(inFlight) }, changes: [(0.3, 6), (0.6, 1)]),
    VirtualWork(
      name: "4, 12 threads, worse", items: 1_000, threads: 4, time: logNormal(0.1, 0.3),
      speed: { inFlight, _ in 1 / (1 + 0.02 * Double(inFlight * inFlight)) }, changes: [(0.2, 12)], knownFrom: 0.2),
    VirtualWork(name: "retries", items: 600, threads: 8, time: logNormal(0.2, 0.5), failureShare: 0.3),
    VirtualWork(name: "timeouts", items: 800, threads: 8, time: logNormal(0.1, 1.5), timeout: 1),
    VirtualWork(
      name: "past known", items: 500, threads: 8, time: logNormal(0.1, 1.5),
      past: { $0 / 1.3 * exp(0.1 * $1.normal()) }),
    VirtualWork(name: "60 items of 5 s", items: 60, threads: 8, time: logNormal(5, 0.5)),
    VirtualWork(name: "20 items", items: 20, threads: 5, time: logNormal(1, 0.7)),
    VirtualWork(
      name: "slowly longer", items: 800, threads: 8,
      time: { (0.02 + 0.2 * Double($0) / 800) * exp(0.3 * $1.normal()) }),
    VirtualWork(
      name: "cold cache", items: 1_500, threads: 8, time: { ($0 < 100 ? 0.5 : 0.1) * exp(0.4 * $1.normal()) },
      knownFrom: 0.1),
    VirtualWork(
      name: "4 times as slow from half", items: 1_500, threads: 8,
      time: { ($0 < 750 ? 0.05 : 0.2) * exp(0.4 * $1.normal()) }, knownFrom: 0.5),
  ]

  private static func logNormal(_ median: Double, _ spread: Double) -> @Sendable (Int, inout RepeatableRandom) -> Double
  {
    { median * exp(spread * $1.normal()) }
  }
}

extension RepeatableRandom {
  /// Makes the numbers of a run.
  init(seed: UInt64) { self.init(state: seed &* 0xD1B5_4A32_D192_ED03) }

  /// Returns a number of the standard normal distribution.
  mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
}
