package import CallDomain

/// Decides whether a request to Bolna may be sent now: budgets, breakers, and accounts whose token Bolna refuses.
package struct RequestGateMachine: Sendable {
    /// The budgets.
    package var planner: PollPlanner

    private var standings: [AccountID: Standing]
    private let probeInterval: Duration

    /// How often `/user/me` is asked while an account is paused; scaled.
    package static let probeInterval: Duration = .seconds(300)

    private struct Standing: Sendable {
        var breaker = CircuitBreaker()
        /// When Bolna first refused the token; nil while it does not.
        var pausedSince: Timestamp?
        var isIdentified = false
        var nextProbeAt = Timestamp.distantPast
    }

    /// What an answer changed for its account.
    package enum Event: Hashable, Sendable {
        /// Bolna refused the token with this status: the account is paused.
        case paused(status: Int)
        /// Bolna takes the token again.
        case resumed
        /// Too many requests failed: only probes are sent.
        case breakerOpened
        /// A request succeeded: all may be sent.
        case breakerClosed
    }

    /// Whether a request may be sent.
    package enum Admission: Hashable, Sendable {
        /// It may.
        case granted
        /// Not before this time has passed.
        case wait(Duration)
        /// The account has no token, or Bolna refuses it.
        case paused
    }

    /// Starts with full buckets, for the accounts that have a token.
    package init(accounts: [AccountID], settings: ExpectationSettings) {
        planner = PollPlanner()
        standings = Dictionary(accounts.map { ($0, Standing()) }, uniquingKeysWith: { first, _ in first })
        probeInterval = Self.probeInterval.scaled(by: settings.scale)
    }

    /// Takes other accounts in place of those there were. One that stays keeps what was learned of it, unless it has
    /// another token: then it is as if it were new, and asked at the next tick whose organization it is.
    package mutating func setAccounts(_ accounts: [AccountID], renewed: Set<AccountID>) {
        for account in Set(standings.keys).subtracting(accounts).union(renewed) {
            standings[account] = nil
            planner.forget(account)
        }
        for account in accounts where standings[account] == nil { standings[account] = Standing() }
    }

    /// Whether the account's due calls may be read: it has a token, which Bolna does not refuse.
    package func isPaused(_ account: AccountID) -> Bool {
        standings[account].map { $0.pausedSince != nil } ?? true
    }

    /// Since when Bolna refuses the account's token, as far as this process knows; nil where it does not, or there is none.
    package func pausedSince(_ account: AccountID) -> Timestamp? { standings[account]?.pausedSince }

    /// Whether only probes are sent.
    package func isBroken(_ account: AccountID) -> Bool { standings[account]?.breaker.isOpen ?? false }

    /// A tick began: the accounts whose `/user/me` is to be asked, to learn their organization, or whether their token
    /// is taken again.
    package mutating func tick(now: Timestamp) -> [AccountID] {
        var probes: [AccountID] = []
        for account in standings.keys.sorted() {
            standings[account]?.breaker.tick()
            guard let standing = standings[account], standing.nextProbeAt.hasCome(at: now, setAtMost: probeInterval)
            else { continue }
            guard standing.pausedSince != nil || (!standing.isIdentified && !standing.breaker.isOpen) else { continue }
            guard planner.take(.other, account: account, for: .background, now: now) == nil else { continue }
            standings[account]?.nextProbeAt = now.advanced(by: probeInterval)
            probes.append(account)
        }
        return probes
    }

    /// Whether one request may be sent now; a grant is paid for. A person's may be sent whatever went wrong before,
    /// since somebody wants to know.
    package mutating func admit(
        _ budget: RequestBudget, account: AccountID, for asker: Asker, now: Timestamp
    ) -> Admission {
        guard standings[account] != nil else { return .paused }
        if asker != .person {
            guard !isPaused(account) else { return .paused }
            guard mayPass(account) else { return .wait(probeInterval) }
        }
        if let wait = planner.take(budget, account: account, for: asker, now: now) { return .wait(wait) }
        if asker != .person { passed(account) }
        return .granted
    }

    /// Whether the breaker lets a request of the account pass; while it is open, one per tick.
    package func mayPass(_ account: AccountID) -> Bool { standings[account]?.breaker.mayPass ?? false }

    /// A request of the account that the planner paid for is sent.
    package mutating func passed(_ account: AccountID) { standings[account]?.breaker.passed() }

    /// Learns from an answer.
    package mutating func answered(
        _ endpoint: BolnaRequest.Endpoint, account: AccountID, outcome: BolnaAnswer.Outcome, organization: String?,
        now: Timestamp
    ) -> [Event] {
        guard standings[account] != nil else { return [] }
        if let organization {
            planner.assign(account, organization: organization)
            standings[account]?.isIdentified = true
        }
        let hasFailed: Bool
        var events: [Event] = []
        switch outcome {
        case .failed(let failure):
            guard failure.kind != .cancelled, failure.kind != .noToken else { return [] }
            hasFailed = true
        case .response(let status, let retryAfter, _):
            planner.answered(
                status: status, retryAfter: retryAfter, budget: endpoint.budget, account: account, now: now)
            if status == 401 || status == 403 { return pause(account, status: status, now: now) }
            hasFailed = status == 429 || status >= 500
            if (200..<300).contains(status) { events += resume(account) }
        }
        let wasOpen = isBroken(account)
        standings[account]?.breaker.record(hasFailed: hasFailed)
        let isOpen = isBroken(account)
        if wasOpen != isOpen { events.append(isOpen ? .breakerOpened : .breakerClosed) }
        return events
    }

    private mutating func pause(_ account: AccountID, status: Int, now: Timestamp) -> [Event] {
        guard !isPaused(account) else { return [] }
        standings[account]?.pausedSince = now
        standings[account]?.nextProbeAt = now.advanced(by: probeInterval)
        return [.paused(status: status)]
    }

    private mutating func resume(_ account: AccountID) -> [Event] {
        guard isPaused(account) else { return [] }
        standings[account]?.pausedSince = nil
        return [.resumed]
    }
}
