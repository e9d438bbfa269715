import CallDomain

/// A call is placed at most once, and every intent ends.
struct DiallingLaw {
    private var placings: [String: Int] = [:]

    /// A request to place a call was sent: what is wrong with that.
    mutating func place(body: [UInt8]) -> String? {
        let parts = String(decoding: body, as: UTF8.self).split(separator: "\"gateway_dial\":\"")
        guard parts.count == 2 else { return "a call is placed without a key by which it can be recognized" }
        let key = String(parts[1].prefix { $0 != "\"" })
        placings[key, default: 0] += 1
        let count = placings[key, default: 0]
        return count == 1 ? nil : "an intent was sent to Bolna \(count) times"
    }

    /// What is wrong with intents that are open: none may be for longer than `patience`, as far as that time was calm.
    static func check(open: [DialRecord], now: Timestamp, calmSince: Timestamp, patience: Duration) -> [String] {
        let late = open.count { now.duration(since: max($0.intent.createdAt, calmSince)) > patience }
        return late == 0 ? [] : ["\(late) intents are open for longer than ten minutes"]
    }
}
