import CallDomain
import Foundation
import GRDB
import GRDBSQLite
import SQLiteStore

/// Writes rows straight into a store's file, without a journal and without syncing: what is cut short is thrown away.
struct BulkWriter {
    private let db: Database
    private let statements: [GRDB.Statement]
    /// The next row of each table, and the next place in the journal.
    private var rows: [Int64]
    private(set) var position: Int64
    private var room: [UInt8] = []
    private var marked: Int64 = 0
    private let packing = CallPacking()
    /// Where values of a call stand that the store packs: its state, and its statements.
    private let states: (table: Int, column: Int)
    private let journal: (table: Int, column: Int)
    private let mark: GRDB.Statement

    /// SQLite copies what is bound.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ db: Database) throws {
        self.db = db
        try db.execute(sql: "PRAGMA cache_size = -2000000; PRAGMA locking_mode = EXCLUSIVE")
        statements = try CallTemplate.tables.map { table in
            let columns = try CallTemplate.columns(db, table: table)
            let marks = columns.map { _ in "?" }.joined(separator: ", ")
            return try db.makeStatement(
                sql: "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))")
        }
        mark = try db.makeStatement(sql: "INSERT OR REPLACE INTO marks (position, at) VALUES (?, ?)")
        func column(_ name: String, of table: String) throws -> (table: Int, column: Int) {
            (
                CallTemplate.tables.firstIndex(of: table) ?? 0,
                try CallTemplate.columns(db, table: table).firstIndex(of: name) ?? 0
            )
        }
        states = try column("state", of: "calls")
        journal = try column("statement", of: "observations")
        rows = CallTemplate.tables.map { _ in 1 }
        position = try Int64.fetchOne(db, sql: "SELECT position FROM meta") ?? 0
    }

    /// Writes a call as its template has it.
    mutating func write(_ template: CallTemplate, as identity: CallIdentity) throws {
        let texts = identity.texts.map { Array($0.utf8) }
        let first = position + 1
        let call = rows[0]
        var written = rows
        packing.begin()
        // The state is packed with what the statements have, so that these come first.
        let statementsFirst =
            template.rows.filter { $0.table == journal.table } + template.rows.filter { $0.table != journal.table }
        for row in statementsFirst {
            let statement = statements[row.table].sqliteStatement
            for (column, cell) in row.cells.enumerated() {
                let place = Int32(column + 1)
                switch cell {
                case .null: sqlite3_bind_null(statement, place)
                case .number(let number): sqlite3_bind_int64(statement, place, number)
                case .time(let time): sqlite3_bind_int64(statement, place, identity.start.rawValue + time)
                case .position(let number): sqlite3_bind_int64(statement, place, first + number)
                case .call: sqlite3_bind_int64(statement, place, call)
                case .row(let number):
                    sqlite3_bind_int64(statement, place, rows[row.table] + number)
                    written[row.table] = max(written[row.table], rows[row.table] + number + 1)
                case .account: sqlite3_bind_text(statement, place, identity.account.rawValue, -1, Self.transient)
                case .bytes(let bytes, let isText, let places):
                    CallTemplate.bytes(bytes, places, texts: texts, start: identity.start.rawValue, into: &room)
                    let value =
                        switch (row.table, column) {
                        case (journal.table, journal.column): packing.statement(room, at: first + row.place)
                        case (states.table, states.column): packing.value(room)
                        default: room
                        }
                    // Bytes without an address would be bound as NULL.
                    if value.isEmpty {
                        if isText {
                            sqlite3_bind_text(statement, place, "", 0, Self.transient)
                        } else {
                            sqlite3_bind_zeroblob(statement, place, 0)
                        }
                        continue
                    }
                    let count = UInt64(value.count)
                    _ = value.withUnsafeBytes { room in
                        if isText {
                            sqlite3_bind_text64(
                                statement, place, room.baseAddress?.assumingMemoryBound(to: CChar.self), count,
                                Self.transient, UInt8(SQLITE_UTF8))
                        } else {
                            sqlite3_bind_blob64(statement, place, room.baseAddress, count, Self.transient)
                        }
                    }
                }
            }
            let code = sqlite3_step(statement)
            sqlite3_reset(statement)
            guard code == SQLITE_DONE else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
            }
        }
        written[0] += 1
        rows = written
        position += template.positions
        if identity.start.rawValue - marked >= 10_000_000 {
            marked = identity.start.rawValue
            try mark.execute(arguments: [position, marked])
        }
    }
}
