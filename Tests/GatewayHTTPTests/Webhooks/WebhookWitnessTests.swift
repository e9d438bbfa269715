import CallDomain
import GatewayHTTP
import Testing
import WebhookTrust

@Suite("WebhookWitness")
struct WebhookWitnessTests {
    private let start = Timestamp(seconds: 1_772_615_708)

    private func content(_ number: Int) throws -> ContentDigest { try ContentHash.sha256(Array("\(number)".utf8)) }

    @Test("A signature is repeated where it came before, within the memory, and counted for its account")
    func repeats() throws {
        let witness = WebhookWitness(memory: .seconds(600))
        #expect(!witness.isRepeated(try content(1), of: .default, at: start))
        #expect(!witness.isRepeated(try content(2), of: .default, at: start))
        #expect(witness.isRepeated(try content(1), of: .default, at: start.advanced(by: .seconds(600))))
        #expect(!witness.isRepeated(try content(1), of: .default, at: start.advanced(by: .seconds(601))))
        #expect(witness.repetitions(of: .default) == 1)
        #expect(witness.repetitions(of: AccountID(rawValue: "other")) == 0)
    }

    @Test("Where there are too many signatures, the oldest are forgotten")
    func bounded() throws {
        let witness = WebhookWitness()
        for number in 0...WebhookWitness.mostSignatures {
            #expect(!witness.isRepeated(try content(number), of: .default, at: start))
        }
        #expect(witness.isRepeated(try content(1), of: .default, at: start))
        #expect(!witness.isRepeated(try content(0), of: .default, at: start))
    }
}
