import TestSupport
import Testing

/// The built program's estimate of the time left from an earlier run.
@Suite struct PastTimeTests {
  /// In the second run, every item waits at a pipe. So only the first run shows how long it will take.
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
    // The time depends on the load of the machine during the first run.
    #expect(sandbox.read("screen").contains(/[1-9]\d* (s|min) left \(past\)/), "\(sandbox.read("screen"))")
  }
}
