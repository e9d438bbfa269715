package import CallDomain
import Synchronization

/// What persons and programs did, until the heartbeat writes it down. Changes whose record must not be lost are stored
/// together with it instead.
package final class AuditTrail: Sendable {
    private struct State {
        var waiting: [AuditRecord] = []
        var lost = 0
        /// When somebody last was noted to look at something, so that a page that is loaded again is one record.
        var looks: [Look: Timestamp] = [:]
    }

    private struct Look: Hashable {
        var account: AccountID
        var actor: String
        var subject: String
    }

    private let state = Mutex(State())

    /// The most records that wait; further ones are counted as lost.
    package static let mostWaiting = 4_096
    /// Within this time the same person's looks at the same thing are one.
    package static let lookMemory: Duration = .seconds(600)
    /// The most looks that are remembered.
    package static let mostLooks = 4_096

    /// Starts without records.
    package init() {}

    /// Notes what a principal did to something.
    package func note(_ action: AuditRecord.Action, _ subject: String, by principal: Principal, at time: Timestamp) {
        note(
            AuditRecord(
                at: time, account: principal.account, actor: principal.actor, action: action, subject: subject))
    }

    /// Notes a record; looks that repeat are left out.
    package func note(_ record: AuditRecord) {
        state.withLock { state in
            if [.reveal, .recording].contains(record.action) {
                let look = Look(account: record.account, actor: record.actor, subject: record.subject)
                if let last = state.looks[look], record.at.duration(since: last) < Self.lookMemory { return }
                if state.looks.count >= Self.mostLooks { state.looks.removeAll() }
                state.looks[look] = record.at
            }
            guard state.waiting.count < Self.mostWaiting else { return state.lost += 1 }
            state.waiting.append(record)
        }
    }

    /// How many records were lost since the start, because too many waited.
    package var lost: Int { state.withLock { $0.lost } }

    /// What is to be written down.
    package func take() -> [JournalEntry] {
        let records = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        return records.isEmpty ? [] : [.auditTrail(records)]
    }

    /// Takes back what could not be written down.
    package func giveBack(_ entries: [JournalEntry]) {
        state.withLock { state in
            for case .auditTrail(let records) in entries {
                let room = max(0, Self.mostWaiting - state.waiting.count)
                state.lost += max(0, records.count - room)
                state.waiting.insert(contentsOf: records.suffix(room), at: 0)
            }
        }
    }
}
