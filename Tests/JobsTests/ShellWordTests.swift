import Foundation
import OSText
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// Recorded commands of items, run by shells. Each must do the same again.
@Suite struct ShellWordTests {
  /// The shells of this machine.
  static let shells = ["/bin/bash", "/bin/dash", "/bin/zsh", "/usr/local/bin/zsh", "/bin/sh"].filter(OSFile.exists)

  private static let pieces: [[UInt8]] =
    [
      "a", "'", "\"", "\\", "$HOME", "$(echo x)", "`echo x`", "{a,b}", "{1..3}", "{}", "=ls", "~", "#", "!", "!!", "%1",
      "%",
      "%s", "\n", "\r", "\t", " ", "*", "?", "[a]", "^", "&", ";", "|", "<", ">", "(", ")", "a=b", "-n", "é", "😀",
      "\\n",
      "\\047", "\u{1B}", "\u{7F}", "$'x'", "^a^b", "EOF", "\n\n", "'\u{301}", "\u{301}", "\r\n",
    ].map { Array($0.utf8) } + [[0xE9], [0xFF], [0xC3], [0xF4, 0x8F, 0xBA, 0x80], [0x80, 0x27]]

  static let items: [[UInt8]] = {
    var random = SeededGenerator(seed: 23)
    return pieces
      + (0..<500).map { _ in
        (0..<Int.random(in: 0...5, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
      }
  }()

  private func output(of commands: [String], in shell: String) throws -> [UInt8] {
    let sandbox = try Sandbox()
    let script = commands.joined(separator: "\n") + "\n"
    #expect(OSFile.write(OSText.bytes(script), to: "\(sandbox.path)/script"))
    let run = try sandbox.run("\(shell) ./script")
    #expect(run.errors == "")
    return run.outputBytes
  }

  private func lines(_ template: Template) -> [String] {
    Self.items.enumerated().map { number, item in
      let command = template.commandLine(for: Item(ByteText(item)), id: ItemID(number), worker: WorkerID(1))
      return ShellWord.oneLine(command)
    }
  }

  private static let expected: [UInt8] = Array(items.joined(separator: [0])) + [0]

  /// Words, a shell line, and lines in which a quoted value would mean something else.
  @Test(
    arguments: shells,
    [
      nil, #"/usr/bin/printf '%s\0' {}"#, #"/usr/bin/printf '%s\0' "{}""#, #"/usr/bin/printf '%s\0' '{}' # {}"#,
      #"x=y; /usr/bin/printf '%s\0' $z{}; : <<END"# + "\n{}\nEND", #"/usr/bin/printf '%s\0' {}>&1"#,
    ])
  func everyShellDoesTheSame(shell: String, line: String?) throws {
    let template = line.map { Template(shell: $0) } ?? Template(arguments: ["/usr/bin/printf", #"%s\0"#])
    let lines = lines(template)
    #expect(lines.allSatisfy { !$0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }, "one line without control characters")
    let output = try output(of: lines, in: shell)
    #expect(output == Self.expected)
  }

  @Test(arguments: shells) func programsWhoseNamesMeanSomethingElseAreRun(shell: String) throws {
    let sandbox = try Sandbox()
    let names = ["if", "time", "{", "}", "!", "[[", "a=b", "=ls", "~", "#", "in", "{a,b}", "function", "repeat"]
    for name in names { #expect(OSFile.write(Array("#!/bin/sh\necho ran $1\n".utf8), to: "\(sandbox.path)/\(name)")) }
    let commands = names.map {
      Template(arguments: [$0]).commandLine(for: Item($0), id: ItemID(0), worker: WorkerID(1))
    }
    #expect(OSFile.write(Array(commands.joined(separator: "\n").utf8), to: "\(sandbox.path)/script"))
    let run = try sandbox.run("chmod +x *; PATH=$PWD:$PATH \(shell) ./script")
    #expect(run.lines == names.map { "ran \($0)" }, "\(run.errors)")
  }

  @Test func harmlessWordsStayReadable() {
    #expect(ShellWord.quoted("a-b_c.d/e:f,g+h@i%j=k") == "a-b_c.d/e:f,g+h@i%j=k")
    #expect(Template(arguments: ["convert", "{}", "{/.}.png", "{#}"]).title == "convert {} {/.}.png {#}")
    #expect(Template(arguments: ["echo", "{a,b}", ""]).title == "echo '{a,b}' '' {}")
  }
}
