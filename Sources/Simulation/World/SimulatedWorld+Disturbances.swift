import BolnaModel
import CallDomain
import GatewayService
import SQLiteStore

extension SimulatedWorld {
    /// Puts the scenario's disturbances on the timeline.
    func planDisturbances() {
        for (number, disturbance) in scenario.disturbances.enumerated() {
            switch disturbance.kind {
            case .crashAtCommit(let commit, let isAfter, let down): crashAtCommit[commit] = (isAfter, down)
            case .crashAtStep(let step, let down): crashesAtStep.append((step, down))
            default:
                disturbancesAhead += 1
                events.plan(at: scenario.span(disturbance.at)) { [self] in
                    disturbancesAhead -= 1
                    note("\(disturbance.kind)")
                    if happen(disturbance.kind, number: number) { count(effect: disturbance.kind.name) }
                }
            }
        }
        crashesAtStep.sort { $0.step < $1.step }
    }

    /// Makes something happen; false where there was nothing for it to happen to.
    private func happen(_ kind: Disturbance.Kind, number: Int) -> Bool {
        switch kind {
        case .crash(let down):
            guard let gateway, !gateway.isDead else { return false }
            kill(down: down)
        case .crashAtCommit, .crashAtStep: return false
        case .clockStep(let seconds): stepClock(by: scenario.span(seconds))
        case .storeOutage(let seconds):
            storeOutageUntil = max(storeOutageUntil, now + scenario.span(seconds))
            disturbed(until: storeOutageUntil)
        case .outage(let seconds):
            outageUntil = max(outageUntil, now + scenario.span(seconds))
            disturbed(until: outageUntil)
        case .refusal(let seconds):
            refusalUntil = max(refusalUntil, now + scenario.span(seconds))
            // A paused account is probed every five minutes.
            disturbed(until: refusalUntil + scenario.span(330))
        case .forgery(let call, let forgery): return forge(call, forgery, number: number)
        case .misdirected(let call): return misdirect(call)
        case .check(let call): return checkByPerson(call)
        case .dial(let agent): return dial(agent, number: number)
        case .correction(let call, let isBack, let isTold): return correct(call, isBack: isBack, isTold: isTold)
        case .hang(let call):
            guard let call = self.call(call), models[call.organization].hang(call: call.id, at: moment) else {
                return false
            }
            disturb(call.id, at: call.organization)
        case .forget(let call): return forget(call)
        case .fail(let call): return fail(call)
        case .ruling(let call): return rule(on: call)
        case .look(let call): return look(at: call)
        case .preCall(let call):
            guard let call = self.call(call), let body = models[call.organization].preCallBody(ofCall: call.id)
            else { return false }
            disturb(call.id, at: call.organization)
            return deliverGenuine(body, of: call.organization)
        case .unknownStatus(let call): return sendUnknownStatus(call)
        case .rubbish(let kind): return deliverGenuine(rubbish(kind), of: 0)
        case .reconnect:
            reconnect()
            // And again where changes are most likely to be stored at the same moment.
            reconnectsAtDelivery = true
        }
        return true
    }

    /// Those who watch changes come back, and read on from where they were.
    func reconnect() {
        for account in accounts.all { watchChanges(of: account.id) }
    }

    /// The call that a disturbance names, or an earlier one where there are not so many; nil while there is none.
    private func call(_ number: Int) -> (organization: Int, id: String)? {
        calls.isEmpty ? nil : calls[number % calls.count]
    }

    private func stepClock(by step: Duration) {
        wallOffset += step
        // Records go on at half the pace until a clock that was set back has caught up.
        disturbed(until: now + (step < .zero ? step * -2 : step))
        for call in calls { disturb(call.id, at: call.organization) }
        watch.clockWasSet(bySeconds: seconds(step))
    }

    private func checkByPerson(_ number: Int) -> Bool {
        guard let call = call(number), let gateway, !gateway.isDead else { return false }
        for account in scenario.accounts where account.organization == call.organization {
            watch.quiet.disturb(key(account, call.id))
            checkedByPerson.insert(key(account, call.id))
            gateway.spawn {
                _ = await gateway.checks.check(account: AccountID(rawValue: account.name), reference: call.id)
            }
        }
        return true
    }

    private func dial(_ agent: Int, number: Int) -> Bool {
        guard let gateway, !gateway.isDead, let account = scenario.accounts.first else { return false }
        let agents = models[account.organization].agentIDs
        let id = AccountID(rawValue: account.name)
        let request = DialRequest(
            agent: AgentID(rawValue: agents[agent % agents.count]), recipient: "+9100001\(10_000 + number)",
            userData: Array(#"{"note":"simulated"}"#.utf8), isPriority: number.isMultiple(of: 2),
            idempotencyKey: "dial-\(number)", fingerprint: ContentDigest(words: (UInt64(number), 0, 0, 0)))
        for attempt in 0..<2 {
            // A client that hears nothing asks again under the same key.
            plan(after: scenario.span(Double(attempt) * 20)) { [self] in
                guard let gateway = self.gateway, !gateway.isDead else { return }
                gateway.spawn { _ = await gateway.dials.dial(account: id, request: request) }
            }
        }
        return true
    }

    private func correct(_ number: Int, isBack: Bool, isTold: Bool) -> Bool {
        guard let call = call(number), let truth = models[call.organization].truth(ofCall: call.id) else {
            return false
        }
        let others: [ExecutionStatus] = [.completed, .failed, .noAnswer]
        let status = isBack ? .inProgress : others.first { $0 != truth.status } ?? .failed
        guard models[call.organization].correct(call: call.id, to: status, isTold: isTold, at: moment) else {
            return false
        }
        disturb(call.id, at: call.organization)
        exceptFromLaws(call)
        correctedAt[call.id] = now
        return true
    }

    private func forget(_ number: Int) -> Bool {
        guard let call = call(number), models[call.organization].forget(call: call.id, at: moment) else {
            return false
        }
        forgotten.insert(call.id)
        disturb(call.id, at: call.organization)
        exceptFromLaws(call)
        return true
    }

    private func fail(_ number: Int) -> Bool {
        guard let call = call(number), failing.insert(call.id).inserted else { return false }
        disturb(call.id, at: call.organization)
        exceptFromLaws(call)
        return true
    }

    /// Nothing is promised any more of when a call's changes show, and what was said of it is not Bolna's word alone.
    private func exceptFromLaws(_ call: (organization: Int, id: String)) {
        for account in scenario.accounts where account.organization == call.organization {
            watch.staleness.except(key(account, call.id))
            watch.followUp.except(key(account, call.id))
            tampered.insert(key(account, call.id))
        }
    }

    private func rule(on number: Int) -> Bool {
        guard let call = call(number), let gateway, !gateway.isDead,
            let account = scenario.accounts.first(where: { $0.organization == call.organization })
        else { return false }
        let id = AccountID(rawValue: account.name)
        guard let record = try? gateway.store.call(account: id, reference: call.id, withBody: false),
            let journal = try? gateway.store.journal(account: id, call: record.call, withBodies: false),
            let row = journal.rows.last(where: { $0.observation.key.source == .webhook })
        else { return false }
        disturb(call.id, at: call.organization)
        tampered.insert(key(account, call.id))
        // A hint that is ruled out needs no read.
        if row.observation.key.standing == .hint { watch.followUp.ruledOut(key(account, call.id)) }
        gateway.spawn {
            _ = try? await gateway.rulings.rule(
                account: id, reference: call.id, withdraws: [row.position], note: "simulated", actor: "somebody")
        }
        return true
    }

    private func look(at number: Int) -> Bool {
        guard let call = call(number), let gateway, !gateway.isDead else { return false }
        var isSeen = false
        for account in scenario.accounts where account.organization == call.organization {
            let id = AccountID(rawValue: account.name)
            guard let record = try? gateway.store.call(account: id, reference: call.id, withBody: false) else {
                continue
            }
            isSeen = true
            // Its deadlines are halved for a minute.
            watch.quiet.disturb(key(account, call.id))
            gateway.spawn { await gateway.context.look(at: record) }
        }
        return isSeen
    }

    private func sendUnknownStatus(_ number: Int) -> Bool {
        guard let call = call(number), let truth = models[call.organization].truth(ofCall: call.id),
            let body = models[call.organization].body(ofCall: call.id)
        else { return false }
        let text = String(decoding: body, as: UTF8.self).replacing(
            "\"status\":\"\(truth.status.rawValue)\"", with: "\"status\":\"on-hold\"")
        disturb(call.id, at: call.organization)
        for account in scenario.accounts where account.organization == call.organization {
            tampered.insert(key(account, call.id))
        }
        return deliverGenuine(Array(text.utf8), of: call.organization)
    }

    private func rubbish(_ kind: Int) -> [UInt8] {
        let bodies = [
            "", "not json", "[]", #"{"status":"completed"}"#, #"{"event":"workflow.done","workflow_id":"w1"}"#,
        ]
        return Array(bodies[kind % bodies.count].utf8)
    }

    /// A webhook of Bolna's own, beside those that tell of changes.
    private func deliverGenuine(_ body: [UInt8], of organization: Int) -> Bool {
        guard let account = scenario.accounts.first(where: { $0.organization == organization && $0.hasWebhooks })
        else { return false }
        deliver(letter(body, to: account)) { _ in }
        return true
    }
}
