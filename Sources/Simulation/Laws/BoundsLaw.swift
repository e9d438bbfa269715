import CallDomain

/// Law 6, for waits and queues: whatever is expected has an end, and every end has a name.
enum BoundsLaw {
    /// What is wrong with a call's wait at a time of the gateway's wall clock. `slack` is how long a call may be overdue
    /// while nothing keeps the gateway from reading it, as nothing has `calmSince`; `longestStep` is the longest time
    /// between looks. Where Bolna fails at the call, looks that saw nothing are made again, for `failurePatience`.
    static func check(
        _ record: CallRecord, now: Timestamp, calmSince: Timestamp, slack: Duration, longestStep: Duration,
        failurePatience: Duration = .zero
    ) -> String? {
        let name = record.execution.rawValue
        guard let open = record.ledger.open else {
            guard let outcome = record.ledger.outcome else {
                return "nothing is expected of call \(name), and no outcome says why"
            }
            guard outcome == .settled, let status = record.state?.status, !status.isFinal else { return nil }
            return "call \(name) is \(status.word), and counts as settled"
        }
        let end = max(open.endsAt, open.since.advanced(by: failurePatience))
        if now.duration(since: max(end, calmSince)) > slack + longestStep {
            return "call \(name) still waits for \(open.what.word) (\(open.why.rawValue)) after the end of its wait"
        }
        let overdue = now.duration(since: max(open.due, calmSince))
        guard overdue > slack else { return nil }
        return "call \(name) has been due for \(overdue.seconds) s (\(open.why.rawValue)), and is not read"
    }
}
