#!/usr/bin/env python3
"""Answers every item of an archive's queue from a truth file, through the page's own interface, and says what it came to.

    answer.py CHARTLIFT ARCHIVE TRUTH.jsonl SCORE.py

CHARTLIFT is the program, ARCHIVE a folder that it may change, SCORE.py the score that reads fields.csv and TRUTH.jsonl. Three accounts are made, for what two
people key blindly and a third one settles. Every fifth of the second entries is wrong on purpose, so that there is something to settle. Values that the truth
does not have are answered as absent, items of a group that the machine missed are added where it asked for the group.

Python 3 standard library only. Ends with 0 if recall came to what the queue could give and nothing wrong was kept of what was reviewed.
"""

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
# A run of items at a time, as the page asks for them.
AT_ONCE = 20


class Refused(Exception):
    """The server's answer to something that cannot be done."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


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

    def answer(self, task, outcome, value, view="field"):
        given = {"id": task["id"], "version": task["version"], "outcome": outcome, "value": value, "view": view}
        kept = self.post("/api/answer", given)
        if kept.get("doubt"):
            # What stands on the paper is keyed once more, whatever rules or another reading say.
            self.tally["doubts"] += 1
            kept = self.post("/api/answer", {**given, "insist": True})
        return kept


class Session:
    """All accounts at one archive."""

    def __init__(self, base, archive, known, truths):
        self.tally = Counter()
        self.times = {}
        self.known, self.truth, self.archive = known, truths, archive
        self.added = set()

        class Times(dict):
            def __missing__(self, key):
                self[key] = [] if key.startswith("ms") else 0
                return self[key]

        self.tally = Times()
        self.people = [Account(base, name, self.tally) for name in ("first", "second", "third")]
        for person in self.people:
            person.sign_in()

    def of(self, task):
        """What is right of a task."""
        document, field, item, machine, lane, _mode, state = self.known.item(task["id"])
        if bool(task.get("value")) and task["mode"] != "confirm":
            raise SystemExit(f"a blind item shows a value: {task['field']}")
        # Which item of a group it is tells the machine's number.
        outcome, value = self.truth.answer(document, field, item, task.get("value"))
        return document, field, lane, state, outcome, value

    def add_missed(self, person, task, document, field):
        """Adds the items of a group that the machine has not, where an empty item asks for the group."""
        group = field.split(".", 1)[0]
        if (document, group) in self.added:
            return
        self.added.add((document, group))
        for at, missed in enumerate(self.truth.missed(document, group)):
            number = None
            fields = [name for name in missed if name not in ("also", "optional")]
            for name in sorted(fields, key=lambda name: name != self.truth.score.LEAD[group]):
                amendment = {"document": task["document"], "field": name, "item": number, "page": task["page"], "outcome": "corrected", "value": str(missed[name]), "insist": True}
                try:
                    person.post("/api/amend", amendment)
                except Refused as refused:
                    self.tally["refused additions"] += 1
                    print(f"addition refused: {document} {name}: {refused}", file=sys.stderr)
                    break
                self.tally["added"] += 1
                if number is None:
                    paper = person.post("/api/paper", {"document": task["document"]}) if False else None
                    number = self.number_of(document, name, str(missed[name]), paper)
        self.tally["groups completed"] += 1

    def number_of(self, document, field, value, _paper):
        """The number that an added item got: the highest of its field."""
        rows = self.known.ledger.execute(
            "SELECT max(item) FROM decisions WHERE document_name IS NULL AND field = ? AND value = ?", (field, value)
        ).fetchone()
        return rows[0]
