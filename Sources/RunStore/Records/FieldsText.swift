/// Fields of an item as the JSON object that a run file keeps.
public enum FieldsText {
  /// Encodes names and values; a value that is nil becomes `null`, and what is not UTF-8 becomes U+FFFD.
  public static func encode(names: [String], values: [[UInt8]?]) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    for (name, value) in zip(names, values) {
      json.key(name)
      if let value { json.string(value) } else { json.null() }
    }
    json.endObject()
    return json.bytes
  }
}
