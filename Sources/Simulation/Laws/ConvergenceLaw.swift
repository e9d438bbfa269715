import BolnaModel
import CallDomain

/// Law 3: what Bolna states of a call equals what we hold, field by field. What Bolna leaves empty erases nothing, and is
/// not compared.
enum ConvergenceLaw {
    /// What differs; empty where the law holds.
    static func check(_ state: CallState?, facts: [String: StatedValue], name: String) -> [String] {
        guard let state else { return ["call \(name) is not known"] }
        var complaints: [String] = []
        if case .text(let status)? = facts["status"], status != state.status.word {
            complaints.append("call \(name) is \(state.status.word) here and \(status) at Bolna")
        }
        for (field, member) in members {
            guard let stated = facts[member] else { continue }
            if stated.isZero, field.isZeroEmptyBeforeFinal, !state.status.isFinal { continue }
            guard !stated.isEqual(to: state[field]) else { continue }
            complaints.append("\(field.name) of call \(name) differs from what Bolna states")
        }
        return complaints
    }

    /// What is wrong with the attempts before the last one: each has a status that Bolna gave it, and the final one where
    /// a webhook told that (`told`, by attempt).
    static func check(
        attempts: [Attempt], changes: [StatusChange], told: [Int: String], name: String
    ) -> [String] {
        attempts.dropLast().compactMap { attempt in
            let number = attempt.number
            let status = attempt.status.word
            guard changes.contains(where: { $0.attempt == number && $0.status.rawValue == status }) else {
                return "attempt \(number) of call \(name) is \(status) here, which it never was at Bolna"
            }
            guard let final = told[number], final != status else { return nil }
            return "attempt \(number) of call \(name) is \(status) here, although a webhook told \(final)"
        }
    }

    /// Where Bolna states each field.
    private static let members: [(CallField, String)] = [
        (.agentID, "agent_id"), (.createdAt, "created_at"), (.updatedAt, "updated_at"), (.scheduledAt, "scheduled_at"),
        (.rescheduledAt, "rescheduled_at"), (.initiatedAt, "initiated_at"), (.provider, "provider"),
        (.conversationDuration, "conversation_duration"), (.totalCost, "total_cost"),
        (.costBreakdown, "cost_breakdown"), (.transcript, "transcript"), (.summary, "summary"),
        (.extractedData, "extracted_data"), (.errorMessage, "error_message"),
        (.answeredByVoicemail, "answered_by_voice_mail"), (.retryCount, "retry_count"),
        (.retryConfig, "retry_config"), (.retryHistory, "retry_history"),
        (.recipientData, "context_details.recipient_data"), (.fromNumber, "telephony_data.from_number"),
        (.toNumber, "telephony_data.to_number"), (.direction, "telephony_data.call_type"),
        (.telephonyDuration, "telephony_data.duration"), (.recordingURL, "telephony_data.recording_url"),
        (.hangupBy, "telephony_data.hangup_by"), (.hangupReason, "telephony_data.hangup_reason"),
        (.hangupCode, "telephony_data.hangup_provider_code"),
        (.providerCallID, "telephony_data.provider_call_id"),
    ]
}

extension StatedValue {
    fileprivate var isZero: Bool {
        switch self {
        case .number(let number): number == 0
        case .text(let text): Double(text) == 0
        case .flag, .json: false
        }
    }

    /// Whether a field holds it, in whichever form fields are held.
    fileprivate func isEqual(to held: FieldValue?) -> Bool {
        switch (self, held) {
        case (.text(let stated), .text(let held)): stated == held
        case (.text(let stated), .number(let held)): Double(stated) == held
        case (.text(let stated), .time(let held)): Moment(text: stated)?.microseconds == held.rawValue
        case (.number(let stated), .number(let held)): stated == held
        case (.flag(let stated), .flag(let held)): stated == held
        case (.json(let stated), .json(let held)): stated == held
        default: false
        }
    }
}
