/// The measured series of a row, as part of a report.
struct LoopFigures {
  let row: LoopRow
  /// Our series first, then those of the rivals.
  let series: [Series]
  /// The number by which a contender's time is divided to get the displayed time.
  var turns = 1

  /// The rival that ours is measured against, which is the one with the fastest median.
  var rival: Series? { series.dropFirst().min { $0.wall < $1.wall } }

  /// Our time divided by the rival's, as the median over the rounds.
  var ratio: Double { rival.map { $0.speed(against: series[0]) } ?? .nan }

  var report: Report {
    var rows = series.map { Report.Row(name: $0.name, figure: Figures.seconds($0.wall / Double(turns))) }
    if let rival {
      rows[0].name += " (ratio to \(rival.name))"
      rows[0].ratio = Figures.ratio(ratio)
      rows[0].goal = Self.goal("≤ \(row.goal)", isMet: ratio <= row.goal)
    }
    return Report(title: "\(row.rawValue): \(row.title)", rows: rows)
  }

  /// Returns a goal, with whether it is met.
  static func goal(_ goal: String, isMet: Bool) -> String { "\(goal) \(isMet ? "met" : "MISSED")" }
}
