import BolnaClient
import CallDomain
import GatewayHTTP
import GatewayService
import Logging
import WebhookTrust

extension SettingKey {
    /// Every key there is, in the order of `config/gateway.yaml`.
    static let all: [SettingKey] =
        listeners + access + storage + bolna + webhooks + polling + agents + audits + bounds + logs

    private static let listeners: [SettingKey] = [
        text("listen.host", expected: SettingText.hostWords, \.listenHost, where: SettingText.isHost),
        number("listen.port", 0...65_535, \.listenPort),
        list("listen.hosts", expected: "host names, separated by commas", \.listenHosts) { hosts in
            hosts.allSatisfy(SettingText.isHost)
        },
        optionalText(
            "listen.publicURL", expected: "an address that starts with https://, without user and query", \.publicURL,
            where: { (try? BolnaBaseURL(validating: $0)) != nil }),
        optionalText(
            "listen.publicCaFile", expected: "the path of a PEM file", \.publicCAFile, where: SettingText.isPath),
        list("listen.trustedProxies", expected: addressWords, \.trustedProxies) { addresses in
            (try? SourceAddresses(parsing: addresses)) != nil
        },
        text("operator.host", expected: SettingText.hostWords, \.operatorHost, where: SettingText.isHost),
        number("operator.port", 0...65_535, \.operatorPort),
        text("tls.certificate", expected: "the path of a PEM file", \.tlsCertificate, where: SettingText.isPath),
        text("tls.privateKey", expected: "the path of a PEM file", \.tlsPrivateKey, where: SettingText.isPath),
        duration("tls.reloadInterval", in: .seconds(1)...(.seconds(86_400)), \.tlsReloadInterval),
        choice("tls.minimumVersion", \.tlsMinimumVersion),
        choice("tls.clientCertificates", \.tlsClientCertificates),
        optionalText("tls.clientCA", expected: "the path of a PEM file", \.tlsClientCA, where: SettingText.isPath),
        optionalText(
            "api.key", isSecret: true, expected: "a text of at most \(KeyRing.longestKey) bytes", \.apiKey,
            where: { $0.utf8.count <= KeyRing.longestKey }),
        optionalText(
            "admin.key", isSecret: true, expected: "a text of at most \(KeyRing.longestKey) bytes", \.adminKey,
            where: { $0.utf8.count <= KeyRing.longestKey }),
        size("api.bodyLimit", 1_024...(64 << 20), \.apiBodyLimit),
        number("api.perMinute", StoredAPIKey.perMinuteRange, \.apiPerMinute),
        number("api.wrongKeysPerMinute", 1...10_000, \.apiWrongKeysPerMinute),
    ]

    private static let addressWords = "addresses or CIDR blocks, separated by commas, such as 13.203.39.153,10.0.0.0/8"

    private static let storage: [SettingKey] = [
        text("data.directory", expected: "the path of a folder", \.dataDirectory, where: SettingText.isPath),
        text(
            "store.url", isQuoted: false, expected: "sqlite: or sqlite:PATH; this build has no other store", \.storeURL,
            where: { $0 == "sqlite:" || $0.hasPrefix("sqlite:") && SettingText.isPath(String($0.dropFirst(7))) }),
        optionalText(
            "secrets.key", isSecret: true, expected: "a sealing key: seal_ and 43 characters of base64url",
            \.secretsKey,
            where: { (try? SealingKey(text: $0)) != nil }),
        retention("retention.bodies", \.retention.bodies),
        retention("retention.transcripts", \.retention.transcripts),
        retention("retention.calls", \.retention.calls),
        retention("retention.audit", \.retention.audit),
        number("journal.mostEntries", 1...1_000_000, \.journal.mostEntries),
        size("journal.mostBytes", (1 << 20)...(1 << 34), \.journal.mostBytes),
    ]

    private static let bolna: [SettingKey] = [
        text(
            "bolna.baseURL", isQuoted: false, expected: "an address that starts with https://, without user and query",
            \.bolnaBaseURL, where: { (try? BolnaBaseURL(validating: $0)) != nil }),
        optionalText(
            "bolna.token", isSecret: true, expected: "an API key of Bolna: visible ASCII characters without blanks",
            \.bolnaToken, where: { BolnaToken($0) != nil }),
        optionalText(
            "bolna.caFile", expected: "the path of a PEM file", \.bolnaCAFile, where: SettingText.isPath),
        list(
            "recordings.hosts", expected: "host names, * standing for one part, or host:port, separated by commas",
            \.recordingHosts
        ) { hosts in hosts.allSatisfy(SettingText.isRecordingHost) },
        size("recordings.largest", (1 << 20)...(16 << 30), \.recordingLargest),
        duration("recordings.longest", in: .seconds(1)...(.seconds(86_400)), \.recordingLongest),
    ]

    private static let webhooks: [SettingKey] = [
        SettingKey(
            name: "webhook.secret", isSecret: true, expected: "one or several secrets, separated by commas",
            read: { text, settings in
                let secrets = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                guard !secrets.contains(""), secrets.count <= 16 else { return false }
                settings.webhookSecrets = secrets
                return true
            },
            show: { $0.webhookSecrets.isEmpty ? nil : $0.webhookSecrets.joined(separator: ",") }),
        duration("webhook.tolerance", in: .seconds(1)...(.seconds(3_600)), \.webhookTolerance),
        size("webhook.bodyLimit", 1_024...(64 << 20), \.webhookBodyLimit),
        choice("webhook.trust.addressed", \.trustPolicy.addressed),
        choice("webhook.trust.none", among: [.hint, .refuse], \.trustPolicy.none),
        list("webhook.sourceAddresses", expected: addressWords, \.sourceAddresses) { addresses in
            (try? SourceAddresses(parsing: addresses)) != nil
        },
    ]

    private static let polling: [SettingKey] = [
        flag("poll.isOn", \.polls),
        duration("poll.interval", in: .milliseconds(100)...(.seconds(3_600)), \.expectations.tick),
        duration("reopen.pause", in: .milliseconds(1)...(.seconds(3_600)), \.reopening.pause),
        duration("reopen.window", in: .seconds(1)...(.seconds(30 * 86_400)), \.reopening.window),
        factor("expectations.scale", 0.001...100, \.expectations.scale),
        duration("expectations.queued", \.expectations.queued),
        duration("expectations.initiated", \.expectations.initiated),
        duration("expectations.ringing", \.expectations.ringing),
        duration("expectations.talking", \.expectations.talking),
        duration("expectations.ended", \.expectations.ended),
        duration("expectations.artefacts", \.expectations.artefacts),
        duration("expectations.retry", \.expectations.retry),
        duration("expectations.unknown", \.expectations.unknown),
        duration("expectations.abandonAfter", \.expectations.abandonAfter),
        duration("expectations.checkCooldown", \.expectations.checkCooldown),
    ]

    private static let audits: [SettingKey] = [
        factor("audit.share", 0...Audit.largestShare, \.auditShare)
    ]

    private static let bounds: [SettingKey] = [
        number("limits.connections", 1...1_000_000, \.limits.connections),
        number("limits.connectionsPerAddress", 1...1_000_000, \.limits.connectionsPerAddress),
        size("limits.targetBytes", 256...(1 << 20), \.limits.targetBytes),
        size("limits.headerBytes", 1_024...(1 << 20), \.limits.headerBytes),
        size("limits.headerFieldBytes", 256...(1 << 20), \.limits.headerFieldBytes),
        number("limits.headerFields", 8...10_000, \.limits.headerFields),
        duration("limits.timeToHeaders", \.limits.timeToHeaders),
        duration("limits.timeToBody", \.limits.timeToBody),
        duration("limits.bodyGrace", \.limits.bodyGrace),
        size("limits.bodyBytesInAll", (1 << 20)...(1 << 36), \.limits.bodyBytesInAll),
        number("limits.bodyBytesPerSecond", 1...(1 << 30), \.limits.bodyBytesPerSecond),
        duration("limits.idle", \.limits.idle),
        duration("limits.writeStall", \.limits.writeStall),
        duration("limits.linger", in: .milliseconds(1)...(.seconds(60)), \.limits.linger),
        duration("limits.drain", in: .milliseconds(1)...(.seconds(60)), \.limits.drain),
        number("limits.requestsPerConnection", 1...1_000_000_000, \.limits.requestsPerConnection),
        number("limits.pipelinedRequests", 1...10_000, \.limits.pipelinedRequests),
        number("limits.streams", 1...10_000, \.limits.streams),
        number("limits.streamResets", 1...1_000_000, \.limits.streamResets),
        number("limits.controlFrames", 10...1_000_000, \.limits.controlFrames),
        number("limits.continuationFrames", 1...1_000, \.limits.continuationFrames),
        duration("limits.frameWindow", \.limits.frameWindow),
    ]

    private static let logs: [SettingKey] = [
        choice("log.level", \.logLevel),
        choice("log.format", \.logFormat),
    ]
}
