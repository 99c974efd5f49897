import CPosix
import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file without a name in a folder for temporary files. It disappears with the program, however the program ends.
package final class TemporaryFile: Sendable {
  /// Why the system refused.
  package struct Problem: Error {
    private let code: Int32

    init(code: Int32 = errno) { self.code = code }

    /// The system's description.
    package var words: String { String(cString: strerror(code)) }
  }

  private let descriptor: Int32

  package init(in folder: String) throws(Problem) {
    descriptor = cposix_open_unlinked(folder.osPath)
    guard descriptor >= 0 else { throw Problem() }
  }

  deinit { close(descriptor) }

  /// Writes all bytes at an offset. If that fails, the system gets their space back.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Problem) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let problem = Problem(code: count < 0 ? errno : ENOSPC)
        giveBack(at: offset, count: bytes.count)
        throw problem
      }
      done += count
    }
  }

  /// Fills a buffer from an offset.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Problem) {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Problem(code: count < 0 ? errno : EIO) }
      done += count
    }
  }

  /// Returns space to the system, where it supports holes in files.
  package func giveBack(at offset: Int, count: Int) { _ = cposix_punch_hole(descriptor, Int64(offset), Int64(count)) }
}
