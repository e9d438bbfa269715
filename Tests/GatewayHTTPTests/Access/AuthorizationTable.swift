import CallDomain

/// What each route takes, stated a second time: a route without a row here fails the tests, and so does a row without a
/// route.
enum AuthorizationTable {
    /// What a route takes.
    enum Access: Hashable {
        /// Nothing: it judges the sender itself, or tells nothing.
        case open
        /// A key of any account with this scope; it then shows and changes that account alone.
        case scope(Scope)
        /// This scope, and a connection to the control socket: elsewhere there is no such route.
        case local(Scope)
    }

    /// The rows, by the names of routes.
    static let rows: [String: Access] = [
        "POST /webhooks/bolna/{account}/{agent}/{token}": .open,
        "POST /webhooks/bolna/{account}/{agent}": .open,
        "POST /webhooks/bolna/{account}": .open,
        "POST /webhooks/bolna": .open,
        "POST /api/client-call/call-history/webhook": .open,
        "GET /api/client-call/call-history": .scope(.read),
        "GET /api/client-call/call-history/recordings": .scope(.read),
        "GET /api/client-call/call-history/lead/{leadId}": .scope(.read),
        "GET /api/client-call/call-history/details/{callId}": .scope(.read),
        "POST /api/client-call/call-history/check-status/{callId}": .scope(.check),
        "POST /api/client-call/call-history/make-call": .scope(.dial),
        "GET /api/v1/calls": .scope(.read),
        "POST /api/v1/calls": .scope(.dial),
        "GET /api/v1/calls/{id}": .scope(.read),
        "GET /api/v1/calls/{id}/journal": .scope(.read),
        "GET /api/v1/calls/{id}/explain": .scope(.read),
        "POST /api/v1/calls/{id}/check": .scope(.check),
        "POST /api/v1/calls/{id}/rulings": .scope(.operate),
        "GET /api/v1/changes": .scope(.read),
        "GET /api/v1/quarantine": .scope(.operate),
        "POST /api/v1/quarantine/replay": .scope(.operate),
        "POST /api/v1/quarantine/discard": .scope(.operate),
        "GET /api/v1/quarantine/{id}": .scope(.operate),
        "GET /api/v1/reports/reconciliation": .scope(.operate),
        "GET /api/v1/reports/reconciliation/figures/{figure}/calls": .scope(.operate),
        "GET /api/v1/refusals": .scope(.operate),
        "GET /api/v1/health": .scope(.operate),
        "GET /api/v1/me": .scope(.read),
        "GET /api/v1/account": .scope(.admin),
        "POST /api/v1/account": .scope(.admin),
        "POST /api/v1/account/secrets": .scope(.admin),
        "POST /api/v1/account/secrets/{label}/retire": .scope(.admin),
        "GET /api/v1/keys": .scope(.admin),
        "POST /api/v1/keys": .scope(.admin),
        "POST /api/v1/keys/{id}/revoke": .scope(.admin),
        "GET /api/v1/calls/{id}/recording": .scope(.reveal),
        "POST /api/v1/refusals/{id}/verify": .scope(.operate),
        "GET /api/v1/agents": .scope(.read),
        "GET /api/v1/agents/{id}/webhook": .scope(.admin),
        "POST /api/v1/agents/{id}/webhook": .scope(.admin),
        "GET /api/v1/webhook-address": .scope(.admin),
        "POST /api/v1/forget": .scope(.admin),
        "GET /api/v1/audit": .scope(.admin),
        "GET /assets/{version}/{name}": .open,
        "GET /": .open,
        "GET /sign-in": .open,
        "POST /sign-in": .open,
        "GET /sign-out": .open,
        "POST /sign-out": .open,
        "GET /calls": .scope(.read),
        "GET /calls/rows": .scope(.read),
        "POST /calls/columns": .scope(.read),
        "GET /calls/export.csv": .scope(.read),
        "GET /calls/export.ndjson": .scope(.read),
        "GET /calls/new": .scope(.dial),
        "POST /calls/new": .scope(.dial),
        "GET /calls/{id}": .scope(.read),
        "GET /calls/{id}/panel": .scope(.read),
        "GET /calls/{id}/transcript": .scope(.reveal),
        "POST /calls/{id}/check": .scope(.check),
        "GET /reports": .scope(.operate),
        "GET /reports/figures/{figure}": .scope(.operate),
        "GET /quarantine": .scope(.operate),
        "POST /quarantine/run": .scope(.operate),
        "GET /quarantine/{id}": .scope(.operate),
        "GET /health": .scope(.operate),
        "POST /health/test-webhook": .scope(.operate),
        "GET /quarantine/refused/{id}": .scope(.operate),
        "POST /quarantine/refused/{id}/verify": .scope(.operate),
        "GET /calls/{id}/payloads/{position}": .scope(.reveal),
        "GET /accounts": .scope(.admin),
        "POST /accounts": .scope(.admin),
        "GET /accounts/{id}": .scope(.admin),
        "POST /accounts/{id}/settings": .scope(.admin),
        "GET /accounts/{id}/agents": .scope(.admin),
        "POST /accounts/{id}/agents": .scope(.admin),
        "GET /accounts/{id}/shown/{secret}": .scope(.admin),
        "POST /accounts/{id}/service": .scope(.admin),
        "POST /accounts/{id}/keys": .scope(.admin),
        "POST /accounts/{id}/keys/revoke": .scope(.admin),
        "POST /accounts/{id}/secrets": .scope(.admin),
        "POST /accounts/{id}/secrets/retire": .scope(.admin),
        "GET /api/v1/accounts": .local(.admin),
        "POST /api/v1/accounts": .local(.admin),
        "POST /api/v1/accounts/{id}/disable": .local(.admin),
        "POST /api/v1/accounts/{id}/enable": .local(.admin),
    ]

    /// Bodies that do what their routes are for, where others would be turned away before anything could go wrong.
    static let bodies: [String: String] = [
        "POST /api/v1/quarantine/replay": #"{"ids":[1],"dryRun":true}"#,
        "POST /api/v1/quarantine/discard": #"{"ids":[1],"dryRun":true}"#,
        "POST /api/v1/calls/{id}/rulings": #"{"withdraws":[1],"note":"made up"}"#,
        "POST /api/v1/forget": #"{"number":"+4930901820","dryRun":true}"#,
    ]

    /// Routes that take the scope `reveal` besides.
    static let revealing: Set<String> = ["POST /api/v1/forget"]

    /// What a parameter of a pattern is filled with: something that the account `default` has.
    static func value(of parameter: String, in pattern: String, call: String) -> String {
        if pattern.hasPrefix("/api/v1/quarantine") || pattern.hasPrefix("/quarantine") { return "1" }
        if pattern.hasPrefix("/accounts") { return "default" }
        return switch parameter {
        case "callId": "exec-1"
        case "leadId": "lead-7"
        case "figure": "calls"
        case "account": "default"
        case "agent", "token": "agent-1"
        case "id": call
        default: "1"
        }
    }

    /// What only the account `default` may see.
    static let ownWords = ["exec-1", "agent-1", "lead-7", "155550100", "made-up body"]
}
