extension ExpectationLedger {
    private static let formVersion: UInt8 = 1

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
        return writer.bytes
    }

    /// Reads the stored form.
    package init(encoded: [UInt8]) throws(MalformedBytes) {
        var reader = try BinaryReader(encoded, version: Self.formVersion)
        self.init()
        open = try reader.optional { reader throws(MalformedBytes) in try reader.expectation() }
        outcome = try reader.optional { reader throws(MalformedBytes) in try reader.outcome() }
        position = try reader.optional { reader throws(MalformedBytes) in
            Position(attempt: try reader.int(), step: try reader.int())
        }
        status = try reader.optional { reader throws(MalformedBytes) in try reader.status() }
        failures = try reader.int()
        notFound = try reader.int()
        notFoundSince = try reader.optionalTime()
        lastReadAt = try reader.optionalTime()
        try reader.end()
    }
}

extension BinaryReader {
    mutating func optionalTime() throws(MalformedBytes) -> Timestamp? {
        try optional { reader throws(MalformedBytes) in try reader.time() }
    }

    fileprivate mutating func expectation() throws(MalformedBytes) -> Expectation {
        guard let what = Expected(rawValue: try byte()), let path = Expectation.Path(rawValue: try byte()) else {
            throw MalformedBytes()
        }
        let since = try time()
        let due = try time()
        let endsAt = try time()
        let isProbe = try flag()
        guard let why = ExpectationRule(rawValue: try text()) else { throw MalformedBytes() }
        return Expectation(
            what: what, path: path, since: since, due: due, endsAt: endsAt, isProbe: isProbe, why: why,
            looks: try int())
    }

    fileprivate mutating func outcome() throws(MalformedBytes) -> ExpectationLedger.Outcome {
        guard let outcome = ExpectationLedger.Outcome(rawValue: try byte()) else { throw MalformedBytes() }
        return outcome
    }
}
