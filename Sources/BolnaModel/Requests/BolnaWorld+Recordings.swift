extension BolnaWorld {
    /// `GET /recordings/call/{id}`: the recording, or where it is.
    func recording(_ id: String, _ request: APIRequest, _ serving: inout LogEntry.Serving) -> APIResponse {
        guard let number = numberByID[id], executions[number].hasRecording else {
            return .error(404, "Recording not found")
        }
        serving.call = id
        guard options.redirectsRecordings else {
            return Self.bytes(of: Self.twentySecondsOfSilence, range: request.range)
        }
        let link = "\(options.signedBaseURL)/signed/\(id)?X-Amz-Expires=86400&X-Amz-Signature=\(Self.signature(of: id))"
        return APIResponse(status: 302, headers: [.init(name: "Location", value: link)], body: [])
    }

    /// Where a signed link leads: as object stores do, it refuses a request with two ways of showing who asks.
    func signedRecording(_ id: String, _ request: APIRequest) -> APIResponse {
        guard request.authorization == nil else { return Self.storeError(400, "InvalidArgument") }
        guard request.query["X-Amz-Signature"] == Self.signature(of: id) else {
            return Self.storeError(403, "SignatureDoesNotMatch")
        }
        guard let number = numberByID[id], executions[number].hasRecording else {
            return Self.storeError(404, "NoSuchKey")
        }
        return Self.bytes(of: Self.twentySecondsOfSilence, range: request.range)
    }

    private static func signature(of id: String) -> String { String(id.reversed()) }

    private static func storeError(_ status: Int, _ code: String) -> APIResponse {
        APIResponse(
            status: status, headers: [.init(name: "Content-Type", value: "application/xml")],
            body: Array("<Error><Code>\(code)</Code></Error>".utf8))
    }

    /// A WAV file, or a part of it. Several ranges, and what is no range, are not understood and get everything.
    private static func bytes(of file: [UInt8], range: String?) -> APIResponse {
        var headers: [APIResponse.Header] = [
            .init(name: "Content-Type", value: "audio/wav"), .init(name: "Accept-Ranges", value: "bytes"),
        ]
        guard let range, let wanted = part(range, of: file.count) else {
            return APIResponse(status: 200, headers: headers, body: file)
        }
        guard let bounds = wanted.bounds else {
            headers = [.init(name: "Content-Range", value: "bytes */\(file.count)")]
            return APIResponse(status: 416, headers: headers, body: [])
        }
        let value = "bytes \(bounds.lowerBound)-\(bounds.upperBound - 1)/\(file.count)"
        headers.append(.init(name: "Content-Range", value: value))
        return APIResponse(status: 206, headers: headers, body: Array(file[bounds]))
    }

    /// The bytes that a range means; nil where it means none that are there.
    private struct Part {
        var bounds: Range<Int>?
    }

    /// What one range means for so many bytes; nil where it is no range.
    private static func part(_ field: String, of count: Int) -> Part? {
        guard field.hasPrefix("bytes=") else { return nil }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.contains(where: { !$0.isEmpty }),
            ends.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } && $0.count < 10 })
        else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last):
            // A range that ends before it begins is none.
            guard last.map({ $0 >= first }) ?? true else { return nil }
            return Part(bounds: first < count ? first..<min(last.map { $0 + 1 } ?? count, count) : nil)
        case (nil, let last?): return Part(bounds: last > 0 ? max(0, count - last)..<count : nil)
        case (nil, nil): return nil
        }
    }

    /// A tenth of a second of 8-bit mono silence at 8 kHz, as a WAV file.
    private static let twentySecondsOfSilence: [UInt8] = {
        func little(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        let samples = [UInt8](repeating: 128, count: 160_000)
        let format = little(1, 2) + little(1, 2) + little(8000, 4) + little(8000, 4) + little(1, 2) + little(8, 2)
        return Array("RIFF".utf8) + little(36 + UInt32(samples.count), 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + format + Array("data".utf8) + little(UInt32(samples.count), 4) + samples
    }()
}
