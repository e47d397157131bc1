#!/usr/bin/env python3
"""Forms by a stranger: papers on which only the confidence model is fitted, with their exact truth. No rule may be written on them.

    scripts/python.sh scripts/strangers_forms.py [--only WORD] [--out fixtures/strangers]

Whoever sets these papers works from what American practices, hospitals and insurers have printed since 1985, without looking at the rules,
the samples or the other sets. Each paper is made as make_unseen.py makes its own (Chromium, poppler, damage); the truth goes to truth-forms.jsonl.
Besides the fonts named there: Debian's fonts-gnutypewriter fonts-courier-prime fonts-dotgothic16 fonts-dkg-handwriting fonts-rufscript.
"""

from pathlib import Path

import numpy as np
from PIL import Image

import make_unseen as mu
from make_unseen import Doc, store

ADMIN, CARD, CONSENT, REFER, MEDS, SHOTS, HP, EPISODE = "51851-4", "64290-0", "59284-0", "57133-1", "10160-0", "11369-6", "34117-2", "34133-9"
# What may be printed as a heading or a box on a form counts neither way unless the truth has it.
for _kind in (ADMIN, CARD, CONSENT, REFER, MEDS, SHOTS, HP, EPISODE):
    mu.SECTIONS_OPTIONAL[_kind] = mu.SECTIONS

LANG, MARITAL, PAYOR, MEMBER, GROUP = "Patient.communication.language", "Patient.maritalStatus", "Coverage.payor", "Coverage.subscriberId", "Coverage.group"
KIN, KINSHIP, KINPHONE = "Patient.contact.name", "Patient.contact.relationship", "Patient.contact.telecom"
STYLE = """
.b{border:1px solid #000;padding:1pt 3pt 2pt;min-height:26pt;overflow-wrap:break-word} .b>i{display:block;font:6.5pt/1.25 'Liberation Sans';} .row{display:flex} .row>.b{margin:0 -1px -1px 0}
.k{display:inline-block;vertical-align:top;margin:0 8pt 5pt 0} .k>span{display:block;border-bottom:1px solid #000;min-height:14pt} .k>i{display:block;font:7pt/1.2 'Liberation Sans'}
.q{display:inline-block;width:8pt;height:8pt;border:1px solid #000;position:relative;vertical-align:-1pt;margin-right:3pt} .q svg{position:absolute;left:-1pt;top:-2pt;width:10pt;height:10pt}
.g td,.g th{border:1px solid #000;padding:2pt 4pt} .bar{background:#222;color:#fff;font-weight:bold;padding:1pt 5pt;margin:5pt 0 0} .sm{font-size:8pt;line-height:1.25} .w{display:inline-block}
"""
HAND = {"dkg": "font-family:'DkgHandwriting';font-size:13pt", "ruf": "font-family:'Rufscript';font-size:14pt", "neue": "font-family:'Comic Neue';font-size:12pt", "ds": "font-family:'Dancing Script';font-size:14pt"}


def paper(file, who, kind, layout, profile, style=""):
    d = Doc("forms/" + file, who, kind, "s-f-" + layout, profile)
    d.style = STYLE + style
    return d


def q(on, mark="x"):
    """A printed square, and the mark in it."""
    path = {"x": "M2 2L9 9M9 2L2 9", "v": "M2 6L4 9L10 1", "f": "M3 3.5H8.5V8.5H3Z"}[mark]
    return f'<span class="q">{f"""<svg viewBox="0 0 11 11"><path d="{path}" stroke="#000" stroke-width="1.5" fill="{"#000" if mark == "f" else "none"}"/></svg>""" if on else ""}</span>'


def u(value, width):
    return f'<span class="u" style="width:{width}">{value or "&nbsp;"}</span>'


def k(label, value, width):
    """Label below the line."""
    return f'<span class="k" style="width:{width}"><span>{value or "&nbsp;"}</span><i>{label}</i></span>'


def b(label, value="", flex="1", style=""):
    """Label in the corner of a box."""
    return f'<div class="b" style="flex:{flex};{style}"><i>{label}</i>{value}</div>'


def row(*cells):
    return f'<div class="row">{"".join(cells)}</div>'


def tr(*cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def foot(left, right=""):
    return f'<div class="foot" style="display:flex;justify-content:space-between"><span>{left}</span><span>{right}</span></div>'


def visit(d, printed):
    """The day of the visit where the paper bears no other."""
    d.dated(printed)
    return d.start(printed)


def signed(d, printed):
    """The day of signing, which is most likely that of the visit, though no one says so."""
    d.also("Encounter.period.start", mu.iso(printed))
    return d.dated(printed)


def hand(d, face, seed):
    """A function that writes by hand; what it writes is taken down as handwritten."""
    rng = np.random.default_rng(seed)
    skip = {"DocumentReference.type", "Organization.name"}

    def write(markup, *fields):
        d.hand += fields or [f for f in d.fields if f not in skip]
        words = [f'<span class="w" style="transform:translateY({rng.uniform(-1.2, 1.2):.1f}pt) rotate({rng.uniform(-1.5, 1.5):.1f}deg)">{w}</span>' for w in markup.split()]
        return f'<span style="{HAND[face]}">{" ".join(words)}</span>'

    return write


# Resolutions other than those of the damage.
DPI = {"new patient typed": 150, "eye care intake": 150, "notice acknowledgment": 150, "records request": 150, "sports clearance": 150, "camp health form": 150, "kiosk check-in": 200, "outgoing referral": 200}


def maybe(d, text, value, unit="", more=()):
    """A measure that may be given as an observation or not."""
    item = {"Observation.code.text": text, "Observation.value": value} | ({"Observation.unit": unit} if unit else {})
    d.items.append(item | {"optional": True} | ({"also": {"Observation.code.text": list(more)}} if more else {}))


PAPERS = []


def add(make):
    PAPERS.append(make)
    return make


@add
def er_dotmatrix():
    d = paper("emergency 89.tif", "f01", ADMIN, "er-dotmatrix", "photocopy", ".page{padding:.5in .45in} pre{font:10.2pt/1.42 'DotGothic16';font-family:'DotGothic16','Liberation Mono';margin:0}")
    d.also("Practitioner.name", "HOLLOWAY, P", "P HOLLOWAY")
    o = [f"{d.org('TRI-COUNTY MEMORIAL HOSPITAL')}                 EMERGENCY REGISTRATION", "RT 9 &amp; DEPOT RD  CALDER FALLS NY 12099              RUN 03/17/89 2314", "-" * 76,
         f"PT NAME  {d.name('WOJCIK,STEFANIA H', 'WOJCIK', 'STEFANIA H'):<30} ACCT NO   8903-41177", f"ADDRESS  {d.line('41 MILL HILL RD APT 2'):<30} MED REC   {d.mrn('22-41-907')}", f"         {d.place('CALDER FALLS', 'NY', '12099', '{}, {} {}'):<30} ARRIVED   {visit(d, '03/17/89')}  TIME 2251",
         f"PHONE    {d.phone('518-555-0142'):<30} MODE      WALK-IN", f"BIRTHDATE {d.dob('10/30/23')}  AGE 65  SEX {d.sex('F')}  M/S {d.f(MARITAL, 'W')}  REL CATH  RACE W", f"SOC SEC  {d.ssn('781-30-4461')}       EMPLOYER  RETIRED", "-" * 76,
         f"NEXT OF KIN  {d.f(KIN, 'WOJCIK,LEON')}      REL {d.f(KINSHIP, 'SON')}       PH {d.phone('518-555-0167', KINPHONE)}", "GUARANTOR    WOJCIK,STEFANIA H   REL SELF   PH 518-555-0142", "GUAR EMP     NONE", "-" * 76,
         f"INS 1  {d.f(PAYOR, 'MEDICARE PART A/B')}     POL {d.f(MEMBER, '781304461D')}    GRP", "INS 2  HUDSON MUTUAL SUPP    POL HM 4409127     GRP 0018", "INSURED WOJCIK,STEFANIA H    AUTH", "-" * 76,
         f"ER PHYSICIAN {d.by('DELVECCHIO,R')} MD       FAMILY DR  HOLLOWAY,P MD", "COMPLAINT    " + d.sec("chiefComplaint", "FELL ON ICE - PAIN RT WRIST"), "ACCIDENT Y   DATE 03/17/89   PLACE HOME DRIVEWAY   EMPLOYMENT RELATED N", "ALLERGIES    " + d.allergy("CODEINE"),
         "VALUABLES    PURSE W/PT     LAST TETANUS UNK", "-" * 76, "", "TIME SEEN ______  BP ____/____  T _____  P _____  R _____", "", "CONDITION ON DISCHARGE   ( ) GOOD  ( ) FAIR  ( ) POOR   DISPOSITION ________", "", "PHYSICIAN SIGNATURE ______________________________ MD", "", "TCMH ER-4 REV 6/87        CHART COPY"]
    d.page("<pre>" + "\n".join(o) + "</pre>")
    return d


@add
def corner_boxes():
    d = paper("patient data.png", "f02", ADMIN, "corner-boxes", "clean300", ".b{min-height:29pt;font-family:'Liberation Serif';font-size:11pt} .bar{margin:8pt 0 0}")
    first, middle = d.given("Garrett", "Owen")
    d.also("Practitioner.name", "M. Thibodeaux", "Thibodeaux")
    d.page(f"<div class=two style='align-items:end'><div style='font:bold 15pt C059'>{d.org('Bayou Teche Orthopaedics')}</div><div class='r sm'>2207 Sugar Mill Road, Suite C<br>New Iberia, LA 70560 &nbsp; (337) 555-0110 &nbsp; Fax (337) 555-0111</div></div><div class=bar>PATIENT DATA</div>"
           + row(b("LAST NAME", d.family("Fontenot"), 3), b("FIRST NAME", first, 2), b("MIDDLE", middle), b("SUFFIX", "Jr.", .6)) + row(b("STREET ADDRESS", d.line("1180 Loreauville Road"), 3), b("CITY", d.f("Patient.address.city", "New Iberia"), 2), b("STATE", d.f("Patient.address.state", "LA"), .7), b("ZIP", d.f("Patient.address.postalCode", "70563")))
           + row(b("HOME TELEPHONE", d.phone("(337) 555-0133"), 2), b("BUSINESS TELEPHONE", "(337) 555-0188 x 41", 2), b("SOCIAL SECURITY NO.", d.ssn("779-14-2203"), 2)) + row(b("DATE OF BIRTH", d.dob("06-21-1957"), 2), b("AGE", "48", .7), b("SEX", f"{q(1)}{d.sex('M')} &nbsp; {q(0)}F", 1), b("MARITAL STATUS", f"{q(0)}Single {q(1)}{d.f(MARITAL, 'Married', 'M')} {q(0)}Div. {q(0)}Wid.", 3), b("DRIVER LICENSE", "LA 005512987", 2))
           + row(b("EMPLOYER", "Vermilion Offshore Services", 3), b("OCCUPATION", "Crane operator", 2)) + "<div class=bar>SPOUSE OR PARENT</div>" + row(b("NAME", "Yvette M. Fontenot", 3), b("DATE OF BIRTH", "02-08-1960", 1.3), b("SOCIAL SECURITY NO.", "779-14-8816", 2), b("EMPLOYER", "Iberia Parish Schools", 2))
           + "<div class=bar>PERSON TO CALL IN AN EMERGENCY (NOT LIVING WITH YOU)</div>" + row(b("NAME", d.f(KIN, "Clovis Fontenot"), 3), b("RELATION", d.f(KINSHIP, "brother"), 2), b("TELEPHONE", d.phone("(337) 555-0159", KINPHONE), 2)) + "<div class=bar>INSURANCE</div>"
           + row(b("PRIMARY CARRIER", d.f(PAYOR, "Gulf Crescent Health Plan"), 3), b("CERTIFICATE NO.", d.f(MEMBER, "GCH779142203"), 2), b("GROUP NO.", d.f(GROUP, "VOS-3300"), 1.5)) + row(b("INSURED", "Self", 3), b("EFFECTIVE", "01-01-2004", 2), b("COPAY", "$25", 1.5)) + row(b("SECONDARY CARRIER", "Pelican State Teachers Fund", 3), b("CERTIFICATE NO.", "PT 60019-02", 2), b("GROUP NO.", "0417", 1.5))
           + "<div class=bar>VISIT</div>" + row(b("REASON FOR VISIT", d.sec("chiefComplaint", "Left knee, twisted stepping off boat"), 4), b("DATE OF INJURY", "08-30-2005", 1.3), b("REFERRED BY", "M. Thibodeaux, MD", 2))
           + f"<p class=sm style='margin-top:8pt'>I authorize payment of benefits directly to the practice and the release of information needed to process my claims. A copy of this form is as valid as the original.</p><div class=two style='margin-top:22pt'><div>{u('<span class=sig>Garrett O. Fontenot</span>', '3.4in')}<br><span class=sm>Signature of patient or responsible party</span></div><div>{u(signed(d, '09-12-2005'), '1.6in')}<br><span class=sm>Date</span></div></div>" + foot("BTO-101 (3/04)", "Office use: Acct 30318"))
    d.also("Patient.identifier.mrn", "30318")
    return d


@add
def label_below():
    d = paper("new patient typed.jpg", "f03", ADMIN, "label-below", "office", ".page{padding:.6in .8in} .k>span{font:11pt 'GNUTypewriter'} .k>i{font-style:italic;font-family:'Liberation Serif';font-size:7.5pt}")
    d.also("Practitioner.name", "A. B. Kimmel", "Harlan P. Weiss")
    ln, fn, mi = d.family("Oyelaran"), *d.given("Beatrice", "L")
    d.page(f"<div class=m style='font:bold 13pt P052'>{d.org('HARLAN P. WEISS, M.D., P.C.', 'HARLAN P. WEISS, M.D., P.C.')}</div><div class=m style='font:9pt P052'>Diseases of the Skin &nbsp;&bull;&nbsp; 88 Linden Boulevard &nbsp;&bull;&nbsp; East Orange, New Jersey 07017</div><p class=m style='margin:14pt 0;font-weight:bold'>PATIENT INFORMATION &mdash; PLEASE PRINT</p>"
           + k("Last name", ln, "2.6in") + k("First name", fn, "2.2in") + k("M.I.", mi, ".5in") + k("Address", d.line("305 Prospect St., #6"), "2.9in") + k("City", d.f("Patient.address.city", "East Orange"), "1.6in") + k("State", d.f("Patient.address.state", "NJ"), ".5in") + k("Zip code", d.f("Patient.address.postalCode", "07018"), ".9in")
           + k("Home telephone", d.phone("201-555-0126"), "1.6in") + k("Business telephone", "212-555-0190", "1.6in") + k("Date of birth", d.dob("1/19/52"), "1.2in") + k("Sex", d.sex("F"), ".5in") + k("Marital status", d.f(MARITAL, "Divorced", "D"), "1.1in") + k("Social security number", d.ssn("784-07-1190"), "1.7in") + k("Driver's license", "", "1.7in")
           + k("Occupation", "Bookkeeper", "1.9in") + k("Employer", "Garden State Paper Box Co.", "2.9in") + k("Referred by", "A. B. Kimmel, M.D.", "2.5in") + k("Name of pharmacy", "Ampere Drugs", "2.2in")
           + "<p style='margin:12pt 0 8pt'><b>In case of emergency notify</b></p>" + k("Name", d.f(KIN, "Folasade Oyelaran"), "2.6in") + k("Relationship", d.f(KINSHIP, "daughter"), "1.4in") + k("Telephone", d.phone("201-555-0171", KINPHONE), "1.6in")
           + "<p style='margin:12pt 0 8pt'><b>Person responsible for account</b> (if other than patient)</p>" + k("Name", "", "2.6in") + k("Address", "", "3.2in") + k("Telephone", "", "1.6in")
           + "<p style='margin:12pt 0 8pt'><b>Medical insurance</b></p>" + k("Name of company", d.f(PAYOR, "Blue Garden of New Jersey"), "2.9in") + k("Policy holder", "Self", "1.5in") + k("Identification number", d.f(MEMBER, "YHN784071190"), "2.1in") + k("Group number", d.f(GROUP, "0029917"), "1.5in") + k("Other insurance", "None", "1.2in")
           + "<p class=sm style='margin-top:10pt'>Payment is expected at the time services are rendered unless arrangements have been made in advance.</p>" + k("Signature", "<span class=sig>Beatrice Oyelaran</span>", "3.2in") + k("Date", signed(d, "11/14/88"), "1.3in"))
    return d


@add
def patient_guarantor():
    d = paper("registration pat guar.png", "f04", ADMIN, "patient-guarantor-columns", "clean300", ".g{width:100%} .g td{padding:3pt 5pt;font-size:9.5pt} .g td:first-child{font-weight:bold;background:#e4e4e4;width:19%} .page{font-family:'Nimbus Sans'}")
    d.also("Practitioner.name", "Sumner Ballard")
    rows = [("", "<b>PATIENT</b>", "<b>GUARANTOR</b>"), ("Name", d.name("Delacruz, Matteo Andres", "Delacruz", "Matteo Andres"), "Delacruz, Corazon B."), ("Birth date", d.dob("04/03/2009"), "12/11/1978"), ("Sex", d.sex("Male"), "Female"), ("SSN", "", "774-52-9018"), ("Address", d.line("6619 Sandpiper Lane"), "6619 Sandpiper Lane"),
            ("City, State, Zip", d.place("Tacoma", "WA", "98404"), "Tacoma, WA 98404"), ("Home phone", d.phone("(253) 555-0118"), "(253) 555-0118"), ("Mobile phone", "", "(253) 555-0164"), ("E-mail", "", "cdelacruz78@mailbox.example"), ("Relationship to other", "Child", "Mother"), ("Employer", "n/a", "Puget Harbor Logistics"), ("Work phone", "n/a", "(253) 555-0107 ext. 22")]
    d.also("Patient.telecom.phone", "+12535550164")
    d.also("Patient.telecom.email", "cdelacruz78@mailbox.example")
    d.also(MARITAL, "S")
    ins = [("", "<b>PRIMARY</b>", "<b>SECONDARY</b>"), ("Plan", d.f(PAYOR, "Evergreen Choice PPO"), "Apple Health (Medicaid)"), ("Member ID", d.f(MEMBER, "EVC 5520 8841 02", "EVC5520884102"), "200417733WA"), ("Group", d.f(GROUP, "PHL-0071"), ""), ("Subscriber", "Corazon B. Delacruz", "Matteo A. Delacruz"), ("Subscriber DOB", "12/11/1978", "04/03/2009"), ("Phone for claims", "800-555-0145", "800-555-0113")]
    d.page(f"<div class=two><div><b style='font-size:14pt'>{d.org('Commencement Bay Pediatrics')}</b><br>1501 S Yakima Ave, Tacoma WA 98405</div><div class=r>Account # 118-40932<br>Chart # {d.mrn('CB-21556')}<br>Registered {d.dated('08/27/2013')} by TLM</div></div><h3 class=m style='margin:10pt 0 4pt'>Registration Record</h3><table class=g>" + "".join(tr(*r) for r in rows) + "</table><br><table class=g>" + "".join(tr(*r) for r in ins)
           + f"</table><br><table class=g>{tr('Emergency contact', d.f(KIN, 'Reynaldo Delacruz'), 'Relationship: ' + d.f(KINSHIP, 'Grandfather'), 'Phone: ' + d.phone('(253) 555-0179', KINPHONE))}{tr('PCP', 'Sumner Ballard, MD', 'Preferred language: ' + d.f(LANG, 'English', 'en'), 'Interpreter: No')}</table>" + foot("Printed from registration module", "Page 1 of 1"))
    d.also("Encounter.period.start", "2013-08-27")
    return d


@add
def bilingual():
    d = paper("hoja de registro.tif", "f05", ADMIN, "bilingual", "office", ".k>i{font-size:7.2pt} .k>span{font:11pt 'Courier Prime'} h4{margin:6pt 0 4pt;background:#ddd;padding:2pt 5pt} .page{font-family:'DejaVu Sans Condensed'}")
    d.page(f"<div class=m><b style='font-size:13pt'>{d.org('Clinica Familiar del Rio Verde')}</b><br>410 W Ocotillo St, Nogales, AZ 85621 &nbsp; Tel. (520) 555-0100 &nbsp; Fax (520) 555-0101<br><b>Patient Registration / Registro del Paciente</b></div><h4>Patient / Paciente</h4>"
           + k("Last name(s) / Apellido(s)", d.family("Ibarra Montoya"), "2.6in") + k("First name / Primer nombre", d.given("Ximena"), "2.2in") + k("Date of birth / Fecha de nacimiento (mm/dd/aaaa)", d.dob("09/05/1986"), "2.2in") + k("Sex / Sexo", f"{q(1, 'v')}{d.sex('F')}/Fem &nbsp;{q(0)}M/Masc", "1.5in") + k("SSN / Seguro social", "ninguno", "1.5in")
           + k("Address / Domicilio", d.line("227 Calle Sonora Apt B"), "2.9in") + k("City / Ciudad", d.f("Patient.address.city", "Nogales"), "1.6in") + k("State / Estado", d.f("Patient.address.state", "AZ"), ".8in") + k("Zip / Codigo postal", d.f("Patient.address.postalCode", "85621"), "1.1in")
           + k("Home phone / Tel. de casa", d.phone("(520) 555-0136"), "2in") + k("Cell / Celular", "(520) 555-0182", "2in") + k("E-mail / Correo electronico", d.email("ximena.ibarra@correo.example"), "2.7in")
           + f"<p>Marital status / Estado civil: {q(0)}Single/Soltero(a) {q(1, 'v')}{d.f(MARITAL, 'Married/Casado(a)', 'M')} {q(0)}Divorced/Divorciado(a) {q(0)}Widowed/Viudo(a)<br>Preferred language / Idioma preferido: {q(0)}English/Ingles {q(1, 'v')}{d.f(LANG, 'Spanish/Español', 'es')} {q(0)}Other/Otro ________ &nbsp; Interpreter / Interprete: {q(1, 'v')}Yes/Si {q(0)}No</p>"
           + "<h4>Emergency contact / En caso de emergencia</h4>" + k("Name / Nombre", d.f(KIN, "Rigoberto Salas"), "2.6in") + k("Relationship / Parentesco", d.f(KINSHIP, "Esposo"), "1.8in") + k("Telephone / Telefono", d.phone("(520) 555-0151", KINPHONE), "2in")
           + "<h4>Responsible person / Persona responsable</h4>" + k("Name / Nombre", "Rigoberto Salas", "2.6in") + k("Date of birth / Fecha de nacimiento", "01/23/1983", "1.8in") + k("Employer / Empleador", "Santa Cruz Produce", "2in")
           + "<h4>Insurance / Seguro</h4>" + k("Insurance company / Compa&ntilde;ia", d.f(PAYOR, "Saguaro Community Care"), "2.6in") + k("ID number / Numero de identificacion", d.f(MEMBER, "A20447193"), "2.2in") + k("Group / Grupo", "", "1.5in")
           + f"<p>Family income / Ingreso familiar: {q(0)}&lt;$10,000 {q(1, 'v')}$10-20,000 {q(0)}$20-30,000 {q(0)}&gt;$30,000 &nbsp; Household size / Personas en el hogar: 4</p><p class=sm>I consent to treatment and understand the sliding fee policy. / Doy mi consentimiento para recibir tratamiento y entiendo la politica de cuotas.</p>"
           + k("Signature / Firma", "<span class=sig>Ximena Ibarra M.</span>", "3.4in") + k("Date / Fecha", signed(d, "02/08/2012"), "1.6in") + k("Chart no. / Num. de expediente", d.mrn("48-1127"), "1.5in") + foot("CFRV Form 2B Rev. 11/2010"))
    d.also("Patient.contact.relationship", "Husband", "Spouse")
    d.also("Patient.telecom.phone", "+15205550182")
    d.also("Patient.name.family", "Ibarra")
    return d


@add
def kiosk():
    d = paper("kiosk check-in.png", "f06", ADMIN, "kiosk-slip", "clean300", ".page{width:4.2in;height:11in;padding:.3in;font:9.5pt/1.5 'DejaVu Sans Mono'} .page div.l{display:flex;justify-content:space-between} hr{border:0;border-top:1px dashed #000}")
    def l(a, v):
        return f"<div class=l><span>{a}</span><span>{v}</span></div>"
    d.also("Patient.telecom.phone", "+16145550129")
    d.page(f"<div class=m><b>{d.org('Olentangy Health Partners')}</b><br>Westerville Office<br>CHECK-IN CONFIRMATION<br>{visit(d, '10/16/2017')} 1:52 PM Kiosk 03</div><hr>" + l("Patient", d.name("Priyanka Venkataraman", "Venkataraman", "Priyanka")) + l("DOB", d.dob("May 30, 1991")) + l("Sex", d.sex("Female")) + l("MRN", d.mrn("E10077342")) + "<hr>PLEASE REVIEW<br>" + l("Address", d.line("842 Cherrington Rd")) + l("", d.place("Westerville", "OH", "43081"))
           + l("Mobile", d.phone("614-555-0129")) + l("Home", "--") + l("Email", d.email("pvenkat91@inbox.example")) + l("Language", d.f(LANG, "English", "en")) + l("Marital status", d.f(MARITAL, "Single", "S")) + "<hr>EMERGENCY CONTACT<br>" + l("Name", d.f(KIN, "Lakshmi Venkataraman")) + l("Relation", d.f(KINSHIP, "Mother")) + l("Phone", d.phone("740-555-0138", KINPHONE))
           + "<hr>INSURANCE ON FILE<br>" + l("Primary", d.f(PAYOR, "Buckeye Mutual HMO")) + l("Member ID", d.f(MEMBER, "BMH330418857")) + l("Group", d.f(GROUP, "71120")) + l("Subscriber", "Self") + l("Copay due", "$20.00") + l("Paid Visa x4417", "$20.00") + "<hr>APPOINTMENT<br>" + l("Time", "2:10 PM") + l("Provider", d.by("Colleen Brandt") + ", CNP") + l("Reason", "Annual exam") + "<hr>[X] I reviewed the above<br>[X] Privacy notice offered<br>[ ] Research contact OK<br><br><div class=m>Please have a seat. A team member<br>will call you. Ref 5520171016-088</div>")
    d.also("Encounter.period.start", "2017-10-16")
    return d


@add
def typed_card():
    d = paper("index card.tif", "f07", ADMIN, "typed-card", "photocopy", ".page{padding:1.2in .6in} .cd{border:1.5px solid #000;width:7.1in;height:4.6in;padding:12pt 16pt;font:11.5pt/1.95 'GNUTypewriter'} .cd i{font:8.5pt 'Liberation Serif'}")
    d.page(f"<div class=cd><div class=two><span><i>Name</i> {d.name('TREMBLAY, Orville Dean', 'Tremblay', 'Orville Dean')}</span><span class=r><i>No.</i> {d.mrn('5106')}</span></div><div><i>Address</i> {d.line('R.F.D. 2, Box 77')}, {d.place('Barton', 'VT', '05822', '{}, {} {}')} &nbsp; <i>Tel.</i> {d.phone('802 555-0115')}</div>"
           f"<div><i>Born</i> {d.dob('7-4-31')} &nbsp;&nbsp; <i>Sex</i> {d.sex('M')} &nbsp;&nbsp; <i>M S W D</i> &nbsp;{d.f(MARITAL, 'M')} &nbsp;&nbsp; <i>Occupation</i> dairy farmer</div><div><i>Wife / Husband</i> Arlene &nbsp;&nbsp; <i>Children</i> 4 &nbsp;&nbsp; <i>S.S. No.</i> {d.ssn('786-20-5514')}</div><div><i>Insurance</i> {d.f(PAYOR, 'Green Mountain Grange Mutual')} &nbsp; <i>Cert.</i> {d.f(MEMBER, 'GM-20418')} &nbsp; <i>Grp.</i></div>"
           f"<div><i>Notify</i> {d.f(KIN, 'Arlene Tremblay')} ({d.f(KINSHIP, 'wife')}) &nbsp; same tel.</div><div><i>Referred by</i> Dr. Coutu &nbsp;&nbsp;&nbsp; <i>First visit</i> {visit(d, '4-22-86')}</div><div><i>Allergies</i> {d.allergy('Penicillin', 'hives')} (hives) &nbsp;&nbsp; <i>Blood type</i> O pos</div></div><p style='margin:20pt 0 0 5pt'>(reverse blank)</p>")
    d.also(KINPHONE, "+18025550115")
    d.also("Practitioner.name", "Coutu", "Dr. Coutu")
    return d


@add
def emr_face():
    d = paper("face sheet print.png", "f08", ADMIN, "emr-face-sheet", "clean300", ".page{font:8.8pt/1.45 'Liberation Sans';padding:.45in .5in} h5{margin:8pt 0 2pt;font-size:9.5pt;border-bottom:2px solid #666} .gr{display:grid;grid-template-columns:1.15in 1fr 1.15in 1fr;gap:0 6pt} .gr b{font-weight:normal;color:#444;text-align:right}")
    def gr(*pairs):
        return "<div class=gr>" + "".join(f"<b>{a}{':' if a else ''}</b><span>{v or '&nbsp;'}</span>" for a, v in pairs) + "</div>"
    d.page(f"<div class=two style='font-size:7.5pt'><span>ClinicWorks Practice Suite 9.2 - Patient Face Sheet</span><span class=r>https://ehr.example/face?id=903317</span></div><h2 style='margin:6pt 0 0'>{d.name('LUNDGREN, Karin Elise', 'Lundgren', 'Karin Elise')} <span style='font-weight:normal;font-size:10pt'>(67 y, {d.sex('F')})</span></h2><div>{d.org('Lake Vermilion Internal Medicine')} &nbsp;|&nbsp; 17 Spruce St, Tower, MN 55790 &nbsp;|&nbsp; Ph 218-555-0104 &nbsp;|&nbsp; Fx 218-555-0105</div><h5>Demographics</h5>"
           + gr(("MRN", d.mrn("903317")), ("Date of birth", d.dob("1948-02-17")), ("Legal sex", "Female"), ("SSN", "xxx-xx-4410"), ("Address", d.line("2950 Echo Point Rd")), ("City/St/Zip", d.place("Cook", "MN", "55723")), ("Home", d.phone("218-555-0147")), ("Mobile", "218-555-0195"), ("Work", ""), ("Email", d.email("klundgren@northmail.example")), ("Marital", d.f(MARITAL, "Widowed", "W")), ("Language", d.f(LANG, "English", "en")), ("Race/Eth", "White / Not Hispanic"), ("Pharmacy", "Cook Drug 218-555-0172"))
           + "<h5>Care Team</h5>" + gr(("PCP", f"{d.by('Aaron Maki')}, MD"), ("NPI", d.npi("190351774")), ("Rendering", "Dawn Sorvari, PA-C"), ("Referring", "")) + "<h5>Contacts</h5>" + gr(("Emergency", d.f(KIN, "Peter Lundgren")), ("Relation", d.f(KINSHIP, "Son")), ("Phone", d.phone("651-555-0183", KINPHONE)), ("HIPAA OK", "Yes"), ("Guarantor", "Karin Elise Lundgren"), ("Relation", "Self"))
           + "<h5>Insurance</h5><table style='width:100%' class=g>" + tr("Seq", "Payer", "Policy #", "Group #", "Subscriber", "Effective", tag="th") + tr("1", d.f(PAYOR, "Medicare Part B MN"), d.f(MEMBER, "778214410A"), "", "Karin Lundgren", "02/01/2013") + tr("2", "North Woods Senior Supplement", "NWS0088213", "PLAN F", "Karin Lundgren", "03/01/2013") + "</table>"
           + "<h5>Problem List</h5><table style='width:100%'>" + "".join(tr(d.cond(t, c), c, s) for t, c, s in (("Hypertension, essential", "401.9", "Active"), ("Osteoporosis", "733.00", "Active"), ("Hypothyroidism", "244.9", "Active"))) + "</table><h5>Allergies</h5>" + f"<table style='width:60%'>{tr(d.allergy('Sulfamethoxazole', 'Rash'), 'Rash', 'Moderate')}{tr(d.allergy('Latex', 'Itching'), 'Itching', 'Mild')}</table>"
           + "<h5>Current Medications</h5><table style='width:100%'>" + "".join(tr(d.med(m, s), s) for m, s in (("Levothyroxine 88 mcg tablet", "1 tab by mouth every morning"), ("Losartan 50 mg tablet", "1 tab by mouth daily"), ("Alendronate 70 mg tablet", "1 tab by mouth once a week"))) + f"</table><h5>Next Appointment</h5>11/04/2015 9:20 AM, Dawn Sorvari, PA-C, 20 min" + foot(f"Printed {d.dated('10/02/2015')} 4:41 PM by mjokela", "Page 1 of 1"))
    for item in d.items:
        item.pop("Condition.code.icd10", None) if "Condition.code.text" in item else None
        if "Condition.code.text" in item:
            item.setdefault("also", {})["Condition.code.icd10"] = [{"Hypertension, essential": "401.9", "Osteoporosis": "733.00", "Hypothyroidism": "244.9"}[item["Condition.code.text"]]]
    d.also("Patient.telecom.phone", "+12185550195")
    d.also("Patient.identifier.ssn", "xxx-xx-4410")
    return d


@add
def newborn():
    d = paper("newborn.tif", "f09", ADMIN, "newborn", "fax200", ".b{font:11pt 'Courier Prime'} .page{padding:.7in .6in}")
    d.also("Practitioner.name", "Nadeau, Colette")
    d.page(f"<div class=two><b style='font-size:13pt'>{d.org('Mount Carmel Lying-In Hospital')}</b><span class=r>NEWBORN REGISTRATION RECORD</span></div><br>" + row(b("1. INFANT'S NAME (LAST, FIRST, MIDDLE)", d.name("Achterman, Lucas James", "Achterman", "Lucas James"), 4), b("2. SEX", d.sex("Male"), 1), b("3. MED. REC. NO.", d.mrn("98-06614"), 1.6)) + row(b("4. DATE OF BIRTH", d.dob("05/26/1998"), 1.6), b("5. HOUR", "0417", 1), b("6. SINGLE / TWIN / OTHER", "Single", 1.5), b("7. BIRTH ORDER", "", 1), b("8. LENGTH", "20 1/2 in", 1), b("9. WEIGHT", "7 lb 11 oz", 1.2))
           + row(b("10. APGAR 1 MIN / 5 MIN", "8 / 9", 1.3), b("11. GESTATION (WEEKS)", "39", 1.2), b("12. DELIVERY", f"{q(1)}Vaginal {q(0)}Cesarean {q(0)}Forceps", 3)) + row(b("13. MOTHER'S NAME", "Achterman, Renee Claire", 3), b("14. MAIDEN NAME", "Dussault", 1.6), b("15. DATE OF BIRTH", "08/14/1970", 1.4), b("16. MED. REC. NO.", "91-22073", 1.4)) + row(b("17. FATHER'S NAME", "Achterman, Philip Gerard", 3), b("18. DATE OF BIRTH", "11/02/1967", 1.4), b("19. OCCUPATION", "Electrician", 1.6))
           + row(b("20. RESIDENCE", d.line("74 Pulaski Street"), 3), b("CITY", d.f("Patient.address.city", "Chicopee"), 2), b("STATE", d.f("Patient.address.state", "MA"), .7), b("ZIP", d.f("Patient.address.postalCode", "01020"), 1)) + row(b("21. HOME TELEPHONE", d.phone("413-555-0122"), 2), b("22. MOTHER'S S.S. NO.", "787-66-2048", 2), b("23. FATHER'S S.S. NO.", "787-31-9077", 2)) + row(b("24. OBSTETRICIAN", "Lavigne, Edmond, M.D.", 2), b("25. PEDIATRICIAN / ATTENDING", d.by("Nadeau, Colette") + ", M.D.", 2), b("26. FEEDING", "Breast", 1))
           + row(b("27. INSURANCE (MOTHER'S OR FATHER'S)", d.f(PAYOR, "Pioneer Valley Health"), 3), b("28. SUBSCRIBER", "Achterman, Philip", 2), b("29. CERTIFICATE NO.", d.f(MEMBER, "787319077-03"), 2), b("30. GROUP", d.f(GROUP, "IBEW-7"), 1)) + row(b("31. HEPATITIS B VACCINE", d.shot("Hepatitis B", "05/27/1998"), 1.5), b("32. VITAMIN K", "05/26/1998", 1.2), b("33. EYE PROPHYLAXIS", "Erythromycin 05/26/1998", 2), b("34. PKU DRAWN", "05/28/1998", 1.2))
           + row(b("35. DATE ADMITTED TO NURSERY", d.start("05/26/1998"), 1.5), b("36. DATE DISCHARGED", d.end("05/28/1998"), 1.5), b("37. DISCHARGED TO", "Home with mother", 2), b("38. BAND NO.", "41907", 1)) + f"<p style='margin-top:22pt'>I certify that during the discharge procedure I received my baby, examined the band and found it correct.</p><p>{u('<span class=sig>Renee Achterman</span>', '3in')} &nbsp; Witness {u('<span class=sig>B. Tetreault RN</span>', '2in')} &nbsp; Date {u(d.dated('05/28/1998'), '1in')}</p>" + foot("MCLH 220-N (1/95)", "WHITE-Chart &nbsp; YELLOW-Business Office &nbsp; PINK-Nursery"))
    maybe(d, "WEIGHT", "7 lb 11 oz")
    maybe(d, "LENGTH", "20 1/2", "[in_i]")
    d.also("Patient.contact.name", "Achterman, Renee Claire", "Achterman, Philip Gerard")
    d.also("Patient.contact.relationship", "Mother", "Father")
    d.also(KINPHONE, "+14135550122")
    return d


@add
def work_comp():
    d = paper("first report of injury.tif", "f10", ADMIN, "workers-comp", "office", ".b{font:10.5pt 'Liberation Mono';min-height:28pt} .page{padding:.5in .5in}")
    d.page("<div class=m><b>STATE OF NEBRASKA &mdash; WORKERS' COMPENSATION</b><br><b style='font-size:14pt'>PHYSICIAN'S FIRST REPORT OF INJURY</b><br><span class=sm>To be completed within 14 days of first treatment. Mail original to insurer, one copy to employer.</span></div><br>" + row(b("1. EMPLOYER", "Platte Valley Packing Inc.", 3), b("2. EMPLOYER TELEPHONE", "(308) 555-0160", 2), b("3. NATURE OF BUSINESS", "Meat processing", 2)) + row(b("4. INSURER", d.f(PAYOR, "Great Plains Casualty"), 3), b("5. CLAIM NUMBER", "GPC-03-118845", 2), b("6. ADJUSTER", "Wes Kratochvil", 2))
           + row(b("7. EMPLOYEE: LAST", d.family("Nguyen"), 2), b("FIRST", (g := d.given("Thanh", "V"))[0], 2), b("M.I.", g[1], .6), b("8. SOCIAL SECURITY NO.", d.ssn("788-41-0325"), 2)) + row(b("9. HOME ADDRESS", d.line("518 W. 11th Street"), 3), b("CITY", d.f("Patient.address.city", "Lexington"), 2), b("ST", d.f("Patient.address.state", "NE"), .6), b("ZIP", d.f("Patient.address.postalCode", "68850"), 1)) + row(b("10. TELEPHONE", d.phone("(308) 555-0173"), 2), b("11. DATE OF BIRTH", d.dob("12/08/1969"), 1.6), b("12. SEX", f"{q(1)}{d.sex('Male')} {q(0)}Female", 1.8), b("13. OCCUPATION", "Trimmer, line 4", 2))
           + row(b("14. DATE OF INJURY", "03/03/2003", 1.5), b("HOUR", "10:20 AM", 1), b("15. LAST WORKED", "03/03/2003", 1.5), b("16. DATE FIRST TREATED", d.start("03/04/2003"), 1.8), b("17. OUR FILE", d.mrn("60773"), 1)) + b("18. PATIENT'S DESCRIPTION OF ACCIDENT", d.sec("historyOfPresentIllness", "Knife slipped while trimming brisket and cut the back of the left hand."), "none", "min-height:44pt") + b("19. COMPLAINTS", d.sec("chiefComplaint", "Pain and numbness of left index finger"), "none", "margin-top:-1px") + b("20. FINDINGS ON EXAMINATION", d.sec("physicalExam", "3 cm laceration over the second metacarpal; extensor function intact."), "none", "min-height:44pt;margin-top:-1px")
           + row(b("21. DIAGNOSIS", d.cond("Laceration of left hand"), 4, "margin-top:-1px"), b("ICD-9", "882.0", 1, "margin-top:-1px")) + row(b("22. X-RAYS", "Negative", 2), b("23. TREATMENT GIVEN", "Sutured x 5, tetanus booster", 4)) + row(b("24. ABLE TO WORK?", f"{q(0)}Yes {q(1)}Modified {q(0)}No", 2), b("25. MODIFIED FROM", "03/05/2003", 1.2), b("26. FULL DUTY EXPECTED", "03/19/2003", 1.5), b("27. PERMANENT IMPAIRMENT?", f"{q(0)}Yes {q(1)}No", 1.7))
           + row(b("28. PHYSICIAN (TYPE OR PRINT)", d.by("Gordon L. Hruska") + ", D.O.", 3), b("DEGREE / LICENSE NO.", "NE 18840", 2), b("TELEPHONE", "(308) 555-0131", 2)) + row(b("29. CLINIC", d.org("Dawson Occupational Health"), 3), b("ADDRESS", "1206 Plum Creek Pkwy, Lexington NE 68850", 4)) + row(b("30. SIGNATURE", "<span class=sig>G. L. Hruska</span>", 3), b("DATE OF THIS REPORT", d.dated("03/06/2003"), 2)) + foot("NWCC Form 1-P (Rev. 7/01)"))
    d.items[-1].setdefault("also", {})["Condition.code.icd10"] = ["882.0"]
    d.also(MEMBER, "GPC-03-118845")
    d.also("DocumentReference.type", "11506-3", "34133-9")
    return d


@add
def dental():
    d = paper("dental welcome.png", "f11", ADMIN, "dental", "clean300", ".page{font:9.6pt/1.7 'URW Gothic'} .u{font:10.5pt/1.2 'Liberation Serif'} h3{margin:6pt 0 2pt;font:bold 12pt 'URW Gothic'}")
    def yn(text, on):
        return f"<div>{q(on, 'v')}Y {q(not on, 'v')}N &nbsp;{text}</div>"
    d.page(f"<div class=m style='font:bold 17pt \"URW Bookman\"'>Welcome!</div><div class=m>{d.org('Cascade Smiles Family Dentistry')} &middot; Dr. Wm. Petrakis &middot; Dr. Jo Lindahl<br>3300 NE Sandy Blvd, Portland, Oregon 97232 &middot; 503-555-0109</div><h3>About you</h3>Today's date {u(signed(d, '7/6/99'), '1in')} &nbsp; Name (Last, First) {u(d.name('Abramowitz, Shira', 'Abramowitz', 'Shira'), '2.4in')} Nickname {u('Shiri', '.6in')}<br>"
           f"Address {u(d.line('1414 SE Tibbetts St'), '2.4in')} City {u(d.f('Patient.address.city', 'Portland'), '1.2in')} State {u(d.f('Patient.address.state', 'OR'), '.4in')} Zip {u(d.f('Patient.address.postalCode', '97202'), '.8in')}<br>Birthdate {u(d.dob('3/27/64'), '.9in')} SS# {u(d.ssn('775-80-6632'), '1.1in')} {q(0)}Male {q(1, 'v')}{d.sex('Female')} &nbsp; {q(1, 'v')}{d.f(MARITAL, 'Single', 'S')} {q(0)}Married {q(0)}Divorced {q(0)}Widowed<br>"
           f"Hm# {u(d.phone('503-555-0153'), '1.1in')} Wk# {u('503-555-0188', '1.1in')} Pager {u('', '1in')} Best time to call {u('evenings', '1in')}<br>Employer {u('Powell Valley Nursery', '2.2in')} How long there? {u('6 yrs', '.7in')} Referred by {u('Ellen G.', '.9in')}<h3>Emergency contact</h3>Name {u(d.f(KIN, 'Noam Abramowitz'), '2in')} Relation {u(d.f(KINSHIP, 'Brother'), '1in')} Phone {u(d.phone('206-555-0117', KINPHONE), '1.2in')}"
           f"<h3>Dental insurance</h3>Insured's name {u('Shira Abramowitz', '2in')} Insured's birthdate {u('3/27/64', '.9in')}<br>Insurance Co. {u(d.f(PAYOR, 'Mount Hood Dental Service'), '2in')} ID # {u(d.f(MEMBER, '775806632'), '1.2in')} Group # {u(d.f(GROUP, '41027'), '.9in')} <h3>Health history</h3>"
           f"Physician's name {u('Carol Ostrander MD', '1.8in')} Date of last exam {u('4/98', '.8in')} Last dentist {u('Dr. Fong, Seattle', '1.5in')}<br>Do you have, or have you had, any of the following?<div style='columns:3;line-height:1.5'>" + "".join(yn(d.cond(t) if on else t, on) for t, on in (("AIDS / HIV", 0), ("Anemia", 0), ("Artificial joint", 0), ("Asthma", 1), ("Cancer", 0), ("Diabetes", 0), ("Epilepsy", 0), ("Fainting", 0), ("Glaucoma", 0), ("Hay fever", 1), ("Heart murmur", 0), ("Hepatitis", 0), ("High blood pressure", 0), ("Migraine headaches", 1), ("Rheumatic fever", 0), ("Sinus trouble", 0), ("Stroke", 0), ("Ulcers", 0)))
           + f"</div>Medications you are taking: {u(d.med('Albuterol inhaler'), '2in')} {u(d.med('Imitrex 50 mg'), '1.6in')}<br>Allergies: {q(0)}Aspirin {q(1, 'v')}{d.allergy('Erythromycin')} {q(0)}Latex {q(0)}Penicillin {q(0)}Local anesthetic &nbsp; Other {u('', '1in')}<br>For women: Pregnant? {q(0)}Y {q(1, 'v')}N &nbsp; Nursing? {q(0)}Y {q(1, 'v')}N<br><br>Signature {u('<span class=sig>Shira Abramowitz</span>', '3in')} &nbsp; Reviewed by {u('JL', '.6in')}" + foot("Form W-2 Patient Welcome", "&copy; 1997"))
    d.also("Practitioner.name", "Carol Ostrander", "Wm. Petrakis", "Jo Lindahl")
    return d


@add
def eye():
    d = paper("eye care intake.jpg", "f12", ADMIN, "eye-clinic", "handwritten", ".page{font:10pt/2.05 'Liberation Sans'} .u{line-height:1.1;padding-left:3pt}")
    w = hand(d, "dkg", 12)
    d.also("Practitioner.name", "Dr. Sam Yoon", "Sam Yoon", "Dr. Patel")
    d.page(f"<div class=m style='line-height:1.4'><b style='font-size:15pt'>{d.org('Clear Creek Eye Associates')}</b><br>Medical &amp; Surgical Eye Care &nbsp; 555 Ralston Rd, Arvada, CO 80002 &nbsp; 303-555-0102<br><u>PATIENT INTAKE</u></div>Patient name: {u(w(d.name('Delphine Archuleta', 'Archuleta', 'Delphine')), '3.1in')} DOB: {u(w(d.dob('11/02/1951')), '1.2in')} Age: {u(w('57'), '.5in')}<br>"
           f"Mailing address: {u(w(d.line('7720 Saulsbury Ct')), '2.5in')} City/ST/Zip: {u(w(d.place('Arvada', 'CO', '80003', '{} {} {}')), '2.1in')}<br>Home ph: {u(w(d.phone('303-555-0148')), '1.5in')} Cell: {u(w('720-555-0161'), '1.5in')} Work: {u('', '1.2in')}<br>Sex: M &nbsp;<span class=c>{d.sex('F')}</span> &nbsp;&nbsp; Marital status: S &nbsp;<span class=c>{d.f(MARITAL, 'M')}</span>&nbsp; D &nbsp; W &nbsp;&nbsp; Spouse: {u(w('Gilbert'), '1.5in')}<br>"
           f"Emergency contact: {u(w(d.f(KIN, 'Gilbert Archuleta')), '2in')} Relationship: {u(w(d.f(KINSHIP, 'husband')), '1in')} Ph: {u(w(d.phone('720-555-0137', KINPHONE)), '1.3in')}<br>Insurance (medical): {u(w(d.f(PAYOR, 'Front Range Health')), '2in')} ID: {u(w(d.f(MEMBER, 'FR2208417')), '1.3in')} Grp: {u(w(d.f(GROUP, '660')), '.7in')}<br>Vision plan: {u(w('none'), '1.5in')} Family doctor: {u(w('Dr. Patel'), '1.3in')} Referred by: {u(w('Dr. Sam Yoon'), '1.4in')}<br>"
           f"Main reason for today's visit: {u(w(d.sec('chiefComplaint', 'blurry vision right eye, glare at night')), '4.6in')}<br>Do you wear: {q(1)} Glasses {q(0)} Contacts {q(0)} Neither &nbsp;&nbsp; Last eye exam: {u(w('2 yrs ago'), '1.5in')}<br>Have you ever been told you have: &nbsp; {q(1)} {d.cond('Cataract')} &nbsp; {q(0)} Glaucoma &nbsp; {q(0)} Macular degeneration &nbsp; {q(0)} Retinal detachment<br>{q(1)} {d.cond('Diabetes')} &nbsp; {q(1)} {d.cond('High blood pressure')} &nbsp; {q(0)} Thyroid disease &nbsp; {q(0)} Arthritis &nbsp; {q(0)} Stroke<br>"
           f"Eye drops or medications: {u(w(d.med('metformin 500 mg', 'twice a day') + ' twice a day, ' + d.med('lisinopril 20 mg', 'daily') + ' daily'), '4.9in')}<br>Allergies to medicine: {u(w(d.allergy('sulfa') + ' - gets rash'), '2.5in')} Eye surgery: {u(w('none'), '1.6in')}<br>Family history of &nbsp; {q(1)} Glaucoma {q(0)} Blindness &nbsp;&nbsp; Who? {u(w('mother'), '1.4in')}<br><br>Signature: {u('<span class=sig>Delphine Archuleta</span>', '3in')} Date: {u(w(signed(d, '6/18/09')), '1.2in')}" + foot("CCEA 7/08"))
    d.items[-1]["AllergyIntolerance.reaction.text"] = "rash"
    d.items[-1]["also"] = {"AllergyIntolerance.reaction.text": ["gets rash"]}
    d.hand += ["MedicationStatement.medication.text", "MedicationStatement.dosage.text", "AllergyIntolerance.code.text", "AllergyIntolerance.reaction.text"]
    d.hand = [f for f in d.hand if f not in ("Patient.gender", MARITAL)]
    d.also("Patient.telecom.phone", "+17205550161")
    return d


@add
def school_physical():
    d = paper("school health exam.tif", "f13", HP, "school-physical", "office", ".page{padding:.45in .5in;font-size:9pt} .b{min-height:25pt;font:10pt 'Courier Prime'} .g{width:100%} .g td,.g th{padding:1pt 4pt;font-size:8.5pt}")
    d.also("DocumentReference.type", ADMIN, EPISODE)
    d.also("Patient.contact.name", "Tamika Gaines")
    d.also("Patient.contact.relationship", "Mother")
    d.also(KINPHONE, "+14105550156")
    f, m = d.given("Isaiah", "Q")
    shots = [("DTaP", ["03/14/09", "05/16/09", "07/18/09", "08/20/10", "02/11/13"]), ("IPV", ["03/14/09", "05/16/09", "08/20/10", "02/11/13"]), ("Hib", ["03/14/09", "05/16/09", "04/10/10"]), ("Hep B", ["01/09/09", "03/14/09", "07/18/09"]), ("MMR", ["01/22/10", "02/11/13"]), ("Varicella", ["01/22/10", "02/11/13"]), ("PCV", ["03/14/09", "05/16/09", "07/18/09", "04/10/10"])]
    normal = lambda t, ok=1, note="": tr(t, q(ok, "v"), q(not ok, "v"), note)
    d.page("<div class=m><b style='font-size:13pt'>CERTIFICATE OF SCHOOL HEALTH EXAMINATION</b><br>State Department of Education &middot; Division of Pupil Services</div><div class=bar>PART I. TO BE COMPLETED BY PARENT OR GUARDIAN</div>" + row(b("Student's last name", d.family("Gaines"), 2), b("First", f, 2), b("Middle", m, .7), b("Birth date (mo/day/yr)", d.dob("01/08/2009"), 1.4), b("Sex", d.sex("M"), .5), b("Grade", "K", .6)) + row(b("Address", d.line("2216 Etting Street"), 2.4), b("City", d.f("Patient.address.city", "Baltimore"), 1.3), b("State", d.f("Patient.address.state", "MD"), .6), b("Zip", d.f("Patient.address.postalCode", "21217"), .8), b("School", "Eutaw Marsh Elementary", 2))
           + row(b("Parent / guardian", "Tamika Gaines (mother)", 2), b("Home phone", d.phone("410-555-0156"), 1.3), b("Work phone", "410-555-0190", 1.3), b("Health insurance", f"{q(1)}Yes {q(0)}No", 1.2)) + f"<p style='margin:4pt 0'>Has this child had: {q(1, 'v')}{d.cond('Asthma')} {q(0)}Diabetes {q(0)}Seizures {q(1, 'v')}{d.cond('Eczema')} {q(0)}Lead poisoning {q(0)}Heart condition &nbsp; Allergies (food, drug, insect): {u(d.allergy('Peanuts'), '1.3in')}</p>"
           + "<div class=bar>PART II. IMMUNIZATIONS (month, day and year of each dose)</div><table class=g>" + tr("Vaccine", "1st", "2nd", "3rd", "4th", "5th", tag="th") + "".join(tr(v, *[d.shot(v, s) for s in days], *[""] * (5 - len(days))) for v, days in shots) + "</table><div class=bar>PART III. EXAMINATION (within 12 months of school entry)</div>"
           + row(b("Date of exam", d.start("08/05/2014")), b("Height", d.vital("ht", "Height", "45.5", "in") + " in"), b("Weight", d.vital("wt", "Weight", "47", "lb") + " lb"), b("BMI", d.vital("bmi", "BMI", "16.0")), b("Blood pressure", d.bp("Blood pressure", "94/58")), b("Pulse", d.vital("pulse", "Pulse", "88"))) + row(b("Vision R 20/", "25"), b("Vision L 20/", "25"), b("Hearing R", "Pass"), b("Hearing L", "Pass"), b("Lead test", "11/30/10"), b("Result", "3 mcg/dL")) + "<div class=two style='margin-top:4pt'><table class=g>" + tr("System", "Nl", "Abn", "Comment", tag="th")
           + normal("Skin", 0, "dry patches, elbows") + normal("HEENT") + normal("Lungs", 1, "clear today") + normal("Heart") + "</table><table class=g style='margin-left:6pt'>" + tr("System", "Nl", "Abn", "Comment", tag="th") + normal("Abdomen") + normal("Genitalia") + normal("Spine") + normal("Neurologic") + f"</table></div><p style='margin:5pt 0'>Medication needed at school: {u(d.med('Albuterol HFA 90 mcg', '2 puffs every 4 hours as needed') + ', 2 puffs every 4 hours as needed', '4in')}<br>Physical education: {q(1, 'v')}Full {q(0)}Restricted {q(0)}None &nbsp;&nbsp; Needs: EpiPen in nurse's office</p>"
           + row(b("Name of examiner (print)", d.by("Rosalyn T. Whitcomb") + ", CRNP", 2.4), b("Signature", "<span class=sig>R. Whitcomb</span>", 2), b("Date", d.dated("08/07/2014"), 1)) + row(b("Practice", d.org("Upton Pediatric Center"), 2.4), b("Address", "901 Pennsylvania Ave, Baltimore 21201", 2.6), b("Telephone", "410-555-0114", 1.3)) + foot("SDE-PS 12-R (2/2012)", "Valid for 12 months from date of examination"))
    maybe(d, "Lead test", "3", "ug/dL", ["Lead", "Result"])
    return d


@add
def sports():
    d = paper("sports clearance.jpg", "f14", HP, "sports-physical", "handwritten", ".page{font:9.5pt/1.85 'Liberation Serif'} .u{line-height:1.1;padding-left:3pt}")
    w = hand(d, "neue", 14)
    d.also("DocumentReference.type", ADMIN, EPISODE)
    d.also("Organization.name", "Kaw Bend High School")
    d.also("Encounter.period.start", "2007-07-19")
    quiz = [("Have you ever passed out during or after exercise?", 0), ("Has a doctor ever told you that you have a heart murmur?", 0), ("Do you have asthma?", 1), ("Have you ever had a concussion?", 0), ("Have you ever broken a bone?", 1), ("Do you use an inhaler?", 1), ("Do you wear glasses or contacts?", 0)]
    circle = lambda on: ("<span class=c>Yes</span> &nbsp; No" if on else "Yes &nbsp; <span class=c>No</span>")
    first, mid = d.given("Cody", "Dale")
    head = f"<div class=m style='line-height:1.3'><b style='font-size:14pt'>KAW BEND HIGH SCHOOL ATHLETICS</b><br><b>Preparticipation Physical Evaluation</b><br><i>This form expires one year from the date of examination</i></div>Athlete: Last {u(w(d.family('Stromquist')), '1.7in')} First {u(w(first), '1.2in')} Middle {u(w(mid), '1in')} Sex {u(w(d.sex('M')), '.4in')} Age {u(w('16'), '.4in')}<br>"
    head += f"Date of birth {u(w(d.dob('4/29/91')), '1.1in')} Grade {u(w('11'), '.5in')} Sport(s) {u(w('football, wrestling'), '2in')} Home phone {u(w(d.phone('785-555-0124')), '1.3in')}<br>Address {u(w(d.line('1806 N. Van Buren') + ', ' + d.place('Topeka', 'KS', '66608')), '4.5in')}<br>Family physician {u(w('Dr. Bauman'), '1.6in')} Insurance {u(w(d.f(PAYOR, 'Sunflower Health')), '1.6in')} Policy no. {u(w(d.f(MEMBER, 'SF4471203')), '1.3in')}<br>In an emergency notify {u(w(d.f(KIN, 'Lori Stromquist')), '1.8in')} Relationship {u(w(d.f(KINSHIP, 'mom')), '.9in')} Phone {u(w(d.phone('785-555-0170', KINPHONE)), '1.3in')}"
    hist = "<b class=h>HISTORY (circle answers; explain all yes answers below)</b><table style='width:90%;line-height:1.75'>" + "".join(tr(f"{n}. {t}", circle(on)) for n, (t, on) in enumerate(quiz, 1)) + f"</table>Explain: {u(w('broke left wrist 2003; inhaler before practice'), '5.2in')}<br>Medicines: {u(w(d.med('albuterol inhaler')), '2in')} Allergies: {u(w(d.allergy('bee stings')), '2in')}"
    exam = f"<b class=h>EXAMINATION</b>Height {u(w(d.vital('ht', 'Height', '70', 'in') + ' in'), '.8in')} Weight {u(w(d.vital('wt', 'Weight', '163', 'lb') + ' lb'), '.9in')} BP {u(w(d.bp('BP', '118/72')), '.8in')} Pulse {u(w(d.vital('pulse', 'Pulse', '64')), '.6in')} Vision R 20/{u(w('20'), '.4in')} L 20/{u(w('20'), '.4in')}<br>Heart {u(w('no murmur'), '1.2in')} Lungs {u(w('clear'), '1in')} Abdomen {u(w('soft'), '.9in')} Musculoskeletal {u(w('normal'), '1in')}<br>{q(1)} Cleared without restriction &nbsp; {q(0)} Cleared after evaluation for ________ &nbsp; {q(0)} Not cleared<br>Name of physician (print) {u(w(d.by('Nathan Ruhl') + ' MD'), '1.9in')} Date {u(w(d.dated('7/19/07')), '.9in')} Phone {u(w('785-555-0103'), '1.2in')}<br>Signature {u('<span class=sig>Nathan Ruhl</span>', '2.6in')}"
    consent = f"<b class=h>PARENT CONSENT</b>I give my permission for the above student to practice and compete.<br>Parent signature {u('<span class=sig>Lori Stromquist</span>', '2.6in')} Date {u(w('7/15/07'), '1in')}"
    d.page(head + hist + exam + consent + foot("KBHS-A 2007"))
    d.also("DocumentReference.date", "2007-07-15")
    d.items.append({"Condition.code.text": "asthma", "optional": True})
    d.hand += ["MedicationStatement.medication.text", "AllergyIntolerance.code.text", "Observation.value", "Observation.unit"]
    return d


@add
def camp():
    d = paper("camp health form.jpg", "f15", ADMIN, "camp-health", "handwritten", ".page{font:9.8pt/1.95 'Nimbus Sans'} .u{line-height:1.1;padding-left:3pt} .fr{border:2px solid #000;border-radius:8px;padding:4pt 8pt;margin-bottom:6pt} .g{width:100%;line-height:1.5}")
    w = hand(d, "ruf", 15)
    d.also("Organization.name", "Camp Wapogasset Pines")
    d.also("Practitioner.name", "Dr. Lindgren", "Lindgren")
    d.also("Encounter.period.start", "2001-05-30", "2001-07-08")
    d.page(f"<div class=m style='line-height:1.3;margin-bottom:6pt'><b style='font-size:15pt'>Camp Wapogasset Pines</b> &mdash; Amery, Wisconsin<br>CAMPER HEALTH FORM, Summer 2001 &nbsp; (return by June 1)</div><div class=fr>Camper's name {u(w(d.name('Hannah Grace Obermeyer', 'Obermeyer', 'Hannah Grace')), '3in')} <span class=w>{q(0)}Boy {q(1)}Girl</span> &nbsp; Birthday {u(w(d.dob('8/24/1990')), '1.1in')}<br>Home address {u(w(d.line('455 Summit Ave')), '2.2in')} City {u(w(d.f('Patient.address.city', 'Hudson')), '1in')} State {u(w(d.f('Patient.address.state', 'WI')), '.5in')} Zip {u(w(d.f('Patient.address.postalCode', '54016')), '.8in')}<br>Session: {q(0)}I (6/17) {q(0)}II (6/24) {q(1)}III (7/8) &nbsp; Cabin ______ &nbsp; Home phone {u(w(d.phone('715-555-0139')), '1.4in')}</div>"
           f"<div class=fr>Mother {u(w('Anne Obermeyer'), '1.8in')} Day phone {u(w('651-555-0144'), '1.2in')} Evening {u(w('715-555-0139'), '1.2in')}<br>Father {u(w('Dale Obermeyer'), '1.8in')} Day phone {u(w('715-555-0176'), '1.2in')} Evening {u(w('same'), '1.2in')}<br>If parents cannot be reached: {u(w(d.f(KIN, 'Ruth Knutson')), '1.6in')} <span class=w>Relation {u(w(d.f(KINSHIP, 'aunt')), '.7in')}</span> Phone {u(w(d.phone('715-555-0112', KINPHONE)), '1.2in')}</div><div class=fr>Insurance company {u(w(d.f(PAYOR, 'Badger Family Plan')), '1.8in')} ID {u(w(d.f(MEMBER, 'BFP 30277115', 'BFP30277115')), '1.3in')} Group {u(w(d.f(GROUP, '8802')), '.7in')}<br>Doctor {u(w('Dr. Lindgren'), '1.6in')} Phone {u(w('715-555-0180'), '1.2in')} Date of last physical {u(w('4/11/01'), '.8in')} Last tetanus {u(w('1996'), '.6in')}</div>"
           f"<div class=fr>Check all that apply: {q(1)} {d.cond('Ear infections')} {q(0)} Fainting {q(0)} Bed wetting {q(1)} {d.cond('Motion sickness')} {q(0)} Sleepwalking {q(0)} Convulsions {q(0)} Diabetes {q(0)} Asthma<br>Allergies: &nbsp; {q(1)} {d.allergy('Amoxicillin')} <s>Ivy poisoning</s> &nbsp; reaction: {u(w('hives'), '1in')} &nbsp; Foods: {u(w('none'), '1in')}<br>Medicines to be given at camp (original bottles only):<table class=g>{tr('Medicine', 'Dose', 'Time', tag='th')}{tr(w(d.med('Claritin 10 mg', '1 tablet', shown=['Claritin', '10 mg']).replace(' 10 mg', '')), w('10 mg, 1 tablet'), w('breakfast'))}{tr(w(d.med('Dramamine')), w('as needed'), w('long bus rides'))}</table>Activities to be limited: {u(w('no diving'), '2in')}</div>"
           f"I give the camp nurse permission to treat my child.<br>Parent's signature {u('<span class=sig>Anne Obermeyer</span>', '2.6in')} Date {u(w(d.dated('5/30/01')), '1in')}")
    meds = [i for i in d.items if "MedicationStatement.medication.text" in i]
    meds[0]["also"] = {"MedicationStatement.dosage.text": ["1 tablet breakfast", "breakfast"], "MedicationStatement.medication.text": ["Claritin"]}
    meds[1]["MedicationStatement.dosage.text"] = "as needed"
    meds[1]["also"] = {"MedicationStatement.dosage.text": ["as needed long bus rides", "long bus rides"]}
    next(i for i in d.items if "AllergyIntolerance.code.text" in i)["AllergyIntolerance.reaction.text"] = "hives"
    d.fields["Patient.gender"] = "female"
    d.also("DocumentReference.type", HP)
    d.hand += ["MedicationStatement.medication.text", "MedicationStatement.dosage.text", "AllergyIntolerance.reaction.text"]
    return d


@add
def nursing_home():
    d = paper("ltc admission.tif", "f16", ADMIN, "nursing-home", "fax200", ".page{padding:.7in .55in;font-size:9pt} .b{font:bold 10pt 'Nimbus Mono PS';min-height:27pt}")
    d.page(f"<div class=m><b style='font-size:13pt'>{d.org('Shady Oaks Convalescent Manor')}</b><br>700 Highway 51 South, Brookhaven, Mississippi 39601 &nbsp; (601) 555-0108<br><b>RESIDENT ADMISSION RECORD</b></div><br>" + row(b("RESIDENT NAME", d.name("PURVIS, MAE ELLA", "Purvis", "Mae Ella"), 3), b("PREFERRED NAME", "Miss Mae", 1.3), b("ROOM/BED", "114-B", 1), b("RESIDENT NO.", d.mrn("2071-3"), 1.2)) + row(b("ADMIT DATE", visit(d, "02/18/1996"), 1.3), b("TIME", "2:30P", .8), b("ADMITTED FROM", "King's Daughters Hosp.", 2.2), b("HOSP. STAY", "02/06/1996 - 02/18/1996", 2.2))
           + row(b("PREVIOUS ADDRESS", d.line("Rt. 4 Box 118"), 2.4), b("CITY", d.f("Patient.address.city", "Wesson"), 1.4), b("ST", d.f("Patient.address.state", "MS"), .5), b("ZIP", d.f("Patient.address.postalCode", "39191"), 1), b("COUNTY", "Copiah", 1)) + row(b("BIRTHDATE", d.dob("07/19/1911"), 1.3), b("AGE", "84", .6), b("SEX", d.sex("F"), .5), b("RACE", "B", .6), b("MARITAL", d.f(MARITAL, "WIDOWED", "W"), 1.1), b("RELIGION", "M.B.", .8), b("CHURCH", "New Hope M.B.", 1.8), b("SOC. SEC. NO.", d.ssn("776-08-1154"), 1.6))
           + row(b("MEDICARE NO.", d.f(MEMBER, "776081154D"), 1.6), b("MEDICAID NO.", "M-10440278", 1.6), b("OTHER INS.", "none", 1.2), b("PAY SOURCE", d.f(PAYOR, "MEDICARE") + " A", 1.5)) + row(b("RESPONSIBLE PARTY / FIRST CONTACT", d.f(KIN, "Odessa Purvis Catchings"), 2.6), b("RELATIONSHIP", d.f(KINSHIP, "Daughter"), 1.2), b("HOME PHONE", d.phone("601-555-0128", KINPHONE), 1.4), b("WORK PHONE", "601-555-0184", 1.4)) + row(b("ADDRESS", "39 Mt. Zion Rd., Wesson MS 39191", 4)) + row(b("SECOND CONTACT", "Rev. Willie Purvis", 2.6), b("RELATIONSHIP", "Nephew", 1.2), b("HOME PHONE", "504-555-0191", 1.4), b("WORK PHONE", "", 1.4))
           + row(b("ATTENDING PHYSICIAN", d.by("L. D. Sessums") + ", M.D.", 2), b("PHONE", "601-555-0150", 1.2), b("ALTERNATE PHYSICIAN", "P. Kees, M.D.", 2), b("PHONE", "601-555-0151", 1.2)) + row(b("DENTIST", "", 1.3), b("PHARMACY", "Brookhaven Rexall", 1.6), b("HOSPITAL PREFERENCE", "King's Daughters", 1.6), b("FUNERAL HOME", "Tyler &amp; Sons 601-555-0166", 2)) + b("ALLERGIES", d.allergy("Penicillin") + ", " + d.allergy("Iodine"), "none", "margin-bottom:-1px")
           + "<div class=b style='min-height:92pt'><i>ADMITTING DIAGNOSES</i>1. " + d.cond("Fracture left hip, S/P pinning") + " &nbsp; 820.8<br>2. " + d.cond("Congestive heart failure") + " &nbsp; 428.0<br>3. " + d.cond("Diabetes mellitus, Type II") + " &nbsp; 250.00<br>4. " + d.cond("Senile dementia") + " &nbsp; 290.0</div>" + row(b("CODE STATUS", f"{q(0)}Full {q(1)}DNR", 1.3), b("ADVANCE DIRECTIVE", f"{q(1)}Living will {q(0)}DPOA-HC {q(0)}None", 2.4), b("DIET", "1800 cal ADA, NAS", 1.5), b("REHAB POTENTIAL", "Fair", 1)) + row(b("DISCHARGE DATE", "", 1), b("DISCHARGED TO", "", 2), b("REASON", "", 2)) + foot("Form SO-1 &nbsp; Rev. 9/93", "Completed by: B. Furr, Admissions"))
    for i, c in zip([i for i in d.items if "Condition.code.text" in i], ("820.8", "428.0", "250.00", "290.0")):
        i["also"] = {"Condition.code.icd10": [c]}
    d.also("Patient.telecom.phone", "+16015550128")
    d.also(PAYOR, "MEDICARE A", "Medicare Part A")
    return d


@add
def hospice():
    d = paper("hospice admission.tif", "f17", ADMIN, "hospice", "photocopy", ".page{font:10.3pt/1.75 'URW Bookman';padding:.7in .8in} h4{margin:8pt 0 1pt;font-variant:small-caps;letter-spacing:1px;border-top:1px solid #000} .v{font:10.5pt 'Liberation Mono'}")
    v = lambda t: f"<span class=v>{t}</span>"
    d.page(f"<div class=m style='line-height:1.35'><b style='font-size:15pt'>{d.org('Blue Ridge Hospice & Palliative Care')}</b><br>Admission / Demographic Summary</div><h4>Patient</h4>Name: {v(d.name('Vernon Lee Cutshall', 'Cutshall', 'Vernon Lee'))} &nbsp;&nbsp; Hospice ID: {v(d.mrn('BRH-10-0447'))}<br>Born: {v(d.dob('December 2, 1933'))} &nbsp; Gender: {v(d.sex('Male'))} &nbsp; Status: {v(d.f(MARITAL, 'Married', 'M'))} &nbsp; Veteran: {v('Yes')}<br>Lives at: {v(d.line('96 Shelton Laurel Lane') + ', ' + d.place('Marshall', 'NC', '28753'))}<br>Telephone: {v(d.phone('828.555.0143'))} &nbsp; Directions: {v('left past the church')}"
           f"<h4>Election of benefit</h4>Start of care: {v(d.start('09/20/2010'))} &nbsp;&nbsp; Benefit period: {v('09/20/2010 to 12/18/2010')}<br>Payer: {v(d.f(PAYOR, 'Medicare Hospice'))} &nbsp; HIC number: {v(d.f(MEMBER, '777-50-2281A'))} &nbsp; Secondary: {v('Mountain Mutual F 55120')}<h4>Caregiver and contacts</h4>Primary caregiver: {v(d.f(KIN, 'Geneva Cutshall'))}, {v(d.f(KINSHIP, 'wife'))}, {v(d.phone('828.555.0143', KINPHONE))}<br>Health care power of attorney: {v('Darrell Cutshall')}, {v('son')}, {v('828.555.0199')}<br>Funeral home: {v('Madison Memorial')}, {v('828.555.0116')}"
           f"<h4>Physicians</h4>Attending: {v(d.by('Susannah Kirk') + ', MD')} &nbsp; NPI {v(d.npi('127740518'))}<br>Hospice medical director: {v('Alan Freitas, DO')} &nbsp; NPI {v(mu.npi('188204411'))}<h4>Diagnoses</h4>Terminal: {v(d.cond('Pancreatic cancer'))} &nbsp; {v('157.9')}<br>Secondary: {v(d.cond('Cachexia'))} &nbsp; {v('799.4')} &nbsp;&nbsp; {v(d.cond('Type 2 diabetes'))} &nbsp; {v('250.00')}<br>Allergies: {v(d.allergy('Morphine', 'itching'))} ({v('itching')}) &nbsp;&nbsp; Resuscitation: {q(1)} DNR on file {q(0)} Full code<h4>Team</h4>RN: {v('Patti Norton')} &nbsp; SW: {v('L. Ammons')} &nbsp; Chaplain: {v('Rev. Tweed')} &nbsp; Aide: {v('M., W., F.')}<br><br>Admitted by: {v('Patti Norton, RN')} &nbsp;&nbsp; Date: {v(d.dated('09/21/2010'))}" + foot("BRHPC Adm-3, 2/2009", "24-hour line 828.555.0100"))
    for i, c in zip([i for i in d.items if "Condition.code.text" in i], ("157.9", "799.4", "250.00")):
        i["also"] = {"Condition.code.icd10": [c]}
    d.also("Patient.identifier.ssn", "777-50-2281")
    d.also("Practitioner.name", "Patti Norton")
    return d


@add
def home_health():
    d = paper("plan of treatment.png", "f18", EPISODE, "home-health-certification", "clean300", ".page{padding:.4in .4in;font-size:8pt} .b{font:9.5pt/1.3 'Liberation Mono';min-height:30pt} .b>i{font-size:6.5pt}")
    d.also("DocumentReference.type", ADMIN, REFER, HP)
    d.page("<div class=two style='font-size:8pt'><b>HOME HEALTH CERTIFICATION AND PLAN OF CARE</b><span class=r>Page 1 of 1</span></div>" + row(b("1. Patient's HI Claim No.", d.f(MEMBER, "782-19-3360A"), 1.5), b("2. Start of Care Date", d.start("06/12/2008"), 1.3), b("3. Certification Period", "From: 06/12/2008 To: 08/10/2008", 2.6), b("4. Medical Record No.", d.mrn("HH-08813"), 1.2), b("5. Provider No.", "45-7781", 1)) + row(b("6. Patient's Name and Address", d.name("Zapata, Armando", "Zapata", "Armando") + "<br>" + d.line("1915 Guadalupe St") + "<br>" + d.place("Laredo", "TX", "78043"), 1), b("7. Provider's Name, Address and Telephone Number", d.org("Rio Bravo Home Health Agency") + "<br>8802 McPherson Rd, Laredo, TX 78045<br>(956) 555-0122", 1))
           + row(b("8. Date of Birth", d.dob("03/30/1930"), 1), b("9. Sex", f"{q(1)} {d.sex('M')} &nbsp; {q(0)} F", .8), b("11. ICD-9-CM &nbsp; Principal Diagnosis &nbsp; Date", "707.15 " + d.cond("Ulcer of other part of foot") + " 05/28/08", 3)) + row(b("12. ICD-9-CM &nbsp; Surgical Procedure &nbsp; Date", "86.22 " + d.proc("Excisional debridement", "06/03/2008") + " 06/03/2008", 1), b("13. ICD-9-CM &nbsp; Other Pertinent Diagnoses &nbsp; Date", "250.80 " + d.cond("Diabetes with other manifestations") + " 05/28/08<br>443.9 " + d.cond("Peripheral vascular disease") + " 05/28/08<br>401.1 " + d.cond("Benign hypertension") + " 01/01/02", 1.3))
           + b("10. Medications: Dose/Frequency/Route (N)ew (C)hanged", "".join(f"{d.med(m, s)} {s} {n}<br>" for m, s, n in (("Glipizide 10 mg", "1 tab PO BID", ""), ("Clopidogrel 75 mg", "1 tab PO daily", "(N)"), ("Lisinopril 10 mg", "1 tab PO daily", ""), ("Cephalexin 500 mg", "1 cap PO QID x 10 days", "(N)"))), "none", "margin-bottom:-1px") + row(b("14. DME and Supplies", "Gauze, saline, walker", 1), b("15. Safety Measures", "Fall precautions", 1)) + row(b("16. Nutritional Req.", "1800 calorie diabetic", 1), b("17. Allergies", d.allergy("Aspirin") + ", " + d.allergy("Shellfish"), 1)) + row(b("18.A. Functional Limitations", f"{q(0)}1 Amputation {q(1)}5 Ambulation {q(0)}7 Vision {q(0)}8 Hearing", 1), b("18.B. Activities Permitted", f"{q(0)}1 Bedrest {q(1)}6 Partial weight bearing {q(1)}A Walker", 1)) + row(b("19. Mental Status", f"{q(1)}1 Oriented {q(0)}3 Forgetful {q(0)}5 Lethargic", 1), b("20. Prognosis", f"{q(0)}Poor {q(0)}Guarded {q(1)}Fair {q(0)}Good", 1))
           + b("21. Orders for Discipline and Treatments", "SN 3w4, 2w4, 1w1: wound care right foot, cleanse with saline, apply moist gauze, teach diabetic foot care.", "none", "min-height:60pt;margin-bottom:-1px") + b("22. Goals/Rehabilitation Potential/Discharge Plans", "Wound to heal without infection by end of period. Rehab potential fair. Discharge to care of family.", "none", "min-height:44pt;margin-bottom:-1px") + row(b("23. Nurse's Signature and Date of Verbal SOC", "<span class=sig>Irma Cantu RN</span> 06/12/2008", 2), b("25. Date HHA Received Signed POT", "06/24/2008", 1)) + row(b("24. Physician's Name and Address", d.by("Eduardo Flores-Lang") + ", M.D.<br>1710 E Saunders St, Ste B-290<br>Laredo, TX 78041", 1), b("26.", "I certify that this patient is confined to the home and needs intermittent skilled nursing care.", 1)) + row(b("27. Attending Physician's Signature and Date Signed", "<span class=sig>E. Flores-Lang</span> &nbsp; " + d.dated("06/19/2008"), 1), b("28.", "Anyone who misrepresents essential information may be subject to fine.", 1)) + "<div style='margin-top:4pt'>Form HHC-485 (C-3) (02-94)</div>")
    for i, c in zip([i for i in d.items if "Condition.code.text" in i], ("707.15", "250.80", "443.9", "401.1")):
        i["also"] = {"Condition.code.icd10": [c]}
    d.also("Patient.identifier.ssn", "782-19-3360")
    d.also(PAYOR, "Medicare")
    d.also("Encounter.period.end", "2008-08-10")
    return d


@add
def pharmacy():
    d = paper("pharmacy profile.tif", "f19", MEDS, "pharmacy-profile", "office", ".page{padding:.55in .5in} pre{font:9.3pt/1.42 'DotGothic16','Liberation Mono';margin:0}")
    d.also("Practitioner.name", "KESSLER, J", "VARGAS, N")
    rows = [("01/04/94", "6610234", "DIGOXIN 0.25 MG", "TAKE 1 TABLET DAILY", "30", "KESSLER"), ("01/04/94", "6610235", "FUROSEMIDE 40 MG", "TAKE 1 TABLET EVERY MORNING", "30", "KESSLER"), ("01/19/94", "6611871", "POTASSIUM CL 10 MEQ", "TAKE 2 CAPSULES TWICE DAILY", "120", "KESSLER"), ("02/10/94", "6614402", "RANITIDINE 150 MG", "TAKE 1 TABLET AT BEDTIME", "30", "VARGAS"), ("02/22/94", "6615519", "TEMAZEPAM 15 MG", "1 CAPSULE AT BEDTIME IF NEEDED", "15", "VARGAS")]
    o = [d.org("CORNER DRUG") + "  STORE 14            PATIENT PROFILE                 PAGE 1", "1190 MAIN ST  KEOKUK IA 52632  319-555-0106         RPH R. HEITZ", "=" * 78, f"NAME: {d.name('GRAVES, LESTER R', 'GRAVES', 'LESTER R'):<28}  DOB: {d.dob('06/11/24')}   SEX: {d.sex('M')}", f"ADDR: {d.line('2020 FULTON ST'):<28}  PHONE: {d.phone('319-555-0154')}", f"      {d.place('KEOKUK', 'IA', '52632', '{} {} {}'):<28}  PROFILE NO: {d.mrn('14-03381')}", f"PLAN: {d.f(PAYOR, 'HAWKEYE SENIOR RX'):<28}  ID: {d.f(MEMBER, '4420-118-01')}   GRP: {d.f(GROUP, 'HS2')}", f"ALLERGIES: {d.allergy('SULFA')}, {d.allergy('TETRACYCLINE')}", "CONDITIONS: " + d.cond("CHF") + ", " + d.cond("PEPTIC ULCER"), "SAFETY CAP: NO    SPOUSE: GRAVES, OPAL DOB 09/02/27", "-" * 78, "DATE      RX NO    DRUG / DIRECTIONS                  QTY  PRESCRIBER  REFILLS", "-" * 78]
    for n, (day, rx, drug, sig, qty, who) in enumerate(rows):
        o += [f"{day}  {rx}  {d.med(drug, sig):<33}{qty:>5}  {who:<10}  {(n * 2 + 1) % 6}", f"                   {sig}"]
    o += ["-" * 78, "TOTAL RX 5       PERIOD 01/01/94 TO 02/28/94", "COPAYS PAID 31.00", "", f"REPRINTED {d.dated('03/01/94')} 09:12 FOR PATIENT TAX RECORDS", "", "PHYSICIANS:  KESSLER, J  319-555-0161     VARGAS, N  319-555-0162"]
    d.page("<pre>" + "\n".join(o) + "</pre>")
    return d


@add
def ins_cards():
    d = paper("ins cards copy.tif", "f20", CARD, "two-cards-copied", "photocopy", ".cd{border:1.5px solid #000;border-radius:12px;width:3.7in;height:2.3in;padding:9pt 11pt;font:8.5pt/1.4 'Liberation Sans';margin:14pt 10pt 0 0;display:inline-block;vertical-align:top;overflow:hidden}")
    d.page(f"<div style='font:12pt \"Comic Neue\"'>copied {d.dated('4/2/14')} KJ &nbsp;&nbsp; pt dob {d.dob('3/17/70')}</div><div><div class=cd style='width:3.6in'><b style='font:bold 15pt \"URW Gothic\"'>{d.f(PAYOR, 'Keystone Summit')}</b><div class=r style='margin-top:-14pt'>PPO</div><br>Member<br><b>{d.name('BRIAN T MCGONIGLE', 'McGonigle', 'Brian T')}</b><br>ID &nbsp;<b>{d.f(MEMBER, 'KSP 204 771 883 01', 'KSP20477188301')}</b><br><div class=two><span>Group {d.f(GROUP, '0091-774')}<br>Eff. 01/01/2014</span><span>OV $20 Spec $40<br>ER $150 UC $50</span></div><div class=two><span>RxBIN 610014</span><span>RxPCN KSRX</span></div></div>"
           "<div class=cd style='width:3.35in'><b>For members</b><br>Customer service 1-800-555-0140<br>Nurse line 1-800-555-0141<br>Mental health 1-800-555-0142<br><br><b>For providers</b><br>Precertification 1-800-555-0143<br>Claims: PO Box 8800, Harrisburg, PA 17105<br>Payer ID 54771<br><span class=sm>Card does not guarantee coverage.</span></div></div>"
           "<div><div class=cd style='width:3.6in;background:#eee'><b style='font:bold 13pt C059'>Steamfitters Welfare Fund</b><br>Local 420 &mdash; Secondary coverage<br><br>Participant: <b>Eileen McGonigle</b><br>Participant ID: <b>SWF-33018</b><br>Dependents: Brian T., Maura, Sean<br>Plan: B &nbsp; Effective 07/01/2011</div><div class=cd style='width:3.35in;background:#eee'>Fund Office<br>1400 Packer Ave, Philadelphia, PA 19145<br>215-555-0118 &nbsp; Fax 215-555-0119<br><br>Benefits paid after the primary plan. Submit the primary plan's explanation of benefits.<br><br>Dental: 215-555-0177</div></div>")
    d.also("DocumentReference.date", "2014-01-01")
    return d


@add
def surgical_consent():
    d = paper("operative permit.tif", "f21", CONSENT, "surgical-permit", "fax200", ".page{font:10.8pt/1.7 'Liberation Serif';padding:.8in .85in} .u{font:bold 10.5pt/1.1 'Courier Prime'}")
    d.page(f"<div class=two><div class=sm><b style='font-size:12pt'>{d.org('ST. CASIMIR HOSPITAL')}</b><br>Dubuque, Iowa</div><div style='border:1px solid #000;padding:4pt 8pt;font:9pt/1.35 \"Courier Prime\"'>{d.name('KRIEGER, DOLORES M', 'Krieger', 'Dolores M')}<br>MR# {d.mrn('117-40-6')} &nbsp; ACCT 9207719<br>DOB {d.dob('09/08/40')} &nbsp; 51 {d.sex('F')} &nbsp; RM 308-1<br>DR HENDRICKSEN &nbsp; ADM {d.start('07/21/92')}</div></div><h3 class=m>AUTHORIZATION FOR OPERATION AND ANESTHESIA</h3>"
           f"<p>1. I hereby authorize Dr. {u(d.by('Paul Hendricksen'), '2.2in')} and such assistants as he or she may select to perform upon {u('Dolores Krieger', '2in')} the following operation: {u(d.proc('Laparoscopic cholecystectomy', optional=True), '3.6in')}</p><p>2. It has been explained to me that, during the course of the operation, unforeseen conditions may be revealed that make an extension of the original procedure advisable, and I authorize what the physician judges necessary.</p><p>3. I consent to the administration of anesthesia under the direction of Dr. {u('R. Osei', '1.8in')} with the exception of {u('none', '1.2in')}.</p><p>4. I consent to the disposal by hospital authorities of any tissues or parts that may be removed.</p><p>5. <s>I consent to the admittance of observers to the operating room.</s> &nbsp; <b>DK</b></p><p>6. The nature and purpose of the operation, possible alternatives, the risks involved and the possibility of complications have been explained to me. No guarantee has been made as to the results.</p>"
           f"<div style='margin-top:20pt'>{u('<span class=sig>Dolores M. Krieger</span>', '3.4in')} &nbsp; Date {u(d.dated('07/22/92'), '1in')} Time {u('6:40 a.m.', '1in')}<br><span class=sm>Signature of patient</span></div><div style='margin-top:12pt'>{u('', '3.4in')} &nbsp; Relationship {u('', '1.6in')}<br><span class=sm>If patient is a minor or unable to sign</span></div><div style='margin-top:12pt'>{u('<span class=sig>Joan Steffes RN</span>', '3.4in')} &nbsp; <span class=sm>Witness</span></div>" + foot("SCH-114 (5/88)", "PERMANENT PART OF CHART"))
    d.also("Patient.gender", "female")
    return d


@add
def privacy():
    d = paper("notice acknowledgment.jpg", "f22", CONSENT, "privacy-acknowledgment", "handwritten", ".page{font:11pt/1.75 'Liberation Serif';padding:.9in} .u{line-height:1.1;padding-left:4pt}")
    w = hand(d, "ds", 22)
    d.also("DocumentReference.type", ADMIN)
    d.page(f"<div class=m><b style='font-size:15pt'>{d.org('Ashwaubenon Foot and Ankle Clinic')}</b><br><b>ACKNOWLEDGMENT OF RECEIPT OF NOTICE OF PRIVACY PRACTICES</b></div><br><p>I acknowledge that I was provided a copy of the Notice of Privacy Practices and that I have read it or had the opportunity to read it if I so chose, and that I understand the Notice.</p><p>Patient name (please print): {u(w(d.name('Lorraine Vandenberg', 'Vandenberg', 'Lorraine')), '3.4in')}</p><p>Date of birth: {u(w(d.dob('6/02/1944')), '1.6in')} &nbsp; Daytime telephone: {u(w(d.phone('920-555-0131')), '2in')}</p><p>You may leave messages about my care: {q(1, 'v')} at home &nbsp; {q(0)} at work &nbsp; {q(0)} on my cell phone &nbsp; {q(0)} do not leave messages</p><p>You may talk about my care or my bills with:</p><p>Name {u(w('Jerome Vandenberg'), '2.6in')} Relationship {u(w('husband'), '1.4in')}<br>Name {u(w('Cheryl Pautz'), '2.6in')} Relationship {u(w('daughter'), '1.4in')}</p>"
           f"<p style='margin-top:18pt'>Signature {u('<span class=sig>Lorraine Vandenberg</span>', '3.2in')} Date {u(w(signed(d, '4-15-2003')), '1.4in')}</p><p>Signature of representative {u('', '2.6in')} Relationship {u('', '1.4in')}</p><div style='border:1px solid #000;padding:6pt 10pt;margin-top:20pt;line-height:1.5'><b>For office use only.</b> We tried to obtain written acknowledgment, but it could not be obtained because: {q(0)} individual refused to sign &nbsp; {q(0)} communication barriers &nbsp; {q(0)} an emergency prevented us &nbsp; {q(0)} other: ______________</div>" + foot("Effective April 14, 2003", "AFAC-HIPAA-2"))
    d.also(KIN, "Jerome Vandenberg", "Cheryl Pautz")
    d.also(KINSHIP, "husband", "daughter")
    return d


@add
def release():
    d = paper("records request.jpg", "f23", CONSENT, "records-release", "office", ".page{font:10pt/1.6 'Liberation Sans Narrow'} .u{font:11pt/1.2 'GNUTypewriter'} fieldset{border:1px solid #000;margin:0 0 7pt;padding:3pt 8pt} legend{font-weight:bold}")
    d.page(f"<div class=m><b style='font-size:14pt'>{d.org('MONONGAHELA VALLEY CLINIC')}</b><br>Health Information Services &middot; 61 Locust Avenue, Fairmont, WV 26554 &middot; 304-555-0105 &middot; Fax 304-555-0106<br><b>AUTHORIZATION TO DISCLOSE HEALTH INFORMATION</b></div><fieldset><legend>Section A: Individual</legend>Name {u(d.name('Teresa Jo Hickman', 'Hickman', 'Teresa Jo'), '2.6in')} Other names used {u('Teresa Rinehart', '1.7in')}<br>Date of birth {u(d.dob('10-14-68'), '1in')} SSN {u('', '1.2in')} Clinic no. {u(d.mrn('304771'), '1in')} Phone {u(d.phone('304-555-0127'), '1.3in')}<br>Address {u(d.line('RR 3 Box 240A'), '1.9in')} City/State/Zip {u(d.place('Mannington', 'WV', '26582', '{} {} {}'), '2.3in')}</fieldset>"
           f"<fieldset><legend>Section B: Release to</legend>Name {u('Allegheny Spine Institute', '2.8in')} Attn {u('Dr. Marcus Bell', '1.8in')}<br>Address {u('4100 Penn Ave, Pittsburgh PA 15224', '3.4in')} Fax {u('412-555-0192', '1.3in')}</fieldset><fieldset><legend>Section C: What to release</legend>{q(0)} Entire record &nbsp; {q(1, 'f')} Office notes &nbsp; {q(1, 'f')} Imaging reports &nbsp; {q(0)} Laboratory &nbsp; {q(0)} Billing &nbsp; {q(0)} Other ____________<br>Dates of service from {u('01-01-2001', '1.1in')} to {u('present', '1.1in')}<br>Sensitive information (initial): HIV ____ &nbsp; Mental health ____ &nbsp; Substance use ____</fieldset>"
           f"<fieldset><legend>Section D: Purpose</legend>{q(1, 'f')} Continuing care &nbsp; {q(0)} Insurance &nbsp; {q(0)} Legal &nbsp; {q(0)} Personal</fieldset><fieldset><legend>Section E: Terms</legend>This authorization expires on {u('02-28-2005', '1.1in')} or in one year. I may revoke it in writing at any time except to the extent that action has been taken. Information released may no longer be protected. Treatment may not be conditioned on signing.</fieldset><br>{u('<span class=sig>Teresa J. Hickman</span>', '3in')} &nbsp; Date {u(signed(d, '03-01-2004'), '1.1in')}<br><span class=sm>Signature of individual or legal representative</span><br><br>Relationship if not the individual {u('', '2in')} Witness {u('', '1.6in')}<br><br><div style='border-top:2px solid #000' class=sm><b>CLINIC USE</b> &nbsp; Received 03/02/04 &nbsp; ID checked: driver's license &nbsp; Pages sent ____ &nbsp; Sent by ____ &nbsp; Date ____</div>" + foot("MVC HIS-30 (4/03)"))
    d.also("DocumentReference.date", "2004-03-02")
    return d


@add
def hmo_referral():
    d = paper("hmo referral.tif", "f24", REFER, "hmo-authorization", "fax200", ".page{padding:.8in .6in;font-size:9.5pt} .b{font:10.5pt 'Courier Prime'} .bar{background:#fff;color:#000;border:1px solid #000}")
    d.page(f"<div class=two><b style='font-size:15pt'>{d.f(PAYOR, 'MeridianCare HMO')}</b><b class=r>REFERRAL / AUTHORIZATION FORM<br>Auth. No. R96-448120</b></div><div class=bar>MEMBER</div>" + row(b("Member name (last, first, MI)", d.name("Sandoval, Ernest P.", "Sandoval", "Ernest P"), 3), b("Member ID", d.f(MEMBER, "MC4471-2290-01"), 2), b("Group", d.f(GROUP, "55080"), 1)) + row(b("Date of birth", d.dob("05/13/1947"), 1.3), b("Sex", f"<span class=c>{d.sex('M')}</span> F", .7), b("Phone", d.phone("(505) 555-0146"), 1.6), b("Subscriber (if other)", "Sandoval, Dora", 2)) + "<div class=bar>REFERRED BY (PRIMARY CARE PHYSICIAN)</div>" + row(b("Name", d.by("Helen Baca-Ruiz") + ", M.D.", 2.4), b("Provider no.", "NM-20771", 1.2), b("Phone", "(505) 555-0101", 1.4), b("Fax", "(505) 555-0102", 1.4)) + row(b("Practice", d.org("Valle Alto Medical Group"), 3), b("Contact", "Josie, ext. 14", 1.5))
           + "<div class=bar>REFERRED TO</div>" + row(b("Name", "Stanley Wirth, M.D.", 2.4), b("Specialty", "Gastroenterology", 1.4), b("Phone", "(505) 555-0187", 1.4), b("Fax", "(505) 555-0189", 1.4)) + "<div class=bar>SERVICES</div>" + row(b("Diagnosis", d.cond("Rectal bleeding"), 3), b("ICD-9", "569.3", 1), b("Appointment date", "11/06/1996", 1.3)) + row(b("Requested", f"{q(1)} Consult {q(0)} Consult and treat {q(1)} Procedure", 3), b("CPT", "45378", 1), b("Visits", "2", .6), b("Valid", "10/21/1996 - 12/21/1996", 2)) + b("Reason for referral / clinical history", d.sec("reasonForReferral", "Intermittent bright red bleeding for 2 months, hematocrit 41, negative anoscopy. Father had colon cancer. Please evaluate for colonoscopy."), "none", "min-height:56pt") + row(b("Current medications", d.med("Atenolol 50 mg", "daily") + " daily", 2), b("Allergies", "NKDA", 1))
           + f"<p style='margin-top:10pt'>{u('<span class=sig>H. Baca-Ruiz</span>', '3in')} &nbsp; Date {u(d.dated('10/21/1996'), '1.2in')}<br><span class=sm>Signature of primary care physician</span></p><div class=bar>PLAN USE ONLY</div>" + row(b("Decision", f"{q(1)} Approved {q(0)} Denied {q(0)} Pended", 2.4), b("Reviewer", "T. Oakes RN", 1.5), b("Date", "10/23/1996", 1)) + "<p class=sm style='margin-top:6pt'>Authorization does not guarantee payment. Member must be eligible on the date of service. Specialist: send report to the primary care physician within 10 days.</p>" + foot("MCH-REF 3/95"))
    d.items[0]["also"] = {"Condition.code.icd10": ["569.3"]}
    d.also("Organization.name", "MeridianCare HMO")
    d.also("Encounter.period.start", "1996-10-21", "1996-11-06")
    return d


@add
def ehr_referral():
    d = paper("outgoing referral.png", "f25", REFER, "ehr-order", "clean300", ".page{font:9.8pt/1.5 'Liberation Sans';padding:.6in .75in} dl{display:grid;grid-template-columns:1.5in 1fr;margin:0 0 8pt;row-gap:1pt} dt{color:#333} dd{margin:0} h4{margin:8pt 0 3pt;background:#e8e8e8;padding:1pt 4pt}")
    d.also("Patient.telecom.phone", "+12075550185")
    dl = lambda *pairs: "<dl>" + "".join(f"<dt>{a}</dt><dd>{v}</dd>" for a, v in pairs) + "</dl>"
    d.page(f"<div style='border-bottom:3px solid #000'><b style='font-size:14pt'>{d.org('Penobscot Bay Primary Care')}</b><br>22 Union Street, Rockland, ME 04841 &nbsp; T 207-555-0103 &nbsp; F 207-555-0104</div><h3 style='margin:8pt 0'>Ambulatory Referral to Cardiology &nbsp;<span style='font-weight:normal;font-size:9pt'>Order ID 77120394 &nbsp; Priority: Routine</span></h3><h4>Patient</h4>" + dl(("Name", d.name("Fairbrother, Amos Wendell", "Fairbrother", "Amos Wendell")), ("DOB / Age / Sex", f"{d.dob('1955-08-09')} / 62 y / {d.sex('M')}"), ("MRN", d.mrn("PB0081447")), ("Address", d.line("15 Owls Head Harbor Way") + "<br>" + d.place("Owls Head", "ME", "04854")), ("Phone", d.phone("207-555-0168") + " (H) &nbsp; 207-555-0185 (M)"), ("Primary insurance", f"{d.f(PAYOR, 'Dirigo Health Choice')} &nbsp; ID {d.f(MEMBER, 'DHC88120447')} &nbsp; Grp {d.f(GROUP, '10022')}"))
           + "<h4>Referral</h4>" + dl(("Ordering provider", f"{d.by('Margaret Dyer-Holt')}, MD"), ("NPI", d.npi("154420981")), ("Order date", d.dated("2018-03-22")), ("Referred to", "Midcoast Heart Center, Julian Abbasi, MD"), ("Referred-to phone / fax", "207-555-0190 / 207-555-0191"), ("Visits authorized", "3, expires 2019-03-22")) + "<h4>Diagnoses</h4>" + dl(("1.", f"{d.cond('Atypical chest pain', 'R07.89')} [R07.89]"), ("2.", f"{d.cond('Hyperlipidemia, unspecified', 'E78.5')} [E78.5]"), ("3.", f"{d.cond('Family history of ischemic heart disease', 'Z82.49')} [Z82.49]"))
           + "<h4>Reason for Referral</h4>" + d.sec("reasonForReferral", "<p>62-year-old with six weeks of exertional chest tightness relieved by rest. Resting ECG normal. Please evaluate and advise on stress testing.</p>") + "<h4>Allergies</h4>" + dl((d.allergy("Codeine", "Nausea"), "Nausea"), (d.allergy("Contrast dye", "Hives"), "Hives")) + "<h4>Medications</h4>" + "".join(f"<div>{d.med(m, s)} - {s}</div>" for m, s in (("Atorvastatin 20 mg tablet", "take 1 tablet by mouth nightly"), ("Aspirin 81 mg EC tablet", "take 1 tablet by mouth daily"), ("Nitroglycerin 0.4 mg SL tablet", "place 1 under tongue as needed for chest pain"))) + "<h4>Last Vitals (2018-03-22)</h4>" + f"BP {d.bp('BP', '142/86')} | Pulse {d.vital('pulse', 'Pulse', '72')} | Wt {d.vital('wt', 'Wt', '204', 'lb')} lb | SpO2 {d.vital('spo2', 'SpO2', '98', '%')}%" + "<p style='margin-top:14pt'>Electronically signed by Margaret Dyer-Holt, MD on 2018-03-22 15:07</p>" + foot("Confidential: contains protected health information", "1 / 1"))
    d.also("Encounter.period.start", "2018-03-22")
    return d


@add
def ambulance():
    d = paper("run sheet.png", "f26", EPISODE, "ambulance-run", "clean300", ".page{padding:.45in .5in;font-size:8.5pt} .b{font:10pt 'Nimbus Mono PS';min-height:26pt} .g{width:100%} .g td,.g th{padding:1pt 5pt;font-size:9pt}")
    d.also("DocumentReference.type", "11506-3", ADMIN, HP)
    seen = [("1522", "98/60", "118", "24", "91"), ("1531", "104/64", "110", "22", "96"), ("1543", "112/70", "102", "20", "97")]
    table = "<table class=g>" + tr("Time", "BP", "Pulse", "Resp", "SpO2", "ECG", "GCS", tag="th") + "".join(tr(t, d.bp("BP", p), d.vital("pulse", "Pulse", h), d.vital("resp", "Resp", r), d.vital("spo2", "SpO2", s), "Sinus tach", "15") for t, p, h, r, s in seen) + "</table>"
    d.page(f"<div class=two><b style='font-size:13pt'>{d.org('Gallatin County Ambulance District')}</b><b class=r>PATIENT CARE REPORT<br>Run # 02-1187</b></div>" + row(b("DATE", visit(d, "08/19/2002"), 1.2), b("UNIT", "Medic 3", 1), b("DISP", "1509", .7), b("ENROUTE", "1510", .8), b("ON SCENE", "1518", .9), b("DEPART", "1535", .8), b("AT HOSP", "1549", .8), b("MILES", "14.2", .7)) + row(b("SCENE ADDRESS", "Hwy 191 MP 62, Gallatin Gateway", 3), b("NATURE OF CALL", "Fall from horse", 2), b("RESPONSE", f"{q(1)}Emerg {q(0)}Non", 1.4)) + row(b("PATIENT LAST NAME", d.family("Sorensen"), 2), b("FIRST", (g := d.given("Kyle", "R"))[0], 1.5), b("MI", g[1], .4), b("DOB", d.dob("11/25/1976"), 1.2), b("AGE", "25", .5), b("SEX", d.sex("M"), .5), b("WT", "80 kg", .7)) + row(b("HOME ADDRESS", d.line("3310 Fowler Ave #12"), 2), b("CITY / ST / ZIP", d.place("Bozeman", "MT", "59718"), 2), b("PHONE", d.phone("406-555-0129"), 1.3), b("SSN", d.ssn("785-22-9046"), 1.4)) + row(b("NEXT OF KIN", d.f(KIN, "Berit Sorensen"), 2), b("RELATION", d.f(KINSHIP, "sister"), 1), b("PHONE", d.phone("406-555-0174", KINPHONE), 1.3), b("INSURANCE / POLICY", f"{d.f(PAYOR, 'Big Sky Farm Mutual')} {d.f(MEMBER, 'FM-66120')}", 2.6))
           + b("CHIEF COMPLAINT", d.sec("chiefComplaint", "Left chest pain and shortness of breath"), "none", "margin-bottom:-1px") + row(b("PAST HISTORY", d.cond("Asthma") + ", " + d.cond("splenectomy", optional=True) + " 1990", 2), b("MEDICATIONS", d.med("albuterol inhaler"), 1.5), b("ALLERGIES", d.allergy("ketorolac"), 1.3)) + "<br>" + table + "<br>" + b("NARRATIVE", d.sec("historyOfPresentIllness", "Found 25 y/o male supine in arena, thrown from horse 20 minutes prior to arrival. Alert, no loss of consciousness. Tender left lateral ribs with decreased breath sounds on the left. Denies neck or back pain."), "none", "min-height:64pt;margin-bottom:-1px") + b("TREATMENT", "1520 C-collar, backboard. 1524 O2 15 L NRB. 1528 IV 16 ga L AC, NS 500 mL bolus. 1536 morphine 4 mg IV per Dr. Pruss, Bozeman.", "none", "min-height:44pt;margin-bottom:-1px") + row(b("RECEIVING HOSPITAL", "Bridger Deaconess ED", 2), b("RECEIVED BY", "T. Alvarado RN", 1.6), b("CONDITION ON ARRIVAL", f"{q(1)}Improved {q(0)}Same {q(0)}Worse", 2.4)) + row(b("CREW 1 (ATTENDANT)", f"{d.by('Dana Whitehorse')}, EMT-P &nbsp; Lic. P-4471", 2.4), b("CREW 2 (DRIVER)", "Miles Kovac, EMT-B &nbsp; Lic. B-9028", 2.4)) + f"<p style='margin-top:12pt'>{u('<span class=sig>Dana Whitehorse</span>', '3in')} Attendant signature</p>" + foot("GCAD PCR 1/2001", "White: file &nbsp; Canary: hospital"))
    d.also("Practitioner.name", "Pruss", "Dr. Pruss")
    maybe(d, "WT", "80", "kg")
    for _ in seen:
        maybe(d, "GCS", "15")
    for i in d.items:
        if i.get("Condition.code.text") == "splenectomy":
            i["also"] = {"Condition.code.text": ["splenectomy 1990"]}
    d.items.append({"Procedure.code.text": "splenectomy", "Procedure.performedDate": "1990", "optional": True})
    return d


@add
def shots_folded_card():
    d = paper("immunization card 87.tif", "f27", SHOTS, "folded-card", "photocopy", ".page{padding:.7in .8in} .g{width:100%} .g td,.g th{font:10pt 'Liberation Serif';padding:2pt 5pt;height:17pt} .g td{font-family:'GNUTypewriter';font-size:9.5pt} .g td:first-child{font:bold 9.5pt 'Liberation Serif'} .u{font:10.5pt/1.2 'GNUTypewriter'}")
    plan = [("DTP", [("4-2-85", "KCHD"), ("6-4-85", "KCHD"), ("8-6-85", "KCHD"), ("8-12-86", "Dr. Rausch"), ("7-25-89", "Dr. Rausch")]), ("ORAL POLIO", [("4-2-85", "KCHD"), ("6-4-85", "KCHD"), ("8-12-86", "Dr. Rausch"), ("7-25-89", "Dr. Rausch")]), ("MMR", [("5-13-86", "Dr. Rausch"), ("7-25-89", "Dr. Rausch")]), ("HIB", [("9-15-87", "KCHD")]), ("TB TEST", [])]
    body = "".join(tr(v if n == 0 else "", str(n + 1), d.shot(v, t) if t else "", c) for v, doses in plan for n, (t, c) in enumerate(doses or [("", "")]))
    d.page(f"<div style='border:2px solid #000;padding:10pt 12pt;width:6in'><div class=m style='font:bold 12pt C059'>OFFICIAL IMMUNIZATION RECORD</div><div class=m>State of Kansas</div><br>Name {u(d.name('Jennifer Ann Loewen', 'Loewen', 'Jennifer Ann'), '3in')} Sex {u(d.sex('F'), '.5in')}<br>Birthdate {u(d.dob('1-28-85'), '1.2in')} &nbsp; Parent {u('Mark &amp; Susan Loewen', '2.2in')}<br>Address {u(d.line('RR 1, Goessel'), '3.4in')}<br><br><table class=g>{tr('Vaccine', 'Dose', 'Date given', 'Doctor or clinic', tag='th')}{body}</table><p class=sm style='margin-top:6pt'>PARENT: Keep this card with your valuable papers. Your child must show it to enter school. Next visit due: __________</p></div>")
    del d.fields["Patient.address.line"]
    d.also("Patient.address.line", "RR 1, Goessel", "RR 1")
    d.also("Patient.address.city", "Goessel")
    d.also("Patient.address.state", "KS")
    d.also("Practitioner.name", "Rausch", "Dr. Rausch")
    d.also("Organization.name", "State of Kansas", "KCHD")
    d.also("DocumentReference.date", "1989-07-25")
    return d


@add
def shots_registry():
    d = paper("registry printout.png", "f28", SHOTS, "registry-grid", "clean300", ".page{font:9.3pt/1.4 'DejaVu Sans Condensed';padding:.5in} .g{width:100%} .g th{background:#ddd;font-size:8pt} .g td{font-size:8.8pt}")
    plan = [("DTaP/DTP/Td", ["02/20/2004", "04/23/2004", "06/25/2004", "07/08/2005", "03/17/2008"]), ("Tdap", ["08/03/2015"]), ("Polio (IPV)", ["02/20/2004", "04/23/2004", "07/08/2005", "03/17/2008"]), ("MMR", ["01/14/2005", "03/17/2008"]), ("Hepatitis B", ["12/19/2003", "02/20/2004", "09/24/2004"]), ("Varicella", ["01/14/2005", "03/17/2008"]), ("Meningococcal ACWY", ["08/03/2015"]), ("HPV", ["08/03/2015", "02/22/2016"]), ("Influenza", ["10/11/2014", "10/02/2016"])]
    d.page(f"<div class=two><b style='font-size:12pt'>{d.org('Great Lakes Immunization Registry')}</b><span class=r>State Immunization Record<br>Report date {d.dated('06/13/2017')}</span></div><table style='width:100%;margin:8pt 0'>" + tr("Patient: <b>" + d.name("Tyrell J. Washington", "Washington", "Tyrell J") + "</b>", "Date of birth: <b>" + d.dob("12/18/2003") + "</b>", "Gender: " + d.sex("Male")) + tr("Registry ID: " + d.mrn("MI2003448190"), "Age: 13 yrs 5 mos", "Status: Active") + tr("Responsible person: Keisha Washington", "County: Genesee", "School: Beecher Middle") + "</table><table class=g>" + tr("Series", "Dose 1", "Dose 2", "Dose 3", "Dose 4", "Dose 5", "Next due", tag="th") + "".join(tr(v, *[d.shot(v, t) for t in days], *[""] * (5 - len(days)), due) for (v, days), due in zip(plan, ("Complete", "08/03/2025", "Complete", "Complete", "Complete", "Complete", "12/18/2019", "Complete", "09/01/2017"))) + "</table><p class=sm style='margin-top:8pt'>* Titer or history of disease accepted: none reported. Non-medical waiver: none.</p>"
           f"<p>Printed for: Beecher Adolescent Health Center, 2400 Coldwater Rd, Flint, MI 48505 &nbsp; Provider: Asha Menon, MD</p><p style='margin-top:18pt'>{u('', '3in')} Authorized signature &nbsp;&nbsp; {u('', '1.2in')} Date</p>" + foot("DCH-0716 eq.", "Page 1 of 1"))
    d.also("Organization.name", "Beecher Adolescent Health Center")
    d.also("Practitioner.name", "Asha Menon")
    d.also("Patient.contact.name", "Keisha Washington")
    return d


@add
def shots_log():
    d = paper("certificate of immunization.tif", "f29", SHOTS, "chronological-log", "office", ".page{font:9.3pt/1.4 'Liberation Sans';padding:.55in .6in} .g{width:100%} .g td,.g th{font-size:8.6pt;padding:2pt 4pt}")
    log = [("11/06/2018", "Hep B, ped", "Merrow", "K2041", "RT"), ("01/09/2019", "DTaP-Hep B-IPV", "Glendale", "7Y4RA", "LT"), ("01/09/2019", "Hib (PRP-T)", "Sandhurst", "UI991", "RT"), ("01/09/2019", "PCV13", "Wythe", "X2280", "RT"), ("01/09/2019", "Rotavirus", "Merrow", "R0917", "PO"), ("03/12/2019", "DTaP-Hep B-IPV", "Glendale", "9L2KC", "LT"), ("03/12/2019", "Hib (PRP-T)", "Sandhurst", "UJ104", "RT"), ("03/12/2019", "PCV13", "Wythe", "X3107", "RT"), ("11/20/2019", "MMR", "Merrow", "S0382", "LA"), ("11/20/2019", "Varicella", "Merrow", "S1170", "RA"), ("11/20/2019", "Hep A, ped", "Glendale", "3H7TN", "LT")]
    d.page(f"<div class=m><b style='font-size:13pt'>FLORIDA CERTIFICATION OF IMMUNIZATION</b><br>(child care, family day care, preschool)</div><br>" + row(b("Last name", d.family("Baptiste"), 2), b("First name", (g := d.given("Naomi", "Esther"))[0], 2), b("Middle", g[1], 1.2), b("DOB (MM/DD/YY)", d.dob("11/05/18"), 1.4)) + row(b("Parent or guardian", "Guerline Baptiste", 2), b("Child's SS # (optional)", "", 1.4), b("State imm. ID", d.mrn("4420771903"), 1.4), b("Sex", d.sex("F"), .6)) + "<br><table class=g>" + tr("Date given", "Vaccine", "Mfr", "Lot", "Site", "VIS date", tag="th") + "".join(tr(d.shot(v, t), v, m, lot, s, "10/15/2018") for t, v, m, lot, s in log) + f"</table><p style='margin-top:10pt'>{q(1)} <b>Temporary certificate</b>, expires <u>05/20/2020</u> &nbsp;&nbsp; {q(0)} Complete for K-12 &nbsp;&nbsp; {q(0)} Permanent medical exemption</p><p>I have reviewed the records available, and to the best of my knowledge the above child has been immunized as documented.</p>"
           + row(b("Physician or clinic name", d.org("Little Haiti Children's Clinic"), 2.4), b("Address", "5900 NE 2nd Ave, Miami, FL 33137", 2.4), b("Phone", "(305) 555-0109", 1.2)) + row(b("Physician (print)", d.by("Marc-Henri Duval") + ", MD", 2.4), b("Signature", "<span class=sig>M. H. Duval</span>", 2.4), b("Date", d.dated("11/20/2019"), 1.2)) + foot("DH-680 style, 07/2018", "Issued by: nurse J. Paul"))
    d.also("Encounter.period.start", "2019-11-20")
    d.also("Patient.contact.name", "Guerline Baptiste")
    return d


def keep(path, images, resolution):
    """As the machinery keeps them, only smaller: four greys or two in a PNG, stronger JPEG."""
    store(path, images, resolution)
    image = images[0].convert("L")
    if path.suffix == ".png" and path.stem in ("registration pat guar", "face sheet print", "outgoing referral"):
        greys = (np.asarray(image).astype(int) * 3 + 127) // 255 * 85
        Image.fromarray(greys.astype(np.uint8)).quantize(4, dither=Image.Dither.NONE).save(path, dpi=resolution, bits=2, optimize=True)
    elif path.suffix == ".png":
        image.point(lambda v: 255 * (v >= 150)).convert("1", dither=Image.Dither.NONE).save(path, dpi=resolution, optimize=True)
    elif path.suffix == ".jpg":
        image.save(path, quality=28, dpi=resolution, optimize=True)


def main():
    def dpi_of(doc, dpi):
        return DPI.get(Path(doc.file).stem, 200 if doc.file.endswith(".jpg") else dpi)

    def truth_of(doc):
        # What the truth has already is no other value of it.
        doc.others = {f: kept for f, values in doc.others.items() if (kept := sorted({v for v in values if v != doc.fields.get(f)}))}
        return mu.with_dose_form_apart(doc.truth(doc.file))

    mu.make_papers(__doc__, PAPERS, "fixtures/strangers", "truth-forms.jsonl", dpi_of=dpi_of, seed="strangers/", keep=keep, truth_of=truth_of)


if __name__ == "__main__":
    main()
