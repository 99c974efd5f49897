/// A row's measured series as part of a report.
struct LoopFigures {
  let row: LoopRow
  /// Ours first, then those it is compared with.
  let series: [Series]
  /// What turns of a contender are divided by to have the time that is shown.
  var turns = 1

  /// The one that ours is measured against: the fastest by its median.
  var rival: Series? { series.dropFirst().min { $0.wall < $1.wall } }

  /// Ours divided by the rival's, as the median of the rounds.
  var ratio: Double { rival.map { $0.speed(against: series[0]) } ?? .nan }

  var report: Report {
    var rows = series.map { Report.Row(name: $0.name, figure: Figures.seconds($0.wall / Double(turns))) }
    if let rival {
      rows[0].name += " (ratio: to \(rival.name))"
      rows[0].ratio = Figures.ratio(ratio)
      rows[0].goal = Self.goal("≤ \(row.goal)", isMet: ratio <= row.goal)
    }
    return Report(title: "\(row.rawValue): \(row.title)", rows: rows)
  }

  /// A goal, and whether it is met.
  static func goal(_ goal: String, isMet: Bool) -> String { "\(goal) \(isMet ? "met" : "MISSED")" }
}
