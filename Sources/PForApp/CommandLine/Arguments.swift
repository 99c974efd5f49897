public import ArgumentParser
import Dashboard
public import Jobs
import OSText
import ParallelFor

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

/// A number of threads: `8`; a share of the processors that the program may use, `150%`; a difference from their number,
/// `+2` or `-1`; or `auto` for a number that is chosen by measuring, with a limit as in `auto:16`. Shares above 0 % and
/// differences give at least one thread.
struct ThreadCount: CustomStringConvertible, Equatable {
  /// The number, or the limit of an automatic one.
  let count: Int
  let isAutomatic: Bool

  init(_ count: Int, isAutomatic: Bool = false) { (self.count, self.isAutomatic) = (count, isAutomatic) }

  /// Parses what follows `auto`.
  private init?(limit: Substring) {
    guard !limit.isEmpty else {
      self.init(AutomaticThreads.defaultLimit, isAutomatic: true)
      return
    }
    let digits = limit.dropFirst()
    guard limit.first == ":", digits.utf8.allSatisfy(\.isDigit), let most = Int(digits) else { return nil }
    self.init(most, isAutomatic: true)
  }

  /// Parses an argument of the command line.
  ///
  /// - Throws: a sentence that says which forms are valid.
  static func parse(_ argument: String) throws -> ThreadCount {
    guard let threads = ThreadCount(argument: argument) else {
      throw ValidationError(
        "give a number of threads, such as 8, a share of the cores, such as 200%, a difference from the number of "
          + "cores, such as +2 or -1, or auto or auto:16 for a number that is chosen by measuring, at most 16")
    }
    return threads
  }

  /// Parses an argument of the command line; nil if it is not valid.
  ///
  /// - Parameters:
  ///   - argument: the argument.
  ///   - processors: the number of processors that the program may use.
  init?(argument: String, processors: @autoclosure () -> Double = Processors.usable) {
    if argument.hasPrefix("auto") {
      self.init(limit: argument.dropFirst(4))
      return
    }
    let sign = argument.first.flatMap { "+-".contains($0) ? $0 : nil }
    let digits = argument.dropFirst(sign == nil ? 0 : 1).dropLast(argument.hasSuffix("%") ? 1 : 0)
    guard digits.utf8.allSatisfy(\.isDigit), let number = Int(digits),
      number <= 1_000_000
    else { return nil }
    switch (sign, argument.hasSuffix("%")) {
    case (nil, false): self.init(number)
    case (nil, true): self.init(max(number == 0 ? 0 : 1, Int(Double(number) * processors() / 100)))
    case (_, true): return nil
    case ("+", false): self.init(max(1, Int(processors()) + number))
    case (_, false): self.init(max(1, Int(processors()) - number))
    }
  }

  var description: String { isAutomatic ? "auto:\(count)" : "\(count)" }
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

/// The load at which no item begins: `8`, or a share of the processors that the program may use, `150%`.
struct LoadLimit: ExpressibleByArgument, Equatable {
  let load: Double

  init?(argument: String) {
    let isShare = argument.hasSuffix("%")
    guard let number = Double(decimal: argument.dropLast(isShare ? 1 : 0)), number > 0, number < 1e6 else { return nil }
    load = isShare ? number / 100 * Processors.usable : number
  }
}

/// A size of memory: `500M`, `2G`; a bare number means bytes. The units are powers of 1024.
struct MemorySize: ExpressibleByArgument, Equatable {
  private static let units = Array("kmgt")

  let bytes: Int

  init?(argument: String) {
    let power = argument.last.flatMap { Self.units.firstIndex(of: Character($0.lowercased())) }
    guard let number = Double(decimal: argument.dropLast(power == nil ? 0 : 1)) else { return nil }
    let size = (0..<(power.map { $0 + 1 } ?? 0)).reduce(number) { size, _ in size * 1_024 }
    guard size < 1e18 else { return nil }
    bytes = Int(size)
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
