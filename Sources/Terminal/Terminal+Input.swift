public import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The system's call, where a method has its name.
private let readBytes = read

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

  private static let mostBytes = 4_096

  /// The next key; nil when none waits. A changed size is told first, as `Key.resize`, when it is already adopted.
  ///
  /// It never waits: where a pause tells a key from the beginning of a sequence, the key comes by a later call. Unknown
  /// sequences are passed over, and pasted text comes as one key.
  ///
  /// - Parameter now: the time in nanoseconds of any clock that goes on steadily.
  public func nextKey(at now: Int64) -> Key? {
    if adoptSize() { return .resize }
    // What the terminal has sent counts before the time that has passed.
    if decoder.waiting < Self.mostBytes { decoder.take(read(), at: now) }
    let key = decoder.next(at: now)
    decoderDelay = decoder.delay(at: now)
    return key
  }

  private func read() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
      var result: Int
      repeat {
        result = readBytes(inputDescriptor, buffer.baseAddress, buffer.count)
      } while result < 0 && errno == EINTR
      count = max(0, result)
    }
  }

  /// Waits for a key, or for one of other descriptors to become readable, or for time to pass; meanwhile sends to the
  /// terminal what it has not taken yet.
  ///
  /// A signal ends the waiting too. Take all keys before waiting, for some may be held here.
  ///
  /// - Parameters:
  ///   - descriptors: What else to wait for, such as a pipe of signals; negative ones are passed over.
  ///   - milliseconds: How long at most; negative for no limit.
  public func waitForInput(or descriptors: [Int32] = [], milliseconds: Int) -> Readiness {
    var polled = ([inputDescriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    polled.append(pollfd(fd: isReady ? -1 : spool.descriptor, events: Int16(POLLOUT), revents: 0))
    let count = poll(&polled, nfds_t(polled.count), Int32(clamping: waitingTime(atMost: milliseconds)))
    guard count > 0, let sending = polled.popLast() else {
      return Readiness(hasKeys: false, isHungUp: false, descriptors: [])
    }
    if sending.revents != 0 { spool.send() }
    let own = Int32(polled[0].revents)
    let others = polled.dropFirst().filter { $0.revents != 0 }.map(\.fd)
    return Readiness(
      hasKeys: own & POLLIN != 0, isHungUp: own & (POLLHUP | POLLERR | POLLNVAL) != 0, descriptors: Set(others))
  }

  /// Not longer than until what is held here becomes a key by the pause alone.
  private func waitingTime(atMost milliseconds: Int) -> Int {
    guard let decoderDelay else { return milliseconds }
    let untilKey = Int((decoderDelay + 999_999) / 1_000_000)
    return milliseconds < 0 ? untilKey : min(milliseconds, untilKey)
  }
}
