import BolnaClient
import BolnaWire
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore

/// The quarantine as commands reach it: through a running gateway; where none runs, in the database itself.
struct QuarantineDesk {
    private let settings: GatewaySettings
    private let data: DataDirectory

    /// On whose behalf commands work where no gateway runs.
    private let principal: Principal

    init(_ settings: GatewaySettings, account: AccountID) throws {
        self.settings = settings
        principal = StandaloneGateway.principal(of: account)
        data = try DataDirectory(path: settings.dataDirectory)
    }

    /// A page of entries as JSON.
    func list(_ words: [(name: String, value: String)]) async throws -> [UInt8] {
        let query = try words.map { "\($0.name)=\(try Self.escaped($0.value))" }.joined(separator: "&")
        if let body = try await ask("/api/v1/quarantine?\(query)") { return body }
        return try alone { store in
            try QuarantineReading.page(
                of: store, words: Dictionary(words.map { ($0.name, $0.value) }) { $1 }, for: principal)
        }
    }

    /// One entry as JSON.
    func entry(_ id: Int64) async throws -> [UInt8] {
        if let body = try await ask("/api/v1/quarantine/\(id)") { return body }
        return try alone { store in try QuarantineReading.entry(of: store, id: id, for: principal) }
    }

    /// Replays or discards page by page, and tells how far it has come.
    func run(_ selection: QuarantineCommand.Selection, action: String, members: [(String, Bool)]) async throws {
        if try await ask("/api/v1/me") != nil {
            try await run(selection, members: members) { body in
                guard let answer = try await ask("/api/v1/quarantine/\(action)", body: body) else {
                    throw GatewayFailure(.unavailable, "the gateway stopped; run the command again to go on")
                }
                return answer
            }
            return
        }
        try await StandaloneGateway(settings: settings, data: data).act { assembly in
            try await run(selection, members: members) { body in
                try await QuarantineReading.run(
                    body, action: action, service: assembly.dependencies.quarantine, for: principal,
                    trail: assembly.context.trail, at: assembly.context.now())
            }
        }
    }

    private func run(
        _ selection: QuarantineCommand.Selection, members: [(String, Bool)],
        send: ([UInt8]) async throws -> [UInt8]
    ) async throws {
        var progress = QuarantineProgress(isDryRun: selection.dryRun)
        var cursor: String?
        repeat {
            let body = try await send(Self.body(selection, members: members, cursor: cursor))
            let page = try JSONDecoder().decode(QuarantinePage.self, from: Data(body))
            if cursor == nil {
                StandardError.write(progress.begin(page))
                if selection.output == .csv {
                    StandardOutput.write(exactly: CSVText.lines([QuarantinePage.csvHeader]))
                }
            }
            switch selection.output {
            case .json: StandardOutput.write(String(decoding: body, as: UTF8.self))
            case .csv: StandardOutput.write(exactly: CSVText.lines(page.csvRows))
            case .table: StandardOutput.write(lines: page.lines)
            }
            StandardError.write(progress.add(page))
            cursor = page.nextCursor
        } while cursor != nil
        StandardError.write(progress.sentence)
    }

    private static func body(
        _ selection: QuarantineCommand.Selection, members: [(String, Bool)], cursor: String?
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            if selection.ids.isEmpty {
                json.key("filter")
                json.object { json in
                    for (name, value) in selection.filter.words { json.member(name, value) }
                }
            } else {
                json.key("ids")
                json.array { json in for id in selection.ids { json.value(id) } }
            }
            for (name, value) in members { json.member(name, value) }
            json.member("dryRun", selection.dryRun)
            json.member("cursor", cursor)
        }
        return json.bytes
    }

    /// The answer of a running gateway; nil where none runs.
    private func ask(_ path: String, body: [UInt8]? = nil) async throws -> [UInt8]? {
        guard let answer = try await RunningGateway(data: data).send(path: path, body: body, account: principal.account)
        else { return nil }
        guard answer.status == 200 else { throw RunningGateway.failure(answer) }
        return answer.body
    }

    private func alone(_ read: (SQLiteStore) throws -> [UInt8]) throws -> [UInt8] {
        let store = try StoredGateway.open(settings: settings, data: data)
        defer { try? store.close() }
        do {
            return try read(store)
        } catch let problem as Problem {
            throw StandaloneGateway.failure(problem)
        } catch let error as StoreError {
            throw GatewayFailure(.unavailable, error.message)
        }
    }

    private static func escaped(_ text: String) throws -> String {
        let allowed = CharacterSet.alphanumerics.intersection(.init(charactersIn: "\u{0}"..."\u{7F}"))
            .union(["-", "_", "."])
        guard let escaped = text.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw GatewayFailure(.negative, "a value cannot be part of an address")
        }
        return escaped
    }
}
