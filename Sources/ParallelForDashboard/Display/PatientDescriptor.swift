import CTerminalGuard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A second descriptor for the file of another one, on which writing does not wait for the reader.
///
/// The other descriptor stays unchanged, because it may be shared with programs that expect blocking writes.
package final class PatientDescriptor: Sendable {
  private enum Kind {
    /// Writing never waits.
    case neverWaits
    /// Each call can be told not to wait.
    case socket
    /// It could not be opened again. If there is room at all, a piece of this size normally does not wait.
    case mayWait(piece: Int)
  }

  /// The descriptor, to poll for room.
  package let number: Int32
  private let kind: Kind

  /// - Returns: nil if the system cannot provide a descriptor.
  package init?(_ descriptor: Int32) {
    let number = tg_open_patient(descriptor)
    guard number >= 0 else { return nil }
    self.number = number
    kind = Self.kind(of: number)
  }

  deinit { close(number) }

  private static func kind(of number: Int32) -> Kind {
    if fcntl(number, F_GETFL) & O_NONBLOCK != 0 { return .neverWaits }
    var status = stat()
    if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { return .socket }
    return .mayWait(piece: isatty(number) == 1 ? 512 : 4_096)
  }

  /// Writes as much as there is room for.
  ///
  /// - Returns: The number of bytes; -1 with `errno`, which is `EAGAIN` if there is no room now.
  package func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch kind {
    case .neverWaits: writeBytes(number, bytes.baseAddress, bytes.count)
    case .socket: send(number, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
    case .mayWait(let piece): writeIfReady(bytes.prefix(piece))
    }
  }

  private func writeIfReady(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    var ready = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    guard poll(&ready, 1, 0) > 0 else {
      errno = EAGAIN
      return -1
    }
    let piece = UnsafeRawBufferPointer(rebasing: bytes)
    return writeBytes(number, piece.baseAddress, piece.count)
  }
}

/// The system call, which a method named `write` hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
