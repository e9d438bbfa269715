import Foundation
import Testing

@Suite("Replaying a simulation") struct SimulationReplayTests {
    /// Hashes differ from process to process, so what depends on the order of a set or dictionary shows here alone.
    @Test("The same seeds give the same worlds in two processes, to the last step")
    func otherProcess() async throws {
        let folder = try TemporaryFolder()
        var documents: [[String: String]] = []
        for _ in 1...2 {
            let process = try GatewayProcess(["simulate", "--seeds", "16", "--output", "json"], in: folder.url)
            let end = await process.end()
            #expect(end.code == 0, "\(end.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(end.output.utf8)) as? [String: Any]
            documents.append((object ?? [:]).filter { $0.key != "elapsed_seconds" }.mapValues { "\($0)" })
        }
        #expect(documents[0]["fingerprint"]?.isEmpty == false)
        for key in documents[0].keys.sorted() where !["laws", "effects", "faults_by_name"].contains(key) {
            #expect(documents[0][key] == documents[1][key], "\(key) differs")
        }
    }
}
