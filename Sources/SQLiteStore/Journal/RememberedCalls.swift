import CallDomain

/// The rows of `calls` that were written last, as they would be read: of a call's webhooks, only the first finds it in the
/// database. There is one writer, so nothing else changes a row; whatever fails, or is written past the journal, empties
/// it. At most twice ``StoreBounds/callsRemembered``; those that were not written for longest go.
final class RememberedCalls {
    private struct Name: Hashable {
        var account: AccountID
        var execution: ExecutionID
    }

    /// The version of the database in which its rows are like that; nil where that is not known.
    private var version: UInt32?
    private var newer: [Name: StoredCall] = [:]
    private var older: [Name: StoredCall] = [:]

    /// Begins a transaction over a version of the database; another than the last one left was made by somebody else.
    func begin(at version: UInt32) { if version != self.version { removeAll() } }

    /// Ends it: the version that it made.
    func end(at version: UInt32) { self.version = version }

    /// The call, where it is remembered.
    func call(account: AccountID, execution: ExecutionID) -> StoredCall? {
        let name = Name(account: account, execution: execution)
        guard let call = newer[name] ?? older[name] else { return nil }
        // Texts that look alike are equal here, and not in the database.
        let isSame =
            call.account.rawValue.utf8.elementsEqual(account.rawValue.utf8)
            && call.execution.rawValue.utf8.elementsEqual(execution.rawValue.utf8)
        return isSame ? call : nil
    }

    /// Remembers a call that was written just now, unless it is a long one. A name that the database cuts is another one
    /// there.
    func keep(_ call: StoredCall) {
        guard !call.account.rawValue.utf8.contains(0), !call.execution.rawValue.utf8.contains(0),
            !call.callID.rawValue.utf8.contains(0), (call.root?.bytes.count ?? 0) <= StoreBounds.longestRemembered
        else { return forget(call) }
        if newer.count >= StoreBounds.callsRemembered {
            older = newer
            newer.removeAll(keepingCapacity: true)
        }
        newer[Name(account: call.account, execution: call.execution)] = call
    }

    /// Forgets a call that changes in other ways.
    func forget(_ call: StoredCall) {
        let name = Name(account: call.account, execution: call.execution)
        newer[name] = nil
        older[name] = nil
    }

    /// Forgets all of them.
    func removeAll() {
        newer.removeAll(keepingCapacity: true)
        older.removeAll(keepingCapacity: true)
    }

    /// All of them.
    var all: [StoredCall] { Array(older.merging(newer) { $1 }.values) }
}
