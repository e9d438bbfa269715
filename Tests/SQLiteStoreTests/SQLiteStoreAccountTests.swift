import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore accounts")
struct SQLiteStoreAccountTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private static let one = AccountID(rawValue: "one")

    private func apply(_ change: AccountChange) throws -> StoreError? {
        guard case .failed(let error) = try store.apply([.account(change)]).first else { return nil }
        return error
    }

    private func key(
        _ number: Int, account: AccountID = one, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) -> StoredAPIKey {
        let name = String(number, radix: 16)
        return StoredAPIKey(
            id: APIKeyID(rawValue: String(repeating: "0", count: 12 - name.count) + name), account: account,
            label: "key \(number)", digest: ContentDigest(words: (UInt64(number), 2, 3, 4)), scopes: [.read, .reveal],
            mostPerMinute: 60, createdAt: .at(Int64(number)), expiresAt: expiresAt, revokedAt: revokedAt)
    }

    private func secret(_ label: String, at seconds: Int64 = 1) -> OwnedSecret {
        OwnedSecret(
            account: Self.one,
            secret: SealedSecret(kind: .webhook, label: label, sealed: [1, 2, 3], createdAt: .at(seconds)))
    }

    @Test("An account is read as it was stored, with all that is known of its agents")
    func accounts() throws {
        var account = StoredAccount(
            id: Self.one, label: "The first", createdAt: .at(1), polls: false,
            trust: TrustPolicy(addressed: .apply, none: .hint), sourceAddresses: ["192.0.2.1", "2001:db8::/32"],
            settings: AgentSettings(
                suppressedStatuses: [], artefacts: [.recording: true, .extraction: false],
                deadlines: [.talking: .seconds(90), .unknown: .milliseconds(1_500)]),
            agents: [
                AgentID(rawValue: "agent"): AgentSettings(suppressedStatuses: [.ringing, .inProgress]),
                AgentID(rawValue: "other"): AgentSettings(deadlines: [.ended: .seconds(7)]),
            ],
            retention: RetentionPolicy(bodies: .seconds(8 * 86_400), transcripts: nil, calls: nil, audit: nil))
        #expect(try apply(.put(account)) == nil)
        #expect(try store.accounts() == [account])
        account.disabledAt = .at(9)
        account.agents = [:]
        account.sourceAddresses = nil
        account.settings = AgentSettings()
        #expect(try apply(.put(account)) == nil)
        #expect(try store.accounts() == [account])
    }

    @Test("There is a bound of accounts, beyond which only known ones are stored")
    func mostAccounts() throws {
        let accounts = (1...StoredAccount.mostAccounts).map { number in
            StoredAccount(id: AccountID(rawValue: "a\(number)"), createdAt: .at(1))
        }
        _ = try store.apply(accounts.map { .account(.put($0)) })
        #expect(try apply(.put(StoredAccount(id: Self.one, createdAt: .at(1))))?.kind == .invalid)
        #expect(try apply(.put(accounts[7])) == nil)
        #expect(try store.accounts().count == StoredAccount.mostAccounts)
    }

    @Test("A secret is added once; a retired one leaves its label and not its bytes")
    func secrets() throws {
        #expect(try apply(.putSecret(secret("a"))) == nil)
        #expect(try apply(.putSecret(secret("b", at: 2))) == nil)
        #expect(try apply(.putSecret(secret("a")))?.kind == .invalid)
        #expect(try apply(.retireSecret(account: Self.one, kind: .webhook, label: "a", at: .at(5))) == nil)
        #expect(try apply(.retireSecret(account: Self.one, kind: .webhook, label: "a", at: .at(6)))?.kind == .invalid)
        #expect(try apply(.retireSecret(account: .default, kind: .webhook, label: "b", at: .at(6)))?.kind == .invalid)
        #expect(try apply(.putSecret(secret("a")))?.kind == .invalid)
        let secrets = try store.secrets().map(\.secret)
        #expect(secrets.map(\.label) == ["a", "b"])
        #expect(secrets.map(\.retiredAt) == [.at(5), nil])
        #expect(secrets.map(\.sealed) == [[], [1, 2, 3]])
    }

    @Test("Of a kind of which there is one, a new secret takes the place of the old one")
    func single() throws {
        for byte in [UInt8(1), 2] {
            let token = SealedSecret(
                kind: .bolnaToken, label: SealedSecret.singleLabel, sealed: [byte], createdAt: .at(Int64(byte)))
            #expect(try apply(.putSecret(OwnedSecret(account: Self.one, secret: token))) == nil)
        }
        #expect(try store.secrets().map(\.secret.sealed) == [[2]])
    }

    @Test("An account has at most so many active secrets, and of retired ones the oldest go")
    func mostSecrets() throws {
        for number in 1...SealedSecret.mostWebhookSecrets { #expect(try apply(.putSecret(secret("\(number)"))) == nil) }
        #expect(try apply(.putSecret(secret("more")))?.kind == .invalid)
        for number in 1...StoreBounds.mostSecretsKept {
            let label = number <= SealedSecret.mostWebhookSecrets ? "\(number)" : "next \(number - 16)"
            #expect(
                try apply(
                    .retireSecret(account: Self.one, kind: .webhook, label: label, at: .at(Int64(number)))) == nil)
            #expect(try apply(.putSecret(secret("next \(number)"))) == nil)
        }
        let secrets = try store.secrets().map(\.secret)
        #expect(secrets.count == StoreBounds.mostSecretsKept)
        #expect(secrets.count { $0.retiredAt == nil } == SealedSecret.mostWebhookSecrets)
        #expect(!secrets.contains { $0.label == "1" })
    }

    @Test("Secrets are sealed anew all together or not at all")
    func reseal() throws {
        _ = try apply(.putSecret(secret("a")))
        var changed = secret("a")
        changed.secret.sealed = [9]
        #expect(try apply(.reseal([changed, secret("absent")]))?.kind == .invalid)
        #expect(try store.secrets().map(\.secret.sealed) == [[1, 2, 3]])
        #expect(try apply(.reseal([changed])) == nil)
        #expect(try store.secrets().map(\.secret.sealed) == [[9]])
    }

    @Test("A key is read as it was stored, revoked by its own account alone, and once")
    func keys() throws {
        #expect(try apply(.putKey(key(1, expiresAt: .at(100)))) == nil)
        #expect(try apply(.putKey(key(1)))?.kind == .invalid)
        #expect(try store.keys() == [key(1, expiresAt: .at(100))])
        let id = key(1).id
        #expect(try apply(.revokeKey(account: .default, id: id, at: .at(50)))?.kind == .invalid)
        #expect(try apply(.revokeKey(account: Self.one, id: id, at: .at(50))) == nil)
        #expect(try apply(.revokeKey(account: Self.one, id: id, at: .at(60)))?.kind == .invalid)
        #expect(try store.keys().first?.revokedAt == .at(50))
    }

    @Test("An account has at most so many keys; room is made by those that were revoked first")
    func mostKeys() throws {
        let full = (1...AccountChange.mostKeys).map { key($0) }
        _ = try store.apply(full.map { .account(.putKey($0)) })
        #expect(try apply(.putKey(key(5_000)))?.kind == .invalid)
        #expect(try apply(.putKey(key(5_000, account: .default))) == nil)
        _ = try apply(.revokeKey(account: Self.one, id: key(7).id, at: .at(50)))
        #expect(try apply(.putKey(key(6_000))) == nil)
        #expect(try store.keys().count { $0.account == Self.one } == AccountChange.mostKeys)
        #expect(try store.keys().contains { $0.id == key(7).id } == false)
    }

    @Test("Uses of keys and secrets never go back")
    func uses() throws {
        _ = try apply(.putKey(key(1)))
        let name = CredentialUses.SecretName(account: .default, label: "secret")
        for seconds: Int64 in [20, 10, 30, 5] {
            #expect(
                try apply(
                    .used(CredentialUses(keys: [key(1).id: .at(seconds)], secrets: [name: .at(seconds)]))) == nil)
        }
        #expect(try store.keys().first?.lastUsedAt == .at(30))
        #expect(try store.secretUses() == [name: .at(30)])
    }

    @Test("The audit is read by pages, newest first, by its own account alone")
    func auditTrail() throws {
        func record(_ subject: String, _ account: AccountID) -> AuditRecord {
            AuditRecord(at: .at(1), account: account, actor: "one", action: .replay, subject: subject)
        }
        _ = try store.apply([
            .auditTrail((1...5).map { record("\($0)", Self.one) }), .auditTrail([record("x", .default)]),
        ])
        let first = try store.auditTrail(account: Self.one, before: nil, limit: 3)
        #expect(first.records.map(\.record.subject) == ["5", "4", "3"])
        let second = try store.auditTrail(account: Self.one, before: first.next, limit: 3)
        #expect(second.records.map(\.record) == [record("2", Self.one), record("1", Self.one)])
        #expect(second.next == nil)
    }

    @Test("What was written into the audit cannot be changed")
    func auditStays() throws {
        let record = AuditRecord(at: .at(1), account: .default, actor: "one", action: .replay, subject: "x")
        _ = try store.apply([.auditTrail([record])])
        #expect(throws: (any Error).self) { try store.tamper("UPDATE audit_log SET actor = 'two'") }
        #expect(try store.auditTrail(account: .default, before: nil, limit: 9).records.map(\.record) == [record])
    }
}
