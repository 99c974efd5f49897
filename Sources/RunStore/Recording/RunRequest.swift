/// What a recorder is asked to write besides attempts.
enum RunRequest: Sendable {
  case change(RunChange)
  /// The number of items in the input.
  case total(Int)
  case delivered(DeliveryMark)
  /// An attempt that was to be followed by another is the last one at the item of this row.
  case makeFinal(row: Int64, attempt: Int64)
  /// An item that need not run has this number now.
  case renumber(row: Int64, number: Int)
  /// These rows' items no longer stand in the items file.
  case retire([ClosedRange<Int64>])
  /// Items will be looked up by their keys and listed by their numbers.
  case makeIndexes
  case finish(RunRecord.State, exitCode: Int32, at: Int64)
}
