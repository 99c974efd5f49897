/// A number in the notation of SQL and JSON: `40`, `-40.5`, `4e1`, `.5`.
///
/// Leading zeros (`007`), a plus sign, blanks, hexadecimal digits and words such as `Inf` make it a text, because such
/// spellings are more often codes than numbers.
struct NumberSpelling: Equatable {
  /// The value that SQLite gives to the spelling.
  enum Value: Equatable {
    case integer(Int64)
    case real(Double)
  }

  /// The number of significant digits that every double preserves.
  private static let faithfulDigits = 15

  let value: Value
  /// Whether SQLite writes the number exactly like this, so that converting it to a text loses nothing.
  let isCanonical: Bool
  /// Whether the value equals the written number to its last digit.
  let isFaithful: Bool

  /// Parses a text; nil when it is not a number.
  init?(_ text: ByteText) {
    guard let parsed = text.withBytes({ Self.read($0) }) else { return nil }
    self = parsed
  }

  private init(value: Value, isCanonical: Bool, isFaithful: Bool) {
    self.value = value
    self.isCanonical = isCanonical
    self.isFaithful = isFaithful
  }

  private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> NumberSpelling? {
    guard let first = bytes.first, isDigit(first) || first == minus || first == dot else { return nil }
    // Most items are plain integers.
    if let integer = integer(bytes) {
      let isPlain = first != minus || integer != 0
      return NumberSpelling(value: .integer(integer), isCanonical: isPlain, isFaithful: isPlain)
    }
    guard isNumber(bytes) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let real = Double(text) else { return nil }
    let mantissa = bytes.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let digits = mantissa.filter(isDigit).drop { $0 == zero }
    let isExact = digits.isEmpty ? first != minus : real != 0
    let isFaithful = digits.count <= faithfulDigits && real.isFinite && isExact
    // Up to 15 digits and without an exponent, Swift and SQLite write a number alike.
    let isCanonical = isFaithful && mantissa.count == bytes.count && real.description == text
    return NumberSpelling(value: .real(real), isCanonical: isCanonical, isFaithful: isFaithful)
  }

  /// Whether a text has only the characters of a decimal number, and no leading zero, which makes it a code.
  private static func isNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let digits = bytes.drop { $0 == minus }
    let isCode = digits.count > 1 && digits.first == zero && isDigit(digits[digits.startIndex + 1])
    return !isCode && bytes.allSatisfy { isDigit($0) || ".-+eE".utf8.contains($0) }
  }

  /// Parses an integer: digits after an optional minus sign, without leading zeros and within 64 bits.
  private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    let isNegative = bytes[0] == minus
    let start = isNegative ? 1 : 0
    guard bytes.count > start, bytes.count == start + 1 || bytes[start] != zero else { return nil }
    var value: Int64 = 0
    for byte in bytes[start...] {
      guard isDigit(byte) else { return nil }
      let digit = Int64(byte - zero)
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) =
        isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
      if overflow || sumOverflow { return nil }
      value = sum
    }
    return value
  }

  private static let zero = UInt8(ascii: "0")
  private static let minus = UInt8(ascii: "-")
  private static let dot = UInt8(ascii: ".")

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= zero && byte <= zero + 9 }
}
