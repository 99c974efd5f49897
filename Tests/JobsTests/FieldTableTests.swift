import TestSupport
import Testing

@testable import Jobs

@Suite struct FieldTableTests {
  @Test(arguments: [0, 1, 5, 16, 17, 40]) func aNameGoesBeforeANumber(count: Int) {
    let names = (0..<count).map { $0 == 3 ? "1" : "n\($0)" }
    let table = FieldTable(names)
    for text in names + ["0", "1", "2", "\(count)", "\(count + 1)", "-1", "x", ""] {
      let number = Int(text).flatMap { (1...max(1, count)).contains($0) && count > 0 ? $0 - 1 : nil }
      #expect(table.position(of: text) == names.firstIndex(of: text) ?? number, "\(text)")
    }
  }

  /// Records whose names are those of the one before, or others, or twice the same, against a plain list.
  @Test func membersOfRecordsInARow() throws {
    var random = SeededGenerator(seed: 31)
    var previous: FieldTable?
    for _ in 0..<2_000 {
      let isSame = previous.map { !$0.names.isEmpty } == true && Bool.random(using: &random)
      let names =
        isSame
        ? (previous?.names ?? []) + (Int.random(in: 0..<4, using: &random) == 0 ? ["k1"] : [])
        : (0..<Int.random(in: 0...30, using: &random)).map { _ in "k\(Int.random(in: 0..<40, using: &random))" }
      var expected: [(name: String, value: String)] = []
      for (number, name) in names.enumerated() {
        if let double = expected.firstIndex(where: { $0.name == name }) {
          expected[double].value = "\(number)"
        } else {
          expected.append((name, "\(number)"))
        }
      }
      let line = "{" + names.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",") + "}"
      let fields = try Array(line.utf8).withUnsafeBytes { try JSONRecord.parse($0, previous: previous) }
      #expect(fields.names == expected.map(\.name))
      #expect(fields.values == expected.map { .text($0.value) })
      if let previous, previous.names == fields.names { #expect(fields.table === previous) }
      previous = fields.table
    }
  }

  /// Minutes, if each name is compared with all before it.
  @Test(.timeLimit(.minutes(1)), arguments: [ItemFormat.csv(header: true), .tsv(header: true), .jsonl])
  func wideRecords(format: ItemFormat) throws {
    let names = (0..<200_000).map { "k\($0)" }
    let content =
      switch format {
      case .csv: names.joined(separator: ",") + "\n" + names.joined(separator: ",")
      case .tsv: names.joined(separator: "\t") + "\n" + names.joined(separator: "\t")
      default: "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
      }
    let folder = try ScratchFolder()
    let read = readAll(try ItemReader(source: .file(try folder.write(Array(content.utf8))), format: format))
    #expect(read.error == nil)
    let fields = try #require(read.items.first?.fields)
    for name in names where fields.position(of: name).map({ fields.values[$0] }) != .text(name) {
      Issue.record("\(name)")
    }
  }
}
