import CCurl
import CallDomain

/// The header `Retry-After` (RFC 9110, section 10.2.3): a count of seconds or a date.
enum RetryAfter {
    /// The time to wait from the receipt on, at least zero and at most ``BolnaClientSettings/longestRetryAfter``; nil
    /// for what is neither seconds nor a date.
    static func parse(_ value: String, receivedAt: Timestamp) -> Duration? {
        let text = value.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.first else { return nil }
        let wait: Duration
        if (0x30...0x39).contains(first) {
            let digits = text.prefix { (0x30...0x39).contains($0) }
            guard text.dropFirst(digits.count).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
            // Only more digits than fit can fail here: that is long, not nonsense.
            guard let seconds = Int64(String(decoding: digits, as: UTF8.self)), seconds <= Int32.max else {
                return BolnaClientSettings.longestRetryAfter
            }
            wait = .seconds(seconds)
        } else {
            // -1 is libcurl's word for no date.
            let seconds = unsafe curl_getdate(value, nil)
            guard seconds != -1 else { return nil }
            wait = Timestamp(seconds: Int64(seconds)).duration(since: receivedAt)
        }
        return min(max(wait, .zero), BolnaClientSettings.longestRetryAfter)
    }
}
