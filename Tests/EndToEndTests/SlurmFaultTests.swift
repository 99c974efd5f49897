import Foundation
import TestSupport
import Testing

/// The built program on a Slurm cluster of which something breaks. Each node has its own network and processes.
///
/// Each fault strikes node 2 in mid-run. `PFOR_FAULTS` is how often; `.ci/run faults` does it five times.
@Suite(.enabled(if: SlurmCluster.canCutCables, "nodes can be cut off by root only")) struct SlurmFaultTests {
  private static let rounds = ProcessInfo.processInfo.environment["PFOR_FAULTS"].flatMap(Int.init) ?? 1

  /// Waits until an item was given away again.
  private static let secondCopy = """
    for ((i = 0; i < 600; i++)); do
      grep start side | cut -d ' ' -f 1 | sort | uniq -d | grep -q . && break; sleep 0.05
    done
    """

  /// What happens to node 2, as lines of bash.
  static let faults = [
    "unplug 2; sleep 1.5; plug 2",
    "unplug 2; \(secondCopy); plug 2",
    "unplug 2",
    "power_off 2",
    "kill -9 $(processes 2 -f 'slurmstepd: ' | tail -1)",
    "kill -9 $(processes 2 -x pfor-agent | head -1)",
    "at_head scontrol update NodeName=n2 State=DOWN Reason=test",
  ]

  /// Runs items of some tenths of a second, and breaks something in mid-run.
  private func expectNothingLost(_ items: Int, tenths: Int, in place: String, breaking fault: String) throws {
    for _ in 1...Self.rounds {
      let sandbox = try Sandbox()
      let ending = try sandbox.runOnSlurm(
        """
        seq \(items) > ids
        at_head \(place) pfor-tui ids -j6 -q --no-tui --run file.run -o out --on slurm -- bash work \(tenths) {} &
        until grep -q ' n2 start' side && [ "$(grep -c start side)" -ge 8 ]; do sleep 0.02; done
        \(fault)
        wait $!; echo $?; cmp ids out >&2 && echo same
        """, nodes: .namespaces)
      #expect(ending.lines == ["0", "same"], "\(ending.errors)")
      try SideFile(of: sandbox).expectNoTwoAtOnce(items: items)
      try RunTables("\(sandbox.path)/file.run").expectEachDoneOnce(items)
    }
  }

  @Test(arguments: faults) func nothingIsLost(fault: String) throws {
    try expectNothingLost(36, tenths: 5, in: SlurmTests.places[0], breaking: fault)
  }

  @Test(arguments: ["unplug 2", "power_off 2"]) func nothingIsLostIfWorkersAreJobs(fault: String) throws {
    try expectNothingLost(36, tenths: 5, in: "", breaking: fault)
  }

  /// The copies on the node that was cut off would still run when their items are given away.
  @Test func noTwoCopiesOfALongItemRunAtOnce() throws {
    try expectNothingLost(9, tenths: 90, in: SlurmTests.places[0], breaking: "unplug 2")
  }
}
