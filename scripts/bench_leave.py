"""The part of `make bench` about what leaves: documents a second of `chartlift export` in each form, and of `chartlift push`.

Exports go into an empty folder each time; pushes go to the server of the tests (scripts/fhir/server.mjs), which keeps everything in memory and validates every resource, on this
machine, so that its work is counted, too. The median of the rounds counts, in wall seconds.
"""

import json
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
# Done, and done with something left out that is listed.
FINISHED = (0, 3)


def ours(*command):
    """Wall seconds and report of a command of chartlift's that prints JSON; `None` for what it refuses to do."""
    start = time.monotonic()
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = time.monotonic() - start
    return (took, json.loads(ended.stdout)) if ended.returncode in FINISHED else None


def forms(chartlift, archive, work):
    """The forms of export that the program names."""
    told = subprocess.run([chartlift, "export", archive, "--format", "?", "--out", work / "none"], capture_output=True, text=True).stderr
    return re.search(r"the forms are (.*)", told).group(1).split(", ")


def exports(chartlift, archive, work, rounds):
    rows = []
    for form, more in [("fhir", ["--no-scan"])] + [(form, []) for form in forms(chartlift, archive, work)]:
        took = []
        for _ in range(rounds):
            out = work / "exported"
            shutil.rmtree(out, ignore_errors=True)
            measured = ours(chartlift, "export", archive, "--format", form, "--out", out, "--json", *more)
            if measured is None:
                break
            took.append(measured[0])
            report = measured[1]
        name = " ".join(["`export", "--format", form, *more]) + "`"
        if len(took) == rounds:
            rows.append([name, report["documents"], f"{report['documents'] / statistics.median(took):.1f}", f"{report['bytes'] / 2**20:.1f}"])
        else:
            rows.append([name, "-", "-", "-"])
    return rows


def pushes(chartlift, archive, work, rounds):
    names = ("`push`, all new, with scans", "`push --no-scan`, all new", "`push`, all there already")
    took = {name: [] for name in names}
    for _ in range(rounds):
        for name, more in zip(names[:2], ([], ["--no-scan"])):
            server = subprocess.Popen([HOUSE / "scripts/fhir/serve.sh"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
            try:
                base = server.stdout.readline().strip().removeprefix("listening on ")
                # A push is noted in the ledger: each goes from an archive that has not been pushed.
                copy = work / "pushed"
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(archive, copy)
                command = [chartlift, "push", copy, "--to", base, "--quiet", "--json", *more]
                took[name].append(ours(*command))
                if not more:
                    took[names[2]].append(ours(*command))
            finally:
                server.terminate()
                server.wait()
    rows = []
    for name, measured in took.items():
        if None in measured:
            rows.append([name, "-", "-", "-"])
            continue
        documents = measured[0][1]["documents"]
        number = documents["done"] or documents["deliveredBefore"]
        rows.append([name, number, f"{number / statistics.median(seconds for seconds, _ in measured):.1f}", ""])
    return rows


def rows(chartlift, archive, work, rounds):
    """What, documents, documents a second, MiB written: a row each."""
    return exports(chartlift, archive, work, rounds) + pushes(chartlift, archive, work, rounds)
