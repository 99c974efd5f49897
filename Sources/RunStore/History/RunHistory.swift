import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of run files.
public struct RunHistory: Sendable {
  /// The file name extension of run files.
  public static let suffix = ".run"

  /// The folder.
  public let folder: String

  /// Names the folder; creates nothing.
  public init(folder: String) { self.folder = folder }

  /// Returns the folder for the runs of a user: `$XDG_STATE_HOME/pfor-tui/runs`, or below `~/.local/state`.
  ///
  /// - Parameter environment: the environment of the program.
  /// - Returns: nil when neither is known. A relative `XDG_STATE_HOME` is ignored, as its specification demands.
  public static func standard(environment: [String: String]) -> RunHistory? {
    let named = environment["XDG_STATE_HOME"].flatMap { OSFile.isAbsolute($0) ? $0 : nil }
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.local/state" }
    return (named ?? home).map { RunHistory(folder: "\($0)/pfor-tui/runs") }
  }

  /// Creates the folder and its parents, accessible to the user alone.
  ///
  /// - Throws: when a folder cannot be created.
  public func makeFolder() throws(RunStoreError) {
    var path = OSFile.isAbsolute(folder) ? "" : "."
    for part in OSFile.parts(folder) {
      path += "/\(part)"
      if mkdir(path.osPath, 0o700) == 0 { continue }
      let reason = SystemReason()
      var status = stat()
      if stat(path.osPath, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw RunStoreError(
        reason.kind, folder,
        "the folder for runs cannot be created (\(path): \(reason.words)); name another run file, or record none")
    }
  }

  /// Returns a name for a new run; such names sort by time.
  ///
  /// - Parameters:
  ///   - created: when the run starts, in nanoseconds since 1970.
  ///   - process: distinguishes runs that start in the same millisecond, such as the process ID.
  public static func id(created: Int64, process: Int32) -> String {
    "\(TimeText.compact(created))-\(String(UInt32(bitPattern: process), radix: 36))"
  }

  /// Returns the path of a run's file.
  public func path(of id: String) -> String { "\(folder)/\(id)\(Self.suffix)" }

  /// All runs of the folder, the newest first; empty when there is no folder.
  public func runs() -> [HistoryEntry] {
    fileNames().sorted(by: >).map { HistoryEntry(path: "\(folder)/\($0)") }
  }

  /// The names of all runs of the folder, the newest first, without reading the files.
  public func names() -> [String] {
    fileNames().sorted(by: >).map { String($0.dropLast(Self.suffix.count)) }
  }

  /// The runs of the folder, the newest first; each file is read only when it is reached.
  public var newest: some Sequence<HistoryEntry> {
    fileNames().sorted(by: >).lazy.map { HistoryEntry(path: "\(folder)/\($0)") }
  }

  /// Returns the newest run that started in a directory and can be resumed: it is neither finished nor running.
  public func lastUnfinished(in directory: String) -> HistoryEntry? {
    newest.first { $0.state == .unfinished && OSText.isSame($0.record?.directory ?? "", directory) }
  }

  /// Returns the file of the run that the user names.
  ///
  /// - Parameter name: a path, the name of a run or its first characters; nil for the newest run.
  /// - Throws: when no run or more than one matches.
  public func find(_ name: String?) throws(RunStoreError) -> String {
    let all = fileNames().sorted(by: >)
    guard let name else {
      guard let newest = all.first else { throw RunStoreError(.missing, folder, "there are no runs yet") }
      return "\(folder)/\(newest)"
    }
    if name.utf8.contains(UInt8(ascii: "/")) || (all.isEmpty && OSFile.exists(name)) { return name }
    if all.contains(name + Self.suffix) { return path(of: name) }
    let fitting = all.filter { $0.hasPrefix(name) }
    if let only = fitting.first, fitting.count == 1 { return "\(folder)/\(only)" }
    if OSFile.exists(name) { return name }
    guard fitting.isEmpty else {
      throw RunStoreError(.missing, name, "\(fitting.count) runs match this name; give more of the name")
    }
    throw RunStoreError(.missing, name, "no run of that name in \(folder), and no such file")
  }

  private func fileNames() -> [String] { allNames().filter { $0.hasSuffix(Self.suffix) } }

  /// Returns the names of all files that are not hidden.
  func allNames() -> [String] { OSFile.names(in: folder).filter { !$0.hasPrefix(".") } }
}
