import CallDomain
import HTTPTypes
import Hummingbird
import NIOCore

/// What stands around a page: its title, where one is among the pages, and who is signed in.
struct PageFrame: Sendable {
    /// The page's name, in the window's title.
    var title: String
    /// The part of the gateway it belongs to; nil for none.
    var section: Section?
    /// Who is signed in; nil for nobody.
    var principal: Principal?
    /// The module it loads beside the one of all pages; nil for none.
    var script: String?
    /// Whether the page fills the window and scrolls in parts.
    var fillsWindow = false

    /// The parts of the gateway, in the order of the menu.
    enum Section: String, CaseIterable, Sendable {
        case calls, reports, quarantine, health, accounts

        var title: String {
            switch self {
            case .calls: "Calls"
            case .reports: "Reports"
            case .quarantine: "Quarantine"
            case .health: "Health"
            case .accounts: "Accounts"
            }
        }

        var address: String { "/\(rawValue)" }

        /// The scope one needs to see it.
        var scope: Scope {
            switch self {
            case .calls: .read
            case .reports, .quarantine, .health: .operate
            case .accounts: .admin
            }
        }

        /// The first that somebody may see.
        static func first(for principal: Principal) -> Section {
            allCases.first { principal.scopes.contains($0.scope) } ?? .calls
        }
    }

    /// The whole page around what a template made.
    func wrap(_ main: String) -> String {
        let sections = Section.allCases.filter { principal?.scopes.contains($0.scope) ?? false }
        return PageTemplates.render(
            "layout",
            [
                "title": title, "assets": AssetRoutes.address, "script": script.orAbsent, "main": main,
                "home": (principal.map(Section.first) ?? .calls).address, "fills": fillsWindow,
                "signedIn": principal != nil,
                "account": principal?.account.rawValue ?? "", "actor": principal?.actor ?? "",
                "sections": sections.map { item in
                    ["href": item.address, "text": item.title, "current": item == section] as PageView
                },
            ])
    }
}

extension Response {
    /// A page: a template, filled, in its frame.
    static func page(
        _ template: String, _ view: PageView, in frame: PageFrame, status: HTTPResponse.Status = .ok
    ) -> Response {
        markup(frame.wrap(PageTemplates.render(template, view)), status: status)
    }

    /// Markup, with all that keeps it from harm.
    static func markup(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = PageFields.all
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Has the browser go on to another address of ours, by GET.
    static func seeOther(_ address: String) -> Response {
        Response(status: .seeOther, headers: [.location: address])
    }
}

/// The header fields of pages: nothing is loaded from elsewhere, nothing runs but our modules, nobody frames a page.
enum PageFields {
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types gateway",
    ]

    /// The fields.
    static let all: HTTPFields = {
        // Without a referrer browsers would also send no origin with forms, which tells them from other sites' forms.
        let fields = [
            ("Content-Security-Policy", policy.joined(separator: "; ")), ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"),
            ("X-Frame-Options", "DENY"),
        ]
        return fields.reduce(into: HTTPFields()) { all, field in
            if let name = HTTPField.Name(field.0) { all[name] = field.1 }
        }
    }()
}
