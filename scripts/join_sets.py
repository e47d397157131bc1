#!/usr/bin/env python3
"""Put several sets of labelled scans side by side, so that one run and one fit take them all: scripts/fit.sh wants one folder and one truth.

    join_sets.py OUT NAME=SCANS:TRUTH.jsonl[:TRUTH.jsonl …] …

Copies each SCANS to OUT/scans/NAME and writes OUT/truth.jsonl with the documents' names to match. Layouts get the set's name in front, since layouts of
two sets are two layouts whatever they are called. Python 3 standard library only.
"""
import json
import os
import shutil
import sys


def main():
    if len(sys.argv) < 3 or any("=" not in word or ":" not in word for word in sys.argv[2:]):
        raise SystemExit(__doc__)
    out = sys.argv[1]
    os.makedirs(os.path.join(out, "scans"), mode=0o700)
    with open(os.path.join(out, "truth.jsonl"), "w", encoding="utf-8") as truth:
        for word in sys.argv[2:]:
            name, rest = word.split("=", 1)
            scans, *truths = rest.split(":")
            shutil.copytree(scans, os.path.join(out, "scans", name))
            for path in truths:
                with open(path, encoding="utf-8") as lines:
                    for entry in map(json.loads, filter(str.strip, lines)):
                        for key in ("document", "duplicate_of", "rescan_of"):
                            if entry.get(key):
                                entry[key] = f"{name}/{entry[key]}"
                        if entry.get("layout"):
                            entry["layout"] = f"{name}:{entry['layout']}"
                        truth.write(json.dumps(entry, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
