import BolnaModel
import CallDomain
import GatewayService

extension SimulatedWorld {
    /// Puts the scenario's disturbances on the timeline.
    func planDisturbances() {
        for (number, disturbance) in scenario.disturbances.enumerated() {
            switch disturbance.kind {
            case .crashAtCommit(let commit, let isAfter, let down): crashAtCommit[commit] = (isAfter, down)
            case .crashAtStep(let step, let down): crashAtStep[step] = down
            default:
                disturbancesAhead += 1
                events.plan(at: scenario.span(disturbance.at)) { [self] in
                    disturbancesAhead -= 1
                    note("\(disturbance.kind)")
                    happen(disturbance.kind, number: number)
                }
            }
        }
    }

    private func happen(_ kind: Disturbance.Kind, number: Int) {
        switch kind {
        case .crash(let down): kill(down: down)
        case .crashAtCommit, .crashAtStep: break
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
        case .forgery(let call, let forgery): forge(call, forgery, number: number)
        case .misdirected(let call): misdirect(call)
        case .check(let call): checkByPerson(call)
        case .dial(let agent): dial(agent, number: number)
        case .correction(let call, let isBack, let isTold): correct(call, isBack: isBack, isTold: isTold)
        case .hang(let call):
            guard let call = self.call(call) else { return }
            _ = models[call.organization].hang(call: call.id, at: moment)
            disturb(call.id, at: call.organization)
        case .forget(let call): forget(call)
        case .preCall(let call):
            guard let call = self.call(call), let body = models[call.organization].preCallBody(ofCall: call.id)
            else { return }
            disturb(call.id, at: call.organization)
            deliverGenuine(body, of: call.organization)
        case .unknownStatus(let call): sendUnknownStatus(call)
        case .rubbish(let kind): deliverGenuine(rubbish(kind), of: 0)
        case .reconnect: for account in accounts.all { watchChanges(of: account.id) }
        }
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
    }

    private func checkByPerson(_ number: Int) {
        guard let call = call(number), let gateway, !gateway.isDead else { return }
        for account in scenario.accounts where account.organization == call.organization {
            watch.quiet.disturb(key(account, call.id))
            gateway.spawn {
                _ = await gateway.checks.check(account: AccountID(rawValue: account.name), reference: call.id)
            }
        }
    }

    private func dial(_ agent: Int, number: Int) {
        guard let gateway, !gateway.isDead, let account = scenario.accounts.first else { return }
        let agents = models[account.organization].agentIDs
        let id = AccountID(rawValue: account.name)
        let request = DialRequest(
            agent: AgentID(rawValue: agents[agent % agents.count]), recipient: "+9100001\(10_000 + number)",
            userData: Array(#"{"note":"simulated"}"#.utf8), idempotencyKey: "dial-\(number)",
            fingerprint: ContentDigest(words: (UInt64(number), 0, 0, 0)))
        for attempt in 0..<2 {
            // A client that hears nothing asks again under the same key.
            plan(after: scenario.span(Double(attempt) * 20)) { [self] in
                guard let gateway = self.gateway, !gateway.isDead else { return }
                gateway.spawn { _ = await gateway.dials.dial(account: id, request: request) }
            }
        }
    }

    private func correct(_ number: Int, isBack: Bool, isTold: Bool) {
        guard let call = call(number), let truth = models[call.organization].truth(ofCall: call.id) else { return }
        let others: [ExecutionStatus] = [.completed, .failed, .noAnswer]
        let status = isBack ? .inProgress : others.first { $0 != truth.status } ?? .failed
        guard models[call.organization].correct(call: call.id, to: status, isTold: isTold, at: moment) else { return }
        disturb(call.id, at: call.organization)
        for account in scenario.accounts { watch.staleness.forget(key(account, call.id)) }
    }

    private func forget(_ number: Int) {
        guard let call = call(number), models[call.organization].forget(call: call.id, at: moment) else { return }
        forgotten.insert(call.id)
        for account in scenario.accounts { watch.staleness.forget(key(account, call.id)) }
        disturb(call.id, at: call.organization)
    }

    private func sendUnknownStatus(_ number: Int) {
        guard let call = call(number), let truth = models[call.organization].truth(ofCall: call.id),
            let body = models[call.organization].body(ofCall: call.id)
        else { return }
        let text = String(decoding: body, as: UTF8.self).replacing(
            "\"status\":\"\(truth.status.rawValue)\"", with: "\"status\":\"on-hold\"")
        disturb(call.id, at: call.organization)
        deliverGenuine(Array(text.utf8), of: call.organization)
    }

    private func rubbish(_ kind: Int) -> [UInt8] {
        let bodies = [
            "", "not json", "[]", #"{"status":"completed"}"#, #"{"event":"workflow.done","workflow_id":"w1"}"#,
        ]
        return Array(bodies[kind % bodies.count].utf8)
    }

    /// A webhook of Bolna's own, beside those that tell of changes.
    private func deliverGenuine(_ body: [UInt8], of organization: Int) {
        guard let account = scenario.accounts.first(where: { $0.organization == organization && $0.hasWebhooks })
        else { return }
        let id = AccountID(rawValue: account.name)
        deliver(GatewayInstance.Letter(account: id, token: tokens[id], peer: "13.203.39.153", body: body)) { _ in }
    }
}
