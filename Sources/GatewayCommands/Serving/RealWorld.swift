import CallDomain
import Foundation
import WebhookTrust

/// The real sources of time, chance and identity: the only place where they enter.
enum RealWorld {
    /// The wall clock.
    static let now: @Sendable () -> Timestamp = {
        // Since 2001 a `Double` of seconds still tells microseconds apart; since 1970 it no longer would.
        let sinceReference = Int64((Date.now.timeIntervalSinceReferenceDate * 1_000_000).rounded(.down))
        return Timestamp(rawValue: sinceReference + Int64(Date.timeIntervalBetween1970AndReferenceDate) * 1_000_000)
    }

    /// SHA-256 by libcrypto.
    static let digest: @Sendable ([UInt8]) -> ContentDigest = { bytes in
        do {
            return try ContentHash.sha256(bytes)
        } catch {
            // Fails only where libcrypto itself is broken; going on would mix up observations.
            preconditionFailure("libcrypto cannot compute SHA-256: \(error)")
        }
    }

    /// 24 hex digits from the system's generator: 96 bits, so that no two are equal.
    static let newID: @Sendable () -> String = {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in String(generator.next() as UInt64, radix: 16) }
        let padded = digits.map { String(repeating: "0", count: 16 - $0.count) + $0 }
        return String(padded.joined().prefix(24))
    }

    /// A number in 0..<1.
    static let chance: @Sendable () -> Double = { Double.random(in: 0..<1) }
}
