package import CallDomain
import Synchronization

/// The numbers that stay forgotten, as keyed digests: whatever comes in later and names one of them is not kept.
package final class ForgottenNumbers: Sendable {
    private let digest: @Sendable (_ text: String) -> ContentDigest?
    private let digests: Mutex<[AccountID: Set<ContentDigest>]>

    /// The most numbers that are looked at in one body.
    package static let mostNumbers = 4_096
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

    /// A number as it is remembered; nil where it cannot be digested.
    package func remembered(_ number: TelephoneNumber, of account: AccountID) -> ForgottenNumber? {
        digest(number.digits, of: account).map { ForgottenNumber(account: account, digest: $0) }
    }

    /// The row by which it is noticed that the digests were made with another key.
    package var check: ForgottenNumber? {
        digest(Self.checkText).map { ForgottenNumber(account: OwnedSecret.gateway, digest: $0) }
    }

    /// Remembers a number.
    package func add(_ number: ForgottenNumber) {
        digests.withLock { _ = $0[number.account, default: []].insert(number.digest) }
    }

    /// Whether a statement, or the bytes it was read from, names a forgotten number. Costs nothing where the account
    /// has none.
    package func isForgotten(_ statement: Statement, body: [UInt8], of account: AccountID) -> Bool {
        let known = known(of: account)
        guard !known.isEmpty else { return false }
        // Bytes may spell them in another way than JSON's readers understand them.
        let sides = [CallField.fromNumber, .toNumber].compactMap { statement.fields.text($0) }.map { Array($0.utf8) }
        return sides.contains { names($0, oneOf: known, of: account) || namesOldForm($0, oneOf: known, of: account) }
            || names(body, oneOf: known, of: account)
    }

    /// Whether text names a forgotten number.
    package func isNamed(in text: String, of account: AccountID) -> Bool { isNamed(in: Array(text.utf8), of: account) }

    /// Whether bytes name a forgotten number.
    package func isNamed(in body: [UInt8], of account: AccountID) -> Bool {
        let known = known(of: account)
        return !known.isEmpty && names(body, oneOf: known, of: account)
    }

    private func known(of account: AccountID) -> Set<ContentDigest> { digests.withLock { $0[account] ?? [] } }

    private func names(_ body: [UInt8], oneOf known: Set<ContentDigest>, of account: AccountID) -> Bool {
        func isKnown(_ digits: [UInt8]) -> Bool { self.isKnown(digits, in: known, of: account) }
        return TelephoneNumber.isAny(in: body, atMost: Self.mostNumbers, wanted: isKnown)
            || TelephoneNumber.isAnyOfOldForm(in: body, atMost: Self.mostNumbers, wanted: isKnown)
    }

    /// Whether all digits of a text together are a number in the form in which it was once forgotten.
    private func namesOldForm(_ side: [UInt8], oneOf known: Set<ContentDigest>, of account: AccountID) -> Bool {
        TelephoneNumber.isAnyOfOldForm(in: side.filter { (0x30...0x39).contains($0) }, atMost: 1) { digits in
            isKnown(digits, in: known, of: account)
        }
    }

    private func isKnown(_ digits: [UInt8], in known: Set<ContentDigest>, of account: AccountID) -> Bool {
        digest(String(decoding: digits, as: UTF8.self), of: account).map(known.contains) ?? false
    }

    private func digest(_ digits: String, of account: AccountID) -> ContentDigest? {
        digest("\(account.rawValue)|\(digits)")
    }
}
