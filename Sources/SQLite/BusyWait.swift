#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a connection waits for the lock of another one.
///
/// SQLite's own timeout would sleep on when the item is cancelled.
struct BusyWait {
  /// How long to wait for one lock, in milliseconds.
  let milliseconds: Int
  /// Ends the waiting.
  let stop: StopFlag

  /// Waits once more for a lock that could not be taken.
  ///
  /// - Parameter tries: how many times it has waited for it.
  /// - Returns: false to give up.
  func wait(afterTries tries: Int) -> Bool {
    guard Self.waited(afterTries: tries) < milliseconds, !stop.isSet else { return false }
    usleep(UInt32(Self.pause(afterTries: tries)) * 1_000)
    return true
  }

  static func pause(afterTries tries: Int) -> Int { min(25, 1 << min(tries, 5)) }

  /// The sum of the pauses before a try: 1, 2, 4, 8 and 16 ms, and then 25 ms each.
  static func waited(afterTries tries: Int) -> Int {
    tries <= 5 ? (1 << max(0, tries)) - 1 : 31 + 25 * (tries - 5)
  }
}
