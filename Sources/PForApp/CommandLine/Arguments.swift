import ArgumentParser
import Dashboard
import OSText

extension Double {
  /// Reads a decimal number as people write it: digits, and a dot among them; no sign, no exponent, no hexadecimal digits
  /// and no words, which nobody means in a count, a time or a size.
  init?(decimal text: Substring) {
    guard text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }) else { return nil }
    self.init(text)
  }
}

extension UInt8 {
  /// Whether it is a decimal digit.
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}

/// A number of threads: `8`, `150%` of the processors that the program may use, or some more or fewer, `+2` and `-1`,
/// but at least one.
struct ThreadCount: CustomStringConvertible, Equatable {
  let count: Int

  init(_ count: Int) { self.count = count }

  /// Takes what was written on the command line.
  ///
  /// - Throws: a sentence that says what can be written.
  static func parse(_ argument: String) throws -> ThreadCount {
    guard let threads = ThreadCount(argument: argument) else {
      throw ValidationError(
        "give a number of threads, such as 8, a share of the cores, such as 200%, or a number more or less than the "
          + "cores, such as +2 or -1")
    }
    return threads
  }

  /// Takes what was written on the command line.
  ///
  /// - Parameters:
  ///   - argument: the word.
  ///   - processors: how many the program may use.
  init?(argument: String, processors: @autoclosure () -> Double = Processors.usable) {
    let sign = argument.first.flatMap { "+-".contains($0) ? $0 : nil }
    let digits = argument.dropFirst(sign == nil ? 0 : 1).dropLast(argument.hasSuffix("%") ? 1 : 0)
    guard digits.utf8.allSatisfy(\.isDigit), let number = Int(digits),
      number <= 1_000_000
    else { return nil }
    switch (sign, argument.hasSuffix("%")) {
    case (nil, false): count = number
    case (nil, true): count = max(number == 0 ? 0 : 1, Int(Double(number) * processors() / 100))
    case (_, true): return nil
    case ("+", false): count = max(1, Int(processors()) + number)
    case (_, false): count = max(1, Int(processors()) - number)
    }
  }

  var description: String { "\(count)" }
}

/// A span of time: `500ms`, `30s`, `2m`, `1.5h`, `3h50m`; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument, Equatable {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("us", 1e3), ("s", 1e9), ("m", 60e9), ("h", 3_600e9), ("d", 86_400e9),
  ]

  let nanoseconds: Int64

  var milliseconds: Int { Int(nanoseconds / 1_000_000) }

  init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

  init?(argument: String) {
    var rest = argument[...]
    var sum = 0.0
    repeat {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = Self.units.first { rest.hasPrefix($0.name) }
      // Only a bare number needs no unit.
      guard let number = Double(decimal: digits), unit != nil || digits.count == argument.count else { return nil }
      rest = rest.dropFirst(unit?.name.count ?? 0)
      sum += number * (unit?.nanoseconds ?? 1e9)
    } while !rest.isEmpty
    guard sum < 9e18 else { return nil }
    nanoseconds = Int64(sum)
  }

  var defaultValueDescription: String { "\(nanoseconds / 1_000_000_000)s" }
}

/// From when on an item is slow: a time, `2s`, or a multiple of the median, `3x`.
enum SlowLimit: ExpressibleByArgument, Equatable {
  case after(TimeSpan)
  case factor(Double)

  init?(argument: String) {
    if argument.hasSuffix("x") || argument.hasSuffix("×") {
      guard let factor = Double(decimal: argument.dropLast()), factor > 0, factor.isFinite else { return nil }
      self = .factor(factor)
    } else {
      guard let span = TimeSpan(argument: argument), span.nanoseconds > 0 else { return nil }
      self = .after(span)
    }
  }

  /// The threshold of all the limits given; three times the median when there are none.
  static func threshold(_ limits: [SlowLimit]) -> SlowThreshold {
    guard !limits.isEmpty else { return SlowThreshold() }
    var threshold = SlowThreshold(factor: nil)
    for limit in limits {
      switch limit {
      case .after(let span): threshold.absolute = span.nanoseconds
      case .factor(let factor): threshold.factor = factor
      }
    }
    return threshold
  }
}

/// When colours are used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// How the lines of the items file are to be read.
enum FormatName: String, ExpressibleByArgument, CaseIterable {
  case lines, csv, tsv, jsonl
}

/// How rows of a query are printed.
enum RowFormatName: String, ExpressibleByArgument, CaseIterable {
  case tsv, csv, json
}

/// What the dashboard does when every item has run.
enum WhenDone: String, ExpressibleByArgument, CaseIterable {
  case stay, leave
}
