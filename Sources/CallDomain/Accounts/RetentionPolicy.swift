/// How long an account's data is kept, by its kind; nil is for ever.
package struct RetentionPolicy: Hashable, Sendable {
    /// Raw bodies of deliveries and answers, and of the quarantine, from their receipt.
    package var bodies: Duration?
    /// Transcripts, summaries and extracted data, from the call's creation.
    package var transcripts: Duration?
    /// Everything else of a call, from its creation.
    package var calls: Duration?
    /// The audit, from each record on.
    package var audit: Duration?

    /// The shortest time any kind is kept: what reconciliation still works with must be there.
    package static let shortest = Duration.seconds(7 * 86_400)

    /// Keeps raw bodies 30 days, transcripts 180, calls and the audit 400, unless told otherwise.
    package init(
        bodies: Duration? = .seconds(30 * 86_400), transcripts: Duration? = .seconds(180 * 86_400),
        calls: Duration? = .seconds(400 * 86_400), audit: Duration? = .seconds(400 * 86_400)
    ) {
        self.bodies = bodies
        self.transcripts = transcripts
        self.calls = calls
        self.audit = audit
    }

    /// Whether bodies go no later than transcripts, and those no later than calls: what has more of a person in it is
    /// not kept longer.
    package var isOrdered: Bool {
        let ordered = [bodies, transcripts, calls].map { $0 ?? .seconds(Int64.max) }
        return ordered[0] <= ordered[1] && ordered[1] <= ordered[2]
    }
}
