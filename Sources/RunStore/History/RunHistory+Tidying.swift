import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension RunHistory {
  /// Removes files that killed programs left in the folder: side files of runs that are finished or gone, files of runs
  /// that never started, and locks that no process holds.
  ///
  /// The side files of an unfinished run stay until it is resumed.
  ///
  /// - Returns: an error for each file that cannot be removed.
  public func tidy() -> [RunStoreError] {
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
