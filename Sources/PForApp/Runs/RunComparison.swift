import Attempts
import DashboardView
import ParallelFor
import ParallelForDashboard
import RunStore
import Screen

/// Two runs of the same items side by side: which items got slower, and how latencies are distributed in both.
struct RunComparison {
  /// An item that succeeded in both runs, with its latencies in nanoseconds.
  struct Pair: Equatable {
    var number: Int
    var text: [UInt8]
    var before: Int64
    var after: Int64

    /// How many times as long the item took.
    var ratio: Double { Double(max(1, after)) / Double(max(1, before)) }
  }

  /// The most items that are read of a run.
  private static let mostItems = 200_000
  /// An item got slower if it took this many times as long.
  private static let clearly = 1.25
  private static let itemsShown = 20
  private static let barWidth = 30

  /// The items that succeeded in both runs.
  private(set) var pairs: [Pair] = []
  private let latencies: (before: [Int64], after: [Int64])
  private let isCut: Bool

  init(_ before: RunReader, _ after: RunReader) throws(RunStoreError) {
    let earlier = try Self.successes(of: before), later = try Self.successes(of: after)
    latencies = (earlier.map(\.latency), later.map(\.latency))
    isCut = max(earlier.count, later.count) >= Self.mostItems
    // An item is known by its text. The same text twice is two items, in order.
    var known = Dictionary(grouping: earlier.reversed(), by: \.text).mapValues { $0.map(\.latency) }
    for item in later {
      guard let before = known[item.text]?.popLast() else { continue }
      pairs.append(Pair(number: item.number, text: item.text, before: before, after: item.latency))
    }
  }

  private struct Success {
    var number: Int
    var text: [UInt8]
    var latency: Int64
  }

  /// The items of a run that succeeded, in order.
  private static func successes(of reader: RunReader) throws(RunStoreError) -> [Success] {
    var successes: [Success] = []
    var next = 1
    while successes.count < mostItems {
      let items = try reader.items(from: next, limit: 1_000)
      guard let last = items.last?.number else { break }
      for item in items {
        guard let attempt = item.attempt, attempt.outcome.isSuccess else { continue }
        successes.append(Success(number: item.number ?? 0, text: item.text, latency: max(0, attempt.latency)))
      }
      next = last + 1
    }
    return successes
  }

  /// The items that got clearly slower, the largest ratio first.
  var slower: [Pair] { pairs.filter { $0.ratio >= Self.clearly }.sorted { $0.ratio > $1.ratio } }

  /// The comparison in lines that are safe to print.
  var lines: [String] {
    guard !pairs.isEmpty else { return ["no item has succeeded in both runs"] }
    return overview + [""] + distribution + [""] + changes
  }

  private var overview: [String] {
    let format = Formatting()
    func figures(_ latencies: [Int64]) -> String {
      let figures = LatencyFigures(latencies)
      return [("p50", figures.p50), ("p90", figures.p90), ("p99", figures.p99), ("max", figures.maximum)]
        .map { "\($0) \(Self.right(format.duration($1), 7))" }.joined(separator: "   ")
    }
    let ratios = pairs.map(\.ratio).sorted()
    let faster = pairs.count { $0.ratio <= 1 / Self.clearly }
    return [
      "items     \(format.count(pairs.count)) succeeded in both runs, \(format.count(latencies.before.count - pairs.count)) only in the earlier"
        + " and \(format.count(latencies.after.count - pairs.count)) only in the later one"
        + (isCut ? " (of the first \(format.count(Self.mostItems)))" : ""),
      "before    \(figures(latencies.before))",
      "after     \(figures(latencies.after))",
      "an item   takes \(times(ratios[ratios.count / 2])) as long, in the median",
      "slower    \(format.count(slower.count)) took at least a quarter longer, \(format.count(faster)) at least a fifth less",
    ]
  }

  private func times(_ ratio: Double) -> String { "\(NumberText.figures(ratio)) ×" }

  // MARK: - The distribution

  /// A bar for each doubling of the latency, of both runs.
  private var distribution: [String] {
    let before = Self.doublings(latencies.before), after = Self.doublings(latencies.after)
    let places = (before.keys.min() ?? 0, after.keys.min() ?? 0, before.keys.max() ?? 0, after.keys.max() ?? 0)
    let shares = (Double(latencies.before.count), Double(latencies.after.count))
    func share(_ count: Int?, _ all: Double) -> Double { all > 0 ? Double(count ?? 0) / all : 0 }
    let most = max(
      before.values.map { share($0, shares.0) }.max() ?? 0, after.values.map { share($0, shares.1) }.max() ?? 0)
    let format = Formatting()
    return [Self.right("latency up to", 13) + "  " + Self.pad("before", Self.barWidth + 2) + "after"]
      + (min(places.0, places.1)...max(places.2, places.3)).map { place in
        let limit = format.duration(Int64(1) << Int64(min(62, place + 1)))
        let bars = (bar(share(before[place], shares.0), most), bar(share(after[place], shares.1), most))
        return Self.right(limit, 13) + "  " + Self.pad(bars.0, Self.barWidth + 2) + bars.1
      }
  }

  private static func doublings(_ latencies: [Int64]) -> [Int: Int] {
    latencies.reduce(into: [:]) { $0[63 - UInt64(max(1, $1)).leadingZeroBitCount, default: 0] += 1 }
  }

  private func bar(_ share: Double, _ most: Double) -> String {
    guard share > 0, most > 0 else { return "" }
    let length = max(1, Int((share / most * Double(Self.barWidth - 6)).rounded()))
    return String(repeating: "#", count: length) + " \(Int((share * 100).rounded())) %"
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  // MARK: - The items

  private var changes: [String] {
    let slower = slower
    guard !slower.isEmpty else { return ["no item took at least a quarter longer"] }
    let format = Formatting()
    return ["items that got slower"]
      + slower.prefix(Self.itemsShown).map { pair in
        let name = SafeText.visible(String(decoding: pair.text.prefix(200), as: UTF8.self))
        let change = "\(Self.right(format.duration(pair.before), 7)) → \(Self.right(format.duration(pair.after), 7))"
        return "\(Self.right(times(pair.ratio), 8))  \(change)  #\(pair.number) \(name)"
      } + (slower.count > Self.itemsShown ? ["and \(format.count(slower.count - Self.itemsShown)) more"] : [])
  }
}
