#!/usr/bin/env python3
"""`make bench`: chartlift against the tesseract command line and OCRmyPDF, over the same pages, in turn, on this machine.

    bench.py [FOLDER] [--rounds N] [--out FILE] [--no-profile]

FOLDER holds page files and, where words are to be compared, truth.jsonl (scripts/make_pages.py); without it the bench pages
`shown` are made in target/bench-pages/shown. PDF files are made into 300 dpi pictures first, as tesseract reads pictures only;
all sides get the same files.

Measured of each side, as the kernel counts them: processor seconds (user and system, children included), wall seconds, and the
most memory that its processes held together (looked at twenty times a second). The median of the rounds counts; sides take turns
within each round, so that a busy machine is busy for all. Ratios are to `xargs tesseract` with OMP_THREAD_LIMIT=1, its best setting.
chartlift does more than tesseract in its time: it also prepares pages, extracts, decides, and writes the archive.

The last archive then leaves, in every form and to a FHIR server (bench_leave.py).

Where `perf` is installed, a profile of one more round says where chartlift's processor time goes.
Needs Python 3.9 and its standard library; tesseract-ocr, poppler-utils; OCRmyPDF and img2pdf if they are to be compared.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import bench_leave

HOUSE = Path(__file__).resolve().parent.parent
KINDS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"II*\0": ".tif", b"MM\0*": ".tif", b"%PDF": ".pdf"}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Run:
    """One command to its end: processor and wall seconds, most memory held together in MiB."""

    def __init__(self, command, env=None, may_fail=(0,)):
        clean = {k: v for k, v in os.environ.items() if k != "OMP_THREAD_LIMIT"}
        start = time.monotonic()
        with tempfile.TemporaryFile() as err:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err, env={**clean, **(env or {})}, start_new_session=True)
            self.memory, self.done = 0.0, False
            watch = threading.Thread(target=self.watch, args=(child.pid,))
            watch.start()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.done = True
            watch.join()
            if child.returncode not in may_fail:
                err.seek(0)
                sys.exit(f"bench: {command[0]} ended with {child.returncode}: {err.read()[-2000:].decode(errors='replace')}")
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime

    def watch(self, session):
        page = os.sysconf("SC_PAGESIZE") / 2**20
        while not self.done:
            held = 0.0
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit():
                    try:
                        if os.getsid(int(entry.name)) == session:
                            resident, shared = (entry / "statm").read_text().split()[1:3]
                            held += (int(resident) - int(shared)) * page
                    except (OSError, ProcessLookupError, IndexError):
                        continue
            self.memory = max(self.memory, held)
            time.sleep(0.05)


def same_pages(folder, work):
    """Copies of the page files under plain names, each picture once; PDF files become pictures."""
    pages, seen = work / "pages", set()
    pages.mkdir()
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".jsonl"):
        content = file.read_bytes()
        kind = next((end for start, end in KINDS.items() if content.startswith(start)), None)
        digest = hashlib.sha256(content).digest()
        if kind is None or digest in seen:
            continue
        seen.add(digest)
        if kind == ".pdf":
            made = subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", file, pages / f"{len(seen):05}"], capture_output=True)
            if made.returncode:
                say(f"left out: {file.name} (pdftoppm cannot draw it)")
        else:
            shutil.copyfile(file, pages / (file.stem + kind if (folder / "truth.jsonl").exists() else f"{len(seen):05}{kind}"))
    if not any(pages.iterdir()):
        sys.exit(f"bench: no pages below {folder}")
    return pages


def sides(pages, work, chartlift, jobs):
    """(name, how to run it, where its words are) of each side."""

    def ours(*more, name):
        archive = work / name
        command = [chartlift, "run", pages, "--out", archive, "--jobs", str(jobs), "--quiet", *more]

        def run():
            shutil.rmtree(archive, ignore_errors=True)
            return Run(command, may_fail=(0, 3))

        return run, ("--archive", archive)

    def theirs(env, name):
        out = work / name
        out.mkdir()
        script = f'ls "$0" | xargs -P {jobs} -I NAME tesseract "$0/NAME" "$1/NAME" tsv'
        return (lambda: Run(["sh", "-c", script, pages, out], env, may_fail=(0, 123))), ("--tsv", out)

    one = work / "one.toml"
    one.write_text("[ocr.second]\ncrops_per_page = 0\n")
    found = [
        ("`xargs tesseract`, OMP_THREAD_LIMIT=1", *theirs({"OMP_THREAD_LIMIT": "1"}, "limited")),
        ("`xargs tesseract`", *theirs({}, "plain")),
        ("chartlift, first engine alone", *ours("--config", one, name="one")),
        ("chartlift `--fast`", *ours("--fast", name="fast")),
    ]
    if has_second(chartlift, pages, work):
        found.append(("chartlift, both engines", *ours(name="both")))
    else:
        say("the second engine's model is not installed (make models): chartlift is measured with one engine")
    if shutil.which("ocrmypdf") and shutil.which("img2pdf"):
        bundle, out = work / "pages.pdf", work / "ocrmypdf"
        out.mkdir()
        files = sorted(pages.iterdir())
        subprocess.run(["img2pdf", "-o", bundle, *files], check=True, stderr=subprocess.DEVNULL)
        command = ["ocrmypdf", "--jobs", str(jobs), "--output-type", "pdf", bundle, out / "all.pdf"]

        def run():
            result = Run(command)
            for number, file in enumerate(files, 1):
                with open(out / f"{file.stem}.html", "wb") as page:
                    subprocess.run(["pdftotext", "-bbox", "-f", str(number), "-l", str(number), out / "all.pdf", "-"], stdout=page, check=True)
            return result

        found.append(("OCRmyPDF", run, ("--pdf", out)))
    else:
        say("OCRmyPDF is not installed: left out")
    return found


def has_second(chartlift, pages, work):
    """Whether the second engine's model is there: the run's own word for it."""
    archive, first = work / "probe", sorted(pages.iterdir())[0]
    told = subprocess.run([chartlift, "run", first, "--out", archive, "--quiet", "--json"], capture_output=True, text=True)
    try:
        return json.loads(told.stdout)["secondEngine"]["missing"] is None
    except (KeyError, TypeError, ValueError):
        return False


def word_errors(folder, found):
    command = [sys.executable, HOUSE / "scripts/score_words.py", folder, "--json"]
    for name, _, (kind, place) in found:
        command += [kind, f"{name}={place}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def profile(chartlift, pages, work, jobs):
    """Shares of processor time by library, and the twenty heaviest functions."""
    if not shutil.which("perf"):
        return None
    data, archive = work / "perf.data", work / "profiled"
    record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "499", "-o", data, chartlift, "run", pages, "--out", archive, "--jobs", str(jobs), "--quiet"]
    if subprocess.run(record, capture_output=True).returncode not in (0, 3):
        return None
    report = lambda *by: subprocess.run(["perf", "report", "-i", data, "--stdio", "--sort", *by], capture_output=True, text=True).stdout
    rows = lambda text, most: [re.sub(r"\s+-\s+-\s*$|\s+$", "", line).strip() for line in text.splitlines() if re.match(r"\s+\d", line)][:most]
    return rows(report("dso"), 10), rows(report("dso,symbol"), 24)


def version(*command):
    try:
        told = subprocess.run(command, capture_output=True, text=True)
        return (told.stdout + told.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "not installed"


def processor():
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*:\s*(.+)", info)
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors"


def table(head, rows):
    width = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    line = lambda row: "| " + " | ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(row, width))) + " |"
    return "\n".join([line(head), "|" + "|".join(" " + "-" * (w - 1) + ("-" if i == 0 else ":") + " " for i, w in enumerate(width)) + "|", *map(line, rows)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="the results as Markdown")
    parser.add_argument("--no-profile", action="store_true")
    args = parser.parse_args()
    chartlift = Path(os.environ.get("CARGO_TARGET_DIR", HOUSE / "target")).resolve() / "release/chartlift"
    if not chartlift.exists():
        sys.exit(f"bench: no {chartlift}; run: cargo build --release --locked")
    folder = args.folder or HOUSE / "target/bench-pages/shown"
    if not args.folder and not (folder / "truth.jsonl").exists():
        say("making the bench pages")
        subprocess.run([HOUSE / "scripts/python.sh", HOUSE / "scripts/make_pages.py", "--set", "shown"], check=True)
    jobs = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="chartlift-bench-") as name:
        work = Path(name)
        pages = same_pages(folder.resolve(), work)
        count = sum(1 for _ in pages.iterdir())
        found = sides(pages, work, chartlift, jobs)
        runs = {side: [] for side, _, _ in found}
        for turn in range(args.rounds):
            for side, run, _ in found:
                say(f"round {turn + 1} of {args.rounds}: {side}")
                runs[side].append(run())
        errors = word_errors(folder, found) if (folder / "truth.jsonl").exists() else None
        say("export and push")
        archive = next(place for _, _, (kind, place) in reversed(found) if kind == "--archive")
        leaving = bench_leave.rows(chartlift, archive, work, args.rounds)
        shares = None if args.no_profile else profile(chartlift, pages, work, jobs)
    middle = {side: [statistics.median(getattr(r, what) for r in taken) for what in ("cpu", "wall", "memory")] for side, taken in runs.items()}
    base = middle[found[0][0]]
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    parts = [
        "# What reading costs, and how well it reads",
        "Written by `make bench` (scripts/bench.py says what is measured and how). Absolute figures are this machine's; ratios carry over.",
        f"- {processor()}; {platform.system()} {platform.release()}; load {load} at the end\n"
        f"- {version(chartlift, '--version')}; {version('tesseract', '--version')}; OCRmyPDF {version('ocrmypdf', '--version')}\n"
        f"- {count} pages, {jobs} jobs, median of {args.rounds} rounds",
        "## Time and memory",
        table(
            ["", "CPU s/page", "wall s/page", "memory MiB", "CPU ratio", "wall ratio"],
            [[side, f"{cpu / count:.2f}", f"{wall / count:.2f}", f"{memory:.0f}", f"{cpu / base[0]:.2f}", f"{wall / base[1]:.2f}"] for side, (cpu, wall, memory) in middle.items()],
        ),
        "Ratios are to the first row; under 1 is less. Memory is private memory, all processes together.",
    ]
    parts += [
        "## Export and push",
        table(["", "documents", "documents/s", "MiB"], leaving),
        "From the archive of these pages; pushes go to the test server on the same machine, whose work is counted with them (scripts/bench_leave.py). A dash: this archive has nothing for the form.",
    ]
    if errors:
        names = [side for side, _, _ in found if side != "`xargs tesseract`"]
        parts += ["## Word errors", "Share of words wrong, missing or invented, %, by kind of damage; in brackets the ratio to the first. Punctuation and case count. Both runs of tesseract give the same words.", words_table(errors, names)]
    if shares:
        parts += ["## Where the processor time goes", "```\n" + "\n".join(shares[0]) + "\n\n" + "\n".join(shares[1]) + "\n```"]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if args.out:
        args.out.write_text(text, encoding="utf-8")


def words_table(errors, names):
    """Rows are kinds of damage, columns sides; the ratio is that of the side's errors to those of the first."""
    of = {e["name"]: e["damages"] for e in errors}
    rows = []
    for damage in of[names[0]]:
        base = of[names[0]][damage]
        cells = [f"{of[n][damage]['wer']:.1f}" + (f" ({of[n][damage]['errors'] / base['errors']:.2f})" if n != names[0] and base["errors"] else "") for n in names]
        rows.append([damage, base["words"], *cells])
    return table(["", "words", *names], rows)


if __name__ == "__main__":
    main()
