import CallDomain

/// What each payload of a call says, as Python's `json` and `datetime` read it.
struct ExpectedPayload: Sendable {
    var file: String
    var id: String
    var status: CallStatus
    /// Microseconds since 1970.
    var updatedAt: Int64?
    var createdAt: Int64?
    var scheduledAt: Int64?
    var conversationDuration: Double?
    var totalCost: Double?
    var telephonyDuration: Double?
    var hangupBy: String?
    var hangupCode: Double?
    var transcriptBytes: Int
    var recordingURL: String?
    var errorMessage: String?
    var providerCallID: String?

    static let all: [ExpectedPayload] = [
        ExpectedPayload(
            file: "02-lifecycle-1-queued", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601", status: .queued,
            updatedAt: 1_772_615_708_401_120, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: nil),
        ExpectedPayload(
            file: "03-lifecycle-2-initiated", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601", status: .initiated,
            updatedAt: 1_772_615_710_020_551, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "f98b57ed-66c4-5cde-8519-787497bb86e3"),
        ExpectedPayload(
            file: "04-lifecycle-3-ringing", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601", status: .ringing,
            updatedAt: 1_772_615_712_330_418, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "f98b57ed-66c4-5cde-8519-787497bb86e3"),
        ExpectedPayload(
            file: "05-lifecycle-4-in-progress", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601", status: .inProgress,
            updatedAt: 1_772_615_714_905_002, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "f98b57ed-66c4-5cde-8519-787497bb86e3"),
        ExpectedPayload(
            file: "06-lifecycle-5-call-disconnected", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601",
            status: .callDisconnected,
            updatedAt: 1_772_615_748_046_310, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 27.2, totalCost: 2.31, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 236,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "f98b57ed-66c4-5cde-8519-787497bb86e3"),
        ExpectedPayload(
            file: "07-lifecycle-6-completed", id: "f54886af-64c6-5dec-8a52-c3f9ab4af601", status: .completed,
            updatedAt: 1_772_616_521_423_190, createdAt: 1_772_615_708_112_233,
            scheduledAt: 1_772_615_708_112_207,
            conversationDuration: 27.2, totalCost: 5.65, telephonyDuration: 28.0,
            hangupBy: "Callee", hangupCode: 4000.0, transcriptBytes: 236,
            recordingURL: "https://api.bolna.ai/recordings/call/f54886af-64c6-5dec-8a52-c3f9ab4af601",
            errorMessage: nil, providerCallID: "f98b57ed-66c4-5cde-8519-787497bb86e3"),
        ExpectedPayload(
            file: "08-late-1-completed-without-recording", id: "3010e1d3-bb5c-56d2-92b2-55237a152b7e",
            status: .completed,
            updatedAt: 1_772_690_650_250_000, createdAt: 1_772_690_460_500_000,
            scheduledAt: nil,
            conversationDuration: 41.0, totalCost: 4.02, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 83,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "CA00000000000000000000000000000b01"),
        ExpectedPayload(
            file: "09-late-2-completed-with-recording", id: "3010e1d3-bb5c-56d2-92b2-55237a152b7e", status: .completed,
            updatedAt: 1_772_690_995_730_001, createdAt: 1_772_690_460_500_000,
            scheduledAt: nil,
            conversationDuration: 41.0, totalCost: 6.32, telephonyDuration: 42.0,
            hangupBy: "Callee", hangupCode: 4000.0, transcriptBytes: 83,
            recordingURL: "https://api.bolna.ai/recordings/call/3010e1d3-bb5c-56d2-92b2-55237a152b7e",
            errorMessage: nil, providerCallID: "CA00000000000000000000000000000b01"),
        ExpectedPayload(
            file: "10-busy", id: "8646b5b0-0072-507c-a7d1-d29adf83717d", status: .busy,
            updatedAt: 1_772_618_743_693_128, createdAt: 1_772_618_713_684_865,
            scheduledAt: 1_772_618_713_684_839,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: "Carrier", hangupCode: 3010.0, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "b6ffcfdb-7c36-547d-aaeb-1caa65784c07"),
        ExpectedPayload(
            file: "11-no-answer", id: "6b4ab1df-68ce-5c59-a7b4-4de308477d93", status: .noAnswer,
            updatedAt: 1_772_619_646_900_000, createdAt: 1_772_619_600_100_100,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: "Carrier", hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "CA00000000000000000000000000000c01"),
        ExpectedPayload(
            file: "12-failed", id: "7f4c44e3-dc66-5b42-94c6-890a9f8694ed", status: .failed,
            updatedAt: 1_772_620_272_440_000, createdAt: 1_772_620_269_000_001,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: "Carrier", hangupCode: 2000.0, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: "Call recipient number invalid", providerCallID: "53bd27f1-ab27-534d-8bcb-06cd12084559"),
        ExpectedPayload(
            file: "13-balance-low", id: "616c40fa-248d-5c70-a62b-4642a3052a0e", status: .balanceLow,
            updatedAt: 1_772_622_000_412_000, createdAt: 1_772_622_000_000_000,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: "Insufficient wallet balance", providerCallID: nil),
        ExpectedPayload(
            file: "14-balance_low-snake-case", id: "59780d8b-3df6-541d-a4db-bc3f9724bf2d", status: .balanceLow,
            updatedAt: 1_772_622_000_412_000, createdAt: 1_772_622_000_000_000,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: "Insufficient wallet balance", providerCallID: nil),
        ExpectedPayload(
            file: "15-canceled", id: "07a94c15-b2b0-5b39-b377-43502e9329c4", status: .canceled,
            updatedAt: 1_772_622_609_750_000, createdAt: 1_772_622_600_250_000,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "4a45cd2b-ff72-530a-81fb-0866decf2b03"),
        ExpectedPayload(
            file: "16-stopped", id: "36f98474-6cef-5eb5-8b1c-65d05ba2e36d", status: .stopped,
            updatedAt: 1_772_622_871_000_000, createdAt: 1_772_622_720_250_000,
            scheduledAt: 1_772_625_600_000_000,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: nil),
        ExpectedPayload(
            file: "17-error", id: "635e877f-d7f4-589d-8859-de02d2fef6f5", status: .error,
            updatedAt: 1_772_623_203_110_000, createdAt: 1_772_623_200_000_009,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: "An error occurred while placing the call", providerCallID: nil),
        ExpectedPayload(
            file: "18-voicemail-completed", id: "d45b2c1d-fea5-5cf4-a55c-0b7d4f3a08ae", status: .completed,
            updatedAt: 1_772_623_992_000_000, createdAt: 1_772_623_800_000_000,
            scheduledAt: nil,
            conversationDuration: 9.4, totalCost: 2.6, telephonyDuration: 33.0,
            hangupBy: "API Request", hangupCode: 4000.0, transcriptBytes: 132,
            recordingURL: "https://api.bolna.ai/recordings/call/d45b2c1d-fea5-5cf4-a55c-0b7d4f3a08ae",
            errorMessage: nil, providerCallID: "86f44dbf-fd6d-5599-841e-faffaa757302"),
        ExpectedPayload(
            file: "19-batch-call-completed", id: "4146d252-246d-515b-9af8-30f4408c1903", status: .completed,
            updatedAt: 1_772_625_810_000_000, createdAt: 1_772_625_600_000_000,
            scheduledAt: nil,
            conversationDuration: 18.0, totalCost: 3.26, telephonyDuration: 19.0,
            hangupBy: "Plivo", hangupCode: 4010.0, transcriptBytes: 71,
            recordingURL: "https://api.bolna.ai/recordings/call/4146d252-246d-515b-9af8-30f4408c1903",
            errorMessage: nil, providerCallID: "4960aa38-7869-5d4a-8202-35ef47c91672"),
        ExpectedPayload(
            file: "20-transferred-completed", id: "2b07db3c-ce23-5a53-ac09-12f1ca96edcf", status: .completed,
            updatedAt: 1_772_627_230_000_000, createdAt: 1_772_626_800_000_000,
            scheduledAt: nil,
            conversationDuration: 52.6, totalCost: 11.4, telephonyDuration: 54.0,
            hangupBy: "Callee", hangupCode: 4000.0, transcriptBytes: 139,
            recordingURL: "https://api.bolna.ai/recordings/call/2b07db3c-ce23-5a53-ac09-12f1ca96edcf",
            errorMessage: nil, providerCallID: "c183ac1d-2ded-5a3b-be0b-81307f6f8d8b"),
        ExpectedPayload(
            file: "21-rescheduled-guardrails", id: "8746aadc-6a2a-5292-b49a-d52dc1080771", status: .rescheduled,
            updatedAt: 1_772_645_400_310_000, createdAt: 1_772_645_400_000_000,
            scheduledAt: 1_772_681_400_000_000,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: nil),
        ExpectedPayload(
            file: "22-auto-retry-scheduled", id: "058ada6e-cba9-5356-ad33-31901f91e9a7", status: .scheduled,
            updatedAt: 1_769_421_665_000_000, createdAt: 1_769_421_600_000_000,
            scheduledAt: 1_769_423_400_000_000,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: nil),
        ExpectedPayload(
            file: "23-numeric-id-conversation_time", id: "7432000142914", status: .completed,
            updatedAt: 1_706_553_082_000_000, createdAt: 1_705_972_477_000_000,
            scheduledAt: nil,
            conversationDuration: 123.0, totalCost: 123.0, telephonyDuration: 42.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 29,
            recordingURL: "https://bolna-call-recordings.s3.us-east-1.amazonaws.com/made-up/RE0001",
            errorMessage: nil, providerCallID: "CA00000000000000000000000000000d01"),
        ExpectedPayload(
            file: "24-missing-optional-fields", id: "ac8dafe6-2aae-5602-9fbe-8f75717413f9", status: .completed,
            updatedAt: nil, createdAt: nil,
            scheduledAt: nil,
            conversationDuration: 16.0, totalCost: 3.23, telephonyDuration: 16.0,
            hangupBy: "Plivo", hangupCode: nil, transcriptBytes: 57,
            recordingURL: "https://api.bolna.ai/recordings/call/ac8dafe6-2aae-5602-9fbe-8f75717413f9",
            errorMessage: nil, providerCallID: nil),
        ExpectedPayload(
            file: "25-huge-transcript", id: "969c5542-bc87-5f03-85ba-30bc2da434fe", status: .completed,
            updatedAt: 1_772_776_931_000_000, createdAt: 1_772_773_200_000_000,
            scheduledAt: nil,
            conversationDuration: 3540.4, totalCost: 512.77, telephonyDuration: 3541.0,
            hangupBy: "Carrier", hangupCode: 3050.0, transcriptBytes: 105480,
            recordingURL: "https://api.bolna.ai/recordings/call/969c5542-bc87-5f03-85ba-30bc2da434fe",
            errorMessage: nil, providerCallID: "9c603cac-09df-5079-941b-5d1d3ad3ea4b"),
        ExpectedPayload(
            file: "26-hindi-transcript", id: "b981fbf0-bda3-55f9-a71a-aa27c7d28428", status: .completed,
            updatedAt: 1_769_606_348_672_994, createdAt: 1_769_606_270_116_924,
            scheduledAt: nil,
            conversationDuration: 68.4, totalCost: 12.71, telephonyDuration: 69.0,
            hangupBy: "Callee", hangupCode: 4000.0, transcriptBytes: 445,
            recordingURL: "https://bolna-recordings-india.s3.ap-south-1.amazonaws.com/plivo/00000000-made-up.mp3",
            errorMessage: nil, providerCallID: "ccbb5860-8458-58c4-b505-08ac2eaa1084"),
        ExpectedPayload(
            file: "29-pre-call-webhook-in-progress", id: "4f46912b-9d3c-566a-a9e9-8f0f48454459", status: .inProgress,
            updatedAt: 1_781_942_470_000_000, createdAt: 1_781_942_400_000_000,
            scheduledAt: nil,
            conversationDuration: 0.0, totalCost: 0.0, telephonyDuration: 0.0,
            hangupBy: nil, hangupCode: nil, transcriptBytes: 0,
            recordingURL: nil,
            errorMessage: nil, providerCallID: "95455ae7-b255-548f-9f22-99b7fa01fd91"),
    ]
}
