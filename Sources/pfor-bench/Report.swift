import Foundation

/// The result of a benchmark.
struct Report {
  /// One figure.
  struct Row {
    var name: String
    var figure: String
    var cpu = ""
    var ratio = ""
    var goal = ""
  }

  let title: String
  /// The commands that were run, so that the reader can repeat them.
  var commands: [String] = []
  var rows: [Row] = []

  /// Formats all reports as one table, with the commands below it.
  static func text(of reports: [Report]) -> String {
    let head = ["", "median", "user+sys", "ratio", "goal"]
    let body = reports.flatMap {
      [[$0.title]] + $0.rows.map { ["  " + $0.name, $0.figure, $0.cpu, $0.ratio, $0.goal] }
    }
    let widths = head.indices.map { column in
      ([head] + body).filter { $0.count > 1 }.map { $0[column].count }.max() ?? 0
    }
    let lines = ([head] + body).map { cells in
      let padded = zip(cells, widths).enumerated().map { index, cell in pad(cell.0, to: cell.1, atEnd: index == 0) }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    let commands = reports.flatMap(\.commands).map { "  " + $0 }
    let note = commands.isEmpty ? [] : ["", "Commands:"] + commands
    return (lines + note).joined(separator: "\n")
  }

  private static func pad(_ text: String, to width: Int, atEnd: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return atEnd ? text + blanks : blanks + text
  }
}

extension Series {
  /// Returns a row with the items per second or, without a number of items, the time of a turn.
  func row(
    _ name: String? = nil, items: Int? = nil, against other: Series? = nil, goal: String = ""
  ) -> Report.Row {
    Report.Row(
      name: name ?? self.name, figure: items.map { Figures.perSecond($0, in: wall) } ?? Figures.seconds(wall),
      cpu: Figures.seconds(cpu), ratio: other.map { Figures.ratio(speed(against: $0)) } ?? "", goal: goal)
  }
}

/// Formats numbers for a report.
enum Figures {
  static func seconds(_ value: Double) -> String {
    switch abs(value) {
    case ..<1e-6: String(format: "%.0f ns", value * 1e9)
    case ..<1e-3: String(format: "%.1f µs", value * 1e6)
    case ..<1: String(format: "%.1f ms", value * 1e3)
    default: String(format: "%.2f s", value)
    }
  }

  static func perSecond(_ count: Int, in seconds: Double) -> String {
    seconds > 0 ? "\(Int((Double(count) / seconds).rounded()))/s" : "–"
  }

  static func ratio(_ value: Double) -> String { String(format: "%.2f ×", value) }

  static func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

  static func megabytes(_ bytes: Int64) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }
}
