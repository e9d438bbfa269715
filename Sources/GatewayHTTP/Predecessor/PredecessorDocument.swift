import BolnaWire
import CallDomain

extension VisibleCall {
    /// Writes the call in the predecessor's shape: the names, and nothing a frontend of that time does not know.
    func writePredecessorDocument(into json: inout JSONWriter) {
        let given = recipientData
        json.object { json in
            json.member("_id", record.call.rawValue)
            json.member("executionId", record.execution.rawValue)
            json.member("callId", record.execution.rawValue)
            json.member("agentId", state[.agentID])
            json.member("phoneNumberId", self[.fromNumber])
            json.member("recipientPhoneNumber", self[.toNumber])
            json.member("callerName", given.callerName)
            json.member("projectName", given.projectName)
            json.member("leadId", given.leadID)
            json.member("userId", given.userID)
            json.member("status", state.status.word)
            json.member("callDuration", duration ?? 0)
            json.member("recordingUrl", self[.recordingURL])
            json.member("recordingId", String?.none)
            json.member("errorMessage", self[.errorMessage])
            json.member("conversationTranscript", self[.transcript])
            json.key("executionDetails")
            if reveals, let body = record.lastBody { json.raw(body) } else { json.null() }
            json.member("lastStatusCheck", record.ledger.lastReadAt)
            json.key("lastStatusCheckResponse")
            writeLastCheck(into: &json)
            json.member("createdAt", record.createdAt)
            json.member("updatedAt", record.updatedAt)
        }
    }

    private func writeLastCheck(into json: inout JSONWriter) {
        guard record.ledger.lastReadAt != nil else { return json.null() }
        json.object { json in
            json.member("status", state.status.word)
            json.member("recordingUrl", self[.recordingURL])
            json.member("duration", duration ?? 0)
        }
    }
}
