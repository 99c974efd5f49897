import Dashboard
import ParallelFor
import TestSupport
import Testing

@testable import ParallelForDashboard

/// Lists in files, and the words about Ctrl-C.
@Suite struct SavedListTests {
  private func text(_ rows: [ResultRow]) -> String { String(decoding: SavedList.text(of: rows), as: UTF8.self) }

  @Test func aListIsTabSeparated() {
    let rows = [
      ResultRow(id: ItemID(0), label: "a\tb", state: .succeeded, latency: 1_500_000_000, line: "x\ny"),
      ResultRow(id: ItemID(1), label: "c", state: .failed, latency: 1, reason: "no", line: "why"),
      ResultRow(id: ItemID(2), label: "", state: .running),
    ]
    #expect(
      text(rows) == """
        number\tstate\tseconds\titem\tresult
        1\tsucceeded\t1.5\ta\\tb\tx\\ny
        2\tfailed\t1e-09\tc\tno: why
        3\trunning\t\t\t

        """)
  }

  @Test func fieldsHaveColumns() {
    let fields = [ItemDetail.Field(name: "id", value: "7"), ItemDetail.Field(name: "name", value: "作者")]
    let rows = [
      ResultRow(id: ItemID(0), label: "7,作者", state: .succeeded, fields: fields),
      ResultRow(id: ItemID(1), label: "other", state: .queued),
    ]
    let lines = text(rows).split(separator: "\n").map(String.init)
    #expect(lines == ["number\tstate\tseconds\tid\tname\tresult", "1\tsucceeded\t\t7\t作者\t", "2\tqueued\t\tother\t\t"])
  }

  @Test func nothingIsOverwritten() throws {
    let sandbox = try Sandbox()
    let path = "\(sandbox.path)/list"
    #expect(SavedList.write(Array("a\n".utf8), rows: 1, of: 1, to: path) == "saved 1 row to \(path)")
    #expect(SavedList.write(Array("b\n".utf8), rows: 1, of: 1, to: path).contains("exists already"))
    #expect(sandbox.read("list") == "a\n")
    #expect(SavedList.write([], rows: 2, of: 3, to: "\(sandbox.path)/no/list").contains("cannot be written"))
    #expect(SavedList.write([], rows: 2, of: 3_000, to: "\(sandbox.path)/part").contains("the first 2 of 3,000 rows"))
  }

  @Test func eachInterruptSaysWhatItDoes() {
    let sentences = (1...5).map(InterruptText.sentence)
    #expect(Set(sentences.compactMap(\.self)).count == 3)
    #expect(sentences[3] == nil && sentences[4] == nil)
  }
}
