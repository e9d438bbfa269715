import BolnaWire
import CallDomain
import Foundation
import Testing

/// The bytes of a payload.
func payload(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Payloads"))
    return Array(try Data(contentsOf: url))
}

/// The statements of a delivery that has nothing else.
func statements(_ body: [UInt8]) throws -> [DecodedStatement] {
    guard case .observations(let statements) = BolnaDecoder.decodeDelivery(body) else {
        throw NotObservations(delivery: BolnaDecoder.decodeDelivery(body))
    }
    return statements
}

/// The one statement of a delivery.
func statement(_ body: [UInt8]) throws -> Statement {
    let all = try statements(body)
    #expect(all.count == 1)
    return try #require(all.first).statement
}

/// The one statement of a delivery.
func statement(_ body: String) throws -> Statement { try statement(Array(body.utf8)) }

/// A delivery was something else.
struct NotObservations: Error {
    var delivery: DecodedDelivery
}

/// Why a body is unusable; nil where it is not.
func quarantineReason(_ body: some Sequence<UInt8>) -> QuarantineReason? {
    if case .unusable(let reason, _) = BolnaDecoder.decodeDelivery(Array(body)) { reason } else { nil }
}

/// Why a body is unusable; nil where it is not.
func quarantineReason(_ body: String) -> QuarantineReason? { quarantineReason(body.utf8) }

/// Repeatable randomness (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
