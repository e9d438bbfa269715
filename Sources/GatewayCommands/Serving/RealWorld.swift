import CallDomain
import Foundation
import Synchronization
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

    /// 24 random hex digits: 96 bits, so that no two are equal.
    static let newID: @Sendable () -> String = {
        let ids = RandomIDs()
        return { ids.next() }
    }()

    /// A number in 0..<1.
    static let chance: @Sendable () -> Double = { Double.random(in: 0..<1) }
}

/// Makes ids of random bytes, which are drawn in blocks: to ask for each id took longer than to find its call.
private final class RandomIDs: Sendable {
    private static let idBytes = 12
    /// The bytes that are drawn at once.
    private static let blockBytes = 128 * idBytes

    private let drawn = Mutex<[UInt8]>([])

    func next() -> String {
        let bytes = drawn.withLock { drawn in
            if drawn.isEmpty { drawn = Self.draw() }
            defer { drawn.removeLast(Self.idBytes) }
            return Array(drawn.suffix(Self.idBytes))
        }
        return Hex.encode(bytes)
    }

    /// Random bytes of libcrypto's generator; of the system's where that one has none.
    private static func draw() -> [UInt8] {
        if let bytes = try? SecureRandom.bytes(blockBytes) { return bytes }
        return (0..<blockBytes).map { _ in UInt8.random(in: 0...UInt8.max) }
    }
}
