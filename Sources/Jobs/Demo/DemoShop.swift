import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A shop's database and a list of customers whose reports really differ in cost.
///
/// For each order of a customer, the report asks how many units of its product were sold that day. `orders` has no
/// index for that, so each order costs a scan of the whole table. Most customers have one order, a few have dozens.
/// `CREATE INDEX sold ON orders (product, day)` makes all reports fast.
public struct DemoShop: Sendable {
  /// The database.
  public let database: String
  /// The file of customer ids, one per line.
  public let items: String

  /// The query for one customer.
  public static let query = """
    SELECT customers.name, count(*) AS orders, sum(mine.cents) / 100.0 AS total, max((SELECT sum(units) FROM orders \
    WHERE product = mine.product AND day = mine.day)) AS rush FROM customers JOIN orders AS mine \
    ON mine.customer = customers.id WHERE customers.id = :id
    """

  private static let customerCount = 20_000
  private static let orderCount = 280_000
  private static let itemCount = 2_000

  /// Creates `shop.sqlite` and `ids.txt` in a folder; their contents are the same every time.
  ///
  /// - Parameter folder: an existing folder; files of these names in it are replaced.
  /// - Throws: ``JobError`` when a file cannot be written.
  public init(in folder: String) throws(JobError) {
    database = "\(folder)/shop.sqlite"
    items = "\(folder)/ids.txt"
    for suffix in ["", "-journal", "-wal", "-shm"] { unlink((database + suffix).osPath) }
    try Self.make(database)
    try Self.write(Self.ids(), to: items)
  }

  /// Returns the number of orders of a customer on the list: at least `n` with a chance of 1 in n², at most 40.
  private static func weight(of id: Int) -> Int {
    var generator = SplitMix(seed: UInt64(id))
    let chance = Double(generator.next() >> 11) / Double(1 << 53)
    return min(40, Int(1 / (1 - chance).squareRoot()))
  }

  /// Returns the customers to report on, in an order that spreads the costly ones.
  private static func ids() -> [Int] {
    var generator = SplitMix(seed: 2)
    return Array((1...itemCount).map { $0 * 10 }.shuffled(using: &generator))
  }

  private static func make(_ path: String) throws(JobError) {
    do throws(SQLiteError) {
      try fill(SQLiteConnection(.file(path), access: .readWrite, patience: 0))
    } catch {
      throw JobError(error)
    }
  }

  private static func fill(_ database: SQLiteConnection) throws(SQLiteError) {
    try database.execute(
      """
      PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF;
      CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers,
        product INTEGER NOT NULL, day INTEGER NOT NULL, units INTEGER NOT NULL, cents INTEGER NOT NULL);
      BEGIN;
      """)
    try fillCustomers(database)
    try fillOrders(database)
    try database.execute("COMMIT; CREATE INDEX orders_of_customer ON orders (customer)")
  }

  private static func fillCustomers(_ database: SQLiteConnection) throws(SQLiteError) {
    let names = ["Ada", "Björn", "Chloé", "Dmitri", "Emre", "Fatou", "Grace", "Hana", "Ines", "Jun"]
    let families = ["Okafor", "Lindqvist", "Moreau", "Novak", "Yılmaz", "Diallo", "Hopper", "Sato", "Silva", "Park"]
    let cities = ["Lagos", "Malmö", "Lyon", "Brno", "İzmir", "Dakar", "Boston", "Osaka", "Porto", "Busan"]
    let insert = try database.prepare("INSERT INTO customers VALUES (?, ?, ?)")
    var generator = SplitMix(seed: 1)
    for id in 1...customerCount {
      let name = "\(names[Int(generator.next() % 10)]) \(families[Int(generator.next() % 10)])"
      insert.bind(Int64(id), at: 0)
      insert.bind(name, at: 1)
      insert.bind(cities[Int(generator.next() % 10)], at: 2)
      try insert.execute()
    }
  }

  /// Gives customers on the list their number of orders; the others share the rest.
  private static func fillOrders(_ database: SQLiteConnection) throws(SQLiteError) {
    var customers = (1...itemCount).flatMap { Array(repeating: $0 * 10, count: weight(of: $0 * 10)) }
    var generator = SplitMix(seed: 3)
    while customers.count < orderCount {
      let id = Int(generator.next() % UInt64(customerCount)) + 1
      if id % 10 != 0 { customers.append(id) }
    }
    customers.shuffle(using: &generator)
    let insert = try database.prepare("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)")
    for (position, customer) in customers.enumerated() {
      let product = Int(generator.next() % 500)
      let cents = 100 + Int(generator.next() % 20_000)
      let values = [position + 1, customer, product, position / 800, 1 + Int(generator.next() % 4), cents]
      for (place, value) in values.enumerated() { insert.bind(Int64(value), at: place) }
      try insert.execute()
    }
  }

  private static func write(_ ids: [Int], to path: String) throws(JobError) {
    let text = ids.map { "\($0)\n" }.joined()
    guard let file = fopen(path.osPath, "w") else { throw JobError("\(path): \(errorText(errno))") }
    let written = fputs(text, file)
    let closed = fclose(file)
    guard written >= 0 && closed == 0 else { throw JobError("\(path): \(errorText(errno))") }
  }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers for the same seed on every platform.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
