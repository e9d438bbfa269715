package import CallDomain
import Logging

/// What forgetting a number took away, or would take away.
package struct ForgetReport: Hashable, Sendable {
    /// Calls.
    package var calls = 0
    /// Entries of the quarantine.
    package var quarantine = 0
    /// Requests to place a call.
    package var dials = 0
    /// Refused deliveries in memory.
    package var refusals = 0
    /// Whether the deleted bytes are gone from the store's files, its logs included.
    package var isCompacted = false

    /// Where the number may still be, in sentences for the person who asked.
    package var remains: [String] {
        let log = "The store's log still holds deleted bytes until it is emptied, within the next commits."
        return (isCompacted ? [] : [log]) + [
            "Backups and exports that were made before still hold the number.",
            "Bolna keeps its own record of the calls; delete it there.",
        ]
    }
}

/// Why a number could not be forgotten.
package enum ForgetFailure: Error, Hashable, Sendable {
    /// It is no telephone number in the form that is taken, ``TelephoneNumber/form``.
    case noNumber
    /// The key of forgotten numbers cannot be used.
    case noKey
    /// The store cannot take it now; what was done stands, and asking again goes on.
    case unavailable(JournalError)
}

/// Deletes what is stored of a person, by a telephone number, and keeps it from coming back.
package final class PersonService: Sendable {
    private let context: ServiceContext
    private let refusals: RefusalLog

    /// The most runs over the store: what came in during the first is found by the second.
    package static let mostRuns = 4

    /// Works within a context.
    package init(context: ServiceContext, refusals: RefusalLog) {
        self.context = context
        self.refusals = refusals
    }

    /// Forgets a number: first whatever names it is kept out, then what is there is deleted, until nothing is found. A
    /// dry run only counts.
    package func forget(
        _ number: String, isDryRun: Bool = false, by principal: Principal
    ) async throws(ForgetFailure) -> ForgetReport {
        let account = principal.account
        guard let number = TelephoneNumber(number) else { throw .noNumber }
        if isDryRun { return try await count(number, of: account) }
        guard let forgotten = context.forgotten.remembered(number, of: account), let check = context.forgotten.check
        else { throw .noKey }
        let now = context.now()
        context.forgotten.add(forgotten)
        let name = "number \(forgotten.name)"
        try await submit([
            .forgetNumber(check, at: now), .forgetNumber(forgotten, at: now),
            .auditTrail([record(name, by: principal)]),
        ])
        var report = ForgetReport()
        for _ in 0..<Self.mostRuns {
            let found = try await erase(number, of: account)
            report.calls += found.calls
            report.quarantine += found.quarantine
            report.dials += found.dials
            if found.calls + found.quarantine + found.dials == 0 { break }
        }
        report.refusals = refusals.forget(number, addressedTo: account)
        report.isCompacted =
            (try? await context.reader.read { store throws(StoreError) in try store.compact() }) ?? false
        let subject = "\(name): \(report.calls) calls, \(report.quarantine) kept aside, \(report.dials) dials"
        try await submit([.auditTrail([record(subject, by: principal)])])
        context.logger.notice(
            "A number was forgotten.",
            metadata: [
                "account": "\(account.rawValue)", "forgotten.calls": "\(report.calls)",
                "forgotten.quarantine": "\(report.quarantine)", "forgotten.dials": "\(report.dials)",
            ])
        return report
    }

    private func record(_ subject: String, by principal: Principal) -> AuditRecord {
        AuditRecord(
            at: context.now(), account: principal.account, actor: principal.actor, action: .forget, subject: subject)
    }

    private func count(_ number: TelephoneNumber, of account: AccountID) async throws(ForgetFailure) -> ForgetReport {
        var report = ForgetReport()
        var calls: Set<CallID> = []
        try await forEachSlice(number, of: account) { mentions throws(ForgetFailure) in
            calls.formUnion(mentions.calls)
            report.quarantine += mentions.quarantine.count
            report.dials += mentions.dials.count
        }
        report.calls = calls.count
        report.refusals = refusals.count(naming: number, addressedTo: account)
        return report
    }

    private func erase(_ number: TelephoneNumber, of account: AccountID) async throws(ForgetFailure) -> ForgetReport {
        var report = ForgetReport()
        try await forEachSlice(number, of: account) { mentions throws(ForgetFailure) in
            for erasure in Self.erasures(of: mentions, account: account, at: self.context.now()) {
                for case .erased(let data) in try await self.submit([.erase(erasure)]) { report.calls += data.count }
                report.quarantine += erasure.quarantine.count
                report.dials += erasure.dials.count
            }
        }
        return report
    }

    private func forEachSlice(
        _ number: TelephoneNumber, of account: AccountID, _ body: (Mentions) async throws(ForgetFailure) -> Void
    ) async throws(ForgetFailure) {
        var place: Int64?
        repeat {
            let after = place
            let mentions: Mentions
            do {
                mentions = try await context.reader.read { store throws(StoreError) in
                    try store.mentions(account: account, number: number, after: after)
                }
            } catch {
                throw .unavailable(.unavailable(error))
            }
            try await body(mentions)
            place = mentions.next
        } while place != nil
    }

    /// What a slice mentions, in parts that are one entry each.
    static func erasures(of mentions: Mentions, account: AccountID, at time: Timestamp) -> [Erasure] {
        let longest = max(mentions.calls.count, mentions.quarantine.count, mentions.dials.count)
        return stride(from: 0, to: longest, by: Erasure.most).map { start in
            Erasure(
                account: account, calls: Array(mentions.calls.dropFirst(start).prefix(Erasure.most)),
                quarantine: Array(mentions.quarantine.dropFirst(start).prefix(Erasure.most)),
                dials: Array(mentions.dials.dropFirst(start).prefix(Erasure.most)), at: time)
        }
    }

    @discardableResult
    private func submit(_ entries: [JournalEntry]) async throws(ForgetFailure) -> [JournalReceipt] {
        let receipts: [JournalReceipt]
        do {
            receipts = try await context.submit(entries)
        } catch {
            throw .unavailable(error)
        }
        for case .failed(let error) in receipts { throw .unavailable(.unavailable(error)) }
        return receipts
    }
}

extension ForgottenNumber {
    /// A name for the audit that tells nothing of the number.
    fileprivate var name: String {
        digest.bytes.prefix(4).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
