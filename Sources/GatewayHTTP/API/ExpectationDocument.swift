import BolnaWire
import CallDomain

extension ExpectationLedger {
    /// Writes what is expected of a call, with all that led to it, and how its artefacts stand; each also as a sentence.
    func write(into json: inout JSONWriter, status: CallStatus) {
        json.key("expectation")
        if let open {
            open.write(into: &json, status: status)
        } else {
            json.null()
        }
        json.key("artefacts")
        json.array { json in for wait in artefacts?.waits ?? [] { wait.write(into: &json) } }
    }
}

extension Expectation {
    fileprivate func write(into json: inout JSONWriter, status: CallStatus) {
        json.object { json in
            json.member("rule", why.rawValue)
            json.member("what", what.word)
            json.member("path", path == .webhook ? "webhook" : "poll")
            json.member("since", since)
            json.member("deadline", deadline)
            json.member("nextRead", due)
            json.member("endsAt", endsAt)
            json.member("probe", isProbe)
            json.member("hastened", isHastened)
            json.member("looks", looks)
            json.key("learned")
            if let learned {
                json.object { json in
                    json.member("samples", learned.samples)
                    json.member("share", Double(learned.perMille) / 1_000)
                    json.member("withinSeconds", learned.within.seconds)
                }
            } else {
                json.null()
            }
            json.member("text", sentence(status: status, clock: ExplanationClock().text))
        }
    }
}

extension ArtefactWait {
    fileprivate func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("artefact", artefact.word)
            json.member("state", state.word)
            json.member("nextRead", due)
            json.member("endsAt", endsAt)
            json.member("endedAt", endedAt)
            json.member("looks", looks)
            json.key("learned")
            if let history {
                json.object { json in
                    json.member("calls", history.calls)
                    json.member("arrived", history.arrived)
                    json.member("share", Double(ArtefactHistory.perMille) / 1_000)
                    json.member("withinSeconds", history.within?.seconds)
                    json.member("samples", history.samples)
                }
            } else {
                json.null()
            }
            json.member("text", line(clock: ExplanationClock().text))
        }
    }
}
