import Attempts

/// An output in a run file, which is read on demand.
final class RunFileBytes: ByteSource {
  /// The attempt that the output belongs to.
  enum Place {
    /// The last attempt at the item of a row.
    case item(Int64)
    /// The attempt with this number at the item of a row; an earlier one by now, or still the last one.
    case attempt(Int, ofItem: Int64)
    /// An earlier attempt, by its own row.
    case earlier(Int64)
  }

  private let reader: RunReader
  private let place: Place
  private let stream: OutputStream
  let count: Int

  init(_ reader: RunReader, _ place: Place, _ stream: OutputStream, count: Int) {
    self.reader = reader
    self.place = place
    self.stream = stream
    self.count = count
  }

  func read(from offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try reader.read(place, stream, from: offset, into: $0) }
    return bytes
  }
}
