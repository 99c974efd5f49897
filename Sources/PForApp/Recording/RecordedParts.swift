import Jobs
import RunStore

extension ByteText {
  /// The text in the form in which it is recorded.
  var recorded: RecordedBytes {
    switch self {
    case .text(let text): .text(text)
    case .bytes(let bytes): .bytes(bytes)
    }
  }
}

/// An item's output outside memory, as a source for the run file.
private final class RecordedOutput: RecordedSource {
  private let bytes: CapturedBytes

  init(_ bytes: CapturedBytes) { self.bytes = bytes }

  var count: Int { bytes.count }

  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws { try bytes.forEachChunk(body) }
}

extension CapturedBytes {
  /// The bytes in the form in which they are recorded.
  var recorded: RecordedBytes { inMemory.map { .bytes($0) } ?? .source(RecordedOutput(self)) }
}

/// The output of an item of an earlier session, read from the run file on demand.
final class RestoredBytes: ByteSource {
  private let stored: StoredBytes

  init(_ stored: StoredBytes) { self.stored = stored }

  var count: Int { stored.count }

  func read(from offset: Int, count: Int) throws(SpillError) -> [UInt8] {
    do throws(RunStoreError) {
      return try stored.read(from: offset, count: count)
    } catch {
      throw SpillError(description: error.description)
    }
  }
}

extension Fields {
  /// The fields in the form in which they are recorded.
  var recorded: [UInt8] { FieldsText.encode(names: names, values: values.map { $0?.bytes }) }
}
