/// A reason why what was asked cannot be done, in a sentence for the user.
public struct DashboardError: Error, CustomStringConvertible {
  /// The sentence; may hold a stranger's text.
  public let description: String

  package init(_ description: String) { self.description = description }
}
