import ArgumentParser
import ParallelFor

/// The options for items that fail or take too long.
struct PolicyOptions: ParsableArguments {
  // The next word is the value even if it begins with a dash. The error message is then about -1, not about a missing
  // value.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Try an item that fails or times out again, up to this many times.", valueName: "n"))
  var retries = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Wait this long before the first retry, and double the wait each time; up to half of a wait is random.",
      valueName: "time"))
  var retryDelay = TimeSpan(seconds: 0)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End an item that takes longer than a time, such as 30s, or a share of the median, such as 300%.",
      valueName: "limit"))
  var timeout: TimeLimit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Give up on the remaining items, now or soon, after a number or a share of items: soon,fail=1 or now,fail=3%.",
      valueName: "when,why=n"))
  var halt = HaltRule.never

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Start no item that is unlikely to end within this time after the start.", valueName: "time"))
  var timeBudget: TimeSpan?

  mutating func validate() throws {
    guard (0...Self.mostRetries).contains(retries) else {
      throw ValidationError("--retries \(retries): give a number from 0 to \(Self.mostRetries)")
    }
  }

  private static let mostRetries = 1_000

  /// The policy of the run.
  ///
  /// - Parameter grace: how long an item may take to end after its timeout.
  func policy(grace: TimeSpan) -> RunPolicy {
    RunPolicy(
      attempts: retries + 1, backoff: Backoff(first: retryDelay.duration), timeout: timeout?.timeout,
      grace: grace.duration, halt: halt.policy, timeBudget: timeBudget?.duration)
  }
}

/// How long an item may take: a time, `30s`, or a share of the median of the items before it, `300%`.
struct TimeLimit: ExpressibleByArgument, Equatable {
  let timeout: ItemTimeout

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(decimal: argument.dropLast()), percent / 100 > 0, percent.isFinite else { return nil }
      timeout = .timesMedian(percent / 100)
    } else {
      guard let span = TimeSpan(argument: argument), span.nanoseconds > 0 else { return nil }
      timeout = .fixed(span.duration)
    }
  }
}

/// When a run is halted, in GNU parallel's grammar: `never`, or `now` or `soon`, a comma, `fail`, `success` or `done`,
/// an equals sign, and a number or a percentage.
struct HaltRule: ExpressibleByArgument, Equatable {
  static let never = HaltRule(policy: nil)

  let policy: HaltPolicy?

  private init(policy: HaltPolicy?) { self.policy = policy }

  init?(argument: String) {
    guard argument != "never" else {
      self = .never
      return
    }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let manner = Self.manners[String(parts[0])] else { return nil }
    let rule = parts[1].split(separator: "=", omittingEmptySubsequences: false)
    guard rule.count == 2, let counted = Self.counted[String(rule[0])], let limit = Self.limit(rule[1]) else {
      return nil
    }
    policy = HaltPolicy(manner, after: limit, counted)
  }

  var defaultValueDescription: String { "never" }

  private static let manners: [String: HaltPolicy.Manner] = ["now": .now, "soon": .soon]
  private static let counted: [String: HaltPolicy.Counted] = [
    "fail": .unsuccessful, "success": .succeeded, "done": .ended,
  ]

  private static func limit(_ text: Substring) -> HaltPolicy.Limit? {
    if text.hasSuffix("%") {
      guard let percent = Double(decimal: text.dropLast()), percent / 100 > 0, percent <= 100 else { return nil }
      return .fraction(percent / 100)
    }
    guard text.utf8.allSatisfy(\.isDigit), let count = Int(text), count > 0 else { return nil }
    return .count(count)
  }
}
