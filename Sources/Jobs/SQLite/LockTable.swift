import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The locks of files on this machine, to find the program that has locked a database.
enum LockTable {
  /// A file, as the table of locks names it.
  struct File: Hashable {
    var major: UInt64
    var minor: UInt64
    var number: UInt64
  }

  /// Returns the only other program with a lock for which users of a database wait, such as `pid 4711, psql`.
  ///
  /// - Parameter path: the path of the database.
  /// - Returns: nil if there is none, or more than one, or the system does not tell.
  static func holder(ofDatabase path: String) -> String? {
    guard let table = ProcessFiles.text("/proc/locks"), let file = file(path) else { return nil }
    let shared = self.file("\(path)-shm")
    guard let process = holder(in: table, database: file, shared: shared, own: getpid()) else { return nil }
    let name = ProcessFiles.text("/proc/\(process)/comm").map { ", \($0.prefix { $0 != "\n" })" } ?? ""
    return "pid \(process)\(name)"
  }

  /// Finds the holder in the text of the table.
  ///
  /// Writers lock the database's file, or in its WAL mode bytes of the shared file. Without that mode, a writer also waits
  /// for readers.
  ///
  /// - Parameters:
  ///   - table: the text of `/proc/locks`.
  ///   - database: the database's file.
  ///   - shared: its shared file; nil if it has none.
  ///   - own: the number of this process, which does not wait for itself.
  static func holder(in table: String, database: File, shared: File?, own: Int32) -> Int32? {
    let locks = table.split(separator: "\n").compactMap(Lock.init).filter { $0.process != own }
    let writers = Set(locks.filter { $0.isForWriting && ($0.file == database || $0.file == shared) }.map(\.process))
    if writers.count == 1 { return writers.first }
    let readers = Set(locks.filter { $0.file == database }.map(\.process))
    return writers.isEmpty && shared == nil && readers.count == 1 ? readers.first : nil
  }

  /// A line of the table, such as `1: POSIX  ADVISORY  WRITE 4711 08:01:5678 120 120`.
  private struct Lock {
    var isForWriting: Bool
    var process: Int32
    var file: File

    /// Reads a line; nil if it is another kind of lock, or one that a process waits for.
    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "POSIX", let process = Int32(words[4]), process > 0 else { return nil }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let major = UInt64(place[0], radix: 16), let minor = UInt64(place[1], radix: 16),
        let number = UInt64(place[2])
      else { return nil }
      isForWriting = words[3] == "WRITE"
      self.process = process
      file = File(major: major, minor: minor, number: number)
    }
  }

  private static func file(_ path: String) -> File? {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else { return nil }
    let device = UInt64(truncatingIfNeeded: status.st_dev)
    return File(
      major: device >> 8 & 0xFFF | device >> 32 & ~0xFFF, minor: device & 0xFF | device >> 12 & ~0xFF,
      number: UInt64(status.st_ino))
  }
}
