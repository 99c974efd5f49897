import Attempts
import Dashboard
import ParallelFor
import TestSupport
import Testing

@testable import ParallelForDashboard

@Suite struct ArchiveIndexTests {
  /// Far more pages than stay in memory, written in random order, so that pages leave and come back.
  @Test(arguments: [1, 2, 3] as [UInt64]) func entriesReadBackInAnyOrder(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var index = try ArchiveIndex()
    var expected: [Int: ArchiveIndex.Entry] = [:]
    for _ in 0..<3_000 {
      let entry = ArchiveIndex.Entry(
        offset: .random(in: 0..<(1 << 56), using: &generator),
        kind: [.succeeded, .failed, .timedOut, .cancelled].randomElement(using: &generator) ?? .failed,
        latency: .random(in: 0...Int64.max, using: &generator))
      let position = Int.random(in: 0..<300_000, using: &generator)
      expected[position] = entry
      index.set(entry, at: position)
    }
    #expect(index.end == (expected.keys.max() ?? 0) + 1)
    for position in stride(from: 0, to: 300_000, by: 37).map({ $0 }) + Array(expected.keys) {
      #expect(index.entry(at: position) == expected[position])
    }
    #expect(index.entry(at: -1) == nil && index.entry(at: index.end) == nil)
  }
}

@Suite struct ArchiveHeaderTests {
  @Test(arguments: [
    ProcessEnding(), ProcessEnding(exitStatus: 0), ProcessEnding(signal: 9, cpu: 0, peakMemory: .max),
    ProcessEnding(exitStatus: -1, cpu: 5),
  ]) func headersReadBack(process: ProcessEnding) {
    let header = ArchiveHeader(
      start: .min, end: .max, worker: 9_999, attempt: 3, process: process, previous: .max,
      counts: [1, 2, 3, 4, 5, 6, 7])
    let bytes = header.words.withUnsafeBytes { Array($0) }
    #expect(bytes.count == ArchiveHeader.size)
    #expect(ArchiveHeader(bytes) == header)
    #expect(ArchiveHeader(Array(bytes.dropLast())) == nil)
    #expect(header.range(of: .text) == ArchiveHeader.size..<ArchiveHeader.size + 1)
    let errors = ArchiveHeader.size + 1 + 2 + 3 + 4 + 5 + 6
    #expect(header.range(of: .errors) == errors..<errors + 7)
  }

  @Test func fieldsReadBackWhateverTheirBytes() {
    let values: [[UInt8]?] = [[], nil, [0, 10, 13, 27], [0xFF, 0xFE], Array("作者".utf8)]
    let fields = zip(["", "a b", "\n", "ü", "e"], values).map { ArchivedItem.Field(name: $0, value: $1) }
    #expect(FieldBytes.decode(FieldBytes.encode(fields)) == fields)
  }

  @Test func brokenFieldsDoNotTrap() {
    for bytes in [[1], [255, 255, 255, 127], [5, 0, 0, 0, 65], [255, 255, 255, 255]] as [[UInt8]] {
      #expect(FieldBytes.decode(bytes).count <= 1)
    }
  }
}

@Suite struct ResultArchiveTests {
  private let archive: ResultArchive

  init() throws { archive = try ResultArchive() }

  private func keep(
    _ position: Int, _ text: String, _ outcome: Outcome = .succeeded, output: String = "", errors: String = "",
    latency: Int64 = 5, attempt: Int = 1, process: ProcessEnding = ProcessEnding()
  ) {
    let item = ArchivedItem(text: Array(text.utf8))
    let ended = FinishedItem(
      id: ItemID(position), worker: WorkerID(attempt), attempt: attempt, start: Instant(nanoseconds: 10),
      end: Instant(nanoseconds: 10 + latency), outcome: outcome, label: "", note: nil)
    archive.keep(item, ended, output: .text(output), errors: .text(errors), process: process)
  }

  @Test func earlierAttemptsRemain() throws {
    let processes = [ProcessEnding(exitStatus: 3, cpu: 1), ProcessEnding(signal: 9)]
    keep(0, "a", .failed(Failure("exit status 3")), output: "one", latency: 7, process: processes[0])
    keep(1, "b")
    keep(0, "a", .timedOut, output: "two", latency: 8, attempt: 2)
    keep(0, "a", .failed(Failure("signal")), output: "three", latency: 9, attempt: 3, process: processes[1])
    let detail = try #require(archive.detail(ItemID(0)) { _, _ in "" })
    #expect(detail.process == processes[1] && detail.output == ["three"] && detail.attempt == 3)
    #expect(
      detail.earlier == [
        EndedAttempt(
          worker: 1, start: 10, latency: 7, outcome: .failed(Failure("exit status 3")), process: processes[0]),
        EndedAttempt(attempt: 2, worker: 2, start: 10, latency: 8, outcome: .timedOut),
      ])
    let other = try #require(archive.detail(ItemID(1)) { _, _ in "" })
    #expect(!other.process.isKnown && other.earlier.isEmpty)
  }

  @Test func rowsTellTheFirstLineOfTheOutputOrTheLastOneOfTheErrors() {
    keep(2, "two", output: "line 1\nline 2\n")
    keep(0, "zero", .failed(Failure("exit status 3")), output: "x", errors: "no such file\nmore")
    #expect(archive.row(ItemID(1)) == nil)
    #expect(archive.row(ItemID(2))?.text == "line 1")
    #expect(archive.row(ItemID(0))?.text == "exit status 3: more")
    keep(0, "zero", .failed(Failure("exit status 3")), output: "x")
    #expect(archive.row(ItemID(0))?.text == "exit status 3")
    keep(1, "one", .timedOut, errors: "still waiting")
    #expect(archive.row(ItemID(1))?.text == "still waiting")
    #expect(archive.row(ItemID(0))?.state == .failed)
    #expect(archive.end == 3)
  }

  @Test func detailsHoldEverything() throws {
    keep(0, "item", .failed(Failure("exit status 3")), output: "a\r\nb\n\nc", errors: "e\n", latency: 7)
    let detail = try #require(archive.detail(ItemID(0)) { item, _ in "run \(item.label)" })
    #expect(detail.invocation == "run item")
    #expect(detail.output == ["a", "b", "", "c"] && detail.errors == ["e"])
    #expect(detail.outputBytes == 7 && !detail.outputCut)
    #expect(detail.latency == 7 && detail.outcome == .failed(Failure("exit status 3")))
  }

  @Test func largeOutputsAreCutToBeShownAndNotInTheArchive() throws {
    keep(0, "big", output: String(repeating: "x\n", count: 1_000_000))
    keep(1, "next", output: "after")
    let detail = try #require(archive.detail(ItemID(0)) { _, _ in "" })
    #expect(detail.outputCut && detail.outputBytes == 2_000_000 && detail.output.count == 1 << 19)
    #expect(archive.row(ItemID(1))?.line == "after")
    #expect(archive.problem == nil)
  }

  @Test func filtersAndSearchFindWhatTheySay() {
    for position in 0..<10 {
      keep(
        position, "item \(position)", position % 3 == 0 ? .failed(Failure("bad")) : .succeeded,
        output: position == 7 ? "a Needle" : "hay", latency: Int64(position))
    }
    func found(_ filter: ResultFilter) -> [Int] {
      var scan = ArchiveScan(filter, archive)
      var found: [ItemID] = []
      while !scan.isDone { found += scan.advance(archive, slowLimit: 8) }
      return found.map(\.position)
    }
    #expect(found(.failed) == [0, 3, 6, 9])
    #expect(found(.failure("bad")) == [0, 3, 6, 9] && found(.failure("good")) == [])
    #expect(found(.slow) == [8, 9])
    #expect(found(.text("needle")) == [7])
    #expect(found(.text("ITEM 4")) == [4])
    #expect(search("needle") == 7 && search("nowhere") == nil)
    #expect(search("ITEM 4", from: 6) == 4)
    #expect(search("needlehay") == nil, "a match lies within one output")
  }

  /// Searches as a user does, and returns the position of the found item; nil for none.
  private func search(_ text: String, from position: Int = 0) -> Int? {
    var dashboard = Dashboard(title: "", source: "")
    for position in 0..<archive.end {
      let item = FinishedItem(
        id: ItemID(position), worker: WorkerID(1), start: Instant(nanoseconds: 0), end: Instant(nanoseconds: 1),
        outcome: .succeeded, label: "")
      dashboard.apply(RunEvent(sequence: UInt64(position), instant: item.end, kind: .itemFinished(item)))
    }
    _ = dashboard.perform(.search)
    for character in text { _ = dashboard.type(.character(character)) }
    _ = dashboard.type(.submit)
    var search = ArchiveSearch()
    search.begin(searchFor: text, from: ItemID(position), forward: true, in: archive)
    while search.isBusy { search.step(archive, telling: &dashboard, at: Instant(nanoseconds: 2)) }
    let said = dashboard.currentNotice(at: Instant(nanoseconds: 2))?.text
    if said == "not found: \(text)" { return nil }
    return dashboard.results.selectedID?.position
  }

  /// A text is found at any place in an output, whatever surrounds it.
  @Test(arguments: Array(1...20) as [UInt64])
  func aTextIsFoundAtAnyPlace(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let hay = ["x", "é", "作", "👩", "\n", "İ"].randomElement(using: &random) ?? ""
    let needle = ["Needle", "NÄHNADEL", "作業"].randomElement(using: &random) ?? ""
    let before = String(repeating: hay, count: Int.random(in: 0...1_500_000 / hay.utf8.count, using: &random))
    keep(0, "first", output: "hay")
    keep(1, "second", output: Bool.random(using: &random) ? before : "", errors: before + needle + hay)
    keep(2, "third", output: before)
    #expect(search(needle.lowercased()) == 1)
    #expect(search(needle + "nowhere") == nil)
    var scan = ArchiveScan(.text(needle), archive)
    var found: [ItemID] = []
    while !scan.isDone { found += scan.advance(archive, slowLimit: nil) }
    #expect(found == [ItemID(1)])
  }

  @Test func aSearchReadsAPartAtATime() {
    let bytes = Array(String(repeating: "x", count: 300_000).utf8)
    let parts: [TextScan.Part] = [(bytes.count, { Array(bytes[$0..<$0 + $1]) })]
    var scan = TextScan(for: "y", allowance: 100_000)
    guard case .continues(let place) = scan.scan(parts, from: 0) else { return #expect(Bool(false)) }
    #expect(place > 0 && place < bytes.count && scan.allowance <= 0)
    var rest = TextScan(for: "y", allowance: 1_000_000)
    #expect(rest.scan(parts, from: place) == .absent)
  }

  @Test func aLongSearchSaysHowFarItHasCome() {
    var dashboard = Dashboard(title: "", source: "")
    _ = dashboard.perform(.search)
    _ = dashboard.type(.character("x"))
    _ = dashboard.type(.submit, at: Instant(nanoseconds: 1))
    dashboard.searchContinues(looked: 30, of: 120, at: Instant(nanoseconds: 2))
    #expect(dashboard.currentNotice(at: Instant(nanoseconds: 2))?.text == "searching for x: 25 %")
    dashboard.notice("a warning", at: Instant(nanoseconds: 3))
    dashboard.searchContinues(looked: 60, of: 120, at: Instant(nanoseconds: 4))
    #expect(dashboard.currentNotice(at: Instant(nanoseconds: 4))?.text == "a warning")
  }
}
