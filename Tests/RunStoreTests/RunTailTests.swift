import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

/// What the end of the program leaves of the last moments, and what becomes of it.
@Suite struct RunTailTests {
  private let folder: RunFolder
  private let gate = Gate()

  init() throws { folder = try RunFolder() }

  /// A recorder whose transactions do not come to their end before the gate opens.
  private func beginHeld() throws -> RunRecorder {
    let recorder = try folder.begin()
    recorder.record(
      RecordedItem(number: 9, text: .text("held")), .example(), output: .source(GatedBytes(gate: gate)),
      isKeptAtOnce: false)
    #expect(gate.waitForArrivals(1))
    return recorder
  }

  /// What a kill would leave at this moment, under another name.
  private func killed(_ endings: [String] = ["", "-wal", "-tail"]) throws -> String {
    let copy = "\(folder.path)/copy"
    for ending in endings {
      try FileManager.default.copyItem(atPath: folder.file + ending, toPath: copy + ending)
    }
    return copy
  }

  private func end(_ recorder: RunRecorder) {
    gate.open()
    #expect(recorder.end() == nil)
  }

  private func items(_ path: String) throws -> [ItemRecord] {
    let recorder = try RunRecorder(RunFile.open(at: path, durability: .programEnd))
    #expect(recorder.end() == nil)
    return try RunReader(path: path).allItems()
  }

  @Test func whatWasNotCommittedIsThereWhenTheRunGoesOn() throws {
    let recorder = try beginHeld()
    let item = RecordedItem(number: 1, text: .text("a"), fields: bytes("{}"))
    recorder.record(item, .example(.failed(Failure("no"))), output: .text("first"), isFinal: false)
    recorder.record(item, .example(attempt: 2), output: .text("second"), errors: .text("warning"))
    recorder.record(RecordedItem(number: 2, text: .text("b")), .example(.timedOut), isKeptAtOnce: false)
    recorder.record(RecordedItem(number: 3, text: .text("c")), .example(.timedOut))
    let path = try killed()
    end(recorder)

    // The second was not to be kept, the ninth is held.
    #expect(try items(path).map(\.number) == [1, 3])
    let reader = try RunReader(path: path)
    let first = try #require(try reader.item(number: 1))
    #expect(first.attempt == .example(attempt: 2))
    #expect(first.fields == bytes("{}"))
    #expect(try reader.earlierAttempts(of: first).map(\.attempt) == [.example(.failed(Failure("no")))])
    #expect(try reader.bytes(.output, of: first).read(from: 0, count: 9) == bytes("second"))
    #expect(try reader.bytes(.errors, of: first).read(from: 0, count: 9) == bytes("warning"))
    var counts = RunCounts()
    counts.count(OutcomeCode.succeeded)
    counts.count(OutcomeCode.timedOut)
    #expect(try reader.record().counts == counts)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["copy", "run"])
  }

  @Test func whatWasCommittedIsNotPutInTwice() throws {
    let recorder = try folder.begin()
    for number in 1...3 { recorder.record(RecordedItem(number: number, text: .text("\(number)")), .example()) }
    #expect(recorder.flush() == nil)
    let path = try killed()
    #expect(recorder.end() == nil)
    let found = try items(path)
    #expect(found.map(\.number) == [1, 2, 3])
    #expect(found.allSatisfy { $0.attempts == 1 })
  }

  @Test func theTailOfAnotherRunIsNotTaken() throws {
    let recorder = try beginHeld()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    let path = try killed(["-tail"])
    end(recorder)
    var other = RunRecord.example
    other.id = "run-2"
    let file = try RunFile.create(at: "\(folder.path)/other", other)
    #expect(try RunRecorder(file).end() == nil)
    try FileManager.default.moveItem(atPath: "\(folder.path)/other", toPath: path)
    #expect(try items(path).isEmpty)
  }

  /// A whole record, made by a stranger, whose numbers no run file takes.
  @Test(
    arguments: [
      { (header: inout RecordHeader) in header.row = 1 << 62 }, { $0.number = .max }, { $0.attempt = 1 << 50 },
      { $0.outcome = 9 }, { $0.worker = -1 }, { $0.start = .max }, { $0.latency = -1 }, { $0.latency = .max },
      { $0.cpu = .max },
    ] as [@Sendable (inout RecordHeader) -> Void])
  func recordsThatCannotBeAreNotTaken(change: @Sendable (inout RecordHeader) -> Void) throws {
    var batch = RecordBatch()
    try batch.append(
      RecordedItem(number: 1, text: .text("a")), .example(), output: .text("b"), errors: .text(""), isFinal: true)
    let whole = batch.withBytes { Array($0) } ?? []
    var header = try #require(whole.withUnsafeBytes { RecordHeader(checking: $0) })
    change(&header)
    let changed = withUnsafeBytes(of: header) { Array($0) } + whole.dropFirst(MemoryLayout<RecordHeader>.size)
    #expect(changed.count == whole.count && changed.withUnsafeBytes { RecordHeader(checking: $0) } == nil)
  }

  @Test func aStrangersFileOfThatNameIsLeftAlone() throws {
    try folder.record(["a"])
    let stranger = Data("precious".utf8)
    try stranger.write(to: URL(fileURLWithPath: folder.file + "-tail"))
    let recorder = try folder.goOn()
    // Without a tail each attempt waits for its transaction.
    let ticket = recorder.record(RecordedItem(number: 2, text: .text("b")), .example())
    #expect(recorder.isCommitted(ticket))
    #expect(recorder.end() == nil)
    #expect(FileManager.default.contents(atPath: folder.file + "-tail") == stranger)
  }
}
