/// Why the items cannot be read, or not to their end.
public struct ItemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it, or `standard input`.
  public var file: String
  /// The line, from 1, if there is one.
  public var line: Int?
  /// The byte in the line, from 1, if there is one.
  public var column: Int?
  /// What is wrong and what was expected; may hold a stranger's text.
  public var reason: String

  init(_ file: String, line: Int? = nil, column: Int? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The position and the reason, such as `orders.csv:17: expected 3 fields as in the header, found 2`.
  public var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "\(file)\(place): \(reason)"
  }
}
