/// Numbers as people read them.
package enum NumberText {
  /// Returns a count with separated thousands: `12,345`.
  package static func count(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// Returns a number with two decimals if it is below 1, one if it is below 100, and none otherwise.
  package static func figures(_ value: Double) -> String {
    if value >= 99.5 { return count(Int(min(value.rounded(), 1e15))) }
    let unit: Int64 = value < 0.995 ? 100 : 10
    let scaled = Int64((value * Double(unit)).rounded())
    if scaled == 0 { return "0" }
    let digits = String(scaled % unit)
    return "\(scaled / unit).\(String(repeating: "0", count: (unit == 100 ? 2 : 1) - digits.count))\(digits)"
  }

  /// Returns a duration in whole seconds: `42 s`, `1m 05s`, `2h 03m`, `100 h`.
  package static func clock(_ nanoseconds: Int64) -> String {
    let seconds = max(0, nanoseconds) / 1_000_000_000
    return switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3_600: "\(seconds / 60)m \(twoDigits(seconds % 60))s"
    case ..<360_000: "\(seconds / 3_600)h \(twoDigits(seconds / 60 % 60))m"
    default: "\(count(Int(seconds / 3_600))) h"
    }
  }

  private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
