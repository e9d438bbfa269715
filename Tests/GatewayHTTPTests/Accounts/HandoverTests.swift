import CallDomain
import Testing

@testable import GatewayHTTP

@Suite("What is kept from one request to the next")
struct HandoverTests {
    private static let now = Timestamp(seconds: 1_772_615_708)
    private static let other = AccountID(rawValue: "other")
    private let handover = Handover<Int>(lifetime: .seconds(60))

    private static func owner(_ account: AccountID) -> Principal {
        Principal(account: account, scopes: [.admin], actor: "admin")
    }

    private func put(_ value: Int, for account: AccountID) throws -> String {
        // Each a little later, so that there is an oldest.
        try handover.put(
            value, about: account, for: Self.owner(account), at: Self.now.advanced(by: .milliseconds(value)))
    }

    private func take(_ id: String, for account: AccountID) throws -> Int? {
        try handover.take(id, about: account, for: Self.owner(account), at: Self.now.advanced(by: .seconds(1)))
    }

    @Test("It holds once, and for whom it was kept alone")
    func once() throws {
        let id = try put(7, for: .default)
        #expect(try take(id, for: Self.other) == nil)
        #expect(try take(id, for: .default) == 7)
        #expect(try take(id, for: .default) == nil)
    }

    @Test("An account that keeps too much loses its own oldest, and nothing of another's")
    func room() throws {
        let others = try (0..<3).map { try put($0, for: Self.other) }
        let own = try (0..<Handover<Int>.most).map { try put(10 + $0, for: .default) }
        #expect(try others.map { try take($0, for: Self.other) } == [0, 1, 2])
        #expect(try own.prefix(4).map { try take($0, for: .default) } == [nil, nil, nil, 13])
        #expect(try take(own[Handover<Int>.most - 1], for: .default) == 9 + Handover<Int>.most)
    }

    @Test("Where others left no more, one's own oldest goes")
    func tie() throws {
        let half = Handover<Int>.most / 2
        let others = try (0..<half).map { try put($0, for: Self.other) }
        let own = try (0..<half).map { try put($0 + half, for: .default) }
        _ = try put(2 * half, for: .default)
        #expect(try take(own[0], for: .default) == nil)
        #expect(try others.allSatisfy { try take($0, for: Self.other) != nil })
    }
}
