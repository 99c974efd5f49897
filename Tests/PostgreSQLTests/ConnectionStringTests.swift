import TestSupport
import Testing

@testable import PostgreSQL

/// What names a database, and what of it may be recorded (trap A-21).
@Suite(.enabled(if: PostgresServer.isExpected)) struct ConnectionStringTests {
  @Test(arguments: [
    "postgres://", "postgresql://h/d", "host=h", " dbname = d", "service=s", "user=u password=p",
  ]) func aDatabaseServer(text: String) { #expect(ConnectionString.isOne(text)) }

  @Test(arguments: ["", "shop.sqlite", "file:a?b=c", "./host=h", "/a=b", "x=1", "Postgres://h", "host", "=host"])
  func aFile(text: String) { #expect(!ConnectionString.isOne(text)) }

  @Test(arguments: [
    ("postgres://u:s3cret@h:1/d", "user=u dbname=d host=h port=1"),
    ("postgres://u@h/d?password=s3cret&sslmode=require", "user=u dbname=d host=h sslmode=require"),
    ("postgresql:///d?sslpassword=s3cret", "dbname=d"),
    ("host=h password=s3cret dbname=d", "dbname=d host=h"), ("password = 's3cret \\' x'", ""),
    ("dbname='a b' user='it\\'s\\\\'", "user='it\\'s\\\\' dbname='a b'"), ("user=''", "user=''"),
    ("postgres://h1:1,h2:2/", "host=h1,h2 port=1,2"),
  ]) func secretsAreLeftOut(text: String, recordable: String) throws {
    let string = try ConnectionString(text)
    #expect(string.recordable == recordable)
    #expect(string.hasSecret == text.contains("s3cret"))
    let again = try ConnectionString(recordable)
    #expect(again.recordable == recordable && !again.hasSecret)
  }

  @Test(arguments: [
    "postgres://u:s3cret@@h/d", "postgres://u:a/s3cret@h/d", "postgres://u:a@s3cret@h/d", "postgres://u:s3cret",
    "postgres://u@h:s3cret:x/",
    "postgres://u@h/d?s3cret", "postgres://u@h/d?pass=s3cret", "postgres://u:%zzs3cret@h/", "postgres://[s3cret/",
    "password=a s3cret", "password='s3cret", "host=h s3cret=1", "postgres://u:a@h/d?password=a&s3cret=b",
  ]) func anUnreadableTextIsNotRepeated(text: String) {
    let error = #expect(throws: PostgreSQLError.self) { try ConnectionString(text) }
    let words = error?.report ?? ""
    #expect(words.hasPrefix("cannot read the connection string of --db: ") && !words.contains("s3cret"), "\(words)")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a \"x\" b", "a \"…\" b"), ("a \"x", "a \"…"), ("a \"x\"\n\"y\"\n", "a \"…\" \"…\""),
  ]) func quotationsAreRemoved(message: String, rest: String) {
    #expect(ConnectionString.withoutQuotations(message) == rest)
  }

  @Test func aMissingLibraryIsNamed() {
    let error = #expect(throws: PostgreSQLError.self) { _ = try PostgreSQLLibrary.load(["libnone.so.5"]) }
    #expect(
      error?.message.hasPrefix("PostgreSQL's client library libnone.so.5 is not installed: install libpq5") == true)
  }

  /// A library without the functions, such as the C library itself.
  @Test func anotherLibraryIsTooOld() {
    #if os(Linux)
      let name = "libc.so.6"
    #else
      let name = "libSystem.dylib"
    #endif
    let error = #expect(throws: PostgreSQLError.self) { _ = try PostgreSQLLibrary.load(["libnone", name]) }
    #expect(error?.message.hasPrefix("PostgreSQL's client library \(name) is too old (it has no PQ") == true)
  }
}
