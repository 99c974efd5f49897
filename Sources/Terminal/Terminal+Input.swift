package import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

extension Terminal {
  /// What is ready after waiting.
  package struct Readiness: Equatable, Sendable {
    /// Whether the terminal is gone.
    package let isHungUp: Bool
    /// The other descriptors that can be read or have ended.
    package let descriptors: Set<Int32>

    package init(isHungUp: Bool = false, descriptors: Set<Int32> = []) {
      self.isHungUp = isHungUp
      self.descriptors = descriptors
    }
  }

  private static let mostBytes = 4_096

  /// Returns the next key; nil when none waits.
  ///
  /// A changed size comes first, as `Key.resize`; the terminal has then already adopted it. The call never waits: where
  /// only a pause distinguishes a key from the start of a sequence, a later call returns the key. Unknown sequences are
  /// skipped, and pasted text arrives as one key.
  ///
  /// - Parameter now: The time in nanoseconds, from any monotonic clock.
  package func nextKey(at now: Int64) -> Key? {
    if adoptSize() { return .resize }
    // Take the bytes before judging the time, because they may continue a sequence.
    if decoder.waiting < Self.mostBytes { decoder.take(takeBytes(), at: now) }
    let key = decoder.next(at: now)
    decoderDelay = decoder.delay(at: now)
    return key
  }

  private func takeBytes() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
      var result: Int
      repeat {
        result = read(inputDescriptor, buffer.baseAddress, buffer.count)
      } while result < 0 && errno == EINTR
      count = max(0, result)
    }
  }

  /// Waits for a key, for another descriptor to become readable, or for a time limit.
  ///
  /// Meanwhile it sends pending output to the terminal. A signal also ends the wait. Take all keys before waiting,
  /// because some may be held here.
  ///
  /// - Parameters:
  ///   - descriptors: What else to wait for, such as a pipe of signals; negative ones are ignored.
  ///   - milliseconds: The longest time to wait; negative for no limit.
  package func waitForInput(or descriptors: [Int32] = [], milliseconds: Int) -> Readiness {
    var polled = ([inputDescriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    polled.append(pollfd(fd: isReady ? -1 : spool.descriptor, events: Int16(POLLOUT), revents: 0))
    let count = poll(&polled, nfds_t(polled.count), Int32(clamping: waitingTime(atMost: milliseconds)))
    guard count > 0, let sending = polled.popLast() else { return Readiness() }
    if sending.revents != 0 { spool.send() }
    let own = Int32(polled[0].revents)
    let others = polled.dropFirst().filter { $0.revents != 0 }.map(\.fd)
    return Readiness(isHungUp: own & (POLLHUP | POLLERR | POLLNVAL) != 0, descriptors: Set(others))
  }

  /// Limits the wait to the time when a pause alone turns the held bytes into a key.
  private func waitingTime(atMost milliseconds: Int) -> Int {
    guard let decoderDelay else { return milliseconds }
    let untilKey = Int((decoderDelay + 999_999) / 1_000_000)
    return milliseconds < 0 ? untilKey : min(milliseconds, untilKey)
  }
}
