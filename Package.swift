// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

/// Turns warnings of our own targets into errors. We cannot fix those of dependencies.
let isStrict = Context.environment["PFOR_WARNINGS_AS_ERRORS"] == "1"

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])
let cSettings: [CSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []

/// Links Swift's libraries into the program. It then starts in half the time, and runs where Swift is not installed.
/// The program takes only the essentials of Foundation from them (`BuiltProgramTests`). Its tests take all of it.
let staticSwift = LinkerSetting.unsafeFlags(
  [
    "-static-stdlib", "-lCoreFoundation", "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU",
  ], .when(platforms: [.linux], configuration: .release))

let grdb = Package.Dependency.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")

let package = Package(
  name: "pfor-tui",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ParallelFor", targets: ["ParallelFor"]),
    .library(name: "ParallelForDashboard", targets: ["ParallelForDashboard"]),
    .library(name: "ParallelForDecorators", targets: ["ParallelForDecorators"]),
    .executable(name: "pfor-tui", targets: ["pfor-tui"]),
    .executable(name: "pfor-agent", targets: ["pfor-agent"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    grdb,
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
  ],
  targets: [
    // 1: no knowledge of anything above
    .target(name: "CPosix", cSettings: cSettings),
    .target(name: "ParallelFor", dependencies: ["CPosix"], swiftSettings: settings),
    .target(name: "OSText", dependencies: ["CPosix"], swiftSettings: settings),
    .target(name: "Screen", swiftSettings: settings),
    .systemLibrary(name: "CNCurses", providers: [.apt(["libncurses-dev"]), .brew(["ncurses"])]),
    .target(name: "CTerminalGuard", cSettings: cSettings),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CSQLiteMemory", dependencies: ["CPosix"], cSettings: cSettings),
    .target(name: "CLibPQ", cSettings: cSettings),

    // The decorators are separate. No part of the program depends on them, because swift-syntax takes minutes to build.
    .target(
      name: "ParallelForExpansion",
      dependencies: [
        .product(name: "SwiftDiagnostics", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
      ],
      swiftSettings: settings),
    .macro(
      name: "ParallelForMacros",
      dependencies: [
        "ParallelForExpansion",
        .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
      ],
      swiftSettings: settings),
    .target(
      name: "ParallelForDecorators", dependencies: ["ParallelFor", "ParallelForMacros"], swiftSettings: settings),

    // 2: an attempt that has ended
    .target(name: "Attempts", dependencies: ["ParallelFor", "CPosix", "OSText"], swiftSettings: settings),

    // 3: databases
    .target(name: "SQLite", dependencies: ["OSText", "CSQLite", "CSQLiteMemory"], swiftSettings: settings),
    .target(name: "PostgreSQL", dependencies: ["CLibPQ"], swiftSettings: settings),

    // 3: the contents of the screen, as values
    .target(
      name: "Dashboard",
      dependencies: ["ParallelFor", "Attempts", .product(name: "Histogram", package: "hdrhistogram-swift")],
      swiftSettings: settings),
    .target(
      name: "Themes",
      dependencies: ["OSText", "Screen"],
      resources: [.embedInCode("Files")],
      swiftSettings: settings),

    // 4: drawing, the terminal, and the work for an item
    .target(
      name: "DashboardView", dependencies: ["ParallelFor", "Attempts", "Dashboard", "Screen", "Themes"],
      swiftSettings: settings),
    .target(
      name: "Terminal", dependencies: ["OSText", "Screen", "CNCurses", "CTerminalGuard"], swiftSettings: settings),
    .target(
      name: "Jobs",
      dependencies: [
        "ParallelFor", "Attempts", "OSText", "SQLite", "PostgreSQL", "CPosix",
      ],
      swiftSettings: settings),
    .target(
      name: "RunStore",
      dependencies: [
        "ParallelFor", "Attempts", "OSText", "SQLite",
      ],
      swiftSettings: settings),

    // 5: the dashboard on any run
    .target(
      name: "ParallelForDashboard",
      dependencies: [
        "ParallelFor", "Attempts", "Dashboard", "DashboardView", "OSText", "Screen", "Terminal", "Themes", "CPosix",
        "CTerminalGuard",
      ],
      swiftSettings: settings),

    // 6, 7: the program
    .target(
      name: "PForApp",
      dependencies: [
        "ParallelFor", "Attempts", "ParallelForDashboard", "Dashboard", "DashboardView", "OSText", "Screen", "Terminal",
        "Themes",
        "Jobs", "RunStore", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "pfor-tui", dependencies: ["PForApp"], swiftSettings: settings, linkerSettings: [staticSwift]),
    .executableTarget(
      name: "pfor-agent", dependencies: ["Jobs", "OSText"], swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))]),
    .executableTarget(
      name: "dashboard-example",
      dependencies: ["ParallelFor", "ParallelForDashboard", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .target(
      name: "CBenchLoops",
      linkerSettings: [.linkedLibrary("sqlite3"), .linkedLibrary("util", .when(platforms: [.linux]))]),
    // A program that contains only one loop, to measure its memory.
    .executableTarget(name: "pfor-bench-memory", dependencies: ["ParallelFor"], swiftSettings: settings),
    .executableTarget(
      name: "pfor-bench",
      dependencies: [
        "pfor-bench-memory",
        "ParallelFor", "Attempts", "Jobs", "RunStore", "Dashboard", "DashboardView", "Screen", "CBenchLoops",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["ParallelFor", "OSText", "Screen", "Themes", "CPosix"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "ParallelForTests", dependencies: ["ParallelFor", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ParallelForMacrosTests",
      dependencies: [
        "ParallelForExpansion",
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParallelForDecoratorsTests", dependencies: ["ParallelForDecorators"], swiftSettings: settings),
    .testTarget(name: "OSTextTests", dependencies: ["OSText", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "SQLiteTests", dependencies: ["OSText", "SQLite", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "PostgreSQLTests", dependencies: ["PostgreSQL", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "ScreenTests", dependencies: ["Screen", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "ThemesTests", dependencies: ["Screen", "Themes", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "DashboardTests", dependencies: ["ParallelFor", "Attempts", "Dashboard", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DashboardViewTests",
      dependencies: ["ParallelFor", "Attempts", "Dashboard", "DashboardView", "Screen", "Themes", "TestSupport"],
      exclude: ["Screens"], swiftSettings: settings),
    .testTarget(
      name: "TerminalTests",
      dependencies: ["Screen", "Terminal", "Themes", "CNCurses", "CTerminalGuard", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "JobsTests",
      dependencies: [
        "ParallelFor", "Attempts", "Jobs", "OSText", "PostgreSQL", "SQLite", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RunStoreTests", dependencies: ["ParallelFor", "Attempts", "RunStore", "SQLite", "TestSupport"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ParallelForDashboardTests",
      dependencies: ["ParallelFor", "Attempts", "ParallelForDashboard", "Dashboard", "Screen", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "PForAppTests",
      dependencies: [
        "ParallelFor", "Attempts", "ParallelForDashboard", "Dashboard", "DashboardView", "Jobs", "PForApp", "RunStore",
        "SQLite", "Screen", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(name: "PForBenchTests", dependencies: ["pfor-bench", "CBenchLoops"], swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "OSText", "ParallelFor", "Attempts", "RunStore", "TestSupport", "pfor-tui", "pfor-agent",
        "dashboard-example",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(name: "ImportLawTests", dependencies: ["TestSupport"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// The code with its own threads, and its tests, for a build under a sanitizer. Building everything else again takes
// minutes.
if Context.environment["PFOR_LIBRARY_ONLY"] == "1" {
  let kept: Set = [
    "Attempts", "CPosix", "CSQLite", "CSQLiteMemory", "OSText", "ParallelFor", "RunStore", "SQLite", "Screen", "Themes",
    "TestSupport", "ParallelForTests", "RunStoreTests",
  ]
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll { $0.name != "ParallelFor" }
  package.dependencies = []
}
