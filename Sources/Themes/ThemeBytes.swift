import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads the bytes of a theme's file.
enum ThemeBytes {
  /// The maximum size in bytes; a larger file was named by mistake.
  private static let largestFile = 1 << 20

  /// - Throws: when the file is missing, not regular, unreadable or too large.
  static func read(_ path: String) throws(ThemeError) -> [UInt8] {
    // Opening a pipe without a writer must not block.
    let descriptor = open(path.osPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw .unreadable(path, reason: isDirectory ? "it is a directory" : "it is not a regular file")
    }
    return try readAll(descriptor, path)
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws(ThemeError) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = readSystemCall(descriptor, &piece)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { return all }
      all += piece.prefix(count)
      guard all.count <= largestFile else { throw .unreadable(path, reason: "it is larger than 1 MiB") }
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> ThemeError {
    .unreadable(path, reason: code == ENOENT ? "no such file" : String(cString: strerror(code)))
  }
}

/// Calls the system's `read`, which a method of that name hides.
private func readSystemCall(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
  read(descriptor, &buffer, buffer.count)
}
