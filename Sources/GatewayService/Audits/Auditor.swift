import CallDomain
import Logging
import ServiceLifecycle

/// Reads the calls of a small share of trusted deliveries again from Bolna, and compares field by field: a shadow, which
/// changes nothing as long as both agree. Where they differ, the read is stored as a poll's, so that it counts as
/// evidence, marked as an audit's, and operators are told which fields differ. They are also told of a call that Bolna
/// does not know: whoever knows a secret can make one up.
package final class Auditor: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>

    /// The most calls that are read in one tick.
    package static let mostAtOnce = 8

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
    }

    /// Audits until the shutdown.
    package func run() async throws {
        guard context.audits.isOn else { return try await gracefulShutdown() }
        await withShutdownGrace(clock: clock) {
            await repeatUntilShutdown(every: self.context.settings.tick, clock: self.clock) { await self.audit() }
        }
    }

    /// Audits what is due now.
    package func audit() async {
        let due = context.audits.take(at: context.now(), limit: Self.mostAtOnce)
        await withDiscardingTaskGroup { group in
            for candidate in due { group.addTask { await self.audit(candidate) } }
        }
    }

    private func audit(_ candidate: AuditMachine.Candidate) async {
        let execution = candidate.statement.executionID
        guard let answer = await context.request(.execution(execution), account: candidate.account) else {
            return context.metrics.auditSkipped()
        }
        var audit = Audit(
            account: candidate.account, call: candidate.call, agent: candidate.agent, at: answer.receivedAt,
            outcome: .unavailable)
        var entries: [JournalEntry] = []
        let read = ReadAnswer(answer.outcome, asked: execution)
        if case .statement(let statement, _) = read {
            (audit.outcome, audit.differing) = Audit.compare(candidate.statement, with: statement)
        }
        if read == .notFound {
            if context.audits.notFound(candidate, at: answer.receivedAt) { return }
            audit.outcome = .unknownToBolna
            entries.append(.incident(incident(audit)))
        }
        if audit.outcome == .differs {
            entries += context.entries(
                of: read, asked: execution, source: .poll, account: candidate.account, agent: candidate.agent,
                answer: answer, isAudit: true)
            entries.append(.incident(incident(audit)))
        }
        context.metrics.audited(audit.outcome)
        do {
            _ = try await context.submit(entries + [.audit(audit)])
        } catch {
            context.logger.warning("An audit could not be stored.", metadata: ["journal.error": "\(error)"])
        }
    }

    private func incident(_ audit: Audit) -> Incident {
        let detail =
            audit.outcome == .unknownToBolna
            ? "Bolna does not know the call that a trusted delivery told of: a webhook secret may be known to others."
            : "A trusted delivery and Bolna's answer differ in \(audit.differing.joined(separator: ", "))."
        context.logger.error(
            "A trusted delivery differs from what Bolna answers.",
            metadata: [
                "account": "\(audit.account.rawValue)", "call.id": "\(audit.call.rawValue)",
                "audit.outcome": "\(audit.outcome.rawValue)", "fields": "\(audit.differing.joined(separator: " "))",
            ])
        return Incident(
            account: audit.account, agent: audit.agent, call: audit.call, kind: .auditDiffers, from: audit.at,
            to: audit.at, detail: detail)
    }
}
