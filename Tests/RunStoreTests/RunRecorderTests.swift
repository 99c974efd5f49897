import Attempts
import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

@Suite struct RunRecorderTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  @Test func aRunReadsBackAsItWasRecorded() throws {
    let recorder = try folder.begin()
    recorder.record(RunChange(time: 1, kind: .sessionBegan, value: 2))
    let full = EndedAttempt(
      worker: 3, start: 10, latency: 20, outcome: .failed(Failure("exit status 7")), wait: 30,
      process: ProcessEnding(exitStatus: 7, signal: 9, cpu: 40, peakMemory: 50), note: "left a process running",
      reasons: [Reason(.lock, subject: "transactionid", detail: "← pid 7", remedy: "end it", time: 19), Reason(.cpu)])
    recorder.record(
      RecordedItem(number: 2, text: .text("b"), fields: bytes(#"{"name":"b"}"#)), full, output: .text("out"),
      errors: .text("err"))
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    recorder.recordTotal(3)
    recorder.recordDelivery(1)
    recorder.record(RunChange(time: 99, kind: .sessionEnded, value: 130))
    #expect(recorder.finish(.interrupted, exitCode: 130, at: 99) == nil)

    let reader = try RunReader(path: folder.file)
    var expected = RunRecord.example
    expected.state = .interrupted
    expected.exitCode = 130
    expected.ended = 99
    expected.total = 3
    expected.counts.succeeded = 1
    expected.counts.failed = 1
    expected.latest = 1_700_000_000_001_500_000
    expected.delivered = 1
    #expect(try reader.record() == expected)
    let items = try reader.allItems()
    #expect(items.map(\.number) == [1, 2])
    #expect(items[1].attempt == full)
    #expect(items[1].fields == bytes(#"{"name":"b"}"#))
    #expect(try reader.bytes(.output, of: items[1]).read(from: 0, count: 10) == bytes("out"))
    #expect(try reader.bytes(.errors, of: items[1]).read(from: 1, count: 10) == bytes("rr"))
    #expect(
      try reader.changes() == [
        RunChange(time: 1, kind: .sessionBegan, value: 2), RunChange(time: 99, kind: .sessionEnded, value: 130),
      ])
    // A run that has ended is one file.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run"])
  }

  @Test func aKilledSessionGetsItsEndWhenTheRunIsResumed() throws {
    let killed = try folder.begin()
    killed.record(RunChange(time: 1, kind: .sessionBegan, value: 2))
    killed.record(RecordedItem(number: 1, text: .text("a")), .example())
    #expect(killed.end() == nil)
    let paused = try folder.resume()
    paused.record(RecordedItem(number: 2, text: .text("b")), .example(start: 1_800_000_000_000_000_000))
    paused.record(RunChange(time: 1_800_000_000_000_000_001, kind: .sessionBegan, value: 3))
    paused.record(RunChange(time: 1_900_000_000_000_000_000, kind: .paused))
    #expect(paused.end() == nil)
    let last = try folder.resume()
    last.record(RunChange(time: 2_000_000_000_000_000_000, kind: .sessionBegan, value: 4))
    last.record(RunChange(time: 2_000_000_000_000_000_009, kind: .sessionEnded, value: 0))
    #expect(last.finish(.finished, exitCode: 0, at: 2_000_000_000_000_000_009) == nil)
    let ends = try RunReader(path: folder.file).changes().filter { $0.kind == .sessionEnded }
    #expect(ends.map(\.time) == [1_700_000_000_001_500_000, 1_900_000_000_000_000_000, 2_000_000_000_000_000_009])
    #expect(ends.map(\.value) == [nil, nil, 0])
  }

  static let hostile: [[UInt8]] = [
    [], [0], [0xFF, 0xFE], bytes("\u{1b}[31m"), bytes("a\0b"), bytes("größe 作者"), [0xC3], bytes("a\nb"),
    Array(repeating: 0x41, count: 70_000), Array(repeating: 0xFF, count: RecordWriter.inlineLimit),
    Array(repeating: 0x42, count: RecordWriter.inlineLimit + 1), (0..<10_000_019).map { UInt8($0 % 251) },
  ]

  @Test(arguments: hostile) func bytesComeBackAsTheyWere(_ content: [UInt8]) throws {
    let recorder = try folder.begin()
    recorder.record(
      RecordedItem(number: 1, text: .bytes(content)), .example(), output: .bytes(content), errors: .bytes(content))
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    let reader = try RunReader(path: folder.file)
    let item = try #require(try reader.item(number: 1))
    #expect(item.text == content)
    for stream in OutputStream.allCases {
      let stored = reader.bytes(stream, of: item)
      #expect(stored.count == content.count)
      var all: [UInt8] = []
      try stored.forEachChunk { all.append(contentsOf: $0) }
      #expect(all == content)
      let middle = content.count / 3
      #expect(try stored.read(from: middle, count: 1000) == Array(content[middle...].prefix(1000)))
      #expect(try stored.read(from: content.count, count: 1).isEmpty)
    }
  }

  @Test func aFollowingAttemptMovesTheOneBefore() throws {
    let recorder = try folder.begin()
    let item = RecordedItem(number: 1, text: .text("a"))
    recorder.record(item, .example(.failed(Failure("1"))), output: .text("first"), isFinal: false)
    recorder.record(item, .example(.timedOut, attempt: 2), output: .text("second"))
    #expect(recorder.flush() == nil)
    let reader = try RunReader(path: folder.file)
    #expect(try reader.record().counts.timedOut == 1)
    let second = reader.bytes(.output, of: try #require(try reader.item(number: 1)))
    #expect(try second.read(from: 0, count: 3) == bytes("sec"))
    recorder.record(item, .example(attempt: 3), output: .text("third"))
    #expect(recorder.flush() == nil)
    // A reader that has started to read the failed attempt can read it to its end.
    #expect(try second.read(from: 3, count: 9) == bytes("ond"))
    let stored = try #require(try reader.item(number: 1))
    #expect(stored.attempt == .example(attempt: 3))
    #expect(stored.attempts == 3)
    let earlier = try reader.earlierAttempts(of: stored)
    #expect(earlier.map(\.attempt) == [.example(.failed(Failure("1"))), .example(.timedOut, attempt: 2)])
    #expect(
      try earlier.map { try reader.bytes(.output, of: $0).read(from: 0, count: 9) } == [
        bytes("first"), bytes("second"),
      ])
    var counts = RunCounts()
    counts.succeeded = 1
    #expect(try reader.record().counts == counts)
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
  }

  @Test func anItemBetweenTwoAttemptsIsNotDone() throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example(.failed(Failure("1"))), isFinal: false)
    #expect(recorder.end() == nil)
    let item = try #require(try RunReader(path: folder.file).item(number: 1))
    #expect(item.attempt == nil)
    #expect(item.attempts == 1)
    #expect(!item.isDone)
  }

  @Test func sequenceNumbersGrowAndAreCommittedInOrder() throws {
    let recorder = try folder.begin()
    let numbers = (1...500).map { recorder.record(RecordedItem(number: $0, text: .text("\($0)")), .example()) }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    #expect(recorder.waitUntilCommitted(numbers[250]) == nil)
    #expect(numbers[...250].allSatisfy(recorder.isCommitted))
    // Others see the commits.
    #expect(try RunReader(path: folder.file).item(number: 251)?.text == bytes("251"))
    #expect(recorder.flush() == nil)
    #expect(recorder.isCommitted(numbers[499]))
    #expect(recorder.backlog.records == 0 && recorder.backlog.committed == 500)
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
  }

  @Test func aFullQueueMakesWorkersWait() throws {
    var limits = RunRecorder.Limits()
    limits.queuedBytes = 1_000
    let recorder = try folder.begin(limits: limits)
    let gate = Gate()
    recorder.record(
      RecordedItem(number: 1, text: .text("a")), .example(), output: .source(GatedBytes(gate: gate)),
      isKeptAtOnce: false)
    #expect(gate.waitForArrivals(1))
    let worker = Gate()
    Thread.detachNewThread {
      for number in 2...40 { recorder.record(RecordedItem(number: number, text: .text("\(number)")), .example()) }
      worker.wait()
    }
    #expect(eventually { recorder.backlog.bytes >= 1_000 })
    // The writer is held, so the worker cannot continue.
    #expect(recorder.backlog.records < 40)
    #expect(worker.arrivals == 0)
    gate.open()
    #expect(worker.waitForArrivals(1))
    worker.open()
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    #expect(try RunReader(path: folder.file).record().counts.succeeded == 40)
  }

  @Test func manyThreadsRecordAtOnce() throws {
    let recorder = try folder.begin()
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for index in 0..<500 {
        let number = thread * 500 + index + 1
        recorder.record(RecordedItem(number: number, text: .text("\(number)")), .example(), output: .text("o\(number)"))
      }
    }
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    let items = try RunReader(path: folder.file).allItems()
    #expect(items.map(\.number) == (1...4000).map { $0 })
    #expect(items.allSatisfy { $0.text == bytes("\($0.number ?? 0)") })
  }

  @Test func anOutputThatCannotBeReadBackEndsTheRecording() throws {
    let calls = CallCounter()
    let recorder = try RunRecorder(RunFile.create(at: folder.file, .example), whenBroken: calls.note)
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    #expect(recorder.flush() == nil)
    let number = recorder.record(RecordedItem(number: 2, text: .text("b")), .example(), output: .source(BrokenBytes()))
    #expect(recorder.waitUntilCommitted(number)?.kind == .failed)
    #expect(recorder.flush()?.kind == .failed)
    recorder.record(RecordedItem(number: 3, text: .text("c")), .example())
    #expect(recorder.finish(.finished, exitCode: 0, at: 9)?.kind == .failed)
    #expect(calls.count == 1)
    let reader = try RunReader(path: folder.file)
    #expect(try reader.allItems().map(\.number) == [1])
    #expect(try reader.record().state == .running)
  }
}

/// Bytes that the recorder gets only when a gate is open.
final class GatedBytes: ByteSource {
  let count = 100_000
  private let gate: Gate

  init(gate: Gate) { self.gate = gate }

  func read(from offset: Int, count: Int) throws -> [UInt8] {
    if offset == 0 { gate.wait() }
    return [UInt8](repeating: 1, count: count)
  }
}

/// Bytes that cannot be read.
final class BrokenBytes: ByteSource {
  struct Gone: Error {}
  let count = 2_000_000

  func read(from offset: Int, count: Int) throws -> [UInt8] { throw Gone() }
}

/// Counts its calls.
final class CallCounter: @unchecked Sendable {
  private let lock = NSLock()
  private var errors: [RunStoreError] = []

  var count: Int { lock.withLock { errors.count } }

  func note(_ error: RunStoreError) { lock.withLock { errors.append(error) } }
}
