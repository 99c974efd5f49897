import OSText
import TestSupport
import Testing

/// Random command lines for the built program.
@Suite struct RandomCommandLineTests {
  private static let documented = Set(Int32(0)...101).union([124, 129, 130, 141, 143, 255])

  @Test(arguments: Array(1...3) as [UInt64]) func endsAsDocumented(seed: UInt64) throws {
    let sandbox = try Sandbox()
    try sandbox.write("1\n2\n", to: "ids")
    try sandbox.write("id,name\n1,ann\n", to: "people.csv")
    try sandbox.write("", to: "shop")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<5 {
      let words = RandomCommandLine.words(files: ["ids", "people.csv", "shop", "nosuch"], using: &random)
      let line = words.map(Self.quoted).joined(separator: " ")
      let run = try sandbox.run("exec pfor-tui \(line) < /dev/null")
      #expect(Self.documented.contains(run.status), "\(run.status): \(line)")
      #expect(run.errors.unicodeScalars.allSatisfy(Self.isHarmless), "\(line)")
      // A request for help also exits like this. Everything else is a refusal.
      if run.status == 255, run.output.isEmpty, !words.isEmpty {
        #expect(run.errors.hasPrefix("pfor-tui: "), "\(line): \(run.errors)")
      }
    }
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || (scalar.value >= 0x20 && scalar.value != 0x7F)
  }

  /// A word as bash reads it, byte for byte.
  private static func quoted(_ word: String) -> String {
    let digits = OSText.bytes(word).map { byte in
      let octal = String(byte, radix: 8)
      return #"\"# + String(repeating: "0", count: 3 - octal.count) + octal
    }
    return "$'\(digits.joined())'"
  }
}
