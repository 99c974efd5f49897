/// The line in which a peer's program reports its time and checksum.
struct PeerLine: Equatable {
  var nanosecondsPerItem: Double
  var checksum: UInt64

  /// Parses the words `ns_per_item=…` and `checksum=…`, the latter in hexadecimal; nil if either is missing.
  init?(_ line: String) {
    var values: [Substring: Substring] = [:]
    for word in line.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    guard let time = values["ns_per_item"].flatMap({ Double($0) }),
      let checksum = values["checksum"].flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    nanosecondsPerItem = time
    self.checksum = checksum
  }
}
