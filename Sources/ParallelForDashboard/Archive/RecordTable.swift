import Dashboard
import Screen

/// Puts rows of values into columns for the page of an item.
enum RecordTable {
  /// The most columns to which a value is padded. A longer one moves the rest of its line.
  private static let widest = 60
  private static let gap = "  "

  /// Returns a line for each line of output, with its values below their names.
  ///
  /// - Parameter values: Returns the values in a line; none if it is plain text.
  /// - Returns: The names and the lines; none if no line has more than one value or a name.
  static func lines(of output: [String], values: (String) -> [ItemDetail.Field]) -> [String] {
    guard let first = output.first, case let names = values(first).map(\.name), !names.isEmpty else { return [] }
    let rows = output.map { line in (line: line, values: values(line)) }
    let shown = rows.map { row in row.values.map(\.name) == names ? row.values.map(\.value) : nil }
    let heading = names.contains { !$0.isEmpty } ? [names] : []
    var widths = names.map { _ in 0 }
    for row in heading + shown.compactMap(\.self) {
      for (index, value) in row.enumerated() {
        widths[index] = max(widths[index], min(widest, TextWidth.columns(of: value)))
      }
    }
    return heading.map { line($0, widths) }
      + zip(rows, shown).map { row, values in
        values.map { line($0, widths) } ?? row.line
      }
  }

  private static func line(_ values: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, value) in values.enumerated() {
      line += index == 0 ? value : gap + value
      if index < values.count - 1 {
        line += String(repeating: " ", count: max(0, widths[index] - TextWidth.columns(of: value)))
      }
    }
    return line
  }
}
