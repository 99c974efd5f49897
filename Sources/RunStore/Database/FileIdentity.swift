import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The identity of the file that a path leads to.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// - Returns: nil when the file cannot be examined.
  init?(_ path: String) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }

  /// Creates an empty file that only the user can access; fails if the path exists.
  ///
  /// - Returns: why the file could not be created; nil on success.
  static func makeFile(_ path: String) -> SystemReason? {
    let descriptor = open(path.osPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return SystemReason() }
    close(descriptor)
    return nil
  }
}
