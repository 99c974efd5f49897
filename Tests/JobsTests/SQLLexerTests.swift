import TestSupport
import Testing

@testable import Jobs

/// What is a parameter, where a statement ends, and what hides both.
@Suite struct SQLLexerTests {
  private func query(_ text: String) throws(JobError) -> NumberedQuery { try NumberedQuery(text) }

  @Test(arguments: [
    ("SELECT $1", "SELECT $1", [nil]), ("SELECT $1, $2", "SELECT $1, $2", ["$1", "$2"]),
    ("SELECT $2", "SELECT $2", ["$1", "$2"]), ("SELECT :id", "SELECT $1", [":id"]),
    ("SELECT :b, :a, :b", "SELECT $1, $2, $1", [":b", ":a"]), ("SELECT 1", "SELECT 1", []),
    ("SELECT :é_1", "SELECT $1", [":é_1"]), ("SELECT :a::int", "SELECT $1::int", [":a"]),
    ("SELECT 1::int8", "SELECT 1::int8", []), ("f(a := :x)", "f(a := $1)", [":x"]),
    ("SELECT a[1:2], a[1 : n]", "SELECT a[1:2], a[1 : n]", []), ("SELECT x$1, a$b$, 1", "SELECT x$1, a$b$, 1", []),
    ("SELECT ':a', '$1', 'it''s :b'", "SELECT ':a', '$1', 'it''s :b'", []),
    (#"SELECT 'a\', :b"#, #"SELECT 'a\', $1"#, [":b"]), (#"SELECT E'a\':b', :c"#, #"SELECT E'a\':b', $1"#, [":c"]),
    (#"SELECT name'a\', :c"#, #"SELECT name'a\', $1"#, [":c"]),
    (#"SELECT ":a", "x"":b", U&":c""#, #"SELECT ":a", "x"":b", U&":c""#, []),
    ("SELECT $$ :a; $1 $$, :b", "SELECT $$ :a; $1 $$, $1", [":b"]),
    ("SELECT $x$ :a $$ $y$ $x$, :b", "SELECT $x$ :a $$ $y$ $x$, $1", [":b"]),
    ("SELECT 1 -- :a ; $1\n, :b", "SELECT 1 -- :a ; $1\n, $1", [":b"]),
    ("SELECT /* :a /* ; */ $1 */ :b", "SELECT /* :a /* ; */ $1 */ $1", [":b"]),
    ("SELECT 1 - - :a", "SELECT 1 - - $1", [":a"]), ("SELECT :a;", "SELECT $1", [":a"]),
    ("SELECT :a ; -- end\n /* */ ; ", "SELECT $1 ", [":a"]), ("SELECT j ? :k", "SELECT j ? $1", [":k"]),
    ("CREATE RULE r AS ON x DO (a; b)", "CREATE RULE r AS ON x DO (a; b)", []),
  ]) func parameters(text: String, numbered: String, names: [String?]) throws {
    let query = try query(text)
    #expect(query.text == numbered)
    #expect(query.names == names)
  }

  @Test func theBodyOfAFunctionHasManyStatements() throws {
    let text =
      "CREATE OR REPLACE FUNCTION f(x int) RETURNS int BEGIN ATOMIC SELECT CASE x WHEN 1 THEN 2 END; SELECT 3; END"
    #expect(try query(text + ";").text == text)
    #expect(throws: JobError("expected one statement, found more after the first semicolon")) {
      try query("BEGIN; SELECT 1")
    }
  }

  @Test(arguments: [
    ("", "the query is empty"), (" ; -- x", "the query is empty"), ("/* /* */ SELECT 1", "the query is empty"),
    ("SELECT 1; SELECT 2", "expected one statement, found more after the first semicolon"),
    ("SELECT $0", "the parameters of a query are $1 to $65535"),
    ("SELECT $65536", "the parameters of a query are $1 to $65535"),
    ("SELECT $99999999999999999999", "the parameters of a query are $1 to $65535"),
    ("SELECT $1, :a", "the query has both $1 and :a: write either numbers or names"),
  ]) func refusals(text: String, sentence: String) {
    #expect(throws: JobError(sentence)) { try query(text) }
  }

  /// A place of the numbered text in characters is found again in the user's text.
  @Test func placesAreThoseOfTheUsersText() throws {
    let text = "SELECT 'é', :long_name, :b + nosuch, :long_name, x"
    let query = try query(text)
    #expect(query.text == "SELECT 'é', $1, $2 + nosuch, $1, x")
    for word in ["'é'", "nosuch", "x", "+"] {
      let place: (String) -> Int? = { text in
        text.firstRange(of: word).map { text.unicodeScalars.distance(from: text.startIndex, to: $0.lowerBound) }
      }
      let numbered = try #require(place(query.text))
      #expect(query.place(numbered) == place(text))
    }
  }

  @Test(arguments: [
    ("SELECT 1", true), (" /* CALL */ with x AS (SELECT 1) SELECT 1", true), ("Values (1)", true), ("TABLE t", true),
    ("CALL p($1)", false), ("DO $$ x $$", false), ("selected", false), ("", false), ("(SELECT 1)", false),
  ]) func queriesCannotEndTheirTransaction(text: String, isAtomic: Bool) {
    #expect(SQLLexer.isAtomic(text) == isAtomic)
  }

  // MARK: - Properties

  /// A piece of SQL, and its text with numbers if it is a parameter.
  private struct Piece {
    let text: String
    var name: String?
  }

  private static let pieces =
    [
      "'a:b;$1'", "'it''s'", #"E'\';:x'"#, "\"q;:n\"", "$$;:d$$", "$t$ ; $$ $t$", "-- ;:c\n", "/* ;/*:c*/ */", "::int",
      "x", "a$1", "1", "( ; )", ",", "+", "->>", ":=", " ", "\n", "é", "?", "[1:2]", ".5", "$",
    ].map { Piece(text: $0) } + ["a", "b_1", "ü"].map { (name: String) in Piece(text: ":" + name, name: name) }

  /// Any sequence of pieces, separated by blanks, gives exactly its parameters and keeps everything else.
  @Test(arguments: 0..<20) func anySequenceOfPieces(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let chosen = (0..<Int.random(in: 1...12, using: &random)).compactMap { _ in
        Self.pieces.randomElement(using: &random)
      }
      var names: [String] = []
      let expected = chosen.map { piece in
        guard let name = piece.name else { return piece.text }
        if !names.contains(name) { names.append(name) }
        return "$\((names.firstIndex(of: name) ?? 0) + 1)"
      }
      let query = try query("x " + chosen.map(\.text).joined(separator: " "))
      #expect(query.text == "x " + expected.joined(separator: " "))
      #expect(query.names == names.map { ":\($0)" })
    }
  }

  /// Any bytes end, in order and without a gap that could hide a token twice.
  @Test(arguments: 0..<20) func anyTextEnds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let letters = Array("a1$:;'\"\\-/*(){}[]eE \n\u{E9}_BEGINENDcreatefunction")
    for _ in 0..<300 {
      let text = String(
        (0..<Int.random(in: 0...60, using: &random)).compactMap { _ in letters.randomElement(using: &random) })
      var lexer = SQLLexer(text)
      var last = 0
      while let (_, place) = lexer.next() {
        #expect(place.lowerBound >= last && !place.isEmpty && place.upperBound <= text.utf8.count)
        last = place.upperBound
      }
    }
  }

  /// Minutes, if the text is gone through again for each parameter.
  @Test(.timeLimit(.minutes(60))) func manyParameters() throws {
    let names = (0..<60_000).map { ":c\($0)" }
    #expect(try query("SELECT " + names.joined(separator: ",")).names.count == names.count)
  }
}
