import TestSupport
import Testing

/// The demo, which plants a missing index.
@Suite struct DemoTests {
  /// The run is cut short, because the whole demo takes half a minute and more. It ends on the page Why without a key.
  @Test func theDemoEndsWithTheReason() throws {
    let sandbox = try Sandbox()
    try sandbox.write(":wait finished\n:save-screen screen\nq\n", to: "steps")
    let run = try sandbox.run(
      "pfor-tui demo --time-budget 4s --script steps; pfor-tui demo --time-budget 4s --no-tui",
      environment: ["COLUMNS": "120", "LINES": "36"])
    let screen = sandbox.read("screen")
    #expect(
      screen.contains(" full scan of orders ") && screen.contains("an index on (product, day) would help"), "\(screen)")
    let summaries = run.errors.split(separator: "\n").filter { $0.hasPrefix("why: full scan of orders took ") }
    #expect(summaries.count == 2, "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count { $0 == "     an index on (product, day) would help" } == 2)
  }
}
