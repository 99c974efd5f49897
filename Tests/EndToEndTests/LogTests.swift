import TestSupport
import Testing

/// Logs that the built program writes during a run.
@Suite struct LogTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test func aLogHasTheLinesOfTheRecord() throws {
    let run = try sandbox.run(
      """
      printf 'a b\\nc\\n\\td\\n\\351\\n' > ids
      pfor-tui ids -j3 -q --retries 1 --joblog job --events events -o out -- sh -c 'echo "$0"; test "$0" != c'; echo $?
      pfor-tui export --joblog | sort | diff - <(sort job) && pfor-tui export --events | sort | diff - <(sort events)
      head -n 1 job; wc -l < job; head -n 2 events | cut -d '"' -f 4; tail -n 1 events | cut -d '"' -f 4
      grep -c 'attempt ended' events
      """)
    let header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"
    #expect(run.lines == ["1", header, "5", "run began", "session began", "session ended", "1"], "\(run.errors)")
  }

  /// The items after the one that interrupts the run are slow, so that the run is not over when the signal arrives.
  @Test func aResumedRunAppends() throws {
    let run = try sandbox.run(
      """
      seq 30 > ids
      pfor-tui ids -j2 -q --joblog job --events events -o out -- sh -c '
        test $0 -le 9 -o -e go || sleep 1; test $0 -ne 9 || kill -INT $PPID'
      printf torn >> job; touch go
      pfor-tui resume --no-tui 2>errors; echo $?
      grep -c Seq job; grep -v -e Seq -e torn job | cut -f 1 | sort -n | diff - ids && echo each item once
      grep -x torn job; grep -c 'run began' events; grep -c 'session began' events
      pfor-tui ids -q --joblog job -o out -- true; wc -l < job
      """)
    #expect(run.lines == ["0", "1", "each item once", "torn", "1", "2", "31"], "\(sandbox.read("errors"))")
  }

  @Test(arguments: ["ids", "pipe"]) func aFileThatCannotBeALogIsRefused(name: String) throws {
    let run = try sandbox.run(
      """
      echo a > ids; mkfifo pipe
      pfor-tui ids -q --joblog \(name) -o out -- touch side; echo $?; cat ids; ls side; pfor-tui runs
      pfor-tui ids -q --events \(name) -o out -- touch side; echo $?
      """)
    #expect(run.lines == ["255", "a", "255"])
    #expect(run.errors.contains("pfor-tui: \(name): "), "\(run.errors)")
  }

  #if os(Linux)
    /// A limit on file sizes replaces a full disk. The log reaches it, but the results do not.
    @Test func aFullDiskEndsTheLogWithAWholeLineAndNotTheRun() throws {
      let run = try sandbox.run(
        """
        seq 1000 > ids
        (ulimit -f 8; pfor-tui ids --no-run -j2 --no-tui -o out --joblog job --events events -- echo 2>errors; echo $?)
        cmp out ids && echo same; tail -c 1 job | od -An -c; awk -F '\t' 'NF != 9' job | wc -l
        tail -n 1 events | grep -c '}$'
        """)
      #expect(run.lines.map { $0.filter { $0 != " " } } == ["255", "same", "\\n", "0", "1"])
      let errors = sandbox.read("errors")
      #expect(errors.contains("job: cannot be written") && errors.contains("the run continues"), "\(errors)")
      #expect(errors.contains("done: 1,000 ok"), "\(errors)")
    }

    @Test func theMissingPartOfALogCanBeExported() throws {
      let run = try sandbox.run(
        """
        seq 3 > ids; ln -s /dev/full job
        pfor-tui ids --run x.run -j1 --no-tui -o out --joblog job -- false 2>errors; echo $?
        pfor-tui ids --run y.run -j1 --no-tui -o out --joblog job -- true 2>errors; echo $?; rm job
        $(grep -o 'pfor-tui export.*' errors); grep -c true job; pfor-tui show y.run | grep -c finished
        """)
      #expect(run.lines == ["3", "255", "3", "1"], "\(sandbox.read("errors"))")
    }

    /// The last item ends when the other log has a line. That line is written after the first log has failed.
    @Test func theDashboardReportsThatALogEnds() throws {
      try sandbox.write(":wait finished\n:save-screen screen\nq\n", to: "steps")
      let run = try sandbox.run(
        """
        seq 2 > ids
        pfor-tui ids -j1 --script steps --joblog /dev/full --events events -o out -- \
          sh -c 'test $0 = 1 || until grep -q attempt events; do sleep 0.01; done'; echo $?
        """,
        environment: ["COLUMNS": "120", "LINES": "24"])
      #expect(run.lines.last == "255", "\(run.errors)")
      #expect(sandbox.read("screen").contains("/dev/full: cannot be written"), "\(sandbox.read("screen"))")
    }
  #endif
}
