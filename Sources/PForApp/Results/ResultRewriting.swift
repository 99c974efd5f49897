import Jobs
import OSText
import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Puts the file of a recorded run's results in the order of the items, as an undisturbed run would have written it.
///
/// It is needed when an item was tried again whose result had been written already. What is in its place is
/// compared and not written again.
struct ResultRewriting {
  let recording: RunRecording
  /// The file of results.
  let path: String
  let tags: Bool

  /// Writes the file.
  ///
  /// - Returns: why it could not be written; `resume` completes what is in it then.
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
  /// Whether what an item wrote is its result; what one wrote that was stopped is none.
  var isDelivered: Bool {
    switch self {
    case .succeeded, .failed: true
    case .timedOut, .cancelled: false
    }
  }
}
