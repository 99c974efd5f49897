import ArgumentParser
import Dashboard
import Jobs
import OSText
import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Creates a sample database with items, and runs a query on it.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", _superCommandName: "pfor-tui",
    abstract: "Create a sample database and open the dashboard on its slow queries.",
    usage: "pfor-tui demo [--keep FOLDER] [options]")

  @Option(
    help: ArgumentHelp("Create the database and the items in this folder and keep them.", valueName: "folder"),
    completion: .directory)
  var keep: String?

  @OptionGroup(title: "How to run") var running: RunningOptions
  @OptionGroup(title: "What to do about failures") var failures: PolicyOptions
  @OptionGroup(title: "How it looks") var look: DisplayOptions

  func run() throws {
    let folder = keep ?? "\(OSProcess.temporaryFolder)/pfor-tui-demo.\(getpid())"
    PForTUI.exit(after: { () throws(AppError) in
      let isNew = !OSFile.exists(folder)
      defer { if keep == nil, isNew { remove(folder) } }
      return try play(in: folder)
    })
  }

  private func remove(_ folder: String) {
    OSFile.removeFolder(folder)
    guard !look.quiet else { return }
    StandardError.write("(the demo has removed its files; to keep them: pfor-tui demo --keep FOLDER)")
  }

  private func play(in folder: String) throws(AppError) -> Int32 {
    let shop = try makeShop(in: folder)
    let options = try options(for: shop)
    var plan = try RunPlan(options, arguments: [])
    // The demo removes its files at the end, so its run could not be resumed.
    plan.recording = .none
    plan.command = commandLine(shop)
    plan.startPage = .overview
    plan.endPage = .why
    StandardError.write(plan.command ?? "")
    return try Launcher(plan, look: look).run()
  }

  private func makeShop(in folder: String) throws(AppError) -> DemoShop {
    do {
      guard OSFile.makeFolders(folder) else { throw AppError(String(cString: strerror(errno))) }
      return try DemoShop(in: folder)
    } catch {
      throw AppError("the demo cannot be created in \(folder): \(error)")
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
      "pfor-tui", shop.items, "-j", "\(running.threads)", "--db", shop.database, "--sql", DemoShop.query,
    ]
    return words.map { ShellWord.quoted($0) }.joined(separator: " ")
  }
}
