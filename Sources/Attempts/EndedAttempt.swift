public import ParallelFor

/// One attempt at one item, after it has ended: when, where, how long and how it ended, and what its process used.
///
/// It is the sum of what the pool knows (``FinishedItem``) and what the job reports, as run files, logs, exports, pages
/// and replays have it.
public struct EndedAttempt: Sendable, Equatable {
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
  /// How the process of a command ended.
  public var process: ProcessEnding
  /// A remark on the outcome; nil when there is none.
  public var note: String?
  /// Why the attempt took its time, the most important reason first; empty if that is not known.
  @inlinable public var reasons: [Reason] {
    get { found ?? [] }
    set { found = newValue.isEmpty ? nil : newValue }
  }
  // Nil if there are none: copies of an empty array would count references of an object that all workers share.
  @usableFromInline var found: [Reason]?

  /// Makes an attempt.
  @inlinable
  public init(
    attempt: Int = 1, worker: Int, start: Int64, latency: Int64, outcome: Outcome, wait: Int64? = nil,
    process: ProcessEnding = ProcessEnding(), note: String? = nil, reasons: [Reason] = []
  ) {
    self.attempt = attempt
    self.worker = worker
    self.start = start
    self.latency = latency
    self.outcome = outcome
    self.wait = wait
    self.process = process
    self.note = note
    found = reasons.isEmpty ? nil : reasons
  }

  /// When the attempt ended, in nanoseconds since 1970.
  public var end: Int64 { start &+ latency }

  /// Whether the item can have ended for good with this attempt. A resumed run repeats a cancelled one.
  public var canEndItem: Bool { outcome != .cancelled }

  /// Why the attempt failed; nil when it did not.
  public var reason: String? { if case .failed(let failure) = outcome { failure.reason } else { nil } }
}

/// How a command's process ended, and what it and its children used. Without a process, nothing is known.
public struct ProcessEnding: Sendable, Equatable {
  /// The exit status; nil if a signal ended the process. A program that cannot be run has a shell's status, 126 or 127.
  public var exitStatus: Int32?
  /// The signal that ended the process; nil if none did.
  public var signal: Int32?
  /// The processor time in nanoseconds, in the program and in the system; nil when unknown.
  public var cpu: Int64?
  /// The largest peak memory of any one of its processes, in bytes; nil when unknown.
  public var peakMemory: Int64?
  /// The machine that it ran on; nil for this one.
  public var node: String?

  /// Makes an ending.
  @inlinable
  public init(exitStatus: Int32? = nil, signal: Int32? = nil, cpu: Int64? = nil, peakMemory: Int64? = nil) {
    self.exitStatus = exitStatus
    self.signal = signal
    self.cpu = cpu
    self.peakMemory = peakMemory
  }

  /// Whether anything is known, because there was a process.
  public var isKnown: Bool { self != ProcessEnding() }
}

extension FinishedItem {
  /// Returns the beginning of an item's text as a label: at most ``maximumLabelLength`` bytes, cut between characters.
  package static func label(of text: UnsafeBufferPointer<UInt8>) -> String {
    let limit = maximumLabelLength
    guard text.count > limit else { return String(decoding: text, as: UTF8.self) }
    var label = String(decoding: text.prefix(limit), as: UTF8.self)
    // The cut may have split the last character, and the replacement of its bytes may have lengthened the text.
    if !label.isEmpty { label.removeLast() }
    while label.utf8.count > limit { label.removeLast() }
    return label
  }
}
