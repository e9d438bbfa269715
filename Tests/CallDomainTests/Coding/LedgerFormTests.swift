import CallDomain
import Testing

@Suite("Stored forms of expectations")
struct LedgerFormTests {
    /// A ringing call with two looks, as form 1 wrote it.
    static let openInFormOne: [UInt8] = [
        0x1, 0x1, 0x3, 0x0, 0x80, 0x80, 0xaf, 0xa2, 0xdb, 0xff, 0xad, 0x6, 0x80, 0xa3, 0xf2, 0xe9, 0xdb, 0xff, 0xad,
        0x6, 0x80, 0x80, 0xea, 0xff, 0xde, 0x84, 0xae, 0x6, 0x0, 0x7, 0x72, 0x69, 0x6e, 0x67, 0x69, 0x6e, 0x67, 0x4,
        0x0, 0x1, 0x0, 0x8, 0x1, 0x6, 0x2, 0x0, 0x0, 0x1, 0x80, 0xe8, 0xc1, 0xc8, 0xdb, 0xff, 0xad, 0x6,
    ]
    /// A completed call of a second attempt whose artefacts were not provided, as form 1 wrote it.
    static let closedInFormOne: [UInt8] = [
        0x1, 0x0, 0x1, 0x3, 0x1, 0x2, 0x14, 0x1, 0x9, 0x0, 0x0, 0x0, 0x0,
    ]

    @Test("A ledger that form 1 holds is read: its deadline is its due time, and nothing was learned")
    func openForm() throws {
        var expected = ExpectationLedger()
        expected.open = Expectation(
            what: .answerOrFinal, path: .webhook, since: Scene.start, due: Scene.after(75),
            endsAt: Scene.after(86_400), isProbe: false, why: .ringing, looks: 2)
        expected.position = Position(attempt: 0, step: 4)
        expected.status = .ringing
        expected.failures = 1
        expected.lastReadAt = Scene.after(40)
        let ledger = try ExpectationLedger(encoded: Self.openInFormOne)
        #expect(ledger == expected)
        #expect(ledger.open?.deadline == Scene.after(75))
        #expect(try ExpectationLedger(encoded: ledger.encoded) == ledger)
        #expect(ledger.encoded.first == 2)
    }

    @Test("A closed ledger of form 1 is read, and stays closed when it is computed anew")
    func closedForm() throws {
        let ledger = try ExpectationLedger(encoded: Self.closedInFormOne)
        #expect(ledger.open == nil && ledger.outcome == .notProvided && ledger.artefacts == nil)
        let state = Scene.call(
            .completed, attempt: 1, fields: Scene.wholeFields.filter { $0.key != .recordingURL })
        let again = Scene.calculus.ledger(
            after: state, previous: ledger, profile: ScopeProfile(path: .healthy), event: .recompute, now: Scene.start)
        #expect(again.open == nil && again.outcome == .notProvided)
    }

    @Test("Bytes behind form 1, and forms that are not known, are refused")
    func refused() {
        for bytes in [Self.openInFormOne, Self.closedInFormOne] {
            #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: bytes + [0]) }
            #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: [0] + bytes.dropFirst()) }
            #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: [3] + bytes.dropFirst()) }
            #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: [2] + bytes.dropFirst()) }
        }
        #expect(throws: MalformedBytes.self) { try ExpectationLedger(encoded: []) }
    }

    static let samples = LearnedSamples(
        newer: LearnedSamples.Batch(
            since: Scene.start,
            counts: [
                LearnedSamples.Count(milliseconds: 0, count: 1),
                LearnedSamples.Count(milliseconds: 430_000, count: 499),
            ]),
        older: LearnedSamples.Batch(since: Scene.after(-1_000)),
        calls: (0..<20).map { LearnedSamples.Call(at: Scene.after($0), hasArrived: $0 % 3 == 0) })

    @Test("Samples read back as they were written; cut, extended or absurd ones are refused")
    func learned() throws {
        let bytes = Self.samples.encoded
        #expect(try LearnedSamples(encoded: bytes) == Self.samples)
        for length in bytes.indices {
            #expect(throws: MalformedBytes.self) { try LearnedSamples(encoded: Array(bytes[..<length])) }
        }
        #expect(throws: MalformedBytes.self) { try LearnedSamples(encoded: bytes + [0]) }
        var absurd: [LearnedSamples] = Array(repeating: Self.samples, count: 4)
        absurd[0].newer.counts[0].count = 0
        absurd[1].newer.counts[0].count = 2
        absurd[2].newer.counts[0].milliseconds = -1
        absurd[3].calls.append(LearnedSamples.Call(at: Scene.start, hasArrived: true))
        for samples in absurd {
            #expect(throws: MalformedBytes.self) { try LearnedSamples(encoded: samples.encoded) }
        }
    }
}
