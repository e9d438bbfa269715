import BolnaModel
import CallDomain
import Foundation
import GatewayService
import Synchronization
import WebhookTrust

/// Everything of one run: virtual time, Bolna's organizations, the network, the gateway in its present life, and the laws.
///
/// All of it, the gateway's tasks included, runs on the thread that calls ``run()``, one step at a time; that is why it
/// may be shared with `@Sendable` closures. The one exception, the ends of abandoned tasks, touches none of it.
final class SimulatedWorld: @unchecked Sendable {
    let scenario: Scenario
    let settings: ExpectationSettings
    let reconciler: Reconciler
    let accounts: AccountDirectory
    let trusts: [AccountID: AccountTrust]
    let tokens: [AccountID: String]
    let signers: [AccountID: HMACSHA256]
    let directory: URL

    var events = EventQueue()
    var now: Duration = .zero
    var wallOffset: Duration = .zero
    var models: [BolnaWorld]
    var gateway: GatewayInstance?
    var retired: [GatewayInstance] = []
    var lives = 0
    var order: Dice
    /// Draws the orders in which stored journals are folded again.
    var reordering: Dice
    var watch = Watch()
    var counters = Counters()
    /// Notes what an economy is measured by, where one is.
    var meter: EconomyMeter?
    var trace: [TraceLine] = []
    var fired: Set<FaultPoint> = []
    let keepsTrace: Bool

    /// The calls of all organizations in the order in which they came to be, which is how disturbances name them.
    var calls: [(organization: Int, id: String)] = []
    /// Calls that Bolna's API has forgotten.
    var forgotten: Set<String> = []
    /// Calls that Bolna's API fails to show.
    var failing: Set<String> = []
    /// Calls of which something was stored that Bolna never said, or that a person changed.
    var tampered: Set<QuietLaw.Key> = []
    /// What was posted by senders for whom nothing spoke.
    var refused: Set<ContentDigest> = []
    /// What was made up and posted from an address that is heard.
    var taken: Set<ContentDigest> = []
    /// When Bolna corrected calls back to an earlier status.
    var correctedAt: [String: Duration] = [:]
    /// Calls that persons checked.
    var checkedByPerson: Set<QuietLaw.Key> = []
    /// When a commit was last made to fail.
    var storeTroubleAt: Duration = .seconds(-1)
    /// When Bolna's own limits last refused a request.
    var limitedAt: Duration = .seconds(-1)
    /// How often the gateway's budgets made a request wait, when that was looked at last.
    var waits = (ofHints: 0, ofOthers: 0)
    /// The final statuses of each attempt that a webhook told.
    var toldFinals: [QuietLaw.Key: [Int: String]] = [:]
    /// Calls that outsiders made up.
    var invented: [String] = []
    /// Calls of which an account was told that are another's.
    var misdirected: Set<QuietLaw.Key> = []
    /// Webhooks held back so that the next one of their call overtakes them.
    var heldBack: [HeldBackKey: (WebhookDelivery, Int)] = [:]
    /// Webhooks under way, in either direction.
    var lettersUnderWay = 0
    /// Disturbances that have not happened yet.
    var disturbancesAhead = 0
    /// Since when nothing has kept the gateway from learning of changes.
    var calmSince: Duration = .zero
    var storeOutageUntil: Duration = .zero
    var outageUntil: Duration = .zero
    var refusalUntil: Duration = .zero
    var crashAtCommit: [Int: (isAfter: Bool, down: Double)] = [:]
    /// Crashes at the first step that is not before theirs, earliest first.
    var crashesAtStep: [(step: Int, down: Double)] = []
    var pendingDeath: Double?
    /// Webhooks that a life of the gateway has not answered yet.
    var openLetters: [Int: [Once<GatewayInstance.Reply>]] = [:]
    /// Who watches each account's changes, counted.
    var watchers: [AccountID: Int] = [:]
    var isRebooting = false
    /// Until when the threads of the gateway's tasks are busy.
    var tasksWaitUntil: Duration = .zero
    /// Whether those who watch changes reconnect when the next webhook arrives.
    var reconnectsAtDelivery = false
    /// Calls whose check by a person was answered.
    var checked: Set<QuietLaw.Key> = []
    var requests = 0
    var blocks = 0
    var commitAttempts = 0

    struct HeldBackKey: Hashable {
        var organization: Int
        var call: Int
    }

    /// Where the timeline starts.
    static let start = Moment(seconds: 1_772_000_000)

    init(scenario: Scenario, directory: URL, keepsTrace: Bool) throws {
        self.scenario = scenario
        self.directory = directory
        self.keepsTrace = keepsTrace
        var settings = ExpectationSettings()
        settings.scale = scenario.scale
        settings.tick = scenario.span(scenario.tick)
        self.settings = settings
        reconciler = Reconciler(
            policy: ReopeningPolicy(pause: scenario.span(60), window: scenario.span(86_400)))
        var trusts: [AccountID: AccountTrust] = [:]
        var tokens: [AccountID: String] = [:]
        var signers: [AccountID: HMACSHA256] = [:]
        for account in scenario.accounts {
            let id = AccountID(rawValue: account.name)
            let value = "a secret of \(account.name), long enough for it"
            let secret = try WebhookSecret(label: account.name, value: value)
            trusts[id] = AccountTrust(account: id, secrets: [secret])
            signers[id] = try HMACSHA256(key: value)
            tokens[id] = try WebhookToken.mint(secret: secret, account: id, agent: nil)
        }
        self.trusts = trusts
        self.tokens = tokens
        self.signers = signers
        let models = scenario.organizations.enumerated().map { index, options in
            var options = options
            options.speed = 1 / scenario.scale
            options.tokens = ["token-\(index)"]
            options.webhookURL =
                scenario.accounts.contains { $0.organization == index && $0.hasWebhooks }
                ? "https://gateway.test/\(index)" : nil
            options.logCapacity = 64
            let seed = Dice.mix(scenario.seed.rawValue, "organization", index)
            return BolnaWorld(seed: seed, options: options, start: Self.start)
        }
        self.models = models
        accounts = AccountDirectory(scenario.accounts.map { Self.account($0, scenario: scenario, models: models) })
        order = Dice(seed: scenario.seed.rawValue, stream: "order")
        reordering = Dice(seed: scenario.seed.rawValue, stream: "reordering")
        watch.staleness.tick = scenario.tick
        watch.staleness.slack = 2 * scenario.tick + 4 * scenario.latency.upperBound + 5
        watch.staleness.discovery = 120 + 60 + 3 * scenario.tick + 8 * scenario.latency.upperBound
        watch.followUp.tick = scenario.tick
        watch.followUp.slack = watch.staleness.slack
    }

    /// An account as the gateway knows it. Filters are those of the organization's last agent.
    private static func account(
        _ account: Scenario.Account, scenario: Scenario, models: [BolnaWorld]
    ) -> GatewayAccount {
        let filter = scenario.organizations[account.organization].statusFilter
        var agents: [AgentID: AgentSettings] = [:]
        if account.knowsFilters, let filter, let last = models[account.organization].agentIDs.last {
            let sent = Set(filter.compactMap { CallStatus(spelling: $0.rawValue) })
            agents[AgentID(rawValue: last)] = AgentSettings(
                suppressedStatuses: Set(CallStatus.known).subtracting(sent))
        }
        return GatewayAccount(id: AccountID(rawValue: account.name), hasToken: true, agents: agents)
    }

    /// Now, as Bolna's clock shows it.
    var moment: Moment { Self.start + now.microseconds }

    /// Now, as the wall clock of the gateway's host shows it.
    var wallClock: Timestamp {
        Timestamp(rawValue: Self.start.microseconds).advanced(by: now + wallOffset)
    }

    /// Now, in seconds of Bolna's time from the start.
    var seconds: Double { seconds(now) }

    func seconds(_ time: Duration) -> Double { time.seconds / scenario.scale }

    /// Plans something after so much time from now.
    func plan(after delay: Duration, _ action: @escaping () -> Void) {
        events.plan(at: now + max(delay, .zero), action)
    }

    /// Writes a line of the timeline, if it is kept.
    func note(_ text: @autoclosure () -> String) {
        guard keepsTrace else { return }
        trace.append(TraceLine(at: seconds, step: counters.steps, text: text()))
    }

    /// Checks a law.
    func check(_ law: Law, _ complaints: [String]) {
        watch.check(law, at: seconds, complaints)
        for complaint in complaints { note("VIOLATION of \(law.rawValue): \(complaint)") }
    }

    /// Whether a fault strikes the message, request or commit with this number.
    func strikes(_ fault: Fault, _ number: Int) -> Bool {
        guard let rate = scenario.rates[fault], rate > 0 else { return false }
        if now >= scenario.span(scenario.calmsAt), !fault.isOfWebhooks { return false }
        guard Dice.fraction(scenario.seed.rawValue, fault.rawValue, number) < rate else { return false }
        let point = FaultPoint(fault, number)
        guard !scenario.without.contains(point) else { return false }
        if fired.insert(point).inserted { counters.faultsByName[fault.rawValue, default: 0] += 1 }
        return true
    }

    /// A number from 0 to 1 that belongs to a message, request or commit alone.
    func fraction(_ name: String, _ number: Int) -> Double {
        Dice.fraction(scenario.seed.rawValue, name, number)
    }

    /// Something kept the gateway from learning of changes, until now.
    func disturbed(until time: Duration? = nil) { calmSince = max(calmSince, time ?? now) }

    /// Performs one step: a step of the gateway's tasks where one is ready, else what happens next. False where nothing
    /// happens any more before the limit; time then stands there.
    func step(until limit: Duration) -> Bool {
        if let gateway, now >= tasksWaitUntil, gateway.executor.runOne(choosing: choose) {
            noteWaits(of: gateway)
            endStep()
            return true
        }
        let model = models.indices.min { (models[$0].nextEventTime ?? .never) < (models[$1].nextEventTime ?? .never) }
        let modelTime = model.flatMap { models[$0].nextEventTime }.map { Duration.microseconds($0 - Self.start) }
        let eventTime = events.nextTime
        guard let next = [modelTime, eventTime].compactMap({ $0 }).min(), next <= limit else {
            advance(to: max(now, limit))
            return false
        }
        advance(to: max(now, next))
        counters.mix(UInt64(bitPattern: now.microseconds))
        if let model, let modelTime, modelTime <= eventTime ?? .seconds(Int64.max) {
            live(model)
        } else if let event = events.pop() {
            event.action()
        }
        endStep()
        return true
    }

    private func endStep() {
        counters.steps += 1
        if let crash = crashesAtStep.first, counters.steps >= crash.step, gateway != nil {
            crashesAtStep.removeFirst()
            count(effect: "crash at a step")
            kill(down: crash.down)
        }
        settleDeath()
    }

    /// Where the gateway's own budgets made a request wait, what it would have told may come late.
    private func noteWaits(of gateway: GatewayInstance) {
        let now = gateway.context.gate.waits
        if now.ofHints != waits.ofHints || now.ofOthers > waits.ofOthers { disturbed() }
        if now.ofOthers > waits.ofOthers { limitedAt = self.now }
        waits = now
    }

    /// A disturbance had an effect.
    func count(effect name: String) { counters.effects[name, default: 0] += 1 }

    private func advance(to time: Duration) {
        now = time
        gateway?.clock.advance(to: time)
    }

    private func choose(_ count: Int) -> Int { scenario.hasRandomOrder ? order.integer(below: count) : 0 }
}

extension Moment {
    /// Later than everything.
    fileprivate static let never = Moment(microseconds: .max)
}

/// One line of a timeline.
package struct TraceLine: Hashable, Sendable, CustomStringConvertible {
    /// When, in seconds of Bolna's time from the start.
    package var at: Double
    /// After how many steps.
    package var step: Int
    /// What happened.
    package var text: String

    /// The line as it is printed.
    package var description: String {
        let time = String(Int((at * 10).rounded()))
        let padded = String(repeating: "0", count: max(0, 2 - time.count)) + time
        return "\(padded.dropLast()).\(padded.suffix(1)) s  step \(step)  \(text)"
    }
}
