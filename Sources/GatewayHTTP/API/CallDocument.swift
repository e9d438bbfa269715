import BolnaWire
import CallDomain

extension VisibleCall {
    /// Writes the members every document of a call begins with.
    func writeSummary(into json: inout JSONWriter) {
        let given = recipientData
        json.member("id", record.call.rawValue)
        json.member("executionId", record.execution.rawValue)
        json.member("status", state.status.word)
        json.member("phase", state.status.phase?.word)
        json.member("agentId", state[.agentID])
        json.member("direction", state[.direction])
        json.member("from", self[.fromNumber])
        json.member("to", self[.toNumber])
        json.member("durationSeconds", duration)
        json.member("hasRecording", state[.recordingURL] != nil)
        json.member("leadId", given.leadID)
        json.member("callerName", given.callerName)
        json.member("projectName", given.projectName)
        json.member("userId", given.userID)
        json.member("attempt", state.current.number)
        json.member("outcome", record.ledger.outcome?.word)
        json.member("createdAt", record.createdAt)
        json.member("updatedAt", record.updatedAt)
        json.member("version", record.cursor.text)
        json.key("freshness")
        writeFreshness(into: &json)
    }

    /// Writes how fresh the status is, how sure, and what is expected next.
    func writeFreshness(into json: inout JSONWriter) {
        let freshness = Freshness(state: state, ledger: record.ledger, unverified: record.unverifiedStatus)
        json.object { json in
            json.member("status", freshness.status.word)
            json.member("source", freshness.source.word)
            json.member("asOf", freshness.asOf)
            json.member("verified", freshness.isVerified)
            if let unverified = freshness.unverified { json.member("unverified", unverified.word) }
            json.key("expects")
            if let next = freshness.expects {
                json.object { json in
                    json.member("what", next.what.word)
                    json.member("by", next.by)
                    json.member("why", next.why.rawValue)
                    if let samples = next.samples { json.member("samples", samples) }
                }
            } else {
                json.null()
            }
        }
    }

    /// Writes a row of a list.
    func writeRow(into json: inout JSONWriter) {
        json.object { json in writeSummary(into: &json) }
    }

    /// Writes all that is known: each field with the observation that gave it, attempts and contradictions.
    func writeDetails(into json: inout JSONWriter) {
        json.object { json in
            writeSummary(into: &json)
            record.ledger.write(into: &json, status: state.status)
            json.key("fields")
            json.object { json in
                for field in CallField.allCases {
                    guard state[field] != nil, let winner = state.winner(of: field) else { continue }
                    json.key(field.name)
                    json.object { json in
                        json.member("value", self[field])
                        json.key("from")
                        winner.observation.write(into: &json)
                    }
                }
            }
            json.key("attempts")
            json.array { json in
                for attempt in state.attempts {
                    json.object { json in
                        json.member("number", attempt.number)
                        json.member("status", attempt.status.word)
                        json.member("asOf", attempt.statusAsOf)
                    }
                }
            }
            json.key("contradictions")
            json.array { json in for contradiction in state.contradictions { contradiction.write(into: &json) } }
        }
    }
}

extension ObservationKey {
    /// Writes the key, by which the journal names the observation.
    func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("source", source.word)
            json.member("trust", trust.word)
            json.member("digest", digest.hex)
        }
    }
}

extension Contradiction {
    /// Writes the disagreement.
    func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("rule", rule.rawValue)
            json.member("attempt", attempt)
            json.member("standing", standingStatus.word)
            json.member("against", againstStatus.word)
            json.member("since", since)
        }
    }
}
