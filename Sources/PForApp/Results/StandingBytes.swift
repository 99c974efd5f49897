#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// What an interrupted run has left in its file of results, compared with what belongs there.
struct StandingBytes {
  private let descriptor: Int32
  /// How far the file holds what belongs there.
  private var offset: off_t = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Goes past those of the bytes that stand in the file at this place; before the first other one the file is cut off,
  /// and the descriptor is left where writing goes on.
  ///
  /// - Returns: how many stand there.
  mutating func skip(_ bytes: UnsafeRawBufferPointer) -> Int {
    var standing = [UInt8](repeating: 0, count: bytes.count)
    let found = standing.withUnsafeMutableBytes { readAll(into: $0) }
    let known = zip(bytes, standing.prefix(found)).prefix { $0 == $1 }.count
    offset += off_t(known)
    if known < bytes.count { cut() }
    return known
  }

  /// Cuts the file off behind what belongs there.
  func cut() {
    ftruncate(descriptor, offset)
    lseek(descriptor, offset, SEEK_SET)
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
