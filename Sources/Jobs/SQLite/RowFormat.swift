/// How the rows of a query are written.
public enum RowFormat: String, Sendable, CaseIterable {
  /// Values between tabs; in them a tab, line end, carriage return or backslash is written `\t`, `\n`, `\r`, `\\`.
  /// NULL is empty, a blob is `X'…'` in hexadecimal.
  case tsv
  /// RFC 4180 with LF: quotes where a value holds a comma, quote or line end. NULL is empty, an empty text is `""`, a
  /// blob is `X'…'` in hexadecimal.
  case csv
  /// One object a row, with the columns' names. A blob is a string of hexadecimal digits; a number that JSON cannot
  /// write is `null`; bytes that are not UTF-8 become U+FFFD.
  case json
}
