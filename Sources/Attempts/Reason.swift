/// Why an attempt took its time, as the program has seen it. It is evidence, never a guess.
public struct Reason: Sendable, Hashable {
  /// What the attempt did or waited for. The raw value is the word in run files and exports, and never changes.
  public enum Kind: String, Sendable, CaseIterable {
    /// It waited for a lock of the database's server.
    case lock
    /// It waited for a short internal lock of the server.
    case lightweightLock = "lwlock"
    /// It waited until no other session used a page.
    case bufferPin = "buffer-pin"
    /// The server read or wrote files for it.
    case io
    /// It waited for other processes of the server.
    case processes = "ipc"
    /// It waited in an extension of the server.
    case serverExtension = "extension"
    /// It computed.
    case cpu
    /// It slept, as it was told.
    case sleep
    /// It waited for this program to read its result.
    case client
    /// It read a whole table.
    case fullScan = "full-scan"
    /// It read a whole index.
    case indexScan = "index-scan"
    /// It built an index for itself.
    case automaticIndex = "automatic-index"
    /// It sorted.
    case sort
    /// It found many rows by an index.
    case manyRows = "many-rows"
    /// It waited for the lock of a database file.
    case busy
    /// It could have computed, but no processor was free.
    case runQueue = "run-queue"
    /// It waited for the other end of a network connection.
    case network
    /// It waited for a disk.
    case disk
    /// It waited for a pipe or a terminal.
    case pipe
    /// It waited for a process that it had started.
    case children
    /// It waited for another thread of its process.
    case thread
    /// It waited for the lock of a file.
    case fileLock = "file-lock"
  }

  /// What the attempt did or waited for.
  public var kind: Kind
  /// What attempts with the same reason share, such as `transactionid` or the name of a table; can be empty.
  public var subject: String
  /// What only this attempt has, such as `← pid 4711, psql`; can be empty.
  public var detail: String
  /// What would help, such as `an index on (product, day)`; can be empty.
  public var remedy: String
  /// The part of the attempt's time that this explains, in nanoseconds; nil if unknown.
  public var time: Int64?

  /// Makes a reason.
  public init(_ kind: Kind, subject: String = "", detail: String = "", remedy: String = "", time: Int64? = nil) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.remedy = remedy
    self.time = time
  }

  /// The reason in words; may contain untrusted text.
  public var words: String {
    if detail.isEmpty { return shared }
    return shared + (detail.hasPrefix("←") ? " " : ", ") + detail
  }

  /// The words that attempts with the same reason share; may contain untrusted text.
  public var shared: String {
    switch kind {
    case .lock: named("Lock")
    case .lightweightLock: named("LWLock")
    case .bufferPin: named("BufferPin")
    case .io: named("IO")
    case .processes: named("IPC")
    case .serverExtension: named("Extension")
    case .cpu: "on CPU"
    case .sleep: subject.isEmpty ? "sleeps" : "sleeps (\(subject))"
    case .client: "waits for pfor-tui"
    case .fullScan: "full scan of \(subject)"
    case .indexScan: "reads the whole index \(subject)"
    case .automaticIndex: "builds an index on \(subject)"
    case .sort: subject.isEmpty ? "sorts" : "sorts (\(subject))"
    case .manyRows: subject.isEmpty ? "reads many rows by index" : "reads many rows by the index \(subject)"
    case .busy: "waited for \(subject.isEmpty ? "a lock" : subject)"
    case .runQueue: "ready, no core free"
    case .network: "waits for \(subject)"
    case .disk: "disk"
    case .pipe: "waits for \(subject.isEmpty ? "a pipe" : subject)"
    case .children: "waits for its children"
    case .thread: "waits for a thread"
    case .fileLock: "waits for a file lock"
    }
  }

  private func named(_ type: String) -> String { subject.isEmpty ? type : "\(type): \(subject)" }
}
