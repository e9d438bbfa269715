import CallDomain
import GRDB

extension StoreError {
    /// Tells what an error of SQLite or of the stored forms means for the caller. SQLite's own messages name tables and
    /// columns, never values.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self.init(kind: Kind(error.resultCode), message: Self.message(error))
        case is MalformedBytes, is RowDecodingError:
            self.init(kind: .invalid, message: "A stored record cannot be read: it is malformed.")
        default:
            self.init(kind: .invalid, message: "The store failed: \(type(of: error)).")
        }
    }

    private static func message(_ error: DatabaseError) -> String {
        "SQLite: \(error.message ?? "no message") (code \(error.extendedResultCode.rawValue))."
    }
}

extension StoreError.Kind {
    /// What a primary result code means (https://www.sqlite.org/rescode.html). A code that speaks of one statement or
    /// value is ``invalid``; all else concerns the whole database.
    init(_ code: ResultCode) {
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT, .SQLITE_PROTOCOL: self = .busy
        case .SQLITE_FULL: self = .full
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_NOMEM, .SQLITE_ABORT: self = .io
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .corrupt
        default: self = .invalid
        }
    }
}
