import Jobs
import ParallelFor
import TestSupport
import Testing

@testable import PForApp

@Suite struct StartOrderTests {
  @Test func withoutAnEarlierRunTheOrderIsThatOfTheInput() throws {
    for order in [StartOrder.longest, .failedFirst] {
      var schedule = StartSchedule(order, past: nil)
      try schedule.add(Item("a"))
      var random = SeededGenerator(seed: 1)
      #expect(schedule.positions(using: &random) == nil)
      #expect(schedule.problem?.contains("--order \(order.rawValue): no earlier run") == true)
    }
  }

  @Test func aShuffleHasEveryItemOnce() throws {
    var schedule = StartSchedule(.shuffle, past: nil)
    for item in 0..<100 { try schedule.add(Item("\(item)")) }
    var random = SeededGenerator(seed: 1)
    let positions = try #require(schedule.positions(using: &random))
    #expect(positions != Array(0..<100) && positions.sorted() == Array(0..<100))
    #expect(schedule.problem == nil)
  }
}
