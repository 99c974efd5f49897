import Testing

@testable import RunStore

/// The page on the run file describes every column as the program does.
@Suite struct RunFilePageTests {
  private static func rows(_ columns: some Sequence<Column>) -> [String] {
    columns.map { "| `\($0.name)` | \($0.meaning) |" }
  }

  @Test func thePageHasEveryColumn() throws {
    let page = try DocumentationPage("Sources/RunStore/RunStore.docc/run-file.md")
    #expect(page.headings(level: 2).dropFirst() == Table.all.map(\.name)[...])
    let own: Set = ["item", "attempt"]
    for table in Table.all {
      // The page does not repeat the columns of `items` for `attempts`.
      let columns = table.name == Table.attempts.name ? table.columns.filter { own.contains($0.name) } : table.columns
      let expected = Self.rows(columns)
      #expect(
        page.rows(under: table.name) == expected,
        "the table under \"\(table.name)\" must be:\n\(expected.joined(separator: "\n"))")
    }
  }

  @Test func thePageHasTheFormat() throws {
    let text = try DocumentationPage("Sources/RunStore/RunStore.docc/run-file.md").lines.joined(separator: " ")
    #expect(text.contains("the version of the tables, now \(Schema.version)."))
    #expect(text.contains("`PRAGMA application_id` is \(Schema.applicationID) "))
  }
}
