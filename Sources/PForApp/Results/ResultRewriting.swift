import Jobs
import OSText
import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Puts the results file of a recorded run in the order of the items, as an uninterrupted run would have written it.
///
/// This is needed after an item is tried again whose result has already been written. Bytes that are already in place
/// are compared and not written again.
struct ResultRewriting {
  let recording: RunRecording
  /// The file of results.
  let path: String
  let tags: Bool

  /// Writes the file.
  ///
  /// - Returns: why the file could not be written; `resume` can complete it. Nil on success.
  func run() -> ByteSink.Problem? {
    let descriptor = open(path.osPath, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return .failed(String(cString: strerror(errno))) }
    let sink = ByteSink(descriptor: descriptor, ownsDescriptor: true, continues: true)
    var writer = ResultWriter(sink: sink)
    do {
      try recording.forEachResult { text, outcome, output in
        guard outcome.isDelivered, sink.problem == nil else { return }
        try writer.write(output, tag: tags ? text : [])
      }
    } catch {
      return .failed("\(error)")
    }
    sink.finish()
    return sink.problem
  }
}

extension Outcome {
  /// Whether the output of the item is delivered. Output of stopped and timed-out items is not.
  var isDelivered: Bool {
    switch self {
    case .succeeded, .failed: true
    case .timedOut, .cancelled: false
    }
  }
}
