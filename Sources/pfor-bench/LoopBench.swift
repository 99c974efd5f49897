import ArgumentParser
import Foundation
import ParallelFor

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

  @Option(help: "The number of runs of each contender.") var rounds = 7

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  func run() throws {
    let scratch = try ScratchFolder()
    let workshop = PeerWorkshop(folder: peers, scratch: scratch)
    let asked = rows.isEmpty ? LoopRow.allCases : rows
    let machine = AllBench.machine
    // The resident memory of a new process includes that of its parent. So the memory row is measured first.
    let order = asked.filter { $0 == .memory } + asked.filter { $0 != .memory }
    let reports = try order.map { row in
      (row, try LoopMeasurement(row, workshop: workshop, scratch: scratch).report(rounds: rounds))
    }
    print(machine)
    print(Report.text(of: asked.compactMap { row in reports.first { $0.0 == row }?.1 }))
    for (name, reason) in workshop.missing.sorted(by: { $0.key < $1.key }) { print("missing: \(name) (\(reason))") }
  }
}

/// A row of the table of loops.
enum LoopRow: String, CaseIterable, ExpressibleByArgument {
  case empty, tiny, small, observed, skewed, sleep, generator, async, start, memory

  var title: String { facts.title }
  /// The maximum ratio of our time to theirs; for ``memory``, the maximum in megabytes.
  var goal: Double { facts.goal }
  /// The work of a turn, which the peers get too. The work of ``memory`` is in a separate program.
  var work: LoopWork { facts.work }

  private var facts: (title: String, goal: Double, work: LoopWork) {
    let tiny = LoopWork(items: 2_000_000, threads: 2, steps: 100)
    let few = LoopWork(items: 5, threads: 5, steps: 0)
    return switch self {
    case .empty:
      ("empty body, 10 M items, 2 threads, against rayon", 1.5, LoopWork(items: 10_000_000, threads: 2, steps: 0))
    case .tiny: ("100 steps, 2 M items, against the fastest", 1.1, tiny)
    case .small:
      ("2,000 steps, 100 k items, against the fastest", 1.02, LoopWork(items: 100_000, threads: 2, steps: 2_000))
    case .observed:
      ("100 steps, 2 M items, each timed and counted, snapshots, against the fastest unobserved", 2.5, tiny)
    case .skewed:
      (
        "100 steps, one item in 1,000 takes 100,000, 500 k items, against the fastest", 1.1,
        LoopWork(items: 500_000, threads: 2, steps: 100, isSkewed: true)
      )
    case .sleep:
      (
        "10 ms of sleep, 2,000 items, 100 threads, against the ideal", 1.05,
        LoopWork(items: 2_000, threads: 100, steps: 0)
      )
    case .generator: ("generator, 100 steps, 2 M items, in order, against our array form", 1.3, tiny)
    case .async: ("async body, 100 steps, 2 M items, against Swift's task group", 0.05, tiny)
    case .start: ("start and end of a run of 5 items, 5 threads, against Python's ThreadPoolExecutor", 0.5, few)
    case .memory: ("resident memory, parallelForEach over 100 M items", 20, few)
    }
  }
}

/// Measures one row. Every turn of a contender checks that the same work was done.
struct LoopMeasurement {
  /// The number of runs in a measurement of the start, because a single one is too short.
  private static let starts = 200

  private let row: LoopRow
  private let work: LoopWork
  private let workshop: PeerWorkshop
  private let scratch: ScratchFolder
  private let expected: UInt64

  init(_ row: LoopRow, workshop: PeerWorkshop, scratch: ScratchFolder) {
    (self.row, self.workshop, self.scratch) = (row, workshop, scratch)
    let work = row.work
    self.work = work
    expected = work.positions.parallelMap(threads: 2) { work.body($0) }.checksum
  }

  func report(rounds: Int) throws -> Report {
    if row == .memory { return try memory(rounds) }
    let series = try Rounds.run(contenders, rounds: rounds)
    return LoopFigures(row: row, series: series, turns: row == .start ? Self.starts : 1).report
  }

  /// Our contender, then its rivals.
  private var contenders: [Contender] {
    let work = self.work
    let array = own("parallelMap") { OwnLoops.array(work) }
    return switch row {
    case .empty: [array] + peers([.rayon])
    case .tiny, .small, .skewed: [array] + peers(Peer.fast)
    case .observed: [own("startParallelRun") { try OwnLoops.observed(work) }] + peers(Peer.fast)
    case .sleep:
      [
        own("parallelMap") { OwnLoops.sleeping(work) },
        Contender("the ideal") { Sample(wall: 0.01 * Double(work.items / work.threads)) },
      ]
    case .generator: [own("parallelResults") { OwnLoops.generator(work) }, array]
    case .async: [own("parallelMap") { try OwnLoops.asynchronous(work) }] + peers([.taskGroup])
    case .start: starts
    case .memory: []
    }
  }

  private var starts: [Contender] {
    let own = own("startParallelRun") {
      var results: [UInt64] = []
      for _ in 0..<Self.starts { results = try OwnLoops.handle(work) }
      return results
    }
    let name = "ThreadPoolExecutor"
    let python = workshop.unlessMissing(name) {
      program(name, try ExecutorPeer.command(work, turns: Self.starts, in: scratch))
    }
    return [own] + (python.map { [$0] } ?? [])
  }

  private func memory(_ rounds: Int) throws -> Report {
    let program = Program.besideThisOne("pfor-bench-memory")
    let series = try Rounds.run([Contender("parallelForEach") { try Program.run([program]) }], rounds: rounds)
    let peak = series[0].peakBytes
    let goal = LoopFigures.goal("≤ \(row.goal) MB", isMet: Double(peak) / 1e6 <= row.goal)
    return Report(
      title: "\(row.rawValue): \(row.title)",
      rows: [Report.Row(name: series[0].name, figure: Figures.megabytes(peak), goal: goal)])
  }

  /// Returns a contender of ours, which returns the items' results. Its time ends when it returns.
  private func own(_ name: String, run: @escaping () throws -> [UInt64]) -> Contender {
    Contender(name) {
      var results: [UInt64] = []
      let wall = try ContinuousClock().measure { results = try run() }
      try check(results.checksum, of: name)
      return Sample(wall: wall.inSeconds)
    }
  }

  /// Returns the peers that can be built here. They report the time themselves.
  private func peers(_ peers: [Peer]) -> [Contender] {
    peers.compactMap { peer in workshop.command(peer, for: work).map { program(peer.rawValue, $0) } }
  }

  /// Returns a program that runs the loop and reports its time per item.
  private func program(_ name: String, _ command: [String]) -> Contender {
    Contender(name) {
      let file = scratch.path("line")
      _ = try Program.run(command, output: file)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      guard let line = PeerLine(text) else { throw BenchError("\(name): no ns_per_item and checksum in: \(text)") }
      try check(line.checksum, of: name)
      return Sample(wall: line.nanosecondsPerItem * Double(work.items) / 1e9)
    }
  }

  private func check(_ checksum: UInt64, of name: String) throws {
    guard checksum == expected else { throw BenchError("\(name): checksum \(checksum) instead of \(expected)") }
  }
}

/// The measured series of a row, as part of a report.
struct LoopFigures {
  let row: LoopRow
  /// Our series first, then those of the rivals.
  let series: [Series]
  /// The number by which a contender's time is divided to get the displayed time.
  var turns = 1

  /// The rival that ours is measured against, which is the one with the fastest median.
  var rival: Series? { series.dropFirst().min { $0.wall < $1.wall } }

  /// Our time divided by the rival's, as the median over the rounds.
  var ratio: Double { rival.map { $0.speed(against: series[0]) } ?? .nan }

  var report: Report {
    var rows = series.map { Report.Row(name: $0.name, figure: Figures.seconds($0.wall / Double(turns))) }
    if let rival {
      rows[0].name += " (ratio to \(rival.name))"
      rows[0].ratio = Figures.ratio(ratio)
      rows[0].goal = Self.goal("≤ \(row.goal)", isMet: ratio <= row.goal)
    }
    return Report(title: "\(row.rawValue): \(row.title)", rows: rows)
  }

  /// Returns a goal, with whether it is met.
  static func goal(_ goal: String, isMet: Bool) -> String { "\(goal) \(isMet ? "met" : "MISSED")" }
}
