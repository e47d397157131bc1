"""The unseen pages' narrative papers (make_unseen.py): notes, letters, reports, summaries, and two files with papers of several people."""

from make_unseen import Doc
from unseen_forms import E, box


def heads(d, style, *parts):
    """Headed sections, `style` being the heading's markup with {} for its words: (heading, section or None, text)."""
    return "".join(f"<div>{style.format(h)}{d.sec(name, text) if name else text}</div>" for h, name, text in parts)


def soap_margin():
    d = Doc("chart 00-41-77-25/img0003.jpg", "U01", "11506-3", "u_soap_margin", "office")
    d.style = ".s{width:100%} .s td{border-top:1px solid #000;padding:5pt 6pt} .s td:first-child{width:.5in;font:bold 20pt 'P052';text-align:center;border-right:1px solid #000}"
    d.bp("BP", "142/88"); d.vital("pulse", "P", "84"); d.vital("temp", "T", "98.2"); d.vital("wt", "Wt", "171", "lb"); d.vital("spo2", "SpO2", "97", "%")
    d.prose_sex("female")
    s = d.sec("subjective", "<p>57 y/o woman here for fatigue x 2 months and follow up of thyroid. Sleeping 8 hrs but wakes tired. Feels cold. Denies chest pain, SOB, depression. No melena. Periods stopped at 52. Mother had diabetes; sister with lupus. Taking levothyroxine most days, misses about two a week.</p>")
    o = d.sec("objective", "<p>BP 142/88 &nbsp; P 84 &nbsp; T 98.2 &nbsp; Wt 171 lb &nbsp; SpO2 97%</p><p>Alert, pale conjunctivae. Thyroid firm, not enlarged, no nodules. Lungs clear. Heart regular, no murmur. Abdomen soft, nontender. No edema. Reflexes 1+ with slow return.</p><p>Labs 5/21/18 reviewed with patient.</p>")
    a = d.sec("assessment", f"<p>1. {d.cond('Hypothyroidism', 'E03.9', more=', undertreated')} (E03.9), undertreated</p><p>2. {d.cond('Anemia, unspecified', 'D64.9')} (D64.9)</p><p>3. {d.cond('Elevated blood pressure reading', 'R03.0')} (R03.0)</p>")
    p = d.sec("plan", "<p>Increase levothyroxine to 88 mcg daily, take alone on waking. Ferritin, iron studies, stool cards x3. Home BP log, bring in 4 weeks. TSH in 8 weeks. Colonoscopy is due, referral to GI. RTC 4 weeks or sooner prn.</p>")
    rows = "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in zip("SOAP", (s, o, a, p)))
    d.page(f"""<div class="two"><b>{d.org('Tamarack Family Practice, P.C.')}</b><b class="r">OFFICE VISIT</b></div><table style="width:100%;margin:6pt 0 10pt"><tr><td>Pt: {d.name('Castellanos-Wray, Delphine', 'Castellanos-Wray', 'Delphine')}</td><td>DOB: {d.dob('3/14/61')}</td><td>Chart #: {d.mrn('00-41-77-25')}</td><td>DOS: {d.start('5/29/18')}</td></tr></table><table class="s">{rows}</table><p style="margin-top:14pt"><span class="sig">E Hargreaves</span><br>{d.by('Edmund Hargreaves, M.D.', 'Edmund Hargreaves')}</p><div class="foot m">88 Millrace Road, Pelham Falls, OR 97391 – (541) 555-0110</div>""", "font:11pt/1.4 'P052'")
    d.fields["DocumentReference.date"] = "2018-05-29"
    return d


def visit_emr():
    d = Doc("fax/20100216_1130.tif", "U08", "11506-3", "u_visit_emr", "fax200")
    d.obs("a1c", "A1c", "7.4", optional=True)
    # "tablet" may be taken for a part of the name or of the directions.
    form = lambda m, s: {"MedicationStatement.medication.text": [m.removesuffix(" tablet")], "MedicationStatement.dosage.text": [f"tablet – {s}", f"tablet {s}"]}
    d.style = "h3{font-size:11.5pt;margin:7pt 0 2pt;border-bottom:1px solid #000} .v td{padding:0 10pt 0 0}"
    vitals = f"<table class='v'><tr><td>Blood Pressure: {d.bp('Blood Pressure', '136/82', 'mmHg')}</td><td>Heart Rate: {d.vital('pulse', 'Heart Rate', '72', 'bpm')} bpm</td><td>Resp: {d.vital('resp', 'Resp', '16')}</td></tr><tr><td>Temp: {d.vital('temp', 'Temp', '97.9', 'F')} F</td><td>Height: {d.vital('ht', 'Height', '70', 'in')} in</td><td>Weight: {d.vital('wt', 'Weight', '228', 'lb')} lb</td></tr><tr><td>BMI: {d.vital('bmi', 'BMI', '32.7')}</td></tr></table>"
    meds = "".join(f"<div>{d.med(m, s, also=form(m, s))} – {s}</div>" for m, s in (("Metformin 1000 mg tablet", "take 1 tablet by mouth twice a day"), ("Glipizide 5 mg tablet", "take 1 tablet by mouth before breakfast"), ("Simvastatin 40 mg tablet", "take 1 tablet by mouth at bedtime")))
    d.page(f"""<div style="border:1px solid #000;padding:4pt 6pt"><b>{d.org('Lake Verona Clinic')}</b> &nbsp; 2 Commons Way, Lake Verona, WI 53590 &nbsp; P: 608-555-0140 &nbsp; F: 608-555-0141</div>
      <p style="margin-top:6pt"><b>{d.name('Desmond Achterberg', 'Achterberg', 'Desmond')}</b> &nbsp; {d.sex('Male')} &nbsp; DOB: {d.dob('08/17/1966')} &nbsp; ID: {d.mrn('DA66-0817')}<br>Encounter Date: {d.start('02/15/2010')} &nbsp; Provider: {d.by('Inga M. Solveig, MD', 'Inga M. Solveig')} &nbsp; PCP: same</p>"""
      + heads(d, "<h3>{}</h3>", ("Chief Complaint", "chiefComplaint", "<div>Diabetes follow up.</div>"), ("History of Present Illness", "historyOfPresentIllness", "<div>Patient returns for diabetes. Home sugars fasting 130 to 160. Walks the dog only. No polyuria, no numbness in the feet, no visual change. Last eye exam over two years ago. Admits to soda at work.</div>"),
              ("Past Medical History", "pastMedicalHistory", f"<div>{d.cond('Type 2 diabetes mellitus')}</div><div>{d.cond('Hyperlipidemia')}</div><div>{d.cond('Obstructive sleep apnea')}</div>"), ("Current Medications", "medications", meds), ("Allergies", "allergies", "<div>NKDA</div>"),
              ("Family History", "familyHistory", "<div>Father: MI at 58. Mother: hypertension, stroke. Brother: healthy.</div>"), ("Social History", "socialHistory", "<div>Never smoker. Rare beer. Married, drives a delivery truck.</div>"), ("Vital Signs", "vitalSigns", vitals),
              ("Physical Exam", "physicalExam", "<div>General: obese, no distress. Neck: no bruit. Lungs: clear bilaterally. Heart: regular rate and rhythm. Feet: pulses 2+, monofilament intact, no ulcers.</div>"),
              ("Assessment and Plan", "assessmentAndPlan", f"<div>1. {d.cond('Type 2 diabetes mellitus, uncontrolled', '250.02')} (250.02) – A1c 7.4. Increase glipizide to twice a day. Eye referral. Nutrition class.</div><div>2. {d.cond('Mixed hyperlipidemia', '272.2')} (272.2) – Triglycerides high, recheck fasting in 3 months.</div>"))
      + f"""<p style="margin-top:8pt">Electronically signed by Inga M. Solveig, MD on {d.dated('02/16/2010')} 08:12 AM</p><div class="foot m">Achterberg, Desmond &nbsp; DOB 08/17/1966 &nbsp; Page 1 of 1</div>""", "font:10.5pt/1.32 'DejaVu Sans Condensed'")
    for i in d.items:
        if i.get("Condition.code.text") in ("Type 2 diabetes mellitus", "Hyperlipidemia"):
            i["optional"] = True
    return d


def typed_note():
    d = Doc("chart H7-30551/note.jpg", "U07", "11506-3", "u_typed_note", "office")
    d.obs("k", "K", "4.8", optional=True); d.obs("creat", "creatinine", "2.1", optional=True)
    d.bp("B.P.", "158/74"); d.vital("pulse", "Pulse", "88"); d.vital("wt", "Weight", "126")
    d.prose_sex("female")
    d.page(f"""<div class="m">{d.org('NORTHGATE NEPHROLOGY, P.C.')}</div><p>{d.name('LINDQVIST, Harriet', 'Lindqvist', 'Harriet')} <span style="float:right">DOB {d.dob('5-21-39', '1939-05-21')}</span></p><p>{d.start('3-08-11')}</p>
      <p>S: {d.sec('subjective', 'Mrs. Lindqvist is seen after her stay at Fairhaven General for hyperkalemia. She is off potassium and off ibuprofen. Appetite fair. She denies itching, nausea and dyspnea. Her husband died of renal failure in 1998 and she does not want dialysis.')}</p>
      <p>O: {d.sec('objective', 'B.P. 158/74. Pulse 88. Weight 126. Neck veins flat. Lungs clear. Heart regular with a 2/6 systolic murmur. Trace ankle edema. K 4.8, creatinine 2.1 on 3-04.')}</p>
      <p>A: {d.sec('assessment', f'1. {d.cond("Chronic kidney disease, stage 4")}. 2. {d.cond("Hyperkalemia, resolved")}. 3. {d.cond("Hypertension", more=", not at goal")}, not at goal.')}</p>
      <p>P: {d.sec('plan', 'Low potassium diet sheet given. Add amlodipine 5 mg daily. Labs monthly. Avoid NSAIDs. Return in six weeks. Copy to Dr. Okafor.')}</p><br><p><span class="sig">S. Bellweather</span></p><p>{d.by('Sylvia Bellweather, M.D.', 'Sylvia Bellweather')}/tk</p>""", "font:12pt/1.5 'Nimbus Mono PS';padding:.8in .9in")
    d.fields["DocumentReference.date"] = "2011-03-08"
    d.drawn.append("3-08-11")
    return d


def hp_dictated():
    d = Doc("chart M000482913/h and p.tif", "U02", "34117-2", "u_hp_dictated", "clean300")
    d.style = "p{margin:0 0 8pt} .page{font:12pt/1.36 'Nimbus Roman';padding:.7in .9in}"
    head = lambda n: f"""<div class="m"><b>{d.org('SAINT BRENDAN REGIONAL HOSPITAL')}</b><br>HISTORY AND PHYSICAL EXAMINATION</div><table style="width:100%;margin:8pt 0 12pt"><tr><td>PATIENT NAME: {d.name('OLORUNFEMI, THADDEUS J.', 'Olorunfemi', 'Thaddeus J')}</td><td>MED REC #: {d.mrn('M000482913')}</td></tr><tr><td>DATE OF BIRTH: {d.dob('11/02/1948')}</td><td>ROOM: 418-2</td></tr><tr><td>DATE OF ADMISSION: {d.start('11/19/2013')}</td><td>ATTENDING: {d.by('Miriam K. Vashti, M.D.', 'Miriam K. Vashti')}</td></tr></table>"""
    d.bp("Blood pressure", "164/92"); d.vital("pulse", "pulse", "96"); d.vital("resp", "respirations", "20"); d.vital("temp", "temperature", "98.4")
    d.prose_sex("male")
    meds = "".join(f"<br>{n}. {d.med(m, s)} {s}." for n, (m, s) in enumerate((("Hydrochlorothiazide 25 mg", "p.o. daily"), ("Allopurinol 300 mg", "p.o. daily"), ("Naproxen 220 mg", "p.o. p.r.n. joint pain")), 1))
    past = "".join(f"<br>{n}. {d.cond(c)}." for n, c in enumerate(("Hypertension", "Gout", "Benign prostatic hypertrophy"), 1))
    d.page(head(1) + heads(d, "<b>{}:</b> ", ("CHIEF COMPLAINT", "chiefComplaint", "<span>Chest pain.</span>"),
        ("HISTORY OF PRESENT ILLNESS", "historyOfPresentIllness", "<p>The patient is a 65-year-old man who was awakened at 2 a.m. by pressure across the chest that went into the left arm. He was sweaty and nauseated. It lasted forty minutes and eased with nitroglycerin given by the ambulance crew. He has had two shorter spells this month while carrying wood. He denies syncope, palpitations, leg swelling and cough.</p>"),
        ("PAST MEDICAL HISTORY", "pastMedicalHistory", f"<p>{past}</p>"), ("PAST SURGICAL HISTORY", "pastSurgicalHistory", f"<p>{d.proc('Appendectomy', '1961')} in 1961. {d.proc('Left inguinal hernia repair', '2002')} in 2002.</p>"),
        ("MEDICATIONS", "medications", f"<p>{meds}</p>"), ("ALLERGIES", "allergies", f"<p>{d.allergy('Penicillin', 'rash')}, rash.</p>"),
        ("FAMILY HISTORY", "familyHistory", "<p>Father died at 61 of myocardial infarction. Mother died at 83 with dementia. A brother has diabetes.</p>"), ("SOCIAL HISTORY", "socialHistory", "<p>Retired machinist, widowed, lives alone. Smoked one pack a day until 1999. No alcohol.</p>"))
        + '<div class="foot two"><span>OLORUNFEMI, THADDEUS J. &nbsp; M000482913</span><span class="r">Page 1 of 2</span></div>')
    d.page(head(2) + heads(d, "<b>{}:</b> ", ("REVIEW OF SYSTEMS", "reviewOfSystems", "<p>No fever or weight loss. Nocturia twice. Right great toe sore last week. Otherwise negative.</p>"), ("VITAL SIGNS", "vitalSigns", "<p>Blood pressure 164/92, pulse 96, respirations 20, temperature 98.4.</p>"),
        ("PHYSICAL EXAMINATION", "physicalExam", "<p>GENERAL: Anxious, in no distress now. NECK: No jugular venous distention. LUNGS: Few crackles at the bases. HEART: Regular, S4 present, no murmur. ABDOMEN: Soft, no masses. EXTREMITIES: Pulses full, no edema. NEUROLOGIC: Alert and oriented, nonfocal.</p>"),
        ("IMPRESSION", "impression", f"<p>1. {d.cond('Non-ST elevation myocardial infarction')}.<br>2. {d.cond('Hypertension', optional=True)}, not controlled.<br>3. {d.cond('Gout', optional=True)}.</p>"),
        ("PLAN", "plan", "<p>Admit to telemetry. Aspirin, heparin, beta blocker and statin. Stop naproxen. Cardiac catheterization in the morning; risks and benefits discussed and he agrees.</p>"))
        + f"""<p style="margin-top:24pt">______________________________<br>Miriam K. Vashti, M.D.</p><p>MKV/ro<br>D: 11/19/2013 05:20<br>T: {d.dated('11/20/2013')} 01:14<br>cc: Elsa T. Drummond, D.O.</p><div class="foot two"><span>OLORUNFEMI, THADDEUS J. &nbsp; M000482913</span><span class="r">Page 2 of 2</span></div>""")
    d.also("DocumentReference.date", "2013-11-19")
    return d


def hp_columns():
    d = Doc("chart CB-410/preop.jpg", "U10", "34117-2", "u_hp_columns", "office")
    d.style = ".col{columns:2;column-gap:.3in;column-rule:1px solid #000;text-align:justify} .col h5{margin:6pt 0 1pt;font:bold 10pt 'URW Gothic';text-transform:uppercase;break-after:avoid}"
    d.bp("BP", "128/76"); d.vital("pulse", "HR", "70"); d.vital("temp", "Temp", "98.6"); d.vital("wt", "Wt", "204", "lbs"); d.vital("ht", "Ht", "71", "in")
    d.prose_sex("male")
    d.page(f"""<div class="m" style="font:bold 14pt 'URW Gothic'">{d.org('Prairie Gate Surgical Hospital')}</div><div class="m">Preoperative History &amp; Physical</div><table style="width:100%;border:1px solid #000;margin:8pt 0"><tr><td style="padding:3pt">Patient <b>{d.name('Blackfeather, Corwin', 'Blackfeather', 'Corwin')}</b></td><td>Born <b>{d.dob('30 Jan 1973')}</b></td><td>Sex <b>{d.sex('M')}</b></td><td>MRN <b>{d.mrn('CB-410')}</b></td><td>Date <b>{d.start('02 Jun 2016')}</b></td></tr></table><div class="col">"""
      + heads(d, "<h5>{}</h5>", ("History of present illness", "historyOfPresentIllness", "<div>This 43-year-old rancher has had five attacks of pain under the right ribs since February, each after a heavy meal, lasting one to three hours, with vomiting in two of them. He has not had jaundice, fever or dark urine. Ultrasound on May 12 showed several stones in the gallbladder, a thin wall and a common duct of 4 mm. He wishes to have the gallbladder removed before haying begins.</div>"),
        ("Past medical history", "pastMedicalHistory", f"<div>{d.cond('Seasonal allergic rhinitis')}. {d.cond('Gastroesophageal reflux disease')}. No heart disease, no diabetes, no bleeding tendency.</div>"), ("Past surgical history", "pastSurgicalHistory", f"<div>{d.proc('Open reduction of left wrist fracture', '1994')}, 1994.</div>"),
        ("Medications", "medications", f"<div>{d.med('Omeprazole 20 mg', 'daily')} daily. {d.med('Cetirizine 10 mg', 'daily as needed')} daily as needed.</div>"), ("Allergies", "allergies", "<div>None known.</div>"), ("Family history", "familyHistory", "<div>Mother had gallstones. Father is living with emphysema. No trouble with anesthesia in the family.</div>"),
        ("Social history", "socialHistory", "<div>Married, three children. Chews tobacco. Two beers at the weekend.</div>"), ("Review of systems", "reviewOfSystems", "<div>Denies chest pain, shortness of breath, wheezing, constipation, bloody stool and difficulty urinating. All other systems are negative.</div>"),
        ("Vital signs", "vitalSigns", "<div>BP 128/76, HR 70, Temp 98.6, Wt 204 lbs, Ht 71 in.</div>"), ("Physical examination", "physicalExam", "<div>Well nourished. Sclerae white. Neck supple, no nodes. Chest clear. Heart regular without murmur. Abdomen soft with mild tenderness in the right upper quadrant; no Murphy sign, no mass, no hernia. Extremities without edema.</div>"),
        ("Assessment", "assessment", f"<div>1. {d.cond('Symptomatic cholelithiasis', 'K80.20')} (K80.20).</div>"), ("Plan", "plan", "<div>Laparoscopic cholecystectomy, possible open, on June 9. The operation, its alternatives and its risks, with injury of the duct, bleeding and infection, were explained. Nothing by mouth after midnight.</div>"))
      + f"""</div><p style="margin-top:10pt"><span class="sig">A. Penhallow</span><br>{d.by('Alastair Penhallow, MD, FACS', 'Alastair Penhallow')} &nbsp; Dictated {d.dated('02 Jun 2016')}</p><div class="foot m">1 Coulee Road, Prairie Gate, MT 59327 • 406-555-0104</div>""", "font:10.5pt/1.34 'Liberation Serif'")
    return d


def discharge_dictated():
    d = Doc("chart M000482913/dc summary.pdf", "U02", "18842-5", "u_dc_dictated", "clean300")
    d.style = "p{margin:0 0 7pt} h4{margin:8pt 0 1pt;font-size:11pt;text-decoration:underline} .page{font:11pt/1.38 'C059';padding:.7in .85in}"
    head = f"""<table style="width:100%"><tr><td><b>{d.org('Saint Brendan Regional Hospital')}</b><br>1400 Calloway Ave, Dunmore Heights, OH 44107</td><td class="r">{d.name('Olorunfemi, Thaddeus J', 'Olorunfemi', 'Thaddeus J')}<br>MR# {d.mrn('M000482913')} &nbsp; DOB {d.dob('11/02/1948')}</td></tr></table><hr>"""
    d.prose_sex("male")
    d.cond("Chest pain", optional=True)
    d.obs("creat", "creatinine", "1.1", optional=True); d.obs("ldl", "LDL", "148", optional=True); d.obs("hgb", "hemoglobin", "13.9", optional=True)
    d.items.append({"Procedure.code.text": "Cardiac catheterization", "optional": True})
    meds = "".join(f"<div>{n}. {d.med(m, s)} {s}</div>" for n, (m, s) in enumerate((("Aspirin 81 mg", "by mouth daily"), ("Clopidogrel 75 mg", "by mouth daily for 12 months"), ("Metoprolol tartrate 50 mg", "by mouth twice daily"), ("Atorvastatin 80 mg", "by mouth at bedtime"), ("Nitroglycerin 0.4 mg", "under the tongue as needed for chest pain"), ("Allopurinol 300 mg", "by mouth daily")), 1))
    d.page(f"""{head}<div class="m"><b>DISCHARGE SUMMARY</b></div><table style="margin:8pt 0"><tr><td style="width:1.7in">Date of Admission:</td><td>{d.start('November 19, 2013')}</td></tr><tr><td>Date of Discharge:</td><td>{d.end('November 23, 2013')}</td></tr><tr><td>Attending Physician:</td><td>{d.by('Miriam K. Vashti, MD', 'Miriam K. Vashti')}</td></tr><tr><td>Primary Physician:</td><td>Elsa T. Drummond, DO</td></tr><tr><td>Admitting Diagnosis:</td><td>Chest pain</td></tr></table>"""
      + heads(d, "<h4>{}</h4>", ("Discharge Diagnoses", "problems", f"<p>1. {d.cond('Non-ST elevation myocardial infarction')}<br>2. {d.cond('Coronary artery disease', more=', one vessel')}, one vessel<br>3. {d.cond('Hypertension')}<br>4. {d.cond('Gout')}</p>"),
        ("Procedures", "procedures", f"<p>{d.proc('Left heart catheterization', '11/20/2013')}, 11/20/2013. {d.proc('Stent to the left anterior descending artery', '11/20/2013')}, 11/20/2013.</p>"),
        ("Hospital Course", "hospitalCourse", "<p>Mr. Olorunfemi came in with two hours of rest pain. The first troponin was normal and the second was raised. He was given heparin, aspirin and metoprolol and had no more pain. Catheterization the next morning showed a tight lesion of the mid left anterior descending artery, which was opened and stented. The other vessels had mild plaque. He walked the hall without trouble on the third day. Blood pressure came down to the 130s. Naproxen was stopped because of his heart and he was told to call for colchicine if the toe flares. He was seen by cardiac rehabilitation and by the dietitian.</p>"))
      + '<div class="foot m">Page 1 of 2</div>')
    d.page(head + heads(d, "<h4>{}</h4>", ("Laboratory Data", "results", "<p>At discharge creatinine 1.1, hemoglobin 13.9, LDL 148 on admission.</p>"), ("Discharge Medications", "medications", meds), ("Allergies", "allergies", f"<p>{d.allergy('Penicillin')}</p>"),
        ("Discharge Instructions", "dischargeInstructions", "<p>Low salt, low fat diet. No lifting over ten pounds for one week. Do not stop clopidogrel unless a heart doctor says so. Call 911 for chest pain that is not gone five minutes after one nitroglycerin. See Dr. Vashti in two weeks and Dr. Drummond in one month. Cardiac rehabilitation will call.</p>"))
      + f"""<p style="margin-top:24pt"><span class="sig">Miriam Vashti</span><br>Miriam K. Vashti, MD</p><p>Dictated: {d.dated('11/23/2013')} &nbsp; Transcribed: 11/25/2013 &nbsp; Job 771930</p><div class="foot m">Page 2 of 2</div>""")
    d.also("DocumentReference.date", "2013-11-25")
    return d


def discharge_form():
    d = Doc("chart H7-30551/discharge.tif", "U07", "18842-5", "u_dc_form", "photocopy")
    d.obs("k", "K", "6.4", optional=True)
    d.style = f".t{{width:100%}} .t td{{border:1px solid #000;padding:3pt 5pt}} .t small{{display:block;font-size:7.5pt;font-weight:bold}} .e{{{E}}}"
    cell = lambda label, value, span=1: f'<td colspan="{span}"><small>{label}</small><span class="e">{value}</span></td>'
    meds = "".join(f"<div>{d.med(m, s)} {s}</div>" for m, s in (("Furosemide 40 mg", "twice a day"), ("Lisinopril 5 mg", "every morning"), ("Calcitriol 0.25 mcg", "daily")))
    d.page(f"""<div class="m"><b style="font-size:13pt">{d.org('FAIRHAVEN GENERAL HOSPITAL')}</b><br><b>PHYSICIAN DISCHARGE SUMMARY</b> (short stay under 48 hours)</div><br><table class="t"><tr>{cell('PATIENT NAME', d.name('Lindqvist, Harriet E.', 'Lindqvist', 'Harriet E'), 2)}{cell('UNIT NO.', d.mrn('H7-30551'))}{cell('BIRTH DATE', d.dob('05-21-1939'))}</tr>
      <tr>{cell('ADMITTED', d.start('02-13-2011'))}{cell('DISCHARGED', d.end('02-15-2011'))}{cell('ATTENDING', d.by('Louis Parmentier, MD', 'Louis Parmentier'))}{cell('FAMILY PHYSICIAN', 'N. Okafor, MD')}</tr>
      <tr>{cell('FINAL DIAGNOSES', d.sec('problems', f"<div>1. {d.cond('Hyperkalemia')}</div><div>2. {d.cond('Chronic renal failure')}</div><div>3. {d.cond('Anemia of chronic disease')}</div>"), 4)}</tr><tr>{cell('OPERATIONS / PROCEDURES', 'None', 4)}</tr>
      <tr>{cell('HOSPITAL COURSE', d.sec('hospitalCourse', 'Sent from the office with weakness and K of 6.4. ECG showed peaked T waves, no arrest. Treated with calcium, insulin, kayexalate. K was 5.6 next day and 4.9 at discharge. Cause: potassium pills plus ibuprofen taken for her knee.'), 4)}</tr>
      <tr>{cell('CONDITION ON DISCHARGE', 'Improved')}{cell('DISPOSITION', f'{box(1)}Home {box(0)}SNF {box(0)}Other', 2)}{cell('DIET', 'Low potassium')}</tr><tr>{cell('DISCHARGE MEDICATIONS', d.sec('medications', meds), 4)}</tr><tr>{cell('ALLERGIES', d.sec('allergies', f"{d.allergy('Codeine')}, {d.allergy('Latex')}"), 4)}</tr>
      <tr>{cell('INSTRUCTIONS / FOLLOW-UP', d.sec('dischargeInstructions', 'Stop potassium and ibuprofen. Blood test Friday. See Dr. Bellweather, kidney clinic, in three weeks.'), 4)}</tr><tr>{cell('SIGNATURE', '<span class="sig">L. Parmentier</span>', 3)}{cell('DATE', d.dated('02-15-2011'))}</tr></table><div class="foot">Form 8812-D &nbsp;&nbsp; DISTRIBUTION: CHART – FAMILY PHYSICIAN</div>""")
    return d


def radiology():
    d = Doc("loose/xray report.tif", "U08", "18748-4", "u_img_report", "clean300")
    d.style = ".page{font:11pt/1.4 'Nimbus Sans'}"
    d.page(f"""<b style="font-size:13pt">{d.org('Yahara Valley Imaging')}</b><br>30 Isthmus Street, Lake Verona, WI 53590 | Phone 608-555-0155 | Fax 608-555-0156<hr><table style="width:100%"><tr><td>Patient:</td><td>{d.name('ACHTERBERG, DESMOND', 'Achterberg', 'Desmond')}</td><td>Exam Date:</td><td>{d.start('03/22/2010')}</td></tr><tr><td>DOB:</td><td>{d.dob('08/17/1966')}</td><td>Exam:</td><td>CT ABDOMEN AND PELVIS W CONTRAST</td></tr><tr><td>Patient ID:</td><td>{d.mrn('YV-220671')}</td><td>Accession:</td><td>2010-0043178</td></tr><tr><td>Sex:</td><td>{d.sex('M')}</td><td>Ordered by:</td><td>Solveig, Inga M., MD</td></tr></table><hr>"""
      + heads(d, "<p><b>{}</b></p>", ("CLINICAL INDICATION", None, "<p>Left flank pain and blood in the urine.</p>"), ("TECHNIQUE", None, "<p>Axial images from the lung bases to the pubic symphysis after 100 mL of intravenous contrast.</p>"), ("COMPARISON", None, "<p>None.</p>"),
        ("FINDINGS", "findings", "<p>There is a 5 mm stone at the left ureterovesical junction with mild fullness of the left collecting system. No stone on the right. The liver is diffusely low in density. Gallbladder, spleen, pancreas and adrenals are normal. No adenopathy, no free fluid. The appendix is normal. Small fat-containing umbilical hernia. Bones are unremarkable.</p>"),
        ("IMPRESSION", "impression", "<p>1. 5 mm obstructing stone at the left ureterovesical junction.</p><p>2. Fatty liver.</p><p>3. No evidence of malignancy.</p>"))
      + f"""<br><p>Interpreted and electronically signed by: {d.by('Garrick Toomey, M.D.', 'Garrick Toomey')}<br>Signed: {d.dated('03/23/2010')} 09:41</p><div class="foot two"><span>ACHTERBERG, DESMOND</span><span class="r">Page 1 of 1</span></div>""")
    d.items.append({"Procedure.code.text": "CT ABDOMEN AND PELVIS W CONTRAST", "Procedure.performedDate": "2010-03-22", "optional": True, "also": {"Procedure.code.text": ["CT ABDOMEN AND PELVIS"]}})
    return d


def mammogram():
    d = Doc("chart 77120/mammo.jpg", "U03", "18748-4", "u_img_letterlike", "office")
    d.page(f"""<div class="m" style="font:bold 15pt 'P052'">{d.org('Penobscot Breast Center')}</div><div class="m">200 Tannery Row • Port Renwick, Maine 04915 • 207-555-0180</div><br><table><tr><td style="width:4in">To: Pauline Osgood, DO<br>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; 6 Chapel Hill<br>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; Port Renwick, ME 04915</td><td>Re: {d.name('Rosalba I. Quintero', 'Quintero', 'Rosalba I')}<br>Date of birth: {d.dob('06/29/87')}<br>Our no.: {d.mrn('PB 10442')}<br>Date of service: {d.start('10/06/15')}</td></tr></table><br><p><b>EXAM: Left breast ultrasound</b></p><p><b>History:</b> Palpable lump noted by the patient, age 28. An aunt had breast cancer at 60.</p>
      <p><b>Findings:</b> {d.sec('findings', 'At the two o&#39;clock position, 4 cm from the nipple, there is an oval, circumscribed, parallel, hypoechoic mass of 14 x 8 x 11 mm with no shadowing. No other mass is seen. The left axilla is normal.')}</p><p><b>Conclusion:</b> {d.sec('impression', 'Probably benign fibroadenoma of the left breast. BI-RADS category 3.')}</p><p><b>Recommendation:</b> Repeat ultrasound in six months. The patient was told of the result today.</p><br><p>Thank you for sending us this patient.</p><p class="sig">J. Marchetti</p><p>{d.by('Julian Marchetti, MD', 'Julian Marchetti')}<br>Radiologist</p><p style="font-size:9pt">Reported {d.dated('10/07/15')}</p>""", "font:11.5pt/1.4 'P052';padding:.7in .9in")
    d.also("Patient.gender", "female")
    d.items.append({"Procedure.code.text": "Left breast ultrasound", "Procedure.performedDate": "2015-10-06", "optional": True})
    return d


def referral_letter():
    d = Doc("fax/20171011_0902.tif", "U05", "57133-1", "u_ref_letter", "fax200")
    d.prose_sex("female")
    d.page(f"""<p><b style="font-size:14pt">{d.org('Quarry Hill Medical Associates')}</b><br>Amos Tillery, M.D. &nbsp; Bridget Sandoval, M.D. &nbsp; Kenji Marlowe, P.A.-C.<br>17 Quarry Hill Road, Stonebridge, NH 03874 &nbsp; Tel. 603-555-0130 &nbsp; Fax 603-555-0131</p><hr><p>{d.dated('October 10, 2017')}</p><p>Fiona Greaves, M.D.<br>Stonebridge Neurology<br>400 Depot Square<br>Stonebridge, NH 03874</p>
      <p>RE: {d.name('Ingrid Vance-Thorsby', 'Vance-Thorsby', 'Ingrid')}<br>DOB: {d.dob('September 5, 1979')}<br>Home phone: {d.phone('603-555-0152')}<br>Insurance: {d.f('Coverage.payor', 'Granite State Health Cooperative')} &nbsp; ID {d.f('Coverage.subscriberId', 'GSC4410082-01')}</p><p>Dear Dr. Greaves:</p>
      <p><b>Reason for referral:</b> {d.sec('reasonForReferral', 'Migraine headaches that have become more frequent, for advice on prevention.')}</p>
      <p>I would be grateful if you would see this 38-year-old cellist. She has had migraine with visual aura since her teens. In the past four months the attacks have come six to eight times a month, each lasting a day. She has not had weakness, seizures or fever. Propranolol was stopped because of her asthma. An MRI has not been done. Examination, including the fundi, was normal on October 2.</p>
      <p><b>Current medications:</b><br>{d.sec('medications', f"<span>{d.med('Levothyroxine 75 mcg', 'daily')} daily</span><br><span>{d.med('Albuterol inhaler', 'as needed')} as needed</span><br><span>{d.med('Sumatriptan 50 mg', 'at onset of headache')} at onset of headache</span>")}</p><p><b>Allergies:</b> {d.sec('allergies', f"{d.allergy('Sulfa', 'hives')} (hives)")}</p><p>Please send your note to the fax number above. Thank you for your help.</p><p>Sincerely,</p><p class="sig">Bridget Sandoval</p><p>{d.by('Bridget Sandoval, M.D.', 'Bridget Sandoval')}<br>NPI {d.npi('166209873')}</p>""", "font:12pt/1.38 'Liberation Serif';padding:.7in .9in")
    d.also("Encounter.period.start", "2017-10-10", "2017-10-02")
    return d


def referral_form():
    d = Doc("chart CB-410/referral form.png", "U10", "57133-1", "u_ref_form_boxes", "clean300")
    d.style = f".t{{width:100%;margin-bottom:6pt}} .t td{{border:1px solid #000;padding:2pt 5pt 3pt;font-size:9pt}} .t b.e{{{E};font-weight:normal}} .t .bar{{background:#ccc;font-weight:bold}}"
    pair = lambda label, value, span=1: f'<td colspan="{span}">{label}: <b class="e">{value}</b></td>'
    d.page(f"""<div class="m"><b style="font-size:14pt">REFERRAL REQUEST</b></div><p class="m">{box(1)} Routine &nbsp; {box(0)} Urgent &nbsp; {box(0)} Emergent</p><table class="t"><tr><td class="bar" colspan="4">REFERRED FROM</td></tr><tr>{pair('Practice', d.org('Coulee Family Medicine'), 2)}{pair('Provider', d.by('Dr. Jocelyn Strand', 'Jocelyn Strand'), 2)}</tr><tr>{pair('Phone', '406-555-0114')}{pair('Fax', '406-555-0115')}{pair('NPI', d.npi('129904416'))}{pair('Contact', 'Wanda')}</tr>
      <tr><td class="bar" colspan="4">REFERRED TO</td></tr><tr>{pair('Specialty', 'General surgery', 2)}{pair('Provider', 'Dr. Alastair Penhallow', 2)}</tr><tr>{pair('Phone', '406-555-0104', 2)}{pair('Fax', '406-555-0108', 2)}</tr>
      <tr><td class="bar" colspan="4">PATIENT</td></tr><tr>{pair('Name (Last, First, MI)', d.name('Blackfeather, Corwin R', 'Blackfeather', 'Corwin R'), 2)}{pair('DOB', d.dob('01/30/1973'))}<td>Sex: {box(1)}{d.sex('M')} {box(0)}F</td></tr><tr>{pair('Address', d.line('HC 61 Box 204') + ', ' + d.place('Prairie Gate', 'MT', '59327'), 4)}</tr><tr>{pair('Home phone', d.phone('406-555-0129'), 2)}{pair('Cell', '', 2)}</tr><tr>{pair('Insurance', d.f('Coverage.payor', 'Big Sky Growers Health Plan'), 2)}{pair('ID#', d.f('Coverage.subscriberId', 'BSG77230'))}{pair('Group#', d.f('Coverage.group', 'R-19'))}</tr>
      <tr><td class="bar" colspan="4">CLINICAL</td></tr><tr>{pair('Diagnosis', d.cond('Cholelithiasis', 'K80.20'), 2)}{pair('ICD-10', 'K80.20', 2)}</tr><tr>{pair('Reason for referral', d.sec('reasonForReferral', 'Recurrent biliary colic, stones on ultrasound. Evaluate for cholecystectomy.'), 4)}</tr><tr><td colspan="4">Records attached: {box(1)} Office note {box(1)} Imaging {box(0)} Labs {box(0)} Other ________</td></tr><tr><td colspan="4">Service requested: {box(0)} Consult only {box(1)} Evaluate and treat {box(0)} Second opinion</td></tr>
      <tr>{pair('Signature', '<span class="sig">J Strand</span>', 3)}{pair('Date', d.dated('05/16/16'))}</tr></table><p style="font-size:8pt">CONFIDENTIAL: This transmission is intended only for the person to whom it is addressed. If you have received it in error call the sender.</p>""")
    d.also("Encounter.period.start", "2016-05-16")
    return d


def consult_letter():
    d = Doc("chart 00-41-77-25/img0004.tif", "U01", "11488-4", "u_con_letter", "clean300")
    d.prose_sex("female")
    d.obs("hgb", "Hemoglobin", "11.0", optional=True); d.obs("ferritin", "ferritin", "6", optional=True)
    d.page(f"""<div class="r"><b style="font-size:14pt">{d.org('Willamette Gastroenterology, LLP')}</b><br>Simon Abernethy, MD<br>Yolanda Cruz-Feld, MD<br>1120 Ferry Street, Suite 200<br>Pelham Falls, Oregon 97391<br>541.555.0193</div><p>{d.dated('June 18, 2018')}</p><p>Edmund Hargreaves, MD<br>Tamarack Family Practice<br>88 Millrace Road<br>Pelham Falls, OR 97391</p><p>Re: {d.name('Delphine Castellanos-Wray', 'Castellanos-Wray', 'Delphine')} (DOB: {d.dob('03/14/1961')})<br>Seen: {d.start('06/15/2018')}</p><p>Dear Ed,</p><p>Thank you for asking me to see Mrs. Castellanos-Wray in consultation for iron deficiency anemia.</p>"""
      + heads(d, "<p style='margin:4pt 0 0'><i><b>{}</b></i></p>", ("History of Present Illness", "historyOfPresentIllness", "<p>She is 57 and has been tired since spring. Hemoglobin was 11.0 and ferritin was 6. Two of three stool cards were positive. She has had no visible bleeding, no change of bowel habit and no loss of weight. She takes naproxen a few times a week for her hands. She has never had a colonoscopy.</p>"),
        ("Past Medical History", "pastMedicalHistory", f"<p>{d.cond('Hypothyroidism')}; {d.cond('osteoarthritis of the hands')}.</p>"), ("Medications", "medications", f"<p>{d.med('Levothyroxine 88 mcg', 'daily')} daily; {d.med('ferrous sulfate 325 mg', 'twice daily')} twice daily.</p>"), ("Allergies", "allergies", "<p>No known drug allergies.</p>"), ("Family History", "familyHistory", "<p>Her maternal grandfather had colon cancer at 70.</p>"),
        ("Physical Examination", "physicalExam", "<p>Comfortable, a little pale. Abdomen soft, no mass, no organomegaly. Rectal examination was left for the day of the procedure.</p>"), ("Impression", "impression", "<p>Iron deficiency anemia with occult blood in the stool. An ulcer from naproxen or a lesion of the right colon must be looked for.</p>"),
        ("Recommendations", "plan", "<p>Upper endoscopy and colonoscopy on July 3. Stop naproxen. Continue iron but hold it for a week before.</p>"))
      + f"""<p>I will write again after the procedures.</p><p>With best regards,</p><p class="sig">Yolanda Cruz-Feld</p><p>{d.by('Yolanda Cruz-Feld, MD', 'Yolanda Cruz-Feld')}</p>""", "font:10pt/1.3 'URW Bookman';padding:.5in .85in")
    return d


def consult_hospital():
    d = Doc("chart H7-30551/consult.tif", "U07", "11488-4", "u_con_hospital", "fax200")
    d.style = ".page{font:11pt/1.4 'Liberation Mono'} p{margin:0 0 8pt}"
    d.obs("k", "K", "6.4", optional=True)
    d.bp("BP", "172/80"); d.vital("pulse", "pulse", "58"); d.vital("spo2", "O2 sat", "95", "%")
    d.prose_sex("female")
    d.page(f"""<div class="m"><b>{d.org('FAIRHAVEN GENERAL HOSPITAL')}<br>CONSULTATION REPORT</b></div><br><p>NAME: {d.name('LINDQVIST, HARRIET E', 'Lindqvist', 'Harriet E')}<br>MR#: {d.mrn('H7-30551')} &nbsp;&nbsp; ROOM: 312B &nbsp;&nbsp; DOB: {d.dob('05/21/1939')}<br>DATE OF CONSULTATION: {d.start('02/13/2011')}<br>REQUESTED BY: LOUIS PARMENTIER, MD<br>CONSULTANT: {d.by('SYLVIA BELLWEATHER, MD', 'Sylvia Bellweather')}</p>"""
      + heads(d, "<p style='margin:0'><b>{}:</b></p>", ("REASON FOR CONSULTATION", "reasonForReferral", "<p>Hyperkalemia and renal failure.</p>"), ("HPI", "historyOfPresentIllness", "<p>71 y/o widow with known kidney disease, brought in weak with K 6.4. Was given potassium tablets with her furosemide last fall and has taken ibuprofen for three weeks. No diarrhea, no obstruction symptoms.</p>"),
        ("PMH", "pastMedicalHistory", f"<p>1. {d.cond('Chronic kidney disease')}<br>2. {d.cond('Hypertension')}<br>3. {d.cond('Glaucoma')}</p>"), ("ALLERGIES", "allergies", f"<p>{d.allergy('Codeine')}, {d.allergy('latex')}.</p>"), ("EXAM", "physicalExam", "<p>BP 172/80, pulse 58, O2 sat 95%. Thin, alert. Chest clear. No rub. No edema. No asterixis.</p>"),
        ("ASSESSMENT", "assessment", f"<p>1. {d.cond('Hyperkalemia', more=', drug related')}, drug related.<br>2. {d.cond('Chronic kidney disease, stage 4', optional=True)}.</p>"), ("RECOMMENDATIONS", "plan", "<p>Calcium gluconate now, insulin with glucose, kayexalate. Stop potassium and NSAID for good. Renal ultrasound. Will follow.</p>"))
      + f"""<br><p>Sylvia Bellweather, MD<br>SB/ld &nbsp; DD: {d.dated('02/13/2011')} &nbsp; DT: 02/14/2011</p><div class="foot">LINDQVIST, HARRIET E &nbsp;&nbsp;&nbsp; CONSULTATION REPORT &nbsp;&nbsp;&nbsp; PAGE 1 OF 1</div>""")
    d.also("DocumentReference.date", "2011-02-14")
    return d


def operation():
    d = Doc("chart CB-410/op note.jpg", "U10", "11504-8", "u_op_report", "office")
    d.style = ".k td{padding:1pt 8pt 3pt 0} .k td:first-child{font-weight:bold;width:2in} p{margin:0 0 7pt}"
    row = lambda k, v: f"<tr><td>{k}</td><td>{v}</td></tr>"
    d.page(f"""<div class="m"><b style="font-size:14pt">{d.org('Prairie Gate Surgical Hospital')}</b><br>1 Coulee Road, Prairie Gate, MT 59327<br><b>REPORT OF OPERATION</b></div><br><table class="k">{row('Patient', d.name('Blackfeather, Corwin R.', 'Blackfeather', 'Corwin R'))}{row('Hospital number', d.mrn('CB-410'))}{row('Date of birth', d.dob('January 30, 1973'))}{row('Date of operation', d.start('June 9, 2016'))}{row('Surgeon', d.by('Alastair Penhallow, MD', 'Alastair Penhallow'))}{row('Assistant', 'Hollis Wren, PA-C')}{row('Anesthesiologist', 'Naomi Feldkamp, MD')}
      {row('Preoperative diagnosis', d.cond('Symptomatic cholelithiasis'))}{row('Postoperative diagnosis', 'Symptomatic cholelithiasis')}{row('Operation performed', d.proc('Laparoscopic cholecystectomy', 'June 9, 2016'))}{row('Anesthesia', 'General endotracheal')}{row('Estimated blood loss', '15 mL')}{row('Specimen', 'Gallbladder with stones')}{row('Drains', 'None')}{row('Complications', 'None')}</table><br>
      <p><b>Findings:</b> {d.sec('findings', 'The gallbladder was thin walled and held many small yellow stones. There were filmy adhesions of the omentum. The liver looked normal.')}</p>
      <p><b>Description of procedure:</b> {d.sec('procedures', 'The patient was brought to the operating room and placed supine. After induction of anesthesia the abdomen was prepared and draped. A 12 mm port was placed below the navel by the open method and three 5 mm ports under vision. The adhesions were taken down. The cystic duct and artery were dissected until the critical view was obtained, then clipped and divided. The gallbladder was freed from its bed with cautery and removed in a bag. Hemostasis was good and no bile was seen. The fascia was closed with 0 Vicryl and the skin with 4-0 Monocryl. Counts were correct. He was taken to recovery in good condition.')}</p><br><p class="sig">A. Penhallow</p><p>Alastair Penhallow, MD<br>Dictated {d.dated('June 10, 2016')}</p><div class="foot r">Page 1</div>""", "font:11pt/1.4 'Liberation Serif';padding:.6in .85in")
    d.cond("Symptomatic cholelithiasis", optional=True)
    d.also("DocumentReference.date", "2016-06-09")
    return d


def packet_first():
    d = Doc("packets/batch 0017.pdf", "U11", "11506-3", "u_packet_visit", "clean300")
    d.style = ".page{font:11pt/1.42 'Liberation Sans'} h4{margin:8pt 0 1pt;font-size:11pt}"
    d.bp("BP", "118/70"); d.vital("temp", "Temp", "101.3", "F"); d.vital("pulse", "Pulse", "104"); d.vital("spo2", "O2 Sat", "96", "%")
    d.prose_sex("female")
    top = f"""<div style="border-bottom:2px solid #000"><b>{d.org('Redstone Urgent Care')}</b> <span style="float:right">Patient: {d.name('Philippa Drake', 'Drake', 'Philippa')} &nbsp; DOB: {d.dob('04/08/1990')} &nbsp; MRN: {d.mrn('RS0091447')}</span></div>"""
    d.page(top + f"<p style='margin-top:6pt'>Date of Visit: {d.start('01/17/2019')} &nbsp; Provider: {d.by('Marcus Thibodeau, PA-C', 'Marcus Thibodeau')} &nbsp; Visit type: Walk-in</p>"
      + heads(d, "<h4>{}</h4>", ("Subjective", "subjective", "<p>28-year-old woman with three days of cough, fever and sore throat. Her son has the flu. She has body aches and chills. She denies shortness of breath, vomiting and rash. She did not have a flu shot this season. She has tried acetaminophen with some relief. She works in a bakery and lives with her husband and son. She does not smoke. She has no lung disease. Her last period was one week ago. She drinks fluids but eats little.</p>"),
        ("Objective", "objective", "<p>BP 118/70, Temp 101.3 F, Pulse 104, O2 Sat 96%.</p><p>Looks ill but not toxic. Throat red, no exudate. Ears normal. Neck supple with small tender nodes. Lungs clear, no wheeze. Heart fast and regular. Abdomen soft. Skin warm, no rash. Rapid influenza A positive. Rapid strep negative.</p>"))
      + '<div class="foot two"><span>Redstone Urgent Care &nbsp; 505-555-0160</span><span class="r">Page 1 of 2</span></div>')
    d.page(top + heads(d, "<h4>{}</h4>", ("Assessment", "assessment", f"<p>1. {d.cond('Influenza A', 'J10.1')} (J10.1)</p><p>2. {d.cond('Fever', 'R50.9')} (R50.9)</p>"), ("Plan", "plan", "<p>Oseltamivir 75 mg twice daily for five days. Fluids and rest. Off work until one day without fever. Call if short of breath. Son to see his pediatrician.</p>"))
      + f"""<p>Electronically signed: Marcus Thibodeau, PA-C {d.dated('01/17/2019')} 4:52 PM</p><div class="foot two"><span>Redstone Urgent Care &nbsp; 505-555-0160</span><span class="r">Page 2 of 2</span></div>""")
    return d


def packet_second():
    d = Doc("packets/batch 0017.pdf", "U12", "11488-4", "u_packet_consult", "clean300")
    d.style = ".page{font:11.5pt/1.42 'Liberation Serif'} h4{margin:8pt 0 1pt;font-size:11.5pt;text-transform:uppercase}"
    d.prose_sex("male")
    d.page(f"""<div class="m"><b style="font-size:15pt">{d.org('Mesa Dermatology Associates')}</b><br>61 Ocotillo Plaza, Redstone, NM 87501 – 505-555-0135<br><b>Consultation</b></div><br><p>Patient: {d.name('Barnaby Okeke', 'Okeke', 'Barnaby')} &nbsp;&nbsp; Date of Birth: {d.dob('12/22/1951')} &nbsp;&nbsp; Date: {d.start('01/21/2019')}<br>Referring physician: Dr. Lucille Pruitt &nbsp;&nbsp; Account: 55102</p>"""
      + heads(d, "<h4>{}</h4>", ("Reason for consultation", "reasonForReferral", "<p>Growing spot on the scalp.</p>"), ("History of present illness", "historyOfPresentIllness", "<p>Mr. Okeke is a 67-year-old retired roofer who noticed a rough spot on the crown about eight months ago. It has grown and bled twice when combed. It does not itch. He worked outdoors for forty years without a hat. A brother had melanoma. He himself has never had skin cancer.</p>"),
        ("Past medical history", "pastMedicalHistory", f"<p>{d.cond('Atrial fibrillation')}. {d.cond('Osteoarthritis')}.</p>"), ("Medications", "medications", f"<p>{d.med('Apixaban 5 mg', 'twice daily')} twice daily. {d.med('Diltiazem ER 180 mg', 'daily')} daily.</p>"), ("Allergies", "allergies", f"<p>{d.allergy('Adhesive tape', 'blisters')}: blisters.</p>"))
      + '<div class="foot m">Okeke, Barnaby &nbsp; 12/22/1951 &nbsp; Page 1 of 2</div>')
    d.page(heads(d, "<h4>{}</h4>", ("Physical exam", "physicalExam", "<p>On the vertex there is a 16 mm keratotic plaque with a central erosion and a firm base. Several rough papules on the forehead and temples. No cervical nodes.</p>"), ("Assessment", "assessment", f"<p>1. {d.cond('Neoplasm of uncertain behavior of skin', more=', scalp, suspicious for squamous cell carcinoma')}, scalp, suspicious for squamous cell carcinoma.<br>2. {d.cond('Actinic keratoses')}.</p>"),
        ("Plan", "plan", "<p>Shave biopsy done today after consent, base cauterized. Liquid nitrogen to nine keratoses. Result in one week; Mohs surgery if positive. Hat and sunscreen. He need not stop apixaban.</p>"))
      + f"""<br><p class="sig">Odette Vanterpool</p><p>{d.by('Odette Vanterpool, MD', 'Odette Vanterpool')}</p><div class="foot m">Okeke, Barnaby &nbsp; 12/22/1951 &nbsp; Page 2 of 2</div>""")
    d.fields["DocumentReference.date"] = "2019-01-21"
    d.items.append({"Procedure.code.text": "Shave biopsy", "optional": True})
    return d


def with_stray():
    d = Doc("chart PA-1187/visit.tif", "U06", "11506-3", "u_stray_page", "clean300")
    d.style = ".page{font:12pt/1.45 'Liberation Sans'} h4{margin:8pt 0 1pt;font-size:12pt}"
    d.vital("temp", "Temp", "99.0"); d.vital("wt", "Weight", "38", "lb"); d.vital("ht", "Height", "42", "in")
    d.prose_sex("male")
    top = f"""<b>{d.org('Bayou Pediatrics')}</b> &nbsp; 985-555-0123<hr><p>Name: {d.name('Milo Arceneaux', 'Arceneaux', 'Milo')} &nbsp;&nbsp; DOB: {d.dob('02/09/2014')} &nbsp;&nbsp; Chart: {d.mrn('PA-1187')} &nbsp;&nbsp; Seen: {d.start('08/06/2018')}</p>"""
    d.page(top + heads(d, "<h4>{}</h4>", ("SUBJECTIVE", "subjective", "<p>4 year old boy for a well visit before kindergarten. Mother has no concerns. Eats well, sleeps ten hours. Speaks in sentences, rides a tricycle, knows his colors. Uses an inhaler when he has a cold, about four times last winter. No ear infections this year. Father had asthma as a child.</p>"),
        ("OBJECTIVE", "objective", "<p>Temp 99.0, Weight 38 lb, Height 42 in.</p><p>Active and cooperative. Eyes straight. Ear drums clear. Teeth in good repair. Lungs clear. Heart regular. Abdomen soft. Testes down. Gait normal. Vision 20/30 both eyes. Hearing passed.</p>"))
      + '<div class="foot m">Bayou Pediatrics &nbsp; Page 1 of 2</div>')
    d.page(f"""<b>Bayou Pediatrics</b> &nbsp; 985-555-0123<hr><p>Name: Cosette Fontenot &nbsp;&nbsp; DOB: 11/30/2016 &nbsp;&nbsp; Chart: PA-2260 &nbsp;&nbsp; Seen: 08/07/2018</p><h4>ASSESSMENT</h4><p>1. Acute otitis media, right</p><h4>PLAN</h4><p>Amoxicillin 400 mg/5 mL, 6 mL twice daily for ten days. Recheck in three weeks.</p><br><p class="sig">R. Guidry</p><p>Remy Guidry, MD &nbsp; 08/07/2018</p><div class="foot m">Bayou Pediatrics &nbsp; Page 2 of 2</div>""")
    d.strays = {1}
    d.page(top + heads(d, "<h4>{}</h4>", ("ASSESSMENT", "assessment", f"<p>1. {d.cond('Well child')}</p><p>2. {d.cond('Mild intermittent asthma')}</p>"), ("PLAN", "plan", "<p>Vaccines are up to date. School form filled out. Albuterol refilled with spacer. Return in one year.</p>"))
      + f"""<br><p class="sig">C. Boudreaux</p><p>{d.by('Celeste Boudreaux, MD', 'Celeste Boudreaux')} &nbsp; {d.dated('08/06/2018')}</p><div class="foot m">Bayou Pediatrics &nbsp; Page 2 of 2</div>""")
    return d


def papers():
    return [make() for make in (soap_margin, visit_emr, typed_note, hp_dictated, hp_columns, discharge_dictated, discharge_form, radiology, mammogram, referral_letter, referral_form, consult_letter, consult_hospital, operation, packet_first, packet_second, with_stray)]
