#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files and folders, whose paths are strings in the encoding of ``OSText``.
public enum OSFile {
  /// The working folder; empty if it is not known, for example because it was removed.
  public static var currentFolder: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return OSText.decode(cString: path)
  }

  /// Returns the absolute form of a path.
  public static func absolute(_ path: String) -> String {
    isAbsolute(path) ? path : "\(currentFolder)/\(path)"
  }

  /// Whether a path is absolute. It compares bytes, because to Swift a slash and a combining accent are one character.
  public static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

  /// Returns the names in a path, without empty ones.
  public static func parts(_ path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(Substring($0)) }
  }

  /// Returns the path of a file after links are followed; nil if there is no such file.
  public static func realPath(_ path: String) -> String? {
    guard let real = realpath(path.osPath, nil) else { return nil }
    defer { free(real) }
    return OSText.decode(cString: real)
  }

  private static let slash = UInt8(ascii: "/")

  /// Whether a file exists at a path, after links are followed.
  public static func exists(_ path: String) -> Bool { access(path.osPath, F_OK) == 0 }

  /// Returns the names in a folder except `.` and `..`; none if the folder cannot be read.
  public static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder.osPath) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { OSText.decode(Array($0.prefix { $0 != 0 })) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Returns all bytes of a file; nil if it cannot be read, with the reason in `errno`.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - limit: the maximum number of bytes. A larger file, such as an endless device, cannot be read (`EFBIG`).
  public static func contents(_ path: String, limit: Int = 64 << 20) -> [UInt8]? {
    let descriptor = open(path.osPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count == 0 { return bytes }
      if count > 0 { bytes += piece[..<count] } else if errno != EINTR { return nil }
      guard bytes.count <= limit else {
        // Closing the file must not replace the reason.
        defer { errno = EFBIG }
        return nil
      }
    }
  }

  /// Creates a file or replaces its contents. Returns false if it cannot be written, with the reason in `errno`.
  public static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = open(path.osPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return false }
    let isWritten = writeAll(bytes, to: descriptor)
    return close(descriptor) == 0 && isWritten
  }

  /// Writes a new file piece by piece.
  ///
  /// - Parameters:
  ///   - count: the number of bytes.
  ///   - read: returns some of the bytes.
  /// - Returns: whether all were written; if not, the reason is in `errno`.
  public static func write(count: Int, to path: String, read: (_ offset: Int, _ count: Int) -> [UInt8]) -> Bool {
    let descriptor = open(path.osPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return stride(from: 0, to: count, by: pieceLength).allSatisfy {
      writeAll(read($0, min(pieceLength, count - $0)), to: descriptor)
    }
  }

  private static let pieceLength = 1 << 20

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
      if count > 0 { rest = rest.dropFirst(count) } else if count == 0 || errno != EINTR { return false }
    }
    return true
  }

  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  /// Creates a folder and its parents. Returns false if that is not possible, with the reason in `errno`.
  public static func makeFolders(_ path: String) -> Bool {
    var made = isAbsolute(path) ? "" : "."
    for part in parts(path) {
      made += "/\(part)"
      if mkdir(made.osPath, 0o777) != 0, errno != EEXIST, errno != EISDIR { return false }
    }
    return true
  }

  /// Removes a folder and the files in it. The folder must not contain other folders.
  public static func removeFolder(_ path: String) {
    for name in names(in: path) { unlink("\(path)/\(name)".osPath) }
    rmdir(path.osPath)
  }
}
