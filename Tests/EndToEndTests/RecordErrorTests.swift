import Foundation
import RunStore
import TestSupport
import Testing

/// If something goes wrong with the record, the results or the items during a run, a message says so, with status 255.
@Suite struct RecordErrorTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test func aRemovedRunFileIsReported() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q --run r.run -o out --shell 'rm -f r.run; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("r.run: was removed or replaced during the run"), "\(run.errors)")
    #expect(!run.errors.contains("to continue"), "\(run.errors)")
    #expect(sandbox.read("out") == "1\n2\n3\n")
  }

  @Test func removedResultsAreReported() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q -o out --shell 'rm -f out; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("out: cannot be written: the file was removed"), "\(run.errors)")
  }

  @Test func aRemovedLogIsReported() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q --joblog log --shell 'rm -f log; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("log: is missing: the file was removed"), "\(run.errors)")
  }

  @Test func aRunThatCannotBeginLeavesNoRecord() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -q --run r.run --events nowhere/log -- echo; ls -A")
    #expect(run.lines.filter { $0.contains("run") } == [], "\(run.output)")
    let late = try sandbox.run("seq 3 | pfor-tui - -q --run r.run -o r.run -- echo; ls -A")
    #expect(late.errors.contains("r.run"), "\(late.errors)")
  }

  #if os(Linux)
    /// One system call for the run file fails. Whichever it is, every message is true, and the run can continue.
    @Test(arguments: ["pwrite64", "fdatasync", "ftruncate64", "pread64"])
    func oneErrorInOneCallForTheRunFileIsHeard(call: String) throws {
      guard try Injector.make(in: sandbox) else { return }
      for number in [1, 2, 3, 5, 8, 13, 19, 23, 27, 31, 35, 38, 40, 42] {
        let place = "\(call) \(number)"
        let run = try sandbox.run(
          """
          rm -rf r.run* out; seq 20 > items
          \(Injector.failing(call, number)) pfor-tui items -j2 -q --run r.run -o out -- /bin/echo; echo $?
          """)
        guard Injector.hasFailed(in: sandbox) else {
          #expect(number > 1, "nothing failed")
          break
        }
        let status = run.lines.first
        #expect(status == "0" || status == "255", "\(place): \(run.lines) \(run.errors)")
        if status == "0" {
          let record = try RunReader(path: "\(sandbox.path)/r.run").record()
          #expect(record.state == .finished && record.counts.succeeded == 20, "\(place)")
        } else {
          #expect(run.errors.contains("pfor-tui: "), "\(place)")
          let again = try sandbox.run("test ! -e r.run || pfor-tui resume ./r.run -q")
          #expect(again.status == 0, "\(place): \(again.errors)")
        }
        if status == "0" || FileManager.default.fileExists(atPath: "\(sandbox.path)/r.run") {
          #expect(sandbox.read("out") == (1...20).map { "\($0)\n" }.joined(), "\(place)")
        }
      }
    }

    /// The side file that a kill has left cannot be read. The items in it must not run again.
    @Test(arguments: 1...3) func anUnreadableTailIsReported(number: Int) throws {
      guard try Injector.make(in: sandbox) else { return }
      let killed = try sandbox.run(
        """
        seq 30 > items
        pfor-tui items -j1 -q --run r.run -o out \
          --shell 'echo {} >> ran; [ {} != 9 ] || [ -e r.run-seen ] || { : > r.run-seen; kill -KILL $PPID; }; echo {}'
        test -e r.run-tail && echo left
        """)
      #expect(killed.output.hasSuffix("left\n"), "\(killed.errors)")
      let run = try sandbox.run(
        "\(Injector.failing("pread", number)) pfor-tui resume ./r.run -q")
      let sentence = "r.run-tail holds the last attempts of the run and cannot be read"
      #expect(run.status == 255 && run.errors.contains(sentence), "\(run.errors)")
      let again = try sandbox.run("pfor-tui resume ./r.run -q; sort -n ran | uniq -d")
      #expect(again.output == "9\n", "\(again.errors)")
      #expect(sandbox.read("out") == (1...30).map { "\($0)\n" }.joined())
    }
  #endif
}
