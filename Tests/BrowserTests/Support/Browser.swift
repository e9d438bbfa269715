import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A real headless Chromium, driven by W3C WebDriver through Debian's chromedriver.
final class Browser: Sendable {
    private let driver: Program
    private let client = HTTPClient(eventLoopGroupProvider: .singleton)
    private let session: String

    /// How long anything may take.
    static let patience: Duration = .seconds(20)

    /// Starts a browser with a fresh profile.
    init() async throws {
        do {
            do {
                (driver, session) = try await Self.start(client)
            } catch {
                // On a busy machine Chromium does not always come up the first time.
                (driver, session) = try await Self.start(client)
            }
            // An element may be on a page that is still on its way.
            let waits = ["implicit": Self.patience.components.seconds * 1_000]
            _ = try await Self.send("POST", session + "/timeouts", waits, client: client)
        } catch {
            // A client that goes without a word ends the program, and with it what would tell of the failure.
            try? await client.shutdown()
            throw error
        }
    }

    /// Starts a driver, and a session of it.
    private static func start(_ client: HTTPClient) async throws -> (driver: Program, session: String) {
        let folder = FileManager.default.temporaryDirectory
        let driver = try Program(URL(filePath: "/usr/bin/chromedriver"), ["--port=0"], in: folder)
        let port = try await driver.line { line -> Int? in
            guard line.contains("started successfully on port") else { return nil }
            return line.split { !$0.isNumber }.last.flatMap { Int($0) }
        }
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--autoplay-policy=no-user-gesture-required", "--lang=en-US",
        ]
        let wish: [String: Any] = [
            "capabilities": [
                "alwaysMatch": [
                    "browserName": "chrome", "acceptInsecureCerts": true,
                    "goog:chromeOptions": ["binary": "/usr/bin/chromium", "args": arguments],
                    "goog:loggingPrefs": ["browser": "ALL"],
                ]
            ]
        ]
        let base = "http://127.0.0.1:\(port)/session"
        let answer = try await send("POST", base, wish, client: client)
        guard let id = (answer as? [String: Any])?["sessionId"] as? String else {
            throw BrowserFailure("the browser did not start: \(answer)")
        }
        return (driver, "\(base)/\(id)")
    }

    /// Runs a body with a browser and closes it.
    static func run(_ body: (Browser) async throws -> Void) async throws {
        let browser = try await Browser()
        let result: Result<Void, any Error>
        do { result = .success(try await body(browser)) } catch { result = .failure(error) }
        _ = try? await browser.command("DELETE", "")
        try? await browser.client.shutdown()
        try result.get()
    }

    // MARK: What a person does

    /// Goes to an address.
    func open(_ address: String) async throws { try await command("POST", "/url", ["url": address]) }

    /// The address it is at.
    func address() async throws -> String { try await command("GET", "/url") as? String ?? "" }

    /// Goes back.
    func back() async throws { try await command("POST", "/back", [:]) }

    /// Clicks the first element that a CSS selector finds, once there is one.
    func click(_ selector: String) async throws {
        _ = try await withElement(selector) { try await command("POST", "\($0)/click", [:]) }
    }

    /// Types into the first element that a selector finds, once there is one.
    func type(_ text: String, into selector: String) async throws {
        _ = try await withElement(selector) { try await command("POST", "\($0)/value", ["text": text]) }
    }

    /// Presses a key wherever the focus is.
    func press(_ key: String) async throws {
        let actions = [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]]
        try await command("POST", "/actions", ["actions": [["type": "key", "id": "keys", "actions": actions]]])
    }

    // MARK: What a person sees

    /// The visible text of the first element that a selector finds, once there is one.
    func text(_ selector: String) async throws -> String {
        try await withElement(selector) { try await command("GET", "\($0)/text") } as? String ?? ""
    }

    /// The value of an expression of JavaScript.
    func value(_ expression: String) async throws -> Any {
        try await command("POST", "/execute/sync", ["script": "return (\(expression));", "args": [Any]()])
    }

    /// Waits in the browser until an expression holds, on the page it is at or the one that is on its way.
    func wait(for expression: String, within time: Duration = Browser.patience) async throws {
        let script = """
            const done = arguments[arguments.length - 1];
            const look = () => { try { if (\(expression)) return done(true); } catch {} setTimeout(look, 20); };
            look();
            """
        try await command("POST", "/timeouts", ["script": time.components.seconds * 1_000])
        do {
            // A page that is left takes the script with it; the next one is asked again.
            try await acrossPages(within: time) {
                try await command("POST", "/execute/async", ["script": script, "args": [Any]()])
            }
        } catch {
            let page = try await value("document.body.innerText.slice(0, 1500)")
            throw BrowserFailure("\(expression) did not come to hold at \(try await address()) (\(error)): \(page)")
        }
    }

    /// What a promise of JavaScript comes to.
    func promise(_ expression: String) async throws -> Any {
        let script = """
            const done = arguments[arguments.length - 1];
            Promise.resolve(\(expression)).then(done, (error) => done("failed: " + error));
            """
        return try await command("POST", "/execute/async", ["script": script, "args": [Any]()])
    }

    /// Runs a script's text, such as a library's.
    func run(script: String) async throws {
        try await command("POST", "/execute/sync", ["script": script, "args": [Any]()])
    }

    /// What the page complained of: errors and violations of its policy; answers that are errors are none of its faults.
    func complaints() async throws -> [String] {
        let entries = try await command("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { $0["level"] as? String == "SEVERE" }.compactMap { $0["message"] as? String }
            .filter { !$0.contains("the server responded with a status of") }
    }

    // MARK: How a person looks at it

    /// Sets the window's width, and whether the person likes it dark.
    func look(width: Int, height: Int = 900, dark: Bool = false) async throws {
        try await devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
        let feature = ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]
        try await devTools("Emulation.setEmulatedMedia", ["features": [feature]])
    }

    /// Turns scripts of pages off or on.
    func setScripts(on: Bool) async throws {
        try await devTools("Emulation.setScriptExecutionDisabled", ["value": !on])
    }

    /// Runs a script on each page that is opened from now on, before the page's own.
    func runOnEveryPage(_ script: String) async throws {
        try await devTools("Page.addScriptToEvaluateOnNewDocument", ["source": script])
    }

    /// Has the person be in a zone, such as `Asia/Kolkata`.
    func setZone(_ name: String) async throws {
        try await devTools("Emulation.setTimezoneOverride", ["timezoneId": name])
    }

    /// Turns the network off or on.
    func setOffline(_ isOffline: Bool) async throws {
        try await devTools("Network.enable", [:])
        try await devTools(
            "Network.emulateNetworkConditions",
            ["offline": isOffline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1])
    }

    /// A picture of the window.
    func screenshot() async throws -> Data {
        let text = try await command("GET", "/screenshot") as? String ?? ""
        return Data(base64Encoded: text) ?? Data()
    }

    // MARK: The protocol

    @discardableResult
    private func devTools(_ name: String, _ parameters: [String: Any]) async throws -> Any {
        try await command("POST", "/goog/cdp/execute", ["cmd": name, "params": parameters])
    }

    /// Does something with the first element that a selector finds, on the page it is at or the one that is on its way;
    /// the body gets the element's path.
    private func withElement<Value>(
        _ selector: String, _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await acrossPages(within: Self.patience) {
            let answer = try await command("POST", "/element", ["using": "css selector", "value": selector])
            guard let id = (answer as? [String: String])?.values.first else {
                throw BrowserFailure("there is no element \(selector)")
            }
            return try await body("/element/\(id)")
        }
    }

    /// Tries again what failed because one page was giving way to another, for as long as `time`.
    @discardableResult
    private func acrossPages<Value>(within time: Duration, _ body: () async throws -> Value) async throws -> Value {
        let end = ContinuousClock.now + time
        while true {
            do { return try await body() } catch let failure as BrowserFailure {
                guard failure.mayBeOfLeavingPage, ContinuousClock.now < end else { throw failure }
            }
        }
    }

    @discardableResult
    private func command(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.send(method, session + path, body, client: client)
    }

    private static func send(
        _ method: String, _ address: String, _ body: [String: Any]?, client: HTTPClient
    ) async throws -> Any {
        var request = HTTPClientRequest(url: address)
        request.method = .init(rawValue: method)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body)))
        }
        let response = try await client.execute(request, timeout: .seconds(120))
        let data = Data((try await response.body.collect(upTo: 32 << 20)).readableBytesView)
        let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let value = answer?["value"] ?? NSNull()
        guard response.status == .ok else {
            let message = (value as? [String: Any])?["message"] as? String ?? String(decoding: data, as: UTF8.self)
            throw BrowserFailure(
                "\(method) \(address.suffix(60)): \(message.prefix(600))",
                code: (value as? [String: Any])?["error"] as? String)
        }
        return value
    }
}
