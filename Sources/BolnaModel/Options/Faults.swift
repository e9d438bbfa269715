/// What goes wrong, and how often. Can be changed while the world runs.
package struct Faults: Sendable {
    /// Webhooks that are never sent.
    package var webhookLoss: Share = .never
    /// Webhooks that come late, by something within `webhookLateness`.
    package var webhookDelay: Share = .never
    /// Webhooks that are sent twice.
    package var webhookDuplicate: Share = .never
    /// Webhooks that change places with the next one of their call.
    package var webhookReorder: Share = .never
    /// How late a late webhook is, in seconds of the model (divided by the speed).
    package var webhookLateness: ClosedRange<Double> = 20...300
    /// API requests answered 429 although the limit is not reached.
    package var tooManyRequests: Share = .never
    /// API requests answered with one of several shapes of 5xx. A call may have been placed all the same.
    package var serverErrors: Share = .never
    /// API answers that come slowly, after something within `slowness`.
    package var slowAnswers: Share = .never
    /// API answers that break off in the middle of their body.
    package var cutAnswers: Share = .never
    /// How long a slow answer takes, in real seconds whatever the speed: it is a client's patience that is at stake.
    package var slowness: ClosedRange<Double> = 2...8

    /// A world in which nothing goes wrong.
    package init() {}

    private static let shares: [String: any WritableKeyPath<Faults, Share> & Sendable] = [
        "webhook_loss": \.webhookLoss, "webhook_delay": \.webhookDelay, "webhook_duplicate": \.webhookDuplicate,
        "webhook_reorder": \.webhookReorder, "rate_429": \.tooManyRequests, "rate_5xx": \.serverErrors,
        "slow": \.slowAnswers, "cut": \.cutAnswers,
    ]

    /// Takes the shares named in a JSON object, each a number from 0 to 1 or a text such as `"30%"`, and leaves the
    /// others. False, and nothing changed, when the bytes hold anything else.
    package mutating func update(json bytes: [UInt8]) -> Bool {
        guard let members = JSONValue(bytes: bytes)?.members else { return false }
        var updated = self
        for member in members {
            let share = member.value.string.map { Share(text: $0) } ?? member.value.double.map { Share(text: "\($0)") }
            guard let path = Self.shares[member.key], let share = share ?? nil else { return false }
            updated[keyPath: path] = share
        }
        self = updated
        return true
    }
}
