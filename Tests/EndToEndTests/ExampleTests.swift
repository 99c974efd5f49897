import Foundation
import TestSupport
import Testing

/// The example: a Swift program that shows the dashboard on its own run.
@Suite struct ExampleTests {
  private static let reports = (1...10).map { "customer \($0): \(150 * (2 * $0 - 1)) orders" }

  private func expectReports(in output: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let places = Self.reports.map { output.range(of: $0)?.lowerBound }
    #expect(!places.contains(nil), "\(output)", sourceLocation: sourceLocation)
    let found = places.compactMap(\.self)
    #expect(found == found.sorted(), "\(output)", sourceLocation: sourceLocation)
  }

  @Test func theDashboardOpensAndTheResultsComeAfterIt() throws {
    let session = try TmuxSession(width: 100, height: 30)
    try session.type("stty -a > before; clear; dashboard-example; echo status-$?")
    try session.waitFor("ten slow queries")
    #expect(try session.flag("alternate_on") == "1")
    try session.send("+")
    try session.waitFor("4 threads")
    try session.wait("the end") { $0.contains("10 ok") && $0.contains("customer 10: 2850 orders") }
    try session.send("q")
    try session.waitFor("status-0")
    expectReports(in: try session.capture())
    #expect(try session.flag("alternate_on") == "0")
    try session.type("stty -a > after; echo rea''dy")
    try session.waitFor("ready")
    #expect(session.sandbox.read("after") == session.sandbox.read("before"))
  }

  @Test func leavingEarlyAsksAndStops() throws {
    let session = try TmuxSession(width: 100, height: 30)
    try session.type("clear; dashboard-example; echo status-$?")
    try session.waitFor("3 running")
    try session.send("q")
    try session.waitFor("Leave?")
    try session.send("s")
    try session.waitFor("stopped early")
    try session.waitFor("status-0")
  }

  @Test func withoutATerminalTheResultsAreTheSame() throws {
    let run = try Sandbox().run("dashboard-example < /dev/null")
    #expect(run.status == 0 && run.errors.contains("10/10"), "\(run.errors)")
    expectReports(in: run.output)
    #expect(!run.errors.contains("\u{1b}") && !run.output.contains("\u{1b}"))
  }

  @Test func terminationGivesTheTerminalBackAndEndsTheProgramAsAnyOther() throws {
    let session = try TmuxSession(width: 100, height: 30)
    try session.type("clear; dashboard-example & echo $! > pid; fg; echo status-$?")
    try session.waitFor("ten slow queries")
    try session.sandbox.run("kill -TERM $(cat pid)")
    try session.waitFor("status-143")
    #expect(try session.flag("alternate_on") == "0")
  }
}
