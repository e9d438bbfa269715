import ArgumentParser
import BolnaWire
import CallDomain
import Crypto
import Foundation
import WebhookTrust

/// The decoder beside Foundation's, which makes a tree of everything.
struct DecodeBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Reads webhook bodies of 1, 4, 10 and 100 kB.")

    @OptionGroup var options: MeasuringOptions

    func run() throws {
        for kilobytes in [1, 4, 10, 100] {
            let body = SampleCall(bytes: kilobytes * 1_000).body(number: 1, status: 3)
            let data = Data(body)
            var comparison = Comparison("Decoding \(body.count) bytes", per: "body", options: options)
            comparison.add("Foundation's JSONSerialization") { _ = try JSONSerialization.jsonObject(with: data) }
            comparison.add("the gateway's decoder") {
                guard case .observations = BolnaDecoder.decodeDelivery(body) else { throw UnreadableSample() }
            }
            try comparison.run()
        }
    }
}

/// The judgement on a signed delivery beside the bare HMAC that it cannot do without.
struct VerifyBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verifies the signatures of bodies of 1, 4, 10 and 100 kB.")

    @OptionGroup var options: MeasuringOptions

    func run() throws {
        let secret = try WebhookSecret(label: "benchmark", value: "whsec_benchmark")
        let trust = AccountTrust(account: .default, secrets: [secret])
        let verifier = try WebhookVerifier()
        let now = Timestamp(rawValue: 1_800_000_000_000_000)
        for kilobytes in [1, 4, 10, 100] {
            let body = SampleCall(bytes: kilobytes * 1_000).body(number: 1, status: 3)
            let credentials = DeliveryCredentials(
                signatureHeaders: [try secret.signature(of: body, at: now)], account: .default)
            let key = SymmetricKey(data: Array("whsec_benchmark".utf8))
            var comparison = Comparison("Verifying \(body.count) bytes", per: "body", options: options)
            comparison.add("bare HMAC (BoringSSL)") { _ = HMAC<SHA256>.authenticationCode(for: body, using: key) }
            comparison.add("the gateway's judgement") {
                guard case .accepted = try verifier.judge(credentials, body: body, trust: trust, now: now) else {
                    throw UnreadableSample()
                }
            }
            comparison.add("digest of the body") { _ = try ContentHash.sha256(body) }
            try comparison.run()
        }
    }
}
