/// Why a run file cannot be used, or no longer be written.
public struct RunStoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable, Equatable {
    /// There is no such file.
    case missing
    /// A file is there already, and none was expected.
    case exists
    /// Another program records into it.
    case inUse
    /// It is something else than a run file.
    case notARun
    /// A newer version of the program made it.
    case newer
    /// It is one of ours, but what it holds is torn or makes no sense.
    case damaged
    /// The disk, a quota or a limit has no room for more.
    case noRoom
    /// It may not be opened, or not be written.
    case notAllowed
    /// Anything else that reading or writing ran into.
    case failed
  }

  /// What kind of trouble it is.
  public var kind: Kind
  /// One sentence that names the file and, where there is something to do, what; may hold a stranger's text.
  public var description: String

  init(_ kind: Kind, _ path: String, _ sentence: String) {
    self.kind = kind
    description = "\(path): \(sentence)"
  }

  /// The same error, with what was left over when all else was undone.
  func leaving(_ leftovers: [RunStoreError]) -> RunStoreError {
    var error = self
    error.description = ([description] + leftovers.map(\.description)).joined(separator: "; ")
    return error
  }
}
