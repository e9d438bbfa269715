/// One thing the single writer puts into the store; entries that arrive together share one transaction, each in a
/// savepoint of its own.
package enum JournalEntry: Sendable {
    /// A statement about a call.
    case observation(IncomingObservation)
    /// A delivery that could not be used, or is of another kind than a call webhook.
    case quarantine(QuarantinedDelivery)
    /// A further attempt to use a delivery that is in quarantine, or a person's decision to discard it.
    case quarantineTrial(QuarantineTrial)
    /// A read of a call that failed: the call is unchanged, its next read is put off.
    case readFailed(FailedRead)
    /// A list page showed a due call in the status that is held: a look without a full read.
    case listed(account: AccountID, call: CallID, profile: ScopeProfile, sentAt: Timestamp, receivedAt: Timestamp)
    /// A due call whose expectation is to be computed anew, since its scope fares differently now.
    case recompute(account: AccountID, call: CallID, profile: ScopeProfile, now: Timestamp)
    /// A call whose waiting ended while Bolna could not be asked is waited for again.
    case reopen(account: AccountID, call: CallID, profile: ScopeProfile, now: Timestamp)
    /// The intent to place a call, stored before Bolna is asked.
    case dialIntent(DialIntent)
    /// What became of an intent that brought no call.
    case dialOutcome(DialOutcome)
    /// How a scope's webhooks fare, to be remembered over a restart.
    case pathHealth(account: AccountID, agent: AgentID?, record: [UInt8], at: Timestamp)
    /// What was learned of an agent, to be remembered over a restart.
    case learned(LearnedRecord)
    /// How far a sweep of an agent's listing has come.
    case sweepMark(account: AccountID, agent: AgentID, sweptAt: Timestamp)
    /// What has been listed to its end, or was divided, with all that lies within it; then what is still to be listed.
    case sweepGaps(closed: [SweepGap], opened: [SweepGap])
    /// The gateway is alive: gaps between beats are its own outages.
    case heartbeat(at: Timestamp)
    /// Something that operators must find later. The same account, agent, call, kind and beginning are one incident:
    /// stored again, it brings its end, its cause or newer figures.
    case incident(Incident)
    /// What was counted beside the journal since it was written down last.
    case tallies([Tally], at: Timestamp)
    /// What reading a delivery's call again from Bolna showed.
    case audit(Audit)
    /// A change of accounts, secrets or keys, with its record in the audit: both are stored, or none.
    case account(AccountChange, record: AuditRecord? = nil)
    /// What persons and programs did through the gateway.
    case auditTrail([AuditRecord])
    /// What is stored of persons is taken away.
    case erase(Erasure)
    /// Data whose time is over is deleted, a bounded step of it.
    case retain(RetentionStep)
    /// A number is to stay forgotten.
    case forgetNumber(ForgottenNumber, at: Timestamp)
    /// Texts that have been left alone since a time are made ready to be searched, a bounded step of it.
    case indexTexts(unchangedSince: Timestamp)
}

/// A decoded statement on its way into the journal.
package struct IncomingObservation: Sendable {
    /// The account it belongs to.
    package var account: AccountID
    /// What makes it itself.
    package var key: ObservationKey
    /// When it had been received.
    package var receivedAt: Timestamp
    /// When the request was sent, for a read of ours; nil for all else.
    package var sentAt: Timestamp?
    /// The bytes as received.
    package var body: [UInt8]
    /// What they say.
    package var statement: Statement
    /// The observations it withdraws, for a ruling.
    package var withdraws: [ObservationKey]
    /// How the scope fares, for the expectation that follows.
    package var profile: ScopeProfile
    /// The gateway id the call gets if it is new.
    package var proposedCallID: CallID
    /// The correlation key of a dial intent found in the recipient data; nil without one.
    package var correlationKey: String?
    /// When it was taken out of quarantine; nil where it comes straight from its source. What is believed goes by the
    /// time of receipt, what is expected next by this.
    package var replayedAt: Timestamp?
    /// Whether it is a read that was made as an audit, not because anything was due.
    package var isAudit = false
    /// What of the statement is not to be kept; without its words, its bytes are not either.
    package var redaction = Redaction.none
    /// Whether it is about a person who is forgotten: nothing of it, nor of its call, is to be kept.
    package var isForgotten = false
    /// Whether the time for which calls are kept is over for it: it does not make a call that is not there.
    package var isOverAge = false

    /// Puts an incoming observation together.
    package init(
        account: AccountID, key: ObservationKey, receivedAt: Timestamp, sentAt: Timestamp? = nil, body: [UInt8],
        statement: Statement, withdraws: [ObservationKey] = [], profile: ScopeProfile, proposedCallID: CallID,
        correlationKey: String? = nil, replayedAt: Timestamp? = nil
    ) {
        self.account = account
        self.key = key
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.body = body
        self.statement = statement
        self.withdraws = withdraws
        self.profile = profile
        self.proposedCallID = proposedCallID
        self.correlationKey = correlationKey
        self.replayedAt = replayedAt
    }
}

/// A read that brought no usable answer.
package struct FailedRead: Sendable {
    /// The account.
    package var account: AccountID
    /// The call that was asked for.
    package var call: CallID
    /// When the attempt ended.
    package var at: Timestamp
    /// When to try again.
    package var retryAt: Timestamp
    /// Whether Bolna answered 404.
    package var isNotFound: Bool
    /// How the scope fares, for the expectation that goes on.
    package var profile: ScopeProfile

    /// Puts a failed read together.
    package init(
        account: AccountID, call: CallID, at: Timestamp, retryAt: Timestamp, isNotFound: Bool,
        profile: ScopeProfile = ScopeProfile(path: .healthy)
    ) {
        self.account = account
        self.call = call
        self.at = at
        self.retryAt = retryAt
        self.isNotFound = isNotFound
        self.profile = profile
    }
}

/// The intent to place a call.
package struct DialIntent: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The key mirrored in `user_data`, by which a webhook tells which intent it answers.
    package var correlationKey: String
    /// The client's `Idempotency-Key`; nil where it gave none.
    package var idempotencyKey: String?
    /// The SHA-256 of the client's request: another request under the same key is refused.
    package var fingerprint: ContentDigest
    /// The agent that calls.
    package var agent: AgentID
    /// The body for Bolna's `POST /call`.
    package var request: [UInt8]
    /// When it was stored.
    package var createdAt: Timestamp
    /// Whether the client asks that the call be followed closely: its reads come earlier.
    package var isPriority: Bool

    /// Puts an intent together.
    package init(
        account: AccountID, correlationKey: String, idempotencyKey: String?, fingerprint: ContentDigest,
        agent: AgentID, request: [UInt8], createdAt: Timestamp, isPriority: Bool = false
    ) {
        self.account = account
        self.correlationKey = correlationKey
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
        self.agent = agent
        self.request = request
        self.createdAt = createdAt
        self.isPriority = isPriority
    }
}

/// What became of an intent that brought no call (one that did is settled by the observation that carries its key).
package struct DialOutcome: Sendable {
    /// The account.
    package var account: AccountID
    /// The intent.
    package var correlationKey: String
    /// How it ended.
    package var state: DialState
    /// One sentence for the client, without personal data.
    package var detail: String
    /// When.
    package var at: Timestamp

    /// Puts an outcome together.
    package init(account: AccountID, correlationKey: String, state: DialState, detail: String, at: Timestamp) {
        self.account = account
        self.correlationKey = correlationKey
        self.state = state
        self.detail = detail
        self.at = at
    }
}

/// How a dial intent stands.
package enum DialState: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// Stored; Bolna has been or is being asked, and nothing is known yet.
    case open = 0
    /// A call came of it.
    case placed = 1
    /// Bolna refused it, so no call came of it.
    case refused = 2
    /// Nothing was heard for ten minutes; it is never dialled again.
    case unknown = 3
}
