/// Why a text is not TOML.
struct TOMLError: Error, Equatable {
  /// The line at fault, from 1.
  var line: Int
  /// What was expected, such as `expected a value`.
  var problem: String
}
