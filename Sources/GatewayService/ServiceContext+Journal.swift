import BolnaWire
package import CallDomain
import Logging

extension ServiceContext {
    /// Stores entries, and lets health, metrics and log learn what came of them. Every service writes through
    /// this, or through the writer and ``learn(_:of:)``.
    package func submit(_ entries: [JournalEntry]) async throws(JournalError) -> [JournalReceipt] {
        let receipts = try await writer.submit(entries)
        learn(receipts, of: entries)
        return receipts
    }

    /// Lets health, metrics and log learn what came of entries that were submitted to the writer itself.
    func learn(_ receipts: [JournalReceipt], of entries: [JournalEntry]) {
        for case (.observation(let observation), .observed(let observed)) in zip(entries, receipts) {
            learn(observed, from: observation)
        }
        for case (.observation(let observation), .forgotten) in zip(entries, receipts) where observation.isOverAge {
            logger.info(
                "A statement was dropped: the time for which its call is kept is over.",
                metadata: [
                    "account": "\(observation.account.rawValue)",
                    "execution.id": "\(observation.statement.executionID.rawValue)",
                ])
        }
    }

    /// A statement on its way into the journal. The agent of an address or a question stands in where the statement
    /// names none.
    package func observation(
        account: AccountID, agent: AgentID?, key: ObservationKey, receivedAt: Timestamp, sentAt: Timestamp? = nil,
        body: [UInt8], statement: Statement
    ) -> IncomingObservation {
        var incoming = IncomingObservation(
            account: account, key: key, receivedAt: receivedAt, sentAt: sentAt, body: body, statement: statement,
            profile: profile(account: account, agent: statement.agentID ?? agent, execution: statement.executionID),
            proposedCallID: CallID(rawValue: newID()),
            correlationKey: statement.fields.json(.recipientData).flatMap(RecipientData.correlationKey(in:)))
        limit(&incoming)
        return incoming
    }

    private func learn(_ observed: ObservedCall, from observation: IncomingObservation) {
        health.heard(observed, from: observation)
        if !audits.stored(observation, as: observed) { metrics.auditSkipped() }
        let agent = observed.agent ?? observation.statement.agentID
        deadlines.heard(
            observed, from: observation, path: health.profile(account: observation.account, agent: agent).path)
        let decision = observed.decision
        for contradiction in decision.newContradictions { metrics.contradicted(contradiction.rule) }
        guard let after = decision.statusAfter else { return }
        let source = observation.key.source
        if let updatedAt = observation.statement.updatedAt {
            metrics.learned(by: source, lag: observation.receivedAt.duration(since: updatedAt))
        }
        if observed.verdict(on: observation) == .missedWebhook {
            metrics.missedWebhook(account: observation.account)
        }
        // The journal keeps it anyway; a line for each would cost a webhook as much as reading its body.
        logger.debug(
            "A call's status changed.",
            metadata: [
                "account": "\(observation.account.rawValue)", "call.id": "\(observed.call.rawValue)",
                "status.from": "\(decision.statusBefore?.word ?? "none")", "status.to": "\(after.word)",
                "source": "\(source.word)", "rule": "\(decision.rule.rawValue)",
            ])
    }
}

extension ObservedCall {
    /// What a read of ours that told a change of status found, as far as the webhook path is concerned; nil for all else.
    fileprivate func verdict(on observation: IncomingObservation) -> ReadVerdict? {
        guard let sentAt = observation.sentAt else { return nil }
        var met = ExpectationLedger()
        met.open = metExpectation
        let told = ToldChange(
            decision, position: position, source: observation.key.source, profile: observation.profile)
        return met.verdict(onReadSentAt: sentAt, told: told)
    }
}
