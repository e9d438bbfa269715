import CallDomain

/// Statements and receipts without sense, from a generator: what outsiders may send.
enum RandomEvidence {
    static func statement(using generator: inout SplitMix64) -> Statement {
        var statuses = CallStatus.known
        statuses += [.unknown("on-hold"), .unknown("paused"), .inProgress, .completed, .busy, .queued]
        let updated =
            Int.random(in: 0..<4, using: &generator) == 0 ? nil : Int.random(in: 0...40, using: &generator) * 50
        let retry = Int.random(in: 0..<3, using: &generator) > 0 ? nil : Int.random(in: 0...2, using: &generator)
        var policy: RetryPolicy?
        if Int.random(in: 0..<5, using: &generator) == 0 {
            policy = RetryPolicy(
                isEnabled: Bool.random(using: &generator), retriesVoicemail: Bool.random(using: &generator))
        }
        return Receipt.statement(
            statuses[Int.random(in: 0..<statuses.count, using: &generator)], updated: updated, retry: retry,
            policy: policy, fields: fields(using: &generator))
    }

    static func fields(using generator: inout SplitMix64) -> [CallField: FieldValue] {
        var fields: [CallField: FieldValue] = [:]
        let candidates: [CallField] = [
            .agentID, .direction, .conversationDuration, .totalCost, .transcript, .hangupCode,
        ]
        for field in candidates where Bool.random(using: &generator) {
            fields[field] = .number(Double(Int.random(in: 0...2, using: &generator)))
        }
        return fields
    }

    /// Anything but a truth: received, and answered if it is a read, before a time in seconds.
    static func receipt(before end: Int, using generator: inout SplitMix64) -> Receipt {
        let time = Int.random(in: 0..<max(end - 2, 1), using: &generator)
        let statement = statement(using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...2:
            return .read(statement, from: Bool.random(using: &generator) ? .poll : .check, sent: time)
        case 3:
            return .of(statement, trust: .addressed, standing: .hint, at: time)
        case 4:
            return .of(Receipt.statement(nil), at: time)
        case 5:
            return .of(statement, from: .dial, trust: .authoritative, at: time)
        case 6:
            let named = receipt(before: time, using: &generator)
            return .ruling(Bool.random(using: &generator) ? statement.status : nil, withdraws: [named], at: time)
        case 7:
            return .read(statement, sent: time, min(time + 200, end - 1))
        default:
            return .of(statement, trust: Bool.random(using: &generator) ? .signed : .authenticated, at: time)
        }
    }

    /// The statuses of a call's life as Bolna tells them, each with its attempt.
    static func life(using generator: inout SplitMix64) -> [(status: CallStatus, attempt: Int)] {
        let finals: [CallStatus] = [.busy, .noAnswer, .failed, .error]
        let retries = Int.random(in: 0...2, using: &generator)
        var life: [(status: CallStatus, attempt: Int)] = []
        for attempt in 0..<retries {
            let final = finals[Int.random(in: 0..<finals.count, using: &generator)]
            life += [.scheduled, .queued, .initiated, .ringing, final].map { ($0, attempt) }
        }
        let last: [CallStatus] = [
            .queued, .initiated, .ringing, .inProgress, .callDisconnected, .completed, .completed,
        ]
        return life + last.map { ($0, retries) }
    }
}
