import TestSupport
import Testing

/// Runs that end early in any way and are resumed by the built program.
@Suite struct ResumeTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Each item records that it ran, then writes its number. Every 7th fails.
  private let job = #"sh -c 'echo $0 >> side; echo $0; test $(($0 % 7)) -ne 0'"#
  /// The same command, slow enough for a run to outlast several signals.
  private let slowJob = #"sh -c 'sleep 0.1; echo $0 >> side; echo $0; test $(($0 % 7)) -ne 0'"#

  /// In each round, two signals are sent at random moments after the start of the run, and also to the resumed runs.
  @Test(arguments: [("KILL", 137, 10), ("TERM", 143, 4), ("HUP", 129, 4)])
  func aRunThatEndsAtAnyMomentIsResumedWhereItStopped(signal: String, status: Int, rounds: Int) throws {
    try sandbox.write((1...300).map { "\($0)\n" }.joined(), to: "ids")
    try sandbox.run("pfor-tui ids --no-run -j8 -q -o whole -- \(job); rm side")
    let run = try sandbox.run(
      """
      RANDOM=7
      strike() {
        "$@" &
        program=$!
        read -t 0.$(printf %03d $((RANDOM % 400))) <> <(:)
        kill -\(signal) $program 2>/dev/null; wait $program 2>/dev/null
        test $? -ne \(status) || echo >> strikes
      }
      begin="pfor-tui ids --run file.run --resume -j8 -q -o out --"
      for round in $(seq \(rounds)); do strike $begin \(slowJob); strike pfor-tui resume ./file.run -q; done
      $begin \(slowJob) 2>errors; echo $?
      cmp out whole && sort -n side | uniq | wc -l
      """)
    #expect(run.lines == ["42", "300"], "\(run.errors)\(sandbox.read("errors"))")
    try RunTables("\(sandbox.path)/file.run").expectEachDoneOnce(300, unsuccessful: 42)
    // On a busy machine, the run may be over before all signals are sent.
    let strikes = sandbox.read("strikes").count
    #expect(strikes >= 3)
    // Only items that were in flight at a kill ran again. After other signals, running items end first.
    let extra = sandbox.read("side").split(separator: "\n").count - 300
    #expect((0...(signal == "KILL" ? strikes * 8 : 0)).contains(extra))
  }

  /// The items after the one that sends the signal are slow, so that the run is not over when the signal arrives.
  @Test(arguments: ["TERM", "HUP", "INT"]) func aRunThatWasAskedToEndIsResumed(signal: String) throws {
    let run = try sandbox.run(
      """
      seq 50 > ids
      pfor-tui ids -j2 -q -o out -- sh -c '
        test $0 -le 20 -o -e go || sleep 1; echo $0; echo $0 >> side; test $0 -ne 20 || kill -\(signal) $PPID'
      touch go
      pfor-tui resume --no-tui 2>errors; echo $?; seq 50 | cmp - out && sort -n side | uniq -d | wc -l
      """)
    #expect(run.lines == ["0", "0"], "\(sandbox.read("errors"))")
    #expect(sandbox.read("errors").contains("done before"))
  }

  /// Item 2 has failed in two sessions. Item 1 was done in the first one.
  @Test func anItemShowsTheAttemptsOfEarlierSessions() throws {
    try sandbox.write(
      ":wait delivered 2\n:wait finished\n4gj<Enter>\n:save-screen failed\n<Esc>k<Enter>\n:save-screen done\nq\n",
      to: "steps")
    let run = try sandbox.run(
      """
      seq 2 > ids; go() { COLUMNS=120 LINES=36 pfor-tui "$@"; }
      go ids --run file.run -o out -- sh -c 'echo >> side$0; exit $(($0 == 1 ? 0 : $(wc -l < side$0)))'
      go resume --failed file.run --no-tui
      go resume --failed file.run --script steps; echo $?
      """)
    #expect(run.lines == ["1"], "\(run.errors)")
    let (failed, done) = (sandbox.read("failed"), sandbox.read("done"))
    for text in ["attempt 3", "1  ✗ failed: exit status 1, ", "2  ✗ failed: exit status 2, ", "exit status 3"] {
      #expect(failed.contains(text), "\(text) in\n\(failed)")
    }
    #expect(done.contains("✓") && !done.contains("attempt"), "\(done)")
  }

  @Test func anItemIsKnownByItsTextAndItsOccurrence() throws {
    let run = try sandbox.run(
      """
      printf 'a\\nb\\na\\nc\\n' > ids
      pfor-tui ids -j1 -q --halt soon,done=3 -o out -- sh -c 'echo $0; echo $0 >> side'
      printf 'new\\nc\\na\\nb\\na\\na\\n' > ids
      pfor-tui ids --resume -j1 -q -o out -- sh -c 'echo $0; echo $0 >> side'
      cat out; echo; cat side
      """)
    #expect(run.output == "new\nc\na\nb\na\na\n\na\nb\na\nnew\nc\na\n")
  }

  @Test func failedItemsRunAgainWhenAsked() throws {
    let run = try sandbox.run(
      """
      seq 4 > ids
      pfor-tui ids -j1 -q -o out -- sh -c 'echo $0 >> side; test $0 != 3 -o -e mended && echo $0'; echo $?
      touch mended
      pfor-tui resume --failed --no-tui 2>errors; echo $?; cat out side
      """)
    #expect(run.lines == ["1", "0", "1", "2", "3", "4", "1", "2", "3", "4", "3"])
    #expect(sandbox.read("errors").contains("resumed: 3 done before, 1 run again, 0 run for the first time"))
  }

  @Test func theJoblogSaysWhatWasDoneToEachItem() throws {
    let run = try sandbox.run(
      """
      printf 'a b\nc\n' > ids; pfor-tui ids -j1 -q -o out --shell 'echo {}'
      pfor-tui export --joblog | cut -f 1,6,7,8,9
      """)
    #expect(run.lines == ["Seq\tReceive\tExitval\tSignal\tCommand", "1\t4\t0\t0\techo 'a b'", "2\t2\t0\t0\techo c"])
  }

  @Test func twoProgramsDoNotShareARunFile() throws {
    let run = try sandbox.run(
      """
      mkfifo begun end
      echo a | pfor-tui - --run file.run -q -- sh -c 'echo > begun; cat end' &
      cat begun; echo a > ids
      pfor-tui ids --run file.run --resume -q -- true; echo $?
      pfor-tui resume ./file.run -q; echo $?
      echo > end; wait $!; echo $?
      """)
    #expect(run.lines == ["255", "255", "0"])
    #expect(run.errors.split(separator: "\n").count { $0.contains("another pfor-tui is recording into this run") } == 2)
  }

  @Test func aRunFileThatIsThereIsNotOverwritten() throws {
    let run = try sandbox.run(
      """
      echo precious > file.run
      echo a | pfor-tui - --run file.run -q -- true; echo $?
      echo a | pfor-tui - --run file.run --resume -q -- true; echo $?; cat file.run
      echo a > ids; pfor-tui ids --run new.run -q -o out -- true
      pfor-tui ids --run new.run --resume -q -o ./new.run -- true; echo $?; pfor-tui show ./new.run | grep -c finished
      """)
    #expect(run.lines == ["255", "255", "precious", "255", "1"])
    #expect(run.errors.contains("results would overwrite the record of the run"), "\(run.errors)")
  }

  /// The second session reads three new items, which fail, and then waits for more in vain. It reads none of the items
  /// of the first session.
  @Test func aSessionThatEndsEarlySummarizesItselfAndTheWholeRun() throws {
    let run = try sandbox.run(
      """
      mkfifo more; exec 3<>more
      seq 7 | pfor-tui - -j1 -q --run r.run -o out --halt soon,fail=3 --grace 50ms \
        --shell 'test {} != 6 || { kill -TERM $PPID; read line < more; }; test {} -lt 4'; echo $?
      pfor-tui resume ./r.run --no-tui < <(printf 'x\\ny\\nz\\n'; read line <&3) 2> errors; echo $?; echo >&3
      """)
    #expect(run.lines == ["143", "5"], "\(run.errors)")
    let lines = sandbox.read("errors").split(separator: "\n")
    #expect(lines.contains { $0.hasSuffix(": 0 ok, 3 failed in this session") }, "\(lines)")
    #expect(lines.contains("all sessions: 3 ok, 5 failed"), "\(lines)")
    #expect(!lines.contains { $0.contains("never ran") || $0.contains("done before") }, "\(lines)")
  }

  @Test func anItemsFileRewrittenBetweenSessionsIsReported() throws {
    let run = try sandbox.run(
      """
      seq 10 19 > ids; mkfifo wait
      pfor-tui ids -j1 -q -o out --grace 50ms \
        --shell 'test {} -ne 14 || { kill -TERM $PPID; read line < wait; }; echo {}'; echo $?
      seq 20 28 > ids; echo 10 >> ids; pfor-tui resume --no-tui 2> errors; echo $?; cmp ids out && echo same
      """)
    #expect(run.lines == ["143", "0", "same"], "\(run.errors)")
    #expect(sandbox.read("errors").contains("no longer in ids: 4 recorded items"), "\(sandbox.read("errors"))")
  }

  /// Changes to the items file after all items were read, and their messages. The run keeps the items that it read. The
  /// threads that read the file have ended by then.
  @Test(arguments: [
    ("seq 20 29 > ids", "was changed after its items were read"), ("echo 20 >> ids", "has grown since its items"),
    ("seq 20 29 > new; mv new ids", "was replaced after it was opened"), ("touch ids", nil),
  ])
  func laterChangesToTheItemsFileAreReported(change: String, told: String?) throws {
    let run = try sandbox.run(
      """
      reading() { grep -qxE 'pfor-(items|count)' /proc/$1/task/*/comm; }; export -f reading; seq 10 19 > ids
      pfor-tui ids -j2 --no-tui -o out -- bash -c '
        test $0 -ne 12 || { while reading $PPID; do sleep 0.01; done; \(change); }; echo $0'
      cat out
      """)
    #expect(run.lines == (10...19).map { "\($0)" })
    #expect(run.errors.contains("pfor-tui: ids: ") == (told != nil), "\(run.errors)")
    if let told { #expect(run.errors.contains("pfor-tui: ids: \(told)"), "\(run.errors)") }
  }
}
