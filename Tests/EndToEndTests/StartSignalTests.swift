import Foundation
import TestSupport
import Testing

/// Signals to the program's whole group, hundreds of them while commands are started: none reaches a command, and none
/// stops one in the moment for which the program waits for it.
@Suite struct StartSignalTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write((1...700).map { "\($0)\n" }.joined(), to: "ids")
  }

  /// Runs brief commands while a pair of signals is sent to the group again and again.
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

  /// A terminal's Ctrl-Z, and the shell's fg.
  @Test(arguments: ["TSTP", "STOP"]) func stopsHoldNothingUp(signal: String) throws {
    let ending = try run(signal, "CONT")
    #expect(ending.output == "0\n", "\(ending.errors)")
  }

  /// As `timeout` and a terminal's Ctrl-C do it. On a busy machine the run may be over before the signal is sent.
  @Test(arguments: ["TERM", "HUP"]) func whatAGroupSignalEndsHasNotFailed(signal: String) throws {
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
