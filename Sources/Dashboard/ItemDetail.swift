public import ParallelFor

/// All about one item.
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
    /// Nanoseconds of processor time; nil when unknown.
    public var cpu: Int64?
    /// The most memory that it had, in bytes; nil when unknown.
    public var peakMemory: Int64?

    /// Makes what is known of a process.
    public init(exitStatus: Int32? = nil, signal: Int32? = nil, cpu: Int64? = nil, peakMemory: Int64? = nil) {
      self.exitStatus = exitStatus
      self.signal = signal
      self.cpu = cpu
      self.peakMemory = peakMemory
    }
  }

  /// An attempt that has ended and was not, or will not be, the last.
  public struct Attempt: Equatable, Sendable {
    /// Which attempt it was, from 1.
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
  /// What to call it.
  public var label: String
  /// Its fields; none when it is just a text.
  public var fields: [Field] = []
  /// The command line or the query with its parameters.
  public var invocation = ""
  /// The worker that ran it last, once it has begun.
  public var worker: WorkerID?
  /// The number of attempts made.
  public var attempt = 1
  /// When the last attempt began.
  public var start: Instant?
  /// How long the last attempt took in nanoseconds, once it has ended.
  public var latency: Int64?
  /// How it ended; nil while it has not.
  public var outcome: Outcome?
  /// A remark beside the outcome.
  public var note: String?
  /// How the process of the last attempt ended; nil for what is no command, or could not be started.
  public var process: Process?
  /// The attempts before the last one that has ended, in order.
  public var earlier: [Attempt] = []
  /// What it wrote to standard output, as lines.
  public var output: [String] = []
  /// How many bytes of output there are in all.
  public var outputBytes = 0
  /// Whether `output` is only the beginning.
  public var outputCut = false
  /// What it wrote to standard error, as lines.
  public var errors: [String] = []
  /// How many bytes of standard error there are in all.
  public var errorBytes = 0
  /// Whether `errors` is only the beginning.
  public var errorsCut = false

  /// Makes a detail that is to be filled in.
  public init(id: ItemID, label: String) {
    self.id = id
    self.label = label
  }
}
