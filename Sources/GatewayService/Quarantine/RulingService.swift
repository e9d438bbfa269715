import BolnaWire
package import CallDomain

/// What came of a person's ruling.
package enum RulingOutcome: Sendable {
    /// It is in the journal.
    case made(ObservedCall)
    /// The account has no such call.
    case notFound
    /// The call's journal has no entries at these positions.
    case unknownPositions([Int64])
    /// The call has no room for a further statement.
    case noRoom
}

/// Takes a person's decision that statements of a call's journal are not to count. They stay in the journal, and a read
/// they name counts again once it is repeated.
package final class RulingService: Sendable {
    private let context: ServiceContext

    /// The most statements that one ruling names.
    package static let mostWithdrawn = 100
    /// The longest note, in bytes.
    package static let longestNote = 500

    /// Works within a context.
    package init(context: ServiceContext) { self.context = context }

    /// Withdraws the statements at these positions of the journal of the call with this gateway id or execution id. Who
    /// ruled, and why, is kept with it.
    package func rule(
        account: AccountID, reference: String, withdraws positions: [Int64], note: String, actor: String
    ) async throws(JournalError) -> RulingOutcome {
        let found: (CallRecord, CallJournal)?
        do {
            found = try await context.reader.read { store throws(StoreError) in
                guard let call = try store.call(account: account, reference: reference, withBody: false),
                    let journal = try store.journal(account: account, call: call.call, withBodies: false)
                else { return nil }
                return (call, journal)
            }
        } catch {
            throw .unavailable(error)
        }
        guard let (call, journal) = found else { return .notFound }
        let keys = Dictionary(
            journal.rows.map { ($0.position, $0.observation.key) }, uniquingKeysWith: { first, _ in first })
        let unknown = positions.filter { keys[$0] == nil }
        guard unknown.isEmpty else { return .unknownPositions(unknown) }
        let now = context.now()
        let body = Self.body(of: call.execution, positions: positions, note: note, actor: actor, at: now)
        let key = ObservationKey(
            source: .ruling, trust: .authoritative, standing: .applied, digest: context.digest(body))
        var incoming = context.observation(
            account: account, agent: call.state?.agent, key: key, receivedAt: now, body: body,
            statement: Statement(executionID: call.execution, status: nil))
        incoming.withdraws = positions.compactMap { keys[$0] }
        switch try await context.submit([.observation(incoming)]).first {
        case .observed(let observed)?: return .made(observed)
        case .failed(let error)?: throw .unavailable(error)
        case .forgotten?: return .notFound
        case .quarantined?, .tried?, .revised?, .done?, .dialExists?, .erased?, .indexed?, nil: return .noRoom
        }
    }

    /// The ruling as it is kept: what it withdraws, who made it and why.
    private static func body(
        of execution: ExecutionID, positions: [Int64], note: String, actor: String, at time: Timestamp
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("ruling")
            json.object { json in
                json.member("executionId", execution.rawValue)
                json.key("withdraws")
                json.array { json in for position in positions { json.value(position) } }
                json.member("note", note)
                json.member("by", actor)
                json.member("at", time)
            }
        }
        return json.bytes
    }
}
