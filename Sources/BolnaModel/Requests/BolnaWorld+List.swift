extension BolnaWorld {
    private static let defaultPageSize = 20
    private static let largestPageSize = 50
    private static let longestWindow: Int64 = 7 * 86_400 * 1_000_000

    /// `GET /v2/agent/{id}/executions`: trimmed rows, the most recently changed call first, paged by offset, so that
    /// rows move between pages while calls run.
    func executionList(_ id: String, _ request: APIRequest, _ serving: inout LogEntry.Serving) -> APIResponse {
        guard let agent = agents.firstIndex(where: { $0.id == id }) else { return .error(404, "Agent not found") }
        guard let page = Self.number(request.query["page_number"], default: 1), page >= 1, page < 1_000_000 else {
            return .error(400, code: 1005, "page_number is invalid")
        }
        guard let size = Self.number(request.query["page_size"], default: Self.defaultPageSize),
            (1...Self.largestPageSize).contains(size)
        else { return .error(400, code: 1006, "page_size must be from 1 to \(Self.largestPageSize)") }
        let window: ClosedRange<Moment>?
        switch (request.query["from"], request.query["to"]) {
        case (nil, nil): window = nil
        case (let from?, let to?):
            guard let from = Moment(text: from), let to = Moment(text: to), from <= to else {
                return .error(400, code: 1007, "from and to must be ISO 8601 times")
            }
            guard to - from <= Self.longestWindow else {
                return .error(400, code: 1008, "from and to must be at most 7 days apart")
            }
            window = from...to
        default: return .error(400, code: 1009, "from and to are required together")
        }
        let found = numbersByAgent[agent].filter { number in
            !forgotten.contains(executions[number].id)
                && (window?.contains(executions[number].createdAt) ?? true)
                && matches(executions[number], agents[agent], request.query)
        }
        let sorted = found.sorted { (executions[$0].updatedAt, $0) > (executions[$1].updatedAt, $1) }
        let start = min((page - 1) * size, sorted.count)
        let rows = sorted[start..<min(start + size, sorted.count)].map { number in
            ExecutionBody(execution: executions[number], agent: agents[agent], baseURL: options.publicBaseURL).row
        }
        serving.rows = rows.count
        return .json(
            200,
            [
                "page_number": .integer(Int64(page)), "page_size": .integer(Int64(size)),
                "total": .integer(Int64(sorted.count)), "has_more": .bool(start + rows.count < sorted.count),
                "data": .array(rows),
            ])
    }

    private func matches(_ execution: Execution, _ agent: ModelAgent, _ query: [String: String]) -> Bool {
        if let status = query["status"], status != execution.status.rawValue { return false }
        if let type = query["call_type"], type != (execution.isInbound ? "inbound" : "outbound") { return false }
        if let provider = query["provider"], provider != agent.provider { return false }
        if query["batch_id"] != nil { return false }
        if let flag = query["answered_by_voice_mail"] {
            let isVoicemail = execution.status == .completed && execution.script.outcome == .voicemail
            return flag == (isVoicemail ? "true" : "false")
        }
        return true
    }

    private static func number(_ text: String?, default fallback: Int) -> Int? {
        text.map { Int($0) } ?? fallback
    }
}
