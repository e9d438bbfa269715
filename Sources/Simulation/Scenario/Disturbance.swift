/// Something that happens once, at a time of the timeline, and that can be taken out of it.
package struct Disturbance: Hashable, Sendable {
    /// When, in seconds of Bolna's time from the start.
    package var at: Double
    /// What.
    package var kind: Kind

    /// The kinds.
    package enum Kind: Hashable, Sendable {
        /// The gateway is killed and comes back after so many seconds.
        case crash(down: Double)
        /// The gateway is killed at its commit with this number: before the store has it, or after, before anybody is
        /// told.
        case crashAtCommit(Int, isAfter: Bool, down: Double)
        /// The gateway is killed between two steps of its tasks.
        case crashAtStep(Int, down: Double)
        /// The host's wall clock is set.
        case clockStep(seconds: Double)
        /// No commit succeeds for so many seconds.
        case storeOutage(seconds: Double)
        /// No request reaches Bolna for so many seconds.
        case outage(seconds: Double)
        /// Bolna refuses the tokens for so many seconds.
        case refusal(seconds: Double)
        /// Somebody posts a made-up webhook about a call, with what speaks for the sender.
        case forgery(call: Int, Forgery)
        /// A webhook about a call arrives at another account's address, from Bolna's own address.
        case misdirected(call: Int)
        /// A person asks for a check.
        case check(call: Int)
        /// A client places a call.
        case dial(agent: Int)
        /// Bolna corrects a call that had ended.
        case correction(call: Int, isBack: Bool, isTold: Bool)
        /// Nothing more happens to a call.
        case hang(call: Int)
        /// Bolna's API does not know a call any more.
        case forget(call: Int)
        /// Bolna answers 502 to every read of a call from now on.
        case fail(call: Int)
        /// A person rules that the newest webhook of a call is not to count.
        case ruling(call: Int)
        /// Somebody looks at a call.
        case look(call: Int)
        /// A webhook that Bolna sends before a tool runs.
        case preCall(call: Int)
        /// A webhook with a status nobody has heard of.
        case unknownStatus(call: Int)
        /// A webhook whose body is no call.
        case rubbish(Int)
        /// Those who watch changes lose their connection and come back.
        case reconnect
    }

    /// How a made-up webhook is made to look.
    package enum Forgery: String, Hashable, CaseIterable, Sendable {
        /// Nothing speaks for it.
        case stranger
        /// From one of Bolna's addresses.
        case addressed
        /// With a token of another account.
        case foreignToken
        /// With a signature that does not fit.
        case badSignature
        /// With a signature of the account's own, over another body.
        case otherBody
        /// With a signature of the account's own that is too old.
        case oldSignature
        /// A true body, replayed from one of Bolna's addresses.
        case replayed
        /// About a call that does not exist, from one of Bolna's addresses.
        case invented
    }

    /// Puts a disturbance together.
    package init(at: Double, _ kind: Kind) {
        self.at = at
        self.kind = kind
    }
}

extension Disturbance.Kind: CustomStringConvertible {
    /// What happens, in a few words.
    package var description: String {
        switch self {
        case .crash(let down): "the gateway is killed, and back after \(brief(down)) s"
        case .crashAtCommit(let number, let isAfter, let down):
            "the gateway is killed \(isAfter ? "after" : "before") commit \(number), and back after \(brief(down)) s"
        case .crashAtStep(let step, let down):
            "the gateway is killed at step \(step), and back after \(brief(down)) s"
        case .clockStep(let seconds): "the wall clock is set by \(brief(seconds)) s"
        case .storeOutage(let seconds): "no commit succeeds for \(brief(seconds)) s"
        case .outage(let seconds): "no request reaches Bolna for \(brief(seconds)) s"
        case .refusal(let seconds): "Bolna refuses the tokens for \(brief(seconds)) s"
        case .forgery(let call, let forgery): "a forged webhook (\(forgery.rawValue)) about call \(call)"
        case .misdirected(let call): "a webhook about call \(call) arrives at another account's address"
        case .check(let call): "a person checks call \(call)"
        case .dial(let agent): "a client places a call with agent \(agent)"
        case .correction(let call, let isBack, let isTold):
            "Bolna \(isTold ? "tells" : "makes") a correction of call \(call)\(isBack ? ", back to in-progress" : "")"
        case .hang(let call): "nothing more happens to call \(call)"
        case .forget(let call): "Bolna's API does not know call \(call) any more"
        case .fail(let call): "Bolna answers 502 to every read of call \(call)"
        case .ruling(let call): "a person rules that the newest webhook of call \(call) is not to count"
        case .look(let call): "somebody looks at call \(call)"
        case .preCall(let call): "a pre-call webhook of call \(call)"
        case .unknownStatus(let call): "a webhook of call \(call) with an unknown status"
        case .rubbish: "a webhook whose body is no call"
        case .reconnect: "those who watch changes reconnect"
        }
    }

    /// The names of all kinds.
    package static let names: [String] =
        [
            "crash", "crash at a commit", "crash at a step", "clock step", "store outage", "outage", "refusal",
            "misdirected", "check", "dial", "correction", "hang", "forget", "fail", "ruling", "look", "pre-call",
            "unknown status", "rubbish", "reconnect",
        ] + Disturbance.Forgery.allCases.map { "forgery: \($0.rawValue)" }

    /// The kind alone, as in ``names``.
    package var name: String {
        switch self {
        case .crash: "crash"
        case .crashAtCommit: "crash at a commit"
        case .crashAtStep: "crash at a step"
        case .clockStep: "clock step"
        case .storeOutage: "store outage"
        case .outage: "outage"
        case .refusal: "refusal"
        case .forgery(_, let forgery): "forgery: \(forgery.rawValue)"
        case .misdirected: "misdirected"
        case .check: "check"
        case .dial: "dial"
        case .correction: "correction"
        case .hang: "hang"
        case .forget: "forget"
        case .fail: "fail"
        case .ruling: "ruling"
        case .look: "look"
        case .preCall: "pre-call"
        case .unknownStatus: "unknown status"
        case .rubbish: "rubbish"
        case .reconnect: "reconnect"
        }
    }

    private func brief(_ seconds: Double) -> String { String((seconds * 10).rounded() / 10) }
}
