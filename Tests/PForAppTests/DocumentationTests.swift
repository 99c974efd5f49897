import ArgumentParser
import Dashboard
import Foundation
import TestSupport
import Testing

@testable import PForApp

/// The tables in the README and the reference pages agree with the program.
@Suite struct DocumentationTests {
  private static func expectRows(
    _ rows: [String], are expected: [String], under heading: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      rows == expected, "the table under \"\(heading)\" must be:\n\(expected.joined(separator: "\n"))",
      sourceLocation: sourceLocation)
  }

  // MARK: - Keys

  /// A key as the footer and the help show it.
  private static func shown(_ notation: String) -> String {
    guard notation.count > 1 else { return notation }
    if notation == "<lt>" { return "<" }
    let name = notation.dropFirst().dropLast()
    return name.hasPrefix("C-") ? "Ctrl-\(name.dropFirst(2).uppercased())" : String(name)
  }

  private static func keys(_ entry: Command.Entry) -> String {
    entry.keys.map { "`\(shown($0))`" }.joined(separator: " ")
  }

  @Test func thePageOfKeysHasEveryCommand() throws {
    let page = try DocumentationPage.program("keys")
    #expect(page.headings(level: 2) == Command.Group.allCases.map(\.rawValue) + ["In a replay"])
    for group in Command.Group.allCases {
      let expected = Command.table.filter { $0.group == group }.map {
        "| \(Self.keys($0)) | \($0.help) | `\($0.name)` |"
      }
      Self.expectRows(page.rows(under: group.rawValue), are: expected, under: group.rawValue)
    }
  }

  @Test func thePageOfKeysHasTheirMeaningInAReplay() throws {
    let expected = Command.table.filter { $0.inReplay.help != $0.help }
      .map { "| \(Self.keys($0)) | \($0.inReplay.help) |" }
    let rows = try DocumentationPage.program("keys").rows(under: "In a replay")
    Self.expectRows(rows, are: expected, under: "In a replay")
  }

  @Test func theReadmeNamesOnlyKeysThatExist() throws {
    let cells = try DocumentationPage("README.md").firstCells(under: "Keys")
    let keys = cells.flatMap { DocumentationPage.codeSpans(in: $0) }
    let known = Set(Command.table.flatMap(\.keys).map(Self.shown))
    #expect(!keys.isEmpty && Set(keys).subtracting(known).isEmpty, "\(Set(keys).subtracting(known))")
  }

  // MARK: - Options

  @Test func thePageOfOptionsHasEveryOption() throws {
    let page = try DocumentationPage.program("options")
    let program = try DocumentedOptions.of(PForTUI.self)
    #expect(page.headings(level: 2) == program.sections.map(\.title) + ["Subcommands", "Completions"])
    for section in program.sections {
      let expected = DocumentedOptions.rows(for: section.arguments)
      Self.expectRows(page.rows(under: section.title), are: expected, under: section.title)
    }
  }

  @Test func thePageOfOptionsHasEverySubcommand() throws {
    let page = try DocumentationPage.program("options")
    let program = try DocumentedOptions.of(PForTUI.self)
    let subcommands = (program.subcommands ?? []).filter { $0.commandName != "help" }
    let list = subcommands.map { "| `\($0.commandName)` | \($0.abstract ?? "") |" }
    Self.expectRows(page.rows(under: "Subcommands"), are: list, under: "Subcommands")
    let common = Set(program.rows)
    let withOptions = subcommands.filter { !common.isSuperset(of: $0.rows) }
    #expect(page.headings(level: 3) == withOptions.map(\.commandName))
    for command in withOptions {
      let own = command.rows.filter { !common.contains($0) }
      Self.expectRows(page.rows(under: command.commandName), are: own, under: command.commandName)
      #expect(shared(page, command.commandName) == shared(command, common), "As above, under \(command.commandName)")
    }
  }

  /// The options that a subcommand shares with the program, as its section lists them.
  private func shared(_ page: DocumentationPage, _ command: String) -> [String] {
    let paragraphs = page.section(command).split { $0.isEmpty }
    let list = paragraphs.first { $0.first?.hasPrefix("As above:") ?? false } ?? []
    return DocumentationPage.codeSpans(in: list.joined(separator: " "))
  }

  private func shared(_ command: DocumentedOptions, _ common: Set<String>) -> [String] {
    command.displayed.filter { !common.isDisjoint(with: DocumentedOptions.rows(for: [$0])) }
      .compactMap { $0.preferredName?.written }.filter { $0 != "--help" && $0 != "--version" }
  }

  @Test func onlyOptionsThatExistAreNamed() throws {
    let program = try DocumentedOptions.of(PForTUI.self)
    let known = (program.subcommands ?? []).reduce(program.names) { $0.union($1.names) }
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: "\(DocumentationPage.root)/\(DocumentationPage.programFolder)"
    )
    .filter { $0.hasSuffix(".md") && $0 != "speed.md" }
    .map { try DocumentationPage("\(DocumentationPage.programFolder)/\($0)").text }
    let readme = try DocumentationPage("README.md")
    let others = readme.section("Beside xargs and GNU parallel")
    let lines = pages.flatMap(\.self) + readme.text.filter { !others.contains($0) }
    let named = DocumentationPage.codeSpans(in: lines.joined(separator: "\n"))
      .filter { $0.hasPrefix("--") && $0 != "--" }.compactMap { $0.split { " =".contains($0) }.first.map(String.init) }
    #expect(named.count > 50 && Set(named).isSubset(of: known), "\(Set(named).subtracting(known))")
  }

  @Test func theFirstPageIsTheHelpInShort() throws {
    let page = try DocumentationPage.program("pfor-tui")
    #expect(page.lines.prefix(3).last.map(String.init) == PForTUI.configuration.abstract)
    #expect(page.code.joined(separator: "\n") == PForTUI.configuration.usage)
  }

  // MARK: - Exit codes

  @Test func thePageOfExitCodesHasEachOne() throws {
    let source = try DocumentationPage("Sources/PForApp/CommandLine/ExitCode.swift").lines.joined(separator: "\n")
    let codes = source.matches(of: /static let \w+: Int32 = (\d+)/).map { String($0.1) }
    try #require(codes.count >= 8)
    let documented = try DocumentationPage.program("exit-codes").firstCells(under: "Exit codes")
    #expect(Set(documented) == Set(codes + ["1–100"]) && documented.count == Set(documented).count)
    #expect(ExitCode.failures(100) == 100 && ExitCode.failures(101) == ExitCode.manyFailures)
  }

  // MARK: - Links

  @Test(arguments: DocumentationPage.allPaths()) func everyLinkLeadsToAFile(path: String) throws {
    let page = try DocumentationPage(path)
    let folder = URL(fileURLWithPath: "\(DocumentationPage.root)/\(path)").deletingLastPathComponent()
    for line in page.text {
      let files = line.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/).map { String($0.1) }
      let articles = line.matches(of: /<doc:([\w-]+)>/).map { "\($0.1).md" }
      for name in files + articles {
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path), "\(path): \(name)")
      }
    }
  }

  @Test func theReadmeLinksEachPageOnce() throws {
    let text = try DocumentationPage("README.md").text.joined(separator: "\n")
    let links = text.matches(of: /\]\(([^)#]+)\)/).map { String($0.1) }
    #expect(links.count == Set(links).count, "\(links)")
    let pages = DocumentationPage.allPaths().filter {
      $0.hasPrefix(DocumentationPage.programFolder) && !$0.hasSuffix("/pfor-tui.md")
    }
    #expect(!pages.isEmpty && Set(pages).isSubset(of: links), "\(Set(pages).subtracting(links))")
  }

  @Test func theReadmeIsShort() throws {
    let words = try DocumentationPage("README.md").lines.flatMap { $0.split { $0 == " " } }.count
    #expect((1_500...2_000).contains(words), "\(words) words")
  }

  // MARK: - The manual page

  @Test func theManualHasEveryOptionKeyAndExitCode() throws {
    let manual = try Sandbox().run("'\(DocumentationPage.root)/.ci/manual'")
    #expect(manual.status == 0 && manual.errors.isEmpty, "\(manual.errors)")
    let tags = Set(zip(manual.lines, manual.lines.dropFirst()).filter { $0.0 == ".TP" }.map { Self.plain($0.1) })
    let program = try DocumentedOptions.of(PForTUI.self)
    let options = (program.rows + (program.subcommands ?? []).filter { $0.commandName != "help" }.flatMap(\.rows))
      .map { Self.plain(String($0.dropFirst(2).prefix { $0 != "|" }.dropLast())) }
    let keys = Command.table.map { Self.plain(Self.keys($0)) }
    let codes = try DocumentationPage.program("exit-codes").firstCells(under: "Exit codes")
    let missing = Set(options + keys + codes).subtracting(tags)
    #expect(missing.isEmpty, "\(missing)")
  }

  /// The manual has no requests unknown to groff, and no leftover Markdown.
  @Test func theManualIsWellFormed() throws {
    let manual = try Sandbox().run("'\(DocumentationPage.root)/.ci/manual'")
    let requests: Set = [".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi"]
    for line in manual.lines where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(requests.contains(line.prefix { $0 != " " }.description), "\(line)")
    }
    for line in manual.lines {
      #expect(!line.contains("`") && !line.contains("](") && !line.contains("**") && !line.hasPrefix("|"), "\(line)")
    }
    #expect(manual.lines.count { $0 == ".nf" } == manual.lines.count { $0 == ".fi" })
  }

  /// Returns a text without Markdown's and roff's marks.
  private static func plain(_ text: String) -> String {
    [("\\fB", ""), ("\\fP", ""), ("\\&", ""), ("\\-", "-"), ("\\e", "\\"), ("`", "")].reduce(text) {
      $0.replacing($1.0, with: $1.1)
    }
  }
}
