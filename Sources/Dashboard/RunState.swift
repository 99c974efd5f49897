/// What the run as a whole is doing.
public enum RunState: Sendable, Equatable {
  case running, paused, draining, stopping, done
}
