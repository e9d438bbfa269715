import CallDomain
import GatewayService

/// What a person is told who asked Bolna about a call.
struct CheckResult: Sendable {
    /// What came of it, as it can stand in an address.
    var notice: CheckNotice
    /// In a sentence.
    var sentence: String
    /// When the same may be asked again.
    var cooldownSeconds: Int64

    /// The cool-down that is shown where the service names none.
    static let usualCooldown: Int64 = 5

    /// `before` is the call before Bolna was asked.
    init(_ outcome: CheckOutcome, before: CallRecord) {
        cooldownSeconds = Self.usualCooldown
        switch outcome {
        case .updated(let record):
            let (old, new) = (before.state?.status, record.state?.status)
            notice = old != new ? .changed : Self.tells(record, more: before) ? .refined : .unchanged
            let word = new.map { PageText.words($0.word) } ?? "nothing"
            sentence =
                old != new
                ? "Changed: \(old.map { PageText.words($0.word) } ?? "unknown") → \(word)."
                : notice.sentence(status: word)
        case .notFound, .unknownToBolna:
            notice = .unknown
            sentence = notice.sentence(status: "")
        case .coolingDown(let retryAfter):
            notice = .cooling
            cooldownSeconds = max(1, retryAfter.components.seconds + 1)
            sentence = "This call was checked just now. Ask again in \(cooldownSeconds) s."
        case .bolnaFailed(let detail):
            notice = .failed
            sentence = detail
        case .busy(let retryAfter):
            notice = .busy
            cooldownSeconds = max(1, retryAfter.components.seconds)
            sentence = "The request limit is used up for the moment. Try in \(cooldownSeconds) s."
        case .noToken:
            notice = .noToken
            sentence = notice.sentence(status: "")
        }
    }

    /// Whether a field has another value than before. Who told it, and when Bolna last touched the call, are no news.
    private static func tells(_ record: CallRecord, more before: CallRecord) -> Bool {
        CallField.allCases.contains { $0 != .updatedAt && record.state?[$0] != before.state?[$0] }
    }
}

/// The words for ``CheckResult`` in addresses.
enum CheckNotice: String, Sendable {
    case changed, refined, unchanged, unknown, cooling, failed, busy
    case noToken = "no-token"

    /// The sentence about a call as it is now.
    func sentence(of call: VisibleCall) -> String { sentence(status: PageText.words(call.state.status.word)) }

    /// The sentence; `status` is the call's, in words.
    func sentence(status: String) -> String {
        switch self {
        case .changed: "Changed: Bolna says \(status)."
        case .refined: "Bolna says \(status); details are new."
        case .unchanged: "Bolna says \(status); nothing new."
        case .unknown: "Bolna does not know this call. What is shown came by webhook."
        case .cooling: "This call was checked just now. Ask again in a moment."
        case .failed: "Bolna gave no usable answer. The call is as it was; try again in a moment."
        case .busy: "The request limit is used up for the moment. Try again in a moment."
        case .noToken: "The account has no usable token for Bolna, so nothing can be asked."
        }
    }
}
