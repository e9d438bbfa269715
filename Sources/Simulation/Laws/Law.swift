/// The laws that every run is held to, each with the sentence it stands for.
package enum Law: String, CaseIterable, Sendable {
    /// Law 1.
    case order
    /// Law 2.
    case durability
    /// Law 3.
    case convergence
    /// Law 4.
    case explanation
    /// Law 5, first half.
    case quiet
    /// Law 5, second half.
    case budget
    /// Law 6, for changes of status.
    case staleness
    /// Law 6, for waits and queues.
    case bounds
    /// What sections 4 and 5 of the design say must be followed by a read.
    case followUp
    /// What a verified sender may count on.
    case acceptance
    /// Law 7.
    case accounts
    /// What trust may do.
    case trust
    /// What those who watch changes are told.
    case changes
    /// What placing a call may do.
    case dialling
    /// The simulation's own footing: without it nothing was shown.
    case footing

    /// What must hold.
    package var sentence: String {
        switch self {
        case .order: "The same set of observations gives the same call, in any order and with any repetition."
        case .durability: "Every webhook that was answered with a 2xx is in the journal, whatever happened since."
        case .convergence:
            "Once Bolna has stopped changing a call and two full reads succeeded, every field that Bolna states equals "
                + "ours."
        case .explanation: "What is stored of a call is the fold of its stored journal."
        case .quiet: "A call whose webhooks all came in time costs no read, and none is read again and again."
        case .budget: "In no minute is more sent to an organization than the gateway's share of its limits."
        case .staleness:
            "A change that no webhook tells shows after the deadline, one tick and the read; a call never heard of, after "
                + "the sweep's interval and the read."
        case .bounds: "Every wait ends in a named outcome, and every queue has a bound."
        case .followUp:
            "A read follows each hint, each contradiction and each recording that is late, and answers of 404 have an end."
        case .acceptance: "What a verified sender posts is answered with a 2xx while the store can be written."
        case .accounts: "Nothing crosses accounts."
        case .trust: "What cannot be verified changes no call; what is refused leaves nothing."
        case .changes: "Who watches hears of every change once, in the order of commits, also across a crash."
        case .dialling: "A call is placed at most once, and every intent ends."
        case .footing: "The gateway starts, and the simulation does what it says."
        }
    }
}

/// A law that did not hold.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The law.
    package var law: Law
    /// When it was seen, in seconds of Bolna's time from the start.
    package var at: Double
    /// What was seen, and what was expected.
    package var detail: String

    /// Puts a violation together.
    package init(law: Law, at: Double, detail: String) {
        self.law = law
        self.at = at
        self.detail = detail
    }

    /// One line.
    package var description: String { "\(law.rawValue): \(detail)" }
}
