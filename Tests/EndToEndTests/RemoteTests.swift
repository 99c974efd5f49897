import TestSupport
import Testing

/// Commands on agents, which any launcher starts; `SlurmTests` has the same on a cluster.
@Suite struct RemoteTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Each item writes to a file that it has begun and that it has ended, and then waits for a gate if there is one.
  private static let item = """
    echo "$PFOR_SEQ $PFOR_ATTEMPT begun $$" >> side
    while [ -e gate-$PFOR_SEQ ]; do sleep 0.1; done
    echo "$PFOR_SEQ $PFOR_ATTEMPT ended" >> side; echo "out $1"
    """

  @Test func resultsAreThoseOfLocalCommands() throws {
    let run = try sandbox.run(
      """
      seq 40 > ids; mkdir inner; cd inner
      cmd='echo "$1 $PFOR_SEQ $PARALLEL_SEQ $PFOR_ATTEMPT"; pwd; printf "a\\\\0b"; echo err-$1 >&2; [ $1 != 7 ] || exit 3'
      pfor-tui ../ids --no-run --no-tui -q -j3 -- sh -c "$cmd" sh {} > local 2> local-errors; echo $?
      pfor-tui ../ids --no-run --no-tui -q -j3 --on exec:env -- sh -c "$cmd" sh {} > remote 2> remote-errors; echo $?
      cmp local remote && cmp <(sort local-errors) <(sort remote-errors) && wc -l < local
      """)
    #expect(run.output == "1\n1\n80\n", "\(run.errors)")
  }

  @Test func largeOutputsArriveWhole() throws {
    let run = try sandbox.run(
      """
      seq 3 > ids
      pfor-tui ids --no-run --no-tui -q -j3 --on exec:env -- \\
        sh -c 'head -c 3000000 /dev/urandom | tee file-$1' sh {} > all; echo $?
      cat file-1 file-2 file-3 | cmp - all && echo same
      """)
    #expect(run.output == "0\nsame\n", "\(run.errors)")
  }

  /// The agent of a running item is killed. The item runs again after the lease, once, and counts as one attempt of its
  /// own.
  @Test func anItemOfALostAgentRunsAgain() throws {
    try sandbox.write(Self.item, to: "item")
    let run = try sandbox.run(
      """
      seq 6 > ids; touch side gate-2
      PFOR_LEASE=1 pfor-tui ids --run record --no-tui -q -j2 --on exec:env -- sh item {} > out & program=$!
      until grep -q '^2 1 begun' side; do sleep 0.05; done
      item=$(sed -n 's/^2 1 begun //p' side); kill -9 $(ps -o ppid= -p $item) $item
      rm gate-2; wait $program; echo $?
      cat out; grep -c '^2 . begun' side; grep -c '^2 2 ended' side; grep -c 'ended' side
      pfor-tui export --json record | grep -c '"node":'
      pfor-tui export --joblog record | cut -f2 | sort -u | sed "s/$(uname -n)/here/"
      """)
    let results = (1...6).map { "out \($0)\n" }.joined()
    #expect(run.output == "0\n\(results)2\n1\n6\n6\nHost\nhere\n", "\(run.errors)")
  }

  /// An agent that hears nothing for a lease kills its command, so that the program can give the item to another one.
  @Test func anAgentThatIsCutOffKillsItsCommand() throws {
    try sandbox.write(Self.item, to: "item")
    let run = try sandbox.run(
      """
      echo 1 > ids; touch side gate-1
      PFOR_LEASE=1 pfor-tui ids --no-run --no-tui -q -j1 --on exec:env -- sh item {} > out & program=$!
      until grep -q '^1 1 begun' side; do sleep 0.05; done
      item=$(sed -n 's/^1 1 begun //p' side); agent=$(ps -o ppid= -p $item)
      kill -STOP $agent
      until grep -q '^1 2 begun' side; do sleep 0.05; done
      kill -CONT $agent; while kill -0 $item 2>/dev/null; do sleep 0.05; done
      rm gate-1; wait $program; echo $?; cat out; grep -c ended side
      """)
    #expect(run.output == "0\nout 1\n1\n", "\(run.errors)")
  }

  /// However the program ends, no command of an agent survives it, and the run can be resumed.
  @Test(arguments: ["HUP", "TERM", "KILL"]) func nothingSurvivesTheProgram(signal: String) throws {
    try sandbox.write(Self.item, to: "item")
    let run = try sandbox.run(
      """
      seq 4 > ids; touch side gate-2 gate-3
      pfor-tui ids --run record --no-tui -q -j2 --grace 1s --on exec:env -- sh item {} > out & program=$!
      until grep -q '^2 1 begun' side && grep -q '^3 1 begun' side; do sleep 0.05; done
      kill -\(signal) $program; wait $program
      for item in $(sed -n 's/^[23] 1 begun //p' side); do while kill -0 $item 2>/dev/null; do sleep 0.05; done; done
      rm gate-2 gate-3; pfor-tui resume record --no-tui -q; echo $?
      """)
    #expect(run.output == "out 1\nout 2\nout 3\nout 4\n0\n", "\(run.errors)")
  }

  @Test func aTimeLimitEndsACommandAndItsChildren() throws {
    let run = try sandbox.run(
      """
      seq 2 > ids
      pfor-tui ids --no-run --no-tui -j1 --timeout 1s --on exec:env -- \\
        sh -c '[ $1 = 2 ] && echo ok && exit; sleep 1000 & echo $! > child; wait' sh {}; echo $?
      while kill -0 $(cat child) 2>/dev/null; do sleep 0.05; done
      """)
    #expect(run.output == "ok\n1\n", "\(run.errors)")
    #expect(run.errors.contains("timed out"))
  }

  @Test(arguments: [
    ("--on pbs -- echo", "pfor-tui: unknown engine “pbs”: give slurm, slurm:'OPTIONS of srun', or exec:'COMMAND'\n"),
    ("--on exec:env --db x --sql ?", "pfor-tui: --on runs commands on other machines: leave it out for queries\n"),
  ]) func wrongEngines(options: String, message: String) throws {
    let run = try sandbox.run("echo 1 > ids; pfor-tui ids --no-run --no-tui \(options); echo $?")
    #expect(run.output == "255\n" && run.errors == message)
  }

  /// A launcher that cannot be started is reported, and the run can be ended.
  @Test func aLauncherThatFails() throws {
    let run = try sandbox.run(
      """
      echo 1 > ids; mkfifo errors
      pfor-tui ids --no-run --no-tui --on exec:/nosuch/launcher -- echo {} 2> errors & program=$!
      grep -m1 -q 'cannot start /nosuch/launcher: No such file or directory' < errors; echo $?
      kill -TERM $program; wait $program
      """)
    #expect(run.output == "0\n", "\(run.errors)")
  }
}
