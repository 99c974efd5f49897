import Jobs
import OSText
import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The file that results go to, opened before the run is recorded: a run that cannot write leaves no record.
struct ResultFile {
  let path: String
  private let descriptor: Int32

  /// Opens the file and keeps its contents.
  ///
  /// - Returns: nil when results go to standard output.
  /// - Throws: when the file cannot be written, or is one that the run reads.
  init?(_ plan: RunPlan) throws(AppError) {
    guard case .file(let path) = plan.destination else { return nil }
    if case .file(let items) = plan.reader.source, Self.isSame(items, path) {
      throw AppError("\(path): results would overwrite the items; choose another file for -o")
    }
    if let database = plan.recipe.file, Self.isSame(database, path) {
      throw AppError("\(path): results would overwrite the database; choose another file for -o")
    }
    // A pipe that we could read ourselves would never be without a reader.
    let access = plan.recording.mayGoOn && !Self.isPipe(path) ? O_RDWR : O_WRONLY
    descriptor = open(path.osPath, access | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AppError("\(path): cannot be written: \(String(cString: strerror(errno)))") }
    self.path = path
  }

  /// Lets results be written, from the first one on.
  ///
  /// - Parameter recording: the run's record. When it is that of an earlier session, what the file holds is not
  ///   written again; else the file is emptied.
  /// - Throws: when the file is the run file itself.
  func begin(_ recording: RunRecording?) throws(AppError) -> ByteSink {
    if let run = recording?.path, Self.isSame(run, path) {
      throw AppError("\(path): results would overwrite the record of the run; choose another file for -o")
    }
    let isResumed = recording?.isResumed ?? false
    // What is no regular file has nothing to be emptied.
    if !isResumed { ftruncate(descriptor, 0) }
    return ByteSink(descriptor: descriptor, ownsDescriptor: true, continues: isResumed, hasName: true)
  }

  private static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return stat(path.osPath, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Whether two paths lead to one regular file.
  static func isSame(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var other = stat()
    guard stat(first.osPath, &one) == 0, stat(second.osPath, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_mode & S_IFMT == S_IFREG
  }
}

/// Where results go, and what that means for the dashboard.
struct Outputs {
  private let sink: ByteSink
  private let fileName: String?
  private let isScripted: Bool

  /// - Parameters:
  ///   - file: the file that results go to; nil for standard output.
  ///   - recording: the run's record; nil when nothing is recorded.
  init(_ file: ResultFile?, isScripted: Bool, recording: RunRecording?) throws(AppError) {
    self.isScripted = isScripted
    fileName = file?.path
    sink = if let file { try file.begin(recording) } else { ByteSink(descriptor: STDOUT_FILENO) }
  }

  /// Whether another program or file gets what we write to standard output, so that it should end with the run.
  var isPipeline: Bool { isatty(STDOUT_FILENO) == 0 && !isScripted }

  /// Where results are written to; nil when the dashboard alone shows them.
  func results(hasDashboard: Bool) -> ByteSink? { isShownOnly(hasDashboard) ? nil : sink }

  /// What to call that place; nil when there is none.
  func name(hasDashboard: Bool) -> String? { isShownOnly(hasDashboard) ? nil : fileName ?? "standard output" }

  private func isShownOnly(_ hasDashboard: Bool) -> Bool {
    fileName == nil && hasDashboard && isatty(STDOUT_FILENO) == 1
  }
}

/// Standard error as it was before the dashboard took it over, for what items write there.
struct StandardErrorCopy {
  private let descriptor: Int32

  init() { descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) }

  /// Where items' standard error goes: nowhere if it would be painted over the dashboard.
  func sink(hasDashboard: Bool) -> ByteSink? {
    guard descriptor >= 0, !(hasDashboard && isatty(descriptor) == 1) else { return nil }
    return ByteSink(descriptor: descriptor, ownsDescriptor: true)
  }
}
