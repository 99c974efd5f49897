/// How a file is split into items.
///
/// The text of an item, which is the value of `{}`, is its whole line or record as it is in the file, without the line
/// ending. If a record has a single field, the text is that field's value, so that a column of ids needs no name.
///
/// In all formats but ``nul``, lines end with LF or CRLF, which the last line may lack. Empty lines are skipped, and a
/// UTF-8 byte order mark at the start is dropped. Invalid UTF-8 and NUL bytes are kept. An item may have up to
/// ``maximumLength`` bytes.
public enum ItemFormat: Sendable, Equatable {
  /// The maximum length of an item in bytes: 64 MiB.
  public static let maximumLength = 64 << 20

  /// One item per line. A line of blanks is an item; an empty line is not.
  case lines
  /// Items end with a NUL byte, as `find -print0` writes them. All bytes are kept, and so are empty items.
  case nul
  /// Comma-separated values (RFC 4180): a field in double quotes may hold commas, line breaks and doubled quotes.
  ///
  /// A quote inside an unquoted field is an ordinary character. All records have as many fields as the first.
  case csv(header: Bool)
  /// Tab-separated values without quoting: a tab always separates, and a backslash is a backslash.
  case tsv(header: Bool)
  /// One JSON object per line. Its top-level members are the fields: strings without their escapes, numbers, `true` and
  /// `false` as written, nested values as JSON text, and `null` as an empty text (in SQL, NULL).
  case jsonl
  /// SQL statements, each ended by a semicolon, which the last one may lack. Semicolons in quoted texts, comments,
  /// parentheses and the bodies of functions and triggers end nothing. Blanks and comments before a statement are left
  /// out.
  case sql

  /// Returns the format for a file's extension; `lines` for an unknown one.
  ///
  /// - Parameters:
  ///   - path: the file's name; `.csv`, `.tsv`, `.jsonl` and `.ndjson` are known, in upper or lower case.
  ///   - header: whether the first record of CSV and TSV names the fields.
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

  /// Whether the first record names the fields.
  var hasHeader: Bool {
    switch self {
    case .csv(let header), .tsv(let header): header
    case .lines, .nul, .jsonl, .sql: false
    }
  }

  /// Whether quotes can enclose line ends.
  var isQuoted: Bool {
    if case .csv = self { true } else { false }
  }
}
