import TestSupport
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads everything; an error ends the list.
func readAll(_ reader: ItemReader, limit: Int = 3) -> (items: [Item], error: ItemError?) {
  var items: [Item] = []
  do throws(ItemError) {
    while let batch = try reader.nextBatch(limit: limit) {
      precondition(!batch.isEmpty && batch.count <= limit)
      items += batch
    }
    return (items, nil)
  } catch {
    return (items, error)
  }
}

@Suite struct ItemReaderTests {
  private func read(
    _ text: String, _ format: ItemFormat, maximumLength: Int = ItemFormat.maximumLength
  ) throws -> (items: [Item], error: ItemError?) {
    let folder = try ScratchFolder()
    let path = try folder.write(Array(text.utf8))
    return readAll(try ItemReader(source: .file(path), format: format, maximumLength: maximumLength, maximumRead: .max))
  }

  /// Statements of SQL: what is left out, and what hides a semicolon.
  @Test(arguments: [
    ("SELECT 1;\nSELECT 2", ["SELECT 1", "SELECT 2"]), (" ; ;SELECT 1 ;; ", ["SELECT 1"]), ("-- only ; a comment", []),
    ("-- a\nSELECT 1 /* ; */ -- b ;\n ;", ["SELECT 1 /* ; */ -- b ;"]), ("", []), ("\u{FEFF}SELECT 1;", ["SELECT 1"]),
    (#"SELECT 'a;''b', "c;d";x"#, [#"SELECT 'a;''b', "c;d""#, "x"]),
    ("SELECT $a$;$$;$a$;x;", ["SELECT $a$;$$;$a$", "x"]),
    ("a\r\nb;\r\nc\r\n", ["a\r\nb", "c"]), ("CREATE RULE r AS DO (a; b); c", ["CREATE RULE r AS DO (a; b)", "c"]),
    (
      "CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2; END; c",
      ["CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2; END", "c"]
    ),
  ])
  func statements(text: String, expected: [String]) throws {
    let (items, error) = try read(text, .sql)
    #expect(items.map(\.text) == expected)
    #expect(error == nil && items.allSatisfy { $0.fields == nil })
  }

  @Test(arguments: [
    (
      "SELECT 1;\n\n-- x\nSELECT 'a;\n", ["SELECT 1"], 4,
      "expected the end of a quoted text or a comment before the end of the file"
    ),
    ("a\nb;c /* d;", ["a\nb"], 2, "expected the end of a quoted text or a comment before the end of the file"),
    ("a;\nb $x$ c;", ["a"], 2, "expected the end of a quoted text or a comment before the end of the file"),
    ("a;\nbbbbbbbbbbb; c", ["a"], 2, "expected an item of at most 10 bytes"),
  ])
  func statementsThatCannotBeRead(text: String, expected: [String], line: Int, reason: String) throws {
    let (items, error) = try read(text, .sql, maximumLength: text.contains("bbb") ? 10 : 100)
    #expect(items.map(\.text) == expected)
    #expect(error?.line == line && error?.reason == reason)
  }

  @Test(arguments: [
    ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("a\n\n\r\nb", ["a", "b"]), ("", []),
    ("\n", []), (" \n", [" "]), ("\u{FEFF}a\n", ["a"]), ("\u{FEFF}", []), ("a\rb\n", ["a\rb"]), ("a\0b\n", ["a\0b"]),
    ("a\r", ["a"]),
  ])
  func lines(text: String, expected: [String]) throws {
    let (items, error) = try read(text, .lines)
    #expect(error == nil)
    #expect(items.map(\.text) == expected)
  }

  @Test(
    arguments: [
      ("a\rb\rc\r", .lines), ("a\rb", .lines), ("a,b\r1,2\r", .csv(header: true)), ("a,b\r1,2", .csv(header: false)),
      ("\"a\"\r1", .csv(header: true)), ("a\tb\r1\t2\r", .tsv(header: true)), ("\u{FEFF}a\r1", .tsv(header: true)),
    ] as [(String, ItemFormat)])
  func linesThatEndWithCarriageReturnsAloneAreRefused(text: String, format: ItemFormat) throws {
    let (items, error) = try read(text, format)
    #expect(items.isEmpty)
    #expect(error?.line == 1)
    #expect(error?.reason.contains("expected lines that end with LF or CRLF") == true)
  }

  @Test(
    arguments: [
      ("a\rb\nc\rd", .lines, 2), ("a\r", .lines, 1), ("\"a\rb\"", .csv(header: false), 1),
      ("\"a\r\nb\r\"\n", .csv(header: false), 1), ("a\rb\0", .nul, 1), ("\na\rb", .lines, 1),
    ] as [(String, ItemFormat, Int)])
  func otherCarriageReturnsBelongToTheItem(text: String, format: ItemFormat, count: Int) throws {
    let (items, error) = try read(text, format)
    #expect(error == nil)
    #expect(items.count == count)
  }

  @Test func nulKeepsEverything() throws {
    #expect(try read("a\n\0\0b\r\0", .nul).items.map(\.text) == ["a\n", "", "b\r"])
    #expect(try read("a\0b", .nul).items.map(\.text) == ["a", "b"])
  }

  @Test func invalidUTF8IsKeptAndShownWithReplacement() throws {
    let folder = try ScratchFolder()
    let reader = try ItemReader(source: .file(try folder.write([0x61, 0xFF, 0x0A])), format: .lines)
    let item = try #require(try reader.nextBatch(limit: 1)?.first)
    #expect(item.bytes == [0x61, 0xFF])
    #expect(item.text == "a\u{FFFD}")
  }

  @Test(arguments: [0, 3, 9]) func aFileThatBecomesShorterWhileItIsReadIsAnError(rest: Int) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array(String(repeating: "ab\n", count: 100).utf8))
    let reader = try ItemReader(source: .file(path), format: .lines, maximumRead: 6)
    #expect(try reader.nextBatch(limit: 2)?.count == 2)
    truncate(path, off_t(rest))
    let (items, error) = readAll(reader)
    #expect(items.count == (rest == 9 ? 1 : 0))
    #expect(
      error.map { "\($0)".contains("became shorter while its items were read: \(max(6, rest)) of 300 bytes") } ?? false)
  }

  @Test func replacingOrAppendingDuringReadingIsNoError() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("a\nb\n".utf8))
    let reader = try ItemReader(source: .file(path), format: .lines, maximumRead: 2)
    #expect(try reader.nextBatch(limit: 1)?.count == 1)
    let writer = open(path, O_WRONLY | O_APPEND)
    #expect(write(writer, "c\n", 2) == 2)
    close(writer)
    unlink(path)
    #expect(readAll(reader).items.map(\.text) == ["b", "c"])
  }

  /// Bytes that are written at a place after one item has been read, and whether the items that were read may still
  /// belong to one file.
  @Test(arguments: [
    (0, "x", false), (1, "x", false), (2, "x", true), (4, "x", true), (0, "a", true), (6, "d\n", true),
    (0, "x\ny\nz\nd\n", false),
  ])
  func aChangeBehindTheReaderIsAnError(place: Int, text: String, isOne: Bool) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("a\nb\nc\n".utf8))
    let reader = try ItemReader(source: .file(path), format: .lines, maximumRead: 2)
    #expect(try reader.nextBatch(limit: 1)?.count == 1)
    #expect(reader.change == nil)
    try overwrite(path, at: place, text)
    let (_, error) = readAll(reader)
    #expect((error == nil) == isOne)
    if let error { #expect("\(error)" == "\(path): was changed while its items were read") }
  }

  @Test(
    arguments: [
      ("a\nb\n", nil), ("a\nX\n", .changed), ("a\nb\nc\n", .grown), ("X\nb\nc\n", .changed), ("a\n", .changed),
      ("", .changed),
    ] as [(String, ItemFileChange?)])
  func laterChangesToAReadFileAreKnown(text: String, change: ItemFileChange?) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("a\nb\n".utf8))
    let reader = try ItemReader(source: .file(path), format: .lines)
    #expect(readAll(reader).error == nil)
    #expect(reader.change == nil)
    #expect(truncate(path, 0) == 0)
    try overwrite(path, at: 0, text)
    #expect(reader.change == change)
  }

  @Test func aFileThatWasReplacedAfterItWasReadIsKnown() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("a\nb\n".utf8))
    let reader = try ItemReader(source: .file(path), format: .lines)
    #expect(readAll(reader).items.count == 2)
    #expect(rename(path, path + ".old") == 0)
    #expect(reader.change == nil, "nothing is there")
    try overwrite(path, at: 0, "a\nb\n")
    #expect(reader.change == .replaced)
  }

  /// Writes into a file, and gives it another time even if the system's clock is coarse.
  private func overwrite(_ path: String, at place: Int, _ text: String) throws {
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    defer { close(file) }
    try #require(pwrite(file, text, text.utf8.count, off_t(place)) == text.utf8.count)
    var times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: place)]
    try #require(futimens(file, &times) == 0)
  }

  /// The same bytes have the same sum, however they are split into pieces.
  @Test func aSumDoesNotDependOnThePieces() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...70, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var (whole, pieces, other) = (ReadSum(), ReadSum(), ReadSum())
      bytes.withUnsafeBytes { all in
        whole.add(all)
        var rest = all[...]
        while !rest.isEmpty {
          let piece = rest.prefix(Int.random(in: 1...20, using: &random))
          pieces.add(UnsafeRawBufferPointer(rebasing: piece))
          rest = rest.dropFirst(piece.count)
        }
      }
      #expect(whole == pieces)
      var changed = bytes
      if let place = changed.indices.randomElement(using: &random) {
        changed[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        changed.withUnsafeBytes { other.add($0) }
        #expect(whole != other)
      }
    }
  }

  @Test func aLineOfTenMegabytesIsAnItem() throws {
    let long = String(repeating: "x", count: 10 << 20)
    let items = try read("a\n\(long)\nb\n", .lines).items
    #expect(items.map(\.value.count) == [1, 10 << 20, 1])
    #expect(items[1].label.utf8.count <= 1024)
  }

  @Test func tooLongALineIsNamed() throws {
    let (items, error) = try read("a\nbb\n\(String(repeating: "x", count: 11))\nc\n", .lines, maximumLength: 10)
    #expect(items.map(\.text) == ["a", "bb"])
    #expect(error?.line == 3)
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "2"]]), ("a,b\n\"1,\n\"\"x\"\"\",2\r\n", [["1,\n\"x\"", "2"]]), ("a,b\n,\n", [["", ""]]),
    ("a,b\n5\" disk,\"\"\n", [["5\" disk", ""]]), ("a,b\n\n1,2", [["1", "2"]]), ("a,b\n", []), ("", []),
    ("a,b\n\"x\",\"y\"\"\"", [["x", "y\""]]), ("a,b\n 1 , 2\n", [[" 1 ", " 2"]]),
  ])
  func csv(text: String, expected: [[String]]) throws {
    let (items, error) = try read(text, .csv(header: true))
    #expect(error == nil)
    #expect(items.map { $0.fields?.values.map { $0?.description ?? "NULL" } } == expected)
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", 3, "expected 2 fields as in the header, found 1"),
    ("a,b\n\"1\n\n\",2\n3,4,5\n", 5, "expected 2 fields as in the header, found 3"),
    ("a,a\n1,2\n", 1, "columns 1 and 2 are both “a”"), ("a,b\n\"1\"x,2\n", 2, "after the closing quote of field 1"),
    ("a,b\n1,2\n\"3,4\n", 3, "expected a closing quote before the end of the file"),
  ])
  func csvErrors(text: String, line: Int, reason: String) throws {
    let error = try #require(try read(text, .csv(header: true)).error)
    #expect(error.line == line)
    #expect(error.reason.contains(reason))
  }

  @Test func fieldNames() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("id,,name\n1,2,3\n".utf8))
    func names(_ format: ItemFormat) throws -> FieldNames {
      try ItemReader(source: .file(path), format: format).fieldNames()
    }
    #expect(try names(.csv(header: true)) == .known(["id", "2", "name"]))
    #expect(try names(.csv(header: false)) == .known(["1", "2", "3"]))
    #expect(try names(.lines) == .none)
    #expect(try names(.jsonl) == .perItem)
    let reader = try ItemReader(source: .file(path), format: .csv(header: false))
    _ = try reader.fieldNames()
    #expect(readAll(reader).items.map(\.text) == ["id,,name", "1,2,3"])
  }

  @Test func aColumnOfIdsIsItsValues() throws {
    #expect(try read("id\n\"1\"\n2\n", .csv(header: true)).items.map(\.text) == ["1", "2"])
  }

  @Test func tabsAlwaysSeparate() throws {
    let items = try read("a\tb\n\"x\t\\t\"\n", .tsv(header: true)).items
    #expect(items.first?.fields?.values == [.text("\"x"), .text("\\t\"")])
    #expect(items.first?.text == "\"x\t\\t\"")
  }

  @Test func jsonObjects() throws {
    let text = #"{"id": 42, "s":"a\n\u00e9\ud83d\ude00\ud800", "n":null, "o": {"x":[1, 2]}, "t":true, "id":43}"#
    let item = try #require(try read(text + "\n \n", .jsonl).items.first)
    #expect(item.text == text)
    #expect(item.fields?.names == ["id", "s", "n", "o", "t"])
    #expect(
      item.fields?.values
        == [.text("43"), .text("a\né😀\u{FFFD}"), nil, .text(#"{"x":[1, 2]}"#), .text("true")])
  }

  @Test(arguments: [
    (#"{"a":1"#, 7, "a comma or a closing brace"), ("[1]", 1, "a JSON object"), (#"{"a":01}"#, 7, "a comma"),
    (#"{"a":tru}"#, 6, "a JSON value"), (#"{"a" 1}"#, 6, "a colon"), (#"{"a":"x}"#, 9, "a closing quote"),
    (#"{} x"#, 4, "the end of the line"), (#"{"a":"\q"}"#, 8, "after a backslash"), (#"{"a":-}"#, 6, "a JSON value"),
  ])
  func jsonErrors(line: String, column: Int, reason: String) throws {
    let (items, error) = try read("{}\n\(line)\n", .jsonl)
    #expect(items.count == 1)
    #expect(error?.line == 2)
    #expect(error?.column == column)
    #expect(error?.reason.contains(reason) == true)
  }

  @Test func whatCannotBeOpenedSaysWhy() throws {
    #expect(throws: ItemError("/no/such", "no such file")) {
      try ItemReader(source: .file("/no/such"), format: .lines)
    }
    #expect(throws: ItemError("/tmp", "is a directory, expected a file of items")) {
      try ItemReader(source: .file("/tmp"), format: .lines)
    }
  }

  @Test func formatByEnding() {
    #expect(ItemFormat(path: "a/b.CSV") == .csv(header: true))
    #expect(ItemFormat(path: "b.tsv", header: false) == .tsv(header: false))
    #expect(ItemFormat(path: "b.ndjson") == .jsonl)
    #expect(ItemFormat(path: "csv") == .lines)
  }

  @Test(arguments: [1, 2, 3, 5, 7]) func piecesDoNotMatter(length: Int) throws {
    let cases: [(String, ItemFormat)] = [
      ("\u{FEFF}a\r\n\nbé\nc", .lines), ("a\0\0b", .nul),
      ("\u{FEFF}a,b\r\n\"1\r\n\"\"\",2\n\n3,\"4\"\n5\"6,\"\"\n", .csv(header: true)),
      ("{\"a\":1}\n\n{\"a\":\"é\"}", .jsonl), ("a\tb\n1\t2\n", .tsv(header: false)), ("\u{FEFF}", .lines),
    ]
    let folder = try ScratchFolder()
    for (text, format) in cases {
      let path = try folder.write(Array(text.utf8))
      let whole = readAll(try ItemReader(source: .file(path), format: format))
      let pieces = readAll(try ItemReader(source: .file(path), format: format, maximumRead: length))
      #expect(whole.error == nil)
      #expect(pieces.items == whole.items)
      #expect(pieces.error == whole.error)
    }
  }

  @Test func anItemComesBeforeTheSourceEnds() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer {
      close(ends[0])
      close(ends[1])
    }
    let reader = try ItemReader(source: .file("/dev/fd/\(ends[0])"), format: .lines)
    try #require(Array("first\nsec".utf8).withUnsafeBytes { writeAll(ends[1], $0) })
    #expect(try reader.nextBatch(limit: 100)?.map(\.text) == ["first"])
    try #require(Array("ond\n".utf8).withUnsafeBytes { writeAll(ends[1], $0) })
    #expect(try reader.nextBatch(limit: 100)?.map(\.text) == ["second"])
  }
}

@Suite struct ItemCounterTests {
  @Test(arguments: 0..<60) func countsWhatTheReaderReads(seed: Int) throws {
    var generator = SplitMix(seed: UInt64(seed))
    let alphabet = ["a", ",", "\n", "\r\n", "\t", "\0", "\n\n", "\u{FEFF}", "é", "bc"]
    let text = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
      alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
    }.joined()
    let quoted = (0..<Int.random(in: 0...60, using: &generator)).map { number in
      ["\"x\n\"\"\",y", "1,2", "", "\"\",\"\r\n\"", "5\",\"q\""][number % 5]
        + (Bool.random(using: &generator) ? "\n" : "\r\n")
    }.joined()
    let folder = try ScratchFolder()
    for (content, format) in [
      (text, .lines), (text, .nul), (quoted, .csv(header: true)), (quoted, .csv(header: false)),
    ] as [(String, ItemFormat)] {
      let path = try folder.write(Array(content.utf8))
      let read = readAll(try ItemReader(source: .file(path), format: format))
      #expect(read.error == nil)
      #expect(try ItemCounter.count(path: path, format: format) == read.items.count)
    }
  }

  @Test func countsObjects() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Array("{}\n \n{}\n\n{}".utf8))
    #expect(try ItemCounter.count(path: path, format: .jsonl) == 3)
    #expect(try ItemCounter.count(path: path, format: .jsonl, isCancelled: { true }) == nil)
  }
}
