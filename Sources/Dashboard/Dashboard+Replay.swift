public import ParallelFor

extension Dashboard {
  /// Forgets all facts, because the replay tells them again from the beginning; what is on the screen stays.
  public mutating func rewind() {
    live = RunFacts(slow: live.slowThreshold)
    frozen = nil
    detail = nil
    results.rewind()
    setFilter(results.filter)
  }

  /// Keeps the clock of a replay from running ahead of the events, and from going past the end.
  ///
  /// - Parameters:
  ///   - length: How long the past run took at most, in nanoseconds.
  ///   - isBehind: Whether the events have not come as far as they should.
  public mutating func followReplay(length: Int64, isBehind: Bool, at now: Instant) {
    replay?.follow(length: length, reached: isBehind ? live.latest.nanoseconds : nil, at: now)
  }

  /// Does what a command means in a replay; nil if it means the same as in a run.
  mutating func steerReplay(_ command: Command, at now: Instant) -> [Effect]? {
    switch command {
    case .moreThreads: replay?.change(faster: true, at: now)
    case .fewerThreads: replay?.change(faster: false, at: now)
    case .manyMoreThreads: replay?.seek(forward: true, at: now)
    case .manyFewerThreads: replay?.seek(forward: false, at: now)
    case .togglePause: replay?.togglePause(at: now)
    case .promptThreads, .setThreads: notice("a replay changes no threads: + and - change its speed", at: now)
    case .killItem: notice("a replay runs nothing that could be stopped", at: now)
    case .retry: notice("a replay runs nothing that could be tried again", at: now)
    case .quit, .interrupt: return [.quit]
    default: return nil
    }
    return []
  }
}

extension Command.Entry {
  /// What it does in a replay, in a few words.
  public var replayHelp: String {
    switch command {
    case .moreThreads: "twice as fast"
    case .fewerThreads: "half as fast"
    case .manyMoreThreads: "a tenth of the run forward"
    case .manyFewerThreads: "a tenth of the run back"
    case .togglePause: "stand still; again: play on"
    case .promptThreads, .killItem, .retry: "not in a replay"
    case .quit, .interrupt: "quit"
    default: help
    }
  }

  /// One word for the footer of a replay, or nil to stay out of it.
  public var replayHint: String? {
    switch command {
    case .moreThreads, .fewerThreads: "speed"
    case .manyMoreThreads, .manyFewerThreads: "seek"
    case .killItem, .retry: nil
    default: hint
    }
  }
}
