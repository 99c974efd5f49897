import ArgumentParser
import Foundation

/// `pfor-bench loop`: the library's own loops.
struct LoopBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop", abstract: "The library's loops against those of rayon, oneTBB, OpenMP, Swift and Python.",
    discussion: """
      The peers' programs are built from their sources in a temporary folder, if g++, oneTBB, cargo with rayon, swiftc \
      and Python are installed. Missing peers are reported. It takes about six minutes, mostly for the task group.
      """)

  @Option(help: ArgumentHelp("The folder with the peers' sources.", valueName: "folder"))
  var peers = "../shared/peers"

  @Option(
    name: .customLong("row"),
    help: ArgumentHelp("Measure only this row. The option may be repeated.", valueName: "name"))
  var rows: [LoopRow] = []

  @Option(help: ArgumentHelp("The number of runs of each contender.", valueName: "n"))
  var rounds = 7

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let scratch = try ScratchFolder()
    let workshop = PeerWorkshop(folder: peers, scratch: scratch)
    let asked = rows.isEmpty ? LoopRow.allCases : rows
    // The resident memory of a new process includes that of its parent. So the memory row is measured first.
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
