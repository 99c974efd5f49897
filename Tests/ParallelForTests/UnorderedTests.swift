import ParallelFor
import TestSupport
import Testing

/// Results as they are ready: the same elements, and no result waits for an earlier one.
@Suite struct UnorderedTests {
  struct Refused: Error, Equatable {}

  /// The first item continues when the last of the others is about to end. So it is one of the last two.
  private final class LastOfAll: @unchecked Sendable {
    private let gate = Gate()
    private let lock = Lock()
    private var left: Int

    init(_ count: Int) { left = count - 1 }

    func run(_ item: Int) -> Int {
      if item == 0 {
        gate.wait()
      } else if lock.withLock({
        left -= 1
        return left == 0
      }) {
        gate.open()
      }
      return item
    }
  }

  @Test(arguments: [0, 1, 2, 1_000]) func theSameElementsInAnyOrder(count: Int) {
    #expect((0..<count).parallelMap(threads: 3, inOrder: false) { $0 }.sorted() == Array(0..<count))
    #expect(AnySequence(0..<count).parallelMap(inOrder: false) { $0 }.sorted() == Array(0..<count))
  }

  @Test func arraysStandInTheOrderOfEnding() {
    let last = LastOfAll(100)
    let results = (0..<100).parallelMap(threads: 2, inOrder: false) { last.run($0) }
    #expect(results.suffix(2).contains(0) && results.sorted() == Array(0..<100))
  }

  @Test func resultsComeAsTheyAreReady() {
    let last = LastOfAll(100)
    let results = Array((0..<100).parallelResults(threads: 2, inOrder: false) { last.run($0) })
    #expect(results.suffix(2).contains(0) && results.sorted() == Array(0..<100))
  }

  @Test func asyncFormsToo() async throws {
    let mapped = try await (0..<500).parallelMap(threads: 4, inOrder: false) { (item: Int) async in item }
    #expect(mapped.sorted() == Array(0..<500))
    var seen: [Int] = []
    let results = (0..<500).parallelResults(inOrder: false) { (item: Int) async throws in item }
    for try await item in results { seen.append(item) }
    #expect(seen.sorted() == Array(0..<500))
  }

  @Test func errorsAreThrown() {
    #expect(throws: Refused.self) {
      try (0..<100).parallelMap(inOrder: false) { (item: Int) throws(Refused) -> Int in
        if item == 50 { throw Refused() }
        return item
      }
    }
  }
}
