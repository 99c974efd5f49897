import Foundation
import TestSupport
import Testing

/// What goes wrong with the record, with the results or with the items while a run goes on is said, with status 255.
@Suite struct RecordErrorTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test func aRunFileThatIsRemovedIsSaid() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q --run r.run -o out --shell 'rm -f r.run; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("r.run: was removed or replaced while the run went on"), "\(run.errors)")
    #expect(!run.errors.contains("to go on"), "\(run.errors)")
    #expect(sandbox.read("out") == "1\n2\n3\n")
  }

  @Test func resultsThatAreRemovedAreSaid() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q -o out --shell 'rm -f out; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("out: cannot be written: the file was removed"), "\(run.errors)")
  }

  @Test func aLogThatIsRemovedIsSaid() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -j1 -q --joblog log --shell 'rm -f log; echo {}'")
    #expect(run.status == 255)
    #expect(run.errors.contains("log: is not there: the file was removed"), "\(run.errors)")
  }

  @Test func aRunThatCannotBeginLeavesNoRecord() throws {
    let run = try sandbox.run("seq 3 | pfor-tui - -q --run r.run --events nowhere/log -- echo; ls -A")
    #expect(run.lines.filter { $0.contains("run") } == [], "\(run.output)")
    let late = try sandbox.run("seq 3 | pfor-tui - -q --run r.run -o r.run -- echo; ls -A")
    #expect(late.errors.contains("r.run"), "\(late.errors)")
  }

  #if os(Linux)
    /// One call for the run file fails, whichever it is: nothing is claimed that is not so, and the run can go on.
    @Test(arguments: ["pwrite64", "fdatasync", "ftruncate64", "pread64"])
    func oneErrorInOneCallForTheRunFileIsHeard(call: String) throws {
      guard try makeInjector() else { return }
      for number in [1, 2, 3, 5, 8, 13, 16, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 38, 39, 40, 41, 42] {
        let place = "\(call) \(number)"
        let run = try sandbox.run(
          """
          rm -rf r.run* out; seq 20 > items
          FAIL_CALL=\(call) FAIL_NUMBER=\(number) LD_PRELOAD=$PWD/injector.so \
            pfor-tui items -j2 -q --run r.run -o out -- /bin/echo; echo $?
          test -e r.run && pfor-tui show ./r.run --json
          """)
        let status = run.lines.first
        #expect(status == "0" || status == "255", "\(place): \(run.lines) \(run.errors)")
        if status == "0" {
          #expect(run.output.contains("\"finished\":true") && run.output.contains("\"succeeded\":20"), "\(place)")
        } else {
          #expect(run.errors.contains("pfor-tui: "), "\(place)")
          let again = try sandbox.run("test ! -e r.run || pfor-tui resume ./r.run -q")
          #expect(again.status == 0, "\(place): \(again.errors)")
        }
        if status == "0" || FileManager.default.fileExists(atPath: "\(sandbox.path)/r.run") {
          #expect(sandbox.read("out") == (1...20).map { "\($0)\n" }.joined(), "\(place)")
        }
      }
    }

    /// What a kill has left beside the run file cannot be read: the items in it must not run again.
    @Test(arguments: 1...3) func aTailThatCannotBeReadIsSaid(number: Int) throws {
      guard try makeInjector() else { return }
      let killed = try sandbox.run(
        """
        seq 30 > items
        pfor-tui items -j1 -q --run r.run -o out \
          --shell 'echo {} >> ran; [ {} != 9 ] || [ -e r.run-seen ] || { : > r.run-seen; kill -KILL $PPID; }; echo {}'
        test -e r.run-tail && echo left
        """)
      #expect(killed.output.hasSuffix("left\n"), "\(killed.errors)")
      let run = try sandbox.run(
        "FAIL_CALL=pread FAIL_NUMBER=\(number) LD_PRELOAD=$PWD/injector.so pfor-tui resume ./r.run -q")
      #expect(run.status == 255 && run.errors.contains("r.run-tail cannot be read"), "\(run.errors)")
      let again = try sandbox.run("pfor-tui resume ./r.run -q; sort -n ran | uniq -d")
      #expect(again.output == "9\n", "\(again.errors)")
      #expect(sandbox.read("out") == (1...30).map { "\($0)\n" }.joined())
    }

    /// False where there is no compiler.
    private func makeInjector() throws -> Bool {
      try sandbox.write(Self.injector, to: "injector.c")
      return try sandbox.run("command -v cc && cc -shared -fPIC -w -o injector.so injector.c -ldl").status == 0
    }

    private static let injector = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      static int count;
      static int fails(const char *call, int file) {
        const char *name = getenv("FAIL_CALL"), *number = getenv("FAIL_NUMBER");
        char link[64], path[4096] = {0};
        if (!name || strcmp(name, call)) return 0;
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        if (readlink(link, path, sizeof path - 1) < 0 || !strstr(path, ".run")) return 0;
        if (__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) != atoi(number)) return 0;
        errno = EIO;
        return 1;
      }
      #define CALL(type, name, parameters, arguments) \\
        type name parameters { \\
          static type (*real) parameters; \\
          if (!real) real = dlsym(RTLD_NEXT, #name); \\
          return fails(#name, file) ? -1 : real arguments; \\
        }
      CALL(ssize_t, pwrite64, (int file, const void *b, size_t n, off64_t o), (file, b, n, o))
      CALL(ssize_t, pread64, (int file, void *b, size_t n, off64_t o), (file, b, n, o))
      CALL(ssize_t, pread, (int file, void *b, size_t n, off_t o), (file, b, n, o))
      CALL(int, fdatasync, (int file), (file))
      CALL(int, ftruncate64, (int file, off64_t n), (file, n))

      """
  #endif
}
