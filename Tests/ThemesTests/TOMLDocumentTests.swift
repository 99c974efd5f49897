import Screen
import Testing

@testable import Themes

/// TOML as specified, except for values that no theme has.
@Suite struct TOMLDocumentTests {
  private func read(_ text: String) throws -> TOMLDocument { try TOMLDocument(Array(text.utf8)) }

  private func values(_ text: String) throws -> [String: TOMLValue] { try read(text).entries.mapValues(\.value) }

  @Test func sectionsDotsQuotesAndInlineTablesMeanTheSame() throws {
    let expected: [String: TOMLValue] = ["a.b.c": .string("x"), "a.b.d": .integer(7)]
    for text in [
      "[a.b]\nc = \"x\"\nd = 7", "a.b.c = 'x'\na.b.d = 7", "[a]\nb = {c = \"x\", d = 7}",
      "[ a . \"b\" ]\n'c' = 'x'\nd=+7",
      "a = { b.c = 'x', b.d = 0x7 }\r\n", "\u{FEFF}[a]\n\tb.c = \"\\u0078\" # x\n\n  b.d = 0b111",
    ] { #expect(try values(text) == expected, "\(text)") }
  }

  @Test(arguments: [
    (#""a\tb\\\"\U0001F600""#, "a\tb\\\"😀"), (#"'C:\new'"#, #"C:\new"#), ("\"\"\"\na\nb\"\"\"", "a\nb"),
    ("\"\"\"a \\\n\n   b\"\"\"", "a b"), ("\"\"\"\"a\"\"\"\"\"", "\"a\"\""), ("'''\r\na\\\r\n'b'''''", "a\\\n'b''"),
    ("''", ""), ("\"\"\"\"\"\"", ""),
  ])
  func textsAreWhatTheirQuotesSay(written: String, text: String) throws {
    #expect(try values("a = \(written)") == ["a": .string(text)])
  }

  @Test(arguments: [
    "1.5", "-0.0", "6.02e+23", "1e06", "inf", "-nan", "true", "false", "1979-05-27", "1979-05-27T07:32:00Z",
    "1979-05-27 07:32:00.999-07:00", "07:32:00", "2000-02-29t23:59:60z", "[]", "[\n  1, # one\n  [\"a\", {b = 1}],\n]",
    "[1, 'a', 2.5,]",
  ])
  func valuesThatThemesDoNotHaveArePassedOver(written: String) throws {
    #expect(try values("a = \(written)\nb = 1") == ["a": .other, "b": .integer(1)])
  }

  /// Themes do not use these values. A warning names each one, and the rest of the theme is used.
  @Test(arguments: [
    "01", "1_", "1__0", "+0x1", ".5", "5.", "1.e2", "9223372036854775808", "True", "2021-02-29", "25:00:00", "07:32",
    "1979-05-27T:", "sky", "0xg", "-",
  ])
  func otherWordsAreSkippedToo(written: String) throws {
    #expect(try values("a = \(written)\nb = 1") == ["a": .other, "b": .integer(1)])
    let text = "[palette]\na = \(written)\n[roles]\ntext = \(written)\ntitle = 'red'\n[x]\ny = \(written)"
    let file = ThemeFile(parsing: "inherits = 'dark'\n\(text)", source: "my.toml", fallbackName: "my")
    #expect(file.warnings.map(\.line) == [3, 5, 8], "\(file.warnings)")
    #expect(file.theme[.title].foreground == .ansi(1))
  }

  @Test(arguments: [
    ("[[[roles]]]", 1), ("text = [}", 1), ("\"\\u0000", 1), ("a = 1\nb", 2), ("a =", 1),
    ("a = 1 b = 2", 1), ("a = \"x\ny\"", 1), ("a = \"\\x41\"", 1), ("a = \"\\uD800\"", 1), ("a = '''x\n\n", 1),
    ("\n[a\n", 2), ("[a]]", 1), ("[[a]", 1), ("[]", 1), ("[a.]", 1), ("a..b = 1", 1), ("= 1", 1), ("é = 1", 1),
    ("a = [1 2]", 1), ("a = [1\n\n,,]", 3), ("a = {b = 1,}", 1), ("a = {b = 1\n}", 1), ("a = \u{1}", 1),
    ("# \u{7F}", 1), ("a = 1\rb = 2", 1), ("a = \"\u{0}\"", 1),
  ])
  func whatIsNotTOMLIsAnErrorWithItsLine(text: String, line: Int) {
    let error = #expect(throws: TOMLError.self) { try read(text) }
    #expect(error?.line == line)
  }

  @Test(arguments: [
    ("a = 1\na = 2", 2), ("a = 1\n\"a\" = 2", 2), ("[a]\n[a]", 2), ("a = 1\n[a]", 2), ("a.b = 1\n[a]", 2),
    ("[a.b]\nc = 1\n[a]\nb.d = 2", 4), ("a = {b = 1}\n[a.c]", 2), ("a = {b = 1}\na.c = 2", 2), ("a = []\n[[a]]", 2),
    ("[[a]]\n[a]", 2), ("[[a.b]]\n[[a]]", 2), ("[a]\n[[a]]", 2), ("a = {b = 1, b = 2}", 1), ("a = [{b = 1, b = 2}]", 1),
    ("[a]\nb.c = 1\n[a.b]", 3), ("[[a]]\nb = 1\nb = 2", 3),
  ])
  func nothingIsDefinedTwice(text: String, line: Int) {
    let error = #expect(throws: TOMLError.self) { try read(text) }
    #expect(error?.line == line && error?.problem.contains("defined twice") ?? false)
  }

  @Test(arguments: [
    "[a.b]\n[a]", "[a]\nb.c = 1\n[a.b.d]", "[[a]]\nb = 1\n[[a]]\nb = 2", "[[a]]\n[a.b]\n[[a]]\n[a.b]",
    "a.b = 1\na.c = 2",
    "a = [{b = 1}, {b = 2}]", "[a.b.c]\n[a.d]\n[a]\ne = 1",
  ])
  func singleDefinitionsAreNoError(text: String) throws { _ = try read(text) }

  @Test func linesAreThoseOfKeysOrOfTheirSections() throws {
    let document = try read("\n[a]\nb = '''\n\n'''\nc = 1\n[d.e]\n")
    #expect(document.line(of: "a.b") == 3 && document.line(of: "a.c") == 6)
    #expect(document.line(of: "a.x") == 2 && document.line(of: "d.e.x.y") == 7 && document.line(of: "x") == nil)
  }

  @Test func bytesThatAreNotUTF8AreAnErrorWithItsLine() {
    #expect(throws: TOMLError(line: 2, problem: "expected UTF-8")) {
      try TOMLDocument(Array("a = 1\nb = '".utf8) + [0xE9])
    }
  }

  @Test(arguments: [
    String(repeating: "a.", count: 50_000) + "a = 1", "[" + String(repeating: "a.", count: 50_000) + "a]",
    "a = " + String(repeating: "[", count: 100_000), "a = " + String(repeating: "{a = ", count: 100_000),
    String(repeating: "a", count: 100_000) + " = 1", (0..<20_000).map { "a\($0) = 1\n" }.joined(),
    (0..<20_000).map { _ in "[[a]]\n" }.joined(), "a = \"" + String(repeating: "\\", count: 100_001) + "\"",
  ])
  func unboundedInputIsAnError(text: String) { #expect(throws: TOMLError.self) { try read(text) } }

  @Test func depthIsBoundedWhateverItIsMadeOf() throws {
    func nested(_ depth: Int) -> String {
      "a = " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try read(nested(20))
    #expect(throws: TOMLError.self) { try read(nested(33)) }
    #expect(throws: TOMLError.self) {
      try read("[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q]\n" + "a = {b.c.d.e.f.g.h.i.j.k.l.m.n.o.p = 1}")
    }
  }
}
