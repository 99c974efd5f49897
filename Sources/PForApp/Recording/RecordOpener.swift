import Jobs
import OSText
import ParallelFor
import ParallelForDashboard
import RunStore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens the run file that a plan asks for: a new one, or that of an earlier run.
struct RecordOpener {
  private let plan: RunPlan
  private let created = MonotonicClock.wallTime(of: MonotonicClock.now)
  private let directory = OSFile.currentFolder
  /// The folder of runs; nil when it is not known where that is.
  let history: RunHistory?
  private var isReadOnly: Bool { plan.job.isReadOnly }

  init(_ plan: RunPlan, environment: [String: String]) {
    self.plan = plan
    history = RunHistory.standard(environment: environment)
  }

  /// The run, if it is a new one.
  var newRun: RunRecord {
    RunRecord(
      id: RunHistory.id(created: created, process: getpid()), created: created, title: plan.job.title,
      kind: plan.recipe.kind, command: plan.recipe.words, source: plan.reader.source.name,
      directory: directory, options: RecordedArguments.options(plan.arguments))
  }

  /// Opens the file and begins to record.
  ///
  /// - Returns: nil when nothing is to be recorded, or nothing can be and the user did not ask for it; that is told.
  /// - Throws: when the file that the user names cannot be used.
  func open() throws(AppError) -> RunRecording? {
    switch plan.recording {
    case .none: return nil
    case .new(let path): return try begin(path)
    case .goOn(let path, let mode): return try goOn(path, mode, isForced: false)
    case .goOnOrNew(let path, let isForced):
      guard let old = path == nil ? lastUnfinished : path.flatMap(Self.existing) else {
        StandardError.write("nothing to resume here: a new run begins")
        return try begin(path)
      }
      return try goOn(old, .outstanding, isForced: isForced)
    }
  }

  private static func existing(_ path: String) -> String? {
    OSFile.exists(path) ? path : nil
  }

  private var lastUnfinished: String? {
    let source = plan.reader.source.name
    let run = history?.runs().first { run in
      guard run.state == .unfinished, let record = run.record else { return false }
      return OSText.isSame(record.directory, directory) && OSText.isSame(record.source, source)
    }
    return run?.path
  }

  // MARK: - A new file

  private func begin(_ path: String?) throws(AppError) -> RunRecording? {
    do throws(RunStoreError) {
      if let path {
        return try record(into: RunFile.create(at: path, newRun), name: path)
      }
      guard let history else { return nil }
      try history.makeFolder()
      let run = newRun
      return try record(into: RunFile.create(at: history.path(of: run.id), run), name: run.id)
    } catch {
      guard path == nil else { throw AppError(error.description) }
      StandardError.write("pfor-tui: \(error); this run is not recorded and cannot be resumed")
      return nil
    }
  }

  private func record(into file: RunFile, name: String) throws(RunStoreError) -> RunRecording {
    do throws(RunStoreError) {
      return try RunRecording(file, name: name, resuming: nil, isReadOnly: isReadOnly)
    } catch {
      file.discard()
      for leftover in file.leftovers { StandardError.write("pfor-tui: \(leftover)") }
      throw error
    }
  }

  // MARK: - An old file

  private func goOn(_ path: String, _ mode: EarlierItems.Mode, isForced: Bool) throws(AppError) -> RunRecording {
    let file = try open(path)
    if !isForced { try check(file.record) }
    do throws(RunStoreError) {
      let isInFolder = history?.path(of: file.record.id) == path
      let name = isInFolder ? file.record.id : path
      return try RunRecording(file, name: name, resuming: mode, isReadOnly: isReadOnly)
    } catch {
      throw AppError(error.description)
    }
  }

  private func open(_ path: String) throws(AppError) -> RunFile {
    do throws(RunStoreError) {
      return try RunFile.open(at: path)
    } catch {
      throw AppError(error.description)
    }
  }

  /// Another command would leave results of two kinds in one file.
  private func check(_ record: RunRecord) throws(AppError) {
    let isSame = record.kind == plan.recipe.kind && record.command.elementsEqual(plan.recipe.words, by: OSText.isSame)
    guard !isSame else { return }
    throw AppError(
      """
      run \(record.id): the command is another one than in the run to be resumed; with --force it goes on all the same
        then: \(record.command.map { ShellWord.quoted($0) }.joined(separator: " "))
        now:  \(plan.recipe.words.map { ShellWord.quoted($0) }.joined(separator: " "))
      """)
  }
}

/// The command line in the record of a run, so that the run can be resumed by its name alone.
enum RecordedArguments {
  private static let key = "arguments"

  /// The arguments as an option of the record.
  static func options(_ arguments: [String]) -> [String: String] {
    JSONWords.encode(arguments).map { [key: $0] } ?? [:]
  }

  /// The arguments of a recorded run; nil if it has none.
  static func of(_ record: RunRecord) -> [String]? {
    record.options[key].flatMap { JSONWords.decode([String].self, from: $0) }
  }
}
