import BolnaWire
import CallDomain
import Logging
import ServiceLifecycle

extension ServiceContext {
    /// Sends a request of the gateway's own, if the gate grants it; nil where it does not, and during a shutdown. Where its
    /// budget is used up, it is asked for again as long as there is patience.
    func request(
        _ endpoint: BolnaRequest.Endpoint, account: AccountID, patience: Patience? = nil
    ) async -> BolnaAnswer? {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let admission = gate.withLock {
                $0.admit(endpoint.budget, account: account, for: .background, now: now())
            }
            switch admission {
            case .granted: return await send(endpoint, account: account)
            case .paused: return nil
            case .wait(let wait):
                // What an open breaker lets pass comes with the tick, not with time.
                guard let patience, !gate.isBroken(account), await patience.waits(wait) else { return nil }
            }
        }
        return nil
    }

    /// One page of an agent's executions.
    func list(
        _ agent: AgentID, _ window: BolnaRequest.ListWindow, account: AccountID, patience: Patience? = nil
    ) async -> PageRead {
        guard let answer = await request(.executions(agent, window), account: account, patience: patience) else {
            return .unavailable
        }
        guard let body = answer.body, let page = try? BolnaDecoder.decodeListPage(body, requestedSize: window.size)
        else {
            logger.notice(
                "A listing from Bolna failed; it is tried again later.",
                metadata: [
                    "account": "\(account.rawValue)", "agent.id": "\(agent.rawValue)",
                    "api.failure": "\(answer.outcome.word)",
                ])
            return .failed
        }
        if page.unusableRows > 0 {
            tallies.count(Tally(account: account, kind: .field, name: "unusable list row", count: page.unusableRows))
            logger.warning(
                "Rows of a listing from Bolna cannot be used: calls may be missing.",
                metadata: [
                    "account": "\(account.rawValue)", "agent.id": "\(agent.rawValue)",
                    "list.unusable_rows": "\(page.unusableRows)",
                ])
        }
        return .page(page)
    }

    /// Which of these calls are known, with their status.
    func known(
        _ executions: [ExecutionID], account: AccountID
    ) async throws(StoreError) -> [ExecutionID: CallStatus?] {
        guard !executions.isEmpty else { return [:] }
        return try await reader.read { store throws(StoreError) in
            try store.known(account: account, executions: executions)
        }
    }

    /// Reads a call that a listing found, and stores what Bolna says.
    func readFound(
        _ execution: ExecutionID, of agent: AgentID, account: AccountID, patience: Patience? = nil
    ) async -> FoundRead {
        guard let answer = await request(.execution(execution), account: account, patience: patience) else {
            return .unavailable
        }
        let read = ReadAnswer(answer.outcome, asked: execution)
        let entries = entries(
            of: read, asked: execution, source: .sweep, account: account, agent: agent, answer: answer)
        do {
            if try await submit(entries).contains(where: \.isRefusal) { return .failed }
        } catch {
            return .unavailable
        }
        switch (read, answer.outcome) {
        case (.statement, _): return .done
        case (.notFound, _): return .notFound
        case (.refused, _), (.failed, .response(status: 429, _, _)): return .unavailable
        case (.failed, _), (.unusable, _): return .failed
        }
    }
}

/// What came of listing a page.
enum PageRead: Sendable {
    /// It was listed.
    case page(ListPage)
    /// Bolna failed at it, or gave a body that cannot be used.
    case failed
    /// Nothing may be asked now.
    case unavailable
}

/// What came of reading a call that a listing found.
enum FoundRead: Sendable {
    /// It is stored.
    case done
    /// Bolna lists it, but says that it does not know it.
    case notFound
    /// Bolna failed at this call, or gave a body that cannot be used or stored.
    case failed
    /// Nothing can be read or stored now.
    case unavailable
}

extension BolnaAnswer.Outcome {
    /// What came, in words of a closed set.
    var word: String {
        switch self {
        case .response(200..<300, _, _): "unusable page"
        case .response(let status, _, _): "status \(status)"
        case .failed(let failure): failure.kind.rawValue
        }
    }
}
