#!/usr/bin/env python3
"""Fit the confidence model on a run whose truth is known, and write config/confidence.toml.

    fit_confidence.py ARCHIVE/ledger.sqlite TRUTH.jsonl SCORE.py [--out config/confidence.toml] [--target 0.01]

The first argument is the ledger of a finished run (its values with their signals), or a file of JSON lines
{document, item, field, value, page, kind_confidence, signals}. SCORE.py is the scorer: its rules decide which value is right.
Needs numpy.

What is done
  1. Every value is labelled right or wrong by the scorer's pairing. A section counts as right if 98 % of its words are.
  2. A logistic model with L2 penalty is fitted; coefficients whose sign would reward a worse signal are held at 0.
  3. Leave one layout out: every value's probability comes from a model that never saw its layout. Thresholds are chosen, and all
     figures printed, from these probabilities alone. The figures called "nested" choose the thresholds without the layout, too.
  4. A class's threshold is the lowest of a few fixed levels (none below 0.90) at which the share of wrong values among those accepted
     is within the target; of a class that no level serves, nothing is accepted.
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
            "form-invalid", "mended", "agree", "differ", "length"]
SIGNS = {"word-min": 1, "word-min-over-80": 1, "word-min-over-93": 1, "word-mean": 1, "page-mean": 1, "label": 1, "doubt": -1, "form-valid": 1,
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
            float(s["form"] == "invalid"), float(s["mended"]), min(s["agree"], 2) / 2, min(s["differ"], 2) / 2, min(math.log(words), 5.0) / 5.0]


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
        out.append(not v["value"].strip() or s["form"] == "invalid" or s["mended"] or s["handwritten"] or conflict
                   or (v["item"] is None and len(several[v["document"], v["field"]]) > 1 and not v["field"].startswith("Composition."))
                   or (v["field"] == "DocumentReference.type" and v["kind_confidence"] < kind_sure))
    return np.array(out)


def thresholds(p, right, classes, open_, target):
    """For each class the lowest level of LEVELS at which it holds the target. Few, fixed levels: a threshold free to move would fit the
    accidents of a hundred values."""
    result = {}
    for c in CLASSES:
        mine = open_ & (classes == c)
        result[c] = NEVER
        for level in LEVELS:
            some = mine & (p >= level)
            n, wrong = int(some.sum()), int((~right[some]).sum())
            if n >= FEWEST and wrong <= target * n:
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


def accepted(values, p, levels, open_):
    """The decision, leads first (mirrors decide)."""
    take = np.array([bool(open_[i]) and p[i] >= levels[class_of(v["field"])] for i, v in enumerate(values)])
    take = take & take[leads_of(values)]
    return take


def main():
    ap = argparse.ArgumentParser(description="Fit the confidence model on a run whose truth is known.")
    ap.add_argument("values")
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
    values = load(a.values)
    documents = label(values, truth, score)
    rules = barred(values, a.kind_sure)
    keep = [i for i, v in enumerate(values) if v["right"] is not None]
    values, open_ = [values[i] for i in keep], ~rules[keep]
    X = np.array([features(v) for v in values])
    y = np.array([float(v["right"]) for v in values])
    right = y > 0.5
    classes = np.array([class_of(v["field"]) for v in values])
    layouts = np.array([documents.get(v["document"], {}).get("layout") or "?" for v in values])
    names = sorted(set(layouts))
    # A component of an item that is not there is wrong whatever its own signals say: it tells nothing of them, and decide() gives it
    # no more than the lead's probability.
    leads = leads_of(values)
    telling = right[leads] | (leads == np.arange(len(leads)))
    open_ = open_ & open_[leads]
    out_of_fold = np.zeros(len(y))
    for layout in names:
        test = layouts == layout
        train = ~test & telling
        out_of_fold[test] = probability(fit(X[train], y[train], classes[train]), X[test], classes[test])
    out_of_fold = np.minimum(out_of_fold, out_of_fold[leads])
    nested = np.zeros(len(y), bool)
    for layout in names:
        test = layouts == layout
        levels = thresholds(out_of_fold[~test], right[~test], classes[~test], open_[~test], a.target)
        nested[test] = accepted([values[i] for i in np.flatnonzero(test)], out_of_fold[test], levels, open_[test])
    levels = thresholds(out_of_fold, right, classes, open_, a.target)
    take = accepted(values, out_of_fold, levels, open_)
    w = fit(X[telling], y[telling], classes[telling])

    print(f"{len(y)} values of {len({v['document'] for v in values})} documents in {len(names)} layouts; {y.mean():.3f} right; {(~open_).sum()} barred by a rule")
    print(f"{'class':<15} {'values':>7} {'right%':>7} {'thresh':>7} {'accptd':>7} {'of all%':>8} {'wrong':>6} {'wrong%':>7}   nested: {'accptd':>7} {'wrong':>6} {'wrong%':>7}")
    single = classes != "sections"
    for name, mine in [(c, classes == c) for c in CLASSES] + [("all but sections", single)]:
        n, k, m, j = (take & mine).sum(), (take & mine & ~right).sum(), (nested & mine).sum(), (nested & mine & ~right).sum()
        share = lambda x, of: f"{100 * x / of:.2f}" if of else "-"
        level = levels.get(name)
        level = "-" if level is None else "never" if level > 1 else f"{level:.4f}"
        print(f"{name:<15.15} {mine.sum():>7} {share(y[mine].sum(), mine.sum()):>7} {level:>7} {n:>7} {share(n, mine.sum()):>8} {k:>6} {share(k, n):>7}           {m:>7} {j:>6} {share(j, m):>7}")
    print("calibration out of fold (all but sections): confidence, values, mean confidence, share right")
    edges = [0, .2, .4, .6, .8, .9, .95, .98, .99, 1.01]
    for lo, hi in zip(edges, edges[1:]):
        part = single & (out_of_fold >= lo) & (out_of_fold < hi)
        if part.any():
            print(f"  {lo:.2f}-{min(hi, 1):.2f} {part.sum():>6} {out_of_fold[part].mean():.4f} {y[part].mean():.4f}")
    print(f"Brier {((out_of_fold - y)[single] ** 2).mean():.4f}; weights: " + ", ".join(f"{f} {x:+.2f}" for f, x in zip(FEATURES, w)))
    for i in np.flatnonzero(take & ~right & single)[:a.errors]:
        v = values[i]
        print(f"  wrong: {v['document']} | {v['field']} | {v['value']!r} | {out_of_fold[i]:.4f} {v.get('rule', '')} {v['signals']}")

    if a.out:
        lines = ["# The confidence model: how sure a value is, and from where it is accepted without a person.", "#",
                 "# p = 1 / (1 + exp(-(intercept + offset of the class + sum of weight * feature)))",
                 "# The features are those of src/confidence/features.rs. Do not edit the numbers by hand: scripts/fit_confidence.py",
                 "# wrote them (config/README.md says how to do it again).",
                 f"# Fitted on {len(y)} values of {len({v['document'] for v in values})} documents in {len(names)} layouts. Thresholds: out of fold, one layout left out at a time,",
                 f"# {100 * a.target:g} % wrong among accepted; there {100 * take[single].sum() / single.sum():.1f} % are accepted, {100 * (take & single & ~right).sum() / max(1, (take & single).sum()):.2f} % of them wrong",
                 f"# ({100 * (nested & single & ~right).sum() / max(1, (nested & single).sum()):.2f} % if the thresholds, too, are chosen without the layout).",
                 "", f"intercept = {w[-1]:.4f}", "# A document's type is accepted only if its kind is at least this sure.", f"kind-sure = {a.kind_sure}", "", "[weights]"]
        lines += [f"{f} = {x:.4f}" for f, x in zip(FEATURES, w)]
        for k, c in enumerate(CLASSES):
            level = levels[c]
            lines += ["", f"[classes.{c}]"] + (["# Nothing of this class is accepted: no level holds the target."] if level > 1 else [])
            lines += [f"offset = {w[len(FEATURES) + k]:.4f}", f"threshold = {level:.4f}"]
        with open(a.out, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
