import CallDomain
import Testing

@Suite("Binary coding")
struct CodingTests {
    static let seeds: [UInt64] = Array(1...8)

    @Test("A statement reads back as it was written", arguments: seeds)
    func statementRoundTrip(seed: UInt64) throws {
        var samples = CodingSamples(seed: seed)
        for _ in 0..<50 {
            let statement = samples.statement()
            #expect(try Statement(encoded: statement.encoded) == statement)
        }
    }

    @Test("A call reads back as it was written, and equal calls have equal bytes", arguments: seeds)
    func stateRoundTrip(seed: UInt64) throws {
        var samples = CodingSamples(seed: seed)
        for _ in 0..<50 {
            let state = samples.state()
            let decoded = try CallState(encoded: state.encoded)
            #expect(decoded == state)
            #expect(decoded.encoded == state.encoded)
        }
    }

    @Test("A ledger reads back as it was written", arguments: seeds)
    func ledgerRoundTrip(seed: UInt64) throws {
        var samples = CodingSamples(seed: seed)
        for _ in 0..<50 {
            let ledger = samples.ledger()
            #expect(try ExpectationLedger(encoded: ledger.encoded) == ledger)
        }
    }

    @Test("Extreme numbers and times read back")
    func extremes() throws {
        var statement = Statement(executionID: ExecutionID(rawValue: ""), status: nil)
        statement.updatedAt = .distantPast
        statement.retryCount = .max
        statement.fields[.totalCost] = .number(-.greatestFiniteMagnitude)
        statement.fields[.scheduledAt] = .time(.distantFuture)
        statement.fields[.transcript] = .text("नमस्ते \u{0}\u{10FFFF}")
        #expect(try Statement(encoded: statement.encoded) == statement)
        statement.retryCount = .min
        #expect(try Statement(encoded: statement.encoded) == statement)
    }

    @Test("Winners share one table of keys: forty fields of one statement cost one key")
    func winnersAreShared() {
        var samples = CodingSamples(seed: 3)
        let key = samples.canonicalKey()
        var shared = WonFields()
        for field in CallField.allCases where field.belongsToCall {
            shared.values[field] = .flag(true)
            shared.winners[field] = key
        }
        let attempt = Attempt(number: 0, status: .queued, statusWinner: key, statusAsOf: .distantPast)
        let state = CallState(
            executionID: ExecutionID(rawValue: "e"), shared: shared, attempts: [attempt], frontier: key,
            context: samples.context())
        #expect(state.encoded.count < 200)
    }

    @Test("Every truncation and every extension is refused", arguments: seeds)
    func truncation(seed: UInt64) {
        var samples = CodingSamples(seed: seed)
        let (statement, state, ledger) = (
            samples.statement().encoded, samples.state().encoded, samples.ledger().encoded
        )
        let readStatements = statement.indices.filter { (try? Statement(encoded: Array(statement[..<$0]))) != nil }
        #expect(readStatements == [])
        let readStates = state.indices.filter { (try? CallState(encoded: Array(state[..<$0]))) != nil }
        #expect(readStates == [])
        let readLedgers = ledger.indices.filter { (try? ExpectationLedger(encoded: Array(ledger[..<$0]))) != nil }
        #expect(readLedgers == [])
        #expect(throws: MalformedBytes.self) { try Statement(encoded: statement + [0]) }
        #expect(throws: MalformedBytes.self) { try CallState(encoded: state + [0]) }
        #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: ledger + [0]) }
    }

    @Test("Damaged bytes are refused or read as something that can be written again", arguments: seeds)
    func corruption(seed: UInt64) throws {
        var samples = CodingSamples(seed: seed)
        for _ in 0..<400 {
            let statement = samples.damage(samples.statement().encoded)
            if let decoded = try? Statement(encoded: statement) {
                #expect(try Statement(encoded: decoded.encoded) == decoded)
            }
            let state = samples.damage(samples.state().encoded)
            if let decoded = try? CallState(encoded: state) {
                #expect(try CallState(encoded: decoded.encoded) == decoded)
            }
            let ledger = samples.damage(samples.ledger().encoded)
            if let decoded = try? ExpectationLedger(encoded: ledger) {
                #expect(try ExpectationLedger(encoded: decoded.encoded) == decoded)
            }
        }
    }

    @Test("Another version of the form is refused")
    func otherVersion() {
        var samples = CodingSamples(seed: 1)
        let later: [UInt8] = [2]
        #expect(throws: MalformedBytes.self) { try Statement(encoded: later + samples.statement().encoded.dropFirst()) }
        #expect(throws: MalformedBytes.self) { try CallState(encoded: later + samples.state().encoded.dropFirst()) }
        #expect(throws: MalformedBytes.self) {
            try ExpectationLedger(encoded: [3] + samples.ledger().encoded.dropFirst())
        }
    }

    @Test("A call without attempts is refused, not trapped on")
    func noAttempts() {
        var samples = CodingSamples(seed: 5)
        var state = samples.state()
        state.attempts = []
        #expect(throws: MalformedBytes.self) { try CallState(encoded: state.encoded) }
    }
}
