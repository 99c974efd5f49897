/// A message between the program and an agent, as it travels through a pipe.
///
/// A frame is one line of ASCII: a letter, numbers separated by blanks, and the length of the bytes that follow it. The
/// bytes end with a newline that the length does not count, because some launchers hold back output until a newline.
struct Frame: Equatable {
  /// What a frame is about.
  enum Kind: UInt8, CaseIterable {
    // From the agent.
    case hello = 0x48  // H
    case beat = 0x42  // B
    case started = 0x53  // S
    case output = 0x4F  // O
    case ended = 0x45  // E
    // To the agent.
    case run = 0x52  // R
    case cancel = 0x4B  // K
    case ping = 0x50  // P
    case quit = 0x51  // Q

    /// How many numbers a frame has, apart from the length.
    var numberCount: Int {
      switch self {
      case .beat, .ping, .quit: 0
      case .hello: 1
      case .started, .output, .cancel, .run: 3
      case .ended: 10
      }
    }
  }

  /// The largest number of bytes after the line: the arguments of a command, which systems limit to a few megabytes.
  static let largestPayload = 64 << 20
  /// The largest number of bytes of an output in one frame, so that beats come between them.
  static let outputLength = 48 << 10

  var kind: Kind
  var numbers: [Int64] = []
  var payload: [UInt8] = []

  /// Appends the frame's bytes.
  func append(to bytes: inout [UInt8]) {
    bytes.append(kind.rawValue)
    for number in numbers + [Int64(payload.count)] {
      bytes.append(UInt8(ascii: " "))
      bytes.append(contentsOf: String(number).utf8)
    }
    bytes.append(UInt8(ascii: "\n"))
    guard !payload.isEmpty else { return }
    bytes.append(contentsOf: payload)
    bytes.append(UInt8(ascii: "\n"))
  }
}

/// Takes frames from a stream of bytes.
struct FrameReader {
  /// The stream contains something that is no frame.
  struct Malformed: Error, Equatable {}

  private static let newline = UInt8(ascii: "\n")
  private static let longestLine = 256

  /// Before its first frame, an agent's stream may contain lines of the system, such as a message of the day. They are
  /// skipped up to the greeting with this nonce; nil if the first frame has been found.
  private var nonce: [UInt8]?
  private var bytes: [UInt8] = []
  private var start = 0

  /// - Parameter nonce: the beginning of the greeting's bytes; nil for a stream that consists of frames.
  init(greeting nonce: String? = nil) { self.nonce = nonce.map { Array($0.utf8) } }

  /// Adds bytes that have arrived.
  mutating func append(_ new: UnsafeRawBufferPointer) {
    if start > 0, start >= bytes.count / 2 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: new)
  }

  /// Returns the next frame; nil until more bytes arrive.
  mutating func next() throws(Malformed) -> Frame? {
    if nonce != nil { return skipToGreeting() }
    guard let line = nextLine() else {
      guard bytes.count - start <= Self.longestLine else { throw Malformed() }
      return nil
    }
    guard let (frame, length) = Self.header(line) else { throw Malformed() }
    return try complete(frame, length, after: line.endIndex + 1)
  }

  private func nextLine() -> ArraySlice<UInt8>? {
    bytes[start...].firstIndex(of: Self.newline).map { bytes[start..<$0] }
  }

  private mutating func skipToGreeting() -> Frame? {
    while let line = nextLine() {
      if let (header, length) = Self.header(line), header.kind == .hello, length <= Self.longestLine * 16 {
        do throws(Malformed) {
          guard let frame = try complete(header, length, after: line.endIndex + 1) else { return nil }
          if let nonce, frame.payload.starts(with: nonce + [0]) {
            self.nonce = nil
            return frame
          }
          continue
        } catch {}
      }
      start = line.endIndex + 1
    }
    return nil
  }

  private mutating func complete(_ header: Frame, _ length: Int, after end: Int) throws(Malformed) -> Frame? {
    guard length > 0 else {
      start = end
      return header
    }
    guard bytes.count > end + length else { return nil }
    guard bytes[end + length] == Self.newline else { throw Malformed() }
    var frame = header
    frame.payload = Array(bytes[end..<end + length])
    start = end + length + 1
    return frame
  }

  private static func header(_ line: ArraySlice<UInt8>) -> (frame: Frame, length: Int)? {
    guard let kind = line.first.flatMap(Frame.Kind.init(rawValue:)), line.count <= longestLine else { return nil }
    var numbers: [Int64] = []
    for word in line.dropFirst().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).dropFirst() {
      guard let number = Int64(String(decoding: word, as: UTF8.self)) else { return nil }
      numbers.append(number)
    }
    guard numbers.count == kind.numberCount + 1, let length = numbers.popLast(),
      (0...Int64(Frame.largestPayload)).contains(length)
    else { return nil }
    return (Frame(kind: kind, numbers: numbers), Int(length))
  }
}
