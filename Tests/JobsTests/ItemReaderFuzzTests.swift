import TestSupport
import Testing

@testable import Jobs

/// Readers of items files with random files.
@Suite struct ItemReaderFuzzTests {
  private static let rounds = 250
  private static let maximumLength = 40

  @Test(
    arguments: [
      (.lines, "one\ntwo words\r\n\n\u{FEFF}three\n"), (.nul, "one\0two\n\0\0three"),
      (.csv(header: true), "id,name\n1,\"Ada, \"\"L\"\"\"\r\n2,\"two\nlines\"\n"),
      (.csv(header: false), "1,a\n2,\"b\"\n"), (.tsv(header: true), "id\tname\n1\tAda\n2\t\n"),
      (.tsv(header: false), "1\ta\n2\tb\n"),
      (
        .sql,
        "SELECT 'a;''b'; -- ;\n/* /* ; */ */ SELECT $x$;$x$, (1;2)\n;;CREATE TRIGGER t BEGIN SELECT 1; END; SELECT 2"
      ),
      (.jsonl, "{\"a\": 1, \"b\": \"x\\u00e9\\ud83d\\ude00\"}\n{\"a\": [1, {\"b\": null}]}\n{}\n"),
    ] as [(ItemFormat, String)])
  func anyFileGivesItemsOrAnErrorWithALine(format: ItemFormat, sample: String) throws {
    let folder = try ScratchFolder()
    var random = SeededGenerator(seed: 11)
    let tokens = [
      "\n", "\r\n", "\"", ",", "\t", "\0", "{", "}", "[", ":", "\\u", "\\ud800", "1e9", "\u{FEFF}", "null", ";", "'",
      "--", "/*", "*/", "$$", "$x$", "(", "E'\\'",
    ]
    for round in 0..<Self.rounds {
      let content =
        round % 10 == 0 ? random.bytes(upTo: 200) : random.mutated(Array(sample.utf8), tokens: tokens)
      let path = try folder.write(content)
      let whole = try read(path, format, atATime: .max)
      let byByte = try read(path, format, atATime: 1)
      #expect(whole.items == byByte.items && whole.error == byByte.error, "\(content)")
      check(whole, content)
    }
  }

  private func read(
    _ path: String, _ format: ItemFormat, atATime count: Int
  ) throws -> (items: [Item], error: ItemError?) {
    readAll(
      try ItemReader(
        source: .file(path), format: format, maximumLength: Self.maximumLength, maximumRead: count))
  }

  private func check(_ read: (items: [Item], error: ItemError?), _ content: [UInt8]) {
    #expect(read.items.allSatisfy { $0.value.count <= Self.maximumLength }, "\(content)")
    guard let error = read.error else { return }
    let separators = content.count { $0 == UInt8(ascii: "\n") || $0 == 0 }
    #expect(error.line.map { (1...separators + 1).contains($0) } == true, "\(error): \(content)")
    #expect(error.column.map { (1...Self.maximumLength + 1).contains($0) } ?? true, "\(error): \(content)")
  }
}
