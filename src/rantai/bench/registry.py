"""The benchmarks by name; each module is loaded only when it runs."""

BENCHES = {
    "import": "rantai.bench.histories:measure_import",
    "turn": "rantai.bench.histories:measure_turn",
    "confirm": "rantai.bench.confirms:measure",
}
