import ServiceLifecycle
import UnixSignals

/// Reads the TLS files again when SIGHUP says so; without it, they are looked at once in `tls.reloadInterval`.
struct HangupService: Service {
    let reload: @Sendable () async -> Void

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
    }
}
