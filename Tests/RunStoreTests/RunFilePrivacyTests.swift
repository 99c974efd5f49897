import Attempts
import Foundation
import ParallelFor
import Testing

@testable import RunStore

/// Other users' access to the files of a run.
@Suite struct RunFilePrivacyTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func allFilesOfARunAreForTheUserAlone() throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("secret")), .example(), output: .text("out"))
    #expect(recorder.flush() == nil)
    for side in ["", "-wal", "-shm", "-tail", "-lock"] { #expect(try mode(folder.file + side) == 0o600, "\(side)") }
    #expect(recorder.end() == nil)
    #expect(try mode(folder.file) == 0o600)
  }

  @Test func aFolderThatWeMakeIsForTheUserAloneAndOthersStayAsTheyAre() throws {
    let upper = "\(folder.path)/upper"
    try FileManager.default.createDirectory(atPath: upper, withIntermediateDirectories: false)
    chmod(upper, 0o755)
    try RunHistory(folder: "\(upper)/state/runs").makeFolder()
    #expect(try mode(upper) == 0o755 && mode("\(upper)/state") == 0o700 && mode("\(upper)/state/runs") == 0o700)
  }

  @Test func theLockIsNotFollowedThroughALink() throws {
    let elsewhere = "\(folder.path)/elsewhere"
    symlink(elsewhere, folder.file + "-lock")
    #expect(throws: RunStoreError.self) { try RunFile.create(at: folder.file, .example) }
    #expect(!FileManager.default.fileExists(atPath: elsewhere))
  }

  @Test func whyTheFolderCannotBeMadeIsTheReasonOfThatCall() throws {
    let file = "\(folder.path)/file"
    try Data().write(to: URL(filePath: file))
    let error = #expect(throws: RunStoreError.self) { try RunHistory(folder: "\(file)/runs/deep").makeFolder() }
    #expect(error?.description.contains("\(file): File exists") ?? false)
  }

  // MARK: - Messages about what is left

  @Test func aDiscardedRunLeavesNothing() throws {
    try RunFile.create(at: folder.file, .example).discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    #expect(try folder.begin().end(isDiscarded: true) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func aStartedRunIsNotDiscarded() throws {
    let recorder = try folder.begin()
    recorder.record(RunChange(time: 1, kind: .sessionBegan, value: 1))
    #expect(recorder.end(isDiscarded: true) == nil)
    #expect(try RunReader(path: folder.file).changes().count == 1)
  }

  @Test(arguments: [true, false]) func aFileThatIsMissingAtTheEndIsReported(isReplaced: Bool) throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    #expect(recorder.flush() == nil)
    unlink(folder.file)
    if isReplaced { try Data("mine".utf8).write(to: URL(filePath: folder.file)) }
    let problem = recorder.finish(.finished, exitCode: 0, at: 9)
    #expect(problem?.kind == .missing)
    #expect(FileManager.default.contents(atPath: folder.file) == (isReplaced ? Data("mine".utf8) : nil))
  }
}
