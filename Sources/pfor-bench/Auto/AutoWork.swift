import Dashboard
import Foundation

/// Work on which the automatic choice of the number of threads is tried. Times are in seconds.
struct AutoWork: Sendable {
  /// What limits how fast items proceed.
  enum Server: Sendable {
    /// So many items proceed at a time, in the order in which they began; the number may depend on the progress.
    case places(@Sendable (_ progress: Double) -> Int)
    /// All items proceed, at a speed that depends on how many there are.
    case speed(@Sendable (_ inFlight: Int) -> Double)
    /// So many items begin per second.
    case rate(Double)
    /// Items fail at once if they begin while this number of others run.
    case refusing(beyond: Int)
  }

  let name: String
  var items: Int
  let server: Server
  /// The time of the item at a position while the server is idle.
  let time: @Sendable (Int, inout RepeatableRandom) -> Double
  /// How many times as long everything takes after a share of all items has ended.
  var slowdown: @Sendable (_ progress: Double) -> Double = { _ in 1 }
  /// How many items arrive per second; nil if all are there at the start.
  var arrivals: Double?

  static let all = [
    AutoWork(name: "W1 4 places, constant", items: 20_000, server: places(4), time: constant(0.1)),
    AutoWork(name: "W2 16 places, log-normal 1", items: 30_000, server: places(16), time: logNormal(0.1, 1)),
    AutoWork(name: "W3 no limit, at most 64", items: 40_000, server: .speed { _ in 1 }, time: constant(0.1)),
    AutoWork(
      name: "W4 8 cores", items: 20_000, server: .speed { min(1, 8 / Double($0)) }, time: logNormal(0.1, 0.3)),
    AutoWork(
      name: "W5 retrograde", items: 20_000, server: .speed { 1 / (1 + 0.02 * Double($0 * $0)) },
      time: logNormal(0.1, 0.3)),
    AutoWork(
      name: "W6 8 places, Pareto 1.5", items: 20_000, server: places(8), time: { 0.05 * pow($1.unit(), -1 / 1.5) }),
    AutoWork(
      name: "W7 8 places, 5 % take 1 s", items: 40_000, server: places(8), time: { $1.unit() < 0.95 ? 0.01 : 1 }),
    AutoWork(
      name: "W8 4 places, 16 from half", items: 20_000, server: .places { $0 < 0.5 ? 4 : 16 },
      time: logNormal(0.1, 0.3)),
    AutoWork(
      name: "W9 16 places, 3 x slower", items: 6_000, server: places(16), time: logNormal(0.1, 0.3),
      slowdown: { 1 + 2 * $0 }),
    AutoWork(name: "W10 50 items a second", items: 10_000, server: .rate(50), time: constant(0.1)),
    AutoWork(
      name: "W11 failures beyond 12", items: 10_000, server: .refusing(beyond: 12), time: logNormal(0.1, 0.3)),
    AutoWork(
      name: "W12 20 items a second arrive", items: 4_000, server: .speed { _ in 1 }, time: constant(0.2), arrivals: 20),
    AutoWork(name: "W13 8 places, 200,000 x 1 ms", items: 200_000, server: places(8), time: constant(0.001)),
    AutoWork(name: "W14 8 places, 60 x 5 s", items: 60, server: places(8), time: logNormal(5, 0.3)),
    AutoWork(
      name: "W15 16 places, small to large", items: 6_000, server: places(16),
      time: { 0.02 * pow(100, Double($0) / 6_000) * exp(0.3 * $1.normal()) }),
    AutoWork(
      name: "W16 retrograde, large to small", items: 6_000, server: .speed { 1 / (1 + 0.02 * Double($0 * $0)) },
      time: { 2 * pow(0.01, Double($0) / 6_000) * exp(0.3 * $1.normal()) }),
    AutoWork(
      name: "W17 16 places, 10 x slower", items: 6_000, server: places(16), time: logNormal(0.1, 0.3),
      slowdown: { 1 + 9 * $0 }),
  ]

  private static func places(_ count: Int) -> Server { .places { _ in count } }

  private static func constant(_ time: Double) -> @Sendable (Int, inout RepeatableRandom) -> Double { { _, _ in time } }

  private static func logNormal(_ median: Double, _ spread: Double) -> @Sendable (Int, inout RepeatableRandom) -> Double
  {
    { median * exp(spread * $1.normal()) }
  }
}
