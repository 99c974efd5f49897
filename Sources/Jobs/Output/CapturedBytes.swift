/// Bytes that an item produced.
public struct CapturedBytes: Sendable {
  /// The bytes, when they are few enough to stay in memory.
  public var bytes: [UInt8]

  /// No bytes.
  public static var empty: CapturedBytes { CapturedBytes(bytes: []) }
}
