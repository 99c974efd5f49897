import OSText
import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The session of a recorded run that follows this program, as `pfor-tui resume` does.
///
/// It takes the place of this program, so that it inherits only the terminal from the previous session.
struct NextSession {
  /// The arguments of the program.
  let arguments: [String]

  /// - Parameter arguments: the arguments of the program.
  init(arguments: [String]) { self.arguments = arguments }

  /// - Parameters:
  ///   - path: the run file.
  ///   - threads: how many items run at once.
  ///   - look: how the dashboard looks.
  init(of path: String, threads: Int, _ look: DisplayOptions) {
    var arguments = ["resume", "--failed", OSFile.absolute(path), "-j", "\(max(1, threads))"]
    // The session enters the folder of the run before it opens a theme's file.
    if let theme = look.dashboard.theme {
      arguments += ["--theme", OSFile.exists(theme) ? OSFile.absolute(theme) : theme]
    }
    if look.dashboard.color != .auto { arguments += ["--color", look.dashboard.color.rawValue] }
    if look.dashboard.ascii { arguments.append("--ascii") }
    if look.dashboard.noMouse { arguments.append("--no-mouse") }
    if let whenDone = look.whenDone { arguments += ["--when-done", whenDone.rawValue] }
    self.arguments = arguments
  }

  /// Starts the session in place of this program.
  ///
  /// - Returns: why that is not possible; otherwise it does not return.
  func replaceProgram() -> AppError {
    // The working folder may have changed since the start, so the name of the program is not enough.
    let program = OSFile.exists("/proc/self/exe") ? "/proc/self/exe" : OSProcess.program
    var words = ([OSProcess.program] + arguments).map { strdup($0.osPath) } + [nil]
    execvp(program.osPath, &words)
    let reason = String(cString: strerror(errno))
    for word in words { free(word) }
    let command = (["pfor-tui"] + arguments).joined(separator: " ")
    return AppError("cannot start again: \(reason); to run failed items: \(command)")
  }
}
