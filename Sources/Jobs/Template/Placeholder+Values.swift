import ParallelFor

extension Template.Placeholder {
  /// Appends the value of this placeholder for an item.
  ///
  /// - Throws: when the item has no such field.
  func append(to buffer: inout [UInt8], item: Item, id: ItemID, worker: WorkerID) throws(Failure) {
    switch source {
    case .item: append(item.value, part, to: &buffer)
    case .number: buffer.append(contentsOf: String(id.number).utf8)
    case .slot: buffer.append(contentsOf: String(worker.slot).utf8)
    case .field(let name): try appendField(name, of: item, to: &buffer)
    case .fieldFromEnd(let number):
      let count = item.fields?.values.count ?? 1
      guard number <= count else { throw Failure("the item has no field “-\(number)”") }
      append(item.fields.map { $0.values[count - number] } ?? item.value, part, to: &buffer)
    }
  }

  private func appendField(_ name: String, of item: Item, to buffer: inout [UInt8]) throws(Failure) {
    guard let fields = item.fields else {
      guard name == "1" else { throw Failure("the item has no field “\(name)”") }
      return append(item.value, part, to: &buffer)
    }
    if let position = fields.position(of: name) { return append(fields.values[position], part, to: &buffer) }
    // The trailing dot may mean the value without its extension.
    guard part == .whole, name.hasSuffix("."), let position = fields.position(of: String(name.dropLast())) else {
      throw Failure("the item has no field “\(name)”")
    }
    append(fields.values[position], .withoutExtension, to: &buffer)
  }

  /// Appends a value or a part of it; NULL is empty.
  private func append(_ value: ByteText?, _ part: Part, to buffer: inout [UInt8]) {
    guard let value else { return }
    switch part {
    case .whole: value.append(to: &buffer)
    case .withoutExtension: buffer.append(contentsOf: Self.withoutExtension(value.bytes[...]))
    case .lastComponent: buffer.append(contentsOf: Self.lastComponent(value.bytes))
    case .directory: buffer.append(contentsOf: Self.directory(value.bytes))
    case .lastComponentWithoutExtension:
      buffer.append(contentsOf: Self.withoutExtension(Self.lastComponent(value.bytes)))
    }
  }

  private static let slash = UInt8(ascii: "/")

  /// Drops the last dot of the last component and everything after it.
  private static func withoutExtension(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let end = path.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == slash }), path[end] != slash else {
      return path
    }
    return path[..<end]
  }

  /// Returns everything after the last slash.
  private static func lastComponent(_ path: [UInt8]) -> ArraySlice<UInt8> {
    guard let end = path.lastIndex(of: slash) else { return path[...] }
    return path[(end + 1)...]
  }

  /// Returns the directory as `dirname` does: `.` without a slash, `/` for entries of the root.
  private static func directory(_ path: [UInt8]) -> ArraySlice<UInt8> {
    guard let nameEnd = path.lastIndex(where: { $0 != slash }) else {
      return path.isEmpty ? [UInt8(ascii: ".")] : [slash]
    }
    guard let end = path[..<nameEnd].lastIndex(of: slash) else { return [UInt8(ascii: ".")] }
    guard let last = path[..<end].lastIndex(where: { $0 != slash }) else { return [slash] }
    return path[...last]
  }
}
