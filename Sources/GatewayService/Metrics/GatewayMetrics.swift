package import CallDomain
import Metrics
import Synchronization

/// The gateway's own metrics, by names that begin with `gw_`.
package final class GatewayMetrics: Sendable {
    private let registry: PrometheusRegistry
    /// The series that each webhook touches, found once.
    private let deliveries: [DeliveryResult: Counter]
    private let acknowledgements: Timer
    private let commits: Timer
    private let commitSizes: Recorder
    private let webhookLags: Recorder
    /// At most ``PrometheusRegistry/mostSeries``.
    private let secretUses = Mutex<[CredentialUses.SecretName: Gauge]>([:])

    private enum Name: String, CaseIterable {
        case buildInfo = "gw_build_info"
        case deliveries = "gw_deliveries_received_total"
        case acknowledgement = "gw_delivery_ack_duration_seconds"
        case commit = "gw_store_commit_duration_seconds"
        case commitEntries = "gw_store_commit_entries"
        case storeErrors = "gw_store_errors_total"
        case databaseSize = "gw_db_size_bytes"
        case overdue = "gw_calls_overdue"
        case oldestOverdue = "gw_oldest_overdue_seconds"
        case ticks = "gw_poll_ticks_total"
        case lastRead = "gw_poll_last_success_timestamp_seconds"
        case requests = "gw_api_requests_total"
        case breaker = "gw_api_breaker_state"
        case missed = "gw_missed_webhooks_total"
        case webhookLag = "gw_webhook_lag_seconds"
        case foundLag = "gw_poll_found_lag_seconds"
        case conflicts = "gw_conflicts_total"
        case truncated = "gw_sweep_truncated_total"
        case audits = "gw_audits_total"
        case subscribers = "gw_sse_clients"
        case limited = "gw_listener_limits_total"
        case throttled = "gw_requests_throttled_total"
        case certificateEnd = "gw_tls_certificate_not_after_timestamp_seconds"
        case certificateDays = "gw_tls_certificate_days_left"
        case certificateReloads = "gw_tls_certificate_reloads_total"
        case secretUse = "gw_webhook_secret_last_used_timestamp_seconds"
        case repeatedSignatures = "gw_webhook_signatures_repeated_total"

        var help: String {
            switch self {
            case .buildInfo: "The running version."
            case .deliveries: "Webhook deliveries by what became of them."
            case .acknowledgement: "From receipt of a delivery until its commit was on disk."
            case .commit: "Duration of a commit, sync included."
            case .commitEntries: "Entries that shared a commit."
            case .storeErrors: "Batches the store took nothing of."
            case .databaseSize: "Size of the database."
            case .overdue: "Calls that were due at the last tick."
            case .oldestOverdue: "Age of the oldest expectation that was due at the last tick."
            case .ticks: "Ticks of the poller."
            case .lastRead: "When Bolna last answered a read with a call."
            case .requests: "Requests to Bolna's API by endpoint and answer."
            case .breaker: "Whether the breaker is open: 0 closed, 1 open."
            case .missed: "Changes that a read told although their webhook had been due."
            case .webhookLag: "From Bolna's change of a call to the receipt of its webhook."
            case .foundLag: "From Bolna's change of a call to the read that told it first."
            case .conflicts: "Contradictions between statements, by rule."
            case .truncated: "Sweeps that had to stop before the end of a listing."
            case .audits: "Trusted deliveries whose call was read again from Bolna, by what that showed."
            case .subscribers: "Clients that watch changes."
            case .limited: "Connections and requests that met a limit of the listener, by limit."
            case .throttled: "Requests that were answered 429, by the quota that was used up."
            case .certificateEnd: "Until when the TLS certificate in use is valid."
            case .certificateDays: "Whole days until then; negative once it is over."
            case .certificateReloads: "New TLS files by what became of them."
            case .secretUse: "When a webhook secret last verified a delivery, by its label."
            case .repeatedSignatures: "Deliveries whose signature had been accepted before: replays, or lazy retries."
            }
        }

        var kind: MetricKind {
            switch self {
            case .deliveries, .storeErrors, .ticks, .requests, .missed, .conflicts, .truncated, .audits, .limited,
                .throttled, .certificateReloads, .repeatedSignatures:
                .counter
            case .buildInfo, .databaseSize, .overdue, .oldestOverdue, .lastRead, .breaker, .subscribers,
                .certificateEnd, .certificateDays, .secretUse:
                .gauge
            case .acknowledgement, .commit, .commitEntries, .webhookLag, .foundLag: .histogram
            }
        }
    }

    /// What became of a delivery.
    package enum DeliveryResult: String, CaseIterable, Sendable {
        /// Stored, and new.
        case stored
        /// Stored before.
        case duplicate
        /// Kept aside.
        case quarantined
        /// Not acceptable: answered 401.
        case refused
        /// Not stored: answered 503.
        case busy
    }

    /// Registers the metrics.
    package init(registry: PrometheusRegistry) {
        self.registry = registry
        for name in Name.allCases { registry.describe(name.rawValue, as: name.help, kind: name.kind) }
        deliveries = Dictionary(
            uniqueKeysWithValues: DeliveryResult.allCases.map { result in
                let labels = [("source", "webhook"), ("result", result.rawValue)]
                return (result, Counter(label: Name.deliveries.rawValue, dimensions: labels, factory: registry))
            })
        acknowledgements = Timer(label: Name.acknowledgement.rawValue, factory: registry)
        commits = Timer(label: Name.commit.rawValue, factory: registry)
        commitSizes = Recorder(label: Name.commitEntries.rawValue, factory: registry)
        webhookLags = Recorder(label: Name.webhookLag.rawValue, factory: registry)
    }

    /// The program runs in this version.
    package func started(version: String) { set(.buildInfo, 1, [("version", version)]) }

    /// A delivery was answered.
    package func delivered(_ result: DeliveryResult) { deliveries[result]?.increment() }

    /// A delivery was acknowledged this long after its receipt.
    package func acknowledged(after duration: Duration) { acknowledgements.record(duration) }

    /// A batch was tried.
    package func committed(entries: Int, duration: Duration) {
        commits.record(duration)
        commitSizes.record(entries)
    }

    /// The store failed.
    package func storeFailed(_ kind: StoreError.Kind) { count(.storeErrors, [("kind", "\(kind)")]) }

    /// The store says of itself.
    package func store(_ facts: StoreFacts) { set(.databaseSize, Double(facts.sizeBytes)) }

    /// A tick found this many calls due, the oldest for this long.
    package func ticked(due: Int, oldest: Duration) {
        count(.ticks)
        set(.overdue, Double(due))
        set(.oldestOverdue, oldest.seconds)
    }

    /// Bolna answered a request, or did not.
    package func requested(account: AccountID, endpoint: BolnaRequest.Endpoint, outcome: BolnaAnswer.Outcome) {
        let code: String =
            switch outcome {
            case .response(let status, _, _): String(status)
            case .failed(let failure): failure.kind.rawValue
            }
        count(.requests, [("account", account.rawValue), ("endpoint", endpoint.word), ("code", code)])
    }

    /// A read brought a call.
    package func read(at: Timestamp) { set(.lastRead, Duration.microseconds(at.rawValue).seconds) }

    /// An account's breaker opened or closed.
    package func breaker(account: AccountID, isOpen: Bool) {
        set(.breaker, isOpen ? 1 : 0, [("account", account.rawValue)])
    }

    /// A read told a change whose webhook had been due.
    package func missedWebhook(account: AccountID) { count(.missed, [("account", account.rawValue)]) }

    /// A change was learned this long after Bolna made it.
    package func learned(by source: Source, lag: Duration) {
        let series = source == .webhook ? webhookLags : Recorder(label: Name.foundLag.rawValue, factory: registry)
        series.record(max(lag.seconds, 0))
    }

    /// A contradiction came up.
    package func contradicted(_ rule: ReconciliationRule) { count(.conflicts, [("rule", rule.rawValue)]) }

    /// A listing was longer than a sweep may read.
    package func truncatedSweep(account: AccountID) { count(.truncated, [("account", account.rawValue)]) }

    /// A delivery was audited.
    package func audited(_ outcome: Audit.Outcome) { count(.audits, [("outcome", outcome.rawValue)]) }

    /// A delivery that was chosen to be audited was not: too many waited, or no request could be sent.
    package func auditSkipped() { count(.audits, [("outcome", "skipped")]) }

    /// This many clients watch changes.
    package func watched(by clients: Int) { set(.subscribers, Double(clients)) }

    /// A client met a limit.
    package func limited(by limit: ListenerLimit) { count(.limited, [("limit", limit.rawValue)]) }

    /// A request came too often.
    package func throttled(by quota: QuotaKind) { count(.throttled, [("quota", quota.rawValue)]) }

    /// The TLS certificate in use is valid until then, which is this many days away.
    package func certificate(notAfter: Timestamp, daysLeft: Int64) {
        set(.certificateEnd, Duration.microseconds(notAfter.rawValue).seconds)
        set(.certificateDays, Double(daysLeft))
    }

    /// New TLS files were read.
    package func certificateReloaded(_ result: CertificateReloadResult) {
        count(.certificateReloads, [("result", result.rawValue)])
    }

    /// A webhook secret verified a delivery.
    package func secretUsed(account: AccountID, label: String, at time: Timestamp) {
        let name = CredentialUses.SecretName(account: account, label: label)
        let gauge = secretUses.withLock { known in
            if let gauge = known[name] { return gauge }
            let gauge = Gauge(
                label: Name.secretUse.rawValue, dimensions: [("account", account.rawValue), ("secret", label)],
                factory: registry)
            if known.count < PrometheusRegistry.mostSeries { known[name] = gauge }
            return gauge
        }
        gauge.record(Duration.microseconds(time.rawValue).seconds)
    }

    /// A signature came that had been accepted before.
    package func signatureRepeated(account: AccountID) {
        count(.repeatedSignatures, [("account", account.rawValue)])
    }

    private func count(_ name: Name, _ labels: [(String, String)] = []) {
        Counter(label: name.rawValue, dimensions: labels, factory: registry).increment()
    }

    private func set(_ name: Name, _ value: Double, _ labels: [(String, String)] = []) {
        Gauge(label: name.rawValue, dimensions: labels, factory: registry).record(value)
    }

}

extension Timer {
    /// Records a duration, cut to what fits.
    fileprivate func record(_ duration: Duration) {
        let nanoseconds = duration.microseconds.multipliedReportingOverflow(by: 1_000)
        recordNanoseconds(nanoseconds.overflow ? .max : nanoseconds.partialValue)
    }
}

extension BolnaRequest.Endpoint {
    /// The endpoint's word in labels and logs, without ids.
    package var word: String {
        switch self {
        case .execution: "execution"
        case .executions: "executions"
        case .agents: "agents"
        case .agent: "agent"
        case .me: "me"
        case .call: "call"
        case .setWebhook: "set-webhook"
        }
    }
}
