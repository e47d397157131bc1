#!/usr/bin/env python3
"""Makes samples/scans and samples/truth.jsonl: a dozen synthetic scans of invented people. Run it as `make samples`.

Each function draws one paper and says what a careful person reads on it. Names, streets, practices, insurers and wording were made up
for this file; telephone numbers lie in the fictional range 555-01xx, social security numbers in areas (742, 744) that were not
issued before 2011, national provider numbers begin with 2, which has not been given out.
"""

import json
import pathlib
import shutil

from PIL import Image

from paper import Sheet, bilevel, digital_pdf, jpeg, jpeg_pdf, scanned_pdf, skewed, specked, tiff, toned, width_of

ROOT = pathlib.Path(__file__).resolve().parent.parent / "samples"
SCANS = ROOT / "scans"
TRUTH = []

WINIFRED = {"Patient.name.family": "Castlemaine", "Patient.name.given": "Winifred Joy", "Patient.birthDate": "1947-03-18", "Patient.gender": "female", "Patient.identifier.mrn": "448213"}
TOBIAS = {"Patient.name.family": "Underhill", "Patient.name.given": "Tobias", "Patient.birthDate": "1962-11-05", "Patient.gender": "male", "Patient.identifier.mrn": "H207754"}
AMARA = {"Patient.name.family": "Lindqvist", "Patient.name.given": "Amara", "Patient.birthDate": "2011-06-02", "Patient.gender": "female", "Patient.identifier.mrn": "513860"}


def of(person, *fields):
    """The person's values of the fields named by their last part."""
    return {name: value for name, value in person.items() if name.rsplit(".", 1)[1] in fields}


def truth(document, patient, kind, profile, pages, fields, items=(), sections=None, also=None, **more):
    fields = {**fields, "DocumentReference.type": kind}
    TRUTH.append(
        {"document": document, "patient": patient, "type": kind, "pages": pages, "profile": profile, "layout": document, "fields": fields, "items": list(items),
         "sections": sections or {}, "also": also or {}, "handwritten": [], "unreadable": [], **more}
    )


def bad(document, reason):
    TRUTH.append({"document": document, "bad": reason})


def medicine(name, dosage):
    return {"MedicationStatement.medication.text": name, "MedicationStatement.dosage.text": dosage}


def allergy(substance, reaction=None):
    return {"AllergyIntolerance.code.text": substance, **({"AllergyIntolerance.reaction.text": reaction} if reaction else {})}


def problem(text, code=None, **more):
    return {"Condition.code.text": text, **({"Condition.code.icd10": code} if code else {}), **more}


def observation(text, loinc, value, unit=None, reference=None, flag=None, also=None):
    item = {"Observation.code.text": text, "Observation.code.loinc": loinc, "Observation.value": value}
    for field, given in (("unit", unit), ("referenceRange", reference), ("interpretation", flag)):
        if given:
            item["Observation." + field] = given
    tolerated = dict(also or {})
    if not flag:
        tolerated["Observation.interpretation"] = ["N", "H", "L"]
    return {**item, **({"also": tolerated} if tolerated else {})}


def pressure(text, systolic, diastolic):
    names = ["BP", "Blood pressure", "Systolic", "Diastolic", "Systolic blood pressure", "Diastolic blood pressure"]
    return [observation(text, code, value, also={"Observation.code.text": names, "Observation.unit": ["mm[Hg]"]}) for code, value in (("8480-6", systolic), ("8462-4", diastolic))]


def letterhead(sheet, name, under, font="serif"):
    sheet.text(306, 52, name, 17, font, True, "center").text(306, 68, under, 9, font, align="center").line(54, 78, 558, 78, 1.2)


def cell(sheet, x, y, w, h, label, value):
    """A box with its label small in the upper left corner and the entry below."""
    sheet.box(x, y, w, h).text(x + 3, y + 8.5, label, 6.5).text(x + 5, y + h - 6, value, 11, "mono")


def table(sheet, x, y, widths, rows, size=9, height=17, bold_head=True):
    """A ruled table; returns the y below it."""
    for r, row in enumerate(rows):
        at = x
        for w, value in zip(widths, row):
            sheet.box(at, y, w, height, 0.5).text(at + 4, y + height - 5, value, size, bold=bold_head and r == 0)
            at += w
        y += height
    return y


def registration():
    s = Sheet()
    letterhead(s, "Larkspur Street Family Practice", "210 Larkspur Street, Eugene, OR 97401    Telephone (541) 555-0100", "sans")
    s.text(306, 100, "PATIENT REGISTRATION", 14, bold=True, align="center")
    s.text(54, 122, "Please print. All information is kept confidential.", 8).text(558, 122, "Date: 04/09/2012", 10, align="right")
    h = 27
    cell(s, 54, 134, 190, h, "LAST NAME", "Castlemaine")
    cell(s, 244, 134, 120, h, "FIRST NAME", "Winifred")
    cell(s, 364, 134, 94, h, "MIDDLE NAME", "Joy")
    cell(s, 458, 134, 100, h, "RECORD NUMBER", "448213")
    cell(s, 54, 161, 120, h, "DATE OF BIRTH", "03/18/1947")
    cell(s, 174, 161, 130, h, "SOCIAL SECURITY NUMBER", "742-08-3316")
    s.box(304, 161, 110, h).text(307, 169.5, "SEX", 6.5)
    s.tick(312, 183, False).text(323, 183, "Male", 9).tick(356, 183, True).text(367, 183, "Female", 9)
    s.box(414, 161, 144, h).text(417, 169.5, "MARITAL STATUS", 6.5)
    for x, word in ((418, "S"), (448, "M"), (478, "D"), (508, "W")):
        s.tick(x, 183, word == "W").text(x + 11, 183, word, 9)
    cell(s, 54, 188, 260, h, "STREET ADDRESS", "77 Old Ferry Road")
    cell(s, 314, 188, 124, h, "CITY", "Eugene")
    cell(s, 438, 188, 40, h, "STATE", "OR")
    cell(s, 478, 188, 80, h, "ZIP CODE", "97402")
    cell(s, 54, 215, 150, h, "HOME PHONE", "(541) 555-0134")
    cell(s, 204, 215, 200, h, "E-MAIL", "wjcastle@example.net")
    cell(s, 404, 215, 154, h, "PREFERRED LANGUAGE", "English")
    s.text(54, 264, "INSURANCE", 11, bold=True)
    cell(s, 54, 270, 230, h, "INSURANCE COMPANY", "Blue Heron Mutual")
    cell(s, 284, 270, 150, h, "MEMBER ID", "BHM4471902")
    cell(s, 434, 270, 124, h, "GROUP NUMBER", "30551")
    s.text(54, 319, "EMERGENCY CONTACT", 11, bold=True)
    cell(s, 54, 325, 230, h, "NAME", "Leonard Castlemaine")
    cell(s, 284, 325, 120, h, "RELATIONSHIP", "Son")
    cell(s, 404, 325, 154, h, "TELEPHONE", "(541) 555-0177")
    s.paragraph(54, 384, 504, "I authorize the release of any information needed to process a claim and ask that payment be made to the practice. "
                "I understand that I am responsible for charges that are not covered.", 9)
    s.line(54, 440, 300, 440).text(54, 450, "Signature of patient or responsible person", 7)
    truth("chart 448213/registration.png", "S1", "51851-4", "clean300", 1, {
        **WINIFRED, "Patient.identifier.ssn": "742-08-3316", "Patient.maritalStatus": "W", "Patient.address.line": "77 Old Ferry Road", "Patient.address.city": "Eugene",
        "Patient.address.state": "OR", "Patient.address.postalCode": "97402", "Patient.telecom.phone": "+15415550134", "Patient.telecom.email": "wjcastle@example.net",
        "Patient.communication.language": "en", "Coverage.payor": "Blue Heron Mutual", "Coverage.subscriberId": "BHM4471902", "Coverage.group": "30551",
        "Patient.contact.name": "Leonard Castlemaine", "Patient.contact.relationship": "Son", "Patient.contact.telecom": "+15415550177",
        "Organization.name": "Larkspur Street Family Practice", "DocumentReference.date": "2012-04-09"})
    return s


def progress_note():
    s = Sheet()
    letterhead(s, "Larkspur Street Family Practice", "210 Larkspur Street, Eugene, OR 97401    Telephone (541) 555-0100")
    s.text(306, 102, "PROGRESS NOTE", 13, "serif", True, "center")
    s.text(54, 126, "Patient:", 11, "serif", True).text(110, 126, "Winifred Joy Castlemaine", 11, "serif")
    s.text(340, 126, "Date of birth:", 11, "serif", True).text(420, 126, "03/18/1947", 11, "serif")
    s.text(54, 143, "Record no.:", 11, "serif", True).text(122, 143, "448213", 11, "serif")
    s.text(340, 143, "Date of visit:", 11, "serif", True).text(420, 143, "10/22/2013", 11, "serif")
    subjective = ("She returns for her blood pressure and her knees. Stairs are harder than in the spring and she takes acetaminophen on most "
                  "days. No chest pain, no swelling of the ankles. She sleeps well and walks to the library twice a week.")
    objective = ("Heart regular, no murmur. Lungs clear. Both knees with crepitus, no effusion, full extension. No edema of the legs.")
    plan = "Lisinopril goes up to 20 mg. Exercises for the thigh muscles were shown. Potassium and creatinine in two weeks. Return in three months."
    y = 172
    for heading, body in (("SUBJECTIVE", subjective), ("VITAL SIGNS", "BP 148/86   Pulse 72   Temp 98.2 F   Weight 164 lb"), ("OBJECTIVE", objective)):
        s.text(54, y, heading, 11, "serif", True)
        y = s.paragraph(54, y + 16, 500, body, 11, "serif") + 10
    s.text(54, y, "ASSESSMENT", 11, "serif", True)
    s.text(54, y + 16, "1. Hypertension, not at goal (I10)", 11, "serif").text(54, y + 31, "2. Osteoarthritis of both knees (M17.0)", 11, "serif")
    y += 56
    s.text(54, y, "PLAN", 11, "serif", True)
    y = s.paragraph(54, y + 16, 500, plan, 11, "serif") + 24
    s.text(54, y, "Electronically signed by Priya Venkatesh, MD on 10/22/2013", 11, "serif")
    truth("chart 448213/progress note.jpg", "S1", "11506-3", "office300", 1, {
        **of(WINIFRED, "family", "given", "birthDate", "mrn"), "Encounter.period.start": "2013-10-22", "DocumentReference.date": "2013-10-22",
        "Practitioner.name": "Priya Venkatesh", "Organization.name": "Larkspur Street Family Practice"},
        pressure("BP", "148", "86") + [
            observation("Pulse", "8867-4", "72", also={"Observation.unit": ["/min"], "Observation.code.loinc": ["8893-0"]}),
            observation("Temp", "8310-5", "98.2", "[degF]", also={"Observation.code.loinc": ["8331-1"]}),
            observation("Weight", "29463-7", "164", "[lb_av]", also={"Observation.code.loinc": ["3141-9"]}),
            problem("Hypertension, not at goal", "I10", also={"Condition.code.text": ["Hypertension"]}), problem("Osteoarthritis of both knees", "M17.0")],
        {"subjective": subjective, "objective": objective, "vitalSigns": "BP 148/86 Pulse 72 Temp 98.2 F Weight 164 lb",
         "assessment": "1. Hypertension, not at goal (I10) 2. Osteoarthritis of both knees (M17.0)", "plan": plan})
    return s


def laboratory_report():
    s = Sheet()
    letterhead(s, "Umpqua Reference Laboratory", "4 Foundry Lane, Roseburg, OR 97470    CLIA 38D0000000", "sans")
    s.text(306, 100, "LABORATORY REPORT", 13, bold=True, align="center")
    for i, (label, value, label2, value2) in enumerate((
            ("Patient Name", "CASTLEMAINE, WINIFRED J", "Collected", "11/05/2013"), ("Date of Birth", "03/18/1947", "Received", "11/05/2013"),
            ("Sex", "F", "Reported", "11/06/2013"), ("MRN", "448213", "Ordering Physician", "Priya Venkatesh, MD"))):
        y = 126 + 16 * i
        s.text(54, y, label + ":", 10, bold=True).text(140, y, value, 10).text(330, y, label2 + ":", 10, bold=True).text(440, y, value2, 10)
    rows = [("Test", "Result", "Flag", "Units", "Reference Range")]
    results = [("Sodium", "2951-2", "139", "", "mmol/L", "135-145"), ("Potassium", "2823-3", "5.4", "H", "mmol/L", "3.5-5.1"), ("Creatinine", "2160-0", "0.9", "", "mg/dL", "0.5-1.1"),
               ("Glucose", "2345-7", "97", "", "mg/dL", "70-99"), ("Hemoglobin", "718-7", "11.6", "L", "g/dL", "12.0-15.5"), ("TSH", "3016-3", "2.14", "", "uIU/mL", "0.40-4.50")]
    rows += [(name, value, flag, unit, reference) for name, _, value, flag, unit, reference in results]
    y = table(s, 54, 206, (150, 80, 50, 90, 134), rows, 10, 19)
    s.text(54, y + 24, "Results marked H or L lie outside the reference range.", 8).text(306, y + 46, "END OF REPORT", 9, align="center")
    ucum = {"uIU/mL": "u[IU]/mL"}
    truth("chart 448213/labs.tif", "S1", "11502-2", "clean300", 1, {
        **WINIFRED, "Patient.name.given": "Winifred J", "DocumentReference.date": "2013-11-06", "Practitioner.name": "Priya Venkatesh", "Organization.name": "Umpqua Reference Laboratory"},
        [observation(n, c, v, ucum.get(u, u), r, f) for n, c, v, f, u, r in results], also={"Encounter.period.start": ["2013-11-05"], "DocumentReference.date": ["2013-11-05"]},
        sections_optional=["results"])
    return s


def medication_list():
    s = Sheet()
    letterhead(s, "Larkspur Street Family Practice", "210 Larkspur Street, Eugene, OR 97401", "sans")
    s.text(54, 104, "MEDICATION LIST", 14, bold=True).text(558, 104, "Printed 01/14/2014", 9, align="right")
    s.text(54, 126, "Patient: Castlemaine, Winifred Joy", 11).text(330, 126, "DOB: 03/18/1947", 11).text(450, 126, "MRN: 448213", 11)
    s.text(54, 143, "Primary care physician: Priya Venkatesh, MD", 11)
    medicines = [("Lisinopril 20 mg", "once daily by mouth"), ("Acetaminophen 500 mg", "two tablets every 8 hours as needed for pain"),
                 ("Calcium carbonate 600 mg", "twice daily with food"), ("Latanoprost 0.005 %", "one drop in each eye at bedtime")]
    y = table(s, 54, 158, (170, 334), [("Medication", "Directions")] + medicines, 10, 19)
    s.text(54, y + 26, "ALLERGIES", 11, bold=True)
    y = table(s, 54, y + 33, (170, 334), [("Substance", "Reaction"), ("Penicillin", "hives"), ("Codeine", "nausea")], 10, 19)
    truth("chart 448213/medication list.pdf", "S1", "10160-0", "digital", 1, {
        **of(WINIFRED, "family", "given", "birthDate", "mrn"), "DocumentReference.date": "2014-01-14", "Practitioner.name": "Priya Venkatesh",
        "Organization.name": "Larkspur Street Family Practice"},
        [medicine(*m) for m in medicines] + [allergy("Penicillin", "hives"), allergy("Codeine", "nausea")], sections_optional=["medications", "allergies"])
    return s


def face_sheet():
    s = Sheet()
    s.box(40, 36, 532, 44, 1.4).text(306, 56, "MARBLE CREEK COMMUNITY HOSPITAL", 15, bold=True, align="center").text(306, 72, "Admission Face Sheet", 11, align="center")
    left = [("Patient Name", "Underhill, Tobias"), ("Medical Record No", "H207754"), ("Date of Birth", "11/05/1962"), ("Sex", "Male"), ("Marital Status", "Married"),
            ("SSN", "744-31-0926"), ("Language", "English"), ("Home Phone", "(208) 555-0119")]
    right = [("Admission Date", "02/16/2015"), ("Discharge Date", "02/19/2015"), ("Attending", "Gwendolyn Ashby, MD"), ("NPI", "2103557488"), ("Street", "1408 Quarry Bend"),
             ("City", "Pocatello"), ("State", "ID"), ("Zip", "83201")]
    for x, column in ((48, left), (318, right)):
        for i, (label, value) in enumerate(column):
            s.text(x, 106 + 18 * i, label + ":", 10, bold=True).text(x + 112, 106 + 18 * i, value, 10)
    s.line(40, 246, 572, 246).text(48, 262, "NEXT OF KIN", 10, bold=True)
    s.text(48, 280, "Name:", 10, bold=True).text(90, 280, "Marisol Underhill", 10).text(230, 280, "Relationship:", 10, bold=True).text(304, 280, "Wife", 10)
    s.text(390, 280, "Phone:", 10, bold=True).text(430, 280, "(208) 555-0142", 10)
    s.line(40, 292, 572, 292).text(48, 308, "PRIMARY INSURANCE", 10, bold=True)
    s.text(48, 326, "Plan:", 10, bold=True).text(90, 326, "Sawtooth Health Cooperative", 10).text(270, 326, "Policy No:", 10, bold=True).text(330, 326, "SHC88210-01", 10)
    s.text(430, 326, "Group:", 10, bold=True).text(472, 326, "7714", 10)
    s.line(40, 338, 572, 338).text(48, 354, "ADMITTING DIAGNOSIS", 10, bold=True).text(48, 372, "Community acquired pneumonia", 10)
    truth("chart H207754/face sheet.tif", "S2", "51851-4", "clean300", 2, {
        **TOBIAS, "Patient.maritalStatus": "M", "Patient.identifier.ssn": "744-31-0926", "Patient.communication.language": "en", "Patient.telecom.phone": "+12085550119",
        "Encounter.period.start": "2015-02-16", "Encounter.period.end": "2015-02-19", "Practitioner.name": "Gwendolyn Ashby", "Practitioner.identifier.npi": "2103557488",
        "Patient.address.line": "1408 Quarry Bend", "Patient.address.city": "Pocatello", "Patient.address.state": "ID", "Patient.address.postalCode": "83201",
        "Patient.contact.name": "Marisol Underhill", "Patient.contact.relationship": "Wife", "Patient.contact.telecom": "+12085550142",
        "Coverage.payor": "Sawtooth Health Cooperative", "Coverage.subscriberId": "SHC88210-01", "Coverage.group": "7714",
        "Organization.name": "Marble Creek Community Hospital", "DocumentReference.date": "2015-02-16"},
        [problem("Community acquired pneumonia")], also={"DocumentReference.date": ["2015-02-19"]}, blank_pages=[2])
    return s


def discharge_summary():
    s, t = Sheet(), Sheet()
    letterhead(s, "Marble Creek Community Hospital", "900 Slate Avenue, Pocatello, ID 83201", "sans")
    s.text(306, 102, "DISCHARGE SUMMARY", 13, bold=True, align="center")
    for i, (a, b, c, d) in enumerate((("Patient", "Tobias Underhill", "MRN", "H207754"), ("Date of Birth", "11/05/1962", "Sex", "Male"),
                                      ("Admitted", "02/16/2015", "Discharged", "02/19/2015"), ("Attending", "Gwendolyn Ashby, MD", "Service", "General Medicine"))):
        y = 126 + 16 * i
        s.text(54, y, a + ":", 10, bold=True).text(130, y, b, 10).text(330, y, c + ":", 10, bold=True).text(410, y, d, 10)
    diagnoses = ["Community acquired pneumonia, right lower lobe", "Type 2 diabetes mellitus", "Hyperlipidemia"]
    history = ("This man of 52 years came with four days of cough, fever and pain on breathing in. He had been treated at home with fluids and rest. On "
               "arrival his saturation was 89 percent on room air and the film showed consolidation of the right lower lobe.")
    course = ("He was given ceftriaxone and azithromycin and oxygen by nasal cannula. The fever was gone by the second day and he walked the hall "
              "without oxygen on the third. Blood cultures stayed negative. His sugars were between 140 and 190 and metformin was resumed before he left.")
    instructions = "Finish the antibiotic. Drink plenty of water. Return at once for fever, shortness of breath or blood in the sputum. See your own doctor within one week."
    y = 206
    s.text(54, y, "DISCHARGE DIAGNOSES", 10.5, bold=True)
    for i, text in enumerate(diagnoses):
        y += 15
        s.text(54, y, f"{i + 1}. {text}", 10.5)
    for heading, body in (("HISTORY OF PRESENT ILLNESS", history), ("HOSPITAL COURSE", course)):
        y += 26
        s.text(54, y, heading, 10.5, bold=True)
        y = s.paragraph(54, y + 15, 500, body, 10.5) - 14
    s.text(306, 760, "Page 1 of 2", 8, align="center")
    t.text(54, 52, "Patient: Tobias Underhill", 10).text(330, 52, "MRN: H207754", 10).line(54, 60, 558, 60)
    medicines = [("Amoxicillin-clavulanate 875 mg", "twice daily by mouth for five days"), ("Metformin 1000 mg", "twice daily with meals"), ("Atorvastatin 40 mg", "at bedtime by mouth")]
    t.text(54, 84, "DISCHARGE MEDICATIONS", 10.5, bold=True)
    for i, (name, sig) in enumerate(medicines):
        t.text(54, 100 + 15 * i, f"{i + 1}. {name} {sig}", 10.5)
    t.text(54, 166, "ALLERGIES", 10.5, bold=True).text(54, 181, "Sulfa drugs - rash", 10.5)
    t.text(54, 207, "DISCHARGE INSTRUCTIONS", 10.5, bold=True)
    y = t.paragraph(54, 222, 500, instructions, 10.5)
    t.text(54, y + 30, "Dictated by: Gwendolyn Ashby, MD", 10.5).text(330, y + 30, "Date dictated: 02/20/2015", 10.5).text(306, 760, "Page 2 of 2", 8, align="center")
    truth("chart H207754/discharge summary.pdf", "S2", "18842-5", "clean300", 2, {
        **TOBIAS, "Encounter.period.start": "2015-02-16", "Encounter.period.end": "2015-02-19", "Practitioner.name": "Gwendolyn Ashby",
        "Organization.name": "Marble Creek Community Hospital", "DocumentReference.date": "2015-02-20"},
        [problem(d) for d in diagnoses] + [medicine(*m) for m in medicines] + [allergy("Sulfa drugs", "rash")],
        {"problems": " ".join(f"{i + 1}. {d}" for i, d in enumerate(diagnoses)), "historyOfPresentIllness": history, "hospitalCourse": course, "dischargeInstructions": instructions},
        sections_optional=["medications", "allergies", "problems"])
    return s, t


def history_and_physical():
    s = Sheet()
    s.text(54, 56, "Marble Creek Community Hospital", 15, "serif", True).text(54, 74, "HISTORY AND PHYSICAL EXAMINATION", 12, "serif", True).line(54, 82, 558, 82)
    s.text(54, 100, "Name: Tobias Underhill", 10.5, "serif").text(250, 100, "MRN: H207754", 10.5, "serif").text(400, 100, "DOB: 11/05/1962", 10.5, "serif")
    s.text(54, 116, "Sex: Male", 10.5, "serif").text(250, 116, "Date of admission: 02/16/2015", 10.5, "serif")
    parts = {
        "CHIEF COMPLAINT": "Cough and fever for four days.",
        "HISTORY OF PRESENT ILLNESS": "He felt well until Thursday, when a dry cough began after a day in the rain. By Saturday he was shivering and the sputum had turned rust colored.",
        "SOCIAL HISTORY": "He teaches woodwork at the high school. He has never smoked and drinks a beer on weekends.",
        "FAMILY HISTORY": "Father with a stroke at 70. Mother living and well at 84.",
        "PHYSICAL EXAMINATION": "A tired man sitting upright. Crackles at the right base with dullness. Heart sounds normal. Abdomen soft. No rash.",
        "ASSESSMENT AND PLAN": "Pneumonia of the right lower lobe. Admit for antibiotics by vein and oxygen. Hold metformin until he eats.",
    }
    y = 142
    for heading, body in parts.items():
        s.text(54, y, heading, 10.5, "serif", True)
        y = s.paragraph(54, y + 15, 500, body, 10.5, "serif") + 9
        if heading == "HISTORY OF PRESENT ILLNESS":
            s.text(54, y, "PAST MEDICAL HISTORY", 10.5, "serif", True)
            s.text(54, y + 15, "1. Type 2 diabetes mellitus", 10.5, "serif").text(54, y + 29, "2. Hyperlipidemia", 10.5, "serif")
            y += 52
    s.text(54, y + 16, "Gwendolyn Ashby, MD", 10.5, "serif").text(54, y + 31, "Signed 02/16/2015", 10.5, "serif")
    names = ("chiefComplaint", "historyOfPresentIllness", "socialHistory", "familyHistory", "physicalExam", "assessmentAndPlan")
    truth("chart H207754/history and physical.pdf", "S2", "34117-2", "digital", 1, {
        **TOBIAS, "Encounter.period.start": "2015-02-16", "Practitioner.name": "Gwendolyn Ashby", "Organization.name": "Marble Creek Community Hospital", "DocumentReference.date": "2015-02-16"},
        [problem("Type 2 diabetes mellitus"), problem("Hyperlipidemia")],
        {**dict(zip(names, parts.values())), "pastMedicalHistory": "1. Type 2 diabetes mellitus 2. Hyperlipidemia"})
    return s


def insurance_card():
    s = Sheet(380, 250)
    s.box(14, 14, 352, 222, 1.5).fill(14, 14, 352, 40, 225).text(28, 41, "Sawtooth Health Cooperative", 17, bold=True)
    s.text(28, 84, "Member Name", 8, bold=True).text(28, 99, "Tobias Underhill", 12).text(210, 84, "Effective Date", 8, bold=True).text(210, 99, "01/01/2015", 12)
    s.text(28, 126, "Member ID", 8, bold=True).text(28, 141, "SHC88210-01", 12, bold=True).text(210, 126, "Group No.", 8, bold=True).text(210, 141, "7714", 12, bold=True)
    s.text(28, 168, "Office visit $25    Emergency room $150    Rx BIN 004000", 9).text(28, 196, "Customer service 1-800-555-0160", 9).text(28, 212, "Present this card each time you receive care.", 9)
    truth("chart H207754/insurance card.png", "S2", "64290-0", "rotated", 1, {
        **of(TOBIAS, "family", "given"), "Coverage.payor": "Sawtooth Health Cooperative", "Coverage.subscriberId": "SHC88210-01", "Coverage.group": "7714"},
        # An effective date may be taken for the card's own, and need not.
        also={"Organization.name": ["Sawtooth Health Cooperative"], "DocumentReference.date": ["2015-01-01"]})
    return s


def referral_letter():
    s = Sheet()
    letterhead(s, "Bannock Family Medicine", "31 Millrace Road, Pocatello, ID 83204   Tel (208) 555-0150   Fax (208) 555-0151")
    s.text(54, 108, "March 3, 2015", 12, "serif")
    s.text(54, 136, "Harriet Oyelaran, MD", 12, "serif").text(54, 151, "Marble Creek Pulmonary Clinic", 12, "serif")
    s.text(54, 180, "RE: Tobias Underhill", 12, "serif", True).text(54, 195, "DOB: 11/05/1962", 12, "serif", True)
    reason = ("Thank you for seeing this patient after his pneumonia of the right lower lobe. The film of last week still shows a shadow at the base and he is "
              "short of breath on one flight of stairs.")
    y = s.paragraph(54, 224, 500, "Dear Dr. Oyelaran:", 12, "serif") + 6
    s.text(54, y, "REASON FOR REFERRAL", 12, "serif", True)
    y = s.paragraph(54, y + 17, 500, reason, 12, "serif") + 8
    s.text(54, y, "CURRENT MEDICATIONS", 12, "serif", True)
    s.text(54, y + 17, "Metformin 1000 mg twice daily with meals", 12, "serif").text(54, y + 33, "Atorvastatin 40 mg at bedtime by mouth", 12, "serif")
    s.text(54, y + 61, "ALLERGIES", 12, "serif", True).text(54, y + 78, "Sulfa drugs - rash", 12, "serif")
    s.text(54, y + 108, "Sincerely,", 12, "serif").text(54, y + 140, "Desmond Farrow, MD", 12, "serif")
    truth("fax/referral letter.tif", "S2", "57133-1", "fax200", 1, {
        **of(TOBIAS, "family", "given", "birthDate"), "Organization.name": "Bannock Family Medicine", "DocumentReference.date": "2015-03-03", "Practitioner.name": "Desmond Farrow"},
        [medicine("Metformin 1000 mg", "twice daily with meals"), medicine("Atorvastatin 40 mg", "at bedtime by mouth"), allergy("Sulfa drugs", "rash")],
        {"reasonForReferral": reason}, sections_optional=["medications", "allergies"])
    return s


def immunization_record():
    s = Sheet()
    letterhead(s, "Bannock Children's Clinic", "31 Millrace Road, Pocatello, ID 83204", "sans")
    s.text(306, 102, "IMMUNIZATION RECORD", 13, bold=True, align="center")
    s.text(54, 128, "Child's Name:", 10, bold=True).text(130, 128, "Amara Lindqvist", 10).text(330, 128, "Date of Birth:", 10, bold=True).text(410, 128, "06/02/2011", 10)
    s.text(54, 145, "Sex:", 10, bold=True).text(130, 145, "Female", 10).text(330, 145, "MRN:", 10, bold=True).text(410, 145, "513860", 10)
    doses = [("DTaP", "08/03/2011", "2011-08-03"), ("DTaP", "10/05/2011", "2011-10-05"), ("IPV", "08/03/2011", "2011-08-03"), ("Hib", "08/03/2011", "2011-08-03"),
             ("MMR", "06/12/2012", "2012-06-12"), ("Varicella", "06/12/2012", "2012-06-12"), ("Hepatitis A", "12/14/2012", "2012-12-14")]
    table(s, 54, 162, (190, 120, 90, 104), [("Vaccine", "Date Given", "Site", "Initials")] + [(v, d, "L thigh", "RN") for v, d, _ in doses], 10, 19)
    s.text(54, 340, "Reviewed by: Desmond Farrow, MD", 10).text(330, 340, "Date: 01/08/2013", 10)
    truth("chart 513860/immunizations.jpg", "S3", "11369-6", "skewed", 1, {
        **AMARA, "Organization.name": "Bannock Children's Clinic", "Practitioner.name": "Desmond Farrow", "DocumentReference.date": "2013-01-08"},
        [{"Immunization.vaccineCode.text": v, "Immunization.occurrenceDate": iso} for v, _, iso in doses], sections_optional=["immunizations"])
    return s


def imaging_report():
    s = Sheet()
    letterhead(s, "Marble Creek Community Hospital", "Department of Radiology, 900 Slate Avenue, Pocatello, ID 83201", "sans")
    s.text(306, 102, "RADIOLOGY REPORT", 13, bold=True, align="center")
    for i, (a, b, c, d) in enumerate((("Patient", "Amara Lindqvist", "MRN", "513860"), ("DOB", "06/02/2011", "Sex", "F"), ("Exam", "Left wrist, two views", "Exam date", "09/21/2018"))):
        s.text(54, 128 + 17 * i, a + ":", 10.5, bold=True).text(110, 128 + 17 * i, b, 10.5).text(330, 128 + 17 * i, c + ":", 10.5, bold=True).text(400, 128 + 17 * i, d, 10.5)
    findings = ("There is a buckle of the dorsal cortex of the distal radius, two centimeters above the growth plate. Alignment is kept. The ulna and the carpal bones are intact.")
    impression = "Buckle fracture of the distal left radius."
    s.text(54, 196, "FINDINGS", 10.5, bold=True)
    y = s.paragraph(54, 212, 500, findings, 10.5) + 8
    s.text(54, y, "IMPRESSION", 10.5, bold=True).text(54, y + 16, impression, 10.5)
    s.text(54, y + 54, "Radiologist: Ingrid Halvorsen, MD", 10.5).text(330, y + 54, "Reported: 09/21/2018", 10.5)
    truth("chart 513860/imaging report.pdf", "S3", "18748-4", "office300", 1, {
        **AMARA, "Organization.name": "Marble Creek Community Hospital", "Practitioner.name": "Ingrid Halvorsen", "DocumentReference.date": "2018-09-21"},
        [{"Procedure.code.text": "Left wrist, two views", "Procedure.performedDate": "2018-09-21", "optional": True}],
        {"findings": findings, "impression": impression}, {"Encounter.period.start": ["2018-09-21"]})
    return s


def operative_note():
    s = Sheet()
    letterhead(s, "Tern Harbor Surgical Center", "5 Breakwater Way, Astoria, OR 97103")
    s.text(306, 102, "OPERATIVE REPORT", 13, "serif", True, "center")
    for i, (a, b) in enumerate((("Patient", "Winifred Joy Castlemaine"), ("MRN", "448213"), ("Date of Birth", "03/18/1947"), ("Date of Procedure", "05/12/2016"),
                                ("Surgeon", "Callum Brightwater, MD"), ("Preoperative Diagnosis", "Osteoarthritis of the right knee"), ("Procedure", "Right total knee arthroplasty"))):
        s.text(54, 128 + 17 * i, a + ":", 11, "serif", True).text(190, 128 + 17 * i, b, 11, "serif")
    findings = "Cartilage was gone from the medial compartment. The ligaments were sound."
    s.text(54, 268, "FINDINGS", 11, "serif", True)
    s.paragraph(54, 284, 500, findings, 11, "serif")
    truth("packets/packet.tif#1", "S1", "11504-8", "clean300", 1, {
        **of(WINIFRED, "family", "given", "birthDate", "mrn"), "Practitioner.name": "Callum Brightwater", "Organization.name": "Tern Harbor Surgical Center", "DocumentReference.date": "2016-05-12"},
        [problem("Osteoarthritis of the right knee"), {"Procedure.code.text": "Right total knee arthroplasty", "Procedure.performedDate": "2016-05-12"}],
        {"findings": findings}, {"Encounter.period.start": ["2016-05-12"]}, sections_optional=["procedures", "problems"], first_page=1)
    return s


def separator():
    s = Sheet()
    s.bars(126, 300, 360, 130, "PATCHT").text(306, 460, "PATCHT", 24, "mono", align="center").text(306, 500, "Separator sheet: a new document begins on the next page", 11, align="center")
    return s


def consent():
    s = Sheet()
    letterhead(s, "Tern Harbor Surgical Center", "5 Breakwater Way, Astoria, OR 97103")
    s.text(306, 102, "CONSENT TO TREATMENT", 13, "serif", True, "center")
    s.text(54, 130, "Patient Name: Winifred Joy Castlemaine", 11, "serif").text(380, 130, "MRN: 448213", 11, "serif").text(54, 147, "Date of Birth: 03/18/1947", 11, "serif")
    s.paragraph(54, 178, 500, "I agree to the operation that my surgeon has explained to me. I have been told of its purpose, of what may go wrong and of what else could be done. "
                "My questions have been answered. I know that no result has been promised.", 11, "serif")
    s.text(54, 280, "Physician: Callum Brightwater, MD", 11, "serif").text(380, 280, "Date: 05/10/2016", 11, "serif")
    truth("packets/packet.tif#2", "S1", "59284-0", "clean300", 1, {
        **of(WINIFRED, "family", "given", "birthDate", "mrn"), "Practitioner.name": "Callum Brightwater", "Organization.name": "Tern Harbor Surgical Center", "DocumentReference.date": "2016-05-10"},
        also={"Encounter.period.start": ["2016-05-10"]}, first_page=3)
    return s


def write(name, data):
    path = SCANS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        path.write_bytes(data)
    return path


def main():
    shutil.rmtree(SCANS, ignore_errors=True)
    bilevel(registration().pixels()).save(write("chart 448213/registration.png", None), dpi=(300, 300), optimize=True)
    write("chart 448213/registration_copy.png", (SCANS / "chart 448213/registration.png").read_bytes())
    TRUTH.append({**TRUTH[-1], "document": "chart 448213/registration_copy.png", "duplicate_of": "chart 448213/registration.png"})
    write("chart 448213/progress note.jpg", jpeg(toned(skewed(progress_note().pixels(), 0.6), 11), 55, dpi=(300, 300)))
    tiff(write("chart 448213/labs.tif", None), [bilevel(laboratory_report().pixels())], "tiff_lzw")
    digital_pdf(write("chart 448213/medication list.pdf", None), [medication_list()])

    back = specked(Sheet().pixels(), 5, 0.000002)
    tiff(write("chart H207754/face sheet.tif", None), [bilevel(face_sheet().pixels()), bilevel(back)], "group4")
    scanned_pdf(write("chart H207754/discharge summary.pdf", None), [bilevel(p.pixels()) for p in discharge_summary()])
    digital_pdf(write("chart H207754/history and physical.pdf", None), [history_and_physical()])
    insurance_card().pixels().transpose(Image.ROTATE_90).save(write("chart H207754/insurance card.png", None), dpi=(300, 300), optimize=True)

    fax = referral_letter()
    line = "MAR-03-2015 16:42   FROM: BANNOCK FAMILY MED   2085550151   TO: 2085550188   P.01/01"
    fax.text((612 - width_of(line, 8, "mono")) / 2, 14, line, 8, "mono")
    page = specked(skewed(fax.pixels(), -1.4), 7, 0.0004).resize((1734, 2156), Image.BICUBIC)
    tiff(write("fax/referral letter.tif", None), [bilevel(page, 165)], "group4", (204, 196))

    write("chart 513860/immunizations.jpg", jpeg(toned(skewed(immunization_record().pixels(), 2.2), 13, 236, 52, 6), 50, dpi=(300, 300)))
    jpeg_pdf(write("chart 513860/imaging report.pdf", None), [jpeg(toned(skewed(imaging_report().pixels(), -0.8), 17), 50)])

    tiff(write("packets/packet.tif", None), [bilevel(p.pixels()) for p in (operative_note(), separator(), consent())], "group4")
    TRUTH[-2]["pages"] = TRUTH[-1]["pages"] = 1
    whole = (SCANS / "chart H207754/discharge summary.pdf").read_bytes()
    write("packets/torn.pdf", whole[: len(whole) // 3])
    bad("packets/torn.pdf", "truncated PDF")

    TRUTH.sort(key=lambda t: t["document"])
    (ROOT / "truth.jsonl").write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in TRUTH), encoding="utf-8")


main()
