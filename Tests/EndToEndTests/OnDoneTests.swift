import TestSupport
import Testing

/// The line of shell that runs when the run is over.
@Suite struct OnDoneTests {
  @Test func theLineGetsTheResultOnce() throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      #"seq 3 > ids; pfor-tui ids --no-tui --on-done 'echo "$1" >> told' --shell '[ {} != 2 ]'"#)
    #expect(run.status == 1, "\(run.errors)")
    #expect(sandbox.read("told") == "2 ok, 1 failed\n")
  }

  @Test func aLineThatFailsIsToldAndChangesNothing() throws {
    let run = try Sandbox().run("echo 1 | pfor-tui - --no-tui --on-done 'exit 7' -- echo")
    #expect(run.status == 0 && run.output == "1\n")
    #expect(run.errors.contains("pfor-tui: the line of --on-done: exit status 7"), "\(run.errors)")
  }

  @Test func aLineThatDoesNotEndIsKilled() throws {
    let run = try Sandbox().run("echo 1 | pfor-tui - --no-tui --grace 10ms --on-done 'sleep 1000' -- echo")
    #expect(run.status == 0)
    #expect(run.errors.contains("has not ended and is killed"), "\(run.errors)")
  }
}
