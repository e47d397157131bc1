"""What a careful person answers to each item of an archive's queue, after a truth file (the form of samples/truth.jsonl).

Values of repeated groups are paired with the truth's as the score pairs them, so the score's own functions are used: give its path.
"""

import csv
import importlib.util
import json
import sqlite3
from collections import defaultdict

SECTION = "Composition.section."


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Truth:
    """What is right, document by document."""

    def __init__(self, score, truth, fields):
        self.score = score
        with open(truth, encoding="utf-8") as lines:
            self.papers = {paper["document"]: paper for paper in map(json.loads, filter(str.strip, lines))}
        # Of one of several equal files the machine reads the first, whatever the truth calls the copy.
        for name, paper in list(self.papers.items()):
            if paper.get("duplicate_of") and not paper.get("fields"):
                self.papers[name] = {**self.papers[paper["duplicate_of"]], "document": name}
        self.rows = defaultdict(list)
        with open(fields, encoding="utf-8", newline="") as lines:
            for row in map(score.Row, csv.DictReader(lines)):
                if row.status != "rejected":
                    self.rows[row.doc].append(row)
        self.pairs = {}

    def paired(self, document, group):
        """The truth's items of a group by the machine's number, and those that it has no number for."""
        if (document, group) not in self.pairs:
            wanted = [item for item in self.papers.get(document, {}).get("items", []) if any(field.startswith(group + ".") for field in item)]
            given = defaultdict(lambda: defaultdict(list))
            for row in self.rows[document]:
                if self.score.group_of(row.field) == group and row.item and row.value.strip():
                    given[row.item][row.field].append(row)
            given = sorted((number, rows) for number, rows in given.items() if any(row.given for some in rows.values() for row in some))
            judge = self.score.Score([], [], [])
            weights = [[judge.likeness(group, item, rows) for _, rows in given] for item in wanted]
            pairs = self.score.assign(weights) if wanted and given else []
            left = [item for at, item in enumerate(wanted) if at not in {one for one, _ in pairs}]
            self.pairs[document, group] = ({given[there][0]: wanted[at] for at, there in pairs}, left)
        return self.pairs[document, group]

    def missed(self, document, group):
        """The truth's items of a group that the machine has not, without those that count neither way."""
        return [item for item in self.paired(document, group)[1] if not item.get("optional")]

    def answer(self, document, field, item, shown):
        """`(outcome, value)`: what a person says who sees `shown` (`None` when asked blindly) and knows the truth."""
        paper = self.papers.get(document, {})
        if field.startswith(SECTION):
            right, also = paper.get("sections", {}).get(field[len(SECTION):]), ()
        elif self.score.group_of(field) in self.score.LEAD:
            of = self.paired(document, self.score.group_of(field))[0].get(str(item)) if item is not None else None
            right, also = (of.get(field), of.get("also", {}).get(field, ())) if of else (None, ())
        else:
            right, also = paper.get("fields", {}).get(field), paper.get("also", {}).get(field, ())
        if right is None:
            return ("illegible" if field in paper.get("unreadable", ()) else "absent"), ""
        if shown and self.score.same(field, shown, right, also):
            return "verified", shown
        return "corrected", str(right)


class Known:
    """Which document's which value an item asks of: the page does not say, so that the ledger is looked into."""

    def __init__(self, archive):
        self.ledger = sqlite3.connect(f"file:{archive}/ledger.sqlite?mode=ro", uri=True)

    def item(self, name):
        return self.ledger.execute("SELECT document, field, item, machine_value, lane, mode, state FROM items WHERE name = ?", (name,)).fetchone()

    def states(self):
        return dict(self.ledger.execute("SELECT state, count(*) FROM items GROUP BY state"))
