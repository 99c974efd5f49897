import ArgumentParser
import Jobs
import ParallelFor
import ParallelForDashboard
import TestSupport
import Testing

@testable import PForApp

/// The meaning of command lines, and refusals before anything runs.
@Suite struct RunPlanTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write("1\n2\n3\n", to: "ids")
    try sandbox.write("id,name\n1,ann\n", to: "people.csv")
    try sandbox.write("", to: "shop")
    try sandbox.write("this is no database, but it is long enough to be examined as one\n", to: "text")
  }

  /// Words that begin with @ are files of the sandbox.
  private func plan(_ words: [String]) throws -> RunPlan {
    let arguments = words.map { $0.hasPrefix("@") ? "\(sandbox.path)/\($0.dropFirst())" : $0 }
    return try RunPlan(RunOptions.parse(arguments), arguments: arguments)
  }

  @Test(arguments: [
    ("@nosuch -- echo", "nosuch: no such file"), ("@. -- echo", ".: is a directory"), ("-- echo", "no items"),
    ("@ids", "no command"), ("@ids -- echo {name}", "unknown field {name}"),
    ("@people.csv -- echo {nam}", "the fields are {id} {name}"), ("@people.csv -- echo {2nd}", "unknown field {2nd}"),
    ("@ids -- echo {..}", "unknown field {..}"), ("@ids -- echo {0}", "unknown field {0}"),
    ("@ids -- echo {=s/1/2/=}", "unknown field {=s/1/2/=}"), ("@ids --shell {x}", "unknown field {x}"),
    ("@ids --db @text --sql ?", "text: is not an SQLite database"),
    ("@ids --db @nosuch --sql ?", "nosuch: no such file"),
    ("@ids --db @shop --sql SELEC", "syntax error"), ("@ids --db @shop --sql VALUES(1)", "the query has no parameter"),
    ("@ids -j 0 -- echo", "-j 0 would run nothing: give the number of threads"), ("@ids -j 10001 -- echo", "too many"),
    ("@ids -0 --format csv -- echo", "choose one"),
  ])
  func isRefused(line: String, sentence: String) {
    let error = #expect(throws: AppError.self) { try plan(line.split(separator: " ").map(String.init)) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["ITEMS", "--db", "-o", "--run", "--joblog", "--events"]) func emptyNamesAreRefused(option: String) {
    let words = option == "ITEMS" ? [""] : ["@ids", option, ""]
    let error = #expect(throws: AppError.self) { try plan(words + ["--", "echo"]) }
    #expect(error?.description == "\(option) is an empty string: give the name of a file")
  }

  @Test(arguments: [
    ("@ids", ItemFormat.lines), ("@people.csv", .csv(header: true)), ("@people.csv --no-header", .csv(header: false)),
    ("@ids --format tsv", .tsv(header: true)), ("@ids --format jsonl", .jsonl), ("@people.csv --format lines", .lines),
    ("@people.csv -0", .nul),
  ])
  func theFormatIsThatOfTheNameOrTheOption(line: String, format: ItemFormat) throws {
    #expect(try plan(line.split(separator: " ").map(String.init) + ["--", "echo"]).reader.format == format)
  }

  @Test func givenOptionsArePlanned() throws {
    let words = [
      "@ids", "-j", "7", "--unordered", "--tag", "-o", "@out", "--no-run", "--joblog", "@log", "--retries", "2",
    ]
    let plan = try plan(words + ["--", "echo"])
    #expect(plan.threads == 7 && !plan.inOrder && plan.tags && plan.destination == .file("\(sandbox.path)/out"))
    #expect(plan.recording == .none && plan.logs.map(\.path) == ["\(sandbox.path)/log"] && plan.policy.attempts == 3)
    #expect(plan.recipe == .command(["echo"]) && plan.job.title == "echo {}")
  }

  @Test func withoutOptionsTheDefaultsHold() throws {
    let plan = try plan(["@ids", "--shell", "echo {}"])
    #expect(plan.threads == 5 && plan.inOrder && !plan.tags && plan.destination == .standardOutput)
    #expect(plan.recording == .new(nil) && plan.logs.isEmpty && plan.policy.attempts == 1)
  }

  // MARK: - Files

  /// A run overwrites nothing that it reads or records.
  @Test(arguments: [
    (["-o", "@ids"], "results would overwrite the items"), (["-o", "@./shop"], "results would overwrite the database"),
    (["--joblog", "@shop"], "is named twice"), (["--events", "@ids"], "is named twice"),
    (["-o", "@none/out"], "cannot be written"), (["-o", "@"], "cannot be written"),
  ])
  func filesThatAreReadAreNotWritten(options: [String], sentence: String) throws {
    let plan = try plan(["@ids", "--db", "@shop", "--sql", "SELECT ?", "--no-run"] + options)
    let error = #expect(throws: AppError.self) { try RunFiles(plan, isScripted: true, environment: [:]) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    #expect(sandbox.read("ids") == "1\n2\n3\n")
  }

  @Test func anotherCommandIsRefusedUnlessForced() throws {
    let record = ["@ids", "--run", "@run"]
    func open(_ words: [String]) throws -> RunFiles {
      try RunFiles(try plan(record + words), isScripted: true, environment: [:])
    }
    _ = try open(["--", "echo", "one"]).recording?.finish(isWhole: false, exitCode: 1, at: 1)
    let error = #expect(throws: AppError.self) { try open(["--resume", "--", "echo", "two"]) }
    #expect(error?.description.contains("then: echo one\n  now:  echo two") == true, "\(error?.description ?? "")")
    #expect(throws: AppError.self) { try open(["--resume", "--shell", "echo one"]) }
    let forced = try open(["--resume", "--force", "--", "echo", "two"]).recording
    #expect(forced?.isResumed == true)
    forced?.discard()
  }
}
