/// What the measured numbers of threads say about the one in force: would more threads help, or fewer?
package enum ThreadAdvice: Equatable, Sendable {
  /// The number in force has not been measured, or no other has.
  case unknown
  /// The pace has changed by itself, so that numbers of threads cannot be compared.
  case drifted(ThreadPoint, ThreadPoint.Drift)
  /// A larger number did clearly more.
  case more(ThreadPoint, best: ThreadPoint)
  /// A smaller number did clearly more.
  case fewer(ThreadPoint, best: ThreadPoint)
  /// A smaller number does as much.
  case tooMany(ThreadPoint, enough: ThreadPoint)
  /// It does clearly more than the next smaller number, and a larger number does not do more.
  case enough(ThreadPoint, larger: ThreadPoint)
  /// It does clearly more than any smaller number, and no larger number was measured.
  case growing(ThreadPoint, smaller: ThreadPoint)
  /// Too few items to tell.
  case unclear(ThreadPoint, other: ThreadPoint)

  /// Whether the user should change the number of threads.
  package var isActionable: Bool {
    switch self {
    case .more, .fewer, .tooMany: true
    case .unknown, .drifted, .enough, .growing, .unclear: false
    }
  }

  /// - Parameters:
  ///   - points: The measured numbers of threads, in their order.
  ///   - threads: The number in force.
  init(_ points: [ThreadPoint], at threads: Int) {
    guard points.count > 1, let index = points.firstIndex(where: { $0.threads == threads }) else {
      self = .unknown
      return
    }
    let here = points[index], smaller = points[..<index], larger = points[(index + 1)...]
    if let drifting = points.last(where: { $0.drift != nil }), let drift = drifting.drift {
      self = .drifted(drifting, drift)
    } else if let best = Self.best(larger.filter { $0.gain(over: here).isClearGain }) {
      self = .more(here, best: best)
    } else if let best = Self.best(smaller.filter { $0.gain(over: here).isClearGain }) {
      self = .fewer(here, best: best)
    } else if let enough = smaller.first(where: { here.gain(over: $0).isNoGain }) {
      self = .tooMany(here, enough: enough)
    } else {
      self = Self.judge(here, next: smaller.last, above: larger.first)
    }
  }

  private static func best(_ points: [ThreadPoint]) -> ThreadPoint? { points.max { $0.rate < $1.rate } }

  /// Judges a number of threads that no other number clearly beats.
  private static func judge(_ here: ThreadPoint, next: ThreadPoint?, above: ThreadPoint?) -> ThreadAdvice {
    let isGain = next.map { here.gain(over: $0).isClearGain } ?? true
    if let above {
      return isGain && above.gain(over: here).isNoGain ? .enough(here, larger: above) : .unclear(here, other: above)
    }
    guard let next else { return .unknown }
    return isGain ? .growing(here, smaller: next) : .unclear(here, other: next)
  }

  /// Returns the smallest number of threads that does at least 95 % of the best; nil for fewer than two numbers.
  package static func knee(of points: [ThreadPoint]) -> Int? {
    guard points.count > 1, let best = points.map(\.rate).max() else { return nil }
    return points.first { $0.rate >= 0.95 * best }?.threads
  }
}
