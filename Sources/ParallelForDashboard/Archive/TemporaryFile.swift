import OSText

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// An unlinked file in the temporary folder. It disappears with the program, however that ends.
final class TemporaryFile: Sendable {
  let descriptor: Int32

  init() throws(DashboardError) {
    let folder = OSProcess.temporaryFolder
    var osPath = "\(folder)/pfor-tui.XXXXXX".osPath
    descriptor = mkstemp(&osPath)
    guard descriptor >= 0 else {
      throw DashboardError("cannot make a temporary file in \(folder): \(String(cString: strerror(errno)))")
    }
    unlink(osPath)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// Writes all bytes at an offset. Returns false if the disk is full or broken.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Reads up to `count` bytes at an offset; fewer at the end of the file.
  func read(at offset: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = 0
      while done < count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        done += got
      }
    }
  }
}
