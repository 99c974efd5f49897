import OSText
import Screen

/// Saves screens as text, for scripts.
enum ScreenFile {
  /// Writes the rows of a grid without trailing blanks.
  static func save(_ grid: CellGrid, to path: String) {
    let rows = (0..<grid.height).map { grid.row($0) }.map { row in
      String(row.reversed().drop { $0 == " " }.reversed())
    }
    _ = OSFile.write(Array((rows.joined(separator: "\n") + "\n").utf8), to: path)
  }
}
