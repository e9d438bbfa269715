import CallDomain
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: the index of texts")
struct SQLiteStoreTextTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private static func said(_ words: String, _ execution: String, at seconds: Int64 = 1) -> Arrival {
        var arrival = Arrival.webhook(execution, .completed, at: seconds)
        arrival.fields = [.transcript: .text(words), .createdAt: .time(.at(seconds))]
        return arrival
    }

    /// Indexes all that has not changed since a time.
    private func index(unchangedSince seconds: Int64 = 10_000) throws {
        while true {
            guard case .indexed(let isDone)? = try store.apply([.indexTexts(unchangedSince: .at(seconds))]).first
            else {
                Issue.record("it must be indexed")
                return
            }
            if isDone { return }
        }
    }

    private func found(_ text: String, account: AccountID = .default) throws -> Set<String> {
        var query = CallQuery()
        query.text = text
        return Set(
            try store.calls(account: account, query: query, after: nil, limit: 1_000).calls.map(\.execution.rawValue))
    }

    /// What the index itself answers.
    private func look(for term: String) throws -> TextFinding {
        try store.pool.read { db in try TextSearch.look(for: term, in: db) }
    }

    @Test("Whatever is indexed or not, a term is found in the texts that have it, and in no other")
    func found() throws {
        var random = SeededGenerator(state: 7)
        let parts = ["नमस्ते", "hello", "thé", " ", "🙂 ok", "0100", "a", "ping", "pong", "\u{0}", "'\"%", "ğüş"]
        var texts: [String: String] = [:]
        let terms = parts + ["hello pin", "मस्", "🙂", "ello", "pingpong", "nothing of it"]
        for round in 0..<4 {
            for number in 0..<150 {
                let words = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                    parts.randomElement(using: &random) ?? ""
                }.joined()
                let execution = "e\(number + round * 100)"
                texts[execution] = words
                try store.observe(Self.said(words, execution, at: Int64(round * 1_000 + number)))
            }
            // The newest changes are left out, so that there are blocks of both kinds.
            if round < 3 { try index(unchangedSince: Int64(round * 1_000 + 20)) }
            for term in terms {
                let lowered = term.lowercased()
                let wanted = texts.filter { $0.value.lowercased().utf8.contains(lowered.utf8) }.map(\.key)
                // What SQLite searches ends at a character that is none; nobody looks for that.
                guard !wanted.contains(where: { texts[$0]?.contains("\u{0}") == true }) else { continue }
                #expect(try found(term).isSubset(of: Set(wanted)), "\(term)")
                #expect(try found(term) == Set(wanted), "\(term)")
            }
        }
    }

    @Test("A block that cannot be indexed says so, and does not keep others from their turn")
    func failing() throws {
        try store.observe(Self.said("some words", "e"))
        try store.tamper(
            """
            INSERT INTO text_blocks (block, changed_at) SELECT 7, changed_at + 1 FROM text_blocks;
            CREATE TRIGGER no BEFORE INSERT ON text_grams BEGIN SELECT raise(ABORT, 'no'); END
            """)
        guard case .failed? = try store.apply([.indexTexts(unchangedSince: .at(100))]).first else {
            Issue.record("the block with a text must fail")
            return
        }
        #expect(try store.count("text_blocks") == 2)
        guard case .indexed(isDone: false)? = try store.apply([.indexTexts(unchangedSince: .at(100))]).first else {
            Issue.record("the other block is next")
            return
        }
        #expect(try store.count("text_blocks") == 1, "it has no texts, and so is none")
        #expect(try found("some words") == ["e"])
        try store.tamper("DROP TRIGGER no")
        try index(unchangedSince: 200)
        #expect(try store.count("text_grams") > 0)
    }

    @Test("What the first page found out about a term, the next ones are told and do not find out again")
    func handedOn() throws {
        for number in 0..<30 { try store.observe(Self.said("some words \(number)", "e\(number)")) }
        for isIndexed in [false, true] {
            if isIndexed { try index(unchangedSince: 100) }
            var query = CallQuery()
            query.text = "words"
            var place: CallPageCursor?
            var seen: [String] = []
            repeat {
                let page = try store.calls(account: .default, query: query, after: place, limit: 7)
                seen += page.calls.map(\.execution.rawValue)
                #expect(page.finding != nil)
                (query.finding, place) = (page.finding, page.next)
            } while place != nil
            #expect(seen.count == 30 && Set(seen).count == 30)
            query.finding = .found([])
            #expect(try store.calls(account: .default, query: query, after: nil, limit: 7).calls.isEmpty)
        }
        #expect(try store.calls(account: .default, query: CallQuery(), after: nil, limit: 7).finding == nil)
    }

    @Test("Once all is indexed, only what may have the term is looked at, and other accounts' calls are not shown")
    func indexed() throws {
        for number in 0..<300 { try store.observe(Self.said("some words \(number)", "e\(number)")) }
        var other = Self.said("rare thing", "other")
        other.account = .other
        try store.observe(Self.said("a rare thing", "rare"), other)
        try index()
        #expect(try store.count("text_blocks WHERE changed_at IS NOT NULL") == 0)
        guard case .found(let rows) = try look(for: "rare thing") else {
            Issue.record("few have it")
            return
        }
        #expect(rows.count == 2)
        #expect(try found("rare thing") == ["rare"])
        #expect(try found("rare thing", account: .other) == ["other"])
        #expect(try look(for: "ra") == .anywhere, "too short for the index")
        #expect(try found("ra") == ["rare"])
        try store.observe(Self.said("said by somebody", "late", at: 20_000))
        #expect(try store.count("text_blocks WHERE changed_at IS NOT NULL") == 1)
        #expect(try found("somebody") == ["late"])
        #expect(try found("rare thing") == ["rare"], "its block has changed, and is read")
    }

    @Test("A term that very many texts have is looked for among the newest calls")
    func common() throws {
        for number in 0..<20 { try store.observe(Self.said("hello", "e\(number)", at: Int64(number))) }
        try index()
        try makeCommon()
        guard case .among(let rows, _) = try look(for: "hello") else {
            Issue.record("very many may have it")
            return
        }
        #expect(rows.count == 20 + 11 * 256)
        #expect(try found("hello").count == 20)
        try store.observe(Self.said("hello again", "late", at: 20_000), Self.said("other", "else", at: 20_000))
        #expect(try found("hello").count == 21)
    }

    @Test("A block that is indexed between two pages loses none of its calls")
    func indexedMeanwhile() throws {
        for number in 0..<20 { try store.observe(Self.said("hello", "e\(number)", at: Int64(number))) }
        try index()
        try makeCommon()
        try store.observe(Self.said("hello again", "late", at: 20_000))
        var query = CallQuery()
        query.text = "hello"
        let first = try store.calls(account: .default, query: query, after: nil, limit: 5)
        guard case .among? = first.finding else {
            Issue.record("very many may have it")
            return
        }
        try index(unchangedSince: 100_000)
        query.finding = first.finding
        let rest = try store.calls(account: .default, query: query, after: first.next, limit: 50)
        #expect(first.calls.count + rest.calls.count == 21)
    }

    @Test("A text that is too long to be indexed is always looked at")
    func long() throws {
        let words = String(repeating: "something else ", count: TextIndex.longestText / 10) + "needle"
        try store.observe(Self.said(words, "long"), Self.said("needles", "short"))
        try index()
        #expect(try found("needle") == ["long", "short"])
        #expect(try found("needles") == ["short"])
    }

    /// Lets the index say that all calls of eleven further blocks may have what the indexed ones have.
    private func makeCommon() throws {
        try store.tamper(
            """
            INSERT INTO text_blocks (block) SELECT value FROM (
                WITH RECURSIVE n(value) AS (SELECT 100 UNION ALL SELECT value + 1 FROM n WHERE value < 110)
                SELECT value FROM n);
            INSERT INTO text_grams (block, gram, slots)
                SELECT text_blocks.block, gram, x'\(String(repeating: "ff", count: 32))'
                FROM text_blocks JOIN text_grams WHERE text_blocks.block >= 100
            """)
    }

    /// The calls of the first block whose text has the first gram of a term, by the index alone.
    private func slots(_ term: String) throws -> [Int] {
        var gram: Int?
        TextIndex.eachGram(of: term) { gram = gram ?? $0 }
        return try store.pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT slots FROM text_grams WHERE block = 0 AND gram = ?", arguments: [gram]
            ).map { BlockSlots(try $0.bytes(0)).slots } ?? []
        }
    }

    @Test("Nothing of a text outlives it in the index or the files: not when its call is erased")
    func erased() throws {
        // The calls with a gram of their own, whose places stand one after the other in a row of the index.
        for number in 1...40 {
            let isOurs = (10..<30).contains(number)
            try store.observe(Self.said(isOurs ? "zqx" : "common words", "e\(number)"))
        }
        try index()
        let slots = try slots("zqx")
        #expect(slots == Array(10..<30))
        let row = String(decoding: slots.map(UInt8.init), as: UTF8.self)
        #expect(try store.compact())
        #expect(try store.isInFiles(row, of: fixture))
        try store.erase(["default-e12"])
        #expect(try store.count("text_grams") == 0)
        #expect(try store.compact())
        #expect(try !store.isInFiles(row, of: fixture))
        #expect(try found("zqx").count == 19, "the others are read one by one")
        try index()
        #expect(try self.slots("zqx") == Array(10..<12) + Array(13..<30))
        #expect(try found("zqx").count == 19)
        try store.erase((1...40).map { "default-e\($0)" })
        try index()
        #expect(try store.count("text_grams") == 0 && store.count("text_blocks") == 0)
    }

    @Test("Nothing of a text outlives it in the index: not when its words are too old, nor when it is another text")
    func changed() throws {
        try store.observe(Self.said("zqx", "old", at: 1), Self.said("zqx", "new", at: 500))
        try index()
        #expect(try slots("zqx") == [1, 2])
        try store.retain(.transcripts, before: 400)
        #expect(try store.count("text_grams") == 0)
        #expect(try found("zqx") == ["new"])
        try index()
        #expect(try slots("zqx") == [2])
        try store.observe(Self.said("jkv", "new", at: 600))
        #expect(try found("zqx") == [])
        #expect(try found("jkv") == ["new"])
        try index()
        #expect(try slots("zqx") == [] && slots("jkv") == [2])
    }

    @Test("A delivery that brings words costs two statements more than one that brings none")
    func statements() throws {
        final class Count: @unchecked Sendable { var statements = 0 }
        let count = Count()
        func cost(_ arrival: Arrival) throws -> Int {
            let before = count.statements
            try store.observe(arrival)
            return count.statements - before
        }
        try store.observe(Self.said("a", "warm"))
        store.pool.writeWithoutTransaction { db in db.trace { _ in count.statements += 1 } }
        var silent = Self.said("", "silent")
        silent.fields[.transcript] = nil
        #expect(try cost(Self.said("words", "spoken")) - cost(silent) == 2)
    }

    @Test("Blocks, their grams and the texts to be read are found by their keys")
    func plans() throws {
        for sql in [TextSearch.slotsSQL, TextSearch.confirmationSQL] {
            let lines: [String] = try store.pool.read { db in
                let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments(StatementArguments())
                return try Row.fetchAll(statement).map { $0["detail"] }
            }
            let scans = lines.filter { $0.contains("SCAN") && !$0.contains("json_each") }
            #expect(scans.allSatisfy { $0.contains("text_blocks") }, "\(lines)")
        }
    }

    @Test("Some calls of a block are the same after being written and read", arguments: [0, 1, 31, 32, 33, 255, 256])
    func slotCoding(count: Int) {
        var random = SeededGenerator(state: UInt64(count))
        var slots = BlockSlots()
        let chosen = (0..<256).shuffled(using: &random).prefix(count).sorted()
        for slot in chosen { slots.insert(slot) }
        #expect(slots.slots == chosen)
        #expect(slots.bytes.count <= 32)
        #expect(BlockSlots(slots.bytes) == slots)
        #expect(slots.isEmpty == (count == 0))
    }
}

extension Collection where Element: Equatable {
    /// Whether another collection stands somewhere in it.
    fileprivate func contains<Other: Collection>(_ other: Other) -> Bool where Other.Element == Element {
        indices.contains { self[$0...].starts(with: other) }
    }
}
