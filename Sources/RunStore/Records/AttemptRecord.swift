public import ParallelFor

/// One attempt at one item: when, where, how long and how it ended.
public struct AttemptRecord: Sendable, Equatable {
  /// Which attempt it is, from 1.
  public var attempt: Int
  /// The slot of the worker.
  public var worker: Int
  /// When it began, in nanoseconds since 1970.
  public var start: Int64
  /// Nanoseconds from its beginning to its end.
  public var latency: Int64
  /// How it ended.
  public var outcome: Outcome
  /// Nanoseconds for which the item had waited to be begun; nil when unknown.
  public var wait: Int64?
  /// What a command exited with; nil when it did not exit by itself.
  public var exitStatus: Int32?
  /// The signal that ended a command; nil when none did.
  public var signal: Int32?
  /// Nanoseconds of processor time that a command used; nil when unknown.
  public var cpu: Int64?
  /// The most memory that a command had, in bytes; nil when unknown.
  public var peakMemory: Int64?
  /// A remark beside the outcome; nil when there is none.
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

  /// When it ended, in nanoseconds since 1970.
  public var end: Int64 { start &+ latency }

  /// Whether the item may have ended for good with it. One that was stopped has not: a resumed run runs it.
  public var canEndItem: Bool { outcome != .cancelled }

  /// Why it failed; nil when it did not.
  public var reason: String? {
    if case .failed(let failure) = outcome { failure.reason } else { nil }
  }
}

/// How outcomes are numbered in a run file.
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

  /// The outcome of a code and the reason of a failure; nil if there is no such code.
  static func outcome(_ code: Int64, reason: String?) -> Outcome? {
    switch code {
    case succeeded: .succeeded
    case failed: .failed(Failure(reason ?? ""))
    case timedOut: .timedOut
    case cancelled: .cancelled
    default: nil
    }
  }
}

extension RunCounts {
  /// Counts an outcome by its code, or takes it out again with -1.
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
