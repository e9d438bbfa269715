import CallDomain
import GatewayHTTP
import GatewayService
import Logging

/// Everything that can be set, read once at start; the names of keys and environment variables are a contract, see
/// `config/gateway.yaml`.
struct GatewaySettings: Sendable {
    /// `listen.host`: where webhooks and clients are served over TLS.
    var listenHost = "0.0.0.0"
    /// `listen.port`; 0 lets the system choose.
    var listenPort = 8443
    /// `listen.hosts`: the host names that are answered for; empty: all.
    var listenHosts: [String] = []
    /// `listen.publicURL`: where Bolna reaches the gateway; nil: not known.
    var publicURL: String?
    /// `listen.publicCaFile`; nil: the system's store of authorities.
    var publicCAFile: String?
    /// `listen.trustedProxies`: the addresses and CIDR blocks whose `X-Forwarded-For` is believed.
    var trustedProxies: [String] = []
    /// `operator.host`: where health and metrics are served.
    var operatorHost = "127.0.0.1"
    /// `operator.port`; 0 lets the system choose.
    var operatorPort = 9464
    /// `tls.certificate`: a PEM file with the chain.
    var tlsCertificate = "certs/gateway.crt"
    /// `tls.privateKey`: a PEM file.
    var tlsPrivateKey = "certs/gateway.key"
    /// `tls.reloadInterval`: how often the files are looked at.
    var tlsReloadInterval: Duration = .seconds(10)
    /// `tls.minimumVersion`.
    var tlsMinimumVersion = MinimumTLSVersion.tls12
    /// `tls.clientCertificates`.
    var tlsClientCertificates = ClientCertificates.off
    /// `tls.clientCA`: a PEM file with the authorities of client certificates.
    var tlsClientCA: String?
    /// `data.directory`.
    var dataDirectory = "./data"
    /// `store.url`: `sqlite:` in the data directory, or `sqlite:PATH`.
    var storeURL = "sqlite:"
    /// `bolna.baseURL`.
    var bolnaBaseURL = "https://api.bolna.ai"
    /// `bolna.token`; nil: polling and dialling are off.
    var bolnaToken: String?
    /// `bolna.caFile`; nil: the system's store of authorities.
    var bolnaCAFile: String?
    /// `webhook.secret`: the active secrets; empty: one is minted at first start.
    var webhookSecrets: [String] = []
    /// `webhook.bodyLimit` in bytes.
    var webhookBodyLimit = 1 << 20
    /// `webhook.tolerance`: how far a signature's time may lie from now.
    var webhookTolerance: Duration = .seconds(300)
    /// `webhook.trust.addressed` and `webhook.trust.none`.
    var trustPolicy = TrustPolicy()
    /// `webhook.sourceAddresses`: the three that Bolna names (docs: guides/post-call/polling-call-status-webhooks, seen
    /// August 2026).
    var sourceAddresses = ["13.203.39.153", "13.126.9.249", "13.202.133.53"]
    /// `api.key`; nil: one is minted at first start.
    var apiKey: String?
    /// `admin.key`; nil: one is minted at first start.
    var adminKey: String?
    /// `api.bodyLimit` in bytes.
    var apiBodyLimit = 64 << 10
    /// `api.perMinute`: requests of the key of the settings in a minute.
    var apiPerMinute = StoredAPIKey.usualPerMinute
    /// `api.wrongKeysPerMinute`: wrong keys of one address in a minute.
    var apiWrongKeysPerMinute = 20
    /// `api.origins`: the other sites whose pages may use the API with their users' cookies.
    var apiOrigins: [String] = []
    /// The keys below `tokens`.
    var tokens = TokenOptions()
    /// `sessions.idle`: after this time without a request a session of the pages ends.
    var sessionIdle = SessionBook.usualIdle
    /// `sessions.longest`: after this time a session of the pages ends in any case.
    var sessionLongest = SessionBook.usualLife
    /// `secrets.key`: seals secrets in the database; nil: one is minted in the data directory.
    var secretsKey: String?
    /// The keys below `retention`.
    var retention = RetentionPolicy()
    /// `recordings.hosts`: where recordings may be fetched from, beside Bolna's API itself.
    var recordingHosts = ["*.s3.amazonaws.com", "*.s3.*.amazonaws.com"]
    /// `recordings.largest` in bytes.
    var recordingLargest = 512 << 20
    /// `recordings.longest`: the longest that a recording may take.
    var recordingLongest: Duration = .seconds(900)
    /// `poll.isOn`: whether overdue calls are read and unknown ones looked for.
    var polls = true
    /// `poll.interval`, `reopen.pause` and the keys below `expectations`.
    var expectations = ExpectationSettings()
    /// `expectations.suppressedStatuses` and `expectations.providedArtefacts`: what holds for all agents.
    var usualAgent = AgentSettings()
    /// `expectations.suppressedStatusesByAgent`.
    var suppressedStatusesByAgent: [AgentID: Set<CallStatus>] = [:]
    /// `expectations.providedArtefactsByAgent`.
    var artefactsByAgent: [AgentID: [Artefact: Bool]] = [:]
    /// `expectations.deadlinesByAgent`.
    var deadlinesByAgent: [AgentID: [ExpectationRule: Duration]] = [:]
    /// `reopen.pause` and `reopen.window`, not yet scaled by `expectations.scale`.
    var reopening = ReopeningPolicy()
    /// `audit.share`: of the trusted deliveries, so many are read again from Bolna.
    var auditShare = 0.0
    /// The keys below `limits`.
    var limits = ListenerLimits()
    /// The keys below `journal`.
    var journal = JournalLimits()
    /// `log.level`.
    var logLevel = Logger.Level.info
    /// `log.format`.
    var logFormat = LogFormat.automatic

    /// Tokens (JWT) of an existing application.
    struct TokenOptions: Hashable, Sendable {
        /// `tokens.secret`: the secret of HS256; nil: such tokens are refused.
        var secret: String?
        /// `tokens.jwksFile`: a file with the public keys of RS256 and ES256; nil: such tokens are refused.
        var jwksFile: String?
        /// `tokens.issuer`; nil: any.
        var issuer: String?
        /// `tokens.audience`; nil: any.
        var audience: String?
        /// `tokens.accountClaim`: the claim that names the account; nil: all are of `tokens.account`.
        var accountClaim: String?
        /// `tokens.account`.
        var account = AccountID.default
        /// `tokens.userClaim`: the claim that names the user.
        var userClaim = "id"
        /// `tokens.scopes`: what users may do.
        var scopes: Set<Scope> = [.read, .check, .dial]
        /// `tokens.requireExpiry`: whether a token without a time at which it ends is refused.
        var requiresExpiry = true
        /// `tokens.longest`: how long a token may live.
        var longestLife = TokenSettings.usualLife
    }

    /// How log lines are written.
    enum LogFormat: String, CaseIterable, Sendable {
        /// Text on a terminal, JSON elsewhere.
        case automatic = "auto"
        /// Text.
        case text
        /// One JSON object a line.
        case json
    }

    /// The defaults.
    init() {}
}
