/// Which modules each target may import: the table of the layout, as data. Imports point inwards.
enum ImportRules {
    /// Modules of the platform that any target but the pure ones may use.
    static let platform: Set<String> = [
        "Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Synchronization",
    ]

    private static let hummingbird: Set<String> = [
        "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HummingbirdHTTP2", "HTTPTypes",
    ]
    private static let nio: Set<String> = [
        "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTP2", "NIOHPACK", "NIOHTTPTypes", "NIOHTTPTypesHTTP1",
        "NIOHTTPTypesHTTP2", "NIOSSL", "NIOTLS", "NIOConcurrencyHelpers", "NIOExtras", "NIOCertificateReloading",
    ]

    /// What a target may import beside the standard library.
    static let allowed: [String: Set<String>] = [
        "CallDomain": [],
        "BolnaModel": ["FoundationEssentials"],
        "BolnaWire": ["CallDomain", "FoundationEssentials"],
        "WebhookTrust": platform.union(["CallDomain", "COpenSSL"]),
        "SQLiteStore": platform.union(["CallDomain", "GRDB", "GRDBSQLite"]),
        "BolnaClient": platform.union(["CallDomain", "CCurl"]),
        "GatewayService": platform.union([
            "CallDomain", "BolnaWire", "Logging", "Metrics", "CoreMetrics", "ServiceLifecycle", "Histogram",
        ]),
        "PageAssets": [],
        "GatewayHTTP": platform.union(hummingbird).union(nio).union([
            "CallDomain", "BolnaWire", "WebhookTrust", "GatewayService", "PageAssets", "JWTKit", "Logging", "Metrics",
            "Mustache",
            "ServiceLifecycle",
        ]),
        "GatewayCommands": platform.union(nio).union([
            "CallDomain", "BolnaWire", "WebhookTrust", "SQLiteStore", "BolnaClient", "GatewayService", "GatewayHTTP",
            "BolnaModel", "BolnaSimulator", "Simulation", "ArgumentParser", "Crypto", "Logging", "ServiceLifecycle",
            "SwiftASN1",
            "UnixSignals", "X509", "Yams",
        ]),
        "gateway": ["GatewayCommands"],
        "Simulation": platform.union([
            "CallDomain", "BolnaWire", "BolnaModel", "GatewayService", "SQLiteStore", "WebhookTrust", "Logging",
            "ServiceLifecycle",
        ]),
        "BolnaSimulator": platform.union(hummingbird).union(nio).union([
            "BolnaModel", "AsyncHTTPClient", "Crypto", "Logging", "ServiceLifecycle", "SwiftASN1", "X509",
        ]),
        "bolna-simulator": platform.union(["BolnaSimulator", "BolnaModel", "ArgumentParser", "Logging"]),
        "gateway-benchmark": platform.union([
            "CallDomain", "BolnaWire", "WebhookTrust", "SQLiteStore", "GatewayService", "ArgumentParser", "Crypto",
            "GRDB", "GRDBSQLite", "Logging", "ServiceLifecycle",
        ]),
    ]

    /// The complaints about one file of `Sources`.
    static func violations(in file: SourceFile) -> [String] {
        guard let allowed = allowed[file.target] else {
            return ["\(file.path): the target \(file.target) has no row in ImportRules; add one"]
        }
        return file.lines.enumerated().compactMap { number, line in
            guard let module = importedModule(line), !allowed.contains(module) else { return nil }
            let choices = allowed.isEmpty ? "nothing" : allowed.sorted().joined(separator: ", ")
            return "\(file.path):\(number + 1): \(file.target) must not import \(module); it may import \(choices)"
        }
    }

    /// The module a line imports, whatever stands before the word `import`; nil for any other line.
    private static func importedModule(_ line: Substring) -> String? {
        var words = line.split(separator: " ")
        while let first = words.first, first.hasPrefix("@") || modifiers.contains(String(first)) {
            words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        let last = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
        return last.split(separator: ".").first.map(String.init)
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]
}
