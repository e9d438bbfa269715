package import CallDomain
import Logging
import Synchronization

/// Explains calls, and writes down where what is stored of one differs from what its journal makes.
package final class ExplainService: Sendable {
    private let context: ServiceContext
    /// The calls whose incident is being written: two explanations at once write it once.
    private let writing = Mutex<Set<CallID>>([])

    /// Explains with what the services share.
    package init(context: ServiceContext) { self.context = context }

    /// Why the call with this gateway id or execution id is believed to be as it is; nil where the account has none.
    package func explain(account: AccountID, reference: String) async throws(StoreError) -> CallExplanation? {
        let now = context.now()
        let found = try await context.reader.read { store throws(StoreError) -> CallExplanation? in
            guard let dossier = try store.dossier(account: account, reference: reference) else { return nil }
            let record = dossier.record
            let incidents = try store.incidents(
                account: account, call: record.call, agent: record.state?.agentID, since: dossier.beginning)
            return dossier.explained(incidents: incidents, now: now)
        }
        guard let explanation = found else { return nil }
        await note(explanation.comparison, of: explanation.record, agent: explanation.agent, at: now)
        return explanation
    }

    /// Compares a call with its journal; returns nothing where the account has no such call.
    @discardableResult
    package func compare(account: AccountID, call: CallID) async throws(StoreError) -> JournalComparison? {
        let now = context.now()
        let found = try await context.reader.read { store throws(StoreError) in
            try store.dossier(account: account, reference: call.rawValue).map { ($0.record, $0.compared()) }
        }
        guard let (record, comparison) = found else { return nil }
        await note(comparison, of: record, agent: record.state?.agentID, at: now)
        return comparison
    }

    /// Writes a difference down as an incident that lasts until the two are equal again: one incident, however often it
    /// is met. What cannot be written now is found again by the next comparison.
    private func note(
        _ comparison: JournalComparison, of record: CallRecord, agent: AgentID?, at now: Timestamp
    ) async {
        guard writing.withLock({ $0.insert(record.call).inserted }) else { return }
        defer { _ = writing.withLock { $0.remove(record.call) } }
        do {
            let open = try await openIncident(of: record)
            guard let incident = Self.incident(comparison, of: record, agent: agent, open: open, at: now) else {
                return
            }
            _ = try await context.submit([.incident(incident)])
            context.logger.log(
                level: comparison.isEqual ? .notice : .error,
                comparison.isEqual
                    ? "What is stored of a call equals its journal again."
                    : "What is stored of a call differs from what its journal makes; gateway explain tells more.",
                metadata: [
                    "account": "\(record.account.rawValue)", "call.id": "\(record.call.rawValue)",
                    "differences": "\(comparison.named)",
                ])
        } catch {
            context.logger.warning(
                "A difference between a call and its journal could not be written down.",
                metadata: ["call.id": "\(record.call.rawValue)", "journal.error": "\(error)"])
        }
    }

    /// What is to be written; nil where it is written already, or there is nothing to write.
    private static func incident(
        _ comparison: JournalComparison, of record: CallRecord, agent: AgentID?, open: Incident?, at now: Timestamp
    ) -> Incident? {
        if var ended = open {
            guard comparison.isEqual else { return nil }
            ended.to = max(now, ended.from)
            return ended
        }
        guard !comparison.isEqual else { return nil }
        return Incident(
            account: record.account, agent: agent, call: record.call, kind: .differsFromJournal, from: now, to: nil,
            detail: "What is stored of the call differs from what its journal makes in: \(comparison.named).")
    }

    private func openIncident(of record: CallRecord) async throws(StoreError) -> Incident? {
        try await context.reader.read { store throws(StoreError) in
            try store.openIncident(.differsFromJournal, account: record.account, call: record.call)
        }
    }
}

extension CallDossier {
    /// When the call's time began: as Bolna states it, which may be long before anything was heard of it.
    fileprivate var beginning: Timestamp {
        min(record.createdAt, record.state?.shared.values.time(.createdAt) ?? record.createdAt)
    }
}

extension CallExplanation {
    /// The agent, as the journal tells it.
    fileprivate var agent: AgentID? { state?.agentID }
}

extension CallState {
    /// The agent, where a statement named one.
    fileprivate var agentID: AgentID? { shared.values.text(.agentID).map(AgentID.init(rawValue:)) }
}
