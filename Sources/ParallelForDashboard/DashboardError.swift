/// An error with a message for the user.
public struct DashboardError: Error, CustomStringConvertible {
  /// The message; may contain untrusted text.
  public let description: String

  package init(_ description: String) { self.description = description }
}
