/// A model of Bolna: an organization with agents, calls that live, webhooks that tell of them, and an API that shows
/// them. It does no I/O and reads no clock: time comes in with each call, what it wants sent comes out, and the same
/// seed with the same inputs gives the same bytes.
///
/// Time never goes back: a moment before the latest one seen counts as the latest one.
package struct BolnaWorld: Sendable {
    /// What goes wrong from now on.
    package var faults: Faults {
        get { options.faults }
        set { options.faults = newValue }
    }
    /// The address that recording URLs start with.
    package var publicBaseURL: String {
        get { options.publicBaseURL }
        set { options.publicBaseURL = newValue }
    }
    /// The address that signed links to recordings start with.
    package var signedBaseURL: String {
        get { options.signedBaseURL }
        set { options.signedBaseURL = newValue }
    }
    /// What happened.
    package internal(set) var log: WorldLog
    /// The latest moment seen.
    package private(set) var now: Moment

    let seed: UInt64
    var options: WorldOptions
    let organizationID: String
    var agents: [ModelAgent] = []
    var executions: [Execution] = []
    var numberByID: [String: Int] = [:]
    var numbersByAgent: [[Int]] = []
    var limiter: RateLimiter
    var requestRandom: SeededGenerator
    var queue = OccurrenceQueue()
    var outbox: [WorldEvent] = []
    /// Calls that the API does not know any more.
    var forgotten: Set<String> = []
    var deliveries = 0
    /// Queued calls waiting for a line, oldest first.
    var waitingForLine: [Int] = []
    /// Outbound calls on the line.
    var linesInUse = 0
    private var arrivalRandom: SeededGenerator
    private var inboundRandom: SeededGenerator
    private var originCounts: [CallOrigin: Int] = [:]

    /// The streams into which a seed is split.
    private enum Stream: UInt64 {
        case agents = 1, arrivals, inbound, requests, placed, generated, inboundCalls
    }

    /// A world that starts at `start` with no calls.
    package init(seed: UInt64, options: WorldOptions, start: Moment) {
        self.seed = seed
        self.options = options
        now = start
        log = WorldLog(capacity: options.logCapacity)
        limiter = RateLimiter(options: options)
        requestRandom = SeededGenerator(seed: seed, stream: Stream.requests.rawValue)
        arrivalRandom = SeededGenerator(seed: seed, stream: Stream.arrivals.rawValue)
        inboundRandom = SeededGenerator(seed: seed, stream: Stream.inbound.rawValue)
        var agentRandom = SeededGenerator(seed: seed, stream: Stream.agents.rawValue)
        organizationID = agentRandom.identifier()
        let count = max(1, options.agents)
        for index in 0..<count {
            let isLast = index == count - 1
            agents.append(
                ModelAgent(
                    id: agentRandom.identifier(), name: "Agent \(index + 1)",
                    provider: index % 3 == 2 ? "twilio" : "plivo", phoneNumber: "+91000008\(1000 + index % 9000)",
                    createdAt: start, updatedAt: start, webhookURL: options.webhookURL,
                    statusFilter: isLast ? options.statusFilter.map(Set.init) : nil))
            numbersByAgent.append([])
        }
        if options.generatedCalls > 0 { scheduleGeneratedCall(after: start) }
        if options.inboundPerMinute > 0 { scheduleInboundCall(after: start) }
    }

    /// The ids of the agents.
    package var agentIDs: [String] { agents.map(\.id) }

    /// Changes where the webhooks of one agent, or of all, go from now on; nil: nowhere.
    package mutating func setWebhookURL(_ url: String?, agent: String? = nil) {
        for index in agents.indices where agent == nil || agents[index].id == agent {
            agents[index].webhookURL = url
        }
    }

    /// When something happens next; nil when nothing will.
    package var nextEventTime: Moment? { outbox.isEmpty ? queue.nextTime : now }

    /// Lets everything happen that is due by `moment`, and hands out what happened since the last time.
    package mutating func advance(to moment: Moment) -> [WorldEvent] {
        progress(to: moment)
        defer { outbox = [] }
        return outbox
    }

    mutating func progress(to moment: Moment) {
        while let (at, occurrence) = queue.pop(until: moment) {
            now = max(now, at)
            switch occurrence {
            case .generatedCall: generateCall()
            case .inboundCall:
                _ = addInboundCall(agent: nil, at: now)
                scheduleInboundCall(after: now)
            case .step(let call, let plan): step(call, plan: plan)
            case .deliver(let delivery): send(delivery)
            case .release(let call, let delivery): releaseHeld(call, onlyDelivery: delivery)
            }
        }
        now = max(now, moment)
    }

    /// A customer calls: an agent's number, or one drawn. Nil when the world is full.
    package mutating func addInboundCall(agent: String? = nil, at moment: Moment) -> String? {
        progress(to: moment)
        let drawn = inboundRandom.integer(below: agents.count)
        let index = agent.flatMap { id in agents.firstIndex { $0.id == id } } ?? drawn
        var random = generator(for: .inbound)
        let (first, script) = AttemptScript.inbound(options: options, random: &random)
        let isSilent = random.happens(0.1)
        return add(
            NewCall(
                origin: .inbound, agent: index, userNumber: Self.customerNumber(&random),
                agentNumber: agents[index].phoneNumber, first: first, script: script, changes: script.changes,
                silentBefore: isSilent ? .completed : nil),
            random: random)
    }

    private mutating func generateCall() {
        let agent = arrivalRandom.integer(below: agents.count)
        let isScheduled = arrivalRandom.happens(options.scheduledCalls)
        let delay = options.span(arrivalRandom.number(in: 60...900))
        let retries = arrivalRandom.happens(options.autoRetry)
        var rule = RetryRule.standard
        if !options.retryMinutes.isEmpty { rule.intervalsMinutes = options.retryMinutes }
        let recipient = Self.customerNumber(&arrivalRandom)
        _ = place(
            Placing(
                agent: agent, recipient: recipient, scheduledAt: isScheduled ? now + delay : nil,
                retryRule: retries ? rule : nil), origin: .generated)
        if originCounts[.generated, default: 0] < options.generatedCalls, executions.count < options.maximumCalls {
            scheduleGeneratedCall(after: now)
        }
    }

    /// An outbound call as asked for.
    struct Placing {
        var agent: Int
        var recipient: String
        var from: String?
        var scheduledAt: Moment?
        var userData: [JSONValue.Member] = []
        var retryRule: RetryRule?
    }

    /// Takes an outbound call; nil when the world is full.
    mutating func place(_ placing: Placing, origin: CallOrigin) -> String? {
        var random = generator(for: origin)
        let script = AttemptScript(options: options, random: &random)
        let isRescheduled = random.happens(options.rescheduledCalls)
        let reschedulingDelay = options.span(random.number(in: 1800...36_000))
        var call = NewCall(
            origin: origin, agent: placing.agent, userNumber: placing.recipient,
            agentNumber: placing.from ?? agents[placing.agent].phoneNumber, first: .queued, script: script,
            changes: script.changes)
        call.retryRule = placing.retryRule
        call.userData = placing.userData
        if let scheduledAt = placing.scheduledAt, scheduledAt > now {
            call.first = .scheduled
            call.scheduledAt = scheduledAt
            call.changes.insert(PlannedChange(status: .queued, gap: scheduledAt - now), at: 0)
        } else if isRescheduled {
            call.first = .rescheduled
            call.rescheduledAt = now + reschedulingDelay
            call.scheduledAt = call.rescheduledAt
            call.changes.insert(PlannedChange(status: .queued, gap: reschedulingDelay), at: 0)
        } else {
            // Captures of immediate calls show both a time a few microseconds before the creation, and null.
            call.scheduledAt = now + -26
        }
        return add(call, random: random)
    }

    private struct NewCall {
        var origin: CallOrigin
        var agent: Int
        var userNumber: String
        var agentNumber: String
        var first: ExecutionStatus
        var script: AttemptScript
        var changes: [PlannedChange]
        var silentBefore: ExecutionStatus?
        var retryRule: RetryRule?
        var scheduledAt: Moment?
        var rescheduledAt: Moment?
        var userData: [JSONValue.Member] = []
    }

    private mutating func add(_ new: NewCall, random: SeededGenerator) -> String? {
        guard executions.count < options.maximumCalls else { return nil }
        var random = random
        let id = random.identifier()
        let number = executions.count
        let timezone = JSONValue.Member("timezone", "Asia/Kolkata")
        executions.append(
            Execution(
                number: number, id: id, agent: new.agent, origin: new.origin, createdAt: now,
                userNumber: new.userNumber, agentNumber: new.agentNumber,
                recipientData: .object(new.userData.filter { $0.key != timezone.key } + [timezone]),
                retryRule: new.retryRule, status: new.first, updatedAt: now, scheduledAt: new.scheduledAt,
                rescheduledAt: new.rescheduledAt, script: new.script, pending: new.changes[...],
                random: random, silentBefore: new.silentBefore, lastDeliveryAt: now))
        numberByID[id] = number
        numbersByAgent[new.agent].append(number)
        originCounts[new.origin, default: 0] += 1
        change(number, to: new.first)
        return id
    }

    private func generator(for origin: CallOrigin) -> SeededGenerator {
        let stream: Stream =
            switch origin {
            case .placed: .placed
            case .generated: .generated
            case .inbound: .inboundCalls
            }
        let index = UInt64(originCounts[origin, default: 0])
        return SeededGenerator(seed: seed, stream: stream.rawValue, index: index)
    }

    private mutating func scheduleGeneratedCall(after moment: Moment) {
        let gap = Self.waitingTime(perMinute: options.generatedPerMinute, &arrivalRandom)
        queue.schedule(.generatedCall, at: moment + options.span(gap))
    }

    private mutating func scheduleInboundCall(after moment: Moment) {
        guard executions.count < options.maximumCalls else { return }
        let gap = Self.waitingTime(perMinute: options.inboundPerMinute, &inboundRandom)
        queue.schedule(.inboundCall, at: moment + options.span(gap))
    }

    /// Seconds to the next arrival: between half and one and a half of the mean.
    private static func waitingTime(perMinute: Double, _ random: inout SeededGenerator) -> Double {
        60 / max(perMinute, 0.001) * random.number(in: 0.5...1.5)
    }

    private static func customerNumber(_ random: inout SeededGenerator) -> String {
        "+9100000\(10_000 + random.integer(below: 60_000))"
    }
}
