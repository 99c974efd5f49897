import Foundation
import ParallelForDashboard
import Screen
import Terminal
import Themes

/// What is drawn on and how, by the options and the environment.
struct Look {
  /// The name of a theme or its file; nil for the standard one.
  var theme: String?
  var color = ColorChoice.auto
  var isASCII = false
  /// The file of a script that drives the dashboard.
  var scriptPath: String?
  let environment: [String: String]

  /// What pictures are made of.
  var glyphs: GlyphSet { isASCII || !Terminal.localeIsUTF8 ? .ascii : .unicode }

  /// The themes, beginning with the one that was named.
  func themes() throws(AppError) -> ThemeRing {
    guard let name = theme else { return ThemeRing(environment: environment) }
    let directory = ThemeRing.userDirectory(environment)
    do throws(ThemeError) {
      let found = try Themes.find(nameOrFile: name, searching: directory.map { [$0] } ?? [])
      for warning in found.warnings { StandardError.write("pfor-tui: \(warning)") }
      return ThemeRing(environment: environment, first: found.theme)
    } catch {
      throw AppError("\(error)")
    }
  }

  /// The script that was named; nil for none.
  func script() throws(AppError) -> Script? {
    guard let path = scriptPath else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else { throw AppError("\(path): cannot be read") }
    return try Script(String(decoding: data, as: UTF8.self), name: path)
  }

  /// The script's display, the terminal, or nothing where there is no terminal to draw on.
  func openDisplay(_ script: Script?) -> (any Display)? {
    if let script { return ScriptDisplay(script, environment: environment) }
    return TerminalDisplay.enter(colorDepth: colorDepth, environment: environment)
  }

  private var colorDepth: ColorDepth? {
    switch color {
    case .never: .mono
    case .always: environment["COLORTERM"] == "truecolor" ? .truecolor : .indexed256
    case .auto: (environment["NO_COLOR"] ?? "").isEmpty ? nil : .mono
    }
  }
}
