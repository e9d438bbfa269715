/// A value that a body states.
package enum StatedValue: Hashable, Sendable {
    /// Text that is not empty.
    case text(String)
    /// A number.
    case number(Double)
    /// Yes or no.
    case flag(Bool)
    /// An object or array with something in it, as compact JSON.
    case json(String)
}

extension BolnaWorld {
    /// What a full read of a call would state now, by the names of its members; those of `telephony_data` and
    /// `context_details` as `telephony_data.duration`. Members without a value are left out. Nil where the API does not
    /// know the call.
    package func facts(ofCall id: String) -> [String: StatedValue]? {
        guard let number = numberByID[id], !forgotten.contains(id) else { return nil }
        let execution = executions[number]
        let body = ExecutionBody(execution: execution, agent: agents[execution.agent], baseURL: options.publicBaseURL)
        var facts: [String: StatedValue] = [:]
        for member in body.full.members ?? [] {
            if ["telephony_data", "context_details"].contains(member.key) {
                for inner in member.value.members ?? [] { facts["\(member.key).\(inner.key)"] = inner.value.stated }
            } else {
                facts[member.key] = member.value.stated
            }
        }
        return facts
    }
}

extension JSONValue {
    /// What it states; nil where it is empty.
    fileprivate var stated: StatedValue? {
        switch self {
        case .null: nil
        case .bool(let flag): .flag(flag)
        case .integer(let number): .number(Double(number))
        case .number(let number): .number(number)
        case .string(let text): text.isEmpty ? nil : .text(text)
        case .array(let elements): elements.isEmpty ? nil : .json(String(decoding: bytes, as: UTF8.self))
        case .object(let members): members.isEmpty ? nil : .json(String(decoding: bytes, as: UTF8.self))
        }
    }
}
