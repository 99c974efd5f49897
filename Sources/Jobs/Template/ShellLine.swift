import OSText
import ParallelFor

/// A shell line whose inserted values are never read as shell text.
///
/// The values are passed to `sh` as arguments, and the line refers to them by variables: `grep {} f` runs as
/// `pfor_1=$1; grep "${pfor_1}" f`. The shell does not parse the result of an expansion again. Even if the
/// quotes of a line are misjudged here, as in a here-document, a value may be split into words but is never executed.
struct ShellLine: Sendable, Equatable {
  /// The user's quotes around a placeholder.
  enum Quoting: Sendable, Equatable {
    case none
    case single
    case double
  }

  private let pieces: [Template.Piece]
  /// The quotes around each placeholder, in order.
  private let quoting: [Quoting]
  /// Whether each placeholder can be replaced with a quoted value. That is wrong in a comment, which a newline would
  /// end, and in a here-document or backticks, where quotes have another meaning.
  let takesValues: Bool

  init(_ pieces: [Template.Piece]) {
    self.pieces = pieces
    var context = ShellContext()
    var takesValues = true
    quoting = pieces.compactMap { piece in
      switch piece {
      case .literal(let bytes):
        for byte in bytes { context.pass(byte) }
        return nil
      case .placeholder:
        takesValues = takesValues && context.takesValue
        context.passValue()
        return context.quoting
      }
    }
    self.takesValues = takesValues
  }

  /// The arguments that run the line: `/bin/sh -c`, the script, its name, and the values.
  var arguments: [[Template.Piece]] {
    let values = pieces.filter { if case .placeholder = $0 { true } else { false } }
    var script = values.indices.map { "pfor_\($0 + 1)=${\($0 + 1)}; " }.joined().utf8.map { $0 }
    join(into: &script) { number in Array("\"${pfor_\(number + 1)}\"".utf8) }
    let fixed: [[Template.Piece]] = ["/bin/sh", "-c"].map { [.literal(Array($0.utf8))] }
    return fixed + [[.literal(script)], [.literal(Array("sh".utf8))]] + values.map { [$0] }
  }

  /// Returns the line with the quoted values in their places.
  func line(for item: Item, id: ItemID, worker: WorkerID) throws(Failure) -> String {
    var values: [[UInt8]] = []
    for (position, piece) in pieces.enumerated() {
      guard case .placeholder(let placeholder) = piece else { continue }
      var value: [UInt8] = []
      try placeholder.append(to: &value, item: item, id: id, worker: worker, attempt: 1)
      let text = OSText.decode(value)
      let isBare = isAlone(position) && ShellWord.isHarmless(text, as: .command)
      values.append(isBare ? value : OSText.bytes(ShellWord.inQuotes(text)))
    }
    var line: [UInt8] = []
    join(into: &line) { values[$0] }
    return OSText.decode(line)
  }

  /// Whether blanks surround a placeholder. A value next to other text could become part of a variable's name, of `~`
  /// or of a redirection.
  private func isAlone(_ position: Int) -> Bool {
    func isBlank(_ byte: UInt8?) -> Bool { byte.map { " \t\n;".utf8.contains($0) } ?? true }
    let before: UInt8? = position == 0 ? nil : pieces[position - 1].lastByte
    let after: UInt8? = position + 1 == pieces.count ? nil : pieces[position + 1].firstByte
    return isBlank(before) && isBlank(after)
  }

  /// Appends the pieces with a text for each placeholder, and leaves the user's quotes around it.
  private func join(into text: inout [UInt8], _ value: (Int) -> [UInt8]) {
    var number = 0
    for piece in pieces {
      switch piece {
      case .literal(let bytes): text += bytes
      case .placeholder:
        let quote: [UInt8] =
          switch quoting[number] {
          case .none: []
          case .single: [UInt8(ascii: "'")]
          case .double: [UInt8(ascii: "\"")]
          }
        text += quote + value(number) + quote
        number += 1
      }
    }
  }

}

extension Template.Piece {
  /// The first byte; for a placeholder, any byte that is not a blank.
  fileprivate var firstByte: UInt8? {
    if case .literal(let bytes) = self { bytes.first } else { UInt8(ascii: "x") }
  }

  /// The last byte; for a placeholder, any byte that is not a blank.
  fileprivate var lastByte: UInt8? {
    if case .literal(let bytes) = self { bytes.last } else { UInt8(ascii: "x") }
  }
}

/// Tracks the quotes of a shell line. It knows single and double quotes, backslashes, comments, `$(…)` and backticks.
struct ShellContext {
  private enum Level: Equatable {
    case plain
    case single
    case double
    case parenthesis
    case backtick
    case comment
  }

  private var levels: [Level] = [.plain]
  private var isEscaped = false
  /// Whether a here-document may have started.
  private var hasDocument = false
  private var previous: UInt8 = UInt8(ascii: " ")

  /// The quotes around the current position.
  var quoting: ShellLine.Quoting {
    switch levels.last {
    case .single: .single
    case .double: .double
    default: .none
    }
  }

  /// Whether a quoted value is allowed at the current position.
  var takesValue: Bool {
    !isEscaped && !hasDocument && !levels.contains(.comment) && !levels.contains(.backtick)
  }

  /// Skips a placeholder.
  mutating func passValue() {
    isEscaped = false
    previous = UInt8(ascii: "x")
  }

  /// Skips one byte of the user's text.
  mutating func pass(_ byte: UInt8) {
    defer { previous = byte }
    if isEscaped {
      isEscaped = false
      return
    }
    switch levels.last {
    case .single: if byte == UInt8(ascii: "'") { levels.removeLast() }
    case .comment: if byte == UInt8(ascii: "\n") { levels.removeLast() }
    case .double: passQuoted(byte)
    default: passPlain(byte)
    }
  }

  private mutating func passQuoted(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): levels.removeLast()
    case UInt8(ascii: "\\"): isEscaped = true
    case UInt8(ascii: "`"): passBacktick()
    case UInt8(ascii: "(") where previous == UInt8(ascii: "$"): levels.append(.parenthesis)
    default: break
    }
  }

  private mutating func passPlain(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "'"): levels.append(.single)
    case UInt8(ascii: "\""): levels.append(.double)
    case UInt8(ascii: "\\"): isEscaped = true
    case UInt8(ascii: "`"): passBacktick()
    case UInt8(ascii: "("): levels.append(.parenthesis)
    case UInt8(ascii: ")"): if levels.last == .parenthesis { levels.removeLast() }
    case UInt8(ascii: "<"): hasDocument = hasDocument || previous == byte
    case UInt8(ascii: "#") where " \t\n;&|(".utf8.contains(previous): levels.append(.comment)
    default: break
    }
  }

  private mutating func passBacktick() {
    if levels.last == .backtick { levels.removeLast() } else { levels.append(.backtick) }
  }
}
