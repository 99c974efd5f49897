import Foundation
package import Screen
package import Testing
import Themes

/// Compares a grid with the picture `Screens/NAME.screen` beside the test's file, first its text, then its roles.
///
/// With `PFOR_UPDATE_SCREENS=1` in the environment the picture is written instead.
package func assertScreen(
  _ grid: CellGrid, _ name: String, filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let file = URL(fileURLWithPath: filePath).deletingLastPathComponent().appendingPathComponent("Screens/\(name).screen")
  let drawn = ScreenPicture.text(of: grid)
  if ProcessInfo.processInfo.environment["PFOR_UPDATE_SCREENS"] == "1" {
    do { try drawn.write(to: file, atomically: true, encoding: .utf8) } catch {
      Issue.record("cannot write \(name).screen: \(error)", sourceLocation: sourceLocation)
    }
    return
  }
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record("no picture \(name).screen; PFOR_UPDATE_SCREENS=1 makes it", sourceLocation: sourceLocation)
    return
  }
  if drawn != expected {
    Issue.record("\(name): \(ScreenPicture.difference(expected, drawn))", sourceLocation: sourceLocation)
  }
}

/// A grid as text: its contents, and below them a letter for the role of each cell.
package enum ScreenPicture {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

  /// Returns both planes, a legend of the used roles, and the selected columns of rows.
  package static func text(of grid: CellGrid) -> String {
    var lines = ["size \(grid.width)x\(grid.height)", "text"]
    lines += (0..<grid.height).map { trimmed(grid.row($0)) }
    lines.append("roles  \(legend(grid))")
    lines += (0..<grid.height).map { trimmed(roles(grid, $0)) }
    let selected = (0..<grid.height).filter { y in grid.cells(inRow: y).contains(where: \.isSelected) }
    lines.append("selected" + selected.map { " \($0):\(selection(grid, $0))" }.joined())
    return lines.joined(separator: "\n") + "\n"
  }

  /// Describes the first difference of two pictures, and shows both.
  static func difference(_ expected: String, _ drawn: String) -> String {
    let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let right = drawn.split(separator: "\n", omittingEmptySubsequences: false)
    let row = zip(left, right).enumerated().first { $1.0 != $1.1 }?.offset ?? min(left.count, right.count)
    let pair = (row < left.count ? Array(left[row]) : [], row < right.count ? Array(right[row]) : [])
    let column = zip(pair.0, pair.1).enumerated().first { $1.0 != $1.1 }?.offset ?? min(pair.0.count, pair.1.count)
    let ruler = String(String(repeating: "0123456789", count: 30).prefix(max(pair.0.count, pair.1.count)))
    return """
      differs first in line \(row + 1) of the picture, column \(column)
      \(ruler)
      \(String(pair.0))   expected
      \(String(pair.1))   drawn

      expected
      \(expected)
      drawn
      \(drawn)
      """
  }

  private static func letter(_ role: Role) -> Character {
    Int(role.rawValue) < letters.count ? letters[Int(role.rawValue)] : "?"
  }

  private static func roles(_ grid: CellGrid, _ y: Int) -> String {
    String(grid.cells(inRow: y).map { $0.glyph == .blank ? " " : letter($0.role) })
  }

  private static func selection(_ grid: CellGrid, _ y: Int) -> String {
    let columns = grid.cells(inRow: y).enumerated().filter(\.element.isSelected).map(\.offset)
    return "\(columns.first ?? 0)-\(columns.last ?? 0)"
  }

  private static func legend(_ grid: CellGrid) -> String {
    let used = Set((0..<grid.height).flatMap { grid.cells(inRow: $0).filter { $0.glyph != .blank }.map(\.role) })
    return ThemeRole.allCases.filter { used.contains($0.role) }.map { "\(letter($0.role)) \($0)" }
      .joined(separator: "  ")
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
