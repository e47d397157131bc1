#!/usr/bin/env python3
"""Answers every item of an archive's queue from a truth file, through the page's own interface, and says what it came to.

    answer.py CHARTLIFT SCANS ARCHIVE TRUTH.jsonl SCORE.py

CHARTLIFT is the program, SCANS what it read into ARCHIVE, which is changed (work on a copy), SCORE.py the score that reads fields.csv and TRUTH.jsonl. Three accounts are made, for what two
people key blindly and a third one settles. Every fifth of the second entries is wrong on purpose, so that there is something to settle. Values that the truth
does not have are answered as absent, items of a group that the machine missed are added where it asked for the group.

Python 3 standard library only. Ends with 0 if recall came to what the queue could give and nothing wrong was kept of what was reviewed.
"""

import csv
import html
import http.cookiejar
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter

import truth as right

PASSWORD = "a long walk to the fourth lighthouse"
PEOPLE = {"first": "reviewer", "second": "reviewer", "third": "lead"}
# A run of items at a time, as the page asks for them.
AT_ONCE = 20


class Refused(Exception):
    """The server's answer to something that cannot be done."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Tally(dict):
    """Counts, and lists of times."""

    def __missing__(self, key):
        self[key] = [] if key.startswith("ms") else 0
        return self[key]


class Account:
    """A person at the station, by HTTP alone."""

    def __init__(self, base, name, tally):
        self.base, self.name, self.tally = base, name, tally
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.token = ""
        self.origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(base))

    def fetch(self, path, data=None, **headers):
        request = urllib.request.Request(self.base + path, data=data, headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **headers})
        try:
            with self.open.open(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from None

    def sign_in(self):
        self.fetch("/form/sign-in", urllib.parse.urlencode({"name": self.name, "password": PASSWORD, "code": ""}).encode())
        found = re.search(r'data-token="([^"]+)"', self.fetch("/"))
        if not found:
            raise SystemExit(f"{self.name} could not sign in")
        self.token = html.unescape(found[1])

    def post(self, path, body):
        started = time.perf_counter()
        text = self.fetch(path, json.dumps(body).encode(), **{"Content-Type": "application/json", "X-Chartlift-Token": self.token})
        self.tally["ms" + path].append((time.perf_counter() - started) * 1000)
        return json.loads(text) if text else None

    def tasks(self, **wanted):
        return self.post("/api/tasks", {"count": AT_ONCE, **wanted})["tasks"]

    def paper(self, document):
        """A document as the page shows it."""
        return json.loads(html.unescape(re.search(r'data-paper="([^"]*)"', self.fetch(f"/paper/{document}"))[1]))

    def answer(self, task, outcome, value, view="field"):
        given = {"id": task["id"], "version": task["version"], "outcome": outcome, "value": value, "view": view}
        kept = self.post("/api/answer", given)
        if kept.get("doubt"):
            # What stands on the paper is keyed once more, whatever rules or another reading say.
            self.tally["doubts"] += 1
            kept = self.post("/api/answer", {**given, "insist": True})
        return kept


class Session:
    """Three people at one archive."""

    def __init__(self, base, known, truth, tally):
        self.known, self.truth, self.tally = known, truth, tally
        self.asked_for = {}
        self.entries = Counter()
        self.first, self.second, self.third = (Account(base, name, tally) for name in PEOPLE)
        for person in (self.first, self.second, self.third):
            person.sign_in()

    def one(self, person, task, err=False):
        """Answers a task; `err` keys it wrongly."""
        document, field, item, machine, lane, mode, _state = self.known.item(task["id"])
        if mode != "confirm" and (task.get("value") or task.get("raw") or task.get("alternatives") or task.get("messages")):
            raise SystemExit(f"a blind item tells what was read: {field}")
        if task["mode"] != mode:
            raise SystemExit(f"an item is asked otherwise than it is kept: {field}")
        outcome, value = self.truth.answer(document, field, item, task.get("value"))
        if not machine and item is None and self.truth.score.group_of(field) in self.truth.score.LEAD:
            # The machine asks whether the paper has such a group. What it has is added to the document, this question is done.
            self.asked_for[document, self.truth.score.group_of(field)] = task["document"], task["page"]
        if err:
            outcome, value = "corrected", "never so"
        person.answer(task, outcome, value)
        self.tally[f"{mode}, {lane}: {outcome}"] += 1

    def work(self, person, err_every=0):
        """Answers until nothing waits."""
        while tasks := person.tasks():
            for task in tasks:
                second = self.known.item(task["id"])[6] == "second"
                self.entries["second"] += second
                # Free text takes any words; a wrong date or code would be refused.
                err = bool(err_every) and second and task["field"].startswith("Patient.name.") and self.entries["second"] % err_every == 0
                self.entries["wrong on purpose"] += err
                self.one(person, task, err)

    def settle(self):
        while tasks := self.third.tasks(conflicts=True):
            for task in tasks:
                if len(task["entries"]) != 2:
                    raise SystemExit(f"a conflict shows {len(task['entries'])} entries")
                self.one(self.third, task)
                self.entries["settled"] += 1

    def add(self):
        """Adds what the machine missed of the groups that it asked for."""
        lead = self.truth.score.LEAD
        for (document, group), (name, page) in self.asked_for.items():
            for missed in self.truth.missed(document, group):
                number = None
                fields = sorted((field for field in missed if field not in ("also", "optional")), key=lambda field: field != lead[group])
                for field in fields:
                    given = {"document": name, "field": field, "item": number, "page": page, "outcome": "corrected", "value": str(missed[field]), "insist": True}
                    self.first.post("/api/amend", given)
                    self.tally["added"] += 1
                    if number is None:
                        number = max(value["item"] or 0 for value in self.first.paper(name)["values"] if self.truth.score.group_of(value["field"]) == group)


def made(program, scans, archive):
    """Makes the accounts, and asks items as three people can answer them."""
    listed = subprocess.run([program, "review", "user", "list", "--json", archive], capture_output=True, text=True, check=True).stdout
    for name, role in PEOPLE.items():
        if f'"{name}"' not in listed:
            subprocess.run([program, "review", "user", "add", archive, name, "--role", role, "--password-stdin"], input=PASSWORD + "\n", text=True, check=True,
                           stdout=subprocess.DEVNULL)
    ended = subprocess.run([program, "run", scans, "--out", archive, "--quiet"], capture_output=True, text=True)
    if ended.returncode not in (0, 3):
        raise SystemExit(ended.stderr)


def scored(score, archive, truth):
    with open(truth, encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines if line.strip()]
    with open(archive / "fields.csv", encoding="utf-8", newline="") as lines:
        rows = [score.Row(row) for row in csv.DictReader(lines)]
    return score.Score(rows, papers, []), rows


def reviewed_wrong(result, rows):
    """Wrong values that are accepted because people said so."""
    people = {(row.doc, row.field, row.value) for row in rows if row.status in ("verified", "corrected")}
    return [error for error in result.errors if error[0].endswith("accepted") and (error[1], error[2], error[3]) in people]


def main():
    program, scans, archive, truth, score = sys.argv[1:6]
    archive = pathlib.Path(archive)
    score = right.load(score, "score")
    made(program, scans, archive)
    before, _ = scored(score, archive, truth)
    total = before.total
    could = (total["through"] + total["queued"] + total["queued_missing"]) / total["truth"]
    tally = Tally()
    station = subprocess.Popen([program, "review", "serve", archive, "--no-browser"], stdout=subprocess.PIPE, text=True)
    try:
        link = next(word for line in station.stdout for word in line.split() if word.startswith("http"))
        started = time.time()
        known = right.Known(archive)
        session = Session(link.split("/sign-in")[0], known, right.Truth(score, truth, archive / "fields.csv"), tally)
        print(f"items before: {known.states()}")
        for _ in range(2):
            # What was taken back to the pool meanwhile is met by the second round.
            session.work(session.first)
            session.work(session.second, 5)
            session.settle()
        session.add()
        print(f"items after: {known.states()}")
        took = time.time() - started
    finally:
        station.terminate()
        station.wait()
    after, rows = scored(score, archive, truth)
    wrong = reviewed_wrong(after, rows)
    for name in sorted(name for name in tally if not name.startswith("ms")):
        print(f"{name}: {tally[name]}")
    print(f"entries: {dict(session.entries)}")
    for path in sorted(name for name in tally if name.startswith("ms")):
        times = sorted(tally[path])
        print(f"{path[2:]}: {len(times)}, p50 {times[len(times) // 2]:.1f} ms, p95 {times[len(times) * 95 // 100]:.1f} ms, most {times[-1]:.1f} ms")
    print(f"took {took:.0f} s")
    recall = after.total["right"] / after.total["truth"]
    bad = [after.total[name] for name in ("wrong_accepted", "spurious_accepted")]
    print(f"recall: {total['right'] / total['truth']:.4f} before, {could:.4f} is what the queue could give, {recall:.4f} after; straight through or by people {after.total['through'] / after.total['truth']:.4f}")
    print(f"wrong among accepted and reviewed: {bad[0]} wrong, {bad[1]} of which the truth has nothing; of these reviewed: {len(wrong)}; still queued {after.total['queued'] + after.total['queued_missing']}; lost {after.total['lost']}")
    for error in wrong[:20]:
        print(f"  {error[:5]}")
    return 0 if recall >= could and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
