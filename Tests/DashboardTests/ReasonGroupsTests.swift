import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

/// The grouping of reasons, and which of them are kept.
@Suite struct ReasonGroupsTests {
  private static func lock(_ detail: String = "", remedy: String = "", time: Int64? = nil) -> Reason {
    Reason(.lock, subject: "transactionid", detail: detail, remedy: remedy, time: time)
  }

  @Test func itemsWithOneReasonAreAGroup() {
    var groups = ReasonGroups()
    groups.add(ItemID(4), [Self.lock("← pid 7", time: 5), Reason(.cpu, time: 2)], latency: 8)
    groups.add(ItemID(2), [Self.lock("← pid 9", remedy: "patience", time: 50)], latency: 60)
    groups.add(ItemID(3), [Self.lock()], latency: 60)
    #expect(groups.groups.map(\.words) == ["Lock: transactionid", "on CPU"])
    let first = groups.groups[0]
    #expect(first.items == 3 && first.time == 55 && first.remedy == "patience")
    #expect(first.first == ItemID(4) && first.longest == ItemID(2))
    #expect(groups.reason(of: ItemID(4))?.detail == "← pid 7" && groups.reason(of: ItemID(1)) == nil)
  }

  /// The largest group comes first, and equal ones stay in the order of their beginnings.
  @Test func groupsAreInTheOrderOfTheirTimes() {
    var groups = ReasonGroups()
    for (place, (kind, time)) in [(Reason.Kind.sort, 3), (.cpu, 9), (.io, 3)].enumerated() {
      groups.add(ItemID(place), [Reason(kind, time: Int64(time))], latency: 10)
    }
    #expect(groups.groups.map(\.kind) == [.cpu, .sort, .io])
  }

  @Test func theMemoryIsBounded() {
    var random = SeededGenerator(seed: 5)
    var groups = ReasonGroups()
    var latencies: [Int64] = []
    for position in 0..<20_000 {
      let latency = Int64.random(in: 1...1_000_000, using: &random)
      latencies.append(latency)
      groups.add(ItemID(position), [Reason(.network, subject: "host \(position)", time: latency)], latency: latency)
    }
    #expect(groups.groups.count == 201 && groups.groups[0].words == ReasonGroups.others)
    #expect(groups.groups.reduce(0) { $0 + $1.time } == latencies.reduce(0, +))
    let slowest = latencies.enumerated().sorted { $0.element > $1.element }.prefix(256)
    for item in slowest { #expect(groups.reason(of: ItemID(item.offset))?.time == item.element) }
    #expect(latencies.indices.count { groups.reason(of: ItemID($0)) != nil } < 512)
  }

  @Test func aSumDoesNotOverflow() {
    var groups = ReasonGroups()
    for position in 0..<3 { groups.add(ItemID(position), [Reason(.cpu, time: .max)], latency: .max) }
    #expect(groups.groups[0].time == .max)
  }
}

/// The page Why.
@Suite struct WhyPageTests {
  @Test func enterOpensTheItemOfWhichAReasonExplainsMost() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    #expect(dashboard.perform(.show(.why)) == [] && dashboard.focus == .why)
    #expect(dashboard.selectedItem(at: script.now) == nil)
    var groups = ReasonGroups()
    groups.add(ItemID(1), [Reason(.cpu, time: 5)], latency: 8)
    groups.add(ItemID(2), [Reason(.io, time: 4)], latency: 8)
    groups.add(ItemID(0), [Reason(.cpu, time: 6)], latency: 8)
    dashboard.learn(groups)
    #expect(dashboard.selectedItem(at: script.now) == ItemID(0))
    _ = dashboard.perform(.moveDown)
    #expect(dashboard.perform(.open) == [.screen(.loadDetail(ItemID(2)))])
  }

  @Test func aRunningItemHasItsReasonOfNow() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    var groups = ReasonGroups()
    groups.add(ItemID(0), [Reason(.io)], latency: 8)
    dashboard.learn(groups)
    #expect(dashboard.facts.reason(of: ItemID(0)) == nil)
    dashboard.learn(running: [ItemID(0): Reason(.cpu)], nil)
    #expect(dashboard.facts.reason(of: ItemID(0)) == Reason(.cpu))
  }
}

/// The plan on an item's page.
@Suite struct ItemPlanTests {
  @Test func aPlanIsAskedForAndShownAboveTheOutputs() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    let id = ItemID(0)
    #expect(dashboard.perform(.explain) == [.screen(.loadDetail(id)), .screen(.explain(id, isMeasured: false))])
    var detail = ItemDetail(id: id, label: "a")
    (detail.output, detail.outputBytes) = (["out"], 4)
    dashboard.showDetail(detail)
    #expect(dashboard.pageLines.prefix(2) == [.blank, .title("plan", "asking the database")])
    dashboard.showPlan(ItemPlan(item: ItemID(1), isMeasured: false, lines: ["of another item"]))
    dashboard.showPlan(ItemPlan(item: id, isMeasured: true, lines: ["of another kind"]))
    #expect(dashboard.plan?.lines == nil)
    dashboard.showPlan(ItemPlan(item: id, isMeasured: false, lines: ["Seq Scan on a"]))
    #expect(dashboard.pageLines.map(\.text) == ["", "", "Seq Scan on a", "", "", "out"])
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(dashboard.pageLines.contains(.output("Seq Scan on a")), "the plan stays")
    _ = dashboard.perform(.back)
    #expect(dashboard.plan == nil && dashboard.pageLines.isEmpty)
  }

  /// A query runs again only after a question, whose first answer changes nothing.
  @Test func measuringIsAskedFor() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    #expect(dashboard.perform(.measure) == [] && dashboard.overlay == .dialog(Dialog(.measure(ItemID(0)))))
    #expect(dashboard.perform(.open) == [] && dashboard.overlay == nil && dashboard.plan == nil)
    _ = dashboard.perform(.measure)
    #expect(
      dashboard.perform(.choose("y")) == [
        .screen(.loadDetail(ItemID(0))), .screen(.explain(ItemID(0), isMeasured: true)),
      ])
    #expect(dashboard.plan == ItemPlan(item: ItemID(0), isMeasured: true))
  }
}
