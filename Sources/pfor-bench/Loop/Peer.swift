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
