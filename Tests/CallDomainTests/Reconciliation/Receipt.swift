import CallDomain

/// One thing that reaches the gateway about the call of these tests: an observation, and the read that brought it.
struct Receipt {
    var observation: Observation
    var read: ReadRecord?

    /// The call of these tests.
    static let execution = ExecutionID(rawValue: "call")

    /// A statement as it would be decoded; times are seconds.
    static func statement(
        _ status: CallStatus?, updated: Int? = nil, retry: Int? = nil, policy: RetryPolicy? = nil,
        fields: [CallField: FieldValue] = [:]
    ) -> Statement {
        var set = FieldSet()
        for (field, value) in fields { set[field] = value }
        return Statement(
            executionID: execution, status: status, updatedAt: updated.map(Timestamp.init(second:)), retryCount: retry,
            retryPolicy: policy, fields: set)
    }

    /// A statement received at a second.
    static func of(
        _ statement: Statement, from source: Source = .webhook, trust: Trust = .signed, standing: Standing = .applied,
        at second: Int, withdraws: [ObservationKey] = []
    ) -> Receipt {
        let digest = ContentDigest(hashing: "\(describe(statement)) \(withdraws.map(\.digest.bytes))")
        let key = ObservationKey(source: source, trust: trust, standing: standing, digest: digest)
        return Receipt(
            observation: Observation(
                key: key, receivedAt: Timestamp(second: second), statement: statement, withdraws: withdraws))
    }

    /// A signed webhook.
    static func webhook(
        _ status: CallStatus?, updated: Int? = nil, retry: Int? = nil, fields: [CallField: FieldValue] = [:],
        at second: Int
    ) -> Receipt {
        .of(statement(status, updated: updated, retry: retry, fields: fields), at: second)
    }

    /// A full read, answered a second after it was sent unless told otherwise.
    static func read(
        _ status: CallStatus, updated: Int? = nil, retry: Int? = nil, fields: [CallField: FieldValue] = [:],
        from source: Source = .poll, sent: Int, received: Int? = nil
    ) -> Receipt {
        .read(statement(status, updated: updated, retry: retry, fields: fields), from: source, sent: sent, received)
    }

    /// A full read of a statement.
    static func read(
        _ statement: Statement, from source: Source = .poll, sent: Int, _ received: Int? = nil
    ) -> Receipt {
        var receipt = Receipt.of(statement, from: source, trust: .authoritative, at: received ?? sent + 1)
        receipt.read = ReadRecord(
            sentAt: Timestamp(second: sent), receivedAt: receipt.observation.receivedAt,
            observation: receipt.observation.key)
        return receipt
    }

    /// A person's ruling.
    static func ruling(_ status: CallStatus?, withdraws: [Receipt], updated: Int? = nil, at second: Int) -> Receipt {
        .of(
            statement(status, updated: updated), from: .ruling, trust: .authoritative, at: second,
            withdraws: withdraws.map(\.observation.key))
    }

    /// The same thing at another time of receipt.
    func received(at second: Int) -> Receipt {
        var copy = self
        copy.observation.receivedAt = Timestamp(second: second)
        return copy
    }

    /// The text whose digest stands for the body's: equal for equal statements only.
    private static func describe(_ statement: Statement) -> String {
        let fields = statement.fields.fields.map { "\($0)=\(String(describing: statement.fields[$0]))" }
        return """
            \(statement.status?.word ?? "-") \(statement.updatedAt?.rawValue ?? -1) \(statement.retryCount ?? -1) \
            \(statement.retryPolicy.map { "\($0.isEnabled) \($0.retriesVoicemail)" } ?? "-") \(fields)
            """
    }
}

extension Timestamp {
    /// A second of the tests' time.
    init(second: Int) { self.init(seconds: Int64(second)) }
}

extension ContentDigest {
    /// Not SHA-256, but good enough to tell the bodies of tests apart and to put them into an order of their own.
    init(hashing text: String) {
        var words: [UInt64] = []
        for salt in UInt64(1)...4 {
            var generator = SplitMix64(seed: salt)
            var hash = generator.next()
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            words.append(hash ^ hash >> 29)
        }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }
}

/// A call as a store keeps it: it hands observations to reconciliation one by one, as they come.
struct StoredCall {
    var reconciler = Reconciler()
    var evidence = Evidence()
    var state: CallState?
    var refolds = 0

    /// Takes what came; nil where it is a repetition that says nothing new and is only counted.
    @discardableResult
    mutating func take(_ receipt: Receipt) -> Reconciliation? {
        let known = evidence.observations.firstIndex { $0.key == receipt.observation.key }
        if let known {
            let isEarlier = receipt.observation.receivedAt < evidence.observations[known].receivedAt
            let isNewRead = receipt.read.map { !evidence.reads.contains($0) } ?? false
            guard isEarlier || isNewRead else { return nil }
            if isEarlier { evidence.observations[known].receivedAt = receipt.observation.receivedAt }
        } else {
            evidence.observations.append(receipt.observation)
        }
        if let read = receipt.read { evidence.reads.append(read) }
        let result = reconciler.reconcile(
            previous: state, observation: receipt.observation, read: receipt.read, evidence: { evidence })
        state = result.state
        if result.didRefold { refolds += 1 }
        return result
    }

    /// A call that has taken all this.
    init(_ receipts: [Receipt] = []) {
        for receipt in receipts { take(receipt) }
    }
}
