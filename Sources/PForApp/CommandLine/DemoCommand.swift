import ArgumentParser
import Dashboard
import Foundation
import Jobs
import ParallelForDashboard

/// A sample database and items, and the run on them.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", _superCommandName: "pfor-tui",
    abstract: "Make a sample database and open the dashboard on its slow queries.",
    usage: "pfor-tui demo [--keep FOLDER] [options]")

  @Option(
    help: ArgumentHelp("Make the database and the items in this folder and keep them.", valueName: "folder"),
    completion: .directory)
  var keep: String?

  @OptionGroup(title: "How to run") var running: RunningOptions
  @OptionGroup(title: "What to do about failures") var failures: PolicyOptions
  @OptionGroup(title: "How it looks") var look: LookOptions

  func run() throws {
    let name = "pfor-tui-demo.\(ProcessInfo.processInfo.processIdentifier)"
    let folder = keep ?? FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    PForTUI.exit(after: { () throws(AppError) in
      let isNew = !FileManager.default.fileExists(atPath: folder)
      defer { if keep == nil, isNew { remove(folder) } }
      return try play(in: folder)
    })
  }

  private func remove(_ folder: String) {
    try? FileManager.default.removeItem(atPath: folder)
    guard !look.quiet else { return }
    StandardError.write("(the demo's files are removed; to keep them for that line: pfor-tui demo --keep FOLDER)")
  }

  private func play(in folder: String) throws(AppError) -> Int32 {
    let shop = try makeShop(in: folder)
    let options = try options(for: shop)
    var plan = try RunPlan(options, arguments: [])
    // The demo's files are gone when it ends: nothing could be resumed.
    plan.recording = .none
    plan.command = commandLine(shop)
    plan.startPage = .overview
    StandardError.write(plan.command ?? "")
    return try Launcher(plan, look: look).run()
  }

  private func makeShop(in folder: String) throws(AppError) -> DemoShop {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      return try DemoShop(in: folder)
    } catch {
      throw AppError("the demo cannot be made in \(folder): \(error)")
    }
  }

  private func options(for shop: DemoShop) throws(AppError) -> RunOptions {
    do {
      var options = try RunOptions.parse([shop.items, "--db", shop.database, "--sql", DemoShop.query])
      options.running = running
      options.failures = failures
      return options
    } catch {
      throw AppError("the demo's own command line is wrong: \(error)")
    }
  }

  private func commandLine(_ shop: DemoShop) -> String {
    let words = [
      "pfor-tui", shop.items, "-j", "\(running.threads.count)", "--db", shop.database, "--sql", DemoShop.query,
    ]
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// A word as a shell reads it back.
  static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:".contains($0) }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}
