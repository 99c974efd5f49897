import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the program received at its start: arguments and environment.
public enum OSProcess {
  /// The command line's arguments, without the program's name.
  public static var arguments: [String] {
    let count = Int(CommandLine.argc)
    return (0..<count).dropFirst().compactMap { CommandLine.unsafeArgv[$0].map { OSText.decode(cString: $0) } }
  }

  /// Covers an argument, or the end of one, with asterisks, because the system shows the arguments of running programs
  /// to all users. Read ``arguments`` first.
  public static func hide(_ text: String) {
    let bytes = OSText.bytes(text)
    guard !bytes.isEmpty else { return }
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let rest = strlen(argument) - bytes.count
      if rest >= 0, memcmp(argument + rest, bytes, bytes.count) == 0 {
        memset(argument + rest, Int32(UInt8(ascii: "*")), bytes.count)
      }
    }
  }

  /// The name by which the program was called, without its folder; empty if it was called without one.
  public static var program: String {
    guard CommandLine.argc > 0, let name = CommandLine.unsafeArgv[0] else { return "" }
    return OSFile.parts(OSText.decode(cString: name)).last ?? ""
  }

  /// The environment. If a variable occurs twice, the first one counts, as in the C library.
  public static var environment: [String: String] {
    var variables: [String: String] = [:]
    var next = cposix_environment()
    while let entry = next?.pointee {
      let text = OSText.decode(cString: entry).utf8
      if let sign = text.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(Substring(text[..<sign]))
        if variables[name] == nil { variables[name] = String(Substring(text[text.index(after: sign)...])) }
      }
      next = next?.successor()
    }
    return variables
  }

  /// Returns a variable of the environment; nil if it is not set.
  public static func variable(_ name: String) -> String? { getenv(name).map { OSText.decode(cString: $0) } }

  /// The folder for temporary files: `TMPDIR`, or `/tmp` if that is not set.
  public static var temporaryFolder: String {
    guard let named = variable("TMPDIR"), !named.isEmpty else { return "/tmp" }
    return named
  }
}
