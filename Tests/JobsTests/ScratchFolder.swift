import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder for one test, removed with its files afterwards.
final class ScratchFolder {
  let path: String
  private var files: [String] = []

  init() throws {
    var name = Array("/tmp/pfor-tests-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(path)
  }

  /// The path of a file that is removed with the folder.
  func file(_ name: String) -> String {
    files.append("\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// Writes a file and returns its path.
  func write(_ bytes: [UInt8], as name: String = "items") throws -> String {
    let path = file(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(bytes.withUnsafeBytes { writeAll(descriptor, $0) })
    return path
  }
}

/// Writes all bytes to a descriptor.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
    guard count > 0 else { return false }
    done += count
  }
  return true
}
