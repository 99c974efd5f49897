package import ParallelFor

/// How the database runs the query of the open item; shown on its page.
package struct ItemPlan: Equatable, Sendable {
  package let item: ItemID
  /// Whether the query is run again to measure it.
  package let isMeasured: Bool
  /// The plan, or why there is none; nil while the database is asked. Untrusted text.
  package var lines: [String]?

  package init(item: ItemID, isMeasured: Bool, lines: [String]? = nil) {
    self.item = item
    self.isMeasured = isMeasured
    self.lines = lines
  }

  var pageLines: [PageLine] {
    let words =
      lines == nil
      ? "asking the database"
      : isMeasured ? "measured in a read-only transaction, which was rolled back" : "the query was not run for it"
    return [.blank, .title("plan", words)] + (lines ?? []).map(PageLine.output)
  }
}

extension Dashboard {
  /// Asks for the plan of the open item, or of the selected one, which is opened.
  mutating func explain(at now: Instant) -> [Effect] {
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    return (openItem == nil ? show(id) : []) + ask(for: ItemPlan(item: id, isMeasured: false))
  }

  /// Asks whether to run the query of the open or selected item again, to measure its plan.
  mutating func askToMeasure(at now: Instant) -> [Effect] {
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    overlay = .dialog(Dialog(.measure(id)))
    return []
  }

  /// Asks for a measured plan of an item.
  mutating func measure(_ id: ItemID) -> [Effect] {
    (openItem == id ? [] : show(id)) + ask(for: ItemPlan(item: id, isMeasured: true))
  }

  private mutating func ask(for plan: ItemPlan) -> [Effect] {
    self.plan = plan
    layOutPage()
    (detailTop, followsPage) = (0, false)
    return [.screen(.explain(plan.item, isMeasured: plan.isMeasured))]
  }

  /// Takes a plan. One of an item that is no longer open is dropped.
  package mutating func showPlan(_ plan: ItemPlan) {
    guard plan.item == openItem, plan.isMeasured == self.plan?.isMeasured else { return }
    self.plan = plan
    layOutPage()
  }

  /// Makes the lines of the open item's page again: the plan, and the outputs.
  mutating func layOutPage() {
    pageLines = (plan?.pageLines ?? []) + (detail?.pageLines ?? [])
    detailNumber += 1
  }
}
