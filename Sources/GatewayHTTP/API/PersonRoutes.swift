import BolnaWire
import CallDomain
import Foundation
import GatewayService
import Hummingbird

/// `/api/v1/forget`: deletes what is stored of a person, by a number, and keeps it from coming back.
struct PersonRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] { [Route(.post, "/api/v1/forget", .scoped(.admin, forget))] }

    /// A member of the body.
    private enum Member: Decodable {
        case text(String)
        case flag(Bool)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    /// Read strictly: a misspelt `dryRun` must not delete anything.
    private static func wish(_ body: [UInt8]) throws(Problem) -> (number: String, isDryRun: Bool) {
        let members = try? JSONDecoder().decode([String: Member].self, from: Data(body))
        guard let members, Set(members.keys).isSubset(of: ["number", "dryRun"]),
            case .text(let number)? = members["number"]
        else { throw Problem(.badRequest, expected) }
        switch members["dryRun"] {
        case nil: return (number, false)
        case .flag(let isDryRun)?: return (number, isDryRun)
        case .text?: throw Problem(.badRequest, expected)
        }
    }

    private static let expected = """
        The body must be {"number":"…"}, a telephone number as \(TelephoneNumber.form) and nothing else, and may have \
        "dryRun":true.
        """

    @Sendable private func forget(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        // The counts of a dry run tell whether a number is known here.
        guard principal.scopes.contains(.reveal) else {
            throw Problem(.forbidden, "This needs the scopes \(Scope.admin.rawValue) and \(Scope.reveal.rawValue).")
        }
        guard let persons = dependencies.persons else { throw Problem(.notFound) }
        let wish = try Self.wish(try await request.readBody(upTo: bodyLimit))
        let report: ForgetReport
        do {
            report = try await persons.forget(wish.number, isDryRun: wish.isDryRun, by: principal)
        } catch {
            switch error {
            case .noNumber: throw Problem(.badRequest, Self.expected)
            case .noKey: throw Problem(.internalError)
            case .unavailable(let cause):
                throw Problem(
                    .busy, "What was deleted so far stays deleted; ask again to go on.", retryAfter: cause.retryAfter)
            }
        }
        return .object { json in
            json.member("dryRun", wish.isDryRun)
            json.member("calls", report.calls)
            json.member("quarantine", report.quarantine)
            json.member("dials", report.dials)
            json.member("refusals", report.refusals)
            guard !wish.isDryRun else { return }
            json.key("remains")
            json.array { json in for sentence in report.remains { json.value(sentence) } }
        }
    }
}
