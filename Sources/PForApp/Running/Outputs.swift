import Jobs
import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Where results go, and what that means for the dashboard.
struct Outputs {
  private let sink: ByteSink
  private let fileName: String?
  private let isScripted: Bool

  /// Opens the destination.
  ///
  /// - Parameter isResumed: whether the file may hold results of an earlier session, which are not written again.
  /// - Throws: when the file cannot be written, or is the file of items itself.
  init(_ plan: RunPlan, isScripted: Bool, isResumed: Bool) throws(AppError) {
    self.isScripted = isScripted
    guard case .file(let path) = plan.destination else {
      sink = ByteSink(descriptor: STDOUT_FILENO)
      fileName = nil
      return
    }
    if case .file(let items) = plan.reader.source, Self.isSameFile(items, path) {
      throw AppError("\(path): results would overwrite the items; choose another file for -o")
    }
    let descriptor = open(path, (isResumed ? O_RDWR : O_WRONLY | O_TRUNC) | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AppError("\(path): cannot be written: \(String(cString: strerror(errno)))") }
    sink = ByteSink(descriptor: descriptor, ownsDescriptor: true, continues: isResumed)
    fileName = path
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

  private static func isSameFile(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var other = stat()
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_mode & S_IFMT == S_IFREG
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
