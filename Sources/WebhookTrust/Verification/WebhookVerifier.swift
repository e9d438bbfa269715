package import CallDomain

/// What a delivery brings to show who sent it.
package struct DeliveryCredentials: Hashable, Sendable {
    /// All values of `Bolna-Signature`, in order.
    package let signatureHeaders: [String]
    /// What they say, read once; nil where there is not exactly one, or it cannot be read.
    let signature: SignatureHeader?
    /// The header fields of Standard Webhooks.
    package var standardHeaders: StandardWebhookHeaders
    /// The value of `Authorization`.
    package var authorizationHeader: String?
    /// The token in the address.
    package var urlToken: String?
    /// The account of the address.
    package var account: AccountID
    /// The agent of the address; nil for any.
    package var agent: AgentID?
    /// The address of the other end of the connection.
    package var peerAddress: String?

    /// Puts credentials together.
    package init(
        signatureHeaders: [String] = [], standardHeaders: StandardWebhookHeaders = StandardWebhookHeaders(),
        authorizationHeader: String? = nil, urlToken: String? = nil, account: AccountID, agent: AgentID? = nil,
        peerAddress: String? = nil
    ) {
        self.signatureHeaders = signatureHeaders
        signature = signatureHeaders.count == 1 ? signatureHeaders.first.flatMap(SignatureHeader.init(parsing:)) : nil
        self.standardHeaders = standardHeaders
        self.authorizationHeader = authorizationHeader
        self.urlToken = urlToken
        self.account = account
        self.agent = agent
        self.peerAddress = peerAddress
    }
}

/// What an account accepts.
package struct AccountTrust: Sendable {
    /// The account.
    package var account: AccountID
    /// Its active secrets.
    package var secrets: [WebhookSecret]
    /// Where its webhooks come from.
    package var sourceAddresses: SourceAddresses
    /// What each trust may do.
    package var policy: TrustPolicy

    /// Puts an account's trust together.
    package init(
        account: AccountID, secrets: [WebhookSecret], sourceAddresses: SourceAddresses = .bolna,
        policy: TrustPolicy = TrustPolicy()
    ) {
        self.account = account
        self.secrets = secrets
        self.sourceAddresses = sourceAddresses
        self.policy = policy
    }
}

/// The judgement on a delivery.
package enum Verdict: Hashable, Sendable {
    /// It may be stored. `agent` is the one the token was minted for (nil for any agent, or without a token); `secretLabel`
    /// names the secret that matched.
    case accepted(trust: Trust, standing: Standing, agent: AgentID?, secretLabel: String?)
    /// It is answered 401, the same whatever the reason.
    case refused(RefusalReason)
}

/// Why a delivery was refused; for counters and operators, never for the sender.
package enum RefusalReason: String, Hashable, CaseIterable, Sendable {
    /// No such account.
    case unknownAccount = "unknown-account"
    /// The signature's header cannot be read.
    case malformedSignature = "malformed-signature"
    /// The signature is too old, or from the future.
    case staleSignature = "stale-signature"
    /// The signature is wrong.
    case wrongSignature = "wrong-signature"
    /// A token was given, but it is not of this account and agent, and nothing else was accepted.
    case wrongToken = "wrong-token"
    /// Only the address is right, and the account does not accept that.
    case onlyAddressed = "only-addressed"
    /// Nothing speaks for the sender.
    case noCredentials = "no-credentials"
}

/// Judges deliveries: who sent them, how sure that is, and what they may do.
package struct WebhookVerifier: Sendable {
    /// Stand in for the secrets that an account does not have: for all of them where there is no such account, and for
    /// those that the account with the most has more. So each delivery takes the same work, whatever it is addressed to.
    private let decoys: [WebhookSecret]
    /// The whole seconds that a signature's time may lie from now.
    private let tolerance: Int64

    /// The most active secrets of an account.
    package static let mostSecrets = 16

    /// Makes the stand-ins, whose values are random: `secrets` is the number that the account with the most has.
    package init(
        secrets: Int = 1, tolerance: Duration = .seconds(SignatureVerifier.tolerance)
    ) throws(CryptoError) {
        var decoys: [WebhookSecret] = []
        for _ in 0..<min(max(secrets, 1), Self.mostSecrets) {
            decoys.append(try WebhookSecret(label: "decoy", value: try WebhookSecret.mint()))
        }
        self.decoys = decoys
        self.tolerance = tolerance.components.seconds
    }

    /// Judges a delivery; `trust` is nil where the account does not exist.
    ///
    /// The best of what is right counts: a signature over the body, then a token, then the source address. A signature
    /// that is there but wrong refuses the delivery whatever else is right: it must not fall back to weaker trust.
    package func judge(
        _ credentials: DeliveryCredentials, body: [UInt8], trust: AccountTrust?, now: Timestamp
    ) throws(CryptoError) -> Verdict {
        let own = trust?.secrets ?? []
        let secrets = own + decoys.dropFirst(own.count)
        let signature = try signature(of: credentials, body: body, secrets: secrets, now: now)
        let token = try token(of: credentials, secrets: secrets)
        // Before an account that does not exist is told apart: neither may take longer than the other.
        let addresses = trust?.sourceAddresses ?? .bolna
        let isAddressed =
            signature == .refused(.missing) && token.match == nil
            && (credentials.peerAddress.map(addresses.contains) ?? false)
        guard let trust else { return .refused(.unknownAccount) }

        switch signature {
        case .signed(let label):
            return accept(.signed, agent: token.match?.agent, label: label, policy: trust.policy)
        case .refused(.malformed): return .refused(.malformedSignature)
        case .refused(.stale): return .refused(.staleSignature)
        case .refused(.mismatch): return .refused(.wrongSignature)
        case .refused(.missing): break
        }
        if let match = token.match {
            return accept(.authenticated, agent: match.agent, label: match.label, policy: trust.policy)
        }
        let verdict = accept(isAddressed ? .addressed : .none, agent: nil, label: nil, policy: trust.policy)
        if case .refused = verdict, token.wasGiven { return .refused(.wrongToken) }
        return verdict
    }

    /// Checks the signatures of both schemes: one that is there but wrong decides, else one that is right.
    private func signature(
        of credentials: DeliveryCredentials, body: [UInt8], secrets: [WebhookSecret], now: Timestamp
    ) throws(CryptoError) -> SignatureCheck {
        let own: SignatureCheck =
            credentials.signatureHeaders.isEmpty
            ? .refused(.missing)
            : try SignatureVerifier.check(
                credentials.signature, body: body, secrets: secrets, now: now, tolerance: tolerance)
        let standard = try StandardSignature.check(
            headers: credentials.standardHeaders, body: body, secrets: secrets, now: now, tolerance: tolerance)
        switch (own, standard) {
        case (_, .refused(.missing)): return own
        case (.refused(.missing), _), (.signed, _): return standard
        case (.refused, _): return own
        }
    }

    private func accept(_ trust: Trust, agent: AgentID?, label: String?, policy: TrustPolicy) -> Verdict {
        guard let standing = policy.standing(of: trust) else {
            return .refused(trust == .addressed ? .onlyAddressed : .noCredentials)
        }
        return .accepted(trust: trust, standing: standing, agent: agent, secretLabel: label)
    }

    /// A token that was verified.
    private struct TokenMatch {
        var agent: AgentID?
        var label: String
    }

    /// Looks at the token of the address and that of the header, each as one for the address's agent and as one for any
    /// agent; the one for the agent is preferred.
    private func token(
        of credentials: DeliveryCredentials, secrets: [WebhookSecret]
    ) throws(CryptoError) -> (match: TokenMatch?, wasGiven: Bool) {
        let texts = [credentials.urlToken, Self.bearerToken(credentials.authorizationHeader)].compactMap(\.self)
        var best: TokenMatch?
        for text in texts {
            let forAny = try WebhookToken.verify(text, secrets: secrets, account: credentials.account, agent: nil)
            if let forAny, best == nil { best = TokenMatch(agent: nil, label: forAny) }
            guard let agent = credentials.agent else { continue }
            let forAgent = try WebhookToken.verify(text, secrets: secrets, account: credentials.account, agent: agent)
            if let forAgent, best?.agent == nil { best = TokenMatch(agent: agent, label: forAgent) }
        }
        return (best, !texts.isEmpty)
    }

    /// The token of `Bearer <token>`; nil for another scheme.
    private static func bearerToken(_ header: String?) -> String? {
        guard let header, header.utf8.count <= SignatureVerifier.longestHeader else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }
}
