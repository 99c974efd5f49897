public import ParallelFor

extension Dashboard {
  /// Forgets all facts, because the replay delivers them again from the start. The user's view stays as it is.
  public mutating func rewind() {
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
  public mutating func followReplay(length: Int64, isBehind: Bool, at now: Instant) {
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
    case .quit, .interrupt: return [.quit]
    default: return nil
    }
    return []
  }
}

extension Command.Entry {
  /// What the command does in a replay, in a few words.
  public var replayHelp: String {
    switch command {
    case .moreThreads: "twice as fast"
    case .fewerThreads: "half as fast"
    case .manyMoreThreads: "a tenth of the run forward"
    case .manyFewerThreads: "a tenth of the run back"
    case .togglePause: "pause; again: resume"
    case .promptThreads, .killItem, .retry: "not in a replay"
    case .quit, .interrupt: "quit"
    default: help
    }
  }

  /// One word for the footer of a replay; nil to leave the command out.
  public var replayHint: String? {
    switch command {
    case .moreThreads, .fewerThreads: "speed"
    case .manyMoreThreads, .manyFewerThreads: "seek"
    case .killItem, .retry: nil
    default: hint
    }
  }
}
