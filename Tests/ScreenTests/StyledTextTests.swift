import Testing

@testable import Screen

@Suite struct StyledTextTests {
  private func runs(_ line: String) -> [String] {
    StyledRun.runs(of: line).map { run in
      "\(run.style.color.map { "\($0)" } ?? "-")\(run.style.isBold ? "b" : "") \(run.text)"
    }
  }

  @Test(arguments: [
    ("plain", ["- plain"]), ("", []), ("a\u{1B}[31mb\u{1B}[0mc", ["- a", "1 b", "- c"]),
    ("\u{1B}[1;32mok\u{1B}[m x", ["2b ok", "-  x"]), ("\u{1B}[91mx\u{1B}[39my", ["9 x", "- y"]),
    ("\u{1B}[1mx\u{1B}[22my", ["-b x", "- y"]), ("\u{1B}[38;5;9mx", ["9 x"]), ("\u{1B}[38;2;250;0;0mx", ["9 x"]),
    ("\u{1B}[38:5:2mx", ["2 x"]), ("\u{1B}[48;5;1mx", ["- x"]),
  ])
  func coloursAndBoldLettersAreRead(line: String, expected: [String]) { #expect(runs(line) == expected) }

  /// Nothing but the style gets through, whatever a program writes.
  @Test(arguments: [
    "a\u{1B}[2Jb", "a\u{1B}]0;title\u{7}b", "a\u{1B}]52;c;eA==\u{1B}\\b", "a\u{1B}(Bb", "a\u{1B}[?25lb",
    "a\u{1B}Pq\u{1B}\\b",
    "a\u{1B}cb", "a\u{1B}[38;5mb", "a\u{1B}[99999999999999999999mb",
  ])
  func otherSequencesAreRemoved(line: String) { #expect(StyledRun.plain(line) == "ab") }

  @Test(arguments: ["a\u{1B}", "a\u{1B}[", "a\u{1B}[3", "a\u{1B}]0;tit"]) func anUnfinishedSequenceIsRemoved(
    line: String
  ) {
    #expect(StyledRun.plain(line) == "a")
  }

  @Test func rowsKeepWideCharactersAndStyles() {
    let runs = StyledRun.runs(of: "ab\u{1B}[31mc作者d")
    let rows = StyledRun.rows(of: runs, columns: 4).map { $0.map(\.text) }
    #expect(rows == [["ab", "c"], ["作者"], ["d"]])
    #expect(StyledRun.rows(of: [], columns: 4) == [[]])
    #expect(StyledRun.rows(of: [StyledRun(text: "作者")], columns: 1).count == 2)
  }

  @Test func stylesAreNumbered() {
    #expect(OutputStyle.all.map(\.number) == Array(0..<OutputStyle.count))
    #expect(Set(OutputStyle.all).count == OutputStyle.count)
  }
}
