import ArgumentParser
import CallDomain
import Foundation
import SQLiteStore
import WebhookTrust

/// `gateway rekey`: seals the stored secrets under another key.
struct RekeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Seals the stored secrets under another key.",
        discussion: """
            Works on the database itself, so no gateway may run. All secrets are sealed anew in one transaction; stopped \
            at any moment, the gateway starts with the old key or the new one. Without --new-key-file a key is minted \
            into the data directory.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @Option(help: "A file with the new key, which secrets.key is to be set to afterwards.")
    var newKeyFile: String?
    @Flag(help: "The old key is lost: take the stored secrets away, so that they can be entered anew.")
    var dropSecrets = false

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let path = try StoredGateway.existingDatabase(settings: settings, data: data)
        guard settings.secretsKey == nil || newKeyFile != nil else {
            throw GatewayFailure(
                .negative, "secrets.key is set: give the new key by --new-key-file, then set secrets.key to it")
        }
        let store: SQLiteStore
        do {
            store = try SQLiteStore(path: path)
        } catch {
            let advice = error.kind == .owned ? "; stop the gateway first" : ""
            throw GatewayFailure(.unavailable, error.message + advice)
        }
        defer { try? store.close() }
        let rekeying = Rekeying(store: store, data: data, now: RealWorld.now())
        StandardOutput.write(
            dropSecrets
                ? try rekeying.drop(newKeyFile: newKeyFile)
                : try rekeying.reseal(setting: settings.secretsKey, newKeyFile: newKeyFile))
    }
}

/// Changes the sealing key of a store that no gateway uses.
struct Rekeying {
    let store: SQLiteStore
    let data: DataDirectory
    let now: Timestamp

    /// Seals all secrets under a new key, and tells what was done.
    func reseal(setting: String?, newKeyFile: String?) throws -> String {
        let secrets = try store.secrets()
        let old = try SealingKeys(setting: setting, data: data, secrets: secrets, now: now)
        let new = SecretSealer(key: try newKey(newKeyFile))
        let resealed = try SealingKeys.resealed(secrets, from: old.sealer, to: new)
        var changes: [AccountChange] = [.reseal(resealed)]
        if old.newCheck != nil { changes.append(.putSecret(try SealingKeys.check(new, now: now))) }
        try apply(changes)
        // The value by which a wrong key is noticed is sealed anew, too, and is nobody's secret.
        let count = resealed.count { $0.secret.kind != .check }
        return try finish(newKeyFile) + " Secrets sealed anew: \(count)."
    }

    /// Takes all secrets away, and begins with a new key.
    func drop(newKeyFile: String?) throws -> String {
        let active = try store.secrets().filter { $0.secret.retiredAt == nil && $0.secret.kind != .check }
        let new = SecretSealer(key: try newKey(newKeyFile))
        let retired = active.map { owned in
            AccountChange.retireSecret(
                account: owned.account, kind: owned.secret.kind, label: owned.secret.label, at: now)
        }
        try apply(retired + [.putSecret(try SealingKeys.check(new, now: now))])
        return try finish(newKeyFile) + " Secrets taken away: \(active.count); enter them anew."
    }

    /// The new key; one that is minted waits beside the old one until all is sealed under it.
    private func newKey(_ file: String?) throws(GatewayFailure) -> SealingKey {
        guard let file else { return try SealingKeys.mint(into: data.nextSealingKey, of: data) }
        if let openness = SecretFile.openness(of: file) {
            throw GatewayFailure(.configuration, "--new-key-file: expected \(openness)")
        }
        guard let text = SettingsFile.text(at: file) else {
            throw GatewayFailure(.negative, "--new-key-file: the file cannot be read")
        }
        return try SealingKeys.read(text.trimmingCharacters(in: .whitespacesAndNewlines), from: "--new-key-file")
    }

    private func apply(_ changes: [AccountChange]) throws(GatewayFailure) {
        let record = AuditRecord(
            at: now, account: .default, actor: "command", action: .rekeyed, subject: "\(changes.count)")
        let entries = changes.enumerated().map { number, change in
            JournalEntry.account(change, record: number == 0 ? record : nil)
        }
        do throws(StoreError) {
            for case .failed(let error) in try store.apply(entries) { throw error }
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
    }

    private func finish(_ newKeyFile: String?) throws(GatewayFailure) -> String {
        guard newKeyFile == nil else {
            if FileManager.default.fileExists(atPath: data.sealingKey.path) { try data.remove(data.sealingKey) }
            return "Set secrets.key to the new key before the next start."
        }
        try data.replace(data.sealingKey, by: data.nextSealingKey)
        return "The new key is sealing-key in the data directory."
    }
}
