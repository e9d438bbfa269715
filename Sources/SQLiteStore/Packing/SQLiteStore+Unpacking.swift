package import CallDomain
import Foundation
import GRDB

extension SQLiteStore {
    /// Writes every statement, state and body as it is, unpacked, in one transaction: for those who copy rows from one file
    /// to another. What is stored afterwards is packed as usual.
    package func unpackAll() throws(StoreError) {
        do {
            try pool.write { db in
                try Self.unpack(db, table: "bodies", key: "position", column: "body", packed: "is_packed")
                try Self.unpack(db, table: "calls", key: "id", column: "state", packed: "1")
                // Last, since the others need them.
                try Self.unpack(db, table: "observations", key: "position", column: "statement", packed: "1")
                try db.execute(sql: "UPDATE bodies SET is_packed = 0")
            }
        } catch {
            throw StoreError(error)
        }
    }

    private static func unpack(
        _ db: Database, table: String, key: String, column: String, packed: String
    ) throws {
        var unpacker = Unpacker(db)
        let rows = try Row.fetchAll(
            db, sql: "SELECT \(key), \(column) FROM \(table) WHERE \(packed) AND \(column) IS NOT NULL")
        let values = try rows.map { (key: try $0.value(0) as Int64, bytes: try unpacker.value($0.bytes(1))) }
        for value in values {
            try db.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE \(key) = ?", arguments: [Data(value.bytes), value.key])
        }
    }
}
