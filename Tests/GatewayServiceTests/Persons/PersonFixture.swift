import CallDomain
import GatewayService

/// A gateway that remembers forgotten numbers, with the services that a test of persons' data needs.
struct PersonFixture {
    static let number = "+14155550100"

    let gateway: TestGateway
    let context: ServiceContext
    let intake: WebhookIntake
    let persons: PersonService
    let principal = Principal(account: .default, scopes: Set(Scope.allCases), actor: "tester")

    init(retention: RetentionPolicy = RetentionPolicy()) throws {
        gateway = try TestGateway(accounts: [GatewayAccount(id: .default, hasToken: true, retention: retention)])
        var context = gateway.context
        context.forgotten = ForgottenNumbers { ContentDigest(of: Array($0.utf8)) }
        self.context = context
        intake = WebhookIntake(context: context, onHint: {})
        persons = PersonService(context: context, refusals: gateway.refusals)
    }

    /// The body of a webhook with a number and words.
    static func body(
        _ id: String = "exec-1", _ status: String = "completed", number: String = number, createdAt: Timestamp = .start,
        updatedAt: Timestamp = .start
    ) -> [UInt8] {
        Array(
            """
            {"id":"\(id)","agent_id":"agent-1","status":"\(status)","created_at":"\(createdAt.iso8601())",\
            "updated_at":"\(updatedAt.iso8601())","transcript":"user: this is Asha","summary":"Asha called",\
            "telephony_data":{"to_number":"\(number)","from_number":"+14155550111","call_type":"outbound"},\
            "context_details":{"recipient_data":{"callerName":"Asha"}}}
            """.utf8)
    }

    @discardableResult
    func deliver(_ body: [UInt8]) async -> IntakeOutcome { await gateway.deliver(body, intake: intake) }

    func audit() async throws -> [AuditRecord] {
        _ = try await context.submit(context.trail.take())
        return try gateway.store.auditTrail(account: .default, before: nil, limit: 100).records.map(\.record)
    }
}
