/// How often an agent and the program hear of each other, and how long each waits, in nanoseconds.
///
/// An agent that hears no ping for a lease kills its command and exits. The program pings only while it hears beats. It
/// gives an item away again only when a full lease has passed since its last ping. So two copies of an item never run at
/// the same time, although neither side can know what happens on the other one.
struct AgentTiming: Equatable {
  /// How long an agent lives without a ping.
  let lease: Int64

  /// - Parameter seconds: the lease; 20 is long enough for a network that is replugged.
  init(lease seconds: Double = 20) { lease = Int64(seconds * 1e9) }

  /// The time between beats, and between pings.
  var beat: Int64 { lease / 20 }
  /// How long the program pings without having heard a beat.
  var freshness: Int64 { lease / 4 }
  /// How long the program waits for a beat before it gives the agent up. It is longer than a lease and two beats.
  var patience: Int64 { lease + lease / 2 }
}
