public import ParallelFor

/// The details of one item.
public struct ItemDetail: Equatable, Sendable {
  /// A named field of the item, such as a column of its line.
  public struct Field: Equatable, Sendable {
    /// The field's name.
    public var name: String
    /// The field's value.
    public var value: String

    /// Makes a field.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How a command's process ended, and what it used.
  public struct Process: Equatable, Sendable {
    /// Its exit status; nil if a signal ended it.
    public var exitStatus: Int32?
    /// The signal that ended it, if one did.
    public var signal: Int32?
    /// The processor time in nanoseconds; nil when unknown.
    public var cpu: Int64?
    /// The peak memory in bytes; nil when unknown.
    public var peakMemory: Int64?

    /// Makes the facts about a process.
    public init(exitStatus: Int32? = nil, signal: Int32? = nil, cpu: Int64? = nil, peakMemory: Int64? = nil) {
      self.exitStatus = exitStatus
      self.signal = signal
      self.cpu = cpu
      self.peakMemory = peakMemory
    }
  }

  /// An ended attempt that was not, or will not be, the last.
  public struct Attempt: Equatable, Sendable {
    /// The number of the attempt, from 1.
    public var number: Int
    /// The worker that ran it.
    public var worker: WorkerID
    /// How long it took in nanoseconds.
    public var latency: Int64
    /// How it ended.
    public var outcome: Outcome

    /// Makes an attempt.
    public init(number: Int, worker: WorkerID, latency: Int64, outcome: Outcome) {
      self.number = number
      self.worker = worker
      self.latency = latency
      self.outcome = outcome
    }
  }

  /// The item.
  public var id: ItemID
  /// Its name.
  public var label: String
  /// Its fields; none when it is only a text.
  public var fields: [Field] = []
  /// The command line or the query with its parameters.
  public var invocation = ""
  /// The worker that ran it last, once it has started.
  public var worker: WorkerID?
  /// The number of attempts made.
  public var attempt = 1
  /// When the last attempt started.
  public var start: Instant?
  /// How long the last attempt took in nanoseconds, once it has ended.
  public var latency: Int64?
  /// How it ended; nil until it has.
  public var outcome: Outcome?
  /// A remark on the outcome.
  public var note: String?
  /// How the process of the last attempt ended; nil if there was no command or it could not be started.
  public var process: Process?
  /// The attempts before the last ended one, in order.
  public var earlier: [Attempt] = []
  /// The lines that it wrote to standard output.
  public var output: [String] = []
  /// The total number of bytes of output.
  public var outputBytes = 0
  /// Whether `output` is only the beginning.
  public var outputCut = false
  /// The lines that it wrote to standard error.
  public var errors: [String] = []
  /// The total number of bytes of standard error.
  public var errorBytes = 0
  /// Whether `errors` is only the beginning.
  public var errorsCut = false

  /// Makes details to be filled in.
  public init(id: ItemID, label: String) {
    self.id = id
    self.label = label
  }
}
