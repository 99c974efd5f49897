#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Compares the existing bytes of a continued results file with the bytes that belong there.
struct ExistingOutput {
  private let descriptor: Int32
  /// The number of bytes at the start of the file that are correct.
  private var offset: off_t = 0
  /// The system's error that kept wrong bytes in the file; nil if there was none.
  private(set) var problem: Int32?

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Skips the bytes that the file already has at this place.
  ///
  /// At the first difference, the file is truncated and the descriptor is positioned for writing.
  ///
  /// - Returns: the number of bytes that were skipped.
  mutating func skip(_ bytes: UnsafeRawBufferPointer) -> Int {
    var standing = [UInt8](repeating: 0, count: bytes.count)
    let found = standing.withUnsafeMutableBytes { readAll(into: $0) }
    let known = zip(bytes, standing.prefix(found)).prefix { $0 == $1 }.count
    offset += off_t(known)
    if known < bytes.count { cut() }
    return known
  }

  /// Truncates the file after the bytes that are correct, and continues there.
  mutating func cut() {
    while isLonger, ftruncate(descriptor, offset) != 0 {
      if errno != EINTR { return problem = errno }
    }
    if lseek(descriptor, offset, SEEK_SET) < 0, errno != ESPIPE { problem = errno }
  }

  /// Whether more bytes follow. A pipe or a device has none.
  private var isLonger: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size > offset
  }

  private func readAll(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let got = pread(descriptor, rest.baseAddress, rest.count, offset + off_t(count))
      if got > 0 { count += got } else if got == 0 || errno != EINTR { break }
    }
    return count
  }
}
