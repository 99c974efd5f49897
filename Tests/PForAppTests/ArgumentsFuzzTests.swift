import ParallelFor
import TestSupport
import Testing

@testable import PForApp

/// Random arguments: each one is refused or has a sensible value.
@Suite struct ArgumentsFuzzTests {
  private static let tokens = [
    "1", "99999999999999999999", "1e308", "0x1p70", "nan", "inf", "-", "+", ".", "%", "s", "ms", "us", "m", "h", "d",
    ",", "=",
    "now", "soon", "fail", "done", "success", "never", "x", "×", " ", "٣", "\u{301}",
  ]

  @Test(arguments: ["3h50m1.5s", "300%", "now,fail=3%", "soon,done=12", "150%", "2.5x"])
  func refusedOrSensible(sample: String) {
    var random = SeededGenerator(seed: 14)
    for _ in 0..<3_000 {
      let argument = String(decoding: random.mutated(Array(sample.utf8), tokens: Self.tokens), as: UTF8.self)
      if let span = TimeSpan(argument: argument) { #expect(span.nanoseconds >= 0, "\(argument)") }
      if let threads = ThreadCount(argument: argument) { #expect(threads.count >= 0, "\(argument)") }
      checkLimits(argument)
    }
  }

  private func checkLimits(_ argument: String) {
    switch TimeLimit(argument: argument)?.timeout {
    case .fixed(let limit): #expect(limit > .zero, "\(argument)")
    case .timesMedian(let factor): #expect(factor > 0 && factor.isFinite, "\(argument)")
    case nil: break
    }
    switch HaltRule(argument: argument)?.policy?.limit {
    case .count(let count): #expect(count > 0, "\(argument)")
    case .fraction(let share): #expect(share > 0 && share <= 1, "\(argument)")
    case nil: break
    }
    if case .factor(let factor) = SlowLimit(argument: argument) {
      #expect(factor > 0 && factor.isFinite, "\(argument)")
    }
  }
}
