// swift-tools-version: 6.1
import PackageDescription

/// What every room is built with.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// Rooms whose loops are the work: optimised in debug builds too, so that the tests run in minutes.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

/// The vector kernels: whole loops over compile-time sizes are unrolled so that sums stay in registers.
let vector: [SwiftSetting] =
  optimized + [
    .unsafeFlags([
      "-wmo", "-disable-batch-mode", "-num-threads", "2", "-Xllvm", "-unroll-threshold=4000",
    ])
  ]

// Rooms stand in the order of their imports: each one may import only rooms above it.
let package = Package(
  name: "FastSAM",
  products: [
    .library(name: "FastSAM", targets: ["FastSAM"]),
    .executable(name: "fastsam", targets: ["FastSAMCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .target(
      name: "CImageCodecs",
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .systemLibrary(name: "CMessageDigest", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    .target(name: "Tensors", swiftSettings: optimized),
    .target(name: "CProcessor"),
    .target(name: "VectorTypes", swiftSettings: optimized),
    .target(
      name: "VectorKernelsBaseline", dependencies: ["CProcessor", "VectorTypes"],
      path: "Sources/VectorKernels",
      swiftSettings: vector),
    .target(
      name: "VectorKernelsAVX2", dependencies: ["CProcessor", "VectorTypes"],
      swiftSettings: vector + [
        .define("VECTOR_FMA"),
        .unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma"]),
      ]),
    .target(
      name: "VectorKernelsAVX512", dependencies: ["CProcessor", "VectorTypes"],
      swiftSettings: vector + [
        .define("VECTOR_FMA"), .define("VECTOR_AVX512"),
        .unsafeFlags(["-Xcc", "-march=skylake-avx512", "-Xcc", "-mprefer-vector-width=512"]),
      ]),
    .target(
      name: "Kernels",
      dependencies: [
        "COpenBLAS", "CProcessor", "VectorTypes", "VectorKernelsBaseline", "VectorKernelsAVX2",
        "VectorKernelsAVX512",
      ], swiftSettings: optimized),
    .target(name: "JSON", swiftSettings: optimized),
    .target(name: "Checkpoints", dependencies: ["Tensors", "JSON"], swiftSettings: optimized),
    .target(
      name: "Graphs", dependencies: ["Tensors", "Kernels", "Checkpoints"], swiftSettings: strict),
    .target(
      name: "Plans", dependencies: ["Tensors", "Kernels", "Graphs"], swiftSettings: optimized),
    .target(
      name: "YOLOv8", dependencies: ["Tensors", "Checkpoints", "Graphs"], swiftSettings: strict),
    .target(
      name: "Imaging", dependencies: ["Tensors", "CImageCodecs"], swiftSettings: optimized),
    .target(name: "Regions", dependencies: ["Imaging"], swiftSettings: optimized),
    .target(
      name: "Segmentation",
      dependencies: ["Tensors", "CProcessor", "Kernels", "Imaging", "Regions"],
      swiftSettings: optimized),
    .target(
      name: "CLIP", dependencies: ["Tensors", "Kernels", "JSON", "Checkpoints", "Imaging"],
      swiftSettings: optimized),
    .target(
      name: "Outputs", dependencies: ["JSON", "Imaging", "Regions", "Segmentation"],
      swiftSettings: optimized),
    .target(
      name: "Evaluation", dependencies: ["CZlib", "JSON", "Imaging", "Regions"],
      swiftSettings: optimized),
    .target(
      name: "WeightStore", dependencies: ["Checkpoints", "CMessageDigest", "CZlib"],
      resources: [.embedInCode("manifest.json")], swiftSettings: strict),
    .target(name: "DemoWeights"),
    .target(
      name: "FastSAM",
      dependencies: [
        "Tensors", "Kernels", "Checkpoints", "Graphs", "Plans", "YOLOv8", "CLIP", "Imaging",
        "Regions", "Segmentation", "Outputs", "WeightStore", "DemoWeights",
      ],
      swiftSettings: strict),
    .target(
      name: "Explanation",
      dependencies: [
        "Tensors", "Kernels", "Graphs", "YOLOv8", "Imaging", "Regions", "Segmentation", "Outputs",
        "FastSAM",
      ],
      swiftSettings: optimized),
    .target(name: "CStartup"),
    .executableTarget(
      name: "FastSAMCommand",
      dependencies: [
        "CStartup",
        "FastSAM", "JSON", "Checkpoints", "Graphs", "Plans", "CLIP", "Imaging", "Outputs",
        "Evaluation", "WeightStore", "YOLOv8", "Explanation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport",
      swiftSettings: strict),
  ]
    + [
      "Tensors", "Kernels", "Checkpoints", "Graphs", "Plans", "YOLOv8", "Imaging", "Regions",
      "Segmentation", "CLIP", "Outputs", "Evaluation", "WeightStore", "FastSAM",
      "Explanation",
    ].map { room in
      .testTarget(
        name: room + "Tests",
        dependencies: [.init(stringLiteral: room), "TestSupport"],
        swiftSettings: strict)
    } + [
      .testTarget(
        name: "FastSAMCommandTests", dependencies: ["FastSAMCommand", "FastSAM", "TestSupport"],
        swiftSettings: strict)
    ],
  cLanguageStandard: .gnu2x  // For #embed.
)
