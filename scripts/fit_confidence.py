#!/usr/bin/env python3
"""Fit the confidence model on a run whose truth is known, and write config/confidence.toml.

    fit_confidence.py ALONE/ledger.sqlite BOTH/ledger.sqlite TRUTH.jsonl SCORE.py [--out config/confidence.toml] [--target 0.01]

ALONE is the archive of a finished run without the second engine, BOTH of one with it, over the same scans (scripts/fit.sh makes them); a
file of JSON lines {document, item, field, value, page, kind_confidence, signals} does as well. SCORE.py is the scorer: its rules decide
which value is right. Needs numpy.

Two models are fitted, each with thresholds of its own: `alone` on ALONE, for values whose words the second engine did not read (it is
not there, the budget was spent, the text is born digital), and `both` on those values of BOTH that it was asked about. So nothing that
was not asked is ever taken for agreement, and either model is honest about the values that it judges.

What is done
  1. Every value is labelled right or wrong by the scorer's pairing. A section counts as right if 98 % of its words are.
  2. A logistic model with L2 penalty is fitted; coefficients whose sign would reward a worse signal are held at 0.
  3. Leave one layout out: every value's probability comes from a model that never saw its layout. Thresholds are chosen, and all
     figures printed, from these probabilities alone. The figures called "nested" choose the thresholds without the layout, too.
  4. A class's threshold is the lowest of a few fixed levels (none below 0.90) at which the share of wrong values among those accepted
     is within the target; of a class that no level serves, nothing is accepted. `both`, of which there are fewer values, may take the
     level that serves `alone` where at most one value is wrong there.
The definitions of features, classes and rules mirror src/confidence; change both together.
"""
import argparse
import importlib.util
import json
import math
import sqlite3
import sys
from collections import defaultdict

import numpy as np

FEATURES = ["word-min", "word-min-over-80", "word-min-over-93", "word-mean", "page-mean", "label", "doubt", "form-valid", "form-checked",
            "form-invalid", "mended", "agree", "differ", "length", "second-agrees", "second-differs", "second-sure", "replaced"]
SIGNS = {"second-agrees": 1, "second-differs": -1, "second-sure": 1, "replaced": -1,
         "word-min": 1, "word-min-over-80": 1, "word-min-over-93": 1, "word-mean": 1, "page-mean": 1, "label": 1, "doubt": -1, "form-valid": 1,
         "form-checked": 1, "form-invalid": -1, "mended": -1, "agree": 1, "differ": -1, "length": -1}
CLASSES = {
    "identity": ["Patient.name.family", "Patient.name.given"],
    "dates": ["Patient.birthDate", "Encounter.period.start", "Encounter.period.end", "DocumentReference.date"],
    "gender": ["Patient.gender"],
    "codes": ["Patient.address.state", "Patient.maritalStatus", "Patient.communication.language"],
    "ids": ["Patient.identifier.mrn", "Patient.identifier.ssn", "Coverage.subscriberId", "Coverage.group", "Practitioner.identifier.npi"],
    "contact": ["Patient.telecom.phone", "Patient.contact.telecom", "Patient.telecom.email"],
    "address": ["Patient.address.line", "Patient.address.city", "Patient.address.postalCode"],
    "names": ["Patient.contact.name", "Patient.contact.relationship", "Practitioner.name"],
    "organizations": ["Coverage.payor", "Organization.name"],
    "kind": ["DocumentReference.type"],
    "conditions": ["Condition."], "medications": ["MedicationStatement."], "allergies": ["AllergyIntolerance."],
    "results": ["Observation.value"], "observations": ["Observation."],
    "immunizations": ["Immunization."], "procedures": ["Procedure."], "sections": ["Composition.section."],
}
PENALTY = 1.0          # of coefficients; the intercept is free
CLASS_PENALTY = 2.0    # of class offsets: small classes stay near the common intercept
SUREST = 0.999
NEVER = 2.0            # a threshold that nothing reaches
LEVELS = (0.90, 0.93, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99)
FEWEST = 20            # accepted values of a class without which nothing is said of it
SECTION_RIGHT = 0.98
BEST = 0.97            # the highest figure that the engine gives


def class_of(field):
    for name, fields in CLASSES.items():
        if any(field == f or (f.endswith(".") and field.startswith(f)) for f in fields):
            return name
    raise SystemExit(f"no class for the field {field}")


def features(v):
    s = v["signals"]
    engine = lambda x: BEST if s["born_digital"] else min(max(x, 0.0), BEST)
    low = engine(s["word_min"])
    words = max(1, len(v["value"].split()))
    return [low, max(0.0, low - 0.80) / 0.17, max(0.0, low - 0.93) / 0.04, engine(s["word_mean"]), engine(s["page_mean"]),
            min(max(s["label"], 0.0), 1.0), min(max(s["doubt"], 0.0), 1.0), float(s["form"] == "valid"), float(s["form"] == "checked"),
            float(s["form"] == "invalid"), float(s["mended"]), min(s["agree"], 2) / 2, min(s["differ"], 2) / 2, min(math.log(words), 5.0) / 5.0,
            *second(s)]


def second(s):
    """What the second engine says: nothing where it was not asked about every word."""
    if not asked(s):
        return [0.0, 0.0, 0.0, 0.0]
    share = min(max(s["second_agree"], 0.0), 1.0)
    return [float(share >= 1.0), min(1.0, 3.0 * (1.0 - share)), min(max((s["second_min"] - 0.8) / 0.2, 0.0), 1.0), float(s["replaced"])]


def asked(s):
    return bool(s.get("second_asked")) and not s["born_digital"]


def load(path):
    if not path.endswith(".sqlite"):
        with open(path, encoding="utf-8") as f:
            return [json.loads(line) for line in f if line.strip()]
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = db.execute("SELECT d.name, v.item, v.field, v.value, v.page, d.kind_confidence, v.signals FROM document_values v "
                      "JOIN documents d ON d.id = v.document ORDER BY v.id")
    keys = ("document", "item", "field", "value", "page", "kind_confidence", "signals")
    values = [dict(zip(keys, row)) for row in rows]
    for v in values:
        v["signals"] = json.loads(v["signals"])
    return values


def label(values, truth, score):
    """Marks each value right (True), wrong (False) or not counted (None) by the scorer's own pairing."""
    class Row(score.Row):
        __slots__ = ("index",)

    class Labels(score.Score):
        def learn(self, row, right):
            values[row.index]["right"] = right

    rows = []
    for i, v in enumerate(values):
        v["right"] = None
        if not v["value"].strip():
            continue
        row = Row({"document": v["document"], "item": "" if v["item"] is None else str(v["item"]), "field": v["field"], "value": v["value"], "status": "review",
                   "confidence": "0"})
        row.index = i
        rows.append(row)
    labels = Labels(rows, truth, ["field"])
    by_name = {t["document"]: t for t in truth}
    for v in values:
        if not v["field"].startswith(score.SECTION) or not v["value"].strip():
            continue
        t, name = by_name.get(v["document"], {}), v["field"][len(score.SECTION):]
        if t.get("bad") or name in t.get("sections_optional", ()):
            continue
        have, want = labels.words(v["value"]), labels.words(t.get("sections", {}).get(name, ""))
        both = sum((have & want).values())
        v["right"] = bool(both) and 2 * both / (sum(have.values()) + sum(want.values())) >= SECTION_RIGHT
    return by_name


def fit(X, y, classes):
    """Weights, class offsets, intercept: penalised logistic regression by Newton's method, with an active set for the signs."""
    names = list(CLASSES)
    D = np.zeros((len(y), len(names)))
    for i, c in enumerate(classes):
        D[i, names.index(c)] = 1.0
    A = np.hstack([X, D, np.ones((len(y), 1))])
    penalty = np.array([PENALTY] * X.shape[1] + [CLASS_PENALTY] * len(names) + [1e-6])
    free = np.ones(A.shape[1], bool)
    while True:
        w = np.zeros(A.shape[1])
        B, pen = A[:, free], penalty[free]
        b = np.zeros(B.shape[1])
        for _ in range(40):
            p = 1 / (1 + np.exp(-np.clip(B @ b, -30, 30)))
            gradient = B.T @ (y - p) - pen * b
            hessian = (B * (p * (1 - p) + 1e-9)[:, None]).T @ B + np.diag(pen)
            step = np.linalg.solve(hessian, gradient)
            b += step * min(1.0, 4.0 / (np.abs(step).max() + 1e-12))
            if np.abs(step).max() < 1e-6:
                break
        w[free] = b
        wrong = [i for i, f in enumerate(FEATURES) if free[i] and w[i] * SIGNS[f] < 0]
        if not wrong:
            return w
        free[min(wrong, key=lambda i: w[i] * SIGNS[FEATURES[i]])] = False


def probability(w, X, classes):
    names = list(CLASSES)
    offset = np.array([w[len(FEATURES) + names.index(c)] for c in classes])
    return np.clip(1 / (1 + np.exp(-(X @ w[:len(FEATURES)] + offset + w[-1]))), 1 - SUREST, SUREST)


def barred(values, kind_sure):
    """Values that a rule keeps from being accepted whatever their probability (mirrors src/confidence/mod.rs)."""
    several = defaultdict(set)
    for v in values:
        if v["item"] is None and not v["field"].startswith("Composition.") and v["value"].strip():
            several[v["document"], v["field"]].add(v["value"])
    out = []
    for v in values:
        s, c = v["signals"], class_of(v["field"])
        conflict = s["differ"] > 0 if c in ("identity", "ids") else s["differ"] > s["agree"]
        out.append(not v["value"].strip() or s["form"] == "invalid" or s["mended"] or s["handwritten"] or s.get("cut_off") or conflict
                   or (v["item"] is None and len(several[v["document"], v["field"]]) > 1 and not v["field"].startswith("Composition."))
                   or (v["field"] == "DocumentReference.type" and v["kind_confidence"] < kind_sure))
    return np.array(out)


def thresholds(p, right, classes, open_, target, proven=None):
    """For each class the lowest level of LEVELS at which it holds the target. Few, fixed levels: a threshold free to move would fit the
    accidents of a hundred values. `proven` holds levels that serve without the second engine: with it, where fewer values tell, such a level
    (or a higher one) also serves a class of which no more than one value is wrong."""
    result = {}
    for c in CLASSES:
        mine = open_ & (classes == c)
        result[c] = NEVER
        for level in LEVELS:
            some = mine & (p >= level)
            n, wrong = int(some.sum()), int((~right[some]).sum())
            if n >= FEWEST and wrong <= target * n or proven and proven[c] <= level and wrong <= 1:
                result[c] = level
                break
        if not mine.any():
            result[c] = 0.95          # none seen: as for the middle of the others
    return result


LEAD = {"Condition": "Condition.code.text", "MedicationStatement": "MedicationStatement.medication.text", "AllergyIntolerance": "AllergyIntolerance.code.text",
            "Observation": "Observation.code.text", "Immunization": "Immunization.vaccineCode.text", "Procedure": "Procedure.code.text"}


def leads_of(values):
    """For each value the index of its item's leading text; itself for values that lead or stand alone."""
    at = {(v["document"], v["field"].split(".")[0], v["item"]): i for i, v in enumerate(values) if LEAD.get(v["field"].split(".")[0]) == v["field"]}
    return np.array([at.get((v["document"], v["field"].split(".")[0], v["item"]), i) for i, v in enumerate(values)], int)


class Run:
    """The values of one archive whose truth is known, as arrays side by side."""

    def __init__(self, path, truth, score, kind_sure):
        values = load(path)
        self.documents = label(values, truth, score)
        rules = barred(values, kind_sure)
        keep = [i for i, v in enumerate(values) if v["right"] is not None]
        self.values = [values[i] for i in keep]
        self.X = np.array([features(v) for v in self.values])
        self.right = np.array([bool(v["right"]) for v in self.values])
        self.classes = np.array([class_of(v["field"]) for v in self.values])
        self.layouts = np.array([self.documents.get(v["document"], {}).get("layout") or "?" for v in self.values])
        self.both = np.array([asked(v["signals"]) for v in self.values])
        # A component of an item that is not there is wrong whatever its own signals say: it tells nothing of them, and decide() gives
        # it no more than the lead's probability.
        self.leads = leads_of(self.values)
        self.telling = self.right[self.leads] | (self.leads == np.arange(len(self.leads)))
        open_ = ~rules[keep]
        self.open = open_ & open_[self.leads]
        self.p = np.zeros(len(self.values))
        self.nested = np.zeros(len(self.values), bool)

    def fit(self, part):
        train = part & self.telling
        return fit(self.X[train], self.right[train].astype(float), self.classes[train])

    def thresholds(self, part, target, proven=None):
        return thresholds(self.p[part], self.right[part], self.classes[part], self.open[part], target, proven)

    def accepted(self, alone, both):
        """The decision, leads first (mirrors decide)."""
        levels = [(both if b else alone)[c] for b, c in zip(self.both, self.classes)]
        take = self.open & (self.p >= np.array(levels))
        return take & take[self.leads]


def table(run, take, alone, both):
    print(f"{len(run.values)} values of {len({v['document'] for v in run.values})} documents in {len(set(run.layouts))} layouts; "
          f"{run.right.mean():.3f} right; {(~run.open).sum()} barred by a rule; {run.both.sum()} read by both engines")
    print(f"{'class':<15} {'values':>7} {'right%':>7} {'alone':>7} {'both':>7} {'accptd':>7} {'of all%':>8} {'wrong':>6} {'wrong%':>7}   nested: {'accptd':>7} {'wrong':>6} {'wrong%':>7}")
    share = lambda x, of: f"{100 * x / of:.2f}" if of else "-"
    level = lambda levels, name: "-" if levels.get(name) is None else "never" if levels[name] > 1 else f"{levels[name]:.3f}"
    single = run.classes != "sections"
    rows = [(c, run.classes == c) for c in CLASSES] + [("all but sections", single), ("  of both", single & run.both)]
    rows += [("  " + x, single & (run.layouts == x)) for x in sorted(set(run.layouts))]
    for name, mine in rows:
        n, k, m, j = (take & mine).sum(), (take & mine & ~run.right).sum(), (run.nested & mine).sum(), (run.nested & mine & ~run.right).sum()
        print(f"{name:<15.15} {mine.sum():>7} {share(run.right[mine].sum(), mine.sum()):>7} {level(alone, name):>7} {level(both, name):>7} {n:>7} {share(n, mine.sum()):>8} "
              f"{k:>6} {share(k, n):>7}           {m:>7} {j:>6} {share(j, m):>7}")
    print("calibration out of fold (all but sections): confidence, values, mean confidence, share right")
    edges = [0, .2, .4, .6, .8, .9, .95, .98, .99, 1.01]
    for lo, hi in zip(edges, edges[1:]):
        part = single & (run.p >= lo) & (run.p < hi)
        if part.any():
            print(f"  {lo:.2f}-{min(hi, 1):.2f} {part.sum():>6} {run.p[part].mean():.4f} {run.right[part].mean():.4f}")
    print(f"Brier {((run.p - run.right)[single] ** 2).mean():.4f}")


def summary(run, take):
    single = run.classes != "sections"
    n, k = (take & single).sum(), (take & single & ~run.right).sum()
    m, j = (run.nested & single).sum(), (run.nested & single & ~run.right).sum()
    return f"{100 * n / max(1, single.sum()):.1f} % accepted, {100 * k / max(1, n):.2f} % of them wrong ({100 * j / max(1, m):.2f} % with thresholds chosen without the layout, too)"


def main():
    ap = argparse.ArgumentParser(description="Fit the confidence model on runs whose truth is known.")
    ap.add_argument("alone", help="ledger of a run without the second engine")
    ap.add_argument("both", help="ledger of a run with it, over the same scans")
    ap.add_argument("truth")
    ap.add_argument("score")
    ap.add_argument("--out", help="where to write the model; without it figures are printed only")
    ap.add_argument("--target", type=float, default=0.01, help="share of wrong values among accepted ones")
    ap.add_argument("--kind-sure", type=float, default=0.8)
    ap.add_argument("--errors", type=int, default=0, help="list so many accepted wrong values (prints values: for invented records only)")
    a = ap.parse_args()
    spec = importlib.util.spec_from_file_location("score", a.score)
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    with open(a.truth, encoding="utf-8") as f:
        truth = [json.loads(x) for x in f if x.strip()]
    alone, both = Run(a.alone, truth, score, a.kind_sure), Run(a.both, truth, score, a.kind_sure)
    if alone.both.any() or not both.both.any():
        raise SystemExit("the first archive must be of a run without the second engine, the second one of a run with it")
    names = sorted(set(alone.layouts) | set(both.layouts))
    for layout in names:
        by_alone, by_both = alone.fit(alone.layouts != layout), both.fit((both.layouts != layout) & both.both)
        for run in (alone, both):
            for w, part in ((by_alone, ~run.both), (by_both, run.both)):
                test = (run.layouts == layout) & part
                if test.any():
                    run.p[test] = probability(w, run.X[test], run.classes[test])
    for run in (alone, both):
        run.p = np.minimum(run.p, run.p[run.leads])

    def choose(keep):
        by_alone = alone.thresholds(keep(alone), a.target)
        return by_alone, both.thresholds(keep(both) & both.both, a.target, by_alone)

    for layout in names:
        levels = choose(lambda run: run.layouts != layout)
        for run in (alone, both):
            test = run.layouts == layout
            run.nested[test] = run.accepted(*levels)[test]
    levels = choose(lambda run: np.ones(len(run.values), bool))
    takes = [run.accepted(*levels) for run in (alone, both)]
    weights = alone.fit(np.ones(len(alone.values), bool)), both.fit(both.both)

    for title, run, take in (("WITHOUT THE SECOND ENGINE", alone, takes[0]), ("WITH THE SECOND ENGINE", both, takes[1])):
        print(f"\n{title}: out of fold {summary(run, take)}")
        table(run, take, *levels)
        for i in np.flatnonzero(take & ~run.right & (run.classes != "sections"))[:a.errors]:
            v = run.values[i]
            print(f"  wrong: {v['document']} | {v['field']} | {v['value']!r} | {run.p[i]:.4f} {v.get('rule', '')} {v['signals']}")
    for name, w in zip(("alone", "both"), weights):
        print(f"weights of {name}: " + ", ".join(f"{f} {x:+.2f}" for f, x in zip(FEATURES, w)))

    if a.out:
        lines = ["# The confidence model: how sure a value is, and from where it is accepted without a person.", "#",
                 "# p = 1 / (1 + exp(-(intercept + offset of the class + sum of weight * feature)))",
                 "# `both` judges values whose words two engines read, `alone` all others.",
                 "# The features are those of src/confidence/features.rs. Do not edit the numbers by hand: scripts/fit_confidence.py",
                 "# wrote them (config/README.md says how to do it again).",
                 f"# Fitted on {len(alone.values)} and {len(both.values)} values of {len({v['document'] for v in both.values})} documents in {len(names)} layouts, {100 * a.target:g} % wrong allowed among the accepted of a class.",
                 "# Out of fold, one layout left out at a time:",
                 f"# without the second engine {summary(alone, takes[0])},",
                 f"# with it {summary(both, takes[1])}.",
                 "", "# A document's type is accepted only if its kind is at least this sure.", f"kind-sure = {a.kind_sure}"]
        for name, w, mine in zip(("alone", "both"), weights, levels):
            lines += ["", f"[{name}]", f"intercept = {w[-1]:.4f}", "", f"[{name}.weights]"]
            lines += [f"{f} = {x:.4f}" for f, x in zip(FEATURES, w)]
            for k, c in enumerate(CLASSES):
                lines += ["", f"[{name}.classes.{c}]"] + (["# Nothing of this class is accepted: no level holds the target."] if mine[c] > 1 else [])
                lines += [f"offset = {w[len(FEATURES) + k]:.4f}", f"threshold = {mine[c]:.4f}"]
        with open(a.out, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
