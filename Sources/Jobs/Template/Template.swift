import OSText
public import ParallelFor

/// A command with placeholders for the item, with GNU parallel's meanings.
///
/// - `{}` is the item, `{.}` the item without its extension, `{/}` its last path component, `{//}` its directory, and
///   `{/.}` the last component without extension.
/// - `{#}` is the item's number from 1, and `{%}` the worker's slot.
/// - `{name}`, `{1}` and `{-1}` are fields by name, or by number from the first or the last one. `{1.}`, `{name/}` and
///   so on are parts of a field. Plain lines have one field, `{1}`, the item.
///
/// Without any placeholder, the item becomes the last argument.
///
/// Any name in the header of CSV or TSV makes a placeholder, even `{First Name}`. Otherwise a name consists of letters,
/// digits, `_`, `.` and `-`, but not `..`; where fields have names, single blanks may separate words. An unknown name
/// is an error, and so is a text that only looks like a placeholder, such as `{..}`, `{0}` or `{= … =}`. Everything
/// else stays text: `{}}` is the item and a brace, and `{a,b}`, `{ print }` and `{a..z}` stay. So do `${name}` and
/// `${1}`, which the shell may need, and `%{name}`, which curl and others use.
public struct Template: Sendable, Equatable {
  /// A piece of text, or a placeholder.
  enum Piece: Sendable, Equatable {
    case literal([UInt8])
    case placeholder(Placeholder)
  }

  /// The command as the user wrote it, for a header line.
  public let title: String
  /// One list of pieces for each argument.
  let arguments: [[Piece]]
  /// For a shell line, its pieces with the quotes around each placeholder.
  let shell: ShellLine?

  /// Makes a command without a shell: a program and its arguments.
  ///
  /// - Parameters:
  ///   - arguments: the words.
  ///   - fields: the fields of the items, as far as they are known.
  public init(arguments: [String], fields: FieldNames = .none) {
    let grammar = PlaceholderGrammar(fields)
    var pieces = arguments.map { Template.pieces(of: $0, grammar) }
    title = zip(arguments, pieces).map(Template.title).joined(separator: " ")
    shell = nil
    if !Template.hasPlaceholder(pieces) { pieces.append([.placeholder(Placeholder(source: .item))]) }
    self.arguments = pieces
  }

  /// Makes a line for `/bin/sh -c`; inserted values reach it as data and are never read as shell text.
  ///
  /// This holds for this one shell. In a line such as `sh -c 'echo {}'`, `eval` or `ssh HOST 'echo {}'`, a second shell
  /// reads the value again. To pass it safely, use an argument, as in `sh -c 'echo "$1"' sh {}`, or the input.
  ///
  /// - Parameters:
  ///   - line: the line.
  ///   - fields: the fields of the items, as far as they are known.
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

  /// Returns a word as the user wrote it; quoted if a shell would read it differently, braces aside.
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

  /// Checks before the run that the named fields exist, as far as the fields are known.
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

  /// Returns the arguments for one item, the program first.
  ///
  /// - Throws: when the item lacks a field, or has a NUL byte, which no argument can contain.
  public func arguments(for item: Item, id: ItemID, worker: WorkerID) throws(Failure) -> [[UInt8]] {
    var list = ArgumentList()
    try fill(&list, for: item, id: id, worker: worker)
    return list.arguments
  }

  /// Fills a reusable list with the arguments for one item.
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
            throw Failure("the item contains a NUL byte, which a command's argument cannot contain")
          }
        }
      }
      list.endArgument()
    }
  }

  /// Returns the command line as a string of ``OSText``, for people to read and to use again in a shell.
  ///
  /// A shell line contains its values. Where that is impossible, the result is the `sh` command that runs it.
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

/// The arguments of one command as NUL-terminated strings in one buffer.
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
