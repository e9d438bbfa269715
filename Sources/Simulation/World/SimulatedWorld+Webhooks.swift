import BolnaModel
import CallDomain
import WebhookTrust

extension SimulatedWorld {
    /// Lets an organization live up to now.
    func live(_ organization: Int) {
        for event in models[organization].advance(to: moment) { happen(event, at: organization) }
    }

    private func happen(_ event: WorldEvent, at organization: Int) {
        switch event {
        case .changed(let change):
            if !calls.contains(where: { $0.organization == organization && $0.id == change.call }) {
                calls.append((organization, change.call))
                counters.calls += 1
            }
            counters.changes += 1
            note("call \(name(of: change.call)) is \(change.status.rawValue) at Bolna, attempt \(change.attempt)")
            guard !forgotten.contains(change.call), !failing.contains(change.call) else { return }
            for account in scenario.accounts where account.organization == organization {
                watch.staleness.changed(
                    key(account, change.call), to: change.status, attempt: change.attempt, at: seconds)
            }
        case .withheld(let withheld):
            meter?.lost(withheld.change)
            disturb(withheld.change.call, at: organization)
        case .deliver(let delivery): send(delivery, of: organization)
        }
    }

    /// What is sent over the network: each webhook has a number of its own, by which it meets its fate.
    private func send(_ delivery: WebhookDelivery, of organization: Int) {
        let number = (delivery.number * 8 + min(delivery.retries, 7)) * 4 + organization
        if strikes(.webhookLost, number) {
            disturb(delivery.call, at: organization)
            return note("lost: webhook \(delivery.status.rawValue) of call \(name(of: delivery.call))")
        }
        let place = HeldBackKey(organization: organization, call: delivery.callNumber)
        if heldBack[place] == nil, strikes(.webhookOvertaken, number) {
            disturb(delivery.call, at: organization)
            heldBack[place] = (delivery, number)
            lettersUnderWay += 1
            plan(after: scenario.span(90)) { [self] in release(place, ifStill: number) }
            return
        }
        var delay = scenario.span(0.01)
        if strikes(.webhookDelayed, number) {
            disturb(delivery.call, at: organization)
            delay = scenario.span(20 + 400 * fraction("lateness", number))
        }
        post(delivery, of: organization, number: number, after: delay)
        if strikes(.webhookDoubled, number) {
            let gap = scenario.span(20 * fraction("gap", number))
            post(delivery, of: organization, number: number + 2, after: delay + gap)
        }
        if let held = heldBack[place] { release(place, ifStill: held.1) }
    }

    private func release(_ place: HeldBackKey, ifStill number: Int) {
        guard let held = heldBack[place], held.1 == number else { return }
        heldBack[place] = nil
        lettersUnderWay -= 1
        post(held.0, of: place.organization, number: held.1, after: scenario.span(0.05))
    }

    private func post(_ delivery: WebhookDelivery, of organization: Int, number: Int, after delay: Duration) {
        guard let account = scenario.accounts.first(where: { $0.organization == organization && $0.hasWebhooks })
        else { return }
        let letter = letter(delivery.body, to: account)
        lettersUnderWay += 1
        plan(after: delay) { [self] in
            let isLate = seconds - seconds(.microseconds(sentTime(of: delivery, of: organization))) > Self.inTime
            if isLate { disturb(delivery.call, at: organization) }
            deliver(letter) { [self] reply in
                lettersUnderWay -= 1
                note("webhook \(delivery.status.rawValue) of call \(name(of: delivery.call)): \(reply?.status ?? 0)")
                if reply?.status != 200 { disturb(delivery.call, at: organization) }
                if reply?.status == 200 {
                    meter?.told(delivery, at: seconds)
                    if delivery.status.isFinal {
                        toldFinals[key(account, delivery.call), default: [:]][delivery.attempt] =
                            delivery.status.rawValue
                    }
                }
                let isUnheard = strikes(.acknowledgementLost, number)
                models[organization].report(
                    delivery, statusCode: isUnheard ? nil : reply?.status, at: moment)
            }
        }
    }

    /// A webhook that comes later than this, in seconds, is late.
    private static let inTime = 5.0

    /// When the change that a webhook tells was made, in microseconds from the start.
    private func sentTime(of delivery: WebhookDelivery, of organization: Int) -> Int64 {
        let changes = models[organization].truth(ofCall: delivery.call)?.changes ?? []
        let change = changes.last { $0.status == delivery.status && $0.attempt == delivery.attempt }
        return (change?.at ?? moment) - Self.start
    }

    /// Brings a webhook to the gateway now. Nobody answers while it is dead, or where it dies before it answers.
    func deliver(_ letter: GatewayInstance.Letter, then done: @escaping (GatewayInstance.Reply?) -> Void) {
        guard let gateway, !gateway.isDead else {
            return done(nil)
        }
        counters.deliveries += 1
        if reconnectsAtDelivery || fraction("reconnect", counters.deliveries) < scenario.reconnectShare {
            reconnectsAtDelivery = false
            reconnect()
        }
        let arrivedAt = now
        let answer = Once(done)
        openLetters[gateway.number, default: []].append(answer)
        gateway.spawn { [self] in
            let reply = await gateway.post(letter)
            guard !gateway.isDead else { return }
            acknowledge(reply, account: letter.account)
            let isTroubled = storeTroubleAt >= arrivedAt || scenario.mostEntries < Self.ampleQueue
            if reply.standing != nil, !isTroubled { check(.acceptance, AcceptanceLaw.check(answer: reply.status)) }
            answer.call(reply)
        }
    }

    /// From this size on a queue has room for all webhooks of a world.
    private static let ampleQueue = 256

    /// A body as Bolna, or the relay before the gateway, posts it now: with a signature or a token.
    func letter(_ body: [UInt8], to account: Scenario.Account) -> GatewayInstance.Letter {
        let id = AccountID(rawValue: account.name)
        var letter = GatewayInstance.Letter(account: id, peer: "13.203.39.153", body: body)
        if account.isSigned {
            letter.signature = signature(over: body, of: id, at: moment)
        } else {
            letter.token = tokens[id]
        }
        return letter
    }

    /// The signature of an account's secret over a body, as of a time.
    func signature(over body: [UInt8], of account: AccountID, at time: Moment) -> String? {
        let second = time.microseconds / 1_000_000
        guard let code = try? signers[account]?.code(prefix: Array("\(second).".utf8), for: body) else { return nil }
        return "t=\(second),v1=\(Hex.encode(code))"
    }

    private func acknowledge(_ reply: GatewayInstance.Reply, account: AccountID) {
        guard (200..<300).contains(reply.status) else { return }
        counters.acknowledged += 1
        check(.durability, watch.durability.acknowledge(reply.digest, account: account).map { [$0] } ?? [])
    }

    /// A call whose webhooks do not all come in time: it may be read.
    func disturb(_ call: String, at organization: Int) {
        for account in scenario.accounts where account.organization == organization {
            watch.quiet.disturb(key(account, call))
        }
    }

    func key(_ account: Scenario.Account, _ call: String) -> QuietLaw.Key {
        QuietLaw.Key(account: AccountID(rawValue: account.name), execution: ExecutionID(rawValue: call))
    }

    /// How a timeline names a call: by its number.
    func name(of call: String) -> String {
        calls.firstIndex { $0.id == call }.map(String.init) ?? "?"
    }
}

/// Something that is done once, by whoever comes first.
final class Once<Value>: @unchecked Sendable {
    // Touched by the simulation's thread alone.
    private var body: ((Value?) -> Void)?

    init(_ body: @escaping (Value?) -> Void) { self.body = body }

    func call(_ value: Value?) {
        let body = body
        self.body = nil
        body?(value)
    }
}
