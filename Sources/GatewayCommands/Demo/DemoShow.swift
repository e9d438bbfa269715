import CallDomain
import Foundation
import Synchronization

/// What a person sees of the demo: a table that renews itself on a terminal, a line per change elsewhere.
final class DemoShow: Sendable {
    /// Whether a table is drawn.
    let isLive: Bool
    private let isQuiet: Bool
    private let header = Mutex("")

    /// The most calls the table has.
    static let mostRows = 24

    init(isLive: Bool, isQuiet: Bool) {
        self.isLive = isLive
        self.isQuiet = isQuiet
    }

    /// Says where to look.
    func begin(at addresses: GatewayRunner.Addresses, data: DataDirectory, options: DemoCommand) {
        guard !isQuiet else { return }
        let text = """
            Gateway    \(addresses.gateway)   (self-signed; API key in \(data.apiKey.path))
            Pages      https://localhost:\(addresses.gateway.port ?? 0)/calls   (sign in with that key)
            Operator   \(addresses.operator)/metrics
            Bolna      simulated on loopback, \(options.speed)x as fast as in reality, seed \(options.seed)
            Try        curl --cacert \(data.certificate.path) \
            -H "Authorization: Bearer $(cat \(data.apiKey.path))" https://localhost:\(addresses.gateway.port ?? 0)/api/v1/calls
            """
        header.withLock { $0 = text }
        StandardOutput.write(text + "\n")
    }

    /// A call changed.
    func changed(_ change: Change, calls: [CallRecord]) {
        if isLive { return draw(calls) }
        guard !isQuiet else { return }
        let time = change.at.iso8601().dropFirst(11).prefix(12)
        StandardOutput.write(
            "\(time)  \(change.execution.rawValue)  \(pad(change.status.word, 18)) by \(change.source.word)")
    }

    /// All calls are done.
    func finished(_ outcome: DemoOutcome) {
        guard !isQuiet else { return }
        StandardOutput.write(outcome.table + "\n\nStill serving; Ctrl-C ends it.")
    }

    private func draw(_ calls: [CallRecord]) {
        let rows = calls.compactMap { call -> String? in
            guard let state = call.state else { return nil }
            let seconds = state[.conversationDuration].flatMap { value -> String? in
                if case .number(let number) = value { String(format: "%.0f s", number) } else { nil }
            }
            let direction = if case .text(let text)? = state[.direction] { text } else { "" }
            let recording = state[.recordingURL] == nil ? "" : "recording"
            return pad(String(call.execution.rawValue.prefix(8)), 10) + pad(direction, 10)
                + pad(state.status.word, 20) + pad(state.current.statusWinner.observation.source.word, 9)
                + pad(seconds ?? "", 8) + recording
        }
        let header = header.withLock { $0 }
        let title = pad("call", 10) + pad("direction", 10) + pad("status", 20) + pad("by", 9) + pad("talk", 8)
        let shown = rows.prefix(Self.room(under: header))
        let text = ([header, "", title] + shown).joined(separator: "\u{1B}[K\n")
        // Home, text, and nothing below it: the table renews itself in place.
        StandardOutput.write("\u{1B}[H\(text)\u{1B}[K\u{1B}[J")
    }

    /// How many calls fit on the terminal, so that the table does not scroll its own head away.
    private static func room(under header: String) -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return mostRows
        }
        let width = Int(size.ws_col)
        let taken = header.split(separator: "\n").reduce(0) { $0 + ($1.count + width - 1) / width }
        // The empty line, the titles, and the line the cursor stands on.
        return max(Int(size.ws_row) - taken - 3, 1)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
