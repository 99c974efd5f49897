import TestSupport
import Testing

/// However a run ends, `export` writes the same logs as the run itself.
///
/// `SettledSessionTests` compares them after far more endings, with a made-up job.
@Suite struct ExportedLogTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Options, and the work of the third of six items. The first two have ended, and two others wait for the end.
  private static let ends = [
    ("--grace 100ms", "kill -TERM $PPID; read line < wait"),
    ("--halt now,fail=1", "exit 1"),
    ("--time-budget 300ms --grace 100ms", "sleep 0.5; printf 'x\\nx\\nx\\n' > wait"),
  ]

  @Test(arguments: ends) func theExportedLogsAreTheLiveOnes(options: String, third: String) throws {
    try sandbox.write(Self.job(third), to: "job")
    let run = try sandbox.run(
      """
      mkfifo wait; exec 3<>wait; seq 6 > ids
      pfor-tui ids -j3 --no-tui --run run -o out --joblog job.log --events event.log \(options) -- sh job {} 2> errors
      \(Self.compare)
      touch go; for i in 1 2 3 4; do pfor-tui resume ./run -q --no-tui && break; done; \(Self.compare)
      """)
    #expect(run.lines == ["compared", "compared"], "\(run.output) \(run.errors)")
  }

  private static func job(_ third: String) -> String {
    """
    [ -e go ] && exec echo $1
    case $1 in
    1|2) ;;
    3) until grep -q '^1' job.log && grep -q '^2' job.log; do sleep 0.01; done; \(third);;
    *) read line < wait;;
    esac

    """
  }

  /// An item that failed and was then not tried again has two lines in the live events: one for the end of the attempt,
  /// then one for the end of the item.
  private static let compare = """
    pfor-tui export ./run --joblog | sort | diff - <(sort job.log) \
      && pfor-tui export ./run --events | grep 'item ended' | sort | diff - <(grep 'item ended' event.log | sort) \
      && pfor-tui export ./run --events | grep attempt | sort | comm -23 - <(sort event.log) && echo compared
    """
}
