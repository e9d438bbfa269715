import CallDomain
import Foundation
import GRDB
import GRDBSQLite

/// A statement that each delivery runs: prepared once, its values bound to it and read from it as they are.
///
/// GRDB's arguments and rows box every value; for the dozen statements of a delivery that costs several times as much as
/// SQLite's own work. Everything else goes on using GRDB, and what is bound here is bound as GRDB does it: a text ends at
/// its first NUL. Belongs to the writer's connection and may be used on its queue alone.
final class HotStatement {
    private let sql: String
    private var prepared: GRDB.Statement?

    /// Takes the text; it is prepared at the first use.
    init(_ sql: String) { self.sql = sql }

    /// Gives the prepared statement back; the connection must not be closed before.
    func finalize() { prepared = nil }

    /// Runs a statement that returns no row.
    func run(_ db: Database, _ bind: (inout HotBinding) -> Void) throws {
        _ = try step(db, bind) { _ in () }
    }

    /// The first row, as `read` makes of it; nil without one.
    func first<Value>(
        _ db: Database, _ bind: (inout HotBinding) -> Void, _ read: (HotRow) throws -> Value
    ) throws -> Value? {
        try step(db, bind, read)
    }

    private func step<Value>(
        _ db: Database, _ bind: (inout HotBinding) -> Void, _ read: (HotRow) throws -> Value
    ) throws -> Value? {
        let statement = try prepared ?? db.makeStatement(sql: sql)
        prepared = statement
        let pointer = unsafe statement.sqliteStatement
        // A statement that is not reset would go on holding its snapshot.
        defer { unsafe sqlite3_reset(pointer) }
        var binding = unsafe HotBinding(statement: pointer)
        bind(&binding)
        guard binding.code == SQLITE_OK else { throw failure(db, binding.code) }
        let code = unsafe sqlite3_step(pointer)
        switch code {
        case SQLITE_ROW: return try read(unsafe HotRow(statement: pointer))
        case SQLITE_DONE: return nil
        default: throw failure(db, code)
        }
    }

    private func failure(_ db: Database, _ code: Int32) -> DatabaseError {
        let message = unsafe sqlite3_errmsg(db.sqliteConnection).map { unsafe String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}

/// Binds the values of a statement in their order.
@safe struct HotBinding {
    private let statement: OpaquePointer
    private var place: Int32 = 0
    /// The first failure, else `SQLITE_OK`.
    private(set) var code = SQLITE_OK

    /// SQLite copies what is bound (https://www.sqlite.org/c3ref/c_static.html).
    private static let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(statement: OpaquePointer) { unsafe self.statement = statement }

    /// Binds a number; NULL for nil.
    mutating func add(_ value: Int64?) {
        guard let value else { return addNull() }
        let place = next()
        note(unsafe sqlite3_bind_int64(statement, place, value))
    }

    /// Binds a number; NULL for nil.
    mutating func add(_ value: (some FixedWidthInteger)?) { add(value.map { Int64(clamping: $0) }) }

    /// Binds 1 or 0.
    mutating func add(_ value: Bool) { add(Int64(value ? 1 : 0)) }

    /// Binds a text; NULL for nil.
    mutating func add(_ value: String?) {
        guard let value else { return addNull() }
        let place = next()
        note(unsafe sqlite3_bind_text(statement, place, value, -1, Self.transient))
    }

    /// Binds a text that is at hand as UTF-8, up to its first NUL.
    mutating func add(utf8 bytes: [UInt8]) {
        let count = unsafe bytes.withUnsafeBytes { text in
            guard let start = text.baseAddress, let end = unsafe memchr(start, 0, text.count) else { return text.count }
            return unsafe UnsafeRawPointer(end) - start
        }
        guard count > 0 else { return add("") }
        let place = next()
        note(
            unsafe bytes.withUnsafeBytes { text in
                unsafe sqlite3_bind_text64(
                    statement, place, text.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(count),
                    Self.transient, UInt8(SQLITE_UTF8))
            })
    }

    /// Binds bytes, also none at all; NULL for nil.
    mutating func add(_ value: [UInt8]?) {
        guard let value else { return addNull() }
        let place = next()
        // Where there are no bytes there may be no address, which would be NULL.
        guard !value.isEmpty else { return note(unsafe sqlite3_bind_zeroblob(statement, place, 0)) }
        note(unsafe sqlite3_bind_blob64(statement, place, value, UInt64(value.count), Self.transient))
    }

    private mutating func addNull() {
        let place = next()
        note(unsafe sqlite3_bind_null(statement, place))
    }

    private mutating func next() -> Int32 {
        place += 1
        return place
    }

    private mutating func note(_ result: Int32) { if code == SQLITE_OK { code = result } }
}

/// A row that a statement stands on; of use only until the statement goes on.
@safe struct HotRow: ColumnReading {
    private let statement: OpaquePointer

    init(statement: OpaquePointer) { unsafe self.statement = statement }

    func value(_ index: Int) throws -> Int64 {
        guard let value: Int64 = try value(index) else { throw MalformedBytes() }
        return value
    }

    func value(_ index: Int) throws -> Int64? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return unsafe sqlite3_column_int64(statement, Int32(truncatingIfNeeded: index))
        default: throw MalformedBytes()
        }
    }

    func value(_ index: Int) throws -> String {
        guard let value: String = try value(index) else { throw MalformedBytes() }
        return value
    }

    func value(_ index: Int) throws -> String? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_TEXT:
            return unsafe sqlite3_column_text(statement, Int32(truncatingIfNeeded: index)).map {
                unsafe String(cString: $0)
            }
        default: throw MalformedBytes()
        }
    }

    func bytes(_ index: Int) throws -> [UInt8] {
        guard let bytes = try optionalBytes(index) else { throw MalformedBytes() }
        return bytes
    }

    func optionalBytes(_ index: Int) throws -> [UInt8]? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB:
            let column = Int32(truncatingIfNeeded: index)
            guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
            let count = Int(unsafe sqlite3_column_bytes(statement, column))
            return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        default: throw MalformedBytes()
        }
    }

    private func type(_ index: Int) -> Int32 {
        unsafe sqlite3_column_type(statement, Int32(truncatingIfNeeded: index))
    }
}
