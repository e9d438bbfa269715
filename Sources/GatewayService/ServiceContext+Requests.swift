import BolnaWire
package import CallDomain
import Logging

extension ServiceContext {
    /// Whether the gateway can read an account's calls now: it may, and Bolna does not refuse the token.
    func isReadable(_ account: GatewayAccount) -> Bool { account.mayRead && !gate.isPaused(account.id) }

    /// Sends one request that the gate has granted, and lets gate, metrics and log learn from its answer.
    package func send(_ endpoint: BolnaRequest.Endpoint, account: AccountID) async -> BolnaAnswer {
        let answer = await api.send(BolnaRequest(account: account, endpoint: endpoint))
        metrics.requested(account: account, endpoint: endpoint, outcome: answer.outcome)
        tallies.count(
            .request(account: account, endpoint: endpoint, outcome: answer.outcome, sentAt: answer.sentAt))
        let organization = endpoint == .me ? answer.body.flatMap { try? BolnaDecoder.decodeUser($0) } : nil
        let events = gate.withLock {
            $0.answered(
                endpoint, account: account, outcome: answer.outcome, organization: organization,
                now: answer.receivedAt)
        }
        for event in events { report(event, account: account) }
        if answer.body != nil { health.tokenIsTaken(account, at: answer.receivedAt) }
        return answer
    }

    /// The entries of a full read's verdict: a statement, or a body kept aside. Failures leave no entry here, since
    /// what follows from them depends on who asked.
    package func entries(
        of verdict: ReadAnswer, asked execution: ExecutionID, source: Source, account: AccountID, agent: AgentID?,
        answer: BolnaAnswer, isAudit: Bool = false
    ) -> [JournalEntry] {
        switch verdict {
        case .statement(let statement, let body):
            metrics.read(at: answer.receivedAt)
            let key = ObservationKey(
                source: source, trust: .authoritative, standing: .applied, digest: digest(body))
            var read = observation(
                account: account, agent: agent, key: key, receivedAt: answer.receivedAt, sentAt: answer.sentAt,
                body: body, statement: statement)
            read.isAudit = isAudit
            return [.observation(read)]
        case .unusable(let reason, let detail, let body):
            let delivery = QuarantinedDelivery(
                account: account, agent: agent, execution: execution, source: source, trust: .authoritative,
                receivedAt: answer.receivedAt, sentAt: answer.sentAt, reason: reason, detail: detail,
                digest: digest(body), body: body)
            return [sparing(delivery)]
        case .notFound, .refused, .failed: return []
        }
    }

    private func report(_ event: RequestGateMachine.Event, account: AccountID) {
        let name: Logger.Metadata = ["account": "\(account.rawValue)"]
        switch event {
        case .paused(let status):
            health.note(
                Incident(
                    account: account, kind: .tokenRefused, from: now(), to: nil,
                    detail: "Bolna answered \(status): nothing was read until it took the token again."))
            logger.error(
                "Bolna refuses the account's token: its polling is paused until Bolna takes it again. Check bolna.token.",
                metadata: name.merging(["http.status": "\(status)"]) { _, new in new })
        case .resumed: logger.notice("Bolna takes the account's token again: its polling goes on.", metadata: name)
        case .breakerOpened:
            metrics.breaker(account: account, isOpen: true)
            logger.warning("Half of the last requests to Bolna failed: one probe is sent per tick.", metadata: name)
        case .breakerClosed:
            metrics.breaker(account: account, isOpen: false)
            logger.notice("Bolna answers again: requests are sent as usual.", metadata: name)
        }
    }
}

extension BolnaAnswer {
    /// The body of an answer of 2xx; nil for any other.
    package var body: [UInt8]? {
        if case .response(200..<300, _, let body) = outcome { body } else { nil }
    }
}
