import CallDomain
import Foundation
import GatewayService
import Testing

@testable import GatewayCommands

@Suite struct NumbersKeyTests {
    private func folder() throws -> DataDirectory {
        try DataDirectory(path: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path)
    }

    private static func number() throws -> TelephoneNumber { try #require(TelephoneNumber("+14155550100")) }

    @Test("The key is minted once, for this user alone, and digests alike after a restart")
    func minted() throws {
        let data = try folder()
        defer { try? FileManager.default.removeItem(at: data.url) }
        let first = try NumbersKey.forgotten([], data: data)
        let number = try #require(first.remembered(try Self.number(), of: .default))
        let mode = try FileManager.default.attributesOfItem(atPath: data.numbersKey.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let check = try #require(first.check)
        let second = try NumbersKey.forgotten([check, number], data: data)
        #expect(second.isNamed(in: "+14155550100", of: .default))
        #expect(!second.isNamed(in: "+14155550101", of: .default))
    }

    @Test("With a lost or another key the gateway does not start, since forgotten numbers would come back")
    func lost() throws {
        let data = try folder()
        let other = try folder()
        defer { for folder in [data, other] { try? FileManager.default.removeItem(at: folder.url) } }
        let forgotten = try NumbersKey.forgotten([], data: data)
        let remembered = [forgotten.check, forgotten.remembered(try Self.number(), of: .default)].compactMap { $0 }
        _ = try NumbersKey.forgotten([], data: other)
        let wrong = #expect(throws: GatewayFailure.self) { try NumbersKey.forgotten(remembered, data: other) }
        #expect(wrong?.code == .configuration)
        try FileManager.default.removeItem(at: data.numbersKey)
        let lost = #expect(throws: GatewayFailure.self) { try NumbersKey.forgotten(remembered, data: data) }
        #expect(lost?.description.contains("forgotten-numbers-key") == true)
    }
}
