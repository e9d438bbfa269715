import CallDomain

/// What tells one call of the data set from the others. All texts of a kind have one length, so that they can stand in for
/// each other in stored bytes.
struct CallIdentity {
    var account: AccountID
    var call: String
    var execution: String
    var agent: String
    /// Digits alone, the country's first.
    var from: String
    var to: String
    var lead: String
    /// When it begins.
    var start: Timestamp

    /// The accounts with their shares of all calls in percent, and of the agents.
    static let accounts: [(account: AccountID, share: Int, agents: Range<Int>)] = [
        (.default, 60, 0..<30), (AccountID(rawValue: "north"), 25, 30..<40),
        (AccountID(rawValue: "south"), 10, 40..<45),
        (AccountID(rawValue: "east"), 3, 45..<48), (AccountID(rawValue: "west"), 2, 48..<50),
    ]

    /// The identity of the call with this number.
    init(number: Int, start: Timestamp) {
        var drawing = Drawing(seed: number)
        var percent = drawing.number(below: 100)
        let account = Self.accounts.first { account in
            percent -= account.share
            return percent < 0
        }
        let agents = account?.agents ?? 0..<1
        self.account = account?.account ?? .default
        agent = Self.agent(agents.lowerBound + drawing.low(below: agents.count))
        call = drawing.hex(24)
        let digits = drawing.hex(32)
        execution = [
            digits.prefix(8), digits.dropFirst(8).prefix(4), "4" + digits.dropFirst(13).prefix(3),
            "8" + digits.dropFirst(17).prefix(3), digits.suffix(12),
        ].joined(separator: "-")
        from = "9180\(String(drawing.number(below: 200)).padded(to: 4))3007"
        to = "919" + String(drawing.number(below: 400_000_000)).padded(to: 9)
        lead = "lead-" + String(drawing.number(below: 1_250_000)).padded(to: 8)
        self.start = start
    }

    /// The id of the agent with this number.
    static func agent(_ number: Int) -> String { "5f0c1d2e-7a41-4c3b-9b10-" + String(number).padded(to: 12) }

    /// The texts that stand in stored values, in a fixed order.
    var texts: [String] { [execution, agent, from, to, lead, call] }
}
