#!/usr/bin/env python3
"""Unseen pages: medical papers in layouts on which no rule of chartlift was written, with their exact truth.

    scripts/python.sh scripts/make_unseen.py [--set unseen] [--only WORD] [--out fixtures/unseen]

The papers themselves stand in unseen_forms.py; with `--set`, the same machinery makes the practice sets, on which rules may be written (SETS below). Each is an HTML page that headless Chromium sets as a PDF, pdftoppm makes pixels of it, and
damage as of a scanner, a fax machine or a copier is laid over it. A value gets into the truth only as it is written into the page; once more, the
text of the PDF is searched for every value. A page that runs over its sheet ends the run.

Needs Chromium, poppler-utils (pdftoppm, pdftotext), libtiff and the fonts named in unseen_forms.py (Debian: chromium poppler-utils
fonts-liberation fonts-dejavu fonts-urw-base35), Pillow and numpy. The files depend on the versions of these: the made ones are kept.
"""

import argparse
import html
import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

import make_pages
import paper

ROOT = Path(__file__).resolve().parent.parent
DATES = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%m.%d.%Y", "%B %d, %Y", "%b %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%Y-%m-%d", "%m%d%Y", "%b %d %Y", "%d%b%Y")
UNITS = {
    "mmHg": "mm[Hg]", "mm Hg": "mm[Hg]", "F": "[degF]", "lb": "[lb_av]", "lbs": "[lb_av]", "in": "[in_i]", "inches": "[in_i]", "bpm": "/min", "K/uL": "10*3/uL", "10^3/uL": "10*3/uL", "x10E3/uL": "10*3/uL",
    "x10E6/uL": "10*6/uL", "M/uL": "10*6/uL", "THOU/MCL": "10*3/uL", "MILL/MCL": "10*6/uL", "uIU/mL": "u[IU]/mL", "MG/DL": "mg/dL", "G/DL": "g/dL", "MMOL/L": "mmol/L", "mEq/L": "meq/L", "U/L": "U/L", "NG/ML": "ng/mL", "PG/ML": "pg/mL", "FL": "fL", "PG": "pg",
    "mcg/dL": "ug/dL", "kg/m²": "kg/m2",
}
# LOINC code, other codes that are right.
TESTS = {
    "wbc": ("6690-2", ["26464-8", "804-5"]), "rbc": ("789-8", ["26453-1"]), "hgb": ("718-7", []), "hct": ("4544-3", ["20570-8"]), "mcv": ("787-2", ["30428-7"]), "mch": ("785-6", ["28539-5"]), "mchc": ("786-4", ["28540-3"]),
    "rdw": ("788-0", ["30385-9"]), "plt": ("777-3", ["26515-7"]), "na": ("2951-2", []), "k": ("2823-3", []), "cl": ("2075-0", []), "co2": ("2028-9", ["1963-8"]), "bun": ("3094-0", []), "creat": ("2160-0", []),
    "glu": ("2345-7", ["1558-6", "2339-0"]), "ca": ("17861-6", []), "tp": ("2885-2", []), "alb": ("1751-7", []), "tbil": ("1975-2", []), "alp": ("6768-6", []), "ast": ("1920-8", []), "alt": ("1742-6", []),
    "chol": ("2093-3", []), "tg": ("2571-8", ["3043-7"]), "hdl": ("2085-9", []), "ldl": ("13457-7", ["2089-1", "18262-6"]), "a1c": ("4548-4", ["17856-6"]), "tsh": ("3016-3", ["11580-8", "11579-0"]), "ft4": ("3024-7", []),
    "ferritin": ("2276-4", ["20567-4"]), "iron": ("2498-4", []), "b12": ("2132-9", []), "psa": ("2857-1", []),
    "sbp": ("8480-6", []), "dbp": ("8462-4", []), "pulse": ("8867-4", ["8893-0"]), "resp": ("9279-1", []), "temp": ("8310-5", ["8331-1"]), "spo2": ("59408-5", ["2708-6"]), "wt": ("29463-7", ["3141-9"]), "ht": ("8302-2", ["3137-7"]), "bmi": ("39156-5", []),
}
SECTIONS = ("subjective objective chiefComplaint historyOfPresentIllness pastMedicalHistory pastSurgicalHistory familyHistory socialHistory reviewOfSystems vitalSigns physicalExam results hospitalCourse assessment plan "
            "assessmentAndPlan medications allergies problems immunizations procedures dischargeInstructions reasonForReferral impression findings").split()
# Sections that count neither way where the truth has none, by kind; of kinds without narrative sections all.
SECTIONS_OPTIONAL = {kind: SECTIONS for kind in ("51851-4", "11502-2", "10160-0", "11369-6", "59284-0", "64290-0")} | {
    "11506-3": ["physicalExam", "vitalSigns", "results"], "34117-2": ["vitalSigns"], "18842-5": ["procedures"], "18748-4": ["reasonForReferral", "historyOfPresentIllness", "plan", "procedures"], "11504-8": ["historyOfPresentIllness", "reasonForReferral"],
    "57133-1": ["historyOfPresentIllness", "problems"], "11488-4": ["reasonForReferral", "vitalSigns"],
}


def iso(text):
    for form in DATES:
        try:
            day = datetime.strptime(text.strip(), form)
            return day.replace(year=day.year - 100 if day.year > 2030 else day.year).strftime("%Y-%m-%d")
        except ValueError:
            pass
    if re.fullmatch(r"(19|20)\d\d", text):
        return text
    if m := re.fullmatch(r"(\d\d)/((?:19|20)\d\d)", text):
        return f"{m[2]}-{m[1]}"
    raise ValueError(f"not a date: {text}")


def npi(nine):
    """Ten digits that pass the check of the national provider identifier: Luhn over 80840 and the number."""
    digits = [int(c) for c in "80840" + nine]
    total = 0
    for i, d in enumerate(reversed(digits)):
        total += sum(divmod(2 * d, 10)) if i % 2 == 0 else d
    return nine + str(-total % 10)


def bare(markup):
    """The words of a piece of HTML, as a reader meets them."""
    text = re.sub(r"<svg.*?</svg>", "", markup, flags=re.S)
    text = re.sub(r"</?(?:p|div|li|ol|ul|br|td|tr|table|h\d)\b[^>]*>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", text))).strip()


def squeezed(text):
    return re.sub(r"\s+", "", text).casefold().replace("ﬁ", "fi").replace("ﬂ", "fl")


class Doc:
    """One paper: what is written into it, and the truth about it."""

    def __init__(self, file, patient, kind, layout, profile):
        self.file, self.patient, self.kind, self.layout, self.profile = file, patient, kind, layout, profile
        self.fields, self.items, self.sections, self.others, self.drawn, self.pages, self.style = {"DocumentReference.type": kind}, [], {}, {}, [], [], ""
        self.strays = set()  # pages (from 0) of another patient
        self.hand = []  # fields whose entries are in a handwriting face

    # ---- values: each gives back what to print
    def f(self, field, printed, value=None):
        value = printed if value is None else value
        old = self.fields.setdefault(field, value)
        assert old == value, (self.file, field, old, value)
        self.drawn.append(printed)
        return html.escape(printed)

    def also(self, field, *values):
        self.others.setdefault(field, []).extend(values)

    def name(self, printed, family, given):
        left = squeezed(printed)
        assert all(squeezed(w) in left for w in (family + " " + given).split()), printed
        self.f("Patient.name.family", printed, family)
        return self.f("Patient.name.given", printed, given)

    def family(self, printed, value=None):
        return self.f("Patient.name.family", printed, value)

    def given(self, *printed, value=None):
        """A given name in one box or two; `value` where the paper's case is not that of a name."""
        self.f("Patient.name.given", printed[0], value or " ".join(printed))
        self.drawn += printed[1:]
        return tuple(html.escape(p) for p in printed) if len(printed) > 1 else html.escape(printed[0])

    def date(self, field, printed, value=None):
        return self.f(field, printed, value or iso(printed))

    def dob(self, printed, value=None):
        return self.date("Patient.birthDate", printed, value)

    def start(self, printed, value=None):
        return self.date("Encounter.period.start", printed, value)

    def end(self, printed):
        return self.date("Encounter.period.end", printed)

    def dated(self, printed):
        return self.date("DocumentReference.date", printed)

    def sex(self, printed):
        return self.f("Patient.gender", printed, {"f": "female", "m": "male"}[printed[0].lower()])

    def prose_sex(self, value):
        """A sex that prose lets on ("a 61-year-old woman"): may be given."""
        self.also("Patient.gender", value)

    def mrn(self, printed):
        return self.f("Patient.identifier.mrn", printed, printed.replace(" ", ""))

    def ssn(self, printed):
        return self.f("Patient.identifier.ssn", printed, "{}{}{}-{}{}-{}{}{}{}".format(*re.sub(r"\D", "", printed)))

    def phone(self, printed, field="Patient.telecom.phone"):
        digits = re.sub(r"\D", "", printed)
        assert len(digits) == 10 and digits[3:8] == "55501", printed
        return self.f(field, printed, "+1" + digits)

    def email(self, printed):
        return self.f("Patient.telecom.email", printed, printed.lower())

    def line(self, printed):
        return self.f("Patient.address.line", printed)

    def place(self, city, state, code, shown="{}, {} {}"):
        for field, value in (("city", city), ("state", state), ("postalCode", code)):
            self.f("Patient.address." + field, value)
        return html.escape(shown.format(city, state, code))

    def by(self, printed, value=None):
        return self.f("Practitioner.name", printed, value)

    def npi(self, nine):
        return self.f("Practitioner.identifier.npi", npi(nine))

    def org(self, printed, value=None):
        return self.f("Organization.name", printed, value)

    # ---- repeated groups
    def _item(self, item, shown, optional=False, also=None):
        if also := {k: v for k, v in (also or {}).items() if v}:
            item["also"] = also
        if optional:
            item["optional"] = True
        self.items.append(item)
        self.drawn += [s for s in shown if s]

    def cond(self, text, icd=None, optional=False, more=""):
        """`more`: words printed after the problem that may be taken for a part of it."""
        self._item({"Condition.code.text": text} | ({"Condition.code.icd10": icd} if icd else {}), [text, icd], optional, {"Condition.code.text": [text + more] if more else []})
        return html.escape(text)

    def med(self, drug, sig=None, shown=None, also=None):
        """`shown` names the printed parts of a drug whose strength stands in a column of its own."""
        self._item({"MedicationStatement.medication.text": drug} | ({"MedicationStatement.dosage.text": sig} if sig else {}), list(shown or [drug]) + [sig], also=also)
        return html.escape(drug)

    def allergy(self, what, reaction=None, optional=False):
        self._item({"AllergyIntolerance.code.text": what} | ({"AllergyIntolerance.reaction.text": reaction} if reaction else {}), [what, reaction], optional)
        return html.escape(what)

    def obs(self, test, text, value, unit="", ref="", flag="", optional=False, more=(), near_ref=()):
        """A result; `unit` and `ref` as printed, `flag` as an HL7 code, `near_ref` what else may be taken for the range."""
        code, near = TESTS[test]
        item = {"Observation.code.text": text, "Observation.code.loinc": code, "Observation.value": value}
        if unit:
            item["Observation.unit"] = UNITS.get(unit, unit)
        if ref:
            item["Observation.referenceRange"] = ref
        if flag:
            item["Observation.interpretation"] = flag
        also = {"Observation.code.loinc": near, "Observation.code.text": list(more), "Observation.referenceRange": list(near_ref)}
        if not flag:
            also["Observation.interpretation"] = ["N"] if ref else ["N", "H", "L"]
        self._item(item, [text, value, unit, ref], optional, also)

    def bp(self, text, value, unit=""):
        for test, number in zip(("sbp", "dbp"), value.split("/")):
            self.obs(test, text, number, unit, more=["Systolic blood pressure" if test == "sbp" else "Diastolic blood pressure", "Systolic BP" if test == "sbp" else "Diastolic BP", "BP systolic" if test == "sbp" else "BP diastolic", "Blood pressure", "BP", "B/P"])
        return f"{value} {unit}".strip()

    def vital(self, test, text, value, unit=""):
        self.obs(test, text, value, unit, more={"pulse": ["Pulse", "Heart rate", "P", "HR"], "resp": ["Respirations", "Resp", "R", "RR", "Respiratory rate"], "temp": ["Temperature", "Temp", "T"], "spo2": ["Oxygen saturation", "SpO2", "O2 sat"],
                                                "wt": ["Weight", "Wt"], "ht": ["Height", "Ht"], "bmi": ["BMI"]}[test])
        return html.escape(value)

    def shot(self, vaccine, printed, optional=False):
        self._item({"Immunization.vaccineCode.text": vaccine, "Immunization.occurrenceDate": iso(printed)}, [vaccine, printed], optional)
        return html.escape(printed)

    def proc(self, text, printed=None, optional=False, also=None):
        self._item({"Procedure.code.text": text} | ({"Procedure.performedDate": iso(printed)} if printed else {}), [text, printed], optional, also)
        return html.escape(text)

    def sec(self, name, markup):
        self.sections[name] = (self.sections.get(name, "") + " " + bare(markup)).strip()
        return markup

    def page(self, markup, style=""):
        self.pages.append(f'<div class="page" style="{style}">{markup}</div>')

    # ---- the truth
    def truth(self, name, first=None):
        t = {"document": name, "patient": self.patient, "type": self.kind, "pages": len(self.pages), "profile": self.profile, "layout": self.layout, "fields": self.fields, "items": self.items, "sections": self.sections}
        # A signature in a script face can be read: where it shortens the author's name, it counts as well.
        author = self.fields.get("Practitioner.name", "").split()
        for signed in {html.unescape(m) for p in self.pages for m in re.findall(r'class="(?:u )?sig"[^>]*>([^<]+)<', p)}:
            if author and signed != " ".join(author) and signed.split()[-1] == author[-1]:
                self.also("Practitioner.name", signed)
        t["sections_optional"] = [n for n in SECTIONS_OPTIONAL[self.kind] if n not in self.sections]
        t |= {"also": self.others, "handwritten": sorted(set(self.hand)), "unreadable": []}
        if self.strays:
            t["stray_pages"] = sorted(p + 1 for p in self.strays)
        if first:
            t["first_page"] = first
        return t

    def check(self, texts):
        """Every value of the truth stands on the pages of its patient; sections word by word."""
        own = "\n".join(t for i, t in enumerate(texts) if i not in self.strays)
        whole = squeezed(own)
        for printed in self.drawn:
            assert squeezed(printed) in whole, (self.file, "not on the page", printed)
        words = set(re.sub(r"\s+", " ", own).split())
        for name, text in self.sections.items():
            absent = [w for w in text.split() if w not in words and squeezed(w) not in whole]
            assert not absent, (self.file, name, absent)
        assert "OVERFULL" not in own, (self.file, "runs over its sheet")


BASE = """
@page{size:8.5in 11in;margin:0} *{box-sizing:border-box;font-variant-ligatures:none!important} body{margin:0;color:#000}
.page{width:8.5in;height:11in;position:relative;overflow:hidden;page-break-after:always;padding:.55in .6in;font:10pt/1.35 'Liberation Sans'}
.page:last-of-type{page-break-after:auto}
table{border-collapse:collapse} td,th{vertical-align:top;text-align:left;padding:0} p{margin:0 0 6pt} ol,ul{margin:0 0 6pt;padding-left:20pt} b.h{display:block}
.foot{position:absolute;left:.6in;right:.6in;bottom:.3in;font-size:8pt} .r{text-align:right} .m{text-align:center} .two{display:flex} .two>*{flex:1}
.u{border-bottom:1px solid #000;display:inline-block;min-height:12pt} .c{border:1.6px solid #000;border-radius:50%;padding:1pt 4pt;margin:0 1pt}
.sig{font:20pt 'Z003'} svg.t{width:9pt;height:9pt;vertical-align:-1pt;margin-right:2pt}
"""
# A page marks itself when something in it runs over its edge.
WATCH = "<script>for(const p of document.querySelectorAll('.page'))if(p.scrollHeight>p.clientHeight+1||p.scrollWidth>p.clientWidth+1)p.insertAdjacentHTML('afterbegin','OVERFULL')</script>"


def pixels(docs, folder, dpi):
    """The pages of some papers as grey images, and their text page by page."""
    out = []
    for d in docs:
        source, pdf = folder / "page.html", folder / "page.pdf"
        source.write_text(f'<!doctype html><meta charset="utf-8"><style>{BASE}{d.style}</style><body>{"".join(d.pages)}{WATCH}', encoding="utf-8")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", source.as_uri()], check=True, capture_output=True)
        texts = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
        assert len(texts) == len(d.pages), (d.file, len(texts), "pages")
        d.check(texts)
        for old in folder.glob("p-*.pgm"):
            old.unlink()
        subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(pdf), str(folder / "p")], check=True)
        out += [Image.open(p).copy() for p in sorted(folder.glob("p-*.pgm"))]
    return out


# ---- damage. Each gives the image as the machine would have kept it, and its resolution.

def clean(s):
    return s.to_image(), (s.dpi, s.dpi)


def office(s):
    """A flatbed of an office: slight skew, soft, grey paper with grain."""
    s.turn(s.uniform(0.4, 1.5) * (1 if s.rng.random() < 0.5 else -1))
    s.tone(s.uniform(20, 45), s.uniform(236, 250))
    s.noise(s.uniform(4, 9))
    s.blur(0.6)
    return s.to_image(), (s.dpi, s.dpi)


def fax(s):
    make_pages.fax(s)
    return s.to_image(), (204, 196)


def copy(s):
    make_pages.copy(s)
    return s.to_image(), (s.dpi, s.dpi)


DAMAGE = {"clean300": (clean, 300), "office": (office, 200), "fax200": (fax, 300), "photocopy": (copy, 300), "handwritten": (office, 200)}
# Module with the papers; folder, below it the folder of scans and the file of the truth. File names of the papers begin below scans/.
SETS = {
    "unseen": ("unseen_forms", "fixtures/unseen", "scans", "truth.jsonl"),
    "practice-admin": ("practice_admin", "fixtures/practice", "scans/admin", "truth-admin.jsonl"),
}


def with_dose_form_apart(truth):
    """A medicine's name ends with its strength; a dose form printed behind it may be left to the sig."""
    for item in truth["items"]:
        name = item.get("MedicationStatement.medication.text", "")
        short = re.sub(r"\s+(?:EC |ER |XR )?(?:tablets?|tabs?|capsules?|caps?)\.?$", "", name, flags=re.I)
        if short != name:
            also = item.setdefault("also", {}).setdefault("MedicationStatement.medication.text", [])
            also.extend([] if short in also else [short])
    return truth


def store(path, images, resolution):
    suffix, grey = path.suffix.lower(), lambda i: i.convert("L")
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix in (".tif", ".tiff"):
        paper.tiff(path, [paper.bilevel(grey(i), 140) for i in images], "group4", resolution)
    elif suffix == ".pdf":
        paper.scanned_pdf(path, [paper.bilevel(grey(i), 140) for i in images], resolution[0])
    elif suffix == ".png":
        image, = images
        depth = np.asarray(grey(image)) // 17  # sixteen greys
        Image.fromarray((depth * 17).astype(np.uint8)).quantize(16, dither=Image.Dither.NONE).save(path, dpi=resolution, bits=4, optimize=True)
    else:
        image, = images
        grey(image).save(path, quality=48, dpi=resolution, optimize=True)


def make_papers(description, papers, folder, truth, *, dpi_of, seed="", damage=None, keep=store, truth_of=None):
    """The whole of a script that makes one file a paper: sets each, damages it by the name of its file (behind `seed`), keeps it, and writes the truth.
    `dpi_of(doc, dpi)` may set another resolution than that of the damage, `truth_of(doc)` may amend the truth."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / folder)
    parser.add_argument("--only", help="only papers whose name holds this word; the truth is not written")
    args = parser.parse_args()
    damage, truth_of, lines = damage or DAMAGE, truth_of or truth_without_empty, []
    with tempfile.TemporaryDirectory() as work:
        for make in papers:
            doc = make()
            if args.only and args.only not in doc.file:
                continue
            harm, dpi = damage[doc.profile]
            dpi = dpi_of(doc, dpi)
            rng, images = np.random.default_rng(zlib.crc32((seed + doc.file).encode())), []
            for image in pixels([doc], Path(work), dpi):
                pixel, resolution = harm(make_pages.Scan(image, [], dpi, rng))
                images.append(pixel)
            keep(args.out / "scans" / doc.file, images, resolution)
            lines.append(truth_of(doc))
            print(doc.file, (args.out / "scans" / doc.file).stat().st_size // 1000, "kB", file=sys.stderr, flush=True)
    if not args.only:
        write_truth(args.out / truth, lines)


def truth_without_empty(doc):
    doc.others = {k: v for k, v in doc.others.items() if v}
    return doc.truth(doc.file)


def write_truth(path, lines):
    path.write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in sorted(lines, key=lambda t: t["document"])), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", choices=SETS, default="unseen")
    parser.add_argument("--out", type=Path, help="another folder than that of the set")
    parser.add_argument("--only", help="only files whose name holds this word; the truth is not written")
    args = parser.parse_args()
    module, folder, scans, truth = SETS[args.set]
    args.out = args.out or ROOT / folder
    files = {}
    for doc in importlib.import_module(module).papers():
        files.setdefault(doc.file, []).append(doc)
    if not args.only:
        shutil.rmtree(args.out / scans, ignore_errors=True)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for file, docs in files.items():
            if args.only and args.only not in file:
                continue
            damage, dpi = DAMAGE[docs[0].profile]
            if file.endswith(".jpg"):
                dpi = 200
            images, rng = [], np.random.default_rng(zlib.crc32(file.encode()))
            for image in pixels(docs, Path(folder), dpi):
                pixel, resolution = damage(make_pages.Scan(image, [], dpi, rng))
                images.append(pixel)
            store(args.out / "scans" / file, images, resolution)
            first = 1
            for n, doc in enumerate(docs, 1):
                lines.append(doc.truth(f"{file}#{n}", first) if len(docs) > 1 else doc.truth(file))
                first += len(doc.pages)
            print(file, (args.out / "scans" / file).stat().st_size // 1000, "kB", file=sys.stderr)
    if not args.only:
        write_truth(args.out / truth, lines)


if __name__ == "__main__":
    main()
