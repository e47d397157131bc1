#!/usr/bin/env python3
"""Practice pages, clinical: papers in many layouts on which rules and the confidence model may be tuned, with their exact truth.

    scripts/python.sh scripts/practice_notes.py [--only WORD] [--out fixtures/practice]

Each is made as make_unseen.py makes its own (Chromium, poppler, damage); the truth goes to truth-notes.jsonl.
"""

import make_unseen as mu
from make_unseen import Doc

LAB, PROG, HP, DC, IMG, OP, CON, MED, IMM, SUM = "11502-2", "11506-3", "34117-2", "18842-5", "18748-4", "11504-8", "11488-4", "10160-0", "11369-6", "34133-9"
PEOPLE = {  # family, given, dob parts, sex, record number
    "p01": ("Okafor", "Denise R", "1961-03-09", "F", "4471902"), "p02": ("Lindqvist", "Harold", "1948-11-27", "M", "MR-20817"), "p03": ("Trujillo", "Marisol", "1979-07-02", "F", "00611348"),
    "p04": ("Beckwith", "Thomas J", "1955-01-18", "M", "33-90-12"), "p05": ("Nakagawa", "Emi", "1990-10-05", "F", "E118204"), "p06": ("Pruitt", "Caleb", "2014-04-22", "M", "720055"),
    "p07": ("Szymanski", "Irene A", "1939-08-14", "F", "000182774"), "p08": ("Haddad", "Samir", "1970-12-30", "M", "B-55019"), "p09": ("McElroy", "Joan", "1966-05-11", "F", "919-3302"), "p10": ("Ferreira", "Luis", "1984-02-28", "M", "2047731"),
}
MONTHS = "January February March April May June July August September October November December".split()


def day(who, form):
    y, m, d = PEOPLE[who][2].split("-")
    return {"us": f"{m}/{d}/{y}", "short": f"{m}/{d}/{y[2:]}", "dash": f"{m}-{d}-{y}", "long": f"{MONTHS[int(m) - 1]} {int(d)}, {y}", "mil": f"{d}-{MONTHS[int(m) - 1][:3]}-{y}"}[form]


def named(d, shape):
    family, given = PEOPLE[d.patient][:2]
    first = given.split()[0]
    printed = {"lf": f"{family}, {given}", "LF": f"{family}, {given}".upper(), "fl": f"{given} {family}", "dot": f"{first} {given.split()[1] + '. ' if ' ' in given else ''}{family}"}[shape]
    return d.name(printed, family, given)


def paper(file, who, kind, layout, profile, style=""):
    d = Doc("notes/" + file, who, kind, layout, profile)
    d.style = style
    return d


def tr(*cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


GRID = "table{width:100%} td,th{border:1px solid #000;padding:2pt 4pt}"
OPEN = "table{width:100%} td,th{padding:2pt 4pt} th{border-bottom:1.5px solid #000}"


def lab_mono():
    d = paper("lab printout.tif", "p01", LAB, "n-lab-mono", "clean300", "pre{font:9.5pt/1.35 'Liberation Mono';margin:0}")
    o = [d.org("RIDGEMONT GENERAL HOSPITAL").center(78), "LABORATORY SERVICES - FINAL REPORT".center(78), "=" * 78, f"NAME: {named(d, 'LF'):<36}MRN: {d.mrn('4471902')}", f"DOB:  {d.dob(day('p01', 'us'))}  SEX: {d.sex('F')}                  ACCT: V00288134",
         f"ORDERED BY: {d.by('FARROW, ELAINE MD', 'FARROW, ELAINE')}            LOC: 4 WEST", "PCP: GRANT, PETER MD", f"COLLECTED: {d.start('02/11/2013')} 0540   REPORTED: {d.date('DocumentReference.date', '02/11/2013')} 0718", "-" * 78, f"{'TEST':<22}{'RESULT':>9}  {'FLAG':<6}{'UNITS':<12}{'REFERENCE'}", "-" * 78, "CBC"]
    for t, n, v, fl, u, r in (("wbc", "WBC", "12.4", "H", "K/uL", "4.0 - 11.0"), ("rbc", "RBC", "4.11", "", "M/uL", "3.80 - 5.20"), ("hgb", "HEMOGLOBIN", "11.2", "L", "g/dL", "12.0 - 16.0"), ("hct", "HEMATOCRIT", "34.0", "L", "%", "36.0 - 46.0"), ("plt", "PLATELET COUNT", "288", "", "K/uL", "150 - 400"), ("na", "SODIUM", "138", "", "mmol/L", "136 - 145"),
                              ("k", "POTASSIUM", "3.1", "L", "mmol/L", "3.5 - 5.1"), ("creat", "CREATININE", "0.92", "", "mg/dL", "0.50 - 1.10")):
        d.obs(t, n, v, u, r, fl)
        o.append(f"{n:<22}{v:>9}  {fl:<6}{u:<12}{r}")
    d.page("<pre>" + "\n".join(o + ["-" * 78, "H=HIGH L=LOW *=CRITICAL", "", "PAGE 1 OF 1                    ** END OF REPORT **"]) + "</pre>")
    return d


def lab_columns():
    d = paper("lab columns.png", "p02", LAB, "n-lab-columns", "clean300", OPEN)
    rows = ""
    for t, n, v, fl, u, r in (("chol", "Cholesterol, Total", "231", "H", "mg/dL", "<200"), ("tg", "Triglycerides", "140", "", "mg/dL", "<150"), ("hdl", "HDL Cholesterol", "38", "L", "mg/dL", ">=40"), ("ldl", "LDL Chol Calc", "165", "H", "mg/dL", "<100"), ("glu", "Glucose", "88", "", "mg/dL", "70-99"), ("a1c", "Hemoglobin A1c", "5.4", "", "%", "<5.7"), ("tsh", "TSH", "2.150", "", "uIU/mL", "0.450-4.500")):
        d.obs(t, n, v, u, r, fl)
        rows += tr(n, v, {"H": "High", "L": "Low", "": ""}[fl], u, mu.html.escape(r))
    d.page(f"<h2 style='margin:0'>{d.org('Pinecrest Reference Laboratory')}</h2><p>900 Tannery Row, Dover, DE 19901 &nbsp; Director: Ruth Amsel, MD</p><div class=two><div>Patient: <b>{named(d, 'lf')}</b><br>DOB: {d.dob(day('p02', 'us'))}<br>Gender: {d.sex('Male')}<br>Patient ID: {d.mrn('MR-20817')}</div>"
           f"<div>Ordering Physician: {d.by('Anil Deshmukh', 'Anil Deshmukh')}<br>Collected: {d.start('06/03/2019')} 08:12<br>Received: 06/04/2019<br>Reported: {d.dated('06/05/2019')}</div></div><hr><table>{tr('Test', 'Result', 'Flag', 'Units', 'Reference Interval', tag='th')}{rows}</table><div class=foot>Final report &nbsp; Page 1 of 1</div>")
    return d


def lab_turned():
    d = paper("lab turned.jpg", "p03", LAB, "n-lab-range-first", "office", ".page{font-family:'Liberation Serif'}" + GRID)
    rows = ""
    for t, n, v, fl, u, r in (("na", "Sodium", "140", "", "mmol/L", "136-145"), ("k", "Potassium", "5.6", "H", "mmol/L", "3.5-5.1"), ("cl", "Chloride", "104", "", "mmol/L", "98-107"), ("bun", "BUN", "31", "H", "mg/dL", "7-20"), ("creat", "Creatinine", "1.8", "H", "mg/dL", "0.6-1.2"), ("ca", "Calcium", "9.3", "", "mg/dL", "8.6-10.2"), ("alb", "Albumin", "3.2", "L", "g/dL", "3.5-5.0")):
        d.obs(t, n, v, u, r, fl)
        rows += tr(r, n, u, f"{v}{' ' + fl if fl else ''}")
    d.page(f"<p class=m><b>{d.org('Vega Family Clinic')}</b> In-House Laboratory</p><table>{tr('Patient', named(d, 'fl'), 'Birth Date', d.dob(day('p03', 'dash')))}{tr('Chart #', d.mrn('00611348'), 'Sex', d.sex('Female'))}{tr('Drawn', d.start('9/14/2011'), 'Provider', d.by('Carla Montes', 'Carla Montes') + ', FNP')}</table><br><table>{tr('Normal', 'Test', 'Units', 'Result', tag='th')}{rows}</table><p><br>Reported {d.dated('9/15/2011')}. Reviewed by: T. Sloan, MT(ASCP)</p>")
    return d


def lab_cumulative():
    d = paper("lab cumulative.tif", "p04", LAB, "n-lab-cumulative", "clean300", GRID)
    rows = ""
    for t, n, u, r, vs in (("hgb", "Hgb", "g/dL", "13.5-17.5", ("9.8 L", "10.4 L", "11.9 L")), ("plt", "Plt", "K/uL", "150-450", ("141 L", "166", "202")), ("creat", "Creat", "mg/dL", "0.7-1.3", ("2.2 H", "1.7 H", "1.2")), ("k", "K", "mmol/L", "3.5-5.0", ("4.9", "4.4", "4.1"))):
        for v in vs:
            d.obs(t, n, v.split()[0], u, r, v.split()[1] if " " in v else "")
        rows += tr(n, u, *vs, r)
    d.page(f"<b>{d.org('St. Brendan Medical Center')}</b> &mdash; Cumulative Summary<table>{tr(named(d, 'LF'), 'MRN ' + d.mrn('33-90-12'), 'DOB ' + d.dob(day('p04', 'us')), d.sex('M'))}</table><p>Attending: Ruben Castellano, MD &nbsp; Ordering: {d.by('Lois Adeyemi')}, MD &nbsp; Printed: {d.dated('03/08/2016')}</p><table>{tr('Test', 'Units', '03/05/2016', '03/06/2016', '03/08/2016', 'Ref Range', tag='th')}{rows}</table>")
    d.also("Encounter.period.start", "2016-03-05", "2016-03-06", "2016-03-08")
    return d


def lab_boxed():
    d = paper("lab panel.tif", "p05", LAB, "n-lab-boxed", "fax200", ".b{display:grid;grid-template-columns:1fr 1fr 1fr;gap:6pt} .b div{border:1.5px solid #000;padding:5pt} .page{font-size:11pt}")
    cells = ""
    for t, n, v, fl, u, r in (("glu", "Glucose", "118", "H", "mg/dL", "70-99 mg/dL"), ("bun", "BUN", "12", "", "mg/dL", "6-20 mg/dL"), ("alt", "ALT", "61", "H", "U/L", "0-55 U/L"), ("ast", "AST", "30", "", "U/L", "5-34 U/L"), ("alp", "Alk Phos", "71", "", "U/L", "40-150 U/L"), ("tbil", "Bilirubin, Total", "0.6", "", "mg/dL", "0.2-1.2 mg/dL")):
        d.obs(t, n, v, u, r, fl, near_ref=[r.split()[0]])
        cells += f"<div><b>{n}</b><br>{v} {u} {'*' + fl if fl else ''}<br><small>Ref: {r}</small></div>"
    d.page(f"<h3>CHEMISTRY PANEL</h3><p>{d.org('Harbor Internal Medicine')}<br>Patient Name: {named(d, 'fl')} &nbsp; D.O.B.: {d.dob(day('p05', 'long'))}<br>ID: {d.mrn('E118204')} &nbsp; Physician: {d.by('Gloria Pham')}, M.D.<br>Date collected: {d.start('Aug 21, 2018')} &nbsp; Date of report: {d.dated('Aug 22, 2018')}</p><div class=b>{cells}</div>")
    return d


def img_letter():
    d = paper("ct chest.tif", "p07", IMG, "n-img-letterhead", "clean300")
    d.page(f"<p class=m><b>{d.org('Lakeview Imaging Associates')}</b><br>Department of Radiology</p><p>PATIENT: {named(d, 'LF')}<br>DOB: {d.dob(day('p07', 'us'))} &nbsp; SEX: {d.sex('F')}<br>MRN: {d.mrn('000182774')}<br>EXAM DATE: {d.start('10/02/2015')}<br>REFERRING: Neil Stavros, MD<br>EXAM: {d.proc('CT chest without contrast', '10/02/2015', True)}</p>"
           f"<p><b>INDICATION:</b> Cough. History of breast cancer. Rule out metastasis.</p><p><b>COMPARISON:</b> Chest film of 04/11/2014.</p><p><b>FINDINGS:</b> {d.sec('findings', 'The lungs are clear of mass or consolidation. A 4 mm nodule in the right upper lobe is unchanged. No pleural effusion. Heart size is normal.')}</p><p><b>IMPRESSION:</b><br>{d.sec('impression', '1. Stable 4 mm right upper lobe nodule.<br>2. No evidence of metastatic disease.')}</p><p>Dictated by: {d.by('Paul Wexler')}, MD<br>Dictated: {d.dated('10/02/2015')} 14:10 &nbsp; Transcribed: 10/03/2015<br>cc: Neil Stavros, MD</p>")
    return d


def img_emr():
    d = paper("knee film.jpg", "p10", IMG, "n-img-table", "office", GRID)
    d.page(f"<table>{tr('Patient', named(d, 'lf'), 'Ordered by', 'Joyce Tran, PA-C')}{tr('Date of Birth', d.dob(day('p10', 'us')), 'Exam date', d.start('11/19/2020'))}{tr('Patient No.', d.mrn('2047731'), 'Accession', '20-88173')}</table><h3>{d.proc('XR Knee 3 Views Left', '11/19/2020', True)}</h3><b class=h>Clinical History</b><p>Pain after fall.</p><b class=h>Findings</b><p>{d.sec('findings', 'No fracture or dislocation. Small joint effusion. Mild narrowing of the medial compartment.')}</p><b class=h>Impression</b><p>{d.sec('impression', 'No acute fracture. Mild osteoarthritis.')}</p><p>Electronically signed by {d.by('Vivian Holt')}, DO on {d.dated('11/20/2020')} 08:02</p><p>{d.org('Cedar Fork Radiology')}</p>")
    return d


def soap():
    d = paper("soap note.tif", "p08", PROG, "n-soap-caps", "clean300", ".page{font-family:'Liberation Serif'}")
    v = f"BP {d.bp('BP', '148/92')} HR {d.vital('pulse', 'HR', '76')} RR {d.vital('resp', 'RR', '16')} T {d.vital('temp', 'T', '98.4')} SpO2 {d.vital('spo2', 'SpO2', '97', '%')}% Wt {d.vital('wt', 'Wt', '204', 'lb')} lb"
    d.page(f"<p class=m><b>{d.org('Delmar Street Health Center')}</b></p><p>Name: {named(d, 'fl')} &nbsp; DOB: {d.dob(day('p08', 'short'))} &nbsp; MRN: {d.mrn('B-55019')} &nbsp; Date: {d.start('4/16/12')}</p><p><b>SUBJECTIVE:</b> {d.sec('subjective', 'Here for blood pressure check. Denies chest pain, dyspnea or headache. Father had stroke at 60. Out of lisinopril for two weeks.')}</p><p><b>OBJECTIVE:</b> "
           + d.sec("objective", f"{v}. Lungs clear. Heart regular, no murmur. No edema.") + f"</p><p><b>ASSESSMENT:</b></p>{d.sec('assessment', '<p>1. ' + d.cond('Essential hypertension', 'I10', more=' (I10)') + ' (I10), uncontrolled<br>2. ' + d.cond('Obesity') + '</p>')}<p><b>PLAN:</b> {d.sec('plan', 'Restart lisinopril 20 mg daily. Basic metabolic panel. Return in 4 weeks.')}</p><p><br>______________________<br>{d.by('Marcus Eberly')}, MD</p>")
    d.others["Condition.code.text"] = []
    d.date("DocumentReference.date", "4/16/12")
    return d


def emr():
    d = paper("office visit.jpg", "p09", PROG, "n-emr-bold", "office", OPEN)
    vs = tr("Blood Pressure", d.bp("Blood Pressure", "122/70", "mmHg")) + tr("Pulse", d.vital("pulse", "Pulse", "68")) + tr("Temperature", d.vital("temp", "Temperature", "97.9", "F") + " F") + tr("BMI", d.vital("bmi", "BMI", "27.3"))
    d.page(f"<b>{d.org('Willow Bend Primary Care')}</b><p>{named(d, 'lf')} | DOB {d.dob(day('p09', 'us'))} | {d.sex('Female')} | MRN {d.mrn('919-3302')}<br>Date of Service: {d.start('January 8, 2021')} &nbsp; PCP: Ellen Roth, MD</p><b class=h>Chief Complaint</b><p>{d.sec('chiefComplaint', 'Follow-up of diabetes.')}</p><b class=h>History of Present Illness</b><p>{d.sec('historyOfPresentIllness', 'Sugars at home run 110 to 150. No hypoglycemia. Denies numbness of the feet.')}</p><b class=h>Current Medications</b>"
           + d.sec("medications", "<p>" + d.med("Metformin 1000 mg", "1 tablet twice daily") + " 1 tablet twice daily<br>" + d.med("Atorvastatin 40 mg", "1 tablet at bedtime") + " 1 tablet at bedtime</p>") + f"<b class=h>Allergies</b><p>{d.sec('allergies', d.allergy('Sulfa', 'hives') + ' (hives), ' + d.allergy('Codeine', 'nausea') + ' (nausea)')}</p><b class=h>Vital Signs</b>{d.sec('vitalSigns', '<table style=width:45%>' + vs + '</table>')}<b class=h>Assessment</b>"
           + d.sec("assessment", "<ol><li>" + d.cond("Type 2 diabetes mellitus without complications", "E11.9") + " [E11.9]</li><li>" + d.cond("Mixed hyperlipidemia", "E78.2") + " [E78.2]</li></ol>") + f"<b class=h>Plan</b><p>{d.sec('plan', 'Continue metformin. A1c in three months. Eye examination due.')}</p><p>Electronically signed by: {d.by('Kwame Boateng')}, NP &nbsp; {d.dated('01/09/2021')} 7:44 AM</p>")
    return d


def hp():
    d = paper("h and p.tif", "p04", HP, "n-hp-caps", "clean300")
    d.page(f"<p class=m><b>{d.org('ST. BRENDAN MEDICAL CENTER')}</b><br>HISTORY AND PHYSICAL</p><p>PATIENT: {named(d, 'LF')} &nbsp; MR#: {d.mrn('33-90-12')}<br>DATE OF BIRTH: {d.dob(day('p04', 'us'))}<br>ADMITTED: {d.start('03/05/2016')} &nbsp; ATTENDING: Ruben Castellano, MD</p><p>CHIEF COMPLAINT: {d.sec('chiefComplaint', 'Black stools.')}</p><p>HISTORY OF PRESENT ILLNESS: {d.sec('historyOfPresentIllness', 'Three days of melena and dizziness on standing. Takes naproxen for back pain. No hematemesis.')}</p><p>PAST MEDICAL HISTORY:<br>"
           + d.sec("pastMedicalHistory", f"1. {d.cond('Hypertension')}<br>2. {d.cond('Chronic kidney disease stage 3')}<br>3. {d.cond('Osteoarthritis')}") + f"</p><p>PAST SURGICAL HISTORY: {d.sec('pastSurgicalHistory', d.proc('Appendectomy', '1972') + ' 1972, ' + d.proc('left hip replacement', '2009') + ' 2009.')}</p><p>ALLERGIES: {d.sec('allergies', 'NKDA')}</p><p>FAMILY HISTORY: {d.sec('familyHistory', 'Mother with colon cancer. Father died of myocardial infarction.')}</p><p>SOCIAL HISTORY: {d.sec('socialHistory', 'Former smoker, quit 1998. No alcohol.')}</p><p>PHYSICAL EXAMINATION: "
           + d.sec("physicalExam", f"Vital signs: BP {d.bp('BP', '98/60')}, pulse {d.vital('pulse', 'pulse', '108')}, temp {d.vital('temp', 'temp', '98.1')}. Pale. Abdomen soft, mild epigastric tenderness. Stool black, guaiac positive.") + f"</p><p>IMPRESSION AND PLAN: {d.sec('assessmentAndPlan', 'Upper gastrointestinal bleeding, likely from naproxen. Rule out ulcer. Endoscopy tomorrow. Two units of red cells.')}</p><p>{d.by('Lois Adeyemi')}, MD<br>D: {d.dated('03/05/2016')} &nbsp; T: 03/06/2016<br>Page 1 of 1</p>")
    d.also("Practitioner.name", "Ruben Castellano")
    return d


def discharge():
    d = paper("discharge.tif", "p04", DC, "n-dc-dictated", "photocopy", ".page{font-family:'Liberation Serif'}")
    d.page(f"<p class=m><b>DISCHARGE SUMMARY</b><br>{d.org('St. Brendan Medical Center')}</p><p>Patient: {named(d, 'dot')}<br>MRN: {d.mrn('33-90-12')}<br>DOB: {d.dob(day('p04', 'us'))}<br>Date of Admission: {d.start('03/05/2016')}<br>Date of Discharge: {d.end('03/08/2016')}</p><p><b>Discharge Diagnoses:</b><br>{d.sec('problems', '1. ' + d.cond('Gastric ulcer with hemorrhage') + '<br>2. ' + d.cond('Acute blood loss anemia'))}</p><p><b>Hospital Course:</b> {d.sec('hospitalCourse', 'Endoscopy showed a clean based gastric ulcer. He received two units of red cells. Creatinine fell with fluids. No further bleeding.')}</p><p><b>Discharge Medications:</b><br>"
           + d.sec("medications", f"1. {d.med('Pantoprazole 40 mg', 'by mouth twice daily')} by mouth twice daily<br>2. {d.med('Ferrous sulfate 325 mg', 'by mouth daily')} by mouth daily") + f"</p><p><b>Discharge Instructions:</b> {d.sec('dischargeInstructions', 'Stop naproxen. See Dr. Grant in one week.')}</p><p><br>{d.by('Ruben Castellano')}, MD<br>Dictated: {d.dated('03/09/2016')}<br>Transcribed: 03/11/2016<br>cc: Peter Grant, MD</p>")
    return d


def operative():
    d = paper("operative.tif", "p10", OP, "n-op-labels", "clean300")
    d.page(f"<p><b>{d.org('Cedar Fork Surgery Center')}</b></p><h3>OPERATIVE REPORT</h3><p>Patient: {named(d, 'lf')} &nbsp; DOB: {d.dob(day('p10', 'dash'))} &nbsp; Chart: {d.mrn('2047731')}<br>Date of Procedure: {d.start('12/14/2020')}<br>Surgeon: {d.by('Anders Brill')}, MD &nbsp; Assistant: Joyce Tran, PA-C<br>Anesthesia: General, by R. Kapoor, MD</p><p>Preoperative Diagnosis: {d.cond('Left medial meniscus tear')}<br>Postoperative Diagnosis: Same<br>Procedure: {d.sec('procedures', d.proc('Left knee arthroscopy with partial medial meniscectomy', '12/14/2020'))}</p><p>Findings: {d.sec('findings', 'Complex tear of the posterior horn. Cruciate ligaments intact.')}</p><p>Description: The knee was prepared and draped. Two portals were made. The tear was trimmed to a stable rim. Blood loss was minimal.</p><p>Dictated {d.dated('12/14/2020')} / Transcribed 12/15/2020</p>")
    d.items[0]["optional"] = True
    return d


def consult():
    d = paper("consult letter.jpg", "p08", CON, "n-consult-letter", "office", ".page{font-family:'Liberation Serif'}")
    d.page(f"<p class=r><b>{d.org('Piedmont Cardiology Group')}</b><br>44 Orchard Lane</p><p>{d.dated('May 3, 2012')}</p><p>Marcus Eberly, MD<br>Delmar Street Health Center</p><p>RE: {named(d, 'fl')}<br>DOB: {d.dob(day('p08', 'us'))}<br>Seen: {d.start('May 2, 2012')}</p><p>Dear Dr. Eberly:</p><p>Thank you for referring this man with hypertension and palpitations.</p><p><b>History of present illness:</b> {d.sec('historyOfPresentIllness', 'Skipped beats for a month, mostly at night. No syncope. No chest pain.')}</p><p><b>Past history:</b> {d.sec('pastMedicalHistory', d.cond('Hypertension') + ', ' + d.cond('gout') + '.')}</p><p><b>Assessment:</b> {d.sec('assessment', 'Benign premature beats. No sign of structural disease.')}</p><p><b>Plan:</b> {d.sec('plan', 'Echocardiogram and 24 hour monitor. Less coffee.')}</p><p>Sincerely,</p><p><br>{d.by('Renata Oyelaran')}, MD, FACC</p>")
    d.prose_sex("male")
    return d


def med_table():
    d = paper("med table.tif", "p07", MED, "n-med-columns", "clean300", GRID)
    rows = ""
    for n, s, r, q in (("Furosemide", "40 mg", "PO", "every morning"), ("Carvedilol", "6.25 mg", "PO", "twice daily"), ("Potassium chloride", "20 mEq", "PO", "daily"), ("Insulin glargine", "100 units/mL", "SQ", "18 units at bedtime")):
        d.med(f"{n} {s}", f"{r} {q}", [n, s, r], {"MedicationStatement.dosage.text": [q, f"{q} {r}"]})
        d.items[-1].setdefault("also", {})["MedicationStatement.medication.text"] = [n]
        d.drawn[-1] = q
        rows += tr(n, s, r, q)
    d.page(f"<h3>Medication List</h3><p>{named(d, 'lf')} &nbsp; DOB {d.dob(day('p07', 'us'))} &nbsp; MRN {d.mrn('000182774')}<br>Reviewed {d.dated('10/20/2015')} &nbsp; Allergies: {d.allergy('Penicillin', 'rash')} (rash)</p><table>{tr('Medication', 'Strength', 'Route', 'Frequency', tag='th')}{rows}{tr('&nbsp;', '', '', '')}</table>")
    d.also("Encounter.period.start", "2015-10-20")
    return d


def med_lines():
    d = paper("med lines.tif", "p09", MED, "n-med-numbered", "fax200", ".page{font-size:11pt}")
    lines = "<br>".join(f"{i}. {d.med(m, s)} - {s}" for i, (m, s) in enumerate((("Metformin 1000 mg", "take 1 tablet twice a day with food"), ("Atorvastatin 40 mg", "take 1 tablet at bedtime"), ("Albuterol HFA 90 mcg", "2 puffs every 4 hours as needed")), 1))
    d.page(f"<p><b>{d.org('Willow Bend Primary Care')}</b></p><p>CURRENT MEDICATIONS<br>Patient: {named(d, 'fl')}<br>Date of birth: {d.dob(day('p09', 'us'))}<br>Date: {d.dated('7/6/2021')}</p><p style='font-size:12pt;line-height:1.8'>{lines}</p><p>Allergies: {d.allergy('Sulfa')}, {d.allergy('Codeine')}</p>")
    d.also("Encounter.period.start", "2021-07-06")
    return d


def shots_grid():
    d = paper("shots grid.tif", "p06", IMM, "n-imm-grid", "clean300", GRID)
    rows = "".join(tr(v, *[d.shot(v, x) for x in xs], *[""] * (4 - len(xs))) for v, xs in (("DTaP", ("06/24/2014", "08/25/2014", "10/27/2014", "07/20/2015")), ("IPV", ("06/24/2014", "08/25/2014", "10/27/2014")), ("MMR", ("04/28/2015", "05/02/2018")), ("Varicella", ("04/28/2015",)), ("Hepatitis B", ("04/23/2014", "06/24/2014", "10/27/2014"))))
    d.page(f"<h3>IMMUNIZATION RECORD</h3><p>Child: {named(d, 'fl')} &nbsp; Birth date: {d.dob(day('p06', 'us'))} &nbsp; Sex: {d.sex('M')} &nbsp; Chart: {d.mrn('720055')}<br>Mother: Tessa Pruitt &nbsp; Clinic: {d.org('Sandhill Pediatrics')}</p><table>{tr('Vaccine', 'Dose 1', 'Dose 2', 'Dose 3', 'Dose 4', tag='th')}{rows}</table>")
    return d


def shots_list():
    d = paper("shots list.jpg", "p05", IMM, "n-imm-by-date", "office", OPEN)
    rows = "".join(tr(d.shot(v, x), v, s) for x, v, s in (("10/11/2016", "Influenza, quadrivalent", "L deltoid"), ("03/02/2017", "Tdap", "R deltoid"), ("10/04/2017", "Influenza, quadrivalent", "L deltoid"), ("01/22/2018", "Hepatitis A", "R deltoid")))
    d.page(f"<b>{d.org('Harbor Internal Medicine')}</b><h3>Vaccine Administration History</h3><p>{named(d, 'lf')} (DOB {d.dob(day('p05', 'us'))}) ID {d.mrn('E118204')}</p><table>{tr('Date', 'Vaccine', 'Site', tag='th')}{rows}</table><p>Due: Influenza, fall 2018</p>")
    return d


def summary():
    d = paper("problem list.png", "p03", SUM, "n-problem-summary", "clean300", GRID)
    rows = "".join(tr(d.cond(t, c), c, o) for t, c, o in (("Chronic kidney disease, stage 3", "N18.3", "2010"), ("Iron deficiency anemia", "D50.9", "2011"), ("Migraine without aura", "G43.009", "1998")))
    al = "".join(tr(d.allergy(a, r), r) for a, r in (("Latex", "contact dermatitis"), ("Ibuprofen", "swelling")))
    d.page(f"<h3>Patient Summary</h3><p>{named(d, 'lf')} &nbsp; DOB {d.dob(day('p03', 'mil'))} &nbsp; Chart # {d.mrn('00611348')}<br>{d.org('Vega Family Clinic')} &nbsp; Printed {d.dated('02/13/2012')}</p><b class=h>Problem List</b><table>{tr('Problem', 'ICD-10', 'Onset', tag='th')}{rows}</table><br><b class=h>Allergies</b><table>{tr('Substance', 'Reaction', tag='th')}{al}</table>")
    d.also("Encounter.period.start", "2012-02-13")
    return d


def two_column():
    d = paper("visit summary.tif", "p02", PROG, "n-visit-two-column", "clean300", OPEN + ".two{gap:16pt}")
    vs = tr(*("BP", "Pulse", "Resp", "SpO2"), tag="th") + tr(d.bp("BP", "134/80"), d.vital("pulse", "Pulse", "64"), d.vital("resp", "Resp", "14"), d.vital("spo2", "SpO2", "95", "%") + "%")
    d.page(f"<h3>Visit Summary</h3><p>{named(d, 'fl')} &nbsp; Born {d.dob(day('p02', 'mil'))} &nbsp; MRN {d.mrn('MR-20817')}<br>Visit: {d.start('06-20-2019')} &nbsp; Seen by {d.by('Anil Deshmukh')}, MD &nbsp; {d.org('Dover Family Practice')}</p><div class=two><div><b class=h>Vital Signs</b>{d.sec('vitalSigns', '<table>' + vs + '</table>')}<b class=h>Problems</b>{d.sec('problems', '<p>' + d.cond('Hyperlipidemia', 'E78.5') + ' (E78.5)<br>' + d.cond('Benign prostatic hyperplasia', 'N40.0') + ' (N40.0)</p>')}</div>"
           f"<div><b class=h>Medications</b>{d.sec('medications', '<p>' + d.med('Rosuvastatin 10 mg', 'daily') + ' daily<br>' + d.med('Tamsulosin 0.4 mg', 'at bedtime') + ' at bedtime</p>')}<b class=h>Allergies</b><p>{d.sec('allergies', 'No known drug allergies')}</p><b class=h>Plan</b><p>{d.sec('plan', 'Repeat lipids in 12 weeks. Walk daily.')}</p></div></div>")
    d.date("DocumentReference.date", "06-20-2019")
    return d


def mar():
    d = paper("mar.tif", "p01", MED, "n-med-mar", "photocopy", GRID)
    rows = "".join(tr(f"{d.med(m, s)}<br>{s}", *h) for m, s, h in (("Ceftriaxone 1 g", "IV every 24 hours", ("0900 JK", "", "")), ("Metoprolol tartrate 25 mg", "PO twice daily", ("0900 JK", "", "2100 RS")), ("Enoxaparin 40 mg", "subcut daily", ("", "1400 JK", ""))))
    d.page(f"<b>{d.org('Ridgemont General Hospital')}</b> Medication Administration Record<table>{tr(named(d, 'lf'), 'DOB ' + d.dob(day('p01', 'us')), 'MRN ' + d.mrn('4471902'), 'Date ' + d.dated('02/12/2013'))}</table><br><table>{tr('Medication / Dose / Route / Frequency', '0700-1459', '1500-1859', '1900-0659', tag='th')}{rows}</table><p>Allergies: NKDA &nbsp; Initials: JK J. Kerr RN, RS R. Soto RN</p>")
    d.also("Encounter.period.start", "2013-02-12")
    return d


def discharge_emr():
    d = paper("dc emr.tif", "p01", DC, "n-dc-emr", "clean300")
    d.page(f"<b>{d.org('Ridgemont General Hospital')}</b><h3>Discharge Summary</h3><p>{named(d, 'lf')} &nbsp; MRN: {d.mrn('4471902')} &nbsp; DOB: {d.dob(day('p01', 'us'))} &nbsp; Sex: {d.sex('Female')}<br>Admit date: {d.start('2/10/2013')} &nbsp; Discharge date: {d.end('2/14/2013')}<br>PCP: Peter Grant, MD</p><b class=h>Principal Problem</b><p>{d.sec('problems', d.cond('Community acquired pneumonia', 'J18.9') + ' (J18.9)')}</p><b class=h>Hospital Course</b><p>{d.sec('hospitalCourse', 'Treated with ceftriaxone. Fever resolved by the second day. Pulmonary embolism was ruled out.')}</p><b class=h>Discharge Instructions</b><p>{d.sec('dischargeInstructions', 'Finish antibiotics. Return for fever or shortness of breath.')}</p><p>Electronically signed by {d.by('Elaine Farrow')}, MD on {d.dated('2/15/2013')} at 09:30</p><div class=foot>{PEOPLE['p01'][0]} MRN 4471902 &nbsp; Page 1 of 1</div>")
    return d


PAPERS = (lab_mono, lab_columns, lab_turned, lab_cumulative, lab_boxed, img_letter, img_emr, soap, emr, hp, discharge, operative, consult, med_table, med_lines, shots_grid, shots_list, summary, two_column, mar, discharge_emr)


def main():
    mu.SECTIONS_OPTIONAL.setdefault(SUM, mu.SECTIONS)
    mu.make_papers(__doc__, PAPERS, "fixtures/practice", "truth-notes.jsonl", dpi_of=lambda doc, dpi: 200 if doc.file.endswith(".jpg") else dpi)


if __name__ == "__main__":
    main()
