import ParallelFor
import Testing

@testable import Jobs

/// Parts of paths, and of fields, with the values that GNU parallel 20221122 gives.
@Suite struct TemplatePathTests {
  /// Each path with its `{.}`, `{/.}`, `{/}` and `{//}`.
  static let paths: [(String, [String])] = [
    ("a.b.", ["a.b", "a.b", "a.b.", "."]),
    ("a.", ["a", "a", "a.", "."]),
    (".", ["", "", ".", "."]),
    ("..", [".", ".", "..", "."]),
    ("...", ["..", "..", "...", "."]),
    ("a/.", ["a/", "", ".", "a"]),
    ("a/..", ["a/.", ".", "..", "a"]),
    ("a..", ["a.", "a.", "a..", "."]),
    (".a.", [".a", ".a", ".a.", "."]),
    ("a.b/", ["a.b/", "", "", "."]),
    ("a./b", ["a./b", "b", "b", "a."]),
    ("x.y", ["x", "x", "x.y", "."]),
    ("a.b.c", ["a.b", "a.b", "a.b.c", "."]),
    ("/a.b", ["/a", "a", "a.b", "/"]),
    ("a.b//", ["a.b//", "", "", "."]),
    ("./.", ["./", "", ".", "."]),
    ("../a.", ["../a", "a", "a.", ".."]),
    ("a. ", ["a", "a", "a. ", "."]),
    ("a .b", ["a ", "a ", "a .b", "."]),
    (". ", ["", "", ". ", "."]),
    ("é.", ["é", "é", "é.", "."]),
    ("é.ü.", ["é.ü", "é.ü", "é.ü.", "."]),
    ("a.b..", ["a.b.", "a.b.", "a.b..", "."]),
    ("..a..", ["..a.", "..a.", "..a..", "."]),
    ("/.", ["/", "", ".", "/"]),
    ("//.", ["//", "", ".", "/"]),
    ("a/b.", ["a/b", "b", "b.", "a"]),
    ("a/b.c.", ["a/b.c", "b.c", "b.c.", "a"]),
    ("a/.b.", ["a/.b", ".b", ".b.", "a"]),
    ("-.", ["-", "-", "-.", "."]),
    ("-a.-", ["-a", "-a", "-a.-", "."]),
    ("{.}.", ["{.}", "{.}", "{.}.", "."]),
    ("~.", ["~", "~", "~.", "."]),
    ("a.\t", ["a", "a", "a.\t", "."]),
    ("\\.", ["\\", "\\", "\\.", "."]),
    ("'.'", ["'", "'", "'.'", "."]),
    ("*.", ["*", "*", "*.", "."]),
    ("a?b.", ["a?b", "a?b", "a?b.", "."]),
    ("a.b.c.d.", ["a.b.c.d", "a.b.c.d", "a.b.c.d.", "."]),
    ("", ["", "", "", "."]),
    (" ", [" ", " ", " ", "."]),
    ("a", ["a", "a", "a", "."]),
    ("/", ["/", "", "", "/"]),
    ("a/", ["a/", "", "", "."]),
    ("a//b", ["a//b", "b", "b", "a"]),
  ]

  private func values(_ signs: [String], _ item: Item, _ fields: FieldNames = .none) throws -> [String] {
    try Template(arguments: signs, fields: fields).arguments(for: item, id: ItemID(0), worker: WorkerID(1))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: paths) func partsOfAPath(path: String, expected: [String]) throws {
    #expect(try values(["{.}", "{/.}", "{/}", "{//}"], Item(path)) == expected)
    #expect(try values(["{1.}", "{1/.}", "{1/}", "{1//}"], Item(path)) == expected)
    #expect(try values(["{-1.}", "{-1/.}", "{-1/}", "{-1//}"], Item(path)) == expected)
    let names = ["n", "the path"]
    let record = Item(.text("x"), fields: Fields(names: names, values: [.text("1"), .text(path)]))
    for fields in [FieldNames.known(names), .perItem] {
      let signs = ["{the path.}", "{the path/.}", "{the path/}", "{the path//}"]
      #expect(try values(signs, record, fields) == expected)
      #expect(try values(["{2.}", "{-1/.}", "{2/}", "{-1//}", "{-2}"], record, fields) == expected + ["1"])
    }
  }
}

/// Which braces name a field.
@Suite struct PlaceholderGrammarTests {
  private static let names = ["First Name", "é", "x,y", "a.", "a", "{b}", "01", "2020"]

  private func line(_ text: String, _ fields: FieldNames, isShell: Bool) throws -> String {
    let template = isShell ? Template(shell: text, fields: fields) : Template(arguments: [text], fields: fields)
    try template.check(against: fields)
    let values = Self.names.indices.map { ByteText.text("<\($0)>") }
    let item = Item(.text("<>"), fields: fields == .none ? nil : Fields(names: Self.names, values: values))
    let arguments = try template.arguments(for: item, id: ItemID(0), worker: WorkerID(1))
      .map { String(decoding: $0, as: UTF8.self) }
    guard isShell else { return arguments[0] }
    return arguments[4...].enumerated().reversed().reduce(
      arguments[2].replacing(/^(pfor_[0-9]+=[^;]*; )+/, with: "")
    ) { $0.replacing("\"${pfor_\($1.offset + 1)}\"", with: $1.element) }
  }

  @Test(
    arguments: [
      ("{First Name}|{é}|{x,y}", "<0>|<1>|<2>"), ("{a.}{a}", "<3><4>"), ("{{b}}", "<5>"), ("{01}{2020}", "<6><7>"),
      ("{1}{-1}{8}", "<0><7><7>"), ("{}{x, y}{ a }{-}{ }", "<>{x, y}{ a }{-}{ }"), ("${a}%{é}{a}", "${a}%{é}<4>"),
      ("{{a}}", "{<4>}"),
    ], [false, true])
  func everyNameOfAHeader(text: (String, String), isShell: Bool) throws {
    #expect(try line(text.0, .known(Self.names), isShell: isShell) == text.1)
  }

  @Test(arguments: [
    ("{First Name}{é}{a}", "<0><1><4>"), ("{x,y}{}", "{x,y}<>"), ("{ a }{}", "{ a }<>"), ("{-1}", "<7>"),
  ])
  func namesThatEachItemBrings(text: String, expected: String) throws {
    for isShell in [false, true] { #expect(try line(text, .perItem, isShell: isShell) == expected) }
  }

  @Test(arguments: ["{First Nam}", "{ü}", "{9}", "{-9}", "{9/}", "{x y}"])
  func aPossibleNameIsAName(text: String) {
    #expect(throws: JobError.self) { try line(text, .known(Self.names), isShell: false) }
  }

  @Test(arguments: ["{é}", "{-2}", "{2/}", "{name/}"]) func plainLinesHaveOneField(text: String) {
    #expect(throws: JobError.self) { try line(text, .none, isShell: false) }
  }

  @Test(arguments: ["{a b}", "{ }", "{-}", "{x,y}", "{print $1}", "{a..z}"])
  func withoutAHeaderBracesStay(text: String) throws {
    #expect(try line(text + "{}", .none, isShell: false) == text + "<>")
    let numbered = Template(arguments: [text, "{1}"], fields: .known(["1", "2"]))
    try numbered.check(against: .known(["1", "2"]))
    let item = Item(.text("x,y"), fields: Fields(names: ["1", "2"], values: [.text("x"), .text("y")]))
    #expect(try numbered.arguments(for: item, id: ItemID(0), worker: WorkerID(1)) == [Array(text.utf8), [0x78]])
  }

  /// Each of these takes minutes if every brace searches all following text.
  @Test(
    .timeLimit(.minutes(60)),
    arguments: [
      String(repeating: "{", count: 1_000_000) + "}", String(repeating: "{a", count: 500_000),
      String(repeating: "{}", count: 200_000),
    ])
  func longTemplates(text: String) {
    #expect(Template(arguments: ["p", text]).title.utf8.count >= text.utf8.count)
  }
}
