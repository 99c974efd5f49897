import CPosix
import Dashboard
import OSText
import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The outputs of an item in files for another program.
struct OutputFiles {
  private let folder: String
  /// The paths of the outputs that are not empty.
  private(set) var paths: [String] = []

  /// Writes the outputs of an item.
  ///
  /// - Throws: The reason if a file cannot be written.
  init(_ id: ItemID, _ outputs: [(name: String, part: TextScan.Part)]) throws(DashboardError) {
    var name = Array("\(OSProcess.temporaryFolder)/pfor-tui.XXXXXX".osPath)
    guard mkdtemp(&name) != nil else { throw Self.failure(OSProcess.temporaryFolder) }
    folder = OSText.decode(cString: name)
    for (name, part) in outputs where part.count > 0 {
      let path = "\(folder)/item-\(id.number).\(name)"
      guard OSFile.write(count: part.count, to: path, read: part.read) else {
        let failure = Self.failure(path)
        remove()
        throw failure
      }
      paths.append(path)
    }
  }

  /// Removes the files and their folder.
  func remove() { OSFile.removeFolder(folder) }

  private static func failure(_ path: String) -> DashboardError {
    DashboardError("\(path): cannot be written: \(String(cString: strerror(errno)))")
  }
}

/// A program of the user's that has the terminal. It is in the process group of this program, so that the terminal's
/// keys reach it as they do in a shell.
struct TerminalLoan {
  private let process: pid_t

  /// Starts the program on files; nil if there is no terminal, or it cannot be started.
  init?(_ user: TerminalUser, _ paths: [String]) {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var words = (["/bin/sh", "-c", Self.line(user), "sh"] + paths).map { strdup($0.osPath) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    guard cposix_spawn_in_terminal(&process, "/bin/sh", &words, cposix_environment(), terminal) == 0 else { return nil }
    self.process = process
  }

  private static func line(_ user: TerminalUser) -> String {
    switch user {
    case .pager:
      "if [ -n \"$PAGER\" ]; then exec $PAGER \"$@\"; fi; "
        + "if command -v less >/dev/null; then exec less -R \"$@\"; fi; exec more \"$@\""
    case .editor: "exec ${VISUAL:-${EDITOR:-vi}} \"$@\""
    }
  }

  /// Whether the program has ended.
  var isOver: Bool { waitpid(process, nil, WNOHANG) != 0 }

  /// Passes on a signal that wants this program to end.
  func signal(_ number: Int32) { kill(process, number) }
}
