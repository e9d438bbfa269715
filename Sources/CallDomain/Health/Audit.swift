/// What reading a delivery's call again from Bolna showed: a shadow audit. It says whether the webhooks that are
/// trusted tell the truth, and whether they are understood.
package struct Audit: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The call.
    package var call: CallID
    /// The agent, where it is known.
    package var agent: AgentID?
    /// When the call was read.
    package var at: Timestamp
    /// What came of it.
    package var outcome: Outcome
    /// The fields that differ, by their names, `status` among them; never their values.
    package var differing: [String]

    /// The kinds of outcome.
    package enum Outcome: String, Hashable, CaseIterable, Sendable {
        /// Bolna says what the delivery said.
        case agrees
        /// Bolna has changed the call since; what cannot change is the same.
        case movedOn = "moved-on"
        /// Bolna says something else.
        case differs
        /// Bolna does not know the call that the delivery told of, however often it is asked.
        case unknownToBolna = "unknown-to-bolna"
        /// Bolna gave no usable answer.
        case unavailable
    }

    /// Puts an audit together.
    package init(
        account: AccountID, call: CallID, agent: AgentID?, at: Timestamp, outcome: Outcome, differing: [String] = []
    ) {
        self.account = account
        self.call = call
        self.agent = agent
        self.at = at
        self.outcome = outcome
        self.differing = differing
    }

    /// Whether a delivery is audited: a share of all deliveries, chosen by their bytes, so that a repeat and another
    /// process choose alike. Shares below 0 choose none, those above ``largestShare`` that one.
    package static func chooses(_ digest: ContentDigest, share: Double) -> Bool {
        guard share > 0 else { return false }
        return Double(digest.words.0) < min(share, largestShare) * 18_446_744_073_709_551_616
    }

    /// The largest share of deliveries that is audited.
    package static let largestShare = 0.1

    /// Compares a delivery with what Bolna answered to a read that was sent after the delivery was received.
    ///
    /// Bolna may have changed the call in between: a later attempt, a later step, or a later `updated_at` is no
    /// difference, and then only what belongs to the call as a whole is compared. What the read leaves out proves
    /// nothing, since bodies are trimmed; only two values that differ do. Where one of them is not dated, costs that
    /// differ may be earlier and later ones.
    package static func compare(_ delivered: Statement, with read: Statement) -> (outcome: Outcome, differing: [String])
    {
        guard let said = delivered.status, let reads = read.status else { return (.unavailable, []) }
        let attempt = delivered.retryCount ?? 0
        let readAttempt = read.retryCount ?? attempt
        var isBehind = readAttempt < attempt
        var isAhead = readAttempt > attempt || isNewer(read, than: delivered)
        if readAttempt == attempt {
            let step = said.step ?? reads.step ?? 0
            let readStep = reads.step ?? step
            isBehind = readStep < step && !mayTryAgain(delivered)
            isAhead = isAhead || reads != said
        }
        let isOtherFinal = readAttempt == attempt && said.isFinal && reads.isFinal && said != reads
        var differing = isBehind || isOtherFinal ? ["status"] : []
        let isUndated = delivered.updatedAt == nil || read.updatedAt == nil
        for field in delivered.fields.fields where field != .updatedAt && (field.belongsToCall || !isAhead) {
            if isUndated, field == .totalCost || field == .costBreakdown { continue }
            guard delivered.states(field, as: said), read.states(field, as: reads),
                !isSame(delivered.fields[field], read.fields[field])
            else { continue }
            differing.append(field.name)
        }
        if !differing.isEmpty { return (.differs, differing) }
        return (isAhead ? .movedOn : .agrees, [])
    }

    /// Whether Bolna may begin another attempt after this statement, which goes back to waiting.
    private static func mayTryAgain(_ statement: Statement) -> Bool {
        statement.status?.isFinal == true && statement.retryPolicy?.isEnabled == true
    }

    private static func isNewer(_ read: Statement, than delivered: Statement) -> Bool {
        guard let told = delivered.updatedAt, let now = read.updatedAt else { return false }
        return now > told
    }

    /// Whether two values say the same. JSON is compared by the bytes it consists of, in any order: spacing and the
    /// order of members mean nothing.
    private static func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool {
        guard case .json(let left)? = left, case .json(let right)? = right else { return left == right }
        func bytes(_ json: String) -> [UInt8] { json.utf8.filter { $0 > 0x20 }.sorted() }
        return left == right || bytes(left) == bytes(right)
    }
}
