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

  @Test func theFirstFailureIsToldOnceWithItsReason() throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      #"seq 9 > ids; pfor-tui ids -j1 --no-tui --on-first-failure 'echo "$1" >> told' --shell '[ {} -lt 4 ]'"#)
    #expect(run.status == 6, "\(run.errors)")
    #expect(sandbox.read("told") == "#4 4: exit status 1\n")
    let fine = try sandbox.run("pfor-tui ids --no-tui --on-first-failure 'echo >> none' -- true {}; ls none")
    #expect(!fine.output.contains("none"))
  }

  /// An item's name is data for the line, whatever it holds.
  @Test func theNameOfAnItemIsNoCode() throws {
    let sandbox = try Sandbox()
    _ = try sandbox.run(
      #"echo '$(touch hacked)`touch hacked`' > ids; pfor-tui ids --no-tui --on-first-failure 'echo "$1" > told' -- false"#
    )
    #expect(sandbox.read("told").hasPrefix("#1 $(touch hacked)`touch hacked`: exit status 1"))
    #expect(try sandbox.run("ls").output.contains("hacked") == false)
  }
}
