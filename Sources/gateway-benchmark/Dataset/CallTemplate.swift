import CallDomain
import Foundation
import GRDB
import SQLiteStore

/// The rows that the real store keeps of one call, from which rows of other calls are made: what tells calls apart stands
/// in for each other at the same places.
struct CallTemplate {
    let identity: CallIdentity
    let rows: [Row]
    /// How many positions of the journal it takes.
    let positions: Int64
    /// When the last thing about it came in, in microseconds after its start.
    let span: Int64

    /// A row of one table.
    struct Row {
        var table: Int
        var cells: [Cell]
        /// Of a row of the journal, how many places after the call's first one it stands.
        var place: Int64 {
            for case .position(let place) in cells.prefix(1) { return place }
            return 0
        }
    }

    /// How the value of a column follows for another call.
    enum Cell {
        case null
        case number(Int64)
        /// Microseconds after the call's start.
        case time(Int64)
        /// Places after the call's first one.
        case position(Int64)
        /// The call's row.
        case call
        /// Rows after the first of the call in this table.
        case row(Int64)
        case account
        case bytes([UInt8], isText: Bool, places: [Place])
    }

    /// What stands at a place in bytes: one of the texts of an identity, or a time.
    struct Place {
        var offset: Int
        /// The number of the text; -1 for a time, which has ``timeLength`` bytes there.
        var text: Int
        /// Microseconds after the call's start.
        var time: Int64 = 0
    }

    /// The tables that have rows of calls, calls first, but for bodies and texts of the newest.
    static let tables = [
        "calls", "call_texts", "observations", "reads", "contradictions", "contradiction_log", "overdue_spans",
        "endings",
        "repeats", "agent_spans",
    ]

    private static let positionColumns: Set<String> = [
        "position", "born_position", "agent_position", "ledger_position", "change_sequence", "observation",
        "opened_position", "from_position", "until_position",
    ]
    /// A time of this century as the stored forms have it: zigzag, seven bits a byte.
    static let timeLength = 8

    /// The columns of a table.
    static func columns(_ db: Database, table: String) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
    }

    /// Reads what is stored of a call.
    init(_ db: Database, of identity: CallIdentity) throws {
        self.identity = identity
        let id = try Int64.fetchOne(db, sql: "SELECT id FROM calls WHERE call_id = ?", arguments: [identity.call]) ?? 0
        let first =
            try Int64.fetchOne(
                db, sql: "SELECT min(position) FROM observations WHERE call = ?", arguments: [id]) ?? 0
        var rows: [Row] = []
        var (last, span): (Int64, Int64) = (first, 0)
        for (number, table) in Self.tables.enumerated() {
            let columns = try Self.columns(db, table: table)
            let key = table == "calls" ? "id" : "call"
            let found = try GRDB.Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE \(key) = ?", arguments: [id])
            let base: Int64 =
                table != "calls" && columns.first == "id" ? found.map { $0["id"] as Int64 }.min() ?? 0 : 0
            for row in found {
                var cells: [Cell] = []
                for (column, value) in zip(columns, row.databaseValues) {
                    let cell = Self.cell(
                        column, value, isCall: column == key, base: base, first: first, identity: identity)
                    if case .position(let place) = cell { last = max(last, first + place) }
                    if case .time(let time) = cell { span = max(span, time) }
                    cells.append(cell)
                }
                rows.append(Row(table: number, cells: cells))
            }
        }
        self.rows = rows
        self.positions = last - first + 1
        self.span = span
    }

    private static func cell(
        _ column: String, _ value: DatabaseValue, isCall: Bool, base: Int64, first: Int64, identity: CallIdentity
    ) -> Cell {
        if isCall { return .call }
        if column == "account" { return .account }
        switch value.storage {
        case .null: return .null
        case .int64(let number):
            if base > 0, column == "id" || column == "begun" { return .row(number - base) }
            if positionColumns.contains(column), number >= first { return .position(number - first) }
            return isTime(number, identity) ? .time(number - identity.start.rawValue) : .number(number)
        case .double(let number): return .number(Int64(number))
        case .string(let text):
            let bytes = Array(text.utf8)
            return .bytes(bytes, isText: true, places: texts(in: bytes, identity))
        case .blob(let data):
            let bytes = [UInt8](data)
            return .bytes(bytes, isText: false, places: texts(in: bytes, identity) + times(in: bytes, identity))
        }
    }

    /// Whether a number is a time of this call: templates lie ten days apart.
    private static func isTime(_ number: Int64, _ identity: CallIdentity) -> Bool {
        let day: Int64 = 86_400_000_000
        return (identity.start.rawValue - day...identity.start.rawValue + 4 * day).contains(number)
    }

    private static func texts(in bytes: [UInt8], _ identity: CallIdentity) -> [Place] {
        identity.texts.enumerated().flatMap { number, text in
            let pattern = Array(text.utf8)
            guard bytes.count >= pattern.count else { return [Place]() }
            return (0...bytes.count - pattern.count).filter { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) }
                .map { Place(offset: $0, text: number) }
        }
    }

    private static func times(in bytes: [UInt8], _ identity: CallIdentity) -> [Place] {
        guard bytes.count >= timeLength else { return [] }
        return (0...bytes.count - timeLength).compactMap { offset in
            let piece = bytes[offset..<offset + timeLength]
            guard piece.dropLast().allSatisfy({ $0 >= 0x80 }), (piece.last ?? 0x80) < 0x80 else { return nil }
            let value = piece.reversed().reduce(UInt64(0)) { $0 << 7 | UInt64($1 & 0x7F) }
            let time = Int64(value >> 1)
            guard value & 1 == 0, isTime(time, identity) else { return nil }
            return Place(offset: offset, text: -1, time: time - identity.start.rawValue)
        }
    }

    /// Bytes as another call has them.
    static func bytes(_ bytes: [UInt8], _ places: [Place], texts: [[UInt8]], start: Int64, into room: inout [UInt8]) {
        room.removeAll(keepingCapacity: true)
        room.append(contentsOf: bytes)
        for place in places {
            guard place.text < 0 else {
                room.replaceSubrange(place.offset..<place.offset + texts[place.text].count, with: texts[place.text])
                continue
            }
            var rest = UInt64(bitPattern: start + place.time) << 1
            for offset in place.offset..<place.offset + timeLength - 1 {
                room[offset] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
            }
            room[place.offset + timeLength - 1] = UInt8(truncatingIfNeeded: rest)
        }
    }
}
