import CallDomain
import Foundation
import SQLiteStore
import Testing
import WebhookTrust

@testable import GatewayCommands

@Suite("SealingKeys and Rekeying")
final class SealingKeysTests {
    private let folder: URL
    private let data: DataDirectory
    private let store: SQLiteStore
    private let now = Timestamp(seconds: 1_790_000_000)
    private let account = AccountID(rawValue: "acme")

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sealing-\(UUID().uuidString)")
        data = try DataDirectory(path: folder.path)
        store = try SQLiteStore(path: data.database.path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func keys(setting: String? = nil) throws -> SealingKeys {
        try SealingKeys(setting: setting, data: data, secrets: try store.secrets(), now: now)
    }

    /// Begins as a first start does, and stores a token.
    private func begin(setting: String? = nil) throws {
        let keys = try keys(setting: setting)
        let check = try #require(keys.newCheck)
        let token = try keys.sealer.seal("bn-canary", account: account, kind: .bolnaToken, at: now)
        for case .failed(let error) in try store.apply([
            .account(.putSecret(check)), .account(.put(StoredAccount(id: account, createdAt: now))),
            .account(.putSecret(token)),
        ]) { throw error }
    }

    private func token(_ keys: SealingKeys) throws -> String {
        let owned = try #require(try store.secrets().first { $0.secret.kind == .bolnaToken })
        return String(decoding: try keys.sealer.open(owned), as: UTF8.self)
    }

    private var rekeying: Rekeying { Rekeying(store: store, data: data, now: now) }

    private func failure(_ body: () throws -> Void) -> GatewayFailure? {
        do { try body() } catch { return error as? GatewayFailure }
        return nil
    }

    @Test("A first start mints a key that nobody else can read, and later starts use it")
    func minted() throws {
        try begin()
        let mode = try FileManager.default.attributesOfItem(atPath: data.sealingKey.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let again = try keys()
        #expect(again.newCheck == nil)
        #expect(try token(again) == "bn-canary")
    }

    @Test("Another key than the one that sealed is refused, with a sentence that says what to do")
    func wrongKey() throws {
        try begin()
        let other = try SealingKey.mint().text
        let failure = failure { _ = try keys(setting: other) }
        #expect(failure?.code == .configuration)
        #expect(failure?.description.contains("sealed with another key") == true)
        #expect(failure?.description.contains(other) == false)
        try data.write(other, to: data.sealingKey)
        #expect(self.failure { _ = try keys() }?.code == .configuration)
    }

    @Test("A key that is gone is said to be, and is not replaced by a new one")
    func lostKey() throws {
        try begin()
        try data.remove(data.sealingKey)
        let failure = failure { _ = try keys() }
        #expect(failure?.description.contains("--drop-secrets") == true)
        #expect(!FileManager.default.fileExists(atPath: data.sealingKey.path))
    }

    @Test("A key file that others can open is refused")
    func openKeyFile() throws {
        try begin()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: data.sealingKey.path)
        #expect(failure { _ = try keys() }?.description.contains("chmod 640") == true)
    }

    @Test("After a change of the key the new one opens all, the old one nothing")
    func rekeyed() throws {
        try begin()
        let old = try String(contentsOf: data.sealingKey, encoding: .utf8)
        #expect(try rekeying.reseal(setting: nil, newKeyFile: nil).contains("sealed anew: 1."))
        #expect(try token(keys()) == "bn-canary")
        #expect(!FileManager.default.fileExists(atPath: data.nextSealingKey.path))
        try data.write(old, to: data.sealingKey)
        #expect(failure { _ = try keys() } != nil)
        #expect(
            try store.auditTrail(account: .default, before: nil, limit: 9).records.map(\.record.action) == [.rekeyed])
    }

    @Test(
        "A change of the key that stopped before its commit leaves the old one, and one that stopped after it the new")
    func interrupted() throws {
        try begin()
        let next = try SealingKeys.mint(into: data.nextSealingKey, of: data)
        let before = try keys()
        #expect(try token(before) == "bn-canary")
        #expect(!FileManager.default.fileExists(atPath: data.nextSealingKey.path))

        try data.write(next.text, to: data.nextSealingKey)
        let resealed = try SealingKeys.resealed(
            try store.secrets(), from: before.sealer, to: SecretSealer(key: next))
        for case .failed(let error) in try store.apply([.account(.reseal(resealed))]) { throw error }
        let after = try keys()
        #expect(after.sealer.key == next)
        #expect(try token(after) == "bn-canary")
        #expect(try data.secret(in: data.sealingKey) == next.text)
        #expect(!FileManager.default.fileExists(atPath: data.nextSealingKey.path))
    }

    @Test("A key of the settings is changed for one in a file; open files and other texts are refused")
    func keyOfSettings() throws {
        let old = try SealingKey.mint().text
        try begin(setting: old)
        let new = try SealingKey.mint().text
        let file = folder.appending(path: "new-key")
        try data.write("nonsense", to: file)
        #expect(failure { _ = try rekeying.reseal(setting: old, newKeyFile: file.path) } != nil)
        try data.write(new, to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o604], ofItemAtPath: file.path)
        #expect(failure { _ = try rekeying.reseal(setting: old, newKeyFile: file.path) } != nil)
        #expect(try token(keys(setting: old)) == "bn-canary")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(try rekeying.reseal(setting: old, newKeyFile: file.path).contains("secrets.key"))
        #expect(try token(keys(setting: new)) == "bn-canary")
        #expect(failure { _ = try keys(setting: old) } != nil)
    }

    @Test("Where the key is lost the secrets are taken away, and the gateway starts again")
    func dropped() throws {
        try begin()
        try data.remove(data.sealingKey)
        #expect(try rekeying.drop(newKeyFile: nil).contains("taken away: 1"))
        let keys = try keys()
        #expect(keys.newCheck == nil)
        #expect(try store.secrets().allSatisfy { $0.secret.kind == .check || $0.secret.sealed.isEmpty })
        #expect(try store.accounts().count == 1)

        // Stopped before the new key was put in place.
        try data.replace(data.nextSealingKey, by: data.sealingKey)
        #expect(try self.keys().sealer.key == keys.sealer.key)
        #expect(!FileManager.default.fileExists(atPath: data.nextSealingKey.path))
    }
}
