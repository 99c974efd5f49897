import Dashboard
import ParallelFor
import Testing

/// Lists and items that a user takes elsewhere.
@Suite struct ElsewhereTests {
  private func type(_ text: String, into dashboard: inout Dashboard) -> [Effect] {
    for character in text { _ = dashboard.type(.character(character)) }
    return dashboard.type(.submit)
  }

  @Test func aLineIsRunAboutTheItemThatWasSelectedWhenAsked() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    _ = dashboard.perform(.show(.workers))
    _ = dashboard.perform(.runLine)
    dashboard.apply(script(.itemFinished(script.finished(0))))
    dashboard.apply(script(.itemStarted(script.started(1))))
    #expect(type("wc $PFOR_OUTPUT", into: &dashboard) == [.screen(.lend(.line("wc $PFOR_OUTPUT"), ItemID(0)))])
    // The next prompt begins with the last line.
    _ = dashboard.perform(.runLine)
    #expect(type("", into: &dashboard) == [.screen(.lend(.line("wc $PFOR_OUTPUT"), ItemID(1)))])
  }

  @Test func withoutAnItemNothingIsAsked() {
    var dashboard = Dashboard(title: "", source: "")
    #expect(dashboard.perform(.runLine).isEmpty && dashboard.overlay == nil)
  }

  @Test func theListInTheFocusIsSaved() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 2)
    dashboard.apply(script(.itemFinished(script.finished(1, worker: 2, .failed(Failure("no"))))))
    _ = dashboard.perform(.show(.results))
    _ = dashboard.perform(.toggleWrap)
    #expect(type("a b", into: &dashboard) == [.screen(.save([ItemID(0), ItemID(1)], of: 2, "a b"))])
    _ = dashboard.perform(.show(.failures))
    _ = dashboard.perform(.toggleWrap)
    #expect(type("f", into: &dashboard) == [.screen(.saveFailures("f"))])
    _ = dashboard.perform(.show(.slow))
    _ = dashboard.perform(.toggleWrap)
    #expect(type("s", into: &dashboard) == [.screen(.save([ItemID(0), ItemID(1)], of: 2, "s"))])
    _ = dashboard.perform(.show(.latency))
    _ = dashboard.perform(.toggleWrap)
    #expect(dashboard.overlay == nil)
  }

  @Test func anOpenItemIsWrappedAndNotSaved() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 2)
    _ = dashboard.perform(.open)
    _ = dashboard.perform(.toggleWrap)
    #expect(dashboard.overlay == nil && !dashboard.wrapsLines)
  }

  @Test func theStreamIsAskedForAlsoInAReplay() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 2)
    #expect(dashboard.perform(.stream) == [.screen(.stream)])
    let clock = ReplayClock(speed: 1, length: 10, at: Instant(nanoseconds: 0))
    var replay = Dashboard(title: "", source: "", replay: clock)
    #expect(replay.perform(.stream) == [.screen(.stream)])
  }

  /// After the end, y copies the command that leads on, and before it only of an item.
  @Test func theNextCommandIsCopied() {
    var (dashboard, script) = Dashboard.running(items: 1, threads: 1)
    dashboard.resumeCommand = "pfor-tui resume --failed x"
    #expect(dashboard.perform(.copy).isEmpty)
    dashboard.apply(script(.itemFinished(script.finished(0, .failed(Failure("no"))))))
    dashboard.apply(script(.runFinished(.completed)))
    #expect(dashboard.perform(.copy) == [.screen(.copy("pfor-tui resume --failed x"))])
  }
}
