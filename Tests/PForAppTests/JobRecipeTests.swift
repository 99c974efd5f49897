import ArgumentParser
import Jobs
import ParallelFor
import ParallelForDashboard
import TestSupport
import Testing

@testable import PForApp
@testable import RunStore

/// A kind of job from the command line into the run file and back.
@Suite struct JobRecipeTests {
  static let recipes: [([String], JobRecipe)] = [
    (["--", "wc", "-l", "{}"], .command(["wc", "-l", "{}"])),
    (["--shell", "wc -l < {}"], .shell("wc -l < {}")),
    (["--db", "d.sqlite", "--sql", "SELECT ?"], .sqlite(database: "d.sqlite", query: "SELECT ?")),
    (["--db", "./host=x", "--sql", "SELECT ?"], .sqlite(database: "./host=x", query: "SELECT ?")),
    (
      ["--db", "postgres://u:s3cret@h/d", "--sql", "SELECT $1"],
      .postgresql(database: "user=u dbname=d host=h", query: "SELECT $1")
    ),
    (["--db", "d.sqlite", "--each"], .sqlite(database: "d.sqlite", query: nil)),
    (["--each", "--db", "postgres://h/d"], .postgresql(database: "dbname=d host=h", query: nil)),
  ]

  private static func recipe(_ arguments: [String]) throws -> JobRecipe {
    try JobRecipe(RunOptions.parse(["ids"] + arguments))
  }

  private static func run(_ recipe: JobRecipe, title: String = "title") -> RunRecord {
    RunRecord(
      id: "run", created: 0, title: title, kind: recipe.kind.rawValue, command: recipe.words, source: "ids",
      directory: "/")
  }

  @Test(arguments: recipes) func aJobSurvivesTheRunFile(arguments: [String], recipe: JobRecipe) throws {
    #expect(try Self.recipe(arguments) == recipe)
    #expect(JobRecipe(Self.run(recipe)) == recipe)
  }

  @Test(arguments: [
    ("postgresql", ["x"]), ("shell", []), ("shell", ["a", "b"]), ("sqlite", ["--db", "d"]), ("other", []),
  ])
  func anUnknownJobIsNil(kind: String, words: [String]) {
    let run = RunRecord(id: "run", created: 0, title: "", kind: kind, command: words, source: "", directory: "/")
    #expect(JobRecipe(run) == nil)
    #expect(RecordedCommand(run).invocation(of: Item("1"), ItemID(0), WorkerID(0)) == "")
  }

  @Test(arguments: [
    ([], "no command"), (["--shell", "echo", "--", "echo"], "more than one job"),
    (["--db", "d", "--sql", "q", "--shell", "echo"], "more than one job"), (["--db", "d"], "--db needs a query"),
    (["--db", "d", "--", "echo"], "--db needs a query"), (["--sql", "q"], "--sql needs a database"),
    (["--each"], "--each needs a database"), (["--each", "--db", "d", "--sql", "q"], "--each takes the queries"),
    (["--each", "--db", "d", "--", "echo"], "more than one job"),
  ])
  func oneJobIsNeeded(arguments: [String], sentence: String) throws {
    let options = try RunOptions.parse(["ids"] + arguments)
    let error = #expect(throws: AppError.self) { try JobRecipe(options) }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }

  /// The command line is recorded and shown without the password (trap A-21).
  @Test(arguments: [["--db", "postgres://u:s3cret@h/d"], ["--db=host=h password=s3cret dbname=d user=u"]])
  func theRecordedCommandLineHasNoPassword(words: [String]) throws {
    let arguments = words + ["--sql", "SELECT $1"]
    let options = try RunOptions.parse(["ids"] + arguments)
    let recipe = try JobRecipe(options)
    let recorded = recipe.recordable(arguments, options.job)
    #expect(recorded.contains { $0.hasSuffix("user=u dbname=d host=h") })
    #expect(!recorded.contains { $0.contains("s3cret") })
    #expect(recipe.secret(in: options.job)?.contains("s3cret") == true)
    let again = try RunOptions.parse(["ids"] + recorded)
    #expect(try JobRecipe(again) == recipe && recipe.secret(in: again.job) == nil)
  }

  @Test func theRunFileNamesEachKind() {
    let kinds = JobRecipe.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    #expect(Table.run.columns.first { $0.name == "kind" }?.meaning == "the kind of job: \(kinds)")
  }

  @Test func onlyAQueryReadsAFileBesidesTheItems() {
    let files = [JobRecipe.command(["a"]), .shell("a"), .sqlite(database: "file:a%20b?mode=ro", query: "q")].map(\.file)
    #expect(files == [nil, nil, "a b"])
  }

  /// The command of an item in logs, exports and replays.
  @Test(arguments: [
    (JobRecipe.command(["echo", "{}", "{#}"]), "a'b", #"echo 'a'\''b' 3"#),
    (.command(["echo"]), "a\nb", #"eval "$(printf 'echo \047a\012b\047')""#),
    (.shell("grep {} f"), "a b", "grep 'a b' f"), (.sqlite(database: "d", query: "q"), "a b", "SELECT 1 a b"),
    (.sqlite(database: "d", query: nil), "SELECT 2", "SELECT 2"),
  ])
  func theCommandOfAnItemIsALine(recipe: JobRecipe, item: String, line: String) {
    let command = RecordedCommand(Self.run(recipe, title: "SELECT 1"))
    #expect(String(decoding: command.line(Item(item), ItemID(2), WorkerID(0)), as: UTF8.self) == line)
  }

  @Test func fieldsAreKnownByTheirNamesWhereverACommandIsShown() {
    let command = RecordedCommand(Self.run(.command(["echo", "{First Name}", "{id}"])))
    let first = Item(
      .text("Ann,1"), fields: Fields(names: ["First Name", "id"], values: ["Ann", "1"].map { .text($0) }))
    let other = Item(.text("2"), fields: Fields(names: ["id", "First Name"], values: ["2", "Bo"].map { .text($0) }))
    #expect(command.invocation(of: first, ItemID(0), WorkerID(0)) == "echo Ann 1")
    #expect(command.invocation(of: other, ItemID(1), WorkerID(0)) == "echo Bo 2")
  }
}
