/// Collects the bytes of one output; reused for the next item, with its memory.
struct CaptureBuffer {
  private let file: SpillFile
  private(set) var bytes: [UInt8] = []
  private var spilled: SpilledBytes?

  init(spillFile: SpillFile) { file = spillFile }

  /// Appends bytes; bytes beyond the inline limit go to the spill file.
  mutating func append(_ more: UnsafeRawBufferPointer) throws(SpillError) {
    bytes.append(contentsOf: more)
    if bytes.count > CapturedBytes.inlineLimit { try spill() }
  }

  /// Lets `body` append in place, then moves bytes beyond the inline limit to the spill file.
  mutating func extend(_ body: (inout [UInt8]) -> Void) throws(SpillError) {
    body(&bytes)
    if bytes.count > CapturedBytes.inlineLimit { try spill() }
  }

  /// Returns the bytes since the last call, and empties the buffer.
  mutating func finish() throws(SpillError) -> CapturedBytes {
    if spilled != nil { try spill() }
    defer { reset() }
    if let spilled { return CapturedBytes(spilled) }
    return bytes.isEmpty ? .empty : CapturedBytes(bytes: bytes.withUnsafeBytes { Array($0) })
  }

  /// Forgets the collected bytes.
  mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    spilled = nil
  }

  private mutating func spill() throws(SpillError) {
    let target = spilled ?? SpilledBytes(file)
    try target.append(bytes)
    spilled = target
    bytes.removeAll(keepingCapacity: true)
  }
}
