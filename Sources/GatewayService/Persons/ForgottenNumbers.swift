package import CallDomain
import Synchronization

/// The numbers that stay forgotten, as keyed digests: whatever comes in later and names one of them is not kept.
package final class ForgottenNumbers: Sendable {
    private let digest: @Sendable (_ text: String) -> ContentDigest?
    private let digests: Mutex<[AccountID: Set<ContentDigest>]>

    /// How many digits a number has.
    package static let lengths = 7...15
    /// The most runs of digits that are looked at in one body.
    package static let mostRuns = 256
    /// What the digest of the key itself is made of, by which another key is noticed.
    package static let checkText = "the key of forgotten numbers"

    /// Goes on from what the store remembered. `digest` is keyed with a secret of the gateway's own; nil where it
    /// fails.
    package init(
        remembered: [ForgottenNumber] = [],
        digest: @escaping @Sendable (_ text: String) -> ContentDigest? = { _ in nil }
    ) {
        self.digest = digest
        digests = Mutex(
            remembered.reduce(into: [:]) { digests, number in
                digests[number.account, default: []].insert(number.digest)
            })
    }

    /// A number as it is remembered; nil where it is none, or cannot be digested.
    package func number(_ text: String, of account: AccountID) -> ForgottenNumber? {
        let found = Self.digits(of: text)
        guard Self.lengths.contains(found.utf8.count) else { return nil }
        return digest("\(account.rawValue)|\(found)").map { ForgottenNumber(account: account, digest: $0) }
    }

    /// The row by which it is noticed that the digests were made with another key.
    package var check: ForgottenNumber? {
        digest(Self.checkText).map { ForgottenNumber(account: OwnedSecret.gateway, digest: $0) }
    }

    /// Remembers a number.
    package func add(_ number: ForgottenNumber) {
        digests.withLock { _ = $0[number.account, default: []].insert(number.digest) }
    }

    /// Whether a number is forgotten.
    package func contains(_ text: String, of account: AccountID) -> Bool {
        let known = known(of: account)
        guard !known.isEmpty, let number = number(text, of: account) else { return false }
        return known.contains(number.digest)
    }

    /// Whether a statement, or the bytes it was read from, names a forgotten number. Costs nothing where the account
    /// has none.
    package func isForgotten(_ statement: Statement, body: [UInt8], of account: AccountID) -> Bool {
        let known = known(of: account)
        guard !known.isEmpty else { return false }
        let sides = [CallField.fromNumber, .toNumber].compactMap { statement.fields.text($0) }
        if sides.contains(where: { number($0, of: account).map { known.contains($0.digest) } ?? false }) { return true }
        return names(body, oneOf: known, of: account)
    }

    /// Whether bytes name a forgotten number.
    package func isNamed(in body: [UInt8], of account: AccountID) -> Bool {
        let known = known(of: account)
        return !known.isEmpty && names(body, oneOf: known, of: account)
    }

    /// The ASCII digits of a text.
    package static func digits(of text: String) -> String {
        String(decoding: text.utf8.filter { (0x30...0x39).contains($0) }, as: UTF8.self)
    }

    private func known(of account: AccountID) -> Set<ContentDigest> { digests.withLock { $0[account] ?? [] } }

    private func names(_ body: [UInt8], oneOf known: Set<ContentDigest>, of account: AccountID) -> Bool {
        var runs = 0
        var start: Int?
        for place in 0...body.count {
            let isDigit = place < body.count && (0x30...0x39).contains(body[place])
            if isDigit {
                start = start ?? place
            } else if let begin = start {
                start = nil
                guard Self.lengths.contains(place - begin) else { continue }
                runs += 1
                guard runs <= Self.mostRuns else { return false }
                let run = String(decoding: body[begin..<place], as: UTF8.self)
                if let number = number(run, of: account), known.contains(number.digest) { return true }
            }
        }
        return false
    }
}
