"""Compare verdicts with those of the charts' scorer: labels.py SCORE.py TRUTH.jsonl VERDICTS.jsonl

VERDICTS has one JSON array a line: document, item, field, value, verdict (right, wrong, none). Prints how many values there are and how many verdicts differ.
Texts of sections are left out: the scorer counts their words and gives no verdict.
"""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("score", sys.argv[1])
score = importlib.util.module_from_spec(spec)
spec.loader.exec_module(score)
with open(sys.argv[2], encoding="utf-8") as lines:
    truth = [json.loads(line) for line in lines if line.strip()]
with open(sys.argv[3], encoding="utf-8") as lines:
    values = [json.loads(line) for line in lines]
verdicts = ["none"] * len(values)


class Row(score.Row):
    __slots__ = ("index",)


class Labels(score.Score):
    def learn(self, row, right):
        verdicts[row.index] = "right" if right else "wrong"


rows = []
for index, (document, item, field, value, _) in enumerate(values):
    if value.strip() and not field.startswith(score.SECTION):
        row = Row({"document": document, "item": "" if item is None else str(item), "field": field, "value": value, "status": "review", "confidence": "0"})
        row.index = index
        rows.append(row)
names = {document for document, *_ in values}
Labels(rows, [t for t in truth if t["document"] in names], ["field"])
counted = [(v[4], verdict) for v, verdict in zip(values, verdicts) if not v[2].startswith(score.SECTION)]
print(len(counted), sum(ours != theirs for ours, theirs in counted))
