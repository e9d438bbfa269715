import BolnaModel
import CallDomain
import GatewayService

extension SimulatedWorld {
    /// Somebody posts a made-up webhook; false where there is no call to make one up about.
    func forge(_ number: Int, _ forgery: Disturbance.Forgery, number unique: Int) -> Bool {
        guard !calls.isEmpty else { return false }
        let call = calls[number % calls.count]
        guard let account = scenario.accounts.first(where: { $0.organization == call.organization && $0.hasWebhooks }),
            let truth = models[call.organization].truth(ofCall: call.id),
            let genuine = models[call.organization].body(ofCall: call.id)
        else { return false }
        let id = AccountID(rawValue: account.name)
        let lie = lie(about: truth, genuine: genuine)
        let address = "13.203.39.153"
        let stranger = "198.51.100.7"
        var letter = GatewayInstance.Letter(account: id, peer: stranger, body: lie)
        switch forgery {
        case .stranger: break
        case .addressed: letter.peer = address
        case .foreignToken:
            let other = trusts.keys.sorted().first { $0 != id }
            letter.token = other.flatMap { tokens[$0] } ?? "bm90IGEgdG9rZW4"
        case .badSignature: letter.signature = "t=\(wallClock.rawValue / 1_000_000),v1=00"
        case .otherBody: letter.signature = signature(over: genuine, of: id, at: moment)
        case .oldSignature:
            letter.signature = signature(
                over: lie, of: id, at: Moment(microseconds: wallClock.rawValue - Self.oldSignature))
        case .replayed:
            letter.peer = address
            letter.body = genuine
        case .invented:
            letter.peer = address
            let text = String(decoding: lie, as: UTF8.self).replacing(call.id, with: "invented-\(unique)")
            invented.append("invented-\(unique)")
            letter.body = Array(text.utf8)
        }
        let isUnverified = letter.peer != address
        if !isUnverified {
            disturb(call.id, at: call.organization)
            // Whoever posts the same bytes is no matter of the store.
            taken.insert(GatewayInstance.digest(letter.body))
        }
        deliver(letter) { [self] reply in
            guard let reply, isUnverified else { return }
            check(.trust, TrustLaw.check(answer: reply.status))
            refused.insert(reply.digest)
        }
        return true
    }

    /// How old a signature is that is too old, in microseconds of the host's clock.
    private static let oldSignature: Int64 = 330_000_000

    /// A webhook about a call arrives at another account's address, from Bolna's own address: a hint there.
    func misdirect(_ number: Int) -> Bool {
        guard !calls.isEmpty else { return false }
        let call = calls[number % calls.count]
        guard let body = models[call.organization].body(ofCall: call.id),
            let other = scenario.accounts.first(where: { $0.organization != call.organization })
        else { return false }
        misdirected.insert(key(other, call.id))
        deliver(
            GatewayInstance.Letter(
                account: AccountID(rawValue: other.name), peer: "13.203.39.153", body: body)
        ) { _ in }
        return true
    }

    /// The call as it is, but with a status it does not have.
    private func lie(about truth: CallTruth, genuine: [UInt8]) -> [UInt8] {
        let claimed: ExecutionStatus = truth.status == .completed ? .failed : .completed
        let text = String(decoding: genuine, as: UTF8.self).replacing(
            "\"status\":\"\(truth.status.rawValue)\"", with: "\"status\":\"\(claimed.rawValue)\"")
        return Array(text.utf8)
    }
}
