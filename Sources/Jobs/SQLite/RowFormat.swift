/// The format of a query's rows.
public enum RowFormat: String, Sendable, CaseIterable {
  /// Values separated by tabs. Within them, a tab, newline, carriage return or backslash is written as `\t`, `\n`, `\r`
  /// or `\\`. NULL is empty, a blob is `X'…'` in hexadecimal.
  case tsv
  /// RFC 4180 with LF. Values with a comma, quote or line end are quoted. NULL is empty, an empty text is `""`, a blob
  /// is `X'…'` in hexadecimal.
  case csv
  /// One object per row, with the columns' names. A blob is a string of hexadecimal digits; a number that JSON cannot
  /// represent is `null`; invalid UTF-8 becomes U+FFFD.
  case json
}
