import Foundation
import Testing

@testable import RunStore

/// Files beside a run file, whoever put them there.
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

  /// SQLite would take them for parts of the new file. It would remove one and read another.
  @Test(arguments: ["-wal", "-shm", "-journal", "-lock", "-tail"])
  func filesThatLookLikePartsOfTheRunFileAreNotTouched(ending: String) throws {
    try put(ending)
    let found = problem { _ = try RunFile.create(at: folder.file, .example) }
    #expect(found?.kind == .exists)
    #expect(found?.description.contains(folder.file + ending) == true)
    expectUntouched(ending)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run\(ending)"])
  }

  /// Such a journal locks out all programs that may only read. Our own files never leave one.
  @Test func theJournalOfAnotherProgramIsReported() throws {
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
