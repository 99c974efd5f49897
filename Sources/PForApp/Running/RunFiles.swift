import Jobs
import OSText
import ParallelForDashboard
import RunStore

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The files that a run writes, opened so that a run that cannot start destroys nothing.
///
/// Logs and results are opened first and keep their contents. Then the record is opened. Old logs and results make room
/// for new ones only when all of these files can be written.
struct RunFiles {
  /// The logs that are written during the run; nil for none.
  let logs: RunLogs?
  /// The run's record; nil if nothing is recorded.
  let recording: RunRecording?
  /// The destination of results.
  let outputs: Outputs
  /// The folder of runs; nil if its location is unknown.
  let history: RunHistory?

  /// Opens the files.
  ///
  /// - Throws: if one of them cannot be used. The record of a new run is removed then.
  init(_ plan: RunPlan, isScripted: Bool, environment: [String: String]) throws(AppError) {
    logs = try RunLogs(plan)
    let file = try ResultFile(plan)
    let opener = RecordOpener(plan, environment: environment)
    history = opener.history
    recording = try opener.open()
    do throws(AppError) {
      outputs = try Outputs(file, isScripted: isScripted, recording: recording)
      try logs?.begin(opener.newRun, recording)
    } catch {
      recording?.discard()
      throw error
    }
  }
}

/// The results file. It is opened before the run is recorded, so that a run that cannot write leaves no record.
struct ResultFile {
  let path: String
  private let descriptor: Int32

  /// Opens the file and keeps its contents.
  ///
  /// - Returns: nil if results go to standard output.
  /// - Throws: if the file cannot be written, or is a file that the run reads.
  init?(_ plan: RunPlan) throws(AppError) {
    guard case .file(let path) = plan.destination else { return nil }
    if case .file(let items) = plan.reader.source, Self.isSame(items, path) {
      throw AppError("\(path): results would overwrite the items; choose another file for -o")
    }
    if let database = plan.recipe.file, Self.isSame(database, path) {
      throw AppError("\(path): results would overwrite the database; choose another file for -o")
    }
    // A pipe that we also open for reading would always have a reader.
    let access = plan.recording.mayResume && !Self.isPipe(path) ? O_RDWR : O_WRONLY
    descriptor = open(path.osPath, access | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AppError("\(path): cannot be written: \(String(cString: strerror(errno)))") }
    self.path = path
  }

  /// Prepares the file for the first result.
  ///
  /// - Parameter recording: the run's record. If the run is resumed, existing results are not written again; otherwise
  ///   the file is emptied.
  /// - Throws: if the file is the run file itself.
  func begin(_ recording: RunRecording?) throws(AppError) -> ByteSink {
    if let run = recording?.path, Self.isSame(run, path) {
      throw AppError("\(path): results would overwrite the record of the run; choose another file for -o")
    }
    let isResumed = recording?.isResumed ?? false
    // This has no effect on a pipe or a device.
    if !isResumed { ftruncate(descriptor, 0) }
    return ByteSink(descriptor: descriptor, ownsDescriptor: true, continues: isResumed, hasName: true)
  }

  private static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return stat(path.osPath, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Whether two paths lead to the same regular file.
  static func isSame(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var other = stat()
    guard stat(first.osPath, &one) == 0, stat(second.osPath, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_mode & S_IFMT == S_IFREG
  }
}

/// The destination of results, and what it means for the dashboard.
struct Outputs {
  private let sink: ByteSink
  private let fileName: String?
  private let isScripted: Bool

  /// - Parameters:
  ///   - file: the results file; nil for standard output.
  ///   - recording: the run's record; nil if nothing is recorded.
  init(_ file: ResultFile?, isScripted: Bool, recording: RunRecording?) throws(AppError) {
    self.isScripted = isScripted
    fileName = file?.path
    sink = if let file { try file.begin(recording) } else { ByteSink(descriptor: STDOUT_FILENO) }
  }

  /// Whether standard output is a pipe or a file; its reader expects it to end with the run.
  var isPipeline: Bool { isatty(STDOUT_FILENO) == 0 && !isScripted }

  /// The sink for results; nil if only the dashboard shows them.
  func results(hasDashboard: Bool) -> ByteSink? { isShownOnly(hasDashboard) ? nil : sink }

  /// The name of the place where results go; nil if only the dashboard shows them.
  func name(hasDashboard: Bool) -> String? { isShownOnly(hasDashboard) ? nil : fileName ?? "standard output" }

  private func isShownOnly(_ hasDashboard: Bool) -> Bool {
    fileName == nil && hasDashboard && isatty(STDOUT_FILENO) == 1
  }
}

/// A copy of standard error from before the dashboard took it over, for the standard error of items.
struct StandardErrorCopy {
  private let descriptor: Int32

  init() { descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) }

  /// The sink for the standard error of items; nil if it would write over the dashboard.
  func sink(hasDashboard: Bool) -> ByteSink? {
    guard descriptor >= 0, !(hasDashboard && isatty(descriptor) == 1) else { return nil }
    return ByteSink(descriptor: descriptor, ownsDescriptor: true)
  }
}
