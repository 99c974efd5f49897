/// The same loop written on another library, outside of this project.
enum Peer: String, CaseIterable {
  case rayon
  case oneTBB = "onetbb"
  case openMPGuided = "openmp-guided"
  case openMPDynamic = "openmp-dynamic1"
  case taskGroup = "swift-taskgroup"

  /// Those that are fast enough to be compared with in every row.
  static let fast: [Peer] = [.rayon, .oneTBB, .openMPGuided, .openMPDynamic]

  /// Its source in the folder of the peers.
  var source: String {
    switch self {
    case .rayon: "rayon/src/main.rs"
    case .oneTBB: "tbb.cpp"
    case .openMPGuided, .openMPDynamic: "openmp.cpp"
    case .taskGroup: "swift_peers.swift"
    }
  }

  /// The call of the body in its source, and the same with one item in a thousand a thousand times as long.
  var skew: (plain: String, skewed: String) {
    let plain = "body(i, spin)"
    return switch self {
    case .rayon: (plain, "body(i, if i % 1000 == 500 { 1000 * spin } else { spin })")
    case .oneTBB, .openMPGuided, .openMPDynamic: (plain, "body(i, i % 1000 == 500 ? 1000 * spin : spin)")
    case .taskGroup: ("body(UInt64(i), spin)", "body(UInt64(i), i % 1000 == 500 ? 1000 * spin : spin)")
    }
  }

  /// Builds it; to be started in the folder where its source is.
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

  /// How the built one is called; what it is to do is added.
  func command(_ program: String) -> [String] {
    switch self {
    case .rayon: [program + "/release/rayon-peer"]
    case .taskGroup: [program, "taskgroup"]
    case .oneTBB, .openMPGuided, .openMPDynamic: [program]
    }
  }
}
