#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A destination that nobody reads.
enum Unread: CaseIterable {
  case pipe
  case socket
  #if os(Linux)
    case terminal
  #endif

  /// Returns the end to write to, and the other one. The caller closes both.
  func ends() -> (writing: Int32, other: Int32) {
    var ends: [Int32] = [-1, -1]
    switch self {
    case .pipe: makePipe(&ends)
    case .socket: socketpair(AF_UNIX, Self.stream, 0, &ends)
    #if os(Linux)
      case .terminal: ends = Self.terminal()
    #endif
    }
    return (ends[1], ends[0])
  }

  #if os(Linux)
    private static let stream = Int32(SOCK_STREAM.rawValue)

    /// Swift cannot import the header's macros for this.
    private static func terminal() -> [Int32] {
      let (unlock, openOther) = (UInt(0x4004_5431), UInt(0x5441))
      let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var isLocked: Int32 = 0
      _ = ioctl(master, unlock, &isLocked)
      return [master, ioctl(master, openOther, O_RDWR | O_NOCTTY)]
    }
  #else
    private static let stream = SOCK_STREAM
  #endif
}

/// The system call, which a case named `pipe` hides.
private func makePipe(_ ends: inout [Int32]) { pipe(&ends) }
