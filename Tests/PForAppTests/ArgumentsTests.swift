import ArgumentParser
import Dashboard
import Foundation
import ParallelFor
import Testing

@testable import PForApp

@Suite struct ArgumentsTests {
  /// Shares and differences as in GNU parallel, of the processors that the program may use.
  @Test(
    arguments: [
      ("8", 4, 8), ("0", 4, 0), ("200%", 4, 8), ("0%", 4, 0), ("1%", 4, 1), ("100%", 1.5, 1), ("200%", 1.5, 3),
      ("100%", 0.5, 1), ("+2", 4, 6), ("-1", 4, 3), ("-9", 4, 1), ("+0", 4, 4), ("-0", 4, 4),
    ] as [(String, Double, Int)])
  func threads(argument: String, processors: Double, count: Int) {
    #expect(ThreadCount(argument: argument, processors: processors)?.count == count)
  }

  @Test(arguments: ["", "x", "--1", "+-1", "+", "-", "+50%", "1.5", "%", "99999999999999999999", "8 ", "2000000%"])
  func notThreads(argument: String) { #expect(ThreadCount(argument: argument) == nil) }

  @Test(arguments: [["-j", "x"], ["-jx"], ["-j", "-3%"], ["--threads", "1.5"], ["-P", "--tag"]])
  func wrongThreadsGetTheValidForms(arguments: [String]) throws {
    let error = try #require(throws: (any Error).self) { try RunOptions.parse(["ids"] + arguments) }
    let message = RunOptions.message(for: error)
    #expect(message.contains("give a number of threads, such as 8, a share of the cores, such as 200%"))
  }

  @Test(
    arguments: [
      ("2", 2_000_000_000), ("500ms", 500_000_000), ("10us", 10_000), ("1.5h", 5_400_000_000_000),
      ("2m", 120_000_000_000),
      ("1d", 86_400_000_000_000), ("0", 0), ("30s", 30_000_000_000), ("3h50m", 13_800_000_000_000),
      ("1m1.5s", 61_500_000_000),
    ] as [(String, Int64)])
  func spans(argument: String, nanoseconds: Int64) {
    #expect(TimeSpan(argument: argument)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "s", "-1s", "x", "inf", "nan", "1e300", "1w", "1 s", "3h50", "h", "1h-5m", "٣s", "0x10s", "1e3",
  ])
  func notSpans(argument: String) { #expect(TimeSpan(argument: argument) == nil) }

  @Test(arguments: ["-- by id\nSELECT ?", "-", "--write", "-x", ""]) func textsMayBeginWithADash(text: String) throws {
    let options = try RunOptions.parse(["ids", "--db", "d", "--sql", text, "--shell", text])
    #expect(options.job.sql == text)
    #expect(options.job.shell == text)
  }

  @Test func aDashIsStandardOutput() throws {
    for (output, destination) in [("-", RunPlan.Destination.standardOutput), ("./-", .file("./-"))] {
      let arguments = ["/dev/null", "--no-run", "-o", output, "--shell", "echo"]
      #expect(try RunPlan(try RunOptions.parse(arguments), arguments: arguments).destination == destination)
    }
  }

  @Test func slowLimits() {
    #expect(SlowLimit(argument: "3x") == .factor(3))
    #expect(SlowLimit(argument: "2.5×") == .factor(2.5))
    #expect(SlowLimit(argument: "2s") == .after(TimeSpan(seconds: 2)))
    for wrong in ["x", "0x", "-1x", "0", "nanx", "infx", "0x3x", "1e1x", "+3x", "1_0x"] {
      #expect(SlowLimit(argument: wrong) == nil, "\(wrong)")
    }
    let both = SlowLimit.threshold([.factor(3), .after(TimeSpan(seconds: 2))])
    #expect(both.factor == 3 && both.absolute == 2_000_000_000)
    #expect(SlowLimit.threshold([.after(TimeSpan(seconds: 2))]).factor == nil)
    #expect(SlowLimit.threshold([]).factor == 3)
  }

  @Test(
    arguments: [
      ("never", nil), ("now,fail=1", HaltPolicy(.now, after: .count(1))),
      ("soon,fail=3%", HaltPolicy(.soon, after: .fraction(0.03))),
      ("soon,success=2", HaltPolicy(.soon, after: .count(2), .succeeded)),
      ("now,done=100%", HaltPolicy(.now, after: .fraction(1), .ended)),
    ] as [(String, HaltPolicy?)])
  func haltRules(argument: String, policy: HaltPolicy?) throws {
    #expect(try #require(HaltRule(argument: argument)).policy == policy)
  }

  @Test(arguments: [
    "", "1", "now", "now,", "now,fail", "now,fail=", "now,fail=0", "now,fail=-1", "now,fail=101%", "now,fail=0%",
    "later,fail=1", "now,f=1", "now,fail=1,fail=2", "now,fail=1=2", "NOW,fail=1", "now,fail=nan%", "now, fail=1",
    "now,fail=+1", "now,fail=0x1", "now,fail=0x10%", "now,fail=1e1%", "now,fail=+5%", "now,fail=5e-324%",
    "now,fail=\(Self.tiniest)%", "soon,done=٣", "soon,fail=1 ", "soon,fail=1%%",
  ])
  func notHaltRules(argument: String) { #expect(HaltRule(argument: argument) == nil) }

  /// A share that becomes 0 when it is divided by 100.
  private static let tiniest = "0." + String(repeating: "0", count: 323) + "5"

  /// Sizes decide what is removed, so doubtful ones are refused.
  @Test func sizes() {
    for (argument, bytes) in [("0", 0), ("1000", 1_000), ("64kB", 64_000), ("1.5GB", 1_500_000_000)]
      as [(String, Int64)]
    {
      #expect(ByteSize(argument: argument)?.bytes == bytes)
    }
    for wrong in ["", "MB", "0x10MB", "1e3", "1e-9GB", "-1", "+1MB", "nan", "inf", "9999999999TB", "1 MB", "٣MB"] {
      #expect(ByteSize(argument: wrong) == nil, "\(wrong)")
    }
  }

  @Test func speeds() {
    #expect(ReplaySpeed(argument: "0.5")?.times == 0.5 && ReplaySpeed(argument: "max")?.times == .infinity)
    for wrong in ["0", "0.09", "1001", "-1", "0x10", "1e2", "nan", "inf", "+5", ""] {
      #expect(ReplaySpeed(argument: wrong) == nil, "\(wrong)")
    }
  }

  @Test func timeLimits() {
    #expect(TimeLimit(argument: "2m")?.timeout == .fixed(.nanoseconds(120_000_000_000)))
    #expect(TimeLimit(argument: "300%")?.timeout == .timesMedian(3))
    for wrong in ["", "0", "0%", "-3%", "%", "x", "inf%", "0x10%", "1e2%", "5e-324%", "\(Self.tiniest)%", "+5%"] {
      #expect(TimeLimit(argument: wrong) == nil, "\(wrong)")
    }
  }
}
