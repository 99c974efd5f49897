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
  /// The most bytes of an item that a variable of the environment gets. Systems allow little more.
  static let mostItemBytes = 100_000

  /// The paths of the outputs that are not empty.
  private(set) var paths: [String] = []
  /// The path of each output; empty if there is none.
  private(set) var output = ""
  private(set) var errors = ""

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
      if name == "output" { output = path } else { errors = path }
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
  ///
  /// - Parameters:
  ///   - paths: The files to open.
  ///   - variables: Additions to the environment: `NAME=VALUE`, byte for byte.
  init?(_ user: TerminalUser, _ paths: [String], variables: [[UInt8]] = []) {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var words =
      (["/bin/sh", "-c", Self.line(user), "sh"] + Self.arguments(user, paths)).map { strdup($0.osPath) } + [nil]
    var environment = Self.environment(variables)
    defer { for text in words + environment { free(text) } }
    var process: pid_t = 0
    guard cposix_spawn_in_terminal(&process, "/bin/sh", &words, &environment, terminal) == 0 else { return nil }
    self.process = process
  }

  private static func line(_ user: TerminalUser) -> String {
    switch user {
    case .pager:
      "if [ -n \"$PAGER\" ]; then exec $PAGER \"$@\"; fi; "
        + "if command -v less >/dev/null; then exec less -R \"$@\"; fi; exec more \"$@\""
    case .editor: "exec ${VISUAL:-${EDITOR:-vi}} \"$@\""
    case .line: "sh -c \"$1\"; printf '\\n[exit status %d: Enter returns to the dashboard]' $?; read -r line"
    }
  }

  private static func arguments(_ user: TerminalUser, _ paths: [String]) -> [String] {
    if case .line(let line) = user { [line] } else { paths }
  }

  /// Copies the environment of this program with additions. Names that begin with `PFOR_` are only those of the item.
  private static func environment(_ variables: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] {
    var copy: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0.map { CChar(bitPattern: $0) } + [0]) }
    var next = cposix_environment()
    while let entry = next?.pointee {
      if variables.isEmpty || strncmp(entry, "PFOR_", 5) != 0 { copy.append(strdup(entry)) }
      next = next?.advanced(by: 1)
    }
    return copy + [nil]
  }

  /// Whether the program has ended.
  var isOver: Bool { waitpid(process, nil, WNOHANG) != 0 }

  /// Passes on a signal that wants this program to end.
  func signal(_ number: Int32) { kill(process, number) }
}
