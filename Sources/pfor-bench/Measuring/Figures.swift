import Foundation

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
