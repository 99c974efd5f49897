import Attempts
import ParallelFor

/// What the program tells an agent.
enum AgentOrder: Equatable {
  /// Run a command; its arguments end with NUL bytes.
  case run(Assignment, slot: Int, arguments: [UInt8])
  /// Ask a command to end.
  case cancel(Assignment, StopUrgency)
  /// The program is alive and knows that the agent is.
  case ping
  /// Leave.
  case quit

  /// One attempt at one item.
  struct Assignment: Hashable {
    /// The item's number, from 1.
    var item: Int
    /// The number of the attempt, from 1.
    var attempt: Int
  }

  var frame: Frame {
    switch self {
    case .run(let job, let slot, let arguments):
      Frame(kind: .run, numbers: [Int64(job.item), Int64(job.attempt), Int64(slot)], payload: arguments)
    case .cancel(let job, let urgency):
      Frame(kind: .cancel, numbers: [Int64(job.item), Int64(job.attempt), Int64(urgency.rawValue)])
    case .ping: Frame(kind: .ping)
    case .quit: Frame(kind: .quit)
    }
  }

  /// Reads a frame; nil if an agent does not understand it.
  init?(_ frame: Frame) {
    let numbers = frame.numbers.map { Int($0) }
    switch frame.kind {
    case .run:
      self = .run(Assignment(item: numbers[0], attempt: numbers[1]), slot: numbers[2], arguments: frame.payload)
    case .cancel:
      guard let urgency = StopUrgency(rawValue: numbers[2]) else { return nil }
      self = .cancel(Assignment(item: numbers[0], attempt: numbers[1]), urgency)
    case .ping: self = .ping
    case .quit: self = .quit
    case .hello, .beat, .started, .output, .ended: return nil
    }
  }
}

/// What an agent tells the program.
enum AgentReport: Equatable {
  /// The agent is ready for items.
  case hello(AgentIdentity)
  /// The agent is alive.
  case beat
  /// A command has started, in this process on the agent's node.
  case started(AgentOrder.Assignment, process: Int32)
  /// A part of what a command wrote.
  case output(AgentOrder.Assignment, isError: Bool, [UInt8])
  /// A command has ended. Nothing else proves that.
  case ended(AgentOrder.Assignment, AgentEnding)

  var frame: Frame {
    switch self {
    case .hello(let identity): Frame(kind: .hello, numbers: [Int64(identity.process)], payload: identity.bytes)
    case .beat: Frame(kind: .beat)
    case .started(let job, let process):
      Frame(kind: .started, numbers: [Int64(job.item), Int64(job.attempt), Int64(process)])
    case .output(let job, let isError, let bytes):
      Frame(kind: .output, numbers: [Int64(job.item), Int64(job.attempt), isError ? 2 : 1], payload: bytes)
    case .ended(let job, let ending): ending.frame(of: job)
    }
  }

  /// Reads a frame; nil if no agent sends it.
  init?(_ frame: Frame) {
    let numbers = frame.numbers
    let job = { AgentOrder.Assignment(item: Int(numbers[0]), attempt: Int(numbers[1])) }
    switch frame.kind {
    case .hello:
      guard let identity = AgentIdentity(frame.payload, process: Int32(clamping: numbers[0])) else { return nil }
      self = .hello(identity)
    case .beat: self = .beat
    case .started: self = .started(job(), process: Int32(clamping: numbers[2]))
    case .output: self = .output(job(), isError: numbers[2] == 2, frame.payload)
    case .ended:
      guard let ending = AgentEnding(frame) else { return nil }
      self = .ended(job(), ending)
    case .run, .cancel, .ping, .quit: return nil
    }
  }
}

/// Which agent it is, and where it runs.
struct AgentIdentity: Equatable {
  /// The random word that the program gave it.
  var nonce: String
  /// The name of its node.
  var node: String
  /// The job and step of the cluster, such as `4711.3`; empty if there is none.
  var step: String
  var process: Int32

  init(nonce: String, node: String, step: String, process: Int32) {
    self.nonce = nonce
    self.node = node
    self.step = step
    self.process = process
  }

  fileprivate init?(_ bytes: [UInt8], process: Int32) {
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3 else { return nil }
    self.init(nonce: parts[0], node: parts[1], step: parts[2], process: process)
  }

  fileprivate var bytes: [UInt8] { Array("\(nonce)\0\(node)\0\(step)".utf8) }
}

/// How a command on another machine ended.
struct AgentEnding: Equatable {
  var outcome: Outcome
  var process: ProcessEnding
  var note: String?
  /// The duration in nanoseconds, by the agent's clock.
  var duration: Int64
  /// The number of bytes of both outputs, which must have arrived.
  var outputBytes: Int
  var errorBytes: Int

  private enum Code: Int64 { case succeeded, failed, timedOut, cancelled }

  fileprivate func frame(of job: AgentOrder.Assignment) -> Frame {
    let code: Code
    switch outcome {
    case .succeeded: code = .succeeded
    case .failed: code = .failed
    case .timedOut: code = .timedOut
    case .cancelled: code = .cancelled
    }
    let reason = if case .failed(let failure) = outcome { failure.reason } else { "" }
    return Frame(
      kind: .ended,
      numbers: [
        Int64(job.item), Int64(job.attempt), code.rawValue, process.exitStatus.map { Int64($0) } ?? -1,
        process.signal.map { Int64($0) } ?? -1, duration, process.cpu ?? -1, process.peakMemory ?? -1,
        Int64(outputBytes), Int64(errorBytes),
      ], payload: Array("\(reason)\0\(note ?? "")".utf8))
  }

  fileprivate init?(_ frame: Frame) {
    let numbers = frame.numbers
    let words = frame.payload.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 2, let code = Code(rawValue: numbers[2]) else { return nil }
    let known = { (number: Int64) in number < 0 ? nil : number }
    outcome =
      switch code {
      case .succeeded: .succeeded
      case .failed: .failed(Failure(words[0]))
      case .timedOut: .timedOut
      case .cancelled: .cancelled
      }
    note = words[1].isEmpty ? nil : words[1]
    duration = numbers[5]
    process = ProcessEnding(
      exitStatus: known(numbers[3]).map { Int32(clamping: $0) }, signal: known(numbers[4]).map { Int32(clamping: $0) },
      cpu: known(numbers[6]), peakMemory: known(numbers[7]))
    outputBytes = Int(numbers[8])
    errorBytes = Int(numbers[9])
  }

  init(_ ending: JobEnding, duration: Int64, outputBytes: Int, errorBytes: Int) {
    outcome = ending.outcome
    process = ending.process
    note = ending.note
    self.duration = duration
    self.outputBytes = outputBytes
    self.errorBytes = errorBytes
  }
}
