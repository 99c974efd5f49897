import OSText
public import ParallelFor

/// A command with places for the item, with GNU parallel's meanings.
///
/// `{}` the item, `{.}` without its extension, `{/}` its last path component, `{//}` its directory, `{/.}` the last
/// component without extension, `{#}` the item's number from 1, `{%}` the worker's slot, `{name}`, `{1}` and `{-1}` a
/// field by its name, or by its number from the first or the last one; `{1.}`, `{name/}` and so on parts of a field.
/// Plain lines have one field, `{1}`, the item. Without any placeholder the item becomes the last argument.
///
/// Any name in the header of CSV or TSV makes a placeholder, `{First Name}` too. Else a name is letters, digits, `_`, `.`
/// and `-`, but not `..`; where the fields have names, with single blanks between words. What could be a name and is none
/// is an error, and so is what looks like a placeholder, as `{..}`, `{0}` and `{= … =}`. All else stays text: `{}}` is the
/// item and a brace, `{a,b}`, `{ print }` and `{a..z}` stay, and so do `${name}` and `${1}`, which the shell may want, and
/// `%{name}`, which curl and others have for their own.
public struct Template: Sendable, Equatable {
  /// A stretch of text, or a place.
  enum Piece: Sendable, Equatable {
    case literal([UInt8])
    case placeholder(Placeholder)
  }

  /// The command as the user wrote it, for a header line.
  public let title: String
  /// One list of pieces for each argument.
  let arguments: [[Piece]]
  /// For a shell line, its pieces with the quotes that surround each place.
  let shell: ShellLine?

  /// A command without a shell: a program and its arguments.
  ///
  /// - Parameters:
  ///   - arguments: the words.
  ///   - fields: what is known of the items' fields.
  public init(arguments: [String], fields: FieldNames = .none) {
    let grammar = PlaceholderGrammar(fields)
    var pieces = arguments.map { Template.pieces(of: $0, grammar) }
    title = zip(arguments, pieces).map(Template.title).joined(separator: " ")
    shell = nil
    if !Template.hasPlaceholder(pieces) { pieces.append([.placeholder(Placeholder(source: .item))]) }
    self.arguments = pieces
  }

  /// A line for `/bin/sh -c`; whatever is put in reaches it as data and is never read as shell text.
  ///
  /// That is true of this one shell. In a line such as `sh -c 'echo {}'`, `eval` or `ssh HOST 'echo {}'` a second one
  /// reads the value once more; it gets it safely as an argument, `sh -c 'echo "$1"' sh {}`, or as its input.
  ///
  /// - Parameters:
  ///   - line: the line.
  ///   - fields: what is known of the items' fields.
  public init(shell line: String, fields: FieldNames = .none) {
    title = line
    var pieces = Template.pieces(of: line, PlaceholderGrammar(fields))
    if !Template.hasPlaceholder([pieces]) {
      pieces += [.literal([UInt8(ascii: " ")]), .placeholder(Placeholder(source: .item))]
    }
    let shell = ShellLine(pieces)
    self.shell = shell
    arguments = shell.arguments
  }

  /// A word as the user wrote it; quoted when a shell would not read it so, but for the braces of placeholders.
  private static func title(of word: String, _ pieces: [Piece]) -> String {
    let isPlain = pieces.allSatisfy { piece in
      guard case .literal(let bytes) = piece else { return true }
      return ShellWord.isHarmless(OSText.decode(bytes), as: .argument)
    }
    return isPlain && !word.isEmpty ? word : ShellWord.quoted(word)
  }

  private static func hasPlaceholder(_ arguments: [[Piece]]) -> Bool {
    arguments.joined().contains { if case .placeholder = $0 { true } else { false } }
  }

  /// Checks before the run that the fields named here exist, as far as that can be known.
  ///
  /// - Throws: a sentence that names the unknown field and lists the known ones.
  public func check(against names: FieldNames) throws(TemplateError) {
    let known = names.table
    for case .placeholder(let placeholder) in arguments.joined() {
      switch placeholder.source {
      case .field(let name): try Self.check(name, names, known)
      case .fieldFromEnd(let number):
        let count = names == .none ? 1 : known.names.count
        guard names != .perItem, number > count else { continue }
        throw TemplateError(unknown: "-\(number)", known: known.names)
      case .item, .number, .slot: continue
      }
    }
  }

  private static func check(_ name: String, _ names: FieldNames, _ table: FieldTable) throws(TemplateError) {
    switch names {
    case .perItem: return
    case .none where name == "1": return
    case .known where table.position(of: name) != nil: return
    case .none, .known: throw TemplateError(unknown: name, known: table.names)
    }
  }

  /// The arguments for one item, the program first.
  ///
  /// - Throws: when the item has no such field or a NUL byte, which no argument can hold.
  public func arguments(for item: Item, id: ItemID, worker: WorkerID) throws(Failure) -> [[UInt8]] {
    var list = ArgumentList()
    try fill(&list, for: item, id: id, worker: worker)
    return list.arguments
  }

  /// Puts the arguments for one item into a list that is used again and again.
  func fill(_ list: inout ArgumentList, for item: Item, id: ItemID, worker: WorkerID) throws(Failure) {
    list.removeAll()
    for pieces in arguments {
      for piece in pieces {
        switch piece {
        case .literal(let bytes): list.bytes.append(contentsOf: bytes)
        case .placeholder(let placeholder):
          let start = list.bytes.count
          try placeholder.append(to: &list.bytes, item: item, id: id, worker: worker)
          guard !list.bytes[start...].contains(0) else {
            throw Failure("the item holds a NUL byte, which an argument of a command cannot hold")
          }
        }
      }
      list.endArgument()
    }
  }

  /// The command line for a person to read and to use again in a shell, as a string of ``OSText``.
  ///
  /// A shell line is given with its values in it; where a value could not be written so, with what runs it.
  public func commandLine(for item: Item, id: ItemID, worker: WorkerID) -> String {
    do throws(Failure) {
      if let shell, shell.takesValues { return try shell.line(for: item, id: id, worker: worker) }
      let words = try arguments(for: item, id: id, worker: worker).map { OSText.decode($0) }
      return words.enumerated().map { ShellWord.quoted($1, as: $0 == 0 ? .command : .argument) }
        .joined(separator: " ")
    } catch {
      return title
    }
  }
}

/// Why a template does not fit the items.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence.
  public var description: String

  init(unknown name: String, known: [String]) {
    let fields =
      known.isEmpty
      ? "plain lines have no fields (use {}, or --format csv, tsv or jsonl)"
      : "the fields are \(known.map { "{\($0)}" }.joined(separator: " "))"
    description = "unknown field {\(name)}: \(fields); to keep braces as text, write { \(name) }"
  }
}

/// The arguments of one command as NUL-ended strings in one buffer.
struct ArgumentList {
  var bytes: [UInt8] = []
  private(set) var ends: [Int] = []

  /// Empties the list and keeps its memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Ends the argument whose bytes were appended last.
  mutating func endArgument() {
    bytes.append(0)
    ends.append(bytes.count)
  }

  /// The arguments one by one, without their NUL.
  var arguments: [[UInt8]] {
    zip([0] + ends, ends).map { start, end in Array(bytes[start..<end - 1]) }
  }
}
