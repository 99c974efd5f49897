import ParallelFor
import Testing

@testable import RunStore

@Suite struct RecordedHoldTests {
  @Test func reasonsComeBackAsTheyWere() {
    for reason in [HoldReason.load(9.25, limit: 8), .load(0, limit: 0.5), .memory(available: 5_000, limit: 1 << 40)] {
      #expect(HoldReason(recorded: reason.recorded) == reason)
    }
  }

  @Test(arguments: ["", "load", "load,1", "load,1,2,3", "load,x,2", "memory,1,", "disk,1,2"])
  func otherTextsAreNone(text: String) { #expect(HoldReason(recorded: text) == nil) }

  @Test func nonsenseIsBounded() {
    #expect(HoldReason.load(.infinity, limit: -1).recorded == "load,1000000000,0")
  }
}
