import TestSupport
import Testing

/// Input that cannot run gets one sentence, the status 255, and nothing on standard output.
///
/// `RunPlanTests` checks the sentences about options and files.
@Suite struct BadInputTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write("1\n2\n3\n", to: "ids")
    try sandbox.write("id,name\n1,ann\n", to: "people.csv")
    try sandbox.write("", to: "shop")
    try sandbox.write("this is no database, but it is long enough to be examined as one\n", to: "text")
  }

  @Test(arguments: [
    ("pfor-tui nosuch -- echo", "nosuch: no such file"),
    ("ln -s loop loop; pfor-tui loop -- echo", "loop: "),
    ("pfor-tui ids -j five -- echo", "five"),
    ("pfor-tui ids -o ids -- echo", "ids: results would overwrite the items"),
    ("pfor-tui ids --theme nosuch -- echo", "nosuch"),
    ("pfor-tui ids --script nosuch -- echo", "nosuch: cannot be read: No such file"),
    ("pfor-tui ids --script /dev/zero -- echo", "/dev/zero: cannot be read: File too large"),
    ("pfor-tui ids --script . -- echo", ".: cannot be read: Is a directory"),
    ("mkfifo pipe; pfor-tui ids --db pipe --sql 'SELECT ?'", "pipe: is a pipe or a socket"),
    ("pfor-tui ids --no-such-option -- echo", "--no-such-option"),
    ("pfor-tui ids --timeout -1 -- echo", "the value '-1' is invalid for '--timeout <limit>'. End an item"),
    ("pfor-tui ids --no-such$'\\n\\e[31m'option -- echo", "unknown option"),
    ("pfor-tui export", "missing one of"), ("pfor-tui resum", "did you mean pfor-tui resume?"),
    ("pfor-tui ids -- no-such-command-here {}", "command not found: no-such-command-here"),
    ("pfor-tui ids -- ehco {}", "command not found: ehco; did you mean echo?"),
    ("pfor-tui ids -- 'wc {} | sort'", "all of this is one word"),
    ("pfor-tui ids --db shop --sql 'SELECT {}'", "write ? for the item"),
    ("pfor-tui prune --size 0x10MB", "the value '0x10MB' is invalid"),
  ])
  func isRefused(line: String, sentence: String) throws {
    let run = try sandbox.run(line)
    #expect(run.status == 255)
    #expect(run.output == "")
    #expect(run.errors.contains(sentence), "\(run.errors)")
    #expect(run.errors.hasPrefix("pfor-tui: ") && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(sandbox.read("ids") == "1\n2\n3\n")
  }

  #if os(Linux)
    @Test func itemsThatCannotBeReadFailTheRun() throws {
      let run = try sandbox.run("pfor-tui /proc/self/mem -- echo")
      #expect(run.status == 255)
      #expect(run.errors.contains("/proc/self/mem"), "\(run.errors)")
    }
  #endif

  @Test func noItemsAreARunThatSucceeds() throws {
    let run = try sandbox.run(": > empty; pfor-tui empty -- echo {}; pfor-tui - -- echo {} < /dev/null")
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(run.errors.contains("0 items"))
  }

  @Test func aCommandThatDependsOnTheItemFailsTheItem() throws {
    let run = try sandbox.run("pfor-tui ids -- no-such-command-{}")
    #expect(run.status == 3)
    #expect(run.errors.contains("#2 2: command not found: no-such-command-2"), "\(run.errors)")
  }
}
