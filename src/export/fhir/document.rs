//! The document itself: DocumentReference, Composition, the Encounter it tells of, the people and places it names, and the Device that read it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use uuid::Uuid;

use super::datatypes::{LOINC, Object, absent, concept, full_date, instant, named_concept, narrative, object, put, text};
use super::draft::{Added, Draft, Evidence, Identity};
use super::terms::TERMS;
use crate::export::Scan;
use crate::export::facility::Confidentiality;
use crate::model::{DecidedValue, DocumentKind, Field, Section, Sha256, Trail};

const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
const PDF: &str = "application/pdf";
/// The system of national provider numbers.
pub(super) const NPI: &str = "http://hl7.org/fhir/sid/us-npi";

/// Who and what the paper names besides the patient.
pub(super) struct People {
    /// The practitioner.
    pub practitioner: Option<Added>,
    /// The organization of the letterhead.
    pub organization: Option<Added>,
}

/// Adds the Practitioner and the Organization of the letterhead, where they leave.
pub(super) fn add_people(draft: &mut Draft<'_>) -> People {
    let mut resource = Object::new();
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    let mut identity = Identity::Document;
    if let Some((name, value)) = draft.read(Field::Practitioner, text) {
        resource.insert("name".to_owned(), json!([{"text": name}]));
        evidence.push(Evidence::at(value, "name[0].text"));
    }
    if let Some((npi, value)) = draft.read(Field::Npi, npi) {
        identity = Identity::Shared { system: NPI.to_owned(), value: npi };
        evidence.push(Evidence::at(value, "identifier[0].value"));
    }
    let waits = draft.waits(Field::Practitioner) || draft.waits(Field::Npi);
    // Without a national number a practitioner is this document's own: two doctors may share a name.
    let practitioner = (!evidence.is_empty()).then(|| draft.add("Practitioner", "Practitioner", resource, evidence, identity, waits));
    let organization =
        draft.read(Field::Organization, text).map(|(name, value)| add_organization(draft, "Organization", &name, value, None));
    draft.facility = add_facility(draft);
    People { practitioner, organization }
}

/// Adds the facility that the settings name. The letterhead is not taken for it: charts hold other houses' papers.
fn add_facility(draft: &mut Draft<'_>) -> Option<Added> {
    let facility = &draft.context.settings.facility;
    let name = text(&facility.name)?;
    let mut resource = object(json!({"active": true, "name": name}));
    put(&mut resource, "telecom", text(&facility.telephone).map(|phone| json!([{"system": "phone", "value": phone}])));
    let mut address = Object::new();
    put(&mut address, "line", text(&facility.street).map(|line| json!([line])));
    for (key, part) in
        [("city", &facility.city), ("state", &facility.state), ("postalCode", &facility.postal_code), ("country", &facility.country)]
    {
        put(&mut address, key, text(part));
    }
    put(&mut resource, "address", (!address.is_empty()).then(|| json!([address])));
    let identity = match text(&facility.oid) {
        Some(oid) => Identity::Shared { system: "urn:ietf:rfc:3986".to_owned(), value: format!("urn:oid:{oid}") },
        None => named(&name, "facility"),
    };
    Some(draft.add("Organization", "Organization/facility", resource, Vec::new(), identity, false))
}

/// The identity of an organization of which no more than its name and kind is known.
fn named(name: &str, kind: &str) -> Identity {
    let key = format!("urn:chartlift:organization:{kind}|{}", name.to_lowercase());
    Identity::Shared {
        system: "urn:chartlift:organization".to_owned(),
        value: Uuid::new_v5(&Uuid::NAMESPACE_URL, key.as_bytes()).to_string(),
    }
}

/// A national provider number: ten digits.
pub(super) fn npi(raw: &str) -> Option<String> {
    text(raw).filter(|npi| npi.len() == 10 && npi.bytes().all(|b| b.is_ascii_digit()))
}

/// Adds an Organization that is known by its name alone. It says no more than the name, so that equal names may well be one resource.
pub(super) fn add_organization<'a>(draft: &mut Draft<'a>, path: &str, name: &str, value: &'a DecidedValue, kind: Option<&str>) -> Added {
    let mut resource = Object::new();
    resource.insert("name".to_owned(), name.into());
    let system = "http://terminology.hl7.org/CodeSystem/organization-type";
    put(&mut resource, "type", kind.map(|code| json!([concept(system, code)])));
    draft.add("Organization", path, resource, vec![Evidence::at(value, "name")], named(name, kind.unwrap_or_default()), false)
}

/// Adds chartlift itself, as it was when it read the document: its version, the engines, the rules with the confidence model.
pub(super) fn add_device(draft: &mut Draft<'_>) -> Added {
    let version = draft.context.version.clone();
    let Trail { engines, rules, .. } = &draft.context.trail;
    let mut name = format!("chartlift/{version}");
    let mut versions = vec![json!({"value": version})];
    if !engines.is_empty() || !rules.is_empty() {
        // Other engines or rules are another device.
        name = format!("{name}/{}", &Sha256::of_parts(&[engines.as_bytes(), rules.as_bytes()]).to_string()[..16]);
    }
    for (what, value) in [("OCR engines", engines), ("rules and confidence model, SHA-256", rules)] {
        if let Some(value) = text(value) {
            versions.push(json!({"type": {"text": what}, "value": value}));
        }
    }
    let resource = object(json!({
        "status": "active",
        "deviceName": [{"name": "chartlift", "type": "model-name"}],
        "type": {"text": "Software that reads scanned medical records"},
        "version": versions,
    }));
    let identity = Identity::Shared { system: "urn:chartlift:device".to_owned(), value: name };
    draft.add("Device", "Device", resource, Vec::new(), identity, false)
}

/// Adds the Encounter, if its beginning or end leaves.
pub(super) fn add_encounter(draft: &mut Draft<'_>, patient: &Added, people: &People) -> Option<Added> {
    let start = draft.read(Field::EncounterStart, full_date);
    // A stay that ends before it begins was misread, one way or the other (per-1); the end is the rarer of the two on paper.
    let first = start.as_ref().map(|(date, _)| date.clone());
    let end = draft.read(Field::EncounterEnd, |raw| full_date(raw).filter(|end| first.as_ref().is_none_or(|start| start <= end)));
    let mut period = Object::new();
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    for (key, found) in [("start", &start), ("end", &end)] {
        if let Some((date, value)) = found {
            period.insert(key.to_owned(), date.as_str().into());
            evidence.push(Evidence::at(value, format!("period.{key}")));
        }
    }
    if evidence.is_empty() {
        return None;
    }
    let kind = draft.kind();
    let class = match kind.and_then(|kind| TERMS.encounter_classes.get(&kind)) {
        Some(code) => json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code}),
        None => json!({"system": NULL_FLAVOR, "code": "UNK"}),
    };
    let mut encounter = object(json!({
        "status": if end.is_some() { "finished" } else { "unknown" },
        "class": class,
        "period": period,
        "subject": patient.reference(),
    }));
    if let (Some(DocumentKind::AdministrativeNote), Some(attending)) = (kind, &people.practitioner) {
        let role = concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ATND");
        encounter.insert("participant".to_owned(), json!([{"type": [role], "individual": attending.reference()}]));
    }
    let waits = draft.waits(Field::EncounterStart) || draft.waits(Field::EncounterEnd);
    Some(draft.add("Encounter", "Encounter", encounter, evidence, Identity::Document, waits))
}

/// The author of the paper: its practitioner, where that kind of paper bears its author's name.
pub(super) fn author<'p>(draft: &Draft<'_>, people: &'p People) -> Option<&'p Added> {
    people.practitioner.as_ref().filter(|_| draft.kind().is_some_and(|kind| TERMS.is_authored(kind)))
}

/// The document's type: its LOINC code, or unknown (US Core allows `UNK`) while the kind is unsure.
fn document_type(kind: Option<DocumentKind>) -> Value {
    match kind {
        Some(kind) => named_concept(LOINC, kind.as_str(), kind.display()),
        None => named_concept(NULL_FLAVOR, "UNK", "unknown"),
    }
}

/// `final` once a person has settled every value of the document, else `preliminary`.
pub(super) fn reading_status(draft: &Draft<'_>) -> &'static str {
    let values = &draft.record.values;
    if !values.is_empty() && values.iter().all(|value| value.status.is_settled()) { "final" } else { "preliminary" }
}

/// Adds the scan itself. A Binary has no identifier to be found by: it is put at an id of its own.
fn add_binary(draft: &mut Draft<'_>, scan: &Scan) -> Added {
    let resource = object(json!({"contentType": PDF, "data": BASE64.encode(&scan.pdf)}));
    draft.add("Binary", "Binary", resource, Vec::new(), Identity::Own, false)
}

/// The scan as an attachment: in a Binary, which is added, or at the source's own address.
pub(super) fn attachment(draft: &mut Draft<'_>, scan: Option<&Scan>) -> Value {
    let record = draft.record;
    let (mut attachment, size) = match scan {
        Some(scan) => {
            let binary = add_binary(draft, scan);
            // FHIR means SHA-1 here; the SHA-256 of the source is an identifier.
            let hash = BASE64.encode(scan.sha1);
            (object(json!({"contentType": PDF, "url": binary.url, "hash": hash})), scan.pdf.len() as u64)
        }
        None => (object(json!({"contentType": record.file_kind.media_type(), "url": draft.source_url()})), record.size),
    };
    put(&mut attachment, "title", text(record.id.as_str()));
    // FHIR's `unsignedInt` ends at 2^31 - 1.
    put(&mut attachment, "size", (size <= 0x7fff_ffff).then_some(size));
    attachment.into()
}

/// What a DocumentReference says of the document alone: scan, digest, kind and dates.
pub(super) fn reference_core<'a>(draft: &mut Draft<'a>, patient: &Added, attachment: &Value, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let record = draft.record;
    let kind = draft.read(Field::DocumentType, |raw| DocumentKind::parse(raw.trim())).map(|(kind, value)| {
        evidence.push(Evidence::at(value, "type.coding[0].code"));
        kind
    });
    // What is no clinical note is a category of its own: US Core requires one and allows others than its own.
    let category = match kind.filter(|kind| !TERMS.is_clinical(*kind)) {
        Some(kind) => named_concept(LOINC, kind.as_str(), kind.display()),
        None => concept("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "clinical-note"),
    };
    let mut document = object(json!({
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", draft.uuid("DocumentReference"))},
        "identifier": [{"system": "urn:chartlift:sha256", "value": record.sha256.to_string()}],
        "status": "current",
        "type": document_type(kind),
        "category": [category],
        "subject": patient.reference(),
        "date": instant(record.recorded_at),
        "content": [{"attachment": attachment}],
    }));
    // Only what the site has said itself: most say nothing, and nothing is not "normal".
    let confidentiality = record_confidentiality(draft);
    put(&mut document, "securityLabel", confidentiality.map(|label| json!([label])));
    // The paper's own date; `date` above is the day on which this reference was made.
    if let Some((date, value)) = draft.read(Field::DocumentDate, full_date) {
        document.insert("context".to_owned(), json!({"period": {"start": date, "end": date}}));
        evidence.push(Evidence::at(value, "context.period"));
    }
    document
}

/// The label of papers that the site calls more confidential than others.
fn record_confidentiality(draft: &Draft<'_>) -> Option<Value> {
    let level = draft.context.settings.facility.confidentiality;
    (level != Confidentiality::Normal).then(|| concept("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", level.v3()))
}

/// Adds the DocumentReference: the scan, its digest, its kind and its date, and the people and the encounter that it is about.
pub(super) fn add_reference(
    draft: &mut Draft<'_>,
    patient: &Added,
    people: &People,
    encounter: Option<&Added>,
    attachment: &Value,
) -> Added {
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    let mut document = reference_core(draft, patient, attachment, &mut evidence);
    document.insert("docStatus".to_owned(), reading_status(draft).into());
    let authored = author(draft, people);
    let authors: Vec<Value> = authored.into_iter().chain(&people.organization).map(Added::reference).collect();
    put(&mut document, "author", (!authors.is_empty()).then_some(authors));
    put(&mut document, "custodian", draft.facility.as_ref().map(Added::reference));
    let mut context = document.remove("context").map(object).unwrap_or_default();
    put(&mut context, "encounter", encounter.map(|encounter| json!([encounter.reference()])));
    if authored.is_none() {
        // The ordering physician of a result, the attending of a face sheet.
        put(&mut context, "related", people.practitioner.as_ref().map(|related| json!([related.reference()])));
    }
    put(&mut document, "context", (!context.is_empty()).then_some(context));
    let waits = draft.waits(Field::DocumentType) || draft.waits(Field::DocumentDate);
    draft.add("DocumentReference", "DocumentReference", document, evidence, Identity::Document, waits)
}

/// Adds the Composition, if any section leaves.
pub(super) fn add_composition(draft: &mut Draft<'_>, patient: &Added, people: &People, encounter: Option<&Added>, device: &Added) {
    let kind = draft.kind();
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    let mut sections = Vec::new();
    for &section in Section::ALL {
        let Some((words, value)) = draft.read(section.field(), text) else { continue };
        let (title, code) = TERMS.section(section, kind);
        let mut entry = object(json!({"title": title, "text": narrative(&words)}));
        put(&mut entry, "code", code.map(|code| concept(LOINC, code)));
        evidence.push(Evidence::at(value, format!("section[{}].text", sections.len())));
        sections.push(entry);
    }
    if sections.is_empty() {
        return;
    }
    if let Some((_, value)) = draft.read(Field::DocumentType, |raw| DocumentKind::parse(raw.trim())) {
        evidence.push(Evidence::at(value, "type.coding[0].code"));
    }
    let date = draft.read(Field::DocumentDate, full_date).map(|(date, value)| {
        evidence.push(Evidence::at(value, "date"));
        date
    });
    let author = author(draft, people).unwrap_or(device);
    let mut composition = object(json!({
        "status": reading_status(draft),
        "type": document_type(kind),
        "subject": patient.reference(),
        "author": [author.reference()],
        "title": kind.map_or("Scanned document", DocumentKind::display),
        "section": sections,
    }));
    match date {
        Some(date) => composition.insert("date".to_owned(), date.into()),
        None => composition.insert("_date".to_owned(), absent(draft.waits(Field::DocumentDate))),
    };
    put(&mut composition, "encounter", encounter.map(Added::reference));
    put(&mut composition, "custodian", draft.facility.as_ref().map(Added::reference));
    let waits = Section::ALL.iter().any(|section| draft.waits(section.field()));
    draft.add("Composition", "Composition", composition, evidence, Identity::Document, waits);
}
