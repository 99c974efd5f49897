import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import ParallelForDashboard

/// A program's own run on the dashboard, driven by a script, and without a display.
@Suite(.serialized) struct ShowDashboardTests {
  private struct Refusal: Error, Equatable, CustomStringConvertible {
    var description: String { "refused\nwith a second line" }
  }

  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Shows a run. With `steps`, the display plays them.
  private func show<Value>(
    _ run: ParallelRun<Int, Result<Value, any Error>>, _ steps: String?, closesWhenDone: Bool = false
  ) throws -> [Result<Value, any Error>] {
    let display = try steps.map { steps in
      ScriptDisplay(try Script(steps, name: "steps"), environment: ["COLUMNS": "100", "LINES": "30"])
    }
    let session = DashboardSession(title: "a title", closesWhenDone: closesWhenDone, environment: [:]) { display }
    let results = try run.show(in: session)
    if let failure = display?.failure { throw failure }
    return results
  }

  private var screen: String { sandbox.read("screen") }

  @Test func resultsAndErrorsComeBackInTheOrderOfTheItems() throws {
    let run = (0..<40).startParallelRun(threads: 4, inOrder: false, isObserved: true) { number, _ in
      if number % 10 == 3 { throw Refusal() }
      return "value \(number)\nsecond line"
    }
    let results = try show(run, ":wait finished\n:save-screen \(sandbox.path)/screen\nq\n")
    #expect(results.count == 40)
    for (number, result) in results.enumerated() {
      switch result {
      case .success(let value): #expect(value == "value \(number)\nsecond line" && number % 10 != 3)
      case .failure(let error): #expect(error as? Refusal == Refusal() && number % 10 == 3)
      }
    }
    #expect(screen.contains("a title") && screen.contains("4 failed") && screen.contains("value 39"), "\(screen)")
    #expect(!screen.contains("second line"))
  }

  /// The first item waits until it is stopped, so that no result can be delivered. The rows must show the values
  /// anyway.
  @Test func rowsTellValuesThatWaitForAnEarlierItem() throws {
    let run = (0..<3).startParallelRun(threads: 3, isObserved: true) { number, context in
      if number == 0 {
        let gate = Gate()
        context.onCancel { _ in gate.open() }
        gate.wait()
      }
      if number == 2 { throw Refusal() }
      return "value \(number)"
    }
    let stopped = #expect(throws: RunStoppedEarly<String>.self) {
      try show(run, ":wait done 2\n:wait running = 1\n4\n:save-screen \(sandbox.path)/screen\n:quit\n:choose s\n")
    }
    #expect(stopped?.results.map(\.item.position) == [0, 1, 2])
    let rows = screen.split(separator: "\n")
    #expect(rows.contains { $0.contains("#1 ▶ running") }, "\(screen)")
    #expect(rows.contains { $0.contains("#2 ✓ ok") && $0.contains("value 1") }, "\(screen)")
    #expect(rows.contains { $0.contains("#3 ✗ failed") && $0.contains("refused") }, "\(screen)")
  }

  /// The second item may continue when the run drains, which is the answer to leaving.
  @Test func leavingLetsRunningItemsEndAndReportsTheOthers() throws {
    let gate = Gate()
    let run = (0..<10).startParallelRun(threads: 1, isObserved: true) { number, context in
      if number == 1 {
        context.onCancel { _ in gate.open() }
        gate.wait()
      }
      return number
    }
    let stopped = #expect(throws: RunStoppedEarly<Int>.self) {
      try show(run, ":wait done 1\n:wait running = 1\n:quit\n:choose f\n:wait draining\n:interrupt\n:interrupt\n")
    }
    #expect(stopped?.results.map(\.item.position) == [0, 1])
    #expect(stopped?.description == "the run was stopped early: 2 items have ended")
  }

  /// The last item waits until the first one has been retried. The earlier result of the first one was taken before
  /// that.
  @Test func aFailedItemIsRetriedAndItsNewResultIsReturned() throws {
    let gate = Gate()
    let run = (0..<3).startParallelRun(threads: 2, isObserved: true) { number, context in
      if number == 2 { gate.wait() }
      if number == 0, context.attempt == 1 { throw Refusal() }
      if number == 0 { gate.open() }
      return "value \(number), attempt \(context.attempt)"
    }
    let steps = ":wait delivered 2\n4gR\n:wait finished\ng\n:save-screen \(sandbox.path)/screen\nq\n"
    let results = try show(run, steps)
    #expect(try results.map { try $0.get() } == [2, 1, 1].enumerated().map { "value \($0), attempt \($1)" })
    #expect(screen.contains("#1 ✓ ok") && screen.contains("value 0, attempt 2"), "\(screen)")
  }

  @Test func withoutADisplayTheSameComesBack() throws {
    let run = (0..<20).startParallelRun(threads: 3, isObserved: true) { $0 + $1.item.position }
    #expect(try show(run, nil).map { try $0.get() } == (0..<20).map { $0 * 2 })
  }

  @Test func theDashboardClosesByItselfIfWanted() throws {
    let run = (0..<3).startParallelRun(threads: 3, isObserved: true) { number, _ in number }
    #expect(try show(run, ":wait finished", closesWhenDone: true).count == 3)
  }

  @Test func noItemsAreNoError() throws {
    let run = (0..<0).startParallelRun(threads: 3, isObserved: true) { number, _ in number }
    #expect(try show(run, ":wait finished\nq\n").isEmpty)
  }

  @Test func aRunWithoutEventsIsRefused() throws {
    let run = (0..<3).startParallelRun(threads: 1) { number, _ in number }
    let error = #expect(throws: DashboardError.self) { try show(run, nil) }
    #expect(error?.description.contains("isObserved: true") == true)
  }

  @Test func anotherThreadIsRefused() async {
    let error = await Task.detached {
      #expect(throws: DashboardError.self) { try [1].parallelMapWithDashboard(title: "x") { $0 } }
    }.value
    #expect(error?.description.contains("main thread") == true)
  }
}
