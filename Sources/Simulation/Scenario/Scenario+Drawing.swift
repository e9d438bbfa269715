import BolnaModel

extension Scenario {
    /// The scenario of a seed: what kind of world it is, and what goes wrong in it.
    package static func drawn(from seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "scenario")
        switch dice.fraction() {
        case ..<0.02: return busy(seed: seed)
        case ..<0.03: return longOutage(seed: seed)
        case ..<0.045: return stubborn(seed: seed)
        case ..<0.055: return refused(seed: seed)
        case ..<0.065: return impatient(seed: seed)
        case ..<0.075: return unanswered(seed: seed)
        case ..<0.085: return doubtful(seed: seed)
        default: return usual(seed: seed, &dice)
        }
    }

    private static func usual(seed: Seed, _ dice: inout Dice) -> Scenario {
        var scenario = Scenario(seed: seed, scale: dice.pick([0.01, 0.02, 0.02, 0.05]), calls: 0)
        scenario.runsToTheEnd = dice.happens(0.02)
        scenario.drawWorlds(&dice)
        scenario.hasRandomOrder = dice.happens(0.7)
        scenario.explainsEvery = dice.pick([1, 2, 8])
        scenario.calmsAt = dice.number(in: 200...900)
        scenario.drawTrouble(&dice)
        if dice.happens(0.5) { scenario.drawClients(&dice) }
        if dice.happens(0.05) { scenario.auditShare = 0.5 }
        return scenario
    }

    /// What goes wrong: nothing, webhooks alone, crashes, too, or everything.
    mutating func drawTrouble(_ dice: inout Dice) {
        switch dice.fraction() {
        case ..<0.12: break
        case ..<0.35: drawWebhookFaults(&dice)
        case ..<0.55:
            drawWebhookFaults(&dice)
            drawCrashes(&dice)
        default:
            if dice.happens(0.8) { drawWebhookFaults(&dice) }
            if dice.happens(0.7) { drawRequestFaults(&dice) }
            if dice.happens(0.6) { drawCrashes(&dice) }
            if dice.happens(0.4) { drawStoreFaults(&dice) }
            if dice.happens(0.3) { drawClockSteps(&dice) }
            if dice.happens(0.5) { drawOutsiders(&dice) }
            if dice.happens(0.4) { drawOddities(&dice) }
        }
    }

    private mutating func drawWorlds(_ dice: inout Dice) {
        let calls = dice.integer(in: 2...6)
        let count = dice.happens(0.25) ? 2 : 1
        organizations = (0..<count).map { _ in
            var world = WorldOptions()
            world.agents = dice.integer(in: 1...2)
            world.generatedCalls = max(1, calls / count)
            world.generatedPerMinute = dice.pick([1, 3, 20])
            world.inboundPerMinute = dice.happens(0.3) ? 0.2 : 0
            world.maximumCalls = world.generatedCalls + 3
            world.announcesPlacing = dice.happens(0.7)
            world.autoRetry = Share(clamping: dice.pick([0, 0.2, 0.6]))
            world.retryMinutes = dice.pick([[2, 3, 4], [1, 5, 10], [3], [30, 60, 120]])
            world.scheduledCalls = Share(clamping: dice.pick([0, 0, 0.3]))
            world.rescheduledCalls = Share(clamping: dice.pick([0, 0, 0, 0.05]))
            world.lateRecording = Share(clamping: dice.pick([0, 0.15, 0.5]))
            world.concurrency = dice.happens(0.2) ? 1 : nil
            if dice.happens(0.1) { world.talk = 20...1_500 }
            world.webhookRetries = dice.pick([0, 0, 3])
            if dice.happens(0.15) {
                world.statusFilter = dice.pick([
                    [.completed, .failed], [.inProgress, .completed, .noAnswer], [.ringing],
                ])
            }
            if dice.happens(0.1) { world.limitPerMinute = dice.pick([5, 20]) }
            if dice.happens(0.4) {
                world.outcomes = OutcomeWeights([
                    .answered: 3, .voicemail: 1, .silent: 1, .busy: 2, .noAnswer: 2, .failed: 2, .canceled: 1,
                    .error: 1,
                    .balanceLow: 1,
                ])
            }
            return world
        }
        accounts = (0..<count).map { number in
            var account = Account(name: "account-\(number)", organization: number, hasWebhooks: true)
            account.isSigned = dice.happens(0.4)
            account.knowsFilters = dice.happens(0.5)
            return account
        }
        if dice.happens(0.12) { accounts.append(Account(name: "guest", organization: 0, hasWebhooks: false)) }
        if dice.happens(0.2) { latency = 0.01...8 }
        if dice.happens(0.3) { tick = dice.pick([15, 45, 60]) }
        if runsToTheEnd { tick = 120 }
    }

    private mutating func drawWebhookFaults(_ dice: inout Dice) {
        rates[.webhookLost] = dice.pick([0, 0.02, 0.1, 0.3, 0.6, 1])
        rates[.webhookDelayed] = dice.pick([0, 0, 0.1, 0.4])
        rates[.webhookDoubled] = dice.pick([0, 0, 0.1, 0.5])
        rates[.webhookOvertaken] = dice.pick([0, 0, 0.2, 0.5])
        rates[.acknowledgementLost] = dice.pick([0, 0, 0.1])
    }

    private mutating func drawRequestFaults(_ dice: inout Dice) {
        for fault in [
            Fault.requestLost, .answerLost, .tooManyRequests, .serverError, .answerCut, .answerWrong, .answerSlow,
        ] {
            rates[fault] = dice.pick([0, 0, 0, 0.03, 0.15, 0.4])
        }
        if dice.happens(0.2) { add(&dice) { .outage(seconds: $0.number(in: 60...900)) } }
        if dice.happens(0.1) { add(&dice) { .refusal(seconds: $0.number(in: 30...600)) } }
    }

    private mutating func drawCrashes(_ dice: inout Dice) {
        for _ in 0..<dice.integer(in: 1...3) {
            let scale = scale
            let down = dice.happens(0.2) ? 35 / scale : dice.number(in: 0.5...120)
            switch dice.integer(below: 4) {
            case 0: add(&dice) { _ in .crash(down: down) }
            // Most runs have a few thousand steps, some many more.
            case 1: add(&dice) { .crashAtStep($0.integer(in: 5...$0.pick([300, 3_000, 20_000])), down: down) }
            default:
                add(&dice) { .crashAtCommit($0.integer(in: 1...60), isAfter: $0.happens(0.5), down: down) }
            }
        }
    }

    private mutating func drawStoreFaults(_ dice: inout Dice) {
        rates[.commitFailed] = dice.pick([0, 0.05, 0.2])
        rates[.commitUnclear] = dice.pick([0, 0, 0.05, 0.2])
        rates[.entryPoisoned] = dice.pick([0, 0.05, 0.2])
        if dice.happens(0.3) { add(&dice) { .storeOutage(seconds: $0.number(in: 5...300)) } }
        if dice.happens(0.4) { mostEntries = dice.integer(in: 1...3) }
        if dice.happens(0.4) { batchEntries = dice.integer(in: 1...2) }
    }

    private mutating func drawClockSteps(_ dice: inout Dice) {
        for _ in 0..<dice.integer(in: 1...2) {
            add(&dice) { .clockStep(seconds: $0.pick([-600, -60, -5, 5, 60, 600, 7_200])) }
        }
    }

    private mutating func drawOutsiders(_ dice: inout Dice) {
        for _ in 0..<dice.integer(in: 1...4) {
            add(&dice) { .forgery(call: $0.integer(below: 6), $0.pick(Disturbance.Forgery.allCases)) }
        }
        if dice.happens(0.3) { add(&dice) { .misdirected(call: $0.integer(below: 6)) } }
        if dice.happens(0.3) { add(&dice) { .rubbish($0.integer(below: 5)) } }
    }

    private mutating func drawOddities(_ dice: inout Dice) {
        let kinds: [(inout Dice) -> Disturbance.Kind] = [
            { .correction(call: $0.integer(below: 6), isBack: $0.happens(0.3), isTold: $0.happens(0.5)) },
            { .hang(call: $0.integer(below: 6)) }, { .forget(call: $0.integer(below: 6)) },
            { .preCall(call: $0.integer(below: 6)) }, { .preCall(call: $0.integer(below: 6)) },
            { .unknownStatus(call: $0.integer(below: 6)) }, { .fail(call: $0.integer(below: 6)) },
            { .ruling(call: $0.integer(below: 6)) },
        ]
        for _ in 0..<dice.integer(in: 1...4) {
            let kind = dice.pick(kinds)
            add(&dice, kind)
        }
    }

    private mutating func drawClients(_ dice: inout Dice) {
        for _ in 0..<dice.integer(in: 1...3) {
            switch dice.integer(below: 4) {
            case 0: add(&dice) { .check(call: $0.integer(below: 6)) }
            case 1: add(&dice) { .dial(agent: $0.integer(below: 2)) }
            case 2: add(&dice) { .look(call: $0.integer(below: 6)) }
            default: add(&dice) { _ in .reconnect }
            }
        }
    }

    private mutating func add(_ dice: inout Dice, _ kind: (inout Dice) -> Disturbance.Kind) {
        disturbances.append(Disturbance(at: dice.number(in: 0...max(calmsAt, 60)), kind(&dice)))
    }
}
