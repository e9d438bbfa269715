import CallDomain

/// A call is placed at most once, its intent is stored first, every intent ends, and a call that came of one is found.
struct DiallingLaw {
    /// A request that was sent.
    struct Placing {
        var account: AccountID
        var key: String
        var at: Duration
    }

    /// The requests that were sent, in their order.
    private(set) var placings: [Placing] = []
    private var stored: Set<String> = []

    /// An intent was stored.
    mutating func commit(_ intent: DialIntent) { stored.insert(intent.correlationKey) }

    /// A request to place a call was sent: what is wrong with that.
    mutating func place(body: [UInt8], account: AccountID, at now: Duration) -> String? {
        let parts = String(decoding: body, as: UTF8.self).split(separator: "\"gateway_dial\":\"")
        guard parts.count == 2 else { return "a call is placed without a key by which it can be recognized" }
        let key = String(parts[1].prefix { $0 != "\"" })
        let count = placings.count { $0.key == key } + 1
        placings.append(Placing(account: account, key: key, at: now))
        guard count == 1 else { return "an intent was sent to Bolna \(count) times" }
        return stored.contains(key) ? nil : "a call is placed whose intent is not stored"
    }

    /// What is wrong with intents that are open: none may be for longer than `patience`, as far as that time was calm.
    static func check(open: [DialRecord], now: Timestamp, calmSince: Timestamp, patience: Duration) -> [String] {
        let late = open.count { now.duration(since: max($0.intent.createdAt, calmSince)) > patience }
        return late == 0 ? [] : ["\(late) intents are open for longer than ten minutes"]
    }

    /// What is wrong with how an intent ended of which this call came at Bolna, where all was calm since it was sent, or
    /// the call has been read since.
    static func check(_ record: DialRecord?, call: CallRecord?) -> String? {
        guard let record else { return "an intent that was sent is not stored" }
        guard let call else { return "a call that was placed is not known" }
        guard record.state == .placed else { return "a call was placed, but its intent ended as \(record.state)" }
        return record.call == call.call ? nil : "an intent is taken for another call than the one that came of it"
    }
}
