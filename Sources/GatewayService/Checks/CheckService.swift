package import CallDomain
import Synchronization

/// What became of a check asked by a person.
package enum CheckOutcome: Sendable {
    /// Bolna answered; the call as it is now.
    case updated(CallRecord)
    /// The account has no such call.
    case notFound
    /// Bolna does not know the call; it is unchanged.
    case unknownToBolna(CallRecord)
    /// It was checked just now.
    case coolingDown(retryAfter: Duration)
    /// Bolna gave no usable answer; one sentence, without personal data.
    case bolnaFailed(detail: String)
    /// The gateway cannot take more now.
    case busy(retryAfter: Duration)
    /// The account has no token for Bolna's API.
    case noToken
}

/// Asks Bolna about one call now, because a person wants to know.
package final class CheckService: Sendable {
    private let context: ServiceContext
    private let state = Mutex(State())

    private struct State: Sendable {
        var running: [CheckedCall: Task<CheckOutcome, Never>] = [:]
        var recent = RecentChecks()
    }

    private enum Turn: Sendable {
        case join(Task<CheckOutcome, Never>)
        case wait(Duration)
    }

    /// Works within a context.
    package init(context: ServiceContext) { self.context = context }

    /// Checks the call with this gateway id or execution id. Several who ask at once share one request; within the
    /// cool-down nothing is asked.
    package func check(account: AccountID, reference: String) async -> CheckOutcome {
        guard context.accounts[account]?.mayAsk == true else { return .noToken }
        do {
            guard let record = try await find(account, reference) else { return .notFound }
            switch takeTurn(for: record) {
            case .wait(let retryAfter): return .coolingDown(retryAfter: retryAfter)
            case .join(let task): return await task.value
            }
        } catch {
            return .busy(retryAfter: .seconds(5))
        }
    }

    private func takeTurn(for record: CallRecord) -> Turn {
        let key = CheckedCall(account: record.account, call: record.call)
        let now = context.now()
        let isEager = (record.state?.context.reads ?? 0) < Evidence.mostEagerReads
        let cooldown = context.settings.scaled(isEager ? \.checkCooldown : \.hintInterval)
        return state.withLock { state in
            if let task = state.running[key] { return .join(task) }
            if let wait = state.recent.check(key, cooldown: cooldown, now: now) { return .wait(wait) }
            // A task of its own: whoever asked first may leave, while others wait for the same answer.
            let task = Task(executorPreference: context.executor) {
                let outcome = await self.ask(record)
                self.state.withLock { $0.running[key] = nil }
                return outcome
            }
            state.running[key] = task
            return .join(task)
        }
    }

    private func ask(_ record: CallRecord) async -> CheckOutcome {
        let admission = context.gate.withLock {
            $0.admit(.other, account: record.account, for: .person, now: context.now())
        }
        switch admission {
        case .granted: break
        case .wait(let retryAfter): return .busy(retryAfter: retryAfter)
        case .paused: return .noToken
        }
        let answer = await context.send(.execution(record.execution), account: record.account)
        let read = ReadAnswer(answer.outcome, asked: record.execution)
        let entries = context.entries(
            of: read, asked: record.execution, source: .check, account: record.account, agent: record.state?.agent,
            answer: answer)
        do {
            for receipt in try await context.submit(entries) {
                switch receipt {
                case .failed(let error): throw error
                case .forgotten: return .notFound
                default: break
                }
            }
            let updated = try await find(record.account, record.call.rawValue) ?? record
            switch read {
            case .statement: return .updated(updated)
            case .notFound: return .unknownToBolna(updated)
            case .refused: return .bolnaFailed(detail: "Bolna refused the token of the account.")
            case .unusable(_, let detail, _):
                return .bolnaFailed(detail: "Bolna's answer could not be used: \(detail).")
            case .failed(let detail, _): return .bolnaFailed(detail: "Bolna did not answer as expected: \(detail).")
            }
        } catch {
            return .busy(retryAfter: (error as? JournalError)?.retryAfter ?? .seconds(5))
        }
    }

    private func find(_ account: AccountID, _ reference: String) async throws(StoreError) -> CallRecord? {
        try await context.reader.read { store throws(StoreError) in
            try store.call(account: account, reference: reference, withBody: true)
        }
    }
}

extension CallState {
    /// The agent, where it is known.
    var agent: AgentID? {
        if case .text(let id)? = self[.agentID] { AgentID(rawValue: id) } else { nil }
    }
}
