/// The members that the gateway itself puts into a call's `user_data` when dialling, and reads back from
/// `context_details.recipient_data`.
package struct RecipientData: Hashable, Sendable {
    /// `gateway_dial`: the correlation key of the dial intent.
    package var correlationKey: String?
    /// `leadId`.
    package var leadID: String?
    /// `callerName`.
    package var callerName: String?
    /// `projectName`.
    package var projectName: String?
    /// `userId`.
    package var userID: String?

    /// The members' names.
    enum Name: String, CaseIterable {
        case correlationKey = "gateway_dial"
        case leadID = "leadId"
        case callerName
        case projectName
        case userID = "userId"

        static let table = NameTable<Name>()
    }

    /// Puts the members together.
    package init(
        correlationKey: String? = nil, leadID: String? = nil, callerName: String? = nil, projectName: String? = nil,
        userID: String? = nil
    ) {
        self.correlationKey = correlationKey
        self.leadID = leadID
        self.callerName = callerName
        self.projectName = projectName
        self.userID = userID
    }

    /// Reads the members from the JSON text of recipient data; what is missing or of another kind is nil.
    package init(json: String) {
        self.init()
        var json = json
        let read = json.withUTF8 { utf8 -> RecipientData? in
            var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
            return try? RecipientData(&scanner)
        }
        if let read { self = read }
    }

    /// The correlation key in the JSON text of recipient data.
    package static func correlationKey(in json: String) -> String? { RecipientData(json: json).correlationKey }

    private init(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            if let known = Name.table.find(name, in: scanner) {
                self[known] = try scanner.readText().value
            } else {
                try scanner.skipValue()
            }
        }
    }

    /// A member by its name.
    subscript(name: Name) -> String? {
        get {
            switch name {
            case .correlationKey: correlationKey
            case .leadID: leadID
            case .callerName: callerName
            case .projectName: projectName
            case .userID: userID
            }
        }
        set {
            switch name {
            case .correlationKey: correlationKey = newValue
            case .leadID: leadID = newValue
            case .callerName: callerName = newValue
            case .projectName: projectName = newValue
            case .userID: userID = newValue
            }
        }
    }
}
