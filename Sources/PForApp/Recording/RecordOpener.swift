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

/// Opens the run file for a plan: a new one, or that of an earlier run.
struct RecordOpener {
  private let plan: RunPlan
  private let created = MonotonicClock.wallTime(of: MonotonicClock.now)
  private let directory = OSFile.currentFolder
  /// The folder of runs; nil if its location is unknown.
  let history: RunHistory?
  private var isReadOnly: Bool { plan.job.isReadOnly }

  init(_ plan: RunPlan, environment: [String: String]) {
    self.plan = plan
    history = RunHistory.standard(environment: environment)
  }

  /// The record of a new run.
  var newRun: RunRecord {
    RunRecord(
      id: RunHistory.id(created: created, process: getpid()), created: created, title: plan.job.title,
      kind: plan.recipe.kind.rawValue, command: plan.recipe.words, source: plan.reader.source.name,
      directory: directory, options: RecordedArguments.options(plan.arguments))
  }

  /// Opens the file and starts recording.
  ///
  /// - Returns: nil if the run is not to be recorded, or if no file can be created in the folder of runs.
  /// - Throws: if the file that the user named cannot be used.
  func open() throws(AppError) -> RunRecording? {
    switch plan.recording {
    case .none: return nil
    case .new(let path): return try begin(path)
    case .resume(let path, let mode): return try resume(path, mode, isForced: false)
    case .resumeOrNew(let path, let isForced):
      guard let old = path == nil ? lastUnfinished : path.flatMap(Self.existing) else {
        StandardError.write("nothing to resume here: starting a new run")
        return try begin(path)
      }
      return try resume(old, .outstanding, isForced: isForced)
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

  private func resume(_ path: String, _ mode: EarlierItems.Mode, isForced: Bool) throws(AppError) -> RunRecording {
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

  /// Refuses a changed command, which would mix two kinds of results in one file.
  private func check(_ record: RunRecord) throws(AppError) {
    let isSame =
      record.kind == plan.recipe.kind.rawValue && record.command.elementsEqual(plan.recipe.words, by: OSText.isSame)
    guard !isSame else { return }
    throw AppError(
      """
      run \(record.id): the command differs from that of the run to resume; add --force to continue anyway
        then: \(record.command.map { ShellWord.quoted($0) }.joined(separator: " "))
        now:  \(plan.recipe.words.map { ShellWord.quoted($0) }.joined(separator: " "))
      """)
  }
}

/// The command line in the record of a run, so that the run can be resumed by its name.
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

  /// The format of a recorded query's rows.
  static func rows(of record: RunRecord) -> RowFormat {
    let words = of(record) ?? []
    let joined = words.last { $0.hasPrefix("--rows=") }.map { String($0.dropFirst(7)) }
    let next = words.lastIndex(of: "--rows").map { $0 + 1 }
    let word = joined ?? next.flatMap { words.indices.contains($0) ? words[$0] : nil }
    return word.flatMap(RowFormat.init) ?? .tsv
  }
}
