//! A document as a DICOM object: its scan in an Encapsulated PDF (SOP class 1.2.840.10008.5.1.4.1.1.104.1), for archives of pictures.
//!
//! Decisions, with their reasons:
//! * **An object only about a patient who is certain**: archives file by the patient's number without asking.
//! * Every document is a study of its own, of one series and one instance; UIDs are its UUIDs under 2.25, so that an object made anew takes the place of the old one.
//! * `ConversionType` is `SD`, scanned document; `VerificationFlag` stays `UNVERIFIED`: it means a signature of someone answerable, not a check of the reading.
//! * `StudyDate` is the paper's date. `ContentDate` and the object's own date are those on which the ledger took the document.
//! * Names with signs that DICOM gives a meaning (`^ = \`) and texts that are too long are left out, and listed.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use uuid::Uuid;

use super::facts::Facts;
use super::fhir::{ExportContext, LeftOut, full_date};
use super::terms::DOORS;
use super::{Scan, identity};
use crate::model::{DocumentRecord, Field};

/// Most characters of LO, and of a group of PN (PS3.5, 6.2).
const LONG: usize = 64;
/// Most characters of SH.
const SHORT: usize = 16;

/// A rendered object.
#[derive(Clone, Debug)]
pub struct Object {
    /// The file: preamble, file meta information, data set in Explicit VR Little Endian.
    pub bytes: Vec<u8>,
    /// Values that may leave, have a place in the object and a form that does not fit there.
    pub left_out: Vec<LeftOut>,
}

type Element = DataElement<InMemDicomObject>;

/// Renders a document and its scan. The same record, context and scan give the same bytes.
///
/// # Errors
/// Why it is refused, in words that name nothing that stands on the paper.
pub fn dicom(record: &DocumentRecord, context: &ExportContext, scan: Option<&Scan>) -> Result<Object, Vec<String>> {
    let mut facts = Facts::of(record);
    let (number, scan) = facts.certain_with_scan(record, context, scan)?;
    let Some(number) = fits(&number, LONG) else {
        return Err(vec!["its record number has more than 64 characters, or a backslash, which DICOM does not take".to_owned()]);
    };
    let mut elements = of_patient(&mut facts, number, context);
    elements.extend(of_study(&mut facts, record));
    elements.extend(of_equipment(context));
    elements.extend(of_document(&mut facts, record, context, scan));
    let written = write(elements, &context.version);
    let bytes = written.map_err(|error| vec![format!("the object cannot be written: {error}")])?;
    Ok(Object { bytes, left_out: facts.left_out() })
}

fn write(elements: Vec<Element>, version: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let name: String = format!("CHARTLIFT_{version}").chars().take(SHORT).collect();
    let software = identity::oid(Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:chartlift:dicom"));
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .implementation_class_uid(software)
        .implementation_version_name(name);
    let object = InMemDicomObject::from_element_iter(elements).with_meta(meta)?;
    let mut bytes = Vec::new();
    object.write_all(&mut bytes)?;
    Ok(bytes)
}

/// An element of text, empty where there is none: many have to be there all the same.
fn text(tag: Tag, vr: VR, value: &str) -> Element {
    let value = if value.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(value) };
    DataElement::new(tag, vr, value)
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> Element {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

/// The text, if DICOM takes it as one value of so many characters.
fn fits(text: &str, most: usize) -> Option<&str> {
    (text.chars().count() <= most && !text.contains('\\')).then_some(text)
}

/// A setting's text, cut where it is too long.
fn cut(text: &str, most: usize) -> String {
    text.replace('\\', "/").chars().take(most).collect()
}

/// The Patient module.
fn of_patient(facts: &mut Facts, number: &str, context: &ExportContext) -> Vec<Element> {
    let part = |raw: &str| (!raw.contains(['^', '='])).then(|| fits(raw, LONG / 2).map(str::to_owned))?;
    let family = facts.read(Field::Family, part).unwrap_or_default();
    let given = facts.read(Field::Given, part).unwrap_or_default();
    let (first, further) = given.split_once(' ').unwrap_or((&given, ""));
    let name = format!("{family}^{first}^{further}");
    let birth = facts.read(Field::BirthDate, full_date).map(|date| date.replace('-', "")).unwrap_or_default();
    let sex = facts.text(Field::Gender).and_then(|gender| DOORS.sex.get(gender)).and_then(|codes| codes.dicom.clone());
    let mut elements = vec![
        text(tags::PATIENT_NAME, VR::PN, name.trim_end_matches('^')),
        text(tags::PATIENT_ID, VR::LO, number),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, &birth),
        text(tags::PATIENT_SEX, VR::CS, &sex.unwrap_or_default()),
    ];
    let issuer = cut(&context.settings.facility.mrn_namespace, LONG);
    if !issuer.is_empty() {
        elements.push(text(tags::ISSUER_OF_PATIENT_ID, VR::LO, &issuer));
    }
    if let Some(oid) = context.settings.mrn_system.strip_prefix("urn:oid:") {
        let item = [text(tags::UNIVERSAL_ENTITY_ID, VR::UT, oid), text(tags::UNIVERSAL_ENTITY_ID_TYPE, VR::CS, "ISO")];
        elements.push(sequence(tags::ISSUER_OF_PATIENT_ID_QUALIFIERS_SEQUENCE, vec![InMemDicomObject::from_element_iter(item)]));
    }
    elements
}

/// The General Study and Encapsulated Document Series modules.
fn of_study(facts: &mut Facts, record: &DocumentRecord) -> Vec<Element> {
    let date = facts.read(Field::DocumentDate, full_date).map(|date| date.replace('-', "")).unwrap_or_default();
    let uid = |path| identity::oid(identity::uuid(record, path));
    let mut elements = vec![
        text(tags::STUDY_INSTANCE_UID, VR::UI, &uid("Study")),
        text(tags::STUDY_DATE, VR::DA, &date),
        text(tags::STUDY_TIME, VR::TM, ""),
        text(tags::STUDY_ID, VR::SH, ""),
        text(tags::ACCESSION_NUMBER, VR::SH, ""),
        text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, ""),
        text(tags::MODALITY, VR::CS, "DOC"),
        text(tags::SERIES_INSTANCE_UID, VR::UI, &uid("Series")),
        text(tags::SERIES_NUMBER, VR::IS, "1"),
        text(tags::ACQUISITION_DATE_TIME, VR::DT, &date),
    ];
    if let Some(kind) = facts.kind() {
        elements.push(text(tags::STUDY_DESCRIPTION, VR::LO, kind.display()));
    }
    elements
}

/// The General Equipment and SC Equipment modules: chartlift made the object, a scanner the pictures in it.
fn of_equipment(context: &ExportContext) -> Vec<Element> {
    let facility = &context.settings.facility;
    let name = env!("CARGO_PKG_NAME");
    let mut elements = vec![
        text(tags::MANUFACTURER, VR::LO, name),
        text(tags::MANUFACTURER_MODEL_NAME, VR::LO, name),
        text(tags::SOFTWARE_VERSIONS, VR::LO, &cut(&context.version, LONG)),
        text(tags::CONVERSION_TYPE, VR::CS, "SD"),
    ];
    for (tag, value) in
        [(tags::INSTITUTION_NAME, &facility.name), (tags::SECONDARY_CAPTURE_DEVICE_MANUFACTURER_MODEL_NAME, &facility.scanner)]
    {
        if !value.is_empty() {
            elements.push(text(tag, VR::LO, &cut(value, LONG)));
        }
    }
    elements
}

/// The Encapsulated Document and SOP Common modules.
fn of_document(facts: &mut Facts, record: &DocumentRecord, context: &ExportContext, scan: &Scan) -> Vec<Element> {
    let (date, time, zone) = context.settings.facility.moment(record.recorded_at);
    let kind = facts.kind();
    let concept = kind.map(|kind| {
        InMemDicomObject::from_element_iter([
            text(tags::CODE_VALUE, VR::SH, kind.as_str()),
            text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "LN"),
            text(tags::CODE_MEANING, VR::LO, kind.display()),
        ])
    });
    let mut document = scan.pdf.clone();
    let length = document.len();
    if length % 2 == 1 {
        // Values are of even length; the true length stands beside it.
        document.push(0);
    }
    vec![
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        text(tags::SOP_CLASS_UID, VR::UI, uids::ENCAPSULATED_PDF_STORAGE),
        text(tags::SOP_INSTANCE_UID, VR::UI, &identity::oid(identity::uuid(record, "DocumentReference"))),
        text(tags::INSTANCE_NUMBER, VR::IS, "1"),
        text(tags::INSTANCE_CREATION_DATE, VR::DA, &date),
        text(tags::INSTANCE_CREATION_TIME, VR::TM, &time),
        text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, &zone),
        text(tags::CONTENT_DATE, VR::DA, &date),
        text(tags::CONTENT_TIME, VR::TM, &time),
        text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES"),
        text(tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED"),
        text(tags::DOCUMENT_TITLE, VR::ST, kind.map_or("Scanned document", |kind| kind.display())),
        sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, concept.into_iter().collect()),
        text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, VR::LO, "application/pdf"),
        DataElement::new(tags::ENCAPSULATED_DOCUMENT, VR::OB, PrimitiveValue::from(document)),
        DataElement::new(tags::ENCAPSULATED_DOCUMENT_LENGTH, VR::UL, PrimitiveValue::from(length as u32)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{self, value};

    fn read(object: &Object) -> dicom_object::DefaultDicomObject {
        dicom_object::from_reader(object.bytes.as_slice()).unwrap()
    }

    fn of(object: &dicom_object::DefaultDicomObject, tag: Tag) -> String {
        object.element(tag).unwrap().to_str().unwrap().trim_end_matches(['\0', ' ']).to_owned()
    }

    #[test]
    fn an_object_holds_the_scan_and_says_whose_it_is() {
        let mut record = sample::full("a.pdf");
        record.values.retain(|v| v.extracted.field != Field::Family);
        record.values.push(value(Field::Family, None, "Müller-Đặng").build());
        let scan = Scan::new(b"%PDF-1.4 odd.".to_vec());
        let mut context = ExportContext::default();
        context.settings.mrn_system = "urn:oid:1.2.3".into();
        let rendered = dicom(&record, &context, Some(&scan)).unwrap();
        assert_eq!(rendered.bytes, dicom(&record, &context, Some(&scan)).unwrap().bytes);
        let object = read(&rendered);
        for (tag, expected) in [
            (tags::PATIENT_NAME, "Müller-Đặng^Anne^Marie"),
            (tags::PATIENT_ID, "00-12-34"),
            (tags::PATIENT_BIRTH_DATE, "19500228"),
            (tags::PATIENT_SEX, "F"),
            (tags::STUDY_DATE, "20010507"),
            (tags::CONTENT_DATE, "20240102"),
            (tags::CONVERSION_TYPE, "SD"),
            (tags::BURNED_IN_ANNOTATION, "YES"),
            (tags::DOCUMENT_TITLE, "Progress note"),
            (tags::ENCAPSULATED_DOCUMENT_LENGTH, "13"),
        ] {
            assert_eq!(of(&object, tag), expected, "{tag}");
        }
        assert_eq!(object.meta().transfer_syntax(), uids::EXPLICIT_VR_LITTLE_ENDIAN);
        assert_eq!(object.meta().media_storage_sop_class_uid(), uids::ENCAPSULATED_PDF_STORAGE);
        let bytes = object.element(tags::ENCAPSULATED_DOCUMENT).unwrap().to_bytes().unwrap();
        assert_eq!((&bytes[..13], bytes.len()), (scan.pdf.as_slice(), 14));
        assert!(rendered.left_out.is_empty());
    }

    #[test]
    fn what_dicom_cannot_hold_is_left_out_or_refused() {
        let scan = Scan::new(b"%PDF-1.4".to_vec());
        let context = ExportContext::default();
        let with = |field: Field, text: &str| {
            let mut record = sample::full("a.pdf");
            record.values.retain(|v| v.extracted.field != field);
            record.values.push(value(field, None, text).build());
            dicom(&record, &context, Some(&scan))
        };
        for (field, hostile) in [(Field::Family, "A^B"), (Field::Given, "A=B"), (Field::Family, "A\\B"), (Field::BirthDate, "1950")] {
            let object = with(field, hostile).unwrap();
            assert_eq!(object.left_out.iter().map(|left| left.field).collect::<Vec<_>>(), [field], "{hostile}");
        }
        assert!(with(Field::Mrn, "1\\2").unwrap_err()[0].contains("backslash"));
        assert!(dicom(&sample::full("a.pdf"), &context, None).unwrap_err()[0].contains("scan"));
    }
}
