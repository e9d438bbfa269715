import BolnaWire
import CallDomain
import Foundation
import Logging
import Synchronization

/// Writes one line per event to standard error: text for people, JSON for machines.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let writesJSON: Bool

    /// One line at a time, whoever writes: lines are never mixed.
    private static let output = Mutex(FileHandle.standardError)

    init(label: String, level: Logger.Level, writesJSON: Bool) {
        self.label = label
        self.writesJSON = writesJSON
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let more = event.metadata { all.merge(more) { $1 } }
        let pairs = all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        let time = RealWorld.now().iso8601()
        let line =
            writesJSON
            ? Self.json(time: time, level: event.level, message: "\(event.message)", label: label, pairs: pairs)
            : Self.text(time: time, level: event.level, message: "\(event.message)", pairs: pairs)
        Self.output.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
    }

    private static func text(
        time: String, level: Logger.Level, message: String, pairs: [(String, String)]
    ) -> String {
        let rest = pairs.map { " \($0)=\(printable($1))" }.joined()
        return "\(time) \(level.rawValue) \(printable(message))\(rest)\n"
    }

    /// A value from outside must not start a line of its own, nor steer a terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private static func json(
        time: String, level: Logger.Level, message: String, label: String, pairs: [(String, String)]
    ) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, value) in [("ts", time), ("level", level.rawValue), ("msg", message), ("logger", label)] + pairs
            {
                writer.key(name)
                writer.value(value)
            }
        }
        return writer.text + "\n"
    }
}

extension LineLogHandler {
    /// A logger as the settings ask for it; `auto` writes text on a terminal and JSON elsewhere.
    static func logger(settings: GatewaySettings) -> Logger {
        let writesJSON =
            switch settings.logFormat {
            case .automatic: isatty(STDERR_FILENO) == 0
            case .json: true
            case .text: false
            }
        return Logger(label: "gateway") { label in
            LineLogHandler(label: label, level: settings.logLevel, writesJSON: writesJSON)
        }
    }
}
