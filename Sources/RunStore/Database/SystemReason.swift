#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why the last system call failed; to be made before any other call, which would replace the reason.
struct SystemReason {
  let code: Int32

  init() { code = errno }

  /// What the system calls it.
  var words: String { String(cString: strerror(code)) }

  /// What it means for a file that should be written.
  var kind: RunStoreError.Kind { [ENOSPC, EDQUOT, EFBIG].contains(code) ? .noRoom : .notAllowed }
}
