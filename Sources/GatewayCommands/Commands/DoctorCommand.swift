import ArgumentParser
import BolnaClient
import CallDomain
import Foundation
import GatewayHTTP
import WebhookTrust

/// `gateway doctor`: whether this machine and these settings can serve.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks certificate, files, ports, store, clock, keys and secrets; says what to do.",
        discussion: """
            One line a check: ok, warn or fail. Changes nothing, and asks nobody unless --online is given. Exit code 1 \
            where a check fails. With --account the secrets, keys and token of that account are looked at in place of \
            those of the settings.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var accountOption: AccountOption
    @Option(help: "The host name that Bolna reaches the gateway by; listen.hosts unless told otherwise.")
    var host: String?
    @Flag(help: "Asks Bolna whether the token is good.")
    var online = false
    @Option(help: "table, json or csv.")
    var output = RowFormat.table

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = DataDirectory(existing: settings.dataDirectory)
        let running = try? await RunningGateway(data: data).send(path: "/api/v1/me")
        let database = try GatewayAssembly.databasePath(settings: settings, data: data)
        let store = StoreChecks.examine(path: database)
        let account = try accountOption.id()
        var findings = certificate(settings: settings, data: data)
        findings += modes(settings: settings, data: data, database: database)
        findings += [
            MachineChecks.port(
                "listen.port", host: settings.listenHost, port: settings.listenPort, isOurs: running != nil),
            MachineChecks.port(
                "operator.port", host: settings.operatorHost, port: settings.operatorPort, isOurs: running != nil),
        ]
        findings += store.findings
        findings += [
            MachineChecks.clock(now: .now, lastHeartbeat: store.lastHeartbeat),
            MachineChecks.openFiles(connections: settings.limits.connections, limit: OpenFiles.most),
        ]
        findings += await secrets(of: account, stored: store.stored, settings: settings, data: data)
        let report = DoctorReport(findings: findings)
        switch output {
        case .table: StandardOutput.write(report.table)
        case .json: StandardOutput.write(report.json)
        case .csv: StandardOutput.write(exactly: report.csv)
        }
        if report.count(.fail) > 0 { throw ExitCode(GatewayFailure.Code.negative.rawValue) }
    }

    /// The files in use: those of the settings, or those that the first start made.
    private func tlsFiles(settings: GatewaySettings, data: DataDirectory) -> (certificate: String, privateKey: String)?
    {
        let files = FileManager.default
        let named = (settings.tlsCertificate, settings.tlsPrivateKey)
        if files.fileExists(atPath: named.0) || files.fileExists(atPath: named.1) { return named }
        guard files.fileExists(atPath: data.certificate.path) else { return nil }
        return (data.certificate.path, data.privateKey.path)
    }

    private func certificate(settings: GatewaySettings, data: DataDirectory) -> [Finding] {
        guard let files = tlsFiles(settings: settings, data: data) else {
            return [
                .warn(
                    "certificate", "there is none; gateway serve will make a self-signed one for localhost",
                    "bring one in tls.certificate and tls.privateKey: Bolna posts to no other")
            ]
        }
        guard let certificate = SettingsFile.text(at: files.certificate) else {
            return [.fail("certificate", "\(files.certificate) cannot be read", "correct tls.certificate or its mode")]
        }
        guard let key = SettingsFile.text(at: files.privateKey) else {
            return [
                .fail("certificate key", "\(files.privateKey) cannot be read", "correct tls.privateKey or its mode")
            ]
        }
        let hosts = host.map { [$0] } ?? settings.listenHosts
        return CertificateChecks(hosts: hosts, now: .now).findings(certificate: certificate, privateKey: key)
            + [Self.use(of: files, settings: settings)]
    }

    /// Whether the listener would take the files, authorities of clients included.
    private static func use(of files: (certificate: String, privateKey: String), settings: GatewaySettings) -> Finding {
        do {
            _ = try TLSMaterial(
                files: TLSFiles(
                    certificate: files.certificate, privateKey: files.privateKey,
                    clientAuthorities: settings.tlsClientCA, clientCertificates: settings.tlsClientCertificates,
                    minimumVersion: settings.tlsMinimumVersion))
            return .ok("certificate use", "TLS \(settings.tlsMinimumVersion.rawValue) and later")
        } catch {
            return .fail("certificate use", "\(error)", "gateway serve does not start so")
        }
    }

    /// What speaks for the account, and opens to it.
    private func secrets(
        of account: AccountID, stored: StoreChecks.Stored?, settings: GatewaySettings, data: DataDirectory
    ) async -> [Finding] {
        // What cannot be read has been told.
        guard let stored else { return [] }
        let (sealing, sealer) = Self.sealing(stored: stored, setting: settings.secretsKey, data: data)
        let findings = [sealing, Self.numbers(stored: stored, data: data)]
        guard account != GatewayAssembly.account else {
            return findings + [
                Self.secrets(settings.webhookSecrets), await bolna(token: settings.bolnaToken, settings: settings),
            ]
        }
        let (own, token) = AccountChecks(account: account, stored: stored, sealer: sealer, now: RealWorld.now())
            .findings()
        guard stored.accounts.contains(where: { $0.id == account }) else { return findings + own }
        return findings + own + [await bolna(token: token, settings: settings)]
    }

    /// Whether the stored secrets can be opened.
    static func sealing(
        stored: StoreChecks.Stored, setting: String?, data: DataDirectory
    ) -> (finding: Finding, sealer: SecretSealer?) {
        let name = "sealing key"
        let count = stored.secrets.count { $0.secret.retiredAt == nil && $0.secret.kind != .check }
        do {
            let sealer = try SealingKeys.opener(setting: setting, data: data, secrets: stored.secrets)
            guard sealer == nil else { return (.ok(name, "it opens what is stored: \(count) secrets"), sealer) }
            let isNeeded = stored.secrets.contains { $0.secret.retiredAt == nil }
            guard isNeeded else { return (.ok(name, "the one that gateway serve mints"), nil) }
            return (
                .fail(
                    name, "what is stored cannot be opened: \(count) secrets",
                    "give the key that sealed them, by secrets.key or as sealing-key in the data directory"), nil
            )
        } catch {
            return (.fail(name, error.description, "correct it before the gateway is started"), nil)
        }
    }

    /// Whether who was forgotten stays so.
    static func numbers(stored: StoreChecks.Stored, data: DataDirectory) -> Finding {
        let name = "forgotten numbers"
        // One row is that of the key itself.
        let count = max(stored.forgotten.count - 1, 0)
        guard count > 0 else { return .ok(name, "none") }
        do {
            _ = try NumbersKey.forgotten(stored.forgotten, data: data)
            return .ok(name, "\(count), and their key is there")
        } catch {
            return .fail(name, error.description, "bring it back from a backup: without it they would come back")
        }
    }

    private func modes(settings: GatewaySettings, data: DataDirectory, database: String) -> [Finding] {
        let files: [(String, String, Int)] = [
            (tlsFiles(settings: settings, data: data)?.privateKey ?? "", "tls.privateKey", 0o640),
            (data.webhookSecret.path, "webhook-secret", 0o640),
            (data.apiKey.path, "api-key", 0o640),
            (data.adminKey.path, "admin-key", 0o640),
            (data.sealingKey.path, "sealing-key", 0o640),
            (data.nextSealingKey.path, "sealing-key.next", 0o640),
            (data.numbersKey.path, "forgotten-numbers-key", 0o640),
            (data.controlSocket.path, "gateway.sock", 0o600),
            (database, "database", 0o640),
        ]
        let folder =
            data.openness.map { Finding.fail("mode of data.directory", $0, "gateway serve does not start so") }
            ?? MachineChecks.mode(of: data.url.path, "data.directory", mostlyFor: 0o750)
        return [folder].compactMap(\.self)
            + files.compactMap { path, name, mode in MachineChecks.mode(of: path, name, mostlyFor: mode) }
    }

    static func secrets(_ secrets: [String], name: String = "webhook.secret") -> Finding {
        guard !secrets.isEmpty else { return .ok(name, "the one that gateway serve mints") }
        let short = secrets.count { $0.utf8.count < WebhookSecret.shortestUnremarkable }
        guard short > 0 else { return .ok(name, "\(secrets.count) active") }
        return .warn(
            name,
            "\(short) of \(secrets.count) are shorter than \(WebhookSecret.shortestUnremarkable) characters",
            "use long random ones: they alone speak for Bolna")
    }

    private func bolna(token: String?, settings: GatewaySettings) async -> Finding {
        guard let token = token.flatMap(BolnaToken.init) else {
            return .warn(
                "bolna.token", "there is none: nothing is polled", "set it to an API key of the Bolna organization")
        }
        guard online else { return .ok("bolna.token", "set; --online asks Bolna whether it is good") }
        do {
            let client = try BolnaClient(
                settings: BolnaClientSettings(
                    baseURL: try BolnaBaseURL(validating: settings.bolnaBaseURL), caFile: settings.bolnaCAFile),
                credentials: BolnaCredentials([GatewayAssembly.account: token]), now: RealWorld.now)
            let answer = await client.send(BolnaRequest(account: GatewayAssembly.account, endpoint: .me))
            await client.shutdown()
            return Self.judge(answer.outcome, baseURL: settings.bolnaBaseURL)
        } catch {
            return .fail("bolna", "Bolna cannot be asked", "correct bolna.baseURL and bolna.caFile")
        }
    }

    static func judge(_ outcome: BolnaAnswer.Outcome, baseURL: String) -> Finding {
        switch outcome {
        case .response(let status, _, _) where (200..<300).contains(status):
            return .ok("bolna", "\(baseURL) answers, and accepts the token")
        case .response(401, _, _), .response(403, _, _):
            return .fail("bolna", "\(baseURL) refuses the token", "set bolna.token to an API key that is active")
        case .response(let status, _, _):
            return .warn("bolna", "\(baseURL) answers \(status)", "try again later; check bolna.baseURL if it goes on")
        case .failed(let failure):
            return .fail(
                "bolna", "\(baseURL) cannot be reached: \(failure.detail)",
                "check name resolution, firewall, proxy and bolna.caFile")
        }
    }
}
