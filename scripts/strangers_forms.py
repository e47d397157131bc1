#!/usr/bin/env python3
"""Forms by a stranger: papers on which only the confidence model is fitted, with their exact truth. No rule may be written on them.

    scripts/python.sh scripts/strangers_forms.py [--only WORD] [--out fixtures/strangers]

Whoever sets these papers works from what American practices, hospitals and insurers have printed since 1985, without looking at the rules,
the samples or the other sets. Each paper is made as make_unseen.py makes its own (Chromium, poppler, damage); the truth goes to truth-forms.jsonl.
Besides the fonts named there: Debian's fonts-gnutypewriter fonts-courier-prime fonts-dotgothic16 fonts-dkg-handwriting fonts-rufscript.
"""

import argparse
import json
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

import make_pages
import make_unseen as mu
from make_unseen import DAMAGE, Doc, pixels, store

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


PAPERS = []


def add(make):
    PAPERS.append(make)
    return make


@add
def er_dotmatrix():
    d = paper("emergency 89.tif", "f01", ADMIN, "er-dotmatrix", "photocopy", ".page{padding:.5in .45in} pre{font:10.2pt/1.42 'DotGothic16';font-family:'DotGothic16','Liberation Mono';margin:0}")
    d.also("Practitioner.name", "HOLLOWAY, P", "P HOLLOWAY")
    o = [f"{d.org('TRI-COUNTY MEMORIAL HOSPITAL')}                 EMERGENCY REGISTRATION", "RT 9 & DEPOT RD  CALDER FALLS NY 12099              RUN 03/17/89 2314".replace("&", "&amp;"), "-" * 76,
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
    d.also("Practitioner.name", "A. B. Kimmel")
    ln, fn, mi = d.family("Oyelaran"), *d.given("Beatrice", "L")
    d.page(f"<div class=m style='font:bold 13pt P052'>{d.org('HARLAN P. WEISS, M.D., P.C.', 'HARLAN P. WEISS, M.D., P.C.')}</div><div class=m style='font:9pt P052'>Diseases of the Skin &nbsp;&bull;&nbsp; 88 Linden Boulevard &nbsp;&bull;&nbsp; East Orange, New Jersey 07017</div><p class=m style='margin:14pt 0;font-weight:bold'>PATIENT INFORMATION &mdash; PLEASE PRINT</p>"
           + k("Last name", ln, "2.6in") + k("First name", fn, "2.2in") + k("M.I.", mi, ".5in") + k("Address", d.line("305 Prospect St., #6"), "2.9in") + k("City", d.f("Patient.address.city", "East Orange"), "1.6in") + k("State", d.f("Patient.address.state", "NJ"), ".5in") + k("Zip code", d.f("Patient.address.postalCode", "07018"), ".9in")
           + k("Home telephone", d.phone("201-555-0126"), "1.6in") + k("Business telephone", "212-555-0190", "1.6in") + k("Date of birth", d.dob("1/19/52"), "1.2in") + k("Sex", d.sex("F"), ".5in") + k("Marital status", d.f(MARITAL, "Divorced", "D"), "1.1in") + k("Social security number", d.ssn("784-07-1190"), "1.7in") + k("Driver's license", "", "1.7in")
           + k("Occupation", "Bookkeeper", "1.9in") + k("Employer", "Garden State Paper Box Co.", "2.9in") + k("Referred by", "A. B. Kimmel, M.D.", "2.5in") + k("Name of pharmacy", "Ampere Drugs", "2.2in")
           + "<p style='margin:12pt 0 8pt'><b>In case of emergency notify</b></p>" + k("Name", d.f(KIN, "Folasade Oyelaran"), "2.6in") + k("Relationship", d.f(KINSHIP, "daughter"), "1.4in") + k("Telephone", d.phone("201-555-0171", KINPHONE), "1.6in")
           + "<p style='margin:12pt 0 8pt'><b>Person responsible for account</b> (if other than patient)</p>" + k("Name", "", "2.6in") + k("Address", "", "3.2in") + k("Telephone", "", "1.6in")
           + "<p style='margin:12pt 0 8pt'><b>Medical insurance</b></p>" + k("Name of company", d.f(PAYOR, "Blue Garden of New Jersey"), "2.9in") + k("Policy holder", "Self", "1.5in") + k("Identification number", d.f(MEMBER, "YHN784071190"), "2.1in") + k("Group number", d.f(GROUP, "0029917"), "1.5in") + k("Other insurance", "None", "1.2in")
           + "<p class=sm style='margin-top:10pt'>Payment is expected at the time services are rendered unless arrangements have been made in advance.</p>" + k("Signature", "<span class=sig>Beatrice Oyelaran</span>", "3.2in") + k("Date", signed(d, "Nov 14 1988".replace("Nov 14 1988", "11/14/88")), "1.3in"))
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
    d = paper("hoja de registro.jpg", "f05", ADMIN, "bilingual", "office", ".k>i{font-size:7.2pt} .k>span{font:11pt 'Courier Prime'} h4{margin:6pt 0 4pt;background:#ddd;padding:2pt 5pt} .page{font-family:'DejaVu Sans Condensed'}")
    d.page(f"<div class=m><b style='font-size:13pt'>{d.org('Clinica Familiar del Rio Verde')}</b><br>410 W Ocotillo St, Nogales, AZ 85621 &nbsp; Tel. (520) 555-0100 &nbsp; Fax (520) 555-0101<br><b>Patient Registration / Registro del Paciente</b></div><h4>Patient / Paciente</h4>"
           + k("Last name(s) / Apellido(s)", d.family("Ibarra Montoya"), "2.6in") + k("First name / Primer nombre", d.given("Ximena"), "2.2in") + k("Date of birth / Fecha de nacimiento (mm/dd/aaaa)", d.dob("09/05/1986"), "2.2in") + k("Sex / Sexo", f"{q(1, 'v')}{d.sex('F')}/Fem &nbsp;{q(0)}M/Masc", "1.5in") + k("SSN / Seguro social", "ninguno", "1.5in")
           + k("Address / Domicilio", d.line("227 Calle Sonora Apt B"), "2.9in") + k("City / Ciudad", d.f("Patient.address.city", "Nogales"), "1.6in") + k("State / Estado", d.f("Patient.address.state", "AZ"), ".8in") + k("Zip / Codigo postal", d.f("Patient.address.postalCode", "85621"), "1.1in")
           + k("Home phone / Tel. de casa", d.phone("(520) 555-0136"), "2in") + k("Cell / Celular", "(520) 555-0182", "2in") + k("E-mail / Correo electronico", d.email("ximena.ibarra@correo.example"), "2.7in")
           + f"<p>Marital status / Estado civil: {q(0)}Single/Soltero(a) {q(1, 'v')}{d.f(MARITAL, 'Married/Casado(a)', 'M')} {q(0)}Divorced/Divorciado(a) {q(0)}Widowed/Viudo(a)<br>Preferred language / Idioma preferido: {q(0)}English/Ingles {q(1, 'v')}{d.f(LANG, 'Spanish/Espa&ntilde;ol'.replace('&ntilde;', 'ñ'), 'es')} {q(0)}Other/Otro ________ &nbsp; Interpreter / Interprete: {q(1, 'v')}Yes/Si {q(0)}No</p>"
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
           f"<div><i>Notify</i> {d.f(KIN, 'Arlene Tremblay')} ({d.f(KINSHIP, 'wife')}) &nbsp; same tel.</div><div><i>Referred by</i> Dr. Coutu &nbsp;&nbsp;&nbsp; <i>First visit</i> {visit(d, '4-22-86')}</div><div><i>Allergies</i> {d.allergy('Penicillin', 'hives')} ({'hives'}) &nbsp;&nbsp; <i>Blood type</i> O pos</div></div><p style='margin:20pt 0 0 5pt'>(reverse blank)</p>")
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
    d.also("Patient.contact.name", "Achterman, Renee Claire", "Achterman, Philip Gerard")
    d.also("Patient.contact.relationship", "Mother", "Father")
    d.also(KINPHONE, "+14135550122")
    return d


@add
def work_comp():
    d = paper("first report of injury.jpg", "f10", ADMIN, "workers-comp", "office", ".b{font:10.5pt 'Liberation Mono';min-height:28pt} .page{padding:.5in .5in}")
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
    d.page(f"<div class=m style='font:bold 17pt \"URW Bookman\"'>Welcome!</div><div class=m>{d.org('Cascade Smiles Family Dentistry')} &middot; Dr. Wm. Petrakis &middot; Dr. Jo Lindahl<br>3300 NE Sandy Blvd, Portland, Oregon 97232 &middot; 503-555-0109</div><h3>About you</h3>Today's date {u(signed(d, '7/6/99'), '1in')} &nbsp; Name (Last, First) {u(d.name('Abramowitz, Shira', 'Abramowitz', 'Shira'), '2.4in')} I prefer to be called {u('Shiri', '.9in')}<br>"
           f"Address {u(d.line('1414 SE Tibbetts St'), '2.4in')} City {u(d.f('Patient.address.city', 'Portland'), '1.2in')} State {u(d.f('Patient.address.state', 'OR'), '.4in')} Zip {u(d.f('Patient.address.postalCode', '97202'), '.8in')}<br>Birthdate {u(d.dob('3/27/64'), '.9in')} SS# {u(d.ssn('775-80-6632'), '1.1in')} {q(0)}Male {q(1, 'v')}{d.sex('Female')} &nbsp; {q(0)}Minor {q(1, 'v')}{d.f(MARITAL, 'Single', 'S')} {q(0)}Married {q(0)}Divorced {q(0)}Widowed {q(0)}Separated<br>"
           f"Hm# {u(d.phone('503-555-0153'), '1.1in')} Wk# {u('503-555-0188', '1.1in')} Pager {u('', '1in')} Best time to call {u('evenings', '1in')}<br>Employer {u('Powell Valley Nursery', '2.2in')} How long there? {u('6 yrs', '.7in')} Whom may we thank for referring you? {u('Ellen G.', '1in')}<h3>Emergency contact</h3>Name {u(d.f(KIN, 'Noam Abramowitz'), '2in')} Relation {u(d.f(KINSHIP, 'Brother'), '1in')} Phone {u(d.phone('206-555-0117', KINPHONE), '1.2in')}"
           f"<h3>Dental insurance</h3>Insured's name {u('Shira Abramowitz', '2in')} Insured's birthdate {u('3/27/64', '.9in')} Insurance Co. {u(d.f(PAYOR, 'Mount Hood Dental Service'), '2in')}<br>ID # {u(d.f(MEMBER, '775806632'), '1.2in')} Group # {u(d.f(GROUP, '41027'), '.9in')} Insurance Co. phone {u('800-555-0120', '1.2in')} Deductible met? {u('no', '.6in')}<h3>Health history</h3>"
           f"Physician's name {u('Carol Ostrander MD', '1.8in')} Date of last exam {u('4/98', '.8in')} Previous dentist {u('Dr. Fong, Seattle', '1.6in')}<br>Do you have, or have you had, any of the following?<div style='columns:3;line-height:1.5'>" + "".join(yn(d.cond(t) if on else t, on) for t, on in (("AIDS / HIV", 0), ("Anemia", 0), ("Artificial joint", 0), ("Asthma", 1), ("Cancer", 0), ("Diabetes", 0), ("Epilepsy", 0), ("Fainting", 0), ("Glaucoma", 0), ("Hay fever", 1), ("Heart murmur", 0), ("Hepatitis", 0), ("High blood pressure", 0), ("Migraine headaches", 1), ("Rheumatic fever", 0), ("Sinus trouble", 0), ("Stroke", 0), ("Ulcers", 0)))
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=mu.ROOT / "fixtures/strangers")
    parser.add_argument("--only", help="only papers whose name holds this word; the truth is not written")
    args = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for make in PAPERS:
            doc = make()
            if args.only and args.only not in doc.file:
                continue
            damage, dpi = DAMAGE[doc.profile]
            dpi = 200 if doc.file.endswith(".jpg") else dpi
            rng, images = np.random.default_rng(zlib.crc32(("strangers/" + doc.file).encode())), []
            for image in pixels([doc], Path(folder), dpi):
                pixel, resolution = damage(make_pages.Scan(image, [], dpi, rng))
                images.append(pixel)
            store(args.out / "scans" / doc.file, images, resolution)
            # What the truth has already is no other value of it.
            doc.others = {f: kept for f, values in doc.others.items() if (kept := sorted({v for v in values if v != doc.fields.get(f)}))}
            lines.append(doc.truth(doc.file))
            print(doc.file, (args.out / "scans" / doc.file).stat().st_size // 1000, "kB", file=sys.stderr, flush=True)
    if not args.only:
        (args.out / "truth-forms.jsonl").write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in sorted(lines, key=lambda t: t["document"])), encoding="utf-8")


if __name__ == "__main__":
    main()
