import Dashboard
import Testing

@testable import ParallelForDashboard

/// Rows in columns on the page of an item.
@Suite struct RecordTableTests {
  private func table(_ lines: [String], names: [String]) -> [String] {
    RecordTable.lines(of: lines) { line in
      let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard values.count == names.count else { return [] }
      return zip(names, values).map { ItemDetail.Field(name: $0, value: $1) }
    }
  }

  @Test func valuesAreBelowTheirNames() {
    #expect(
      table(["1\t作者\tx", "200\ta\t", "other"], names: ["id", "author", "n"]) == [
        "id   author  n", "1    作者    x", "200  a       ", "other",
      ])
  }

  @Test func valuesWithoutNamesHaveNoHeading() {
    #expect(table(["1\ta", "22\tb"], names: ["", ""]) == ["1   a", "22  b"])
  }

  @Test func plainTextStaysAsItIs() {
    #expect(table(["plain"], names: ["a", "b"]).isEmpty)
    #expect(table([], names: ["a"]).isEmpty)
  }

  @Test func aVeryLongValueMovesOnlyItsLine() {
    let long = String(repeating: "x", count: 100)
    #expect(table(["\(long)\t1", "a\t2"], names: ["a", "b"])[2] == "a" + String(repeating: " ", count: 61) + "2")
  }
}
