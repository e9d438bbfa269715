import BolnaModel
import CallDomain
import GatewayService

extension SimulatedWorld {
    /// How long the gateway's client waits for an answer, in seconds.
    static let patience = 30.0

    /// Takes a request of the gateway to Bolna; `done` is called once, at a later virtual time.
    func send(_ request: BolnaRequest, of life: Int, then done: @escaping @Sendable (BolnaAnswer.Outcome) -> Void) {
        guard let gateway, gateway.number == life, !gateway.isDead,
            let account = scenario.accounts.first(where: { $0.name == request.account.rawValue })
        else { return done(.failed(TransportFailure(kind: .cancelled, detail: "the gateway is dead"))) }
        requests += 1
        let number = requests
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
                let isNotFound = response.status == 404
                if !(200..<300).contains(response.status), !isNotFound { disturbed() }
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
            watch.quiet.read(QuietLaw.Key(account: request.account, execution: id))
            excuse(id, account: account)
            checkCrossing(id, account: account)
        case .executions(_, let window):
            counters.listPages += 1
            meter?.listed(window)
        case .agents, .agent, .me, .call: counters.otherRequests += 1
        }
        if case .call(let body) = request.endpoint {
            check(.dialling, watch.dialling.place(body: body).map { [$0] } ?? [])
        }
        let sharing = scenario.accounts.count { $0.organization == account.organization }
        let (complaint, isCrowded) = watch.traffic.sent(
            request.endpoint.budget, organization: account.organization, at: now, starts: lives * sharing)
        check(.budget, complaint.map { [$0] } ?? [])
        if isCrowded { disturbed() }
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
        if path != .healthy || isWaiting || lacksRecording { watch.quiet.disturb(key(account, id.rawValue)) }
    }

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
        var response = models[organization].handle(request: translate(request, organization), at: moment)
        if (200..<300).contains(response.status), strikes(.answerWrong, number) {
            disturbed()
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
        }
    }
}
