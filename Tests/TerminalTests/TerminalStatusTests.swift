import Testing

@testable import Terminal

/// The title and the progress that a terminal shows outside of its screen.
@Suite struct TerminalStatusTests {
  private typealias Signs = TerminalStatus.Signs

  @Test func theSequencesSayWhatTheTerminalUnderstands() {
    let status = TerminalStatus(title: "42 % - x", progress: .failing(42))
    #expect(status.sequence(Signs(hasTitle: true, hasProgress: true)) == "\u{1B}]0;42 % - x\u{7}\u{1B}]9;4;2;42\u{7}")
    #expect(status.sequence(Signs(hasTitle: true)) == "\u{1B}]0;42 % - x\u{7}")
    #expect(status.sequence(.none).isEmpty && TerminalStatus.begin(.none).isEmpty && TerminalStatus.end(.none).isEmpty)
  }

  @Test(
    arguments: [
      (.none, "0;0"), (.normal(7), "1;7"), (.failing(100), "2;100"), (.unknown, "3;0"), (.paused(101), "4;100"),
    ]
      as [(TerminalStatus.Progress, String)])
  func everyProgressHasItsState(progress: TerminalStatus.Progress, code: String) {
    let status = TerminalStatus(title: "", progress: progress)
    #expect(status.sequence(Signs(hasProgress: true)) == "\u{1B}]9;4;\(code)\u{7}")
  }

  @Test func whatBeganIsUndone() {
    let signs = Signs(hasTitle: true, hasProgress: true)
    #expect(TerminalStatus.begin(signs) == "\u{1B}[22;0t")
    #expect(TerminalStatus.end(signs) == "\u{1B}]9;4;0;0\u{7}\u{1B}[23;0t")
  }

  @Test(
    arguments: [
      (["TERM": "dumb"], false, false), (["TERM": "linux"], false, false), ([:], false, false),
      (["TERM": "xterm-256color"], true, false), (["TERM": "tmux-256color", "WT_SESSION": "1"], true, false),
      (["TERM": "xterm", "TMUX": "1", "VTE_VERSION": "8000"], true, false),
      (["TERM": "xterm", "VTE_VERSION": "8000"], true, true), (["TERM": "xterm", "VTE_VERSION": "7600"], true, false),
      (["TERM": "xterm", "WT_SESSION": "1"], true, true),
      (["TERM": "xterm", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.4.23"], true, false),
      (["TERM": "xterm", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.6"], true, true),
      (["TERM": "xterm", "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046fc22"], true, false),
      (["TERM": "xterm", "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250601-1"], true, true),
      (["TERM": "xterm", "TERM_PROGRAM": "iTerm.app"], true, false),
    ] as [([String: String], Bool, Bool)])
  func onlyTerminalsThatUnderstandItGetIt(environment: [String: String], hasTitle: Bool, hasProgress: Bool) {
    #expect(Signs(environment) == Signs(hasTitle: hasTitle, hasProgress: hasProgress))
  }
}
