import TestSupport
import Testing

/// Where results go and in which order; none is lost.
@Suite struct ResultTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// The first item ends only after the last one has ended.
  private let lastFirst = """
    mkfifo gate; seq 20 | pfor-tui - -j2 -q OPTIONS --shell \
    'case {} in 1) read x < gate;; 20) echo > gate;; esac; echo {}'
    """

  @Test func resultsComeInTheOrderOfTheItems() throws {
    let run = try sandbox.run(lastFirst.replacing("OPTIONS", with: ""))
    #expect(run.lines == (1...20).map(String.init))
  }

  @Test func resultsGoToAFile() throws {
    let run = try sandbox.run("seq 100 | pfor-tui - -o out -q -- echo; seq 100 | cmp - out && echo same")
    #expect(run.output == "same\n", "\(run.errors)")
  }

  @Test func theFirstItemStartsBeforeTheLastLineHasCome() throws {
    let run = try sandbox.run(
      """
      mkfifo gate
      { echo first; cat gate; } | pfor-tui - -q -j2 --shell 'echo {}; test {} = second || echo second > gate'
      """)
    #expect(run.output == "first\nsecond\n")
  }

  @Test(arguments: [false, true])
  func aMebibyteOnEachStreamInEitherOrder(errorsFirst: Bool) throws {
    let mebibyte = "head -c 1048576 /dev/zero"
    let line = errorsFirst ? ": {}; \(mebibyte) >&2; \(mebibyte)" : ": {}; \(mebibyte); \(mebibyte) >&2"
    let run = try sandbox.run("seq 4 | pfor-tui - -q -j2 --shell '\(line)' 2> errors | wc -c; wc -c < errors")
    #expect(run.lines == ["4194304", "4194304"])
  }

  @Test(arguments: ["2>&-", "2>/dev/full", "2> >(true)", "<&- >&- 2>&-"])
  func messagesWithoutAReaderAreLostAndNothingElse(streams: String) throws {
    let run = try sandbox.run(
      "printf '%s\\n' a b > ids; pfor-tui ids -o out --no-tui -- sh -c 'echo $0' \(streams); echo $?")
    #expect(run.lines == ["0"], "\(run.errors)")
    #expect(sandbox.read("out") == "a\nb\n")
  }

  @Test func aClosedStandardOutputFailsTheRunAndNoOtherFileTakesItsPlace() throws {
    let run = try sandbox.run(
      "printf '%s\\n' a b > ids; pfor-tui ids --no-tui -- sh -c 'echo $0' >&-; echo $?; cat ids")
    #expect(run.lines == ["255", "a", "b"], "\(run.errors)")
  }

  @Test func fewDescriptorsLoseNothing() throws {
    let run = try sandbox.run(
      "ulimit -n 64; seq 300 | pfor-tui - -j 100 -q -- echo > out; echo $?; seq 300 | cmp - out && echo same")
    #expect(run.output == "0\nsame\n", "\(run.errors)")
  }

  /// A grandchild that keeps the pipe open neither delays its item nor outlives the run.
  @Test func grandchildrenDelayNothingAndDoNotSurvive() throws {
    let nap = "sleep \(Int.random(in: 1_000_000...9_999_999))"
    let run = try sandbox.run("seq 3 | pfor-tui - -q --shell '\(nap) & echo {}'")
    #expect(run.lines == ["1", "2", "3"])
    try sandbox.waitForProcesses(0, running: nap)
  }

  @Test(arguments: [
    ("people.csv", #"id,name\n1,"a, ""b""\nc"\n"#, ""), ("people.tsv", #"id\tname\n1\ta, "b" c\n"#, ""),
    ("people.jsonl", #"{"id": 1, "name": "a, \\"b\\" c"}\n"#, ""),
    ("people", #"id,name\r\n1,"a, ""b"" c"\r\n"#, "--format csv"),
  ])
  func fieldsHaveNames(file: String, text: String, options: String) throws {
    let run = try sandbox.run(
      "printf '%b' '\(text)' > \(file); pfor-tui \(file) \(options) -q -- printf '%s=%s' {name} {id} | tr '\\n' ' '")
    #expect(run.output == #"a, "b" c=1"#, "\(run.errors)")
  }

  @Test func placesAndNumbersAreKnownToTheItem() throws {
    let run = try sandbox.run(
      """
      printf '%s\\n' /a/b.tar.gz c.txt | pfor-tui - -q -j1 -- echo {} {.} {/} {//} {/.} {#} {%}
      echo x | pfor-tui - -q -j1 --shell 'echo {} $PFOR_SEQ $PFOR_SLOT $PARALLEL_SEQ $PARALLEL_JOBSLOT'
      """)
    #expect(run.lines == ["/a/b.tar.gz /a/b.tar b.tar.gz /a b.tar 1 1", "c.txt c c.txt . c 2 1", "x 1 1 1 1"])
  }

  @Test func rowsComeInThreeFormats() throws {
    let run = try sandbox.run(
      """
      : > db; for rows in tsv csv json; do
        printf 'a,b\\n' | pfor-tui - -q --db db --rows $rows --sql 'SELECT ? AS item, 1.5 AS n, NULL AS void'
      done
      """)
    #expect(run.output.contains("a,b\t1.5") && run.output.contains("\"a,b\",1.5"))
    #expect(run.output.contains(#""item":"a,b""#), "\(run.output)")
  }

  /// A run with large outputs leaves nothing in the temporary folder.
  @Test func temporaryFilesAreGone() throws {
    try sandbox.run("mkdir tmp; seq 20 | TMPDIR=$PWD/tmp pfor-tui - -q -- head -c 300000 /dev/zero > out")
    #expect(try sandbox.run("ls -A tmp").output == "")
  }

  #if os(Linux)
    /// Every item starts a process that leaves its group and ends at once. The item counts the processes that were not
    /// reaped.
    @Test func endedDaemonsAreReapedWhileTheProgramRuns() throws {
      let run = try sandbox.run(
        """
        seq 40 | pfor-tui - -j1 -q --shell ': {}; setsid -f true; ps -o stat= --ppid $PPID | grep -c Z'
        """)
      let counts = run.lines.compactMap { Int($0) }
      #expect(counts.count == 40)
      #expect(counts.suffix(10).allSatisfy { $0 < 20 }, "\(counts)")
    }
  #endif
}
