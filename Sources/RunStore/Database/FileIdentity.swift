import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which file a path leads to.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// - Returns: nil when that cannot be told now.
  init?(_ path: String) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }

  /// Makes an empty file for the user alone, where there must be none.
  ///
  /// - Returns: why it could not be made; nil when it was.
  static func makeFile(_ path: String) -> SystemReason? {
    let descriptor = open(path.osPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return SystemReason() }
    close(descriptor)
    return nil
  }
}
