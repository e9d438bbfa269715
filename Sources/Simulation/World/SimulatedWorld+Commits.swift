import CallDomain
import GatewayService
import SQLiteStore

extension SimulatedWorld {
    /// The gateway is about to commit: what the store answers instead, or nil to go on.
    func beginCommit(of batch: [JournalEntry], by life: Int) -> StoreError? {
        let isAlive = gateway?.number == life && gateway?.isDead == false
        guard isAlive else { return StoreError(kind: .io, message: "The process is gone.") }
        commitAttempts += 1
        let number = commitAttempts
        if let crash = crashAtCommit[number], !crash.isAfter {
            crashAtCommit[number] = nil
            note("killed before commit \(number)")
            count(effect: "crash at a commit")
            kill(down: crash.down)
            return StoreError(kind: .io, message: "The process is gone.")
        }
        if now < storeOutageUntil || strikes(.commitFailed, number) {
            disturbed()
            storeTroubleAt = now
            note("commit \(number) fails")
            let kinds: [StoreError.Kind] = [.busy, .full, .io]
            return StoreError(kind: kinds[number % kinds.count], message: "simulated")
        }
        return nil
    }

    /// A commit succeeded: the laws learn of it before anybody is told.
    func endCommit(of batch: [JournalEntry], receipts: [JournalReceipt], by life: Int) {
        counters.commits += 1
        watch.durability.commit(batch)
        watch.changes.commit(receipts.flatMap(\.changes))
        for case .dialIntent(let intent) in batch { watch.dialling.commit(intent) }
        var touched: [(AccountID, CallID)] = []
        for (entry, receipt) in zip(batch, receipts) {
            switch (entry, receipt) {
            case (.observation(let incoming), .observed(let observed)):
                learn(observed, from: incoming)
                touched.append((incoming.account, observed.call))
            case (.observation(let incoming), .quarantined):
                // What it says is not known until it is told again.
                disturbed()
                watch.quiet.disturb(
                    QuietLaw.Key(account: incoming.account, execution: incoming.statement.executionID))
            case (.quarantineTrial(let trial), .tried(let outcome)):
                for observed in outcome.observed { show(observed, to: trial.account, by: .webhook) }
            case (.listed(let account, _, _, _, _), _): watch.staleness.lookedAtCalls(of: account)
            case (.quarantine, .quarantined): break
            case (_, .failed(let error)): check(.footing, ["an entry failed by itself: \(error)"])
            default: break
            }
        }
        if let gateway, counters.commits % scenario.explainsEvery == 0 {
            for (account, call) in touched { explain(call, of: account, in: gateway) }
        }
        // A submission larger than the queue is taken while nothing else is there.
        let load = gateway?.context.writer.load ?? 0
        let most = max(scenario.mostEntries, batch.count)
        check(.bounds, load > most ? ["the journal writer holds \(load) entries, at most \(most) fit"] : [])
        if let crash = crashAtCommit[commitAttempts], crash.isAfter {
            crashAtCommit[commitAttempts] = nil
            note("killed after commit \(commitAttempts)")
            count(effect: "crash at a commit")
            kill(down: crash.down)
        }
    }

    /// What is reported of a commit that has succeeded; nil for the truth.
    func unclearCommit() -> StoreError? {
        guard strikes(.commitUnclear, commitAttempts) else { return nil }
        disturbed()
        storeTroubleAt = now
        note("commit \(commitAttempts) is reported as failed")
        return StoreError(kind: .io, message: "simulated")
    }

    /// The batch as the store gets it: where the fault strikes, the id drawn for its first call is one that is taken.
    func poisoned(_ batch: [JournalEntry]) -> [JournalEntry] {
        guard let gateway, strikes(.entryPoisoned, commitAttempts) else { return batch }
        var batch = batch
        for (index, entry) in batch.enumerated() {
            guard case .observation(var incoming) = entry, let taken = takenID(),
                isUnheard(incoming.statement.executionID, of: incoming.account, in: gateway)
            else { continue }
            incoming.proposedCallID = taken
            batch[index] = .observation(incoming)
            note("an entry of commit \(commitAttempts) cannot be stored")
            count(effect: "entry poisoned")
            return batch
        }
        return batch
    }

    private func isUnheard(_ call: ExecutionID, of account: AccountID, in gateway: GatewayInstance) -> Bool {
        do {
            return try gateway.store.call(account: account, reference: call.rawValue, withBody: false) == nil
        } catch {
            return false
        }
    }

    private func takenID() -> CallID? {
        for account in accounts.all {
            if let record = try? records(of: account.id).first { return record.call }
        }
        return nil
    }

    private func learn(_ observed: ObservedCall, from incoming: IncomingObservation) {
        let source = incoming.key.source
        if source.isFullRead { counters.storedReads[source.word, default: 0] += 1 }
        let decision = observed.decision
        counters.mix(UInt64(commitAttempts), observed.execution.rawValue + decision.rule.rawValue)
        let key = QuietLaw.Key(account: incoming.account, execution: observed.execution)
        note(
            "\(source.word) says \(incoming.statement.status?.word ?? "nothing") of call "
                + "\(name(of: observed.execution.rawValue)) in \(incoming.account.rawValue): "
                + "\(decision.rule.rawValue), now \(observed.status?.word ?? "unknown")")
        if incoming.key.standing == .hint {
            check(.trust, TrustLaw.check(hint: decision, of: observed.execution))
        }
        follow(observed, key, from: incoming)
        if source.isFullRead, source != .check { watch.staleness.looked(at: key) }
        show(observed, to: incoming.account, by: source)
        if !observed.decision.newContradictions.isEmpty { watch.quiet.disturb(key) }
    }

    /// A call is stored as it is from now on: that shows changes of Bolna's.
    private func show(_ observed: ObservedCall, to account: AccountID, by source: Source) {
        guard let status = observed.status, let position = observed.position else { return }
        let key = QuietLaw.Key(account: account, execution: observed.execution)
        let complaint = watch.staleness.stored(
            key, status: status, attempt: position.attempt, source: source, at: seconds, calmSince: seconds(calmSince))
        check(.staleness, complaint.map { [$0] } ?? [])
        watch.followUp.stored(key, status: status, attempt: position.attempt, at: seconds)
    }

    /// What a read must follow from now on, and what this one followed.
    private func follow(_ observed: ObservedCall, _ key: QuietLaw.Key, from incoming: IncomingObservation) {
        if observed.decision.outcome == .hinted, isPromised(key) {
            watch.followUp.hinted(key, at: seconds(of: incoming.receivedAt))
        }
        if incoming.key.source.isFullRead, let sentAt = incoming.sentAt {
            watch.followUp.read(key, sentAt: seconds(of: sentAt))
        }
        guard let position = observed.position else { return }
        for contradiction in observed.decision.newContradictions where contradiction.attempt == position.attempt {
            watch.followUp.disputed(key, attempt: position.attempt, at: seconds(of: contradiction.since))
        }
    }

    /// Whether Bolna shows a call to an account, so that a read of it can succeed.
    func isPromised(_ key: QuietLaw.Key) -> Bool {
        let id = key.execution.rawValue
        guard !forgotten.contains(id), !failing.contains(id),
            let call = calls.first(where: { $0.id == id })
        else { return false }
        return scenario.accounts.contains { $0.name == key.account.rawValue && $0.organization == call.organization }
    }

    /// A time of the gateway's clock in seconds of Bolna's time from the start.
    private func seconds(of time: Timestamp) -> Double {
        guard let gateway else { return seconds }
        let ago = gateway.context.now().duration(since: time).seconds / scenario.scale
        return min(max(seconds - ago, 0), seconds)
    }
}
