import Foundation

/// The same loop, written with another library outside this project.
enum Peer: String, CaseIterable {
  case rayon
  case oneTBB = "onetbb"
  case openMPGuided = "openmp-guided"
  case openMPDynamic = "openmp-dynamic1"
  case taskGroup = "swift-taskgroup"

  /// The peers that are fast enough for most rows.
  static let fast: [Peer] = [.rayon, .oneTBB, .openMPGuided, .openMPDynamic]

  /// The path of its source in the peers' folder.
  var source: String {
    switch self {
    case .rayon: "rayon/src/main.rs"
    case .oneTBB: "tbb.cpp"
    case .openMPGuided, .openMPDynamic: "openmp.cpp"
    case .taskGroup: "swift_peers.swift"
    }
  }

  /// The call of the body in its source, and the call that makes one item in a thousand a thousand times as long.
  var skew: (plain: String, skewed: String) {
    let plain = "body(i, spin)"
    return switch self {
    case .rayon: (plain, "body(i, if i % 1000 == 500 { 1000 * spin } else { spin })")
    case .oneTBB, .openMPGuided, .openMPDynamic: (plain, "body(i, i % 1000 == 500 ? 1000 * spin : spin)")
    case .taskGroup: ("body(UInt64(i), spin)", "body(UInt64(i), i % 1000 == 500 ? 1000 * spin : spin)")
    }
  }

  /// Returns the command that builds it. Run it in the folder of the source.
  func build(_ source: String, as program: String) -> [String] {
    let gcc = ["g++", "-O3"]
    let files = [source, "-o", program]
    return switch self {
    case .rayon: ["cargo", "build", "--release", "--offline", "--quiet", "--target-dir", program]
    case .oneTBB: gcc + files + ["-ltbb"]
    case .openMPGuided: gcc + ["-fopenmp"] + files
    case .openMPDynamic: gcc + ["-fopenmp", "-DDYNAMIC"] + files
    case .taskGroup: ["swiftc", "-O", "-parse-as-library"] + files + ["-lm"]
    }
  }

  /// Returns the command that runs the built program, without the arguments for the work.
  func command(_ program: String) -> [String] {
    switch self {
    case .rayon: [program + "/release/rayon-peer"]
    case .taskGroup: [program, "taskgroup"]
    case .oneTBB, .openMPGuided, .openMPDynamic: [program]
    }
  }
}

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

/// A Python program that repeatedly makes, uses and shuts down an executor. The peers' folder does not contain one.
enum ExecutorPeer {
  /// The program. Its arguments are the numbers of items, threads and turns.
  private static let source = """
    import sys, time
    from concurrent.futures import ThreadPoolExecutor

    items, threads, turns = map(int, sys.argv[1:4])
    checksum = 0
    start = time.perf_counter_ns()
    for _ in range(turns):
        with ThreadPoolExecutor(max_workers=threads) as executor:
            checksum = sum(executor.map(lambda item: item + 1, range(items)))
    time_taken = time.perf_counter_ns() - start
    print(f"executor ns_per_item={time_taken / items:.2f} checksum={checksum:x}")

    """

  /// Returns the command that runs `turns` turns and reports the total time.
  ///
  /// - Throws: an error if there is no Python.
  static func command(_ work: LoopWork, turns: Int, in scratch: ScratchFolder) throws -> [String] {
    let path = scratch.path("executor.py")
    try source.write(toFile: path, atomically: true, encoding: .utf8)
    _ = try Program.run(["python3", "--version"])
    return ["python3", path, "\(work.items)", "\(work.threads)", "\(turns)"]
  }
}

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
