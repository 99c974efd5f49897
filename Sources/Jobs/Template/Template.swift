import OSText
public import ParallelFor

/// A command with placeholders for the item, with GNU parallel's meanings.
///
/// - `{}` is the item, `{.}` the item without its extension, `{/}` its last path component, `{//}` its directory, and
///   `{/.}` the last component without extension.
/// - `{#}` is the item's number from 1, `{%}` the worker's slot, and `{attempt}` the number of the attempt from 1.
/// - `{name}`, `{1}` and `{-1}` are fields by name, or by number from the first or the last one. `{1.}`, `{name/}` and
///   so on are parts of a field. Plain lines have one field, `{1}`, the item.
///
/// Without any placeholder, the item becomes the last argument.
///
/// Any name in the header of CSV or TSV makes a placeholder, even `{First Name}`. Otherwise a name consists of letters,
/// digits, `_`, `.` and `-`, but not `..`; where fields have names, it may contain blanks after its first character. An
/// unknown name is an error, and so is a text that only looks like a placeholder, such as `{..}`, `{0}` or `{= … =}`.
/// Everything else stays text: `{}}` is the item and a brace, and `{a,b}`, `{ print }` and `{a..z}` stay. So do
/// `${name}` and `${1}`, which the shell may need, and `%{name}`, which curl and others use.
public struct Template: Sendable, Equatable {
  /// A piece of text, or a placeholder.
  enum Piece: Sendable, Equatable {
    case literal([UInt8])
    case placeholder(Placeholder)
  }

  /// The command as the user wrote it, for a header line. An item that is appended is shown as `{}`.
  public let title: String
  /// One list of pieces for each argument.
  let arguments: [[Piece]]
  /// For a shell line, its pieces with the quotes around each placeholder.
  let shell: ShellLine?

  /// The program of a command as far as no item decides it: the beginning of its name, and whether that is all of it;
  /// nil for a shell line.
  var program: (name: [UInt8], isWhole: Bool)? {
    guard shell == nil, let pieces = arguments.first else { return nil }
    guard case .literal(let name)? = pieces.first else { return ([], pieces.isEmpty) }
    return (name, pieces.count == 1)
  }

  /// Makes a command without a shell: a program and its arguments.
  ///
  /// - Parameters:
  ///   - arguments: the words.
  ///   - fields: the fields of the items, as far as they are known.
  public init(arguments: [String], fields: FieldNames = .none) {
    let grammar = PlaceholderGrammar(fields)
    var pieces = arguments.map { Template.pieces(of: $0, grammar) }
    var words = zip(arguments, pieces).map(Template.title)
    if !Template.hasPlaceholder(pieces) {
      pieces.append([.placeholder(Placeholder(source: .item))])
      words.append("{}")
    }
    title = words.joined(separator: " ")
    shell = nil
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
    var pieces = Template.pieces(of: line, PlaceholderGrammar(fields))
    let isAppended = !Template.hasPlaceholder([pieces])
    title = isAppended ? "\(line) {}" : line
    if isAppended {
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
  public func check(against names: FieldNames) throws(JobError) {
    let known = names.table
    for case .placeholder(let placeholder) in arguments.joined() {
      switch placeholder.source {
      case .field(let name): try Self.check(name, names, known)
      case .fieldFromEnd(let number):
        let count = names == .none ? 1 : known.names.count
        guard names != .perItem, number > count else { continue }
        throw JobError(unknownField: "-\(number)", known: known.names)
      case .item, .number, .slot, .attempt: continue
      }
    }
  }

  private static func check(_ name: String, _ names: FieldNames, _ table: FieldTable) throws(JobError) {
    switch names {
    case .perItem: return
    case .none where name == "1": return
    case .known where table.position(of: name) != nil: return
    case .none, .known: throw JobError(unknownField: name, known: table.names)
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
  func fill(
    _ list: inout ArgumentList, for item: Item, id: ItemID, worker: WorkerID, attempt: Int = 1
  ) throws(Failure) {
    list.removeAll()
    for pieces in arguments {
      for piece in pieces {
        switch piece {
        case .literal(let bytes): list.bytes.append(contentsOf: bytes)
        case .placeholder(let placeholder):
          let start = list.bytes.count
          try placeholder.append(to: &list.bytes, item: item, id: id, worker: worker, attempt: attempt)
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

extension JobError {
  /// Makes an error about a placeholder for a field that the items do not have.
  init(unknownField name: String, known: [String]) {
    let fields =
      known.isEmpty
      ? "plain lines have no fields (use {}, or --format csv, tsv or jsonl)"
      : "the fields are \(known.map { "{\($0)}" }.joined(separator: " "))"
    self.init("unknown field {\(name)}: \(fields); to keep braces as text, write { \(name) }")
  }
}

extension Template {
  /// Splits a text at its placeholders.
  static func pieces(of text: String, _ grammar: PlaceholderGrammar) -> [Piece] {
    let bytes = OSText.bytes(text)
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if let (placeholder, end) = placeholder(in: bytes, at: position, grammar) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(.placeholder(placeholder))
        position = end
      } else {
        literal.append(bytes[position])
        position += 1
      }
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }

  /// Returns the placeholder that starts at a position, and the position after it.
  private static func placeholder(
    in bytes: [UInt8], at start: Int, _ grammar: PlaceholderGrammar
  ) -> (Placeholder, Int)? {
    guard bytes[start] == UInt8(ascii: "{"), let (placeholder, end) = braced(bytes[(start + 1)...], grammar) else {
      return nil
    }
    let isOthers = start > 0 && [UInt8(ascii: "$"), UInt8(ascii: "%")].contains(bytes[start - 1])
    if isOthers, placeholder.isField { return nil }
    return (placeholder, end)
  }

  /// Returns the placeholder whose text starts here and ends at the next brace, and the position after that.
  private static func braced(_ bytes: ArraySlice<UInt8>, _ grammar: PlaceholderGrammar) -> (Placeholder, Int)? {
    for name in grammar.bracedNames
    where bytes.starts(with: name) && bytes.dropFirst(name.count).first == UInt8(ascii: "}") {
      return (Placeholder(source: .field(OSText.decode(name))), bytes.startIndex + name.count + 1)
    }
    if let end = perl(bytes) { return (Placeholder(source: .field(OSText.decode(Array(bytes[..<end])))), end + 1) }
    guard let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "{") }),
      bytes[end] == UInt8(ascii: "}"),
      let placeholder = grammar.placeholder(OSText.decode(Array(bytes[..<end])))
    else { return nil }
    return (placeholder, end + 1)
  }
}

extension Template {
  /// The maximum number of bytes in which to search for the end of Perl code.
  private static let longestPerl = 1_000

  /// Returns the end of GNU parallel's Perl code, `{= … =}`, which is not supported and must not pass as text.
  private static func perl(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>.Index? {
    let sign = UInt8(ascii: "=")
    guard bytes.first == sign else { return nil }
    let rest = bytes.dropFirst().prefix(longestPerl)
    return zip(rest.indices, rest.indices.dropFirst()).first { rest[$0] == sign && rest[$1] == UInt8(ascii: "}") }?.1
  }
}

extension Template.Placeholder {
  /// Whether the placeholder names a field.
  var isField: Bool {
    switch source {
    case .field, .fieldFromEnd: true
    case .item, .number, .slot, .attempt: false
    }
  }
}
