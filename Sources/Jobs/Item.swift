/// One entry of the items file.
public struct Item: Sendable, Equatable {
  /// The entry's text.
  public var text: String
}
