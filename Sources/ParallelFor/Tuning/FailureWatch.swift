#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Notices that items begin to fail; a value.
///
/// It adds up the evidence that twice the usual share of attempts fails, or a fifth if that is more. Where failures are
/// rare, three of them at about the same time are enough. While it learns the usual share, nothing is too many.
struct FailureWatch {
  /// The logarithm of how much more likely the larger share must be.
  private static let enough = 8.5
  /// The bounds of the usual share, and of the larger one.
  private static let leastUsual = 0.01, mostUsual = 0.45, leastRaised = 0.2
  /// How many attempts the usual share is the mean of.
  private static let memory = 256.0

  private var usual = 0.0
  private var evidence = 0.0
  private var learned = (ends: 0.0, failures: 0.0)
  private var isLearning = true

  var areRising: Bool { !isLearning && evidence >= Self.enough }

  mutating func ended(isSuccess: Bool) {
    let failure = isSuccess ? 0.0 : 1
    guard !isLearning else {
      learned = (learned.ends + 1, learned.failures + failure)
      return
    }
    let share = min(max(usual, Self.leastUsual), Self.mostUsual), raised = max(2 * share, Self.leastRaised)
    evidence = max(0, evidence + (isSuccess ? log((1 - raised) / (1 - share)) : log(raised / share)))
    usual += (failure - usual) / Self.memory
  }

  /// Ends the time of learning.
  mutating func blockEnded() {
    guard isLearning else { return }
    isLearning = false
    usual = max(usual, learned.failures / max(1, learned.ends))
    evidence = 0
  }

  /// Learns again, with another number of threads.
  mutating func shed() {
    isLearning = true
    learned = (0, 0)
    evidence = 0
  }
}
