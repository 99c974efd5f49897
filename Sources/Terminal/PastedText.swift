/// A paste in progress. It keeps text for the line being typed and finds the end of the paste.
struct PastedText {
  /// Why a paste takes no more bytes.
  enum Ending: Equatable { case mark, interrupt }

  /// The most bytes to keep, more than any line takes. The rest are dropped.
  private static let mostKept = 4_096

  private var kept: [UInt8] = []
  /// Whether Ctrl-C was pressed. The rest of the paste is then dropped, and it leaves no text.
  private(set) var isAbandoned = false

  /// The pasted text, up to `mostKept` bytes; nil if empty or abandoned.
  var text: String? {
    guard !isAbandoned, !kept.isEmpty else { return nil }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Takes bytes up to the end of the paste, up to Ctrl-C, or up to a possible start of the end mark.
  ///
  /// - Returns: The number of bytes taken, and the ending if one was found.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> (taken: Int, ending: Ending?) {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let taken = index - bytes.startIndex
      switch bytes[index] {
      case KeyDecoder.interrupt:
        isAbandoned = true
        return (taken + 1, .interrupt)
      case 0x1B:
        let mark = bytes[index...].prefix(KeyDecoder.pasteEnd.count)
        if mark.elementsEqual(KeyDecoder.pasteEnd) { return (taken + mark.count, .mark) }
        if KeyDecoder.pasteEnd.starts(with: mark) { return (taken, nil) }
      default: break
      }
      if kept.count < Self.mostKept { kept.append(bytes[index]) }
      index += 1
    }
    return (bytes.count, nil)
  }
}
