/// Splits the rows that a query has written into their values.
public struct RowText: Sendable, Equatable {
  let format: RowFormat
  /// The names of the columns; empty if they are unknown.
  let columns: [String]

  /// - Parameters:
  ///   - format: the format of the rows.
  ///   - columns: the names of the columns; empty if they are unknown. Rows in JSON have names of their own.
  public init(_ format: RowFormat, columns: [String] = []) {
    self.format = format
    self.columns = columns
  }

  /// Returns the values of a row with their names; none if the line is no row with these columns.
  public func values(of line: String) -> [(name: String, value: String)] {
    switch format {
    case .json:
      guard let fields = Fields.members(ofJSON: Array(line.utf8)) else { return [] }
      return zip(fields.names, fields.values).map { ($0, $1?.description ?? "") }
    case .tsv: return named(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
    case .csv:
      var line = line
      let fields = line.withUTF8 { try? DelimitedRecord.splitCommas(UnsafeRawBufferPointer($0)) }
      return named(fields?.map(\.description) ?? [])
    }
  }

  private func named(_ values: [String]) -> [(name: String, value: String)] {
    guard !columns.isEmpty else { return values.count > 1 ? values.map { ("", $0) } : [] }
    return values.count == columns.count ? Array(zip(columns, values)) : []
  }
}
