import TestSupport
import Testing

/// The built program on a Slurm cluster whose nodes are processes of this machine.
@Suite(.enabled(if: SlurmCluster.isExpected)) struct SlurmTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// How the program is started: in an allocation, where each worker is a step, or outside, where it is a job.
  static let places = ["salloc --quiet --no-kill -N3 --ntasks-per-node=2", ""]
  private static let allocation = places[0]

  /// The first items wait until all nodes have one, and then item 1 takes longer than the others.
  @Test(arguments: places) func itemsRunOnAllNodesAndResultsAreInOrder(place: String) throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 40 > ids; touch nodes
      at_head \(place) pfor-tui ids -j6 -q --no-tui -o out --joblog log --on slurm -- sh -c '
        echo $SLURMD_NODENAME >> nodes
        until grep -q n1 nodes && grep -q n2 nodes && grep -q n3 nodes; do sleep 0.05; done
        test $0 != 1 || sleep 0.5; echo $0'
      echo $?; cmp ids out && tail -n +2 log | cut -f 2 | sort -u
      """)
    #expect(run.lines == ["0", "n1", "n2", "n3"], "\(run.errors)")
  }

  @Test func endingsAreToldApart() throws {
    let run = try sandbox.runOnSlurm(
      """
      printf '%s\\n' 0 3 137 kill > ids
      at_head \(Self.allocation) pfor-tui ids -j2 -q --no-tui -o out --joblog log --on slurm -- sh -c '
        test $0 != kill || kill -9 $$; exit $0'
      echo $?; tail -n +2 log | sort -n | cut -f 1,7,8
      """)
    #expect(run.lines == ["3", "1\t0\t0", "2\t3\t0", "3\t137\t0", "4\t0\t9"], "\(run.errors)")
  }

  @Test func largeOutputsOfAnyBytesArrive() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 4 > ids; for i in 1 2 3 4; do { head -c 250000 /dev/urandom; head -c 250000 /dev/zero; } > in$i; done
      at_head \(Self.allocation) pfor-tui ids -j3 -q --no-tui -o out --on slurm -- sh -c 'cat in$0 >&2; cat in$0'
      echo $?; cat in1 in2 in3 in4 | cmp - out && wc -c < out
      """)
    #expect(run.lines == ["0", "2000000"], "\(run.errors)")
  }

  @Test func aFailedItemIsTriedAgain() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 4 > ids
      at_head \(Self.allocation) pfor-tui ids -j3 -q --no-tui -o out --retries 2 --on slurm -- sh -c '
        echo $0 $PFOR_ATTEMPT >> attempts; test $PFOR_ATTEMPT = 3 && echo $0'
      echo $?; cmp ids out; sort attempts
      """)
    let attempts = (1...4).flatMap { item in (1...3).map { "\(item) \($0)" } }
    #expect(run.lines == ["0"] + attempts, "\(run.errors)")
  }

  /// Item 1 waits for its child for ever. Item 2 waits until the child is gone, and all run in one step.
  private static let stuck = """
    sh -c 'echo $SLURM_STEP_ID >> steps
      case $0 in
        1) tail -f $PWD/never & wait;;
        2) while pgrep -f "^tail -f $PWD/never"; do sleep 0.05; done > pids;;
      esac
      echo $0'
    """

  @Test func aTimeoutKillsTheChildrenAndTheWorkerSurvives() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 3 > ids; touch never
      at_head \(Self.allocation) pfor-tui ids -j1 -q --no-tui -o out --timeout 8s --grace 100ms --on slurm -- \(Self.stuck)
      echo $?; cat out; sort -u steps | wc -l
      """)
    #expect(run.lines == ["1", "2", "3", "1"], "\(run.errors)")
  }

  @Test func anItemStoppedByHandIsKilledWithItsChildrenAndTheWorkerSurvives() throws {
    try sandbox.write(":wait running = 1\n2gK\n:choose k\n:wait finished\nq\n", to: "keys")
    let run = try sandbox.runOnSlurm(
      """
      seq 3 > ids; touch never
      at_head \(Self.allocation) pfor-tui ids -j1 -o out --script keys --on slurm -- \(Self.stuck)
      echo $?; cat out; sort -u steps | wc -l
      """)
    #expect(run.lines == ["1", "2", "3", "1"], "\(run.errors)")
  }

  /// The first four items wait until there are to be two threads.
  @Test(arguments: places) func threadsComeAndGo(place: String) throws {
    try sandbox.write(
      ":wait running = 2\n++\n:wait running = 4\n--\n:wait threads = 2\n:save-screen lowered\n:wait finished\nq\n",
      to: "keys")
    let run = try sandbox.runOnSlurm(
      """
      seq 12 > ids
      at_head \(place) pfor-tui ids -j2 -o out --script keys --on slurm -- sh -c '
        test $0 -le 4 || echo $SLURM_JOB_ID.$SLURM_STEP_ID >> late
        until [ -e lowered ]; do sleep 0.05; done; echo $0'
      echo $?; cmp ids out; sort -u late | wc -l
      """)
    #expect(run.lines.first == "0" && run.lines.count == 2, "\(run.output)\(run.errors)")
    // One of the two may be idle all the time.
    #expect(["1", "2"].contains(run.lines.last), "\(run.output)")
  }

  /// The items wait until it is said. The six workers and the one that got no slot are seven steps, of which six began.
  @Test func allSlotsBusyIsSaid() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 9 > ids
      at_head \(Self.allocation) bash -c '
        pfor-tui ids -j7 --no-tui -o out --on slurm -- sh -c "
          until grep -q \\"no free slot\\" errors; do sleep 0.05; done; echo \\$0" 2> errors
        echo $?; srun -N1 -n1 --mem=0 printenv SLURM_STEP_ID'
      cmp ids out
      """)
    #expect(run.lines == ["0", "6"], "\(run.errors)\(sandbox.read("errors"))")
  }

  /// When the program is killed, no item outlives it for long.
  @Test(arguments: places) func aKilledRunLeavesNoItemAndIsResumed(place: String) throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 30 > ids
      at_head \(place) bash -c 'echo $$ > program; exec pfor-tui ids -j6 -q --no-tui --run file.run -o out --on slurm -- \
        bash "$PWD/work" 4 {}' &
      until [ "$(grep -c done side)" -ge 8 ]; do sleep 0.02; done
      kill -9 $(cat program); wait $!
      while pgrep -f "^bash $PWD/work" > pids; do sleep 0.05; done
      at_head \(place) pfor-tui resume ./file.run -q --no-tui; echo $?; cmp ids out && echo same
      """)
    #expect(run.lines == ["0", "same"], "\(run.errors)")
    try RunTables("\(sandbox.path)/file.run").expectEachDoneOnce(30)
    #expect(try SideFile(of: sandbox).copies.count == 30)
  }

  /// The agents cannot know whether a program that is stopped will continue. They end their items after the lease.
  @Test func aProgramThatWasStoppedLosesNothing() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 18 > ids
      at_head \(Self.allocation) bash -c 'echo $$ > program; exec pfor-tui ids -j6 -q --no-tui -o out --on slurm -- \
        bash "$PWD/work" 100 {}' &
      until [ "$(grep -c start side)" -ge 6 ]; do sleep 0.02; done
      kill -STOP $(cat program); sed -i 's/< $1/< 4/' work
      while pgrep -f "^bash $PWD/work" > pids; do sleep 0.05; done
      kill -CONT $(cat program); wait $!; echo $?; cmp ids out && echo same
      """)
    #expect(run.lines == ["0", "same"], "\(run.errors)")
    try SideFile(of: sandbox).expectNoTwoAtOnce(items: 18)
  }

  /// As at a time limit, Slurm sends a signal to the agent and to the item's command. The item has not failed by itself.
  @Test func jobsThatAreCancelledLoseNothing() throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 48 > ids
      at_head pfor-tui ids -j6 -q --no-tui -o out --on slurm -- bash "$PWD/work" 5 {} &
      for count in 8 12 16 20 24; do
        until [ "$(grep -c start side)" -ge $count ]; do sleep 0.02; done
        at_head scancel $(at_head squeue -h -t R -o %i | tail -1)
      done
      wait $!; echo $?; cmp ids out && echo same
      """)
    #expect(run.lines == ["0", "same"], "\(run.errors)")
    try SideFile(of: sandbox).expectNoTwoAtOnce(items: 48)
  }

  @Test(arguments: places) func theControllerIsRestartedInMidRun(place: String) throws {
    let run = try sandbox.runOnSlurm(
      """
      seq 30 > ids
      at_head \(place) pfor-tui ids -j6 -q --no-tui -o out --on slurm -- bash "$PWD/work" 4 {} &
      until [ "$(grep -c done side)" -ge 8 ]; do sleep 0.02; done
      restart_controller
      wait $!; echo $?; cmp ids out && echo same
      """)
    #expect(run.lines == ["0", "same"], "\(run.errors)")
    try SideFile(of: sandbox).expectNoTwoAtOnce(items: 30)
  }

  /// The step of an item is cancelled while a process that left its group keeps its output open. `srun` then exits with
  /// 0. A program that believes it reports half a result as a success. With an agent, the item runs again.
  @Test func theExitStatusOfTheLauncherProvesNothing() throws {
    let run = try sandbox.runOnSlurm(
      """
      echo 1 > ids
      await() { until [ -e $1 ]; do read -t 0.05 <> <(:); done; }; export -f await
      item='(setsid bash -c "echo \\$SLURM_JOB_ID.\\$SLURM_STEP_ID > step; await over" &); await go; echo $0'
      cancel() { until [ -s step ]; do sleep 0.05; done; at_head scancel $(cat step); rm step; }
      at_head \(Self.allocation) pfor-tui ids -j1 -q --no-tui -o trusting -- \
        srun --quiet --exact -N1 -n1 -c1 --mem=0 bash -c "$item" &
      cancel; wait $!; echo $?; wc -c < trusting; touch over
      at_head \(Self.allocation) pfor-tui ids -j1 -q --no-tui -o out --on slurm -- bash -c "$item" &
      cancel; touch go; wait $!; echo $?; cat out
      """)
    #expect(run.lines == ["0", "0", "0", "1"], "\(run.errors)")
  }
}
