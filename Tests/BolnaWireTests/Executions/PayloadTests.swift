import BolnaWire
import CallDomain
import Foundation
import Testing

@Suite("BolnaDecoder, payloads")
struct PayloadTests {
    @Test("Each payload of a call says what Python reads in it", arguments: ExpectedPayload.all)
    func table(expected: ExpectedPayload) throws {
        let body = try payload(expected.file)
        let decoded = try #require(try statements(body).first)
        let statement = decoded.statement
        #expect(statement.executionID.rawValue == expected.id)
        #expect(statement.status == expected.status)
        #expect(statement.updatedAt?.rawValue == expected.updatedAt)
        #expect(statement.fields.time(.updatedAt)?.rawValue == expected.updatedAt)
        #expect(statement.fields.time(.createdAt)?.rawValue == expected.createdAt)
        #expect(statement.fields.time(.scheduledAt)?.rawValue == expected.scheduledAt)
        #expect(statement.fields.number(.conversationDuration) == expected.conversationDuration)
        #expect(statement.fields.number(.totalCost) == expected.totalCost)
        #expect(statement.fields.number(.telephonyDuration) == expected.telephonyDuration)
        #expect(statement.fields.text(.hangupBy) == expected.hangupBy)
        #expect(statement.fields.number(.hangupCode) == expected.hangupCode)
        #expect(statement.fields.text(.transcript)?.utf8.count ?? 0 == expected.transcriptBytes)
        #expect(statement.fields.text(.recordingURL) == expected.recordingURL)
        #expect(statement.fields.text(.errorMessage) == expected.errorMessage)
        #expect(statement.fields.text(.providerCallID) == expected.providerCallID)
        #expect(statement.agentID?.rawValue == "5f0c1d2e-7a41-4c3b-9b10-a0a0a0a0a001")
        #expect(statement.fields.text(.direction) == "outbound")
        #expect(statement.fields.text(.provider) != nil)
        #expect(statement.fields.text(.toNumber) != nil && statement.fields.text(.fromNumber) != nil)
        #expect(statement.looksPreCall == (expected.file == "29-pre-call-webhook-in-progress"))
        #expect(decoded.drift.ignoredFields == 0)
        #expect(decoded.drift.unknownKeys == (expected.file == "29-pre-call-webhook-in-progress" ? 4 : 0))
        #expect(body[decoded.range].first == UInt8(ascii: "{") && body[decoded.range].last == UInt8(ascii: "}"))
        #expect(try BolnaDecoder.decodeExecution(body) == decoded)
    }

    @Test("A completed call gives all its fields")
    func completed() throws {
        let statement = try statement(try payload("07-lifecycle-6-completed"))
        let fields = statement.fields
        #expect(
            fields.fields == [
                .agentID, .createdAt, .direction, .fromNumber, .toNumber, .provider, .recipientData, .scheduledAt,
                .initiatedAt, .updatedAt, .conversationDuration, .telephonyDuration, .totalCost, .costBreakdown,
                .transcript, .summary, .extractedData, .recordingURL, .hangupBy, .hangupReason, .hangupCode,
                .providerCallID, .retryCount,
            ])
        #expect(fields.text(.fromNumber) == "+910000080001")
        #expect(fields.text(.toNumber) == "+910000012345")
        #expect(fields.text(.summary) == "Asha wants a call back after April about a two-bedroom flat.")
        #expect(fields.text(.hangupReason) == "Call recipient hungup")
        #expect(fields.time(.initiatedAt)?.iso8601(fractionDigits: 6) == "2026-03-04T09:15:10.004410Z")
        #expect(
            fields.text(.transcript)?.hasPrefix("assistant: Hi there! Am I speaking with Asha?\nuser:  yes") == true)
        #expect(fields.json(.recipientData)?.contains(#""timezone": "Asia/Kolkata""#) == true)
        #expect(statement.retryCount == 0 && statement.retryPolicy == nil)
    }

    @Test("A retry brings its policy and count")
    func retry() throws {
        let statement = try statement(try payload("22-auto-retry-scheduled"))
        #expect(statement.retryCount == 1)
        #expect(
            statement.retryPolicy
                == RetryPolicy(
                    isEnabled: true, mostRetries: 3, statuses: [.noAnswer, .busy, .failed], retriesVoicemail: false,
                    intervalsMinutes: [30, 60, 120]))
        #expect(statement.fields.json(.retryHistory)?.contains("no-answer") == true)
        #expect(statement.fields.json(.retryConfig) != nil)
    }

    @Test("A voicemail, a batch, a transfer and a reschedule have their own fields")
    func particulars() throws {
        #expect(try statement(try payload("18-voicemail-completed")).fields.flag(.answeredByVoicemail) == true)
        let batch = try statement(try payload("19-batch-call-completed")).fields
        #expect(batch.text(.batchID) == "baab7cdc000045bf8dd260ff00000021" && batch.json(.batchRunDetails) != nil)
        let transfer = try statement(try payload("20-transferred-completed")).fields
        #expect(transfer.json(.transferCallData)?.contains("+910000099999") == true)
        let rescheduled = try statement(try payload("21-rescheduled-guardrails")).fields
        #expect(rescheduled.time(.rescheduledAt)?.iso8601() == "2026-03-05T03:30:00.000Z")
    }

    @Test("Hindi is the same text, raw or escaped")
    func hindi() throws {
        let body = try payload("26-hindi-transcript")
        let object = try JSONSerialization.jsonObject(with: Data(body))
        let transcript = try #require((object as? [String: Any])?["transcript"] as? String)
        let raw = try statement(body)
        #expect(raw.fields.text(.transcript) == transcript)
        #expect(transcript.contains("नमस्कार"))

        let escaped = String(decoding: body, as: UTF8.self).utf16.map { unit in
            unit < 0x80
                ? String(UnicodeScalar(UInt8(unit))) : "\\u" + String(UInt32(unit) + 0x10000, radix: 16).dropFirst()
        }.joined()
        let other = try statement(escaped)
        #expect(other.fields.text(.transcript) == transcript)
        #expect(other.fields.text(.summary) == raw.fields.text(.summary))
    }

    @Test("A dial answer, posted or read, is a statement about the new call")
    func dialAnswer() throws {
        let body = try payload("01-make-call-response")
        let answer = try BolnaDecoder.decodeDialAnswer(body)
        #expect(answer.executionID.rawValue == "f54886af-64c6-5dec-8a52-c3f9ab4af601")
        #expect(answer.status == .queued)
        #expect(try statement(body) == answer)
    }

    @Test("A workflow's webhook is told by its event")
    func workflow() throws {
        #expect(BolnaDecoder.decodeDelivery(try payload("28-workflow-execution-terminal")) == .workflow)
    }

    @Test("A list page posted as a webhook goes to quarantine: its trimmed rows are no statements")
    func listAsWebhook() throws {
        let page = String(decoding: try payload("27-list-executions-page"), as: UTF8.self)
        #expect(quarantineReason(page) == .noID)
    }
}
