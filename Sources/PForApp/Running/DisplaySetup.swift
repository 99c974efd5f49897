import OSText
import ParallelForDashboard
import Screen
import Terminal
import Themes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The display and how it looks, according to the options and the environment.
struct DisplaySetup {
  private let options: DashboardOptions
  private let environment: [String: String]

  init(_ options: DashboardOptions, environment: [String: String]) {
    self.options = options
    self.environment = environment
  }

  /// The characters for drawing.
  var glyphs: GlyphSet { options.ascii || !Terminal.localeIsUTF8 ? .ascii : .unicode }

  /// The themes; the one that the user named comes first.
  func themes() throws(AppError) -> ThemeRing {
    guard let name = options.theme else { return ThemeRing(environment: environment) }
    let directory = ThemeRing.userDirectory(environment)
    do throws(ThemeError) {
      let found = try Themes.find(nameOrFile: name, searching: directory.map { [$0] } ?? [])
      for warning in found.warnings { StandardError.write("pfor-tui: \(warning)") }
      return ThemeRing(environment: environment, first: found.theme)
    } catch {
      throw AppError("\(error)")
    }
  }

  /// The most bytes of a script. A longer file was given by mistake.
  private static let longestScript = 1 << 20

  /// The script that the user named; nil for none.
  func script() throws(AppError) -> Script? {
    guard let path = options.script else { return nil }
    guard let data = OSFile.contents(path, limit: Self.longestScript) else {
      throw AppError("\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    return try Script(String(decoding: data, as: UTF8.self), name: path)
  }

  /// The script's display, or the terminal.
  ///
  /// - Throws: the reason why there is no terminal to draw on.
  func openDisplay(_ script: Script?) throws(NoDashboard) -> any Display {
    if let script { return ScriptDisplay(script, environment: environment) }
    return try Terminal.enter(colorDepth: colorDepth, hasMouse: !options.noMouse, environment: environment)
  }

  private var colorDepth: ColorDepth? {
    switch options.color {
    case .never: .mono
    case .always: environment["COLORTERM"] == "truecolor" ? .truecolor : .indexed256
    case .auto: (environment["NO_COLOR"] ?? "").isEmpty ? nil : .mono
    }
  }
}
