/// What a cell's text is for, as a small number. A palette gives every role its colours.
///
/// This module has no names for roles. They are in the module that owns the themes.
public struct Role: RawRepresentable, Hashable, Sendable {
  /// The role's place in a palette.
  public var rawValue: UInt8

  /// Makes the role with the given number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}
