import Attempts
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Decides what happens to an item whose command could not be started.
enum SpawnPolicy {
  /// The next step.
  enum Decision: Equatable {
    /// Try again after a number of milliseconds.
    case wait(milliseconds: Int)
    /// Fail the item.
    case fail(StartFailure)
  }

  /// The exit statuses with which shells report that a program cannot be run, and that it was not found.
  private static let notExecutable: Int32 = 126
  private static let notFound: Int32 = 127

  /// The number of attempts to start while no command of ours runs or starts that could free resources.
  static let lonelyTries = 6

  /// Returns the decision after a failed attempt.
  ///
  /// - Parameters:
  ///   - code: the error number.
  ///   - program: the name of the program.
  ///   - isThere: whether the program's file exists.
  ///   - lonelyTries: the number of consecutive failures, including this one, while no other command of ours ran.
  ///   - tries: the number of all failures.
  ///   - descriptorLimit: the process's limit on open files.
  static func decide(
    code: Int32, program: String, isThere: Bool, lonelyTries: Int, tries: Int, descriptorLimit: Int
  ) -> Decision {
    switch code {
    case EMFILE, ENFILE, EAGAIN, ENOMEM:
      guard lonelyTries < Self.lonelyTries else {
        return .fail(StartFailure(reason: shortage(code, descriptorLimit), exitStatus: nil))
      }
      return .wait(milliseconds: min(32, 1 << min(tries, 5)))
    case ENOENT where isThere:
      return .fail(
        StartFailure(
          reason: "not executable: \(program) (the interpreter in its first line does not exist)",
          exitStatus: notExecutable))
    case ENOENT, ENOTDIR:
      return .fail(StartFailure(reason: "command not found: \(program)", exitStatus: notFound))
    default:
      return .fail(StartFailure(reason: reason(code, program), exitStatus: notExecutable))
    }
  }

  private static func reason(_ code: Int32, _ program: String) -> String {
    switch code {
    case EACCES: "not executable: \(program) (permission denied)"
    case E2BIG: "argument list too long"
    default: "cannot start \(program): \(errorText(code))"
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

/// Why a command could not be started.
struct StartFailure: Error, Equatable {
  /// One sentence.
  var reason: String
  /// The exit status that a shell would have; nil when the program was not the cause.
  var exitStatus: Int32?

  /// The item's ending, which is that of a shell that could not start the command.
  var ending: JobEnding {
    var ending = JobEnding(outcome: .failed(Failure(reason)))
    if let exitStatus { ending.process = ProcessEnding(exitStatus: exitStatus, cpu: 0) }
    return ending
  }
}
