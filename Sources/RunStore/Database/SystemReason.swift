#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why the last system call failed; create it before any other call, which would replace the reason.
struct SystemReason {
  let code: Int32

  init() { code = errno }

  /// The system's description of the error.
  var words: String { String(cString: strerror(code)) }

  /// The kind of problem for a file that is being written.
  var kind: RunStoreError.Kind { [ENOSPC, EDQUOT, EFBIG].contains(code) ? .noRoom : .notAllowed }
}
