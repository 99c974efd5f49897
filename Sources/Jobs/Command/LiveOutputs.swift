import Attempts
public import ParallelFor

/// The two outputs of the command that a worker runs. The worker fills them, and other threads may read the beginning.
final class LiveOutputs: @unchecked Sendable {
  struct Buffers {
    var output: CaptureBuffer
    var errors: CaptureBuffer
  }

  /// What is known of a command that has run for more than a second.
  struct Progress {
    /// The processor time of its processes so far, in nanoseconds.
    var cpu: Int64
    /// The largest memory that one of its processes was seen to use, in bytes.
    var memory: Int64
    /// What it does or waits for.
    var reason: Reason?
  }

  private let lock = Lock()
  private var buffers: Buffers
  /// Receives the bytes instead of the buffers; whether they are of standard error comes first. Only the worker uses it.
  var forward: ((Bool, UnsafeRawBufferPointer) -> Void)?
  private var latest: Progress?

  init(spillFile: SpillFile) {
    buffers = Buffers(output: CaptureBuffer(spillFile: spillFile), errors: CaptureBuffer(spillFile: spillFile))
  }

  func append(
    _ bytes: UnsafeRawBufferPointer, to buffer: WritableKeyPath<Buffers, CaptureBuffer>
  ) throws(SpillError) {
    if let forward { return forward(buffer == \.errors, bytes) }
    try lock.withLock { () throws(SpillError) in try buffers[keyPath: buffer].append(bytes) }
  }

  /// What is known of the command; nil in its first second.
  var progress: Progress? {
    get { lock.withLock { latest } }
    set { lock.withLock { latest = newValue } }
  }

  /// Returns the collected bytes and empties the buffers.
  func finish() throws(SpillError) -> (output: CapturedBytes, errors: CapturedBytes) {
    try lock.withLock { () throws(SpillError) in (try buffers.output.finish(), try buffers.errors.finish()) }
  }

  /// Forgets the collected bytes.
  func reset() {
    lock.withLock {
      buffers.output.reset()
      buffers.errors.reset()
    }
  }

  /// Calls `body` with what both outputs hold now, while nothing is added.
  func read<Value>(_ body: (_ output: CaptureBuffer, _ errors: CaptureBuffer) -> Value) -> Value {
    lock.withLock { body(buffers.output, buffers.errors) }
  }
}

/// What a running command has written so far.
public struct LiveCommand: Sendable {
  /// The beginning and the end of an output.
  public struct Output: Sendable, Equatable {
    /// The number of bytes so far.
    public let count: Int
    /// The first bytes.
    public let head: [UInt8]
    /// The last bytes, if they are not among the first ones.
    public let tail: [UInt8]

    init(_ buffer: CaptureBuffer, limit: Int) {
      count = buffer.count
      head = buffer.read(from: 0, count: limit)
      let end = max(head.count, count - limit)
      tail = buffer.read(from: end, count: count - end)
    }
  }

  /// The number of the process.
  public let process: Int32
  /// What it has written to standard output.
  public let output: Output
  /// What it has written to standard error.
  public let errors: Output
  /// The processor time of its processes so far, in nanoseconds; nil if it is not known, as in the first second.
  public let cpu: Int64?
  /// The largest memory that one of its processes was seen to use, in bytes; nil if it is not known.
  public let memory: Int64?
}

extension RunningCommands {
  /// Returns what the command of an item has written so far; nil if the item runs no command.
  ///
  /// - Parameter limit: the most bytes of the beginning and of the end of each output.
  public static func live(_ item: ItemID, limit: Int) -> LiveCommand? {
    guard let (process, outputs) = ProcessGroups.shared.outputs(of: item) else { return nil }
    let progress = outputs.progress
    let command = outputs.read {
      LiveCommand(
        process: process, output: .init($0, limit: limit), errors: .init($1, limit: limit), cpu: progress?.cpu,
        memory: progress?.memory)
    }
    // The worker may have gone on to another item meanwhile, whose outputs these would be.
    return ProcessGroups.shared.outputs(of: item)?.process == process ? command : nil
  }
}
