/// The keys and tables that a TOML text has defined so far; refuses to define one twice.
struct TOMLTables {
  /// A step from a table or an array to a member.
  enum Part: Hashable {
    case key(String)
    /// An element of an array.
    case element(Int)
  }

  typealias Path = [Part]

  /// How a path was defined, which decides what can still be added to it.
  private enum Kind: Equatable {
    /// A value, an inline table or an array literal: nothing can be added.
    case value
    /// A table with its own header.
    case table
    /// A table that occurs only in the header of another one: its own header may follow.
    case implied
    /// A table that dotted keys of this section defined: only they can add keys.
    case dotted(section: Int)
    /// An array of tables, with the number of its elements.
    case list(count: Int)
  }

  /// The maximum number of parts of a path.
  static let deepest = 32
  /// The maximum length of a dotted key in bytes.
  private static let longest = 256
  /// The maximum number of keys and tables; together, the limits bound the memory that a text can take.
  private static let most = 10_000

  private var kinds: [Path: Kind] = [:]
  private var sections = 0

  /// Starts a section or an inline table, which cannot add to tables that dotted keys of others defined.
  mutating func beginSection() -> Int {
    sections += 1
    return sections
  }

  /// Defines the table of a `[header]`.
  mutating func defineTable(_ keys: [String], line: Int) throws(TOMLError) -> Path {
    let path = try descend(keys.dropLast(), line: line) + [.key(keys[keys.count - 1])]
    guard kinds[path] == nil || kinds[path] == .implied else { throw Self.isDefined(path, line) }
    try define(path, as: .table, line: line)
    return path
  }

  /// Defines another element of the array of a `[[header]]`.
  mutating func defineElement(_ keys: [String], line: Int) throws(TOMLError) -> Path {
    let path = try descend(keys.dropLast(), line: line) + [.key(keys[keys.count - 1])]
    var count = 0
    switch kinds[path] {
    case nil: break
    case .list(let elements): count = elements
    case .value, .table, .implied, .dotted: throw Self.isDefined(path, line)
    }
    try define(path, as: .list(count: count + 1), line: line)
    let element = path + [.element(count)]
    try define(element, as: .table, line: line)
    return element
  }

  /// Defines a key of a table, dotted or not.
  mutating func defineKey(_ keys: [String], in table: Path, section: Int, line: Int) throws(TOMLError) -> Path {
    var path = table
    for key in keys.dropLast() {
      path.append(.key(key))
      switch kinds[path] {
      case nil, .implied: try define(path, as: .dotted(section: section), line: line)
      case .dotted(section): continue
      case .dotted, .value, .table, .list: throw Self.isDefined(path, line)
      }
    }
    path.append(.key(keys[keys.count - 1]))
    guard kinds[path] == nil else { throw Self.isDefined(path, line) }
    try define(path, as: .value, line: line)
    return path
  }

  /// Returns the table that the first parts of a header lead to; for an array of tables, its last element.
  private mutating func descend(_ keys: ArraySlice<String>, line: Int) throws(TOMLError) -> Path {
    var path: Path = []
    for key in keys {
      path.append(.key(key))
      switch kinds[path] {
      case nil: try define(path, as: .implied, line: line)
      case .implied, .table, .dotted: continue
      case .list(let count): path.append(.element(count - 1))
      case .value: throw Self.isDefined(path, line)
      }
    }
    return path
  }

  private mutating func define(_ path: Path, as kind: Kind, line: Int) throws(TOMLError) {
    func refuse(_ problem: String) -> TOMLError { TOMLError(line: line, problem: problem) }
    guard path.count <= Self.deepest else { throw refuse("expected a key of at most \(Self.deepest) parts") }
    guard Self.name(of: path).utf8.count <= Self.longest else {
      throw refuse("expected a key of at most \(Self.longest) bytes")
    }
    guard kinds.count < Self.most else { throw refuse("expected at most \(Self.most) keys") }
    kinds[path] = kind
  }

  private static func isDefined(_ path: Path, _ line: Int) -> TOMLError {
    TOMLError(line: line, problem: "\"\(name(of: path))\" is defined twice")
  }

  /// Returns the keys of a path, separated by dots.
  static func name(of path: Path) -> String {
    path.compactMap { if case .key(let key) = $0 { key } else { nil } }.joined(separator: ".")
  }
}
