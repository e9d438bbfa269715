import CallDomain
import GatewayHTTP
import Synchronization
import Testing

@Suite("Sessions of the pages") struct SessionBookTests {
    private static let start = Timestamp(seconds: 1_772_615_708)
    private static let principal = Principal(account: .default, scopes: [.read], actor: "key")
    private static let match = KeyRing.Match(principal: principal, mostPerMinute: 60)

    private static func after(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    @Test("A session is found by its id alone, and ends when it is told to")
    func beginAndEnd() throws {
        let book = SessionBook()
        let id = try book.begin(at: Self.start) { _ in Self.match }
        let other = try book.begin(at: Self.start) { _ in nil }
        #expect(id != other)
        #expect(id.utf8.count == 43, "32 random bytes")
        #expect(try book.principal(of: id, at: Self.after(1)) == Self.principal)
        #expect(try book.principal(of: id + "A", at: Self.after(1)) == nil)
        #expect(try book.principal(of: String(id.dropLast()) + "!", at: Self.after(1)) == nil)
        try book.end(id)
        #expect(try book.principal(of: id, at: Self.after(2)) == nil)
    }

    @Test("It ends after twelve hours without use, and after seven days whatever is done")
    func ages() throws {
        let book = SessionBook()
        let idle = try book.begin(at: Self.start) { _ in Self.match }
        #expect(try book.principal(of: idle, at: Self.after(12 * 3_600 - 1)) != nil)
        #expect(try book.principal(of: idle, at: Self.after(24 * 3_600 - 1)) == nil)
        #expect(book.count == 0)

        let used = try book.begin(at: Self.start) { _ in Self.match }
        for hours in stride(from: Int64(6), to: 7 * 24, by: 6) {
            #expect(try book.principal(of: used, at: Self.after(hours * 3_600)) != nil)
        }
        #expect(try book.principal(of: used, at: Self.after(7 * 86_400)) == nil)
    }

    @Test("Both times may be set")
    func ownAges() throws {
        let book = SessionBook(longestIdle: .seconds(60), longestLife: .seconds(100))
        let idle = try book.begin(at: Self.start) { _ in Self.match }
        #expect(try book.principal(of: idle, at: Self.after(60)) == nil)
        let used = try book.begin(at: Self.start) { _ in Self.match }
        #expect(try book.principal(of: used, at: Self.after(59)) != nil)
        #expect(try book.principal(of: used, at: Self.after(99)) != nil)
        #expect(try book.principal(of: used, at: Self.after(100)) == nil)
    }

    @Test("It ends when its key opens nothing any more, and has the scopes the key has now")
    func keyDecides() throws {
        let book = SessionBook()
        let key = Mutex<KeyRing.Match?>(Self.match)
        let id = try book.begin(at: Self.start) { _ in key.withLock { $0 } }
        key.withLock { $0?.principal.scopes = [.read, .check] }
        #expect(try book.principal(of: id, at: Self.after(1))?.scopes == [.read, .check])
        key.withLock { $0 = nil }
        #expect(try book.principal(of: id, at: Self.after(2)) == nil)
        key.withLock { $0 = Self.match }
        #expect(try book.principal(of: id, at: Self.after(3)) == nil, "it does not come back")
    }

    private static func match(_ account: String, _ actor: String) -> KeyRing.Match {
        KeyRing.Match(
            principal: Principal(account: AccountID(rawValue: account), scopes: [.read], actor: actor),
            mostPerMinute: 60)
    }

    @Test("Where an actor has too many, that one's goes that was unused the longest, and nobody else's")
    func boundOfActor() throws {
        let book = SessionBook()
        let others = try [Self.match("a", "second"), Self.match("b", "first")].map { match in
            try book.begin(at: Self.start) { _ in match }
        }
        let match = Self.match("a", "first")
        let own = try (1...SessionBook.mostOfActor).map { number in
            try book.begin(at: Self.after(Int64(number))) { _ in match }
        }
        #expect(try book.principal(of: own[0], at: Self.after(100)) != nil)
        let last = try book.begin(at: Self.after(101)) { _ in match }
        let ended = try own.filter { try book.principal(of: $0, at: Self.after(102)) == nil }
        #expect(ended == [own[1]])
        for id in others + [last] { #expect(try book.principal(of: id, at: Self.after(102)) != nil) }
    }

    @Test("Where there are too many in all, one of the account that has most of them goes")
    func bound() throws {
        let book = SessionBook()
        let one = try book.begin(at: Self.start) { _ in Self.match("small", "person") }
        for number in 1..<SessionBook.mostSessions {
            let match = Self.match("large", "key \(number / SessionBook.mostOfActor)")
            _ = try book.begin(at: Self.after(1)) { _ in match }
        }
        #expect(book.count == SessionBook.mostSessions)
        let last = try book.begin(at: Self.after(2)) { _ in Self.match("other", "person") }
        #expect(book.count == SessionBook.mostSessions)
        for id in [one, last] { #expect(try book.principal(of: id, at: Self.after(3)) != nil) }
    }
}
