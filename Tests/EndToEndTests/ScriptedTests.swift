import TestSupport
import Testing

/// The whole program, driven by a script. Its keys take the same path as a user's, and screens are saved as text.
///
/// Items 1 and 2 end at once, the second one with a failure. The others wait at a pipe that nobody opens. So the state
/// "2 done, 3 running" lasts, and no test races for it.
@Suite struct ScriptedTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.run("mkfifo never")
    try sandbox.write("id,name\n" + (1...40).map { "\($0),name-\($0)\n" }.joined(), to: "people.csv")
  }

  private static let command = """
    --shell 'echo out-{id}; case {id} in 1) ;; 2) echo oops >&2; exit 7;; *) read x < never;; esac; : {name}'
    """

  /// Plays steps when three items run and two are done, stops the run, and returns the last saved screen.
  private func play(
    _ steps: String, threads: Int = 3, size: (Int, Int) = (120, 36), leave: String = ":quit\n:choose s",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try sandbox.write(
      ":wait done 2\n:wait running = \(threads)\n\(steps)\n:save-screen screen\n\(leave)\n", to: "steps")
    let run = try sandbox.run(
      "pfor-tui people.csv -j \(threads) --script steps \(Self.command)",
      environment: ["COLUMNS": "\(size.0)", "LINES": "\(size.1)"], sourceLocation: sourceLocation)
    #expect(run.status == 130, "\(run.errors)", sourceLocation: sourceLocation)
    return sandbox.read("screen")
  }

  @Test(arguments: [
    ("+", 4), ("=", 4), ("++", 5), ("]", 8), ("t7<Enter>", 7), ("t12<BS><BS>6<Enter>", 6), (":set-threads 6", 6),
  ])
  func raisingTakesEffectAtOnce(keys: String, threads: Int) throws {
    let screen = try play("\(keys)\n:wait running = \(threads)")
    #expect(screen.contains("\(threads) threads") && screen.contains("\(threads) running"), "\(screen)")
  }

  @Test(arguments: [("-", 2), ("--", 1), ("[", 1), ("t1<Enter>", 1)])
  func loweringNeverKills(keys: String, threads: Int) throws {
    let screen = try play("\(keys)\n:wait threads = \(threads)")
    #expect(screen.contains("3→\(threads)") && screen.contains("3 running"), "\(screen)")
  }

  @Test func noThreadsDrain() throws {
    let screen = try play("t0<Enter>\n:wait threads = 0")
    #expect(screen.contains("3→0") && screen.contains("3 running"), "\(screen)")
  }

  @Test func messagesOfFailedItemsAreShown() throws {
    try sandbox.write(":wait finished\n4\n:save-screen screen\nq\n", to: "steps")
    let run = try sandbox.run(
      """
      printf '%s\n' sick stuck > ids
      pfor-tui ids --timeout 5s --script steps --shell 'echo {} is bad >&2; [ {} = sick ] && exit 7; read x < never'
      """, environment: ["COLUMNS": "100", "LINES": "24"])
    let screen = sandbox.read("screen")
    for text in ["#1 ✗ failed", "exit status 7: sick is bad", "#2 ◷ timeout", " stuck is bad"] {
      #expect(screen.contains(text), "\(text) in\n\(screen)")
    }
    for line in ["  #1 sick: exit status 7: sick is bad", "  #2 stuck: timed out: stuck is bad"] {
      #expect(run.errors.contains("\n\(line)\n"), "\(run.errors)")
    }
  }

  @Test func pausingAndResuming() throws {
    #expect(try play("p\n:wait paused").contains("paused"))
    #expect(try play("p\n:wait paused\np\n:wait running").contains("running"))
  }

  @Test(arguments: [
    ("ff", "#2 ✗ failed", "#1 ✓ ok"), ("fr", "#3 ▶ running", "#1 ✓ ok"), ("ftname-2<Enter>", "#2 ✗ failed", "#1 ✓ ok"),
  ])
  func filtersShowWhatTheySay(keys: String, shown: String, hidden: String) throws {
    let screen = try play("4\(keys)\n:wait search")
    #expect(screen.contains(shown) && !screen.contains(hidden), "\(screen)")
  }

  @Test func aSearchFindsOutputAndSaysWhenThereIsNone() throws {
    let found = try play("4g/OUT-2<Enter>\n:wait search\n<Enter>")
    #expect(found.contains("oops") && found.contains("out-2"), "\(found)")
    let none = try play("4/nowhere<Enter>\n:wait search")
    #expect(none.contains("nowhere"), "\(none)")
  }

  @Test func anEndedItemShowsAllThatIsKnown() throws {
    let screen = try play("4gj<Enter>")
    for text in ["#2", "exit status 7", "oops", "out-2", "name-2", "case 2 in"] {
      #expect(screen.contains(text), "\(text) in\n\(screen)")
    }
  }

  @Test func aRunningItemShowsItsFieldsAndCommand() throws {
    let screen = try play("4gjj<Enter>")
    for text in ["#3", "running", "name-3", "case 3 in"] { #expect(screen.contains(text), "\(text) in\n\(screen)") }
  }

  @Test(arguments: ["t", "k"]) func oneItemIsStoppedAndTheOthersRunOn(answer: String) throws {
    let screen = try play("2gK\n:save-screen dialog\n:choose \(answer)\n:wait done 3\n:wait running = 3")
    #expect(sandbox.read("dialog").contains("Stop item #"), "\(sandbox.read("dialog"))")
    #expect(screen.contains("3 running"), "\(screen)")
  }

  @Test func escapeLeavesAnItemAlone() throws {
    let screen = try play("2gK<Esc>")
    #expect(!screen.contains("Stop item") && screen.contains("3 running") && screen.contains("1 failed"), "\(screen)")
  }

  @Test func aFrozenDisplayStaysWhileTheRunContinues() throws {
    let screen = try play("Z+\n:wait running = 4")
    #expect(screen.contains("3 running") && screen.lowercased().contains("frozen"), "\(screen)")
  }

  @Test(arguments: [
    ("2", "Workers"), ("3", "Slow"), ("4", "Results"), ("5", "Latency"), ("1", "Workers"), ("?", "freeze"),
  ])
  func everyPageShows(key: String, title: String) throws {
    let screen = try play(key)
    #expect(screen.contains(title), "\(screen)")
  }

  @Test func theThemeChangesAndIsNamed() throws { #expect(try play("T").contains("theme: ")) }

  @Test func keepingToRunAndFinishing() throws {
    let kept = try play("q\n:choose k")
    #expect(kept.contains("3 running") && !kept.contains("Leave?"), "\(kept)")
    let finishing = try play("q\n:save-screen asked\n:choose f\n:wait draining")
    #expect(sandbox.read("asked").contains("Leave?"))
    #expect(finishing.contains("3 running"), "\(finishing)")
  }

  @Test(arguments: [(80, 24), (120, 36), (60, 15), (40, 10), (20, 5), (300, 100), (1, 1)])
  func everySizeIsFilledAndNotExceeded(width: Int, height: Int) throws {
    let rows = try play("1", size: (width, height)).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(rows.count == height)
    #expect(rows.allSatisfy { $0.count <= width })
  }

  @Test func fiveHundredWorkersScrollOnTwentyFourRows() throws {
    try sandbox.write("2\n:wait running = 500\nG\n:save-screen screen\nq\n:choose s\n", to: "steps")
    let run = try sandbox.run(
      "ulimit -n 4096; seq 600 | pfor-tui - -j 500 --script steps -- sh -c 'read x < never'")
    #expect(run.status == 130, "\(run.errors)")
    #expect(sandbox.read("screen").contains("500 ▶ run"), "\(sandbox.read("screen"))")
  }

  @Test func aScriptThatDoesNotLeaveFailsAndStopsTheRun() throws {
    try sandbox.write(":wait running = 2\n", to: "steps")
    let run = try sandbox.run("seq 9 | pfor-tui - -j2 --script steps -- sh -c 'read x < never'")
    #expect(run.status == 255)
    #expect(run.errors.contains("without leaving"), "\(run.errors)")
  }
}

/// The program's texts about itself.
@Suite struct AboutTests {
  @Test(arguments: [
    ("--help", "USAGE: pfor-tui ITEMS"), ("-h", "USAGE: pfor-tui ITEMS"), ("help", "USAGE: pfor-tui ITEMS"),
    ("--version", "0."), ("help resume", "pfor-tui resume [RUN]"), ("demo --help", "pfor-tui demo"),
    ("--generate-completion-script bash", "complete"),
  ]) func tellsAboutItself(arguments: String, beginning: String) throws {
    let run = try Sandbox().run("pfor-tui \(arguments)")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains(beginning), "\(run.output.prefix(400))")
  }
}
