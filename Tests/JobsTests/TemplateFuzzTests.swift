import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// Templates and shell lines with random texts.
@Suite struct TemplateFuzzTests {
  private static let tokens = [
    "{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "{%}", "{1}", "{a}", "{", "}", "'", "\"", "\\", "`", "$(", "${", ")",
    "#",
    "\n", " ", "é",
  ]

  @Test func anyTextIsATemplate() throws {
    var random = SeededGenerator(seed: 12)
    let record = Item(.text("1"), fields: Fields(names: ["a"], values: [.text("x y")]))
    for _ in 0..<3_000 {
      let bytes = random.mutated(Array("echo '{}' \"{/.}\" $(cat {a})".utf8), tokens: Self.tokens)
      let text = String(decoding: bytes, as: UTF8.self)
      for template in [Template(arguments: ["p", text]), Template(shell: text)] {
        _ = template.commandLine(for: record, id: ItemID(0), worker: WorkerID(1))
        // A missing field and a NUL byte fail the item, and nothing else.
        _ = try? template.arguments(for: record, id: ItemID(0), worker: WorkerID(1))
      }
    }
  }

  /// However the line is quoted, the script never contains an item. The shell cannot run text that it does not parse.
  @Test func anItemIsNeverPartOfAScript() throws {
    var random = SeededGenerator(seed: 13)
    let marks = [Item("MARK;one"), Item("mark`two")]
    for _ in 0..<2_000 {
      let bytes = random.mutated(Array("echo '{}' \"{}\" `{}`".utf8), tokens: Self.tokens.filter { $0 != "{a}" })
      let template = Template(shell: String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self))
      let scripts = marks.map { item in
        (try? template.arguments(for: item, id: ItemID(0), worker: WorkerID(1)))?.prefix(4)
      }
      #expect(scripts[0] == scripts[1])
    }
  }
}
