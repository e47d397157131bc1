//! MDM^T02: a document, with its scan in the message or beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hl7_parser::builder::SegmentBuilder;

use super::segments::{components, event, finish, message, patient, practitioner, put};
use super::{Facts, Message};
use crate::export::Scan;
use crate::export::fhir::{ExportContext, is_authored};
use crate::export::identity;
use crate::export::terms::DOORS;
use crate::model::{DocumentKind, DocumentRecord, Field};

/// Stands for the scan until the rest is written. OBX is the last segment, and nothing follows the scan there but its status.
const PLACE: &str = "scan";
const MIB: usize = 1 << 20;
/// LOINC as HL7's table 0396 calls it.
const LOINC: &str = "LN";
/// Scanned papers of a kind that nobody knows: LOINC's "Note".
const UNKNOWN_KIND: (&str, &str) = ("34109-9", "Note");

/// Renders a document and its scan as a message. The same record, context and scan give the same bytes.
///
/// # Errors
/// Why it is refused, in words that name nothing that stands on the paper.
pub fn mdm(record: &DocumentRecord, context: &ExportContext, scan: Option<&Scan>) -> Result<Message, Vec<String>> {
    let mut facts = Facts::of(record);
    let (number, scan) = facts.certain_with_scan(record, context, scan)?;
    let uuid = identity::uuid(record, "DocumentReference");
    let settings = &context.settings.hl7v2;
    let beside = (scan.pdf.len() > settings.embed_at_most_mib as usize * MIB).then(|| format!("scans/{uuid}.pdf"));
    let patient = patient(&mut facts, &number, context);
    let visit = visit(&mut facts);
    let transcription = transcription(&mut facts, &uuid.to_string(), context);
    let mut observation = SegmentBuilder::new("OBX");
    let (code, display) = facts.kind().map_or(UNKNOWN_KIND, |kind| (kind.as_str(), kind.display()));
    put(&mut observation, 1, Some("1"));
    put(&mut observation, 2, Some(if beside.is_some() { "RP" } else { "ED" }));
    put(&mut observation, 3, Some(components(&[(1, code), (2, display), (3, LOINC)])));
    let application = settings.sending_application.as_str();
    put(
        &mut observation,
        5,
        Some(match &beside {
            Some(path) => components(&[(1, &format!("{}{path}", settings.scan_base)), (2, application), (3, "AP"), (4, "PDF")]),
            None => components(&[(1, application), (2, "AP"), (3, "PDF"), (4, "Base64"), (5, PLACE)]),
        }),
    );
    put(&mut observation, 11, Some("F"));
    let segments = vec![event(record, context), patient, visit, transcription, observation];
    let mut text = finish(&message(("MDM", "T02", "MDM_T02"), record, context, segments, scan.sha256.as_bytes()));
    if beside.is_none() {
        // The builder escapes sign by sign; Base64 has nothing to be escaped and is long.
        let Some((before, after)) = text.rsplit_once(PLACE) else { return Err(vec!["its scan found no place in the message".to_owned()]) };
        text = [before, &BASE64.encode(&scan.pdf), after].concat();
    }
    Ok(Message { text, uuid, scan_beside: beside, left_out: facts.left_out() })
}

/// PV1: the visit, as far as the paper tells of one.
fn visit(facts: &mut Facts) -> SegmentBuilder {
    let mut visit = SegmentBuilder::new("PV1");
    put(&mut visit, 1, Some("1"));
    put(&mut visit, 2, Some(DOORS.patient_class(facts.kind())));
    if facts.kind() == Some(DocumentKind::AdministrativeNote) {
        // A face sheet names the attending.
        put(&mut visit, 7, practitioner(facts));
    }
    put(&mut visit, 44, facts.compact_date(Field::EncounterStart));
    put(&mut visit, 45, facts.compact_date(Field::EncounterEnd));
    visit
}

/// TXA: the document.
fn transcription(facts: &mut Facts, number: &str, context: &ExportContext) -> SegmentBuilder {
    let mut document = SegmentBuilder::new("TXA");
    let kind = facts.kind();
    put(&mut document, 1, Some("1"));
    put(&mut document, 2, Some(kind.map_or(UNKNOWN_KIND.0, |kind| DOORS.document_type(kind))));
    put(&mut document, 3, Some("AP"));
    // The paper's own date: of what it tells of, and of the day on which it was written.
    let date = facts.compact_date(Field::DocumentDate);
    put(&mut document, 4, date.clone());
    put(&mut document, 6, date);
    if kind.is_some_and(is_authored) {
        put(&mut document, 9, practitioner(facts));
    }
    let application = context.settings.hl7v2.sending_application.as_str();
    put(&mut document, 12, Some(components(&[(1, number), (2, application)])));
    put(&mut document, 16, Some(format!("{number}.pdf")));
    put(&mut document, 17, Some(if facts.waiting() > 0 { "IN" } else { "DO" }));
    put(&mut document, 18, Some(context.settings.facility.confidentiality.v2()));
    put(&mut document, 19, Some("AV"));
    document
}
