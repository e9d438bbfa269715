/// One thing that the world did.
package struct LogEntry: Hashable, Sendable {
    /// When it did it.
    package var at: Moment
    /// What it did.
    package var deed: Deed

    /// What the world can do.
    package enum Deed: Hashable, Sendable {
        /// A call took a status.
        case changed(StatusChange)
        /// A webhook was handed over for sending.
        case sent(Sending)
        /// A webhook was answered; no code where there was no answer.
        case answered(Sending, code: Int?)
        /// A webhook was not sent.
        case withheld(WithheldWebhook)
        /// A request was answered.
        case served(Serving)
    }

    /// A delivery without its body.
    package struct Sending: Hashable, Sendable {
        /// The delivery's number.
        package var number: Int
        /// Bolna's id of the call.
        package var call: String
        /// The status told.
        package var status: ExecutionStatus
        /// The attempt of auto-retry told of, from 0.
        package var attempt: Int
        /// What was done to it.
        package var fault: DeliveryFault?
        /// How often it was sent before.
        package var retries: Int

        init(_ delivery: WebhookDelivery) {
            number = delivery.number
            call = delivery.call
            status = delivery.status
            attempt = delivery.attempt
            fault = delivery.fault
            retries = delivery.retries
        }
    }

    /// An answer of the API.
    package struct Serving: Hashable, Sendable {
        /// What was asked for.
        package var endpoint: Endpoint
        /// The HTTP status of the answer.
        package var code: Int
        /// The call it was about, if it was about one.
        package var call: String?
        /// The status of the call that the answer showed.
        package var status: ExecutionStatus?
        /// The attempt of the call that the answer showed.
        package var attempt: Int?
        /// How many rows a list had.
        package var rows: Int?
        /// What was done to the answer.
        package var fault: AnswerFault?
    }
}

extension LogEntry {
    /// The entry as one JSON object. Numbers and transcripts are not in it.
    var json: JSONValue {
        var members: [JSONValue.Member] = [.init("at", .string(at.text()))]
        switch deed {
        case .changed(let change):
            members += [
                .init("event", "changed"), .init("call", .string(change.call)),
                .init("status", .string(change.status.rawValue)), .init("attempt", .integer(Int64(change.attempt))),
            ]
        case .sent(let sending): members += [.init("event", "webhook-sent")] + Self.members(of: sending)
        case .answered(let sending, let code):
            members += [.init("event", "webhook-answered")] + Self.members(of: sending)
            members.append(.init("code", code.map { .integer(Int64($0)) } ?? nil))
        case .withheld(let withheld):
            members += [
                .init("event", "webhook-withheld"), .init("call", .string(withheld.change.call)),
                .init("status", .string(withheld.change.status.rawValue)),
                .init("attempt", .integer(Int64(withheld.change.attempt))),
                .init("reason", .string(withheld.reason.rawValue)),
            ]
        case .served(let serving):
            members += [
                .init("event", "served"), .init("endpoint", .string(serving.endpoint.rawValue)),
                .init("code", .integer(Int64(serving.code))),
            ]
            if let call = serving.call { members.append(.init("call", .string(call))) }
            if let status = serving.status { members.append(.init("status", .string(status.rawValue))) }
            if let attempt = serving.attempt { members.append(.init("attempt", .integer(Int64(attempt)))) }
            if let rows = serving.rows { members.append(.init("rows", .integer(Int64(rows)))) }
            if let fault = serving.fault { members.append(.init("fault", .string(fault.rawValue))) }
        }
        return .object(members)
    }

    private static func members(of sending: Sending) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init("webhook", .integer(Int64(sending.number))), .init("call", .string(sending.call)),
            .init("status", .string(sending.status.rawValue)), .init("attempt", .integer(Int64(sending.attempt))),
        ]
        if let fault = sending.fault { members.append(.init("fault", .string(fault.rawValue))) }
        if sending.retries > 0 { members.append(.init("retries", .integer(Int64(sending.retries)))) }
        return members
    }
}
