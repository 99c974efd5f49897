import Screen

/// A queue of lines that wait for a reader.
struct LineQueue {
  /// The number of waiting bytes from which further lines are dropped.
  private static let most = 65_536

  private var bytes: [UInt8] = []
  private var sent = 0

  /// Whether no bytes wait.
  var isEmpty: Bool { sent == bytes.count }

  /// Adds one line, with unsafe characters replaced, unless too many bytes wait already.
  mutating func add(_ line: String) {
    guard isEmpty || bytes.count - sent < Self.most else { return }
    bytes.removeFirst(sent)
    sent = 0
    bytes += Array((SafeText.visible(line) + "\n").utf8)
  }

  /// Passes the waiting bytes to `write` until it takes no more.
  ///
  /// - Parameter write: Returns the number of bytes taken: 0 for none now, a negative number for none ever.
  /// - Returns: Whether any bytes were taken.
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

  /// Drops the waiting bytes.
  mutating func forget() {
    bytes = []
    sent = 0
  }
}
