@testable import BolnaModel

/// Runs worlds for the tests, without anything outside.
enum Scenario {
    static let start = Moment(seconds: 1_780_000_000)
    static let key = "Bearer bn-simulator"

    /// A busy world: own calls, inbound calls and every outcome, with a receiver of webhooks.
    static func busy(calls: Int = 300) -> WorldOptions {
        var options = WorldOptions()
        options.agents = 3
        options.webhookURL = "https://gateway.example/webhooks/bolna"
        options.generatedCalls = calls
        options.generatedPerMinute = 600
        options.inboundPerMinute = 2
        return options
    }

    /// A world with one agent in which every call is answered and nothing happens by itself.
    static func quiet() -> WorldOptions {
        var options = WorldOptions()
        options.agents = 1
        options.webhookURL = "https://gateway.example/webhooks/bolna"
        options.outcomes = .only(.answered)
        options.lateRecording = .never
        options.rescheduledCalls = .never
        return options
    }

    static func world(_ options: WorldOptions, seed: UInt64 = 7) -> BolnaWorld {
        BolnaWorld(seed: seed, options: options, start: start)
    }

    /// Places a call over the API and returns its id.
    static func place(
        _ world: inout BolnaWorld, at moment: Moment = start, more: String = ""
    ) -> String? {
        let body = #"{"agent_id":"\#(world.agentIDs[0])","recipient_phone_number":"+910000012345"\#(more)}"#
        let response = world.handle(request: post("/call", body), at: moment)
        return JSONValue(bytes: response.body)?["execution_id"]?.string
    }

    static func get(_ target: String) -> APIRequest {
        APIRequest(method: "GET", target: target, authorization: key)
    }

    static func post(_ target: String, _ body: String) -> APIRequest {
        APIRequest(method: "POST", target: target, authorization: key, body: Array(body.utf8))
    }
}

extension Moment {
    func after(seconds: Double) -> Moment { self + Int64(seconds * 1_000_000) }
    func after(hours: Double) -> Moment { after(seconds: hours * 3600) }
}

extension [WorldEvent] {
    var deliveries: [WebhookDelivery] {
        compactMap { if case .deliver(let delivery) = $0 { delivery } else { nil } }
    }

    var changes: [StatusChange] {
        compactMap { if case .changed(let change) = $0 { change } else { nil } }
    }

    var withheld: [WithheldWebhook] {
        compactMap { if case .withheld(let withheld) = $0 { withheld } else { nil } }
    }
}
