import CallDomain

/// What the rules of reconciliation make of evidence, written down a second time as plainly as the rules are: slow, and
/// without any of the shortcuts. A witness that rules kept in two places agree.
struct SpecifiedCall: Hashable {
    /// The attempts by number.
    var attempts: [Int: Part] = [:]
    /// The fields of the call as a whole.
    var shared: [CallField: FieldValue] = [:]

    /// An attempt's status and fields.
    struct Part: Hashable {
        var status: CallStatus
        var fields: [CallField: FieldValue] = [:]
    }

    /// A statement with its place.
    private struct Placed {
        var observation: Observation
        var status: CallStatus
        var position: Position
        var generation: Int
        var receivedAt: Timestamp
        var isRead: Bool

        var updatedAt: Timestamp { observation.statement.updatedAt ?? .distantPast }

        func precedes(_ other: Placed) -> Bool {
            if position != other.position { return position < other.position }
            if generation != other.generation { return generation < other.generation }
            if updatedAt != other.updatedAt { return updatedAt < other.updatedAt }
            return observation.key < other.observation.key
        }
    }

    /// What a call is held for.
    init(_ state: CallState?) {
        for attempt in state?.attempts ?? [] {
            attempts[attempt.number] = Part(status: attempt.status, fields: Self.values(of: attempt.fields.values))
        }
        shared = Self.values(of: state?.shared.values ?? FieldSet())
    }

    /// What the rules make of evidence whose observations are distinct.
    init(_ evidence: Evidence, policy: ReopeningPolicy) {
        let applied = Self.standing(evidence).filter { $0.key.standing == .applied && $0.statement.status != nil }
        let placed = Self.placed(applied, reads: evidence.reads)
        let remaining = placed.filter { !Self.isWithdrawn($0, among: placed, reads: evidence.reads, policy: policy) }
        for statement in remaining.sorted(by: { $0.precedes($1) }) {
            let number = statement.position.attempt
            attempts[number, default: Part(status: statement.status)].status = statement.status
            for (field, value) in Self.values(of: statement.observation.statement.fields) {
                let isDurationOrCost = [.conversationDuration, .telephonyDuration, .totalCost].contains(field)
                if isDurationOrCost, value == .number(0), !statement.status.isFinal { continue }
                if field.belongsToCall { shared[field] = value } else { attempts[number]?.fields[field] = value }
            }
        }
    }

    private static func values(of fields: FieldSet) -> [CallField: FieldValue] {
        Dictionary(uniqueKeysWithValues: fields.fields.compactMap { field in fields[field].map { (field, $0) } })
    }

    /// What rulings leave: the newest is in force, and so is each that no newer one in force names. A read that is named
    /// counts again once it is repeated.
    private static func standing(_ evidence: Evidence) -> [Observation] {
        var ruledOut: Set<ObservationKey> = []
        var inForce: Set<ObservationKey> = []
        let rulings = evidence.observations.filter { $0.key.source == .ruling }
        for ruling in rulings.sorted(by: { ($0.receivedAt, $0.key) < ($1.receivedAt, $1.key) }).reversed() {
            guard !ruledOut.contains(ruling.key) else { continue }
            inForce.insert(ruling.key)
            for key in ruling.withdraws where !inForce.contains(key) {
                let isRepeated = evidence.reads.contains {
                    $0.observation == key && $0.sentAt > ruling.receivedAt
                }
                if !isRepeated { ruledOut.insert(key) }
            }
        }
        return evidence.observations.filter { !ruledOut.contains($0.key) }
    }

    private static func placed(_ applied: [Observation], reads: [ReadRecord]) -> [Placed] {
        let attempts = attempts(of: applied)
        return applied.compactMap { observation in
            guard let status = observation.statement.status, let attempt = attempts[observation.key] else { return nil }
            let own = observation.statement.updatedAt ?? .distantPast
            let below = applied.filter {
                attempts[$0.key] == attempt && $0.statement.updatedAt ?? .distantPast <= own
            }.compactMap { $0.statement.status?.step }
            let receipts = reads.filter { $0.observation == observation.key }.map(\.receivedAt)
            let receivedAt = receipts.max() ?? observation.receivedAt
            return Placed(
                observation: observation, status: status,
                position: Position(attempt: attempt, step: status.step ?? (below.max() ?? -2) + 1),
                generation: reads.count { $0.sentAt <= receivedAt }, receivedAt: receivedAt,
                isRead: !receipts.isEmpty)
        }
    }

    /// A waiting or dialling statement that follows a retryable final begins an attempt; `retry_count` may say a higher
    /// one; none is lower than that of a statement dated before. Without a date only `retry_count` counts.
    private static func attempts(of applied: [Observation]) -> [ObservationKey: Int] {
        let retriesVoicemail = applied.contains { $0.statement.retryPolicy?.retriesVoicemail == true }
        let retryable: Set<CallStatus> = [.busy, .noAnswer, .failed, .error]
        let opening: Set<CallStatus> = [.scheduled, .prepared, .rescheduled, .queued, .initiated, .ringing]
        func opens(_ observation: Observation) -> Bool { observation.statement.status.map(opening.contains) ?? false }
        var attempts: [ObservationKey: Int] = [:]
        var attempt = 0
        var isOver = false
        let dated = applied.filter { $0.statement.updatedAt != nil }.sorted { left, right in
            let (earlier, later) = (left.statement.updatedAt ?? .distantPast, right.statement.updatedAt ?? .distantPast)
            if earlier != later { return earlier < later }
            if opens(left) != opens(right) { return opens(left) }
            return (left.statement.retryCount ?? 0) > (right.statement.retryCount ?? 0)
        }
        for observation in dated {
            guard let status = observation.statement.status else { continue }
            if isOver, opening.contains(status) { (attempt, isOver) = (attempt + 1, false) }
            attempt = max(attempt, observation.statement.retryCount ?? 0)
            if retryable.contains(status) || status == .completed && retriesVoicemail { isOver = true }
            attempts[observation.key] = attempt
        }
        for observation in applied where observation.statement.updatedAt == nil {
            attempts[observation.key] = observation.statement.retryCount ?? 0
        }
        return attempts
    }

    /// Whether two full reads that agree, sent the pause apart, withdraw a statement that had been received before.
    private static func isWithdrawn(
        _ statement: Placed, among placed: [Placed], reads: [ReadRecord], policy: ReopeningPolicy
    ) -> Bool {
        let claims = Dictionary(
            placed.filter(\.isRead).map { ($0.observation.key, $0) }, uniquingKeysWith: { first, _ in first })
        return reads.contains { first in
            reads.contains { second in
                guard let early = claims[first.observation], let late = claims[second.observation],
                    early.status == late.status, early.position.attempt == late.position.attempt,
                    second.sentAt.duration(since: first.sentAt) >= policy.pause,
                    statement.receivedAt < first.sentAt,
                    second.sentAt <= statement.receivedAt.advanced(by: policy.window)
                else { return false }
                func speaksAgainst(_ other: Placed) -> Bool {
                    other.position > late.position
                        || other.position == late.position && other.status.isFinal && other.status != late.status
                }
                let isKept = placed.contains { other in
                    guard other.position == statement.position, speaksAgainst(other) else { return false }
                    let times =
                        other.isRead
                        ? reads.filter { $0.observation == other.observation.key }.map(\.receivedAt)
                        : [other.observation.receivedAt]
                    return times.contains { first.sentAt <= $0 && $0 <= max(second.receivedAt, second.sentAt) }
                }
                return speaksAgainst(statement) && !isKept
            }
        }
    }
}
