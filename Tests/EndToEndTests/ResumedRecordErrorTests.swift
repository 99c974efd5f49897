#if os(Linux)
  import Foundation
  import RunStore
  import TestSupport
  import Testing

  /// One system call for the run file fails while a run is resumed. The program tries again or prints a message, and
  /// every message is true. It also names files that remain beside a complete run.
  @Suite struct ResumedRecordErrorTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private static let calls = [
      "pwrite64", "pread64", "fdatasync", "ftruncate64", "fstat64", "fstat", "fcntl64", "open64", "open", "stat",
      "unlink",
    ]
    private static let all = (1...20).map { "\($0)\n" }.joined()

    /// The first session ends with or without a kill, which leaves side files.
    @Test(arguments: ["TERM", "KILL"], calls) func oneErrorWhileARunIsResumedIsHeard(signal: String, call: String)
      throws
    {
      guard try Injector.make(in: sandbox) else { return }
      try begin(endingWith: signal)
      for number in [1, 2, 3, 6, 14, 27, 41] {
        try sandbox.run("rm -rf r.run* out; cp -p first/* .")
        let run = try sandbox.run("\(Injector.failing(call, number)) pfor-tui resume ./r.run --no-tui")
        guard Injector.hasFailed(in: sandbox) else {
          #expect(number > 1 || call != "pwrite64", "nothing failed")
          break
        }
        try judge(run, "\(signal) \(call) \(number)")
      }
    }

    /// - Parameter signal: what ends the first session, while the eleventh item runs.
    private func begin(endingWith signal: String) throws {
      try sandbox.run(
        """
        mkfifo wait; seq 20 > items; mkdir first
        pfor-tui items -j2 -q --run r.run -o out --grace 50ms --shell \
          'test {} -ne 11 -o -e once || { touch once; kill -\(signal) $PPID; test \(signal) = KILL || cat wait; }; echo {}'
        mv r.run* out first
        """)
    }

    private func judge(_ run: Sandbox.Ending, _ place: String) throws {
      #expect(run.status == 0 || run.status == 255, "\(place): \(run.status) \(run.errors)")
      if run.status == 0 {
        try judgeWhole(run, place)
      } else {
        #expect(run.errors.contains("pfor-tui: "), "\(place)")
        let again = try sandbox.run("pfor-tui resume ./r.run --no-tui")
        // The error may have happened after the end of the run.
        if again.status != 0 { #expect(again.errors.contains("finished"), "\(place): \(again.errors)") }
        try judgeWhole(again, place)
      }
    }

    private func judgeWhole(_ run: Sandbox.Ending, _ place: String) throws {
      let record = try RunReader(path: "\(sandbox.path)/r.run").record()
      #expect(record.state == .finished && record.counts.succeeded == 20, "\(place): \(record)")
      #expect(sandbox.read("out") == Self.all, "\(place)")
      let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.path).filter { $0.hasPrefix("r.run") }
      for name in names where name != "r.run" { #expect(run.errors.contains(name), "\(place)") }
    }

    @Test func filesThatCannotBeRemovedAreReported() throws {
      guard try Injector.make(in: sandbox) else { return }
      let run = try sandbox.run(
        "seq 3 | \(Injector.failing("unlink", 0)) pfor-tui - -q --run r.run -o out -- echo; echo $?; ls -d r.run?*")
      #expect(run.lines.first == "0" && run.lines.contains("r.run-tail"), "\(run.lines)")
      for name in run.lines.dropFirst() {
        #expect(run.errors.contains("\(name): is left over and cannot be removed: Input/output error"), "\(run.errors)")
      }
    }

    @Test func aRunThatCannotBeginSaysWhatItLeaves() throws {
      guard try Injector.make(in: sandbox) else { return }
      try sandbox.write("q\n", to: "steps")
      let run = try sandbox.run(
        """
        export TMPDIR=/none
        seq 3 | \(Injector.failing("unlink", 0)) pfor-tui - --run r.run --script steps -- echo; echo $?; ls -d r.run*
        """)
      #expect(run.lines.first == "255" && run.lines.contains("r.run"), "\(run.lines)")
      for name in run.lines.dropFirst() { #expect(run.errors.contains("\(name): is left over"), "\(run.errors)") }
    }

    @Test(arguments: ["runs", "prune --keep 9"]) func tidyingSaysWhatItLeaves(command: String) throws {
      guard try Injector.make(in: sandbox) else { return }
      let folder = ".local/state/pfor-tui/runs"
      let run = try sandbox.run(
        "mkdir -p \(folder); touch \(folder)/gone.run-tail; \(Injector.failing("unlink", 0)) pfor-tui \(command); echo $?"
      )
      #expect(run.lines.last == "0")
      #expect(run.errors.contains("gone.run-tail: is left over and cannot be removed"), "\(run.errors)")
    }
  }
#endif
