import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files beside run files that are removed when nobody needs them any more.
enum SideFile {
  /// Removes a file, if it is there.
  ///
  /// - Returns: that it is left over, and why; nil when it has gone.
  static func remove(_ path: String) -> RunStoreError? {
    // A disk may have failed for a moment.
    if unlink(path.osPath) == 0 || errno == ENOENT || unlink(path.osPath) == 0 { return nil }
    let reason = SystemReason()
    if reason.code == ENOENT { return nil }
    return RunStoreError(reason.kind, path, "is left over and cannot be removed: \(reason.words)")
  }

  /// Removes files, as far as they are there.
  ///
  /// - Returns: a sentence for each that is left over.
  static func remove(_ paths: [String]) -> [RunStoreError] { paths.compactMap { remove($0) } }
}
