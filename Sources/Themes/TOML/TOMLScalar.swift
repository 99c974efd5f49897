/// A TOML value, reduced to the types that themes use.
enum TOMLValue: Equatable {
  case string(String)
  case integer(Int64)
  /// A number with a fraction, a Boolean, a time, an array or an inline table.
  case other
}

/// Parses values that are written without quotes: numbers, Booleans, dates and times.
enum TOMLScalar {
  /// Returns the value of a word; nil if it has none.
  static func value(of word: [UInt8]) -> TOMLValue? {
    let text = String(decoding: word, as: UTF8.self)
    if text == "true" || text == "false" { return .other }
    if let integer = integer(text) { return .integer(integer) }
    return isFloat(text) || TOMLTime.isTime(text) ? .other : nil
  }

  // MARK: - Numbers

  private static func integer(_ text: String) -> Int64? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      return digits(text.dropFirst(2), radix: radix).flatMap { Int64($0, radix: radix) }
    }
    return decimal(text[...]).flatMap { Int64($0) }
  }

  /// Returns a decimal integer without its underscores; nil if it is not one, or has a leading zero.
  private static func decimal(_ text: Substring) -> String? {
    let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
    guard let digits = digits(hasSign ? text.dropFirst() : text, radix: 10) else { return nil }
    guard digits == "0" || !digits.hasPrefix("0") else { return nil }
    return (hasSign ? text.prefix(1) : "") + digits
  }

  /// Returns the digits without the underscores between them; nil if there are other characters.
  private static func digits(_ text: Substring, radix: Int) -> String? {
    let groups = text.split(separator: "_", omittingEmptySubsequences: false)
    let isWhole = groups.allSatisfy { group in
      !group.isEmpty && group.allSatisfy { $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }
    }
    return isWhole ? groups.joined() : nil
  }

  private static func isFloat(_ text: String) -> Bool {
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if unsigned == "inf" || unsigned == "nan" { return true }
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }
    let hasExponent = mantissa.endIndex != text.endIndex
    guard !hasExponent || isExponent(text[mantissa.endIndex...].dropFirst()) else { return false }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    guard decimal(parts[0]) != nil else { return false }
    // Without a fraction and an exponent, the text is an integer.
    return parts.count == 2 ? digits(parts[1], radix: 10) != nil : parts.count == 1 && hasExponent
  }

  private static func isExponent(_ text: Substring) -> Bool {
    digits(text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text, radix: 10) != nil
  }
}

/// Dates and times in the format of RFC 3339.
enum TOMLTime {
  /// Whether the text is a date, a time of day, or both with or without an offset.
  static func isTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)[...]
    guard isDate(bytes.prefix(10)) else { return isTimeOfDay(bytes) }
    let rest = bytes.dropFirst(10)
    guard let separator = rest.first else { return true }
    guard separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " ") else { return false }
    return isTimeWithOffset(rest.dropFirst())
  }

  /// Whether the text is a date, which a blank and a time of day may follow.
  static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]), let month = number(parts[1]),
      let day = number(parts[2]), (1...12).contains(month)
    else { return false }
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  private static func isTimeWithOffset(_ text: ArraySlice<UInt8>) -> Bool {
    if let last = text.last, last | 0x20 == UInt8(ascii: "z") { return isTimeOfDay(text.dropLast()) }
    let offset = text.suffix(6)
    guard let sign = offset.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return isTimeOfDay(text)
    }
    return isClock(offset.dropFirst(), limits: [23, 59]) && isTimeOfDay(text.dropLast(6))
  }

  private static func isTimeOfDay(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    // A minute can have a leap second.
    guard parts.count <= 2, isClock(parts[0], limits: [23, 59, 60]) else { return false }
    return parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy(\.isDigit)
  }

  private static func isClock(_ text: ArraySlice<UInt8>, limits: [Int]) -> Bool {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return parts.count == limits.count
      && zip(parts, limits).allSatisfy { part, limit in part.count == 2 && number(part).map { $0 <= limit } ?? false }
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Int? {
    text.allSatisfy(\.isDigit) ? Int(String(decoding: text, as: UTF8.self)) : nil
  }
}
