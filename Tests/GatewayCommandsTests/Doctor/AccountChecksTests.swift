import CallDomain
import Foundation
import GatewayService
import Testing
import WebhookTrust

@testable import GatewayCommands

@Suite("AccountChecks")
struct AccountChecksTests {
    private static let now = Timestamp(seconds: 1_790_000_000)
    private static let acme = AccountID(rawValue: "acme")

    private static func days(_ days: Int64) -> Timestamp { now.advanced(by: .seconds(days * 86_400)) }

    private static func key(_ id: String, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil) -> StoredAPIKey {
        StoredAPIKey(
            id: APIKeyID(rawValue: id), account: acme, label: "", digest: ContentDigest(words: (0, 0, 0, 0)),
            scopes: [.read], createdAt: now, expiresAt: expiresAt, revokedAt: revokedAt)
    }

    private static func stored(_ sealer: SecretSealer) throws -> StoreChecks.Stored {
        StoreChecks.Stored(
            accounts: [StoredAccount(id: acme, createdAt: now)],
            secrets: [
                try sealer.seal("gateway", account: OwnedSecret.gateway, kind: .check, at: now),
                try sealer.seal("bn-canary", account: acme, kind: .bolnaToken, at: now),
                try sealer.seal(String(repeating: "x", count: 40), account: acme, kind: .webhook, label: "a", at: now),
            ], keys: [key("a")])
    }

    private static func grades(
        _ stored: StoreChecks.Stored, _ sealer: SecretSealer?, of account: AccountID = acme
    ) -> ([String: Finding.Grade], token: String?) {
        let (findings, token) = AccountChecks(account: account, stored: stored, sealer: sealer, now: now).findings()
        #expect(findings.allSatisfy { !$0.text.contains("bn-canary") && !$0.text.contains("xxxx") })
        return (Dictionary(findings.map { ($0.check, $0.grade) }) { first, _ in first }, token)
    }

    @Test("An account with token, secret and key is in order, and its token is told to whoever asks Bolna")
    func good() throws {
        let sealer = SecretSealer(key: try SealingKey.mint())
        let (grades, token) = Self.grades(try Self.stored(sealer), sealer)
        #expect(grades == ["account": .ok, "account secrets": .ok, "account keys": .ok])
        #expect(token == "bn-canary")
    }

    @Test("Each fault of an account is found by its name")
    func faults() throws {
        let sealer = SecretSealer(key: try SealingKey.mint())
        let good = try Self.stored(sealer)
        #expect(Self.grades(good, sealer, of: AccountID(rawValue: "nobody")).0 == ["account": .fail])
        for other in [nil, SecretSealer(key: try SealingKey.mint())] {
            let (grades, token) = Self.grades(good, other)
            #expect(grades["account secrets"] == .fail && token == nil)
        }
        var disabled = good
        disabled.accounts[0].disabledAt = Self.now
        #expect(Self.grades(disabled, sealer).0["account"] == .warn)
        var secretless = good
        secretless.secrets.removeLast()
        #expect(Self.grades(secretless, sealer).0["account secrets"] == .warn)
        var short = secretless
        short.secrets.append(
            try sealer.seal("short", account: Self.acme, kind: .webhook, label: "b", at: Self.now))
        #expect(Self.grades(short, sealer).0["account secrets"] == .warn)
    }

    @Test("Keys that are gone do not count, and one that ends within 21 days is told")
    func keys() throws {
        let sealer = SecretSealer(key: try SealingKey.mint())
        let table: [(StoredAPIKey, Finding.Grade)] = [
            (Self.key("a", expiresAt: Self.now), .warn), (Self.key("a", revokedAt: Self.now), .warn),
            (Self.key("a", expiresAt: Self.days(21)), .warn), (Self.key("a", expiresAt: Self.days(22)), .ok),
        ]
        for (key, grade) in table {
            var stored = try Self.stored(sealer)
            stored.keys = [key]
            #expect(Self.grades(stored, sealer).0["account keys"] == grade, "\(key.id)")
        }
    }

    @Test("The sealing key is looked at without making, ending or changing anything")
    func sealing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "doctor-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try DataDirectory(path: folder.path)
        func grade(_ stored: StoreChecks.Stored, setting: String? = nil) -> Finding.Grade {
            DoctorCommand.sealing(stored: stored, setting: setting, data: data).finding.grade
        }
        #expect(grade(StoreChecks.Stored()) == .ok)
        let key = try SealingKey.mint()
        let stored = try Self.stored(SecretSealer(key: key))
        #expect(grade(stored) == .fail)
        #expect(grade(stored, setting: key.text) == .ok)
        #expect(grade(stored, setting: try SealingKey.mint().text) == .fail)
        try data.write(try SealingKey.mint().text, to: data.sealingKey)
        #expect(grade(stored) == .fail)
        // A change of the key that was interrupted ends at the next start, and not here.
        try data.write(key.text, to: data.nextSealingKey)
        #expect(grade(stored) == .ok)
        #expect(FileManager.default.fileExists(atPath: data.nextSealingKey.path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: data.sealingKey.path)
        #expect(grade(stored) == .fail)
        #expect(MachineChecks.mode(of: data.sealingKey.path, "sealing-key")?.grade == .fail)
    }

    @Test("A lost key of forgotten numbers is found before a start would be refused")
    func numbers() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "doctor-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try DataDirectory(path: folder.path)
        #expect(DoctorCommand.numbers(stored: StoreChecks.Stored(), data: data).grade == .ok)
        #expect(!FileManager.default.fileExists(atPath: data.numbersKey.path))
        let forgotten = try NumbersKey.forgotten([], data: data)
        let number = try #require(TelephoneNumber("+14155550100"))
        let rows = [forgotten.check, forgotten.remembered(number, of: .default)].compactMap(\.self)
        #expect(rows.count == 2)
        #expect(DoctorCommand.numbers(stored: StoreChecks.Stored(forgotten: rows), data: data).grade == .ok)
        try data.remove(data.numbersKey)
        #expect(DoctorCommand.numbers(stored: StoreChecks.Stored(forgotten: rows), data: data).grade == .fail)
    }
}
