import CallDomain
import HTTPTypes
import Hummingbird

extension Response {
    /// A problem as a page that says what to do, with the menu of who is signed in; for those who are not, the page to sign
    /// in.
    static func pageProblem(_ problem: Problem, of head: HTTPRequest, for principal: Principal?) -> Response {
        let home = principal.map(PageFrame.Section.first) ?? .calls
        var response =
            problem.kind == .unauthorized
            ? SignInPage.response(next: head.method == .get ? head.path : nil, status: .unauthorized)
            : .page(
                "problem",
                [
                    "heading": problem.kind.title, "code": problem.kind.status.code,
                    "detail": problem.detail.orAbsent, "advice": advice(problem),
                    "retry": problem.retryAfterSeconds.orAbsent, "home": home.address,
                    "homeText": "Go to the \(home.title.lowercased())",
                ], in: PageFrame(title: problem.kind.title, principal: principal), status: problem.kind.status)
        response.headers.append(contentsOf: problem.fields)
        // The session that was shown has ended: the browser need not show it again.
        if problem.kind == .unauthorized, head.headerFields[.authorization] == nil, SessionCookie.read(head) != nil {
            response.headers[.setCookie] = SessionCookie.cleared
        }
        return response
    }

    private static func advice(_ problem: Problem) -> String {
        switch problem.kind {
        case .notFound: "The address may be mistyped, or what was there is no longer kept."
        case .forbidden: "Sign in with a key that has the scope, or ask who administers the gateway for one."
        case .crossSite: "Open the gateway in a window of its own and try again there."
        case .internalError: "The gateway wrote down what failed. Trying again may help; if not, tell who runs it."
        case .busy: "Nothing was lost. Try again in a moment."
        case .noToken: "Who runs the gateway has to give it an API token of Bolna."
        default: "Go back and try again."
        }
    }
}
