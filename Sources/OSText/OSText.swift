import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The system's texts, which are bytes, as strings from which the same bytes come back.
///
/// Arguments, variables of the environment and names of files need not be UTF-8. Each byte that is no part of a valid
/// character becomes a stand-in, one of the private characters U+10FE80 to U+10FEFF; where one of these stood before,
/// its four bytes become stand-ins. So two different sequences of bytes never become the same string. A person is shown
/// `�` for each.
public enum OSText {
  /// The string for bytes.
  public static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    // Stand-ins begin with F4, which is rare.
    if !bytes.contains(0xF4), let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(unsafeUninitializedCapacity: bytes.count * 4) { text in
      guard let start = bytes.baseAddress, let target = text.baseAddress else { return 0 }
      return cposix_text_of_bytes(start, bytes.count, target)
    }
  }

  /// The string for bytes.
  public static func decode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer(decode) }

  /// The string for bytes that end with a NUL.
  public static func decode(cString start: UnsafePointer<CChar>) -> String {
    let count = strlen(start)
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      decode(UnsafeBufferPointer(start: $0, count: count))
    }
  }

  /// The bytes that a string represents.
  public static func bytes(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    guard bytes.contains(0xF4) else { return bytes }
    let count = bytes.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      return cposix_bytes_of_text(start, buffer.count, start)
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Whether a character represents a byte that is not UTF-8.
  public static func isStandIn(_ scalar: Unicode.Scalar) -> Bool { (0x10_FE80...0x10_FEFF).contains(scalar.value) }

  /// Whether two strings stand for the same bytes; strings are equal that only a person takes for the same.
  public static func isSame(_ first: String, _ second: String) -> Bool { first.utf8.elementsEqual(second.utf8) }
}

extension String {
  /// The bytes that the string represents, followed by a NUL, for a call of the system that takes a path.
  public var osPath: [CChar] { (OSText.bytes(self) + [0]).map { CChar(bitPattern: $0) } }
}
