import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of run files.
package struct RunHistory: Sendable {
  /// The file name extension of run files.
  package static let suffix = ".run"

  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// Returns the folder for the runs of a user: `$XDG_STATE_HOME/pfor-tui/runs`, or below `~/.local/state`.
  ///
  /// - Parameter environment: the environment of the program.
  /// - Returns: nil when neither is known. A relative `XDG_STATE_HOME` is ignored, as its specification demands.
  package static func standard(environment: [String: String]) -> RunHistory? {
    let named = environment["XDG_STATE_HOME"].flatMap { OSFile.isAbsolute($0) ? $0 : nil }
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.local/state" }
    return (named ?? home).map { RunHistory(folder: "\($0)/pfor-tui/runs") }
  }

  /// Creates the folder and its parents, accessible to the user alone.
  ///
  /// - Throws: when a folder cannot be created.
  package func makeFolder() throws(RunStoreError) {
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
  package static func id(created: Int64, process: Int32) -> String {
    "\(TimeText.compact(created))-\(String(UInt32(bitPattern: process), radix: 36))"
  }

  /// Returns the path of a run's file.
  package func path(of id: String) -> String { "\(folder)/\(id)\(Self.suffix)" }

  /// All runs of the folder, the newest first; empty when there is no folder.
  package func runs() -> [HistoryEntry] {
    fileNames().sorted(by: >).map { HistoryEntry(path: "\(folder)/\($0)") }
  }

  /// The names of all runs of the folder, the newest first, without reading the files.
  package func names() -> [String] {
    fileNames().sorted(by: >).map { String($0.dropLast(Self.suffix.count)) }
  }

  /// The runs of the folder, the newest first; each file is read only when it is reached.
  package var newest: some Sequence<HistoryEntry> {
    fileNames().sorted(by: >).lazy.map { HistoryEntry(path: "\(folder)/\($0)") }
  }

  /// Returns the newest run that started in a directory and can be resumed: it is neither finished nor running.
  package func lastUnfinished(in directory: String) -> HistoryEntry? {
    newest.first { $0.state == .unfinished && OSText.isSame($0.record?.directory ?? "", directory) }
  }

  /// Returns the file of the run that the user names.
  ///
  /// - Parameter name: a path, the name of a run or its first characters; nil for the newest run.
  /// - Throws: when no run or more than one matches.
  package func find(_ name: String?) throws(RunStoreError) -> String {
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

extension RunHistory {
  /// Removes files that killed programs left in the folder: side files of runs that are finished or gone, files of runs
  /// that never started, and locks that no process holds.
  ///
  /// The side files of an unfinished run stay until it is resumed.
  ///
  /// - Returns: an error for each file that cannot be removed.
  package func tidy() -> [RunStoreError] {
    Set(allNames().compactMap(Self.run(beside:))).sorted().flatMap { tidy("\(folder)/\($0)") }
  }

  /// Returns the name of the run file that a side file belongs to; nil if there is none.
  private static func run(beside name: String) -> String? {
    let plain = name.hasSuffix("+") ? String(name.prefix { $0 != "+" }) : name
    let ending = ["-wal", "-shm", "-tail", "-lock", "-new"].first { plain.hasSuffix(suffix + $0) }
    return ending.map { String(plain.dropLast($0.count)) }
  }

  private func tidy(_ path: String) -> [RunStoreError] {
    // A program that creates or records a run holds its lock.
    guard !RunFileLock.isHeld(of: path), let lock = try? RunFileLock(of: path) else { return [] }
    let isThere = access(path.osPath, F_OK) == 0
    var leftovers = SideFile.remove([path + "-new"] + (isThere ? [] : HistoryEntry.files(of: path).dropFirst()))
    if let leftover = lock.release() { leftovers.append(leftover) }
    return isThere && HistoryEntry(path: path).isFinishedWithRest ? leftovers + settle(path) : leftovers
  }

  /// Merges the side files of a finished run into its file.
  private func settle(_ path: String) -> [RunStoreError] {
    do throws(RunStoreError) {
      let file = try RunFile.open(at: path)
      if let problem = file.close() { throw problem }
      return file.leftovers + SideFile.remove([RunTail.path(of: path)])
    } catch {
      return [error]
    }
  }
}

extension HistoryEntry {
  /// Whether a program was killed between the last write to a finished run and its close.
  fileprivate var isFinishedWithRest: Bool {
    state == .finished && Self.files(of: path).dropFirst().contains { access($0.osPath, F_OK) == 0 }
  }
}
