import ParallelFor
import Testing

@testable import Jobs

@Suite struct TemplateTests {
  private func arguments(_ template: Template, _ item: Item, number: Int = 17, slot: Int = 3) throws -> [String] {
    try template.arguments(for: item, id: ItemID(number - 1), worker: WorkerID(slot))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("{}", "a/b.tar.gz", "a/b.tar.gz"), ("{.}", "a/b.tar.gz", "a/b.tar"), ("{.}", "a.d/b", "a.d/b"),
    ("{.}", "b.", "b"), ("{/}", "a/b.c", "b.c"), ("{/}", "b.c", "b.c"), ("{//}", "a/b.c", "a"), ("{//}", "b.c", "."),
    ("{//}", "/b", "/"), ("{//}", "a//b", "a"), ("{//}", "/", "/"), ("{//}", "", "."), ("{//}", "a/b/", "a"),
    ("{/.}", "a.d/b.c", "b"), ("{#}", "x", "17"), ("{%}", "x", "3"), ("{1}", "x", "x"), ("{}{#}-{}", "x", "x17-x"),
    ("{}}", "x", "x}"), ("{{}}", "x", "{x}"),
  ])
  func placeholder(text: String, item: String, expected: String) throws {
    #expect(try arguments(Template(arguments: ["p", text]), Item(item)) == ["p", expected])
  }

  @Test(arguments: [
    "{a,b}", "{ print }", "{a..z}", "{0}", "{1..5}", "{-x}", "{", "}", "${name}", "${1}", "%{name}",
  ])
  func isText(text: String) throws {
    #expect(try arguments(Template(arguments: [text, "{}"]), Item("x")) == [text, "x"])
  }

  @Test func itemIsAppendedWithoutPlaceholder() throws {
    #expect(try arguments(Template(arguments: ["ls", "-l"]), Item("-a b")) == ["ls", "-l", "-a b"])
  }

  @Test func fields() throws {
    let item = Item(.text("1,Ada"), fields: Fields(names: ["id", "name"], values: [.text("1"), .text("Ada")]))
    #expect(try arguments(Template(arguments: ["{name}/{id}", "{2}"]), item) == ["Ada/1", "Ada"])
    #expect(throws: Failure.self) { try arguments(Template(arguments: ["{city}"]), item) }
  }

  @Test func unknownFieldsAreFoundBeforeTheRun() {
    let template = Template(arguments: ["echo", "{town}"])
    #expect(throws: TemplateError(unknown: "town", known: ["id", "city"])) {
      try template.check(against: .known(["id", "city"]))
    }
    #expect(TemplateError(unknown: "town", known: ["id", "city"]).description.contains("{id} {city}"))
    #expect(throws: TemplateError.self) { try template.check(against: .none) }
    #expect(throws: Never.self) { try template.check(against: .perItem) }
    #expect(throws: TemplateError.self) { try Template(arguments: ["{3}"]).check(against: .known(["a", "b"])) }
    #expect(throws: Never.self) { try Template(arguments: ["{2}"]).check(against: .known(["a", "b"])) }
    #expect(throws: Never.self) { try Template(arguments: ["{1}"]).check(against: .none) }
  }

  @Test func bytesThatAreNotUTF8ReachTheCommand() throws {
    let item = Item(ByteText([0x66, 0xFF, 0x2F, 0xFE]))
    #expect(try Template(arguments: ["p"]).arguments(for: item, id: ItemID(0), worker: WorkerID(1))[1] == item.bytes)
  }

  @Test func aNULByteFailsTheItem() {
    #expect(throws: Failure.self) { try arguments(Template(arguments: ["p"]), Item("a\0b")) }
  }

  @Test(arguments: [
    ("echo {}", "echo 'a b'"), ("echo \"x {} y\"", "echo \"x \"'a b'\" y\""), ("echo 'x {}'", "echo 'x ''a b'''"),
    ("echo \"$(cat \"{}\")\"", "echo \"$(cat \"\"'a b'\"\")\""), ("echo", "echo 'a b'"),
    ("echo # don't\necho {}", "echo # don't\necho 'a b'"), ("echo \\' {}", "echo \\' 'a b'"),
  ])
  func shellLineForPeople(line: String, expected: String) {
    let text = Template(shell: line).commandLine(for: Item("a b"), id: ItemID(0), worker: WorkerID(1))
    #expect(text == expected)
  }

  @Test func titleQuotesWhatNeedsIt() {
    #expect(Template(arguments: ["echo", "a b", "{}", "it's"]).title == #"echo 'a b' {} 'it'\''s'"#)
  }
}
