/// A paste that has begun: what of it is kept for a line that is being typed, and where it ends.
struct PastedText {
  /// Why no more is taken of some bytes.
  enum Ending: Equatable { case mark, interrupt }

  /// More than any line takes is passed over.
  private static let mostKept = 4_096

  private var kept: [UInt8] = []
  /// Whether Ctrl-C came: what is still to come of it is passed over, and it leaves no text.
  private(set) var isAbandoned = false

  /// What was pasted, up to some length; nil for nothing.
  var text: String? {
    guard !isAbandoned, !kept.isEmpty else { return nil }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Takes bytes up to the end of the paste, up to Ctrl-C, or up to what may be the beginning of the end's mark.
  ///
  /// - Returns: how many were taken, and why no more were, if it was for an end.
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
