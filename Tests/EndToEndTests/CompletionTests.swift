import TestSupport
import Testing

/// The completions that bash gets from the built program.
@Suite struct CompletionTests {
  @Test(arguments: [
    ("rep", "rep", "replay"), ("replay --spe", "--spe", "--speed"), ("ids --color al", "al", "always"),
    ("'a fi'", "a fi", "a file of items"), ("ids -- pfor-tu", "pfor-tu", "pfor-tui"),
  ])
  func bashOffersWhatTheProgramSays(words: String, last: String, expected: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write("", to: "a file of items")
    try sandbox.write(
      """
      . ./pfor.bash
      COMP_WORDS=(pfor-tui \(words))
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _pfor_tui pfor-tui '\(last)'
      printf '%s\\n' "${COMPREPLY[@]}"
      """, to: "ask.bash")
    let run = try sandbox.run("pfor-tui --generate-completion-script bash > pfor.bash; bash ask.bash")
    #expect(run.lines.contains(expected), "\(run.lines) \(run.errors)")
  }
}
