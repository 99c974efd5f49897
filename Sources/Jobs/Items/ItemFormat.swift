/// How a file is cut into items.
///
/// An item's text, the value of `{}`, is what the file holds: the whole line or record, without its line
/// ending. Only where a record has a single field is it that field's value, so that a column of ids needs no name.
///
/// For all formats but ``nul``: a line ends with LF or CRLF, the last one may lack it, empty lines are no items, and a
/// UTF-8 byte order mark at the start is dropped. Bytes that are not UTF-8 and NUL bytes are kept. An item may be up to
/// ``maximumLength`` bytes long.
public enum ItemFormat: Sendable, Equatable {
  /// The longest item, in bytes: 64 MiB.
  public static let maximumLength = 64 << 20

  /// One item a line. A line of blanks is an item, an empty one is not.
  case lines
  /// Items end with a NUL byte, as `find -print0` writes them. Everything else is kept, empty items too.
  case nul
  /// Comma-separated values after RFC 4180: a field in double quotes may hold commas, line breaks and doubled quotes.
  ///
  /// A quote inside an unquoted field is an ordinary character. All records have as many fields as the first.
  case csv(header: Bool)
  /// Tab-separated values, without any quoting: a tab always separates and a backslash is a backslash.
  case tsv(header: Bool)
  /// One JSON object a line. Its top-level members are the fields: strings without their escapes, numbers, `true` and
  /// `false` as written, nested values as their JSON text, `null` as an empty text (in SQL, NULL).
  case jsonl

  /// The format that a file's ending names; lines when it names none.
  ///
  /// - Parameters:
  ///   - path: the file's name; `.csv`, `.tsv`, `.jsonl` and `.ndjson` count, in either case.
  ///   - header: whether the first record of csv and tsv names the fields.
  public init(path: String, header: Bool = true) {
    let name = path.split(separator: "/").last ?? ""
    switch name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() {
    case "csv": self = .csv(header: header)
    case "tsv": self = .tsv(header: header)
    case "jsonl", "ndjson": self = .jsonl
    default: self = .lines
    }
  }

  /// The byte that ends an item.
  var terminator: UInt8 { self == .nul ? 0 : UInt8(ascii: "\n") }

  /// True when the first record names the fields.
  var hasHeader: Bool {
    switch self {
    case .csv(let header), .tsv(let header): header
    case .lines, .nul, .jsonl: false
    }
  }

  /// True when quotes may hide line ends.
  var isQuoted: Bool {
    if case .csv = self { true } else { false }
  }
}
