/// What databases share when each item is an SQL statement.
enum StatementItem {
  /// The title of a run of statements.
  static let title = "each statement"

  /// A statement of a file has nothing that could be bound.
  static let hasParameters = JobError("the statement has parameters, but with --each there is nothing to bind")

  /// What to say if a statement begins a transaction and does not end it.
  static let leftTransaction = "left a transaction open, which was rolled back"

  /// Returns the statement of an item.
  ///
  /// - Throws: when it is no text that a database takes.
  static func text(of item: Item) throws(JobError) -> String {
    guard case .text(let text) = item.value else { throw JobError("the statement is not valid UTF-8") }
    guard !text.utf8.contains(0) else { throw JobError("the statement contains a NUL byte") }
    return text
  }
}
