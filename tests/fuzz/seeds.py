#!/usr/bin/env python3
"""Writes the seeds of every fuzz target into corpus/, from the repository's fixtures: whole files, and files that lie."""

import json
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS, RESULTS = HERE.parent, HERE.parent.parent / "public" / "results"
WIDE = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "U16": 2, "U8": 1}


def seed(target, name, data):
    path = HERE / "corpus" / target / f"seed-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def packed(kind, *values):
    return struct.pack(f"<{len(values)}{kind}", *values)


def read(data):
    """A safetensors file: its metadata without the checksum, and its arrays as (kind, shape, bytes)."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__", {})
    metadata.pop("checksum", None)
    begin = lambda entry, side: 8 + size + entry["data_offsets"][side]
    return metadata, {n: (e["dtype"], e["shape"], data[begin(e, 0) : begin(e, 1)]) for n, e in header.items()}


def write(metadata, arrays, offsets={}):
    """A safetensors file; `offsets` are put in place of the true ones."""
    header, data = {"__metadata__": metadata}, b""
    for name, (kind, shape, values) in sorted(arrays.items(), key=lambda entry: -WIDE.get(entry[1][0], 1)):
        places = offsets.get(name, [len(data), len(data) + len(values)])
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": places}
        data += values
    header = json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + data


def lies(target, metadata, arrays):
    """Files with one array each that claims what is not so."""
    name, (kind, shape, values) = max(arrays.items(), key=lambda entry: len(entry[1][2]))
    for at, extents in enumerate([[2**60], [2**60, 0], [0, 2**60], [2**32, 2**32], [2**63, 2], [], [0], [1] * 9]):
        seed(target, f"shape-{at}", write(metadata, arrays | {name: (kind, extents, values)}))
        seed(target, f"empty-{at}", write(metadata, arrays | {name: (kind, extents, b"")}))
    size = len(values)
    for at, places in enumerate([[0, 2**60], [2**60, 2**60 + size], [size, 0], [0, size], [4, size + 4], [0, 2**64 - 1]]):
        seed(target, f"offsets-{at}", write(metadata, arrays, {name: places}))
    for size in (2**60, 2**64 - 1, 0, 100_000_001):
        seed(target, f"header-{size}", struct.pack("<Q", size) + write(metadata, arrays)[8:])


def records():
    data = (TESTS / "fixtures/version-1/run.safetensors").read_bytes()
    metadata, arrays = read(data)
    seed("record", "version-1-whole", data)
    seed("record", "version-1", write(metadata, arrays))
    lies("record", metadata, arrays)
    curves = {n: a for n, a in arrays.items() if not n.startswith("checkpoint/")}
    newer = {n.replace("task_", "quantum_"): a for n, a in curves.items()}
    few = {"quanta/frequency": ("F64", [3], packed("d", 0.6, 0.3, 0.1)), "snapshot/20/w": ("F32", [2], packed("f", 1, 2))}
    few |= {"quanta/before": ("F32", [3], packed("f", 1, 1, 1)), "quanta/after": ("F32", [3], packed("f", 0, 0, 0))}
    about = {"version": "2", "quanta": '{"origin":"found","alpha":null}', "parts": "[]", "finished": "2026-01-01T00:00:00Z"}
    seed("record", "version-2", write(metadata | about, newer | few))
    metadata.pop("checkpoint_step")
    published, _ = read((RESULTS / "language-clusters.safetensors").read_bytes())
    ask = json.loads(published["artifacts"])["qdg"]
    clusters(metadata, curves, ask)
    seed("settings", "language", published["config"])
    seed("settings", "parity", metadata["config"])


def clusters(metadata, curves, ask):
    """Six samples in two clusterings, as bits and as tokens."""
    n, put = 6, lambda *values: ("U8", [len(values)], bytes(values))
    own = {"quantum": put(0, 0, 1, 1, 2, 2), "target": put(0, 1, 0, 1, 0, 1), "labels": ("U8", [2, n], bytes([0, 0, 0, 1, 1, 2] * 2))}
    own |= {"loss_nats": ("F32", [n], packed("f", *[0.1] * n)), "maps": ("F32", [1, n, 2], packed("f", *[0.5] * 2 * n))}
    own |= {"blocks": put(*[200] * 12), "stability": ("F32", [6], packed("f", *[0.5] * 6)), "stability_ari": ("F32", [2], packed("f", 1, 1))}
    own |= {"reader_losses": ("F32", [2, n], packed("f", *[0.2] * 2 * n))}
    bits = {"bits": ("F32", [n, 2], packed("f", *range(2 * n))), "code": put(0, 0, 1, 1, 2, 2)}
    tokens = {"tokens": ("U8", [n, 4], bytes(range(4 * n))), "place": put(0, 1, 2, 0, 1, 2)}
    made = {k: ask[k] for k in ("analysis", "step", "ask", "zeros")} | {"families": ["a", "b", "c"]}
    made |= {"clusterings": [["signed", "spectral", 3], ["signed", "leiden", 3]], "pairs": {"signed": ask["pairs"]["signed"]}}
    made |= {"readers": [["training", 10, 100], ["size", 20, 200]]}
    for inputs, its in (("bits", bits), ("tokens", tokens)):
        about = metadata | {"artifacts": json.dumps({"qdg": made | {"inputs": inputs}})}
        arrays = curves | {f"artifact/qdg/{name}": array for name, array in (own | its).items()}
        seed("clusters", inputs, write(about, arrays))
        seed("record", f"clusters-{inputs}", write(about, arrays))
        large = ("F32", [2, n], packed("f", *[0, 0, 0, 1, 1, 2**32 - 256] * 2))
        seed("clusters", f"labels-{inputs}", write(about, arrays | {"artifact/qdg/labels": large}))
    lies("clusters", about, arrays)


def sweeps():
    data = (TESTS / "fixtures/version-1/sweep.safetensors").read_bytes()
    seed("collected", "version-1-whole", data)
    metadata, arrays = read(data)
    seed("collected", "version-1", write(metadata, arrays))
    seed("collected", "version-2", write(metadata | {"version": "2"}, arrays))
    lies("collected", metadata, arrays)
    seed("manifest", "version-1", (TESTS / "fixtures/version-1/sweep/manifest.json").read_bytes())
    seed("manifest", "grid", '{"over": [{"field": "width", "values": "log2:8..64:4"}, {"field": "seed", "values": [0, "1..3"]}]}')
    for row in json.loads(metadata["runs"]):
        seed("link", row["id"], row["config"])


def corpora():
    about = {"format": "quanta-lab-corpus", "version": "1", "title": "a", "sources": '[{"name":"a.txt","bytes":9}]'}
    row = lambda *tokens: ("U16", [len(tokens)], packed("H", *tokens))
    arrays = {"pairs": ("U16", [2, 2], packed("H", 97, 98, 256, 99)), "training": row(257, 32, 257), "held_out": row(256)}
    seed("corpus", "whole", write(about, arrays))
    # Each token is twice the one before it.
    double = [token for made in range(64) for token in (255 + made, 255 + made)]
    seed("corpus", "double", write(about, arrays | {"pairs": ("U16", [64, 2], packed("H", *double)), "training": row(319)}))
    lies("corpus", about, arrays)
    for at, text in enumerate(["the cat, the hat", "\ufeffa 12\r\n\r\n\t  b", "ab" * 60, "\u00e9\u4e16\U0001f600 \u0301" * 9]):
        seed("text", str(at), bytes([2]) + packed("H", 97, 98, 256, 99) + text.encode())
        seed("text", f"long-{at}", bytes([1]) + packed("H", 32, 116) + (text * 600).encode()[:9000])


def losses():
    about = {"title": "a", "unit": "bits", "models": '[{"name":"a","parameters":9,"seed":0},{"name":"b","parameters":99}]'}
    about |= {"documents": '[{"name":"a","begins":0},{"name":"b","begins":2}]'}
    whole = lambda *numbers: ("I32", [len(numbers)], packed("i", *numbers))
    arrays = {"loss": ("F32", [2, 2, 3], packed("f", *range(12))), "step": whole(0, 10), "ends": whole(1, 2, 4, 6)}
    arrays |= {"places": whole(0, 1, 3), "text": ("U8", [6], "abé¢".encode())}
    seed("losses", "whole", write(about, arrays))
    seed("losses", "bare", write({}, {"loss": ("F16", [2, 3], packed("e", *range(6)))}))
    for at, shape in enumerate([[2**60, 0], [1, 2**60, 0], [0, 2**60, 0], [2**60, 2**60, 0]]):
        seed("losses", f"none-{at}", write({}, {"loss": ("F32", shape, b"")}))
    lies("losses", about, arrays)
    shapes = ["(2, 3)", "(2, 1, 3)", "(1152921504606846976, 0)", "(1, 1152921504606846976, 0)", "(4294967296, 4294967296)", "()", "(6,)"]
    for at, shape in enumerate(shapes):
        for version, kind in enumerate(["<f4", "<f2", "<f8"], 1):
            header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
            size = struct.pack("<H" if version == 1 else "<I", len(header))
            values = b"" if "0)" in shape else packed(kind[1:].replace("f4", "f").replace("f2", "e").replace("f8", "d"), *range(6))
            seed("npy", f"{at}-{version}", b"\x93NUMPY" + bytes([version, 0]) + size + header + values)
    seed("npy", "long-header", b"\x93NUMPY\x02\x00" + b"\xff" * 4)


def models():
    folder = TESTS / "models"
    for name in ("llama", "gpt2", "neox"):
        seed("config", name, (folder / name / "config.json").read_bytes())
    seed("tokenizer", "small", (folder / "llama/tokenizer.json").read_bytes())
    seed("index", "whole", (folder / "llama-sharded/model.safetensors.index.json").read_bytes())
    first = "model-00001-of-00002.safetensors"
    seed("index", "again", json.dumps({"weight_map": {str(at): f"{at}/{first}" for at in range(50)}}))
    data = (folder / "llama/model.safetensors").read_bytes()
    seed("safetensors", "whole", data)
    metadata, arrays = read(data)
    lies("safetensors", metadata, arrays)
    for kind in ("q4_0", "q4_1", "q8_0", "f16"):
        seed("gguf", kind, (folder / f"gguf/llama-{kind}.gguf").read_bytes())
    for name, header in {"no-values": (0, 0), "arrays": (2**60, 0), "values": (0, 2**60), "most": (2**64 - 1, 2**64 - 1)}.items():
        seed("gguf", name, b"GGUF" + struct.pack("<IQQ", 3, *header))
    key = struct.pack("<Q", 1) + b"a"
    for name, value in {"text": struct.pack("<IQ", 8, 2**60), "list": struct.pack("<IIQ", 9, 0, 2**60)}.items():
        seed("gguf", f"long-{name}", b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + key + value)
    shared_places((folder / "gguf/llama-q4_0.gguf").read_bytes())


def shared_places(data):
    """All arrays at one place, at the end, beyond it, and of sizes that overflow."""
    at = 24
    tensors, values = struct.unpack_from("<QQ", data, 8)
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

    def skip(kind):
        nonlocal at
        if kind == 8:
            at += 8 + struct.unpack_from("<Q", data, at)[0]
        elif kind == 9:
            of, count = struct.unpack_from("<IQ", data, at)
            at += 12
            for _ in range(count):
                skip(of)
        else:
            at += sizes[kind]

    for _ in range(values):
        skip(8)
        at += 4
        skip(struct.unpack_from("<I", data, at - 4)[0])
    liars = {name: bytearray(data) for name in ("together", "end", "beyond", "overflow", "huge")}
    for _ in range(tensors):
        skip(8)
        dimensions = struct.unpack_from("<I", data, at)[0]
        offset = at + 4 + 8 * dimensions + 4
        for name, place in {"together": 0, "end": len(data), "beyond": 2**60, "overflow": 2**64 - 1}.items():
            struct.pack_into("<Q", liars[name], offset, place)
        for dimension in range(dimensions):
            struct.pack_into("<Q", liars["huge"], at + 4 + 8 * dimension, 2**60)
        at = offset + 8
    for name, liar in liars.items():
        seed("gguf", f"places-{name}", bytes(liar))


def texts():
    links = ["", "?preset=fig1&seed=3", "v=2&task=language&model=transformer&width=32", "task=majority&k=5&alpha=0.30"]
    links += ["v=1&steps=1e3&amp;lr=1e-3&seed=%31+", "log_schedule=linear&log_every=1&steps=1000000", "v=18446744073709551616"]
    for at, link in enumerate(links):
        seed("link", str(at), link)
    seed("settings", "none", "{}")
    seed("settings", "numbers", '{"version": 2, "lr": 1e-300, "steps": 18446744073709551615, "alpha": -0.0, "width": 1e2}')
    seed("labels", "k", '{"2": [0, 1, 0], "3": ["a", "b", "c"]}')
    seed("labels", "truth", '{"quantum": [0, 1, 1], "target": [3, 4, -5], "family": ["a", "b", "b"]}')
    seed("labels", "list", "[18446744073709551615, 1, 0]")


if __name__ == "__main__":
    for make in (records, sweeps, corpora, losses, models, texts):
        make()
