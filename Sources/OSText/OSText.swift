import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Converts the system's texts, which are bytes, to strings and back without loss.
///
/// Arguments, environment variables and file names need not be UTF-8. Each byte that is not part of a valid character
/// becomes a stand-in, one of the private characters U+10FE80 to U+10FEFF. If the text already contains one of these,
/// each of its four bytes becomes a stand-in. So different byte sequences never become the same string. Users see `�`
/// for each stand-in.
public enum OSText {
  /// Returns the string for bytes.
  public static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    // Stand-ins start with F4, which is rare.
    if !bytes.contains(0xF4), let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(unsafeUninitializedCapacity: bytes.count * 4) { text in
      guard let start = bytes.baseAddress, let target = text.baseAddress else { return 0 }
      return cposix_text_of_bytes(start, bytes.count, target)
    }
  }

  /// Returns the string for bytes.
  public static func decode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer(decode) }

  /// Returns the string for bytes that end with a NUL.
  public static func decode(cString start: UnsafePointer<CChar>) -> String {
    let count = strlen(start)
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      decode(UnsafeBufferPointer(start: $0, count: count))
    }
  }

  /// Returns the bytes that a string represents.
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

  /// Whether a character is the stand-in for a byte that is not UTF-8.
  public static func isStandIn(_ scalar: Unicode.Scalar) -> Bool { (0x10_FE80...0x10_FEFF).contains(scalar.value) }

  /// Whether two strings represent the same bytes. Swift's `==` also holds for strings that only look the same.
  public static func isSame(_ first: String, _ second: String) -> Bool { first.utf8.elementsEqual(second.utf8) }
}

extension String {
  /// The bytes that the string represents, followed by a NUL, for system calls that take a path.
  public var osPath: [CChar] { (OSText.bytes(self) + [0]).map { CChar(bitPattern: $0) } }
}
