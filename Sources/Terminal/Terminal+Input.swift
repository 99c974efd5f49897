@preconcurrency import CNCurses
public import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

extension Terminal {
  /// What there is to do after waiting.
  public struct Readiness: Equatable, Sendable {
    /// Whether keys may wait; take them with `nextKey` until it returns nil.
    public var hasKeys: Bool
    /// Whether the terminal is gone.
    public var isHungUp: Bool
    /// Which of the other descriptors can be read, or have ended.
    public var descriptors: Set<Int32>
  }

  /// The next key; nil when none waits. A changed size is told first, as `Key.resize`, when it is already adopted.
  ///
  /// It never waits, but for 25 ms after an escape character, to tell the key from a sequence. Unknown sequences and
  /// pasted text are passed over.
  public func nextKey() -> Key? {
    if adoptSize() { return .resize }
    return decoder.next { [keyboard] in
      var value: wint_t = 0
      switch wget_wch(keyboard, &value) {
      case OK: return .character(UInt32(value))
      case nc_key_code_yes(): return .key(Int32(value))
      default: return .none
      }
    }
  }

  /// Waits for a key, or for one of other descriptors to become readable, or for time to pass.
  ///
  /// A signal ends the waiting too. Take all keys before waiting: curses may hold some that the terminal has sent.
  ///
  /// - Parameters:
  ///   - descriptors: What else to wait for, such as a pipe of signals; negative ones are passed over.
  ///   - milliseconds: How long at most; negative for no limit.
  public func waitForInput(or descriptors: [Int32] = [], milliseconds: Int) -> Readiness {
    var polled = ([inputDescriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds))
    guard count > 0 else { return Readiness(hasKeys: false, isHungUp: false, descriptors: []) }
    let own = Int32(polled[0].revents)
    let others = polled.dropFirst().filter { $0.revents != 0 }.map(\.fd)
    return Readiness(
      hasKeys: own & POLLIN != 0, isHungUp: own & (POLLHUP | POLLERR | POLLNVAL) != 0, descriptors: Set(others))
  }
}
