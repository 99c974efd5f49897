import TestSupport
import Testing

/// The time left by an earlier run, in the built program.
@Suite struct PastTimeTests {
  /// In the second run every item waits at a pipe, so that nothing but the first run can tell how long it will take.
  @Test func theTimeLeftComesFromAnEarlierRun() throws {
    let sandbox = try Sandbox()
    try sandbox.write(":wait known 10\n:save-screen screen\n:quit\n:choose s\n", to: "steps")
    let run = try sandbox.run(
      """
      seq 10 > ids
      go() { pfor-tui ids -j2 -o out "$@" -- sh -c 'test ! -p gate || read x < gate; sleep 0.02'; }
      go -q && mkfifo gate && tac ids > other && mv other ids && go --script steps; echo $?
      """, environment: ["COLUMNS": "120", "LINES": "24"])
    #expect(run.lines.last == "130", "\(run.errors)")
    // How long depends on how busy the machine was in the first run.
    #expect(sandbox.read("screen").contains(/[1-9]\d* (s|min) left \(past\)/), "\(sandbox.read("screen"))")
  }
}
