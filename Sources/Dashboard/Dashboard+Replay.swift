package import ParallelFor

extension Dashboard {
  /// Forgets all facts, because the replay delivers them again from the start. The user's view stays as it is.
  package mutating func rewind() {
    live = RunFacts(slow: live.slowThreshold)
    frozen = nil
    detail = nil
    results.rewind()
    setFilter(results.filter)
  }

  /// Keeps the clock of a replay from running ahead of the events and past the end.
  ///
  /// - Parameters:
  ///   - length: The longest time that the past run may have taken, in nanoseconds.
  ///   - isBehind: Whether the events lag behind the clock.
  package mutating func followReplay(length: Int64, isBehind: Bool, at now: Instant) {
    replay?.follow(length: length, reached: isBehind ? live.latest.nanoseconds : nil, at: now)
  }

  /// Carries out a command in a replay. Returns nil if it means the same as in a run.
  mutating func steerReplay(_ command: Command, at now: Instant) -> [Effect]? {
    switch command {
    case .moreThreads: replay?.change(faster: true, at: now)
    case .fewerThreads: replay?.change(faster: false, at: now)
    case .manyMoreThreads: replay?.seek(forward: true, at: now)
    case .manyFewerThreads: replay?.seek(forward: false, at: now)
    case .togglePause: replay?.togglePause(at: now)
    case .promptThreads, .setThreads: notice("in a replay, + and - change the speed, not the threads", at: now)
    case .killItem: notice("a replay has no running items to stop", at: now)
    case .retry: notice("a replay has no items to try again", at: now)
    case .quit, .interrupt: return [.screen(.quit)]
    case .show, .nextPanel, .previousPanel, .moveUp, .moveDown, .pageUp, .pageDown, .moveToStart, .moveToEnd, .open,
      .back, .toggleMark, .markFailed, .unmarkAll, .search, .searchNext, .searchPrevious, .filter, .sort, .toggleFreeze,
      .nextTheme, .help, .redraw, .suspend, .choose:
      return nil
    }
    return []
  }
}
