import Foundation
import GatewayHTTP
import Logging
import Testing

@Suite("TokenKeyFile")
struct TokenKeyFileTests {
    @Test("A changed file is taken, one that cannot be used is not, and what is right again is taken again")
    func reloads() async throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        let path = folder + "/keys.json"
        let file = TokenKeyFile(
            path: path, interval: .seconds(3_600), clock: ContinuousClock(), logger: Logger(label: "test"))
        await #expect(throws: TokenKeyProblem.unreadable(path: path)) { try await file.load() }
        func write(_ set: [UInt8]) throws { try Data(set).write(to: URL(filePath: path)) }

        try write(TokenMaker.keySet([TokenMaker.ecKey()]))
        try await file.load()
        let verifier = TokenVerifier(keys: file.keys)
        #expect(await verifier.accepts(try TokenMaker.es256()))
        #expect(!(await verifier.accepts(try TokenMaker.rs256())))

        try write(Array("half a fi".utf8))
        await file.reload()
        #expect(await verifier.accepts(try TokenMaker.es256()))

        try write(TokenMaker.keySet([try TokenMaker.rsaKey()]))
        await file.reload()
        #expect(!(await verifier.accepts(try TokenMaker.es256())))
        #expect(await verifier.accepts(try TokenMaker.rs256()))
    }
}
