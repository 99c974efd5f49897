import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to record into a run file: a lock on a side file. The system releases it when the process ends.
///
/// The lock is not on the run file itself, because closing any descriptor of a database drops SQLite's own locks.
final class RunFileLock {
  private let path: String
  private var descriptor: Int32

  /// Takes the lock.
  ///
  /// - Throws: when another program holds the lock, or the side file cannot be created.
  init(of file: String) throws(RunStoreError) {
    path = Self.sideFile(of: file)
    descriptor = try Self.acquire(path, of: file)
  }

  deinit { _ = release() }

  /// Releases the lock.
  ///
  /// - Returns: an error when the side file is left over. It is unlocked then, and the next process can lock it.
  func release() -> RunStoreError? {
    guard descriptor >= 0 else { return nil }
    // A process that waits for this file notices that its name is gone, and creates a new one.
    let leftover = SideFile.remove(path)
    close(descriptor)
    descriptor = -1
    return leftover
  }

  /// Whether a program holds the lock of a run file.
  static func isHeld(of file: String) -> Bool {
    let descriptor = open(sideFile(of: file).osPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func sideFile(of file: String) -> String { file + "-lock" }

  private static func acquire(_ path: String, of file: String) throws(RunStoreError) -> Int32 {
    // `isHeld` in another process holds the lock for an instant.
    for _ in 0..<10 {
      // O_NOFOLLOW: another user's symbolic link must not make us create or lock a file elsewhere.
      let descriptor = open(path.osPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
      guard descriptor >= 0 else { throw refusal(SystemReason(), path, of: file) }
      guard isOurs(descriptor) else {
        close(descriptor)
        throw isInTheWay(path, of: file)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStillNamed(descriptor, path) { return descriptor }
      close(descriptor)
      poll(nil, 0, 10)
    }
    throw RunStoreError(
      .inUse, file, "another pfor-tui is recording into this run; wait until it ends, or name another file")
  }

  private static func refusal(_ reason: SystemReason, _ path: String, of file: String) -> RunStoreError {
    if reason.code == ELOOP || reason.code == EISDIR || reason.code == ENXIO { return isInTheWay(path, of: file) }
    return RunStoreError(reason.kind, file, "cannot record into it: \(path): \(reason.words)")
  }

  private static func isInTheWay(_ path: String, of file: String) -> RunStoreError {
    RunStoreError(
      .exists, file, "\(path) is in the way and is not a pfor-tui lock; move it away, or name another file")
  }

  /// Whether the side file is a lock of ours. Our locks are always empty; a file with contents is never removed.
  private static func isOurs(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
  }

  private static func isStillNamed(_ descriptor: Int32, _ path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && stat(path.osPath, &named) == 0 && held.st_ino == named.st_ino
      && held.st_dev == named.st_dev
  }
}
