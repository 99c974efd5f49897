import ArgumentParser
import OSText
import ParallelForDashboard
import Screen
import Themes

/// Lists the themes.
struct ThemesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "themes", _superCommandName: "pfor-tui", abstract: "List the themes and where each comes from.")

  func run() throws {
    let directory = ThemeRing.userDirectory(OSProcess.environment)
    let found = Themes.all(userDirectory: directory) { StandardError.write("pfor-tui: \($0)") }
    let width = found.map { TextWidth.columns(of: $0.name) }.max() ?? 0
    for theme in found {
      let padding = String(repeating: " ", count: width - TextWidth.columns(of: theme.name))
      print(SafeText.visible("\(theme.name)\(padding)  \(theme.path ?? "shipped")  \(theme.theme.about)"))
      for warning in theme.warnings { StandardError.write("pfor-tui: \(warning)") }
    }
  }
}
