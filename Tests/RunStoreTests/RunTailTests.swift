import Attempts
import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

/// The tail that the end of the program leaves, and its use.
@Suite struct RunTailTests {
  private let folder: RunFolder
  private let gate = Gate()

  init() throws { folder = try RunFolder() }

  /// Returns a recorder whose transactions do not end before the gate opens.
  private func beginHeld() throws -> RunRecorder {
    let recorder = try folder.begin()
    recorder.record(
      RecordedItem(number: 9, text: .text("held")), .example(), output: .source(GatedBytes(gate: gate)),
      isKeptAtOnce: false)
    #expect(gate.waitForArrivals(1))
    return recorder
  }

  /// Copies the files that a kill would leave at this moment to another name.
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

  @Test func uncommittedAttemptsAreThereWhenTheRunIsResumed() throws {
    let recorder = try beginHeld()
    let item = RecordedItem(number: 1, text: .text("a"), fields: bytes("{}"))
    recorder.record(item, .example(.failed(Failure("no"))), output: .text("first"), isFinal: false)
    recorder.record(item, .example(attempt: 2), output: .text("second"), errors: .text("warning"))
    recorder.record(RecordedItem(number: 2, text: .text("b")), .example(.timedOut), isKeptAtOnce: false)
    recorder.record(RecordedItem(number: 3, text: .text("c")), .example(.timedOut))
    let path = try killed()
    end(recorder)

    // The second attempt was not kept at once, and the ninth is held.
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

  @Test func committedAttemptsAreNotRestoredTwice() throws {
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

  /// Makes a run that was killed when only its tail had the items 1 and 2, the second one without a process.
  private func killedWithTwo() throws -> String {
    let recorder = try beginHeld()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example(.timedOut), output: .text("out"))
    recorder.record(RecordedItem(number: 2, text: .text("b"), fields: bytes("{}")), .example())
    let path = try killed()
    end(recorder)
    return path
  }

  private func change(_ path: String, _ body: (inout Data) -> Void) throws {
    let tail = URL(fileURLWithPath: path + "-tail")
    var data = try Data(contentsOf: tail)
    body(&data)
    try data.write(to: tail)
  }

  private func number(_ value: Int64) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }

  /// The first tails had no version, no reasons and no node, and arbitrary bytes after the kind of a record.
  @Test func aTailWithoutAVersionIsRead() throws {
    let path = try killedWithTwo()
    try change(path) { tail in
      tail.replaceSubrange(40..<64, with: Data(count: 24))
      rewriteRecords(&tail) { record in
        record.removeSubrange(136..<148)
        record.replaceSubrange(1..<8, with: Data(repeating: 0x5A, count: 7))
      }
    }
    #expect(try items(path).map(\.number) == [1, 2])
  }

  /// An older program knew fewer numbers and parts. This one knew neither processor time nor memory nor errors, reasons
  /// and nodes.
  @Test func aTailWithFewerColumnsIsRead() throws {
    let path = try killedWithTwo()
    try change(path) { tail in
      tail.replaceSubrange(48..<64, with: number(8) + number(5))
      rewriteRecords(&tail) { record in
        record.removeSubrange(132..<148)
        record.removeSubrange(96..<112)
      }
    }
    let found = try items(path)
    #expect(found.map(\.number) == [1, 2])
    #expect(found.map(\.attempt) == [.example(.timedOut), .example()])
    #expect(found.map(\.outputCount) == [3, 0] && found.map(\.errorCount) == [0, 0])
  }

  @Test(arguments: [(40, 2), (40, -1), (48, 99), (48, 0), (56, 10)])
  func aTailOfAnUnknownFormatIsRefused(offset: Int, value: Int64) throws {
    let path = try killedWithTwo()
    try change(path) { $0.replaceSubrange(offset..<offset + 8, with: number(value)) }
    let error = #expect(throws: RunStoreError.self) { try RunFile.open(at: path, durability: .programEnd) }
    #expect(error?.kind == .newer && error?.description.contains("-tail") == true)
  }

  /// Changes each record in both stretches, with its size and its sum.
  private func rewriteRecords(_ tail: inout Data, _ body: (inout Data) -> Void) {
    for start in [4 << 10, (4 << 10) + (8 << 20)] {
      var (old, new) = (tail.dropFirst(start), Data())
      while old.count > 24, let size = Int(exactly: old.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }),
        size > 0
      {
        var record = Data(old.dropFirst(24).prefix(size))
        body(&record)
        new += number(Int64(record.count)) + number(record.withUnsafeBytes { ItemKey.of($0) })
        new += Data(old.dropFirst(16).prefix(8)) + record
        old = old.dropFirst(24 + size)
      }
      guard !new.isEmpty else { continue }
      tail = tail.prefix(start) + new + Data(count: max(0, tail.count - start - new.count))
    }
  }

  /// A whole foreign record with numbers that no run file accepts.
  @Test(
    arguments: [
      (RecordLayout.row, 1 << 62), (RecordLayout.number, .max), (RecordLayout.word(0), 1 << 50),
      (RecordLayout.word(1), 9),
      (RecordLayout.word(2), -1), (RecordLayout.word(3), .max), (RecordLayout.word(4), -1),
      (RecordLayout.word(4), .max),
      (RecordLayout.word(4), RecordLayout.absent), (RecordLayout.word(8), .max), (0, 2), (0, 3),
    ] as [(Int, Int64)])
  func recordsThatCannotBeAreNotTaken(offset: Int, value: Int64) throws {
    var batch = RecordBatch()
    try batch.append(
      RecordedItem(number: 1, text: .text("a")), .example(), output: .text("b"), errors: .text(""), isFinal: true)
    var record = batch.withBytes { Data($0) } ?? Data()
    #expect(record.withUnsafeBytes { RecordLayout.current.accepts($0) })
    record.replaceSubrange(offset..<offset + 8, with: number(value))
    #expect(!record.withUnsafeBytes { RecordLayout.current.accepts($0) })
  }

  @Test func aForeignFileOfThatNameIsLeftAlone() throws {
    try folder.record(["a"])
    let stranger = Data("precious".utf8)
    try stranger.write(to: URL(fileURLWithPath: folder.file + "-tail"))
    let recorder = try folder.resume()
    // Without a tail, each attempt waits for its transaction.
    let number = recorder.record(RecordedItem(number: 2, text: .text("b")), .example())
    #expect(recorder.isCommitted(number))
    #expect(recorder.end() == nil)
    #expect(FileManager.default.contents(atPath: folder.file + "-tail") == stranger)
  }
}
