import ArgumentParser
import TestSupport
import Testing

@testable import PForApp

/// The short way of parsing a run's options gives the same result as the whole parser.
@Suite struct RunLineTests {
  private func whole(_ arguments: [String]) -> PForTUI? { try? PForTUI.parseAsRoot(arguments) as? PForTUI }

  @Test(arguments: [
    ["ids", "--", "wc", "-l"], ["-j4", "ids", "--shell", "echo {}"], ["ids", "--", "demo", "help"],
    ["ids", "--db", "d", "--sql", "SELECT ?", "-o", "out", "--tag"], ["-", "--no-run", "--", "true"],
  ])
  func aRunIsParsedAtOnce(arguments: [String]) throws {
    let run = try #require(PForTUI.run(CommandWords(arguments)))
    #expect("\(run.options)" == "\(try #require(whole(arguments)).options)")
  }

  @Test(arguments: [
    ["demo"], ["help"], ["ids", "demo"], ["-j", "4", "help", "resume"], ["--help"], ["-h"], ["--help-hidden"],
    ["--version"], ["ids", "--nonsense"], ["ids", "-j", "x", "--", "wc"], ["--generate-completion-script", "zsh"],
    ["-o", "demo", "ids", "--", "wc"],
  ])
  func allElseIsForTheWholeParser(arguments: [String]) { #expect(PForTUI.run(CommandWords(arguments)) == nil) }

  @Test func theTwoWaysNeverDiffer() {
    let words = [
      "ids", "-j", "4", "-j4", "--tag", "-o", "demo", "help", "resume", "--", "wc", "--shell", "echo {}", "--help",
      "--version", "-", "--nonsense", "--db", "--sql", "runs", "", "--no-run", "-h", "--retries",
    ]
    var generator = SeededGenerator(seed: 18)
    var found = 0
    for _ in 0..<400 {
      let arguments = (0..<Int.random(in: 1...5, using: &generator)).compactMap { _ in
        words.randomElement(using: &generator)
      }
      guard let run = PForTUI.run(CommandWords(arguments)) else { continue }
      found += 1
      #expect(whole(arguments).map { "\($0.options)" } == "\(run.options)", "\(arguments)")
    }
    #expect(found > 10)
  }
}
