#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files in which Linux describes processes.
enum ProcessFiles {
  /// Returns the text of a file; nil if it does not exist or may not be read, as on other systems.
  ///
  /// - Parameters:
  ///   - path: the path, which has only ASCII characters.
  ///   - limit: the most bytes to read.
  static func text(_ path: String, limit: Int = 1 << 20) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let part = withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
        let count = read(file, buffer.baseAddress, buffer.count)
        return count < 0 ? nil : Array(buffer.prefix(count))
      }
      guard let part else { return nil }
      if part.isEmpty { break }
      bytes += part
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns what a symbolic link points to; nil if it does not exist or may not be read.
  static func target(of link: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(link, start, buffer.count)
      guard count > 0 else { return nil }
      return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Returns the entries of a folder whose names are numbers, at most a limit; empty if it cannot be read.
  static func numbers(in folder: String, limit: Int) -> [Int] {
    guard let open = opendir(folder) else { return [] }
    defer { closedir(open) }
    var numbers: [Int] = []
    while numbers.count < limit, let entry = readdir(open) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int(name) { numbers.append(number) }
    }
    return numbers
  }
}
