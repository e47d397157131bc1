"""HL7 v2.5.1 messages: structure and data types by hl7apy, values by hl7, and rules of our own."""

import base64
import binascii
import hashlib
import re
import uuid
from pathlib import Path
from urllib.parse import urlparse

import hl7
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

TIME = re.compile(r"\d{14}[+-]\d{4}$")
DATA = re.compile(r"(\^Base64\^[A-Za-z0-9+/]{4})[A-Za-z0-9+/=]+")
DATE = re.compile(r"\d{4}(\d{2}(\d{2})?)?$")


def read(path, structure):
    """The message as two libraries see it, and what is wrong with its form."""
    raw = path.read_bytes()
    faults = []
    text = raw.decode("utf-8")
    if not text.startswith("MSH|^~\\&|"):
        faults.append("does not begin with MSH and the usual separators")
    if not text.endswith("\r") or "\n" in text or "\r\r" in text:
        faults.append("segments are not ended by single carriage returns")
    try:
        # hl7apy holds data types to the lengths of their tables, which no scan keeps to; the data are checked by themselves.
        strict = parse_message(DATA.sub(r"\1", text), validation_level=VALIDATION_LEVEL.STRICT)
        strict.validate()
        if strict.name != structure:
            faults.append(f"is {strict.name}, not {structure}")
    except HL7apyException as error:
        faults.append(f"hl7apy: {str(error)[:200]}")
    return hl7.parse(text), text, faults


def value(message, segment, field, component=1, sub=1, repeat=1):
    """A value, unescaped; empty where there is none."""
    try:
        raw = message.segment(segment).extract_field(1, field, repeat, component, sub)
    except (IndexError, KeyError, LookupError):
        return ""
    return message.unescape(str(raw)) if raw else ""


def head(message, kind, faults):
    if [value(message, "MSH", 9, n) for n in (1, 2, 3)] != kind:
        faults.append("MSH-9 is not " + "^".join(kind))
    number = value(message, "MSH", 10)
    if not 1 <= len(number) <= 20:
        faults.append("MSH-10 has to have 1 to 20 characters")
    if value(message, "MSH", 11) not in ("P", "T", "D"):
        faults.append("MSH-11 is not in table 0103")
    if value(message, "MSH", 12) != "2.5.1":
        faults.append("MSH-12 is not 2.5.1")
    if value(message, "MSH", 18) != "UNICODE UTF-8":
        faults.append("MSH-18 is not in table 0211")
    for segment, field in (("MSH", 7), ("EVN", 2)):
        if not TIME.match(value(message, segment, field)):
            faults.append(f"{segment}-{field} is no time with a zone")
    return number


def patient(message, faults):
    number = value(message, "PID", 3)
    if not number or value(message, "PID", 3, 5) != "MR":
        faults.append("PID-3 is no medical record number")
    if not (value(message, "PID", 3, 4) or value(message, "PID", 3, 4, 2)):
        faults.append("PID-3 does not say who gave the number out")
    birth = value(message, "PID", 7)
    if birth and not DATE.match(birth):
        faults.append("PID-7 is no date")
    if value(message, "PID", 8) not in ("", "F", "M", "O", "U", "A", "N"):
        faults.append("PID-8 is not in table 0001")
    if not (value(message, "PID", 5) or birth):
        faults.append("PID has neither a family name nor a birth date")
    if value(message, "PV1", 2) not in ("E", "I", "O", "P", "R", "B", "C", "N", "U"):
        faults.append("PV1-2 is not in table 0004")
    given = [value(message, "PID", 5, n) for n in (2, 3)]
    return {
        "Patient.identifier.mrn": number,
        "Patient.name.family": value(message, "PID", 5),
        "Patient.name.given": " ".join(part for part in given if part),
        "Patient.birthDate": birth,
        "Patient.gender": {"F": "female", "M": "male", "O": "other", "U": "unknown"}.get(value(message, "PID", 8), ""),
        "Patient.address.line": value(message, "PID", 11),
        "Patient.address.city": value(message, "PID", 11, 3),
        "Patient.address.state": value(message, "PID", 11, 4),
        "Patient.address.postalCode": value(message, "PID", 11, 5),
    }


def document(path, folder):
    message, text, faults = read(path, "MDM_T02")
    number = head(message, ["MDM", "T02", "MDM_T02"], faults)
    read_values = patient(message, faults)
    if value(message, "TXA", 17) not in ("DO", "IN"):
        faults.append("TXA-17 claims more than a documented or incomplete reading")
    if value(message, "TXA", 18) not in ("U", "R", "V"):
        faults.append("TXA-18 is not in table 0272")
    if value(message, "TXA", 19) != "AV":
        faults.append("TXA-19 is not AV")
    try:
        uuid.UUID(value(message, "TXA", 12))
    except ValueError:
        faults.append("TXA-12 is no UUID")
    if value(message, "TXA", 16) != value(message, "TXA", 12) + ".pdf":
        faults.append("TXA-16 is not the document's own file name")
    pdf = scan(message, folder, faults)
    read_values |= {
        "DocumentReference.date": value(message, "TXA", 4),
        "DocumentReference.type": value(message, "OBX", 3),
        "Encounter.period.start": value(message, "PV1", 44),
        "Encounter.period.end": value(message, "PV1", 45),
    }
    return faults, {
        "values": read_values,
        "id": value(message, "TXA", 12),
        "control_id": number,
        "completion": value(message, "TXA", 17),
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "pdf_bytes": len(pdf),
        "segments": [str(segment[0]) for segment in message],
    }


def scan(message, folder, faults):
    """The scan, out of the message or from beside it."""
    if value(message, "OBX", 3, 3) != "LN":
        faults.append("OBX-3 is no LOINC code")
    if [value(message, "OBX", 5, n) for n in ((2, 3) if value(message, "OBX", 2) == "ED" else (3, 4))] != ["AP", "PDF"]:
        faults.append("OBX-5 is no PDF")
    pdf = b""
    if value(message, "OBX", 2) == "ED":
        if value(message, "OBX", 5, 4) != "Base64":
            faults.append("OBX-5.4 is not Base64")
        try:
            pdf = base64.b64decode(value(message, "OBX", 5, 5), validate=True)
        except binascii.Error as error:
            faults.append(f"OBX-5.5: {error}")
    elif value(message, "OBX", 2) == "RP":
        beside = folder / "scans" / Path(urlparse(value(message, "OBX", 5)).path).name
        pdf = beside.read_bytes() if beside.is_file() else b""
    else:
        faults.append("OBX-2 is neither ED nor RP")
    if not pdf.startswith(b"%PDF-"):
        faults.append("there is no PDF file in or beside the message")
    return pdf


def person(path, _folder):
    raw = path.read_bytes().decode("utf-8")
    event = "A31" if "|ADT^A31^" in raw else "A28"
    message, _, faults = read(path, "ADT_A05")
    number = head(message, ["ADT", event, "ADT_A05"], faults)
    return faults, {"values": patient(message, faults), "control_id": number, "event": event}
