#!/usr/bin/env python3
"""Strangers' pages, clinical: papers in many layouts on which nothing but the confidence model is fitted, with their exact truth.

    scripts/python.sh scripts/strangers_notes.py [--only WORD] [--out fixtures/strangers]

They were written by someone who had not read the rules, so that the model learns what happens on pages that the rules were not written for. No
rule may be written on them. Each is made as make_unseen.py makes its own (Chromium, poppler, damage); the truth goes to truth-notes.jsonl.
"""

from html import escape

import make_unseen as mu
from make_unseen import Doc

LAB, PROG, HP, DC, IMG, OP, CON, REF, MED, IMM, SUM = "11502-2", "11506-3", "34117-2", "18842-5", "18748-4", "11504-8", "11488-4", "57133-1", "10160-0", "11369-6", "34133-9"
mu.TESTS.update({
    "neut": ("770-8", ["26511-6"]), "lymph": ("736-9", ["26478-8"]), "mono": ("5905-5", ["26485-3"]), "eos": ("713-8", ["26450-7"]), "inr": ("6301-6", ["34714-6"]), "pt": ("5902-2", ["5964-2"]), "ptt": ("14979-9", ["3173-2"]),
    "ck": ("2157-6", []), "esr": ("4537-7", ["30341-2", "18184-2"]), "crp": ("1988-5", []), "rf": ("11572-5", []), "phos": ("2777-1", []), "uric": ("3084-1", []), "ldh": ("2532-0", ["14804-9"]), "ggt": ("2324-2", []), "digoxin": ("10535-3", []),
    "ucolor": ("5778-6", []), "uclar": ("5767-9", ["32167-9"]), "usg": ("5811-5", ["2965-2", "5810-7"]), "uph": ("5803-2", ["2756-5"]), "uprot": ("5804-0", ["20454-5", "2888-6"]), "uglu": ("5792-7", ["25428-4", "2350-7"]), "uket": ("5797-6", ["2514-8"]),
    "ubld": ("5794-3", ["20409-9"]), "unit": ("5802-4", []), "uleu": ("5799-2", []), "ubil": ("5770-3", ["1977-8"]), "hc": ("8287-5", ["9843-4"]), "pain": ("72514-3", ["38208-5"]), "ratio": ("9830-1", []), "hcg": ("2106-3", []), "fev1": ("20150-9", []),
    "globulin": ("10834-0", ["2336-6"]), "bunratio": ("3097-3", ["44734-2"]), "mg": ("19123-9", ["2601-3"]), "gap": ("33037-3", ["10466-1", "1863-0"]), "fsbs": ("41653-7", ["2339-0", "2345-7", "32016-8"]), "fhr": ("55283-6", ["11948-7"]), "fundal": ("11881-0", []),
})
mu.UNITS.update({"sec": "s", "mm/hr": "mm/h", "SECS": "s", "mg/dl": "mg/dL", "gm/dl": "g/dL", "mcIU/mL": "u[IU]/mL", "mIU/L": "m[IU]/L", "x10(3)/mcL": "10*3/uL", "x10(6)/mcL": "10*6/uL", "THOU/CUMM": "10*3/uL", "MILL/CUMM": "10*6/uL", "GM/DL": "g/dL", "MEQ/L": "meq/L",
                 "mEq/l": "meq/L", "C": "Cel", "°F": "[degF]", "deg F": "[degF]", "in.": "[in_i]", "lbs.": "[lb_av]", "k/mm3": "10*3/uL", "IU/L": "U/L", "K/CUMM": "10*3/uL", "mcg/mL": "ug/mL", "IU/mL": "[IU]/mL", "MG/L": "mg/L"})
mu.SECTIONS_OPTIONAL.setdefault(SUM, mu.SECTIONS)


class Note(Doc):
    def __init__(self, file, who, kind, layout, profile, style=""):
        super().__init__("notes/" + file, who, kind, "s-n-" + layout, profile)
        self.style, self.maybe = style, []

    def m(self, drug, sig=None, sep=" ", optional=False, also=None):
        """A medicine and its sig one behind the other."""
        self.med(drug, sig, also=also)
        if optional:
            self.items[-1]["optional"] = True
        return escape(drug + (sep + sig if sig else ""))

    def truth(self, name, first=None):
        t = super().truth(name, first)
        t["sections_optional"] += [n for n in self.maybe if n not in t["sections_optional"] and n not in t["sections"]]
        return t


def tr(*cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


GRID = "table{width:100%} td,th{border:1px solid #000;padding:1.5pt 4pt}"
MONO = "font-family:'Liberation Mono'"
FLAGS = {"H": "H", "L": "L", "HH": "H*", "A": "A", "": ""}


# ---- operations and procedures

def op_dictated():
    d = Note("op dictated.tif", "sn01", OP, "op-dictated", "fax200", ".page{font:10.5pt/1.3 'Nimbus Mono PS';padding:.7in .8in} p{margin:0 0 8pt} u{text-decoration:underline}")
    what = "Laparoscopic cholecystectomy with intraoperative cholangiogram"
    d.page(f"""<p class=m>{d.org('LAKE WINNOCK COMMUNITY HOSPITAL')}<br>112 Harbor Drive, Winnock, MN 55799<br><br>OPERATIVE REPORT</p>
<p>PATIENT NAME: {d.name('ODEGAARD, MURIEL T.', 'Odegaard', 'Muriel T')}<br>HOSPITAL NO.: {d.mrn('21-88-043')}<br>DATE OF OPERATION: {d.start('03/17/98')}<br>ROOM: 214-B</p>
<p>SURGEON: {d.by('R. Paul Hendershot')}, M.D.<br>ASSISTANT: Keith Aldous, M.D.<br>ANESTHESIOLOGIST: W. Tran, M.D.</p>
<p>PREOPERATIVE DIAGNOSIS: Symptomatic cholelithiasis.</p><p>POSTOPERATIVE DIAGNOSIS: Symptomatic cholelithiasis, chronic cholecystitis.</p>
<p>OPERATION PERFORMED: {d.sec('procedures', what + '.')}</p><p>ANESTHESIA: General endotracheal.</p>
<p>INDICATIONS: This 52-year-old woman has had four months of postprandial right upper quadrant pain. Ultrasound on 2/26/98 showed multiple stones. Her mother and sister also had gallbladder disease.</p>
<p>FINDINGS: {d.sec('findings', 'The gallbladder was thickened and contained numerous faceted stones. The cystic duct was 3 mm across. The cholangiogram showed no filling defects and free flow into the duodenum.')}</p>
<p>PROCEDURE: With the patient supine and under satisfactory general anesthesia the abdomen was prepped and draped. A Hasson cannula was placed below the umbilicus and the abdomen insufflated to 15 mm Hg. Three further ports were placed under vision. The cystic duct and artery were dissected out. A cholangiogram was done through the cystic duct. Both structures were clipped and divided and the gallbladder was taken from its bed with cautery and brought out through the umbilicus. The bed was dry. The fascia was closed with 0 Vicryl and the skin with staples.</p>
<p>ESTIMATED BLOOD LOSS: 25 cc. &nbsp; SPONGE COUNT: Correct x 2. &nbsp; DRAINS: None.</p><p>The patient went to the recovery room in good condition.</p>
<p><br>______________________________<br>R. Paul Hendershot, M.D.</p><p>RPH/bjs<br>D: {d.dated('03/17/98')} 1415<br>T: 03/19/98 0820<br>cc: Gerald Amundson, M.D., Family Practice</p>""")
    d.proc(what, "03/17/98", also={"Procedure.code.text": [what + "."]})
    for c in ("Symptomatic cholelithiasis", "Symptomatic cholelithiasis, chronic cholecystitis", "chronic cholecystitis"):
        d.cond(c, optional=True)
    d.also("DocumentReference.date", "1998-03-19")
    d.prose_sex("female")
    d.maybe = ["procedures", "historyOfPresentIllness"]
    return d


def op_form():
    d = Note("op form.tif", "sn02", OP, "op-form", "clean300", ".page{font:9.5pt/1.3 'Liberation Sans Narrow'} table{width:100%} td{border:1.2px solid #000;padding:2pt 4pt} i{font:italic 7.5pt 'Liberation Sans';display:block} b.k{font:10.5pt 'Liberation Mono'}")
    k = lambda label, v: f"<i>{label}</i><b class=k>{v}</b>"
    one, two = "Right endoscopic carpal tunnel release", "Right ring finger A1 pulley release"
    d.page(f"""<p class=m style="font:bold 13pt 'URW Gothic'">{d.org('Calloway Hand & Upper Limb Surgicenter')}</p><p class=m>BRIEF OPERATIVE NOTE &mdash; complete before patient leaves PACU</p>
<table><tr><td colspan=2>{k('Patient (last, first, M.I.)', d.name('Vandermeer, Joost P', 'Vandermeer', 'Joost P'))}</td><td>{k('Chart number', d.mrn('CH04417'))}</td><td>{k('Sex', d.sex('M'))}</td></tr>
<tr><td>{k('Date of birth', d.dob('08/30/1957'))}</td><td>{k('Date of surgery', d.start('11/05/2014'))}</td><td>{k('Time in / out', '0742 / 0819')}</td><td>{k('ASA class', '2')}</td></tr>
<tr><td colspan=2>{k('Surgeon', d.by('Ines Calloway') + ', MD')}</td><td colspan=2>{k('Anesthesia', 'Bier block / MAC &mdash; T. Rosado CRNA')}</td></tr>
<tr><td colspan=2>{k('Pre-op diagnosis', '1. R carpal tunnel syndrome<br>2. R ring trigger finger')}</td><td colspan=2>{k('Post-op diagnosis', 'Same')}</td></tr>
<tr><td colspan=4>{k('Procedure(s) performed', d.sec('procedures', f'1. {d.proc(one, "11/05/2014")}<br>2. {d.proc(two, "11/05/2014")}'))}</td></tr>
<tr><td colspan=4>{k('Findings', d.sec('findings', 'Median nerve flattened beneath a thick transverse ligament. Nodule on the flexor tendon at A1. No masses.'))}</td></tr>
<tr><td>{k('EBL', 'min')}</td><td>{k('Tourniquet', '250 mmHg, 22 min')}</td><td>{k('Specimens', 'None')}</td><td>{k('Complications', 'None')}</td></tr>
<tr><td>{k('Drains', 'None')}</td><td>{k('Implants', 'N/A')}</td><td>{k('IV fluids', '600 mL LR')}</td><td>{k('Counts correct', 'Yes')}</td></tr>
<tr><td colspan=4>{k('Condition on leaving O.R.', 'Stable, fingers pink, moving')}</td></tr>
<tr><td colspan=4>{k('Plan', d.sec('plan', 'Home with spouse. Keep dressing dry 3 days. Return to office in 10 days for suture removal.'))}</td></tr>
<tr><td colspan=2>{k('Signature', '<span class=sig>Ines Calloway</span>')}</td><td>{k('Date', d.dated('11/05/2014'))}</td><td>{k('Time', '0825')}</td></tr></table>
<p style="margin-top:8pt">Emergency transfer agreement: Bellhaven Regional Hospital, (409) 555-0188. &nbsp; Form 22-B rev 6/12</p>""")
    for c in ("R carpal tunnel syndrome", "R ring trigger finger"):
        d.cond(c, optional=True)
    return d


def endoscopy():
    d = Note("colonoscopy.jpg", "sn03", OP, "endoscopy", "office", ".page{font:9.5pt/1.35 'DejaVu Sans Condensed'} .l{width:4.7in} .pic{width:1.15in;height:.95in;border:1px solid #000;border-radius:.3in;margin:0 0 2pt;background:#999} .two>*{flex:none} .rr{width:2.3in;text-align:center;font-size:8pt} h4{margin:5pt 0 1pt}")
    pic = lambda n, t: f'<div style="display:inline-block;margin:3pt"><div class=pic></div>{n}: {t}</div>'
    main = "Colonoscopy with snare polypectomy"
    d.page(f"""<div style="border-bottom:3px solid #000"><b style="font-size:14pt">{d.org('Three Rivers Digestive Health')}</b> &nbsp; Endoscopy Suite</div>
<table style="width:100%;margin:4pt 0"><tr><td><b>Patient Name:</b> {d.name('Eduardo Quiroga', 'Quiroga', 'Eduardo')}</td><td><b>Procedure Date:</b> {d.start('6/22/2017')} 9:40 AM</td></tr><tr><td><b>MRN:</b> {d.mrn('304411')}</td><td><b>Date of Birth:</b> {d.dob('2/9/1966')}</td></tr>
<tr><td><b>Gender:</b> {d.sex('Male')}</td><td><b>Attending MD:</b> {d.by('Priya Ramanathan')}, MD</td></tr><tr><td><b>Note Status:</b> Finalized</td><td><b>Instrument:</b> PCF-H190L 2907744</td></tr></table>
<div class=two><div class=l><h4>Procedure:</h4>{d.sec('procedures', d.proc(main, '6/22/2017'))}
<h4>Indications:</h4>Screening in a patient at increased risk: colorectal cancer in father before age 60
<h4>Medicines:</h4>Propofol per Anesthesia
<h4>Complications:</h4>No immediate complications.
<h4>Procedure Description:</h4>Informed consent was obtained. A digital exam was done. The colonoscope was passed to the cecum, known by the appendiceal orifice and ileocecal valve. The quality of the bowel preparation was good (Boston 2-3-3). The withdrawal time was 11 minutes.
<h4>Findings:</h4>{d.sec('findings', '<p>A 7 mm sessile polyp was found in the ascending colon. It was removed with a cold snare. Resection and retrieval were complete.</p><p>A 4 mm sessile polyp was found in the sigmoid colon. It was removed with a cold snare and retrieved.</p><p>A few small-mouthed diverticula were found in the sigmoid colon.</p><p>The retroflexed view of the rectum was normal.</p>')}
<h4>Impression:</h4>{d.sec('impression', '- One 7 mm polyp in the ascending colon, removed.<br>- One 4 mm polyp in the sigmoid colon, removed.<br>- Diverticulosis in the sigmoid colon.')}
<h4>Recommendation:</h4>{d.sec('plan', '- Await pathology results.<br>- High fiber diet.<br>- Repeat colonoscopy in 5 years for surveillance.<br>- Return to the care of Dr. Helen Stroud.')}
</div><div class=rr>{pic(1, 'Cecum')}{pic(2, 'Ascending polyp')}{pic(3, 'Site after snare')}{pic(4, 'Sigmoid polyp')}{pic(5, 'Rectum')}</div></div>
<p style="margin-top:8pt">CPT: 45385 &nbsp; ICD-10: Z80.0, D12.2, D12.5, K57.30<br><b>Priya Ramanathan, MD</b><br>Signed {d.dated('6/22/2017')} 10:26 AM. This report has been signed electronically. &nbsp; cc: Helen Stroud, DO</p>""")
    d.med("Propofol")
    d.items[-1]["optional"] = True
    return d


def cath():
    d = Note("cath lab.tif", "sn04", OP, "cath-lab", "photocopy", ".page{font:10pt/1.3 'Nimbus Roman';padding:.6in .75in} table{width:100%} td,th{padding:0 6pt 0 0} .bx{border:2px solid #000;padding:4pt} h4{margin:7pt 0 1pt;text-transform:uppercase;font-size:10pt;letter-spacing:1pt}")
    names = ["Left heart catheterization", "Selective coronary angiography", "Left ventriculography"]
    d.also("DocumentReference.type", IMG)
    d.page(f"""<p class=m><b style="font-size:13pt">{d.org('Saint Casimir Hospital')}</b><br>Cardiac Catheterization Laboratory<br><b>FINAL REPORT</b></p>
<div class=bx><table>{tr('Name: ' + d.name('Wojtowicz, Stanley J', 'Wojtowicz', 'Stanley J'), 'Study #: 93-0417', 'Date: ' + d.start('10-14-93'))}{tr('Hosp #: ' + d.mrn('00-71-55-8'), 'Age: 61 &nbsp; Sex: ' + d.sex('M'), 'Ht 70 in &nbsp; Wt 192 lb &nbsp; BSA 2.05')}{tr('Referring: Dr. Leo Brankovich', 'Operator: Dr. ' + d.by('Anita Solheim'), 'Fellow: Dr. J. Ochoa')}</table></div>
<h4>Procedures</h4>{d.sec('procedures', '<br>'.join(f"{n}. {d.proc(p, '10-14-93')}" for n, p in enumerate(names, 1)))}
<h4>Clinical history</h4>{d.sec('historyOfPresentIllness', 'Exertional chest pressure for three months with a positive treadmill test on 9-28-93. Smoker, 1 ppd. Father died of infarction at 58. No history of diabetes.')}
<h4>Hemodynamics (mm Hg)</h4><table>{tr('Site', 'Systolic', 'Diastolic', 'Mean', 'EDP', tag='th')}{tr('Aorta', '138', '78', '101', '')}{tr('LV pre-angio', '140', '', '', '14')}{tr('LV post-angio', '144', '', '', '19')}</table>
<h4>Coronary anatomy</h4>{d.sec('findings', '<p>Left main: Normal.</p><p>LAD: 80 percent stenosis after the first septal branch. The distal vessel is good.</p><p>Circumflex: 30 percent narrowing in the second marginal branch.</p><p>RCA: Dominant, with 60 percent mid stenosis.</p><p>Left ventriculogram: Ejection fraction 55 percent with mild anterior hypokinesis. No mitral regurgitation.</p>')}
<h4>Conclusions</h4>{d.sec('impression', '1. Two vessel coronary artery disease, critical in the LAD.<br>2. Preserved left ventricular function.')}
<h4>Recommendation</h4>{d.sec('plan', 'Angioplasty of the LAD will be discussed with Dr. Brankovich and the patient.')}
<p>Contrast: Hexabrix 145 ml. Fluoro time 6.2 min. Access: right femoral, 7F. No complications.</p>
<p><br>Anita Solheim, M.D., F.A.C.C.<br>Dictated {d.dated('10-15-93')} &nbsp; Typed 10-18-93 kmw</p>""")
    d.obs("ht", "Ht", "70", "in", optional=True)
    d.obs("wt", "Wt", "192", "lb", optional=True)
    for c in ("Two vessel coronary artery disease, critical in the LAD", "Preserved left ventricular function"):
        d.cond(c, optional=True)
    return d


def derm_log():
    d = Note("derm log.tif", "sn05", OP, "derm-log", "clean300", ".page{font:10pt/1.35 'Comic Neue';padding:.5in} " + GRID)
    d.also("DocumentReference.type", SUM, PROG)
    rows = ""
    for when, what, site, size, path, who in (("4/2/02", "Shave biopsy", "R nasal ala", "5 mm", "BCC, nodular", "LT"), ("4/30/02", "Mohs excision", "R nasal ala", "9 mm", "clear x 2 stages", "LT"), ("10/8/02", "Cryotherapy", "scalp, forehead x 6", "-", "AK (clinical)", "MJ"),
                                              ("3/18/03", "Punch biopsy", "L calf", "4 mm", "stasis dermatitis", "MJ"), ("9/23/03", "Electrodesiccation and curettage", "L shoulder", "8 mm", "BCC, superficial", "LT"), ("4/6/04", "Elliptical excision", "mid back", "11 mm", "dysplastic nevus, margins clear", "LT")):
        rows += tr(when, d.proc(what, when, also={"Procedure.code.text": [f"{what} {site}", f"{what}, {site}", f"{what} - {site}"]}), site, size, path, who)
    d.page(f"""<table><tr><td colspan=2 style="border:0"><b style="font-size:15pt">{d.org('Tideland Dermatology, P.A.')}</b></td><td style="border:0" class=r>PROCEDURE LOG</td></tr><tr><td>Name: {d.name('Bettencourt, Rosalind', 'Bettencourt', 'Rosalind')}</td><td>DOB: {d.dob('5/19/34')}</td><td>Acct: {d.mrn('8815')}</td></tr>
<tr><td>Physician: {d.by('Leland Tisdale')}, MD</td><td>Ph (H): {d.phone('(252) 555-0147')}</td><td>Ph (W): (252) 555-0102</td></tr></table>
<p style="margin:6pt 0"><b>ALLERGIES:</b> {d.sec('allergies', f"{d.allergy('Adhesive tape', 'blisters')} - blisters; {d.allergy('Lidocaine with epinephrine', 'palpitations')} - palpitations")} &nbsp;&nbsp; <b>Pacemaker?</b> No &nbsp; <b>Blood thinner?</b> ASA 81</p>
<table>{tr('Date', 'Procedure', 'Site', 'Size', 'Pathology', 'By', tag='th')}{rows}{tr(*['&nbsp;'] * 6) * 8}</table>
<p style="margin-top:8pt">LT = L. Tisdale MD &nbsp; MJ = M. Jaworski PA-C &nbsp;&nbsp; Sister had melanoma (age 50). Full skin exam every 6 mos.</p>""")
    d.also("Encounter.period.start", *(mu.iso(x) for x in ("4/2/02", "4/30/02", "10/8/02", "3/18/03", "9/23/03", "4/6/04")))
    d.also("DocumentReference.date", "2004-04-06", "2002-04-02")
    d.maybe = ["procedures", "findings", "familyHistory"]
    d.also("Practitioner.name", "L. Tisdale")
    return d


# ---- discharge summaries

def dc_typed():
    d = Note("dc 1987.tif", "sn06", DC, "dc-typewriter", "photocopy", ".page{font:10.5pt/1.28 'Liberation Mono';padding:.7in .75in} p{margin:0 0 6pt}")
    d.page(f"""<p>{d.org('Mercy Hospital of Port Ellis')}<br><u>DISCHARGE SUMMARY</u></p>
<p>{d.name('GRUENWALD, Otto', 'Gruenwald', 'Otto')} &nbsp;&nbsp;&nbsp; #{d.mrn('118-206')}<br>Admitted: {d.start('January 8, 1987')}<br>Discharged: {d.end('January 17, 1987')}</p>
<p><u>ADMITTING DIAGNOSIS</u>: Acute inferior myocardial infarction.</p>
<p><u>FINAL DIAGNOSES</u>:<br>1. {d.cond('Acute inferior wall myocardial infarction')}.<br>2. {d.cond('Hypertension')}.<br>3. {d.cond('Chronic obstructive lung disease')}.</p>
<p><u>PRESENT ILLNESS</u>: {d.sec('historyOfPresentIllness', 'This 66-year-old retired machinist was brought in by ambulance after two hours of crushing substernal pain with sweating. He had no prior angina. He denied orthopnea and ankle swelling.')}</p>
<p><u>PAST HISTORY</u>: {d.sec('pastMedicalHistory', 'Hypertension for ten years. Appendectomy as a boy. He has smoked two packs a day for forty years.')}</p>
<p><u>PHYSICAL EXAM</u>: {d.sec('physicalExam', 'A pale, anxious man. Blood pressure ' + d.bp('Blood pressure', '100/64') + ', pulse ' + d.vital('pulse', 'pulse', '54') + '. Lungs: a few rales at the left base. Heart: S4 gallop, no murmur. Abdomen soft. No edema.')}</p>
<p><u>LABORATORY</u>: {d.sec('results', 'CPK rose to 1,480 with positive MB band. Hematocrit 44, white count 12,100. Serial electrocardiograms showed evolving inferior infarction.')}</p>
<p><u>HOSPITAL COURSE</u>: {d.sec('hospitalCourse', 'He was admitted to coronary care and given lidocaine and morphine. Transient second degree block on the first day cleared without a pacemaker. He was moved to the ward on the fourth day and walked without pain by the eighth. Dr. Pasternak of cardiology saw him and advised a low level treadmill test in three weeks.')}</p>
<p><u>DISCHARGE MEDICATIONS</u>: {d.sec('medications', d.m('Inderal 20 mg', 'q.i.d.') + ', ' + d.m('Isordil 10 mg', 't.i.d.') + ', ' + d.m('Theo-Dur 200 mg', 'b.i.d.') + ', ' + d.m('nitroglycerin 1/150', 'sublingually p.r.n.'))} The hydrochlorothiazide was stopped.</p>
<p><u>DISPOSITION</u>: {d.sec('plan', 'Home with his wife, Hedwig. Low salt diet. No driving for one month. He will be seen in the office in two weeks.')}</p>
<p><br>{d.by('Franklin D. Oyler')}, M.D.</p><p>FDO:lg<br>d. {d.dated('1-19-87')}<br>t. 1-21-87</p>""")
    d.obs("hct", "Hematocrit", "44", optional=True)
    d.obs("ck", "CPK", "1,480", optional=True)
    d.obs("wbc", "white count", "12,100", optional=True)
    d.also("DocumentReference.date", "1987-01-21")
    d.proc("Appendectomy", optional=True)
    d.cond("Acute inferior myocardial infarction", optional=True)
    d.cond("Hypertension for ten years", optional=True)
    d.prose_sex("male")
    d.maybe = ["dischargeInstructions", "problems", "assessment", "pastSurgicalHistory"]
    return d


def dc_ehr():
    d = Note("dc ehr.png", "sn07", DC, "dc-ehr-table", "clean300", ".page{font:8.8pt/1.3 'DejaVu Sans';padding:.45in .5in} h3{background:#ddd;margin:6pt 0 2pt;font-size:9.5pt;padding:1pt 4pt} table{width:100%} td,th{border-bottom:1px solid #999;padding:1pt 4pt}")
    row = lambda drug, sig, note, strength="": (d.med(drug + (" " + strength if strength else ""), sig, shown=[drug, strength]), tr(drug, strength, sig, note))[1]
    stop = lambda drug, strength, note: (d.med(f"{drug} {strength}", shown=[drug, strength]), d.items[-1].update(optional=True), tr(drug, strength, "&mdash;", note))[2]
    d.page(f"""<table style="border:1px solid #000"><tr><td><b style="font-size:12pt">{d.org('Kestrel Valley Medical Center')}</b><br>Hospital Medicine &mdash; Discharge Summary</td><td>{d.name('Tamika L Broussard', 'Broussard', 'Tamika L')}<br>MRN {d.mrn('10093381')} | DOB {d.dob('12/01/1971')} | {d.sex('F')}<br>Adm {d.start('09/12/2016')} &nbsp; Disch {d.end('09/15/2016')}</td></tr></table>
<p style="margin:4pt 0"><b>Discharging Physician:</b> {d.by('Noor Siddiqui')}, MD &nbsp; <b>PCP:</b> Walter Keane, MD &nbsp; <b>Consults:</b> Nephrology (Dr. B. Auerbach)</p>
<h3>Discharge Diagnoses</h3>{d.sec('problems', f"<table>{tr('Diagnosis', 'ICD-10', 'POA', tag='th')}{tr(d.cond('Acute pyelonephritis', 'N10'), 'N10', 'Y')}{tr(d.cond('Acute kidney injury', 'N17.9'), 'N17.9', 'Y')}{tr(d.cond('Type 2 diabetes mellitus', 'E11.9'), 'E11.9', 'Y')}{tr(d.cond('Essential hypertension', 'I10'), 'I10', 'Y')}</table>")}
<h3>Hospital Course</h3>{d.sec('hospitalCourse', 'Ms. Broussard presented with two days of right flank pain, rigors and vomiting. She denied hematuria and prior stones. Urine grew E. coli sensitive to ceftriaxone. Creatinine was 2.1 on arrival and fell to 1.0 with fluids and holding lisinopril. CT showed no obstruction. She was afebrile for 36 hours before going home.')}
<h3>Allergies</h3>{d.sec('allergies', f"{d.allergy('Sulfa antibiotics', 'Hives')} (Hives), {d.allergy('Codeine', 'Nausea')} (Nausea)")}
<h3>Last Vitals</h3>{d.sec('vitalSigns', f"BP {d.bp('BP', '128/76')} | Pulse {d.vital('pulse', 'Pulse', '82')} | Temp {d.vital('temp', 'Temp', '98.4', '°F')} °F | Resp {d.vital('resp', 'Resp', '16')} | SpO2 {d.vital('spo2', 'SpO2', '97', '%')}%")}
<h3>Discharge Labs</h3>{d.sec('results', f"<table>{tr('Component', 'Value', 'Range', tag='th')}" + ''.join((d.obs(t, n, v, u, r, f), tr(n, f'{v} {u}' + (f' ({f})' if f else ''), r))[1] for t, n, v, u, r, f in (('wbc', 'WBC', '9.8', 'K/uL', '4.0-11.0', ''), ('hgb', 'Hemoglobin', '11.4', 'g/dL', '11.7-15.5', 'L'), ('creat', 'Creatinine', '1.02', 'mg/dL', '0.50-1.10', ''), ('k', 'Potassium', '3.6', 'mmol/L', '3.5-5.1', ''), ('a1c', 'Hemoglobin A1c', '8.2', '%', '4.0-5.6', 'H'))) + '</table>')}
<h3>Discharge Medications</h3>{d.sec('medications', f"<table>{tr('Medication', 'Strength', 'How to take', 'Status', tag='th')}{row('Cefuroxime', 'Take 1 tablet by mouth twice a day for 9 days', 'NEW', '500 mg')}{row('Metformin', 'Take 1 tablet by mouth twice a day with meals', 'CONTINUE', '1000 mg')}{row('Amlodipine', 'Take 1 tablet by mouth daily', 'CHANGED', '10 mg')}{row('Acetaminophen', 'Take 1 tablet every 6 hours as needed for pain', 'NEW', '325 mg')}{stop('Lisinopril', '20 mg', 'STOP')}{stop('Ibuprofen', '600 mg', 'STOP')}</table>")}
<h3>Follow-up and Instructions</h3>{d.sec('dischargeInstructions', 'See Dr. Keane in 1 week with a basic metabolic panel. Drink 2 liters of water a day. Return for fever above 101 or vomiting. Do not take ibuprofen or naproxen.')}
<p style="margin-top:6pt">Pending at discharge: none. &nbsp; Condition: good. &nbsp; Electronically signed by Noor Siddiqui, MD on {d.dated('09/15/2016')} 16:22. &nbsp; Copy to: Walter Keane, MD, fax (318) 555-0191</p>""")
    d.maybe = ["plan"]
    return d


# ---- histories and physicals

def hp_dictated():
    d = Note("hp dictated.tif", "sn08", HP, "hp-dictated", "fax200", ".page{font:10pt/1.28 'Liberation Mono';padding:.55in .7in} p{margin:0 0 5pt}")
    d.page(f"""<p class=m>{d.org('BITTERROOT MEMORIAL HOSPITAL')}<br>HISTORY AND PHYSICAL EXAMINATION</p>
<p>NAME: {d.name('KILBOURNE, ADELE', 'Kilbourne', 'Adele')} &nbsp;&nbsp; MR#: {d.mrn('40-11-39')}<br>DOB: {d.dob('04/25/1929')} &nbsp;&nbsp; ADMITTED: {d.start('12/02/2001')}<br>ATTENDING: {d.by('MILTON R. JASPERS', 'MILTON R. JASPERS')}, M.D.</p>
<p>CHIEF COMPLAINT: {d.sec('chiefComplaint', 'Shortness of breath.')}</p>
<p>HISTORY OF PRESENT ILLNESS: {d.sec('historyOfPresentIllness', 'The patient is a 72-year-old widowed white female with one week of worsening dyspnea on exertion, three-pillow orthopnea and leg swelling. She ran out of her Lasix about ten days ago. She denies chest pain, fever or productive cough.')}</p>
<p>PAST MEDICAL HISTORY: {d.sec('pastMedicalHistory', f"Significant for {d.cond('congestive heart failure')}, {d.cond('atrial fibrillation')}, {d.cond('hypothyroidism')} and {d.cond('osteoarthritis')}. No history of diabetes or stroke.")}</p>
<p>PAST SURGICAL HISTORY: {d.sec('pastSurgicalHistory', f"{d.proc('Total abdominal hysterectomy', '1974')} in 1974. {d.proc('Right total knee replacement', '1996')} in 1996.")}</p>
<p>MEDICATIONS: {d.sec('medications', f"Lanoxin 0.125 mg daily, Coumadin 3 mg daily, Synthroid 0.075 mg daily, Lasix 40 mg b.i.d. (out).")}</p>
<p>ALLERGIES: {d.sec('allergies', f"{d.allergy('PENICILLIN', 'rash')} causes rash. {d.allergy('IODINE DYE')}.")}</p>
<p>FAMILY HISTORY: {d.sec('familyHistory', 'Mother died of stroke at 80. A brother has diabetes. One daughter, living and well.')}</p>
<p>SOCIAL HISTORY: {d.sec('socialHistory', 'Lives alone in an apartment. Never smoked. Rare glass of wine.')}</p>
<p>REVIEW OF SYSTEMS: {d.sec('reviewOfSystems', 'Negative for melena, dysuria, syncope, headache. Positive for knee stiffness and constipation.')}</p>
<p>PHYSICAL EXAMINATION: {d.sec('physicalExam', f"VITAL SIGNS: Temperature {d.vital('temp', 'Temperature', '97.8')}, pulse {d.vital('pulse', 'pulse', '104')} and irregular, respirations {d.vital('resp', 'respirations', '26')}, blood pressure {d.bp('blood pressure', '156/92')}. HEENT: Normocephalic. Pupils equal. NECK: Jugular venous distention to the angle of the jaw. LUNGS: Rales to the mid zones. HEART: Irregularly irregular without murmur. ABDOMEN: Soft, obese, nontender. EXTREMITIES: 3+ pitting edema to the knees. NEUROLOGIC: Grossly intact.")}</p>
<p>LABORATORY DATA: {d.sec('results', 'Sodium 134, potassium 3.9, BUN 31, creatinine 1.4. INR 2.6. Chest film shows cardiomegaly and vascular congestion.')}</p>
<p>IMPRESSION:<br>{d.sec('impression', f"1. {d.cond('Decompensated congestive heart failure')}.<br>2. {d.cond('Atrial fibrillation with rapid response')}.<br>3. {d.cond('Mild renal insufficiency')}.")}</p>
<p>PLAN: {d.sec('plan', 'Admit to telemetry. Intravenous Lasix. Daily weights. Continue Coumadin and check the digoxin level. Social services for medication help.')}</p>
<p>MILTON R. JASPERS, M.D. &nbsp;&nbsp; MRJ/tr 4471<br>DD: {d.dated('12/02/2001')} &nbsp; DT: 12/03/2001 &nbsp; cc: Bonnie Eastlake, M.D.</p>""")
    for drug, sig in (("Lanoxin 0.125 mg", "daily"), ("Coumadin 3 mg", "daily"), ("Synthroid 0.075 mg", "daily"), ("Lasix 40 mg", "b.i.d.")):
        d.med(drug, sig, also={"MedicationStatement.dosage.text": ["b.i.d. (out)"]} if "Lasix" in drug else None)
    for t, n, v in (("na", "Sodium", "134"), ("k", "potassium", "3.9"), ("bun", "BUN", "31"), ("creat", "creatinine", "1.4"), ("inr", "INR", "2.6")):
        d.obs(t, n, v, optional=True)
    d.also("Patient.gender", "female")
    d.also("DocumentReference.date", "2001-12-03")
    d.also("Patient.maritalStatus", "W")
    d.maybe = ["assessment", "vitalSigns", "assessmentAndPlan"]
    return d


def hp_columns():
    d = Note("hp clinic.jpg", "sn09", HP, "hp-two-columns", "office", ".page{font:9.5pt/1.32 'P052'} .two{gap:16pt} h5{margin:6pt 0 1pt;font:bold 9pt 'URW Gothic';border-bottom:1px solid #000} ul{list-style:square;padding-left:13pt}")
    li = lambda *x: "<ul>" + "".join(f"<li>{i}</li>" for i in x) + "</ul>"
    d.page(f"""<div class=two><div><b style="font-size:14pt">{d.org('Ash Street Internal Medicine')}</b><br>77 Ash Street, Suite 3, Laramie, WY 82070<br>Tel 307-555-0120 &middot; Fax 307-555-0121</div><div class=r>NEW PATIENT HISTORY &amp; PHYSICAL<br>Visit: {d.start('August 3, 2009')}</div></div>
<p style="border:1px solid #000;padding:3pt;margin:5pt 0">{d.name('Garth Emory Pelletier', 'Pelletier', 'Garth Emory')} &nbsp;&middot;&nbsp; born {d.dob('Feb 11, 1950')} &nbsp;&middot;&nbsp; {d.sex('male')} &nbsp;&middot;&nbsp; chart {d.mrn('P-2296')} &nbsp;&middot;&nbsp; {d.f('Patient.maritalStatus', 'married', 'M')} &nbsp;&middot;&nbsp; home {d.phone('307-555-0166')}</p>
<div class=two><div><h5>REASON FOR VISIT</h5>{d.sec('chiefComplaint', 'To establish care; fatigue.')}
<h5>HISTORY</h5>{d.sec('historyOfPresentIllness', 'Mr. Pelletier moved here from Oregon in June. He feels worn out by noon and falls asleep watching television. His wife says that he snores. He has no chest pain, palpitations or weight loss. His last physical was in 2006 with Dr. Ames in Bend.')}
<h5>MEDICAL PROBLEMS</h5>{d.sec('pastMedicalHistory', li(d.cond('Hypertension', more=', since 1998') + ', since 1998', d.cond('Gout'), d.cond('Hyperlipidemia'), d.cond('Kidney stone', more=', 2003, passed') + ', 2003, passed'))}
<h5>OPERATIONS</h5>{d.sec('pastSurgicalHistory', li('2001 &ndash; ' + d.proc('Left inguinal hernia repair', '2001'), '1968 &ndash; ' + d.proc('Tonsillectomy', '1968')))}
<h5>MEDICINES</h5>{d.sec('medications', li(d.m('Atenolol 50 mg', '1 daily'), d.m('Allopurinol 300 mg', '1 daily'), d.m('Simvastatin 40 mg', '1 at bedtime'), d.m('Fish oil', '2 capsules daily')))}
<h5>ALLERGIES</h5>{d.sec('allergies', 'No known drug allergies')}
<h5>FAMILY</h5>{d.sec('familyHistory', 'Father: colon cancer, died 71. Mother: 84, dementia. Sister: thyroid disease.')}
<h5>SOCIAL</h5>{d.sec('socialHistory', 'Married, two grown sons. Surveyor. Quit smoking 1985 (15 pack-years). Two beers on weekends.')}</div>
<div><h5>REVIEW OF SYSTEMS</h5>{d.sec('reviewOfSystems', 'General: fatigue; no fever. Eyes: reading glasses. Heart: no chest pain. Lungs: no cough or wheeze. GI: heartburn weekly. GU: nocturia x 1. Skin: no new moles. Mood: denies depression.')}
<h5>VITALS</h5>{d.sec('vitalSigns', f"BP {d.bp('BP', '142/88')} right arm seated<br>P {d.vital('pulse', 'P', '58')} &nbsp; R {d.vital('resp', 'R', '14')} &nbsp; T {d.vital('temp', 'T', '98.0')}<br>Ht {d.vital('ht', 'Ht', '71', 'in')} in &nbsp; Wt {d.vital('wt', 'Wt', '241', 'lb')} lb &nbsp; BMI {d.vital('bmi', 'BMI', '33.6')}")}
<h5>EXAMINATION</h5>{d.sec('physicalExam', 'Heavy man, no distress. Pharynx crowded. Neck 18 inches, thyroid not enlarged. Lungs clear. Heart regular, no murmur. Abdomen obese, soft. Well healed left groin scar. Feet: no tophi. Reflexes brisk and equal.')}
<h5>ASSESSMENT AND PLAN</h5>{d.sec('assessmentAndPlan', f"<p>1. {d.cond('Suspected sleep apnea')}. Overnight study at Ivinson.</p><p>2. {d.cond('Hypertension, above goal', optional=True)}. Change atenolol to lisinopril 10 mg daily.</p><p>3. {d.cond('Gout, quiet', optional=True)}. Check uric acid.</p><p>4. {d.cond('Hyperlipidemia', optional=True)}. Fasting lipids this week.</p><p>5. {d.cond('Health maintenance', optional=True)}. Colonoscopy, given his father. Tetanus booster today.</p>")}
<p><br><span class=sig>Corinne Vance</span><br>{d.by('Corinne Vance')}, MD</p><p>Signed {d.dated('August 4, 2009')}</p></div></div>""")
    return d


# ---- progress notes

def soap_typed():
    d = Note("soap card.tif", "sn10", PROG, "soap-card", "photocopy", ".page{font:10.5pt/1.3 'Liberation Mono';padding:.6in .7in} .ln{border-bottom:1px dotted #777;padding:1pt 0}")
    d.page(f"""<div style="border:2px solid #000;padding:6pt"><span style="font:bold 13pt 'Nimbus Roman'">{d.org('Hollis B. Cranford, M.D.')}</span> &nbsp; General Practice &nbsp; Route 9, Elk Ferry, Tennessee<br>
PATIENT: {d.name('Mrs. Verna Stubblefield', 'Stubblefield', 'Verna')} &nbsp;&nbsp; BORN: {d.dob('7-14-22', '1922-07-14')} &nbsp; NO. {d.mrn('1163')}</div>
<p style="margin-top:10pt"><b>{d.start('10-3-88')}</b></p>
<p>S: {d.sec('subjective', 'Here for pressure check. Says the ankles swell by evening. No chest pain, no short breath lying flat. Sleeping poorly since her brother passed in August. Taking the water pill most days.')}</p>
<p>O: {d.sec('objective', f"Wt {d.vital('wt', 'Wt', '168')}. BP {d.bp('BP', '164/92')}, P {d.vital('pulse', 'P', '76')} reg. Lungs clear. Heart reg with soft systolic murmur, same as before. 1+ edema both ankles. Urine: neg sugar, trace alb.")}</p>
<p>A: {d.sec('assessment', f"1) {d.cond('Hypertension, fair control')}<br>2) {d.cond('Dependent edema')}<br>3) {d.cond('Grief reaction')}")}</p>
<p>P: {d.sec('plan', 'Raise Dyazide to one every day. Add Procardia 10 mg t.i.d. Cut down on salt. Support hose. Halcion .125 mg h.s. number 10, no refill. Back in 3 weeks, bring all bottles.')}</p>
<p style="margin-top:10pt">{d.by('H.B. Cranford')}</p>
<p style="margin-top:16pt;border-top:1px solid #000">10-11-88 TEL: Daughter Peggy called, new pill gives her a headache. Try half dose. HBC</p>
<p>Husband's chart: Stubblefield, Roy, no. 1162</p></div>""")
    d.also("Practitioner.name", "Hollis B. Cranford")
    d.also("Organization.name", "Hollis B. Cranford")
    d.dated("10-3-88")
    d.also("DocumentReference.date", "1988-10-11")
    d.prose_sex("female")
    d.obs("uglu", "sugar", "neg", optional=True)
    d.obs("uprot", "alb", "trace", optional=True)
    return d


def emr_side():
    d = Note("emr print.png", "sn11", PROG, "emr-side-headings", "clean300", ".page{font:9pt/1.35 'Liberation Sans';padding:.4in .45in} table.s{width:100%} table.s>tbody>tr>td{padding:3pt 6pt;border-top:1px solid #aaa} table.s>tbody>tr>td:first-child{width:1.35in;font-weight:bold;color:#333}")
    row = lambda h, t: f"<tr><td>{h}</td><td>{t}</td></tr>"
    d.page(f"""<div style="display:flex;justify-content:space-between;font-size:8pt"><span>{d.name('ABERNATHY, Keisha D', 'Abernathy', 'Keisha D')} (MRN: {d.mrn('E2093847')})</span><span>Encounter Date: {d.start('02/26/2019')}</span></div><hr>
<table style="width:100%"><tr><td><b style="font-size:13pt">Office Visit</b><br>{d.start('02/26/2019')}<br>{d.org('Meadowlark Primary Care - Eastside')}</td><td class=r>Provider: {d.by('Samuel Okonjo')}, DO (Family Medicine)<br>DOB: {d.dob('06/17/1983')} &nbsp; Legal sex: {d.sex('Female')}<br>Primary diagnosis: Migraine without aura</td></tr></table><br>
<table class=s>{row('Reason for Visit', d.sec('chiefComplaint', 'Headache'))}
{row('Allergies', d.sec('allergies', f"{d.allergy('Latex', 'Itching')} - Itching<br>{d.allergy('Amoxicillin', 'Rash')} - Rash"))}
{row('Problem List', d.sec('problems', f"{d.cond('Migraine without aura', 'G43.009')} [G43.009]<br>{d.cond('Anxiety disorder, unspecified', 'F41.9')} [F41.9]<br>{d.cond('Iron deficiency anemia', 'D50.9')} [D50.9]<br>{d.cond('Obesity, Class I', 'E66.9')} [E66.9]"))}
{row('Subjective', d.sec('subjective', 'Keisha is here for more frequent headaches, now two a week for six weeks, left sided and throbbing with light sensitivity and nausea. Sumatriptan helps within an hour. She denies weakness, numbness or visual loss. Her mother has migraines. LMP 2/10/2019.'))}
{row('Vitals', d.sec('vitalSigns', f"BP {d.bp('BP', '124/82')} (BP Location: Left arm) | Pulse {d.vital('pulse', 'Pulse', '78')} | Temp {d.vital('temp', 'Temp', '36.8', 'C')} °C (98.2 °F) | Ht {d.vital('ht', 'Ht', '165.1', 'cm')} cm | Wt {d.vital('wt', 'Wt', '88.9', 'kg')} kg | SpO2 {d.vital('spo2', 'SpO2', '99', '%')}% | BMI {d.vital('bmi', 'BMI', '32.61', 'kg/m²')} kg/m²"))}
{row('Objective', d.sec('objective', 'Well appearing. Fundi sharp. Cranial nerves II-XII intact. Strength 5/5 throughout. Gait normal. Neck supple, mild trapezius tenderness.'))}
{row('Current Medications', d.sec('medications', f"&bull; {d.m('sumatriptan 50 mg tablet', 'Take 1 tablet at onset, may repeat once after 2 hours', sep=': ')}<br>&bull; {d.m('sertraline 100 mg tablet', 'Take 1 tablet by mouth daily', sep=': ')}<br>&bull; {d.m('ferrous sulfate 325 mg (65 mg iron) tablet', 'Take 1 tablet by mouth every other day', sep=': ')}"))}
{row('Assessment/Plan', d.sec('assessmentAndPlan', '<b>1. ' + d.cond('Migraine without aura, not intractable', optional=True) + '</b><br>Start topiramate 25 mg nightly, increase weekly to 50 mg twice daily. Headache diary. Discussed contraception while on topiramate.<br><b>2. ' + d.cond('Iron deficiency anemia, follow-up', optional=True) + '</b><br>Repeat CBC and ferritin today.'))}
{row('Orders Placed', 'CBC with differential; Ferritin')}
{row('Follow-up', 'Return in about 8 weeks (around 4/23/2019) for headache.')}</table>
<p style="margin-top:8pt">Electronically signed by Samuel Okonjo, DO at {d.dated('02/27/2019')} 7:48 AM</p><div class=foot>Printed by Lindgren, T. on 3/4/2019 1:12 PM &nbsp;&nbsp; Page 1 of 1</div>""")
    d.obs("temp", "Temp", "98.2", "°F", optional=True)
    d.maybe = ["plan", "assessment"]
    return d


def telephone():
    d = Note("phone notes.tif", "sn12", PROG, "telephone-notes", "office", ".page{font:10pt/1.3 'Liberation Sans';padding:.5in .7in} .n{border:1.5px solid #000;padding:6pt;margin-bottom:10pt} .b td{border-bottom:1px solid #000;padding:2pt 4pt} .b{width:100%}")
    slip = lambda no, when, at, caller, msg, act, who: f"""<div class=n><table class=b><tr><td>TO: Dr. {no}</td><td>DATE: {when}</td><td>TIME: {at}</td></tr><tr><td colspan=2>CALLER: {caller}</td><td>[x] phoned &nbsp;[ ] came in</td></tr></table><p><b>Message:</b> {msg}</p><p><b>Action:</b> {act}</p><p class=r style="margin:0">{who}</p></div>"""
    d.page(f"""<p class=m><b style="font-size:13pt">{d.org('Orchard Lane Pediatrics')}</b><br>TELEPHONE ENCOUNTER SHEET</p><p>Patient: <u>{d.name('Kayla Przybylski', 'Przybylski', 'Kayla')}</u> &nbsp; Birthdate: <u>{d.dob('1/23/2000')}</u> &nbsp; Chart: <u>{d.mrn('PR-0123')}</u><br>Home phone: <u>{d.phone('(716) 555-0134')}</u> &nbsp; Mother: Joanne (cell 716-555-0190) &nbsp; Allergic to: <u>{d.allergy('Ceclor')}</u></p>
{slip('Mantell', d.start('11/18/2004'), '8:50 am', 'mother', 'Temp 102.4 since last night, ear pain on the right, no vomiting. Brother Tyler had strep last week. Gave Motrin 1 tsp at 6 am.', 'Work in today at 11:15. No ear drops until seen.', 'msg taken: D. Kowal LPN')}
{slip('Mantell', '11/21/2004', '4:10 pm', 'mother', 'On Zithromax day 3. Fever gone. Loose stools x 4 today, drinking well.', 'Viral vs antibiotic. Finish course, yogurt, call if blood or not drinking.', 'M. Mantell MD')}
{slip('Reyes (on call)', '11/27/2004', '9:35 pm', 'father', 'Stepped on a nail in the garage, cleaned with peroxide. Asks about tetanus.', 'Booster was 2/2004, up to date. Soak, watch for redness.', 'A. Reyes MD')}
{slip('Mantell', d.dated('12/02/2004'), '1:20 pm', 'school nurse, Mrs. Fine', 'Needs form for inhaler at school.', 'No asthma in chart - that is brother Tyler. Told nurse, form sent for him.', d.by('M. Mantell') + ' MD')}""")
    d.also("Encounter.period.start", "2004-11-21", "2004-11-27", "2004-12-02")
    d.also("DocumentReference.date", "2004-11-18", "2004-11-27", "2004-11-21")
    d.also("Practitioner.name", "Mantell", "A. Reyes")
    d.obs("temp", "Temp", "102.4", optional=True)
    d.also("Patient.contact.name", "Joanne")
    d.also("Patient.contact.relationship", "Mother")
    d.also("Patient.contact.telecom", "+17165550190")
    d.maybe = ["subjective", "plan", "allergies", "chiefComplaint", "assessmentAndPlan", "historyOfPresentIllness"]
    return d


def well_child():
    d = Note("well child.png", "sn13", PROG, "well-child", "clean300", ".page{font:9.2pt/1.3 'URW Gothic';padding:.45in .5in} table{width:100%} td,th{border:1px solid #000;padding:2pt 4pt} .k{font-family:'Liberation Mono'}")
    box = lambda on: "[X]" if on else "[&nbsp;]"
    d.page(f"""<b style="font-size:14pt">9 MONTH WELL CHILD VISIT</b> &nbsp; {d.org("Saguaro Children's Clinic")}
<table class=k style="margin:5pt 0"><tr><td>Name: {d.name('Mateo Villalobos', 'Villalobos', 'Mateo')}</td><td>DOB: {d.dob('03/29/2011')}</td><td>{d.sex('Male')}</td></tr><tr><td>Date: {d.start('01/04/2012')}</td><td>ID: {d.mrn('SC20551')}</td><td>With: mother (Lucia), grandmother</td></tr></table>
<table><tr><th>Growth</th><th>Measured</th><th>Percentile</th></tr><tr><td>Weight</td><td class=k>{d.vital('wt', 'Weight', '19.8', 'lb')} lb</td><td class=k>48</td></tr><tr><td>Length</td><td class=k>28.25 in</td><td class=k>55</td></tr><tr><td>Head circumference</td><td class=k>45.1 cm</td><td class=k>62</td></tr><tr><td>Temperature</td><td class=k>{d.vital('temp', 'Temperature', '98.9', 'F')} F</td><td></td></tr></table>
<p style="margin-top:6pt"><b>Parent concerns / interval history</b><br>{d.sec('subjective', 'Cold two weeks ago, better now. Wakes once a night. Breast fed plus stage 2 foods, no juice. One ear infection since the last visit, treated. No reactions to foods.')}</p>
<p><b>Development</b> {box(1)} sits alone {box(1)} crawls {box(1)} pulls to stand {box(0)} cruises {box(1)} pincer grasp {box(1)} babbles mama/dada {box(1)} stranger wary</p>
<p><b>Physical exam</b> {d.sec('physicalExam', 'Alert, smiling. Anterior fontanelle soft. Red reflex both eyes. TMs clear. Two lower teeth. Lungs clear, heart without murmur. Abdomen soft. Testes down. Hips full abduction. Skin: dry patches on both cheeks.')}</p>
<p><b>Assessment</b> {d.sec('assessment', f"1. {d.cond('Well infant, normal growth')}<br>2. {d.cond('Mild infantile eczema')}")}</p>
<p><b>Plan / anticipatory guidance</b> {d.sec('plan', 'Vaseline after baths, hydrocortisone 1% twice a day to cheeks for 5 days. Finger foods, cup. Gate at stairs, rear facing seat. Fluoride varnish next visit. Return at 12 months.')}</p>
<table><tr><th>Immunizations given today</th><th>Lot</th><th>Site</th><th>Date</th></tr><tr><td>Hepatitis B #3</td><td class=k>AHBVB918AA</td><td>R thigh</td><td class=k>{d.shot('Hepatitis B #3', '01/04/2012')}</td></tr><tr><td>Influenza, inactivated (0.25 mL)</td><td class=k>UT4041BA</td><td>L thigh</td><td class=k>{d.shot('Influenza, inactivated (0.25 mL)', '01/04/2012')}</td></tr></table>
<p style="margin-top:5pt"><b>Labs:</b> Hgb (fingerstick) <span class=k>11.8 g/dL</span> &nbsp; Lead <span class=k>sent</span> &nbsp;&nbsp; <b>Allergies:</b> none known &nbsp; <b>Meds:</b> vitamin D drops 400 IU daily</p>
<p>Family: father asthma, mother hay fever. Smoke exposure: grandfather, outdoors.</p>
<p><span class=sig>Dana Whitehorse</span> &nbsp; {d.by('Dana Whitehorse')}, CPNP &nbsp;&nbsp; {d.dated('01/04/2012')}</p>""")
    d.obs("ht", "Length", "28.25", "in", more=["Height"])
    d.items[-1]["also"]["Observation.code.loinc"] += ["8306-3", "89269-5"]
    d.obs("hc", "Head circumference", "45.1", "cm")
    d.obs("hgb", "Hgb (fingerstick)", "11.8", "g/dL", more=["Hgb"])
    d.items[-1]["also"]["Observation.code.loinc"] = ["30350-3", "20509-6"]
    d.med("vitamin D drops 400 IU", "daily", also={"MedicationStatement.medication.text": ["vitamin D drops"], "MedicationStatement.dosage.text": ["400 IU daily"]})
    d.maybe = ["vitalSigns", "familyHistory", "immunizations", "medications", "allergies", "results", "socialHistory", "historyOfPresentIllness"]
    return d


def prenatal():
    d = Note("prenatal.tif", "sn14", PROG, "prenatal-flow", "photocopy", ".page{font:10pt/1.3 'Liberation Sans Narrow';padding:.5in .5in .4in .75in} table{width:100%;margin-bottom:6pt} td,th{border:1.2px solid #000;padding:3pt 3pt} .k{font:9.5pt 'Liberation Mono'}")
    d.also("DocumentReference.type", SUM)
    rows = ""
    visits = (("5/2/95", "10", "", "142", "112/70", "N", "N", "152"), ("5/30/95", "14", "", "144", "110/68", "N", "N", "148"), ("6/27/95", "18", "18", "148", "108/64", "N", "tr", "150"), ("7/25/95", "22", "22", "152", "114/70", "N", "N", "144"), ("8/22/95", "26", "25", "157", "118/72", "N", "N", "140"),
              ("9/19/95", "30", "30", "161", "116/70", "1+", "N", "146"), ("10/3/95", "32", "32", "163", "122/76", "N", "tr", "142"))
    for when, ga, fh, wt, bp, glu, prot, fht in visits:
        d.obs("wt", "Wt", wt, more=["Weight"])
        d.bp("BP", bp)
        for t, n, v in (("uglu", "Urine glu", glu), ("uprot", "Urine prot", prot), ("fhr", "FHT", fht), ("fundal", "Fund", fh)):
            if v:
                d._item({"Observation.code.text": n, "Observation.code.loinc": mu.TESTS[t][0], "Observation.value": v}, [v], True, {"Observation.code.loinc": mu.TESTS[t][1], "Observation.interpretation": ["N", "A", "H", "L"]})
        rows += tr(when, ga, fh, wt, bp, f"{glu}/{prot}", fht, "vtx" if int(ga) > 28 else "", {"10": "nausea, better", "18": "U/S 6/27 normal, post. placenta", "26": "glucola 118", "30": "diet discussed", "32": "kick counts"}.get(ga, ""))
    d.page(f"""<table><tr><td colspan=2><b style="font-size:13pt">PRENATAL FLOW RECORD</b><br>{d.org("Women's Care of Bayou Teche")}</td><td>Patient no.<br><span class=k>{d.mrn('95-1108')}</span></td></tr><tr><td>Name<br><span class=k>{d.name('Guidry, Annette Claire', 'Guidry', 'Annette Claire')}</span></td><td>Birth date<br><span class=k>{d.dob('09/06/68')}</span></td><td>Phone, home<br><span class=k>{d.phone('318-555-0109')}</span></td></tr>
<tr><td>Husband / father of baby<br><span class=k>Guidry, Dale &nbsp; DOB 2/14/66</span></td><td>Language<br><span class=k>English</span></td><td>Marital status<br><span class=k>M</span></td></tr></table>
<table class=k>{tr('G 2', 'T 1', 'P 0', 'A 0', 'L 1', 'LMP 2/21/95', 'EDC 11/28/95', 'Blood type O+')}</table>
<table><tr><td><b>Allergies:</b> <span class=k>{d.allergy('Demerol', 'vomiting')} (vomiting)</span></td><td><b>Medications:</b> <span class=k>{d.m('Stuart Prenatal', '1 daily')}</span></td></tr><tr><td colspan=2><b>Problems:</b> <span class=k>1. {d.cond('Previous cesarean 1992 - breech')} &nbsp; 2. {d.cond('Rubella nonimmune')} &nbsp; 3. {d.cond('Anemia')}</span></td></tr></table>
<table class=k style="text-align:center">{tr('Date', 'Wks', 'Fund', 'Wt', 'BP', 'Urine glu/prot', 'FHT', 'Pres', 'Remarks', tag='th')}{rows}{tr(*['&nbsp;'] * 9) * 3}</table>
<table>{tr('Initial labs', 'Date', 'Result', tag='th')}{tr('Hgb', '5/2/95', '10.6 gm/dl')}{tr('VDRL', '5/2/95', 'NR')}{tr('Rubella', '5/2/95', 'Neg')}{tr('HBsAg', '5/2/95', 'Neg')}{tr('Pap', '5/2/95', 'WNL')}</table>
<p>Provider: {d.by('Eloise Thibodeaux', 'Eloise Thibodeaux')}, M.D. &nbsp;&nbsp; Pediatrician chosen: Dr. Hank Arceneaux &nbsp;&nbsp; Hospital: Bayou General</p>""")
    d.f("Patient.communication.language", "English", "en")
    d.f("Patient.maritalStatus", "M")
    d.obs("hgb", "Hgb", "10.6", "gm/dl", more=["Hemoglobin"])
    d.obs("glu", "glucola", "118", optional=True)
    for n, v in (("VDRL", "NR"), ("Rubella", "Neg"), ("HBsAg", "Neg"), ("Pap", "WNL")):
        d._item({"Observation.code.text": n, "Observation.value": v}, [n, v], True, {"Observation.interpretation": ["N", "A"]})
    d.also("Encounter.period.start", *(mu.iso(v[0]) for v in visits))
    d.also("DocumentReference.date", *(mu.iso(v[0]) for v in visits))
    d.also("Patient.gender", "female")
    for c, v in (("name", "Guidry, Dale"), ("name", "Dale Guidry"), ("relationship", "Husband"), ("relationship", "Husband / father of baby")):
        d.also("Patient.contact." + c, v)
    d.maybe = ["problems", "medications", "allergies", "vitalSigns", "results"]
    return d


def nursing():
    d = Note("nursing.tif", "sn15", PROG, "nursing-notes", "fax200", ".page{font:10pt/1.32 'Nimbus Mono PS';padding:.5in .55in} table{width:100%} td,th{border-left:1px solid #000;border-right:1px solid #000;padding:2pt 4pt} tr.h td,th{border:1px solid #000} .e{border-bottom:1px solid #000}")
    e = lambda when, at, text, who: f"<tr class=e><td>{when}</td><td>{at}</td><td>{text}<br>{who}</td></tr>"
    d.page(f"""<table><tr class=h><td rowspan=2><b>{d.org('SILVER CREEK CARE CENTER')}</b><br>NURSES NOTES</td><td>Resident: {d.name('FAIRWEATHER, Cornelius', 'Fairweather', 'Cornelius')}</td><td>Rm 117A</td></tr><tr class=h><td>Med rec no: {d.mrn('A-2231')} &nbsp; Physician: Dr. T. Obermeyer</td><td>DNR</td></tr></table><br>
<table><tr><th>Date</th><th>Time</th><th>Notes</th></tr>
{e(d.start('07/08/06'), '0700', f"Awake, oriented to self only. VS: T {d.vital('temp', 'T', '97.6')} P {d.vital('pulse', 'P', '72')} R {d.vital('resp', 'R', '18')} BP {d.bp('BP', '132/68')}. O2 sat {d.vital('spo2', 'O2 sat', '94', '%')}% room air. Ate 75% of breakfast with setup. No c/o pain.", 'L. Nwosu LPN')}
{e('07/08/06', '1145', 'Fingerstick 218. Regular insulin 4 units given per sliding scale, R abdomen. Coccyx: stage II area 1.5 x 1 cm, pink base, no odor. Duoderm changed.', 'L. Nwosu LPN')}
{e('07/08/06', '1530', 'Found sitting on floor by bed. No visible injury, moves all extremities without pain. Denies hitting head. Neuro checks started. Dr. Obermeyer notified 1540, no new orders. Daughter, Beatrice Lund, notified 1550 at 555-0173.', 'K. Sandoval RN')}
{e('07/08/06', '2100', f"Neuro checks WNL. BP {d.bp('BP', '126/70')} P {d.vital('pulse', 'P', '68')}. HS meds taken whole in applesauce. Bed alarm on, low position, mats down.", 'K. Sandoval RN')}
{e('07/09/06', '0300', 'Sleeping, resp even. Incontinent of urine x 1, peri care given. Turned to L side.', 'J. Pham LPN')}
{e(d.dated('07/09/06'), '0640', f"VS: T {d.vital('temp', 'T', '98.1')} P {d.vital('pulse', 'P', '70')} R {d.vital('resp', 'R', '16')} BP {d.bp('BP', '128/66')}. Wt {d.vital('wt', 'Wt', '151.5', 'lbs')} lbs (was 154 on 6/9). No bruising noted. Day shift informed.", d.by('J. Pham') + ' LPN')}
<tr class=e><td>&nbsp;</td><td></td><td><br><br></td></tr></table><p>Allergies: {d.allergy('PCN')}, {d.allergy('Haldol')}</p>""")
    d.obs("fsbs", "Fingerstick", "218")
    d.also("Practitioner.name", "L. Nwosu", "K. Sandoval", "T. Obermeyer")
    d.also("Encounter.period.start", "2006-07-09")
    d.also("DocumentReference.date", "2006-07-08")
    d.also("Patient.contact.name", "Beatrice Lund")
    d.also("Patient.contact.relationship", "Daughter")
    d.maybe = ["allergies", "vitalSigns", "subjective", "objective", "assessment"]
    return d


def physical_therapy():
    d = Note("pt eval.tif", "sn16", PROG, "pt-evaluation", "office", ".page{font:9.5pt/1.32 'Nimbus Sans';padding:.5in .6in} h6{font:bold 9.5pt 'Nimbus Sans';background:#000;color:#fff;margin:6pt 0 3pt;padding:2pt 5pt} table{width:100%} td,th{border:1px solid #666;padding:1.5pt 4pt}")
    d.page(f"""<div class=two><b style="font-size:13pt">{d.org('Ironwood Rehab & Sports Medicine')}</b><span class=r>Outpatient Physical Therapy<br>Re-evaluation / Progress Report</span></div>
<table style="margin-top:6pt"><tr><td>Patient: {d.name('Delacroix-Hayes, Simone', 'Delacroix-Hayes', 'Simone')}</td><td>DOB: {d.dob('04-19-1986')}</td><td>Acct #: {d.mrn('IR77120')}</td></tr><tr><td>Referring MD: Paul Ostrander, MD</td><td>Visit # 12 &nbsp; DOS: {d.start('09-26-2012')}</td><td>Payor: {d.f('Coverage.payor', 'Cascade Mutual')}</td></tr><tr><td colspan=2>Medical dx: S/P R ACL reconstruction 7/31/2012</td><td>ICD-9: V54.89</td></tr></table>
<h6>SUBJECTIVE</h6>{d.sec('subjective', 'Pt reports the knee feels stronger but stairs are still hard going down. Pain 2/10 at rest, 4/10 after standing 30 minutes. No locking or giving way. Wants to return to coaching soccer in the spring.')}
<h6>OBJECTIVE</h6>{d.sec('objective', "<table>" + tr('Measure', 'Initial 8/8/12', 'Today', 'Goal', tag='th') + tr('R knee flexion AROM', '70 deg', '122 deg', '135 deg') + tr('R knee extension', '-12 deg', '-2 deg', '0 deg') + tr('Quad strength (MMT)', '3-/5', '4/5', '5/5') + tr('Single leg stance', '4 sec', '21 sec', '30 sec') + tr('LEFS', '22/80', '51/80', '70/80') + "</table>" + '<p style="margin-top:4pt">Gait without device, mild decrease in terminal extension. Trace effusion. Incisions closed. Girth 10 cm above patella R 44.5 cm, L 46 cm.</p>')}
<h6>TREATMENT</h6>Therapeutic exercise 97110 x 2, neuromuscular re-ed 97112 x 1, manual therapy 97140 x 1, ice 10 min.
<h6>ASSESSMENT</h6>{d.sec('assessment', 'Pt is progressing as expected at 8 weeks. Remaining deficits in quad strength and terminal extension limit stairs and running. Good rehab potential.')}
<h6>PLAN</h6>{d.sec('plan', 'Continue 2x/wk for 6 weeks. Advance closed chain strengthening, begin elliptical. Start jogging at 12 weeks if Dr. Ostrander agrees. Home program reviewed.')}
<h6>GOALS</h6>STG 1: Full extension in 2 wks (not met). STG 2: Descend 12 stairs reciprocally in 4 wks (in progress). LTG: Return to running by 1/2013.
<p style="margin-top:14pt">{d.by('Bryce Tomlinson')}, PT, DPT &nbsp; License PT-008812 &nbsp; Date: {d.dated('09-27-2012')}</p>
<p>I certify the need for these services: ______________________ Paul Ostrander, MD &nbsp; Date: __________</p>""")
    d.cond("S/P R ACL reconstruction 7/31/2012", optional=True)
    d.cond("S/P R ACL reconstruction", optional=True)
    d.proc("R ACL reconstruction", "7/31/2012", optional=True)
    for v in ("2/10", "4/10"):
        d.obs("pain", "Pain", v, optional=True)
    for n, v in (("R knee flexion AROM", "122"), ("R knee extension", "-2"), ("Quad strength (MMT)", "4/5"), ("Single leg stance", "21"), ("LEFS", "51/80")):
        d._item({"Observation.code.text": n, "Observation.value": v}, [n, v], True, {"Observation.value": [v + " deg", v + " sec"], "Observation.unit": ["deg", "s"]})
    d.also("Practitioner.name", "Paul Ostrander")
    d.maybe = ["procedures", "vitalSigns", "physicalExam", "assessmentAndPlan"]
    return d


# ---- consultations and referrals

def consult_cardiology():
    d = Note("cardiology consult.tif", "sn17", CON, "consult-letter", "fax200", ".page{font:11pt/1.33 'Nimbus Roman';padding:.7in 1in} p{margin:0 0 7pt}")
    d.page(f"""<p class=m><b style="font-size:14pt">{d.org('Heart Associates of Mobile Bay')}</b><br>Practice limited to cardiovascular disease<br>Ralph Castellan, M.D. &middot; Judith M. Faircloth, M.D. &middot; Sunil Mehrotra, M.D.<br>1400 Spring Hill, Mobile, Alabama 36604 &middot; (334) 555-0112</p>
<p>{d.dated('May 24, 1996')}</p><p>Norman Tillery, M.D.<br>Fairhope Family Practice</p><p>RE: {d.name('Wilhelmina Rasbury', 'Rasbury', 'Wilhelmina')}<br>DOB: {d.dob('11/2/31')}</p><p>Dear Norm:</p>
<p>Thank you for asking me to see Mrs. Rasbury, whom I met in the office on {d.start('May 22, 1996')}. {d.sec('reasonForReferral', 'You sent her because of palpitations and two near faints.')} {d.sec('historyOfPresentIllness', 'These began in March, come without warning, last a minute or two and leave her washed out. She has had no chest pain. Coffee makes them worse. Her sister has a pacemaker.')}</p>
<p>Past history: {d.sec('pastMedicalHistory', d.cond('mitral valve prolapse') + ', ' + d.cond('migraine') + ' and ' + d.cond('hiatal hernia') + '.')} She takes {d.sec('medications', d.m('Premarin 0.625 mg', 'daily') + ' and ' + d.m('Zantac 150 mg', 'at night') + '.')} She is allergic to {d.sec('allergies', d.allergy('Novocain') + ' and ' + d.allergy('erythromycin') + '.')}</p>
<p>On examination {d.sec('physicalExam', f"she is a slender woman in no distress. Blood pressure {d.bp('Blood pressure', '118/74')}, pulse {d.vital('pulse', 'pulse', '80')} with occasional extra beats, weight {d.vital('wt', 'weight', '121', 'pounds')} pounds. The neck veins are flat. The lungs are clear. There is a midsystolic click and a short late murmur at the apex. No edema.")}</p>
<p>Her electrocardiogram is normal. A Holter monitor showed 1,140 premature ventricular beats and one run of four.</p>
<p>Impression: {d.sec('impression', '1. ' + d.cond('Symptomatic premature ventricular contractions', optional=True) + '. 2. ' + d.cond('Mitral valve prolapse with mild regurgitation', optional=True) + '.')}</p>
<p>Recommendations: {d.sec('plan', 'I have asked her to give up caffeine and begin Tenormin 25 mg each morning. I will repeat the echocardiogram, and she should have amoxicillin before dental work. I shall see her again in six weeks.')}</p>
<p>With kind regards,</p><p><span class=sig>Judith Faircloth</span><br>{d.by('Judith M. Faircloth')}, M.D.</p><p>JMF/ac &nbsp;&nbsp; Dictated but not read</p>""")
    for i in d.items:
        if i.get("Observation.unit") == "pounds":
            i["Observation.unit"] = "[lb_av]"
    d.also("Patient.gender", "female")
    d.maybe = ["assessment", "results", "pastMedicalHistory", "assessmentAndPlan"]
    return d


def consult_rheum():
    d = Note("rheum consult.tif", "sn18", CON, "consult-emr", "clean300", ".page{font:9pt/1.34 'DejaVu Serif Condensed','DejaVu Serif';padding:.5in .65in} .t{font-variant:small-caps;font-weight:bold;font-size:10.5pt;margin:5pt 0 0} table{width:100%} td,th{padding:0 5pt;border-bottom:1px dotted #000}")
    labs = "".join((d.obs(t, n, v, u, r, f), tr(n, v, {"H": "&uarr; High", "A": "ABN", "": ""}[f], u, r))[1] for t, n, v, u, r, f in (("esr", "Sed Rate (Westergren)", "48", "mm/hr", "0-30", "H"), ("crp", "C-Reactive Protein", "2.6", "mg/dL", "0.0-0.8", "H"), ("rf", "Rheumatoid Factor", "74", "IU/mL", "0-14", "H"), ("hgb", "Hemoglobin", "11.9", "g/dL", "11.5-15.5", ""), ("creat", "Creatinine", "0.7", "mg/dL", "0.5-1.1", ""), ("alt", "ALT", "22", "U/L", "7-35", "")))
    d.page(f"""<table><tr><td style="border:0"><b style="font-size:12pt">{d.org('Northshore Arthritis Center')}</b></td><td class=r style="border:0">RHEUMATOLOGY CONSULTATION</td></tr></table><hr>
<div class=two><div>Patient: {d.name('Chaudhry, Nasreen', 'Chaudhry', 'Nasreen')}<br>Born: {d.dob('15-Aug-1974')}<br>Sex: {d.sex('F')}</div><div>Date of service: {d.start('07-Nov-2013')}<br>Chart ID: {d.mrn('NAC-5520')}<br>Requested by: Gavin Petrie, MD</div></div>
<div class=t>Reason for consultation</div>{d.sec('reasonForReferral', 'Joint pain and a positive rheumatoid factor.')}
<div class=t>History of present illness</div>{d.sec('historyOfPresentIllness', 'This 39 year old teacher has had five months of pain and swelling in the knuckles, wrists and balls of the feet, with two hours of stiffness each morning. Naproxen gives partial relief. She has had no rash, mouth ulcers, dry eyes, psoriasis or back pain. She cannot open jars.')}
<div class=t>Past medical history</div>{d.sec('pastMedicalHistory', d.cond('Gestational diabetes', more=' (2004, resolved)') + ' (2004, resolved); ' + d.cond('Vitamin D deficiency') + '; ' + d.cond('Allergic rhinitis'))}
<div class=t>Surgical history</div>{d.sec('pastSurgicalHistory', d.proc('Cesarean section', '2004') + ' 2004; ' + d.proc('Wisdom teeth extraction', '1995') + ' 1995')}
<div class=t>Medications</div>{d.sec('medications', d.m('Naproxen 500 mg', 'BID with food') + '; ' + d.m('Cetirizine 10 mg', 'daily PRN') + '; ' + d.m('Ergocalciferol 50,000 units', 'weekly'))}
<div class=t>Allergies</div>{d.sec('allergies', 'NKDA')}
<div class=t>Family history</div>{d.sec('familyHistory', 'Maternal aunt with rheumatoid arthritis; father with hypertension and diabetes.')}
<div class=t>Review of systems</div>{d.sec('reviewOfSystems', 'As above. Otherwise negative for fever, weight loss, cough, chest pain, abdominal pain, numbness.')}
<div class=t>Examination</div>{d.sec('physicalExam', f"BP {d.bp('BP', '116/72')}; HR {d.vital('pulse', 'HR', '76')}; Wt {d.vital('wt', 'Wt', '64.4', 'kg')} kg. Synovitis of MCP 2-3 bilaterally and right wrist. Squeeze test positive at both forefeet. No nodules. Skin and nails clear. Chest clear.")}
<div class=t>Data</div>{d.sec('results', f"<table>{tr('Test (10/29/2013)', 'Result', 'Flag', 'Unit', 'Normal', tag='th')}{labs}</table>Hand films 10/29/2013: no erosions.")}
<div class=t>Impression</div>{d.sec('impression', d.cond('Early seropositive rheumatoid arthritis, moderate activity', optional=True) + '.')}
<div class=t>Recommendations</div>{d.sec('plan', '1) Methotrexate 15 mg once a week with folic acid 1 mg daily. 2) Prednisone 7.5 mg for four weeks, then taper. 3) Hepatitis B and C serology first. 4) CBC, AST and creatinine monthly. 5) Return in 6 weeks.')}
<p style="margin-top:8pt">Thank you for this consultation. &nbsp; {d.by('Margit Lindholm')}, MD, FACR &nbsp;&nbsp; <i>electronically authenticated {d.dated('08-Nov-2013')}</i> &nbsp;&nbsp; cc: G. Petrie</p>""")
    d.also("Encounter.period.start", "2013-10-29")
    d.maybe = ["assessment", "vitalSigns", "assessmentAndPlan"]
    return d


def referral():
    d = Note("referral.tif", "sn19", REF, "referral-request", "fax200", ".page{font:10.5pt/1.3 'Liberation Sans';padding:.5in .7in} .ln{border-bottom:1px solid #000;padding:3pt 0} b.k{font:10.5pt 'Liberation Mono'}")
    L = lambda *pairs: "<div class='ln two'>" + "".join(f"<span>{a}: <b class=k>{b}</b></span>" for a, b in pairs) + "</div>"
    d.page(f"""<p style="font:bold 20pt 'Liberation Sans'">REFERRAL REQUEST</p><p>From: <b>{d.org('Copper Basin Health Center')}</b>, 300 Main, Globe, AZ &nbsp; Ph (928) 555-0150 &nbsp; Fax (928) 555-0151<br>To: Desert Orthopaedic Group, attn: Dr. Mark Yellin &nbsp; Fax (602) 555-0118</p>
{L(('Patient', d.name('Leander Begay', 'Begay', 'Leander')), ('DOB', d.dob('10/12/1962')))}{L(('Sex', d.sex('M')), ('Home phone', d.phone('928-555-0163')), ('Language', d.f('Patient.communication.language', 'English', 'en')))}
{L(('Address', d.line('PO Box 411') + ', ' + d.place('San Carlos', 'AZ', '85550')),)}{L(('Insurance', d.f('Coverage.payor', 'Mesa State Health Plan')), ('ID', d.f('Coverage.subscriberId', 'MS4409172')), ('Group', d.f('Coverage.group', '0077')))}
{L(('Emergency contact', d.f('Patient.contact.name', 'Rowena Begay')), ('Relation', d.f('Patient.contact.relationship', 'sister')), ('Tel', d.phone('928-555-0177', 'Patient.contact.telecom')))}
{L(('Referring provider', d.by('Lynn Kasperak') + ', FNP'), ('NPI', d.npi('164402931')))}{L(('Date of request', d.dated('06/14/2010')), ('Urgency', '[ ] stat [x] routine'))}
<p style="margin-top:8pt"><b>Reason for referral:</b> {d.sec('reasonForReferral', 'Left shoulder pain for 8 months, failed therapy and one injection. MRI shows full thickness supraspinatus tear. Evaluate and treat.')}</p>
<p><b>Pertinent history:</b> {d.sec('historyOfPresentIllness', 'Fell from a ladder in October 2009. Right handed. Works as a cook, cannot lift overhead. No neck pain or numbness.')}</p>
<p><b>Diagnoses:</b> {d.cond('Rotator cuff tear, left')}; {d.cond('Diabetes mellitus type 2')}; {d.cond('Hyperlipidemia')}</p>
<p><b>Current meds:</b> {d.sec('medications', d.m('Metformin 850 mg', 'bid') + ', ' + d.m('Glipizide 5 mg', 'qam') + ', ' + d.m('Pravastatin 40 mg', 'qhs') + ', ' + d.m('Tramadol 50 mg', 'q6h prn'))}</p>
<p><b>Allergies:</b> {d.sec('allergies', d.allergy('Aspirin', 'wheezing') + ' (wheezing)')}</p>
<p><b>Last A1c:</b> 7.4 % (5/20/2010) &nbsp;&nbsp; <b>Creatinine:</b> 0.9 mg/dL</p>
<p><b>Enclosed:</b> [x] MRI report [x] office note [ ] EKG</p><p><b>Visits authorized:</b> 3 &nbsp; <b>Auth #:</b> R-2210458 &nbsp; <b>Expires:</b> 12/14/2010</p>
<p style="margin-top:16pt"><span class=sig>Lynn Kasperak</span></p><p style="font-size:8.5pt">CONFIDENTIAL: If you received this fax in error call (928) 555-0150. &nbsp; PCP of record: Dr. A. Nez</p>""")
    d.obs("a1c", "A1c", "7.4", "%", more=["Last A1c", "HbA1c"])
    d.obs("creat", "Creatinine", "0.9", "mg/dL")
    d.also("Encounter.period.start", "2010-06-14")
    d.maybe = ["results", "problems", "assessment"]
    return d


# ---- images and tissue

def ct_report():
    d = Note("ct report.tif", "sn20", IMG, "ct-radnet", "clean300", ".page{font:10pt/1.35 'Liberation Sans';padding:.55in .8in} p{margin:0 0 7pt}")
    exam = "CT ABDOMEN AND PELVIS WITH IV CONTRAST"
    d.page(f"""<div style="background:#222;color:#fff;padding:5pt 8pt;font-size:13pt">{d.org('Great Plains Imaging Consultants')}</div>
<table style="width:100%;margin:6pt 0"><tr><td>Patient</td><td>: {d.name('HOLTZCLAW^BRENDAN^R', 'Holtzclaw', 'Brendan R')}</td><td>Accession</td><td>: 5530917</td></tr><tr><td>Patient ID</td><td>: {d.mrn('GP664210')}</td><td>Exam date</td><td>: {d.start('2009-04-30')}</td></tr><tr><td>Birth date</td><td>: {d.dob('1977-10-08')}</td><td>Ordering</td><td>: LAVOIE, MARC MD</td></tr><tr><td>Sex</td><td>: {d.sex('M')}</td><td>Status</td><td>: FINAL</td></tr></table>
<p><b>EXAM: {d.proc(exam, '2009-04-30', optional=True)}</b></p>
<p><b>HISTORY:</b> 31-year-old with left lower quadrant pain and fever. Rule out diverticulitis.</p><p><b>COMPARISON:</b> None.</p>
<p><b>TECHNIQUE:</b> Helical 5 mm images from the lung bases through the symphysis after 100 mL of Omnipaque 350 and oral contrast.</p>
<p><b>FINDINGS:</b> {d.sec('findings', 'The lung bases are clear. Liver, spleen, pancreas, adrenals and kidneys are normal apart from a 9 mm cyst in the right kidney. No stones or hydronephrosis. There is wall thickening of a 6 cm segment of sigmoid colon with fat stranding and several diverticula. A 1.4 cm pocket of gas and fluid lies in the sigmoid mesentery. No free air. Appendix normal. Bladder unremarkable. No bony lesion.')}</p>
<p><b>IMPRESSION:</b></p><p>{d.sec('impression', '1. Acute sigmoid diverticulitis with a small contained perforation.<br>2. Small simple right renal cyst.<br>3. No appendicitis.')}</p>
<p>Findings were phoned to Dr. Lavoie at 2:20 PM by Dr. Weems.</p>
<p><br>Interpreted by: {d.by('Tobias Weems')}, M.D.<br>Electronically signed: {d.dated('2009-04-30')} 14:41<br>Transcribed: 2009-04-30 14:35 by PS360</p>""")
    return d


def mammogram():
    d = Note("mammogram.tif", "sn21", IMG, "mammogram-letter", "fax200", ".page{font:11pt/1.35 'C059';padding:.8in 1in} p{margin:0 0 9pt}")
    d.page(f"""<p class=r><b>{d.org('The Breast Imaging Center of Saratoga')}</b><br>18 Union Avenue &middot; Saratoga Springs, NY 12866<br>518/555-0125</p>
<p>Patient: {d.name('Lorraine Vitagliano', 'Vitagliano', 'Lorraine')}<br>X-ray no.: {d.mrn('94-3361')}<br>Date of birth: {d.dob('2/20/43')}<br>Date of study: {d.start('9/07/94')}</p><p>To: Edwin Prescott, M.D.</p>
<p><u>{d.proc('BILATERAL SCREENING MAMMOGRAM', '9/07/94', optional=True)}</u></p>
<p>{d.sec('findings', 'Two views of each breast are compared with films of 8/12/92. The breasts are moderately dense. In the upper outer quadrant of the left breast there is a new cluster of seven fine calcifications over 8 mm. No mass is seen. The right breast is unchanged. No skin thickening.')} There is a history of breast cancer in a maternal aunt. She takes Provera.</p>
<p><u>CONCLUSION</u>: {d.sec('impression', 'New left calcifications, indeterminate. Category 0: magnification views are needed.')}</p>
<p><u>ADVISE</u>: {d.sec('plan', 'Left magnification views within two weeks. We will telephone the patient.')}</p>
<p>A negative mammogram should not delay biopsy of a suspicious lump.</p><p><br>Thank you for the referral.</p><p>{d.by('Constance Ebersole')}, M.D., Radiologist</p><p>ce/lmr<br>D: {d.dated('9/08/94')} &nbsp; T: 9/09/94</p>""")
    d.maybe = ["familyHistory", "medications"]
    return d


def pathology():
    d = Note("pathology.tif", "sn22", LAB, "pathology", "office", ".page{font:10pt/1.34 'URW Bookman';padding:.55in .7in} h4{margin:8pt 0 2pt;font-size:10pt;border-bottom:1px solid #000}")
    d.page(f"""<div class=two><div><b>{d.org('Penobscot Pathology Associates')}</b><br>Bangor, Maine &nbsp; CLIA 20D0990011</div><div class=r><b>SURGICAL PATHOLOGY REPORT</b><br>Case S-05-11872</div></div>
<div class=two style="border:1px solid #000;padding:4pt;margin-top:6pt;font-size:9pt"><div>Patient: {d.name('Thibeault, Raymond A.', 'Thibeault', 'Raymond A')}<br>MRN: {d.mrn('0448271')}<br>DOB/Age/Sex: {d.dob('6/3/1941')} (64) {d.sex('M')}</div><div>Collected: {d.start('7/19/2005')}<br>Received: 7/19/2005<br>Reported: {d.dated('7/21/2005')}</div><div>Submitting: {d.by('Alden Crosby')}, MD<br>Copy: Ruth Levesque, MD<br>Loc: OR</div></div>
<h4>FINAL DIAGNOSIS</h4><p>A. PROSTATE, RIGHT, NEEDLE BIOPSY:<br>&nbsp;&nbsp; - ADENOCARCINOMA, GLEASON SCORE 3 + 4 = 7.<br>&nbsp;&nbsp; - INVOLVING 2 OF 6 CORES (15% OF TISSUE).<br>B. PROSTATE, LEFT, NEEDLE BIOPSY:<br>&nbsp;&nbsp; - BENIGN PROSTATIC TISSUE WITH CHRONIC INFLAMMATION.</p>
<h4>CLINICAL INFORMATION</h4><p>Elevated PSA (6.8 ng/mL on 6/14/2005). Brother with prostate cancer.</p>
<h4>GROSS DESCRIPTION</h4><p>A. Received in formalin labeled "right" are six tan cores from 0.8 to 1.6 cm. Entirely submitted in A1-A3. B. Received in formalin labeled "left" are six tan cores from 0.5 to 1.7 cm. Entirely submitted in B1-B3. (mfb)</p>
<h4>MICROSCOPIC DESCRIPTION</h4><p>Sections of A show infiltrating small glands with prominent nucleoli in two cores. No perineural invasion is seen. High molecular weight keratin stain is negative in these glands.</p>
<h4>COMMENT</h4><p>Slides were reviewed with Dr. P. Sewall, who agrees.</p><p><br>Diagnosis by: Hugh Dunning, MD, Pathologist<br>(Signed on 7/21/2005 at 3:05 PM)</p><p>SNOMED: T-77100 M-81403 &nbsp;&nbsp; CPT: 88305 x 2, 88342</p>""")
    d.obs("psa", "PSA", "6.8", "ng/mL", optional=True)
    d.cond("ADENOCARCINOMA, GLEASON SCORE 3 + 4 = 7", optional=True)
    for what in ("PROSTATE, RIGHT, NEEDLE BIOPSY", "PROSTATE, LEFT, NEEDLE BIOPSY"):
        d.proc(what, "7/19/2005", optional=True)
    d.also("Practitioner.name", "Hugh Dunning")
    return d


# ---- laboratories

def lab_dot():
    d = Note("dot matrix.tif", "sn23", LAB, "lab-dot-matrix", "photocopy", "pre{font:10.5pt/1.25 'Noto Mono','DejaVu Sans Mono';margin:0;letter-spacing:-.2pt} .page{padding:.4in .75in}")
    o = [f"{d.org('CENTRAL VALLEY CLINICAL LABS')}      FRESNO CA      RUN 0113", "", f"PAT  {d.name('ESPINOZA,DOLORES M', 'Espinoza', 'Dolores M'):<28} ID# {d.mrn('5571-C')}", f"SEX  {d.sex('F')}    AGE 057              DR. {d.by('YAMASHITA, G', 'YAMASHITA, G')}", f"DRAWN {d.start('06/21/89')} 0730           RPTD {d.dated('06/22/89')}", "." * 62, "  ABN TEST                RESULT      NORMAL          UNITS", "." * 62]
    for t, n, v, fl, r, u in (("glu", "GLUCOSE", "188", "H", "70-115", "MG/DL"), ("bun", "BUN", "19", "", "7-25", "MG/DL"), ("creat", "CREATININE", "1.1", "", "0.7-1.4", "MG/DL"), ("na", "SODIUM", "141", "", "135-148", "MEQ/L"), ("k", "POTASSIUM", "3.3", "L", "3.5-5.3", "MEQ/L"), ("cl", "CHLORIDE", "102", "", "95-109", "MEQ/L"),
                              ("uric", "URIC ACID", "8.1", "H", "2.2-7.7", "MG/DL"), ("ca", "CALCIUM", "9.4", "", "8.5-10.6", "MG/DL"), ("phos", "PHOSPHORUS", "3.6", "", "2.5-4.5", "MG/DL"), ("tp", "TOTAL PROTEIN", "7.2", "", "6.0-8.5", "GM/DL"), ("alb", "ALBUMIN", "4.1", "", "3.5-5.5", "GM/DL"), ("globulin", "GLOBULIN", "3.1", "", "1.5-4.5", "GM/DL"),
                              ("tbil", "T.BILIRUBIN", "0.6", "", "0.1-1.2", "MG/DL"), ("alp", "ALK PHOS", "96", "", "25-140", "U/L"), ("ldh", "LDH", "171", "", "0-240", "U/L"), ("ast", "SGOT", "22", "", "0-50", "U/L"), ("chol", "CHOLESTEROL", "266", "H", "130-240", "MG/DL"), ("tg", "TRIGLYCERIDES", "301", "H", "10-250", "MG/DL")):
        d.obs(t, n, v, u, r, fl)
        o.append(f"  {'*' + fl if fl else '  ':<3} {n:<18}{v:>8}      {r:<15} {u}")
    o += ["." * 62, "  SPECIMEN: SERUM, FASTING", "  * = OUTSIDE NORMAL LIMITS", "", "  PREV CHOLESTEROL 09/88  251", "", "            E. HOROWITZ PHD DIRECTOR       END OF REPORT"]
    d.page("<pre>" + "\n".join(o) + "</pre>")
    d.obs("chol", "CHOLESTEROL", "251", optional=True, more=["PREV CHOLESTEROL", "PREV CHOLESTEROL 09/88"])
    return d


def lab_cumulative():
    d = Note("lab cumulative.tif", "sn24", LAB, "lab-cumulative", "clean300", ".page{font:9.5pt/1.35 'Liberation Sans Narrow';padding:.5in} table{width:100%} td,th{border-bottom:1px solid #888;padding:2pt 5pt} th{border-bottom:2px solid #000} .g td{background:#e4e4e4;font-weight:bold}")
    days = ("01/14/03", "01/16/03", "01/19/03", "01/22/03")
    rows = ""
    for group, tests in (("HEMATOLOGY", (("wbc", "WBC", "K/CUMM", "4.5-11.0", "18.2 H|14.6 H|10.1|8.8"), ("hgb", "HGB", "g/dL", "13.0-17.0", "13.9|12.1 L|11.8 L|12.0 L"), ("plt", "PLATELETS", "K/CUMM", "150-400", "310|288||402 H"))),
                         ("CHEMISTRY", (("na", "SODIUM", "mmol/L", "136-145", "131 L|135 L|138|139"), ("k", "POTASSIUM", "mmol/L", "3.5-5.1", "4.8|3.9|3.4 L|4.0"), ("co2", "CO2", "mmol/L", "22-30", "19 L|23|26|25"), ("bun", "UREA NITROGEN", "mg/dL", "7-21", "44 H|30 H|18|14"), ("creat", "CREATININE", "mg/dL", "0.6-1.3", "2.1 H|1.5 H|1.1|1.0"), ("glu", "GLUCOSE", "mg/dL", "65-110", "141 H||98|102"))),
                         ("COAGULATION", (("pt", "PROTHROMBIN TIME", "SECS", "11.0-13.5", "14.1 H|||12.8"), ("inr", "INR", "", "", "1.3|||1.1")))):
        rows += f"<tr class=g><td colspan=7>{group}</td></tr>"
        for t, n, u, r, vs in tests:
            for v in vs.split("|"):
                if v:
                    d.obs(t, n, v.split()[0], u, r, v.split()[1] if " " in v else "")
            rows += tr(n, *(vs.split("|")), r, u)
    d.page(f"""<table><tr><td style="border:0"><b style="font-size:13pt">{d.org('Chesapeake General Hospital')}</b><br>Department of Laboratory Medicine</td><td style="border:0" class=r>CUMULATIVE SUMMARY REPORT<br>DISCHARGED PATIENT - CHART COPY</td></tr></table>
<p style="margin:6pt 0">{d.name('MCALLISTER, DUNCAN', 'McAllister', 'Duncan')} &nbsp;&nbsp; MED REC {d.mrn('71-44-09')} &nbsp;&nbsp; DOB {d.dob('08/17/1935')} &nbsp;&nbsp; SEX {d.sex('M')} &nbsp;&nbsp; ADM {d.start('01/14/03')} &nbsp;&nbsp; DSCH {d.end('01/23/03')}<br>ATTENDING: {d.by('NORRIS, PHILIP E', 'NORRIS, PHILIP E')} MD &nbsp;&nbsp; LOC: 5 EAST &nbsp;&nbsp; PRINTED {d.dated('01/24/03')} 02:14</p>
<table>{tr('', *days, 'REFERENCE', 'UNITS', tag='th')}{rows}</table><p style="margin-top:8pt">H = above reference, L = below reference. Medical director: Vivian Strand, MD. &nbsp; Page 1 of 1</p>""")
    d.also("Encounter.period.start", *(mu.iso(x) for x in days))
    return d


def lab_range():
    d = Note("lab in range.jpg", "sn25", LAB, "lab-in-out-of-range", "office", ".page{font:9pt/1.35 'Nimbus Mono PS';padding:.45in .55in} table{width:100%} td,th{padding:1pt 4pt} .bx{border:1px solid #000}")
    rows = ""
    for t, n, v, fl, u, r in (("chol", "CHOLESTEROL, TOTAL", "244", "H", "mg/dL", "125-200"), ("hdl", "HDL CHOLESTEROL", "61", "", "mg/dL", "> OR = 46"), ("tg", "TRIGLYCERIDES", "88", "", "mg/dL", "<150"), ("ldl", "LDL-CHOLESTEROL", "165", "H", "mg/dL", "<130"), ("ratio", "CHOL/HDLC RATIO", "4.0", "", "(calc)", "< OR = 5.0"), ("tsh", "TSH", "7.82", "H", "mIU/L", "0.40-4.50"), ("ft4", "T4, FREE", "0.9", "", "ng/dL", "0.8-1.8"),
                              ("glu", "GLUCOSE", "94", "", "mg/dL", "65-99"), ("bun", "UREA NITROGEN (BUN)", "14", "", "mg/dL", "7-25"), ("creat", "CREATININE", "0.71", "", "mg/dL", "0.50-0.99"), ("k", "POTASSIUM", "4.3", "", "mmol/L", "3.5-5.3"), ("alt", "ALT", "41", "H", "U/L", "6-29"), ("ferritin", "FERRITIN", "9", "L", "ng/mL", "20-288")):
        d.obs(t, n, v, u if u != "(calc)" else "", r, fl)
        if u == "(calc)":
            d.items[-1]["also"]["Observation.unit"] = ["(calc)"]
        rows += tr(n, "" if fl else v, f"{v} {fl}" if fl else "", escape(r) + " " + u)
    d.page(f"""<div class=two><div><b style="font:bold 15pt 'Liberation Sans'">{d.org('Meridian Point Diagnostics')}</b><br>SPECIMEN INFORMATION<br>SPECIMEN: MP220184K<br>COLLECTED: {d.start('03/08/2012')} 10:05<br>RECEIVED: 03/09/2012 01:12<br>REPORTED: {d.dated('03/10/2012')} 06:40</div><div>PATIENT INFORMATION<br><b>{d.name('KOWALCZYK,JANINA', 'Kowalczyk', 'Janina')}</b><br>DOB: {d.dob('01/30/1949')} AGE: 63<br>GENDER: {d.sex('F')} FASTING: Y<br>PHONE: {d.phone('860.555.0129')}<br>ID: {d.mrn('JK-4410')}</div><div>REPORT STATUS <b>FINAL</b><br>ORDERING PHYSICIAN<br><b>{d.by('DAVENPORT,ALICE', 'DAVENPORT,ALICE')}</b><br>CLIENT 0071553<br>Elm Park Medical Group<br>New Britain, CT</div></div><br>
<table class=bx>{tr('Test Name', 'In Range', 'Out of Range', 'Reference Range', tag='th')}{rows}</table>
<p style="margin-top:8pt">LDL: desirable range &lt;100 mg/dL for patients with CHD or diabetes and &lt;70 mg/dL for diabetic patients with known heart disease.</p><p>PERFORMING SITE: MERIDIAN POINT, 40 QUARRY RD, HARTFORD, CT 06103. Director: OWEN LATTIMORE, MD</p>""")
    return d


def microbiology():
    d = Note("microbiology.png", "sn26", LAB, "microbiology", "clean300", ".page{font:10pt/1.35 'DejaVu Sans Mono';font-size:9.5pt;padding:.5in .6in} table{width:60%} td,th{padding:1pt 6pt;border-bottom:1px dotted #000}")
    rows = ""
    for drug, mic, call in (("Ampicillin", ">=32", "R"), ("Cefazolin", "<=4", "S"), ("Ceftriaxone", "<=1", "S"), ("Ciprofloxacin", "2", "I"), ("Gentamicin", "<=1", "S"), ("Nitrofurantoin", "<=16", "S"), ("Trimethoprim/Sulfa", ">=320", "R")):
        d._item({"Observation.code.text": drug, "Observation.value": mic, "Observation.interpretation": call}, [drug, mic], True, {"Observation.value": [call, f"{mic} {call}"], "Observation.interpretation": ["S", "R", "I"], "Observation.unit": ["ug/mL"]})
        rows += tr(drug, escape(mic), call)
    for text, value in (("Culture Result", "Escherichia coli"), ("Colony Count", ">100,000 CFU/mL"), ("Gram Stain", "Many gram negative rods. Moderate WBCs.")):
        d._item({"Observation.code.text": text, "Observation.value": value}, [text, value], True, {"Observation.interpretation": ["A", "N"], "Observation.code.text": ["Urine Culture", "Culture, Urine"], "Observation.value": [">100,000", "Escherichia coli >100,000 CFU/mL", ">100,000 CFU/mL Escherichia coli"], "Observation.unit": ["CFU/mL", "[CFU]/mL"], "Observation.code.loinc": ["630-4", "664-3"]})
    d.page(f"""<p style="border:2px solid #000;padding:5pt" class=m><b>{d.org('Sangamon County Hospital')}</b> &nbsp; MICROBIOLOGY &nbsp; FINAL REPORT</p>
<p>Patient ........ {d.name('Ruth Ellen Dockery', 'Dockery', 'Ruth Ellen')}<br>Record no. ..... {d.mrn('M0093318')}<br>Born ........... {d.dob('12-Mar-1946')}<br>Sex ............ {d.sex('Female')}<br>Requested by ... {d.by('Bart Henrickson')}, MD<br>Ward ........... ED<br>Collected ...... {d.start('28-Jun-2015')} 19:22<br>Reported ....... {d.dated('01-Jul-2015')} 08:50</p>
<p>Specimen: Urine, clean catch<br>Test: Culture, Urine</p><p>Gram Stain: Many gram negative rods. Moderate WBCs.<br>Culture Result: <b>Escherichia coli</b><br>Colony Count: &gt;100,000 CFU/mL</p>
<table>{tr('Susceptibility', 'MIC (mcg/mL)', '', tag='th')}{rows}</table><p style="margin-top:10pt">S = susceptible, I = intermediate, R = resistant. Preliminary report of 29-Jun-2015 replaced.</p><p>Verified: K. Aronson, MT</p>""")
    return d


def urinalysis():
    d = Note("ua slip.tif", "sn27", LAB, "urinalysis-slip", "office", ".page{font:11pt/1.4 'Liberation Serif';padding:.7in 1.2in} .k{font:12pt 'Liberation Mono'} table{width:100%} td,th{border:1.5px solid #000;padding:3pt 6pt}")
    rows = ""
    for t, n, v, r, fl in (("ucolor", "Color", "amber", "yellow", ""), ("uclar", "Clarity", "cloudy", "clear", ""), ("usg", "Specific gravity", "1.025", "1.003-1.030", ""), ("uph", "pH", "6.0", "5.0-8.0", ""), ("uleu", "Leukocytes", "2+", "neg", ""), ("unit", "Nitrite", "pos", "neg", ""), ("uprot", "Protein", "trace", "neg", ""),
                           ("uglu", "Glucose", "neg", "neg", ""), ("uket", "Ketones", "neg", "neg", ""), ("ubil", "Bilirubin", "neg", "neg", ""), ("ubld", "Blood", "1+", "neg", "")):
        d.obs(t, n, v, "", r, fl)
        d.items[-1]["also"]["Observation.interpretation"] = ["A", "N", "H"]
        rows += tr(n, f"<span class=k>{v}</span>", r)
    d.page(f"""<p class=m><b>{d.org('Pine Bluff Walk-In Clinic')}</b><br>Office laboratory &mdash; dipstick urinalysis</p><table><tr><td colspan=2>Name <span class=k>{d.name('Corey Shumate', 'Shumate', 'Corey')}</span></td><td>Sex <span class=k>{d.sex('M')}</span></td></tr><tr><td>Date <span class=k>{d.start('5/6/99')}</span></td><td>Birth date <span class=k>{d.dob('9/2/76')}</span></td><td>Chart <span class=k>{d.mrn('3308')}</span></td></tr><tr><td colspan=2>Ordered by <span class=k>Dr. {d.by('Wm. Pettigrew')}</span></td><td>Tech <span class=k>RS</span></td></tr></table><br>
<table>{tr('Test', 'Result', 'Normal', tag='th')}{rows}</table><p style="margin-top:10pt">Microscopic: WBC <span class=k>20-30</span>/hpf &nbsp; RBC <span class=k>3-5</span>/hpf &nbsp; Bacteria <span class=k>many</span></p><p>Sent for culture: [X] yes [ ] no</p><p>Strip lot 9B04C, exp 11/99. Control OK.</p>""")
    d.dated("5/6/99")
    for n, v, c in (("WBC", "20-30", "5821-4"), ("RBC", "3-5", "13945-1"), ("Bacteria", "many", "25145-4")):
        d._item({"Observation.code.text": n, "Observation.value": v}, [n, v], True, {"Observation.code.loinc": [c], "Observation.unit": ["/hpf", "/[HPF]"], "Observation.interpretation": ["A", "H", "N"]})
    return d


# ---- lists

def med_list():
    d = Note("wallet meds.tif", "sn28", MED, "medicine-list", "clean300", ".page{font:10.5pt/1.4 'Liberation Sans';padding:.6in .7in} table{width:100%} td,th{padding:3pt 5pt;border-bottom:1px solid #000} tr.x td{text-decoration:line-through;color:#555}")
    rows = ""
    for drug, sig, why, since, who in (("Levothyroxine 88 mcg tab", "1 every morning, empty stomach", "thyroid", "2006", "Iverson"), ("Losartan 50 mg tab", "1 every day", "blood pressure", "2013", "Iverson"), ("Apixaban 5 mg tab", "1 twice a day", "atrial fib", "2015", "Bhatt"), ("Metoprolol succinate ER 25 mg", "1/2 tab at supper", "heart rate", "2015", "Bhatt"), ("Latanoprost 0.005% eye drops", "1 drop each eye at bedtime", "glaucoma", "2011", "Sung"),
                                      ("Albuterol HFA 90 mcg/puff", "2 puffs every 4 hours if needed", "wheezing", "2009", "Iverson"), ("Calcium 600 mg + D3 400 IU", "1 twice a day with food", "bones", "2008", "OTC"), ("Polyethylene glycol 3350", "17 grams in water daily as needed", "constipation", "2016", "OTC")):
        rows += tr(d.med(drug, sig), sig, why, since, who)
    d.page(f"""<p style="font-size:17pt;margin:0"><b>My Medicine List</b></p><p>{d.org('Northfield Senior Health Clinic')} &nbsp; (507) 555-0142</p>
<p>Name: <b>{d.name('Astrid Engebretsen', 'Engebretsen', 'Astrid')}</b> &nbsp;&nbsp; Date of birth: <b>{d.dob('May 7, 1938')}</b> &nbsp;&nbsp; Chart: {d.mrn('NSH-1180')}<br>Reviewed on: <b>{d.dated('October 11, 2017')}</b> by {d.by('Marlys Toftness')}, PharmD &nbsp;&nbsp; Primary doctor: Gail Iverson, MD<br>Drug store: Olson Drug, (507) 555-0183</p>
<p><b>Allergies:</b> {d.sec('allergies', f"{d.allergy('Bactrim', 'hives')} (hives) &nbsp; {d.allergy('Lisinopril', 'cough')} (cough)")}</p>
<table>{tr('Medicine', 'How I take it', 'What for', 'Since', 'Doctor', tag='th')}{rows}</table>
<p style="margin-top:12pt"><b>Stopped &mdash; do not take:</b> warfarin (2015), lisinopril (2013), diphenhydramine (2017)</p><p>If you have questions call your son Erik at home first, then us. &nbsp; Next review: April 2018</p>""")
    for drug in ("warfarin", "diphenhydramine", "lisinopril"):
        d.med(drug)
        d.items[-1]["optional"] = True
    d.also("Encounter.period.start", "2017-10-11")
    d.also("Practitioner.name", "Gail Iverson")
    return d


def mar():
    d = Note("mar sheet.tif", "sn29", MED, "mar", "office", ".page{font:9pt/1.25 'Liberation Sans';padding:.45in} table{width:100%} td,th{border:1px solid #000;padding:2pt 3pt} .k{font:9pt 'Liberation Mono'} .s td{font-size:8pt}")
    rows = ""
    for drug, sig, start, times in (("Furosemide 40 mg tab", "PO daily", "8/3", "0800"), ("Potassium chloride 20 mEq tab", "PO BID with meals", "8/3", "0800 1700"), ("Digoxin 0.125 mg tab", "PO daily, hold if apical pulse <60", "8/3", "0800"), ("Docusate 100 mg cap", "PO BID", "8/4", "0800 2000"), ("Heparin 5,000 units", "SubQ q8h", "8/3", "0600 1400 2200"), ("Insulin NPH 100 units/mL", "14 units SubQ qAM", "8/3", "0730")):
        d.med(drug, sig)
        rows += tr(start, f"<b>{escape(drug)}</b><br>{escape(sig)}", "<br>".join(times.split()), *("<br>".join(f"{w}" for w in ("KR MT BL".split() * 2)[n:n + len(times.split())]) for n in range(4)))
    prn = ""
    for drug, sig, gave in (("Acetaminophen 650 mg", "PO q4h PRN pain or T >101", "8/5 2115 BL"), ("Lorazepam 0.5 mg", "PO HS PRN sleep", "8/4 2200 BL; 8/6 2230 BL")):
        d.med(drug, sig)
        prn += tr(f"<b>{escape(drug)}</b> {escape(sig)}", gave)
    d.med("Cefazolin 1 g", "IV q8h")
    d.items[-1]["optional"] = True
    d.page(f"""<table><tr><td rowspan=2><b>{d.org('Twin Forks Hospital')}</b><br>MEDICATION ADMINISTRATION RECORD</td><td class=k>{d.name('Amundson, Elmer G', 'Amundson', 'Elmer G')}</td><td class=k>MRN {d.mrn('055120')}</td></tr><tr><td class=k>DOB {d.dob('03/31/1933')} &nbsp; {d.sex('M')} &nbsp; Rm 312-2</td><td class=k>Adm {d.start('08/03/1999')}</td></tr><tr><td colspan=3>ALLERGIES: <span class=k>{d.allergy('MORPHINE', 'confusion')} (confusion), {d.allergy('SULFA')}</span> &nbsp; Dx: <span class=k>CHF, pneumonia</span> &nbsp; Dr. <span class=k>{d.by('F. Gallardo')}</span></td></tr></table><br>
<table>{tr('Start', 'Scheduled medication', 'Hour', '8/4', '8/5', '8/6', '8/7', tag='th')}{rows}{tr('8/3', '<s>Cefazolin 1 g<br>IV q8h</s> &nbsp; D/C 8/6', '0600<br>1400<br>2200', 'KR<br>MT<br>BL', 'KR<br>MT<br>BL', 'DC', '')}</table><br>
<table>{tr('PRN medication', 'Given', tag='th')}{prn}</table><p style="margin-top:8pt">Initials: KR K. Rasmussen RN &nbsp; MT M. Tovar RN &nbsp; BL B. Lattimer LPN &nbsp;&nbsp; Sites: A abdomen, T thigh</p><p>Pulse 8/4 72, 8/5 68, 8/6 70, 8/7 66 &nbsp;&nbsp; Checked against orders by night nurse {d.dated('08/04/1999')}.</p>""")
    d.also("DocumentReference.date", "1999-08-03", "1999-08-07")
    for v in ("72", "68", "70", "66"):
        d.obs("pulse", "Pulse", v, optional=True)
    for c in ("CHF", "pneumonia"):
        d.cond(c, optional=True)
    return d


def summary_sheet():
    d = Note("problem sheet.tif", "sn30", SUM, "problem-allergy-sheet", "office", ".page{font:10pt/1.35 'Nimbus Sans';padding:.5in .6in} " + GRID + " .k{font-family:'Liberation Mono'}")
    probs = ""
    for n, (p, on, off) in enumerate((("Asthma, moderate persistent", "1991", ""), ("Bipolar II disorder", "2003", ""), ("Lithium-induced hypothyroidism", "2005", ""), ("Obesity", "2006", ""), ("Pyelonephritis", "8/1997", "9/1997"), ("Tobacco use", "1988", "2007"), ("Abnormal Pap (ASCUS)", "2001", "2002")), 1):
        probs += tr(n, d.cond(p), on, off)
        if off:
            d.items[-1]["optional"] = True
    ops = "".join(tr(when, d.proc(p, when)) for when, p in (("1979", "Appendectomy"), ("11/1999", "Laparoscopic tubal ligation"), ("2008", "Left knee arthroscopy")))
    al = "".join(tr(d.allergy(a, r), r, when) for a, r, when in (("Penicillin", "anaphylaxis", "1974"), ("Ibuprofen", "bronchospasm", "1993"), ("Bee stings", "local swelling", "2000")))
    d.page(f"""<p><b style="font-size:14pt">PATIENT SUMMARY SHEET</b> &nbsp; (keep at front of chart)</p><p>{d.org('Rogue Valley Family Physicians')}</p>
<table class=k><tr><td>{d.name('Dorothea Lynn Mattingly', 'Mattingly', 'Dorothea Lynn')}</td><td>DOB {d.dob('04/08/1969')}</td><td>#{d.mrn('26641')}</td></tr><tr><td>{d.line('2214 Applegate Road')}, {d.place('Medford', 'OR', '97501')}</td><td>H {d.phone('541-555-0131')}</td><td>W 541-555-0198</td></tr></table>
<p style="margin:8pt 0 2pt"><b>DRUG AND OTHER ALLERGIES</b></p><table>{tr('Substance', 'Reaction', 'Year', tag='th')}{al}</table>
<p style="margin:8pt 0 2pt"><b>PROBLEMS</b></p><table>{tr('No.', 'Problem', 'Onset', 'Resolved', tag='th')}{probs}</table>
<p style="margin:8pt 0 2pt"><b>SURGERIES</b></p><table>{ops}</table>
<p style="margin:8pt 0 2pt"><b>FAMILY HISTORY</b></p><table>{tr('Mother', 'diabetes, living')}{tr('Father', 'suicide 1982')}{tr('Brother', 'bipolar disorder')}</table>
<p style="margin:8pt 0 2pt"><b>HEALTH MAINTENANCE</b></p><table>{tr('', 'Date', 'Date', 'Date', tag='th')}{tr('Pap', '3/2004', '5/2006', '6/2008')}{tr('Mammogram', '', '', '7/2009')}{tr('Flu shot', '10/2006', '11/2007', '10/2008')}{tr('Tetanus', '6/1998', '', '7/2008')}</table>
<p style="margin-top:10pt">Updated {d.dated('07/22/2009')} &nbsp; {d.by('Craig Sunderland')}, MD</p>""")
    for v, when in (("Flu shot", "10/2006"), ("Flu shot", "11/2007"), ("Flu shot", "10/2008"), ("Tetanus", "06/1998"), ("Tetanus", "07/2008")):
        d._item({"Immunization.vaccineCode.text": v, "Immunization.occurrenceDate": mu.iso(when)}, [v], True)
    for v, when in (("Pap", "3/2004"), ("Pap", "5/2006"), ("Pap", "6/2008"), ("Mammogram", "7/2009")):
        d._item({"Procedure.code.text": v, "Procedure.performedDate": mu.iso(when if len(when) == 7 else "0" + when)}, [v, when], True)
    d.also("Encounter.period.start", "2009-07-22")
    return d


def shots():
    d = Note("shot record.jpg", "sn31", IMM, "immunization-ledger", "office", ".page{font:10pt/1.35 'URW Bookman';padding:.6in} table{width:100%} td,th{border:1px solid #000;padding:3pt 4pt;font-size:9pt} .k{font:10pt 'Liberation Mono'}")
    rows = ""
    for label, days in (("DTP", ("8/2/90", "10/9/90", "12/4/90", "1/14/92")), ("DTaP", ("", "", "", "", "6/20/95")), ("OPV", ("8/2/90", "10/9/90", "1/14/92", "6/20/95")), ("HIB", ("8/2/90", "10/9/90", "12/4/90", "10/1/91")), ("MMR", ("10/1/91", "6/20/95")), ("Hep B", ("7/8/97", "8/12/97", "1/20/98")), ("Td", ("8/30/02",))):
        rows += tr(f"<b>{label}</b>", *[(d.shot(label, x) if x else "") for x in (days + ("",) * 5)[:5]])
    d.page(f"""<p class=m><b style="font-size:14pt">CERTIFICATE OF IMMUNIZATION</b><br>{d.org('Muskingum County Health Department')}, Zanesville, Ohio</p>
<p>Child's name <span class="u k">{d.name('Bradley Alan Swartzentruber', 'Swartzentruber', 'Bradley Alan')}</span> &nbsp; Birth date <span class="u k">{d.dob('6/1/90')}</span> &nbsp; Sex <span class="u k">{d.sex('M')}</span><br>Parent or guardian <span class="u k">Loretta Swartzentruber</span> &nbsp; Telephone <span class="u k">{d.phone('740-555-0117')}</span><br>Address <span class="u k">{d.line('6120 Chandlersville Rd')}, {d.place('Zanesville', 'OH', '43701')}</span></p>
<table class=k>{tr('Vaccine', 'Dose 1', 'Dose 2', 'Dose 3', 'Dose 4', 'Dose 5', tag='th')}{rows}{tr('<b>Varicella</b>', 'had disease 3/94', '', '', '', '')}</table>
<table style="margin-top:10pt">{tr('TB skin test', 'Mantoux', 'given 8/30/02', 'read 9/1/02', '0 mm')}</table>
<p style="margin-top:10pt">School: Duncan Falls &nbsp;&nbsp; [ ] medical exemption &nbsp; [ ] religious exemption</p><p>I certify that this child has received the vaccines above.</p><p><span class=sig>Nadine Orr</span><br>{d.by('Nadine Orr')}, R.N. &nbsp;&nbsp; Date {d.dated('9/3/02')}</p>""")
    d.also("Encounter.period.start", "2002-09-03", "2002-08-30")
    d.proc("TB skin test", optional=True)
    d._item({"Observation.code.text": "TB skin test", "Observation.value": "0", "Observation.unit": "mm"}, ["TB skin test"], True, {"Observation.code.text": ["Mantoux"], "Observation.value": ["0 mm"], "Observation.interpretation": ["N"]})
    for c, v in (("name", "Loretta Swartzentruber"), ("relationship", "Parent"), ("relationship", "Parent or guardian"), ("telecom", "+17405550117")):
        d.also("Patient.contact." + c, v)
    d.cond("Varicella", optional=True)
    return d


def emergency():
    d = Note("ed record.tif", "sn32", SUM, "emergency-record", "office", ".page{font:9.3pt/1.3 'Liberation Sans';padding:.45in .55in} table{width:100%} td{border:1px solid #000;padding:2pt 4pt} td small{display:block;font-size:7pt} .k{font:9.5pt 'Liberation Mono'} b.h{margin-top:5pt}")
    d.also("DocumentReference.type", PROG, HP)
    c = lambda label, v, span=1: f"<td colspan={span}><small>{label}</small><span class=k>{v}</span></td>"
    d.page(f"""<p class=m style="margin:0 0 4pt"><b>{d.org('Lower Cape Emergency Center')}</b> &mdash; EMERGENCY DEPARTMENT RECORD</p>
<table><tr>{c('PATIENT NAME', d.name('NICKERSON, PAULA J', 'Nickerson', 'Paula J'), 2)}{c('MED REC NO', d.mrn('118-40-6'))}{c('ACCT', '9902217')}</tr><tr>{c('BIRTHDATE', d.dob('02/14/1952'))}{c('SEX', d.sex('F'))}{c('MARITAL', d.f('Patient.maritalStatus', 'DIVORCED', 'D'))}{c('SSN', d.ssn('912-44-7708'))}</tr>
<tr>{c('ADDRESS', d.line('41 Depot Lane') + ', ' + d.place('Harwich', 'MA', '02645'), 3)}{c('PHONE', d.phone('508-555-0154'))}</tr><tr>{c('NOTIFY', d.f('Patient.contact.name', 'Todd Nickerson'))}{c('RELATION', d.f('Patient.contact.relationship', 'Son'))}{c('PHONE', d.phone('508-555-0159', 'Patient.contact.telecom'))}{c('INSURANCE', d.f('Coverage.payor', 'Bay Colony Blue'))}</tr><tr>{c('ARRIVAL', d.start('08/19/2003') + ' 22:41')}{c('MODE', 'Ambulance')}{c('TRIAGE', 'Level 3')}{c('PMD', 'Dr. Sears')}</tr></table>
<table style="margin-top:3pt"><tr>{c('TIME', '22:50')}{c('BP', d.bp('BP', '148/84'))}{c('PULSE', d.vital('pulse', 'PULSE', '96'))}{c('RESP', d.vital('resp', 'RESP', '22'))}{c('TEMP', d.vital('temp', 'TEMP', '99.1'))}{c('O2 SAT', d.vital('spo2', 'O2 SAT', '96', '%') + '%')}{c('PAIN', '7/10')}</tr></table>
<b class=h>CHIEF COMPLAINT</b>{d.sec('chiefComplaint', 'Fall, right wrist pain')}
<b class=h>HPI</b>{d.sec('historyOfPresentIllness', '51 y/o female slipped on wet deck at 21:30, landed on outstretched right hand. Pain and deformity of wrist. No head injury, LOC or neck pain. Tingling in thumb and index finger. Last ate 19:00.')}
<b class=h>PMH</b>{d.sec('pastMedicalHistory', d.cond('Osteoporosis') + ', ' + d.cond('GERD') + ', ' + d.cond('depression'))}
<b class=h>MEDS</b>{d.sec('medications', d.m('Fosamax 70 mg', 'weekly') + ', ' + d.m('Prilosec 20 mg', 'daily') + ', ' + d.m('Zoloft 50 mg', 'daily'))}
<b class=h>ALLERGIES</b>{d.sec('allergies', d.allergy('Percocet', 'vomiting') + ' - vomiting')}
<b class=h>EXAM</b>{d.sec('physicalExam', 'Alert, uncomfortable. Head atraumatic, neck nontender. Chest clear. Right wrist: dinner fork deformity, skin intact, radial pulse 2+, decreased light touch in median distribution. Elbow and shoulder nontender.')}
<b class=h>X-RAY / LAB</b>{d.sec('results', 'R wrist: comminuted distal radius fracture, dorsal angulation 25 degrees. Hgb 13.1, K 4.0, creatinine 0.8.')}
<b class=h>ED COURSE</b>{d.sec('hospitalCourse', 'Morphine 4 mg IV x 2, Phenergan 12.5 mg IV. Hematoma block, closed reduction by Dr. Dunham with finger traps, sugar tong splint. Post reduction films acceptable. Sensation improved.')}
<b class=h>DIAGNOSIS</b>{d.sec('assessment', '1. ' + d.cond('Colles fracture, right') + ' &nbsp; 2. ' + d.cond('Median nerve contusion'))}
<b class=h>DISPOSITION</b>{d.sec('plan', 'Home with son 01:35. Vicodin #15. Ice, elevation. Orthopedics, Dr. Rourke, in 3 days. Return for numbness or tight splint.')}
<p style="margin-top:8pt">{d.by('Celia Dunham')}, MD &nbsp;&nbsp; {d.dated('08/20/2003')} 01:50 &nbsp;&nbsp; RN: P. Gomes &nbsp;&nbsp; Scribed copy to Dr. Sears</p>""")
    for t, n, v in (("hgb", "Hgb", "13.1"), ("k", "K", "4.0"), ("creat", "creatinine", "0.8"), ("pain", "PAIN", "7/10")):
        d.obs(t, n, v, optional=True)
    d.proc("closed reduction", optional=True)
    d.also("Encounter.period.end", "2003-08-20")
    d.maybe = mu.SECTIONS
    return d


# ---- papers of more pages and printouts of systems

def dc_two_pages():
    d = Note("dc faxed.tif", "sn33", DC, "dc-two-pages", "fax200", ".page{font:10.5pt/1.3 'Liberation Serif';padding:.65in .75in} .fx{position:absolute;top:.12in;left:.5in;right:.5in;font:8.5pt 'Liberation Mono'} p{margin:0 0 7pt}")
    d.page(f"""<div class=fx>AUG-12-2008 09:14 FROM:MED RECORDS 6145550160 TO:6145550128 P.1/2</div><p class=m><b>{d.org('Scioto Valley Regional Hospital')}</b><br>DISCHARGE SUMMARY</p>
<p>Patient: {d.name('PRENTICE, LOWELL G', 'Prentice', 'Lowell G')}<br>MR #: {d.mrn('0611-4482')} &nbsp;&nbsp; Account: 80915567<br>Date of Birth: {d.dob('03/03/1940')}<br>Admit Date: {d.start('08/02/2008')}<br>Discharge Date: {d.end('08/08/2008')}<br>Attending: {d.by('Beverly Stanhope')}, MD<br>Primary Care: Arthur Wendt, DO</p>
<p><b>PRINCIPAL DIAGNOSIS:</b> {d.cond('Left lower lobe pneumonia')}</p><p><b>SECONDARY DIAGNOSES:</b><br>1. {d.cond('COPD with acute exacerbation')}<br>2. {d.cond('Diabetes mellitus, type 2')}<br>3. {d.cond('Coronary artery disease, status post bypass 2001')}<br>4. {d.cond('Benign prostatic hyperplasia')}</p>
<p><b>PROCEDURES:</b> {d.sec('procedures', d.proc('Thoracentesis, left', '08/04/2008') + ' (08/04/2008)')}</p>
<p><b>BRIEF HISTORY:</b> {d.sec('historyOfPresentIllness', 'Mr. Prentice is a 68-year-old man who came to the emergency room with four days of cough with rusty sputum, chills and left sided chest pain. He had been given azithromycin by Dr. Wendt without relief. He denied hemoptysis, leg swelling and travel. His grandson had been ill.')}</p>
<p><b>HOSPITAL COURSE:</b> {d.sec('hospitalCourse', 'He was treated with ceftriaxone and levofloxacin, nebulizers and prednisone. A left effusion was tapped on the third day for 600 mL of clear fluid; cultures were negative. Blood cultures grew Streptococcus pneumoniae in one of two bottles. Oxygen was weaned by the fifth day. Sugars ran to 310 on steroids and were covered with insulin; metformin was resumed before discharge. He walked 200 feet without desaturation. Lisinopril was held for a potassium of 5.6 and not restarted.')}</p>
<p class=m>Page 1 of 2 (continued)</p>""")
    d.page(f"""<div class=fx>AUG-12-2008 09:14 FROM:MED RECORDS 6145550160 TO:6145550128 P.2/2</div><p>PRENTICE, LOWELL G &nbsp;&nbsp; MR # 0611-4482 &nbsp;&nbsp; DISCHARGE SUMMARY, page 2</p>
<p><b>CONDITION AT DISCHARGE:</b> Improved. Temperature {d.vital('temp', 'Temperature', '98.0')}, pulse {d.vital('pulse', 'pulse', '84')}, blood pressure {d.bp('blood pressure', '134/72')}, oxygen saturation {d.vital('spo2', 'oxygen saturation', '94', '%')}% on room air.</p>
<p><b>DISCHARGE MEDICATIONS:</b><br>{d.sec('medications', '<br>'.join(f'{n}. {x}' for n, x in enumerate((d.m('Levofloxacin 750 mg', 'daily for 4 more days'), d.m('Prednisone 20 mg', 'daily for 3 days, then stop'), d.m('Metformin 1000 mg', 'twice daily'), d.m('Aspirin 81 mg', 'daily'), d.m('Metoprolol tartrate 25 mg', 'twice daily'), d.m('Tamsulosin 0.4 mg', 'at bedtime'), d.m('Tiotropium 18 mcg', 'inhaled daily')), 1)))}</p>
<p><b>STOPPED:</b> Lisinopril 10 mg, azithromycin.</p>
<p><b>ALLERGIES:</b> {d.sec('allergies', d.allergy('Penicillin', 'hives as a child') + ', hives as a child (tolerated ceftriaxone).')}</p>
<p><b>INSTRUCTIONS:</b> {d.sec('dischargeInstructions', 'Diabetic diet. Finger sticks before meals. Use the incentive spirometer. No smoking. Call for fever, worse breathlessness or chest pain.')}</p>
<p><b>FOLLOW-UP:</b> {d.sec('plan', 'Dr. Wendt in one week with a potassium level. Chest film in six weeks. Pneumococcal vaccine was given on 08/07/2008.')}</p>
<p><br>Electronically signed by Beverly Stanhope, MD on {d.dated('08/11/2008')} at 07:52</p><p>Dictated: 08/08/2008 17:20 &nbsp; Transcribed: 08/09/2008 06:11 &nbsp; Job 449120 &nbsp; cc: Arthur Wendt, DO</p>""")
    d.med("Lisinopril 10 mg")
    d.items[-1]["optional"] = True
    d.med("azithromycin")
    d.items[-1]["optional"] = True
    d._item({"Immunization.vaccineCode.text": "Pneumococcal vaccine", "Immunization.occurrenceDate": "2008-08-07"}, ["Pneumococcal vaccine"], True)
    d.cond("Coronary artery disease", optional=True)
    d.proc("bypass", "2001", optional=True)
    d.obs("k", "potassium", "5.6", optional=True)
    d.also("DocumentReference.date", "2008-08-08")
    d.prose_sex("male")
    d.maybe = ["vitalSigns", "problems", "assessment", "physicalExam", "immunizations"]
    return d


def transfer():
    d = Note("transfer form.tif", "sn34", SUM, "inter-agency-transfer", "clean300", ".page{font:9pt/1.3 'Liberation Sans';padding:.4in .45in} table{width:100%;margin-top:-1px} td{border:1px solid #000;padding:2pt 4pt} small{font-size:7pt;display:block} .k{font:9.5pt/1.25 'Liberation Mono'} .n{width:14pt;background:#000;color:#fff;text-align:center}")
    d.also("DocumentReference.type", DC, REF)
    c = lambda n, label, v, span=1: f"<td colspan={span}><small>{n}. {label}</small><span class=k>{v}</span></td>"
    meds = (("Warfarin 2.5 mg", "PO daily at 1700", "12/30 1700"), ("Carvedilol 6.25 mg", "PO BID", "12/31 0800"), ("Donepezil 10 mg", "PO HS", "12/30 2100"), ("Oxycodone 5 mg", "PO q4h PRN pain", "12/31 0615"), ("Senna 8.6 mg", "2 tabs PO HS", "12/30 2100"))
    d.page(f"""<p class=m style="margin:0 0 3pt"><b>PATIENT TRANSFER / CONTINUITY OF CARE FORM</b></p>
<table><tr>{c(1, 'Patient last name, first, MI', d.name('Ostrowski, Wanda M', 'Ostrowski', 'Wanda M'), 2)}{c(2, 'Birth date', d.dob('07-28-1925'))}{c(3, 'Sex', d.sex('F'))}</tr><tr>{c(4, 'Home address', d.line('19 Linden Court, Apt 2B') + ', ' + d.place('New Castle', 'DE', '19720'), 2)}{c(5, 'Telephone', d.phone('302-555-0135'))}{c(6, 'Marital status', d.f('Patient.maritalStatus', 'Widowed', 'W'))}</tr>
<tr>{c(7, 'Transferring facility', d.org('Brandywine Orthopedic Hospital'))}{c(8, 'Receiving facility', 'Rosewood Manor Nursing Center')}{c(9, 'Admitted', d.start('12-26-2010'))}{c(10, 'Transferred', d.end('12-31-2010'))}</tr><tr>{c(11, 'Record no.', d.mrn('BOH 30227'))}{c(12, 'Primary insurance / ID', d.f('Coverage.payor', 'Diamond State Senior Plan') + ' / ' + d.f('Coverage.subscriberId', 'DSS118842A'), 2)}{c(13, 'Code status', 'DNR')}</tr>
<tr>{c(14, 'Responsible relative', d.f('Patient.contact.name', 'Helen Ostrowski-Dunn'))}{c(15, 'Relationship', d.f('Patient.contact.relationship', 'Daughter'))}{c(16, 'Telephone', d.phone('302-555-0181', 'Patient.contact.telecom'))}{c(17, 'Notified', 'Yes 12-31 0900')}</tr></table>
<table><tr><td><small>18. Diagnoses</small><span class=k>a. {d.cond('Right intertrochanteric hip fracture')}<br>b. {d.cond('Alzheimer dementia')}<br>c. {d.cond('Chronic systolic heart failure')}<br>d. {d.cond('Atrial fibrillation')}</span></td><td><small>19. Surgery this admission (date)</small><span class=k>{d.proc('Right hip intramedullary nail', '12-27-2010')}<br>12-27-2010</span></td><td><small>20. Allergies</small><span class=k>{d.allergy('Ciprofloxacin', 'agitation')} - agitation<br>{d.allergy('Shellfish', 'hives')} - hives</span></td></tr></table>
<table><tr><td colspan=3><small>21. Medications at transfer</small></td></tr>{''.join(tr(f"<span class=k>{d.med(a, b)}</span>", f"<span class=k>{b}</span>", f"<span class=k>last {t}</span>") for a, b, t in meds)}<tr><td colspan=3 class=k>Enoxaparin discontinued 12/30. Haldol given once 12/28, not to continue.</td></tr></table>
<table><tr>{c(22, 'BP', d.bp('BP', '118/60'))}{c(22, 'Pulse', d.vital('pulse', 'Pulse', '78'))}{c(22, 'Resp', d.vital('resp', 'Resp', '18'))}{c(22, 'Temp', d.vital('temp', 'Temp', '98.2', 'F') + ' F')}{c(22, 'Weight', d.vital('wt', 'Weight', '112', 'lb') + ' lb')}{c(22, 'Height', d.vital('ht', 'Height', '61', 'in') + ' in')}</tr></table>
<table><tr><td><small>23. Last laboratory 12-31</small><span class=k>INR 1.9 &nbsp; Hgb 9.6 g/dL &nbsp; Creatinine 1.1 mg/dL &nbsp; K 4.2</span></td></tr><tr><td><small>24. Hospital course</small><span class=k>{d.sec('hospitalCourse', 'Fell at home 12-25. Nailing without complication. Two units of red cells. Delirium for two days, clearing. Ten feet with walker and two helpers.')}</span></td></tr><tr><td><small>25. Orders for care</small><span class=k>{d.sec('plan', 'Weight bearing as tolerated. PT and OT daily. INR Monday and Thursday, goal 2 to 3. Staples out 1-10-2011. Heels off bed. Dr. Rhee in 4 weeks.')}</span></td></tr></table>
<table><tr>{c(26, 'Diet', 'Mechanical soft, 2 g Na')}{c(27, 'Skin', 'Stage I sacrum')}{c(28, 'Continence', 'Foley out 12-29')}{c(29, 'Flu vaccine', 'given 10-2010 per daughter')}{c(30, 'TB test', 'not done')}</tr></table>
<table><tr>{c(31, 'Physician', d.by('Daniel Rhee') + ', MD')}{c(32, 'Signature', '<span class=sig>D. Rhee</span>')}{c(33, 'Date', d.dated('12-31-2010'))}{c(34, 'Nurse giving report', 'P. Iannucci RN, ext 4402')}</tr></table>""")
    for t, n, v, u in (("inr", "INR", "1.9", ""), ("hgb", "Hgb", "9.6", "g/dL"), ("creat", "Creatinine", "1.1", "mg/dL"), ("k", "K", "4.2", "")):
        d.obs(t, n, v, u)
    d._item({"Immunization.vaccineCode.text": "Flu vaccine", "Immunization.occurrenceDate": "2010-10"}, ["Flu vaccine"], True)
    for drug in ("Enoxaparin", "Haldol"):
        d.med(drug)
        d.items[-1]["optional"] = True
    return d


def cbc_panels():
    d = Note("cbc two panels.tif", "sn35", LAB, "cbc-two-panels", "photocopy", ".page{font:10pt/1.35 'Liberation Sans';padding:.55in .75in} .two{gap:18pt} .two table{width:100%} td,th{border-bottom:1px solid #000;padding:2pt 3pt} .hd td{border:0}")
    side = lambda rows: f"<table>{tr('TEST', 'RESULT', '', 'NORMAL', tag='th')}" + "".join((d.obs(t, n, v, u, r, f), tr(n, f"<b>{v}</b>", f and ("HI" if f == "H" else "LO"), f"{r} {u}"))[1] for t, n, v, f, r, u in rows) + "</table>"
    d.page(f"""<table class=hd style="width:100%"><tr><td><b style="font-size:13pt">{d.org('Tallgrass Physicians Laboratory')}</b><br>Emporia, Kansas</td><td class=r>HEMATOLOGY<br>Acc 7-0331-118</td></tr></table>
<table class=hd style="width:100%;border:2px solid #000;margin:6pt 0"><tr><td>PT: {d.name('Dale Hutchcraft', 'Hutchcraft', 'Dale')}</td><td>AGE/SEX: 44/{d.sex('M')}</td><td>CHART: {d.mrn('H-2090')}</td></tr><tr><td>PHYS: {d.by('Rebecca Unruh')}, M.D.</td><td>COLL: {d.start('3-31-97')} 8:40A</td><td>RPT: {d.dated('3-31-97')} 11:02A</td></tr></table>
<div class=two><div>{side((("wbc", "WBC", "3.1", "L", "4.8-10.8", "THOU/CUMM"), ("rbc", "RBC", "4.02", "L", "4.70-6.10", "MILL/CUMM"), ("hgb", "HGB", "13.4", "L", "14.0-18.0", "GM/DL"), ("hct", "HCT", "40.1", "L", "42.0-52.0", "%"), ("mcv", "MCV", "99.8", "H", "80.0-94.0", "FL"), ("mch", "MCH", "33.3", "H", "27.0-31.0", "PG"), ("rdw", "RDW", "14.1", "", "11.5-14.5", "%"), ("plt", "PLT", "96", "L", "130-400", "THOU/CUMM")))}</div>
<div>{side((("neut", "NEUT", "38", "L", "42-75", "%"), ("lymph", "LYMPH", "47", "H", "20-45", "%"), ("mono", "MONO", "11", "H", "2-10", "%"), ("eos", "EOS", "4", "", "0-5", "%"), ("esr", "SED RATE", "22", "H", "0-15", "mm/hr")))}<p style="margin-top:8pt">MORPHOLOGY: Macrocytes 1+. Platelets decreased on smear. No blasts seen.</p></div></div>
<p style="margin-top:14pt">COMMENT: WBC and PLT checked. Called to Dr. Unruh's nurse (Jan) 11:10A.</p><p>Copy to: V. A. Sorensen, M.D., Topeka &nbsp;&nbsp; Tech: MKR</p>""")
    return d


def registry():
    d = Note("registry printout.png", "sn36", IMM, "registry-date-first", "clean300", ".page{font:9pt/1.35 'DejaVu Sans';padding:.5in} table{width:100%} td,th{padding:2pt 4pt;border-bottom:1px dashed #666;font-size:8.5pt}")
    rows = ""
    for day, v, maker, lot in (("10/16/2019", "Influenza, quadrivalent, PF", "SKB", "K5J93"), ("07/22/2019", "HPV9", "MSD", "R014882"), ("01/15/2019", "HPV9", "MSD", "R002715"), ("07/12/2018", "Meningococcal ACWY (Menactra)", "PMC", "U6021AA"), ("07/12/2018", "Tdap (Adacel)", "PMC", "C5418AB"), ("08/03/2011", "MMR/Varicella (ProQuad)", "MSD", "0664AA"), ("08/03/2011", "DTaP-IPV (Kinrix)", "SKB", "AC20B"),
                               ("09/25/2008", "Hepatitis A, ped/adol", "MSD", "0892X"), ("03/20/2008", "Hepatitis A, ped/adol", "MSD", "0417U"), ("12/18/2007", "DTaP", "PMC", "C2834AA"), ("09/17/2007", "Pneumococcal conjugate, PCV 7", "WAL", "B51229"), ("09/17/2007", "MMR", "MSD", "1140U"), ("09/17/2007", "Varicella", "MSD", "0388U")):
        rows += tr(d.shot(v, day), escape(v), maker, lot, "Yes")
    d.page(f"""<p><b style="font-size:13pt">State Immunization Registry</b> &mdash; Patient Record</p><p>Printed for: {d.org('Blue Heron Pediatric Group')} &nbsp; Printed on {d.dated('11/04/2019')} by {d.by('Mireille Fontenot')}, RN</p>
<p>Client name (last, first, middle): {d.name('Achterberg, Noelle, Irene', 'Achterberg', 'Noelle Irene')}<br>Birth date: {d.dob('09/12/2006')} &nbsp; Gender: {d.sex('Female')} &nbsp; Client ID: {d.mrn('4419027')}<br>Mother's maiden name: Vandenberg &nbsp; Responsible party: Joel Achterberg &nbsp; Phone: {d.phone('616-555-0137')}<br>Address: {d.line('880 Cutter Lane NE')}, {d.place('Rockford', 'MI', '49341')}</p>
<table>{tr('Date', 'Vaccine', 'Mfr', 'Lot', 'Valid', tag='th')}{rows}</table>
<p style="margin-top:8pt"><b>Recommended next:</b> Meningococcal ACWY on or after 09/12/2022; MenB on or after 09/12/2022; Influenza 2020-21</p><p>Comments: egg allergy questioned 2008, ruled out by testing. History of chickenpox: no.</p>""")
    d.also("Organization.name", "State Immunization Registry")
    d.also("Encounter.period.start", "2019-11-04", "2019-10-16")
    for c, v in (("name", "Joel Achterberg"), ("telecom", "+16165550137"), ("relationship", "Responsible party")):
        d.also("Patient.contact." + c, v)
    return d


def health_summary():
    d = Note("health summary.tif", "sn37", SUM, "system-health-summary", "office", "pre{font:9pt/1.24 'Liberation Mono';margin:0}")
    d.also("DocumentReference.type", MED)
    o = [f"{d.dated('05/18/2004')} 13:07{'':<14}** HEALTH SUMMARY **{'':<18}page 1", f"{d.org('HARLAN COUNTY VETERANS CLINIC')}", "*" * 78, f"{d.name('BLEDSOE,ERNEST WAYNE', 'Bledsoe', 'Ernest Wayne'):<34} {d.ssn('933-51-2280'):<18} DOB: {d.dob('12/24/1931')}", "*" * 78, "", "--------------------- ADR - Adverse React/Allerg ---------------------", ""]
    for a, r, kind in (("PENICILLINS", "RASH", "drug"), ("SIMVASTATIN", "MUSCLE PAIN", "drug"), ("POLLEN", "SNEEZING", "other")):
        o.append(f"  {d.allergy(a, r):<22}{r:<20}({kind})")
    o += ["", "--------------------- PLA - Active Problems --------------------------", f"  {'PROBLEM':<46}{'ENTERED':<12}PROVIDER"]
    for p, on, who in (("Prostate cancer, status post radiation", "08/99", "NOLAND"), ("Post-traumatic stress disorder", "02/95", "WHITLEY"), ("Hearing loss, bilateral", "06/97", "NOLAND"), ("Diabetes mellitus type II", "11/00", "NOLAND"), ("Peripheral neuropathy", "03/02", "NOLAND")):
        o.append(f"  {d.cond(p):<46}{on:<12}{who}")
    o += ["", "--------------------- PLI - Inactive Problems ------------------------"]
    for p, on in (("Pneumonia", "01/98"), ("Alcohol abuse, in remission", "02/95")):
        o.append(f"  {d.cond(p, optional=True):<46}{on}")
    o += ["", "--------------------- RXOP - Outpatient Pharmacy ---------------------", f"  {'DRUG':<34}{'QTY':<6}{'STATUS':<12}LAST FILL"]
    for drug, sig, qty, status, fill in (("GLYBURIDE 5MG TAB", "TAKE ONE TABLET BY MOUTH TWICE A DAY", "180", "ACTIVE", "04/02/04"), ("GABAPENTIN 300MG CAP", "TAKE ONE CAPSULE BY MOUTH THREE TIMES A DAY", "270", "ACTIVE", "03/29/04"), ("SERTRALINE HCL 100MG TAB", "TAKE ONE-HALF TABLET BY MOUTH EVERY MORNING", "45", "ACTIVE", "04/02/04"), ("ASPIRIN 325MG EC TAB", "TAKE ONE TABLET BY MOUTH EVERY DAY", "90", "ACTIVE", "02/20/04"), ("SIMVASTATIN 40MG TAB", "TAKE ONE TABLET BY MOUTH AT BEDTIME", "90", "DISCONT", "10/11/03")):
        d.med(drug, sig)
        if status == "DISCONT":
            d.items[-1]["optional"] = True
        o += [f"  {drug:<34}{qty:<6}{status:<12}{fill}", f"    SIG: {sig}"]
    o += ["", "--------------------- VS - Vital Signs -------------------------------", "  05/17/04 09:20"]
    d.bp("BP", "138/80"), d.vital("pulse", "PULSE", "74"), d.vital("temp", "TEMP", "97.9", "F"), d.vital("wt", "WT", "203", "lb"), d.obs("pain", "PAIN", "3")
    o += ["  BP 138/80   PULSE 74   TEMP 97.9 F   WT 203 lb   PAIN 3", "", "--------------------- CH - Lab Tests Selected ------------------------", f"  {'COLLECTED':<12}{'TEST':<16}{'RESULT':>8}    {'UNITS':<8}REF RANGE"]
    for when, t, n, v, f, u, r in (("04/28/04", "glu", "GLUCOSE", "171", "H", "mg/dL", "70 - 110"), ("04/28/04", "creat", "CREATININE", "1.3", "", "mg/dL", "0.6 - 1.4"), ("04/28/04", "a1c", "HGB A1C", "7.8", "H", "%", "4.0 - 6.0"), ("04/28/04", "psa", "PSA", "0.2", "", "ng/mL", "0.0 - 4.0")):
        d.obs(t, n, v, u, r, f)
        o.append(f"  {when:<12}{n:<16}{v:>8} {f:<3}{u:<8}{r}")
    o += ["", "--------------------- IM - Immunizations -----------------------------"]
    for v, when in (("INFLUENZA", "10/21/03"), ("PNEUMOVAX", "11/05/98"), ("INFLUENZA", "10/30/02")):
        d.shot(v, when)
        o.append(f"  {v:<24}{when}")
    o += ["", "  NOK: BLEDSOE,IRIS (WIFE)   PCP: NOLAND,CHARLENE", "*** END ***  CONFIDENTIAL HEALTH SUMMARY"]
    d.page("<pre>" + "\n".join(o) + "</pre>")
    d.by("NOLAND,CHARLENE", "NOLAND,CHARLENE")
    d.f("Patient.contact.name", "BLEDSOE,IRIS")
    d.f("Patient.contact.relationship", "WIFE")
    d.also("Encounter.period.start", "2004-05-17", "2004-05-18")
    d.also("Patient.identifier.mrn", "933-51-2280")
    d.also("Patient.maritalStatus", "M")
    return d


PAPERS = [op_dictated, op_form, endoscopy, cath, derm_log, dc_typed, dc_ehr, hp_dictated, hp_columns, soap_typed, emr_side, telephone, well_child, prenatal, nursing, physical_therapy, consult_cardiology, consult_rheum, referral, ct_report, mammogram, pathology, lab_dot, lab_cumulative, lab_range, microbiology, urinalysis, med_list, mar, summary_sheet, shots, emergency, dc_two_pages, transfer, cbc_panels, registry, health_summary]
# The chain of damage and the resolution of the setting; an office flatbed of these papers is set at 150 dots per inch, in two shades at 200.
DAMAGE = {p: (f, 150 if p == "office" else 250 if p == "photocopy" else dpi) for p, (f, dpi) in mu.DAMAGE.items()}


def main():
    def dpi_of(doc, dpi):
        return {("clean300", ".png"): 200, ("office", ".tif"): 200}.get((doc.profile, doc.file[-4:]), dpi)

    def truth_of(doc):
        return mu.with_dose_form_apart(mu.truth_without_empty(doc))

    mu.make_papers(__doc__, PAPERS, "fixtures/strangers", "truth-notes.jsonl", dpi_of=dpi_of, seed="strangers ", damage=DAMAGE, truth_of=truth_of)


if __name__ == "__main__":
    main()
