import Foundation

/// Builds peers in a folder of its own, each when it is first asked for.
final class PeerWorkshop {
  private let originals: String
  private let scratch: ScratchFolder
  private var built: [String: [String]] = [:]
  /// Why peers are not there, by their names.
  private(set) var missing: [String: String] = [:]

  /// - Parameter folder: where the peers' sources are; nothing is written there.
  init(folder: String, scratch: ScratchFolder) {
    originals = URL(fileURLWithPath: folder).path
    self.scratch = scratch
  }

  /// How a peer is called to run some work; nil if it cannot be built here, which ``missing`` then tells.
  func command(_ peer: Peer, for work: LoopWork) -> [String]? {
    unlessMissing(peer.rawValue) { try program(peer, isSkewed: work.isSkewed) + work.arguments }
  }

  /// What `make` makes; nil if that fails, which ``missing`` then tells.
  func unlessMissing<Value>(_ name: String, make: () throws -> Value) -> Value? {
    guard missing[name] == nil else { return nil }
    do {
      return try make()
    } catch {
      missing[name] = "\(error)"
      return nil
    }
  }

  private func program(_ peer: Peer, isSkewed: Bool) throws -> [String] {
    let name = peer.rawValue + (isSkewed ? "-skewed" : "")
    if let command = built[name] { return command }
    Progress.tell("building \(name)")
    let (source, output) = (try source(of: peer, isSkewed: isSkewed, name), scratch.path(name + ".out"))
    // Cargo looks for its settings where it is started.
    let build = peer.build(source.file, as: output)
    _ = try Program.run(["sh", "-c", #"cd "$1" && shift && exec "$@""#, "sh", source.folder] + build)
    let command = peer.command(output)
    built[name] = command
    return command
  }

  /// A copy of the peer's sources, with another body if need be.
  private func source(of peer: Peer, isSkewed: Bool, _ name: String) throws -> (folder: String, file: String) {
    guard FileManager.default.fileExists(atPath: originals + "/" + peer.source) else {
      throw BenchError("\(originals)/\(peer.source): not there")
    }
    let copy = scratch.path(name)
    _ = try Program.run(["cp", "-R", originals, copy])
    _ = try Program.run(["chmod", "-R", "u+w", copy])
    let file = copy + "/" + peer.source
    if isSkewed {
      let original = try String(contentsOfFile: file, encoding: .utf8)
      let skewed = original.replacingOccurrences(of: peer.skew.plain, with: peer.skew.skewed)
      guard skewed != original else { throw BenchError("\(peer.source): calls its body in an unknown way") }
      try skewed.write(toFile: file, atomically: true, encoding: .utf8)
    }
    return (peer == .rayon ? copy + "/rayon" : copy, file)
  }
}
