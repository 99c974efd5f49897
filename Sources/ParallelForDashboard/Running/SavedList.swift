import Dashboard
import DashboardView
import OSText
import ParallelFor

/// A list of the dashboard as a file of tab-separated values.
enum SavedList {
  /// Returns the rows of items, below their names.
  static func text(of rows: [ResultRow]) -> [UInt8] {
    let names = rows.first { $0.fields.count > 1 }?.fields.map(\.name) ?? []
    var text = line(["number", "state", "seconds"] + (names.isEmpty ? ["item"] : names) + ["result"])
    for row in rows {
      let fields = row.fields.map(\.name) == names ? row.fields.map(\.value) : []
      let item = names.isEmpty ? [row.label] : fields.isEmpty ? [row.label] + names.dropFirst().map { _ in "" } : fields
      let seconds = row.latency.map { "\(Double($0) / 1e9)" } ?? ""
      text += line(["\(row.id.number)", row.state.name, seconds] + item + [row.text])
    }
    return text
  }

  /// Returns the reasons of failures.
  static func text(of groups: [FailureGroups.Group]) -> [UInt8] {
    groups.reduce(into: line(["items", "first", "latest", "reason"])) { text, group in
      text += line(["\(group.count)", "\(group.first.number)", "\(group.latest.number)", group.reason])
    }
  }

  private static func line(_ values: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: "\t")) }
      Array(value.utf8).withUnsafeBytes { EscapedText.appendTSV($0, to: &bytes) }
    }
    return bytes + [UInt8(ascii: "\n")]
  }

  /// Writes a new file.
  ///
  /// - Returns: A sentence that says how many rows are in it, or why it was not written.
  static func write(_ text: [UInt8], rows: Int, of count: Int, to path: String) -> String {
    if OSFile.exists(path) { return "\(path): exists already; the list was not saved" }
    guard OSFile.write(text, to: path) else { return "\(path): cannot be written; the list was not saved" }
    let format = Formatting()
    let part = rows < count ? "the first \(format.count(rows)) of \(format.count(count))" : format.count(rows)
    return "saved \(part) \(rows == 1 ? "row" : "rows") to \(path)"
  }
}
