import Screen

/// Lines that wait for a reader; a value.
struct LineQueue {
  /// With more bytes than this waiting, further lines are lost.
  private static let most = 65_536

  private var bytes: [UInt8] = []
  private var sent = 0

  /// Whether nothing waits.
  var isEmpty: Bool { sent == bytes.count }

  /// Adds one line, made harmless, unless too much waits already.
  mutating func add(_ line: String) {
    guard isEmpty || bytes.count - sent < Self.most else { return }
    bytes.removeFirst(sent)
    sent = 0
    bytes += Array((SafeText.visible(line) + "\n").utf8)
  }

  /// Gives `write` what waits, until it takes no more.
  ///
  /// - Parameter write: Returns how many bytes were taken; 0 for none now, less for none ever.
  /// - Returns: whether anything was taken.
  @discardableResult
  mutating func send(_ write: (UnsafeRawBufferPointer) -> Int) -> Bool {
    let before = sent
    while !isEmpty {
      let count = bytes[sent...].withUnsafeBytes(write)
      if count == 0 { break }
      if count < 0 {
        forget()
        return false
      }
      sent += count
    }
    return sent > before
  }

  /// Gives up on what waits.
  mutating func forget() {
    bytes = []
    sent = 0
  }
}
