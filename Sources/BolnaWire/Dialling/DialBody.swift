package import CallDomain

/// The body of Bolna's `POST /call` (docs: api-reference/calls/make).
package enum DialBody {
    /// Writes the body. `userData` is a client's JSON object (no bytes for none) and is copied as it is, but for members
    /// of the names that ``RecipientData`` uses: those are the gateway's. An error where it is no JSON object.
    package static func encode(
        agent: AgentID, recipient: String, from: String?, scheduledAt: Timestamp?, userData: [UInt8] = [],
        recipientData: RecipientData
    ) throws(UnusableBody) -> [UInt8] {
        let given = userData.isEmpty ? [] : try members(of: userData)
        var writer = JSONWriter(reserving: userData.count + 512)
        writer.object { body in
            body.member("agent_id", agent.rawValue)
            body.member("recipient_phone_number", recipient)
            if let from { body.member("from_phone_number", from) }
            // Bolna refuses `Z` here (docs: api-reference/limits).
            if let scheduledAt { body.member("scheduled_at", scheduledAt.iso8601(fractionDigits: 0, zone: "+00:00")) }
            body.key("user_data")
            body.object { data in
                for (name, value) in given where RecipientData.Name(rawValue: name) == nil {
                    data.key(name)
                    data.raw(value)
                }
                for name in RecipientData.Name.allCases {
                    if let text = recipientData[name] { data.member(name.rawValue, text) }
                }
            }
        }
        return writer.bytes
    }

    /// The members of an object, values as they are written.
    private static func members(of object: [UInt8]) throws(UnusableBody) -> [(name: String, value: ArraySlice<UInt8>)] {
        let members = try BolnaDecoder.whole(object) { scanner throws(JSONFault) -> [(String, Range<Int>)]? in
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                return nil
            }
            var members: [(String, Range<Int>)] = []
            try scanner.openObject()
            var isFirst = true
            while let name = try scanner.nextMember(isFirst: &isFirst) {
                _ = try scanner.peek()
                let start = scanner.position
                try scanner.skipValue()
                members.append((scanner.text(name), start..<scanner.position))
            }
            return members
        }
        guard let members else { throw UnusableBody(.unknownShape, "user data is no JSON object") }
        return members.map { ($0.0, object[$0.1]) }
    }
}
