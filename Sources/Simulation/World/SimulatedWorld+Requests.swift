import BolnaModel
import CallDomain
import GatewayService

extension SimulatedWorld {
    /// The time between listings of agents, in seconds.
    private static let agentsInterval = 600.0
    /// How long the gateway's client waits for an answer, in seconds.
    static let patience = 30.0

    /// Takes a request of the gateway to Bolna; `done` is called once, at a later virtual time.
    func send(_ request: BolnaRequest, of life: Int, then done: @escaping @Sendable (BolnaAnswer.Outcome) -> Void) {
        guard let gateway, gateway.number == life, !gateway.isDead,
            let account = scenario.accounts.first(where: { $0.name == request.account.rawValue })
        else { return done(.failed(TransportFailure(kind: .cancelled, detail: "the gateway is dead"))) }
        requests += 1
        let number = requests
        counters.mix(UInt64(number), describe(request.endpoint) + account.name)
        count(request, account: account)
        note("request \(number): \(describe(request.endpoint)) for \(account.name)")

        let there = latency(number, "there")
        func fail(_ kind: TransportFailure.Kind, after delay: Double) {
            disturbed(until: now + scenario.span(delay))
            plan(after: scenario.span(delay)) { [self] in
                note("request \(number) fails: \(kind.rawValue)")
                disturbed()
                done(.failed(TransportFailure(kind: kind, detail: "simulated")))
            }
        }
        if now < outageUntil { return fail(.connect, after: 0.01) }
        if strikes(.requestLost, number) { return fail(.timeout, after: Self.patience) }
        plan(after: scenario.span(there)) { [self] in
            let response = answer(request, account: account, number: number)
            if strikes(.answerLost, number) { return fail(.timeout, after: Self.patience - there) }
            if strikes(.answerCut, number) { return fail(.broken, after: there) }
            var back = latency(number, "back")
            if strikes(.answerSlow, number) {
                back += 2 + 26 * fraction("slowness", number)
                disturbed(until: now + scenario.span(back))
            }
            plan(after: scenario.span(back)) { [self] in
                note("request \(number) is answered \(response.status)")
                hear(response, to: request, account: account)
                done(outcome(of: response))
            }
        }
    }

    private func latency(_ number: Int, _ way: String) -> Double {
        scenario.latency.lowerBound
            + (scenario.latency.upperBound - scenario.latency.lowerBound) * fraction("latency " + way, number)
    }

    private func count(_ request: BolnaRequest, account: Scenario.Account) {
        switch request.endpoint {
        case .execution(let id):
            counters.reads += 1
            meter?.read(id.rawValue, at: seconds)
            let repetition = watch.quiet.read(QuietLaw.Key(account: request.account, execution: id), at: seconds)
            check(.quiet, repetition.map { [$0] } ?? [])
            excuse(id, account: account)
            checkCrossing(id, account: account)
        case .executions(let agent, let window):
            counters.listPages += 1
            meter?.listed(window)
            if window.status != nil {
                counters.pollPages += 1
                checkPollPage(of: agent, account: account)
            }
        case .agents, .agent, .me, .call, .setWebhook: counters.otherRequests += 1
        }
        if case .call(let body) = request.endpoint {
            counters.dials += 1
            let complaint = watch.dialling.place(body: body, account: request.account, at: now)
            check(.dialling, complaint.map { [$0] } ?? [])
        }
        let complaint = watch.traffic.sent(request.endpoint.budget, organization: account.organization, at: now)
        check(.budget, complaint.map { [$0] } ?? [])
    }

    /// What an answer means for the laws.
    private func hear(_ response: APIResponse, to request: BolnaRequest, account: Scenario.Account) {
        switch (response.status, request.endpoint) {
        case (200..<300, .me):
            watch.traffic.identified(account: account.name, organization: account.organization, at: now)
        case (404, .execution(let id)):
            let key = key(account, id.rawValue)
            guard !checkedByPerson.contains(key), scenario.auditShare == 0 else { break }
            watch.followUp.notFound(key, at: seconds)
        case (200..<300, _), (404, _): break
        case (_, .execution(let id)) where failing.contains(id.rawValue): break
        default: disturbed()
        }
    }

    /// A page stands for reads of several calls of an agent: something must speak for reading one of them.
    private func checkPollPage(of agent: AgentID, account: Scenario.Account) {
        guard scenario.auditShare == 0 else { return }
        let ids = calls.filter { $0.organization == account.organization }.map(\.id).filter {
            models[account.organization].truth(ofCall: $0)?.agentID == agent.rawValue
        }
        for id in ids { excuse(ExecutionID(rawValue: id), account: account) }
        let isCalledFor = ids.contains { watch.quiet.isDisturbed(key(account, $0)) }
        check(.quiet, isCalledFor ? [] : ["a list page was asked for although all webhooks came in time"])
    }

    /// Where a read is right although all webhooks came: the path is not known to be healthy, the call waits for a line or
    /// for its time, or its recording is missing.
    private func excuse(_ id: ExecutionID, account: Scenario.Account) {
        let organization = account.organization
        guard let truth = models[organization].truth(ofCall: id.rawValue) else { return }
        let path = gateway?.context.health.profile(
            account: AccountID(rawValue: account.name), agent: AgentID(rawValue: truth.agentID)
        ).path
        let isWaiting = [.queued, .scheduled, .rescheduled].contains(truth.status)
        let lacksRecording = truth.status == .completed && truth.duration > 0 && truth.recordingURL == nil
        // A probe: nobody talks for so long as a rule.
        let talkedAt = truth.changes.last { $0.status == .inProgress }?.at
        let isTalkingLong = talkedAt.map { Double(moment - $0) / 1e6 / scenario.scale > Self.longTalk } ?? false
        // A placed call may have priority: it is looked after earlier.
        let isPlaced = truth.origin == .placed
        if path != .healthy || isPlaced || isWaiting || lacksRecording || isTalkingLong {
            watch.quiet.disturb(key(account, id.rawValue))
        }
    }

    /// From how many seconds on a call is looked after because it goes on for long.
    private static let longTalk = 300.0

    /// Law 7: an account reads its own calls, and such as it was told of.
    private func checkCrossing(_ id: ExecutionID, account: Scenario.Account) {
        let owners = calls.filter { $0.id == id.rawValue }.map(\.organization)
        let wasTold = misdirected.contains(key(account, id.rawValue))
        check(
            .accounts,
            AccountsLaw.check(
                readBy: account.name, of: account.organization, owners: owners, wasTold: wasTold))
    }

    private func answer(_ request: BolnaRequest, account: Scenario.Account, number: Int) -> APIResponse {
        let organization = account.organization
        if now >= refusalUntil {
            if strikes(.tooManyRequests, number) {
                let isPolite = fraction("polite", number) < 0.25
                return APIResponse(
                    status: 429, headers: isPolite ? [.init(name: "Retry-After", value: "1")] : [],
                    body: Array(#"{"message":"Rate limit exceeded"}"#.utf8))
            }
            if strikes(.serverError, number) {
                // Half of the failed placings had their effect.
                if case .call = request.endpoint, fraction("effect", number) < 0.5 {
                    _ = models[organization].handle(request: translate(request, organization), at: moment)
                }
                return APIResponse(status: 502, headers: [], body: Array("<html>Bad gateway</html>".utf8))
            }
        }
        if case .execution(let id) = request.endpoint, failing.contains(id.rawValue) {
            return APIResponse(status: 502, headers: [], body: Array("<html>Bad gateway</html>".utf8))
        }
        var response = models[organization].handle(request: translate(request, organization), at: moment)
        if response.status == 429 { limitedAt = now }
        if (200..<300).contains(response.status), strikes(.answerWrong, number) {
            // What is wrong about the agents is believed until they are listed again.
            disturbed(until: request.endpoint == .agents ? now + scenario.span(Self.agentsInterval) : now)
            response.body = wrong(request, response, number: number)
        }
        return response
    }

    /// A body that is not what was asked for, under a 2xx.
    private func wrong(_ request: BolnaRequest, _ response: APIResponse, number: Int) -> [UInt8] {
        switch Int(fraction("wrong", number) * 6) {
        case 0: return Array("<html>welcome</html>".utf8)
        case 1: return Array("{}".utf8)
        case 2: return Array(response.body.prefix(response.body.count / 2))
        case 3: return Array(#"{"message":"done"}"#.utf8)
        case 4: return []
        default:
            guard case .execution(let id) = request.endpoint,
                let other = calls.first(where: { $0.id != id.rawValue }),
                let body = models[other.organization].body(ofCall: other.id)
            else { return Array("[]".utf8) }
            return body
        }
    }

    private func translate(_ request: BolnaRequest, _ organization: Int) -> APIRequest {
        let token = now < refusalUntil ? "Bearer expired" : "Bearer token-\(organization)"
        func get(_ path: String) -> APIRequest { APIRequest(method: "GET", target: path, authorization: token) }
        switch request.endpoint {
        case .execution(let id): return get("/executions/\(id.rawValue)")
        case .agents: return get("/v2/agent/all")
        case .agent(let id): return get("/v2/agent/\(id.rawValue)")
        case .me: return get("/user/me")
        case .setWebhook(let id, let body):
            return APIRequest(
                method: "PATCH", target: "/v2/agent/\(id.rawValue)", authorization: token, body: body)
        case .call(let body):
            return APIRequest(method: "POST", target: "/call", authorization: token, body: body)
        case .executions(let agent, let window):
            var list = get("/v2/agent/\(agent.rawValue)/executions")
            list.query = [
                "page_number": String(window.page), "page_size": String(window.size),
                "from": window.from.iso8601(fractionDigits: 6, zone: "+00:00"),
                "to": window.to.iso8601(fractionDigits: 6, zone: "+00:00"),
            ]
            if let status = window.status { list.query["status"] = status.word }
            return list
        }
    }

    private func outcome(of response: APIResponse) -> BolnaAnswer.Outcome {
        let header = response.headers.first { $0.name == "Retry-After" }?.value
        let retryAfter = header.flatMap { Double($0) }.map { Duration.seconds($0 * scenario.scale) }
        return .response(status: response.status, retryAfter: retryAfter, body: response.body)
    }

    private func describe(_ endpoint: BolnaRequest.Endpoint) -> String {
        switch endpoint {
        case .execution(let id): "read call \(name(of: id.rawValue))"
        case .executions(_, let window):
            "list page \(window.page)\(window.status.map { " of \($0.word)" } ?? "")"
        case .agents: "list agents"
        case .agent: "read an agent"
        case .me: "who am I"
        case .call: "place a call"
        case .setWebhook: "set a webhook's address"
        }
    }
}
