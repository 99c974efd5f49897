import Attempts
import Testing

@testable import Jobs

@Suite struct SpillFileTests {
  /// Two outputs that grow in turn are spread over the file. Every part of each must read back.
  @Test func outputsThatGrowInTurnReadBackWhole() throws {
    let file = SpillFile()
    let outputs = [SpilledBytes(file), SpilledBytes(file)]
    var expected: [[UInt8]] = [[], []]
    for round in 0..<6 {
      for (index, output) in outputs.enumerated() {
        let piece = [UInt8](repeating: UInt8(round * 2 + index), count: 1_000 + round)
        try output.append(piece)
        expected[index] += piece
      }
    }
    for (output, bytes) in zip(outputs.map { CapturedBytes.source($0) }, expected) {
      for start in stride(from: 0, through: bytes.count, by: 333) {
        let part = try output.read(from: start, count: 1_500)
        #expect(part == Array(bytes[start..<min(start + 1_500, bytes.count)]), "from \(start)")
      }
    }
  }
}
