import GRDB

/// What a store's tables and indexes take on disk, by SQLite's own count of pages.
struct StoreFootprint {
    private let rows: [(name: String, bytes: Int)]

    /// Counts the pages of a database that is closed.
    init(path: String) throws {
        rows = try DatabaseQueue(path: path).read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, sum(pgsize) AS bytes FROM dbstat WHERE aggregate = TRUE GROUP BY name
                    ORDER BY bytes DESC
                    """
            ).map { (name: $0["name"], bytes: $0["bytes"]) }
        }
    }

    /// Prints the bytes for each of so many calls, all together and of what takes most.
    func show(calls: Int) {
        let total = rows.reduce(0) { $0 + $1.bytes }
        print("\nOn disk, bytes for a call of four webhooks: \(total / max(1, calls)), of \(calls) calls")
        for row in rows where row.bytes * 100 >= total { print("  \(row.name): \(row.bytes / max(1, calls))") }
    }
}
