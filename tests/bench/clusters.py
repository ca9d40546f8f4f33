"""Times the whole of QDG, from a run's weights to clusters, beside JAX and scikit-learn.

The published pair of similarity and method, signed gradients and spectral clustering, of samples of a run of
language-copy, which is trained once. The peer is given the samples that `quanta qdg` has drawn.
"""
import json, os, shutil, subprocess, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
K = "48"
# Samples, and the places of this project's gradients: at the predicting place alone, or over all places as in the peer.
QUANTA = [("quanta, predicting place", "predicting"), ("quanta, all places", "all")]


def timed(arguments):
    """Runs a program; returns its seconds, its peak memory in MiB and what it printed."""
    begun = time.perf_counter()
    process = subprocess.Popen([str(word) for word in arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return time.perf_counter() - begun, usage.ru_maxrss // 1024, printed


def measure(tools, is_quick):
    """Prints a table and returns its rows."""
    run = tools["home"] / "language-copy.safetensors"
    if not run.exists():
        print("Training a run of language-copy, once: about four minutes", file=sys.stderr)
        timed([tools["quanta"], "train", "--preset", "language-copy", "--device", "cpu", "--out", run])
    rows = []
    print("\nClusters, from a run's weights to labels: signed gradients, spectral, 30 starts, k = " + K)
    print("\n| samples | system | s | peak MiB | ARI |")
    print("|---|---|---|---|---|")
    for samples in ["2000"] if is_quick else ["2000", "10000"]:
        out = tools["home"] / f"clusters-{samples}.safetensors"
        for system, places in QUANTA:
            seconds, mib, _ = timed([tools["quanta"], "qdg", run, "--out", out, "--samples", samples, "--similarity", "signed",
                                     "--method", "spectral", "--k", K, "--position", places])
            _, _, scored = timed([tools["quanta"], "qdg", "score", out, "--json"])
            rows.append({"system": system, "config": samples, "seconds": seconds, "mib": mib, "ari": json.loads(scored.splitlines()[0])["ari"]})
        _, mib, printed = timed([tools["python"], HERE / "jax_qdg.py", run, out, K])
        peer = json.loads(printed)
        rows.append({**peer, "system": "JAX and scikit-learn, all places", "config": samples, "mib": mib})
        for row in rows[-3:]:
            print(f"| {row['config']} | {row['system']} | {row['seconds']:.1f} | {row['mib']} | {row['ari']:.2f} |")
    # In a tab, by the built site. Its clusters are those of the first row: the same code.
    shutil.copy(run, tools["browser"] / "run.safetensors")
    site = HERE.parent.parent / "dist"
    _, _, printed = timed(["node", tools["browser"] / "analyst.mjs", site, "run.safetensors", "2000", K])
    rows.append({**json.loads(printed), "system": "quanta in wasm, predicting place", "config": "2000"})
    print(f"| 2000 | {rows[-1]['system']} | {rows[-1]['seconds']:.1f} | | |")
    return rows
