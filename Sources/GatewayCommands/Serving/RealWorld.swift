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

    /// 24 hex digits: the time in milliseconds, and 48 random bits. Later ones sort behind earlier ones, so that an index of
    /// them grows at its end, whatever its size.
    static let newID: @Sendable () -> String = {
        let random = RandomBytes()
        return { Hex.encode(time(in: now()) + random.next()) }
    }()

    /// Six bytes for the milliseconds of a time, the highest first.
    private static func time(in now: Timestamp) -> [UInt8] {
        let milliseconds = now.rawValue / 1_000
        return stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: milliseconds >> Int64($0)) }
    }

    /// A number in 0..<1.
    static let chance: @Sendable () -> Double = { Double.random(in: 0..<1) }
}

/// Six random bytes at a time, drawn in blocks: to ask for those of each id took longer than to find its call.
private final class RandomBytes: Sendable {
    private static let count = 6
    /// The bytes that are drawn at once.
    private static let blockBytes = 256 * count

    private let drawn = Mutex<[UInt8]>([])

    func next() -> [UInt8] {
        drawn.withLock { drawn in
            if drawn.isEmpty { drawn = Self.draw() }
            defer { drawn.removeLast(Self.count) }
            return Array(drawn.suffix(Self.count))
        }
    }

    /// Random bytes of libcrypto's generator; of the system's where that one has none.
    private static func draw() -> [UInt8] {
        if let bytes = try? SecureRandom.bytes(blockBytes) { return bytes }
        return (0..<blockBytes).map { _ in UInt8.random(in: 0...UInt8.max) }
    }
}
