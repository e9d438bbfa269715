import CallDomain
import Testing

@Suite("PathSymptoms")
struct PathSymptomsTests {
    /// Twenty webhooks that were given up one after the other, the last at second 3 600.
    private static let missed = (1...20).map { Timestamp(seconds: 3_600 - Int64(20 - $0) * 60) }

    private static func symptoms(
        late: Int = 0, outages: [ClosedRange<Int64>] = [], refused: Int = 0, others: [PathFigures] = []
    ) -> PathSymptoms {
        PathSymptoms(
            missed: missed, late: late, patience: .seconds(900),
            outages: outages.map { Timestamp(seconds: $0.lowerBound)..<Timestamp(seconds: $0.upperBound) },
            refused: refused, others: others)
    }

    private static func figures(_ state: PathState, arrived: Int, missed count: Int) -> PathFigures {
        PathFigures(state: state, arrived: arrived, missed: Array(missed.prefix(count)), late: 0)
    }

    private static let well = figures(.healthy, arrived: 9, missed: 1)
    private static let badly = figures(.degraded, arrived: 2, missed: 12)
    private static let idle = figures(.healthy, arrived: 0, missed: 0)

    static let table: [(PathSymptoms, Incident.Cause?, Comment)] = [
        (symptoms(), .everythingSilent, "there is no other agent"),
        (symptoms(others: [idle]), .everythingSilent, "an idle agent proves nothing"),
        (symptoms(others: [badly, idle]), .everythingSilent, "the other one's do not come either"),
        (symptoms(others: [badly, well]), .agentSilent, "another one's come"),
        (symptoms(refused: 9), .everythingSilent, "some strangers are no explanation"),
        (symptoms(refused: 10), .refused, "as many refused as half of what is missed"),
        (symptoms(refused: 10, others: [well]), .refused, "refused comes before silent"),
        (symptoms(late: 9), .everythingSilent, "most do not even come late"),
        (symptoms(late: 10), .slow, "they come, late"),
        (symptoms(late: 10, refused: 20), .slow, "what came late was not refused"),
        (symptoms(outages: [0...400]), .everythingSilent, "an outage before all of them"),
        (symptoms(outages: [3_000...3_010]), .ownOutage, "half of them may have been sent in that time"),
        (symptoms(outages: [4_000...5_000]), .everythingSilent, "an outage after all of them"),
        (symptoms(late: 20, outages: [1_000...3_600], refused: 20, others: [well]), .ownOutage, "our outage first"),
    ]

    @Test("The likely cause is a function of the symptoms", arguments: table)
    func cause(symptoms: PathSymptoms, cause: Incident.Cause?, why: Comment) {
        #expect(symptoms.cause == cause, why)
    }

    @Test("Where nothing was missed there is no cause")
    func nothing() {
        var symptoms = Self.symptoms(refused: 5)
        symptoms.missed = []
        #expect(symptoms.cause == nil)
    }

    @Test("Each cause says what to do about it", arguments: Incident.Cause.allCases)
    func advice(cause: Incident.Cause) { #expect(cause.advice.hasSuffix(".")) }
}
