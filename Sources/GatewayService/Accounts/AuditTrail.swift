package import CallDomain
import Synchronization

/// What persons and programs did, until the heartbeat writes it down. Changes whose record must not be lost are stored
/// together with it instead.
package final class AuditTrail: Sendable {
    /// What one account did: each has bounds of its own, so that none pushes out another's.
    private struct Desk {
        var waiting: [AuditRecord] = []
        /// When somebody last was noted to look at something, so that a page that is loaded again is one record.
        var looks: [Look: Timestamp] = [:]
    }

    private struct State {
        var desks: [AccountID: Desk] = [:]
        var lost = 0
    }

    private struct Look: Hashable {
        var actor: String
        var subject: String
    }

    private let state = Mutex(State())

    /// The most records of one account that wait; further ones are counted as lost.
    package static let mostWaiting = 1_024
    /// Within this time the same person's looks at the same thing are one.
    package static let lookMemory: Duration = .seconds(600)
    /// The most looks of one account that are remembered.
    package static let mostLooks = 1_024

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
            var desk = state.desks.removeValue(forKey: record.account) ?? Desk()
            defer { state.desks[record.account] = desk }
            if [.reveal, .recording].contains(record.action) {
                let look = Look(actor: record.actor, subject: record.subject)
                // A look before the last one came after the clock was set back: it is another one.
                if let last = desk.looks[look], last <= record.at,
                    record.at.duration(since: last) < Self.lookMemory
                {
                    return
                }
                if desk.looks.count >= Self.mostLooks { desk.looks.removeAll() }
                desk.looks[look] = record.at
            }
            guard desk.waiting.count < Self.mostWaiting else { return state.lost += 1 }
            desk.waiting.append(record)
        }
    }

    /// How many records were lost since the start, because too many of their account waited.
    package var lost: Int { state.withLock { $0.lost } }

    /// What is to be written down, an entry for each account.
    package func take() -> [JournalEntry] {
        state.withLock { state in
            state.desks.keys.sorted { $0.rawValue < $1.rawValue }.compactMap { account in
                let records = state.desks[account]?.waiting ?? []
                state.desks[account]?.waiting = []
                return records.isEmpty ? nil : .auditTrail(records)
            }
        }
    }

    /// Takes back what could not be written down.
    package func giveBack(_ entries: [JournalEntry]) {
        state.withLock { state in
            for case .auditTrail(let records) in entries {
                guard let account = records.first?.account else { continue }
                var desk = state.desks.removeValue(forKey: account) ?? Desk()
                let room = max(0, Self.mostWaiting - desk.waiting.count)
                state.lost += max(0, records.count - room)
                desk.waiting.insert(contentsOf: records.suffix(room), at: 0)
                state.desks[account] = desk
            }
        }
    }
}
