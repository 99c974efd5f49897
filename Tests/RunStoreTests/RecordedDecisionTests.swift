import ParallelFor
import Testing

@testable import RunStore

@Suite struct RecordedDecisionTests {
  @Test func decisionsComeBackAsTheyWere() {
    for reason in ThreadDecision.Reason.allCases {
      for decision in [
        ThreadDecision(threads: 6, reason: reason), ThreadDecision(threads: 6, reason: reason, other: 8),
        ThreadDecision(threads: 6, reason: reason, other: 8, gain: -0.125, error: 0.031),
      ] {
        #expect(ThreadDecision(threads: 6, recorded: decision.recorded) == decision)
      }
    }
  }

  @Test(arguments: ["", "no such reason", "errors,x", "gained,8,1", "gained,8,1,2,3", "gained,,,"])
  func otherTextsAreNone(text: String) { #expect(ThreadDecision(threads: 6, recorded: text) == nil) }

  @Test func hugeGainsAreBounded() {
    let decision = ThreadDecision(threads: 1, reason: .gained, other: 2, gain: .infinity, error: 1)
    #expect(decision.recorded == "gained,2,1000000000,1000")
  }
}
