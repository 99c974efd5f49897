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
