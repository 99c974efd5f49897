import Jobs
import ParallelFor
import TestSupport
import Testing

@testable import PForApp

/// The thread that reads items, with a run that does nothing for them.
@Suite struct ItemFeederTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func reader(_ text: String, _ format: ItemFormat = .lines) throws -> ItemReader {
    try sandbox.write(text, to: "ids")
    return try ItemReader(source: .file("\(sandbox.path)/ids"), format: format)
  }

  /// A run whose items wait at a gate.
  private func run(_ gate: Gate, _ feeder: ItemFeeder) -> ParallelRun<Item, JobResult> {
    ParallelRun(threads: 1, isObserved: false, label: \.label) { _ in
      WorkerBody(run: { item, _ in
        feeder.taken(item)
        gate.wait()
        return AttemptEnding(.succeeded, output: nil)
      })
    }
  }

  private func start(_ feeder: ItemFeeder, _ run: ParallelRun<Item, JobResult>, failed: Gate = Gate()) throws {
    try feeder.start(
      feeding: run, kept: { _, _ in JobResult(ending: .ok("")) }, whenFailed: { failed.letThrough(1) })
  }

  /// Takes results until the run is over. There are none.
  private func end(_ run: ParallelRun<Item, JobResult>) {
    while run.takeDelivered() != nil {}
    run.waitUntilOver()
  }

  @Test(arguments: [0, 1, 511, 512, 513, 2_000]) func everyItemIsOffered(count: Int) throws {
    let gate = Gate()
    gate.open()
    let feeder = ItemFeeder(
      reader: try reader((0..<count).map { "\($0)\n" }.joined()), recording: nil, notesTimes: false)
    let run = run(gate, feeder)
    try start(feeder, run)
    end(run)
    #expect(gate.arrivals == count && feeder.hasReadAll && feeder.error == nil)
  }

  @Test func itemsBeforeAnErrorRunAndTheErrorIsReported() throws {
    let (gate, failed) = (Gate(), Gate())
    gate.open()
    let feeder = ItemFeeder(
      reader: try reader("a,b\n1,2\n3,4\n5\n6,7\n", .csv(header: true)), recording: nil, notesTimes: false)
    let run = run(gate, feeder)
    try start(feeder, run, failed: failed)
    failed.wait()
    end(run)
    #expect(gate.arrivals == 2 && !feeder.hasReadAll)
    #expect(feeder.error?.hasSuffix("ids:4: expected 2 fields as in the header, found 1") == true)
  }

  /// The pool would read thousands of items ahead. Their bytes stop the reading earlier, until the first ones have
  /// started.
  @Test func noMoreIsReadAheadThanTheMemoryAllows() throws {
    let gate = Gate()
    let feeder = ItemFeeder(
      reader: try reader((0..<1_100).map { "item \($0)\n" }.joined()), recording: nil, notesTimes: false,
      readAheadBytes: 1_000)
    let run = run(gate, feeder)
    try start(feeder, run)
    #expect(gate.waitForArrivals(1))
    #expect(!eventually(seconds: 0.05) { feeder.hasReadAll } && run.snapshot().itemsRead == 512)
    gate.open()
    end(run)
    #expect(gate.arrivals == 1_100 && feeder.hasReadAll)
  }

  @Test func aFeederThatIsStoppedWaitsForNoRoom() throws {
    let gate = Gate()
    let feeder = ItemFeeder(
      reader: try reader((0..<600).map { "\($0)\n" }.joined()), recording: nil, notesTimes: false, readAheadBytes: 0)
    let run = run(gate, feeder)
    try start(feeder, run)
    #expect(gate.waitForArrivals(1))
    run.stop(.interrupt)
    feeder.stop()
    gate.open()
    end(run)
    #expect(gate.arrivals < 600)
  }

  @Test(arguments: [false, true]) func theTimeOfReadingIsNotedIfItIsWanted(notesTimes: Bool) throws {
    let feeder = ItemFeeder(reader: try reader("a\n"), recording: nil, notesTimes: notesTimes)
    let seen = Gate()
    let run = ParallelRun<Item, JobResult>(threads: 1, isObserved: false, label: \.label) { _ in
      WorkerBody(run: { item, _ in
        if (item.readAt != nil) == notesTimes { seen.letThrough(1) }
        return AttemptEnding(.succeeded, output: nil)
      })
    }
    try start(feeder, run)
    end(run)
    seen.wait()
  }
}
