"""Practice papers for make_unseen.py (--set practice-admin): registration, insurance, consents, questionnaires and letters, no two in one layout.

Rules and the confidence model of chartlift may be tuned on them. Fonts: those of make_unseen.py and, for entries in a handwriting face, Debian's
fonts-dancingscript, fonts-kaushanscript and fonts-comic-neue. People, practices, insurers and numbers are invented.
"""

import html
from datetime import date

from make_unseen import Doc

ADMIN, CONSENT, CARD, REFERRAL, CONSULT = "51851-4", "59284-0", "64290-0", "57133-1", "11488-4"


class Person:
    def __init__(self, key, family, given, born, sex, mrn, ssn, phone, mobile, street, place, plan, member, group):
        self.key, self.family, self.given, self.sex, self.mrn, self.ssn, self.phone, self.mobile = key, family, given, sex, mrn, ssn, phone, mobile
        self.born, self.street, self.place, self.plan, self.member, self.group = date.fromisoformat(born), street, place, plan, member, group


PEOPLE = {p.key: p for p in (
    Person("odalys", "Trujillo", "Odalys Marie", "1968-03-14", "F", "20-44-817", "900-41-7733", "5755550112", "5755550119", "418 Acequia Lane", ("Socorro", "NM", "87801"), "Mesa Verde Health Plan", "MVH220481937", "71044"),
    Person("barnaby", "Sorrells", "Barnaby K", "1951-11-02", "M", "66021", "901-22-6180", "6205550134", "6205550170", "2207 Feedlot Road", ("Larned", "KS", "67550"), "Prairie Senior Advantage", "PSA4471820A", "MA-0098"),
    Person("wendell", "Hutchcroft", "Wendell Ray", "1974-07-29", "M", "HC-11903", "902-60-1147", "2075550143", "2075550188", "91 Ropewalk Street Apt 3", ("Belfast", "ME", "04915"), "Downeast Mutual", "DM 88120 443", "BELF-20"),
    Person("phuong", "Lam", "Phuong Thi", "1989-12-08", "F", "1048822", "903-18-5526", "5045550107", "5045550162", "3316 Tchoupitoulas Court", ("Gretna", "LA", "70053"), "Bayou Choice HMO", "BCH00719264", "G5520"),
    Person("ignatius", "Dombrowski", "Ignatius", "1959-05-21", "M", "D-7781", "904-33-0912", "4145550126", "4145550155", "740 W. Kosciuszko Blvd", ("Cudahy", "WI", "53110"), "Lakeland Trades Health Fund", "LTH-330918", "LOCAL 14"),
    Person("shirleen", "Buckhalter", "Shirleen A", "1946-09-17", "F", "0093317", "905-52-4408", "6625550118", "6625550149", "15 Old Gin Road", ("Okolona", "MS", "38860"), "Medicare", "3TK8MW2RA41", "NONE"),
    Person("rukhsana", "Mirza", "Rukhsana", "1981-02-25", "F", "MZ40557", "906-71-3390", "7035550151", "7035550166", "8802 Ironmonger Way #214", ("Annandale", "VA", "22003"), "Capital Crescent PPO", "CCP 5510 9287", "008214"),
    Person("constance", "Whitlow", "Constance", "1937-01-30", "F", "W4420", "907-14-8872", "8025550129", "8025550196", "PO Box 88", ("Chester", "VT", "05143"), "Green Mountain Blue", "GMB90417733", "VT100"),
    Person("delbert", "Hargis", "Delbert Lee", "1943-10-06", "M", "000718824", "908-27-6015", "6065550138", "6065550177", "5561 KY Highway 80", ("Manchester", "KY", "40962"), "Medicare A/B", "6HR2PD9CE73", "N/A"),
    Person("leif", "Thorvaldsen", "Leif Anders", "1962-08-19", "M", "E0057714", "909-45-2261", "2185550103", "2185550142", "1210 Iron Range Drive", ("Virginia", "MN", "55792"), "North Star Cooperative Health", "NSC7719402", "4410-02"),
    Person("fenella", "O'Shaughnessy", "Fenella", "1993-04-11", "F", "F-20931", "910-36-7740", "5035550164", "5035550108", "27 SE Umatilla Place", ("Portland", "OR", "97202"), "Cascadia Health Coop", "CHC1188340", "22-910"),
    Person("cyrus", "Bahramian", "Cyrus", "1978-06-03", "M", "B51-0082", "911-83-1925", "8185550136", "8185550191", "14415 Vanowen Terrace Unit 9", ("Reseda", "CA", "91335"), "Golden Basin Health", "GBH7700316", "K-118"),
    Person("mateo", "Rivas", "Mateo Alejandro", "2015-10-27", "M", "PED-3307", "912-19-6634", "5205550171", "5205550173", "669 E. Ocotillo Street", ("Nogales", "AZ", "85621"), "Sonoran Kids Care", "SKC40055218", "AZ-77"),
    Person("temperance", "Oyelaran", "Temperance Joy", "2013-05-16", "F", "77-3140", "913-20-8841", "4435550140", "4435550158", "5 Quaker Bottom Court", ("Sparks", "MD", "21152"), "Chesapeake Family Plan", "CFP93310288-03", "GR1902"),
    Person("marguerite", "Delacroix", "Marguerite", "1970-11-22", "F", "", "", "", "", "", ("", "", ""), "Pelican State Health", "PSH 604 118 732", "PEL-3390"),
)}


class Paper(Doc):
    """A paper of one of the people above; values come from there in the shape that the layout asks for."""

    def __init__(self, file, who, kind, layout, profile, style="", pen=None):
        super().__init__("admin/" + file, "practice-" + who, kind, layout, profile)
        self.p, self.style, self.pen, self.up = PEOPLE[who], style, pen, False

    def f(self, field, printed, value=None):
        text = super().f(field, printed, value)
        if not self.pen:
            return text
        self.hand.append(field)
        return self.ink(text)

    def ink(self, text):
        """Words in a hand: each a little turned and off its line."""
        return " ".join(f'<span style="font:{self.pen};display:inline-block;transform:rotate({(len(w) * 7 + i * 5) % 5 - 2}deg) translateY({(len(w) + i) % 3 - 1}px)">{w}</span>' for i, w in enumerate(text.split(" ")))

    def case(self, text):
        return text.upper() if self.up else text

    def last(self):
        return self.f("Patient.name.family", self.case(self.p.family), self.p.family)

    def first(self):
        """First and middle name, for a form with two boxes."""
        one, _, two = self.p.given.partition(" ")
        return self.f("Patient.name.given", self.case(one), self.p.given), (self.f("Patient.name.given", self.case(two), self.p.given) if two else "")

    def whole(self, form="{g} {f}"):
        printed = self.case(form.format(g=self.p.given, f=self.p.family))
        super().f("Patient.name.family", printed, self.p.family)
        if self.pen:
            self.hand.append("Patient.name.family")
        return self.f("Patient.name.given", printed, self.p.given)

    def birth(self, form="%m/%d/%Y"):
        return self.dob(self.p.born.strftime(form), self.p.born.isoformat())

    def gender(self, short=False):
        word = {"F": "female", "M": "male"}[self.p.sex]
        return self.f("Patient.gender", self.p.sex if short else self.case(word.capitalize()), word)

    def chart(self):
        return self.mrn(self.p.mrn)

    def social(self):
        return self.ssn(self.p.ssn)

    @staticmethod
    def dial(digits, form):
        return form.format(digits[:3], digits[3:6], digits[6:])

    def home(self, form="({}) {}-{}"):
        return self.phone(self.dial(self.p.phone, form))

    def cell(self, form="({}) {}-{}"):
        """The mobile number beside the home number: counts as well."""
        self.also("Patient.telecom.phone", "+1" + self.p.mobile)
        text = self.dial(self.p.mobile, form)
        return self.ink(text) if self.pen else text

    def street(self):
        return self.f("Patient.address.line", self.case(self.p.street), self.p.street)

    def city(self):
        return self.f("Patient.address.city", self.case(self.p.place[0]), self.p.place[0])

    def state(self):
        return self.f("Patient.address.state", self.p.place[1])

    def zip(self):
        return self.f("Patient.address.postalCode", self.p.place[2])

    def town(self, comma=", "):
        return f"{self.city()}{comma}{self.state()} {self.zip()}"

    def payor(self):
        return self.f("Coverage.payor", self.case(self.p.plan), self.p.plan)

    def member(self):
        return self.f("Coverage.subscriberId", self.p.member, self.p.member.replace(" ", ""))

    def group(self):
        return self.f("Coverage.group", self.p.group)

    def contact(self, name, relation=None, digits=None, form="({}) {}-{}"):
        return (self.f("Patient.contact.name", self.case(name), name), self.f("Patient.contact.relationship", self.case(relation), relation) if relation else "",
                self.phone(self.dial(digits, form), "Patient.contact.telecom") if digits else "")

    def visit(self, printed):
        self.start(printed)
        return self.dated(printed)

    def choose(self, field, options, value, look="box"):
        """Options (label: code) with the one of `value` ticked, crossed or circled."""
        out = []
        for label, code in options.items():
            on = code == value
            if on:
                Doc.f(self, field, label, code)
                if self.pen:
                    self.hand.append(field)
            label = html.escape(label)
            out.append({"box": f"{tick(on)}{label}", "circle": f'<span class="{"c" if on else "n"}">{label}</span>', "blank": f'<span class="u" style="width:16pt;text-align:center">{"X" if on else ""}</span> {label}', "brackets": f"[{'X' if on else '&nbsp;'}] {label}"}[look])
        return " &nbsp; ".join(out)


def tick(on):
    cross = '<path d="M1.5 1.5L8.5 8.5M8.5 1.5L1.5 8.5" stroke="#000" stroke-width="1.5"/>' if on else ""
    return f'<svg class="t" viewBox="0 0 10 10"><rect x=".5" y=".5" width="9" height="9" fill="none" stroke="#000"/>{cross}</svg>'


SEX = {"Male": "male", "Female": "female"}
MARITAL = {"Single": "S", "Married": "M", "Divorced": "D", "Widowed": "W", "Separated": "L"}


def u(text="", width="", more=""):
    """A blank with what is written on it."""
    return f'<span class="u" style="{"width:" + width + ";" if width else ""}padding:0 3pt;{more}">{text}&nbsp;</span>'


def grid(*rows, size="6.5pt"):
    """A boxed grid: rows of (label, entry, share), the label small in the corner."""
    return "".join('<div style="display:flex;border-left:1px solid #000">' + "".join(f'<div style="flex:{w} 1 0;border:1px solid #000;border-left:0;margin-top:-1px;height:29pt;padding:1pt 3pt"><div style="font-size:{size};line-height:8pt">{l}</div><div>{t}</div></div>' for l, t, w in row) + "</div>" for row in rows)


def under(*cells):
    """Entries on lines, each label below its line."""
    return '<div style="display:flex;gap:10pt;margin-top:7pt">' + "".join(f'<div style="flex:{w} 1 0"><div style="border-bottom:1px solid #000;min-height:15pt;padding:0 3pt">{t}</div><div style="font-size:7.5pt">{l}</div></div>' for t, l, w in cells) + "</div>"


def bar(text, style="background:#000;color:#fff"):
    return f'<div style="{style};font-weight:bold;padding:1pt 4pt;margin-top:7pt">{text}</div>'


def comb(text, boxes):
    return "".join(f'<span style="display:inline-block;width:14pt;height:17pt;border:1px solid #000;margin-left:-1px;text-align:center;vertical-align:bottom;font:12pt/17pt \'Liberation Mono\'">{html.escape(c) if c != " " else "&nbsp;"}</span>' for c in text.ljust(boxes))


def box_grid():
    d = Paper("reg 1.tif", "odalys", ADMIN, "registration, boxed grid", "clean300")
    one, two = d.first()
    d.page(f'''<div class="m" style="font:bold 15pt 'Liberation Sans'">{d.org("Rio Abajo Family Medicine")}</div><div class="m">1190 Manzanares Ave, Socorro, NM 87801 &nbsp; Phone 575-555-0180 &nbsp; Fax 575-555-0181</div>
    <div class="m" style="margin:6pt"><b>PATIENT REGISTRATION</b> (please print)</div>{bar("PATIENT")}
    {grid([("Legal last name", d.last(), 3), ("First name", one, 3), ("Middle", two, 2), ("Suffix", "", 1)], [("Street address", d.street(), 5), ("Apt./Unit", "", 1)], [("City", d.city(), 3), ("State", d.state(), 1), ("ZIP code", d.zip(), 2), ("County", "Socorro", 2)],
          [("Home phone", d.home(), 2), ("Cell phone", d.cell(), 2), ("Work phone", "(575) 555-0190", 2), ("E-mail", d.email("odalys.t@desertmail.example"), 3)],
          [("Birthdate", d.birth(), 2), ("Age", "51", 1), ("Sex", d.gender(True), 1), ("Social Security no.", d.social(), 2), ("Marital status", d.f("Patient.maritalStatus", "Married", "M"), 2), ("Language", d.f("Patient.communication.language", "Spanish", "es"), 2)])}
    {bar("SPOUSE / PARTNER")}{grid([("Name", "Eliseo Trujillo", 3), ("Birthdate", "08/30/1966", 2), ("Cell phone", "(575) 555-0121", 2)], [("Employer", "Magdalena Stone Works", 3), ("Employer phone", "(575) 555-0175", 2)])}
    {bar("PRIMARY INSURANCE")}{grid([("Insurance company", d.payor(), 3), ("Member ID#", d.member(), 2), ("Group #", d.group(), 2)], [("Policy holder", "Eliseo Trujillo", 3), ("Policy holder's birthdate", "08/30/1966", 2), ("Relation to patient", "Spouse", 2)])}
    {bar("SECONDARY INSURANCE")}{grid([("Insurance company", "", 3), ("Member ID#", "", 2), ("Group #", "", 2)])}
    {bar("IN CASE OF EMERGENCY")}{grid([("Name", "@N", 3), ("Relation", "@R", 2), ("Phone", "@P", 2)]).replace("@N", (c := d.contact("Yesenia Baca", "Sister", "5755550127"))[0]).replace("@R", c[1]).replace("@P", c[2])}
    <p style="margin-top:16pt">Signature of patient {u("<span class=sig>Odalys Trujillo</span>", "200pt")} Date {u(d.dated("06/11/2019"), "90pt")}</p>''')
    return d


def blanks():
    d = Paper("new patient.jpg", "barnaby", ADMIN, "registration, label left of a blank", "office", ".page{font:11pt/1.9 'Liberation Serif'}")
    who, rel, tel = d.contact("Lorna Sorrells", "wife", "6205550134", "{}-{}-{}")
    d.page(f'''<div style="font:bold 16pt 'Liberation Serif'">{d.org("Pawnee Valley Internal Medicine, P.A.")}</div><div style="line-height:1.2">Gerald Oakes, MD &nbsp; Renata Pfeifer, DO<br>Office 620-555-0101</div><div class="m"><b><u>New Patient Information</u></b></div>
    Today's date: {u(d.dated("3-7-2016"), "90pt")} &nbsp; Acct: {u("", "70pt")} &nbsp; Chart ID: {u(d.chart(), "80pt")}<br>
    Pt. name: {u(d.whole("{g}. {f}"), "250pt")} &nbsp; BD: {u(d.birth("%m-%d-%Y"), "90pt")}<br>Mailing address: {u(d.street(), "330pt")}<br>City: {u(d.city(), "130pt")} St: {u(d.state(), "40pt")} Zip: {u(d.zip(), "80pt")}<br>
    Tel (H): {u(d.home("{}-{}-{}"), "110pt")} Tel (W): {u("retired", "90pt")} Tel (C): {u(d.cell("{}-{}-{}"), "110pt")}<br>SS#: {u(d.social(), "110pt")} Sex: {u(d.gender(True), "30pt")} Marital status: {u(d.f("Patient.maritalStatus", "M"), "30pt")} Email: {u("none", "80pt")}<br>
    Occupation: {u("cattle buyer, retired", "160pt")} Employer: {u("", "130pt")}<br>Family doctor before us: {u("Dr. Harlan Wiebe", "160pt")} Phone: {u("620-555-0115", "100pt")}<br>Who sent you to us? {u("neighbor", "200pt")}<br>
    Nearest relative: {u(who, "170pt")} Relation to pt: {u(rel, "90pt")}<br>Phone of relative: {u(tel, "120pt")}<br><b>Insurance</b> (we will copy your cards)<br>Company: {u(d.payor(), "190pt")} Policy #: {u(d.member(), "120pt")}<br>Group: {u(d.group(), "100pt")} Policy holder: {u("self", "130pt")}<br>
    Secondary: {u("", "190pt")} Policy #: {u("", "120pt")}<br>Responsible party if not patient: {u("", "250pt")}<br>Signed: {u("<span class=sig>B. K. Sorrells</span>", "220pt")}''')
    return d


def lines_above():
    d = Paper("registration card.jpg", "wendell", ADMIN, "registration, label below the line, by hand", "handwritten", pen="19px 'Comic Neue'")
    one, two = d.first()
    who, rel, tel = d.contact("Ardith Hutchcroft", "mother", "2075550159", "{} {} {}")
    org = "Penobscot Bay Orthopedics"
    Doc.f(d, "Organization.name", org)
    i = d.ink
    d.page(f'''<div class="r"><b style="font-size:15pt">{org}</b><br>2 Wharf Lane, Belfast ME 04915 · tel 207-555-0100 · fax 207-555-0109</div><h3>Patient Data Sheet</h3>
    {under((d.last(), "Last name", 3), (one, "First name", 3), (two, "Middle", 2))}{under((d.street(), "Home address (number, street)", 5))}{under((d.city(), "Town", 3), (d.state(), "State", 1), (d.zip(), "Zip", 2))}
    {under((d.home("{} {} {}"), "Home telephone", 2), (d.cell("{} {} {}"), "Cellular", 2), (i("207 555 0131"), "Business telephone", 2))}{under((d.birth("%m/%d/%y"), "Date of birth", 2), (d.gender(), "Sex", 1), (d.f("Patient.maritalStatus", "Single", "S"), "Marital status", 2), (d.social(), "Soc. Sec. number", 2))}
    {under((i("Coastal Boat Yard"), "Employer", 3), (i("rigger"), "Occupation", 2))}<h4>Billing</h4>{under((i("same as above"), "Person responsible for bill", 3), ("", "Date of birth", 1), ("", "Telephone", 2))}
    {under((d.payor(), "Insurance carrier", 3), (d.member(), "Subscriber no.", 2), (d.group(), "Group no.", 1))}{under((i("self"), "Name of subscriber", 3), ("", "Subscriber's employer", 2))}<h4>Whom should we call in an emergency?</h4>{under((who, "Name", 3), (rel, "Relationship", 1), (tel, "Telephone", 2))}
    <div style="height:18pt"></div>{under((i("W. Hutchcroft"), "Signature", 3), (d.dated("9/14/2011"), "Date", 1))}''')
    return d


def two_columns():
    d = Paper("intake_2col.png", "phuong", ADMIN, "registration, two columns, lower case", "clean300", ".page{font:9.5pt/1.3 'URW Gothic'} td{padding:3pt 2pt;border-bottom:1px dotted #888} td:first-child{width:95pt;color:#222}")
    who, rel, tel = d.contact("Minh Lam", "brother", "5045550117", "{}.{}.{}")
    rows = lambda *r: "<table style='width:100%'>" + "".join(f"<tr><td>{a}</td><td><b>{b}</b></td></tr>" for a, b in r) + "</table>"
    d.page(f'''<div style="font:bold 20pt 'URW Gothic'">{d.org("westbank women's health")}</div><div>504.555.0100 &nbsp;|&nbsp; 41 lapalco plaza, gretna, louisiana</div><hr>
    <div class="two" style="gap:18pt"><div><h4>about you</h4>{rows(("name", d.whole("{f}, {g}")), ("name you go by", "Tiffany"), ("birthdate", d.birth("%B %d, %Y")), ("sex at birth", d.gender().replace("Female", "Female")), ("address", d.street() + "<br>" + d.town()), ("home phone", d.home("{}.{}.{}")), ("mobile", d.cell("{}.{}.{}")), ("e-mail", d.email("phuong.lam@bayoumail.example")), ("social security", "on file"), ("language", d.f("Patient.communication.language", "Vietnamese", "vi")), ("marital status", d.f("Patient.maritalStatus", "divorced", "D")), ("employer", "Gulf Tide Seafood"))}</div>
    <div><h4>your insurance</h4>{rows(("plan", d.payor()), ("member id", d.member()), ("group", d.group()), ("effective", "01/01/2021"), ("subscriber", "self"), ("plan phone", "800.555.0144"))}<h4>second insurance</h4>{rows(("plan", ""), ("member id", ""), ("group", ""))}<h4>emergency contact</h4>{rows(("name", who), ("relationship", rel), ("phone", tel))}<h4>your doctors</h4>{rows(("primary care", "Dr. Cleo Arceneaux"), ("phone", "504.555.0135"), ("pharmacy", "Belle Chasse Drugs"))}</div></div>
    <p style="margin-top:30pt">completed on <b>{d.dated("August 19, 2021")}</b></p>''')
    return d


def three_columns():
    d = Paper("fax reg.tif", "ignatius", ADMIN, "registration, three columns, label above entry", "fax200", ".page{font:10.5pt/1.3 'DejaVu Sans Condensed'} .k>div{margin-bottom:9pt}")
    who, rel, tel = d.contact("Halina Dombrowski", "Spouse", "4145550133", "{}-{}-{}")
    col = lambda *c: '<div class="k">' + "".join(f"<div><b style='font-size:8.5pt'>{a}:</b><br>{b or '&nbsp;'}</div>" for a, b in c) + "</div>"
    d.page(f'''<div class="m" style="margin-top:20pt"><b style="font-size:14pt">{d.org("South Shore Pulmonary Clinic")}</b><br>Registration Record &nbsp; printed {d.dated("10/04/2012")}</div><hr><div class="two" style="gap:14pt">
    {col(("Patient Name", d.whole("{f}, {g}")), ("Address", d.street()), ("City, State Zip", d.town()), ("Day Phone", "414-555-0187 (work)"), ("Evening Phone", d.home("{}-{}-{}")), ("Cell", ""), ("Email", ""))}
    {col(("Acct No", "55-20981"), ("Med Rec #", d.chart()), ("D.O.B.", d.birth("%m/%d/%Y")), ("Age/Sex", "53 / " + d.gender(True)), ("S.S. No", d.social()), ("Marital", d.f("Patient.maritalStatus", "Married", "M")), ("Primary Dr", "Szymanski, Paul MD"), ("Referring Dr", "Nakamura, Joan MD"))}
    {col(("Guarantor", "Dombrowski, Halina"), ("Guarantor DOB", "02/12/1961"), ("Guarantor Phone", "414-555-0133"), ("Emergency Contact", who), ("Relationship", rel), ("Contact Phone", tel), ("Employer", "Patrick Cudahy Tool & Die"))}</div><hr><b>INSURANCE</b><div class="two" style="gap:14pt;margin-top:6pt">{col(("Primary", d.payor()), ("Insured", "Dombrowski, Ignatius"))}{col(("ID No", d.member()), ("Group", d.group()))}{col(("Secondary", "none"), ("ID No", ""))}</div>''')
    return d


def combs():
    d = Paper("comb form.tif", "shirleen", ADMIN, "registration, a character a box", "clean300")
    d.up = True
    d.pen = None
    one, two = d.p.given.split()
    for field, shown, value in (("Patient.name.family", "", "Buckhalter"), ("Patient.name.given", "", "Shirleen A"), ("Patient.birthDate", "09171946", "1946-09-17"), ("Patient.identifier.ssn", "905524408", "905-52-4408"), ("Patient.telecom.phone", "6625550118", "+16625550118"), ("Patient.address.line", "15 OLD GIN ROAD", "15 Old Gin Road"), ("Patient.address.city", "OKOLONA", "Okolona"), ("Patient.address.state", "MS", "MS"), ("Patient.address.postalCode", "38860", "38860"), ("Coverage.subscriberId", d.p.member, d.p.member)):
        Doc.f(d, field, shown or value.upper().split()[0], value)
    row = lambda *c: '<div style="display:flex;gap:22pt;margin:10pt 0">' + "".join(f"<div><div style='font-size:8pt'>{l}</div>{comb(t, n)}</div>" for l, t, n in c) + "</div>"
    d.page(f'''<div style="display:flex;justify-content:space-between"><b style="font-size:13pt">{d.org("Chickasaw County Health Center")}</b><span style="font-size:8pt">Form CC-114 (rev 2/05)</span></div><p>ENROLLMENT. Use black ink. One letter or number in each box.</p>
    {row(("1. LAST NAME", "BUCKHALTER", 18), ("4. SEX (M/F)", Doc.f(d, "Patient.gender", "F", "female"), 1))}{row(("2. FIRST NAME", one.upper(), 14), ("3. M.I.", two, 1))}{row(("5. DATE OF BIRTH (MMDDYYYY)", "09171946", 8), ("6. SOCIAL SECURITY NUMBER", "905524408", 9))}
    {row(("7. STREET", "15 OLD GIN ROAD", 26))}{row(("8. CITY", "OKOLONA", 16), ("9. STATE", "MS", 2), ("10. ZIP", "38860", 5))}{row(("11. TELEPHONE", "6625550118", 10), ("12. COUNTY CODE", "009", 3))}
    {row(("13. MEDICARE NUMBER", d.p.member, 11), ("14. MEDICAID NUMBER", "", 11))}<p>15. Marital status: {d.choose("Patient.maritalStatus", MARITAL, "W", "brackets")}</p>{row(("16. HEAD OF HOUSEHOLD, LAST NAME (if not you)", "", 20))}
    <p>Other plan {u("", "150pt")}</p><p style="margin-top:20pt">Signature {u("<span class=sig>Shirleen Buckhalter</span>", "230pt")} Date {u(d.dated("02/16/2006"), "90pt")}</p>''')
    d.also("Coverage.payor", "Medicare", "MEDICARE")
    return d


def checkboxes():
    d = Paper("registration 07.tif", "rukhsana", ADMIN, "registration, tick boxes", "clean300", ".page{font:10pt/1.75 'P052'}")
    one, _ = d.first()
    who, rel, tel = d.contact("Sadia Mirza-Khan", "Sister", "7035550114", "({}) {}-{}")
    d.page(f'''<div style="border:2px solid #000;padding:4pt" class="m"><b style="font-size:14pt">{d.org("Braddock Road Medical Associates")}</b><br>Patient Demographic Form</div>
    <p>Last Name {u(d.last(), "170pt")} First Name {u(one, "140pt")} MI {u("", "25pt")}</p><p>Date of Birth {u(d.birth("%m / %d / %Y").replace("x", "x"), "100pt")} SSN {u(d.social(), "110pt")} Chart # {u(d.chart(), "90pt")}</p>
    <p>Sex: {d.choose("Patient.gender", {"Female": "female", "Male": "male", "Other": "other", "Decline": "unknown"}, "female")}</p><p>Marital status: {d.choose("Patient.maritalStatus", MARITAL, "M")}</p>
    <p>Preferred language: {d.choose("Patient.communication.language", {"English": "en", "Spanish": "es", "Korean": "ko", "Urdu": "ur", "Amharic": "am"}, "ur")} &nbsp; Interpreter needed: {tick(True)}Yes {tick(False)}No</p><p>Race: {tick(False)}White {tick(False)}Black {tick(True)}Asian {tick(False)}Other &nbsp; Ethnicity: {tick(False)}Hispanic {tick(True)}Not Hispanic</p>
    <p>Residence {u(d.street(), "200pt")} City/State/Zip {u(d.town(), "160pt")}</p><p>Phone: Home {u(d.home(), "105pt")} Mobile {u(d.cell(), "105pt")} Work {u("", "80pt")}</p><p>Best number: {tick(False)}Home {tick(True)}Mobile {tick(False)}Work &nbsp; May we leave a message? {tick(True)}Yes {tick(False)}No</p>
    <p>E-mail {u(d.email("r.mirza@crescentmail.example"), "220pt")}</p><p>Employment: {tick(True)}Full time {tick(False)}Part time {tick(False)}Student {tick(False)}Retired {tick(False)}None</p><p>Spouse {u("Tariq Mirza", "150pt")} Spouse D.O.B. {u("07/09/1977", "90pt")}</p>
    <p><b>Insurance</b> {u(d.payor(), "170pt")} ID {u(d.member(), "110pt")} Grp {u(d.group(), "70pt")}</p><p>Subscriber: {tick(False)}Self {tick(True)}Spouse {tick(False)}Parent &nbsp; Subscriber name {u("Tariq Mirza", "130pt")}</p>
    <p>Emergency contact {u(who, "140pt")} Relation {u(rel, "70pt")} Phone {u(tel, "105pt")}</p><p>Signature {u("<span class=sig>R. Mirza</span>", "190pt")} Date {u(d.dated("05/02/2018"), "90pt")}</p>''')
    return d


def circled():
    d = Paper("circle form.tif", "constance", ADMIN, "patient questionnaire, circled choices", "photocopy", ".page{font:12pt/2.05 'C059'} .n{padding:1pt 4pt}")
    who, rel, tel = d.contact("Prudence Hale", "niece", "8025550147", "{}-{}-{}")
    d.page(f'''<div class="m" style="line-height:1.3"><b style="font-size:16pt">{d.org("Williams River Eye Care")}</b><br>Lawrence T. Benoit, M.D., Ophthalmology<br>(802) 555-0160</div>
    Your full name: {u(d.whole(), "280pt")}<br>Title (circle): Mr <span class="c">Mrs</span> Miss Ms Dr &nbsp; Sex (circle): {d.choose("Patient.gender", {"M": "male", "F": "female"}, "female", "circle")}<br>Born: {u(d.birth("%b %d, %Y"), "130pt")} Age: {u("73", "40pt")}<br>
    Circle one: {d.choose("Patient.maritalStatus", {"single": "S", "married": "M", "widowed": "W", "divorced": "D"}, "W", "circle")}<br>P.O. box or street: {u(d.street(), "250pt")}<br>Town, state, zip: {u(d.town(), "250pt")}<br>Telephone: {u(d.home("{}-{}-{}"), "160pt")}<br>
    Insurance (circle): Medicare &nbsp; Medicaid &nbsp; <span class="c">Private</span> &nbsp; None<br>Name of company: {u(d.payor(), "220pt")}<br>Certificate no.: {u(d.member(), "140pt")} Group: {u(d.group(), "80pt")}<br>
    Next of kin: {u(who, "180pt")} who is your: {u(rel, "90pt")}<br>Their telephone: {u(tel, "150pt")}<br>Do you wear glasses? <span class="c">Yes</span> No &nbsp; Contact lenses? Yes <span class="c">No</span><br>Family physician: {u("Dr. Amos Keating", "200pt")}<br>Date: {u(d.dated("April 6, 2010"), "150pt")}''')
    return d


def face_sheet():
    d = Paper("facesheet a.tif", "delbert", ADMIN, "hospital face sheet, dense grid", "clean300", ".page{font:9.5pt/1.25 'Nimbus Sans Narrow'}")
    d.up = True
    who, rel, tel = d.contact("Wilma Jean Hargis", "WIFE", "6065550138", "{}-{}-{}")
    d.page(f'''<div class="m"><b style="font-size:13pt">{d.org("CUMBERLAND GAP REGIONAL HOSPITAL", "Cumberland Gap Regional Hospital")}</b><br>ADMISSION RECORD / FACE SHEET</div>
    {grid([("ACCT NO", "V40071823", 2), ("MED REC NO", d.chart(), 2), ("ADM DATE", d.start("01/17/2014"), 2), ("ADM TIME", "2215", 1), ("DISCH DATE", "", 2), ("PT TYPE", "I/P", 1), ("RM/BED", "412-B", 1), ("SVC", "MED", 1)], [("PATIENT NAME (LAST, FIRST MI)", d.whole("{f}, {g} JR"), 4), ("DOB", d.birth(), 2), ("AGE", "70", 1), ("SEX", d.gender(True), 1), ("MS", d.f("Patient.maritalStatus", "M"), 1), ("SS#", d.social(), 2)],
          [("PATIENT ADDRESS", d.street(), 4), ("CITY ST ZIP", d.town(" "), 4), ("PHONE", d.home("{}-{}-{}"), 2)], [("PT EMPLOYER", "RETIRED", 4), ("EMPL PHONE", "", 2), ("REL", "BAP", 1), ("RACE", "W", 1), ("LANG", d.f("Patient.communication.language", "ENGLISH", "en"), 2)])}
    {bar("GUARANTOR", "background:#ccc")}{grid([("NAME", "HARGIS, WILMA JEAN", 3), ("REL TO PT", "SPOUSE", 2), ("DOB", "12/09/1945", 2), ("SS#", "XXX-XX-2281", 2), ("PHONE", "606-555-0138", 2)])}
    {bar("NOTIFY IN EMERGENCY", "background:#ccc")}{grid([("NAME", who, 3), ("REL TO PT", rel, 2), ("HM PH", tel, 2), ("WK PH", "606-555-0192", 2)])}
    {bar("INSURANCE", "background:#ccc")}{grid([("INS 1", d.payor(), 3), ("POLICY NO", d.member(), 3), ("GRP", "", 1), ("SUBSCRIBER", "HARGIS, DELBERT LEE", 3)], [("INS 2", "UNITED MINERS RETIREE FUND", 3), ("POLICY NO", "UM-7719-03", 3), ("GRP", "8120", 1), ("SUBSCRIBER", "HARGIS, DELBERT LEE", 3)])}
    {bar("PHYSICIANS", "background:#ccc")}{grid([("ADMITTING", "PATEL, ANIL MD", 3), ("ATTENDING", d.by("STAMPER, ROWENA K MD", "Rowena K Stamper"), 3), ("PCP", "COMBS, EARL DO", 3)])}{grid([("ADM DX / CHIEF COMPLAINT", "COPD EXACERBATION", 4), ("ADV DIR", "Y", 1), ("SOURCE", "ER", 1), ("CLERK", "TLB", 1)])}''')
    d.also("Condition.code.text", "COPD EXACERBATION")
    d.dated("01/17/2014")
    return d


def printer():
    d = Paper("adt print.tif", "leif", ADMIN, "ADT printout, monospace", "clean300", ".page{font:9.5pt/1.45 'Liberation Mono'} pre{font:inherit;margin:0}")
    d.up = True
    who, rel, tel = d.contact("Gudrun Thorvaldsen", "DAUGHTER", "2185550125", "({}){}-{}")
    d.page(f'''<pre>RUN: {d.dated("11/03/09")} 0612        {d.org("MESABI LAKES MEDICAL CENTER", "Mesabi Lakes Medical Center")}             PAGE 1
USER: ADM.KJO                 ** FACE SHEET **
==========================================================================
PT NAME : {d.whole("{f},{g}").upper()}            MR#  : {d.chart()}
ACCT    : 300418827                        STATUS : ADM IN
DOB/AGE : {d.birth("%m/%d/%y")}  47                    SEX  : {d.gender(True)}      MS : {d.f("Patient.maritalStatus", "D")}
ADDR    : {d.street()}              SSN  : {d.social()}
          {d.town(",")}
HOME PH : {d.home("({}){}-{}")}                    WORK PH : (218)555-0168
EMPLOYER: HIBBING TACONITE SERVICES        OCC  : WELDER
--------------------------------------------------------------------------
ADM DT  : {d.start("11/02/09")}  TIME: 1940                SVC: CARD   LOC: 3W-308
ATT DR  : {d.by("AMUNDSON,KARL J MD", "Karl J Amundson")}               ADM DR: VUKOVICH,LEE MD
PCP     : SATHER,INGRID NP                 REF DR: NONE
ADM DX  : CHEST PAIN
--------------------------------------------------------------------------
NOK     : {who}               REL: {rel}
NOK PH  : {tel}
PERSON TO NOTIFY: SAME AS NOK
GUAR    : THORVALDSEN,LEIF ANDERS          REL: SELF
--------------------------------------------------------------------------
INS1    : {d.payor()}    POL#: {d.member()}
          GRP# : {d.group()}                    INSURED: SELF
INS2    :                                  POL#:
==========================================================================
ADV DIRECTIVE: N    ORGAN DONOR: Y    RELIGION: LUTHERAN</pre>''')
    d.also("Condition.code.text", "CHEST PAIN")
    return d


def update():
    d = Paper("info update.jpg", "fenella", ADMIN, "patient information update, by hand", "handwritten", pen="21px 'Dancing Script'")
    org = Doc.f(d, "Organization.name", "Sellwood Dermatology Group")
    who, rel, tel = d.contact("Niall Byrne", "partner", "5035550145", "{}-{}-{}")
    row = lambda l, t: f'<tr><td style="border:1px solid #000;padding:5pt;width:150pt;background:#eee"><b>{l}</b></td><td style="border:1px solid #000;padding:3pt 8pt">{t}&nbsp;</td></tr>'
    d.page(f'''<h2 class="m">Patient Information Update</h2><p class="m">{org} &nbsp; 503-555-0190</p><p>Once a year we ask you to check your information. Please fill in all lines, even if nothing has changed.</p><table style="width:100%">{row("Name of patient", d.whole())}{row("Birth date", d.birth("%m-%d-%Y"))}
    {row("Current address", d.street())}{row("City / State / Zip", d.town())}{row("Primary phone (home)", d.home("{}-{}-{}"))}{row("Alternate phone (cell)", d.cell("{}-{}-{}"))}{row("Employer", d.ink("Reed Street Books"))}{row("Employer phone", "")}{row("Insurance plan", d.payor())}{row("Identification no.", d.member())}{row("Group", d.group())}
    {row("Did your name change? Former name", "")}{row("Emergency contact", who)}{row("How related", rel)}{row("Contact's phone", tel)}</table><p style="margin-top:25pt">Initials {u(d.ink("FOS"), "60pt")} &nbsp; Date {u(d.dated("10/24/2022"), "110pt")}</p>''')
    return d


def emergency():
    d = Paper("emergency contacts.jpg", "cyrus", ADMIN, "emergency contact form", "office", ".page{font:11pt/1.5 'URW Bookman'} fieldset{margin:10pt 0;padding:8pt}")
    who, rel, tel = d.contact("Laleh Bahramian", "Wife", "8185550148", "({}) {}-{}")
    d.page(f'''<b style="font-size:15pt">Emergency Contact Form</b><br>{d.org("Sherman Way Physical Therapy")}, 818-555-0100<fieldset><legend>Patient</legend>Name: {d.whole()}<br>DOB: {d.birth("%m/%d/%Y")} &nbsp;&nbsp; MRN: {d.chart()}<br>Home: {d.home()} &nbsp;&nbsp; Cell: {d.cell()}<br>Home address: {d.street()}, {d.town()}</fieldset>
    <fieldset><legend>First person to call</legend>Name: {who}<br>Relationship to patient: {rel}<br>Phone (day): {tel}<br>Phone (night): same<br>Address: same as patient</fieldset><fieldset><legend>Second person to call</legend>Name: Dariush Bahramian<br>Relationship to patient: Brother<br>Phone (day): (818) 555-0157<br>Phone (night):<br>Address: 206 Saticoy Row, Van Nuys, CA 91405</fieldset>
    <fieldset><legend>Physician</legend>Name: Teresa Villaseñor, M.D. &nbsp; Phone: (818) 555-0122 &nbsp; Hospital preferred:</fieldset><p>Signature: <span class="sig">Cyrus Bahramian</span> &nbsp;&nbsp;&nbsp; Dated: {d.dated("March 30, 2017")}</p>''')
    d.also("Practitioner.name", "Teresa Villaseñor")
    return d


def minor():
    d = Paper("minor registration.tif", "mateo", ADMIN, "minor's registration with parents", "clean300", ".page{font:9.5pt/1.4 'Nimbus Roman'}")
    one, two = d.first()
    who, rel, tel = d.contact("Graciela Quintero", "Grandmother", "5205550186")
    kin = lambda l, n, b, w: bar(l, "background:#ddd") + under((n, "Name", 3), (b, "DOB", 1), ("", "SS#", 1)) + under(("Same as child", "Address (if different from child)", 3), (w, "Cell phone", 2))
    d.page(f'''<div class="m"><b style="font-size:14pt">{d.org("Santa Cruz Pediatrics")}</b><br>REGISTRATION OF A MINOR</div>{bar("Child", "background:#ddd")}{under((d.last(), "Child's last name", 2), (one, "First", 2), (two, "Middle", 2), ("Teo", "Nickname", 1))}{under((d.birth("%m/%d/%y"), "Birthdate", 1), (d.choose("Patient.gender", {"Boy": "male", "Girl": "female"}, "male"), "", 2), (d.chart(), "Office use: chart no.", 1))}
    {under((d.street(), "Child lives at", 3), (d.town(), "City, state, zip", 3))}{under((d.home(), "Home phone", 2), ("Rivas household", "School / day care", 2))}{kin("Mother / Guardian", "Lucía Quintero de Rivas", "05/13/1988", "(520) 555-0173")}{kin("Father / Guardian", "Esteban Rivas", "01/22/1985", "(520) 555-0174")}
    {bar("Guarantor (adult who pays)", "background:#ddd")}{under(("Esteban Rivas", "Name", 3), ("Father", "Relation", 1), ("(520) 555-0174", "Phone", 2))}{bar("Insurance", "background:#ddd")}{under((d.payor(), "Plan", 2), (d.member(), "Subscriber ID", 2), (d.group(), "Group", 1), ("Esteban Rivas", "Subscriber", 2), ("01/22/1985", "Subscriber DOB", 1))}
    {bar("If parents cannot be reached", "background:#ddd")}{under((who, "Name", 3), (rel, "Relation to child", 2), (tel, "Phone", 2))}<p style="margin-top:16pt">Parent's signature {u("<span class=sig>Lucía Quintero</span>", "200pt")} Date {u(d.dated("08/01/2020"), "80pt")}</p>''')
    d.also("Patient.telecom.phone", "+15205550173")
    return d


def guarantor_first():
    d = Paper("account form.tif", "temperance", ADMIN, "account form, guarantor first", "fax200", ".page{font:11.5pt/1.6 'Nimbus Sans'}")
    d.page(f'''<div style="margin-top:20pt"><b style="font-size:14pt">{d.org("Hunt Valley Ear Nose & Throat")}</b> &nbsp; ph 410-555-0120 fx 410-555-0121</div><h4>ACCOUNT RESPONSIBLE PARTY</h4>Name: Folasade Oyelaran<br>Birth Date: 09/02/1982 &nbsp; SSN: xxx-xx-5518<br>Relationship to Patient: Mother<br>Work Phone: 410-555-0166<br>Employer: Towson State Archives
    <h4>PATIENT</h4>Last: {d.last()} &nbsp; First: {(g := d.first())[0]} &nbsp; Middle: {g[1]}<br>Birth Date: {d.birth()} &nbsp; Gender: {d.gender()}<br>Address: {d.street()}<br>{d.town()}<br>Home Phone: {d.home("{}-{}-{}")}<br>Patient #: {d.chart()}<br>Primary Care Physician: Owen Abara, MD
    <h4>PRIMARY COVERAGE</h4>Carrier: {d.payor()}<br>Contract Number: {d.member()}<br>Group Number: {d.group()}<br>Subscriber: Folasade Oyelaran &nbsp; Subscriber Birth Date: 09/02/1982<h4>SECONDARY COVERAGE</h4>Carrier:<br>Contract Number:<p>Date completed: {d.dated("12-05-2022")}</p>''')
    return d


def card_one():
    d = Paper("card front.png", "marguerite", CARD, "insurance card, front", "clean300")
    d.page(f'''<div style="border:1.5px solid #000;border-radius:14pt;width:360pt;height:225pt;padding:14pt;margin:60pt;font:10.5pt/1.4 'URW Gothic'"><div style="display:flex;justify-content:space-between"><b style="font-size:16pt">{d.payor()}</b><b>PPO</b></div>
    <div class="two" style="margin-top:12pt"><div><span style="font-size:7.5pt">Member name</span><br><b>{d.whole()}</b><br><span style="font-size:7.5pt">Member ID</span><br><b>{d.member()}</b><br><span style="font-size:7.5pt">Group no.</span><br><b>{d.group()}</b></div><div style="font-size:8.5pt">Office visit $25<br>Specialist $50<br>Emergency $200<br><br>RxBIN 019988<br>RxPCN PELRX<br>RxGRP PSH1</div></div><div style="font-size:8pt;margin-top:14pt">Effective 01/01/2020 &nbsp; Plan code 482 &nbsp; Customer service 1-800-555-0176</div></div>''')
    return d


def card_two():
    d = Paper("ins card.jpg", "barnaby", CARD, "insurance card, front, capitals", "office")
    d.up = True
    d.page(f'''<div style="border:2px solid #333;width:340pt;height:215pt;margin:150pt 70pt;font:10pt/1.5 'Liberation Mono'"><div style="background:#222;color:#fff;padding:5pt 10pt;font:bold 13pt 'Liberation Sans'">{d.payor()}</div><div style="padding:8pt 12pt">HMO-POS &nbsp; MEDICARE ADVANTAGE<br><br>NAME: {d.whole()}<br>ID: {d.member()}<br>GROUP: {d.group()}<br>PCP: G OAKES MD 620-555-0101<br>COPAY: PCP 0 SPC 35 ER 90<br>CMS-H7719 004</div></div>''')
    return d


def consent_procedure():
    d = Paper("consent procedure.tif", "leif", CONSENT, "consent to a procedure, numbered paragraphs", "clean300", ".page{font:10.5pt/1.5 'Liberation Serif'}")
    d.page(f'''<div class="two"><div><b>{d.org("Mesabi Lakes Medical Center")}</b><br>Virginia, Minnesota</div><div style="border:1px solid #000;padding:5pt;font:9pt/1.3 'Liberation Mono'">{d.whole("{f}, {g}")}<br>MRN {d.chart()} &nbsp; {d.gender(True)}<br>DOB {d.birth()}</div></div><h3 class="m">CONSENT FOR OPERATION OR PROCEDURE</h3>
    <p>1. I authorize Dr. {u(d.by("Beatrix Kallio"), "140pt")} and such assistants as may be selected to perform: {u(d.proc("Left heart catheterization"), "200pt")}</p><p>2. The nature, purpose, risks and alternatives, including bleeding, infection, stroke and no treatment, have been explained to me by the physician named above.</p><p>3. I consent to sedation under the direction of {u("Dr. Neil Forsman", "120pt")}.</p><p>4. I consent to transfusion if it is necessary. {tick(True)} Yes {tick(False)} No</p><p>5. I have had the chance to ask questions.</p>
    <p style="margin-top:30pt">{u("<span class=sig>Leif Thorvaldsen</span>", "210pt")} Date {u(d.dated("11/03/2009"), "80pt")} Time 0815<br>Patient or legal representative</p><p>Relationship if not patient {u("", "140pt")}</p><p>Witness {u("P. Maki, RN", "150pt")}</p>''')
    d.also("Encounter.period.start", "2009-11-03")
    d.also("Procedure.performedDate", "2009-11-03")
    return d


def consent_treat():
    d = Paper("consent treat.tif", "rukhsana", CONSENT, "consent to treatment and financial agreement", "photocopy", ".page{font:11.5pt/1.5 'DejaVu Serif Condensed'}")
    d.page(f'''<h3 class="m">{d.org("Braddock Road Medical Associates")}<br>General Consent and Financial Policy</h3><p>I, {u(d.whole(), "160pt")}, born {u(d.birth("%m/%d/%Y"), "90pt")}, agree to examination and treatment by the clinicians of this practice.</p><p>I assign to the practice the benefits of my policy with {u(d.payor(), "170pt")}, member number {u(d.member(), "120pt")}. I understand that I owe what the plan does not pay.</p><p>Policies: a fee of $40 is charged for visits missed without a day's notice. Questions: billing office, 703-555-0100.</p>
    <p>My information may be discussed with: {u("Tariq Mirza (husband)", "170pt")} Phone {u("703-555-0123", "100pt")}</p><p style="margin-top:40pt">Signature {u("<span class=sig>Rukhsana Mirza</span>", "190pt")}</p><p>Printed name {u("Rukhsana Mirza", "190pt")}</p><p>Date {u(d.dated("May 2, 2018"), "130pt")}</p>''')
    d.also("Patient.contact.name", "Tariq Mirza")
    d.also("Patient.contact.relationship", "husband")
    d.also("Patient.contact.telecom", "+17035550123")
    return d


def hipaa():
    d = Paper("privacy.jpg", "constance", CONSENT, "HIPAA acknowledgment", "office", ".page{font:12pt/1.6 'Nimbus Roman'}")
    d.page(f'''<h3 class="m">ACKNOWLEDGMENT OF RECEIPT<br>NOTICE OF PRIVACY PRACTICES</h3><p>By signing below I acknowledge that {d.org("Williams River Eye Care")} has given me its Notice of Privacy Practices, effective 09/23/2013.</p>{under((d.whole("{f}, {g}"), "Patient's name (please print)", 3), (d.birth("%m-%d-%Y"), "D.O.B.", 1))}<div style="height:30pt"></div>{under(("<span class=sig>Constance Whitlow</span>", "Signature", 3), (d.dated("10-8-2013"), "Date signed", 1))}{under(("", "Personal representative, if any", 3), ("", "Authority", 1))}
    <div style="border:1px solid #000;margin-top:40pt;padding:8pt"><b>For office use only.</b> We could not obtain acknowledgment because: {tick(False)} refused {tick(False)} emergency {tick(False)} other {u("", "120pt")}<br>Staff initials {u("", "60pt")} Date {u("", "70pt")}</div><p>Privacy Officer: Dorcas Pike, 802-555-0161</p>''')
    d.also("DocumentReference.type", ADMIN)
    return d


def release():
    d = Paper("release.tif", "wendell", CONSENT, "authorization to release records", "clean300", ".page{font:10pt/1.6 'Liberation Sans Narrow'}")
    d.page(f'''<h3 class="m">AUTHORIZATION FOR RELEASE OF HEALTH INFORMATION</h3><p><b>Patient:</b> {u(d.whole("{f}, {g}"), "210pt")} <b>Birth date:</b> {u(d.birth(), "80pt")} <b>Record #:</b> {u(d.chart(), "80pt")}<br><b>Address:</b> {u(d.street() + ", " + d.town(), "290pt")} <b>Telephone:</b> {u(d.home(), "95pt")}</p>
    <div class="two" style="gap:16pt"><div style="border:1px solid #000;padding:6pt"><b>RELEASE FROM:</b><br>{d.org("Penobscot Bay Orthopedics")}<br>2 Wharf Lane, Belfast ME 04915<br>Phone 207-555-0100 Fax 207-555-0109</div><div style="border:1px solid #000;padding:6pt"><b>RELEASE TO:</b><br>Katahdin Spine Institute<br>Attn: Dr. Moira Staples<br>77 Union Place, Bangor ME 04401<br>Phone 207-555-0172 Fax 207-555-0173</div></div>
    <p style="margin-top:10pt"><b>Records:</b> {tick(True)} Office notes {tick(True)} X-ray reports {tick(False)} Laboratory {tick(False)} Entire chart &nbsp; <b>Dates of service:</b> from 09/14/2011 to 03/30/2012</p><p><b>Purpose:</b> {tick(False)} Personal {tick(True)} Continuing care {tick(False)} Legal {tick(False)} Insurance</p><p>This authorization ends one year from the date signed. I may revoke it in writing.</p><p>Initial to include: HIV {u("", "40pt")} Mental health {u("", "40pt")} Substance use {u("", "40pt")}</p><p style="margin-top:30pt">Signature {u("<span class=sig>Wendell Hutchcroft</span>", "220pt")} Date {u(d.dated("04/12/2012"), "80pt")}</p>''')
    d.also("Organization.name", "Katahdin Spine Institute")
    return d


def yes_no():
    d = Paper("health history.png", "phuong", ADMIN, "health history, yes and no columns", "clean300", ".page{font:10pt/1.35 'DejaVu Sans'} td,th{border:1px solid #666;padding:2pt 5pt}")
    row = lambda t, yes: f"<tr><td>{d.cond(t) if yes else t}</td><td class=m>{'X' if yes else ''}</td><td class=m>{'' if yes else 'X'}</td></tr>"
    table = lambda *r: "<table style='width:100%'><tr><th></th><th>YES</th><th>NO</th></tr>" + "".join(row(*x) for x in r) + "</table>"
    d.page(f'''<b style="font-size:14pt">Health History</b><p>Name {u(d.whole(), "170pt")} Birth date {u(d.birth(), "80pt")} Visit date {u(d.visit("02/14/2022"), "80pt")}</p><p>Have you ever had any of these?</p><div class="two" style="gap:14pt">{table(("Asthma", True), ("Diabetes", False), ("High blood pressure", False), ("Thyroid disease", True), ("Heart murmur", False), ("Migraine headaches", True))}{table(("Blood clots", False), ("Anemia", True), ("Kidney stones", False), ("Hepatitis B", False), ("Depression", False), ("Seizures", False))}</div>
    <p style="margin-top:10pt"><b>Medicines you take</b></p><table style="width:100%"><tr><th>Medicine and strength</th><th>How often</th></tr><tr><td>{d.med("Levothyroxine 50 mcg", "once a day")}</td><td>once a day</td></tr><tr><td>{d.med("Albuterol inhaler", "as needed")}</td><td>as needed</td></tr><tr><td>&nbsp;</td><td></td></tr></table><p style="margin-top:10pt"><b>Allergies</b></p><table style="width:100%"><tr><th>Allergic to</th><th>What happened</th></tr><tr><td>{d.allergy("Penicillin", "hives")}</td><td>hives</td></tr><tr><td>{d.allergy("Latex", "itching")}</td><td>itching</td></tr></table>
    <p style="margin-top:10pt"><b>Operations</b></p><table style="width:100%"><tr><th>Operation</th><th>Year</th></tr><tr><td>{d.proc("Appendectomy", "2005")}</td><td>2005</td></tr><tr><td>{d.proc("Cesarean section", "2016")}</td><td>2016</td></tr></table><p style="margin-top:10pt">Mother: high blood pressure &nbsp; Father: stroke</p>''')
    return d


def intake():
    d = Paper("intake by hand.jpg", "cyrus", ADMIN, "intake questionnaire, by hand", "handwritten", ".page{line-height:1.9} .n{padding:1pt 4pt}", pen="20px 'Kaushan Script'")
    org = Doc.f(d, "Organization.name", "Sherman Way Physical Therapy")
    def item(group, what, text):
        group(what)
        return d.ink(html.escape(text))
    d.page(f'''<h3>{org}: Intake Questionnaire</h3>Patient {u(d.whole(), "200pt")} D.O.B. {u(d.birth("%m/%d/%y"), "90pt")} Date {u(d.visit("3/28/17"), "80pt")}<br>Height {u("", "60pt")} Weight {u("", "60pt")} Dominant hand (circle): <span class="c">Right</span> Left<br>What brings you in? {u(d.sec("chiefComplaint", d.ink("right knee pain since fall")), "280pt")}<br>Pain, 0 to 10 (circle): 0 1 2 3 4 5 <span class="c">6</span> 7 8 9 10<br>
    Referring physician {u(d.ink("Dr. Villasenor"), "150pt")} Phone {u(d.ink("818-555-0122"), "110pt")}<br><b>Check all that you have:</b><br>{tick(False)} Heart disease &nbsp; {tick(True)} {d.cond("High cholesterol")} &nbsp; {tick(False)} Diabetes &nbsp; {tick(False)} Cancer<br>{tick(True)} {d.cond("Arthritis")} &nbsp; {tick(False)} Stroke &nbsp; {tick(False)} Asthma &nbsp; {tick(False)} Pacemaker<br>
    <b>Allergies:</b> {u(item(d.allergy, "Sulfa", "Sulfa"), "170pt")}<br><b>Medications:</b> {u(item(lambda w: d.med(w), "Simvastatin 20 mg", "Simvastatin 20 mg"), "170pt")}<br><b>Surgeries (year):</b> {u(d.ink(d.proc("Hernia repair", "2004")) + " " + d.ink("2004"), "190pt")}<br>Do you smoke? Yes <span class="c">No</span> &nbsp; Alcohol? <span class="c">Yes</span> No &nbsp; Do you live alone? Yes <span class="c">No</span>''')
    return d


def referral_form():
    d = Paper("referral form.tif", "odalys", REFERRAL, "referral form in blocks", "clean300", ".page{font:10pt/1.45 'Liberation Sans'} td{border:1px solid #000;padding:5pt;width:50%}")
    d.page(f'''<h3 class="m">REFERRAL REQUEST</h3><table style="width:100%"><tr><td><b>FROM</b><br>Referring provider: {d.by("Inez Montoya, MD", "Inez Montoya")}<br>NPI: {d.npi("177700442")}<br>Practice: {d.org("Rio Abajo Family Medicine")}<br>Phone: 575-555-0180 Fax: 575-555-0181</td><td><b>TO</b><br>Specialist: Harriet Lindqvist, MD<br>Specialty: Gastroenterology<br>Practice: Bosque Digestive Care<br>Phone: 505-555-0133 Fax: 505-555-0134</td></tr>
    <tr><td><b>PATIENT</b><br>Name: {d.whole("{f}, {g}")}<br>DOB: {d.birth()} Sex: {d.gender(True)}<br>Phone: {d.home()}<br>Address: {d.street()}<br>{d.town()}</td><td><b>INSURANCE</b><br>Plan: {d.payor()}<br>ID: {d.member()}<br>Group: {d.group()}<br>Authorization no.: pending</td></tr></table><p style="margin-top:8pt">Date of request: {d.dated("09/04/2019")} &nbsp; Urgency: {tick(True)} Routine {tick(False)} Urgent &nbsp; Service: {tick(True)} Consult {tick(False)} Treat</p>
    <p><b>Diagnoses</b></p><ol><li>{d.cond("Iron deficiency anemia", "D50.9")} D50.9</li><li>{d.cond("Gastroesophageal reflux disease", "K21.9")} K21.9</li></ol><p><b>Reason for referral</b></p><p>{d.sec("reasonForReferral", "Please evaluate for upper endoscopy and colonoscopy. Ferritin has stayed low after three months of oral iron.")}</p><p><b>Current medications</b></p><p>{d.med("Ferrous sulfate 325 mg", "twice daily")} twice daily<br>{d.med("Omeprazole 20 mg", "every morning")} every morning</p><p><b>Allergies</b></p><p>{d.allergy("Codeine", "nausea")} (nausea)</p><p style="margin-top:16pt"><span class="sig">Inez Montoya</span></p>''')
    d.also("Organization.name", "Bosque Digestive Care")
    return d


def referral_letter():
    d = Paper("referral letter.tif", "delbert", REFERRAL, "referral letter", "fax200", ".page{font:12pt/1.5 'Liberation Serif'}")
    d.page(f'''<div class="m" style="margin-top:20pt"><b>{d.org("Goose Creek Primary Care")}</b><br>Earl Combs, D.O. &nbsp; Sarabeth Noe, APRN<br>14 Court Square, Manchester, KY 40962 &nbsp; 606-555-0104</div><p>{d.dated("March 12, 2014")}</p><p>Vikram Desai, M.D.<br>Laurel Pulmonary Associates<br>Fax 606-555-0155</p><p>RE: {d.whole("{g} {f}, Jr.")}<br>Date of Birth: {d.birth()}<br>Telephone: {d.home("{}-{}-{}")}</p><p>Dear Dr. Desai:</p>
    <p>{d.sec("reasonForReferral", "Thank you for seeing Mr. Hargis for worsening shortness of breath. He was in the hospital in January with an exacerbation of COPD and has not returned to his usual strength. I would value your advice on inhalers and on home oxygen.")}</p><p>His medicines are:</p><p>{d.med("Tiotropium 18 mcg", "one inhalation daily")}, one inhalation daily<br>{d.med("Lisinopril 20 mg", "one tablet daily")}, one tablet daily</p><p>His wife, Wilma, will drive him. Please call her at 606-555-0138.</p><p>Sincerely,</p><p class="sig">Earl Combs</p><p>{d.by("Earl Combs, D.O.", "Earl Combs")}</p>''')
    d.prose_sex("male")
    return d


def consult_letter():
    d = Paper("consult letter.tif", "shirleen", CONSULT, "consult letter, patient in the subject line", "clean300", ".page{font:11pt/1.45 'C059'}")
    d.page(f'''<div class="r"><b style="font-size:14pt">{d.org("Tombigbee Cardiology, PLLC")}</b><br>200 Ivy Crest, Tupelo, MS 38801<br>T 662-555-0161 · F 662-555-0162</div><p>{d.dated("07/19/2006")}</p><p>Rosalind Peavy, M.D.<br>Chickasaw County Health Center</p><p><b>Re: {d.whole()}, DOB {d.birth("%m/%d/%Y")}, Chart ID {d.chart()}</b><br><b>Seen: {d.start("07/17/2006")}</b></p><p>Dear Rosalind,</p><p>Thank you for asking me to see this pleasant 59-year-old woman.</p>
    <p><b>History of Present Illness.</b> {d.sec("historyOfPresentIllness", "She has had palpitations for two months, mostly at night, lasting some minutes. There has been no syncope and no chest pain.")}</p><p><b>Medications.</b></p><p>{d.med("Metoprolol 25 mg", "twice daily")} twice daily<br>{d.med("Aspirin 81 mg", "daily")} daily</p><p><b>Examination.</b> {d.sec("physicalExam", "Blood pressure was " + d.bp("Blood pressure", "138/84") + " and pulse " + d.vital("pulse", "pulse", "76") + ". Heart regular without murmur. Lungs clear.")}</p><p><b>Impression:</b></p><ol><li>{d.cond("Paroxysmal atrial fibrillation")}</li><li>{d.cond("Hypertension")}</li></ol><p><b>Plan.</b> {d.sec("plan", "Echocardiogram and a 24-hour monitor. Continue metoprolol. She returns in four weeks.")}</p><p>With kind regards,</p><p class="sig">T. Arrington</p><p>{d.by("Thaddeus Arrington, MD, FACC", "Thaddeus Arrington")}</p>''')
    d.sections["assessment"] = "Paroxysmal atrial fibrillation Hypertension"
    d.prose_sex("female")
    d.also("Organization.name", "Chickasaw County Health Center")
    return d


def consult_memo():
    d = Paper("consult memo.jpg", "fenella", CONSULT, "consultation as a memo with headings in the margin", "office", ".page{font:10.5pt/1.45 'Nimbus Sans'} td{padding:5pt 6pt} td:first-child{width:100pt;font-weight:bold}")
    row = lambda a, b: f"<tr><td>{a}</td><td>{b}</td></tr>"
    d.page(f'''<b style="font-size:15pt">{d.org("Willamette Allergy & Immunology")}</b><br>OUTPATIENT CONSULTATION<hr><table style="width:100%">{row("Patient", d.whole("{f}, {g}"))}{row("Birthdate / Sex", d.birth("%d %b %Y") + " / " + d.gender())}{row("Med. record", d.chart())}{row("Date of service", d.visit("11/15/2022"))}{row("Requested by", "Marta Eklund, MD, Sellwood Dermatology Group")}</table><hr><table style="width:100%">
    {row("REASON", d.sec("reasonForReferral", "Recurrent hives for six months."))}{row("HISTORY", d.sec("historyOfPresentIllness", "Wheals appear most evenings and fade within a day. Cetirizine helps in part. No swelling of lips or throat."))}{row("PAST HISTORY", d.sec("pastMedicalHistory", d.cond("Eczema") + "; " + d.cond("Seasonal rhinitis")))}{row("MEDICATIONS", d.med("Cetirizine 10 mg", "daily") + " daily")}{row("ALLERGIES", d.allergy("Amoxicillin", "rash") + " (rash)")}
    {row("VITALS", d.sec("vitalSigns", "BP " + d.bp("BP", "112/70") + ", P " + d.vital("pulse", "P", "68") + ", Wt " + d.vital("wt", "Wt", "141", "lb") + " lb"))}{row("EXAM", d.sec("physicalExam", "Two wheals on the left forearm. No dermatographism. Chest clear."))}{row("ASSESSMENT", d.sec("assessment", "1. " + d.cond("Chronic spontaneous urticaria")))}{row("PLAN", d.sec("plan", "Cetirizine twice daily for four weeks. CBC and TSH. Return in December."))}</table><p style="margin-top:16pt">{d.by("Yusuf Adeyemi, MD", "Yusuf Adeyemi")}<br>NPI {d.npi("188800553")}</p>''')
    d.also("Organization.name", "Sellwood Dermatology Group")
    return d


def papers():
    return [make() for make in (box_grid, blanks, lines_above, two_columns, three_columns, combs, checkboxes, circled, face_sheet, printer, update, emergency, minor, guarantor_first, card_one, card_two,
                                consent_procedure, consent_treat, hipaa, release, yes_no, intake, referral_form, referral_letter, consult_letter, consult_memo)]
