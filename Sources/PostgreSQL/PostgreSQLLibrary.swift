import CLibPQ

/// PostgreSQL's client library, which is loaded when a database is first asked for.
enum PostgreSQLLibrary {
  #if os(macOS)
    static let names = [
      "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib",
    ]
  #else
    static let names = ["libpq.so.5"]
  #endif

  private static let loaded = Result { try load(names) }

  /// The library's functions.
  ///
  /// - Throws: a sentence that says what to install.
  static func functions() throws(PostgreSQLError) -> Functions {
    switch loaded {
    case .success(let functions): return functions
    case .failure(let error): throw error as? PostgreSQLError ?? PostgreSQLError("\(error)")
    }
  }

  /// Loads the first library of these names that exists.
  static func load(_ names: [String]) throws(PostgreSQLError) -> Functions {
    let place = UnsafeMutablePointer<CLibPQ>.allocate(capacity: 1)
    for name in names {
      var missing: UnsafePointer<CChar>?
      if clibpq_load(name, place, &missing) == 0 { return Functions(calls: UnsafePointer(place)) }
      guard let missing else { continue }
      place.deallocate()
      throw PostgreSQLError(
        "PostgreSQL's client library \(name) is too old (it has no \(String(cString: missing))): install libpq 14 or later"
      )
    }
    place.deallocate()
    throw PostgreSQLError(
      "PostgreSQL's client library \(names[0]) is not installed: install libpq5 (Debian, Ubuntu), libpq (Fedora, Homebrew) "
        + "or postgresql-libs (Arch)")
  }

  /// The functions of a loaded library, which stay where they are until the program ends.
  struct Functions: @unchecked Sendable {
    let calls: UnsafePointer<CLibPQ>
  }
}
