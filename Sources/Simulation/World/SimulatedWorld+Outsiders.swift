import BolnaModel
import CallDomain
import GatewayService

extension SimulatedWorld {
    /// Somebody posts a made-up webhook.
    func forge(_ number: Int, _ forgery: Disturbance.Forgery, number unique: Int) {
        guard !calls.isEmpty else { return }
        let call = calls[number % calls.count]
        guard let account = scenario.accounts.first(where: { $0.organization == call.organization && $0.hasWebhooks }),
            let truth = models[call.organization].truth(ofCall: call.id),
            let genuine = models[call.organization].body(ofCall: call.id)
        else { return }
        let id = AccountID(rawValue: account.name)
        let lie = lie(about: truth, genuine: genuine)
        let address = "13.203.39.153"
        let stranger = "198.51.100.7"
        var letter = GatewayInstance.Letter(account: id, peer: stranger, body: lie)
        switch forgery {
        case .stranger: break
        case .addressed: letter.peer = address
        case .foreignToken: letter.token = trusts.keys.first { $0 != id }.flatMap { tokens[$0] } ?? "bm90IGEgdG9rZW4"
        case .badSignature: letter.signature = "t=\(wallClock.rawValue / 1_000_000),v1=00"
        case .replayed:
            letter.peer = address
            letter.body = genuine
        case .invented:
            letter.peer = address
            let text = String(decoding: lie, as: UTF8.self).replacing(call.id, with: "invented-\(unique)")
            invented.append("invented-\(unique)")
            letter.body = Array(text.utf8)
        }
        if letter.peer == address { disturb(call.id, at: call.organization) }
        let isUnverified = letter.peer != address
        deliver(letter) { [self] reply in
            if let reply, isUnverified { check(.trust, TrustLaw.check(answer: reply.status)) }
        }
    }

    /// A webhook about a call arrives at another account's address, from Bolna's own address: a hint there.
    func misdirect(_ number: Int) {
        guard !calls.isEmpty else { return }
        let call = calls[number % calls.count]
        guard let body = models[call.organization].body(ofCall: call.id),
            let other = scenario.accounts.first(where: { $0.organization != call.organization })
        else { return }
        misdirected.insert(key(other, call.id))
        deliver(
            GatewayInstance.Letter(
                account: AccountID(rawValue: other.name), peer: "13.203.39.153", body: body)
        ) { _ in }
    }

    /// The call as it is, but with a status it does not have.
    private func lie(about truth: CallTruth, genuine: [UInt8]) -> [UInt8] {
        let claimed: ExecutionStatus = truth.status == .completed ? .failed : .completed
        let text = String(decoding: genuine, as: UTF8.self).replacing(
            "\"status\":\"\(truth.status.rawValue)\"", with: "\"status\":\"\(claimed.rawValue)\"")
        return Array(text.utf8)
    }
}
