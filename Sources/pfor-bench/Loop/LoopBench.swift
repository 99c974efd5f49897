import ArgumentParser
import Foundation

/// `pfor-bench loop`: the library's own loops.
struct LoopBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop", abstract: "The library's loops against those of rayon, oneTBB, OpenMP, Swift and Python.",
    discussion: """
      The peers' programs are built in a temporary folder from their sources, as far as g++, oneTBB, cargo with rayon, \
      swiftc and Python are there; which are missing is said. Takes about six minutes, most of it for the task group.
      """)

  @Option(help: ArgumentHelp("Where the peers' sources are.", valueName: "folder"))
  var peers = "../shared/peers"

  @Option(
    name: .customLong("row"),
    help: ArgumentHelp("Measure this row only; may be repeated.", valueName: "name"))
  var rows: [LoopRow] = []

  @Option(help: ArgumentHelp("How often each contender has its turn.", valueName: "n"))
  var rounds = 7

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let scratch = try ScratchFolder()
    let workshop = PeerWorkshop(folder: peers, scratch: scratch)
    let asked = rows.isEmpty ? LoopRow.allCases : rows
    // A new process counts as resident what the one that started it held: memory comes before all that fills it.
    let order = asked.filter { $0 == .memory } + asked.filter { $0 != .memory }
    let reports = try order.map { row in
      (row, try LoopMeasurement(row: row, workshop: workshop, scratch: scratch, rounds: rounds).report())
    }
    print(Self.machine)
    print(Report.text(of: asked.compactMap { row in reports.first { $0.0 == row }?.1 }))
    for (name, reason) in workshop.missing.sorted(by: { $0.key < $1.key }) { print("missing: \(name) (\(reason))") }
  }

  private static var machine: String {
    let process = ProcessInfo.processInfo
    return "\(process.operatingSystemVersionString), \(process.activeProcessorCount) cores"
  }
}
