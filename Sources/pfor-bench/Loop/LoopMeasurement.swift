import Foundation

/// Measures one row.
struct LoopMeasurement {
  /// The number of runs in a measurement of the start, because a single one is too short.
  private static let starts = 200

  let row: LoopRow
  let workshop: PeerWorkshop
  let scratch: ScratchFolder
  let rounds: Int

  func report() throws -> Report {
    if row == .memory { return try memory() }
    let series = try Rounds.run(contenders, rounds: rounds)
    return LoopFigures(row: row, series: series, turns: row == .start ? Self.starts : 1).report
  }

  /// Our contender, then its rivals.
  private var contenders: [Contender] {
    let work = row.work
    let make = LoopContenders(work, workshop: workshop, scratch: scratch)
    return switch row {
    case .empty: [make.own("parallelMap") { OwnLoops.array(work) }] + make.peers([.rayon])
    case .tiny, .small, .skewed: [make.own("parallelMap") { OwnLoops.array(work) }] + make.peers(Peer.fast)
    case .observed: [make.own("startParallelRun") { try OwnLoops.observed(work) }] + make.peers(Peer.fast)
    case .sleep: [make.own("parallelMap") { OwnLoops.sleeping(work) }, ideal(work)]
    case .generator:
      [make.own("parallelResults") { OwnLoops.generator(work) }, make.own("parallelMap") { OwnLoops.array(work) }]
    case .async: [make.own("parallelMap") { try OwnLoops.asynchronous(work) }] + make.peers([.taskGroup])
    case .start: starts(work, make)
    case .memory: []
    }
  }

  private func ideal(_ work: LoopWork) -> Contender {
    Contender("the ideal") { Sample(wall: 0.01 * Double(work.items / work.threads)) }
  }

  private func starts(_ work: LoopWork, _ make: LoopContenders) -> [Contender] {
    let own = make.own("startParallelRun") {
      var results: [UInt64] = []
      for _ in 0..<Self.starts { results = try OwnLoops.handle(work) }
      return results
    }
    let name = "ThreadPoolExecutor"
    let python = workshop.unlessMissing(name) {
      make.program(name, try ExecutorPeer.command(work, turns: Self.starts, in: scratch))
    }
    return [own] + (python.map { [$0] } ?? [])
  }

  private func memory() throws -> Report {
    let program = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("pfor-bench-memory").path
    let series = try Rounds.run([Contender("parallelForEach") { try Program.run([program]) }], rounds: rounds)
    let peak = series[0].peakBytes
    let goal = LoopFigures.goal("≤ \(row.goal) MB", isMet: Double(peak) / 1e6 <= row.goal)
    return Report(
      title: "\(row.rawValue): \(row.title)",
      rows: [Report.Row(name: series[0].name, figure: Figures.megabytes(peak), goal: goal)])
  }
}
