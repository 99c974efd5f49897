/// What a query does with a parameter, which decides how a number is bound whose spelling SQLite would not keep.
///
/// `1.10` is the number 1.1 to an expression, and a text to a column of texts. SQLite decides so for the values in
/// its tables, by the columns' types; for bound values it must be told.
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
    var reading = ProgramReading(count: count)
    for step in inOrder(program) { reading.pass(step) }
    return reading.meetings.map { meetings in
      if meetings.text { return .text }
      if meetings.number || !meetings.row { return .number }
      return rows == .json ? .shown : .text
    }
  }

  /// The steps as they are done: what comes after the statement's body is done before it.
  private static func inOrder(_ program: [ProgramStep]) -> [ProgramStep] {
    guard let halt = program.lastIndex(where: { $0.opcode == "Halt" }) else { return program }
    return Array(program[(halt + 1)...] + program[...halt])
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

/// What becomes of the parameters, from register to register; one pass over the program.
private struct ProgramReading {
  /// What a parameter has met.
  struct Meetings {
    var text = false
    var number = false
    var row = false
  }

  private static let textAffinity = UInt8(ascii: "B")
  private static let comparisons: Set<String> = ["Eq", "Ne", "Lt", "Le", "Gt", "Ge"]
  private static let constants: Set<String> = ["String8", "Integer", "Int64", "Real"]
  private static let functionsOfTexts: Set<String> = [
    "like", "glob", "regexp", "match", "length", "octet_length", "substr", "substring", "instr", "replace", "upper",
    "lower", "trim", "ltrim", "rtrim", "printf", "format", "hex", "unicode", "soundex", "concat", "concat_ws",
    "group_concat", "string_agg", "quote",
  ]
  /// The number of arguments to look at, of a function that takes any number of them.
  private static let fewArguments = 8

  /// For each parameter what it has met so far.
  private(set) var meetings: [Meetings]
  /// The registers that hold a parameter now, and which.
  private var holders: [Int: Int] = [:]

  init(count: Int) { meetings = Array(repeating: Meetings(), count: count) }

  mutating func pass(_ step: ProgramStep) {
    switch step.opcode {
    case "Variable": holders[step.p2] = step.p1
    case "Column": holders[step.p3] = nil
    case _ where Self.constants.contains(step.opcode): holders[step.p2] = nil
    case "SCopy": holders[step.p2] = holders[step.p1]
    case "Copy": copy(step, count: step.p3 + 1)
    case "Move": copy(step, count: max(1, step.p3))
    default: look(at: step)
    }
  }

  private mutating func copy(_ step: ProgramStep, count: Int) {
    for offset in 0..<max(0, count) { holders[step.p2 + offset] = holders[step.p1 + offset] }
  }

  private mutating func look(at step: ProgramStep) {
    switch step.opcode {
    case _ where Self.comparisons.contains(step.opcode):
      for register in [step.p1, step.p3] { note(register, isText: step.p5 & 0x47 == Int(Self.textAffinity)) }
    case "Affinity", "MakeRecord":
      let affinities = Array(step.p4.utf8)
      for offset in 0..<max(0, step.p2) {
        note(step.p1 + offset, isText: affinities.indices.contains(offset) && affinities[offset] == Self.textAffinity)
      }
    case "TypeCheck":
      for offset in 0..<max(0, step.p2) {
        note(step.p1 + offset, isText: step.textColumns.indices.contains(offset) && step.textColumns[offset])
      }
    case "Concat": for register in [step.p1, step.p2] { note(register, isText: true) }
    case "Cast": note(step.p1, isText: step.p2 == Int(Self.textAffinity))
    case "ResultRow":
      for offset in 0..<max(0, step.p2) { change(step.p1 + offset) { $0.row = true } }
    case "Function", "PureFunc": call(step)
    default: break
    }
  }

  /// A call: its name and number of arguments are in the fourth operand, `length(1)`; a negative number is unknown.
  private mutating func call(_ step: ProgramStep) {
    let parts = step.p4.split(separator: "(")
    guard let name = parts.first, let count = parts.last.flatMap({ Int($0.dropLast()) }) else { return }
    let isText = Self.functionsOfTexts.contains(name.lowercased())
    for offset in 0..<(count < 0 ? Self.fewArguments : count) { note(step.p2 + offset, isText: isText) }
  }

  private mutating func note(_ register: Int, isText: Bool) {
    change(register) { if isText { $0.text = true } else { $0.number = true } }
  }

  private mutating func change(_ register: Int, _ change: (inout Meetings) -> Void) {
    guard let parameter = holders[register], meetings.indices.contains(parameter - 1) else { return }
    change(&meetings[parameter - 1])
  }
}
