import ParallelFor

extension Template.Placeholder {
  /// Appends what stands at this place for an item.
  ///
  /// - Throws: when the item has no such field.
  func append(to buffer: inout [UInt8], item: Item, id: ItemID, worker: WorkerID) throws(Failure) {
    switch self {
    case .item: item.value.append(to: &buffer)
    case .withoutExtension: buffer.append(contentsOf: Self.withoutExtension(item.bytes[...]))
    case .lastComponent: buffer.append(contentsOf: Self.lastComponent(item.bytes))
    case .directory: buffer.append(contentsOf: Self.directory(item.bytes))
    case .lastComponentWithoutExtension:
      buffer.append(contentsOf: Self.withoutExtension(Self.lastComponent(item.bytes)))
    case .number: buffer.append(contentsOf: String(id.number).utf8)
    case .slot: buffer.append(contentsOf: String(worker.slot).utf8)
    case .field(let name): try Self.appendField(name, of: item, to: &buffer)
    }
  }

  private static func appendField(_ name: String, of item: Item, to buffer: inout [UInt8]) throws(Failure) {
    guard let fields = item.fields else {
      guard name == "1" else { throw Failure("the item has no field “\(name)”") }
      return item.value.append(to: &buffer)
    }
    guard let position = fields.position(of: name) else { throw Failure("the item has no field “\(name)”") }
    fields.values[position]?.append(to: &buffer)
  }

  private static let slash = UInt8(ascii: "/")

  /// Without the last dot of the last component and what follows it; a dot at the very end stays.
  private static func withoutExtension(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let end = path.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == slash }), path[end] != slash,
      end + 1 < path.endIndex
    else { return path }
    return path[..<end]
  }

  /// What follows the last slash.
  private static func lastComponent(_ path: [UInt8]) -> ArraySlice<UInt8> {
    guard let end = path.lastIndex(of: slash) else { return path[...] }
    return path[(end + 1)...]
  }

  /// As `dirname` does: `.` when there is no slash, `/` for what lies in the root.
  private static func directory(_ path: [UInt8]) -> ArraySlice<UInt8> {
    guard let nameEnd = path.lastIndex(where: { $0 != slash }) else {
      return path.isEmpty ? [UInt8(ascii: ".")] : [slash]
    }
    guard let end = path[..<nameEnd].lastIndex(of: slash) else { return [UInt8(ascii: ".")] }
    guard let last = path[..<end].lastIndex(where: { $0 != slash }) else { return [slash] }
    return path[...last]
  }
}
