import CTerminalGuard

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Carries what curses draws to the terminal without blocking, even when the terminal accepts nothing.
///
/// Curses writes into an unnamed file. From there the bytes are sent as fast as the terminal accepts them.
final class ScreenSpool {
  /// The file that curses writes to.
  let file: UnsafeMutablePointer<FILE>
  /// The terminal, open for non-blocking writes.
  let descriptor: Int32
  private var waiting: [UInt8] = []
  private var sent = 0

  /// Opens the terminal by its path; nil if it cannot be opened.
  init?(path: String) {
    let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let unlinked = tg_unlinked_file()
    // Appending, because curses may keep its own file position, and the file is emptied between frames.
    guard unlinked >= 0, fcntl(unlinked, F_SETFL, O_APPEND) == 0, let file = fdopen(unlinked, "a") else {
      close(descriptor)
      if unlinked >= 0 { close(unlinked) }
      return nil
    }
    self.file = file
    self.descriptor = descriptor
  }

  deinit {
    fclose(file)
    close(descriptor)
  }

  /// Whether the terminal has accepted everything collected so far.
  var isEmpty: Bool { sent == waiting.count }

  /// Adds text of the program's own after the output of curses.
  func add(_ text: String) {
    fputs(text, file)
    fflush(file)
  }

  /// Sends what was drawn, as far as the terminal accepts it.
  func send() {
    collect()
    while !isEmpty {
      let count = waiting.withUnsafeBytes { bytes in
        tg_write_some(descriptor, bytes.baseAddress?.advanced(by: sent), UInt(bytes.count - sent))
      }
      if count == 0 { return }
      // A terminal that is gone no longer needs anything.
      sent = count > 0 ? sent + count : waiting.count
    }
    waiting.removeAll(keepingCapacity: true)
    sent = 0
  }

  /// Sends what was drawn. Gives up when the terminal accepts nothing for a number of milliseconds.
  ///
  /// - Returns: Whether the terminal has accepted everything.
  func drain(within milliseconds: Int32) -> Bool {
    send()
    while !isEmpty {
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&ready, 1, milliseconds) > 0 else { return false }
      send()
    }
    return true
  }

  /// Discards the unsent bytes, and the bytes in the terminal's own output queue.
  func discard() {
    sent = waiting.count
    tcflush(descriptor, TCOFLUSH)
  }

  private func collect() {
    let source = fileno(file)
    var status = stat()
    guard fstat(source, &status) == 0, status.st_size > 0 else { return }
    waiting.removeFirst(sent)
    sent = 0
    let start = waiting.count
    waiting.append(contentsOf: repeatElement(0, count: Int(status.st_size)))
    let count = waiting.withUnsafeMutableBytes { bytes in
      pread(source, bytes.baseAddress?.advanced(by: start), bytes.count - start, 0)
    }
    waiting.removeLast(waiting.count - start - max(0, count))
    ftruncate(source, 0)
  }
}
