import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension RunHistory {
  /// Removes what killed programs have left in the folder and nobody needs: what stands beside runs that are finished or
  /// gone, files of runs that were never begun, and locks that nobody holds.
  ///
  /// What belongs to an unfinished run stays until it goes on. What cannot be removed stays too.
  public func tidy() {
    for run in Set(allNames().compactMap(Self.run(beside:))) { tidy("\(folder)/\(run)") }
  }

  /// The name of the run file beside which a file stands; nil if it stands beside none.
  private static func run(beside name: String) -> String? {
    let plain = name.hasSuffix("+") ? String(name.prefix { $0 != "+" }) : name
    let ending = ["-wal", "-shm", "-tail", "-lock", "-new"].first { plain.hasSuffix(suffix + $0) }
    return ending.map { String(plain.dropLast($0.count)) }
  }

  private func tidy(_ path: String) {
    // A program that makes or records a run holds its lock.
    guard !RunFileLock.isHeld(of: path), let lock = try? RunFileLock(of: path) else { return }
    unlink((path + "-new").osPath)
    let isThere = access(path.osPath, F_OK) == 0
    if !isThere { for side in HistoryEntry.files(of: path).dropFirst() { unlink(side.osPath) } }
    lock.release()
    if isThere, HistoryEntry(path: path).isFinishedWithRest { settle(path) }
  }

  /// Puts what stands beside a finished run into its file.
  private func settle(_ path: String) {
    guard let file = try? RunFile.open(at: path), file.close() == nil else { return }
    unlink(RunTail.path(of: path).osPath)
  }
}

extension HistoryEntry {
  /// Whether a program was killed between the last write to a run that is finished and its end.
  fileprivate var isFinishedWithRest: Bool {
    state == .finished && Self.files(of: path).dropFirst().contains { access($0.osPath, F_OK) == 0 }
  }
}
