import Attempts
import Foundation
import ParallelFor
import RunStore
import TestSupport
import Testing

/// The commands about recorded runs, on run files made by the store.
@Suite struct HistoryTests {
  private let sandbox: Sandbox
  private let history: RunHistory

  init() throws {
    sandbox = try Sandbox()
    history = RunHistory(folder: "\(sandbox.path)/.local/state/pfor-tui/runs")
    try history.makeFolder()
  }

  private static let start: Int64 = 1_700_000_000_000_000_000

  /// Records a run of three items: one succeeded, one failed, and one with a hostile text timed out.
  private func add(_ id: String, _ state: RunRecord.State = .finished, created: Int64 = start) throws {
    let run = RunRecord(
      id: id, created: created, title: "echo {}", kind: "command", command: ["echo", "{}"], source: "items.txt",
      directory: sandbox.path)
    let recorder = try RunRecorder(RunFile.create(at: history.path(of: id), run, durability: .programEnd))
    let outcomes: [(String, Outcome)] = [
      ("a", .succeeded), ("b c", .failed(Failure("exit status 7"))), ("\u{1b}[2J", .timedOut),
    ]
    for (index, (text, outcome)) in outcomes.enumerated() {
      let attempt = EndedAttempt(
        worker: 1, start: created + Int64(index) * 1_000_000, latency: 2_000_000, outcome: outcome,
        process: ProcessEnding(exitStatus: index == 1 ? 7 : nil))
      recorder.record(
        RecordedItem(number: index + 1, text: .text(text)), attempt, output: .text("out \(index)\n"))
    }
    recorder.recordTotal(3)
    try #require(recorder.finish(state, exitCode: 2, at: created + 5_000_000) == nil)
  }

  /// SQLite would take such names for a URI, or for a database in memory.
  @Test(arguments: ["file:run?mode=memory", "file:run", ":memory:"]) func aRunFileMayHaveAnyName(name: String) throws {
    let folder = try Sandbox()
    let run = try folder.run(
      "echo a | pfor-tui - -q --run '\(name)' -- echo && pfor-tui export './\(name)' --joblog | wc -l; ls")
    #expect(run.lines == ["a", "2", name], "\(run.errors)")
  }

  @Test func runsAreListed() throws {
    let none = try sandbox.run("pfor-tui runs")
    #expect(none.status == 0)
    #expect(none.output == "")
    try add("20231114-a")
    try add("20231115-b", .interrupted)
    try Data("nothing".utf8).write(to: URL(fileURLWithPath: history.path(of: "20231116-c")))
    let run = try sandbox.run("pfor-tui runs")
    #expect(run.status == 0)
    let began = "2023-11-14 22:13 +0000 4.0 ms 3/3 2"
    #expect(
      run.lines.map { $0.split(separator: " ").prefix(9).joined(separator: " ") } == [
        "RUN STATE BEGAN TOOK DONE FAILED SIZE COMMAND",
        "20231116-c unreadable 7 bytes \(history.path(of: "20231116-c")): is not a run",
        "20231115-b unfinished \(began)", "20231114-a finished \(began)",
      ])
    #expect(run.lines[1].contains("is not a run file"))
  }

  @Test func aRunIsSummedUp() throws {
    try add("20231114-a")
    let run = try sandbox.run("pfor-tui show 2023")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(
      run.lines == [
        "run       20231114-a, finished", "command   echo {}", "items     items.txt, in \(sandbox.path)",
        "began     2023-11-14 22:13:20 +0000", "took      4.0 ms",
        "result    1 ok, 1 failed, 1 timed out of 3; exit status 2",
        "latency   p50 2.0 ms  p90 –  p95 –  p99 –  max 2.0 ms",
        "file      \(history.path(of: "20231114-a"))", "not successful:", "  #2 b c: exit status 7",
        "  #3 \u{1b}[2J: timed out",
      ])
    let all = try sandbox.run("pfor-tui show --failed")
    #expect(all.lines == run.lines)
    let json = try sandbox.run("pfor-tui show --json")
    let object = try JSONSerialization.jsonObject(with: Data(json.outputBytes)) as? [String: Any]
    #expect(object?["run"] as? String == "20231114-a")
    #expect(object?["failed"] as? Int == 1)
  }

  /// A session ends with its last event. The next one starts an hour later.
  @Test func timeBetweenSessionsIsNotCounted() throws {
    let run = RunRecord(
      id: "1", created: Self.start, title: "echo {}", kind: "command", command: ["echo", "{}"], source: "items.txt",
      directory: sandbox.path)
    for (session, begin) in [Self.start, Self.start + 3_600_000_000_000].enumerated() {
      let path = history.path(of: "1")
      let file = try session == 0 ? RunFile.create(at: path, run, durability: .programEnd) : RunFile.open(at: path)
      let recorder = try RunRecorder(file)
      recorder.record(RunChange(time: begin, kind: .sessionBegan, value: 1))
      let attempt = EndedAttempt(worker: 1, start: begin + 1_000_000, latency: 2_000_000, outcome: .succeeded)
      recorder.record(RecordedItem(number: session + 1, text: .text("a")), attempt)
      recorder.record(RunChange(time: begin + 3_000_000, kind: .sessionEnded, value: 0))
      try #require(recorder.finish(.finished, exitCode: 0, at: begin + 3_000_000) == nil)
    }
    #expect(try sandbox.run("pfor-tui show").lines.contains("took      6.0 ms, in 2 sessions"))
  }

  /// On Linux, a command's process starts with the memory of `pfor-tui`.
  @Test func aCommandsMemoryIsItsOwn() throws {
    try sandbox.run(
      """
      printf 'true\nhead -c 500000000 /dev/zero | tail -c 400000000 | wc -c\n' > ids
      pfor-tui ids -j1 -q --run file.run -- sh -c
      """)
    let reader = try RunReader(path: "\(sandbox.path)/file.run")
    defer { reader.close() }
    #if os(Linux)
      #expect(try reader.item(number: 1)?.attempt?.process.peakMemory == nil)
    #endif
    #expect(try #require(reader.item(number: 2)?.attempt?.process.peakMemory) >= 400_000_000)
  }

  @Test func aRunIsExported() throws {
    try add("20231114-a")
    let joblog = try sandbox.run("pfor-tui export --joblog")
    #expect(joblog.status == 0)
    #expect(
      joblog.lines.dropFirst() == [
        "1\t:\t1700000000.000\t     0.002\t0\t6\t0\t0\techo a",
        "2\t:\t1700000000.001\t     0.002\t0\t6\t7\t0\techo 'b c'",
        "3\t:\t1700000000.002\t     0.002\t0\t6\t-1\t0\t" + #"eval "$(printf 'echo \047\033[2J\047')""#,
      ])
    for form in ["csv", "json", "trace", "events"] {
      let run = try sandbox.run("pfor-tui export '\(history.path(of: "20231114-a"))' --\(form) -o out")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == "")
      #expect(sandbox.read("out").contains("b c"))
    }
    #expect(try sandbox.run("pfor-tui export").status == 255)
    #expect(try sandbox.run("pfor-tui export --csv -o /dev/full").status == 255)
  }

  /// Both items are read before the first one starts. With one thread, the second one waits at least as long as the
  /// first one takes.
  @Test func everyAttemptRecordsHowLongItWaited() throws {
    let run = try sandbox.run(
      """
      printf '1\n2\n' > ids
      pfor-tui ids -j1 -q --retries 1 -o out -- sh -c 'echo $0 >> side; test $0 = 1 || test $(grep -c 2 side) = 2'
      pfor-tui export --events | grep -c '"wait":[0-9.]*'
      pfor-tui export --csv | cut -d, -f 2,5,8,9 | tail -n 2
      """)
    let rows = run.lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(run.lines.first == "3")
    try #require(rows.map { $0.prefix(2) } == [["1", "1"], ["2", "2"]], "\(run.output)")
    #expect(try #require(Double(rows[0][2])) >= 0)
    let first = try sandbox.run(
      #"pfor-tui export --events | grep 'attempt ended' | sed 's/.*"wait":\([0-9.]*\).*/\1/'"#)
    #expect(try #require(Double(first.lines[0])) >= #require(Double(rows[0][3])))
  }

  @Test func oldRunsAreRemoved() throws {
    for name in ["1", "2", "3"] { try add(name) }
    try add("4", .interrupted)
    let recorder = try RunRecorder(RunFile.open(at: history.path(of: "2")))
    #expect(try sandbox.run("pfor-tui prune").status == 255)
    let dry = try sandbox.run("pfor-tui prune --older-than 1d --dry-run")
    #expect(dry.lines.map { $0.prefix(14) } == ["would remove 3", "would remove 1"])
    let run = try sandbox.run("pfor-tui prune --older-than 1d")
    #expect(run.lines.map { $0.prefix(9) } == ["removed 3", "removed 1"])
    #expect(recorder.finish(.finished, exitCode: 0, at: 1) == nil)
    #expect(try sandbox.run("pfor-tui prune --keep 1").lines.map { $0.prefix(9) } == ["removed 2"])
    #expect(try sandbox.run("pfor-tui prune --keep 0 --unfinished").lines.map { $0.prefix(9) } == ["removed 4"])
    #expect(history.runs().isEmpty)
  }

  @Test func missingRunsAreReported() throws {
    for command in ["show", "show 2023", "show ./none.run", "export --csv none", "show /etc/passwd"] {
      let run = try sandbox.run("pfor-tui \(command)")
      #expect(run.status == 255)
      #expect(run.output == "")
      #expect(run.errors.hasPrefix("pfor-tui: "), "\(run.errors)")
    }
    try sandbox.write("x\n", to: "runs")
    #expect(try sandbox.run("pfor-tui ./runs -q -- echo").output == "x\n")
  }

  /// A run file may contain untrusted text, and a terminal must not act on it.
  @Test func aTerminalGetsNothingHostile() throws {
    try add("20231114-a")
    for command in ["show", "export --csv", "export --joblog", "runs"] {
      let run = try sandbox.run("script -qec 'pfor-tui \(command)' /dev/null")
      #expect(run.status == 0)
      #expect(!run.output.contains("\u{1b}[2J"), "\(command): \(run.output.debugDescription)")
    }
  }
}
