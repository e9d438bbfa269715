import BolnaWire
package import CallDomain

/// Decides which due calls are read when, and what follows from the answers. It reads no clock and sends nothing.
package struct PollerMachine: Sendable {
    private let settings: ExpectationSettings
    private var backlog: [Key: DueCall] = [:]
    private var backlogUntil = Timestamp.distantPast
    /// What answered pages ask for: further pages, and single reads of calls whose row shows a change. Their calls are
    /// in ``reading``, and are planned beside those of the backlog.
    private var following: [PlannedRead] = []
    /// The calls that are being read, or will be since a page asks for it, or whose answer is not committed yet.
    private var reading: Set<Key> = []
    private var inFlight = 0
    /// How many takes from the store are under way.
    private var takes = 0
    /// The calls that were read and committed while takes are under way, which may bring them as they were before.
    private var settledMeanwhile: Set<Key> = []
    /// The accounts whose calls the last take brought, where the store has more.
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
    package var room: Int { max(0, Self.mostHeld - backlog.count - reading.count) }

    /// How many requests are under way.
    package var requestsInFlight: Int { inFlight }

    /// Due calls are about to be taken from the store, under a lease of one tick: how many more there is room for. Calls
    /// that were not read while theirs lasted are given back first, since they may have changed. Each of these is
    /// followed by ``took(_:hasMore:profile:)``.
    package mutating func beginTake(at now: Timestamp) -> Int {
        takes += 1
        let isOver = backlogUntil.hasCome(at: now, setAtMost: settings.tick)
        if isOver || (backlog.isEmpty && following.isEmpty) {
            backlog = [:]
            for call in following.flatMap(\.calls) { reading.remove(Key(call)) }
            following = []
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
            } else if room > 0 || backlog[key] != nil {
                backlog[key] = call
            }
        }
        accountsWithMore = hasMore ? Set(due.map(\.account)) : []
        takes = max(takes - 1, 0)
        if takes == 0 { settledMeanwhile = [] }
        return Taken(recomputed: recomputed, toRead: backlog.count + following.reduce(0) { $0 + $1.calls.count })
    }

    /// Whether more due calls should be taken before the next tick: the store has more, and all that was taken of some
    /// account is done or under way.
    package var wantsMore: Bool { !accountsWithMore.isSubset(of: backlog.values.lazy.map(\.account)) }

    /// Whether time alone lets a turn go on: reads wait for a budget to fill again, or there is more to take.
    package func waits(gate: RequestGateMachine) -> Bool {
        guard inFlight < PollPlanner.mostAtOnce else { return false }
        let candidates = candidates(gate: gate)
        return wantsMore || !candidates.due.isEmpty || !candidates.following.isEmpty
    }

    /// The requests to send now; each is under way until ``answered(_:with:profile:chance:)``, and its calls are held until
    /// ``stored(_:)``.
    package mutating func next(gate: inout RequestGateMachine, now: Timestamp) -> [PlannedRead] {
        let candidates = candidates(gate: gate)
        let reads = gate.planner.plan(
            due: candidates.due, following: candidates.following, inFlight: inFlight, now: now)
        let started = Set(reads)
        following.removeAll { started.contains($0) }
        for read in reads {
            gate.passed(read.account)
            for call in read.calls {
                backlog[Key(call)] = nil
                reading.insert(Key(call))
            }
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
        let earlier = following.count
        var outcome =
            switch (read, answer.outcome) {
            case (_, .failed(let failure)) where failure.kind == .cancelled: Outcome()
            case (.single(let call), _): judge(call, answer)
            case (.listPage(let page), _): judge(page, answer)
            }
        let followed = Set(following[earlier...].flatMap(\.calls).map(Key.init))
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

    /// What may be read now: nothing of paused accounts, the most urgent of an account whose breaker is open.
    private func candidates(gate: RequestGateMachine) -> (due: [DueCall], following: [PlannedRead]) {
        var due: [DueCall] = []
        var broken: [AccountID: DueCall] = [:]
        for call in backlog.values where !gate.isPaused(call.account) {
            guard gate.isBroken(call.account) else {
                due.append(call)
                continue
            }
            guard gate.mayPass(call.account) else { continue }
            if let other = broken[call.account], (other.due, other.execution) <= (call.due, call.execution) { continue }
            broken[call.account] = call
        }
        // What a page asks for waits while the breaker is open: a single read is the better probe.
        let following = following.filter { !gate.isPaused($0.account) && !gate.isBroken($0.account) }
        return (due + broken.values, following)
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
                following += page.calls.map(PlannedRead.single)
                outcome.detail = "unusable page"
                return outcome
            }
            let rows = list.rows.map {
                ListRead.Row(execution: $0.id, status: $0.status, retryCount: $0.retryCount, updatedAt: $0.updatedAt)
            }
            let verdict = page.verdict(rows: rows, hasMore: list.hasMore)
            outcome.unchanged = verdict.unchanged
            following += verdict.toRead.map(PlannedRead.single)
            if let next = verdict.next { following.append(.listPage(next)) }
        case .response(401, _, _), .response(403, _, _): break
        case .response(let status, _, _) where status == 429 || status >= 500:
            outcome.detail = "status \(status)"
            outcome.failed = page.calls
        case .response(let status, _, _):
            following += page.calls.map(PlannedRead.single)
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
