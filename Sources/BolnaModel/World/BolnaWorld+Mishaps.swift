/// What happens at Bolna beside the usual lives of calls. A driver of the world makes these happen, one at a time.
extension BolnaWorld {
    /// Bolna corrects itself: a call for which nothing is planned gets another status, or goes back. `isTold` says
    /// whether a webhook tells of it. False where there is no such call, or nothing to correct.
    package mutating func correct(call id: String, to status: ExecutionStatus, isTold: Bool, at moment: Moment) -> Bool
    {
        progress(to: moment)
        guard let number = numberByID[id], executions[number].pending.isEmpty, executions[number].status != status
        else { return false }
        guard !isTold else {
            change(number, to: status)
            return true
        }
        executions[number].apply(status, at: now)
        let change = StatusChange(call: id, status: status, attempt: executions[number].retryCount, at: now)
        log.append(.changed(change), at: now)
        outbox.append(.changed(change))
        return true
    }

    /// A call hangs: nothing that was planned for it happens any more. False where there is no such call, or nothing was
    /// planned.
    package mutating func hang(call id: String, at moment: Moment) -> Bool {
        progress(to: moment)
        guard let number = numberByID[id], !executions[number].pending.isEmpty else { return false }
        executions[number].planNumber += 1
        executions[number].pending = []
        return true
    }

    /// From now on the API does not know a call any more: 404, and no row of a list. False where there is no such call.
    package mutating func forget(call id: String, at moment: Moment) -> Bool {
        progress(to: moment)
        guard numberByID[id] != nil else { return false }
        return forgotten.insert(id).inserted
    }

    /// What a full read of a call would say now; nil where the API does not know it.
    package func body(ofCall id: String) -> [UInt8]? {
        guard let number = numberByID[id], !forgotten.contains(id) else { return nil }
        let execution = executions[number]
        return ExecutionBody(execution: execution, agent: agents[execution.agent], baseURL: options.publicBaseURL)
            .full.bytes
    }

    /// The webhook that Bolna sends before a tool runs: the body as it stands, with members of the tool's own and no
    /// change of status. Nil unless the call is talking.
    package func preCallBody(ofCall id: String) -> [UInt8]? {
        guard let number = numberByID[id], executions[number].status == .inProgress, !forgotten.contains(id) else {
            return nil
        }
        let execution = executions[number]
        let body = ExecutionBody(
            execution: execution, agent: agents[execution.agent], baseURL: options.publicBaseURL
        ).full
        let own: [JSONValue.Member] = [.init("tool_name", "book_visit"), .init("visit_day", "Friday")]
        return JSONValue.object(own + (body.members ?? [])).bytes
    }
}
