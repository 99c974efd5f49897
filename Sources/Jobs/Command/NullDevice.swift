import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `/dev/null`, opened once for all commands; after a failure, the next command tries again.
final class NullDevice: Sendable {
  static let shared = NullDevice { posixOpen("/dev/null", O_RDONLY | O_CLOEXEC) }

  private let opened = Atomic<Int32>(-1)
  private let open: @Sendable () -> Int32

  /// - Parameter open: opens the device; on failure, the reason is in `errno`.
  init(open: @escaping @Sendable () -> Int32) { self.open = open }

  /// Returns the descriptor, which must not be closed; negative on failure, with the reason in `errno`.
  func descriptor() -> Int32 {
    let known = opened.load(ordering: .acquiring)
    guard known < 0 else { return known }
    let fresh = open()
    guard fresh >= 0 else { return fresh }
    let (isFirst, first) = opened.compareExchange(expected: -1, desired: fresh, ordering: .acquiringAndReleasing)
    if isFirst { return fresh }
    close(fresh)
    return first
  }
}
