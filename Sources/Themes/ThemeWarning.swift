import Screen

/// A problem in a theme file; the affected part looks as in the default theme.
package struct ThemeWarning: Error, Equatable, Sendable {
  /// The file, or the name of a shipped theme.
  package var source: String
  /// The line, from 1; nil for the file as a whole.
  package var line: Int?
  /// The key, such as `roles.title`; empty for the file as a whole.
  package var key: String
  /// What is wrong and what was expected.
  package var problem: String

  package init(source: String, line: Int?, key: String, problem: String) {
    self.source = source
    self.line = line
    self.key = key
    self.problem = problem
  }
}

extension ThemeWarning: CustomStringConvertible {
  /// The warning as one line for the user, safe to print.
  package var description: String {
    let place = line.map { "\(source):\($0)" } ?? source
    return SafeText.visible(key.isEmpty ? "\(place): \(problem)" : "\(place): \(key): \(problem)")
  }
}

/// Why a theme cannot be used.
package enum ThemeError: Error, Equatable, Sendable {
  /// No shipped theme, no theme of the user and no file has this name.
  case notFound(String, known: [String])
  /// The file cannot be read.
  case unreadable(String, reason: String)
}

extension ThemeError: CustomStringConvertible {
  /// The reason as a sentence for the user, safe to print.
  package var description: String {
    switch self {
    case .notFound(let name, let known):
      SafeText.visible("no theme named \"\(name)\"; use one of \(known.joined(separator: ", ")), or name a file")
    case .unreadable(let path, let reason):
      SafeText.visible("cannot read the theme \"\(path)\": \(reason)")
    }
  }
}
