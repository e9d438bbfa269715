import CallDomain

extension ServiceContext {
    /// Sets what of a statement may be kept, by the account's retention and the numbers that are forgotten. What comes
    /// in late is so stored as if it had come in time and been deleted since.
    func limit(_ incoming: inout IncomingObservation) {
        let statement = incoming.statement
        incoming.isForgotten = forgotten.isForgotten(statement, body: incoming.body, of: incoming.account)
        guard let retention = accounts[incoming.account]?.retention else { return }
        let now = now()
        func isOver(_ kept: Duration?, since time: Timestamp) -> Bool {
            kept.map { time < now.advanced(by: .zero - $0) } ?? false
        }
        if isOver(retention.bodies, since: incoming.receivedAt) { incoming.body = [] }
        guard let createdAt = statement.fields.time(.createdAt) else { return }
        if isOver(retention.transcripts, since: createdAt) { incoming.redaction = .words }
        // A call that Bolna still changes is not over, whatever it says of its creation.
        incoming.isOverAge = isOver(retention.calls, since: max(createdAt, statement.updatedAt ?? createdAt))
    }

    /// A delivery aside as it may be kept: without its bytes where they name a forgotten number.
    func sparing(_ delivery: QuarantinedDelivery) -> JournalEntry {
        var delivery = delivery
        if forgotten.isNamed(in: delivery.body, of: delivery.account) { delivery.body = [] }
        return .quarantine(delivery)
    }
}
