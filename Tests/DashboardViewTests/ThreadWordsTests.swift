import Dashboard
import DashboardView
import ParallelFor
import Screen
import TestSupport
import Testing

/// What the header and the progress line say of an automatic number of threads, and of what holds a run.
@Suite struct ThreadWordsTests {
  /// A run with an event after its first twelve seconds.
  private func scene(_ kinds: RunEvent.Kind...) -> Scene {
    var scene = Scene.orders(threads: 6).0
    for kind in kinds { scene.dashboard.apply(RunEvent(sequence: 0, instant: scene.now, kind: kind)) }
    return scene
  }

  private func header(_ scene: Scene, width: Int = 160) -> String { scene.grid(Size(width: width, height: 30)).row(0) }

  @Test(
    arguments: [
      (ThreadDecision(threads: 6, reason: .measuring), "measuring"),
      (ThreadDecision(threads: 6, reason: .trying, other: 8), "comparing 6 with 8"),
      (ThreadDecision(threads: 6, reason: .noGain, other: 8, gain: 0.013, error: 0.021), "8 gained 1 % ± 3"),
      (ThreadDecision(threads: 6, reason: .gained, other: 4, gain: -0.2, error: 0.0501), "4 lost 20 % ± 6"),
      (ThreadDecision(threads: 6, reason: .enough, other: 8, gain: 0, error: 0), "8 gained 0 % ± 1"),
      (ThreadDecision(threads: 6, reason: .tooFew, other: 4, gain: -0.5, error: 0.1), "4 lost 50 % ± 10"),
      (ThreadDecision(threads: 6, reason: .gained, other: 1, gain: 99, error: 0.5), "1 gained 999 % ± 50"),
      (ThreadDecision(threads: 6, reason: .changed), "times changed, measuring"),
      (ThreadDecision(threads: 6, reason: .errors, other: 12), "items failed with 12"),
      (ThreadDecision(threads: 6, reason: .machine, other: 12), "machine too busy for 12"),
      (ThreadDecision(threads: 6, reason: .input), "input is the limit"),
      (ThreadDecision(threads: 6, reason: .output), "output is the limit"),
      (ThreadDecision(threads: 6, reason: .ending), "too few items left"),
    ]) func anAutomaticNumberSaysWhy(decision: ThreadDecision, words: String)
  {
    let scene = scene(.automaticThreads(decision))
    #expect(header(scene).contains("  auto 6: \(words)  "))
    #expect(ProgressLine.text(scene.dashboard, at: scene.now, width: 200).contains(" · auto 6: \(words) · "))
    #expect(header(scene, width: 60).contains("  auto 6  "), "the reason is left out where there is no room")
  }

  @Test func aNumberThatAUserSetsHasNoReason() {
    let scene = scene(.automaticThreads(ThreadDecision(threads: 6, reason: .measuring)), .automaticThreads(nil))
    #expect(header(scene).contains("  6 threads  "))
  }

  @Test(
    arguments: [
      (HoldReason.load(9.2, limit: 8), "load 9.2, waits for less than 8.0"),
      (HoldReason.memory(available: 500_000_000, limit: 2_000_000_000), "500.0 MB of memory free, waits for 2.0 GB"),
    ]) func aHeldRunSaysWhatItWaitsFor(reason: HoldReason, words: String)
  {
    let held = scene(.runHeld(reason))
    #expect(header(held).contains("  \(words)  6 threads  "))
    #expect(ProgressLine.text(held.dashboard, at: held.now, width: 200).contains(" · \(words) · "))
    #expect(header(held, width: 60).contains("  held  "))
    #expect(!header(scene(.runHeld(reason), .runHeld(nil))).contains("waits"))
  }
}
