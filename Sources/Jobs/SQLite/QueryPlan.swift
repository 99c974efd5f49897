/// How SQLite runs a query, as far as it can make the query slow.
///
/// Whole reads are found in the query's program, not in the words of its plan: the program tells tables from aliases,
/// views and subqueries, and marks the loops whose steps SQLite counts.
struct QueryPlan: Hashable {
  /// A table or an index that a loop reads from its first entry to its last.
  struct Scan: Hashable {
    /// The table's name.
    var table: String
    /// The name of the index, if only the index is read.
    var index: String?
  }

  /// A table or an index of the database, by the number of its first page.
  struct Object: Hashable {
    var name: String
    var table: String
    var isIndex: Bool
  }

  /// What is read as a whole; empty if SQLite's count of such rows may include those of subqueries or triggers.
  private(set) var scans: [Scan] = []
  /// The tables for which SQLite makes an index while the query runs, as far as they are known.
  private(set) var indexed: [String] = []
  /// The indexes and tables in which a loop reads the rows of a range.
  private(set) var ranges: [Object] = []
  /// SQLite's words for the steps of the plan.
  let lines: [String]

  /// Reads a plan.
  ///
  /// - Parameters:
  ///   - program: the query's program from `EXPLAIN`.
  ///   - lines: the details from `EXPLAIN QUERY PLAN`.
  ///   - objects: the tables and indexes, by the numbers of their first pages.
  init(program: [ProgramStep], lines: [String], objects: [Int: Object]) {
    self.lines = lines
    var reading = LoopReading()
    for (address, step) in program.enumerated() { reading.pass(step, at: address) }
    for loop in reading.loops { note(loop, objects[loop.cursor?.page ?? 0]) }
    if !reading.isCountOfScansClear { scans = [] }
  }

  private mutating func note(_ loop: LoopReading.Loop, _ object: Object?) {
    guard let object else { return }
    switch loop.counter {
    case .scanned:
      let isWholeIndex = object.isIndex && !(loop.cursor?.findsRows ?? false)
      let scan = Scan(table: object.table, index: isWholeIndex ? object.name : nil)
      if !scans.contains(scan) { scans.append(scan) }
    case .indexed: if !indexed.contains(object.table) { indexed.append(object.table) }
    case nil: if !ranges.contains(object) { ranges.append(object) }
    }
  }

  /// The columns of the indexes that SQLite makes while the query runs, in the order of the plan.
  var indexedColumns: [[String]] { lines.compactMap(PlanLine.automaticIndex) }

  /// What the query sorts for, such as `ORDER BY`; empty if it does not sort.
  var sorts: [String] {
    lines.compactMap(PlanLine.sort).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// Finds the loops of a program, and what their cursors read.
private struct LoopReading {
  /// SQLite's counter of the steps of a loop.
  enum Counter: Int {
    case scanned = 1
    case indexed = 3
  }

  struct Cursor {
    /// The number of the first page of the table or index; nil for a table in memory or in another database.
    var page: Int?
    /// Whether it is an index whose entries lead to rows of the table.
    var findsRows = false
  }

  struct Loop {
    var body: ClosedRange<Int>
    var counter: Counter?
    /// The cursor; nil for a table in memory.
    var cursor: Cursor?
  }

  private var cursors: [Int: Cursor] = [:]
  private var hasTriggers = false
  private(set) var loops: [Loop] = []

  mutating func pass(_ step: ProgramStep, at address: Int) {
    switch step.opcode {
    case "OpenRead", "OpenWrite", "ReopenIdx": cursors[step.p1] = Cursor(page: step.p3 == 0 ? step.p2 : nil)
    case "OpenEphemeral", "OpenAutoindex", "OpenPseudo", "SorterOpen", "OpenDup", "VOpen": cursors[step.p1] = nil
    case "DeferredSeek", "Seek": cursors[step.p1]?.findsRows = true
    case "Program": hasTriggers = true
    case "Next", "Prev":
      let body = min(step.p2, address)...address
      loops.append(Loop(body: body, counter: Counter(rawValue: step.p5), cursor: cursors[step.p1]))
    default: break
    }
  }

  /// Whether nearly all counted steps are those of tables: no trigger has loops of its own, and each loop over a table
  /// in memory is around one over a real table.
  var isCountOfScansClear: Bool {
    let scans = loops.filter { $0.counter == .scanned }
    let real = scans.filter { $0.cursor?.page != nil }
    return !hasTriggers
      && scans.allSatisfy { scan in
        scan.cursor?.page != nil
          || real.contains { scan.body.contains($0.body.lowerBound) && scan.body.contains($0.body.upperBound) }
      }
  }
}

/// The lines of `EXPLAIN QUERY PLAN`, whose words differ between versions of SQLite. Unknown lines mean nothing.
enum PlanLine {
  /// Returns the columns of an index that SQLite makes for the query.
  static func automaticIndex(_ line: String) -> [String]? {
    guard line.hasPrefix("SEARCH "), let start = position(of: " USING AUTOMATIC ", in: line) else { return nil }
    return terms(of: line[start...]).map(\.column)
  }

  /// Whether a step reads a whole table or index, or may do so: a search without an index is for the largest value.
  static func isWholeRead(_ line: String) -> Bool {
    if line.hasPrefix("SCAN ") { return true }
    return line.hasPrefix("SEARCH ") && (position(of: " USING ", in: line) == nil || automaticIndex(line) != nil)
  }

  /// Returns what a step sorts for, such as `ORDER BY`.
  static func sort(_ line: String) -> String? {
    let prefix = "USE TEMP B-TREE FOR "
    guard line.hasPrefix(prefix) else { return nil }
    let purpose = line.dropFirst(prefix.count)
    return ["ORDER BY", "GROUP BY"].first { purpose.hasSuffix($0) }
  }

  /// Returns the terms with which a step searches in an index; nil if it does not.
  static func terms(of line: String, in index: String) -> [Term]? {
    guard line.hasPrefix("SEARCH "), let start = position(of: " INDEX \(index) (", in: line) else { return nil }
    return terms(of: line[start...])
  }

  /// A condition on a column of an index.
  struct Term: Equatable {
    var column: String
    /// Whether the column has one value, rather than a range of values.
    var isEquality: Bool
  }

  /// Reads `(product=? AND day>?)`.
  private static func terms(of text: Substring) -> [Term] {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return [] }
    let words = text[text.index(after: open)..<close].split(separator: " ").filter { $0 != "AND" }
    return words.compactMap { word in
      guard let end = word.firstIndex(where: { "=<>".contains($0) }) else { return nil }
      return Term(column: String(word[..<end]), isEquality: word[end] == "=")
    }
  }

  private static func position(of part: String, in line: String) -> String.Index? {
    var rest = line[...]
    while !rest.isEmpty {
      if rest.hasPrefix(part) { return rest.startIndex }
      rest.removeFirst()
    }
    return nil
  }
}
