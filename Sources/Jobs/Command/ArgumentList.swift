import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The arguments of one command as NUL-terminated strings in one buffer.
struct ArgumentList {
  var bytes: [UInt8] = []
  private(set) var ends: [Int] = []

  init() {}

  /// Takes arguments that each end with a NUL byte.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    ends = bytes.indices.filter { bytes[$0] == 0 }.map { $0 + 1 }
  }

  /// Empties the list and keeps its memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Ends the argument whose bytes were appended last.
  mutating func endArgument() {
    bytes.append(0)
    ends.append(bytes.count)
  }

  /// The arguments one by one, without their NUL.
  var arguments: [[UInt8]] {
    zip([0] + ends, ends).map { start, end in Array(bytes[start..<end - 1]) }
  }
}

extension ArgumentList {
  /// Lends the list as the nil-terminated array of C strings that `posix_spawn` expects.
  ///
  /// - Parameters:
  ///   - pointers: reusable memory for the array.
  ///   - more: appends further strings.
  ///   - body: uses the array.
  mutating func withPointers(
    into pointers: inout [UnsafeMutablePointer<CChar>?],
    then more: (inout [UnsafeMutablePointer<CChar>?]) -> Void,
    body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    let ends = ends
    return bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return EINVAL }
      pointers.removeAll(keepingCapacity: true)
      var start = 0
      for end in ends {
        pointers.append(base + start)
        start = end
      }
      more(&pointers)
      pointers.append(nil)
      return pointers.withUnsafeMutableBufferPointer { array in array.baseAddress.map(body) ?? EINVAL }
    }
  }
}

/// The environment of commands: this program's environment at the start of the run, plus the item's number and slot, and
/// the number of the attempt.
final class ChildEnvironment: Sendable {
  private static let numberNames = ["PFOR_SEQ", "PARALLEL_SEQ"]
  private static let slotNames = ["PFOR_SLOT", "PARALLEL_JOBSLOT"]
  private static let attemptNames = ["PFOR_ATTEMPT"]

  /// C strings that live as long as this object.
  nonisolated(unsafe) private let inherited: [UnsafeMutablePointer<CChar>]

  /// Copies the current environment.
  init() {
    var copies: [UnsafeMutablePointer<CChar>] = []
    var next = cposix_environment()
    while let entry = next?.pointee {
      if !Self.isOurs(entry), let copy = strdup(entry) { copies.append(copy) }
      next = next?.successor()
    }
    inherited = copies
  }

  deinit {
    for entry in inherited { free(entry) }
  }

  private static func isOurs(_ entry: UnsafePointer<CChar>) -> Bool {
    (numberNames + slotNames + attemptNames).contains { name in strncmp(entry, name + "=", name.utf8.count + 1) == 0 }
  }

  /// Fills a list of NUL-terminated strings with the entries that differ between items.
  func fill(_ list: inout ArgumentList, number: Int, slot: Int, attempt: Int) {
    list.removeAll()
    for (names, value) in [(Self.numberNames, number), (Self.slotNames, slot), (Self.attemptNames, attempt)] {
      for name in names {
        list.bytes.append(contentsOf: name.utf8)
        list.bytes.append(UInt8(ascii: "="))
        list.bytes.append(contentsOf: String(value).utf8)
        list.endArgument()
      }
    }
  }

  /// Appends pointers to the entries that all items share.
  func append(to pointers: inout [UnsafeMutablePointer<CChar>?]) {
    for entry in inherited { pointers.append(entry) }
  }
}
