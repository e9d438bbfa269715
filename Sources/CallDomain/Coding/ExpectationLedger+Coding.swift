extension ExpectationLedger {
    /// Version 1 knew neither deadlines beside due times, nor what was learned, nor single artefacts, nor priorities.
    private static let formVersion: UInt8 = 2
    private static let oldestForm: UInt8 = 1

    /// The form in which stores keep a ledger.
    package var encoded: [UInt8] {
        var writer = BinaryWriter(version: Self.formVersion, capacity: 96)
        writer.write(optional: open) { writer, expectation in
            writer.write(byte: expectation.what.rawValue)
            writer.write(byte: expectation.path.rawValue)
            writer.write(expectation.since)
            writer.write(expectation.due)
            writer.write(expectation.endsAt)
            writer.write(expectation.isProbe)
            writer.write(expectation.why.rawValue)
            writer.write(expectation.looks)
            writer.write(expectation.deadline)
            writer.write(optional: expectation.learned) { $0.write($1) }
            writer.write(expectation.isHastened)
        }
        writer.write(optional: outcome) { $0.write(byte: $1.rawValue) }
        writer.write(optional: position) { writer, position in
            writer.write(position.attempt)
            writer.write(position.step)
        }
        writer.write(optional: status) { $0.write($1) }
        writer.write(failures)
        writer.write(notFound)
        writer.write(optional: notFoundSince) { $0.write($1) }
        writer.write(optional: lastReadAt) { $0.write($1) }
        writer.write(optional: artefacts) { writer, artefacts in
            writer.write(artefacts.since)
            writer.write(count: artefacts.waits.count)
            for wait in artefacts.waits { writer.write(wait) }
        }
        writer.write(isPriority)
        return writer.bytes
    }

    /// Reads the stored form.
    package init(encoded: [UInt8]) throws(MalformedBytes) {
        let version = encoded.first ?? 0
        guard (Self.oldestForm...Self.formVersion).contains(version) else { throw MalformedBytes() }
        var reader = try BinaryReader(encoded, version: version)
        self.init()
        open = try reader.optional { reader throws(MalformedBytes) in try reader.expectation(version: version) }
        outcome = try reader.optional { reader throws(MalformedBytes) in try reader.outcome() }
        position = try reader.optional { reader throws(MalformedBytes) in
            Position(attempt: try reader.int(), step: try reader.int())
        }
        status = try reader.optional { reader throws(MalformedBytes) in try reader.status() }
        failures = try reader.int()
        notFound = try reader.int()
        notFoundSince = try reader.optionalTime()
        lastReadAt = try reader.optionalTime()
        if version > 1 {
            artefacts = try reader.optional { reader throws(MalformedBytes) in try reader.artefactLedger() }
            isPriority = try reader.flag()
        }
        try reader.end()
    }
}

extension BinaryReader {
    mutating func optionalTime() throws(MalformedBytes) -> Timestamp? {
        try optional { reader throws(MalformedBytes) in try reader.time() }
    }

    fileprivate mutating func expectation(version: UInt8) throws(MalformedBytes) -> Expectation {
        guard let what = Expected(rawValue: try byte()), let path = Expectation.Path(rawValue: try byte()) else {
            throw MalformedBytes()
        }
        let since = try time()
        let due = try time()
        let endsAt = try time()
        let isProbe = try flag()
        guard let why = ExpectationRule(rawValue: try text()) else { throw MalformedBytes() }
        var expectation = Expectation(
            what: what, path: path, since: since, due: due, endsAt: endsAt, isProbe: isProbe, why: why,
            looks: try int())
        guard version > 1 else { return expectation }
        expectation.deadline = try time()
        expectation.learned = try optional { reader throws(MalformedBytes) in try reader.learnedDeadline() }
        expectation.isHastened = try flag()
        return expectation
    }

    private mutating func learnedDeadline() throws(MalformedBytes) -> LearnedDeadline {
        LearnedDeadline(perMille: try int(), within: try duration(), samples: try int())
    }

    fileprivate mutating func artefactLedger() throws(MalformedBytes) -> ArtefactLedger {
        let since = try time()
        let count = try count()
        guard count <= Artefact.allCases.count else { throw MalformedBytes() }
        var waits: [ArtefactWait] = []
        waits.reserveCapacity(count)
        for _ in 0..<count { waits.append(try artefactWait()) }
        return ArtefactLedger(since: since, waits: waits)
    }

    private mutating func artefactWait() throws(MalformedBytes) -> ArtefactWait {
        guard let artefact = Artefact(rawValue: try byte()), let state = ArtefactWait.State(rawValue: try byte()) else {
            throw MalformedBytes()
        }
        let isSure = try flag()
        let due = try optionalTime()
        let endsAt = try time()
        let endedAt = try optionalTime()
        let looks = try int()
        let history = try optional { reader throws(MalformedBytes) in
            let calls = try reader.int()
            let arrived = try reader.int()
            let within = try reader.optional { reader throws(MalformedBytes) in try reader.duration() }
            return ArtefactHistory(calls: calls, arrived: arrived, within: within, samples: try reader.int())
        }
        return ArtefactWait(
            artefact: artefact, state: state, isSure: isSure, due: due, endsAt: endsAt, endedAt: endedAt, looks: looks,
            history: history)
    }

    /// Durations are kept in microseconds.
    fileprivate mutating func duration() throws(MalformedBytes) -> Duration { .microseconds(try int64()) }

    fileprivate mutating func outcome() throws(MalformedBytes) -> ExpectationLedger.Outcome {
        guard let outcome = ExpectationLedger.Outcome(rawValue: try byte()) else { throw MalformedBytes() }
        return outcome
    }
}

extension BinaryWriter {
    fileprivate mutating func write(_ duration: Duration) { write(duration.microseconds) }

    fileprivate mutating func write(_ learned: LearnedDeadline) {
        write(learned.perMille)
        write(learned.within)
        write(learned.samples)
    }

    fileprivate mutating func write(_ wait: ArtefactWait) {
        write(byte: wait.artefact.rawValue)
        write(byte: wait.state.rawValue)
        write(wait.isSure)
        write(optional: wait.due) { $0.write($1) }
        write(wait.endsAt)
        write(optional: wait.endedAt) { $0.write($1) }
        write(wait.looks)
        write(optional: wait.history) { writer, history in
            writer.write(history.calls)
            writer.write(history.arrived)
            writer.write(optional: history.within) { $0.write($1) }
            writer.write(history.samples)
        }
    }
}
