public import ParallelFor

/// One attempt at one item: when, where, how long and how it ended.
public struct AttemptRecord: Sendable, Equatable {
  /// The number of the attempt, from 1.
  public var attempt: Int
  /// The slot of the worker.
  public var worker: Int
  /// When the attempt started, in nanoseconds since 1970.
  public var start: Int64
  /// The duration in nanoseconds.
  public var latency: Int64
  /// How the attempt ended.
  public var outcome: Outcome
  /// How long the item waited to start, in nanoseconds; nil when unknown.
  public var wait: Int64?
  /// The exit status of a command; nil when a signal ended it.
  public var exitStatus: Int32?
  /// The signal that ended a command; nil when none did.
  public var signal: Int32?
  /// The processor time of a command in nanoseconds; nil when unknown.
  public var cpu: Int64?
  /// The peak memory of a command in bytes; nil when unknown.
  public var peakMemory: Int64?
  /// A remark on the outcome; nil when there is none.
  public var note: String?

  /// Makes an attempt's record.
  @inlinable
  public init(
    attempt: Int = 1, worker: Int, start: Int64, latency: Int64, outcome: Outcome, wait: Int64? = nil,
    exitStatus: Int32? = nil, signal: Int32? = nil, cpu: Int64? = nil, peakMemory: Int64? = nil, note: String? = nil
  ) {
    self.attempt = attempt
    self.worker = worker
    self.start = start
    self.latency = latency
    self.outcome = outcome
    self.wait = wait
    self.exitStatus = exitStatus
    self.signal = signal
    self.cpu = cpu
    self.peakMemory = peakMemory
    self.note = note
  }

  /// When the attempt ended, in nanoseconds since 1970.
  public var end: Int64 { start &+ latency }

  /// Whether the item can have ended for good with this attempt. A resumed run repeats a cancelled one.
  public var canEndItem: Bool { outcome != .cancelled }

  /// Why the attempt failed; nil when it did not.
  public var reason: String? {
    if case .failed(let failure) = outcome { failure.reason } else { nil }
  }
}

/// The codes of outcomes in a run file.
enum OutcomeCode {
  static let succeeded: Int64 = 0
  static let failed: Int64 = 1
  static let timedOut: Int64 = 2
  static let cancelled: Int64 = 3

  static func code(_ outcome: Outcome) -> Int64 {
    switch outcome {
    case .succeeded: succeeded
    case .failed: failed
    case .timedOut: timedOut
    case .cancelled: cancelled
    }
  }

  /// Returns the outcome for a valid code; the reason of a failure is not part of it.
  static func outcome(_ code: Int64?) -> Outcome {
    switch code {
    case succeeded: .succeeded
    case failed: .failed(Failure(""))
    case timedOut: .timedOut
    default: .cancelled
    }
  }
}

extension RunCounts {
  /// Counts an outcome by its code, or removes it with -1.
  mutating func count(_ code: Int64, by difference: Int = 1) {
    switch code {
    case OutcomeCode.succeeded: succeeded += difference
    case OutcomeCode.failed: failed += difference
    case OutcomeCode.timedOut: timedOut += difference
    case OutcomeCode.cancelled: cancelled += difference
    default: break
    }
  }
}
