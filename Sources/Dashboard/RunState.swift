/// What the run as a whole is doing.
package enum RunState: Sendable, Equatable {
  case running, paused, draining, stopping, done
}
