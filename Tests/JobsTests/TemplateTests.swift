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
    "{a,b}", "{ print }", "{a..z}", "{1..5}", "{-3..03}", "{1..9..2}", "{-x}", "{-}", "{+}", "{", "}", "{1,3}",
    "{=", "{= x", "{:1}", "${name}", "${1}", "%{name}",
  ])
  func isText(text: String) throws {
    #expect(try arguments(Template(arguments: [text, "{}"]), Item("x")) == [text, "x"])
  }

  /// Texts with a meaning in GNU parallel, and near-placeholders, do not pass as text.
  @Test(arguments: [
    "{0}", "{00}", "{-0}", "{01}", "{99999999999999999999}", "{-99999999999999999999}", "{..}", "{...}", "{/..}",
    "{+/}",
    "{+.}", "{##}", "{#.}", "{%/}", "{//.}", "{./}", "{///}", "{.1}", "{1..}", "{1.5}", "{1///}", "{+1}", "{=s/1/2/=}",
    "{= $_ = \"}\" =}", "{==}", "{2nd}", "{1e3}", "{0x1}",
  ])
  func isAMistake(text: String) throws {
    for template in [Template(arguments: ["p", text]), Template(shell: "p \(text)")] {
      #expect(throws: JobError.self) { try template.check(against: .none) }
      // With fields, {01} is the first one, as in GNU parallel.
      guard text != "{01}" else { continue }
      #expect(throws: JobError.self) { try template.check(against: .known(["a"])) }
      let record = Item(.text("{}"), fields: Fields(names: ["a"], values: [nil]))
      #expect(throws: Failure.self) { try arguments(template, record) }
    }
  }

  /// As the page on placeholders says: letters, digits, `_`, `.`, `-` and blanks.
  @Test(arguments: ["2nd", "-x", ".hidden", "x.", "a-b", "a b", "@id", "0x1", "é", "e\u{301}", "\u{10FEE9}t\u{10FEE9}"])
  func membersOfJSON(name: String) throws {
    let item = Item(
      .text("{}"), fields: Fields(names: ["other", name], values: [.text("no"), .text("yes")]))
    #expect(try arguments(Template(arguments: ["{\(name)}"], fields: .perItem), item) == ["yes"])
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
    #expect(throws: JobError(unknownField: "town", known: ["id", "city"])) {
      try template.check(against: .known(["id", "city"]))
    }
    #expect(JobError(unknownField: "town", known: ["id", "city"]).description.contains("{id} {city}"))
    #expect(throws: JobError.self) { try template.check(against: .none) }
    #expect(throws: Never.self) { try template.check(against: .perItem) }
    #expect(throws: JobError.self) { try Template(arguments: ["{3}"]).check(against: .known(["a", "b"])) }
    #expect(throws: Never.self) { try Template(arguments: ["{2}"]).check(against: .known(["a", "b"])) }
    #expect(throws: Never.self) { try Template(arguments: ["{1}"]).check(against: .none) }
  }

  /// Where fields have names, a text that begins like a name is a field, even if it contains blanks.
  @Test(arguments: ["town", "home  town", "home town ", "Home Town", "home town.x"])
  func aMistypedFieldIsAnErrorInEverySpelling(name: String) {
    for template in [
      Template(arguments: ["echo", "{\(name)}"], fields: .known(["home town"])),
      Template(shell: "echo {\(name)}", fields: .known(["home town"])),
    ] {
      #expect(throws: JobError.self, "\(name)") { try template.check(against: .known(["home town"])) }
    }
  }

  @Test func anAppendedItemIsShown() {
    #expect(Template(arguments: ["sleep", "0.1"]).title == "sleep 0.1 {}")
    #expect(Template(shell: "sleep 0.1 #").title == "sleep 0.1 # {}")
    #expect(Template(arguments: ["echo", "{#}"]).title == "echo {#}")
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
