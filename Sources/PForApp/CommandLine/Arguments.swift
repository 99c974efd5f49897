public import ArgumentParser
import Dashboard
public import Jobs
import OSText

extension Double {
  /// Reads a decimal number: digits with at most one dot.
  ///
  /// Signs, exponents, hexadecimal digits and words such as `inf` are refused: in a count, a time or a size they are
  /// mistakes.
  init?(decimal text: Substring) {
    guard text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }) else { return nil }
    self.init(text)
  }
}

extension UInt8 {
  /// Whether the byte is an ASCII decimal digit.
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}

/// A number of threads: `8`; a share of the processors that the program may use, `150%`; or a difference from their
/// number, `+2` or `-1`. Shares above 0 % and differences give at least one thread.
struct ThreadCount: CustomStringConvertible, Equatable {
  let count: Int

  init(_ count: Int) { self.count = count }

  /// Parses an argument of the command line.
  ///
  /// - Throws: a sentence that says which forms are valid.
  static func parse(_ argument: String) throws -> ThreadCount {
    guard let threads = ThreadCount(argument: argument) else {
      throw ValidationError(
        "give a number of threads, such as 8, a share of the cores, such as 200%, or a difference from the number of "
          + "cores, such as +2 or -1")
    }
    return threads
  }

  /// Parses an argument of the command line; nil if it is not valid.
  ///
  /// - Parameters:
  ///   - argument: the argument.
  ///   - processors: the number of processors that the program may use.
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

/// A span of time: `500ms`, `30s`, `2m`, `1.5h`, `3h50m`; a bare number means seconds.
struct TimeSpan: ExpressibleByArgument, Equatable {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("us", 1e3), ("s", 1e9), ("m", 60e9), ("h", 3_600e9), ("d", 86_400e9),
  ]

  let nanoseconds: Int64

  var milliseconds: Int { Int(nanoseconds / 1_000_000) }
  var duration: Duration { .nanoseconds(nanoseconds) }

  init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

  init?(argument: String) {
    var rest = argument[...]
    var sum = 0.0
    repeat {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = Self.units.first { rest.hasPrefix($0.name) }
      // Only a bare number may omit the unit.
      guard let number = Double(decimal: digits), unit != nil || digits.count == argument.count else { return nil }
      rest = rest.dropFirst(unit?.name.count ?? 0)
      sum += number * (unit?.nanoseconds ?? 1e9)
    } while !rest.isEmpty
    guard sum < 9e18 else { return nil }
    nanoseconds = Int64(sum)
  }

  var defaultValueDescription: String { "\(nanoseconds / 1_000_000_000)s" }
}

/// The time after which an item is slow: a fixed time, `2s`, or a multiple of the median, `3x`.
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

  /// The threshold that combines all given limits; three times the median if there are none.
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

/// When the dashboard uses colours.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// The format of the items file.
enum FormatName: String, ExpressibleByArgument, CaseIterable {
  case lines, csv, tsv, jsonl
}

/// The format in which rows of a query are printed.
extension RowFormat: ExpressibleByArgument {}

/// What the dashboard does after the last item.
enum WhenDone: String, ExpressibleByArgument, CaseIterable {
  case stay, leave
}
