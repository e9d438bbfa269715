import CallDomain
import GatewayHTTP
import GatewayService

/// What must hold between settings, or between a setting and the machine it is used on.
struct SettingRule: Sendable {
    /// The keys that it is about; the first one is named where it does not hold.
    let keys: [String]
    /// What is expected of the first key, as the end of a sentence.
    let expected: String
    /// Whether it holds.
    let holds: @Sendable (GatewaySettings) -> Bool

    /// Every rule there is.
    static let all: [SettingRule] = [
        SettingRule(
            keys: ["operator.port", "operator.host", "listen.port", "listen.host"],
            expected: "another port than that of listen.port on the same address"
        ) { settings in
            let areApart =
                settings.operatorHost != settings.listenHost
                && !anyAddress.contains(settings.operatorHost) && !anyAddress.contains(settings.listenHost)
            return settings.operatorPort != settings.listenPort || settings.listenPort == 0 || areApart
        },
        SettingRule(
            keys: ["limits.headerFieldBytes", "limits.headerBytes"], expected: "at most limits.headerBytes"
        ) { $0.limits.headerFieldBytes <= $0.limits.headerBytes },
        SettingRule(
            keys: ["limits.connectionsPerAddress", "limits.connections"], expected: "at most limits.connections"
        ) { $0.limits.connectionsPerAddress <= $0.limits.connections },
        SettingRule(
            keys: ["tls.clientCA", "tls.clientCertificates"],
            expected: "a PEM file of authorities where tls.clientCertificates is optional or required"
        ) { $0.tlsClientCertificates == .off || $0.tlsClientCA != nil },
        SettingRule(keys: ["limits.bodyGrace", "limits.timeToBody"], expected: "at most limits.timeToBody") {
            $0.limits.bodyGrace <= $0.limits.timeToBody
        },
        SettingRule(
            keys: ["retention.bodies", "retention.transcripts", "retention.calls"],
            expected: "at most retention.transcripts, and that at most retention.calls"
        ) { $0.retention.isOrdered },
        SettingRule(keys: ["sessions.idle", "sessions.longest"], expected: "at most sessions.longest") {
            $0.sessionIdle <= $0.sessionLongest
        },
        SettingRule(keys: ["reopen.window", "reopen.pause"], expected: "more than reopen.pause") {
            $0.reopening.window > $0.reopening.pause
        },
        SettingRule(keys: ["journal.mostBytes", "webhook.bodyLimit"], expected: "at least webhook.bodyLimit") {
            $0.journal.mostBytes >= $0.webhookBodyLimit
        },
        SettingRule(keys: ["limits.bodyBytesInAll", "webhook.bodyLimit"], expected: "at least webhook.bodyLimit") {
            $0.limits.bodyBytesInAll >= $0.webhookBodyLimit
        },
        SettingRule(keys: ["admin.key", "api.key"], expected: "another key than api.key") {
            $0.adminKey == nil || $0.adminKey != $0.apiKey
        },
        authorities("bolna.caFile", \.bolnaCAFile),
        authorities("listen.publicCaFile", \.publicCAFile),
    ]

    private static func authorities(
        _ key: String, _ path: any KeyPath<GatewaySettings, String?> & Sendable
    ) -> SettingRule {
        SettingRule(keys: [key], expected: "a readable file with a PEM certificate") { settings in
            guard let path = settings[keyPath: path] else { return true }
            return SettingsFile.text(at: path)?.contains("-----BEGIN CERTIFICATE-----") == true
        }
    }

    /// The addresses that stand for every address of the machine.
    private static let anyAddress: Set<String> = ["0.0.0.0", "::"]
}
