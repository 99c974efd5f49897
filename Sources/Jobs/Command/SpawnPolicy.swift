#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Decides what becomes of an item whose command could not be started.
enum SpawnPolicy {
  /// What to do next.
  enum Decision: Equatable {
    /// Try again after so many milliseconds.
    case wait(milliseconds: Int)
    /// Fail the item with this reason.
    case fail(String)
  }

  /// How often a start is tried while nothing of ours runs that could make room.
  static let lonelyTries = 6

  /// The decision after a failed try.
  ///
  /// - Parameters:
  ///   - code: the error's number.
  ///   - program: what was to be run.
  ///   - lonelyTries: how many tries in a row, this one included, failed while no other command of ours ran.
  ///   - tries: how many tries failed in all.
  ///   - descriptorLimit: the process's limit of open files.
  static func decide(
    code: Int32, program: String, lonelyTries: Int, tries: Int, descriptorLimit: Int
  ) -> Decision {
    switch code {
    case EMFILE, ENFILE, EAGAIN, ENOMEM:
      guard lonelyTries < Self.lonelyTries else { return .fail(shortage(code, descriptorLimit)) }
      return .wait(milliseconds: min(32, 1 << min(tries, 5)))
    case ENOENT, ENOTDIR: return .fail("command not found: \(program)")
    case EACCES: return .fail("not executable: \(program) (permission denied)")
    case E2BIG: return .fail("argument list too long")
    default: return .fail("cannot start \(program): \(errorText(code))")
    }
  }

  private static func shortage(_ code: Int32, _ limit: Int) -> String {
    switch code {
    case EMFILE: "no free file descriptor (limit \(limit)): use fewer threads or raise ulimit -n"
    case ENFILE: "no free file descriptor in the whole system: use fewer threads"
    case EAGAIN: "no free process (limit ulimit -u): use fewer threads"
    default: "not enough memory to start a process"
    }
  }
}
