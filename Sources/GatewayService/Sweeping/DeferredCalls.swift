package import CallDomain

/// The calls of listings that are read later, by account: a value. Its size is bounded for each account, so that none
/// takes another's room.
struct DeferredCalls: Sendable {
    private let tick: Duration
    private let longestBackoff: Duration
    private let longestWait: Duration
    private let notFoundCount: Int
    private let notFoundSpan: Duration
    private let memory: Duration
    /// Those that are being read included.
    private var waiting: [AccountID: [ExecutionID: SweeperMachine.DeferredCall]] = [:]
    /// Calls that are not read again although a listing shows them, until then.
    private var givenUp: [AccountID: [ExecutionID: Timestamp]] = [:]

    /// None, under the durations of expectations; what is given up is remembered for the time of `memory`.
    init(settings: ExpectationSettings, memory: Duration) {
        tick = settings.tick
        longestBackoff = max(settings.scaled(\.longestBackoff), settings.tick)
        longestWait = max(settings.scaled(\.queued), longestBackoff)
        notFoundCount = settings.notFoundCount
        notFoundSpan = settings.scaled(\.notFoundSpan)
        self.memory = memory
    }

    /// Whether a call is deferred, or being read.
    func has(_ execution: ExecutionID, of account: AccountID) -> Bool { waiting[account]?[execution] != nil }

    /// Whether a call is not read again.
    func hasGivenUp(_ execution: ExecutionID, of account: AccountID) -> Bool { givenUp[account]?[execution] != nil }

    /// These are all the accounts there are.
    mutating func keep(_ accounts: Set<AccountID>) {
        waiting = waiting.filter { accounts.contains($0.key) }
        givenUp = givenUp.filter { accounts.contains($0.key) }
    }

    /// The calls of an account that are due, ordered. They stay deferred while they are read, for as long as any call may
    /// be, so that a page that shows one does not have it read as well.
    mutating func take(of account: AccountID, now: Timestamp) -> [SweeperMachine.DeferredCall] {
        givenUp[account] = givenUp[account]?.filter { !$0.value.hasCome(at: now, setAtMost: memory) }
        let calls = (waiting[account] ?? [:]).values
            .filter { $0.due.hasCome(at: now, setAtMost: longestWait) }
            .sorted { ($0.due, $0.execution) < ($1.due, $1.execution) }
        for call in calls { waiting[account]?[call.execution]?.due = now.advanced(by: longestWait) }
        return calls
    }

    /// Defers a call; false where there is no room for it.
    mutating func add(_ call: SweeperMachine.DeferredCall) -> Bool {
        let count = waiting[call.account]?.count ?? 0
        guard count < SweeperMachine.mostDeferred || has(call.execution, of: call.account) else { return false }
        waiting[call.account, default: [:]][call.execution] = call
        return true
    }

    /// A call was read and stored, or is known by now.
    mutating func settled(_ call: SweeperMachine.DeferredCall) { waiting[call.account]?[call.execution] = nil }

    /// A call could not be asked about or stored: it is tried at the next tick, as if it had not been.
    mutating func postponed(_ call: SweeperMachine.DeferredCall, now: Timestamp) -> SweeperMachine.Retry {
        var call = call
        call.due = now.advanced(by: tick)
        return add(call) ? .later : .noRoom
    }

    /// A call could not be read: it is tried again by itself, after a tick at first, then less often, so that it does
    /// not keep others from being found. One that Bolna says again and again it does not know is given up.
    mutating func failed(
        _ call: SweeperMachine.DeferredCall, isNotFound: Bool, now: Timestamp
    ) -> SweeperMachine.Retry {
        var call = call
        call.notFound = isNotFound ? call.notFound + 1 : 0
        call.notFoundSince = isNotFound ? call.notFoundSince ?? now : nil
        let isUnknown =
            call.notFound >= notFoundCount
            && call.notFoundSince.map { now.duration(since: $0) >= notFoundSpan } ?? false
        guard call.failures < SweeperMachine.mostFailures, !isUnknown else {
            giveUp(call, now: now)
            return .givenUp
        }
        let wait = min(tick * (1 << min(call.failures, 16)), longestBackoff)
        call.failures += 1
        call.due = now.advanced(by: wait)
        return add(call) ? .later : .noRoom
    }

    /// Remembers a call that is not read again.
    private mutating func giveUp(_ call: SweeperMachine.DeferredCall, now: Timestamp) {
        settled(call)
        if let calls = givenUp[call.account], calls.count >= SweeperMachine.mostGivenUp,
            let oldest = calls.min(by: { $0.value < $1.value })?.key
        {
            givenUp[call.account]?[oldest] = nil
        }
        givenUp[call.account, default: [:]][call.execution] = now.advanced(by: memory)
    }
}

extension SweeperMachine {
    /// The most calls of one account that are deferred at once.
    package static let mostDeferred = 1_024
    /// The most calls of one account that are remembered as given up.
    package static let mostGivenUp = 1_024
    /// A call at which Bolna failed this often is given up: after about a day.
    package static let mostFailures = 288

    /// A call that is read later: it was found so soon after its creation that its first webhook, or the answer to its
    /// dial, may still be on its way, or Bolna failed at it.
    package struct DeferredCall: Hashable, Sendable {
        /// The account.
        package var account: AccountID
        /// The agent.
        package var agent: AgentID
        /// The call.
        package var execution: ExecutionID
        /// When it is read, unless it is known by then.
        package var due: Timestamp
        /// How often Bolna failed at it.
        package var failures = 0
        /// How often in a row Bolna said that it does not know it.
        package var notFound = 0
        /// When Bolna said so first.
        package var notFoundSince: Timestamp?
    }

    /// What becomes of a call that could not be read.
    package enum Retry: Hashable, Sendable {
        /// It is read again by itself.
        case later
        /// It is not read again, although listings go on to show it.
        case givenUp
        /// As many calls wait as can: the page that shows it is listed again.
        case noRoom
    }
}
