import Foundation
import TestSupport
import Testing

/// The order in which items start, in the built program, after a first run in the order of the input.
@Suite struct StartOrderTests {
  private func started(_ order: String, failing: String = "none") throws -> (started: String, out: String) {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      """
      printf '%s\\n' 1 5 3 > ids
      go() { pfor-tui ids -j1 -q -o out "$@" -- sh -c 'echo $0 >> started; sleep 0.$0; echo $0; test $0 != \(failing)' {}; }
      go; rm started; go --order \(order); tr '\\n' ' ' < started
      """)
    #expect(run.errors.isEmpty, "\(run.errors)")
    return (run.lines.last ?? "", sandbox.read("out"))
  }

  @Test func theLongestStartFirstAndResultsKeepTheirOrder() throws {
    let run = try started("longest")
    #expect(run.started == "5 3 1 ")
    #expect(run.out == "1\n5\n3\n")
  }

  @Test func whatFailedStartsFirst() throws {
    let run = try started("failed-first", failing: "3")
    #expect(run.started == "3 1 5 ")
    #expect(run.out == "1\n5\n3\n")
  }

  @Test func withoutAnEarlierRunTheProgramSaysSo() throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      "seq 3 | pfor-tui - --order longest -- true {}; echo $?; pfor-tui - --order longest --no-run -- true")
    #expect(run.lines == ["0"])
    #expect(run.errors.contains("no earlier run knows these items"))
    #expect(run.errors.contains("--order longest needs the record of an earlier run: leave out --no-run"))
  }
}
