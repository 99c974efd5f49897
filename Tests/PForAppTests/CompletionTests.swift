import Testing

@testable import PForApp

@Suite struct CompletionTests {
  private static let names = ["theme": ["dark", "default", "light"], "run": ["20261125-1", "20261126-2"]]

  private func offers(_ words: String...) throws -> [Completion.Offer] {
    let root = try #require(CommandShape.of(PForTUI.self))
    return Completion(root: root) { Self.names[$0] ?? [] }.offers(for: words)
  }

  private func words(_ offers: [Completion.Offer]) -> [String] {
    offers.compactMap { if case .word(let word, _) = $0 { word } else { nil } }
  }

  @Test func theFirstWordIsASubcommandOrAFile() throws {
    #expect(words(try offers("re")) == ["resume", "replay"])
    #expect(try offers("re").last == .files)
    #expect(words(try offers("")) == PForTUI.subcommands.map(\.name) + ["help"])
    #expect(try offers("ids") == [.files])
  }

  @Test func everyWordSaysWhatItMeans() throws {
    #expect(try offers("themes").first == .word("themes", help: "List the themes and where each comes from."))
    for case .word(let word, let help) in try offers("ids", "-") { #expect(!help.isEmpty, "\(word)") }
  }

  @Test func optionsAreThoseOfTheCommand() throws {
    #expect(words(try offers("ids", "--th")) == ["--threads", "--theme"])
    #expect(words(try offers("--th")) == ["--threads", "--theme"])
    #expect(words(try offers("replay", "--s")) == ["--speed", "--script"])
    #expect(Set(words(try offers("export", "-"))).isSuperset(of: ["--csv", "--trace", "-o", "--output", "-h"]))
    #expect(!words(try offers("export", "-")).contains("--threads"))
    #expect(words(try offers("prune", "--k")) == ["--keep"])
  }

  @Test func existingWordsAreNotOfferedAgain() throws {
    #expect(words(try offers("ids", "-j", "4", "--th")) == ["--theme"])
    #expect(words(try offers("ids", "--slow", "2s", "--slo")) == ["--slow"])
  }

  @Test func valuesAreThoseOfTheOption() throws {
    #expect(try offers("ids", "--color", "a") == [.word("auto", help: ""), .word("always", help: "")])
    #expect(words(try offers("ids", "--theme", "d")) == ["dark", "default"])
    #expect(try offers("ids", "--theme", "d").last == .files)
    #expect(try offers("ids", "-o", "") == [.files])
    #expect(try offers("ids", "-j", "") == [])
    #expect(words(try offers("ids", "--color=ne")) == ["--color=never"])
    // Bash splits the word like this.
    #expect(words(try offers("ids", "--color", "=", "ne")) == ["never"])
    #expect(words(try offers("ids", "--color", "=")) == ["auto", "always", "never"])
  }

  @Test func aRunIsNamed() throws {
    for name in ["resume", "show", "replay", "export"] {
      #expect(words(try offers(name, "20261125")) == ["20261125-1"])
      #expect(try offers(name, "").last == .files)
    }
    #expect(try offers("themes", "") == [])
    #expect(words(try offers("help", "the")) == ["themes"])
  }

  @Test func aCommandFollowsTwoDashes() throws {
    #expect(try offers("ids", "-j", "4", "--", "gz") == [.commands])
    #expect(try offers("ids", "--", "gzip", "-k") == [.files])
    #expect(try offers("ids", "--", "gzip", "a", "") == [.files])
  }

  @Test func everySubcommandAndOptionIsOffered() throws {
    let root = try #require(CommandShape.of(PForTUI.self))
    for command in root.subcommands ?? [] {
      #expect(words(try offers(command.commandName)).contains(command.commandName))
      let all = (command.arguments ?? []).flatMap(\.words)
      #expect(words(try offers(command.commandName, "-")) == all)
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func everyShellAsksTheProgram(shell: String) throws {
    let script = try #require(try CompletionCommands.answer(["--generate-completion-script", shell], environment: [:]))
    #expect(script[0].contains(CompletionScript.question))
    let asked = try CompletionCommands.answer(["--generate-completion-script"], environment: ["SHELL": "/bin/\(shell)"])
    #expect(asked == script)
  }

  @Test func otherShellsGetTheListOfShells() {
    for arguments in [["--generate-completion-script", "tcsh"], ["--generate-completion-script"]] {
      #expect(throws: AppError.self) { try CompletionCommands.answer(arguments, environment: [:]) }
    }
  }

  @Test func aPersonIsNotAnswered() throws {
    #expect(try CompletionCommands.answer(["ids", "--", "true"], environment: [:]) == nil)
    #expect(try CompletionCommands.answer([], environment: [:]) == nil)
  }
}
