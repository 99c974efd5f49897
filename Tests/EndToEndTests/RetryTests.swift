import Attempts
import ParallelFor
import RunStore
import TestSupport
import Testing

/// Items that failed and are retried from the dashboard of the built program, with a script.
///
/// Items fail the first time, and a folder records that. The last item waits at a pipe until the second attempt at
/// another item writes to the pipe. So the run lasts as long as it must, and no longer.
@Suite struct RetryTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A job in which the items `failing` fail the first time, and `waiting` waits for the second attempt at `opening`.
  private static func job(failing: String, waiting: Int, opening: Int) -> String {
    """
    sh -c 'case $0 in \(failing)) mkdir t$0 2>/dev/null && { echo bad $0; echo why $0 >&2; exit 3; };; esac
    test $0 != \(waiting) || read x < go; echo good $0; test $0 != \(opening) || echo > go'
    """
  }

  private func run(
    _ items: Int, _ steps: String, _ options: String, _ job: String, then: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Sandbox.Ending {
    try sandbox.write(steps, to: "steps")
    return try sandbox.run(
      "mkfifo go; seq \(items) > ids; pfor-tui ids --script steps \(options) -- \(job) \(then)",
      sourceLocation: sourceLocation)
  }

  private func good(_ items: Int) -> String { (1...items).map { "good \($0)\n" }.joined() }

  @Test func allFailedItemsSucceedAndTheFileIsThatOfAnUndisturbedRun() throws {
    let run = try run(
      9, ":wait delivered 8\n4ff\n:wait search\na\n:wait search\n:save-screen marked\nR\n:wait finished\nq\n",
      "-j3 --run file.run -o out 2>errors", Self.job(failing: "3|7", waiting: 9, opening: 7))
    #expect(run.status == 0, "\(run.errors)")
    #expect(sandbox.read("out") == good(9))
    let marked = sandbox.read("marked")
    #expect(marked.contains("●#3 ✗ failed") || marked.contains("● #3 ✗ failed"), "\(marked)")
    #expect(marked.contains("2 marked") && marked.contains("why 7"), "\(marked)")
    #expect(!sandbox.read("errors").contains("stand behind"))
    let reader = try RunReader(path: "\(sandbox.path)/file.run")
    let record = try reader.record()
    #expect(record.state == .finished && record.counts.succeeded == 9 && record.counts.failed == 0)
    let item = try #require(try reader.item(number: 3))
    #expect(item.attempts == 2 && item.attempt?.outcome == .succeeded)
    #expect(try reader.earlierAttempts(of: item).map(\.attempt.process.exitStatus) == [3])
  }

  @Test func aPipeKeepsWhatItGotAndGetsTheNewResultToo() throws {
    let run = try run(
      5, ":wait delivered 4\n4gj\n:retry\n:wait finished\nq\n", "-j3 --tag --no-run",
      Self.job(failing: "2", waiting: 5, opening: 2), then: "| cat")
    #expect(run.lines.prefix(4) == ["1\tgood 1", "2\tbad 2", "3\tgood 3", "4\tgood 4"])
    #expect(run.lines.dropFirst(4).sorted() == ["2\tgood 2", "5\tgood 5"])
    #expect(run.errors.contains("come after results that had already been written"), "\(run.errors)")
  }

  @Test func aResultThatWaitsIsReplaced() throws {
    let run = try run(
      4, ":wait done 3\n4gjj<Enter>\n:save-screen page\nR\n:wait finished\nq\n",
      "-j3 --no-run", Self.job(failing: "3", waiting: 1, opening: 3), then: "| cat")
    #expect(run.output == good(4))
    #expect(!run.errors.contains("stand behind"), "\(run.errors)")
    #expect(sandbox.read("page").contains("bad 3"), "\(sandbox.read("page"))")
  }

  @Test func aStoppedItemIsRetried() throws {
    try sandbox.write(
      ":wait done 1\n4gK\n:choose t\n:wait done 2\n:save-screen stopped\nR\n:wait finished\nq\n", to: "steps")
    let run = try sandbox.run(
      """
      mkfifo begun never go; seq 3 > ids
      pfor-tui ids -j2 --script steps --run file.run -o out -- sh -c 'case $0 in
      1) mkdir t1 2>/dev/null && { echo > begun; read x < never; };; 2) read x < begun;; 3) read x < go;; esac
      echo good $0; test $0 != 1 || echo > go'
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(sandbox.read("stopped").contains("#1 ⊘ stopped"), "\(sandbox.read("stopped"))")
    #expect(sandbox.read("out") == good(3))
  }

  @Test func aRetryOfAnItemThatHasNotFailedIsRefused() throws {
    let steps =
      ":wait delivered 2\n:wait running = 1\n4g\nR\n:save-screen first\nG\nR\n:save-screen last\ngj\nR\n:wait finished\nq\n"
    let run = try run(
      3, steps,
      "-j2 --no-run -o out", Self.job(failing: "2", waiting: 3, opening: 2))
    #expect(run.status == 0, "\(run.errors)")
    #expect(sandbox.read("first").contains("item #1 has not failed"), "\(sandbox.read("first"))")
    #expect(sandbox.read("last").contains("item #3 is running"), "\(sandbox.read("last"))")
  }

  @Test func anEndedRunNamesTheCommandThatContinuesIt() throws {
    let run = try run(
      2, ":wait finished\n4gj\nR\n:save-screen over\nq\n",
      "-j1 --run file.run -o out", Self.job(failing: "2", waiting: 0, opening: 0),
      then: "; echo $?; pfor-tui resume --failed file.run --no-tui 2>/dev/null; echo $?")
    #expect(run.lines == ["1", "0"], "\(run.errors)")
    #expect(sandbox.read("over").contains("pfor-tui resume --failed"), "\(sandbox.read("over"))")
    #expect(sandbox.read("out") == good(2))
  }

  /// The second attempt at item 5 kills the program. By then, item 3 has been retried, and the first result of item 5
  /// has been published.
  @Test func aKillLosesNoRetriedItem() throws {
    try sandbox.write(":wait delivered 8\n4gjj\nR\n:wait failed = 1\njj\nR\n:wait finished\n", to: "steps")
    let job = #"""
      sh -c 'case $0 in 3|5) mkdir t$0 2>/dev/null && { echo bad $0; exit 3; };; esac
      if test ! -e killed; then
        test $0 != 9 || read x < go
        test $0 != 5 || {
          until test $(wc -l < out) -ge 8; do :; done
          touch killed; kill -9 $PPID; echo > go; exit 9
        }
      fi
      echo good $0; echo $0 >> side'
      """#
    let run = try sandbox.run(
      """
      mkfifo go; seq 9 > ids
      pfor-tui ids -j3 --script steps --run file.run -o out -- \(job) 2>/dev/null; echo $?
      """)
    #expect(run.lines == ["137"])
    let reader = try RunReader(path: "\(sandbox.path)/file.run")
    let killed = try #require(try reader.item(number: 5))
    #expect(killed.attempts == 1 && killed.attempt?.process.exitStatus == 3)
    reader.close()
    let resumed = try sandbox.run(
      "pfor-tui resume file.run --no-tui 2>/dev/null; cat out; pfor-tui resume --failed file.run --no-tui; echo $?")
    #expect(resumed.lines.count == 10 && resumed.lines[4] == "bad 5" && resumed.lines.last == "0", "\(resumed.errors)")
    #expect(sandbox.read("out") == good(9))
  }

  /// Between the sessions, the items file gets a new first line, so that every item has another number in the run file.
  @Test func aFailureOfAnEarlierSessionIsRetriedInItsPlace() throws {
    try sandbox.write(":wait delivered 3\n4gjj\nR\n:wait finished\nq\n", to: "steps")
    let job = Self.job(failing: "2", waiting: 3, opening: 2)
    let run = try sandbox.run(
      """
      mkfifo go; seq 3 > ids
      pfor-tui ids -j1 -q --halt soon,done=2 --run file.run -o out -- \(job); echo $?
      printf '0\\n1\\n2\\n3\\n' > ids
      pfor-tui ids --resume -j2 --script steps --run file.run -o out -- \(job); echo $?
      """)
    #expect(run.lines == ["1", "0"], "\(run.errors)")
    #expect(sandbox.read("out") == "good 0\n" + good(3))
    let reader = try RunReader(path: "\(sandbox.path)/file.run")
    let item = try #require(try reader.item(number: 3))
    #expect(item.text == Array("2".utf8) && item.attempts == 2 && item.attempt?.outcome == .succeeded)
    #expect(try reader.record().counts.succeeded == 4)
    var items = 0
    try reader.forEachItem { _ in items += 1 }
    #expect(items == 4)
  }
}
