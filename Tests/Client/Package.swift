// swift-tools-version: 6.2
import PackageDescription

// A separate package that uses every form of the library. `.ci/run` builds and runs both programs.
// The decorators are separate, so that `client` shows that the library needs no swift-syntax.
let package = Package(
  name: "client",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "pfor-tui", path: "../..")],
  targets: [
    .executableTarget(
      name: "client",
      dependencies: [
        .product(name: "ParallelFor", package: "pfor-tui"),
        .product(name: "ParallelForDashboard", package: "pfor-tui"),
      ]),
    .executableTarget(
      name: "decorated-client", dependencies: [.product(name: "ParallelForDecorators", package: "pfor-tui")]),
  ],
  swiftLanguageModes: [.v6]
)
