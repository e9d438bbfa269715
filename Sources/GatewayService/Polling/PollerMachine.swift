import BolnaWire
package import CallDomain

/// Decides which due calls are read when, and what follows from the answers. It reads no clock and sends nothing.
package struct PollerMachine: Sendable {
    private let settings: ExpectationSettings
    /// What waits to be read, by account; none whose part is empty.
    private var backlog: [AccountID: Part] = [:]
    private var backlogUntil = Timestamp.distantPast
    /// The due calls in the backlog.
    private var held = 0
    /// The calls that are being read, or will be since a page asks for it, or whose answer is not committed yet.
    private var reading: Set<Key> = []
    private var inFlight = 0
    /// How many takes from the store are under way.
    private var takes = 0
    /// The calls that were read and committed while takes are under way, which may bring them as they were before.
    private var settledMeanwhile: Set<Key> = []
    /// The accounts of which the store may have more than was taken.
    private var accountsWithMore: Set<AccountID> = []

    /// The most due calls that are held at once; further ones stay in the store until the next tick.
    package static let mostHeld = 2_048

    private struct Key: Hashable {
        var account: AccountID
        var call: CallID

        init(_ due: DueCall) {
            account = due.account
            call = due.call
        }
    }

    /// What waits of one account.
    private struct Part: Sendable {
        var calls: [CallID: DueCall] = [:]
        /// What answered pages ask for: further pages, and single reads of calls whose row shows a change. Their calls
        /// are in ``PollerMachine/reading``, and are planned beside those that are due.
        var following: [PlannedRead] = []
        /// All of that in its order; nil where it has changed since it was made.
        var queue: PollQueue?

        var isEmpty: Bool { calls.isEmpty && following.isEmpty }

        /// The call whose read tells best whether Bolna answers again.
        var probe: DueCall? { calls.values.min { ($0.due, $0.execution) < ($1.due, $1.execution) } }

        /// Takes the queue out, so that it is changed in place.
        mutating func takeQueue() -> PollQueue {
            defer { queue = nil }
            return queue ?? PollQueue(due: Array(calls.values), following: following)
        }

        /// A read of it is sent; returns how many due calls that takes.
        mutating func remove(_ read: PlannedRead) -> Int {
            let before = calls.count
            for call in read.calls { calls[call.call] = nil }
            if calls.count == before, let place = following.firstIndex(of: read) { following.remove(at: place) }
            return before - calls.count
        }
    }

    /// What due calls ask for besides reads.
    package struct Taken: Sendable {
        /// Calls whose expectation is to be computed anew: they are due only since their scope fared badly, and it
        /// fares well now.
        package var recomputed: [DueCall]
        /// How many calls are to be read.
        package var toRead: Int
    }

    /// What follows from an answer.
    package struct Outcome: Sendable {
        /// The answer to a single read; nil for a page.
        package var verdict: ReadAnswer?
        /// Reads that failed, to be put off.
        package var failures: [FailedRead] = []
        /// Calls a page showed in the status that is held.
        package var unchanged: [DueCall] = []
        /// The calls of ``failures``.
        fileprivate var failed: [DueCall] = []
        /// The calls that are held until all this is stored.
        fileprivate var settled: [DueCall] = []
        /// Why the read failed, in words of a closed set; nil where it did not.
        package var detail: String?
    }

    /// Holds nothing.
    package init(settings: ExpectationSettings) {
        self.settings = settings
    }

    /// How many more due calls may be taken from the store.
    package var room: Int { max(0, Self.mostHeld - held - reading.count) }

    /// How many requests are under way.
    package var requestsInFlight: Int { inFlight }

    /// Due calls are about to be taken from the store, under a lease of one tick: how many more there is room for. Calls
    /// that were not read while theirs lasted are given back first, since they may have changed. Each of these is
    /// followed by ``took(_:hasMore:profile:)``.
    package mutating func beginTake(at now: Timestamp) -> Int {
        takes += 1
        let isOver = backlogUntil.hasCome(at: now, setAtMost: settings.tick)
        if isOver || backlog.isEmpty {
            for call in backlog.values.flatMap(\.following).flatMap(\.calls) { reading.remove(Key(call)) }
            backlog = [:]
            held = 0
            backlogUntil = now.advanced(by: settings.tick)
        }
        return room
    }

    /// These due calls were taken from the store, which has more of them or not; none where it failed. What there is no
    /// room for stays there.
    package mutating func took(_ due: [DueCall], hasMore: Bool, profile: (DueCall) -> ScopeProfile) -> Taken {
        var recomputed: [DueCall] = []
        for call in due {
            let key = Key(call)
            guard !reading.contains(key), !settledMeanwhile.contains(key) else { continue }
            if call.ledger.open?.why == .pace, profile(call).path == .healthy {
                recomputed.append(call)
            } else if room > 0 || backlog[call.account]?.calls[call.call] != nil {
                hold(call)
            }
        }
        let served = Set(due.map(\.account))
        let all = accountsWithMore.union(served)
        // Accounts are given out in turns: one that is missing has nothing left, unless there was no place for each.
        accountsWithMore = !hasMore ? [] : due.count < all.count ? all : served
        takes = max(takes - 1, 0)
        if takes == 0 { settledMeanwhile = [] }
        let following = backlog.values.flatMap(\.following)
        return Taken(recomputed: recomputed, toRead: held + following.reduce(0) { $0 + $1.calls.count })
    }

    private mutating func hold(_ call: DueCall) {
        let known = backlog[call.account, default: Part()].calls.updateValue(call, forKey: call.call)
        if known == nil { held += 1 }
        if known != call { backlog[call.account]?.queue = nil }
    }

    /// Whether more due calls should be taken before the next tick: the store has more, and all that was taken of some
    /// account is done or under way.
    package var wantsMore: Bool { accountsWithMore.contains { backlog[$0]?.calls.isEmpty ?? true } }

    /// Whether time alone lets a turn go on: reads wait for a budget to fill again, or there is more to take.
    package func waits(gate: RequestGateMachine) -> Bool {
        guard inFlight < PollPlanner.mostAtOnce else { return false }
        return wantsMore
            || backlog.contains { account, part in
                guard !gate.isPaused(account) else { return false }
                return !gate.isBroken(account) || (gate.mayPass(account) && !part.calls.isEmpty)
            }
    }

    /// The requests to send now: nothing of paused accounts, the most urgent read of an account whose breaker is open. Each
    /// is under way until ``answered(_:with:profile:chance:)``, and its calls are held until ``stored(_:)``.
    package mutating func next(gate: inout RequestGateMachine, now: Timestamp) -> [PlannedRead] {
        guard inFlight < PollPlanner.mostAtOnce else { return [] }
        var queues: [AccountID: PollQueue] = [:]
        for account in Array(backlog.keys) where !gate.isPaused(account) {
            if gate.isBroken(account) {
                // What a page asks for waits while the breaker is open: a single read is the better probe.
                guard gate.mayPass(account), let call = backlog[account]?.probe else { continue }
                queues[account] = PollQueue(due: [call])
                backlog[account]?.queue = nil
            } else if backlog[account]?.queue?.isReady(at: now) ?? true {
                queues[account] = backlog[account]?.takeQueue()
            }
        }
        guard !queues.isEmpty else { return [] }
        let reads = gate.planner.plan(&queues, inFlight: inFlight, now: now)
        for (account, queue) in queues where !gate.isBroken(account) { backlog[account]?.queue = queue }
        for read in reads {
            gate.passed(read.account)
            held -= backlog[read.account]?.remove(read) ?? 0
            if backlog[read.account]?.isEmpty == true { backlog[read.account] = nil }
            for call in read.calls { reading.insert(Key(call)) }
        }
        inFlight += reads.count
        return reads
    }

    /// A request was answered, or failed; one that was cancelled says nothing about its calls, which stay due. `profile`
    /// tells how a call's scope fares, `chance` gives numbers of the uniform distribution over 0..<1. Until what follows
    /// is stored, the calls are as due in the store as before: they stay held.
    package mutating func answered(
        _ read: PlannedRead, with answer: BolnaAnswer, profile: (DueCall) -> ScopeProfile, chance: () -> Double
    ) -> Outcome {
        inFlight -= 1
        let earlier = backlog[read.account]?.following.count ?? 0
        var outcome =
            switch (read, answer.outcome) {
            case (_, .failed(let failure)) where failure.kind == .cancelled: Outcome()
            case (.single(let call), _): judge(call, answer)
            case (.listPage(let page), _): judge(page, answer)
            }
        let followed = Set((backlog[read.account]?.following.dropFirst(earlier) ?? []).flatMap(\.calls).map(Key.init))
        outcome.settled = read.calls.filter { !followed.contains(Key($0)) }
        outcome.failures = outcome.failed.map { call in
            failure(
                of: call, answer, isNotFound: outcome.verdict == .notFound, profile: profile(call), chance: chance())
        }
        return outcome
    }

    /// What followed from an answer is stored, or could not be: its calls may be read again when they are due.
    package mutating func stored(_ outcome: Outcome) {
        for key in outcome.settled.map(Key.init) {
            reading.remove(key)
            if takes > 0 { settledMeanwhile.insert(key) }
        }
    }

    /// The store refused what a read told: the call is put off as one whose read failed.
    package func refused(
        _ call: DueCall, _ answer: BolnaAnswer, profile: (DueCall) -> ScopeProfile, chance: () -> Double
    ) -> FailedRead {
        failure(of: call, answer, isNotFound: false, profile: profile(call), chance: chance())
    }

    /// An answered page asks for these reads.
    private mutating func follow(_ reads: [PlannedRead], of account: AccountID) {
        guard !reads.isEmpty else { return }
        backlog[account, default: Part()].following += reads
        backlog[account]?.queue = nil
    }

    private func judge(_ call: DueCall, _ answer: BolnaAnswer) -> Outcome {
        let verdict = ReadAnswer(answer.outcome, asked: call.execution)
        var outcome = Outcome(verdict: verdict)
        switch verdict {
        case .statement, .refused: return outcome
        case .notFound: outcome.detail = "status 404"
        case .unusable(let reason, _, _): outcome.detail = reason.rawValue
        case .failed(let detail, _): outcome.detail = detail
        }
        outcome.failed = [call]
        return outcome
    }

    /// A page stands for single reads of its calls: those whose row shows a change are read singly, and so are all of
    /// them where the listing cannot be used.
    private mutating func judge(_ page: ListRead, _ answer: BolnaAnswer) -> Outcome {
        var outcome = Outcome()
        switch answer.outcome {
        case .response(200..<300, _, let body):
            guard let list = try? BolnaDecoder.decodeListPage(body, requestedSize: page.window.size) else {
                follow(page.calls.map(PlannedRead.single), of: page.account)
                outcome.detail = "unusable page"
                return outcome
            }
            let rows = list.rows.map {
                ListRead.Row(execution: $0.id, status: $0.status, retryCount: $0.retryCount, updatedAt: $0.updatedAt)
            }
            let verdict = page.verdict(rows: rows, hasMore: list.hasMore)
            outcome.unchanged = verdict.unchanged
            follow(verdict.toRead.map(PlannedRead.single), of: page.account)
            if let next = verdict.next { follow([.listPage(next)], of: page.account) }
        case .response(401, _, _), .response(403, _, _): break
        case .response(let status, _, _) where status == 429 || status >= 500:
            outcome.detail = "status \(status)"
            outcome.failed = page.calls
        case .response(let status, _, _):
            follow(page.calls.map(PlannedRead.single), of: page.account)
            outcome.detail = "status \(status)"
        case .failed(let failure):
            outcome.detail = failure.kind.rawValue
            outcome.failed = page.calls
        }
        return outcome
    }

    private func failure(
        of call: DueCall, _ answer: BolnaAnswer, isNotFound: Bool, profile: ScopeProfile, chance: Double
    ) -> FailedRead {
        let failures = max(call.ledger.failures, call.ledger.notFound) + 1
        let at = answer.receivedAt
        var retryAfter: Duration?
        if case .response(_, let stated, _) = answer.outcome { retryAfter = stated }
        return FailedRead(
            account: call.account, call: call.call, at: at,
            retryAt: settings.retry(after: at, failures: failures, unit: chance, retryAfter: retryAfter),
            isNotFound: isNotFound, profile: profile)
    }
}

extension PlannedRead {
    /// What is asked.
    package var endpoint: BolnaRequest.Endpoint {
        switch self {
        case .single(let call): .execution(call.execution)
        case .listPage(let page): .executions(page.agent, page.window)
        }
    }
}

extension DueCall {
    /// When it became due.
    package var due: Timestamp { ledger.open?.due ?? .distantPast }
}
