#!/usr/bin/env python3
"""Bench pages with known text: invented medical pages as scanners, copiers and fax machines leave them, and every word with its box.

    scripts/python.sh scripts/make_pages.py --set tune|shown [--pages 60] [--out target/bench-pages/SET] [--seed N]

Two sets share nothing but the kinds of damage: layouts, fonts, words to draw from and seeds differ. Settings are chosen on `tune`;
figures are shown on `shown`. Writes page files (PNG, JPEG, Group 4 TIFF, their resolution inside) and `truth.jsonl`, one line a page:
file, damage, layout, dpi, width, height, skew (degrees clockwise), words as [text, x0, y0, x1, y1] in pixels of the file as stored.
Boxes are those of the ink, carried through every turn and scaling. The same seed gives the same pixels.

Needs Pillow and numpy (scripts/python.sh sees to them) and fonts, on Debian and Ubuntu: fonts-dejavu-core fonts-dejavu-extra
fonts-liberation fonts-courier-prime fonts-lato fonts-cmu fonts-crosextra-carlito fonts-crosextra-caladea fonts-urw-base35
fonts-open-sans fonts-ocr-b.
"""

import argparse
import io
import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 612, 792  # US letter, in points
DAMAGES = ("clean", "office", "skewnoise", "copy", "fax", "light", "faded", "jpegblur", "saltpep")

TRUETYPE, OPENTYPE = "/usr/share/fonts/truetype/", "/usr/share/fonts/opentype/"
# Regular and bold of each family.
FONTS = {
    "tune": {
        "liberation-sans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf"),
        "liberation-serif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"),
        "liberation-mono": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf"),
        "dejavu-sans": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"),
        "dejavu-condensed": ("dejavu/DejaVuSansCondensed.ttf", "dejavu/DejaVuSansCondensed-Bold.ttf"),
        "dejavu-serif": ("dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
        "courier-prime": ("courier-prime/Courier Prime.otf", "courier-prime/Courier Prime Bold.otf"),
        "lato": ("lato/Lato-Regular.ttf", "lato/Lato-Bold.ttf"),
    },
    "shown": {
        "carlito": ("crosextra/Carlito-Regular.ttf", "crosextra/Carlito-Bold.ttf"),
        "caladea": ("crosextra/Caladea-Regular.ttf", "crosextra/Caladea-Bold.ttf"),
        "open-sans": ("open-sans/OpenSans-Regular.ttf", "open-sans/OpenSans-Bold.ttf"),
        "nimbus-mono": ("urw-base35/NimbusMonoPS-Regular.otf", "urw-base35/NimbusMonoPS-Bold.otf"),
        "nimbus-roman": ("urw-base35/NimbusRoman-Regular.otf", "urw-base35/NimbusRoman-Bold.otf"),
        "nimbus-sans": ("urw-base35/NimbusSans-Regular.otf", "urw-base35/NimbusSans-Bold.otf"),
        "c059": ("urw-base35/C059-Roman.otf", "urw-base35/C059-Bold.otf"),
        "typewriter": ("cmu/cmuntt.ttf", "cmu/cmuntb.ttf"),
        "ocr-b": ("ocr-b/OCRB.otf", "ocr-b/OCRB.otf"),
    },
}


def font_file(name):
    for folder in (TRUETYPE, OPENTYPE):
        if Path(folder + name).exists():
            return folder + name
    sys.exit(f"make_pages: no font {name}; on Debian: apt-get install {__doc__.split('Ubuntu: ')[1].strip().rstrip('.')}".replace("\n", " "))


# ---- what pages say -------------------------------------------------------------------------------------------------------------

WORDS = {
    "tune": {
        "family": "Abernathy Castellanos Dunmore Eklund Farquhar Guerrero Hollingsworth Ibarra Jankowski Kittredge Lindholm Mbeki Nakagawa O'Rourke".split(),
        "given": "Adelaide Bartholomew Cordelia Dashiell Evangeline Florian Gwendolyn Horatio Imogen Jasper Katarina Leopold Marguerite Nathaniel".split(),
        "street": "Quarry Bellweather Sycamore Harrow Millpond Larkspur Thornbury Cedar".split(),
        "town": [("Port Ellery", "OR"), ("Grayling", "MI"), ("Tamarack Falls", "MN"), ("Bexley", "OH"), ("San Lazaro", "NM")],
        "clinic": ["Larkspur Family Practice", "Ellery Bay Medical Group", "Saint Brendan Hospital", "Tamarack Regional Health Center"],
        "payer": ["Northern Shield Mutual", "Great Basin Health Plan", "Medicare Part B", "Unity Workers Trust"],
        "drug": [("Lisinopril", "10 mg", "tablet"), ("Metformin HCl", "500 mg", "tablet"), ("Atorvastatin", "40 mg", "tablet"), ("Levothyroxine", "75 mcg", "tablet"),
                 ("Amlodipine", "5 mg", "tablet"), ("Albuterol HFA", "90 mcg/act", "inhaler"), ("Gabapentin", "300 mg", "capsule"), ("Warfarin", "2.5 mg", "tablet")],
        "how": ["take 1 by mouth daily", "1 tab PO BID", "2 puffs q4-6h PRN", "1 cap PO TID", "1 tab at bedtime", "half a tablet every other day"],
        "test": [("Glucose", "mg/dL", 70, 99), ("Sodium", "mmol/L", 135, 145), ("Potassium", "mmol/L", 3.5, 5.1), ("Creatinine", "mg/dL", 0.6, 1.3), ("Calcium", "mg/dL", 8.5, 10.5),
                 ("Hemoglobin", "g/dL", 12.0, 16.0), ("Hematocrit", "%", 36, 48), ("WBC", "K/uL", 4.5, 11.0), ("Platelets", "K/uL", 150, 400), ("TSH", "uIU/mL", 0.4, 4.5),
                 ("AST (SGOT)", "U/L", 10, 40), ("ALT (SGPT)", "U/L", 7, 56), ("Total Bilirubin", "mg/dL", 0.2, 1.2), ("Albumin", "g/dL", 3.5, 5.0), ("BUN", "mg/dL", 7, 20)],
        "problem": [("Essential hypertension", "I10"), ("Type 2 diabetes mellitus", "E11.9"), ("Hypothyroidism, unspecified", "E03.9"), ("Mild persistent asthma", "J45.30")],
        "say": ["Patient returns for follow-up of hypertension and reports no chest pain or shortness of breath.",
                "Blood pressure today is 138/84 mmHg, heart rate 72 and regular, temperature 98.6 F.",
                "Lungs are clear to auscultation bilaterally; no wheezes, rales or rhonchi.",
                "She denies fever, chills, nausea, vomiting and weight loss over the past 3 months.",
                "Abdomen soft, non-tender, with normal bowel sounds in all four quadrants.",
                "Will increase lisinopril to 20 mg daily and recheck a basic metabolic panel in 2 weeks.",
                "Hemoglobin A1c was 7.4% in April, down from 8.1%; continue metformin 500 mg twice daily.",
                "Extremities show trace pedal edema, pulses 2+ and symmetric.",
                "He was advised to quit smoking (1 pack/day x 22 years) and was given the number 1-800-QUIT-NOW.",
                "Return to clinic in 6 weeks, sooner if symptoms worsen."],
        "ask": ["Chest pain", "Shortness of breath", "Palpitations", "Dizziness", "Headache", "Blurred vision", "Joint pain", "Back pain", "Rash", "Fatigue", "Fever", "Weight loss",
                "Cough", "Wheezing", "Heartburn", "Constipation", "Anxiety", "Insomnia"],
    },
    "shown": {
        "family": "Achterberg Bellamy Chaudhry Delacroix Esterhazy Fitzwilliam Greenhalgh Halloran Ivanova Juarez Kowalczyk Lancaster McAllister Nwosu".split(),
        "given": "Augustin Beatrix Clementine Desmond Esperanza Fergus Genevieve Harrison Isadora Julian Konstantin Lavinia Montgomery Nadine".split(),
        "street": "Ironwood Chestnut Pemberton Wexford Juniper Saltmarsh Orchard Kestrel".split(),
        "town": [("Mill Harbor", "ME"), ("Cedar Bluff", "IA"), ("Las Palomas", "TX"), ("Windom", "KS"), ("East Quincy", "CA")],
        "clinic": ["Kestrel Point Internal Medicine", "Mercy Ridge Medical Center", "Cedar Bluff Community Clinic", "Wexford Cardiology Associates"],
        "payer": ["Blue Mesa Assurance", "Heartland Cooperative", "Medicaid HMO", "Pioneer Select PPO"],
        "drug": [("Losartan", "50 mg", "tab"), ("Omeprazole DR", "20 mg", "cap"), ("Simvastatin", "20 mg", "tab"), ("Hydrochlorothiazide", "12.5 mg", "tab"),
                 ("Sertraline", "100 mg", "tab"), ("Insulin glargine", "18 units", "pen"), ("Furosemide", "40 mg", "tab"), ("Prednisone", "5 mg", "tab"), ("Apixaban", "2.5 mg", "tab")],
        "how": ["once daily in the morning", "twice a day with food", "every 8 hours as needed", "nightly, subcutaneous", "1 PO q day", "q 12 h x 10 days"],
        "test": [("Chloride", "mmol/L", 98, 107), ("CO2", "mmol/L", 21, 31), ("Urea nitrogen", "mg/dL", 6, 24), ("eGFR", "mL/min", 60, 120), ("Alk phosphatase", "IU/L", 44, 121),
                 ("Total protein", "g/dL", 6.0, 8.3), ("RBC", "M/uL", 4.2, 5.9), ("MCV", "fL", 80, 100), ("MCHC", "g/dL", 32, 36), ("RDW", "%", 11.5, 14.5), ("LDL cholesterol", "mg/dL", 50, 100),
                 ("HDL cholesterol", "mg/dL", 40, 60), ("Triglycerides", "mg/dL", 0, 150), ("Vitamin D, 25-OH", "ng/mL", 30, 100), ("INR", "", 0.8, 1.2), ("Ferritin", "ng/mL", 30, 400)],
        "problem": [("Atrial fibrillation", "I48.91"), ("GERD without esophagitis", "K21.9"), ("Major depressive disorder", "F33.1"), ("Chronic kidney disease, stage 3", "N18.30")],
        "say": ["This 67-year-old man was admitted with 4 days of productive cough and a temperature of 101.8 F.",
                "The chest radiograph showed a left lower lobe infiltrate without effusion.",
                "He received ceftriaxone 1 g IV daily and azithromycin 500 mg, and was afebrile by day 3.",
                "Cardiac exam: irregularly irregular rhythm, no murmurs, no jugular venous distention.",
                "Echocardiogram on 06/17/2014 gave an ejection fraction of 55-60% with mild mitral regurgitation.",
                "Warfarin was stopped because of a nosebleed; INR on admission had been 4.7.",
                "The patient lives alone, walks with a cane and needs help with shopping.",
                "Oxygen saturation was 94% on room air at rest and 90% after walking 200 feet.",
                "Please call (555) 014-7733 with questions about the discharge medications.",
                "She tolerated the procedure well; estimated blood loss was less than 25 mL."],
        "ask": ["Asthma", "Cancer", "Diabetes", "Epilepsy", "Glaucoma", "Heart attack", "Hepatitis", "High blood pressure", "Kidney stones", "Migraine", "Pneumonia", "Stroke",
                "Thyroid disease", "Tuberculosis", "Ulcer", "Anemia", "Gout", "Hay fever"],
    },
}


class Say:
    """Draws invented particulars from a set's words."""

    def __init__(self, rng, words):
        self.rng, self.w = rng, words

    def one(self, of):
        return of[int(self.rng.integers(len(of)))]

    def some(self, of, n):
        return [of[int(i)] for i in self.rng.permutation(len(of))[:n]]

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def digits(self, n):
        return "".join(str(self.number(0, 9)) for _ in range(n))

    def date(self, low=1998, high=2022):
        return f"{self.number(1, 12):02}/{self.number(1, 28):02}/{self.number(low, high)}"

    def name(self):
        return f"{self.one(self.w['given'])} {self.one('ABCDEGHJKLMRSTW')}. {self.one(self.w['family'])}"

    def last_first(self):
        return f"{self.one(self.w['family'])}, {self.one(self.w['given'])}"

    def doctor(self):
        return f"{self.one(self.w['given'])} {self.one(self.w['family'])}, {self.one(('MD', 'DO', 'NP', 'PA-C'))}"

    def phone(self):
        return f"(555) {self.digits(3)}-{self.digits(4)}"

    def address(self):
        return f"{self.number(10, 9900)} {self.one(self.w['street'])} {self.one(('Street', 'Ave.', 'Road', 'Lane', 'Blvd'))}"

    def town(self):
        town, state = self.one(self.w["town"])
        return f"{town}, {state} {self.digits(5)}"

    def mrn(self):
        return self.digits(self.number(6, 8))

    def result(self, low, high):
        """A value, and its flag."""
        span = high - low
        value = low + span * float(self.rng.uniform(-0.35, 1.35))
        places = 1 if isinstance(low, float) else 0
        value = max(value, 0.1 if places else 1)
        return f"{value:.{places}f}", "L" if value < low else "H" if value > high else ""

    def range(self, low, high):
        return f"{low} - {high}"

    def text(self, n):
        return " ".join(self.some(self.w["say"], n))


class Page:
    """A sheet in points, origin top left, text placed by its baseline; `words` fills when it is rendered."""

    def __init__(self, say, faces, size):
        self.say, self.faces, self.size, self.marks, self.cache = say, faces, size, [], {}

    def font(self, size, bold, scale):
        key = (size, bold, scale)
        if key not in self.cache:
            self.cache[key] = ImageFont.truetype(font_file(self.faces[1 if bold else 0]), size * scale, layout_engine=ImageFont.Layout.BASIC)
        return self.cache[key]

    def length(self, text, size=None, bold=False):
        return self.font(size or self.size, bold, 8).getlength(text) / 8

    def text(self, x, y, text, size=None, bold=False, align="left", shade=0):
        size = size or self.size
        if align != "left":
            x -= self.length(text, size, bold) * (0.5 if align == "center" else 1)
        self.marks.append(("text", x, y, text, size, bold, shade))
        return x + self.length(text, size, bold)

    def line(self, x0, y0, x1, y1, weight=0.6, shade=0):
        self.marks.append(("line", x0, y0, x1, y1, weight, shade))

    def dots(self, x, right, y):
        """A leader of full stops: no text."""
        self.marks.extend(("text", at, y, ".", self.size, False, None) for at in np.arange(x, right, 6.0))

    def box(self, x, y, w, h, weight=0.6):
        for a in ((x, y, x + w, y), (x, y + h, x + w, y + h), (x, y, x, y + h), (x + w, y, x + w, y + h)):
            self.line(*a, weight)

    def fill(self, x, y, w, h, shade):
        self.marks.append(("fill", x, y, w, h, shade))

    def tick(self, x, y, on, side=8.5):
        self.box(x, y - side, side, side, 0.8)
        if on:
            kind = self.say.number(0, 2)
            if kind == 0:
                self.line(x + 1, y - side + 1, x + side - 1, y - 1, 1.2)
                self.line(x + 1, y - 1, x + side - 1, y - side + 1, 1.2)
            elif kind == 1:
                self.line(x + 1, y - side / 2, x + side / 2, y - 1.5, 1.3)
                self.line(x + side / 2, y - 1.5, x + side + 2, y - side - 2, 1.3)
            else:
                self.fill(x + 1.5, y - side + 1.5, side - 3, side - 3, 30)

    def paragraph(self, x, y, width, text, size=None, bold=False, leading=1.3):
        """Lines of at most `width`; gives the baseline after the last."""
        size, line = size or self.size, ""
        for word in text.split() + [None]:
            longer = f"{line} {word}".strip() if word else line
            if word is None or (line and self.length(longer, size, bold) > width):
                self.text(x, y, line, size, bold)
                y, line = y + size * leading, word or ""
            else:
                line = longer
        return y

    def scribble(self, x, y, width):
        """A signature: curves, no text."""
        rng = self.say.rng
        t = np.linspace(0, 1, 80)
        xs, ys = x + width * t, np.zeros(80)
        for k in range(1, 9):
            ys += float(rng.normal()) * np.sin(2 * np.pi * k * t + float(rng.uniform(0, 6))) * 9 / (k ** 0.6)
            xs += float(rng.normal()) * np.sin(2 * np.pi * k * t) * 3
        points = list(zip(xs, y + ys * 0.6))
        for a, b in zip(points, points[1:]):
            self.line(*a, *b, 0.9, 20)

    def cross(self, x, y, side):
        """A logo."""
        self.fill(x + side / 3, y, side / 3, side, 60)
        self.fill(x, y + side / 3, side, side / 3, 60)

    def render(self, dpi):
        """Grey pixels, and the words with the boxes of their ink."""
        scale = dpi / 72
        image = Image.new("L", (round(WIDTH * scale), round(HEIGHT * scale)), 255)
        draw, words = ImageDraw.Draw(image), []
        for kind, *m in self.marks:
            if kind == "text":
                x, y, text, size, bold, shade = m
                font, at = self.font(size, bold, scale), x * scale
                space = font.getlength(" ")
                for word in text.split(" "):
                    if word:
                        box = draw.textbbox((at, y * scale), word, font=font, anchor="ls")
                        draw.text((at, y * scale), word, font=font, fill=shade or 0, anchor="ls")
                        if shade is not None:
                            words.append((word, *map(float, box)))
                    at += font.getlength(word) + space
            elif kind == "line":
                x0, y0, x1, y1, weight, shade = m
                draw.line((x0 * scale, y0 * scale, x1 * scale, y1 * scale), fill=shade, width=max(1, round(weight * scale)))
            else:
                x, y, w, h, shade = m
                draw.rectangle((x * scale, y * scale, (x + w) * scale - 1, (y + h) * scale - 1), fill=shade)
        return image, words


# ---- layouts of the set `tune` ----------------------------------------------------------------------------------------------------

def letterhead(p, s, y=52):
    p.text(WIDTH / 2, y, s.one(s.w["clinic"]), p.size + 4, True, "center")
    p.text(WIDTH / 2, y + 15, f"{s.address()}, {s.town()}", p.size - 0.5, align="center")
    p.line(48, y + 23, WIDTH - 48, y + 23, 1.0)
    return y + 44


def boxed_form(p, s):
    """Registration: cells with a small label above the value."""
    y = letterhead(p, s)
    p.text(48, y, "PATIENT REGISTRATION FORM", p.size + 2, True)
    y += 14
    rows = [[("Last name, first name", s.last_first(), 3), ("MRN", s.mrn(), 1.4), ("Sex", s.one("MF"), 0.6)],
            [("Date of birth", s.date(1930, 2005), 1.5), ("SSN", f"{s.digits(3)}-{s.digits(2)}-{s.digits(4)}", 1.5), ("Home phone", s.phone(), 2)],
            [("Street address", s.address(), 3), ("City, state, ZIP", s.town(), 2.4)],
            [("Employer", s.one(s.w["clinic"]), 3), ("Work phone", s.phone(), 2)],
            [("Insurance company", s.one(s.w["payer"]), 2.5), ("Policy number", f"{s.one('ABXW')}{s.digits(8)}", 1.7), ("Group", s.digits(5), 1)],
            [("Emergency contact", s.name(), 2.4), ("Relationship", s.one(("Spouse", "Mother", "Son", "Friend")), 1.3), ("Phone", s.phone(), 1.6)],
            [("Primary care physician", s.doctor(), 2.4), ("Pharmacy", f"{s.one(s.w['street'])} Drug #{s.digits(3)}", 2)]]
    for row in rows:
        x, total = 48.0, sum(c[2] for c in row)
        for label, value, share in row:
            w = 516 * share / total
            p.box(x, y, w, 34)
            p.text(x + 4, y + 11, label, 9 if p.size < 10.5 else 9.5)
            p.text(x + 6, y + 28, value, p.size)
            x += w
        y += 34
    y += 22
    p.text(48, y, "Allergies:", bold=True)
    p.text(120, y, ", ".join(s.some(("Penicillin", "Sulfa drugs", "Latex", "Codeine", "No known drug allergies"), 2)))
    y = p.paragraph(48, y + 26, 516, "I authorize the release of any medical information necessary to process this claim and request payment of benefits to the party who accepts assignment. "
                    "A photocopy of this form shall be as valid as the original.")
    p.line(48, y + 36, 300, y + 36)
    p.scribble(70, y + 26, 150)
    p.text(48, y + 48, "Signature of patient or guardian", 9)
    p.text(380, y + 34, s.date(2008, 2020))
    p.line(360, y + 36, 520, y + 36)
    p.text(360, y + 48, "Date", 9)
    p.text(48, 752, f"Form {s.digits(4)}-A (rev. {s.number(1, 12):02}/{s.digits(2)})", 8)


def ruled_labs(p, s):
    """Laboratory results in a fully ruled table."""
    y = letterhead(p, s)
    p.text(48, y, f"Patient: {s.name()}", bold=True)
    p.text(360, y, f"MRN: {s.mrn()}")
    p.text(48, y + 16, f"DOB: {s.date(1930, 2000)}   Sex: {s.one('MF')}")
    p.text(360, y + 16, f"Collected: {s.date(2009, 2020)} {s.number(6, 18):02}:{s.number(0, 59):02}")
    p.text(48, y + 32, f"Ordering provider: {s.doctor()}")
    y += 48
    cols, pitch = (48, 210, 290, 330, 420, 564), p.size * 1.75
    rows = [("Test", "Result", "Flag", "Units", "Reference range")]
    for name, unit, low, high in s.some(s.w["test"], s.number(10, 15)):
        value, flag = s.result(low, high)
        rows.append((name, value, flag, unit, s.range(low, high)))
    top = y
    for i, row in enumerate(rows):
        if i == 0:
            p.fill(48, y, 516, pitch, 215)
        p.line(48, y, 564, y)
        for x, cell in zip(cols, row):
            p.text(x + 5, y + pitch * 0.72, cell, bold=i == 0)
        y += pitch
    p.line(48, y, 564, y)
    for x in cols:
        p.line(x, top, x, y)
    p.paragraph(48, y + 26, 516, "Comment: " + s.text(2))
    p.text(48, 740, f"Reviewed by {s.doctor()} on {s.date(2009, 2020)}")
    p.text(564, 756, "Page 1 of 1", 8.5, align="right")


def ruled_medicines(p, s):
    """Medication list: rules under the rows only."""
    p.text(48, 60, "MEDICATION LIST", p.size + 4, True)
    p.text(564, 60, s.one(s.w["clinic"]), align="right")
    p.text(48, 82, f"Name: {s.name()}")
    p.text(300, 82, f"Date of Birth: {s.date(1930, 2000)}")
    p.text(460, 82, f"ID# {s.mrn()}")
    y, pitch = 112, p.size * 2
    for x, head in ((48, "Drug"), (180, "Dose"), (255, "Form"), (315, "Directions"), (490, "Started")):
        p.text(x, y, head, bold=True)
    p.line(48, y + 5, 564, y + 5, 1.2)
    for name, dose, form in s.some(s.w["drug"], s.number(5, 8)) + s.some(s.w["drug"], s.number(2, 4)):
        y += pitch
        for x, cell in ((48, name), (180, dose), (255, form), (315, s.one(s.w["how"])), (490, s.date(2005, 2019))):
            p.text(x, y, cell, min(p.size, 10.5))
        p.line(48, y + 6, 564, y + 6, 0.4)
    y += 40
    p.text(48, y, "Problem list", p.size + 1, True)
    for name, code in s.some(s.w["problem"], 4):
        y += p.size * 1.5
        p.text(60, y, f"{name} ({code})")
    y = p.paragraph(48, y + 30, 516, "Please bring this list, and all of your medicine bottles, to every visit. Do not stop taking any medicine before you ask your doctor.")
    p.text(48, y + 20, f"Pharmacist: {s.doctor()}   Phone {s.phone()}")


def progress_note(p, s):
    """A running note with headings at the margin."""
    p.text(48, 56, s.one(s.w["clinic"]), bold=True)
    p.text(564, 56, f"{s.last_first()}  MRN {s.mrn()}", align="right")
    p.line(48, 62, 564, 62)
    p.text(306, 86, "PROGRESS NOTE", p.size + 2, True, "center")
    p.text(48, 106, f"Date of visit: {s.date(2009, 2020)}")
    y = 132
    for head, n in (("SUBJECTIVE", 3), ("OBJECTIVE", 3), ("ASSESSMENT", 1), ("PLAN", 3)):
        p.text(48, y, head + ":", bold=True)
        if head == "ASSESSMENT":
            for i, (name, code) in enumerate(s.some(s.w["problem"], 3)):
                y += p.size * 1.4
                p.text(66, y, f"{i + 1}. {name}, {code}")
            y += p.size * 2
        else:
            y = p.paragraph(66, y + p.size * 1.4, 490, s.text(n)) + p.size * 0.7
    p.scribble(60, y + 24, 130)
    p.text(48, y + 48, f"Electronically signed by {s.doctor()} {s.date(2009, 2020)} {s.number(1, 12)}:{s.number(10, 59)} PM")


def symptom_sheet(p, s):
    """Checkboxes left of their labels, three columns, a few blanks to fill in."""
    p.text(306, 58, "REVIEW OF SYMPTOMS", p.size + 3, True, "center")
    p.text(48, 84, "Patient name:")
    p.text(135, 84, s.name())
    p.line(130, 87, 340, 87)
    p.text(370, 84, "Date:")
    p.text(410, 84, s.date(2008, 2020))
    p.line(404, 87, 520, 87)
    p.paragraph(48, 112, 516, "Please check any symptom that you have had during the past 4 weeks.")
    y, pitch = 150, p.size * 2.1
    for i, symptom in enumerate(s.some(s.w["ask"], 18)):
        x = 56 + 172 * (i % 3)
        p.tick(x, y + pitch * (i // 3), s.number(0, 2) == 0)
        p.text(x + 15, y + pitch * (i // 3), symptom)
    y += pitch * 6 + 24
    for question, (a, b) in (("Do you smoke?", ("Yes", "No")), ("Are you pregnant?", ("Yes", "No")), ("Do you use alcohol?", ("Daily", "Rarely"))):
        p.text(56, y, question)
        on = s.number(0, 1)
        for k, word in enumerate((a, b)):
            p.tick(230 + 80 * k, y, on == k)
            p.text(245 + 80 * k, y, word)
        y += pitch
    p.text(48, y + 14, "Current medicines (name and dose):", bold=True)
    y += 40
    for name, dose, _ in s.some(s.w["drug"], 3):
        p.text(60, y, f"{name} {dose}")
        p.text(300, y, s.one(s.w["how"]))
        p.line(54, y + 4, 564, y + 4, 0.5)
        y += pitch
    p.paragraph(48, y + 20, 516, s.text(2))


def consult_letter(p, s):
    """A letter: block style, letterhead in the middle."""
    y = letterhead(p, s) + 8
    p.text(48, y, f"{s.one(('January', 'March', 'June', 'August', 'October'))} {s.number(1, 28)}, {s.number(2005, 2020)}")
    for line in (s.doctor(), s.one(s.w["clinic"]), s.address(), s.town()):
        y += p.size * 1.35
        p.text(48, y + 14, line)
    y += 42
    p.text(48, y, f"RE: {s.name()}, DOB {s.date(1930, 2000)}", bold=True)
    y = p.paragraph(48, y + 26, 510, f"Dear Dr. {s.one(s.w['family'])}:") + 6
    for n in (3, 3, 2):
        y = p.paragraph(48, y, 510, s.text(n)) + p.size * 0.8
    p.text(48, y + 6, "Sincerely,")
    p.scribble(50, y + 34, 120)
    p.text(48, y + 62, s.doctor())
    p.text(48, y + 80, f"cc: {s.doctor()}", p.size - 0.5 if p.size > 9.5 else 9)


# ---- layouts of the set `shown` ---------------------------------------------------------------------------------------------------

def underlined_form(p, s):
    """Intake: labels with a rule to write on, two columns, a shaded bar over each part."""
    p.cross(54, 40, 26)
    p.text(90, 54, s.one(s.w["clinic"]), p.size + 3, True)
    p.text(90, 68, f"Tel {s.phone()}  Fax {s.phone()}", 9)
    y = 96

    def bar(title):
        nonlocal y
        p.fill(54, y, 504, 16, 200)
        p.text(60, y + 12, title, p.size, True)
        y += 36

    def field(x, right, label, value):
        start = p.text(x, y, label) + 5
        p.line(start, y + 3, right, y + 3, 0.5)
        p.text(start + 6, y, value)

    bar("1. NEW PATIENT INTAKE")
    for left, right in ((("Name:", s.name()), ("Today's date:", s.date(2010, 2021))), (("Birth date:", s.date(1935, 2004)), ("Chart no.:", s.mrn())),
                        (("Address:", s.address()), ("City:", s.town())), (("Cell:", s.phone()), ("E-mail:", f"{s.one(s.w['family']).lower()}{s.digits(2)}@example.org"))):
        field(54, 296, *left)
        field(310, 558, *right)
        y += p.size * 2.2
    bar("2. INSURANCE")
    for left, right in ((("Plan:", s.one(s.w["payer"])), ("Member ID:", f"{s.one('QRZ')}{s.digits(3)}-{s.digits(6)}")), (("Subscriber:", s.last_first()), ("Copay:", f"${s.number(10, 60)}.00"))):
        field(54, 296, *left)
        field(310, 558, *right)
        y += p.size * 2.2
    bar("3. REASON FOR VISIT")
    y = p.paragraph(54, y, 500, s.text(2)) + 18
    bar("4. PAST SURGERIES")
    for what in s.some(("Appendectomy", "Cataract surgery, right eye", "Total hip replacement", "Tonsillectomy", "Coronary bypass x 3"), 3):
        field(54, 360, f"{s.number(1971, 2018)}", what)
        field(372, 558, "Hospital:", s.one(("General", "Mercy", "Univ.")))
        y += p.size * 2.2
    p.text(306, 756, f"- {s.number(1, 4)} -", 9, align="center")


def columned_labs(p, s):
    """Laboratory report without rules: groups, dot leaders, flags behind the figure."""
    p.text(306, 50, s.one(s.w["clinic"]) + " Laboratory", p.size + 2, True, "center")
    p.text(54, 76, f"NAME: {s.last_first().upper()}")
    p.text(340, 76, f"ACCESSION: {s.one('LMT')}{s.digits(7)}")
    p.text(54, 91, f"PATIENT ID: {s.mrn()}")
    p.text(340, 91, f"REPORTED: {s.date(2009, 2021)}")
    p.text(54, 106, f"PHYSICIAN: {s.doctor()}")
    y, pitch = 138, p.size * 1.5
    tests = s.some(s.w["test"], 16)
    for title, part in (("CHEMISTRY", tests[:7]), ("HEMATOLOGY", tests[7:12]), ("LIPIDS AND OTHER", tests[12:])):
        p.text(54, y, title, p.size, True)
        y += pitch
        for name, unit, low, high in part:
            value, flag = s.result(low, high)
            end = p.text(66, y, name)
            p.dots(end + 3, 218, y)
            p.text(280, y, f"{value} {flag}".strip(), align="right", bold=bool(flag))
            p.text(300, y, unit)
            p.text(400, y, f"({low}-{high})")
            y += pitch
        y += pitch * 0.7
    p.text(54, y, "Flags: H above range, L below range.", 9)
    p.paragraph(54, y + 24, 500, "INTERPRETATION: " + s.text(2))
    p.text(54, 748, f"Director: {s.doctor()}   CLIA {s.digits(2)}D{s.digits(7)}", 9)


def administration_grid(p, s):
    """Medication administration record: a grid with hours and initials."""
    p.text(54, 52, "MEDICATION ADMINISTRATION RECORD", p.size + 2, True)
    p.box(54, 62, 504, 40, 1.0)
    p.text(60, 78, f"Patient: {s.last_first()}")
    p.text(300, 78, f"Room {s.number(100, 480)}-{s.one('AB')}")
    p.text(420, 78, f"MR# {s.mrn()}")
    p.text(60, 96, f"Allergies: {s.one(('NKDA', 'Aspirin', 'Shellfish, iodine'))}")
    p.text(300, 96, f"Admit {s.date(2010, 2021)}")
    y, pitch = 116.0, 36.0
    cols = [54, 270, 342, 414, 486, 558]
    heads = ["Order"] + [f"{s.number(1, 12):02}/{d:02}" for d in range(11, 15)]
    p.fill(54, y, 504, 20, 225)
    for x, head in zip(cols, heads):
        p.text(x + 6, y + 14, head, 9.5, True)
    p.line(54, y, 558, y, 1.0)
    top, y = y, y + 20
    for name, dose, form in s.some(s.w["drug"], 8) + s.some(s.w["drug"], s.number(2, 5)):
        p.line(54, y, 558, y, 0.8)
        p.text(59, y + 14, f"{name} {dose} {form}", min(p.size, 10.5), True)
        p.text(59, y + 29, s.one(s.w["how"]), 9.5)
        for x in cols[1:-1]:
            if s.number(0, 4):
                p.text(x + 8, y + 22, f"{s.one(('0800', '0900', '1200', '2100'))} {s.one('ABCDKMT')}{s.one('BHLRW')}", 9.5)
        y += pitch
    p.line(54, y, 558, y, 1.0)
    for x in cols:
        p.line(x, top, x, y, 0.8)
    p.text(54, y + 22, f"Nurse: {s.one(s.w['given'])} {s.one(s.w['family'])}, RN")
    p.scribble(320, y + 18, 110)


def discharge_summary(p, s):
    """Two columns of particulars over running text with underlined headings."""
    p.text(54, 52, s.one(s.w["clinic"]).upper(), p.size + 1, True)
    p.text(558, 52, "DISCHARGE SUMMARY", p.size + 1, True, "right")
    p.line(54, 58, 558, 58, 1.5)
    p.line(54, 61, 558, 61, 0.5)
    y = 80
    for left, right in ((("Patient", s.name()), ("Admitted", s.date(2010, 2021))), (("Medical Record", s.mrn()), ("Discharged", s.date(2010, 2021))), (("Attending", s.doctor()), ("Service", "Medicine"))):
        for x, (label, value) in ((54, left), (330, right)):
            p.text(x, y, label)
            p.text(x + 95, y, value, bold=True)
        y += p.size * 1.5
    y += 14
    for head, n in (("Principal diagnosis", 0), ("Hospital course", 4), ("Condition at discharge", 1), ("Discharge medications", -1), ("Follow-up", 2)):
        end = p.text(54, y, head, bold=True)
        p.line(54, y + 2.5, end, y + 2.5, 0.6)
        y += p.size * 1.4
        if n > 0:
            y = p.paragraph(54, y, 504, s.text(n), leading=1.25)
        elif n == 0:
            name, code = s.one(s.w["problem"])
            p.text(54, y, f"{name} [{code}]")
            y += p.size * 1.3
        else:
            for name, dose, _ in s.some(s.w["drug"], 5):
                p.text(66, y, f"* {name} {dose} {s.one(s.w['how'])}")
                y += p.size * 1.3
        y += p.size * 0.6
    p.text(54, 750, f"Dictated {s.date(2010, 2021)}  Transcribed by {s.one('abcd')}{s.one('klm')}  Job {s.digits(6)}", 9)


def history_grid(p, s):
    """Past history: conditions in a table with Yes and No boxes on the right, and who in the family."""
    p.text(54, 54, "Personal and Family Medical History", p.size + 3, True)
    p.text(54, 76, f"Name {s.name()}")
    p.text(330, 76, f"Age {s.number(19, 88)}")
    p.text(420, 76, f"Chart {s.mrn()}")
    y, pitch = 96.0, max(p.size * 1.9, 19)
    p.line(54, y, 558, y, 1.0)
    for x, head in ((60, "Condition"), (232, "Yes"), (272, "No"), (315, "Relative"), (430, "Year / remarks")):
        p.text(x, y + pitch * 0.7, head, bold=True)
    top, y = y, y + pitch
    for condition in s.some(s.w["ask"], 18):
        p.line(54, y, 558, y, 0.4)
        base, on = y + pitch * 0.7, s.number(0, 1)
        p.text(60, base, condition)
        p.tick(236, base + 1, on == 0)
        p.tick(274, base + 1, on == 1)
        if on == 0:
            p.text(315, base, s.one(("Self", "Father", "Mother", "Maternal aunt", "Brother")))
            p.text(430, base, s.one((str(s.number(1975, 2018)), "resolved", f"since {s.number(1980, 2015)}", "on medication")))
        y += pitch
    p.line(54, y, 558, y, 1.0)
    for x in (54, 225, 308, 423, 558):
        p.line(x, top, x, y, 0.6)
    y = p.paragraph(54, y + 24, 500, "Please explain any \"Yes\" answers: " + s.text(2))
    p.scribble(60, y + 20, 120)
    p.line(54, y + 30, 250, y + 30)
    p.text(54, y + 42, "Patient signature", 9)
    p.text(330, y + 28, s.date(2010, 2021))


def fax_letter(p, s):
    """A referral with a memo head, indented paragraphs and a numbered list."""
    p.text(558, 54, s.one(s.w["clinic"]), p.size + 2, True, "right")
    p.text(558, 69, s.address() + ", " + s.town(), 9.5, align="right")
    y = 104
    for label, value in (("TO:", s.doctor()), ("FROM:", s.doctor()), ("DATE:", s.date(2010, 2021)), ("SUBJECT:", f"Referral of {s.name()} (DOB {s.date(1930, 2001)})")):
        p.text(54, y, label, bold=True)
        p.text(125, y, value)
        y += p.size * 1.5
    p.line(54, y - 4, 558, y - 4, 0.8)
    y += 18
    for n in (3, 2):
        text = s.text(n)
        first, rest = text.split(" ", 1)
        p.text(78, y, first)
        x = 78 + p.length(first + " ")
        line = []
        words = rest.split(" ")
        while words and x + p.length(" ".join(line + words[:1])) < 556:
            line.append(words.pop(0))
        p.text(x, y, " ".join(line))
        y = p.paragraph(54, y + p.size * 1.35, 502, " ".join(words), leading=1.35) + p.size * 0.6
    p.text(54, y, "Current problems and treatment:", bold=True)
    y += p.size * 1.5
    for i, ((name, code), (drug, dose, _)) in enumerate(zip(s.some(s.w["problem"], 4), s.some(s.w["drug"], 4))):
        p.text(72, y, f"{i + 1}) {name} ({code}): {drug} {dose}")
        y += p.size * 1.4
    y = p.paragraph(54, y + 8, 502, "Thank you for seeing this pleasant patient. " + s.text(1), leading=1.35)
    p.text(330, y + 16, "With kind regards,")
    p.scribble(330, y + 42, 120)
    p.text(330, y + 68, s.doctor())


LAYOUTS = {
    "tune": (boxed_form, ruled_labs, ruled_medicines, progress_note, symptom_sheet, consult_letter),
    "shown": (underlined_form, columned_labs, administration_grid, discharge_summary, history_grid, fax_letter),
}
SEEDS = {"tune": 20_411, "shown": 77_003}


# ---- what machines do to pages ------------------------------------------------------------------------------------------------------

class Scan:
    """A page on its way through a machine: grey floats (0 ink, 255 paper), resolution, words with boxes in its pixels."""

    def __init__(self, image, words, dpi, rng):
        self.a, self.words, self.dpi, self.rng, self.skew = np.asarray(image, np.float32), words, dpi, rng, 0.0

    @property
    def size(self):
        return self.a.shape[1], self.a.shape[0]

    @property
    def fine(self):
        """Pixels that a three-hundredth of an inch takes."""
        return self.dpi / 300

    def to_image(self):
        return Image.fromarray(np.clip(self.a + 0.5, 0, 255).astype(np.uint8))

    def blur(self, sigma):
        self.a = np.asarray(self.to_image().filter(ImageFilter.GaussianBlur(sigma)), np.float32)

    def noise(self, sigma):
        self.a = self.a + self.rng.normal(0, sigma, self.a.shape).astype(np.float32)

    def tone(self, ink, paper):
        self.a = ink + self.a * (paper - ink) / 255

    def smooth_field(self, cells):
        """Random, slowly changing, about -1 to 1, the size of the page."""
        small = self.rng.normal(0, 1, (cells + 2, cells + 2)).astype(np.float32)
        field = np.asarray(Image.fromarray(small).resize(self.size, Image.BICUBIC))
        return field / max(1e-6, np.abs(field).max())

    def turn(self, degrees, ground=255):
        """Turns clockwise about the middle; the sheet keeps its size."""
        (w, h), t = self.size, math.radians(degrees)
        cos, sin, cx, cy = math.cos(t), math.sin(t), w / 2, h / 2
        # Pillow wants the map from new to old.
        back = (cos, sin, cx - cos * cx - sin * cy, -sin, cos, cy + sin * cx - cos * cy)
        image = Image.fromarray(self.a).transform((w, h), Image.AFFINE, back, Image.BICUBIC, fillcolor=ground)
        self.a, self.skew = np.clip(np.asarray(image, np.float32), 0, 255), self.skew + degrees
        forth = lambda x, y: (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)
        self.place(forth)

    def place(self, move):
        words = []
        for text, x0, y0, x1, y1 in self.words:
            corners = [move(x, y) for x in (x0, x1) for y in (y0, y1)]
            xs, ys = zip(*corners)
            words.append((text, min(xs), min(ys), max(xs), max(ys)))
        self.words = words

    def resize(self, w, h):
        (ow, oh) = self.size
        self.a = np.asarray(self.to_image().resize((w, h), Image.BICUBIC), np.float32)
        self.place(lambda x, y: (x * w / ow, y * h / oh))

    def uniform(self, low, high):
        return float(self.rng.uniform(low, high))


def clean(p):
    p.tone(p.uniform(0, 20), p.uniform(250, 255))
    return "png" if p.rng.random() < 0.5 else "g4" if p.dpi >= 200 else "jpeg90"


def office(p):
    p.turn(p.uniform(-0.5, 0.5))
    p.blur(p.uniform(0.5, 0.9) * p.fine + 0.15)
    p.tone(p.uniform(15, 50), p.uniform(236, 250))
    p.noise(p.uniform(3, 7))
    return "jpeg75"


def skewnoise(p):
    p.turn(p.uniform(0.8, 3.0) * (1 if p.rng.random() < 0.5 else -1))
    p.blur(p.uniform(0.4, 0.8) * p.fine + 0.15)
    p.tone(p.uniform(15, 45), p.uniform(232, 248))
    p.noise(p.uniform(6, 12))
    return "png" if p.rng.random() < 0.5 else "jpeg80"


def discs(p, count, low, high, shade):
    """Toner specks: small discs strewn over the page."""
    w, h = p.size
    image = p.to_image()
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y, r = p.uniform(0, w), p.uniform(0, h), p.uniform(low, high)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shade)
    p.a = np.asarray(image, np.float32)


def copy(p):
    """A photocopy of a copy: hard contrast, thick or thin strokes, black edges where the lid stood open, punch holes, specks."""
    p.turn(p.uniform(-1.2, 1.2))
    w, h = p.size
    p.blur(p.uniform(0.7, 1.1) * p.fine + 0.2)
    p.noise(14)
    # The steep curve; its middle thickens or thins the strokes.
    middle = p.uniform(95, 165)
    p.a = 255 / (1 + np.exp(-(p.a - middle) / p.uniform(14, 26)))
    discs(p, int(p.uniform(300, 900)), 0.4 * p.fine, 1.7 * p.fine, 20)
    image = p.to_image()
    draw = ImageDraw.Draw(image)
    inch = p.dpi
    if p.rng.random() < 0.8:
        at = p.uniform(0.1, 0.3)
        left = p.rng.random() < 0.6
        lean = p.uniform(-0.12, 0.12)
        edge = [(0, 0), ((at + lean) * inch, 0), ((at - lean) * inch, h), (0, h)]
        draw.polygon([(x if left else w - x, y) for x, y in edge], fill=int(p.uniform(0, 25)))
    if p.rng.random() < 0.7:
        at, lean = p.uniform(0.08, 0.22), p.uniform(-0.06, 0.06)
        top = p.rng.random() < 0.5
        edge = [(0, 0), (0, (at + lean) * inch), (w, (at - lean) * inch), (w, 0)]
        draw.polygon([(x, y if top else h - y) for x, y in edge], fill=int(p.uniform(0, 25)))
    if p.rng.random() < 0.6:
        for y in ((1.25, 5.5, 9.75) if p.rng.random() < 0.5 else (4.1, 6.9)):
            x, r = 0.36 * inch, 0.14 * inch
            draw.ellipse((x - r, y * inch - r, x + r, y * inch + r), fill=8)
    p.a = np.asarray(image, np.float32)
    for _ in range(int(p.uniform(0, 3))):  # scratches of the drum
        x = int(p.uniform(0.1, 0.9) * w)
        p.a[:, x:x + max(1, round(1.2 * p.fine))] *= p.uniform(0.2, 0.7)
    p.blur(0.4 * p.fine)
    p.tone(10, 252)
    return "g4" if p.rng.random() < 0.5 else "jpeg70"


def fax(p):
    """Fine mode: 204 by 196 dots an inch, two shades, some lines lost."""
    p.turn(p.uniform(-0.9, 0.9))
    p.blur(0.55)
    p.resize(round(8.5 * 204), round(11 * 196))
    p.noise(p.uniform(10, 28))
    p.a = np.where(p.a < p.uniform(120, 175), 0, 255).astype(np.float32)
    h = p.a.shape[0]
    for y in p.rng.integers(2, h - 2, int(p.uniform(0, 9))):
        p.a[y] = p.a[y - 1]  # a lost line is filled with the one before
    specks = p.rng.random(p.a.shape) < p.uniform(0.0002, 0.0012)
    p.a[specks] = 0
    return "g4"


def light(p):
    """A lamp from one side, the shadow of a fold or of a hand, a page that does not lie flat."""
    p.turn(p.uniform(-0.8, 0.8))
    w, h = p.size
    p.blur(p.uniform(0.5, 0.8) * p.fine + 0.15)
    p.tone(p.uniform(15, 40), p.uniform(228, 246))
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    x, y = x / w - 0.5, y / h - 0.5
    t = p.uniform(0, 2 * math.pi)
    shade = 1 - p.uniform(0.2, 0.42) * (0.5 + x * math.cos(t) + y * math.sin(t))
    shade *= 1 - 0.1 * np.abs(p.smooth_field(3))
    if p.rng.random() < 0.6:
        t, d = p.uniform(-0.3, 0.3), p.uniform(-0.45, 0.45)
        shade *= 1 - p.uniform(0.2, 0.4) * np.exp(-(((x + y * t) - d) / p.uniform(0.05, 0.16)) ** 2)
    p.a = p.a * np.clip(shade, 0.25, 1)
    p.noise(p.uniform(3, 6))
    return "jpeg80"


def faded(p):
    """An empty ribbon or an old thermal print: ink little darker than paper, more so in places."""
    p.turn(p.uniform(-0.6, 0.6))
    p.blur(p.uniform(0.5, 0.8) * p.fine + 0.15)
    ink, paper = p.uniform(140, 180), p.uniform(222, 242)
    strength = np.clip(0.8 + 0.35 * p.smooth_field(4), 0.45, 1)
    p.a = paper - (255 - p.a) / 255 * (paper - ink) * strength
    p.noise(p.uniform(3, 7))
    return "png" if p.rng.random() < 0.4 else "jpeg80"


def jpegblur(p):
    p.turn(p.uniform(-0.7, 0.7))
    p.blur(p.uniform(1.1, 1.7) * p.fine + 0.3)
    p.tone(p.uniform(20, 60), p.uniform(232, 248))
    p.noise(p.uniform(2, 4))
    return f"jpeg{int(p.uniform(12, 26))}"


def saltpep(p):
    p.turn(p.uniform(-0.5, 0.5))
    p.tone(10, 250)
    share = p.uniform(0.006, 0.025)
    dice = p.rng.random(p.a.shape)
    p.a[dice < share / 2] = 0
    p.a[dice > 1 - share / 2] = 255
    return "png" if p.rng.random() < 0.5 else "g4"


def write(scan, kind, stem, xy):
    """Writes the file, named by what it is; gives its name."""
    image, dpi = scan.to_image(), tuple(xy)
    if kind == "g4":
        path = stem.with_suffix(".tif")
        image.point(lambda v: 255 if v >= 128 else 0).convert("1", dither=Image.Dither.NONE).save(path, compression="group4", dpi=dpi)
    elif kind == "png":
        path = stem.with_suffix(".png")
        image.save(path, dpi=dpi)
    else:
        path = stem.with_suffix(".jpg")
        # Office machines write colour even of grey sheets.
        colour = image.convert("RGB") if scan.rng.random() < 0.4 else image
        data = io.BytesIO()
        colour.save(data, "JPEG", quality=int(kind[4:]), dpi=dpi)
        path.write_bytes(data.getvalue())
    return path.name


def make(name, number, out, seed):
    """Makes page `number` of a set; gives its line of the truth."""
    rng = np.random.default_rng((seed, number))
    damage = DAMAGES[number % len(DAMAGES)]
    layout = LAYOUTS[name][(number + number // len(DAMAGES)) % len(LAYOUTS[name])]
    say = Say(rng, WORDS[name])
    families = FONTS[name]
    family = say.one(sorted(families))
    size = (9, 9.5, 10, 10, 10.5, 11, 12)[int(rng.integers(7))]
    if "mono" in family or family in ("courier-prime", "typewriter", "ocr-b"):
        size = min(size, 9.5)  # they run wide
    page = Page(say, families[family], size)
    layout(page, say)
    dpi = 200 if damage == "fax" else (150, 200, 200, 300, 300, 300)[int(rng.integers(6))]
    if damage == "fax":
        page.text(54, 22, f"{say.date(2005, 2015)}  {say.number(8, 17):02}:{say.number(10, 59)}   {say.phone()}   {say.one(say.w['clinic']).upper()}   PAGE {say.number(1, 9):02}/{say.number(10, 14)}", 9)
    image, words = page.render(dpi)
    scan = Scan(image, words, dpi, rng)
    kind = globals()[damage](scan)
    w, h = scan.size
    xy = (204, 196) if damage == "fax" else (dpi, dpi)
    file = write(scan, kind, out / f"{number:03}-{damage}", xy)
    kept = [[t, *(round(v, 1) for v in box)] for t, *box in scan.words if box[2] > 0 and box[3] > 0 and box[0] < w and box[1] < h]
    return {"file": file, "damage": damage, "layout": layout.__name__, "font": family, "size": size, "dpi": xy[0], "width": w, "height": h, "skew": round(scan.skew, 3), "words": kept}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", choices=sorted(LAYOUTS), required=True)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, help="another seed than the set's own")
    args = parser.parse_args()
    out = args.out or ROOT / "target/bench-pages" / args.set
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    seed = SEEDS[args.set] if args.seed is None else args.seed
    with (out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for number in range(args.pages):
            truth.write(json.dumps(make(args.set, number, out, seed), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
