// All of Foundation would make the program three times as large and double the time of `--version`.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Conversions between values and JSON texts.
enum JSONWords {
  /// The JSON text of a value; nil if JSON cannot express it.
  static func encode(_ value: some Encodable) -> String? {
    (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value in a JSON text; nil if the text has no such value.
  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) -> Value? {
    try? JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
