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
    let directory: URL

    var events = EventQueue()
    var now: Duration = .zero
    var wallOffset: Duration = .zero
    var models: [BolnaWorld]
    var gateway: GatewayInstance?
    var retired: [GatewayInstance] = []
    var lives = 0
    var order: Dice
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
    var crashAtStep: [Int: Double] = [:]
    var pendingDeath: Double?
    /// Webhooks that a life of the gateway has not answered yet.
    var openLetters: [Int: [Once<GatewayInstance.Reply>]] = [:]
    /// Who watches each account's changes, counted.
    var watchers: [AccountID: Int] = [:]
    var isRebooting = false
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
        for account in scenario.accounts {
            let id = AccountID(rawValue: account.name)
            let value = "a secret of \(account.name), long enough for it"
            let secret = try WebhookSecret(label: account.name, value: value)
            trusts[id] = AccountTrust(account: id, secrets: [secret])
            tokens[id] = try WebhookToken.mint(secret: secret, account: id, agent: nil)
        }
        self.trusts = trusts
        self.tokens = tokens
        accounts = AccountDirectory(
            scenario.accounts.map { GatewayAccount(id: AccountID(rawValue: $0.name), hasToken: true) })
        models = scenario.organizations.enumerated().map { index, options in
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
        order = Dice(seed: scenario.seed.rawValue, stream: "order")
        watch.staleness.tick = scenario.tick
        watch.staleness.slack = 2 * scenario.tick + 4 * scenario.latency.upperBound + 5
        watch.staleness.discovery = 120 + 60 + 3 * scenario.tick + 8 * scenario.latency.upperBound
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
        fired.insert(point)
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
        if let gateway, gateway.executor.runOne(choosing: choose) {
            counters.steps += 1
            if let down = crashAtStep.removeValue(forKey: counters.steps) { kill(down: down) }
            settleDeath()
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
        counters.steps += 1
        if let model, let modelTime, modelTime <= eventTime ?? .seconds(Int64.max) {
            live(model)
        } else if let event = events.pop() {
            event.action()
        }
        settleDeath()
        return true
    }

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
