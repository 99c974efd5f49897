import Attempts
import ParallelFor
import Screen
import Testing

@testable import Dashboard
@testable import DashboardView

@Suite struct ReasonWordingTests {
  private let format = Formatting(glyphs: .unicode)

  @Test(arguments: [
    (ItemTrait.prefix("/report/"), 0.12, "37 of 40 slow items start with /report/ (12 % of all do)"),
    (.field("region", "eu"), 0.004, "37 of 40 slow items have region = eu (under 1 % of all do)"),
    (.worker(3), 0, "37 of 40 slow items ran on worker 3 (hardly any other does)"),
  ])
  func whatSlowItemsHaveInCommon(trait: ItemTrait, share: Double, words: String) {
    #expect(format.sentence(SlowTrait(trait: trait, hits: 37, slow: 40, share: share)) == words)
  }

  /// What would help has a line of its own, so that a narrow terminal does not cut it.
  @Test func theMainReason() {
    var groups = ReasonGroups()
    let remedy = "an index on (product, day)"
    let scan = Reason(.fullScan, subject: "orders", detail: "9 rows", remedy: remedy, time: 3_000_000_000)
    groups.add(ItemID(0), [scan], latency: 3_000_000_000)
    #expect(
      format.mainReason(groups, busy: 4e9) == [
        "full scan of orders took 75 % of the time of all items (1 item)", "\(remedy) would help",
      ])
    #expect(format.mainReason(groups, busy: 16e9).isEmpty)
    #expect(format.mainReason(ReasonGroups(), busy: 4e9).isEmpty)
  }
}
