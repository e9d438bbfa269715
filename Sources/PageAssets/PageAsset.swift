/// A file that browsers fetch, compiled into the program.
package struct PageAsset: Sendable {
    /// Its name in addresses.
    package let name: String
    /// Its media type.
    package let mediaType: String
    /// Its bytes.
    package let bytes: [UInt8]

    /// All of them.
    package static let all: [PageAsset] = [
        PageAsset(name: "pages.css", mediaType: css, bytes: PackageResources.pages_css),
        PageAsset(name: "pages.js", mediaType: script, bytes: PackageResources.pages_js),
        PageAsset(name: "asking.js", mediaType: script, bytes: PackageResources.asking_js),
        PageAsset(name: "calls.js", mediaType: script, bytes: PackageResources.calls_js),
        PageAsset(name: "panel.js", mediaType: script, bytes: PackageResources.panel_js),
        PageAsset(name: "times.js", mediaType: script, bytes: PackageResources.times_js),
        PageAsset(name: "rows.js", mediaType: script, bytes: PackageResources.rows_js),
        PageAsset(name: "keys.js", mediaType: script, bytes: PackageResources.keys_js),
        PageAsset(name: "markup.js", mediaType: script, bytes: PackageResources.markup_js),
        PageAsset(name: "quarantine.js", mediaType: script, bytes: PackageResources.quarantine_js),
        PageAsset(name: "sign-in.js", mediaType: script, bytes: PackageResources.sign_in_js),
        PageAsset(name: "icon.svg", mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
    ]

    private static let css = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"
}

/// A Mustache template, compiled into the program.
package struct PageTemplateText: Sendable {
    /// The name other templates and pages use.
    package let name: String
    /// The template.
    package let text: String

    /// All of them.
    package static let all: [PageTemplateText] = [
        PageTemplateText("layout", PackageResources.layout_mustache),
        PageTemplateText("icons", PackageResources.icons_mustache),
        PageTemplateText("sign-in", PackageResources.sign_in_mustache),
        PageTemplateText("problem", PackageResources.problem_mustache),
        PageTemplateText("calls", PackageResources.calls_mustache),
        PageTemplateText("agent", PackageResources.agent_mustache),
        PageTemplateText("call-filters", PackageResources.call_filters_mustache),
        PageTemplateText("call-rows", PackageResources.call_rows_mustache),
        PageTemplateText("call-row", PackageResources.call_row_mustache),
        PageTemplateText("call-pages", PackageResources.call_pages_mustache),
        PageTemplateText("agent-name", PackageResources.agent_name_mustache),
        PageTemplateText("sentence", PackageResources.sentence_mustache),
        PageTemplateText("panel", PackageResources.panel_mustache),
        PageTemplateText("dial", PackageResources.dial_mustache),
        PageTemplateText("report", PackageResources.report_mustache),
        PageTemplateText("figure", PackageResources.figure_mustache),
        PageTemplateText("quarantine", PackageResources.quarantine_mustache),
        PageTemplateText("quarantine-entry", PackageResources.quarantine_entry_mustache),
        PageTemplateText("quarantine-run", PackageResources.quarantine_run_mustache),
        PageTemplateText("health", PackageResources.health_mustache),
        PageTemplateText("payload", PackageResources.payload_mustache),
        PageTemplateText("refusal", PackageResources.refusal_mustache),
        PageTemplateText("accounts", PackageResources.accounts_mustache),
        PageTemplateText("account", PackageResources.account_mustache),
        PageTemplateText("confirm", PackageResources.confirm_mustache),
        PageTemplateText("shown-once", PackageResources.shown_once_mustache),
    ]

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        text = String(decoding: bytes, as: UTF8.self)
    }
}
