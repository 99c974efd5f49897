import CSQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a connection waits for the lock of another program.
///
/// SQLite's own timeout would sleep on when the item is cancelled.
final class BusyWait: Sendable {
  private let milliseconds: Int
  private let stop: StopFlag

  /// - Parameters:
  ///   - milliseconds: how long to wait for one lock.
  ///   - stop: ends the waiting.
  init(milliseconds: Int, stop: StopFlag) {
    self.milliseconds = milliseconds
    self.stop = stop
  }

  /// Waits on this connection from now on; must live as long as the connection.
  func begin(on handle: OpaquePointer) {
    sqlite3_busy_handler(
      handle,
      { waiting, tries in
        waiting.map { Unmanaged<BusyWait>.fromOpaque($0).takeUnretainedValue().wait(Int(tries)) } ?? 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func wait(_ tries: Int) -> Int32 {
    guard Self.waited(afterTries: tries) < milliseconds, !stop.isSet else { return 0 }
    usleep(UInt32(Self.pause(afterTries: tries)) * 1_000)
    return 1
  }

  static func pause(afterTries tries: Int) -> Int { min(25, 1 << min(tries, 5)) }

  /// The sum of the pauses before a try: 1, 2, 4, 8 and 16 ms, and then 25 ms each.
  static func waited(afterTries tries: Int) -> Int {
    tries <= 5 ? 1 << max(0, tries) - 1 : 31 + 25 * (tries - 5)
  }
}
