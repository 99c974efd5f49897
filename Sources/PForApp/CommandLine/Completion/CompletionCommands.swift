import ParallelForDashboard
import RunStore
import Themes

/// The command lines with which shells get their script and ask for completions.
enum CompletionCommands {
  private static let wantsScript = "--generate-completion-script"

  /// Answers a shell.
  ///
  /// - Returns: the lines to print; nil if the command line is not a shell's question.
  /// - Throws: if there is no script for the shell.
  static func answer(
    _ arguments: [String], environment: @autoclosure () -> [String: String]
  ) throws(AppError) -> [String]? {
    switch arguments.first {
    case wantsScript: return [try script(arguments.dropFirst().first ?? environment()["SHELL"] ?? "")]
    case CompletionScript.question: return offers(for: Array(arguments.dropFirst()), environment())
    default: return nil
    }
  }

  private static func script(_ shell: String) throws(AppError) -> String {
    let name = shell.split(separator: "/").last.map(String.init) ?? ""
    guard let text = CompletionScript.text(for: name) else {
      throw AppError("\(wantsScript): expected bash, zsh or fish")
    }
    return text
  }

  private static func offers(for words: [String], _ environment: [String: String]) -> [String] {
    guard let root = CommandShape.of(PForTUI.self) else { return [] }
    let completion = Completion(root: root) { names(of: $0, environment) }
    return completion.offers(for: words).map(\.line)
  }

  private static func names(of valueName: String, _ environment: [String: String]) -> [String] {
    switch valueName {
    case "theme": Themes.all(userDirectory: ThemeRing.userDirectory(environment)).map(\.name)
    case "run": RunHistory.standard(environment: environment)?.names() ?? []
    default: []
    }
  }
}
