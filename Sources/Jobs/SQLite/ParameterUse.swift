import ParallelFor

/// How a query uses a parameter, which decides how to bind a number whose spelling SQLite would change.
///
/// `1.10` is the number 1.1 in an expression, and a text in a column of texts. For the values in its tables, SQLite
/// decides by the columns' types; for bound values, the caller must decide.
enum ParameterUse: Equatable {
  /// Compared with numbers, computed with, or stored as it is.
  case number
  /// Compared with texts, stored as one, concatenated with one, or cast to one.
  case text
  /// Only returned in rows that distinguish numbers from texts, as JSON does.
  case shown

  /// Whether to bind a number as a number rather than as the written text.
  func takes(_ number: NumberSpelling) -> Bool {
    switch self {
    case .number: true
    case .text: number.isCanonical
    case .shown: number.isFaithful
    }
  }

  /// Finds out how a statement uses each of its parameters.
  ///
  /// It does not see that a parameter reaches a text through a temporary table, as in `INSERT INTO t SELECT ? FROM t`.
  ///
  /// - Parameters:
  ///   - program: the statement's program from `EXPLAIN`. If it is empty, because there is none, all parameters are
  ///     used as numbers.
  ///   - count: the number of parameters.
  ///   - rows: the format of the rows.
  static func uses(in program: [ProgramStep], count: Int, rows: RowFormat) -> [ParameterUse] {
    var reading = ProgramReading(count: count)
    for step in inOrder(program) { reading.pass(step) }
    return reading.meetings.map { meetings in
      if meetings.text { return .text }
      if meetings.number || !meetings.row { return .number }
      return rows == .json ? .shown : .text
    }
  }

  /// Returns the steps in the order of execution: those after the statement's body run before it.
  private static func inOrder(_ program: [ProgramStep]) -> [ProgramStep] {
    guard let halt = program.lastIndex(where: { $0.opcode == "Halt" }) else { return program }
    return Array(program[(halt + 1)...] + program[...halt])
  }
}

/// The value that is bound to a parameter of a query.
enum BoundValue: Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(ByteText)

  /// Decides how to bind a value of an item.
  ///
  /// - Throws: when the item has no such field.
  init(_ source: ParameterSource, of item: Item, for use: ParameterUse) throws(Failure) {
    let (bytes, isText) = try source.value(of: item)
    guard let value = bytes else {
      self = .null
      return
    }
    guard !isText, let number = NumberSpelling(value), use.takes(number) else {
      self = .text(value)
      return
    }
    switch number.value {
    case .integer(let integer): self = .integer(integer)
    case .real(let real): self = .real(real)
    }
  }

  /// The value in SQL notation, for people to read.
  var literal: String {
    switch self {
    case .null: "NULL"
    case .integer(let integer): "\(integer)"
    case .real(let real): real.isFinite ? "\(real)" : real < 0 ? "-9e999" : "9e999"
    case .text(let text):
      "'\(text.description.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }
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
  /// Which columns of a strict table hold texts, for the check of its rows.
  var textColumns: [Bool] = []
}

/// Follows the parameters from register to register, in one pass over the program.
private struct ProgramReading {
  /// The uses of a parameter that were found.
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
  /// The number of arguments to examine in calls of variadic functions.
  private static let fewArguments = 8

  /// The uses of each parameter so far.
  private(set) var meetings: [Meetings]
  /// The registers that currently hold a parameter, with the parameter's number.
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

  /// Notes the arguments of a call. The fourth operand is like `length(1)`; a negative number of arguments is unknown.
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
