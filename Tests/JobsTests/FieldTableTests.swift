import OSText
import ParallelFor
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

  /// Records with the names of the previous one, other names, or duplicate names, against a plain list.
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

  /// Two spellings of an accent, accents in two orders, and bytes that are not UTF-8. All of these names differ.
  private static let nearlySame: [[UInt8]] = [
    Array("\u{E9}".utf8), Array("e\u{301}".utf8), Array("a\u{301}\u{323}".utf8), Array("a\u{323}\u{301}".utf8),
    [0xE9], [0xE8], [0xC3],
  ]

  @Test(arguments: [0, 20], [ItemFormat.csv(header: true), .tsv(header: true), .jsonl])
  func namesAreBytes(others: Int, format: ItemFormat) throws {
    let names = Self.nearlySame + (0..<others).map { Array("n\($0)".utf8) }
    let folder = try ScratchFolder()
    let path = try folder.write(Self.file(of: names, format))
    let read = readAll(try ItemReader(source: .file(path), format: format))
    #expect(read.error == nil, "\(read.error?.description ?? "")")
    #expect(read.items.count == (format == .jsonl ? 3 : 1))
    for (number, item) in read.items.enumerated() {
      for (position, name) in names.enumerated() {
        // The third record has the first two names in the other order.
        let place = number == 2 && position < 2 ? 1 - position : position
        let word: [UInt8] = [UInt8(ascii: "{")] + name + [UInt8(ascii: "}")]
        let template = Template(arguments: [OSText.decode(word)], fields: .perItem)
        let words = try template.arguments(for: item, id: ItemID(0), worker: WorkerID(1))
        #expect(words == [Array("\(place)".utf8)], "\(name) of \(number)")
      }
    }
  }

  /// Each name has its position as its value.
  private static func file(of names: [[UInt8]], _ format: ItemFormat) -> [UInt8] {
    let values = names.indices.map { Array("\($0)".utf8) }
    switch format {
    case .csv: return joined([joined(names, ","), joined(values, ",")], "\n")
    case .tsv: return joined([joined(names, "\t"), joined(values, "\t")], "\n")
    default:
      let swapped = [names[1], names[0]] + names[2...]
      return joined([object(names), object(names), object(swapped)], "\n")
    }
  }

  private static func object(_ names: [[UInt8]]) -> [UInt8] {
    let members = names.enumerated().map { position, name -> [UInt8] in
      [UInt8(ascii: "\"")] + name + Array("\":\"\(position)\"".utf8)
    }
    return [UInt8(ascii: "{")] + joined(members, ",") + [UInt8(ascii: "}")]
  }

  private static func joined(_ parts: [[UInt8]], _ separator: String) -> [UInt8] {
    Array(parts.joined(separator: Array(separator.utf8)))
  }

  @Test func textsAreBytes() {
    #expect(ByteText.text("\u{E9}") != .text("e\u{301}") && ByteText.text("a") == .text("a"))
    #expect(Set([ByteText.text("\u{E9}"), .text("e\u{301}")]).count == 2)
    #expect(FieldNames.known(["\u{E9}"]) != .known(["e\u{301}"]) && FieldNames.known(["a"]) == .known(["a"]))
    #expect(FieldTable(["a", "b"]).position(of: "+1") == nil && FieldTable(["a", "b"]).position(of: "1") == 0)
  }

  /// This takes minutes if each name is compared with all names before it.
  @Test(.timeLimit(.minutes(60)), arguments: [ItemFormat.csv(header: true), .tsv(header: true), .jsonl])
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
