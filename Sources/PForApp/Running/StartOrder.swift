import ArgumentParser
import Jobs
import RunStore

/// The order in which items start. Their results keep the order of the input.
enum StartOrder: String, CaseIterable, ExpressibleByArgument {
  case input, longest
  case failedFirst = "failed-first"
  case shuffle

  /// Whether an earlier run decides.
  var needsPast: Bool { self == .longest || self == .failedFirst }
}

/// Collects what decides the order of starts while items are read.
struct StartSchedule {
  private let order: StartOrder
  private let past: PastLatencies?
  /// How long each item took before, in nanoseconds; negative if that is unknown.
  private var times: [Float] = []
  private var failed: [Int] = []
  private var count = 0
  private var knownCount = 0

  /// - Parameters:
  ///   - order: the order.
  ///   - past: finds the items of an earlier run; nil if there is none.
  init(_ order: StartOrder, past: PastLatencies?) {
    self.order = order
    self.past = past
  }

  /// Why the items start in the order of the input although another was asked for; nil if they do not.
  var problem: String? {
    guard order.needsPast, knownCount == 0 else { return nil }
    return "--order \(order.rawValue): no earlier run knows these items, so they start in the order of the input"
  }

  /// Notes the next item of the input.
  mutating func add(_ item: Item) throws {
    defer { count += 1 }
    guard order.needsPast, let past else { return }
    let known = try past.next(text: item.value.recorded, fields: item.fields?.recorded)
    if known.hasFailed { failed.append(count) }
    if known.latency != nil { knownCount += 1 }
    if order == .longest { times.append(known.latency.map { Float($0) } ?? -1) }
  }

  /// The positions of all items in the order of their starts; nil for that of the input.
  func positions(using random: inout some RandomNumberGenerator) -> [Int]? {
    switch order {
    case .input: return nil
    case .shuffle: return (0..<count).shuffled(using: &random)
    case .failedFirst: return knownCount > 0 ? failed : nil
    case .longest: return knownCount > 0 ? longestFirst : nil
    }
  }

  /// Items of unknown length take their place as if they took as long as the mean of the others.
  private var longestFirst: [Int] {
    let mean = times.reduce(0) { $0 + max(0, Double($1)) } / Double(knownCount)
    func time(_ position: Int) -> Float { times[position] < 0 ? Float(mean) : times[position] }
    return times.indices.sorted { (time($1), $0) < (time($0), $1) }
  }
}
