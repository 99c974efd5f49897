import ArgumentParser
import ParallelForDashboard
import Screen
import TestSupport
import Testing

@testable import PForApp

/// Whole random command lines, through the real parser and the plan of a run.
@Suite struct CommandLineFuzzTests {
  private let sandbox: Sandbox
  private let files: [String]

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write("1\n2\n", to: "ids")
    try sandbox.write("id,name\n1,ann\n", to: "people.csv")
    try sandbox.write("{\"id\":1}\n", to: "people.jsonl")
    try sandbox.write("", to: "shop")
    files = ["ids", "people.csv", "people.jsonl", "shop", "nosuch"].map { [sandbox] in "\(sandbox.path)/\($0)" }
  }

  /// Only a plan, a requested text and a refusal are allowed. A trap would end the tests.
  @Test(.timeLimit(.minutes(60)), arguments: Array(1...8) as [UInt64])
  func anyCommandLineIsPlannedOrRefusedInALine(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<15 {
      let words = RandomCommandLine.words(files: files, using: &random)
      guard let refusal = refusal(of: words) else { continue }
      let line = SafeText.visible(refusal)
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, "\(words)")
      #expect(refusal.utf8.count > 12, "\(words)")
    }
  }

  /// Returns why a command line is refused; nil if it is a run that can start, or asks for help.
  private func refusal(of words: [String]) -> String? {
    do {
      let command = try PForTUI.parse(words)
      // A plan that reads items at once would read the standard input of the tests.
      guard let run = command as? PForTUI, run.options.items != "-" else { return nil }
      _ = try RunPlan(run.options, arguments: words)
      return nil
    } catch let error as DashboardError {
      return "pfor-tui: \(error)"
    } catch {
      return PForTUI.exitCode(for: error) == .success ? nil : PForTUI.refusal(of: error, words)
    }
  }

  @Test(arguments: [
    (["ids", "--timeout", "-1"], "the value '-1' is invalid for '--timeout <limit>'. End an item that takes longer"),
    (["ids", "--timeout", "1\n2"], "See pfor-tui --help."), (["ids", "echo"], "A command to run comes after --"),
    (["runs", "x"], "unexpected argument 'x'. See pfor-tui runs --help."),
    (["export"], "missing one of: '--joblog', '--csv', '--json', '--trace', '--events'. See pfor-tui export --help."),
    (["prune"], "say which runs to remove"), (["prune", "--keep", "-1"], "--keep must not be negative"),
    (["ids", "--retries", "-1"], "--retries -1: give a number from 0 to 1000"),
  ])
  func aRefusalSaysWhatIsExpected(words: [String], sentence: String) throws {
    let refusal = try #require(self.refusal(of: words))
    #expect(refusal.hasPrefix("pfor-tui: ") && refusal.contains(sentence), "\(refusal)")
    #expect(!refusal.contains("Usage"), "\(refusal)")
    if words.first != "ids" { #expect(!refusal.contains("stands after --"), "\(refusal)") }
  }

  // MARK: - Long commands

  @Test(arguments: [
    ["ids", "--", "a"], ["ids", "--", "a", "b", "c", "d"], ["ids", "--", "a", "--", "--tag", "-h", "--", "b"],
    ["ids", "--tag", "--", "--"], ["ids", "--tag"],
  ])
  func theCommandIsWhole(words: [String]) throws {
    let run = try #require(try PForTUI.parse(words) as? PForTUI)
    #expect(run.options.command == Array(words.drop { $0 != "--" }.dropFirst()))
    #expect(run.options.items == "ids")
  }

  /// This takes minutes if each word is compared with all others.
  @Test(.timeLimit(.minutes(60))) func aCommandOfManyWords() throws {
    let words = (0..<50_000).map { "\($0)" }
    let run = try #require(try PForTUI.parse(["ids", "--"] + words) as? PForTUI)
    #expect(run.options.command == words)
  }

  @Test(arguments: [["ids", "--sql", "--", "a", "b", "c", "d"], ["--shell", "--", "a", "b", "c", "d"]])
  func wordsAfterDashesThatAreAValueAreNoCommand(words: [String]) {
    #expect(throws: (any Error).self) { try PForTUI.parse(words) }
  }
}
