import OSText
import ParallelFor

extension Template {
  /// A value that is inserted at one place, or a part of it if it is a path.
  struct Placeholder: Sendable, Equatable {
    /// The source of the value.
    enum Source: Sendable, Equatable {
      case item
      case number
      case slot
      /// The number of the attempt, from 1.
      case attempt
      /// A field by its name, or its number from 1.
      case field(String)
      /// A field by its number from the end, from 1.
      case fieldFromEnd(Int)
    }

    /// The part of a path that is inserted.
    enum Part: String, Sendable, CaseIterable {
      case whole = ""
      case withoutExtension = "."
      case lastComponent = "/"
      case directory = "//"
      case lastComponentWithoutExtension = "/."
    }

    var source: Source
    var part = Part.whole
  }
}

/// Interprets the text between braces, given the known fields of the items.
struct PlaceholderGrammar {
  private let table: FieldTable
  private let fields: FieldNames
  /// Whether the known fields have names, not just numbers.
  private let hasNames: Bool
  /// The known names that contain braces, the longest first.
  let bracedNames: [[UInt8]]

  init(_ fields: FieldNames) {
    self.fields = fields
    table = fields.table
    hasNames = table.names.contains { Int($0) == nil }
    bracedNames =
      table.names.map(OSText.bytes).filter { $0.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") } }
      .sorted { $0.count > $1.count }
  }

  /// Returns the placeholder with this text between its braces; nil if it is not one.
  func placeholder(_ text: String) -> Template.Placeholder? {
    if let part = Template.Placeholder.Part(rawValue: text) { return Template.Placeholder(source: .item, part: part) }
    switch text {
    case "#": return Template.Placeholder(source: .number)
    case "%": return Template.Placeholder(source: .slot)
    default: break
    }
    if table.position(named: text) != nil { return Template.Placeholder(source: .field(text)) }
    // Each JSON object has its own names, so there it may be a field.
    if text == "attempt", fields != .perItem { return Template.Placeholder(source: .attempt) }
    if let part = partOfField(text) { return part }
    return isFieldName(text) || Self.isMistake(text) ? Template.Placeholder(source: .field(text)) : nil
  }

  /// Returns a field followed by the sign of a part, such as `{1/.}` or `{name//}`, or a field counted from the end.
  private func partOfField(_ text: String) -> Template.Placeholder? {
    let parts: [Template.Placeholder.Part] = [
      .lastComponentWithoutExtension, .directory, .lastComponent, .withoutExtension, .whole,
    ]
    for part in parts where text.hasSuffix(part.rawValue) {
      let name = String(text.dropLast(part.rawValue.count))
      if name.hasPrefix("-"), let number = Self.number(name.dropFirst()) {
        return Template.Placeholder(source: .fieldFromEnd(number), part: part)
      }
      let isField = table.position(named: name) != nil || Self.number(name[...]) != nil
      // A dot may belong to a name; that is decided for each item.
      guard part != .whole, isField || (part != .withoutExtension && isFieldName(name)) else { continue }
      return Template.Placeholder(source: .field(name), part: part)
    }
    return nil
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// Whether a text consists of digits and the signs of placeholders without being one: `{..}`, `{+/}`, `{##}`, `{0}`.
  /// GNU parallel gives some of them a meaning, and users do not mean them as text. `{1..3}` is the shell's.
  private static func isMistake(_ text: String) -> Bool {
    // A lone sign in braces has other uses.
    guard !["", "-", "+"].contains(text) else { return false }
    if text.utf8.allSatisfy("./#%+-".utf8.contains) { return true }
    let parts = text.split(separator: "..", omittingEmptySubsequences: false)
    let isSequence = parts.count > 1 && parts.allSatisfy { Int($0) != nil }
    return !isSequence && text.utf8.allSatisfy("./+-0123456789".utf8.contains)
  }

  /// Whether a text can be meant as a field's name: a number, or letters, digits, `_`, `.` and `-`, starting with a
  /// letter, a digit or `_`. Where fields have names, a name may start with any of these and have blanks after its first
  /// character. A blank at the start marks text.
  private func isFieldName(_ text: String) -> Bool {
    if Self.number(text[...]) != nil { return true }
    let mayHaveBlanks = fields == .perItem || hasNames
    var previous: Unicode.Scalar?
    var hasLetter = false
    for (position, scalar) in text.unicodeScalars.enumerated() {
      let isAllowed =
        position == 0
        ? begins(scalar, mayHaveNames: mayHaveBlanks) : Self.continues(scalar, mayHaveBlanks: mayHaveBlanks)
      guard isAllowed, !(scalar == previous && scalar == ".") else { return false }
      hasLetter = hasLetter || Self.isLetter(scalar) || scalar == "@"
      previous = scalar
    }
    return hasLetter
  }

  private func begins(_ scalar: Unicode.Scalar, mayHaveNames: Bool) -> Bool {
    if Self.isLetter(scalar) || ("0"..."9").contains(scalar) { return true }
    // JSON-LD and conversions from XML use names such as @type.
    return mayHaveNames && (scalar == "-" || scalar == "." || (scalar == "@" && fields == .perItem))
  }

  private static func continues(_ scalar: Unicode.Scalar, mayHaveBlanks: Bool) -> Bool {
    isLetter(scalar) || ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
      || (mayHaveBlanks && scalar == " ")
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
    let properties = scalar.properties
    // A byte that is not UTF-8 is taken for a letter of the file's own encoding.
    return OSText.isStandIn(scalar) || properties.isAlphabetic || properties.numericType != nil
      || properties.isEmojiPresentation
      || properties.generalCategory == .nonspacingMark
  }
}

extension Template.Placeholder {
  /// Appends the value of this placeholder for an item.
  ///
  /// - Throws: when the item has no such field.
  func append(
    to buffer: inout [UInt8], item: Item, id: ItemID, worker: WorkerID, attempt: Int
  ) throws(Failure) {
    switch source {
    case .item: append(item.value, part, to: &buffer)
    case .number: buffer.append(contentsOf: String(id.number).utf8)
    case .slot: buffer.append(contentsOf: String(worker.slot).utf8)
    case .attempt: buffer.append(contentsOf: String(attempt).utf8)
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
