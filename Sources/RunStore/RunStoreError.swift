/// Why a run file cannot be used or can no longer be written.
package struct RunStoreError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// The file does not exist.
    case missing
    /// A file exists already, and none was expected.
    case exists
    /// Another program is recording into the file.
    case inUse
    /// The file is not a run file.
    case notARun
    /// A newer version of the program made the file.
    case newer
    /// The file is a run file, but its contents are torn or inconsistent.
    case damaged
    /// A disk, a quota or a limit leaves no room for more.
    case noRoom
    /// The system refuses to open or to write the file.
    case notAllowed
    /// Any other error while reading or writing.
    case failed
  }

  package var kind: Kind
  /// One sentence that names the file and, where possible, a remedy; may contain untrusted text.
  package var description: String

  init(_ kind: Kind, _ path: String, _ sentence: String) {
    self.kind = kind
    description = "\(path): \(sentence)"
  }

  /// Returns the same error with the leftovers that the clean-up could not remove.
  func leaving(_ leftovers: [RunStoreError]) -> RunStoreError {
    var error = self
    error.description = ([description] + leftovers.map(\.description)).joined(separator: "; ")
    return error
  }
}
