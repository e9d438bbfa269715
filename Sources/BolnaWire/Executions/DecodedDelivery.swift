package import CallDomain

/// What a webhook's body turned out to be.
package enum DecodedDelivery: Hashable, Sendable {
    /// One statement for a call webhook, several for an array or a page of executions; never empty.
    case observations([DecodedStatement])
    /// An array or page of which some elements could not be used: the statements are good, and the body belongs into
    /// quarantine as well, so that nothing is lost.
    case partly([DecodedStatement], QuarantineReason, detail: String)
    /// A workflow webhook (docs: workflow-webhooks/execution-terminal).
    case workflow
    /// A batch webhook (docs: api-reference/batches/create).
    case batch
    /// Nothing that could be used, and why in a sentence without personal data.
    case unusable(QuarantineReason, detail: String)
}

/// One statement and where in the body it stands.
package struct DecodedStatement: Hashable, Sendable {
    /// What is said.
    package var statement: Statement
    /// The bytes of its JSON object: the whole body but for surrounding blanks, or one element of an array.
    package var range: Range<Int>
    /// How far the object departs from what is known of Bolna's format.
    package var drift: Drift

    /// Puts a decoded statement together.
    package init(statement: Statement, range: Range<Int>, drift: Drift = Drift()) {
        self.statement = statement
        self.range = range
        self.drift = drift
    }
}

/// Departures from the known format; none of them makes a body unusable.
package struct Drift: Hashable, Sendable {
    /// Top-level members that no source names.
    package var unknownKeys: Int
    /// The names of the first of them, at most ``mostNames``; one that is not plain is ``unusualName``.
    package var unknownNames: [String]
    /// Known members that were left out because their value could not be read.
    package var ignoredFields: Int

    /// The most names of one object that are told.
    package static let mostNames = 8
    /// The longest plain name, in bytes; plain are letters, digits, `_`, `-` and `.` of ASCII.
    package static let longestName = 64
    /// Stands for a name that is not plain: it may be anything.
    package static let unusualName = "(unusual)"

    /// Puts a count together.
    package init(unknownKeys: Int = 0, unknownNames: [String] = [], ignoredFields: Int = 0) {
        self.unknownKeys = unknownKeys
        self.unknownNames = unknownNames
        self.ignoredFields = ignoredFields
    }

    /// Notes a top-level member that no source names.
    mutating func add(unknown name: JSONString, in scanner: JSONScanner) {
        unknownKeys += 1
        guard unknownNames.count < Self.mostNames else { return }
        let bytes = scanner.bytes[name.range]
        let isPlain =
            !name.hasEscapes && (1...Self.longestName).contains(bytes.count)
            && bytes.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == 0x5F || byte == 0x2D || byte == 0x2E
            }
        unknownNames.append(isPlain ? String(decoding: bytes, as: UTF8.self) : Self.unusualName)
    }
}

/// A body from which nothing could be taken.
package struct UnusableBody: Error, Hashable, Sendable {
    /// Why.
    package var reason: QuarantineReason
    /// The same in a sentence, without personal data.
    package var detail: String

    /// Puts an error together.
    package init(_ reason: QuarantineReason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
