import GRDB
import TestSupport
import Testing

/// The built program with bytes that are not UTF-8 in everything that it receives.
@Suite struct ByteTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Folders, files, programs and words in Latin-1.
  private let setting = #"""
    x=$'\xe9'; mkdir "w$x" "st$x" "tmp$x" "bin$x"
    printf '#!/bin/sh\necho "$@"; test "$1" != 2\n' > "bin$x/pro$x"; chmod +x "bin$x/pro$x"
    export PATH="$PWD/bin$x:$PATH" XDG_STATE_HOME="$PWD/st$x" TMPDIR="$PWD/tmp$x"
    cd "w$x"; seq 3 > "it$x"

    """#

  @Test func aRunIsRecordedAndResumed() throws {
    let run = try sandbox.run(
      setting + #"""
        pfor-tui "it$x" -q --no-tui -o "out$x" --joblog "log$x" --events "ev$x" -- "pro$x" {} "a$x"; echo $?
        cat "out$x"; tail -n +2 "log$x" | cut -f 9 | sort; ls; ls ../st$x/pfor-tui/runs | wc -l
        printf '#!/bin/sh\necho "$@" again\n' > "../bin$x/pro$x"; (cd /; pfor-tui show)
        pfor-tui resume --failed -q --no-tui; echo $?; cat "out$x"
        """#)
    let e: [UInt8] = [0xE9]
    let start = "1\n1 a".utf8 + e + "\n2 a".utf8 + e + "\n3 a".utf8 + e + "\n".utf8
    #expect(run.outputBytes.starts(with: start), "\(run.output)\(run.errors)")
    let commands = (1...3).flatMap { "'pro".utf8 + e + "' \($0) 'a".utf8 + e + "'\n".utf8 }
    let files = ["ev", "it", "log", "out"].flatMap { $0.utf8 + e + "\n".utf8 }
    #expect(run.outputBytes.dropFirst(start.count).starts(with: commands + files + "1\n".utf8), "\(run.output)")
    let end = "0\n1 a".utf8 + e + "\n2 a".utf8 + e + " again\n3 a".utf8 + e + "\n".utf8
    #expect(run.outputBytes.suffix(end.count).elementsEqual(end), "\(run.output)\(run.errors)")
    #expect(run.output.contains("command   'pro\u{FFFD}' {} 'a\u{FFFD}'"))
  }

  @Test func databasesRunFilesAndLargeOutputsAreFound() throws {
    let database = try DatabaseQueue(path: "\(sandbox.path)/database")
    try database.write { try $0.execute(sql: "CREATE TABLE t(a); INSERT INTO t VALUES (7), (8)") }
    try database.close()
    let run = try sandbox.run(
      setting + #"""
        mkdir "d$x"; mv ../database "d$x/b$x"
        pfor-tui "it$x" --db "d$x/b$x" --sql 'select count(*) + ? from t' -q --run "r$x"
        ls r*; (cd /; pfor-tui resume --all "$OLDPWD/r$x" -q); pfor-tui export "./r$x" --joblog -o "log$x"; wc -l < "log$x"
        pfor-tui "it$x" --no-run -q --shell "head -c 200000 /dev/zero; : {} $x" | wc -c
        """#)
    let expected = "3\n4\n5\nr".utf8 + [0xE9] + "\n3\n4\n5\n4\n600000\n".utf8
    #expect(run.outputBytes.elementsEqual(expected), "\(run.output)\(run.errors)")
  }
}
