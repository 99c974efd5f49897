import Attempts
import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

/// Reading a run file gives the recorded values, or an error.
@Suite struct ChecksumTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  @Test func everyBitOfEveryValueCounts() {
    let values: [Int64] = [0, 1, -1, .min, .max, 1_700_000_000_000_000_000]
    for one in values {
      for other in values {
        let sum = self.sum(one, other)
        for bit in 0..<64 {
          #expect(self.sum(one ^ 1 << Int64(bit), other) != sum && self.sum(one, other ^ 1 << Int64(bit)) != sum)
        }
      }
    }
    #expect(sum(1, 2) != sum(2, 1))
  }

  private func sum(_ one: Int64, _ other: Int64) -> Int64 {
    var sum = Checksum()
    sum.add(7, 8)
    sum.add(one, other)
    return sum.value
  }

  @Test func everyBitOfBytesAndTheirNumberCount() {
    var random = SeededGenerator(seed: 5)
    for count in 0...70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let sum = bytes.withUnsafeBytes { Checksum.of($0) }
      #expect((bytes + [0]).withUnsafeBytes { Checksum.of($0) } != sum && sum != 0)
      for bit in 0..<8 * count {
        var other = bytes
        other[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(other.withUnsafeBytes { Checksum.of($0) } != sum, "\(count) bytes, bit \(bit)")
      }
    }
  }

  // MARK: - Files

  /// One bit in a file changes. Every form of export either gives the same as before, or fails.
  @Test(arguments: 0..<10) func oneChangedBitIsAnErrorOrChangesNothing(seed: Int) throws {
    try record()
    let whole = try Data(contentsOf: URL(filePath: folder.file))
    let right = try #require(read())
    var random = SeededGenerator(seed: UInt64(seed))
    var errors = 0
    for _ in 0..<40 {
      var damaged = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try damaged.write(to: URL(filePath: folder.file))
      if let found = read() { #expect(found == right, "byte \(place)") } else { errors += 1 }
    }
    #expect(errors > 0)
  }

  @Test(arguments: [
    "UPDATE items SET output = 'out b 3' WHERE id = 3", "UPDATE items SET errors = 'x' WHERE id = 3",
    "UPDATE items SET text = 'd' WHERE id = 3", "UPDATE items SET outcome = 1 WHERE id = 3",
    "UPDATE items SET latency = latency + 1 WHERE id = 3", "UPDATE items SET checksum = NULL WHERE id = 3",
    "UPDATE items SET number = 4 WHERE id = 3", "UPDATE items SET reason = 'no' WHERE id = 3",
    "UPDATE run SET succeeded = succeeded + 1", "UPDATE run SET command = '[\"rm\"]'", "UPDATE run SET checksum = NULL",
    "UPDATE changes SET time = time + 1", "UPDATE attempts SET exit_status = 3",
    "UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE id = 2", "UPDATE chunks SET rest = rest - 1 WHERE id = 1",
  ])
  func aChangedValueIsAnError(change: String) throws {
    try record()
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute(change)
    #expect(database.changes > 0)
    database.close()
    #expect(read() == nil)
  }

  @Test func aResumedRunKeepsNoItemWhoseTextWasChanged() throws {
    try record()
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute("UPDATE items SET text = 'z' WHERE id = 2")
    database.close()
    let recorder = try folder.resume()
    let reader = try RunReader(path: folder.file)
    let earlier = try EarlierItems(recorder, reader, mode: .outstanding)
    _ = try earlier.next(text: .text("item 1"))
    #expect(throws: RunStoreError.self) { try earlier.next(text: .text("item 2")) }
    #expect(recorder.end() == nil)
  }

  /// Some items, one with an earlier attempt, one that failed and one with a large output.
  private func record() throws {
    let recorder = try folder.begin()
    recorder.record(RunChange(time: 5, kind: .sessionBegan, value: 2))
    for number in 1...40 {
      let item = RecordedItem(number: number, text: .text("item \(number)"))
      if number == 2 { recorder.record(item, .example(.failed(Failure("no"))), errors: .text("e"), isFinal: false) }
      let outcome = number == 4 ? Outcome.failed(Failure("never")) : .succeeded
      let output = number == 5 ? [UInt8](repeating: 65, count: 1_500_000) : bytes("out \(number)")
      recorder.record(item, .example(outcome, attempt: number == 2 ? 2 : 1), output: .bytes(output))
    }
    #expect(recorder.finish(.finished, exitCode: 1, at: 9) == nil)
  }

  /// Reads everything; nil if something cannot be read.
  private func read() -> [[UInt8]]? {
    try? RunExport.allCases.map { form in
      let reader = try RunReader(path: folder.file)
      defer { reader.close() }
      var all = RunSummaryText.line(try reader.record(), latency: try reader.latencies())
      try form.export(reader) { all += $0 }
      return all
    }
  }
}
