import Foundation
import Testing

@testable import GatewayCommands

@Suite("DataDirectory") final class DataDirectoryTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "data-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func mode(of url: URL) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int)
    }

    @Test("It is made for this user alone, with the folders above it")
    func made() throws {
        let data = try DataDirectory(path: folder.appending(path: "a/b").path)
        #expect(try mode(of: data.url) == 0o700)
        #expect(data.openness == nil)
    }

    @Test(
        "One that others can open is refused, with what to do",
        arguments: [(0o755, false), (0o770, false), (0o701, false), (0o777, false), (0o750, true), (0o700, true)])
    func open(mode: Int, isTaken: Bool) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
        guard !isTaken else {
            _ = try DataDirectory(path: folder.path)
            return
        }
        let failure = #expect(throws: GatewayFailure.self) { try DataDirectory(path: self.folder.path) }
        #expect(failure?.code == .configuration)
        #expect(failure?.description.contains("data.directory") == true)
        #expect(failure?.description.contains("chmod 7") == true)
        #expect(DataDirectory(existing: folder.path).openness != nil)
    }

    @Test("A file at its path is refused")
    func file() throws {
        try Data().write(to: folder)
        #expect(throws: GatewayFailure.self) { try DataDirectory(path: self.folder.path) }
    }

    @Test("A secret is written for this user alone, whatever a start that was cut short left in its way")
    func drafts() throws {
        let data = try DataDirectory(path: folder.path)
        let draft = data.apiKey.appendingPathExtension("new")
        let elsewhere = folder.appending(path: "elsewhere")
        try Data("as it was".utf8).write(to: elsewhere)
        try FileManager.default.createSymbolicLink(at: draft, withDestinationURL: elsewhere)
        try data.write("first", to: data.apiKey)
        #expect(try String(contentsOf: elsewhere, encoding: .utf8) == "as it was")
        #expect(try mode(of: data.apiKey) == 0o600)

        try Data("left behind, and longer".utf8).write(to: draft)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: draft.path)
        try data.write("second", to: data.apiKey)
        #expect(try data.secret(in: data.apiKey) == "second")
        #expect(try mode(of: data.apiKey) == 0o600)
        #expect(!FileManager.default.fileExists(atPath: draft.path))
    }
}
