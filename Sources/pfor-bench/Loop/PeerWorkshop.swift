import Foundation

/// Builds each peer in a separate folder when it is first needed.
final class PeerWorkshop {
  private let originals: String
  private let scratch: ScratchFolder
  private var built: [String: [String]] = [:]
  /// The reasons why peers are missing, by name.
  private(set) var missing: [String: String] = [:]

  /// - Parameter folder: the folder with the peers' sources, to which nothing is written.
  init(folder: String, scratch: ScratchFolder) {
    originals = URL(fileURLWithPath: folder).path
    self.scratch = scratch
  }

  /// Returns the command that runs some work on a peer. If it cannot be built, adds the reason to ``missing``.
  func command(_ peer: Peer, for work: LoopWork) -> [String]? {
    unlessMissing(peer.rawValue) { try program(peer, isSkewed: work.isSkewed) + work.arguments }
  }

  /// Returns the result of `make`. If that fails, returns nil and adds the reason to ``missing``.
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
    // Cargo looks for its settings in the working folder.
    let build = peer.build(source.file, as: output)
    _ = try Program.run(["sh", "-c", #"cd "$1" && shift && exec "$@""#, "sh", source.folder] + build)
    let command = peer.command(output)
    built[name] = command
    return command
  }

  /// Copies the peer's sources, and replaces the call of the body for skewed work.
  private func source(of peer: Peer, isSkewed: Bool, _ name: String) throws -> (folder: String, file: String) {
    guard FileManager.default.fileExists(atPath: originals + "/" + peer.source) else {
      throw BenchError("\(originals)/\(peer.source): no such file")
    }
    let copy = scratch.path(name)
    _ = try Program.run(["cp", "-R", originals, copy])
    _ = try Program.run(["chmod", "-R", "u+w", copy])
    let file = copy + "/" + peer.source
    if isSkewed {
      let original = try String(contentsOfFile: file, encoding: .utf8)
      let skewed = original.replacingOccurrences(of: peer.skew.plain, with: peer.skew.skewed)
      guard skewed != original else { throw BenchError("\(peer.source): expected the call \(peer.skew.plain)") }
      try skewed.write(toFile: file, atomically: true, encoding: .utf8)
    }
    return (peer == .rayon ? copy + "/rayon" : copy, file)
  }
}
