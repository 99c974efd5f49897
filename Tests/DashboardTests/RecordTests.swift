import Dashboard
import ParallelFor
import TestSupport
import Testing

/// Items and results with named values, and names that begin alike.
@Suite struct RecordTests {
  private func record(_ pairs: KeyValuePairs<String, String>) -> [ItemDetail.Field] {
    pairs.map { ItemDetail.Field(name: $0.key, value: $0.value) }
  }

  @Test func theFirstRecordDecidesTheColumns() {
    var shape = RecordShape()
    #expect(!shape.fits([]))
    shape.note(record(["id": "7", "name": "Novak"]))
    shape.note(record(["id": "1000", "name": "1"]))
    shape.note(record(["other": "a very long value", "name": "x"]))
    #expect(shape.columns.map(\.name) == ["id", "name"])
    #expect(shape.columns.map(\.width) == [4, 5])
    #expect(shape.columns.map(\.isNumber) == [true, false])
    #expect(shape.fits(record(["id": "", "name": ""])))
    #expect(!shape.fits(record(["name": "", "id": ""])))
  }

  @Test func anEmptyValueSaysNothingAboutNumbers() {
    var shape = RecordShape()
    for value in ["", "-1.5e3", "+2", ""] { shape.note(record(["a": value])) }
    #expect(shape.columns.map(\.isNumber) == [true])
    shape.note(record(["a": "e"]))
    #expect(shape.columns.map(\.isNumber) == [false])
  }

  private func start(of names: [String]) -> SharedStart {
    var (dashboard, script) = Dashboard.running(items: names.count, threads: 1)
    dashboard.rewind()
    for (position, name) in names.enumerated() {
      dashboard.apply(script(.itemStarted(script.started(position, label: name))))
    }
    return dashboard.results.sharedStart
  }

  @Test(arguments: [
    ((0..<20).map { "http://localhost:80/a/item-\($0)" }, "http://localhost:80/a/"),
    ((0..<20).map { "/data/images/\($0).jpg" }, "/data/images/"),
    ((0..<20).map { "order-number-\($0)" }, ""),
    ((0..<7).map { "/data/images/\($0).jpg" }, ""),
    ((0..<20).map { $0 == 19 ? "elsewhere" : "/data/images/\($0).jpg" }, ""),
    ((0..<20).map { $0 == 19 ? "/data/image" : "/data/images/\($0).jpg" }, ""),
    (Array(repeating: "/data/images/same", count: 20), "/data/images/"),
    (Array(repeating: "/data/images/", count: 20), ""),
    ((0..<20).map { "/Ä/作者/ordner/é\($0)" }, "/Ä/作者/ordner/"),
  ])
  func whatAllNamesBeginWithIsFoldedUpToADivider(names: [String], text: String) {
    let start = start(of: names)
    #expect(start.text == text)
    for name in names { #expect(text + start.rest(of: name) == name) }
    #expect(start.rest(of: "zzz") == "zzz")
  }

  /// The start is that of all names, in any order, for names from a seed.
  @Test(arguments: 0..<20) func aFoldedNameIsNeverEmpty(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let names = (0..<40).map { _ in
      "/srv/data/"
        + (0..<Int.random(in: 0..<4, using: &random)).map { _ in
          ["a/", "b", "ü/"][Int.random(in: 0..<3, using: &random)]
        }
        .joined()
    }
    let start = start(of: names)
    for name in names {
      #expect(start.text.isEmpty || !start.rest(of: name).isEmpty)
      #expect(name.hasPrefix(start.text))
    }
    #expect(self.start(of: names.reversed()).text == start.text)
  }

  @Test func recordsThatAreShownAreAskedFor() {
    var (dashboard, _) = Dashboard.running(items: 3, threads: 3)
    let now = dashboard.live.latest
    #expect(dashboard.visibleItems(at: now).count == 3)
    dashboard.hasRecords = true
    #expect(dashboard.visibleItems(at: now).filter { $0 == ItemID(1) }.count == 3)
    let fields = record(["id": "2", "name": "x"])
    dashboard.showResults([ResultRow(id: ItemID(1), label: "2,x", state: .running, fields: fields)])
    #expect(dashboard.resultRow(ItemID(1), at: now).fields == fields)
    #expect(dashboard.results.itemShape.columns.map(\.name) == ["id", "name"])
  }
}
