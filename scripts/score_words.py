#!/usr/bin/env python3
"""Word and character errors of readings of bench pages (scripts/make_pages.py), by kind of damage and in total.

    score_words.py PAGES [--tsv FOLDER]... [--archive ARCHIVE]... [--pdf FOLDER]... [--hocr FOLDER]... [--pages] [--json]

PAGES holds the page files and truth.jsonl. A reading is one of
  --tsv      a folder of Tesseract TSV files, named as the pages are: 003-copy.tsv or 003-copy.tif.tsv;
  --archive  an archive of chartlift that was made from PAGES;
  --pdf      a folder of OCRmyPDF's results (003-copy.pdf, or .html as `pdftotext -bbox` writes it). Straightened or turned pages cannot
             be laid over the truth: leave those options off;
  --hocr     a folder of hOCR files.
Any number of them; each may be named, as in --tsv plain=FOLDER. With two or more, the first is set against each of the others: the
ratio of word errors, and a 95 % interval of the difference from resampling pages.

Words are tokens of the truth; punctuation and case count. Words are brought together where their boxes overlap, so the order of reading
does not count. WER = (substituted + missing + invented words) / words; CER the same of characters.
Needs Python 3.9 and its standard library; pdftotext (poppler-utils) for --pdf with PDF files.
"""

import argparse
import html
import json
import random
import re
import sqlite3
import subprocess
import sys
import zlib
from collections import defaultdict
from pathlib import Path


def edits(a, b):
    """Levenshtein distance of two sequences as (substituted, missing from b, added in b)."""
    row = [(j, 0, 0, j) for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        last, row = row, [(i, 0, i, 0)]
        for j, y in enumerate(b, 1):
            n, s, d, k = last[j - 1]
            best = (n, s, d, k) if x == y else (n + 1, s + 1, d, k)
            n, s, d, k = last[j]
            best = min(best, (n + 1, s, d + 1, k))
            n, s, d, k = row[j - 1]
            row.append(min(best, (n + 1, s, d, k + 1)))
    return row[-1][1:]


def area(b):
    return max(b[2] - b[0], 0.1) * max(b[3] - b[1], 0.1)


def linked(t, h):
    """Whether two boxes show the same ink: they share much of the smaller, on the same line."""
    across = min(t[2], h[2]) - max(t[0], h[0])
    down = min(t[3], h[3]) - max(t[1], h[1])
    if across <= 0 or down <= 0:
        return False
    # A box over several lines is a rule or a shadow that was taken for a letter.
    tall = (h[3] - h[1]) > 3.5 * max(t[3] - t[1], 12)
    return not tall and across * down >= 0.35 * min(area(t), area(h)) and down >= 0.35 * min(t[3] - t[1], h[3] - h[1])


def in_order(items):
    """Texts of (text, box) in lines from top to bottom, each from left to right."""
    lines = []
    for text, box in sorted(items, key=lambda i: (i[1][1] + i[1][3]) / 2):
        middle = (box[1] + box[3]) / 2
        for line in lines:
            top, bottom = line[0][1][1], line[0][1][3]
            if top <= middle <= bottom:
                line.append((text, box))
                break
        else:
            lines.append([(text, box)])
    return [text for line in lines for text, _ in sorted(line, key=lambda i: i[1][0])]


def score_page(truth, read):
    """Counts of a page: words, characters, and errors of both. Both are lists of (text, (x0, y0, x1, y1)) in pixels."""
    parent = list(range(len(truth) + len(read)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    rows = defaultdict(list)
    for i, (_, box) in enumerate(truth):
        for band in range(int(box[1] // 64), int(box[3] // 64) + 1):
            rows[band].append(i)
    for j, (_, box) in enumerate(read):
        near = {i for band in range(int(box[1] // 64), int(box[3] // 64) + 1) for i in rows.get(band, ())}
        for i in near:
            if linked(truth[i][1], box):
                parent[root(len(truth) + j)] = root(i)
    groups = defaultdict(lambda: ([], []))
    for i, word in enumerate(truth):
        groups[root(i)][0].append(word)
    for j, word in enumerate(read):
        groups[root(len(truth) + j)][1].append(word)
    got = {"pages": 1, "words": len(truth), "chars": sum(len(t) for t, _ in truth), "sub": 0, "del": 0, "ins": 0, "char_errors": 0}
    for want, have in groups.values():
        a, b = in_order(want), in_order(have)
        if a == b:
            continue
        sub, missing, added = edits(a, b)
        got["sub"] += sub
        got["del"] += missing
        got["ins"] += added
        got["char_errors"] += sum(edits(" ".join(a), " ".join(b)))
    got["errors"] = got["sub"] + got["del"] + got["ins"]
    return got


# ---- readings: page file name -> list of (text, box in pixels of the file) ---------------------------------------------------------

def find(folder, file, endings):
    stem = Path(file).stem
    for name in [f"{n}{e}" for e in endings for n in (stem, file)]:
        if (Path(folder) / name).exists():
            return Path(folder) / name
    return None


def from_tsv(folder, pages):
    for page in pages:
        path, words = find(folder, page["file"], (".tsv",)), []
        if path is None:
            yield page["file"], None
            continue
        for row in path.read_text(encoding="utf-8", errors="replace").splitlines():
            cells = row.split("\t")
            if len(cells) >= 12 and cells[0] == "5" and cells[11].strip():
                x, y, w, h = (float(c) for c in cells[6:10])
                words.append((cells[11].strip(), (x, y, x + w, y + h)))
        yield page["file"], words


def from_archive(archive, pages):
    ledger = sqlite3.connect(f"file:{Path(archive) / 'ledger.sqlite'}?mode=ro", uri=True)
    rows = ledger.execute("SELECT s.path, s.id, s.duplicate_of FROM sources s").fetchall()
    sources = {Path(path).name: twin or source for path, source, twin in rows}
    for page in pages:
        source = sources.get(page["file"])
        if source is None:
            yield page["file"], None
            continue
        words = []
        for (blob,) in ledger.execute("SELECT reading FROM pages WHERE source = ? AND number = 1 AND reading IS NOT NULL", (source,)):
            reading = json.loads(zlib.decompress(blob))
            m = reading["to_source"]["m"]
            sx, sy = page["width"] / 100, page["height"] / 100
            for word in reading["words"]:
                r = word["rect"]
                corners = [(x, y) for x in (r["x"], r["x"] + r["w"]) for y in (r["y"], r["y"] + r["h"])]
                xs = [(m[0] * x + m[1] * y + m[2]) * sx for x, y in corners]
                ys = [(m[3] * x + m[4] * y + m[5]) * sy for x, y in corners]
                words.append((word["text"], (min(xs), min(ys), max(xs), max(ys))))
        yield page["file"], words


def from_pdf(folder, pages):
    for page in pages:
        path = find(folder, page["file"], (".html", ".pdf"))
        if path is None:
            yield page["file"], None
            continue
        text = path.read_text(encoding="utf-8") if path.suffix == ".html" else subprocess.run(
            ["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True).stdout
        size = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', text)
        words = []
        if size:
            sx, sy = page["width"] / float(size[1]), page["height"] / float(size[2])
            for m in re.finditer(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', text, re.S):
                x0, y0, x1, y1 = (float(v) for v in m.groups()[:4])
                words.append((html.unescape(m[5]).strip(), (x0 * sx, y0 * sy, x1 * sx, y1 * sy)))
        yield page["file"], [w for w in words if w[0]]


def from_hocr(folder, pages):
    for page in pages:
        path = find(folder, page["file"], (".hocr", ".html"))
        if path is None:
            yield page["file"], None
            continue
        words = []
        for m in re.finditer(r"class=['\"]ocrx_word['\"][^>]*?bbox (\d+) (\d+) (\d+) (\d+)[^>]*>(.*?)</span>", path.read_text(encoding="utf-8"), re.S):
            text = html.unescape(re.sub(r"<[^>]*>", "", m[5])).strip()
            if text:
                words.append((text, tuple(float(v) for v in m.groups()[:4])))
        yield page["file"], words


READERS = {"tsv": from_tsv, "archive": from_archive, "pdf": from_pdf, "hocr": from_hocr}


def add(into, got):
    for key, value in got.items():
        into[key] = into.get(key, 0) + value


def rate(counts, errors, of):
    return round(100 * counts[errors] / max(counts[of], 1), 3)


def interval(pages, ours, theirs, damage):
    """95 % interval of our WER minus theirs, percent, pages drawn anew 2,000 times."""
    chosen = [p["file"] for p in pages if damage in ("total", p["damage"])]
    dice, differences = random.Random(1), []
    for _ in range(2000):
        drawn = [chosen[dice.randrange(len(chosen))] for _ in chosen]
        words = sum(ours[f]["words"] for f in drawn) or 1
        differences.append(100 * sum(ours[f]["errors"] - theirs[f]["errors"] for f in drawn) / words)
    differences.sort()
    return [round(differences[50], 2), round(differences[1949], 2)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="PAGES")
    sides = []
    for kind in READERS:
        parser.add_argument(f"--{kind}", action="append", type=lambda v, kind=kind: sides.append((kind, v)), help=argparse.SUPPRESS)
    parser.add_argument("--pages", action="store_true", help="one line a page as well")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not sides:
        parser.error("no reading: give --tsv, --archive, --pdf or --hocr")
    pages = [json.loads(line) for line in (args.folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = {p["file"]: [(w[0], tuple(w[1:])) for w in p["words"]] for p in pages}
    damages = list(dict.fromkeys(p["damage"] for p in pages)) + ["total"]
    result = []
    for kind, value in sides:
        name, _, place = value.rpartition("=")
        each, missing = {}, []
        for file, words in READERS[kind](place, pages):
            if words is None:
                missing.append(file)
            each[file] = score_page(truth[file], words or [])
        tables = {d: {} for d in damages}
        for page in pages:
            add(tables[page["damage"]], each[page["file"]])
            add(tables["total"], each[page["file"]])
        for counts in tables.values():
            counts["wer"], counts["cer"] = rate(counts, "errors", "words"), rate(counts, "char_errors", "chars")
        result.append({"name": name or kind, "kind": kind, "unread": missing, "damages": tables, "pages": each})
        if missing:
            print(f"score_words: {name or kind}: no reading of {len(missing)} of {len(pages)} pages; they count as unread", file=sys.stderr)
    first = result[0]
    for other in result[1:]:
        for damage in damages:
            a, b = first["damages"][damage], other["damages"][damage]
            other.setdefault("against_first", {})[damage] = {
                "ratio": round(a["errors"] / b["errors"], 3) if b["errors"] else None, "difference": round(a["wer"] - b["wer"], 2),
                "interval": interval(pages, first["pages"], other["pages"], damage)}
    if args.json:
        json.dump(result, sys.stdout, indent=1)
        return
    print(f"{'damage':<11}{'pages':>6}{'words':>7}" + "".join(f"{r['name'][:14] + ' WER':>19}{'CER':>7}" for r in result)
          + "".join(f"{'/ ' + r['name'][:10]:>13}{'95 % of WER diff.':>19}" for r in result[1:]))
    for damage in damages:
        counts = first["damages"][damage]
        line = f"{damage:<11}{counts['pages']:>6}{counts['words']:>7}"
        line += "".join(f"{r['damages'][damage]['wer']:>17.2f} %{r['damages'][damage]['cer']:>7.2f}" for r in result)
        for r in result[1:]:
            against = r["against_first"][damage]
            ratio = "-" if against["ratio"] is None else f"{against['ratio']:.2f}"
            low, high = against["interval"]
            line += f"{ratio:>13}{f'{low:+.1f} to {high:+.1f}':>19}"
        print(line)
    if args.pages:
        print()
        for page in pages:
            print(f"{page['file']:<24}{page['layout']:<20}{page.get('font', ''):<18}{page['dpi']:>4}" + "".join(
                f"{rate(r['pages'][page['file']], 'errors', 'words'):>9.2f} % (s {r['pages'][page['file']]['sub']}, d {r['pages'][page['file']]['del']}, i {r['pages'][page['file']]['ins']})" for r in result))


if __name__ == "__main__":
    main()
