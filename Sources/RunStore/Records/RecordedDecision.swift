package import ParallelFor

/// The reason of an automatic decision in a run file: `no gain,8,13,31` means that 8 threads gained 1.3 % ± 3.1.
extension ThreadDecision {
  private static let unit = 1_000.0
  private static let largestGain = 1_000_000.0

  /// The reason, the other number of threads, the gain and its error in thousandths; the last three may be missing.
  package var recorded: String {
    var words = [reason.rawValue]
    if let other { words.append("\(other)") }
    if other != nil, let gain, let error { words += [Self.thousandths(gain), Self.thousandths(error)] }
    return words.joined(separator: ",")
  }

  /// Makes a decision from what was recorded; nil if the text is not valid.
  package init?(threads: Int, recorded: String) {
    let words = recorded.split(separator: ",", omittingEmptySubsequences: false)
    guard let reason = words.first.flatMap({ Reason(rawValue: String($0)) }) else { return nil }
    let numbers = words.dropFirst().compactMap { Int($0) }
    guard numbers.count == words.count - 1, [0, 1, 3].contains(numbers.count) else { return nil }
    self.init(threads: threads, reason: reason, other: numbers.first)
    if numbers.count == 3 { (gain, error) = (Double(numbers[1]) / Self.unit, Double(numbers[2]) / Self.unit) }
  }

  private static func thousandths(_ number: Double) -> String {
    "\(Int((min(max(number, -largestGain), largestGain) * unit).rounded()))"
  }
}
