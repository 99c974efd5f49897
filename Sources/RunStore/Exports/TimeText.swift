#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Times as text, without a locale.
package enum TimeText {
  private static let second: Int64 = 1_000_000_000

  /// Formats a time in UTC for names, as `20231114-221320-123`; such names sort by time.
  static func compact(_ time: Int64) -> String {
    let parts = Parts(time)
    return "\(parts.year)\(two(parts.month))\(two(parts.day))-\(two(parts.hour))\(two(parts.minute))"
      + "\(two(parts.second))-\(digits(parts.nanoseconds / 1_000_000, 3))"
  }

  /// Formats a time in UTC as `2023-11-14T22:13:20.123Z`.
  package static func iso(_ time: Int64) -> String {
    let parts = Parts(time)
    return "\(parts.year)-\(two(parts.month))-\(two(parts.day))T\(two(parts.hour)):\(two(parts.minute))"
      + ":\(two(parts.second)).\(digits(parts.nanoseconds / 1_000_000, 3))Z"
  }

  /// Formats a time for people, in the local time zone with its difference from UTC: `2023-11-14 23:13:20 +0100`.
  ///
  /// - Parameter hasSeconds: whether to tell the seconds.
  package static func local(_ time: Int64, hasSeconds: Bool = true) -> String {
    let parts = Parts(time, isLocal: true)
    let minutes = abs(parts.offset) / 60
    let seconds = hasSeconds ? ":\(two(parts.second))" : ""
    return "\(parts.year)-\(two(parts.month))-\(two(parts.day)) \(two(parts.hour)):\(two(parts.minute))\(seconds)"
      + " \(parts.offset < 0 ? "-" : "+")\(two(minutes / 60))\(two(minutes % 60))"
  }

  /// Formats nanoseconds in a larger unit: `1500000` in milliseconds with one place is `1.5`; rounds toward zero.
  ///
  /// - Parameters:
  ///   - unit: the larger unit in nanoseconds, a power of ten.
  ///   - places: the number of decimal places, at most the number of zeros in the unit.
  static func decimal(_ nanoseconds: Int64, unit: Int64, places: Int) -> String {
    let magnitude = nanoseconds.magnitude
    let unit = unit.magnitude
    var step: UInt64 = unit
    for _ in 0..<places { step /= 10 }
    let fraction = Int64(magnitude % unit / max(1, step))
    return "\(nanoseconds < 0 ? "-" : "")\(magnitude / unit).\(digits(fraction, places))"
  }

  /// Formats nanoseconds as seconds, with nine decimal places or fewer.
  static func seconds(_ nanoseconds: Int64, places: Int = 9) -> String {
    decimal(nanoseconds, unit: second, places: places)
  }

  private static func two(_ number: Int64) -> String { digits(number, 2) }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private struct Parts {
    let year: Int64
    let month: Int64
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64
    let nanoseconds: Int64
    /// The difference from UTC in seconds.
    let offset: Int64

    init(_ time: Int64, isLocal: Bool = false) {
      let (seconds, rest) = time.quotientAndRemainder(dividingBy: TimeText.second)
      nanoseconds = rest < 0 ? rest + TimeText.second : rest
      var clock = time_t(rest < 0 ? seconds - 1 : seconds)
      var parts = tm()
      if isLocal { localtime_r(&clock, &parts) } else { gmtime_r(&clock, &parts) }
      offset = Int64(parts.tm_gmtoff)
      year = Int64(parts.tm_year) + 1900
      month = Int64(parts.tm_mon) + 1
      day = Int64(parts.tm_mday)
      hour = Int64(parts.tm_hour)
      minute = Int64(parts.tm_min)
      second = Int64(parts.tm_sec)
    }
  }
}
