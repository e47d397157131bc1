"""The unseen pages' forms and lists (make_unseen.py): registration, intake, cards, consents, laboratory tables, medicines, immunizations.

Written after papers as American practices print them, without regard to what the program knows. All people, practices and numbers are invented.
Fonts: Liberation, DejaVu, and the URW base 35 (P052, C059, URW Bookman, URW Gothic, Nimbus).
"""

from make_unseen import Doc

E = "font-family:'Nimbus Mono PS';font-size:10.5pt"  # what a typist or a program filled in


def box(on, shape="x"):
    mark = {"x": '<path d="M2 2L10 10M10 2L2 10" stroke="#000" stroke-width="1.7"/>', "v": '<path d="M2 6L5 10L11 0" stroke="#000" stroke-width="1.7" fill="none"/>'}[shape] if on else ""
    return f'<svg class="t" viewBox="0 0 12 12"><rect x=".7" y=".7" width="10.6" height="10.6" fill="none" stroke="#000" stroke-width="1.1"/>{mark}</svg>'


def ring(on, text):
    return f'<span class="c">{text}</span>' if on else text


def registration_grid():
    d = Doc("chart 00-41-77-25/img0001.tif", "U01", "51851-4", "u_reg_grid", "clean300")
    d.style = f".g{{width:100%}} .g td{{border:1px solid #000;height:.42in;padding:1pt 4pt}} .g small{{display:block;font-size:6.5pt;text-transform:uppercase}} .g b{{{E};font-weight:normal}} .g .bar{{background:#000;color:#fff;height:auto;font-weight:bold;font-size:9pt}}"
    cell = lambda label, value="", span=1: f'<td colspan="{span}"><small>{label}</small><b>{value}</b></td>'
    row = lambda *cells: "<tr>" + "".join(cells) + "</tr>"
    bar = lambda text: f'<tr><td class="bar" colspan="12">{text}</td></tr>'
    g1, g2 = d.given("Delphine", "Marie")
    body = [
        bar("1. PATIENT INFORMATION"),
        row(cell("Last name", d.family("Castellanos-Wray"), 4), cell("First name", g1, 3), cell("Middle", g2, 2), cell("Prior / maiden name", "Castellanos", 3)),
        row(cell("Street address", d.line("2217 Alder Spur Rd Apt 6"), 5), cell("City", d.f("Patient.address.city", "Pelham Falls"), 3), cell("ST", d.f("Patient.address.state", "OR"), 1), cell("Zip", d.f("Patient.address.postalCode", "97391"), 3)),
        row(cell("Home phone", d.phone("(541) 555-0117"), 3), cell("Work phone", "(541) 555-0162", 3), cell("Cell phone", "", 2), cell("E-mail", d.email("dmcwray@pelhammail.example"), 4)),
        row(cell("Birth date", d.dob("03/14/1961"), 2), cell("Age", "57", 1), cell("Sex", f"{box(0)}M &nbsp;{box(1)}{d.sex('F')}", 2), cell("Social Security no.", d.ssn("987-65-4021"), 3), cell("Marital status", f"{box(0)}S {box(1)}{d.f('Patient.maritalStatus', 'M')} {box(0)}D {box(0)}W", 4)),
        row(cell("Preferred language", d.f("Patient.communication.language", "English", "en"), 3), cell("Race / ethnicity", "", 3), cell("Employer", "Alder County Road Dept.", 3), cell("Occupation", "Surveyor", 3)),
        bar("2. SPOUSE / RESPONSIBLE PARTY (if other than patient)"),
        row(cell("Name", "Wray, Leonard T.", 5), cell("Relationship", "Husband", 2), cell("Birth date", "08/30/1958", 2), cell("Social Security no.", "", 3)),
        row(cell("Address", "Same", 5), cell("Phone", "(541) 555-0139", 3), cell("Employer", "Wray Marine Supply", 4)),
        bar("3. INSURANCE"),
        row(cell("Primary insurance company", d.f("Coverage.payor", "Cascadia Mutual Health Plan"), 5), cell("Policy / ID no.", d.f("Coverage.subscriberId", "CMH 4471 90263", "CMH447190263"), 4), cell("Group no.", d.f("Coverage.group", "70115-B"), 3)),
        row(cell("Subscriber", "Leonard T. Wray", 4), cell("Subscriber birth date", "08/30/1958", 3), cell("Relation to patient", "Spouse", 2), cell("Copay", "$25", 3)),
        row(cell("Secondary insurance company", "Evergreen Supplemental", 5), cell("Policy / ID no.", "ES0093381", 4), cell("Group no.", "", 3)),
        bar("4. IN CASE OF EMERGENCY NOTIFY"),
        row(cell("Name", d.f("Patient.contact.name", "Beatriz Castellanos"), 5), cell("Relationship", d.f("Patient.contact.relationship", "Sister"), 3), cell("Phone", d.phone("(541) 555-0184", "Patient.contact.telecom"), 4)),
    ]
    d.page(f"""<div class="two"><div><b style="font:bold 15pt 'Liberation Sans'">{d.org('Tamarack Family Practice, P.C.')}</b><br><small>88 Millrace Road, Pelham Falls, OR 97391 &nbsp; Tel (541) 555-0110 &nbsp; Fax (541) 555-0111</small></div>
      <div class="r" style="flex:.5"><b>PATIENT REGISTRATION</b><br><small>Chart #</small> <span style="{E}">{d.mrn('00-41-77-25')}</span></div></div><br><table class="g">{''.join(body)}</table>
      <p style="font-size:8pt;margin-top:8pt">I authorize payment of medical benefits to Tamarack Family Practice and the release of information needed to process my claims. I understand that I am responsible for charges that my insurance does not pay.</p>
      <p style="margin-top:20pt">Signature <span class="u sig" style="width:3.2in">D. Castellanos Wray</span> &nbsp; Date <span class="u" style="width:1.3in;{E}">{d.dated('5/21/2018')}</span></p><div class="foot">TFP Form 101 (rev. 3/16)</div>""")
    d.also("Encounter.period.start", "2018-05-21")
    return d


def registration_under():
    d = Doc("chart 77120/registration.jpg", "U03", "51851-4", "u_reg_under", "office")
    d.style = f".row{{display:flex;gap:.18in;margin-bottom:9pt}} .row>div{{border-bottom:none}} .row u{{display:block;text-decoration:none;border-bottom:1px solid #000;min-height:15pt;{E};padding-left:3pt}} .row small{{font-size:7.5pt;font-style:italic}} h4{{font:bold 11pt 'URW Bookman';margin:10pt 0 6pt;text-decoration:underline}}"
    def row(*cells):
        return '<div class="row">' + "".join(f'<div style="flex:{w}"><u>{v}</u><small>{label}</small></div>' for label, v, w in cells) + "</div>"
    g1, g2 = d.given("Rosalba", "I")
    d.page(f"""<div class="m"><b style="font:bold 17pt 'URW Bookman'">{d.org("Harbor Point Women's Health")}</b><br>14 Quay Street, Suite 3 • Port Renwick, Maine 04915<br>Telephone 207-555-0148 • Fax 207-555-0149</div>
      <h4 class="m">New Patient Information</h4>
      {row(("Last Name", d.family("Quintero"), 3), ("First Name", g1, 3), ("M.I.", g2, .6), ("Name You Prefer", "Rosie", 1.6))}
      {row(("Mailing Address", d.line("P.O. Box 318"), 4), ("City", d.f("Patient.address.city", "Port Renwick"), 2.5), ("State", d.f("Patient.address.state", "ME"), .8), ("Zip", d.f("Patient.address.postalCode", "04915"), 1.3))}
      {row(("Home Telephone", d.phone("207-555-0173"), 2), ("Work Telephone", "", 2), ("Cell", "207-555-0121", 2))}
      {row(("Date of Birth", d.dob("June 29, 1987"), 2), ("Social Security Number", d.ssn("931-22-8840"), 2), ("Marital Status", d.f("Patient.maritalStatus", "Divorced", "D"), 1.4), ("Gender", d.sex("Female"), 1.2))}
      {row(("Employer", "Renwick Boatworks", 3), ("Occupation", "Varnisher", 2), ("Language Spoken at Home", d.f("Patient.communication.language", "Spanish", "es"), 2))}
      {row(("Whom may we thank for referring you?", "Dr. Pauline Osgood", 3), ("Your Primary Care Physician", "Pauline Osgood, DO", 3))}
      <h4>Person Responsible for Account</h4>
      {row(("Name", "Rosalba I. Quintero", 3), ("Relationship", "Self", 1.2), ("Telephone", "", 2))}
      <h4>Nearest Relative or Friend Not Living With You</h4>
      {row(("Name", d.f("Patient.contact.name", "Ofelia Quintero"), 3), ("Relationship", d.f("Patient.contact.relationship", "Mother"), 1.2), ("Telephone", d.phone("207-555-0190", "Patient.contact.telecom"), 2))}
      <h4>Insurance</h4>
      {row(("Insurance Carrier", d.f("Coverage.payor", "Pine Tree Community Health"), 3), ("Insured's I.D. Number", d.f("Coverage.subscriberId", "PTC00817734"), 2), ("Group", d.f("Coverage.group", "4410"), 1))}
      {row(("Insured's Name (if not patient)", "", 3), ("Insured's Date of Birth", "", 2), ("Effective Date", "01/01/2015", 1))}
      <p style="font-size:8.5pt">My signature below confirms that the above is correct and that I have received the Notice of Privacy Practices.</p>
      {row(("Signature of Patient or Guardian", '<span class="sig">Rosalba Quintero</span>', 3), ("Date", d.dated("Sept 8, 2015".replace("Sept", "Sep")), 1.4))}""", "font-family:'URW Bookman';font-size:9.5pt")
    d.also("Patient.telecom.phone", "+12075550121")
    d.also("Encounter.period.start", "2015-09-08")
    return d


def face_sheet():
    d = Doc("chart M000482913/facesheet.tif", "U02", "51851-4", "u_facesheet_dense", "clean300")
    d.style = ".k td{padding:0 3pt;font:9pt/1.25 'Liberation Mono';white-space:nowrap} hr{border:0;border-top:1.5px solid #000;margin:3pt 0} .page{padding:.45in .4in}"
    def block(title, left, right):
        n = max(len(left), len(right))
        left, right = left + [("", "")] * (n - len(left)), right + [("", "")] * (n - len(right))
        cell = lambda k, v: f'<td>{k + ":" if k else ""}</td><td style="width:2.55in">{v}</td>'
        return f'<hr><b style="font:bold 9pt \'Liberation Mono\'">{title}</b><table class="k">' + "".join(f"<tr>{cell(*a)}{cell(*b)}</tr>" for a, b in zip(left, right)) + "</table>"
    d.page(f"""<div class="m" style="font:bold 11pt 'Liberation Mono'">{d.org('SAINT BRENDAN REGIONAL HOSPITAL')}<br>ADMISSION RECORD / FACE SHEET</div><div style="font:9pt 'Liberation Mono'">1400 CALLOWAY AVE, DUNMORE HEIGHTS, OH 44107 &nbsp; PH 440-555-0100</div>
      {block("VISIT", [("ADM DATE/TIME", d.start("11/19/13") + " 0412"), ("DISCH DATE", ""), ("PT TYPE", "INPATIENT"), ("ROOM/BED", "4W 418-2")], [("ACCT #", "V00917440236"), ("MR #", d.mrn("M000482913")), ("SERVICE", "CARDIOLOGY"), ("ADM SOURCE", "ER")])}
      {block("PATIENT", [("NAME", d.name("OLORUNFEMI,THADDEUS J", "Olorunfemi", "Thaddeus J")), ("ADDRESS", d.line("731 KILDARE CT")), ("", d.place("DUNMORE HEIGHTS", "OH", "44107-2216", "{},{} {}")), ("HOME PH", d.phone("(440)555-0126")), ("COUNTY", "CUYAHOGA"), ("RELIGION", "METHODIST")],
             [("DOB", d.dob("11/02/1948")), ("AGE", "65Y"), ("SEX", d.sex("M")), ("RACE", "B"), ("MS", d.f("Patient.maritalStatus", "W")), ("SSN", "XXX-XX-6614")])}
      {block("EMPLOYER", [("PT EMPLOYER", "RETIRED"), ("ADDRESS", "")], [("OCCUPATION", "MACHINIST"), ("EMPL PH", "")])}
      {block("GUARANTOR", [("NAME", "OLORUNFEMI,THADDEUS J"), ("ADDRESS", "731 KILDARE CT"), ("", "DUNMORE HEIGHTS,OH 44107-2216")], [("REL TO PT", "SELF"), ("PH", "(440)555-0126"), ("SSN", "XXX-XX-6614")])}
      {block("NEXT OF KIN / PERSON TO NOTIFY", [("NAME", d.f("Patient.contact.name", "OLORUNFEMI,GRACE A")), ("ADDRESS", "19 TULLAMORE PL"), ("", "LAKE ORRIN,OH 44012")], [("REL TO PT", d.f("Patient.contact.relationship", "DAUGHTER")), ("HOME PH", d.phone("(440)555-0171", "Patient.contact.telecom")), ("WORK PH", "(440)555-0172")])}
      {block("INSURANCE 1", [("PLAN", d.f("Coverage.payor", "MEDICARE PART A AND B")), ("POLICY #", d.f("Coverage.subscriberId", "987541203A")), ("GROUP #", "")], [("SUBSCRIBER", "OLORUNFEMI,THADDEUS J"), ("SUBSCR DOB", "11/02/1948"), ("AUTH #", "")])}
      {block("INSURANCE 2", [("PLAN", "BUCKEYE MACHINISTS RETIREE TRUST"), ("POLICY #", "BMR-330918"), ("GROUP #", "0007")], [("SUBSCRIBER", "OLORUNFEMI,THADDEUS J"), ("SUBSCR DOB", "11/02/1948")])}
      {block("PHYSICIANS", [("ATTENDING", d.by("VASHTI,MIRIAM K MD", "Vashti, Miriam K")), ("ADMITTING", "HOLLOWAY,PETER MD"), ("PCP", "DRUMMOND,ELSA T DO")], [("NPI", d.npi("173920554")), ("ER PHYS", "CASTLEBURY,R MD"), ("REFERRING", "")])}
      {block("CLINICAL", [("ADM DX", d.cond("CHEST PAIN", "786.50", optional=True)), ("ALLERGIES", d.allergy("PENICILLIN"))], [("ICD", "786.50"), ("ADV DIRECTIVE", "Y")])}
      <hr><div style="font:9pt 'Liberation Mono'">PRINTED {d.dated('11/19/2013')} 0431 BY ADMJKL &nbsp;&nbsp; PAGE 1</div>""")
    return d


def intake_checks():
    d = Doc("loose/history form.png", "U05", "51851-4", "u_intake_checks", "clean300")
    d.style = f".e{{{E}}} .page{{font:9.5pt/1.4 'URW Gothic'}} h4{{background:#ddd;margin:6pt 0 3pt;padding:1pt 4pt;font-size:10pt}} .q{{columns:3}} .q div{{break-inside:avoid}} .fam td{{border:1px solid #000;padding:1pt 6pt;font-size:8.5pt}}"
    have = lambda text: f"<div>{box(1, 'v')}{d.cond(text)}</div>"
    no = lambda text: f"<div>{box(0)}{text}</div>"
    d.page(f"""<div class="two"><b style="font-size:15pt">{d.org('Quarry Hill Medical Associates')}</b><span class="r">Health History Questionnaire</span></div>
      <p style="margin-top:6pt">Patient Name: <span class="u e" style="width:3in">{d.name('Ingrid Vance-Thorsby', 'Vance-Thorsby', 'Ingrid')}</span> Date of Birth: <span class="u e" style="width:1.3in">{d.dob('9/5/79')}</span></p>
      <p>Today's Date: <span class="u e" style="width:1.2in">{d.dated('10/02/17')}</span> Sex: {box(0)}Male {box(1, 'v')}{d.sex('Female')} &nbsp; Pharmacy: <span class="u e" style="width:1.6in">Corner Drug</span></p>
      <p>Referred by: <span class="u e" style="width:1.8in">Dr. Amos Tillery</span> Reason for today's visit: <span class="u e" style="width:2.1in">yearly physical</span></p>
      <h4>MEDICAL HISTORY – Check if you have or have had any of these</h4><div class="q">{no("Anemia")}{have("Asthma")}{no("Blood clots")}{no("Cancer")}{no("Diabetes")}{no("Heart attack")}{no("Hepatitis")}{have("High cholesterol")}{no("HIV")}{have("Migraine headaches")}{no("Seizures")}{no("Stroke")}{have("Thyroid disease")}{no("Tuberculosis")}{no("Ulcer")}</div>
      <h4>SURGERIES &nbsp;<span style="font-weight:normal">(type and year)</span></h4><p class="e">1. {d.proc('Tonsillectomy', '1986')} &nbsp;1986 <br>2. {d.proc('Right ACL repair', '2004')} &nbsp;2004<br>3.</p>
      <h4>ALLERGIES TO MEDICINES &nbsp;<span style="font-weight:normal">{box(0)}None</span></h4><table style="width:100%"><tr><td style="width:45%">Medicine</td><td>What happened?</td></tr><tr class="e"><td class="e">{d.allergy('Sulfa', 'hives')}</td><td class="e">hives</td></tr></table>
      <h4>MEDICINES YOU TAKE NOW &nbsp;<span style="font-weight:normal">(include over-the-counter)</span></h4><table style="width:100%"><tr><td style="width:35%">Name</td><td style="width:20%">Dose</td><td>How often</td></tr>
       <tr><td class="e">{d.med('Levothyroxine 75 mcg', 'every morning', ['Levothyroxine', '75 mcg']).rsplit(' ', 2)[0]}</td><td class="e">75 mcg</td><td class="e">every morning</td></tr><tr><td class="e">{d.med('Albuterol inhaler', 'as needed')}</td><td class="e"></td><td class="e">as needed</td></tr><tr><td>&nbsp;</td></tr></table>
      <h4>FAMILY HISTORY</h4><table class="fam"><tr><td></td><td>Diabetes</td><td>Heart disease</td><td>High blood pressure</td><td>Breast cancer</td><td>Colon cancer</td></tr><tr><td>Mother</td><td>{box(1, 'v')}</td><td>{box(0)}</td><td>{box(1, 'v')}</td><td>{box(0)}</td><td>{box(0)}</td></tr><tr><td>Father</td><td>{box(0)}</td><td>{box(1, 'v')}</td><td>{box(0)}</td><td>{box(0)}</td><td>{box(0)}</td></tr><tr><td>Sister / brother</td><td>{box(0)}</td><td>{box(0)}</td><td>{box(0)}</td><td>{box(1, 'v')}</td><td>{box(0)}</td></tr></table>
      <h4>SOCIAL</h4><p>Do you smoke? {box(0)}Yes {box(1, 'v')}No {box(0)}Quit (year ____) &nbsp; Alcohol: {box(0)}Never {box(1, 'v')}Some &nbsp; Drinks per week <span class="u e" style="width:.5in">2</span> &nbsp; Occupation <span class="u e" style="width:1.4in">cellist</span></p>
      <p style="margin-top:10pt">Reviewed by <span class="u sig" style="width:2in">&nbsp;</span> Date <span class="u" style="width:1in"></span></p>""")
    d.also("Encounter.period.start", "2017-10-02")
    return d


def intake_circled():
    d = Doc("chart ST-2093/intake.tif", "U04", "51851-4", "u_intake_circled", "photocopy")
    d.style = f".e{{{E}}} .page{{font:11pt/1.75 'Nimbus Roman'}}"
    d.page(f"""<div class="m"><b style="font-size:16pt">{d.org('Millstone Orthopaedic Group')}</b><br>502 Granary Lane, Ashcombe, VT 05701 – (802) 555-0105</div><p class="m"><b>PATIENT INTAKE</b> <i>(please print; circle where choices are given)</i></p>
      <p>Name <span class="u e" style="width:3.4in">{d.name('Wendell Stamatakis, Jr.', 'Stamatakis', 'Wendell')}</span> &nbsp; D.O.B. <span class="u e" style="width:1.6in">{d.dob('12-04-1955')}</span><br>
      Address <span class="u e" style="width:2.9in">{d.line('63 Hollow Pine Rd')}</span> City/St/Zip <span class="u e" style="width:2.3in">{d.place('Ashcombe', 'VT', '05701')}</span><br>
      Phone (h) <span class="u e" style="width:1.6in">{d.phone('802-555-0142')}</span> (w) <span class="u e" style="width:1.5in"></span> (c) <span class="u e" style="width:1.6in">802-555-0143</span><br>
      Sex: &nbsp;{ring(1, d.sex('M'))} &nbsp; F &nbsp;&nbsp;&nbsp; Marital status: &nbsp; Single &nbsp; {ring(1, d.f('Patient.maritalStatus', 'Married', 'M'))} &nbsp; Divorced &nbsp; Widowed &nbsp;&nbsp;&nbsp; Hand: &nbsp;{ring(1, 'R')} &nbsp; L<br>
      SS# <span class="u e" style="width:1.6in">***-**-7702</span> &nbsp; Chart no. <span class="u e" style="width:1.3in">{d.mrn('ST-2093')}</span> &nbsp; Family doctor <span class="u e" style="width:1.9in">Dr. L. Featherstone</span><br>
      Spouse's name <span class="u e" style="width:2.2in">Ardith Stamatakis</span> &nbsp; Spouse's phone <span class="u e" style="width:1.6in">802-555-0144</span><br>
      Emergency contact <span class="u e" style="width:2.2in">{d.f('Patient.contact.name', 'Nicholas Stamatakis')}</span> Relation <span class="u e" style="width:.8in">{d.f('Patient.contact.relationship', 'son')}</span> Phone <span class="u e" style="width:1.4in">{d.phone('802-555-0159', 'Patient.contact.telecom')}</span></p>
      <p>Insurance <span class="u e" style="width:2.9in">{d.f('Coverage.payor', 'Green Mountain Carpenters Fund')}</span> ID <span class="u e" style="width:1.6in">{d.f('Coverage.subscriberId', 'GMC558120')}</span> Grp <span class="u e" style="width:.8in">{d.f('Coverage.group', '12')}</span></p>
      <p>What hurts? <span class="u e" style="width:3.1in">left knee</span> &nbsp; Since when? <span class="u e" style="width:1.6in">March</span><br>Work injury? &nbsp; Yes &nbsp;{ring(1, 'No')} &nbsp;&nbsp;&nbsp; Auto accident? &nbsp; Yes &nbsp;{ring(1, 'No')} &nbsp;&nbsp;&nbsp; Pain (circle): &nbsp; 1 &nbsp; 2 &nbsp; 3 &nbsp; 4 &nbsp; 5 &nbsp;{ring(1, '6')}&nbsp; 7 &nbsp; 8 &nbsp; 9 &nbsp; 10</p>
      <p>Have you had any of the following?<br>&nbsp; {d.cond('High blood pressure')} &nbsp;{ring(1, 'Yes')} &nbsp; No &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; Diabetes &nbsp; Yes &nbsp;{ring(1, 'No')}<br>&nbsp; Bleeding problems &nbsp; Yes &nbsp;{ring(1, 'No')} &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; {d.cond('Gout')} &nbsp;{ring(1, 'Yes')} &nbsp; No</p>
      <p>Allergies: <span class="u e" style="width:5.9in">NKDA</span></p><p>Signed <span class="u sig" style="width:3in">Wendell Stamatakis</span> &nbsp; Date <span class="u e" style="width:1.5in">{d.dated('4-17-2012')}</span></p>""")
    d.also("Patient.telecom.phone", "+18025550143")
    d.also("Encounter.period.start", "2012-04-17")
    return d


def combs():
    d = Doc("loose/enrollment.tif", "U09", "51851-4", "u_comb", "photocopy")
    d.style = ".cb{display:inline-block;margin-right:14pt;margin-bottom:8pt;vertical-align:top} .cb small{display:block;font-size:7.5pt} .cb i{display:inline-block;width:.2in;height:.26in;border:1px solid #000;border-left:0;text-align:center;font:11.5pt/.25in 'Liberation Mono'} .cb i:first-of-type{border-left:1px solid #000} h4{margin:8pt 0 5pt;border-bottom:2px solid #000}"
    def comb(label, text, cells):
        text = text.replace("&#x27;", "'")
        return f'<div class="cb"><small>{label}</small>' + "".join(f"<i>{c}</i>" for c in text.ljust(cells).replace(" ", "\u00a0")) + "</div>"
    given = d.given("LEILANI K", value="Leilani K")
    d.page(f"""<b style="font-size:14pt">{d.org('Windward Community Health Center')}</b><br>Member Enrollment – print one character in each box, in capitals<h4>A. Member</h4>
      {comb("Last name", d.family("KAHANANUI", "Kahananui"), 18)}{comb("First name", given.split()[0], 12)}{comb("MI", given.split()[1], 1)}<br>
      {comb("Date of birth (MMDDYYYY)", d.dob("07251992"), 8)}{comb("Social Security number", d.ssn("944712065"), 9)}<div class="cb"><small>Sex</small>{box(0)} Male &nbsp; {box(1)} {d.sex("Female")}</div><br>
      {comb("Street address", d.f("Patient.address.line", "415 PUUHALE LOOP", "415 Puuhale Loop"), 27)}<br>{comb("City", d.f("Patient.address.city", "KANEOHE", "Kaneohe"), 16)}{comb("State", d.f("Patient.address.state", "HI"), 2)}{comb("ZIP", d.f("Patient.address.postalCode", "96744"), 5)}<br>
      {comb("Home telephone", d.phone("8085550136"), 10)}{comb("Medical record number (clinic use)", d.mrn("60331907"), 10)}
      <h4>B. Coverage</h4>{comb("Plan", d.f("Coverage.payor", "PALI HEALTH PLAN", "Pali Health Plan"), 22)}<br>{comb("Member ID", d.f("Coverage.subscriberId", "PHP20987715"), 13)}{comb("Group", d.f("Coverage.group", "88120"), 7)}
      <h4>C. Emergency contact</h4>{comb("Name", d.f("Patient.contact.name", "KIMO KAHANANUI", "Kimo Kahananui"), 22)}{comb("Relationship", d.f("Patient.contact.relationship", "BROTHER", "Brother"), 9)}<br>{comb("Telephone", d.phone("8085550188", "Patient.contact.telecom"), 10)}
      <h4>D. Signature</h4>{comb("Date signed (MMDDYYYY)", d.dated("02112019"), 8)}<p class="sig">Leilani Kahananui</p><div class="foot">WCHC-EN-2 &nbsp; 45-710 Kahekili Hwy &nbsp; Tel 808-555-0102</div>""")
    d.also("Encounter.period.start", "2019-02-11")
    return d


# ---- laboratory -----------------------------------------------------------------------------------------------------------------------

def lab_shaded():
    d = Doc("chart 00-41-77-25/img0002.tif", "U01", "11502-2", "u_lab_groups", "clean300")
    d.style = ".h td{padding:0 6pt 1pt 0;font-size:9pt} .t{width:100%} .t td,.t th{padding:1.5pt 4pt;font-size:9.5pt} .t th{border-top:1.5px solid #000;border-bottom:1.5px solid #000}"
    rows = [("COMPLETE BLOOD COUNT", [("wbc", "White Blood Cells", "11.8", "H", "x10E3/uL", "3.4-10.8"), ("rbc", "Red Blood Cells", "4.21", "", "x10E6/uL", "3.77-5.28"), ("hgb", "Hemoglobin", "11.0", "L", "g/dL", "11.1-15.9"), ("hct", "Hematocrit", "34.2", "", "%", "34.0-46.6"), ("mcv", "MCV", "81", "", "fL", "79-97"), ("plt", "Platelets", "402", "", "x10E3/uL", "150-450")]),
            ("COMP. METABOLIC PANEL", [("glu", "Glucose, Serum", "117", "H", "mg/dL", "65-99"), ("bun", "BUN", "14", "", "mg/dL", "6-24"), ("creat", "Creatinine, Serum", "0.84", "", "mg/dL", "0.57-1.00"), ("na", "Sodium, Serum", "139", "", "mmol/L", "134-144"), ("k", "Potassium, Serum", "4.4", "", "mmol/L", "3.5-5.2"), ("cl", "Chloride, Serum", "101", "", "mmol/L", "96-106"), ("ca", "Calcium, Serum", "9.3", "", "mg/dL", "8.7-10.2"), ("alb", "Albumin, Serum", "4.1", "", "g/dL", "3.5-5.5"), ("ast", "AST (SGOT)", "19", "", "U/L", "0-40"), ("alt", "ALT (SGPT)", "23", "", "U/L", "0-32")]),
            ("THYROID", [("tsh", "TSH", "6.230", "H", "uIU/mL", "0.450-4.500"), ("ft4", "T4, Free (Direct)", "0.98", "", "ng/dL", "0.82-1.77")])]
    body = ""
    for group, tests in rows:
        body += f'<tr><td colspan="5" style="background:#ddd"><b>{group}</b></td></tr>'
        for test, text, value, flag, unit, ref in tests:
            d.obs(test, text, value, unit, ref, flag)
            word = {"H": "High", "L": "Low", "": ""}[flag]
            strong = ("<b>", "</b>") if flag else ("", "")
            body += f"<tr><td>&nbsp; {text}</td><td>{strong[0]}{value}{strong[1]}</td><td>{strong[0]}{word}{strong[1]}</td><td>{unit}</td><td>{ref}</td></tr>"
    d.page(f"""<div class="two"><div><b style="font-size:13pt">{d.org('Columbia Basin Diagnostics')}</b><br><small>9 Basalt Parkway, Wenlock, WA 98801 &nbsp; 509-555-0107</small></div><div class="r" style="flex:.6"><b>Patient Report</b><br><small>Page 1 of 1</small></div></div>
      <table class="h" style="border:1px solid #000;width:100%;margin:6pt 0"><tr><td style="padding-left:4pt"><b>Specimen ID:</b> 141-662-0093-0<br><b>Acct #:</b> 36110472<br><b>Phone:</b> (541) 555-0110<br><br>Tamarack Family Practice<br>88 Millrace Road<br>Pelham Falls OR 97391</td>
       <td><b>Patient Details</b><br>Name: {d.name('CASTELLANOS-WRAY, DELPHINE M', 'Castellanos-Wray', 'Delphine M')}<br>DOB: {d.dob('03/14/1961')}<br>Age(y/m/d): 057/02/07<br>Gender: {d.sex('F')} &nbsp; SSN:<br>Patient ID: {d.mrn('00-41-77-25')}</td><td><b>Specimen Details</b><br>Date collected: 05/21/2018 0915 Local<br>Date received: 05/21/2018<br>Date entered: 05/22/2018<br>Date reported: {d.dated('05/23/2018')} 0706 ET</td><td><b>Physician Details</b><br>Ordering: {d.by('E HARGREAVES', 'E Hargreaves')}<br>Referring:<br>ID: 44173<br>NPI: {d.npi('148830721')}</td></tr></table>
      <table class="t"><tr><th>TESTS</th><th>RESULT</th><th>FLAG</th><th>UNITS</th><th>REFERENCE INTERVAL</th></tr>{body}</table><p style="margin-top:8pt;font-size:8.5pt">Glucose: Prediabetes 100-125; diabetes 126 or more on two occasions when fasting.</p>
      <div class="foot two"><span>05/23/2018 07:08 ET &nbsp; FINAL REPORT</span><span class="r">This document contains private and confidential health information. © 2018 Columbia Basin Diagnostics</span></div>""")
    d.also("DocumentReference.date", "2018-05-21")
    d.also("Encounter.period.start", "2018-05-21")
    return d


def lab_ranges():
    d = Doc("fax/20091103_0815.tif", "U08", "11502-2", "u_lab_in_out", "fax200")
    d.style = ".t{width:100%} .t td,.t th{padding:1pt 4pt;font:10.5pt 'DejaVu Sans Condensed'} .t th{border-bottom:1px solid #000}"
    rows = [("LIPID PANEL", [("tg", "TRIGLYCERIDES", "212", "H", "MG/DL", "<150"), ("chol", "CHOLESTEROL, TOTAL", "189", "", "MG/DL", "125-200"), ("hdl", "HDL CHOLESTEROL", "36", "L", "MG/DL", "> OR = 40"), ("ldl", "LDL-CHOLESTEROL", "111", "", "MG/DL", "<130")]),
            ("HEMOGLOBIN A1c", [("a1c", "HEMOGLOBIN A1c", "7.4", "H", "%", "<6.0")]), ("PSA, TOTAL", [("psa", "PSA, TOTAL", "1.1", "", "NG/ML", "< OR = 4.0")]), ("VITAMIN B12", [("b12", "VITAMIN B12", "388", "", "PG/ML", "200-1100")])]
    body = ""
    for group, tests in rows:
        if len(tests) > 1:
            body += f'<tr><td colspan="5"><b>{group}</b></td></tr>'
        for test, text, value, flag, unit, ref in tests:
            d.obs(test, text, value, unit, ref, flag, near_ref=[f"{ref} {unit}"])
            body += f"<tr><td>{'&nbsp;&nbsp;' if len(tests) > 1 else ''}{text}</td><td>{'' if flag else value}</td><td>{value + ' ' + flag if flag else ''}</td><td>{ref.replace('<', '&lt;')} {unit}</td><td>TMB</td></tr>"
    d.page(f"""<table style="width:100%;font:10.5pt 'DejaVu Sans Condensed'"><tr><td><b style="font-size:14pt">{d.org('Meridian Reference Laboratories')}</b><br>CLIENT SERVICES 866.555.0150<br><br><b>SPECIMEN INFORMATION</b><br>SPECIMEN: &nbsp;TM886120B<br>REQUISITION: 0007719<br><br>COLLECTED: &nbsp;10/30/2009 &nbsp;08:10<br>RECEIVED: &nbsp;&nbsp;10/31/2009 &nbsp;01:22<br>REPORTED: &nbsp;&nbsp;{d.dated('11/02/2009')} &nbsp;06:30</td>
       <td><b>PATIENT INFORMATION</b><br><b>{d.name('ACHTERBERG,DESMOND', 'Achterberg', 'Desmond')}</b><br><br>DOB: {d.dob('08/17/1966')} &nbsp; AGE: 43<br>GENDER: {d.sex('M')} &nbsp; FASTING: Y<br>PHONE: {d.phone('608.555.0166')}<br>ID: {d.mrn('DA66-0817')}</td><td>REPORT STATUS &nbsp;<b>FINAL</b><br><br><b>ORDERING PHYSICIAN</b><br>{d.by('SOLVEIG,INGA M', 'Solveig, Inga M')}<br><b>CLIENT INFORMATION</b><br>M0088431<br>LAKE VERONA CLINIC<br>2 COMMONS WAY<br>LAKE VERONA, WI 53590</td></tr></table>
      <table class="t" style="margin-top:14pt"><tr><th>Test Name</th><th>In Range</th><th>Out of Range</th><th>Reference Range</th><th>Lab</th></tr>{body}</table>
      <p style="font:9.5pt 'DejaVu Sans Condensed';margin-top:14pt">DESIRABLE RANGE &lt;100 MG/DL FOR PATIENTS WITH CHD OR DIABETES AND &lt;70 MG/DL FOR DIABETIC PATIENTS WITH KNOWN HEART DISEASE.</p><p style="font:9.5pt 'DejaVu Sans Condensed'">PERFORMING LABORATORY INFORMATION:<br>TMB &nbsp; MERIDIAN REFERENCE LABORATORIES, 400 INNOVATION CT, BROOKHAVEN, IL 60155 &nbsp; Laboratory Director: HOWARD PELL, MD</p>
      <div class="foot" style="font-size:9pt">{'ACHTERBERG,DESMOND - TM886120B'} &nbsp;&nbsp;&nbsp; Page 1 - End of Report</div>""")
    d.also("DocumentReference.date", "2009-10-30")
    d.also("Encounter.period.start", "2009-10-30")
    return d


def lab_mono():
    d = Doc("chart H7-30551/lab printout.tif", "U07", "11502-2", "u_lab_mono", "clean300")
    d.style = "pre{font:10pt/1.25 'Liberation Mono';margin:0}"
    tests = [("na", "SODIUM", "133", "L", "mEq/L", "136-145"), ("k", "POTASSIUM", "5.6", "H", "mEq/L", "3.5-5.1"), ("cl", "CHLORIDE", "99", "", "mEq/L", "98-107"), ("co2", "CO2", "21", "", "mEq/L", "21-32"), ("glu", "GLUCOSE", "104", "", "mg/dL", "70-110"), ("bun", "BUN", "48", "H", "mg/dL", "7-18"), ("creat", "CREATININE", "2.3", "H", "mg/dL", "0.6-1.3"), ("ca", "CALCIUM", "8.9", "", "mg/dL", "8.5-10.1")]
    lines = []
    for test, text, value, flag, unit, ref in tests:
        d.obs(test, text, value, unit, ref, flag)
        if unit == "mEq/L":
            d.items[-1].setdefault("also", {})["Observation.unit"] = ["mmol/L"]
        lines.append(f"  {text:<14}{flag + '  ' if flag else '   '}{value:>6}        {ref:<12}{unit}")
    for test, text, value, flag, unit, ref in (("wbc", "WBC", "7.2", "", "K/uL", "4.0-11.0"), ("hgb", "HGB", "9.8", "L", "g/dL", "12.0-16.0"), ("hct", "HCT", "29.7", "L", "%", "36.0-46.0"), ("plt", "PLT", "188", "", "K/uL", "150-400")):
        d.obs(test, text, value, unit, ref, flag)
        lines.append(f"  {text:<14}{flag + '  ' if flag else '   '}{value:>6}        {ref:<12}{unit}")
    d.page(f"""<pre>RUN DATE: {d.dated('02/14/11')}        {d.org('FAIRHAVEN GENERAL HOSPITAL LABORATORY')}          PAGE 1
RUN TIME: 0612                 SPECIMEN INQUIRY
-----------------------------------------------------------------------------
PATIENT: {d.name('LINDQVIST,HARRIET E', 'Lindqvist', 'Harriet E'):<24} ACCT #: F00339174     LOC: 3E       U #: {d.mrn('H7-30551')}
                                 AGE/SX: 71/{d.sex('F')}          ROOM: 312     REG: 02/13/11
REG DR: {d.by('PARMENTIER,LOUIS'):<24}  DOB: {d.dob('05/21/1939')}      BED: B       DIS:
-----------------------------------------------------------------------------

SPEC #: 0214:C00118R       COLL: 02/14/11-0510      STATUS: COMP
                           RECD: 02/14/11-0529      SUBM DR: PARMENTIER,LOUIS
                                                    OTHR DR: OKAFOR,N

  TEST             FLAG RESULT        REFERENCE   UNITS
  ---------------------------------------------------------
  &gt; BASIC METABOLIC PANEL
{chr(10).join(lines[:8])}
  &gt; CBC
{chr(10).join(lines[8:])}


                          ** END OF REPORT **</pre>""", "padding:.6in .35in")
    d.also("Encounter.period.start", "2011-02-14", "2011-02-13")
    return d


# ---- medicines and immunizations ------------------------------------------------------------------------------------------------------

def med_table():
    d = Doc("chart M000482913/meds.tif", "U02", "10160-0", "u_med_table", "photocopy")
    d.style = f".t{{width:100%}} .t td,.t th{{border:1px solid #000;padding:3pt 5pt}} .t td{{{E}}} .t th{{font-size:8.5pt;background:#ddd}}"
    body = ""
    for began, drug, strength, sig, why, who in (("1/8/14", "Metoprolol tartrate", "50 mg", "1 tab BID", "BP / heart", "MKV"), ("1/8/14", "Clopidogrel", "75 mg", "1 tab daily", "stent", "MKV"), ("1/8/14", "Atorvastatin", "80 mg", "1 tab at bedtime", "cholesterol", "MKV"), ("1/8/14", "Aspirin EC", "81 mg", "1 tab daily", "heart", "MKV"), ("3/3/14", "Nitroglycerin SL", "0.4 mg", "1 tab under tongue PRN chest pain", "angina", "ETD")):
        d.med(f"{drug} {strength}", sig, [drug, strength])
        body += f"<tr><td>{began}</td><td>{drug}</td><td>{strength}</td><td>{sig}</td><td>{why}</td><td>{who}</td></tr>"
    d.page(f"""<div class="m"><b style="font-size:14pt">{d.org('Dunmore Cardiology Consultants, Inc.')}</b><br>CURRENT MEDICATION RECORD</div><table style="width:100%;margin:10pt 0"><tr><td>Patient's name: <span class="u" style="width:2.7in;{E}">{d.name('Thaddeus Olorunfemi', 'Olorunfemi', 'Thaddeus')}</span></td><td>Birthdate: <span class="u" style="width:1.3in;{E}">{d.dob('11/2/48', '1948-11-02')}</span></td></tr>
      <tr><td>Allergies / reactions: <span class="u" style="width:2.4in;{E}">{d.allergy('Penicillin', 'rash')} - rash</span></td><td>Updated: <span class="u" style="width:1.35in;{E}">{d.dated('3/3/14')}</span></td></tr></table>
      <table class="t"><tr><th>START</th><th>MEDICATION</th><th>STRENGTH</th><th>DIRECTIONS</th><th>FOR</th><th>INIT.</th></tr>{body}{'<tr>' + '<td>&nbsp;</td>' * 6 + '</tr>'}{'<tr>' + '<td>&nbsp;</td>' * 6 + '</tr>'}{'<tr>' + '<td>&nbsp;</td>' * 6 + '</tr>'}</table><p style="margin-top:10pt">Pharmacy: Dunmore Apothecary &nbsp; 440-555-0187</p>""")
    d.also("Encounter.period.start", "2014-03-03")
    return d


def med_lines():
    d = Doc("chart H7-30551/medicines.jpg", "U07", "10160-0", "u_med_numbered", "office")
    meds = [("Furosemide 40 mg", "one tablet twice a day"), ("Lisinopril 5 mg", "one tablet each morning"), ("Calcitriol 0.25 mcg", "one capsule daily"), ("Ferrous sulfate 325 mg", "one tablet daily with food"), ("Acetaminophen 500 mg", "two tablets every 6 hours as needed for pain"), ("Latanoprost 0.005% eye drops", "one drop both eyes at bedtime")]
    lines = "".join(f"<p>{n}. &nbsp;{d.med(*m)}, {m[1]}</p>" for n, m in enumerate(meds, 1))
    d.page(f"""<p class="r">{d.org('Fairhaven Senior Care')}<br>210 Bellwether St., Fairhaven, NY 13064<br>315-555-0119</p><p><b>LIST OF MEDICATIONS</b> as of {d.dated('March 2, 2011')}</p><p>Re: {d.name('Harriet Lindqvist', 'Lindqvist', 'Harriet')} &nbsp;&nbsp; born {d.dob('5/21/1939')} &nbsp;&nbsp; MR# {d.mrn('H7-30551')}</p><br>{lines}<br>
      <p><b>STOPPED:</b> potassium chloride; ibuprofen (do not take)</p><p><b>Allergies:</b> {d.allergy('Codeine', 'vomiting')} (vomiting), {d.allergy('Latex')}</p><br><p>Reviewed with patient and her son.</p><p class="sig">Joan Whitcombe</p><p>{d.by('Joan Whitcombe, NP', 'Joan Whitcombe')}</p>""", "font:12pt/1.4 'C059';padding:.9in 1in")
    d.items.append({"MedicationStatement.medication.text": "Potassium chloride", "optional": True})
    d.items.append({"MedicationStatement.medication.text": "Ibuprofen", "optional": True})
    d.also("Encounter.period.start", "2011-03-02")
    d.also("Patient.gender", "female")
    return d


def shots_matrix():
    d = Doc("chart PA-1187/shots.tif", "U06", "11369-6", "u_imm_matrix", "clean300")
    d.style = f".t{{width:100%}} .t td,.t th{{border:1px solid #000;padding:3pt 4pt;height:.3in;font-size:9pt}} .t td+td{{{E};font-size:9.5pt}}"
    body = ""
    for vaccine, doses in (("Hep B", ["2/9/14", "4/14/14", "8/18/14"]), ("DTaP", ["4/14/14", "6/16/14", "8/18/14", "5/20/15", "3/2/18"]), ("Hib", ["4/14/14", "6/16/14", "5/20/15"]), ("IPV", ["4/14/14", "6/16/14", "8/18/14", "3/2/18"]), ("PCV13", ["4/14/14", "6/16/14", "8/18/14", "2/11/15"]), ("MMR", ["2/11/15", "3/2/18"]), ("Varicella", ["2/11/15", "3/2/18"]), ("Hep A", ["2/11/15", "9/9/15"]), ("Rotavirus", []), ("HPV", [])):
        body += f"<tr><td><b>{vaccine}</b></td>" + "".join(f"<td>{d.shot(vaccine, s)}</td>" for s in doses) + "<td></td>" * (5 - len(doses)) + "</tr>"
    d.page(f"""<div class="two"><div><b style="font-size:15pt">{d.org('Bayou Pediatrics')}</b><br>77 Cypress Bend, Thibault, LA 70301<br>Office 985-555-0123</div><div class="r"><b style="font-size:13pt">IMMUNIZATION RECORD</b></div></div>
      <table style="width:100%;margin:10pt 0"><tr><td>Child's Name: <b>{d.name('Milo Arceneaux', 'Arceneaux', 'Milo')}</b></td><td>DOB: <b>{d.dob('02/09/2014')}</b></td><td>Sex: <b>{d.sex('M')}</b></td></tr><tr><td>Mother's Name: Renee Arceneaux</td><td>Chart: {d.mrn('PA-1187')}</td><td>Phone: {d.phone('985-555-0164')}</td></tr></table>
      <table class="t"><tr><th>Vaccine</th><th>1st</th><th>2nd</th><th>3rd</th><th>4th</th><th>5th</th></tr>{body}</table><p style="margin-top:12pt">Tuberculin test: ____________ &nbsp; Lead screen: ____________</p><p style="margin-top:20pt">I certify that this child has received the doses above. <span class="u sig" style="width:2.2in">C. Boudreaux</span> &nbsp;{d.by('Celeste Boudreaux, MD', 'Celeste Boudreaux')} &nbsp; Date: {d.dated('08/06/2018')}</p>""")
    d.also("Encounter.period.start", "2018-08-06")
    d.also("Patient.contact.name", "Renee Arceneaux")
    return d


def shots_log():
    d = Doc("loose/vaccine log.jpg", "U09", "11369-6", "u_imm_log", "office")
    d.style = ".t{width:100%} .t td,.t th{border-bottom:1px solid #888;padding:3pt 4pt;font-size:9.5pt}"
    body = "".join(f"<tr><td>{d.shot(v, s)}</td><td>{v}</td><td>{lot}</td><td>{site}</td><td>{by}</td></tr>" for s, v, lot, site, by in (("10/14/2016", "Influenza, injectable, quadrivalent", "UI712AB", "L deltoid", "M. Ahuna RN"), ("03/07/2017", "Tdap", "4K7R2", "R deltoid", "M. Ahuna RN"), ("10/02/2017", "Influenza, injectable, quadrivalent", "UI858AA", "L deltoid", "T. Souza MA"), ("01/22/2018", "HPV 9-valent", "N021445", "L deltoid", "M. Ahuna RN"), ("07/24/2018", "HPV 9-valent", "N034410", "R deltoid", "T. Souza MA")))
    d.page(f"""<b style="font-size:13pt">{d.org('Windward Community Health Center')}</b> &nbsp; Vaccine Administration History<p>Patient: {d.name('Kahananui, Leilani K', 'Kahananui', 'Leilani K')} &nbsp;|&nbsp; MRN {d.mrn('60331907')} &nbsp;|&nbsp; DOB {d.dob('25-Jul-1992')} &nbsp;|&nbsp; {d.sex('Female')}</p><table class="t"><tr><th>Date given</th><th>Vaccine</th><th>Lot</th><th>Site</th><th>Given by</th></tr>{body}</table><p style="margin-top:12pt">Due: Influenza 10/2018, HPV dose 3 01/2019</p><p>Allergies: No known drug allergies</p><div class="foot">Printed {d.dated('11-Feb-2019')} 10:42 &nbsp; Page 1 of 1 &nbsp; 808-555-0102</div>""", "font-family:'DejaVu Sans';font-size:9.5pt")
    d.also("Practitioner.name", "M. Ahuna", "T. Souza")
    d.also("Encounter.period.start", "2019-02-11")
    return d


# ---- cards and consents ---------------------------------------------------------------------------------------------------------------

def card():
    d = Doc("chart ST-2093/card.png", "U04", "64290-0", "u_card_copy", "clean300")
    d.page(f"""<div style="border:1.5px solid #000;border-radius:14pt;width:4.6in;height:2.9in;margin:.8in auto .5in;padding:.18in .22in;font:10pt/1.4 'Nimbus Sans'"><div class="two"><b style="font-size:14pt">{d.f('Coverage.payor', 'Green Mountain Carpenters Fund')}</b><span class="r" style="flex:.3">PPO</span></div><br>
      <div class="two"><div><small>Subscriber</small><br><b>{d.name('WENDELL STAMATAKIS JR', 'Stamatakis', 'Wendell')}</b><br><small>Member ID</small><br><b>{d.f('Coverage.subscriberId', 'GMC 558120', 'GMC558120')}</b><br><small>Group</small><br><b>{d.f('Coverage.group', '12')}</b></div><div style="flex:.8">Effective 01/01/2012<br>RxBIN 610099 &nbsp;RxPCN GMF<br>Office visit $20 &nbsp;ER $100<br>Specialist $35<br><small>Dependents</small><br>01 ARDITH</div></div></div>
      <div style="border:1.5px solid #000;border-radius:14pt;width:4.6in;height:2.9in;margin:0 auto;padding:.2in .22in;font:8.5pt/1.4 'Nimbus Sans'"><p>Hospital admissions must be certified. Call 800-555-0177 within 48 hours of an emergency admission.</p><p>Providers: send claims to Green Mountain Carpenters Fund, P.O. Box 900, Barre, VT 05641. Payer ID 58120.</p><p>Member services 800-555-0178 &nbsp; Nurse line 800-555-0179</p><p>This card is not a guarantee of coverage.</p></div>""")
    d.also("Organization.name", "Green Mountain Carpenters Fund")
    d.also("DocumentReference.date", "2012-01-01")
    return d


def consent():
    d = Doc("chart CB-410/consent.tif", "U10", "59284-0", "u_consent_blanks", "clean300")
    who = d.name("Corwin Blackfeather", "Blackfeather", "Corwin")
    d.page(f"""<div class="m" style="width:4.6in"><b style="font-size:13pt">{d.org('Prairie Gate Surgical Hospital')}</b><br><b>CONSENT TO OPERATION, ANESTHESIA AND OTHER MEDICAL SERVICES</b></div>
      <table style="position:absolute;top:.4in;right:.4in;border:1px solid #000;font:8pt 'Liberation Mono'"><tr><td style="padding:3pt">BLACKFEATHER, CORWIN<br>MRN {d.mrn('CB-410')}<br>DOB {d.dob('01/30/1973')} {d.sex('M')}</td></tr></table><br><br>
      <p>Patient: <span class="u" style="width:3in;{E}">{who}</span> &nbsp; Date: <span class="u" style="width:1.2in;{E}">{d.dated('6/9/2016')}</span> Time: <span class="u" style="width:.8in;{E}">7:20 am</span></p>
      <p>1. I authorize Dr. <span class="u" style="width:2in;{E}">{d.by('Alastair Penhallow')}</span> and such assistants as may be selected to perform the following operation upon me: <span class="u" style="width:4.9in;{E}">{d.proc('Laparoscopic cholecystectomy', optional=True)}, possible open</span></p>
      <p>2. The nature and purpose of the operation, possible alternatives, the risks involved, and the possibility of complications have been explained to me. I acknowledge that no guarantee has been made as to the results.</p><p>3. I consent to the performance of operations in addition to or different from those now contemplated, arising from presently unforeseen conditions, which the above doctor may consider necessary.</p><p>4. I consent to the administration of anesthesia by or under the direction of the Department of Anesthesia. I understand the risks of anesthesia, which include sore throat, injury to teeth, allergic reaction and, rarely, death.</p><p>5. I {ring(1, 'do')} / do not consent to the transfusion of blood and blood products.</p><p>6. Any tissue removed may be disposed of by the hospital in accordance with its customary practice.</p>
      <p style="margin-top:22pt"><span class="u sig" style="width:3.1in">Corwin Blackfeather</span> &nbsp; <span class="u sig" style="width:3.1in">Nadine Roybal</span><br>Signature of patient or legal representative <span style="display:inline-block;width:.6in"></span> Witness</p><p>Relationship if not patient: <span class="u" style="width:2in"></span></p><p>I have explained the procedure, its risks and alternatives to the patient.</p><p><span class="u sig" style="width:3.1in">A. Penhallow</span> M.D.</p><div class="foot">PGSH 0217 (11/14) &nbsp; White – chart &nbsp; Yellow – patient</div>""", "font:10.5pt/1.45 'Nimbus Roman'")
    d.also("Encounter.period.start", "2016-06-09")
    return d


def papers():
    import unseen_notes

    return [make() for make in (registration_grid, registration_under, face_sheet, intake_checks, intake_circled, combs, lab_shaded, lab_ranges, lab_mono, med_table, med_lines, shots_matrix, shots_log, card, consent)] + unseen_notes.papers()
