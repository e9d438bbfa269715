import CallDomain

/// Draws values of every shape that is stored.
struct CodingSamples {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func statement() -> Statement {
        Statement(
            executionID: ExecutionID(rawValue: text()), status: optional { $0.status() },
            updatedAt: optional { $0.time() }, retryCount: optional { $0.number(below: 101) },
            retryPolicy: optional { $0.policy() }, fields: fields(of: { _ in true }), looksPreCall: flag())
    }

    mutating func state() -> CallState {
        let keys = (0..<4).map { _ in canonicalKey() }
        let attempts = (0...number(below: 3)).map { number in
            Attempt(
                number: number, status: status(), statusWinner: keys[self.number(below: 4)], statusAsOf: time(),
                fields: wonFields(keys: keys) { !$0.belongsToCall }, retryPolicy: optional { $0.policy() })
        }
        return CallState(
            executionID: ExecutionID(rawValue: text()), shared: wonFields(keys: keys) { $0.belongsToCall },
            attempts: attempts, frontier: keys[0], context: context(),
            contradictions: (0..<number(below: 3)).map { _ in contradiction() },
            withdrawn: (0..<number(below: 3)).map { _ in observationKey() })
    }

    mutating func ledger() -> ExpectationLedger {
        var ledger = ExpectationLedger()
        ledger.open = optional { samples in
            Expectation(
                what: samples.element(Expected.allCases), path: samples.flag() ? .webhook : .poll,
                since: samples.time(), due: samples.time(), endsAt: samples.time(), isProbe: samples.flag(),
                why: samples.element(ExpectationRule.allCases), looks: samples.number(below: 1_000),
                deadline: samples.time(),
                learned: samples.optional { samples in
                    LearnedDeadline(
                        perMille: samples.number(below: 1_000), within: .milliseconds(samples.number(below: 90_000)),
                        samples: samples.number(below: 1_000))
                }, isHastened: samples.flag())
        }
        ledger.outcome = optional { $0.element(ExpectationLedger.Outcome.allCases) }
        ledger.position = optional { Position(attempt: $0.number(below: 5), step: $0.number(below: 12) - 1) }
        ledger.status = optional { $0.status() }
        ledger.failures = number(below: 1_000)
        ledger.notFound = number(below: 10)
        ledger.notFoundSince = optional { $0.time() }
        ledger.lastReadAt = optional { $0.time() }
        ledger.artefacts = optional { samples in
            ArtefactLedger(since: samples.time(), waits: Artefact.allCases.map { samples.wait(for: $0) })
        }
        ledger.isPriority = flag()
        return ledger
    }

    private mutating func wait(for artefact: Artefact) -> ArtefactWait {
        ArtefactWait(
            artefact: artefact, state: element(ArtefactWait.State.allCases), isSure: flag(),
            due: optional { $0.time() }, endsAt: time(), endedAt: optional { $0.time() }, looks: number(below: 100),
            history: optional { samples in
                ArtefactHistory(
                    calls: samples.number(below: 21), arrived: samples.number(below: 21),
                    within: samples.optional { .milliseconds($0.number(below: 90_000)) },
                    samples: samples.number(below: 1_000))
            })
    }

    mutating func canonicalKey() -> CanonicalKey {
        CanonicalKey(
            attempt: number(below: 4), step: number(below: 12) - 1, generation: number(below: 300),
            updatedAt: flag() ? .distantPast : time(), observation: observationKey())
    }

    mutating func context() -> FoldContext {
        FoldContext(
            observations: number(below: 500), reads: number(below: 500), lastReadSentAt: optional { $0.time() },
            lastReadReceivedAt: optional { $0.time() }, lastReceivedAt: time(), lastUpdatedAt: optional { $0.time() },
            countedAttempt: number(below: 4), hasOpenRetryableFinal: flag(), retriesVoicemail: flag(),
            mustRefold: flag(), openHintAt: optional { $0.time() })
    }

    /// Flips, drops, doubles or replaces a few bytes.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        for _ in 0...number(below: 3) where !damaged.isEmpty {
            let place = number(below: damaged.count)
            switch number(below: 4) {
            case 0: damaged[place] ^= 1 << UInt8(number(below: 8))
            case 1: damaged.remove(at: place)
            case 2: damaged.insert(damaged[place], at: place)
            default: damaged[place] = UInt8(number(below: 256))
            }
        }
        return damaged
    }

    private mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    private mutating func flag() -> Bool { Bool.random(using: &generator) }

    private mutating func time() -> Timestamp {
        Timestamp(rawValue: Int64.random(in: -1_000_000...2_000_000_000_000_000, using: &generator))
    }

    private mutating func element<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    private mutating func optional<Value>(_ body: (inout CodingSamples) -> Value) -> Value? {
        flag() ? body(&self) : nil
    }

    private mutating func text() -> String {
        element(["", "a", "नमस्ते", "assistant: hello\nuser: yes", String(repeating: "x", count: number(below: 300))])
    }

    private mutating func status() -> CallStatus {
        flag() ? element(CallStatus.known) : .unknown(text())
    }

    private mutating func policy() -> RetryPolicy {
        RetryPolicy(
            isEnabled: flag(), mostRetries: optional { $0.number(below: 4) },
            statuses: optional { samples in Set((0..<samples.number(below: 4)).map { _ in samples.status() }) },
            retriesVoicemail: flag(), intervalsMinutes: (0..<number(below: 4)).map { _ in number(below: 1_000) })
    }

    private mutating func value() -> FieldValue {
        switch number(below: 5) {
        case 0: .text(text())
        case 1: .number(Double.random(in: -1e9...1e9, using: &generator))
        case 2: .flag(flag())
        case 3: .time(time())
        default: .json("{\"a\": \"\(text())\"}")
        }
    }

    private mutating func fields(of isWanted: (CallField) -> Bool) -> FieldSet {
        var fields = FieldSet()
        for field in CallField.allCases where isWanted(field) && flag() { fields[field] = value() }
        return fields
    }

    private mutating func wonFields(keys: [CanonicalKey], of isWanted: (CallField) -> Bool) -> WonFields {
        let values = fields(of: isWanted)
        var winners = FieldWinners()
        for field in values.fields { winners[field] = element(keys) }
        return WonFields(values: values, winners: winners)
    }

    private mutating func observationKey() -> ObservationKey {
        let words = (
            generator.next(), generator.next(), generator.next(), generator.next()
        )
        return ObservationKey(
            source: element(Source.allCases), trust: element(Trust.allCases), standing: element(Standing.allCases),
            digest: ContentDigest(words: words))
    }

    private mutating func contradiction() -> Contradiction {
        Contradiction(
            rule: element(ReconciliationRule.allCases), attempt: number(below: 3), standing: observationKey(),
            against: observationKey(), standingStatus: status(), againstStatus: status(), since: time())
    }
}
