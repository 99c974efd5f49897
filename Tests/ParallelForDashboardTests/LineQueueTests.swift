import TestSupport
import Testing

@testable import ParallelForDashboard

@Suite struct LineQueueTests {
  /// A reader that takes some bytes at a time, or nothing for a while.
  @Test(arguments: Array(1...50) as [UInt64])
  func theReaderGetsTheAddedLines(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = LineQueue()
    var taken: [UInt8] = []
    let lines = (0..<100).map { "line \($0) \(String(repeating: "x", count: Int.random(in: 0...50, using: &random)))" }
    for line in lines {
      queue.add(line)
      queue.send { bytes in
        let count = Int.random(in: 0...bytes.count, using: &random)
        taken += bytes.prefix(count)
        return count
      }
    }
    while !queue.isEmpty {
      queue.send { bytes in
        taken += bytes
        return bytes.count
      }
    }
    #expect(String(decoding: taken, as: UTF8.self) == lines.map { "\($0)\n" }.joined())
  }

  @Test func aReaderThatNeverReadsTakesNoMemory() {
    var queue = LineQueue()
    for _ in 0..<100_000 { queue.add(String(repeating: "x", count: 99)) }
    var waiting = 0
    queue.send {
      waiting = $0.count
      return $0.count
    }
    #expect((65_536..<66_000).contains(waiting))
  }

  @Test func linesThatCannotBeWrittenAreDropped() {
    var queue = LineQueue()
    queue.add("lost\u{1B}[A")
    #expect(!queue.send { _ in -1 })
    #expect(queue.isEmpty)
    queue.add("next")
    #expect(queue.send { $0.count })
  }
}
