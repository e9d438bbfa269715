import BolnaWire
package import CallDomain
import Logging

/// Replays and discards what is kept aside: page by page, each page one bounded transaction of the single writer.
///
/// Doing the same twice changes nothing: a statement is itself by its bytes, source and trust, and a settled entry is
/// passed over. Each statement keeps the time, source and trust of its receipt, so that the call becomes what it would
/// have become had the delivery been usable at once.
package final class QuarantineService: Sendable {
    private let context: ServiceContext
    private let reconciler: Reconciler

    /// Works within a context; foretells by the rules that the store reconciles by.
    package init(context: ServiceContext, reconciler: Reconciler) {
        self.context = context
        self.reconciler = reconciler
    }

    /// Does, or foretells, one page of what a person asked for.
    package func run(account: AccountID, _ request: QuarantineRequest) async throws(JournalError) -> QuarantineRun {
        let resolution: QuarantineResolution =
            switch request.action {
            case .replay: .replayedByHand
            case .discard: .discardedByHand
            }
        return try await run(account: account, request, resolution: resolution)
    }

    /// Tries one page of the entries that were not tried under the present circumstances.
    func runAfterChange(
        account: GatewayAccount, cursor: QuarantineRequest.Cursor?
    ) async throws(JournalError) -> QuarantineRun {
        let query = QuarantineQuery(notTriedUnder: Self.circumstances(of: account))
        return try await run(
            account: account.id,
            QuarantineRequest(query: query, action: .replay(acceptsAgent: false), cursor: cursor),
            resolution: .replayedAfterChange)
    }

    /// What decides whether a body can be used: an entry that was tried under the same is not tried again by itself.
    static func circumstances(of account: GatewayAccount) -> String {
        let policy = account.trustPolicy
        return "decoder \(BolnaDecoder.version), rules \(Reconciler.version), "
            + "addressed \(policy.addressed.rawValue), none \(policy.none.rawValue)"
    }

    private func run(
        account: AccountID, _ request: QuarantineRequest, resolution: QuarantineResolution
    ) async throws(JournalError) -> QuarantineRun {
        let page = try await page(account: account, request)
        guard !page.records.isEmpty else {
            return QuarantineRun(matching: page.matching, results: [], next: page.next)
        }
        let trials = page.records.map { trial(of: $0, account: account, request.action, resolution: resolution) }
        let verdicts =
            request.isDryRun
            ? try await foretell(trials, account: account) : try await settle(trials, account: account)
        let results = zip(page.records, verdicts).map { record, verdict in
            var shown = record
            shown.delivery.body = []
            return QuarantineResult(record: shown, verdict: verdict)
        }
        if !request.isDryRun { say(results, account: account, resolution: resolution) }
        return QuarantineRun(matching: page.matching, results: results, next: page.next)
    }
}

// MARK: - Reading a page

extension QuarantineService {
    private struct Page: Sendable {
        var matching: QuarantineCounts
        var records: [QuarantineRecord]
        var next: QuarantineRequest.Cursor?
    }

    /// The entries of a page with their bodies, oldest first, as many as fit.
    private func page(account: AccountID, _ request: QuarantineRequest) async throws(JournalError) -> Page {
        let limit = min(max(request.limit, 1), QuarantineBounds.mostPerRequest)
        let needsBodies = request.action != .discard
        return try await read { store throws(StoreError) in
            var query = request.query
            query.state = .open
            query.after = request.cursor?.after
            query.through = request.cursor?.through
            let matching = try store.quarantineCounts(account: account, query: query)
            guard let through = request.cursor?.through ?? matching.newest else {
                return Page(matching: matching, records: [], next: nil)
            }
            var slice = QuarantineSlice(after: request.cursor?.after, isOldestFirst: true, limit: limit)
            query.through = through
            let found = try store.quarantine(account: account, query: query, slice: slice)
            var records = found
            // Entries that are settled between the two reads are missing from the second: the first says how far it got.
            var reached = found.last?.id
            if needsBodies {
                var bytes = 0
                let fitting = found.prefix { record in
                    defer { bytes += record.bodyBytes }
                    return bytes == 0 || bytes + record.bodyBytes <= QuarantineBounds.mostBytesPerRequest
                }
                slice.withBodies = true
                slice.limit = fitting.count
                reached = fitting.last?.id
                query.ids = fitting.map(\.id)
                records = try store.quarantine(account: account, query: query, slice: slice)
            }
            let isLast = reached == through || found.count < limit && reached == found.last?.id
            let next = isLast ? nil : reached.map { QuarantineRequest.Cursor(after: $0, through: through) }
            return Page(matching: matching, records: records, next: next)
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (any CallStore) throws(StoreError) -> Value
    ) async throws(JournalError) -> Value {
        do { return try await context.reader.read(body) } catch { throw .unavailable(error) }
    }
}

// MARK: - Trying entries

extension QuarantineService {
    /// What is tried with an entry, and why a part of it will stay.
    private struct Trial: Sendable {
        var entry: QuarantineTrial
        var fault: UnusableBody?
    }

    private func trial(
        of record: QuarantineRecord, account: AccountID, _ action: QuarantineRequest.Action,
        resolution: QuarantineResolution
    ) -> Trial {
        let now = context.now()
        guard case .replay(let acceptsAgent) = action else {
            return Trial(
                entry: QuarantineTrial(
                    account: account, entry: record.id, resolution: resolution, circumstances: nil, at: now))
        }
        let delivery = record.delivery
        let policy = context.accounts[account]
        let reading = DeliveryReading(delivery, acceptsAgent: acceptsAgent, hash: context.digest)
        let standing = delivery.source == .webhook ? policy?.trustPolicy.standing(of: delivery.trust) : .applied
        var fault = reading.fault
        var observations: [IncomingObservation] = []
        if let standing {
            observations = reading.parts.map { part in
                let key = ObservationKey(
                    source: delivery.source, trust: delivery.trust, standing: standing, digest: part.digest)
                var incoming = context.observation(
                    account: account, agent: delivery.agent, key: key, receivedAt: delivery.receivedAt,
                    sentAt: delivery.sentAt, body: part.body, statement: part.statement)
                incoming.replayedAt = now
                return incoming
            }
        } else {
            fault = UnusableBody(
                delivery.reason, "the account's policy refuses what is only \(delivery.trust.word) (webhook.trust)")
        }
        return Trial(
            entry: QuarantineTrial(
                account: account, entry: record.id, observations: observations,
                resolution: fault == nil ? resolution : nil,
                circumstances: policy.map { Self.circumstances(of: $0) }, at: now),
            fault: fault)
    }

    private func settle(_ trials: [Trial], account: AccountID) async throws(JournalError) -> [QuarantineVerdict] {
        let receipts = try await context.submit(trials.map { .quarantineTrial($0.entry) })
        var verdicts: [QuarantineVerdict] = []
        for (trial, receipt) in zip(trials, receipts) {
            switch receipt {
            case .tried(.settled(.discardedByHand, _)): verdicts.append(.discarded)
            case .tried(.settled(_, let observed)): verdicts.append(.usable(observed.map(StatementVerdict.init)))
            case .tried(.kept(let observed, let isOverfull)):
                let fault = isOverfull ? Self.overfull : trial.fault ?? Self.overfull
                verdicts.append(
                    .unusable(fault.reason, detail: fault.detail, observed.map(StatementVerdict.init)))
            case .tried(.settledBefore(let settlement)): verdicts.append(.settledBefore(settlement))
            case .failed(let error) where error.isRetryable: throw .unavailable(error)
            case .failed(let error): verdicts.append(.unusable(.poisoned, detail: error.message, []))
            case .observed, .quarantined, .revised, .done, .dialExists, .forgotten, .erased, .indexed:
                verdicts.append(.unusable(.poisoned, detail: "the store answered another question", []))
            }
        }
        return verdicts
    }

    private static let overfull = UnusableBody(.tooManyObservations, "the call has no room for a further statement")

    /// Judges each entry against the journals of its calls, without storing anything.
    private func foretell(_ trials: [Trial], account: AccountID) async throws(JournalError) -> [QuarantineVerdict] {
        let reconciler = reconciler
        return try await read { store throws(StoreError) in
            var forecast = QuarantineForecast(reconciler: reconciler)
            var lastUse: [ExecutionID: Int] = [:]
            for (number, trial) in trials.enumerated() {
                for incoming in trial.entry.observations { lastUse[incoming.statement.executionID] = number }
            }
            var verdicts: [QuarantineVerdict] = []
            for (number, trial) in trials.enumerated() {
                var statements: [StatementVerdict] = []
                var fault = trial.fault
                for incoming in trial.entry.observations {
                    let execution = incoming.statement.executionID
                    if !forecast.knows(execution) {
                        forecast.learn(try Self.evidence(store, account: account, execution: execution), of: execution)
                    }
                    if let decision = forecast.decide(incoming) {
                        statements.append(StatementVerdict(execution: execution, decision: decision))
                    } else {
                        fault = Self.overfull
                    }
                    if lastUse[execution] == number { forecast.forget(execution) }
                }
                if let fault {
                    verdicts.append(.unusable(fault.reason, detail: fault.detail, statements))
                } else {
                    verdicts.append(trial.entry.resolution == .discardedByHand ? .discarded : .usable(statements))
                }
            }
            return verdicts
        }
    }

    private static func evidence(
        _ store: any CallStore, account: AccountID, execution: ExecutionID
    ) throws(StoreError) -> Evidence {
        guard let call = try store.call(account: account, reference: execution.rawValue, withBody: false),
            call.execution == execution
        else { return Evidence() }
        return try store.journal(account: account, call: call.call, withBodies: false)?.evidence ?? Evidence()
    }

    private func say(_ results: [QuarantineResult], account: AccountID, resolution: QuarantineResolution) {
        var settled = 0
        for result in results {
            switch result.verdict {
            case .usable, .discarded: settled += 1
            case .unusable, .settledBefore: break
            }
        }
        context.logger.info(
            "Entries of the quarantine were tried.",
            metadata: [
                "account": "\(account.rawValue)", "quarantine.tried": "\(results.count)",
                "quarantine.settled": "\(settled)", "quarantine.resolution": "\(resolution.words)",
            ])
    }
}

extension StatementVerdict {
    /// What the store did with it.
    fileprivate init(_ observed: ObservedCall) {
        self.init(execution: observed.execution, decision: observed.decision)
    }
}
