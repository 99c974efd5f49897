/// A loop's progress in words.
struct ProgressText: Equatable {
  /// The number of finished elements.
  var done: Int
  /// The number of all elements; nil if it is not known.
  var total: Int?
  /// The nanoseconds since the start.
  var elapsed: Int64
  /// Whether the loop is over.
  var isOver = false

  /// The line, such as `12,345/50,000   24 %   812/s   46 s left`.
  var line: String {
    var parts = [total.map { "\(Self.grouped(done))/\(Self.grouped($0))" } ?? "\(Self.grouped(done)) done"]
    if let total, total > 0 { parts.append("\(Int(Double(done) * 100 / Double(total))) %") }
    if let rate { parts.append(Self.rate(rate)) }
    if isOver {
      parts.append("in \(Self.duration(elapsed))")
    } else if let left {
      parts.append("\(Self.duration(left)) left")
    }
    return parts.joined(separator: "   ")
  }

  /// The elements per second.
  private var rate: Double? { done > 0 && elapsed > 0 ? Double(done) * 1e9 / Double(elapsed) : nil }

  /// The nanoseconds that the rest will take at this rate.
  private var left: Int64? {
    guard let total, done > 0, done <= total else { return nil }
    return Int64(min(Double(elapsed) / Double(done) * Double(total - done), 9e18))
  }

  /// Returns a count with a comma after every three digits.
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0, digits[place - 1] != "-" { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Returns a rate such as `812/s`, or `0.25/s` if it is low.
  static func rate(_ rate: Double) -> String {
    guard rate < 10 else { return "\(grouped(Int(min(rate.rounded(), 9e18))))/s" }
    let hundredths = Int((rate * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)/s"
  }

  /// Returns a duration such as `46 s`, `1m 05s` or `3h 07m`.
  static func duration(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3_600 { return "\(seconds / 60)m \(two(seconds % 60))s" }
    return "\(seconds / 3_600)h \(two(seconds / 60 % 60))m"
  }
}
