"""The index of a document system, by Python's csv, and the files that it points at."""

import csv
import hashlib
import re

HEADER = """file file_sha256 file_bytes pages document_id document source source_sha256 source_pages document_type_code document_type document_date
    patient_match patient_id patient_id_unsure patient_id_system family_name given_names birth_date sex visit_start visit_end practitioner
    practitioner_npi organization status values_waiting taken_at""".split()


def rows(folder):
    raw = (folder / "index.csv").read_bytes()
    common = [] if raw.count(b"\n") == raw.count(b"\r\n") and b"\r\n" in raw else ["lines do not end in CRLF"]
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != HEADER:
            common.append("the columns are not the documented ones")
        table = list(reader)
    seen = set()
    for row in table:
        faults = list(common)
        path = folder / row["file"]
        pdf = path.read_bytes() if path.is_file() else b""
        if not pdf.startswith(b"%PDF-"):
            faults.append("the file is no PDF file, or not there")
        if (hashlib.sha256(pdf).hexdigest(), str(len(pdf))) != (row["file_sha256"], row["file_bytes"]):
            faults.append("the file's digest or size is another")
        if row["document_id"] in seen or row["file"] in seen:
            faults.append("two rows for one document")
        seen |= {row["document_id"], row["file"]}
        if row["patient_match"] not in ("certain", "unconfirmed", "contested", "unknown"):
            faults.append("patient_match is none of the four")
        if bool(row["patient_id"]) != (row["patient_match"] == "certain"):
            faults.append("a number stands where it is not certain, or is missing where it is")
        if row["status"] not in ("reviewed", "preliminary") or not row["values_waiting"].isdigit():
            faults.append("status and values_waiting say nothing")
        for name in ("document_date", "birth_date", "visit_start", "visit_end"):
            if row[name] and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", row[name]):
                faults.append(f"{name} is no date")
        yield {
            "faults": faults,
            "file": row["file"],
            "document": row["document"],
            "match": row["patient_match"],
            "pages": int(row["pages"]),
            "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
            "pdf_bytes": len(pdf),
            "id": row["document_id"],
            "values": {
                "Patient.identifier.mrn": row["patient_id"] or row["patient_id_unsure"],
                "Patient.name.family": row["family_name"],
                "Patient.name.given": row["given_names"],
                "Patient.birthDate": row["birth_date"],
                "Patient.gender": row["sex"],
                "DocumentReference.date": row["document_date"],
                "DocumentReference.type": row["document_type_code"],
                "Encounter.period.start": row["visit_start"],
                "Encounter.period.end": row["visit_end"],
                "Practitioner.name": row["practitioner"],
                "Practitioner.identifier.npi": row["practitioner_npi"],
                "Organization.name": row["organization"],
            },
        }
