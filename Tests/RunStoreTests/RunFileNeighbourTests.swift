import Foundation
import Testing

@testable import RunStore

/// What stands beside a run file, by whomever it was put there.
@Suite struct RunFileNeighbourTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func put(_ ending: String) throws {
    try Data("precious".utf8).write(to: URL(fileURLWithPath: folder.file + ending))
  }

  private func expectUntouched(_ ending: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let content = FileManager.default.contents(atPath: folder.file + ending)
    #expect(content == Data("precious".utf8), "\(ending)", sourceLocation: sourceLocation)
  }

  private func problem(_ body: () throws -> Void) -> RunStoreError? {
    do {
      try body()
      return nil
    } catch {
      return error as? RunStoreError
    }
  }

  @Test func aFreeNameIsFoundWhileTheFileIsMade() throws {
    for ending in ["-new", "-new+"] { try put(ending) }
    try folder.record(["a"])
    for ending in ["-new", "-new+"] { expectUntouched(ending) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == ["run", "run-new", "run-new+"])
  }

  /// SQLite would take them for parts of the new file: it would remove the one and believe the other.
  @Test(arguments: ["-wal", "-shm", "-journal", "-lock", "-tail"])
  func whatLooksLikeAPartOfTheFileIsNotTouched(ending: String) throws {
    try put(ending)
    let found = problem { _ = try RunFile.create(at: folder.file, .example) }
    #expect(found?.kind == .exists)
    #expect(found?.description.contains(folder.file + ending) == true)
    expectUntouched(ending)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run\(ending)"])
  }

  /// Such a journal keeps everybody out who may only read; ours never leave one.
  @Test func theJournalOfAnotherProgramIsToldOf() throws {
    try folder.record(["a"])
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute("PRAGMA cache_size = 1; BEGIN; CREATE TABLE other(text)")
    for _ in 0..<20 { try database.execute("INSERT INTO other VALUES(zeroblob(9000))") }
    for ending in ["", "-journal"] {
      try FileManager.default.copyItem(atPath: folder.file + ending, toPath: "\(folder.path)/copy\(ending)")
    }
    let found = problem { _ = try RunFile.open(at: "\(folder.path)/copy") }
    #expect(found?.description.contains("sqlite3") == true, "\(String(describing: found))")
  }
}
