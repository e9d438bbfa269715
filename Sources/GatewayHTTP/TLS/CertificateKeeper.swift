package import CallDomain
package import GatewayService
package import Logging
package import NIOSSL
import ServiceLifecycle
import Synchronization

/// Keeps the public listener's certificate fresh: reads its files again when they change, without dropping a connection,
/// and says in time that it will expire.
///
/// The whole context is replaced, not only the certificate: authorities of clients are read again as well, nothing is left
/// to do per handshake, and what is not a pair, or not valid now, never gets near a connection. A connection keeps the
/// context it was accepted with.
package final class CertificateKeeper: Service, Sendable {
    /// From how many days before the end of validity on it is warned.
    package static let warningDays: Int64 = 21

    private let files: TLSFiles
    private let interval: Duration
    private let now: @Sendable () -> Timestamp
    private let clock: any Clock<Duration>
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        var material: TLSMaterial
        /// What was read last, also where it could not be used: it is complained of once, and judged again, since a
        /// certificate may become valid.
        var attempted: ContentDigest?
        var problem: TLSProblem?
        var remindedAt: Timestamp?
    }

    /// What became of an attempt to read the files again.
    package enum Reload: Hashable, Sendable {
        /// They are as they were.
        case unchanged
        /// New connections get what is new.
        case replaced
        /// What is new cannot be used; connections go on with what was there before.
        case kept(TLSProblem)
    }

    /// Reads the files for the first time. A certificate that is not valid now is used all the same, and complained of:
    /// the gateway still polls.
    package init(
        files: TLSFiles, interval: Duration, now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration>,
        metrics: GatewayMetrics, logger: Logger
    ) throws(TLSProblem) {
        self.files = files
        self.interval = interval
        self.now = now
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        let contents = try TLSContents(files: files)
        let material = try TLSMaterial(contents: contents, files: files)
        state = Mutex(State(material: material, attempted: try? contents.digest()))
        remind()
    }

    /// The TLS of a connection that is accepted now.
    package var context: NIOSSLContext { state.withLock { $0.material.context } }

    /// How the certificate stands.
    package var status: CertificateStatus {
        let now = now()
        return state.withLock { state in
            CertificateStatus(
                notAfter: state.material.notAfter,
                daysLeft: Self.daysLeft(until: state.material.notAfter, from: now), problem: state.problem)
        }
    }

    /// Reads the files again, and takes them where they can be used.
    @discardableResult package func reload() -> Reload {
        let outcome: Reload
        var digest: ContentDigest?
        do {
            outcome = try replace(&digest)
        } catch {
            let isNew = state.withLock { state in
                defer {
                    state.problem = error
                    state.attempted = digest ?? state.attempted
                }
                return state.problem != error || digest ?? state.attempted != state.attempted
            }
            outcome = .kept(error)
            if isNew {
                logger.error(
                    "The new TLS files cannot be used; connections go on with the certificate that was there before.",
                    metadata: ["problem": "\(error)"])
                metrics.certificateReloaded(.kept)
            }
        }
        if outcome == .replaced {
            logger.notice(
                "The TLS certificate was replaced.", metadata: ["tls.notAfter": "\(status.notAfter.iso8601())"])
            metrics.certificateReloaded(.replaced)
        }
        return outcome
    }

    /// Takes the files where they can be used, and tells what was read also where they cannot.
    private func replace(_ digest: inout ContentDigest?) throws(TLSProblem) -> Reload {
        let contents = try TLSContents(files: files)
        digest = try? contents.digest()
        let (attempted, problem) = state.withLock { ($0.attempted, $0.problem) }
        if let digest, digest == attempted, problem == nil { return .unchanged }
        let material = try TLSMaterial(contents: contents, files: files)
        try material.checkValidity(at: now())
        state.withLock { state in
            state = State(material: material, attempted: digest)
        }
        return .replaced
    }

    /// Says, once a day, that the certificate is about to expire.
    package func remind() {
        let now = now()
        let status = status
        guard status.isEnding else { return }
        let isDue = state.withLock { state in
            if let last = state.remindedAt, now.duration(since: last) < .seconds(86_400) { return false }
            state.remindedAt = now
            return true
        }
        guard isDue else { return }
        logger.log(
            level: status.daysLeft < 0 ? .critical : .warning,
            status.daysLeft < 0
                ? "The TLS certificate has expired: Bolna's webhooks cannot come. Renew it; new files are read at once."
                : "The TLS certificate expires soon. Renew it; new files are read without a restart.",
            metadata: ["tls.notAfter": "\(status.notAfter.iso8601())", "tls.daysLeft": "\(status.daysLeft)"])
    }

    /// Looks at the files once in an interval until a graceful shutdown.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                try await clock.sleep(for: interval)
                reload()
                remind()
            }
        }
    }

    /// Whole days, rounded down: negative once it is over.
    package static func daysLeft(until end: Timestamp, from now: Timestamp) -> Int64 {
        let seconds = end.duration(since: now).components.seconds
        return seconds >= 0 ? seconds / 86_400 : -1 - (-1 - seconds) / 86_400
    }
}

/// How the public listener's certificate stands.
package struct CertificateStatus: Hashable, Sendable {
    /// Until when it is valid.
    package var notAfter: Timestamp
    /// Whole days until then; negative once it is over.
    package var daysLeft: Int64
    /// Why newer files are not in use; nil where there are none.
    package var problem: TLSProblem?

    /// Whether it is time to renew it.
    package var isEnding: Bool { daysLeft <= CertificateKeeper.warningDays }

    /// One word: `valid`, `ending` or `expired`.
    package var word: String { daysLeft < 0 ? "expired" : isEnding ? "ending" : "valid" }
}
