import Jobs
import RunStore

/// An item's text on its way into the run file.
struct RecordedText: RecordedBytes {
  let text: ByteText

  var count: Int { text.count }

  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try text.withBytes { try body(UnsafeRawBufferPointer($0)) }
  }
}

/// What an item wrote, lying somewhere else, on its way into the run file.
private struct RecordedOutput: RecordedBytes {
  let bytes: CapturedBytes

  var count: Int { bytes.count }

  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws { try bytes.forEachChunk(body) }
}

extension CapturedBytes {
  /// The bytes on their way into the run file.
  var recorded: any RecordedBytes { inMemory ?? RecordedOutput(bytes: self) }
}

/// What an item of an earlier session wrote, read from the run file when it is wanted.
struct RestoredBytes: ByteSource {
  let stored: StoredBytes

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
  /// The fields as a run file keeps them.
  var recorded: [UInt8] { FieldsText.encode(names: names, values: values.map { $0?.bytes }) }
}
