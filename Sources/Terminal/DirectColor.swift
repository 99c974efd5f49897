@preconcurrency import CNCurses
import CTerminalGuard
import OSText

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// A terminal type with 16 million colours, derived from the user's own type so that the keys stay the same.
///
/// Curses writes colours only as the terminal's description says. For most terminals with more colours, the
/// descriptions that systems ship stop at 256. Values below 16 mean the terminal's own colours; all others are red,
/// green and blue.
enum DirectColor {
  static let name = "pfor-direct"

  /// Calls `body` while curses can find the derived type. Returns nil without calling it if the type cannot be made.
  static func withType<Result>(from type: String, _ body: () -> Result?) -> Result? {
    guard type.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-+._".contains($0)) }) else { return nil }
    guard let directory = makeDirectory() else { return nil }
    defer { remove(directory) }
    let source = directory + "/source"
    guard write(description(of: type), to: source), compile(source, into: directory) else { return nil }
    return withSearchPath(directory, body)
  }

  /// Returns the description as terminfo source.
  private static func description(of type: String) -> String {
    func color(_ normal: String, _ bright: String, _ exact: String) -> String {
      #"\E[%?%p1%{8}%<%t"# + normal + #"%p1%d%e%p1%{16}%<%t"# + bright + #"%p1%{8}%-%d%e"# + exact
        + #";2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m"#
    }
    return """
      \(name)|derived from \(type) with direct colour,
      \tRGB, ccc@, initc@, initp@, oc@, colors#0x1000000, pairs#0x10000,
      \tsetaf=\(color("3", "9", "38")),
      \tsetab=\(color("4", "10", "48")),
      \tuse=\(type),

      """
  }

  private static func makeDirectory() -> String? {
    var template = "\(OSProcess.temporaryFolder)/pfor-terminfo.XXXXXX".osPath
    guard mkdtemp(&template) != nil else { return nil }
    return template.withUnsafeBufferPointer { $0.baseAddress.map { OSText.decode(cString: $0) } }
  }

  private static func write(_ text: String, to path: String) -> Bool {
    guard let file = fopen(path.osPath, "w") else { return false }
    fputs(text, file)
    return fclose(file) == 0
  }

  private static func compile(_ source: String, into directory: String) -> Bool {
    let command: [String] = ["tic", "-x", "-o", directory, source]
    let words = command.map { strdup($0.osPath) }
    defer { words.forEach { free($0) } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    guard posix_spawn_file_actions_init(&actions) == 0 else { return false }
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var process: pid_t = 0
    guard posix_spawnp(&process, "tic", &actions, nil, words + [nil], environ) == 0 else { return false }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return false }
    }
    return status == 0
  }

  private static func withSearchPath<Result>(_ directory: String, _ body: () -> Result?) -> Result? {
    let variable = "TERMINFO_DIRS"
    let former = getenv(variable).map { OSText.decode(cString: $0) } ?? ""
    return Terminal.withVariable(variable, "\(directory):\(former)", body)
  }

  /// Removes the directory with the output of `tic`: one file in a folder named after the type's first letter.
  ///
  /// The folder's name is the letter itself or its hexadecimal code, depending on the system.
  private static func remove(_ directory: String) {
    let initial = name.prefix(1)
    let code = String(name.utf8.first ?? 0, radix: 16)
    for folder in [String(initial), code] {
      unlink("\(directory)/\(folder)/\(name)".osPath)
      rmdir("\(directory)/\(folder)".osPath)
    }
    unlink("\(directory)/source".osPath)
    rmdir(directory.osPath)
  }
}
