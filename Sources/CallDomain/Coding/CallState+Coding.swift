extension CallState {
    private static let formVersion: UInt8 = 1

    /// The form in which stores keep a call. Winners refer to a table of canonical keys: a few statements win all
    /// fields, and each key is longer than most values.
    package var encoded: [UInt8] {
        var keys = KeyTable()
        keys.add(frontier)
        keys.add(winnersOf: shared)
        for attempt in attempts {
            keys.add(attempt.statusWinner)
            keys.add(winnersOf: attempt.fields)
        }
        var writer = BinaryWriter(version: Self.formVersion, capacity: 1_024)
        writer.write(executionID.rawValue)
        writer.write(keys.keys)
        var references = keys.references.makeIterator()
        writer.write(reference: &references)
        writer.write(shared, references: &references)
        writer.write(count: attempts.count)
        for attempt in attempts {
            writer.write(attempt.number)
            writer.write(attempt.status)
            writer.write(reference: &references)
            writer.write(attempt.statusAsOf)
            writer.write(attempt.fields, references: &references)
            writer.write(optional: attempt.retryPolicy) { $0.write($1) }
        }
        writer.write(context)
        writer.write(count: contradictions.count)
        for contradiction in contradictions { writer.write(contradiction) }
        writer.write(count: withdrawn.count)
        for key in withdrawn { writer.write(key) }
        return writer.bytes
    }

    /// Reads the stored form.
    package init(encoded: [UInt8]) throws(MalformedBytes) {
        var reader = try BinaryReader(encoded, version: Self.formVersion)
        let executionID = ExecutionID(rawValue: try reader.text())
        var keys: [CanonicalKey] = []
        for _ in 0..<(try reader.count()) { keys.append(try reader.canonicalKey()) }
        let frontier = try reader.key(in: keys)
        let shared = try reader.wonFields(keys: keys)
        var attempts: [Attempt] = []
        for _ in 0..<(try reader.count()) {
            attempts.append(
                Attempt(
                    number: try reader.int(), status: try reader.status(), statusWinner: try reader.key(in: keys),
                    statusAsOf: try reader.time(), fields: try reader.wonFields(keys: keys),
                    retryPolicy: try reader.optional { reader throws(MalformedBytes) in try reader.retryPolicy() }))
        }
        guard !attempts.isEmpty else { throw MalformedBytes() }
        let context = try reader.foldContext()
        var contradictions: [Contradiction] = []
        for _ in 0..<(try reader.count()) { contradictions.append(try reader.contradiction()) }
        var withdrawn: [ObservationKey] = []
        for _ in 0..<(try reader.count()) { withdrawn.append(try reader.observationKey()) }
        try reader.end()
        self.init(
            executionID: executionID, shared: shared, attempts: attempts, frontier: frontier, context: context,
            contradictions: contradictions, withdrawn: withdrawn)
    }
}

/// The distinct canonical keys of a state, by the order in which they are met, and each reference to them in the order
/// in which it is written.
private struct KeyTable {
    private(set) var keys: [CanonicalKey] = []
    private(set) var references: [Int] = []
    private var places: [CanonicalKey: Int] = [:]

    mutating func add(_ key: CanonicalKey) {
        // Most fields are won by the same statement as the one before, and hashing a key takes longer than writing it.
        if let last = references.last, keys[last] == key { return references.append(last) }
        let place = places[key] ?? keys.count
        if place == keys.count {
            places[key] = place
            keys.append(key)
        }
        references.append(place)
    }

    /// In the order of fields, so that equal states have equal forms.
    mutating func add(winnersOf fields: WonFields) {
        for field in fields.values.fields {
            if let winner = fields.winners[field] { add(winner) }
        }
    }
}

extension BinaryWriter {
    fileprivate mutating func write(_ keys: [CanonicalKey]) {
        write(count: keys.count)
        for key in keys {
            write(key.attempt)
            write(key.step)
            write(key.generation)
            write(key.updatedAt)
            write(key.observation)
        }
    }

    /// Only fields that have both value and winner: a state has no others.
    fileprivate mutating func write(_ fields: WonFields, references: inout IndexingIterator<[Int]>) {
        let present = fields.values.fields.filter { fields.winners[$0] != nil }
        write(count: present.count)
        for field in present {
            guard let value = fields.values[field] else { continue }
            write(byte: UInt8(field.rawValue))
            write(value)
            write(reference: &references)
        }
    }

    /// The place of the next key; each that is written was added before.
    fileprivate mutating func write(reference references: inout IndexingIterator<[Int]>) {
        write(count: references.next() ?? 0)
    }

    fileprivate mutating func write(_ context: FoldContext) {
        write(context.observations)
        write(context.reads)
        write(optional: context.lastReadSentAt) { $0.write($1) }
        write(optional: context.lastReadReceivedAt) { $0.write($1) }
        write(context.lastReceivedAt)
        write(optional: context.lastUpdatedAt) { $0.write($1) }
        write(context.countedAttempt)
        write(context.hasOpenRetryableFinal)
        write(context.retriesVoicemail)
        write(context.mustRefold)
        write(optional: context.openHintAt) { $0.write($1) }
    }

    fileprivate mutating func write(_ contradiction: Contradiction) {
        write(contradiction.rule.rawValue)
        write(contradiction.attempt)
        write(contradiction.standing)
        write(contradiction.against)
        write(contradiction.standingStatus)
        write(contradiction.againstStatus)
        write(contradiction.since)
    }
}

extension BinaryReader {
    fileprivate mutating func canonicalKey() throws(MalformedBytes) -> CanonicalKey {
        CanonicalKey(
            attempt: try int(), step: try int(), generation: try int(), updatedAt: try time(),
            observation: try observationKey())
    }

    /// A reference into the table of keys.
    fileprivate mutating func key(in keys: [CanonicalKey]) throws(MalformedBytes) -> CanonicalKey {
        guard let place = Int(exactly: try unsigned()), place < keys.count else { throw MalformedBytes() }
        return keys[place]
    }

    fileprivate mutating func wonFields(keys: [CanonicalKey]) throws(MalformedBytes) -> WonFields {
        var fields = WonFields()
        for _ in 0..<(try count()) {
            let field = try field()
            fields.values[field] = try fieldValue()
            fields.winners[field] = try key(in: keys)
        }
        return fields
    }

    fileprivate mutating func foldContext() throws(MalformedBytes) -> FoldContext {
        FoldContext(
            observations: try int(), reads: try int(), lastReadSentAt: try optionalTime(),
            lastReadReceivedAt: try optionalTime(), lastReceivedAt: try time(), lastUpdatedAt: try optionalTime(),
            countedAttempt: try int(), hasOpenRetryableFinal: try flag(), retriesVoicemail: try flag(),
            mustRefold: try flag(), openHintAt: try optionalTime())
    }

    fileprivate mutating func contradiction() throws(MalformedBytes) -> Contradiction {
        guard let rule = ReconciliationRule(rawValue: try text()) else { throw MalformedBytes() }
        return Contradiction(
            rule: rule, attempt: try int(), standing: try observationKey(), against: try observationKey(),
            standingStatus: try status(), againstStatus: try status(), since: try time())
    }
}
