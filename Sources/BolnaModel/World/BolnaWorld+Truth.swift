extension BolnaWorld {
    /// The truth about every call, in the order in which they came.
    package var truth: [CallTruth] {
        executions.map(truth(of:))
    }

    /// The truth about one call.
    package func truth(ofCall id: String) -> CallTruth? {
        numberByID[id].map { truth(of: executions[$0]) }
    }

    /// How many calls had a status that a full read showed while no delivered webhook has told it.
    package var healedCalls: Int {
        executions.count { !$0.shown.isSubset(of: $0.told) }
    }

    /// The sums over everything, and the truth about every call, as JSON.
    package var truthJSON: [UInt8] {
        let calls = truth
        let summary: JSONValue = [
            "now": .string(now.text()), "calls": .integer(Int64(calls.count)),
            "settled": .integer(Int64(calls.count(where: \.isSettled))),
            "healed": .integer(Int64(calls.count(where: \.isHealed))), "counts": log.counts.json,
        ]
        return JSONValue.object([.init("summary", summary), .init("calls", .array(calls.map(\.json)))]).bytes
    }

    private func truth(of execution: Execution) -> CallTruth {
        let agent = agents[execution.agent]
        let body = ExecutionBody(execution: execution, agent: agent, baseURL: options.publicBaseURL)
        var at = execution.updatedAt
        var attempt = execution.retryCount
        let planned = execution.pending.map { change in
            at = at + change.gap
            if change.status == .scheduled { attempt += 1 }
            return StatusChange(call: execution.id, status: change.status, attempt: attempt, at: at)
        }
        return CallTruth(
            id: execution.id, agentID: agent.id, origin: execution.origin, createdAt: execution.createdAt,
            status: execution.status, updatedAt: execution.updatedAt, attempt: execution.retryCount,
            duration: execution.duration, cost: execution.costs.total, recordingURL: body.recordingURL,
            isVoicemail: execution.status == .completed && execution.script.outcome == .voicemail,
            isSettled: execution.isSettled, changes: execution.changes, planned: planned,
            isHealed: !execution.shown.isSubset(of: execution.told))
    }
}

extension CallTruth {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "agent_id": .string(agentID), "origin": .string(origin.rawValue),
            "created_at": .string(createdAt.text()), "status": .string(status.rawValue),
            "updated_at": .string(updatedAt.text()), "attempt": .integer(Int64(attempt)),
            "duration": .amount(duration), "cost": .amount(cost), "recording_url": .text(recordingURL),
            "voicemail": .bool(isVoicemail), "settled": .bool(isSettled), "healed": .bool(isHealed),
            "changes": .array(changes.map(\.json)), "planned": .array(planned.map(\.json)),
        ]
    }
}

extension StatusChange {
    fileprivate var json: JSONValue {
        [
            "status": .string(status.rawValue), "attempt": .integer(Int64(attempt)), "at": .string(at.text()),
        ]
    }
}
