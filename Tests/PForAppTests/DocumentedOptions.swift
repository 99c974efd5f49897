import ArgumentParser
import Foundation

/// A command as the argument parser describes it, and the rows that the page of options must have for it.
struct DocumentedOptions: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var written: String { kind == "short" ? "-\(name)" : "--\(name)" }
    }

    var kind: String
    var names: [Name]?
    var preferredName: Name?
    var valueName: String
    var abstract: String?
    var defaultValue: String?
    var allValues: [String]?
    var sectionTitle: String?
    var shouldDisplay: Bool
  }

  var commandName: String
  var abstract: String?
  var arguments: [Argument]?
  var subcommands: [DocumentedOptions]?

  static func of(_ command: any ParsableCommand.Type) throws -> DocumentedOptions {
    struct Dump: Decodable { var command: DocumentedOptions }
    return try JSONDecoder().decode(Dump.self, from: Data(command._dumpHelp().utf8)).command
  }

  /// The arguments that `--help` shows, by its headings.
  var sections: [(title: String, arguments: [Argument])] {
    displayed.reduce(into: []) { sections, argument in
      if let place = sections.firstIndex(where: { $0.title == argument.section }) {
        sections[place].arguments.append(argument)
      } else {
        sections.append((argument.section, [argument]))
      }
    }
  }

  /// The rows for all arguments.
  var rows: [String] { Self.rows(for: displayed) }

  /// All names of options, with their dashes.
  var names: Set<String> { Set(displayed.flatMap { $0.names ?? [] }.map(\.written)) }

  /// The arguments that `--help` shows.
  var displayed: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

  /// Returns rows of a table. Flags with the same explanation, such as `--header` and `--no-header`, share one.
  static func rows(for arguments: [Argument]) -> [String] {
    arguments.reduce(into: [(words: String, explanation: String, isFlag: Bool)]()) { rows, argument in
      let isFlag = argument.kind == "flag"
      if let last = rows.last, last.isFlag, isFlag, last.explanation == argument.explanation {
        rows[rows.count - 1].words += ", \(argument.words)"
      } else {
        rows.append((argument.words, argument.explanation, isFlag))
      }
    }.map { "| \($0.words) | \($0.explanation) |" }
  }
}

extension DocumentedOptions.Argument {
  var section: String { sectionTitle ?? (kind == "positional" ? "Arguments" : "General") }

  var words: String {
    let names = (names ?? []).filter { $0.kind == "short" } + (names ?? []).filter { $0.kind != "short" }
    let words = names.map { "`\($0.written)`" }.joined(separator: ", ")
    switch kind {
    case "positional": return "`<\(valueName)>`"
    case "option": return "\(words) `<\(valueName)>`"
    default: return words
    }
  }

  var explanation: String {
    let values = allValues.map { "values: \($0.joined(separator: ", "))" }
    let standard = kind == "option" ? defaultValue.map { "default: \($0)" } : nil
    let notes = [values, standard].compactMap(\.self)
    return (abstract ?? "") + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }
}
