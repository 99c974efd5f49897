import Testing

@testable import SQLite

@Suite struct BusyWaitTests {
  @Test func pausesAddUp() {
    var sum = 0
    for tries in 0..<300 {
      #expect(BusyWait.waited(afterTries: tries) == sum)
      sum += BusyWait.pause(afterTries: tries)
    }
  }
}
