import Attempts
import Foundation
import ParallelFor
import SQLite
import TestSupport
import Testing

@testable import RunStore

@Suite struct RunFileTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func kind(_ body: () throws -> Void) -> RunStoreError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? RunStoreError)?.kind
    }
  }

  @Test func aSecondRecorderIsRefusedAndAReaderIsNot() throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    #expect(recorder.flush() == nil)
    #expect(kind { _ = try RunFile.open(at: folder.file) } == .inUse)
    #expect(kind { _ = try RunFile.create(at: folder.file, .example) } == .inUse)
    let reader = try RunReader(path: folder.file)
    #expect(reader.isBeingRecorded)
    #expect(try reader.allItems().count == 1)
    #expect(HistoryEntry(path: folder.file).state == .running)
    #expect(recorder.end() == nil)
    #expect(!reader.isBeingRecorded)
    reader.close()
    #expect(try folder.resume().end() == nil)
  }

  /// SQLite would not notice, because it reads zeros or uses pages in memory.
  @Test(arguments: [0, 100, 4_096, 12_288, 20_000]) func aTruncatedFileIsNoCompleteRecord(size: Int) throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example())
    #expect(recorder.flush() == nil)
    #expect(truncate(folder.file, off_t(size)) == 0)
    recorder.record(RecordedItem(number: 2, text: .text("b")), .example())
    #expect(recorder.finish(.finished, exitCode: 0, at: 9)?.kind == .damaged)
  }

  @Test func aFileThatIsThereIsNotOverwritten() throws {
    try folder.record(["a"])
    #expect(kind { _ = try RunFile.create(at: folder.file, .example) } == .exists)
    #expect(try RunReader(path: folder.file).allItems().count == 1)
  }

  @Test func otherFilesAreRefusedAndNotTouched() throws {
    #expect(kind { _ = try RunFile.open(at: folder.file) } == .missing)
    #expect(kind { _ = try RunFile.open(at: folder.path) } == .notARun)
    #expect(kind { _ = try RunFile.create(at: "\(folder.path)/none/run", .example) } == .notAllowed)
    for content in [
      bytes(""), bytes("hello"), bytes("SQLite format 3\0 and then nothing"), [UInt8](repeating: 0, count: 9_000),
    ] {
      try Data(content).write(to: URL(fileURLWithPath: folder.file))
      #expect(kind { _ = try RunFile.open(at: folder.file) } == .notARun)
      #expect(kind { _ = try RunReader(path: folder.file) } == .notARun)
      #expect(FileManager.default.contents(atPath: folder.file) == Data(content))
    }
  }

  @Test func aForeignDatabaseIsNotTouched() throws {
    let database = try RunDatabase(path: folder.file, access: .create)
    try database.execute("CREATE TABLE run(id TEXT); INSERT INTO run VALUES('mine')")
    database.close()
    let before = FileManager.default.contents(atPath: folder.file)
    #expect(kind { _ = try RunFile.open(at: folder.file) } == .notARun)
    #expect(FileManager.default.contents(atPath: folder.file) == before)
  }

  @Test func aNewerFileIsRefused() throws {
    try folder.record(["a"])
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute("PRAGMA user_version = \(Schema.version + 1)")
    database.close()
    #expect(kind { _ = try RunFile.open(at: folder.file) } == .newer)
    #expect(kind { _ = try RunReader(path: folder.file) } == .newer)
  }

  /// The tables of released files. A program refuses a file whose definitions differ.
  @Test func theTablesAreTheReleasedOnes() {
    let attempt = """
      outcome INTEGER, worker INTEGER, start INTEGER, wait INTEGER, latency INTEGER, exit_status INTEGER, \
      signal INTEGER, reason TEXT, cpu INTEGER, peak_memory INTEGER, note TEXT, output, output_chunk INTEGER, errors, \
      errors_chunk INTEGER
      """
    let first = [
      """
      CREATE TABLE run(
        id TEXT NOT NULL, created INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, command TEXT NOT NULL,
        source TEXT NOT NULL, directory TEXT NOT NULL, options TEXT NOT NULL, state INTEGER NOT NULL, ended INTEGER,
        exit_code INTEGER, total INTEGER, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,
        timed_out INTEGER NOT NULL, cancelled INTEGER NOT NULL, latest INTEGER, delivered INTEGER NOT NULL,
        delivered_bytes INTEGER NOT NULL, renumbered INTEGER NOT NULL)
      """,
      """
      CREATE TABLE items(
        id INTEGER PRIMARY KEY, number INTEGER, key INTEGER NOT NULL, text NOT NULL, fields TEXT, \
      attempt INTEGER NOT NULL,
        \(attempt))
      """,
      "CREATE TABLE attempts(item INTEGER NOT NULL, attempt INTEGER NOT NULL, \(attempt))",
      "CREATE TABLE chunks(id INTEGER PRIMARY KEY, rest INTEGER NOT NULL, bytes BLOB NOT NULL)",
      "CREATE TABLE changes(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, value INTEGER)",
    ]
    #expect(Table.all.map { $0.definition(in: 1) } == first)
    #expect(Table.all.map { $0.definition(in: 2) } == first)
    let third = first.map {
      "\($0.dropLast()), \($0.contains(" run(") ? "unchecked INTEGER NOT NULL DEFAULT 1, " : "")checksum INTEGER)"
    }
    #expect(Table.all.map { $0.definition(in: 3) } == third)
  }

  /// The order of these numbers in checksums and in the tail never changes.
  @Test func theWordsOfAnAttemptAreTheReleasedOnes() {
    let words = AttemptColumn.all.filter { $0.word != nil }.sorted { $0.word ?? 0 < $1.word ?? 0 }.map(\.column.name)
    #expect(
      words == ["outcome", "worker", "start", "latency", "wait", "exit_status", "signal", "cpu", "peak_memory"])
    #expect(Set(AttemptColumn.Number.allCases.map(\.word)) == Set(1..<AttemptColumn.wordCount))
  }

  /// Every released version must be migrated to the newest one.
  @Test func everyOlderFileIsMigrated() throws {
    for version in 1...Schema.version {
      let path = "\(folder.path)/version-\(version)"
      let database = try RunDatabase(path: path, access: .create)
      try Schema.create(in: database, version: version)
      try RunRow.insert(.example, into: database)
      database.close()
      #expect(try RunRecorder(RunFile.open(at: path)).end() == nil)
      let reader = try RunReader(path: path)
      #expect(try reader.record() == .example)
      #expect(try reader.integer("PRAGMA user_version") == Int64(Schema.version))
      #expect(try reader.integer("SELECT unchecked FROM run") == (version < Schema.firstChecked ? 1 : 0))
    }
  }

  /// For a while, files of version 1 were written with the index of version 2.
  @Test func aFileOfVersionOneMayHaveTheIndexOfVersionTwo() throws {
    try recordOld(version: 2)
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute("PRAGMA user_version = 1")
    database.close()
    #expect(try RunReader(path: folder.file).unsuccessful(limit: 9).isEmpty)
    #expect(try folder.resume().end() == nil)
    let reader = try RunReader(path: folder.file)
    #expect(try reader.integer("PRAGMA user_version") == Int64(Schema.version))
    #expect(try reader.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'items_unsuccessful'") == 1)
    #expect(try reader.allItems().count == 1)
  }

  /// Records one item as a program without checksums did.
  private func recordOld(version: Int) throws {
    let database = try RunDatabase(path: folder.file, access: .create)
    try Schema.create(in: database, version: version)
    try RunRow.insert(.example, into: database)
    let key = ItemKey.of(UnsafeRawBufferPointer(start: nil, count: 0))
    try database.execute(
      """
      INSERT INTO items(id, number, key, text, attempt, outcome, worker, start, latency, output, errors)
        VALUES(1, 1, \(key), '', 1, 0, 1, 5, 7, 'out', '');
      UPDATE run SET succeeded = 1;
      """)
    database.close()
  }

  @Test(arguments: 1...2) func anOlderFileIsReadAndResumed(version: Int) throws {
    try recordOld(version: version)
    for isMigrated in [false, true] {
      if isMigrated { #expect(try folder.resume().end() == nil) }
      let reader = try RunReader(path: folder.file)
      let item = try #require(try reader.item(number: 1))
      #expect(item.attempt?.latency == 7)
      #expect(try reader.bytes(.output, of: item).read(from: 0, count: 9) == bytes("out"))
      #expect(
        try reader.integer("SELECT 1 FROM pragma_table_info('items') WHERE name = 'checksum'") == (isMigrated ? 1 : nil)
      )
    }
  }

  @Test func theDocumentationKnowsEveryColumn() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/RunStore/RunStore.docc/run-file.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    try folder.record(["a"])
    let database = try RunDatabase(path: folder.file, access: .read)
    let columns = try database.prepare(
      "SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type IN ('table', 'view')"
    )
    var count = 0
    while try columns.step() {
      #expect(text.contains("## \(columns.text(0))") || text.contains("`\(columns.text(0))`"), "\(columns.text(0))")
      #expect(text.contains("`\(columns.text(1))`"), "\(columns.text(0)).\(columns.text(1))")
      count += 1
    }
    #expect(count > 40)
  }

  @Test func aFullDiskEndsTheRecordingAndKeepsWhatWasCommitted() throws {
    let file = try RunFile.create(at: folder.file, .example, durability: .programEnd)
    try file.database.execute("PRAGMA max_page_count = 60")
    let calls = CallCounter()
    let recorder = try RunRecorder(file, whenBroken: calls.note)
    var done = 0
    var problem: RunStoreError?
    while problem == nil, done < 10_000 {
      let item = RecordedItem(number: done + 1, text: .text("item \(done)"))
      let last = recorder.record(item, .example(), output: .bytes([UInt8](repeating: 65, count: 2_000)))
      problem = recorder.waitUntilCommitted(last)
      if problem == nil { done += 1 }
    }
    #expect(problem?.kind == .noRoom)
    #expect(problem?.description.contains(folder.file) == true)
    #expect(recorder.problem == problem)
    #expect(recorder.finish(.finished, exitCode: 0, at: 9)?.kind == .noRoom)
    #expect(calls.count == 1)
    #expect(done > 10)
    #expect(try RunReader(path: folder.file).allItems().count == done)
    // When there is room again, the run continues.
    let again = try folder.resume()
    let earlier = try EarlierItems(again, RunReader(path: folder.file), mode: .outstanding)
    for number in 0..<done {
      guard case .keep = try earlier.next(text: .text("item \(number)")) else {
        Issue.record("item \(number) is lost")
        break
      }
    }
    #expect(again.finish(.finished, exitCode: 0, at: 9) == nil)
  }

  /// Otherwise the log beside the file would grow with the run, and closing would take long.
  @Test func theLogIsMovedIntoTheFileAsTheRunGoes() throws {
    let recorder = try folder.begin()
    let output = CapturedBytes.bytes([UInt8](repeating: 65, count: 50_000))
    for number in 1...200 {
      recorder.record(RecordedItem(number: number, text: .text("\(number)")), .example(), output: output)
    }
    #expect(recorder.flush() == nil)
    #expect(
      eventually { (try? FileManager.default.attributesOfItem(atPath: folder.file)[.size] as? Int) ?? 0 > 4 << 20 })
    #expect(recorder.end() == nil)
  }

  /// The file as a kill leaves it: the log beside it contains the commits.
  @Test func aCopyOfARunningFileIsWhole() throws {
    let recorder = try folder.begin()
    for number in 1...100 { recorder.record(RecordedItem(number: number, text: .text("\(number)")), .example()) }
    #expect(recorder.flush() == nil)
    for ending in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.file + ending, toPath: "\(folder.path)/copy\(ending)")
    }
    #expect(recorder.end() == nil)
    let entry = HistoryEntry(path: "\(folder.path)/copy")
    #expect(entry.state == .unfinished)
    #expect(entry.record?.counts.succeeded == 100)
    #expect(try RunRecorder(RunFile.open(at: entry.path)).end() == nil)
  }
}
