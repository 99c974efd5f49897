import SQLite

/// The name of a database as the user gives it: a path, or an SQLite URI that starts with `file:`.
///
/// As in SQLite's own shell, `file:x.db` is the file `x.db`, `%20` in it is a blank, and `?immutable=1` is a parameter
/// for SQLite. A file whose name starts with `file:` is given as `./file:x.db`. Nothing else is special: `:memory:` is
/// a file.
public struct DatabaseName: Sendable, Equatable {
  /// The file's path.
  public let path: String
  /// The target that SQLite opens.
  let target: SQLiteConnection.Target

  /// Parses a name.
  public init(_ name: String) {
    guard name.hasPrefix("file:") else {
      self.init(path: name)
      return
    }
    let rest = name.dropFirst("file:".count)
    let end = rest.firstIndex { $0 == "?" || $0 == "#" } ?? rest.endIndex
    let path = Self.decoded(Self.withoutAuthority(rest[..<end]))
    // Only SQLite interprets parameters; without them, the path is enough.
    if end < rest.endIndex && rest[end] == "?" {
      self.init(path: path, target: .uri(name))
    } else {
      self.init(path: path)
    }
  }

  private init(path: String, target: SQLiteConnection.Target? = nil) {
    self.path = path
    self.target = target ?? .file(path)
  }

  /// Drops the host, which can only be this machine.
  private static func withoutAuthority(_ text: Substring) -> Substring {
    for authority in ["//localhost/", "///"] where text.hasPrefix(authority) {
      return text.dropFirst(authority.count - 1)
    }
    return text
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let code = rest.count >= 2 ? UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) : nil
      if byte == UInt8(ascii: "%"), let code {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
