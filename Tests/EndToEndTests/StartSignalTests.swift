import Foundation
import TestSupport
import Testing

/// Hundreds of signals go to the program's whole group while commands start. None reaches a command, and none stops a
/// command while the program waits for its start.
@Suite struct StartSignalTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write((1...700).map { "\($0)\n" }.joined(), to: "ids")
  }

  /// Runs brief commands while a pair of signals is sent to the group repeatedly.
  private func run(_ first: String, _ second: String) throws -> Sandbox.Ending {
    try sandbox.run(
      """
      touch log; set -m
      pfor-tui ids -j8 --no-run --no-tui -q -o out --joblog log -- /bin/echo & program=$!
      set +m
      until [ $(wc -l < log) -ge 3 ]; do :; done
      while kill -\(first) -- -$program && kill -\(second) -- -$program; do sleep 0.01; done 2>/dev/null
      wait $program; echo $?
      awk -F'\\t' 'NR > 1 && ($7 != 0 || $8 != 0)' log | head -3
      cmp ids out
      """)
  }

  @Test func signalsThatEndProgramsEndNoCommand() throws {
    let ending = try run("USR1", "USR2")
    #expect(ending.output == "0\n", "\(ending.errors)")
  }

  /// Ctrl-Z in a terminal, then fg in the shell.
  @Test(arguments: ["TSTP", "STOP"]) func stopsDelayNothing(signal: String) throws {
    let ending = try run(signal, "CONT")
    #expect(ending.output == "0\n", "\(ending.errors)")
  }

  /// As `timeout` and Ctrl-C in a terminal do. On a busy machine, the run may be over before the signal is sent.
  @Test(arguments: ["TERM", "HUP"]) func itemsThatAGroupSignalEndsHaveNotFailed(signal: String) throws {
    let ending = try sandbox.run(
      """
      for round in 1 2 3; do
        rm -rf .local log; touch log; set -m
        pfor-tui ids -j8 --no-tui -q -o out --joblog log -- /bin/echo & program=$!
        set +m
        until [ $(wc -l < log) -ge 3 ]; do :; done
        kill -\(signal) -- -$program
        wait $program
        awk -F'\\t' 'NR > 1 && $8 != 0 && $7 != -1' log | head -1
        pfor-tui show --json | grep -q '"finished":true' || pfor-tui resume --no-tui -q || echo $?
        cmp ids out
      done 2>/dev/null
      """)
    #expect(ending.output == "", "\(ending.errors)")
  }
}
