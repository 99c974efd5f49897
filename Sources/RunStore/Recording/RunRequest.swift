/// A request to a recorder other than an attempt.
enum RunRequest: Sendable {
  case change(RunChange)
  /// The number of items in the input.
  case total(Int)
  /// The number of results that have been delivered.
  case delivered(Int)
  /// The attempt, recorded as an earlier one, is the last one at the item of this row.
  case makeFinal(row: Int64, attempt: Int64)
  /// An item that need not run has this number now.
  case renumber(row: Int64, number: Int)
  /// The items of these rows are no longer in the items file.
  case retire([ClosedRange<Int64>])
  /// Items will be looked up by their keys, which needs an index.
  case makeIndexes
  case finish(RunRecord.State, exitCode: Int32, at: Int64)
}
