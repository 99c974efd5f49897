import DashboardView
import OSText
import ParallelForDashboard
import RunStore
import Screen

/// The recorded runs as a table. Everything that must be read from the files is read when it is made.
struct RunTable: Equatable {
  private static let head = ["RUN", "STATE", "BEGAN", "TOOK", "DONE", "FAILED", "SIZE", "COMMAND"]
  private static let numbers: Set = ["TOOK", "DONE", "FAILED", "SIZE"]
  /// The columns that are left out on a narrow terminal, in this order.
  private static let dispensable = ["SIZE", "FAILED", "TOOK", "BEGAN"]
  /// The least columns of a terminal for the command.
  private static let commandWidth = 12

  /// The runs, the newest first.
  let entries: [HistoryEntry]
  private let rows: [[String]]
  private let widths: [Int]

  init(_ entries: [HistoryEntry]) {
    self.entries = entries
    let rows = [Self.head] + entries.map(Self.cells)
    widths = Self.head.indices.map { column in rows.map { TextWidth.columns(of: $0[column]) }.max() ?? 0 }
    self.rows = rows
  }

  /// The heading and a line for each run; none without runs. Text from records is made safe to print.
  ///
  /// - Parameters:
  ///   - width: the columns that lines may take; nil for any number.
  ///   - hasNames: whether the names of the runs are among the columns.
  func lines(width: Int? = nil, hasNames: Bool = true) -> [String] {
    guard !entries.isEmpty else { return [] }
    let columns = columns(width: width, hasNames: hasNames)
    return rows.map { row in
      let line = columns.map { column in
        let blanks = String(repeating: " ", count: max(0, widths[column] - TextWidth.columns(of: row[column])))
        if column == row.count - 1 { return row[column] }
        return Self.numbers.contains(Self.head[column]) ? blanks + row[column] : row[column] + blanks
      }.joined(separator: "  ")
      return width.map { TextWidth.prefix(line, columns: $0, ellipsis: "…") } ?? line
    }
  }

  /// The columns for which there is room.
  private func columns(width: Int?, hasNames: Bool) -> [Int] {
    var columns = Array(Self.head.indices.dropFirst(hasNames ? 0 : 1))
    guard let width else { return columns }
    for name in Self.dispensable {
      let needed = columns.dropLast().reduce(Self.commandWidth) { $0 + widths[$1] + 2 }
      if needed > width { columns.removeAll { Self.head[$0] == name } }
    }
    return columns
  }

  private static func cells(_ entry: HistoryEntry) -> [String] {
    let formatting = Formatting()
    let size = formatting.bytes(Int(entry.size))
    guard let run = entry.record else {
      let problem = entry.problem?.description ?? ""
      return [RunNames.name(of: entry.path), entry.state.rawValue, "", "", "", "", size, problem]
    }
    let done = formatting.count(run.counts.done)
    return [
      RunNames.name(of: entry.path), entry.state.rawValue, TimeText.local(run.created, hasSeconds: false),
      duration(of: entry, run),
      run.total.map { "\(done)/\(formatting.count($0))" } ?? done, formatting.count(run.counts.unsuccessful), size,
      run.title,
    ].map(SafeText.visible)
  }

  /// How long all sessions of a run took together; empty if no item has ended.
  private static func duration(of entry: HistoryEntry, _ run: RunRecord) -> String {
    guard run.latest != nil, let reader = try? RunReader(path: entry.path) else { return "" }
    defer { reader.close() }
    return Formatting().duration(ReplayedSessions(run, (try? reader.changes()) ?? []).length)
  }
}
