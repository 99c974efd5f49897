package import ParallelFor

package struct ItemDetail: Equatable, Sendable {
  /// A named field of the item, such as a column of its line.
  package struct Field: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How a command's process ended, and what it used.
  package struct Process: Equatable, Sendable {
    /// Its exit status; nil if a signal ended it.
    package var exitStatus: Int32?
    /// The signal that ended it, if one did.
    package var signal: Int32?
    /// The processor time in nanoseconds; nil when unknown.
    package var cpu: Int64?
    /// The peak memory in bytes; nil when unknown.
    package var peakMemory: Int64?

    /// Makes the facts about a process.
    package init(exitStatus: Int32? = nil, signal: Int32? = nil, cpu: Int64? = nil, peakMemory: Int64? = nil) {
      self.exitStatus = exitStatus
      self.signal = signal
      self.cpu = cpu
      self.peakMemory = peakMemory
    }
  }

  /// An ended attempt that was not, or will not be, the last.
  package struct Attempt: Equatable, Sendable {
    package var number: Int
    /// The worker that ran it.
    package var worker: WorkerID
    /// How long it took in nanoseconds.
    package var latency: Int64
    /// How it ended.
    package var outcome: Outcome

    package init(number: Int, worker: WorkerID, latency: Int64, outcome: Outcome) {
      self.number = number
      self.worker = worker
      self.latency = latency
      self.outcome = outcome
    }
  }

  package var id: ItemID
  /// Its name.
  package var label: String
  /// Its fields; none when it is only a text.
  package var fields: [Field] = []
  /// The command line or the query with its parameters.
  package var invocation = ""
  /// The worker that ran it last, once it has started.
  package var worker: WorkerID?
  /// The number of attempts made.
  package var attempt = 1
  /// When the last attempt started.
  package var start: Instant?
  /// How long the last attempt took in nanoseconds, once it has ended.
  package var latency: Int64?
  /// How it ended; nil until it has.
  package var outcome: Outcome?
  /// A remark on the outcome.
  package var note: String?
  /// How the process of the last attempt ended; nil if there was no command or it could not be started.
  package var process: Process?
  /// The attempts before the last ended one, in order.
  package var earlier: [Attempt] = []
  /// The lines that it wrote to standard output.
  package var output: [String] = []
  /// The total number of bytes of output.
  package var outputBytes = 0
  /// Whether `output` is only the beginning.
  package var outputCut = false
  /// The lines that it wrote to standard error.
  package var errors: [String] = []
  /// The total number of bytes of standard error.
  package var errorBytes = 0
  /// Whether `errors` is only the beginning.
  package var errorsCut = false

  /// Makes details to be filled in.
  package init(id: ItemID, label: String) {
    self.id = id
    self.label = label
  }
}
