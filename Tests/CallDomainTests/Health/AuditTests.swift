import CallDomain
import Testing

@Suite("Audit")
struct AuditTests {
    private static func statement(
        _ status: CallStatus, updated: Int64? = 10, retry: Int? = nil, retries: Bool = false,
        _ fields: [CallField: FieldValue] = [:]
    ) -> Statement {
        var set = FieldSet()
        set[.agentID] = .text("agent")
        for (field, value) in fields { set[field] = value }
        if let updated { set[.updatedAt] = .time(Timestamp(seconds: updated)) }
        return Statement(
            executionID: ExecutionID(rawValue: "x"), status: status, updatedAt: updated.map(Timestamp.init(seconds:)),
            retryCount: retry, retryPolicy: retries ? RetryPolicy(isEnabled: true) : nil, fields: set)
    }

    static let table: [(Statement, Statement, Audit.Outcome, [String])] = [
        (statement(.ringing), statement(.ringing), .agrees, []),
        (statement(.ringing), statement(.completed, updated: 20), .movedOn, []),
        (statement(.ringing), statement(.ringing, updated: 20), .movedOn, []),
        (statement(.completed), statement(.ringing), .differs, ["status"]),
        (statement(.completed), statement(.failed), .differs, ["status"]),
        (statement(.busy, retries: true), statement(.scheduled, updated: 20, retry: 1), .movedOn, []),
        (statement(.busy, retries: true), statement(.scheduled, updated: 20), .movedOn, []),
        (statement(.ringing, retry: 1), statement(.completed, retry: 0), .differs, ["status"]),
        (statement(.unknown("odd")), statement(.completed), .movedOn, []),
        (statement(.ringing), statement(.ringing, [.agentID: .text("other")]), .differs, ["agentId"]),
        (statement(.ringing), statement(.completed, updated: 20, [.agentID: .text("other")]), .differs, ["agentId"]),
        (
            statement(.completed, [.totalCost: .number(5), .transcript: .text("a")]),
            statement(.completed, [.totalCost: .number(6), .transcript: .text("b")]), .differs,
            ["totalCost", "transcript"]
        ),
        (
            statement(.completed, [.totalCost: .number(5)]),
            statement(.completed, updated: 11, [.totalCost: .number(6)]),
            .movedOn, []
        ),
        (statement(.completed, [.totalCost: .number(5)]), statement(.completed), .agrees, []),
        (
            statement(.completed, updated: nil, [.totalCost: .number(5), .transcript: .text("a")]),
            statement(.completed, [.totalCost: .number(6), .transcript: .text("a")]), .agrees, []
        ),
        (
            statement(.completed, updated: nil, [.transcript: .text("a")]),
            statement(.completed, [.transcript: .text("b")]), .differs, ["transcript"]
        ),
        (
            statement(.ringing, [.conversationDuration: .number(0)]),
            statement(.ringing, [.conversationDuration: .number(3)]), .agrees, []
        ),
        (
            statement(.completed, [.extractedData: .json("{\"a\": 1, \"b\":2}")]),
            statement(.completed, [.extractedData: .json("{\"b\":2,\"a\":1}")]), .agrees, []
        ),
        (
            statement(.completed, [.extractedData: .json("{\"a\":1}")]),
            statement(.completed, [.extractedData: .json("{\"a\":3}")]), .differs, ["extractedData"]
        ),
        (statement(.ringing, updated: nil), statement(.ringing, updated: 9), .agrees, []),
    ]

    @Test("A delivery is compared with what Bolna answers later", arguments: table)
    func compare(delivered: Statement, read: Statement, outcome: Audit.Outcome, differing: [String]) {
        let result = Audit.compare(delivered, with: read)
        #expect(result.outcome == outcome)
        #expect(result.differing == differing)
    }

    @Test("A statement without a status cannot be compared")
    func noStatus() {
        var delivered = Self.statement(.ringing)
        delivered.status = nil
        #expect(Audit.compare(delivered, with: Self.statement(.ringing)).outcome == .unavailable)
    }

    @Test("The share is chosen by the bytes, and a tenth at most", arguments: [0, -1, 0.01, 0.1, 0.5, 1])
    func share(share: Double) {
        var random = SplitMix64(seed: 1)
        let digests = (0..<20_000).map { _ in
            ContentDigest(words: (random.next(), random.next(), random.next(), random.next()))
        }
        let chosen = digests.filter { Audit.chooses($0, share: share) }
        #expect(chosen == digests.filter { Audit.chooses($0, share: share) })
        let expected = 20_000 * min(max(share, 0), Audit.largestShare)
        #expect(Double(chosen.count) <= expected * 1.15 && Double(chosen.count) >= expected * 0.85)
    }
}
