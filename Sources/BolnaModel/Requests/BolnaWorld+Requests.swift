extension BolnaWorld {
    /// Answers a request that arrived at `moment`.
    package mutating func handle(request: APIRequest, at moment: Moment) -> APIResponse {
        progress(to: moment)
        let (endpoint, id) = Endpoint.of(request)
        var serving = LogEntry.Serving(endpoint: endpoint, code: 0)
        // The draws are the same for every request, whatever is switched on.
        let isRefused = requestRandom.happens(faults.tooManyRequests)
        let isBroken = requestRandom.happens(faults.serverErrors)
        let isSlow = requestRandom.happens(faults.slowAnswers)
        let isCut = requestRandom.happens(faults.cutAnswers)
        let slowness = requestRandom.number(in: faults.slowness)
        let point = requestRandom.fraction()
        let shape = requestRandom.integer(below: 4)

        var response: APIResponse
        if let refusal = refusal(of: request) {
            response = refusal
        } else if let seconds = limiter.refuse(endpoint, at: now) {
            response = .tooManyRequests(retryAfterSeconds: shape < 2 ? seconds : nil)
        } else if isRefused {
            response = .tooManyRequests(retryAfterSeconds: shape < 2 ? 1 : nil)
        } else if isBroken {
            // Half of the failed placings had their effect: that is why a client must not simply dial again.
            if endpoint == .placeCall, point < 0.5 { _ = answer(endpoint, id: id, request, &serving) }
            serving = LogEntry.Serving(endpoint: endpoint, code: 0, call: serving.call)
            response = .serverError(shape)
        } else {
            response = answer(endpoint, id: id, request, &serving)
        }
        if isCut, !response.body.isEmpty {
            serving.fault = .cut
            response.cutAfter = Int(point * Double(response.body.count))
        } else if isSlow {
            serving.fault = .slow
            response.delay = Int64(slowness * 1_000_000)
        }
        serving.code = response.status
        log.append(.served(serving), at: now)
        noteShown(serving)
        return response
    }

    /// What a client learned of a call from a full read that reached it whole.
    private mutating func noteShown(_ serving: LogEntry.Serving) {
        guard serving.endpoint == .execution, serving.code == 200, serving.fault != .cut,
            let call = serving.call, let number = numberByID[call], let status = serving.status,
            let attempt = serving.attempt
        else { return }
        executions[number].shown.insert(.init(attempt: attempt, status: status))
    }

    /// A missing key is refused as documented, an unknown one as clients see it.
    private func refusal(of request: APIRequest) -> APIResponse? {
        // A signed link is its own key.
        guard Endpoint.of(request).endpoint != .signedRecording else { return nil }
        guard let authorization = request.authorization, authorization.lowercased().hasPrefix("bearer ") else {
            return .error(401, "Access denied")
        }
        let token = String(authorization.dropFirst(7))
        return options.tokens.contains(token) ? nil : .detail(403, "Unrecognized access token")
    }

    private mutating func answer(
        _ endpoint: Endpoint, id: String, _ request: APIRequest, _ serving: inout LogEntry.Serving
    ) -> APIResponse {
        switch endpoint {
        case .placeCall: placeCall(request, &serving)
        case .stopCall: stopCall(id, &serving)
        case .execution: execution(id, &serving)
        case .executions: executionList(id, request, &serving)
        case .agents: .json(200, .array(agents.map(\.json)))
        case .agent: agents.first { $0.id == id }.map { .json(200, $0.json) } ?? .error(404, "Agent not found")
        case .patchAgent: patchAgent(id, request)
        case .user: user
        case .recording: recording(id, request, &serving)
        case .signedRecording: signedRecording(id, request)
        case .unknown: .error(404, "Not found")
        }
    }

    private mutating func placeCall(_ request: APIRequest, _ serving: inout LogEntry.Serving) -> APIResponse {
        guard let body = JSONValue(bytes: request.body), body.members != nil else {
            return .error(400, code: 1000, "Malformed JSON")
        }
        guard let agentID = body["agent_id"]?.string else { return .error(400, code: 1001, "agent_id is required") }
        guard let agent = agents.firstIndex(where: { $0.id == agentID }) else { return .error(404, "Agent not found") }
        guard let recipient = body["recipient_phone_number"]?.string else {
            return .error(400, code: 1002, "recipient_phone_number is required")
        }
        guard Self.isPhoneNumber(recipient) else {
            return .message(422, "recipient_phone_number must be in E.164 format")
        }
        let from = body["from_phone_number"]?.string
        if let from, !Self.isPhoneNumber(from) { return .message(422, "from_phone_number must be in E.164 format") }
        var scheduledAt: Moment?
        if let text = body["scheduled_at"]?.string {
            // The documentation says that this suffix is answered with 500.
            if text.hasSuffix("Z") { return .json(500, ["error": "scheduled_at: unsupported suffix Z"]) }
            guard let moment = Moment(text: text) else { return .error(400, code: 1003, "scheduled_at is invalid") }
            scheduledAt = moment
        }
        let userData = body["user_data"] ?? .null
        guard userData == .null || userData.members != nil else { return .message(422, "user_data must be an object") }
        let placing = Placing(
            agent: agent, recipient: recipient, from: from, scheduledAt: scheduledAt,
            userData: userData.members ?? [], retryRule: RetryRule.read(body["retry_config"]))
        guard let call = place(placing, origin: .placed) else { return .error(400, code: 1004, "Too many calls") }
        serving.call = call
        serving.status = .queued
        return .json(200, ["message": "done", "status": "queued", "execution_id": .string(call)])
    }

    private mutating func stopCall(_ id: String, _ serving: inout LogEntry.Serving) -> APIResponse {
        guard let number = numberByID[id] else { return .error(404, "Execution not found") }
        serving.call = id
        guard stop(number) else { return .error(400, "Only queued or scheduled calls can be stopped") }
        serving.status = .stopped
        return .json(200, ["message": "done", "status": "stopped", "execution_id": .string(id)])
    }

    private func execution(_ id: String, _ serving: inout LogEntry.Serving) -> APIResponse {
        guard let number = numberByID[id], !forgotten.contains(id) else { return .error(404, "Execution not found") }
        let execution = executions[number]
        serving.call = id
        serving.status = execution.status
        serving.attempt = execution.retryCount
        let agent = agents[execution.agent]
        return .json(
            200, ExecutionBody(execution: execution, agent: agent, baseURL: options.publicBaseURL).full)
    }

    private mutating func patchAgent(_ id: String, _ request: APIRequest) -> APIResponse {
        guard let index = agents.firstIndex(where: { $0.id == id }) else { return .error(404, "Agent not found") }
        guard let config = JSONValue(bytes: request.body)?["agent_config"], config.members != nil else {
            return .error(400, code: 1001, "agent_config is required")
        }
        // Attributes that are not listed are ignored.
        if let url = config["webhook_url"] { agents[index].webhookURL = url.string }
        agents[index].updatedAt = now
        return .json(200, ["message": "success", "state": "updated"])
    }

    private var user: APIResponse {
        .json(
            200,
            [
                "id": .string(organizationID), "name": "Example Homes", "email": "owner@example.com",
                "wallet": .number(1520.75),
                "concurrency": [
                    "max": .integer(Int64(options.concurrency ?? 10)), "current": .integer(Int64(linesInUse)),
                ],
            ])
    }

    private static func isPhoneNumber(_ text: String) -> Bool {
        text.first == "+" && (7...16).contains(text.count) && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    }
}
