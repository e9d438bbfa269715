import CallDomain
import Foundation
import GatewayService
import NIOCore
import SQLiteStore
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("ChangeTexts")
struct ChangeTextsTests {
    private static func principals() -> [Principal] {
        let scopes: [Set<Scope>] = [[.read], [.read, .reveal], Set(Scope.allCases), [.read, .operate]]
        return [.default, TestGateway.other].flatMap { account in
            scopes.map { Principal(account: account, scopes: $0, actor: "\(account.rawValue) \($0.count)") }
        }
    }

    /// What a watcher would be sent who had everything read and written for himself.
    private static func own(
        _ change: Change, for principal: Principal, store: any CallStore
    ) throws -> ByteBuffer? {
        guard change.account == principal.account else { return nil }
        let record = try store.call(account: principal.account, reference: change.call.rawValue, withBody: false)
        return record.flatMap { VisibleCall($0, for: principal) }.map { ChangeTexts.event(of: change, call: $0) }
    }

    @Test("What is shared equals what would be made for each by himself, whoever asked first")
    func differential() async throws {
        try await TestGateway.run { gateway in
            for (number, status) in ["ringing", "in-progress", "completed", "failed"].enumerated() {
                for call in 1...3 {
                    _ = try await gateway.post(TestGateway.execution("exec-\(call)", status, minute: number))
                }
            }
            let changes = try #require(
                try gateway.store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 100))
            #expect(changes.count >= 9)
            for order in [Self.principals(), Self.principals().reversed()] {
                let texts = ChangeTexts(reader: gateway.dependencies.reader, changes: gateway.changes)
                for change in changes {
                    for principal in order {
                        let shared = try await texts.text(of: change, for: principal)
                        let own = try Self.own(change, for: principal, store: gateway.store)
                        #expect(shared == own, "\(principal.actor)")
                        #expect((shared == nil) == (principal.account == TestGateway.other))
                        let isShown = shared.map { String(buffer: $0).contains("4155550100") }
                        #expect(isShown != !principal.scopes.contains(.reveal), "\(principal.actor)")
                    }
                }
            }
        }
    }

    @Test("However many ask, the store is read once for each who may see the same")
    func readsOnce() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let change = try #require(
                try gateway.store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 1)?.first)
            let reads = CountedWork()
            let reader = StoreReader(store: gateway.store, work: reads.work)
            let texts = ChangeTexts(reader: reader, changes: gateway.changes)
            try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                for number in 0..<200 {
                    let principal = Self.principals()[number % 4]
                    group.addTask { try await texts.text(of: change, for: principal) }
                }
                for try await text in group { #expect(text != nil) }
            }
            #expect(reads.count == 2)
        }
    }

    @Test("After an erasure nobody is sent what was there before")
    func erasure() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let change = try #require(
                try gateway.store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 1)?.first)
            let texts = ChangeTexts(reader: gateway.dependencies.reader, changes: gateway.changes)
            let principal = Self.principals()[2]
            let before = try #require(try await texts.text(of: change, for: principal))
            #expect(String(buffer: before).contains("4155550100"))
            _ = try await gateway.dependencies.writer.submit([
                .erase(Erasure(account: .default, calls: [change.call], at: gateway.wall.now))
            ])
            let after = try await texts.text(of: change, for: principal)
            #expect(after.map { String(buffer: $0).contains("4155550100") } != true)
            #expect(try Self.own(change, for: principal, store: gateway.store) == after)
        }
    }

    @Test("No more texts are kept than the bound, and those that are gone are made again")
    func bounded() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            var change = try #require(
                try gateway.store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 1)?.first)
            let reads = CountedWork()
            let texts = ChangeTexts(
                reader: StoreReader(store: gateway.store, work: reads.work), changes: gateway.changes)
            let first = change
            for sequence in 1...Int64(ChangeTexts.mostKept) {
                change.cursor = ChangeCursor(sequence: sequence)
                _ = try await texts.text(of: change, for: Self.principals()[0])
            }
            _ = try await texts.text(of: first, for: Self.principals()[0])
            #expect(reads.count == ChangeTexts.mostKept)
            change.cursor = ChangeCursor(sequence: Int64(ChangeTexts.mostKept) + 1)
            _ = try await texts.text(of: change, for: Self.principals()[0])
            _ = try await texts.text(of: first, for: Self.principals()[0])
            #expect(reads.count == ChangeTexts.mostKept + 2)
        }
    }
}

/// Runs work at once and counts it.
private final class CountedWork: Sendable {
    private let runs = Mutex(0)

    var count: Int { runs.withLock { $0 } }

    var work: BlockingWork {
        BlockingWork { [self] body in
            runs.withLock { $0 += 1 }
            body()
        }
    }
}
