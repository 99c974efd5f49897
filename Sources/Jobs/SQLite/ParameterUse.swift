/// What a query does with a parameter, which decides how a number is bound whose spelling SQLite would not keep.
///
/// `1.10` is the number 1.1 to an expression, and a text to a column of texts. SQLite itself decides so for what stands
/// in its tables, by the columns' types; for what is bound it must be told.
enum ParameterUse: Equatable {
  /// Compared with numbers, computed with, or stored as it comes.
  case number
  /// Compared with texts, stored as one, joined with one, or cast to one.
  case text
  /// Only given out again in rows that tell numbers from texts, as JSON does.
  case shown

  /// Whether a number is bound as a number, not as the text that was written.
  func takes(_ number: NumberSpelling) -> Bool {
    switch self {
    case .number: true
    case .text: number.isCanonical
    case .shown: number.isFaithful
    }
  }

  /// Finds out what a statement does with each of its parameters.
  ///
  /// What reaches a text only through a temporary table of SQLite's, as in `INSERT INTO t SELECT ? FROM t`, is not seen.
  ///
  /// - Parameters:
  ///   - program: the statement's program, as `EXPLAIN` shows it; empty when there is none to be had, and then all
  ///     parameters are used as numbers.
  ///   - count: the number of parameters.
  ///   - rows: how rows are written.
  static func uses(in program: [ProgramStep], count: Int, rows: RowFormat) -> [ParameterUse] {
    (1...max(1, count)).prefix(count).map { parameter in
      var meets = Meetings()
      for (position, step) in program.enumerated() where step.opcode == "Variable" && step.p1 == parameter {
        meets.follow(step.p2, in: flow(of: program, after: position), depth: 0)
      }
      if meets.text { return .text }
      if meets.number || !meets.row { return .number }
      return rows == .json ? .shown : .text
    }
  }

  /// The steps after one; what stands behind the statement's body is done before it.
  private static func flow(of program: [ProgramStep], after position: Int) -> [ProgramStep] {
    let following = program[(position + 1)...]
    let isPrologue = program[position...].last?.opcode == "Goto" && !following.contains { $0.opcode == "Halt" }
    return Array(following) + (isPrologue ? Array(program[..<position]) : [])
  }
}

/// One step of a statement's program.
struct ProgramStep: Equatable {
  var opcode: String
  var p1: Int
  var p2: Int
  var p3: Int
  var p4: String
  var p5: Int
  /// For the check of a strict table's row: which of its columns hold texts.
  var textColumns: [Bool] = []
}

/// What becomes of a value in a register.
private struct Meetings {
  private static let textAffinity = UInt8(ascii: "B")
  private static let deepest = 8
  private static let comparisons: Set<String> = ["Eq", "Ne", "Lt", "Le", "Gt", "Ge"]
  private static let constants: Set<String> = ["Variable", "String8", "Integer", "Int64", "Real"]
  private static let functionsOfTexts: Set<String> = [
    "like", "glob", "regexp", "match", "length", "octet_length", "substr", "substring", "instr", "replace", "upper",
    "lower", "trim", "ltrim", "rtrim", "printf", "format", "hex", "unicode", "soundex", "concat", "concat_ws",
    "group_concat", "string_agg", "quote",
  ]

  var text = false
  var number = false
  var row = false

  /// Follows a register until something else is put into it.
  mutating func follow(_ register: Int, in steps: [ProgramStep], depth: Int) {
    for (position, step) in steps.enumerated() {
      if Self.fills(register, step) { return }
      if let copy = Self.copy(of: register, step), depth < Self.deepest {
        follow(copy, in: Array(steps[(position + 1)...]), depth: depth + 1)
      } else {
        look(at: step, register)
      }
    }
  }

  private static func fills(_ register: Int, _ step: ProgramStep) -> Bool {
    if step.opcode == "Column" { return step.p3 == register }
    return constants.contains(step.opcode) && step.p2 == register
  }

  private static func copy(of register: Int, _ step: ProgramStep) -> Int? {
    switch step.opcode {
    case "SCopy" where step.p1 == register: step.p2
    case "Copy" where (step.p1...step.p1 + max(0, step.p3)).contains(register): step.p2 + register - step.p1
    case "Move" where (step.p1..<step.p1 + max(1, step.p3)).contains(register): step.p2 + register - step.p1
    default: nil
    }
  }

  private mutating func look(at step: ProgramStep, _ register: Int) {
    switch step.opcode {
    case _ where Self.comparisons.contains(step.opcode):
      guard step.p1 == register || step.p3 == register else { return }
      note(isText: step.p5 & 0x47 == Int(Self.textAffinity))
    case "Affinity", "MakeRecord":
      guard (step.p1..<step.p1 + max(0, step.p2)).contains(register) else { return }
      note(isText: step.p4.utf8.dropFirst(register - step.p1).first == Self.textAffinity)
    case "TypeCheck":
      guard (step.p1..<step.p1 + max(0, step.p2)).contains(register) else { return }
      note(isText: step.textColumns.dropFirst(register - step.p1).first ?? false)
    case "Concat": if step.p1 == register || step.p2 == register { text = true }
    case "Cast": if step.p1 == register { note(isText: step.p2 == Int(Self.textAffinity)) }
    case "ResultRow": if (step.p1..<step.p1 + max(0, step.p2)).contains(register) { row = true }
    case "Function", "PureFunc": call(step, register)
    default: break
    }
  }

  /// A call: its name and number of arguments are in the fourth operand, `length(1)`; a negative number is unknown.
  private mutating func call(_ step: ProgramStep, _ register: Int) {
    let parts = step.p4.split(separator: "(")
    guard let name = parts.first, let count = parts.last.flatMap({ Int($0.dropLast()) }) else { return }
    guard register >= step.p2, count < 0 || register < step.p2 + count else { return }
    note(isText: Self.functionsOfTexts.contains(name.lowercased()))
  }

  private mutating func note(isText: Bool) {
    if isText { text = true } else { number = true }
  }
}
