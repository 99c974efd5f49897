/// Finds the word that a user probably meant.
public enum NearestWord {
  /// Returns the word that differs from a mistyped one by the fewest typing mistakes.
  ///
  /// A mistake is a missing, an additional or a wrong character, or two characters in the wrong order. Of equally near
  /// words, the one with the longest common beginning is returned, and of these the first in alphabetical order.
  ///
  /// - Parameters:
  ///   - word: the mistyped word.
  ///   - words: the words that would be valid.
  /// - Returns: nil if no word is near: one mistake is allowed, and one more for each four characters beyond four.
  public static func of(_ word: String, among words: some Sequence<String>) -> String? {
    let typed = Array(word.unicodeScalars)
    guard typed.count > 1 else { return nil }
    let most = 1 + max(0, typed.count - 4) / 4
    return words.lazy.compactMap { candidate -> (rank: (Int, Int, String), word: String)? in
      let letters = Array(candidate.unicodeScalars)
      guard abs(letters.count - typed.count) <= most else { return nil }
      let mistakes = mistakes(typed, letters)
      let common = zip(typed, letters).prefix { $0 == $1 }.count
      return mistakes <= most ? ((mistakes, -common, candidate), candidate) : nil
    }.min { $0.rank < $1.rank }?.word
  }

  /// Counts the mistakes, where no character takes part in two of them (optimal string alignment).
  private static func mistakes(_ typed: [Unicode.Scalar], _ meant: [Unicode.Scalar]) -> Int {
    var rows = [Array(0...meant.count)]
    for (row, letter) in typed.enumerated() {
      var next = [row + 1]
      for (column, other) in meant.enumerated() {
        var least = min(rows[row][column + 1], next[column]) + 1
        least = min(least, rows[row][column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == meant[column - 1], typed[row - 1] == other {
          least = min(least, rows[row - 1][column - 1] + 1)
        }
        next.append(least)
      }
      rows.append(next)
    }
    return rows[typed.count][meant.count]
  }
}
