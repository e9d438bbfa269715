internal import CallDomain

/// Reads one execution object, member by member, into what a statement needs. Of a member that is there twice, the last
/// counts.
struct ExecutionReader {
    private var id: Reading<String> = .empty
    private var executionID: Reading<String> = .empty
    private var callID: Reading<String> = .empty
    private var callIDCamelCase: Reading<String> = .empty
    private var status: Reading<String> = .empty
    private var fields = FieldSet()
    private var conversationTime: Reading<Double> = .empty
    private var userNumber: Reading<String> = .empty
    private var agentNumber: Reading<String> = .empty
    private var retryPolicy: RetryPolicy?
    private var telephony = TelephonyData()
    private var context = ContextDetails()
    private var drift = Drift()
    private(set) var shape = Shape()

    /// What speaks for another kind of body than a call webhook.
    struct Shape {
        var event: String?
        var hasWorkflowID = false
        var hasBatchID = false
        var hasState = false
        var countsStatuses = false
    }

    /// Passes one object. Only of a whole body is it noted what else it may be.
    mutating func read(_ scanner: inout JSONScanner, isWholeBody: Bool) throws(JSONFault) {
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            if let known = ExecutionName.table.find(name, in: scanner) {
                try read(known, &scanner)
            } else {
                drift.add(unknown: name, in: scanner)
                if isWholeBody, let known = ShapeName.table.find(name, in: scanner) {
                    try read(known, &scanner)
                } else {
                    try scanner.skipValue()
                }
            }
        }
    }

    private mutating func read(_ name: ExecutionName, _ scanner: inout JSONScanner) throws(JSONFault) {
        switch name {
        case .id: id = try scanner.readID()
        case .executionID: executionID = try scanner.readID()
        case .callID: callID = try scanner.readID()
        case .callIDCamelCase: callIDCamelCase = try scanner.readID()
        case .status:
            status = try scanner.peek() == .number ? try scanner.skipUnreadable() : try scanner.readText()
        case .agentID: set(.agentID, try scanner.readText())
        case .batchID:
            set(.batchID, try scanner.readText())
            shape.hasBatchID = fields[.batchID] != nil
        case .createdAt: set(.createdAt, try scanner.readTime())
        case .updatedAt: set(.updatedAt, try scanner.readTime())
        case .scheduledAt: set(.scheduledAt, try scanner.readTime())
        case .rescheduledAt: set(.rescheduledAt, try scanner.readTime())
        case .initiatedAt: set(.initiatedAt, try scanner.readTime())
        case .errorMessage: set(.errorMessage, try scanner.readText())
        case .conversationDuration: set(.conversationDuration, try scanner.readNumber())
        case .conversationTime: conversationTime = try scanner.readNumber()
        case .totalCost: set(.totalCost, try scanner.readNumber())
        case .costBreakdown: set(.costBreakdown, json: try scanner.readContainer())
        case .transcript: set(.transcript, try scanner.readTranscript())
        case .summary: set(.summary, try scanner.readText())
        case .extractedData: set(.extractedData, json: try scanner.readContainer())
        case .agentExtraction: set(.agentExtraction, json: try scanner.readContainer())
        case .campaignID: set(.campaignID, try scanner.readText())
        case .answeredByVoicemail: set(.answeredByVoicemail, try scanner.readFlag())
        case .userNumber: userNumber = try scanner.readText()
        case .agentNumber: agentNumber = try scanner.readText()
        case .telephonyData: telephony = try TelephonyData(&scanner)
        case .transferCallData: set(.transferCallData, json: try scanner.readContainer())
        case .batchRunDetails: set(.batchRunDetails, json: try scanner.readContainer())
        case .contextDetails: context = try ContextDetails(&scanner)
        case .provider: set(.provider, try scanner.readText())
        case .retryConfig:
            let config = try scanner.readContainer()
            set(.retryConfig, json: config)
            retryPolicy = config.value.flatMap(RetryPolicy.init(json:))
        case .retryCount: set(.retryCount, try scanner.readRetryCount())
        case .retryHistory: set(.retryHistory, json: try scanner.readContainer())
        case .terminationReason: set(.terminationReason, try scanner.readText())
        case .smartStatus, .usageBreakdown, .customExtractions, .workflowRetries, .latencyData, .deleted, .arqJobID,
            .billingSettled, .processingStatus, .priceBreakdown, .extractionWebhookStatus:
            try scanner.skipValue()
        }
    }

    private mutating func read(_ name: ShapeName, _ scanner: inout JSONScanner) throws(JSONFault) {
        switch name {
        case .event: shape.event = try scanner.readText().value
        case .workflowID: shape.hasWorkflowID = try scanner.readText().value != nil
        case .state: shape.hasState = try scanner.readText().value != nil
        case .executionStatus:
            shape.countsStatuses = try scanner.peek() == .object
            try scanner.skipValue()
        }
    }

    private mutating func set(_ field: CallField, _ reading: Reading<String>) { set(field, reading.map { .text($0) }) }

    private mutating func set(_ field: CallField, json reading: Reading<String>) {
        set(field, reading.map { .json($0) })
    }

    private mutating func set(_ field: CallField, _ reading: Reading<Double>) {
        set(field, reading.map { .number($0) })
    }

    private mutating func set(_ field: CallField, _ reading: Reading<Bool>) { set(field, reading.map { .flag($0) }) }

    private mutating func set(_ field: CallField, _ reading: Reading<Timestamp>) {
        set(field, reading.map { .time($0) })
    }

    private mutating func set(_ field: CallField, _ reading: Reading<FieldValue>) {
        fields[field] = reading.value
        if case .unreadable = reading { drift.ignoredFields += 1 }
    }
}

// MARK: - The statement

extension ExecutionReader {
    /// Whether the object names a call by `id`.
    var hasID: Bool { if case .empty = id { false } else { true } }

    /// Whether the object names a call by any of the members that can.
    var namesCall: Bool {
        [id, executionID, callID, callIDCamelCase].contains { if case .empty = $0 { false } else { true } }
    }

    /// The first readable id of a call, whatever else is wrong with the object.
    var mentionedID: String? { [id, executionID, callID, callIDCamelCase].lazy.compactMap(\.value).first }

    /// Whether the object has an `execution_id`.
    var hasExecutionID: Bool { if case .empty = executionID { false } else { true } }

    /// The statement that the object at a range makes. Called once, when all has been read.
    mutating func statement(at range: Range<Int>) throws(UnusableBody) -> DecodedStatement {
        let name = [id, executionID, callID, callIDCamelCase].first { if case .empty = $0 { false } else { true } }
        guard let name else { throw UnusableBody(.noID, "the object has no id of a call") }
        guard let id = name.value else {
            throw UnusableBody(.badField, "the id is neither a short text nor an integer")
        }
        if case .unreadable = status { throw UnusableBody(.badField, "the status is not text") }

        merge()
        let status = status.value.flatMap(CallStatus.init(spelling:))
        let statement = Statement(
            executionID: ExecutionID(rawValue: id), status: status, updatedAt: fields.time(.updatedAt),
            retryCount: fields.number(.retryCount).map { Int($0) }, retryPolicy: retryPolicy,
            fields: fields, looksPreCall: status == .inProgress && drift.unknownKeys > 0)
        return DecodedStatement(statement: statement, range: range, drift: drift)
    }

    /// Brings together what one field can be told by several members.
    private mutating func merge() {
        if fields[.conversationDuration] == nil { set(.conversationDuration, conversationTime) }
        set(.telephonyDuration, telephony.duration)
        set(.recordingURL, telephony.recordingURL)
        set(.hangupBy, telephony.hangupBy)
        set(.hangupReason, telephony.hangupReason)
        set(
            .hangupCode, telephony.hangupProviderCode.value == nil ? telephony.hangupCode : telephony.hangupProviderCode
        )
        set(.providerCallID, telephony.providerCallID)
        set(.direction, telephony.direction)
        if fields[.provider] == nil { set(.provider, telephony.provider) }
        set(.recipientData, json: context.recipientData)
        if telephony.isUnreadable { drift.ignoredFields += 1 }
        if context.isUnreadable { drift.ignoredFields += 1 }

        // `user_number` is the customer in both directions, `agent_number` our side.
        let from, to: Reading<String>
        switch telephony.direction.value {
        case "outbound": (from, to) = (agentNumber, userNumber)
        case "inbound": (from, to) = (userNumber, agentNumber)
        default: (from, to) = (.empty, .empty)
        }
        set(.fromNumber, telephony.fromNumber.value == nil ? from : telephony.fromNumber)
        set(.toNumber, telephony.toNumber.value == nil ? to : telephony.toNumber)
        // The number that was called, in both directions.
        if fields[.toNumber] == nil { set(.toNumber, context.recipientPhoneNumber) }
    }
}
