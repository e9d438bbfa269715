import ArgumentParser
import BolnaModel
import BolnaSimulator
import FoundationEssentials

extension Share: ExpressibleByArgument {
    /// Reads `30%` or `0.3`.
    public init?(argument: String) {
        self.init(text: argument)
    }

    /// The share as a number.
    public var defaultValueDescription: String { "\(value)" }
}

extension SimulatorConfiguration.WebhookHeader: ExpressibleByArgument {
    /// Reads `Name: value`.
    public init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map { $0.trimmingPrefix { $0 == " " } }
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        self.init(name: String(parts[0]), value: String(parts[1]))
    }
}

/// Statuses separated by commas.
struct StatusList: ExpressibleByArgument {
    var statuses: [ExecutionStatus]

    init?(argument: String) {
        let names = argument.split(separator: ",")
        statuses = names.compactMap { ExecutionStatus(rawValue: String($0)) }
        guard !names.isEmpty, statuses.count == names.count else { return nil }
    }
}

/// Small text files named on the command line.
enum TextFile {
    static func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
