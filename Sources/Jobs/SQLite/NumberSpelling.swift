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
    guard let shape = Shape(bytes), let real = Double(String(decoding: bytes, as: UTF8.self)) else { return nil }
    let isShort = shape.significantDigits <= faithfulDigits
    let isFaithful = isShort && real.isFinite && (real != 0 || (shape.isZero && !shape.isNegative))
    return NumberSpelling(value: .real(real), isCanonical: isFaithful && shape.isCanonicalReal, isFaithful: isFaithful)
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

  /// The counted parts of a number.
  private struct Shape {
    private(set) var isNegative = false
    private var whole = 0
    private var fraction: Int?
    private var hasExponent = false
    private var isPlainZero = false
    private var endsWithZero = false
    private(set) var significantDigits = 0
    private(set) var isZero = true
    /// The zeros between the dot and the first other digit.
    private var leadingZeros = 0

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
      var position = 0
      if bytes[0] == minus {
        isNegative = true
        position = 1
      }
      let start = position
      while position < bytes.count, isDigit(bytes[position]) { pass(bytes[position], at: &position) }
      whole = position - start
      isPlainZero = whole == 1 && bytes[start] == zero
      // A leading zero makes it a code.
      if whole > 1 && bytes[start] == zero { return nil }
      guard takeFraction(bytes, &position), takeExponent(bytes, &position), position == bytes.count else { return nil }
    }

    /// Whether SQLite writes a REAL like this: digits, a dot, at least one digit, and no superfluous zeros.
    var isCanonicalReal: Bool {
      guard let fraction, fraction > 0, whole > 0, !hasExponent else { return false }
      guard !endsWithZero || fraction == 1 else { return false }
      return whole <= faithfulDigits && (isZero || !isPlainZero || leadingZeros < 4)
    }

    private mutating func pass(_ byte: UInt8, at position: inout Int) {
      if byte != zero { isZero = false }
      if !isZero { significantDigits += 1 }
      endsWithZero = byte == zero
      position += 1
    }

    private mutating func takeFraction(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Bool {
      guard position < bytes.count, bytes[position] == dot else { return whole > 0 }
      position += 1
      let start = position
      while position < bytes.count, isDigit(bytes[position]) {
        pass(bytes[position], at: &position)
        if isZero { leadingZeros += 1 }
      }
      fraction = position - start
      return whole + position - start > 0
    }

    private mutating func takeExponent(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Bool {
      guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return true }
      hasExponent = true
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == minus { position += 1 }
      let start = position
      while position < bytes.count, isDigit(bytes[position]) { position += 1 }
      return position > start
    }
  }
}
