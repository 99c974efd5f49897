import Testing

/// The layers, and what only some files may touch; the architecture page says why.
@Suite struct ImportLawTests {
  static let imports = [
    ImportLaw("ParallelFor", "Synchronization", "CPosix", "Glibc", "Darwin"),
    ImportLaw("ParallelForDecorators", "ParallelFor"),
    ImportLaw("ParallelForExpansion", "SwiftDiagnostics", "SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros"),
    ImportLaw("ParallelForMacros", "ParallelForExpansion", "SwiftCompilerPlugin", "SwiftSyntax", "SwiftSyntaxMacros"),
    ImportLaw("Attempts", "ParallelFor", "OSText", "CPosix", "Glibc", "Darwin"),
    ImportLaw("OSText", "CPosix", "Glibc", "Darwin"),
    ImportLaw("Screen"),
    ImportLaw("Themes", "OSText", "Screen", "Glibc", "Darwin"),
    ImportLaw("Dashboard", "ParallelFor", "Attempts", "Histogram", "Glibc", "Darwin"),
    ImportLaw("DashboardView", "ParallelFor", "Attempts", "Dashboard", "Screen", "Themes"),
    ImportLaw("Terminal", "OSText", "Screen", "CNCurses", "CTerminalGuard", "Glibc", "Darwin"),
    ImportLaw("SQLite", "OSText", "CSQLite", "CSQLiteMemory", "Synchronization", "Glibc", "Darwin"),
    ImportLaw("PostgreSQL", "CLibPQ", "Glibc", "Darwin"),
    ImportLaw(
      "Jobs", "ParallelFor", "Attempts", "OSText", "SQLite", "PostgreSQL", "CPosix", "Synchronization", "Glibc",
      "Darwin"),
    ImportLaw("RunStore", "ParallelFor", "Attempts", "OSText", "SQLite", "Synchronization", "Glibc", "Darwin"),
    ImportLaw(
      "ParallelForDashboard", "ParallelFor", "Attempts", "Dashboard", "DashboardView", "OSText", "Screen", "Terminal",
      "Themes",
      "CPosix", "CTerminalGuard", "Glibc", "Darwin"),
    ImportLaw(
      "PForApp", "ParallelFor", "Attempts", "ParallelForDashboard", "Dashboard", "DashboardView", "OSText", "Screen",
      "Terminal",
      "Themes", "Jobs", "RunStore", "ArgumentParser", "Synchronization", "Foundation", "FoundationEssentials", "Glibc",
      "Darwin"),
    ImportLaw("pfor-tui", "PForApp"),
    ImportLaw("dashboard-example", "ParallelForDashboard", "GRDB", "Foundation"),
  ]

  static let laws = [
    Law(
      "the dashboard and its picture know events, not the run that makes them",
      #"\b(WorkerPool|ParallelRun|PoolStateMachine|WorkerThread|Monitor|Lock)\b"#,
      in: ["Sources/Dashboard", "Sources/DashboardView"]),
    Law(
      "the dashboard's C library is for mathematics", #"import (Glibc|Darwin)"#, in: ["Sources/Dashboard"],
      only: [
        "Sources/Dashboard/LatencySummary.swift", "Sources/Dashboard/PastWork.swift",
        "Sources/Dashboard/Forecast/Forecast.swift", "Sources/Dashboard/Forecast/Normal.swift",
        "Sources/Dashboard/Forecast/PaceTrend.swift", "Sources/Dashboard/Forecast/RunPace.swift",
        "Sources/Dashboard/Forecast/Survival.swift", "Sources/Dashboard/Forecast/ThreadCurve.swift",
        "Sources/Dashboard/Reasons/Fisher.swift", "Sources/Dashboard/Threads/ScalingCurve.swift",
        "Sources/Dashboard/Threads/ThreadRates.swift",
      ]),
    Law(
      "one place reads the clock", #"clock_gettime|ContinuousClock|SuspendingClock|\bDate\("#,
      only: [
        "Sources/ParallelFor/MonotonicClock.swift", "Sources/ParallelFor/Monitor.swift",
      ]),
    Law(
      "few files ask for the time; elsewhere an instant is a parameter", #"MonotonicClock\.now"#,
      only: [
        "Sources/ParallelFor/WorkerPool.swift", "Sources/ParallelFor/WorkerPool+Time.swift",
        "Sources/ParallelFor/WorkerPool+Watching.swift", "Sources/ParallelFor/WorkerPool+Readiness.swift",
        "Sources/ParallelFor/Forms/StartParallelRun.swift", "Sources/ParallelFor/ItemContext.swift",
        "Sources/ParallelFor/Loop/StreamPool.swift", "Sources/ParallelFor/Loop/StreamChunk.swift",
        "Sources/ParallelFor/Progress.swift", "Sources/ParallelFor/ResultConsumer.swift",
        "Sources/Jobs/Command/CommandJob.swift", "Sources/Jobs/PostgreSQL/PostgreSQLSession.swift",
        "Sources/Jobs/Remote/AgentHub.swift", "Sources/Jobs/Remote/AgentProgram.swift",
        "Sources/Jobs/Remote/RemoteAgent.swift", "Sources/Jobs/Remote/RemoteJob.swift",
        "Sources/Jobs/SQLite/QueryInsight.swift", "Sources/Jobs/SQLite/SQLiteSession.swift",
        "Sources/Jobs/SQLite/WriterQueue.swift",
        "Sources/ParallelFor/LiveWorker.swift", "Sources/PForApp/Running/Launcher.swift",
        "Sources/PForApp/Running/WorkerSession.swift",
        "Sources/PForApp/Running/ItemFeeder.swift",
        "Sources/PForApp/Recording/RecordOpener.swift",
        "Sources/RunStore/Recording/RunRecorder.swift",
        "Sources/PForApp/CommandLine/PruneCommand.swift",
        "Sources/PForApp/Replaying/Replay.swift", "Sources/PForApp/Runs/RunPickerScreen.swift",
        "Sources/ParallelForDashboard/Running/DashboardLoop.swift",
        "Sources/ParallelForDashboard/Running/PlainLoop.swift",
        "Sources/ParallelForDashboard/Forms/DashboardSession.swift",
      ]),
    Law(
      "threads are started in few places",
      #"pthread_create|Thread\.detach|\bThread \{|Task\.detached|\bTask \{|DispatchQueue"#,
      only: [
        "Sources/ParallelFor/WorkerThread.swift", "Sources/ParallelFor/Forms/Awaiting.swift",
      ]),
    Law(
      "decisions and drawings hold no lock", #"\b(Lock|Monitor|Condition)\(\)|\bAtomic<|\bMutex<|pthread_"#,
      in: [
        "Sources/Screen", "Sources/Themes", "Sources/Dashboard", "Sources/DashboardView",
        "Sources/ParallelFor/PoolStateMachine.swift", "Sources/ParallelFor/PoolStateMachine+Items.swift",
        "Sources/ParallelFor/PoolStateMachine+Requests.swift", "Sources/ParallelFor/PoolStateMachine+Tuning.swift",
        "Sources/ParallelFor/Tuning/", "Sources/ParallelFor/LaneState.swift",
        "Sources/ParallelFor/Positions.swift", "Sources/ParallelFor/Heap.swift",
        "Sources/ParallelFor/ItemTimes.swift", "Sources/ParallelFor/RunPolicy.swift",
        "Sources/ParallelFor/OrderedDelivery.swift", "Sources/ParallelFor/EventLog.swift",
        "Sources/ParallelFor/NumberText.swift",
        "Sources/ParallelForDashboard/Running/StopPlan.swift", "Sources/PForApp/Running/RunResult.swift",
        "Sources/PForApp/Replaying/",
      ]),
    Law(
      "the system's texts are bytes: arguments, variables and paths pass through OSText",
      #"processInfo\.environment|CommandLine\.(arg|unsafe)|FileManager|\bURL\(|getenv\([^\n]*String\("#
        + #"|(?<![\w.])(l?stat|access|unlink|mkdir|rmdir|opendir|fopen|rename|link|chdir)\((?!\))(?![^\n]*osPath)"#
        + #"|\bopen\((?![^\n]*osPath)[^\n]*\bO_"#,
      in: [
        "Sources/OSText", "Sources/Jobs", "Sources/RunStore", "Sources/Themes", "Sources/ParallelForDashboard",
        "Sources/PForApp",
      ],
      only: [
        "Sources/OSText/OSProcess.swift",
        "Sources/Jobs/Command/ProgramPath.swift",
        // Paths of the system.
        "Sources/Jobs/Command/OwnMemory.swift", "Sources/Jobs/Command/ProcessFiles.swift",
        "Sources/ParallelForDashboard/Display/Display.swift",
        "Sources/ParallelForDashboard/Running/TerminalLoan.swift",
      ]),
    Law(
      "processes are started in few places", #"\b(posix_spawnp?|v?fork|clone)\("#,
      only: ["Sources/CPosix/Spawn.c", "Sources/Terminal/DirectColor.swift"]),
    Law(
      "items' processes are signalled in one place, and those that start agents in another", #"\bkill\(-"#,
      only: ["Sources/Jobs/Command/ProcessGroups.swift", "Sources/Jobs/Remote/RemoteAgent.swift"]),
    Law(
      "signals are caught in few places, and reset for a child", #"\bsigaction\(|\bsignal\(SIG"#,
      only: [
        "Sources/CPosix/Spawn.c", "Sources/Jobs/Remote/AgentProgram.swift",
        "Sources/ParallelForDashboard/Running/Signals.swift", "Sources/CTerminalGuard/",
      ]),
    Law(
      "the run is steered in one place, and stopped when its results have nowhere to go",
      #"\b(run|steering)\.(setThreads|pause|resume|finish|stop|interrupt)\("#,
      in: ["Sources/ParallelForDashboard", "Sources/PForApp"],
      only: [
        "Sources/ParallelForDashboard/Running/RunController.swift", "Sources/PForApp/Running/RunSession.swift",
      ]),
    // The new value may read the dashboard while a part of it is being changed.
    Law(
      "only the dashboard changes its parts", #"\bdashboard(\.\w+)*\?\."#,
      in: ["Sources/ParallelForDashboard", "Sources/PForApp"]),
    Law(
      "one target calls SQLite; the example shows another library",
      #"\bc?sqlite3?_|import (GRDB|CSQLite|CSQLiteMemory)\b"#,
      only: ["Sources/SQLite/", "Sources/CSQLiteMemory/", "Sources/dashboard-example/Shop.swift"]),
    Law(
      "one target calls PostgreSQL's library, which is loaded at need", #"import CLibPQ\b|\bdlopen\("#,
      only: ["Sources/PostgreSQL/", "Sources/CLibPQ/"]),
    // All of Foundation would make the program three times as large and double the time of `--version`.
    Law(
      "the program uses only the essentials of Foundation", #"import (\w+ )?Foundation(?!Essentials\b)"#,
      only: [
        // For systems without the essentials, such as macOS, where all of Foundation belongs to the system.
        "Sources/PForApp/CommandLine/JSONWords.swift",
        "Sources/dashboard-example/Shop.swift",
      ]),
    Law(
      "standard output has few writers", #"(?<![\w.])print\(|STDOUT_FILENO|\.standardOutput\.write|\bstdout\b"#,
      only: [
        "Sources/PForApp/CommandLine/ThemesCommand.swift", "Sources/PForApp/CommandLine/CommandOutput.swift",
        "Sources/PForApp/Running/RunFiles.swift",
        "Sources/Terminal/DirectColor.swift", "Sources/dashboard-example/DashboardExample.swift",
      ]),
    Law(
      "standard error has few writers", #"FileHandle\.standardError|\bstderr\b|STDERR_FILENO"#,
      only: [
        "Sources/ParallelFor/Progress.swift",
        "Sources/ParallelForDashboard/Display/StandardError.swift", "Sources/PForApp/Running/RunFiles.swift",
        "Sources/Terminal/DirectColor.swift", "Sources/CTerminalGuard/",
      ]),
    Law(
      "the program ends in one place", #"(?<!\.)\b_?exit\((?!withError|after)|\babort\("#,
      in: [
        "Sources/ParallelFor", "Sources/Jobs", "Sources/Terminal", "Sources/ParallelForDashboard", "Sources/PForApp",
        "Sources/Themes",
      ],
      only: ["Sources/PForApp/CommandLine/PForTUI.swift"]),
    Law(
      "colours as numbers are for themes and the terminal", #"#[0-9A-Fa-f]{6}\b|\b0x[0-9A-Fa-f]{6}\b|\.rgb\("#,
      in: [
        "Sources/Dashboard", "Sources/DashboardView", "Sources/ParallelForDashboard", "Sources/PForApp", "Sources/Jobs",
      ],
      inLiterals: true),
    Law(
      "escape sequences are for the terminal", #"\\u\{0*1[bB]\}|\\x1[bB]|\\033|\\e\["#,
      in: [
        "Sources/Dashboard", "Sources/DashboardView", "Sources/ParallelForDashboard", "Sources/PForApp", "Sources/Jobs",
        "Sources/Themes",
      ],
      inLiterals: true),
    Law("no forced tries or casts", #"\btry!|\bas!"#, in: ["Sources", "Tests"]),
    Law("Swift Testing only", #"import XCTest"#, in: ["Sources", "Tests"]),
    // Sleeping for a thousand seconds is work that must be cancelled, not a wait.
    Law(
      "tests wait for conditions",
      #"(?<![.\w])u?sleep\(|Thread\.sleep|Task\.sleep(?!\(for: \.seconds\(1_000\)\))"#, in: ["Tests"],
      only: ["Tests/TestSupport/Gate.swift"]),
  ]

  /// Files above 400 lines, each with its reason.
  static let longFiles: [String: String] = [:]

  @Test(arguments: imports) func aTargetImportsOnlyLowerTargets(_ law: ImportLaw) {
    let files = SourceFile.product.filter { $0.path.hasPrefix("Sources/\(law.target)/") }
    #expect(!files.isEmpty, "no sources found for \(law.target)")
    for file in files {
      let others = file.imports.subtracting(law.modules).sorted()
      #expect(others.isEmpty, "\(file.path) imports \(others.joined(separator: ", "))")
    }
  }

  @Test(arguments: laws) func onlyTheseFilesMay(_ law: Law) {
    #expect(!law.files.isEmpty)
    var used: Set<String> = []
    for file in law.files {
      let places = law.places(in: file)
      guard !places.isEmpty else { continue }
      if let permission = law.permission(for: file) {
        used.insert(permission)
      } else {
        Issue.record("\(law.about); but see \(places.joined(separator: ", "))")
      }
    }
    let needless = Set(law.allowed).subtracting(used).sorted()
    #expect(needless.isEmpty, "\(law.about): these no longer need the permission: \(needless)")
  }

  /// The architecture page names the files that the laws about clocks allow, and no other.
  @Test func theArchitecturePageNamesTheClocks() throws {
    let page = try SourceFile.text(of: "Sources/ParallelFor/ParallelFor.docc/architecture.md")
    let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| clocks |") })
    let spans = row.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
    let words = spans.flatMap { $0.element.split { "/{}, ".contains($0) } }.map(String.init)
    let allowed = Self.laws.filter { $0.about.contains("clock") || $0.about.contains("the time") }.flatMap(\.allowed)
    let files = allowed.compactMap { $0.split(separator: "/").last?.replacing(".swift", with: "") }
    #expect(files.count > 15)
    #expect(Set(words).subtracting(Self.imports.map(\.target)) == Set(files.map(String.init)))
  }

  @Test func aFileHasOneSubject() {
    for file in SourceFile.product + SourceFile.tests where file.lineCount > 400 {
      #expect(Self.longFiles[file.path] != nil, "\(file.path) has \(file.lineCount) lines; split it or say why not")
    }
  }
}
