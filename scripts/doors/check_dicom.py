"""DICOM Encapsulated PDF objects by pydicom, against the IOD (PS3.3, A.45.1), and by DCMTK and dicom3tools where they are installed."""

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID, EncapsulatedPDFStorage, ExplicitVRLittleEndian

# Type 1: there, and not empty.
FIRST = """SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality SeriesNumber InstanceNumber ConversionType BurnedInAnnotation
    MIMETypeOfEncapsulatedDocument EncapsulatedDocument EncapsulatedDocumentLength SpecificCharacterSet""".split()
# Type 2: there.
SECOND = """PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime StudyID AccessionNumber ReferringPhysicianName Manufacturer
    ContentDate ContentTime AcquisitionDateTime DocumentTitle ConceptNameCodeSequence""".split()


def document(path, _folder):
    faults = []
    try:
        data = pydicom.dcmread(path)
    except InvalidDicomError as error:
        return [f"pydicom: {error}"], {"values": {}}
    with pydicom.config.strict_reading():
        for element in data.iterall():
            try:
                _ = element.value
            except Exception as error:  # whatever pydicom says is a fault
                faults.append(f"{element.tag}: {error}")
    if data.file_meta.TransferSyntaxUID != ExplicitVRLittleEndian:
        faults.append("the transfer syntax is not Explicit VR Little Endian")
    faults += [f"{name} is missing or empty" for name in FIRST if name not in data or data[name].is_empty]
    faults += [f"{name} is missing" for name in SECOND if name not in data]
    if faults:
        return faults, {"values": {}}
    if data.SOPClassUID != EncapsulatedPDFStorage or data.file_meta.MediaStorageSOPClassUID != EncapsulatedPDFStorage:
        faults.append("is no Encapsulated PDF")
    if data.file_meta.MediaStorageSOPInstanceUID != data.SOPInstanceUID:
        faults.append("head and object have two instance UIDs")
    for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        uid = UID(data[name].value)
        if not uid.is_valid or not re.fullmatch(r"2\.25\.\d{1,39}", uid):
            faults.append(f"{name} is no UID made of a UUID")
    if len({data.SOPInstanceUID, data.StudyInstanceUID, data.SeriesInstanceUID}) != 3:
        faults.append("study, series and instance share a UID")
    for name, wanted in {
        "Modality": "DOC",
        "ConversionType": "SD",
        "BurnedInAnnotation": "YES",
        "MIMETypeOfEncapsulatedDocument": "application/pdf",
        "SpecificCharacterSet": "ISO_IR 192",
        "VerificationFlag": "UNVERIFIED",
    }.items():
        if data.get(name) != wanted:
            faults.append(f"{name} is not {wanted}")
    encapsulated, length = data.EncapsulatedDocument, data.EncapsulatedDocumentLength
    if len(encapsulated) % 2 or not 0 <= len(encapsulated) - length <= 1:
        faults.append("the document is not padded to an even length from its true one")
    pdf = encapsulated[:length]
    if not pdf.startswith(b"%PDF-"):
        faults.append("the document is no PDF file")
    concept = data.ConceptNameCodeSequence[0] if data.ConceptNameCodeSequence else None
    if concept is not None and (concept.CodingSchemeDesignator != "LN" or not concept.CodeMeaning):
        faults.append("the concept is no LOINC code with its name")
    faults += dcmtk(path, pdf) + dicom3tools(path)
    name = data.PatientName
    given = [part for part in (name.given_name, name.middle_name) if part]
    return faults, {
        "values": {
            "Patient.identifier.mrn": data.PatientID,
            "Patient.name.family": name.family_name,
            "Patient.name.given": " ".join(given),
            "Patient.birthDate": data.PatientBirthDate or "",
            "Patient.gender": {"F": "female", "M": "male", "O": "other"}.get(data.PatientSex, ""),
            "DocumentReference.date": data.StudyDate or "",
            "DocumentReference.type": concept.CodeValue if concept is not None else "",
        },
        "id": str(data.SOPInstanceUID),
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "pdf_bytes": len(pdf),
    }


def dcmtk(path, pdf):
    """What DCMTK's dcm2pdf makes of it, where that is installed."""
    if not shutil.which("dcm2pdf"):
        return []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.pdf"
        done = subprocess.run(["dcm2pdf", str(path), str(out)], capture_output=True, text=True, check=False)
        if done.returncode or not out.is_file():
            return [f"dcm2pdf: {done.stderr.strip()}"]
        # Older versions write the padding byte, too.
        return [] if out.read_bytes()[: len(pdf)] == pdf else ["dcm2pdf gives another PDF file"]


def dicom3tools(path):
    """What dicom3tools' dciodvfy, which knows all of the standard's modules, calls an error."""
    if not shutil.which("dciodvfy"):
        return []
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    lines = (done.stderr + done.stdout).splitlines()
    told = [] if "EncapsulatedPDF" in lines else ["dciodvfy takes it for no Encapsulated PDF"]
    return told + [f"dciodvfy: {line}" for line in lines if line.startswith("Error")]
