import Testing

@testable import ParallelFor

struct LargePagesTests {
  struct Case: Sendable {
    var memory: Range<UInt>
    var covered: Range<UInt>?
  }

  static let mega: UInt = 1 << 20
  static let cases: [Case] = [
    Case(memory: 0..<8 * mega, covered: 0..<8 * mega),
    Case(memory: 16..<8 * mega + 16, covered: 2 * mega..<8 * mega),
    Case(memory: 2 * mega + 1..<8 * mega + 5, covered: 4 * mega..<8 * mega),
    // Too short for two.
    Case(memory: 0..<0, covered: nil),
    Case(memory: 16..<4 * mega + 16, covered: nil),
    Case(memory: UInt.max - 10..<UInt.max, covered: nil),
  ]

  @Test(arguments: cases)
  func onlyWholeLargePagesWithinTheMemoryAreAskedFor(_ example: Case) {
    #expect(LargePages.covered(example.memory) == example.covered)
  }
}
