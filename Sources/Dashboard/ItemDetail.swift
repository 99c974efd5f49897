package import Attempts
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
  /// How the process of the last attempt ended; unknown if there was no command or it could not be started.
  package var process = ProcessEnding()
  /// Why the last attempt took its time, the most important reason first; empty if that is not known.
  package var reasons: [Reason] = []
  /// The attempts before the last ended one, in order; their starts are on any clock.
  package var earlier: [EndedAttempt] = []
  /// The process of its command, while it runs.
  package var processID: Int32?
  /// What its command has used so far, while it runs; unknown in its first second.
  package var used = ProcessEnding()
  /// The lines that it wrote to standard output.
  package var output: [String] = []
  /// The lines of output that are rows, with their values in columns below the names; none if they are plain text.
  package var table: [String] = []
  /// The number of lines of output before the middle that is left out.
  package var outputHead = 0
  /// The total number of bytes of output.
  package var outputBytes = 0
  /// Whether the middle of the output is left out.
  package var outputCut = false
  /// The lines that it wrote to standard error.
  package var errors: [String] = []
  /// The number of lines of standard error before the middle that is left out.
  package var errorHead = 0
  /// The total number of bytes of standard error.
  package var errorBytes = 0
  /// Whether the middle of standard error is left out.
  package var errorsCut = false

  /// Makes details to be filled in.
  package init(id: ItemID, label: String) {
    self.id = id
    self.label = label
  }
}
