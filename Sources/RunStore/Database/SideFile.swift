import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files beside run files that are removed when they are no longer needed.
enum SideFile {
  /// Removes a file if it exists.
  ///
  /// - Returns: why the file is left over; nil when it is gone.
  static func remove(_ path: String) -> RunStoreError? {
    // Retry once, because a disk may fail for a moment.
    if unlink(path.osPath) == 0 || errno == ENOENT || unlink(path.osPath) == 0 { return nil }
    let reason = SystemReason()
    if reason.code == ENOENT { return nil }
    return RunStoreError(reason.kind, path, "is left over and cannot be removed: \(reason.words)")
  }

  /// Removes the files that exist.
  ///
  /// - Returns: an error for each file that is left over.
  static func remove(_ paths: [String]) -> [RunStoreError] { paths.compactMap { remove($0) } }
}

/// Why the last system call failed; create it before any other call, which would replace the reason.
struct SystemReason {
  let code: Int32

  init() { code = errno }

  /// The system's description of the error.
  var words: String { String(cString: strerror(code)) }

  /// The kind of problem for a file that is being written.
  var kind: RunStoreError.Kind { [ENOSPC, EDQUOT, EFBIG].contains(code) ? .noRoom : .notAllowed }
}

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
