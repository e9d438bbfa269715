import BolnaWire
package import CallDomain
import GatewayService
import Synchronization
import WebhookTrust

/// Where Bolna reaches the gateway, and how a test is sent there: to the one address of the settings and nowhere else.
package final class PublicAddress: Sendable {
    /// Posts a body to a path below the address.
    package typealias Post =
        @Sendable (_ path: String, _ fields: [(name: String, value: String)], _ body: [UInt8]) async ->
        BolnaAnswer.Outcome

    /// The address, without a slash at its end.
    package let url: String
    private let post: Post
    private let isTesting = Mutex(false)

    /// Takes an address and what posts to it.
    package init(url: String, post: @escaping Post) {
        self.url = url
        self.post = post
    }

    /// Runs one test at a time; nil where another one runs.
    func testing<Value: Sendable>(_ body: (Post) async throws -> Value) async rethrows -> Value? {
        let isFree = isTesting.withLock { isTesting in
            defer { isTesting = true }
            return !isTesting
        }
        guard isFree else { return nil }
        defer { isTesting.withLock { $0 = false } }
        return try await body(post)
    }
}

/// What came of sending a webhook to the gateway's own public address.
struct WebhookTestResult: Hashable, Sendable {
    /// Whether it came through and was stored.
    var isGood: Bool
    /// In a sentence.
    var sentence: String
}

/// A webhook that the gateway sends itself, to see what Bolna's would meet: name, way, certificate, host, signature, disk.
///
/// Its body is that of a workflow's end, which is none of a call: it is decoded, stored and answered like any other, but
/// kept as `other`, settled as it comes. So it makes no call, asks for no read, and says nothing of an agent's path.
struct WebhookTest {
    let dependencies: GatewayDependencies

    /// The newest entries that are looked through for the test's own.
    private static let mostLooked = 50
    /// Random bytes that tell one test from another.
    private static let nonceBytes = 12

    /// Sends one for an account.
    func run(account: AccountID) async throws -> WebhookTestResult {
        guard let address = dependencies.publicAddress else {
            return WebhookTestResult(
                isGood: false, sentence: "Set listen.publicURL to the address by which Bolna reaches the gateway.")
        }
        guard let secret = dependencies.live.trusts.secrets(of: account).first else {
            return WebhookTestResult(
                isGood: false, sentence: "The account has no webhook secret to sign with. Add one, then try again.")
        }
        let body = Self.body(nonce: Base64URL.encode(try SecureRandom.bytes(Self.nonceBytes)), at: dependencies.wall())
        let signature = try secret.signature(of: body, at: dependencies.wall())
        let digest = try ContentHash.sha256(body)
        let clock = ContinuousClock()
        let start = clock.now
        let path = "/webhooks/bolna/\(account.rawValue)"
        let outcome = await address.testing { post in
            await post(path, [("Content-Type", "application/json"), ("Bolna-Signature", signature)], body)
        }
        guard let outcome else {
            return WebhookTestResult(isGood: false, sentence: "A test is under way already. Try again in a moment.")
        }
        let took = clock.now - start
        switch outcome {
        case .failed(let failure):
            return WebhookTestResult(isGood: false, sentence: Self.sentence(failure, url: address.url))
        case .response(let status, _, _):
            let entry = try await entry(account, digest)
            return WebhookTestResult(
                isGood: (200..<300).contains(status) && entry != nil,
                sentence: sentence(
                    status: status, entry: entry, body: body, secret: secret.label, url: address.url, took: took))
        }
    }

    /// The body: as far as anybody knows no call's, and no other test's.
    static func body(nonce: String, at time: Timestamp) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("event", "execution.terminal")
            json.member("workflow_id", "gateway-test")
            json.member("test", nonce)
            json.member("sent_at", time)
        }
        return json.bytes
    }

    /// The entry in which the test is kept; nil where it never came here.
    private func entry(_ account: AccountID, _ digest: ContentDigest) async throws -> Int64? {
        let records = try await dependencies.reader.read { store throws(StoreError) in
            try store.quarantine(
                account: account, query: QuarantineQuery(reason: .workflow),
                slice: QuarantineSlice(limit: Self.mostLooked))
        }
        return records.first { $0.delivery.digest == digest }?.id
    }

    private func sentence(
        status: Int, entry: Int64?, body: [UInt8], secret: String, url: String, took: Duration
    ) -> String {
        switch status {
        case 200..<300:
            guard let entry else {
                return "\(url) answered \(status), but the test never came here: something else listens there."
            }
            let milliseconds = took.microseconds / 1_000
            return "It came back by \(url) within \(milliseconds) ms, the signature by \(secret) was accepted, and it "
                + "was stored as a test (entry \(entry) among the settled ones of the quarantine). No call was made of it."
        case 300..<400:
            return
                "\(url) answers with a redirect (\(status)). Give Bolna, and listen.publicURL, the address behind it."
        case 401:
            let here = dependencies.refusals.newest.first { $0.bodyPrefix == body }
            return here.map {
                "It came here and was refused: \(PageText.words($0.reason)). If that is about time, set the clock."
            } ?? "\(url) answered 401, but the test never came here: another gateway, or a proxy, refused it."
        case 404, 405:
            return "\(url) answered \(status): whoever listens there takes no webhooks at /webhooks/bolna/. "
                + "A proxy in front may have to pass that path on."
        case 413: return "\(url) answered 413: a proxy in front takes no bodies of this size."
        case 421: return "\(url) answered 421: add its host name to listen.hosts."
        case 429: return "\(url) answered 429: something in front counts requests and takes no more now."
        case 502...504:
            return "\(url) answered \(status): the gateway, or a proxy in front of it, can take nothing now."
        default: return "\(url) answered \(status), which says nothing of webhooks. Look at what listens there."
        }
    }

    private static func sentence(_ failure: TransportFailure, url: String) -> String {
        let detail = failure.detail
        return switch failure.kind {
        case .dns: "The name in \(url) leads nowhere: \(detail). Look at the name's records."
        case .connect: "Nobody takes connections at \(url): \(detail). Look at the firewall and the forwarded port."
        case .tls:
            "The certificate at \(url) is not accepted: \(detail). Bolna would not post there; see certs/README.md."
        case .timeout: "\(url) did not answer in time: \(detail)."
        case .tooLarge, .broken, .cancelled, .noToken: "\(url) gave no usable answer: \(detail)."
        }
    }
}
