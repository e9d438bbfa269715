import CallDomain
import Foundation
import GatewayService

extension SimulatedWorld {
    /// The database of the gateway's n-th life.
    private func path(ofLife number: Int) -> String { directory.appendingPathComponent("life-\(number).sqlite").path }

    /// Starts the gateway over what its last life left.
    func boot() {
        let next = lives + 1
        if lives > 0 {
            inherit(from: path(ofLife: lives), to: path(ofLife: next))
        } else {
            DatabaseTemplate.copy(to: path(ofLife: next))
        }
        lives = next
        do {
            let gateway = try GatewayInstance(number: lives, path: path(ofLife: next), world: self, trusts: trusts)
            self.gateway = gateway
            waits = (0, 0)
            for organization in scenario.organizations.indices {
                watch.traffic.started(
                    accounts: scenario.accounts.filter { $0.organization == organization }.map(\.name),
                    organization: organization, at: now)
            }
            note("the gateway starts")
            disturbed()
            examineStore()
            gateway.start()
            for account in accounts.all { watchChanges(of: account.id) }
        } catch {
            check(.footing, ["the gateway does not start: \(error)"])
        }
    }

    /// Takes over the files as a killed process leaves them: what was committed is in the log, and nothing was tidied up.
    private func inherit(from old: String, to new: String) {
        for suffix in ["", "-wal"] {
            try? FileManager.default.moveItem(atPath: old + suffix, toPath: new + suffix)
        }
    }

    /// Kills the gateway: it comes back after so many seconds.
    func kill(down: Double) {
        guard let gateway, !gateway.isDead, pendingDeath == nil else { return }
        pendingDeath = down
        gateway.markDead()
    }

    /// Completes a death that was decided in the last step.
    func settleDeath() {
        guard let down = pendingDeath, let gateway else { return }
        pendingDeath = nil
        counters.crashes += 1
        note("the gateway is dead")
        preserve(path(ofLife: gateway.number))
        gateway.close()
        restore(path(ofLife: gateway.number))
        retired.append(gateway)
        self.gateway = nil
        for answer in openLetters.removeValue(forKey: gateway.number) ?? [] { answer.call(nil) }
        for call in calls { disturb(call.id, at: call.organization) }
        disturbed(until: now + scenario.span(down))
        isRebooting = true
        plan(after: scenario.span(down)) { [self] in
            isRebooting = false
            boot()
        }
    }

    /// Closing a database tidies its files up, which a kill does not: they are put aside, and back.
    private func preserve(_ path: String) {
        for file in [path, path + "-wal"] { try? FileManager.default.copyItem(atPath: file, toPath: file + ".kept") }
    }

    private func restore(_ path: String) {
        for file in [path, path + "-wal", path + "-shm"] { try? FileManager.default.removeItem(atPath: file) }
        for file in [path, path + "-wal"] { try? FileManager.default.moveItem(atPath: file + ".kept", toPath: file) }
    }

    /// Work of the gateway that blocks: it takes some time, on a thread of its own. Where the threads of tasks are busy
    /// when it is done, its answer is taken later, and other such work may be done in between.
    func plan(block: Int, of gateway: GatewayInstance) {
        blocks += 1
        let takes = 0.0002 + 0.004 * fraction("disk", blocks)
        let stall = fraction("stall", blocks)
        plan(after: .seconds(takes)) { [self] in
            if scenario.hasRandomOrder, stall < Self.stallShare {
                tasksWaitUntil = max(tasksWaitUntil, now + .seconds(Self.longestStall * stall / Self.stallShare))
                plan(after: tasksWaitUntil - now) {}
            }
            if now < tasksWaitUntil { gateway.finishAtOnce(block) } else { gateway.finish(block) }
        }
    }

    /// How often the threads of tasks are busy when blocking work is done.
    private static let stallShare = 0.2
    /// For how many seconds of virtual time at most.
    private static let longestStall = 0.005

    /// Who sleeps by a gateway's clock.
    func plan(_ sleeper: Int, at deadline: Duration, of life: Int) {
        events.plan(at: max(deadline, now)) { [self] in
            guard let gateway, gateway.number == life else { return }
            gateway.clock.wake(sleeper)
        }
    }

    /// Follows an account's changes from where its watcher is.
    func watchChanges(of account: AccountID) {
        guard let gateway, !gateway.isDead else { return }
        watchers[account, default: 0] += 1
        let watcher = watchers[account, default: 0]
        gateway.spawn { [self] in
            let cursor = watch.changes.cursor(of: account)
            guard let stream = try? await gateway.changes.subscribe(account: account, after: cursor) else { return }
            for await event in stream {
                guard !gateway.isDead, watchers[account] == watcher else { return }
                switch event {
                case .change(let change):
                    check(.changes, watch.changes.tell(change, to: account).map { [$0] } ?? [])
                case .resync: check(.changes, ["the watcher of \(account.rawValue) has to load everything anew"])
                }
            }
        }
    }

    /// Ends the run's gateways and gives their memory back.
    func end() {
        if let gateway, !gateway.isDead {
            gateway.markDead()
            gateway.close()
            retired.append(gateway)
        }
        gateway = nil
        for gateway in retired { gateway.bury() }
        retired = []
    }
}
