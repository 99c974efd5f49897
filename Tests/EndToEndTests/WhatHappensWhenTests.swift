import Foundation
import GRDB
import TestSupport
import Testing

/// The table "What happens when" of the page on recording and resuming, with the built program. Whatever went wrong,
/// the resumed run gives the results of an uninterrupted one, byte for byte, and records each item as done once.
@Suite struct WhatHappensWhenTests {
  private let sandbox: Sandbox
  private let runs = ".local/state/pfor-tui/runs"

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write((1...60).map { "\($0)\n" }.joined(), to: "ids")
  }

  private func tables(_ file: String = "file.run") throws -> RunTables { try RunTables("\(sandbox.path)/\(file)") }

  /// The tables of the one run in the folder of runs.
  private func onlyRun() throws -> RunTables {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.path)/\(runs)")
    try #require(names.count == 1, "\(names)")
    return try tables("\(runs)/\(names[0])")
  }

  // MARK: - Kills and power

  /// A power cut removes the end of the log beside the file. The last items wait until the program has been killed.
  @Test(arguments: [0, 25, 50, 75, 99]) func theLogIsTorn(percent: Int) throws {
    let wait = "until test $0 -le 40 -o -e killed -o ! -e ids; do sleep 0.05; done"
    let job = "sh -c '\(wait); echo line $0; echo $0 >> side'"
    let run = try sandbox.run(
      """
      pfor-tui ids --run file.run -j2 -q -o out -- \(job) & program=$!
      until [ $(cat side 2>/dev/null | wc -l) -ge 20 ]; do :; done
      kill -9 $program; wait $program 2>/dev/null; touch killed
      head -c $(($(wc -c < file.run-wal) * \(percent) / 100)) file.run-wal > torn; mv torn file.run-wal
      pfor-tui resume ./file.run -q; echo $?; cat out
      """)
    #expect(run.output == "0\n" + (1...60).map { "line \($0)\n" }.joined(), "\(run.errors)")
    try tables().expectEachDoneOnce(60)
  }

  // MARK: - The terminal

  /// Five items end. Three wait until a file appears, which also lets later attempts through at once.
  private static let waiting = "sh -c 'test $0 -le 5 -o -e go || read x < gate; echo line $0; echo $0 >> side'"

  private func open() throws -> TmuxSession {
    let session = try TmuxSession(in: sandbox)
    try sandbox.run("mkfifo gate; seq 12 > ids")
    try session.type("exec pfor-tui ids -j3 --grace 1s -o out -- \(Self.waiting)")
    try session.wait("five done, three running") { $0.contains("5 ok") && $0.contains("3 running") }
    return session
  }

  private func expectContinues() throws {
    let run = try sandbox.run("touch go; pfor-tui resume -q; echo $?; cat out; sort -n side | uniq -c | grep -vc ' 1 '")
    #expect(run.output == "0\n" + (1...12).map { "line \($0)\n" }.joined() + "0\n", "\(run.errors)")
    try onlyRun().expectEachDoneOnce(12)
  }

  private func waitForEnd(_ pid: String) throws {
    let end = try sandbox.run("timeout 200 tail --pid=\(pid) -f /dev/null; echo $?")
    #expect(end.output == "0\n")
  }

  @Test func theDashboardIsInterrupted() throws {
    let session = try open()
    let pid = try session.flag("pane_pid")
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("C-c")
    try waitForEnd(pid)
    try expectContinues()
  }

  @Test func theTerminalIsClosed() throws {
    let session = try open()
    let pid = try session.flag("pane_pid")
    try session.hangUp()
    try waitForEnd(pid)
    try expectContinues()
  }

  // MARK: - Full disks

  #if os(Linux)
    /// A limit on file sizes replaces a full disk. The run file reaches it, but the results do not.
    @Test func theDiskOfTheRunFileIsFull() throws {
      let run = try sandbox.run(
        """
        (ulimit -f 200; pfor-tui ids --run file.run -j2 --no-tui -o out \
          -- sh -c 'echo line $0; head -c 9000 /dev/zero >&2' 2>errors); echo $?
        pfor-tui resume ./file.run -q 2>/dev/null; echo $?; cat out
        """)
      #expect(run.output == "255\n0\n" + (1...60).map { "line \($0)\n" }.joined())
      let errors = sandbox.read("errors")
      #expect(errors.contains("pfor-tui: file.run: no room") && errors.contains("make room and resume"))
      #expect(errors.contains("to continue: pfor-tui resume file.run"))
      try tables().expectEachDoneOnce(60)
    }

    /// Each line of an item is a long name and a short word, so that the results reach the limit before the run file.
    @Test func theDiskOfTheResultsIsFull() throws {
      let name = String(repeating: "x", count: 2_000)
      try sandbox.write((1...60).map { "\(name)\($0)\n" }.joined(), to: "ids")
      let job = "--tag -j2 -o out --shell 'seq 20; #'"
      let run = try sandbox.run(
        """
        pfor-tui ids --no-run -q \(job); mv out whole
        (ulimit -f 400; pfor-tui ids --run file.run --no-tui \(job) 2>errors; echo $?; wc -c < out)
        cmp -n 409600 out whole; pfor-tui resume ./file.run -q; echo $?; cmp out whole
        """)
      #expect(run.output == "255\n409600\n0\n", "\(run.errors)")
      #expect(sandbox.read("errors").contains("pfor-tui: out: cannot be written: "))
      try tables().expectEachDoneOnce(60)
    }
  #endif

  @Test func theFolderOfRunsCannotBeWritten() throws {
    let run = try sandbox.run(
      """
      echo > blocked; export XDG_STATE_HOME=$PWD/blocked
      pfor-tui ids --no-tui -o out -- echo line; echo $?; cmp out <(sed 's/^/line /' ids)
      pfor-tui ids --run blocked/file.run -q -o none -- sh -c 'echo $0 >> side'; echo $?; cat side none
      """)
    #expect(run.output == "0\n255\n")
    #expect(run.errors.contains("this run is not recorded and cannot be resumed"), "\(run.errors)")
    #expect(run.errors.contains("pfor-tui: blocked/file.run: "), "\(run.errors)")
  }

  // MARK: - The items

  @Test(arguments: [
    ("shuffled", "awk 'NR % 2' old; awk 'NR % 2 == 0' old | sort -r", 60),
    ("lengthened", "echo new; cat old; seq 61 70", 71), ("shortened", "awk 'NR % 3' old", 40),
    ("doubled", "cat old old", 120),
  ])
  func theItemsFileHasChanged(how: String, change: String, count: Int) throws {
    let run = try sandbox.run(
      """
      job() { pfor-tui ids --run file.run --resume -j3 -q -o out "$@" -- sh -c 'echo line $0; echo $0 >> side'; }
      job --halt soon,done=30; mv side first; mv ids old
      (\(change)) > ids; job; echo $?; sed 's/^/line /' ids | cmp - out && echo same
      """)
    #expect(run.lines == ["0", "same"], "\(run.errors)")
    try tables().expectEachDoneOnce(count)
    // Completed items that are still in the file did not run again.
    var outstanding = words("ids")
    for item in words("first") {
      if let place = outstanding.firstIndex(of: item) { outstanding.remove(at: place) }
    }
    #expect(words("side").sorted() == outstanding.sorted())
  }

  private func words(_ name: String) -> [String] { sandbox.read(name).split(separator: "\n").map(String.init) }

  @Test func theItemsFileIsGone() throws {
    let run = try sandbox.run(
      """
      pfor-tui ids -j1 -q --halt soon,done=30 -o out -- echo line; mv ids kept; cp out before
      pfor-tui resume -q; echo $?; cmp out before; mv kept ids
      pfor-tui ids --resume -q -o out -- echo line; echo $?; cat out
      """)
    #expect(run.output == "255\n0\n" + (1...60).map { "line \($0)\n" }.joined())
    #expect(run.errors.contains("pfor-tui: ids: no such file"), "\(run.errors)")
    try onlyRun().expectEachDoneOnce(60)
  }

  @Test func theItemsCameFromAPipe() throws {
    let run = try sandbox.run(
      """
      (seq 5; until [ $(cat out 2>/dev/null | wc -l) -ge 5 ]; do :; done
       kill $(cat pid); while kill -0 $(cat pid) 2>/dev/null; do :; done) |
        (echo $BASHPID > pid; exec pfor-tui - -j1 -q -o out -- echo line)
      seq 60 | pfor-tui resume -q; echo $?; cat out
      """)
    #expect(run.output == "0\n" + (1...60).map { "line \($0)\n" }.joined(), "\(run.errors)")
    try onlyRun().expectEachDoneOnce(60)
  }

  // MARK: - The job

  @Test func theQueryIsAnotherOne() throws {
    let run = try sandbox.run(
      """
      : > db; job() { pfor-tui ids --run file.run --resume -q -o out --db db "$@"; }
      job --sql 'SELECT 1, ?' -j1 --halt soon,done=30; cp out before; done=$(wc -l < out)
      job --sql 'SELECT 2, ?'; echo $?; cmp out before
      job --sql 'SELECT 2, ?' --force; echo $?; cmp out <(sed "s/^/2\\t/; 1,$done s/^2/1/" ids) && echo same
      """)
    #expect(run.lines == ["255", "0", "same"], "\(run.errors)")
    #expect(run.errors.contains("then: --db db --sql 'SELECT 1, ?'"), "\(run.errors)")
    #expect(run.errors.contains("now:  --db db --sql 'SELECT 2, ?'"), "\(run.errors)")
    try tables().expectEachDoneOnce(60)
  }

  private static let query = "--db db --sql 'SELECT value FROM squares WHERE id = ?'"
  private static let squares = (1...60).map { "\($0 * $0)\n" }.joined()

  private func makeDatabase() throws {
    try DatabaseQueue(path: "\(sandbox.path)/db").write { database in
      try database.execute(sql: "CREATE TABLE squares(id INTEGER PRIMARY KEY, value INTEGER)")
      for id in 1...60 { try database.execute(sql: "INSERT INTO squares VALUES(?, ?)", arguments: [id, id * id]) }
    }
  }

  @Test func theDatabaseIsGoneWhenTheRunIsResumed() throws {
    try makeDatabase()
    let run = try sandbox.run(
      """
      pfor-tui ids -j1 -q --halt soon,done=30 -o out \(Self.query); mv db kept; cp out before
      pfor-tui resume -q; echo $?; cmp out before; mv kept db
      pfor-tui ids --resume -q -o out \(Self.query); echo $?; cat out
      """)
    #expect(run.output == "255\n0\n" + Self.squares, "\(run.errors)")
    #expect(run.errors.contains("pfor-tui: db: no such file"), "\(run.errors)")
    try onlyRun().expectEachDoneOnce(60)
  }

  /// An open file can be read although its name is gone. If the file is no longer a database, items fail. The program
  /// must have ended its read transaction by then, as the system's list of locks shows.
  @Test(arguments: [("rm db", 0), (": > db", 55)]) func theDatabaseGoesDuringTheRun(how: String, failures: Int) throws {
    try makeDatabase()
    let run = try sandbox.run(
      """
      mkfifo gate; cp db kept
      (seq 5; read x < gate; seq 6 60) | pfor-tui - -j1 --no-tui -o out \(Self.query) 2>errors &
      until [ $(cat out 2>/dev/null | wc -l) -ge 5 ]; do :; done
      while grep -q ":$(stat -c %i db) " /proc/locks; do :; done
      \(how); echo > gate; wait $!; echo $?; cp kept db
      seq 60 | pfor-tui resume --failed -q; echo $?; cat out
      """)
    #expect(run.output == "\(failures)\n0\n" + Self.squares, "\(run.errors)")
    if failures > 0 { #expect(sandbox.read("errors").contains("55 × no such table: squares (#6 … #60)")) }
    try onlyRun().expectEachDoneOnce(60)
  }

  // MARK: - The run file

  /// Commands on a damaged run file. Each line has the command, its status, the number of bytes on standard output, and
  /// the number of messages that name the file.
  private static let useDamaged = """
    use() {
      cp file.run kept
      for command in 'resume ./file.run -q' 'ids --run file.run --resume -q -o out -- echo' 'show ./file.run' \\
        'export ./file.run --json' 'replay ./file.run --speed max --script steps'; do
        pfor-tui $command > said 2> reason; echo ${command%% *} $? $(wc -c < said) $(grep -c 'file.run: ' reason)
        cmp file.run kept || echo "changed by $command"
      done
    }
    printf ':wait finished\\nq\\n' > steps
    pfor-tui ids --run whole.run -q -o out -- echo; cp out before; size=$(wc -c < whole.run)
    """

  @Test func theRunFileIsCutOff() throws {
    let run = try sandbox.run(
      """
      \(Self.useDamaged)
      for count in 0 1 50 100 1000 4096 5000 $((size / 2)) $((size - 4096)) $((size - 1)); do
        head -c $count whole.run > file.run; use
      done; cmp out before
      """)
    let words = ["resume", "ids", "show", "export", "replay"]
    #expect(run.lines == Array(repeating: words.map { "\($0) 255 0 1" }, count: 10).flatMap { $0 }, "\(run.errors)")
  }

  /// Such a run cannot be resumed. The readable part may still be shown.
  @Test func aPageOfTheRunFileIsOverwritten() throws {
    let run = try sandbox.run(
      """
      \(Self.useDamaged)
      for page in $(seq 0 $((size / 4096 - 1))); do
        (head -c $((page * 4096)) whole.run; head -c 4096 /dev/zero | tr '\\0' x
         tail -c +$(((page + 1) * 4096 + 1)) whole.run) > file.run; use
      done; cmp out before
      """)
    #expect(run.lines.count >= 5 * 5)
    for line in run.lines {
      let continues = line.hasPrefix("resume") || line.hasPrefix("ids")
      let isSaid = continues ? line.hasSuffix(" 255 0 1") : line.contains(/^[a-z]+ (0 \d+ 0|255 \d+ 1)$/)
      #expect(isSaid, "\(line)\n\(run.errors)")
    }
  }
}
