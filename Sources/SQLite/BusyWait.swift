#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a connection waits for a lock of another connection.
///
/// SQLite's own timeout would continue to sleep after the item is cancelled.
struct BusyWait {
  /// The maximum wait for one lock, in milliseconds.
  let milliseconds: Int
  /// Ends the wait.
  let stop: StopFlag

  /// Waits once more for a lock that could not be taken.
  ///
  /// - Parameter tries: the number of previous waits for it.
  /// - Returns: false to give up.
  func wait(afterTries tries: Int) -> Bool {
    guard Self.waited(afterTries: tries) < milliseconds, !stop.isSet else { return false }
    usleep(UInt32(Self.pause(afterTries: tries)) * 1_000)
    return true
  }

  static func pause(afterTries tries: Int) -> Int { min(25, 1 << min(tries, 5)) }

  /// Returns the sum of the pauses before a try, which are 1, 2, 4, 8 and 16 ms, and then 25 ms each.
  static func waited(afterTries tries: Int) -> Int {
    tries <= 5 ? (1 << max(0, tries)) - 1 : 31 + 25 * (tries - 5)
  }
}
