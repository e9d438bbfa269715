import CallDomain
import GatewayService

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
            kill(down: crash.down)
            return StoreError(kind: .io, message: "The process is gone.")
        }
        if now < storeOutageUntil || strikes(.commitFailed, number) {
            disturbed()
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
        watch.changes.commit(receipts.compactMap(\.change))
        var touched: [(AccountID, CallID)] = []
        for (entry, receipt) in zip(batch, receipts) {
            switch (entry, receipt) {
            case (.observation(let incoming), .observed(let observed)):
                learn(observed, from: incoming)
                touched.append((incoming.account, observed.call))
            case (.observation, .quarantined), (.quarantine, .quarantined): break
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
            kill(down: crash.down)
        }
    }

    private func learn(_ observed: ObservedCall, from incoming: IncomingObservation) {
        let source = incoming.key.source
        if source.isFullRead { counters.storedReads[source.word, default: 0] += 1 }
        let decision = observed.decision
        let key = QuietLaw.Key(account: incoming.account, execution: observed.execution)
        note(
            "\(source.word) says \(incoming.statement.status?.word ?? "nothing") of call "
                + "\(name(of: observed.execution.rawValue)) in \(incoming.account.rawValue): "
                + "\(decision.rule.rawValue), now \(observed.status?.word ?? "unknown")")
        if incoming.key.standing == .hint {
            check(.trust, TrustLaw.check(hint: decision, of: observed.execution))
        }
        guard let status = observed.status, let position = observed.position else { return }
        let complaint = watch.staleness.stored(
            key, status: status, attempt: position.attempt, source: source, at: seconds, calmSince: seconds(calmSince))
        check(.staleness, complaint.map { [$0] } ?? [])
        if !observed.decision.newContradictions.isEmpty { watch.quiet.disturb(key) }
    }
}
