/// What a cell's text is for, as a small number; a palette gives every role its colours.
///
/// The grid knows no product word: the names stand in the module that owns the themes.
public struct Role: RawRepresentable, Hashable, Sendable {
  /// The role's place in a palette.
  public var rawValue: UInt8

  /// Makes the role with a number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}
