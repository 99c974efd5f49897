package import ParallelFor

/// The reason of a hold in a run file: `load,9200,8000` means that the load was 9.2 and the limit is 8, and
/// `memory,500,1000` that 500 bytes were free and the limit is 1,000.
extension HoldReason {
  private static let unit = 1_000.0
  private static let highestLoad = 1_000_000.0

  /// A word, what was measured, and the limit. Loads are in thousandths, memory is in bytes.
  package var recorded: String {
    switch self {
    case .load(let load, let limit): "load,\(Self.thousandths(load)),\(Self.thousandths(limit))"
    case .memory(let available, let limit): "memory,\(available),\(limit)"
    }
  }

  /// Makes a reason from what was recorded; nil if the text is not valid.
  package init?(recorded: String) {
    let words = recorded.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.dropFirst().compactMap { Int($0) }
    guard words.count == 3, numbers.count == 2 else { return nil }
    switch words[0] {
    case "load": self = .load(Double(numbers[0]) / Self.unit, limit: Double(numbers[1]) / Self.unit)
    case "memory": self = .memory(available: numbers[0], limit: numbers[1])
    default: return nil
    }
  }

  private static func thousandths(_ number: Double) -> Int {
    Int((min(max(number, 0), highestLoad) * unit).rounded())
  }
}
