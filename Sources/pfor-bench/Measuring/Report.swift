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
      return trimmed(padded.joined(separator: "  "))
    }
    let commands = reports.flatMap(\.commands).map { "  " + $0 }
    let note = commands.isEmpty ? [] : ["", "Commands:"] + commands
    return (lines + note).joined(separator: "\n")
  }

  private static func pad(_ text: String, to width: Int, atEnd: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return atEnd ? text + blanks : blanks + text
  }

  private static func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}
