import ParallelForDashboard

/// Shows ten reports, some of them slow, on the dashboard. `+` and `-` change the number of threads; `q` closes it.
@main struct DashboardExample {
  static func main() throws {
    let shop = try Shop()
    defer { shop.remove() }
    do {
      let reports = try (1...10).parallelMapWithDashboard(threads: 3, title: "ten slow queries") { customer in
        try shop.report(on: customer)
      }
      for report in reports { print(report) }
    } catch let stopped as RunStoppedEarly<String> {
      print(stopped)
    }
  }
}
