import CallDomain
import Foundation
import WebhookTrust

/// The key that seals secrets in the database: of the settings, or of a file in the data directory. A known text that is
/// stored sealed shows at each start whether it is the right one.
struct SealingKeys {
    /// What seals and opens.
    let sealer: SecretSealer
    /// The known text to be stored, where there is none yet.
    let newCheck: OwnedSecret?

    /// The known text. It is no secret: it only has to be told from noise, which AES-GCM does by itself.
    private static let checkText = "gateway"

    /// Finds the key by which the sealed secrets can be opened; mints one in the data directory where nothing is sealed
    /// yet and none is given. Ends a change of the key that was interrupted.
    init(
        setting: String?, data: DataDirectory, secrets: [OwnedSecret], now: Timestamp
    ) throws(GatewayFailure) {
        let sealed = secrets.filter { $0.secret.retiredAt == nil }
        let check = sealed.first { $0.account == OwnedSecret.gateway && $0.secret.kind == .check }
        guard let key = try Self.key(setting: setting, data: data, mayMint: sealed.isEmpty) else {
            guard let known = check ?? sealed.first, let next = try Self.finishChange(of: data, opening: known) else {
                throw GatewayFailure(.configuration, Self.lost)
            }
            sealer = next
            newCheck = check == nil ? try Self.check(next, now: now) : nil
            return
        }
        let sealer = SecretSealer(key: key)
        guard let known = check ?? sealed.first else {
            self.sealer = sealer
            newCheck = try Self.check(sealer, now: now)
            return
        }
        if (try? sealer.open(known)) != nil {
            self.sealer = sealer
            try Self.dropNext(of: data, isSetting: setting != nil)
        } else if setting == nil, let next = try Self.finishChange(of: data, opening: known) {
            self.sealer = next
        } else {
            throw GatewayFailure(.configuration, Self.wrong)
        }
        newCheck = check == nil ? try Self.check(self.sealer, now: now) : nil
    }

    /// What opens the stored secrets, without making, changing or ending anything; nil where nothing that is there does, or
    /// where nothing is there.
    static func opener(
        setting: String?, data: DataDirectory, secrets: [OwnedSecret]
    ) throws(GatewayFailure) -> SecretSealer? {
        let sealed = secrets.filter { $0.secret.retiredAt == nil }
        var texts: [String] = []
        if let setting {
            texts = [setting]
        } else {
            for file in [data.sealingKey, data.nextSealingKey] {
                if let text = try data.secret(in: file) { texts.append(text) }
            }
        }
        for text in texts {
            let sealer = SecretSealer(key: try read(text, from: "secrets.key"))
            guard let known = sealed.first(where: { $0.secret.kind == .check }) ?? sealed.first else { return sealer }
            if (try? sealer.open(known)) != nil { return sealer }
        }
        return nil
    }

    private static let wrong = """
        secrets.key: the stored secrets were sealed with another key; give the key that sealed them, by secrets.key or as \
        sealing-key in the data directory
        """
    private static let lost = """
        secrets.key: there are sealed secrets in the database and no key to open them; give the key that sealed them, by \
        secrets.key or as sealing-key in the data directory. If it is lost, gateway rekey --drop-secrets takes the stored \
        secrets away, so that they can be entered anew
        """

    /// The key of the settings, else of the data directory, else a new one.
    private static func key(
        setting: String?, data: DataDirectory, mayMint: Bool
    ) throws(GatewayFailure) -> SealingKey? {
        if let setting { return try read(setting, from: "secrets.key") }
        if let text = try data.secret(in: data.sealingKey) { return try read(text, from: "sealing-key") }
        guard mayMint else { return nil }
        return try mint(into: data.sealingKey, of: data)
    }

    /// Makes a key and writes it to a file.
    static func mint(into file: URL, of data: DataDirectory) throws(GatewayFailure) -> SealingKey {
        let key: SealingKey
        do { key = try SealingKey.mint() } catch {
            throw GatewayFailure(.unavailable, "libcrypto gives no random bytes: \(error)")
        }
        try data.write(key.text + "\n", to: file)
        return key
    }

    /// Reads the text of a key.
    static func read(_ text: String, from place: String) throws(GatewayFailure) -> SealingKey {
        guard let key = try? SealingKey(text: text) else {
            throw GatewayFailure(
                .configuration, "\(place): expected a sealing key: seal_ and 43 characters of base64url")
        }
        return key
    }

    /// The known text, sealed.
    static func check(_ sealer: SecretSealer, now: Timestamp) throws(GatewayFailure) -> OwnedSecret {
        do {
            return try sealer.seal(checkText, account: OwnedSecret.gateway, kind: .check, at: now)
        } catch {
            throw GatewayFailure(.unavailable, "libcrypto does not seal: \(error)")
        }
    }

    /// The secrets, opened by one sealer and sealed by another.
    static func resealed(
        _ secrets: [OwnedSecret], from old: SecretSealer, to new: SecretSealer
    ) throws(GatewayFailure) -> [OwnedSecret] {
        var resealed: [OwnedSecret] = []
        for owned in secrets where owned.secret.retiredAt == nil {
            do {
                let place = SealedSecret.place(
                    account: owned.account, kind: owned.secret.kind, label: owned.secret.label)
                var owned = owned
                owned.secret.sealed = try new.seal(try old.open(owned), for: place)
                resealed.append(owned)
            } catch {
                throw GatewayFailure(
                    .configuration,
                    "the secret \(owned.secret.kind.word) \(owned.secret.label) of the account "
                        + "\(owned.account.rawValue) cannot be opened; nothing was changed")
            }
        }
        return resealed
    }

    /// A change of the key that was committed, but whose new key was not put in place, is ended.
    private static func finishChange(
        of data: DataDirectory, opening known: OwnedSecret
    ) throws(GatewayFailure) -> SecretSealer? {
        guard let text = try data.secret(in: data.nextSealingKey) else { return nil }
        let next = SecretSealer(key: try read(text, from: "sealing-key.next"))
        guard (try? next.open(known)) != nil else { return nil }
        try data.replace(data.sealingKey, by: data.nextSealingKey)
        return next
    }

    /// A change of the key that was not committed leaves its new key, which is of no use.
    private static func dropNext(of data: DataDirectory, isSetting: Bool) throws(GatewayFailure) {
        guard !isSetting, FileManager.default.fileExists(atPath: data.nextSealingKey.path) else { return }
        try data.remove(data.nextSealingKey)
    }
}
