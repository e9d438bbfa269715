// swift-tools-version: 6.2

import PackageDescription

/// One set of rules for every target: Swift 6 language mode, explicit existentials, visible imports, warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets that touch C also have to mark each memory-unsafe expression.
let strictWithC: [SwiftSetting] = strict + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")

let package = Package(
    name: "bolna-gateway",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "gateway", targets: ["gateway"]),
        .executable(name: "bolna-simulator", targets: ["bolna-simulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CCurl"),
        .target(name: "CallDomain", swiftSettings: strict),
        .target(name: "BolnaWire", dependencies: ["CallDomain"], swiftSettings: strict),
        .target(name: "WebhookTrust", dependencies: ["CallDomain", "COpenSSL"], swiftSettings: strictWithC),
        .target(name: "SQLiteStore", dependencies: ["CallDomain", grdb, sqlite], swiftSettings: strictWithC),
        .target(
            name: "BolnaClient", dependencies: ["CallDomain", "CCurl"], swiftSettings: strictWithC),
        .target(
            name: "GatewayService",
            dependencies: ["CallDomain", "BolnaWire", histogram, logging, metrics, serviceLifecycle],
            swiftSettings: strict),
        .target(
            name: "PageAssets", resources: [.embedInCode("Files")], swiftSettings: strict),
        .target(
            name: "GatewayHTTP",
            dependencies: [
                "CallDomain", "BolnaWire", "WebhookTrust", "GatewayService", "PageAssets",
                hummingbird, hummingbirdCore, hummingbirdHTTP2, httpTypes, jwtKit, logging, mustache, nioCore, nioPosix,
                nioHTTP1, nioHTTP2, nioHPACK, nioHTTPTypes, nioHTTPTypesHTTP1, nioHTTPTypesHTTP2, nioSSL,
                serviceLifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "GatewayCommands",
            dependencies: [
                "CallDomain", "BolnaWire", "WebhookTrust", "SQLiteStore", "BolnaClient", "GatewayService",
                "GatewayHTTP", "BolnaSimulator", "BolnaModel", "Simulation",
                argumentParser, asn1, crypto, logging, nioSSL, serviceLifecycle, unixSignals, x509,
                yams,
            ],
            swiftSettings: strict),
        .executableTarget(name: "gateway", dependencies: ["GatewayCommands"], swiftSettings: strict),
        .target(name: "BolnaModel", swiftSettings: strict),
        .target(
            name: "BolnaSimulator",
            dependencies: [
                "BolnaModel", asn1, asyncHTTPClient, crypto, httpTypes, hummingbird, hummingbirdHTTP2, logging, nioCore,
                nioHTTP1, nioSSL, serviceLifecycle, x509,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bolna-simulator", dependencies: ["BolnaSimulator", "BolnaModel", argumentParser, logging],
            swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "CallDomain", "BolnaWire", "BolnaModel", "GatewayService", "SQLiteStore", "WebhookTrust", logging,
                serviceLifecycle,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "gateway-benchmark",
            dependencies: [
                "BolnaWire", "CallDomain", "GatewayService", "SQLiteStore", "WebhookTrust", argumentParser, crypto,
                grdb, logging, serviceLifecycle, sqlite,
            ],
            swiftSettings: strict),
        .testTarget(name: "CallDomainTests", dependencies: ["CallDomain"], swiftSettings: strict),
        .testTarget(
            name: "BolnaWireTests", dependencies: ["BolnaWire", "CallDomain"],
            resources: [.copy("Payloads")], swiftSettings: strict),
        .testTarget(
            name: "WebhookTrustTests", dependencies: ["WebhookTrust", "CallDomain"], swiftSettings: strict),
        .testTarget(
            name: "SQLiteStoreTests", dependencies: ["SQLiteStore", "CallDomain", grdb, sqlite],
            swiftSettings: strict),
        .testTarget(
            name: "BolnaClientTests",
            dependencies: [
                "BolnaClient", "CallDomain", nioCore, nioPosix, nioHTTP1, nioHTTP2, nioSSL, x509, crypto, asn1,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayServiceTests",
            dependencies: [
                "GatewayService", "CallDomain", "BolnaWire", "SQLiteStore", grdb, logging, metrics, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayHTTPTests",
            dependencies: [
                "GatewayHTTP", "GatewayService", "CallDomain", "BolnaWire", "WebhookTrust", "SQLiteStore", asn1,
                asyncHTTPClient, crypto, cryptoExtras, httpTypes, jwtKit, logging, nioCore, nioEmbedded, nioHTTP1,
                nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP1, nioPosix, nioSSL, serviceLifecycle, x509,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayCommandsTests",
            dependencies: ["GatewayCommands", "CallDomain", "GatewayService", "SQLiteStore", "WebhookTrust"],
            swiftSettings: strict),
        .testTarget(
            name: "BolnaModelTests", dependencies: ["BolnaModel"], swiftSettings: strict),
        .testTarget(
            name: "BolnaSimulatorTests",
            dependencies: [
                "BolnaSimulator", "BolnaModel", asyncHTTPClient, httpTypes, hummingbird, hummingbirdTLS, logging,
                nioCore, nioHTTP1, nioSSL,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [asyncHTTPClient, asn1, nioCore, nioHTTP1, nioSSL, crypto, grdb, x509],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BrowserTests", dependencies: [asyncHTTPClient, crypto, nioCore, nioHTTP1, nioSSL],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "CallDomain", "BolnaWire", "BolnaModel", "GatewayService", "SQLiteStore", logging,
            ],
            exclude: ["PlantedBugs"], swiftSettings: strict),
        .testTarget(
            name: "FuzzingTests", dependencies: ["BolnaWire", "CallDomain", "GatewayHTTP", "WebhookTrust"],
            exclude: ["Entry"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
