"""Measures memory over 100,000 steps on every device, natively and in the browser, and over 10,000 of a transformer
on the CPU: `./lab bench --memory`.

A leak of one batch or one gradient per step would add up to gigabytes. The script reads the resident
memory of the program natively, and of the renderer and the GPU process in the browser.
"""
import json, os, subprocess, sys, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARITY = {"version": 1, "n_tasks": 8, "n_bits": 16, "k": 2, "width": 32, "batch_size": 100, "steps": 100_000, "eval_per_task": 50,
          "log_schedule": "linear", "log_every": 20_000}
LANGUAGE = {"version": 2, "task": "language", "model": "transformer", "context": 64, "width": 32, "depth": 2, "batch_size": 32,
            "optimizer": "adamw", "lr": 0.003, "steps": 10_000, "eval_per_task": 8, "log_schedule": "linear", "log_every": 2_000}


def flags(config):
    return [word for name, value in config.items() if name != "version" for word in ("--" + name.replace("_", "-"), str(value))]


def native(quanta, config, device):
    """Yields (step, MiB), at most twenty times a second."""
    run = subprocess.Popen([quanta, "train", *flags(config), "--device", device, "--json"], stdout=subprocess.PIPE, text=True)
    last = 0.0
    for line in run.stdout:
        step, now = json.loads(line).get("step", 0), time.monotonic()
        if now - last >= 0.05 or step == config["steps"]:
            last = now
            try:
                status = Path(f"/proc/{run.pid}/status").read_text()
            except OSError:
                break
            resident = [text.split()[1] for text in status.splitlines() if text.startswith("VmRSS:")]
            if resident:
                yield step, int(resident[0]) / 1024
    if run.wait():
        raise RuntimeError(f"quanta train --device {device} ended with status {run.returncode}")


def browser(folder, config, device):
    run = subprocess.Popen(["node", "memory.mjs", device, str(ROOT / "dist"), json.dumps(config)], cwd=folder, stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        report = json.loads(line)
        yield report["step"], report["kib"] / 1024
    if run.wait():
        raise RuntimeError(f"the browser ended with status {run.returncode}")


def measure(quanta, folder):
    of = {"native": lambda *rest: native(quanta, *rest), "browser": lambda *rest: browser(folder, *rest)}
    table(PARITY, [("native CPU", of["native"], "cpu"), ("native GPU", of["native"], "gpu"), ("wasm CPU", of["browser"], "cpu"), ("WebGPU", of["browser"], "webgpu")])
    table(LANGUAGE, [("native CPU", of["native"], "cpu"), ("wasm CPU", of["browser"], "cpu")])


def table(config, paths):
    """Prints the memory at a tenth of the steps, at half and at the end, for each path."""
    marks = [config["steps"] // share for share in (10, 2, 1)]
    print("\nSettings: " + " ".join(flags(config)) + "\n")
    print("| path | " + " | ".join(f"MiB at step {mark:,}" for mark in marks) + " |")
    print("|---" * (1 + len(marks)) + "|")
    for name, of, device in paths:
        seen = []
        try:
            for sample in of(config, device):
                seen.append(sample)
                print(f"\r{name}: step {sample[0]:,}, {sample[1]:.0f} MiB".ljust(60), end="", file=sys.stderr, flush=True)
        except RuntimeError as error:
            print(f"\r{name}: {error}".ljust(79), file=sys.stderr)
        # Takes the last sample up to each mark, because the run may end before the next sample.
        cells = [next((f"{mib:.0f}" for step, mib in reversed(seen) if mark / 2 < step <= mark), "") for mark in marks]
        print("\r".ljust(79) + "\r", end="", file=sys.stderr, flush=True)
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
