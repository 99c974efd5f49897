import Foundation

/// The cost of one turn of a contender.
struct Sample {
  /// The seconds from start to end.
  var wall: Double
  /// The seconds of user and system time, including all processes it waited for.
  var cpu: Double = 0
  /// The peak resident memory of one process, in bytes.
  var peakBytes: Int64 = 0
}

/// A program or function that takes part in a comparison.
struct Contender {
  let name: String
  let run: () throws -> Sample

  init(_ name: String, run: @escaping () throws -> Sample) {
    self.name = name
    self.run = run
  }
}

/// All turns of one contender.
struct Series {
  let name: String
  var samples: [Sample] = []

  var wall: Double { median(of: samples.map(\.wall)) }
  var cpu: Double { median(of: samples.map(\.cpu)) }
  var peakBytes: Int64 { samples.map(\.peakBytes).max() ?? 0 }

  /// Returns this contender's speed as a multiple of another's: the median over the rounds.
  func speed(against other: Series) -> Double { median(of: zip(samples, other.samples).map { $1.wall / $0.wall }) }

  /// Returns the series minus another contender's cost in the same round.
  func less(_ other: Series) -> Series {
    let samples = zip(samples, other.samples).map {
      Sample(wall: $0.wall - $1.wall, cpu: $0.cpu - $1.cpu, peakBytes: $0.peakBytes)
    }
    return Series(name: name, samples: samples)
  }
}

/// Runs contenders in turns.
enum Rounds {
  /// Runs each contender once per round, and reports progress on standard error.
  static func run(_ contenders: [Contender], rounds: Int) throws -> [Series] {
    var all = contenders.map { Series(name: $0.name) }
    for round in 1...rounds {
      for (index, contender) in contenders.enumerated() {
        Progress.tell("round \(round) of \(rounds): \(contender.name)")
        all[index].samples.append(try contender.run())
      }
    }
    return all
  }
}

/// Returns the median of some numbers, or NaN if there are none.
func median(of numbers: [Double]) -> Double {
  guard !numbers.isEmpty else { return .nan }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Writes progress lines to standard error.
enum Progress {
  static func tell(_ text: String) { FileHandle.standardError.write(Data("pfor-bench: \(text)\n".utf8)) }
}
