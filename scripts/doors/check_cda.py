"""CDA documents by lxml, against rules of our own: CDA R2, C-CDA R2.1 US Realm Header and Unstructured Document, IHE XDS-SD (ITI TF-3, 5.2)."""

import base64
import binascii
import hashlib
import re

from lxml import etree

NS = {"c": "urn:hl7-org:v3"}
OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+$")
TIME = re.compile(r"\d{4}(\d\d(\d\d(\d{4}(\d\d)?)?)?)?([+-]\d{4})?$")
ZONED = re.compile(r"\d{8}(\d{4}(\d\d)?)?[+-]\d{4}$")
UNSTRUCTURED = "2.16.840.1.113883.10.20.22.1.10"
REALM = "2.16.840.1.113883.10.20.22.1.1"
XDS_SD = "1.3.6.1.4.1.19376.1.2.20"
# The order of the schema.
HEADER = """realmCode typeId templateId id code title effectiveTime confidentialityCode languageCode setId versionNumber copyTime recordTarget author
    dataEnterer informant custodian informationRecipient legalAuthenticator authenticator participant inFulfillmentOf documentationOf
    relatedDocument authorization componentOf component""".split()
ROLE = "id addr telecom patient providerOrganization".split()
PERSON = """name administrativeGenderCode birthTime maritalStatusCode religiousAffiliationCode raceCode ethnicGroupCode guardian birthplace
    languageCommunication""".split()


class Rules:
    def __init__(self, root):
        self.root, self.faults = root, []

    def all(self, path, within=None):
        return (self.root if within is None else within).xpath(path, namespaces=NS)

    def check(self, holds, what):
        if not holds:
            self.faults.append(what)

    def one(self, path, what, within=None):
        found = self.all(path, within)
        self.check(len(found) == 1, f"{what}: one is wanted, {len(found)} are there")
        return found[0] if found else None

    def ordered(self, element, order):
        if element is None:
            return
        names = [etree.QName(child).localname for child in element]
        strange = [name for name in names if name not in order]
        self.check(not strange, f"unknown elements: {strange}")
        places = [order.index(name) for name in names if name in order]
        self.check(places == sorted(places), f"{etree.QName(element).localname}: its parts are out of order")


def said(element):
    """Whether an element says something, and does not say that nothing is known."""
    return element is not None and element.get("nullFlavor") is None


def document(path, _folder):
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return [f"lxml: {error}"], {"values": {}}
    rules = Rules(root)
    rules.check(root.tag == "{urn:hl7-org:v3}ClinicalDocument", "is no ClinicalDocument")
    rules.ordered(root, HEADER)
    templates = {element.get("root"): element.get("extension") for element in rules.all("c:templateId")}
    form(rules)
    us_realm(rules, templates)
    pdf = body(rules)
    if XDS_SD in templates:
        xds_sd(rules)
    else:
        inner = [t.get("root") for t in rules.all("//c:templateId") if t.get("root", "").startswith(XDS_SD)]
        rules.check(not inner, "parts claim to be of an XDS-SD document, and the whole does not")
    number = root.find("c:id", NS)
    return rules.faults, {
        "values": values(rules),
        "id": number.get("root") if number is not None else "",
        "xds_sd": XDS_SD in templates,
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "pdf_bytes": len(pdf),
    }


def form(rules):
    """Data types: identifiers, times, codes."""
    for element in rules.root.iter():
        name = etree.QName(element).localname
        for attribute in ("root", "codeSystem"):
            if element.get(attribute) is not None:
                rules.check(OID.match(element.get(attribute)), f"{name}@{attribute} is no OID")
        if name in ("effectiveTime", "time", "low", "high", "birthTime") and element.get("value") is not None:
            rules.check(TIME.match(element.get("value")), f"{name} is no time")
        if element.get("code") is not None and name not in ("realmCode", "languageCode"):
            rules.check(element.get("codeSystem") is not None, f"{name} has a code of no system")
        if element.get("nullFlavor") is not None:
            rules.check(element.get("nullFlavor") in ("UNK", "NI", "NA", "ASKU", "NAV", "MSK", "OTH"), f"{name}@nullFlavor")
            rules.check(not element.get("extension") and not element.get("code") and not element.get("value"), f"{name} is known and is not")


def us_realm(rules, templates):
    rules.check(templates.get(REALM) == "2015-08-01", "no template id of the US Realm Header")
    rules.check(templates.get(UNSTRUCTURED) == "2015-08-01", "no template id of the Unstructured Document")
    realm = rules.one("c:realmCode", "realmCode")
    rules.check(realm is not None and realm.get("code") == "US", "realmCode is not US")
    kind = rules.one("c:typeId", "typeId")
    rules.check(kind is not None and (kind.get("root"), kind.get("extension")) == ("2.16.840.1.113883.1.3", "POCD_HD000040"), "typeId")
    for name in ("id", "code", "title", "effectiveTime", "confidentialityCode", "languageCode", "custodian"):
        rules.one(f"c:{name}", name)
    rules.check(said(rules.root.find("c:id", NS)), "the document has no id")
    rules.check((rules.root.findtext("c:title", "", NS)).strip() != "", "the title is empty")
    confidentiality = rules.root.find("c:confidentialityCode", NS)
    if confidentiality is not None:
        rules.check(confidentiality.get("code") in ("N", "R", "V"), "confidentialityCode")
    code = rules.root.find("c:code", NS)
    if said(code):
        rules.check(code.get("codeSystem") == "2.16.840.1.113883.6.1", "the document's code is not LOINC's")
    role = rules.one("c:recordTarget/c:patientRole", "patientRole")
    if role is not None:
        rules.ordered(role, ROLE)
        identifiers = [e for e in role.findall("c:id", NS) if said(e) and e.get("root") and e.get("extension")]
        rules.check(identifiers, "the patient has no id with root and extension")
        rules.check(role.findall("c:addr", NS), "the patient has no addr")
        rules.check(role.findall("c:telecom", NS), "the patient has no telecom")
        person = rules.one("c:patient", "patient", role)
        rules.ordered(person, PERSON)
        for name in ("administrativeGenderCode", "birthTime", "raceCode", "ethnicGroupCode"):
            rules.one(f"c:patient/c:{name}", name, role)
        rules.check(rules.all("c:patient/c:name[c:family and c:given]", role), "the patient's name has no family and given part")
        known = [person.find(f"c:{name}", NS) for name in ("name/c:family", "birthTime")] if person is not None else []
        rules.check(any(said(e) for e in known), "beside the number neither family name nor birth date is known")
    rules.check(rules.all("c:author"), "there is no author")
    for author in rules.all("c:author"):
        rules.one("c:time", "author/time", author)
        assigned = rules.one("c:assignedAuthor", "assignedAuthor", author)
        if assigned is not None:
            for name in ("id", "addr", "telecom"):
                rules.check(assigned.findall(f"c:{name}", NS), f"an author has no {name}")
            who = rules.all("c:assignedPerson | c:assignedAuthoringDevice", assigned)
            rules.check(len(who) == 1, "an author is either a person or a device")
            for device in rules.all("c:assignedAuthoringDevice", assigned):
                for name in ("manufacturerModelName", "softwareName"):
                    rules.one(f"c:{name}", name, device)
            for person in rules.all("c:assignedPerson", assigned):
                rules.check(person.findtext("c:name", "", NS).strip(), "an author has no name")
    for enterer in rules.all("c:dataEnterer/c:assignedEntity"):
        for name in ("id", "addr", "telecom", "assignedPerson"):
            rules.check(enterer.findall(f"c:{name}", NS), f"dataEnterer has no {name}")
    house = rules.one("c:custodian/c:assignedCustodian/c:representedCustodianOrganization", "the custodian")
    if house is not None:
        rules.check(said(house.find("c:id", NS)), "the custodian has no id")
        rules.check(house.findtext("c:name", "", NS).strip(), "the custodian has no name")
        for name in ("telecom", "addr"):
            rules.one(f"c:{name}", f"the custodian's {name}", house)
    for address in rules.all("//c:addr[not(@nullFlavor)]"):
        for name in ("streetAddressLine", "city"):
            rules.check(address.findall(f"c:{name}", NS), f"an addr has no {name}")
    for event in rules.all("c:documentationOf/c:serviceEvent"):
        rules.one("c:effectiveTime/c:low", "serviceEvent/effectiveTime/low", event)


def body(rules):
    rules.one("c:component/c:nonXMLBody", "nonXMLBody")
    text = rules.one("c:component/c:nonXMLBody/c:text", "nonXMLBody/text")
    if text is None:
        return b""
    rules.check((text.get("mediaType"), text.get("representation")) == ("application/pdf", "B64"), "the body is no PDF in Base64")
    try:
        pdf = base64.b64decode("".join((text.text or "").split()), validate=True)
    except binascii.Error as error:
        rules.check(False, f"the body: {error}")
        return b""
    rules.check(pdf.startswith(b"%PDF-"), "the body is no PDF file")
    # What PDF/A-1 says of itself; whether it is true is for a validator of PDF/A.
    rules.check(re.search(rb"pdfaid:part(>|=['\"])1\b", pdf) and re.search(rb"pdfaid:conformance(>|=['\"])[AB]\b", pdf), "the body does not claim to be PDF/A-1")
    return pdf


def xds_sd(rules):
    root = rules.root
    scanned = root.find("c:effectiveTime", NS).get("value", "")
    rules.check(ZONED.match(scanned), "XDS-SD: effectiveTime is no time with a zone")
    code = root.find("c:code", NS)
    rules.check(code.get("code") and code.get("codeSystem"), "XDS-SD: the document has no code")
    number = root.find("c:id", NS)
    rules.check(len(number.get("root", "")) + len(number.get("extension", "")) <= 256, "XDS-SD: the id is too long")
    role = root.find("c:recordTarget/c:patientRole", NS)
    rules.check(rules.all("c:addr[c:country != '']", role), "XDS-SD: no address of the patient has a country")
    for path in ("c:patient/c:name/c:family", "c:patient/c:name/c:given"):
        rules.check(any(said(e) and e.text for e in role.findall(path, NS)), f"XDS-SD: {path} is not known")
    for path in ("c:patient/c:administrativeGenderCode", "c:patient/c:birthTime"):
        rules.check(said(role.find(path, NS)), f"XDS-SD: {path} is not known")
    scanner = rules.one(f"c:author[c:templateId/@root='{XDS_SD}.2']", "XDS-SD: the scanner")
    if scanner is not None:
        rules.check(scanner.find("c:time", NS).get("value") == scanned, "XDS-SD: the scanner's time is not that of the document")
        rules.check(said(scanner.find("c:assignedAuthor/c:id", NS)), "XDS-SD: the scanner has no id")
        device = scanner.find("c:assignedAuthor/c:assignedAuthoringDevice", NS)
        code = device.find("c:code", NS) if device is not None else None
        wanted = ("CAPTURE", "1.2.840.10008.2.16.4", "Image Capture")
        rules.check(code is not None and tuple(code.get(a) for a in ("code", "codeSystem", "displayName")) == wanted, "XDS-SD: the scanner's code")
        for name in ("manufacturerModelName", "softwareName"):
            rules.check(device is not None and device.findtext(f"c:{name}", "", NS).strip(), f"XDS-SD: the scanner has no {name}")
        rules.check(said(scanner.find("c:assignedAuthor/c:representedOrganization/c:id", NS)), "XDS-SD: the scanner's facility has no id")
    original = rules.all(f"c:author[c:templateId/@root='{XDS_SD}.1']")
    rules.check(len(original) == len(rules.all("c:author")) - 1, "XDS-SD: an author is neither the original one nor the scanner")
    operator = rules.one("c:dataEnterer", "XDS-SD: dataEnterer")
    if operator is not None:
        rules.check(rules.all(f"c:templateId[@root='{XDS_SD}.3']", operator), "XDS-SD: dataEnterer has no template id")
        rules.check(operator.find("c:time", NS).get("value") == scanned, "XDS-SD: the operator's time is not that of the document")
        who = operator.find("c:assignedEntity/c:id", NS)
        house = root.find("c:custodian/c:assignedCustodian/c:representedCustodianOrganization/c:id", NS)
        rules.check(said(who) and who.get("extension") and who.get("root") == house.get("root"), "XDS-SD: the operator's id is not the facility's")
    rules.check(rules.all("c:custodian//c:addr[c:country != '']"), "XDS-SD: the custodian has no country")
    rules.one("c:documentationOf/c:serviceEvent/c:effectiveTime", "XDS-SD: serviceEvent/effectiveTime")


def values(rules):
    role = "c:recordTarget/c:patientRole/"

    def attribute(path, name):
        found = [element for element in rules.all(path) if element.get("nullFlavor") is None]
        return found[0].get(name, "") if found else ""

    def text(path):
        return " ".join(element.text for element in rules.all(path) if element.text)

    return {
        "Patient.identifier.mrn": attribute(role + "c:id", "extension"),
        "Patient.name.family": text(role + "c:patient/c:name/c:family"),
        "Patient.name.given": text(role + "c:patient/c:name/c:given"),
        "Patient.birthDate": attribute(role + "c:patient/c:birthTime", "value"),
        "Patient.gender": {"F": "female", "M": "male", "UN": "other"}.get(attribute(role + "c:patient/c:administrativeGenderCode", "code"), ""),
        "Patient.address.line": text(role + "c:addr/c:streetAddressLine"),
        "Patient.address.city": text(role + "c:addr/c:city"),
        "Patient.address.state": text(role + "c:addr/c:state"),
        "Patient.address.postalCode": text(role + "c:addr/c:postalCode"),
        "Patient.telecom.phone": attribute(role + "c:telecom[starts-with(@value, 'tel:')]", "value").removeprefix("tel:"),
        "DocumentReference.type": attribute("c:code", "code"),
        "DocumentReference.date": attribute("c:documentationOf/c:serviceEvent/c:effectiveTime/c:low", "value"),
        "Encounter.period.start": attribute("c:componentOf/c:encompassingEncounter/c:effectiveTime/c:low", "value"),
        "Encounter.period.end": attribute("c:componentOf/c:encompassingEncounter/c:effectiveTime/c:high", "value"),
    }
