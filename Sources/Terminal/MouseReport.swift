import Screen

extension MouseEvent {
  /// Reads the body of a report in xterm's SGR form, `ESC [ < button ; x ; y M`; nil for anything else than a press of
  /// the first button or a step of the wheel.
  init?(report body: ArraySlice<UInt8>, ending: UInt8) {
    guard body.first == UInt8(ascii: "<"), ending == UInt8(ascii: "M") else { return nil }
    let numbers = body.dropFirst().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
    let kinds: [Int: Kind] = [0: .click, 64: .wheelUp, 65: .wheelDown]
    guard let kind = kinds[numbers[0]] else { return nil }
    self.init(kind, x: numbers[1] - 1, y: numbers[2] - 1)
  }
}

/// The sequences that switch reports of the mouse on and off, where the terminal knows them.
enum MouseReports {
  static let on = "\u{1B}[?1000h\u{1B}[?1006h"
  static let off = "\u{1B}[?1006l\u{1B}[?1000l"
}
