import ArgumentParser
import Foundation
import Screen
import Themes

/// Lists the themes.
struct ThemesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "themes", _superCommandName: "pfor-tui", abstract: "List the themes and where each comes from.")

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let own = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
    let found = Themes.all(userDirectory: own.map { "\($0)/pfor-tui/themes" })
    let width = found.map { TextWidth.columns(of: $0.name) }.max() ?? 0
    for theme in found {
      let name = theme.name.padding(toLength: max(width, theme.name.count), withPad: " ", startingAt: 0)
      print(SafeText.visible("\(name)  \(theme.path ?? "shipped")  \(theme.theme.about)"))
      for warning in theme.warnings { StandardError.write("pfor-tui: \(warning)") }
    }
  }
}
