//! The segments that all messages have, over the builder of `hl7-parser`, which knows separators and escapes.

use hl7_parser::builder::{ComponentBuilder, FieldBuilder, MessageBuilder, RepeatBuilder, SegmentBuilder};
use hl7_parser::message::Separators;
use uuid::Uuid;

use super::Facts;
use crate::export::facility::NAMESPACE;
use crate::export::fhir::{ExportContext, token};
use crate::export::terms::DOORS;
use crate::model::{DocumentRecord, Field};

const VERSION: &str = "2.5.1";
/// MSH-10 holds no more in v2.5.1.
const CONTROL_ID: usize = 20;
/// Of US National Provider Identifiers.
const NPI: &str = "2.16.840.1.113883.4.6";

/// A field of components; empty ones are left out.
pub(super) fn components(parts: &[(usize, &str)]) -> FieldBuilder {
    let mut field = FieldBuilder::default();
    for (at, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        field.set_component(*at, *part);
    }
    field
}

fn repeat(parts: &[(usize, &str)]) -> RepeatBuilder {
    let mut repeat = RepeatBuilder::default();
    for (at, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        repeat.set_component(*at, *part);
    }
    repeat
}

/// An authority as a component: name, identifier and its kind.
fn authority(namespace: &str, id: &str, kind: &str) -> ComponentBuilder {
    let parts = [(1, namespace), (2, id), (3, if id.is_empty() { "" } else { kind })];
    let mut component = ComponentBuilder::default();
    for (at, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        component.set_subcomponent(at, part);
    }
    component
}

/// Puts a field that says something.
pub(super) fn put(segment: &mut SegmentBuilder, at: usize, value: Option<impl Into<FieldBuilder>>) {
    if let Some(field) = value.map(Into::into)
        && !field.is_empty()
    {
        segment.set_field(at, field);
    }
}

/// A message of these segments but for the head, which takes its number from what they and `beside` say.
pub(super) fn message(
    event: (&str, &str, &str),
    record: &DocumentRecord,
    context: &ExportContext,
    segments: Vec<SegmentBuilder>,
    beside: &[u8],
) -> MessageBuilder {
    let (kind, trigger, structure) = event;
    let (settings, facility) = (&context.settings.hl7v2, &context.settings.facility);
    let mut head = SegmentBuilder::new("MSH");
    put(&mut head, 3, Some(settings.sending_application.as_str()));
    // A name that is too long for a namespace is left out: the identifier says it, too.
    let name = Some(facility.name.as_str()).filter(|name| name.chars().count() <= NAMESPACE).unwrap_or_default();
    let sender = if settings.sending_facility.is_empty() { name } else { &settings.sending_facility };
    let kind_of_id = if facility.oid.is_empty() { "" } else { "ISO" };
    put(&mut head, 4, Some(components(&[(1, sender), (2, &facility.oid), (3, kind_of_id)])));
    put(&mut head, 5, Some(settings.receiving_application.as_str()));
    put(&mut head, 6, Some(settings.receiving_facility.as_str()));
    put(&mut head, 7, Some(facility.hl7_time(record.recorded_at)));
    put(&mut head, 9, Some(components(&[(1, kind), (2, trigger), (3, structure)])));
    put(&mut head, 11, Some(settings.processing.code()));
    put(&mut head, 12, Some(VERSION));
    put(&mut head, 18, Some("UNICODE UTF-8"));
    let mut software = SegmentBuilder::new("SFT");
    let name = env!("CARGO_PKG_NAME");
    for (at, value) in [(1, name), (2, &context.version), (3, name), (4, &context.version)] {
        put(&mut software, at, Some(value));
    }
    let mut message = MessageBuilder::new(Separators::default());
    message.push_segment(head);
    message.push_segment(software);
    segments.into_iter().for_each(|segment| message.push_segment(segment));
    let said = message.to_string();
    let id = crate::export::identity::uuid_of_content(record, trigger, &[said.as_bytes(), beside]);
    if let Some(head) = message.segment_mut(0) {
        head.set_field_value(10, control_id(id));
    }
    message
}

fn control_id(id: Uuid) -> String {
    let digits = id.simple().to_string().to_uppercase();
    digits[digits.len() - CONTROL_ID..].to_owned()
}

/// The message as bytes go over the wire: every segment ends in a carriage return.
pub(super) fn finish(message: &MessageBuilder) -> String {
    let mut text = message.to_string();
    text.push('\r');
    text
}

/// EVN: when it was recorded.
pub(super) fn event(record: &DocumentRecord, context: &ExportContext) -> SegmentBuilder {
    let mut event = SegmentBuilder::new("EVN");
    put(&mut event, 2, Some(context.settings.facility.hl7_time(record.recorded_at)));
    event
}

/// PID: who it is about.
pub(super) fn patient(facts: &mut Facts, number: &str, context: &ExportContext) -> SegmentBuilder {
    let settings = &context.settings;
    let mut patient = SegmentBuilder::new("PID");
    put(&mut patient, 1, Some("1"));
    let mut identifier = repeat(&[(1, number), (5, "MR")]);
    let (id, kind) = match settings.mrn_system.strip_prefix("urn:oid:") {
        Some(oid) => (oid, "ISO"),
        None => (settings.mrn_system.as_str(), "URI"),
    };
    identifier.set_component(4, authority(&settings.facility.mrn_namespace, id, kind));
    put(&mut patient, 3, Some(FieldBuilder::with_repeats(vec![identifier])));
    put(&mut patient, 5, Some(name(facts)));
    put(&mut patient, 7, facts.compact_date(Field::BirthDate));
    put(&mut patient, 8, facts.read(Field::Gender, |gender| DOORS.sex.get(gender).and_then(|codes| codes.v2.clone())));
    let line = facts.text(Field::AddressLine).unwrap_or_default();
    let address = [
        (1, line),
        (3, facts.text(Field::City).unwrap_or_default()),
        (4, facts.text(Field::State).unwrap_or_default()),
        (5, facts.text(Field::PostalCode).unwrap_or_default()),
    ];
    if address.iter().any(|(_, part)| !part.is_empty()) {
        let mut address = components(&address);
        if !settings.facility.patients_country.is_empty() {
            address.set_component(6, settings.facility.patients_country.as_str());
        }
        put(&mut patient, 11, Some(address));
    }
    let mut telecom = Vec::new();
    if let Some(phone) = facts.text(Field::Phone) {
        telecom.push(repeat(&[(2, "PRN"), (3, "PH"), (12, phone)]));
    }
    if let Some(email) = facts.text(Field::Email) {
        telecom.push(repeat(&[(2, "NET"), (3, "Internet"), (4, email)]));
    }
    put(&mut patient, 13, (!telecom.is_empty()).then(|| FieldBuilder::with_repeats(telecom)));
    let language = facts.read(Field::Language, token);
    put(&mut patient, 15, language.map(|code| components(&[(1, &code), (3, "ISO639")])));
    let status = facts.read(Field::MaritalStatus, |code| DOORS.marital_status.get(code).and_then(|of| of.v2.clone()));
    put(&mut patient, 16, status.map(|code| components(&[(1, &code), (3, "HL70002")])));
    if settings.full_ssn {
        put(&mut patient, 19, facts.text(Field::Ssn).map(str::to_owned));
    }
    patient
}

/// The name; where none was accepted, one that says so (`U`, unspecified), since the field has to be there.
fn name(facts: &Facts) -> FieldBuilder {
    let family = facts.text(Field::Family).unwrap_or_default();
    let given = facts.text(Field::Given).unwrap_or_default();
    let (first, further) = given.split_once(' ').unwrap_or((given, ""));
    let kind = if family.is_empty() && given.is_empty() { "U" } else { "L" };
    components(&[(1, family), (2, first), (3, further), (7, kind)])
}

/// A practitioner, whose name stands on the paper as one text.
pub(super) fn practitioner(facts: &Facts) -> Option<FieldBuilder> {
    let name = facts.text(Field::Practitioner)?;
    let number = facts.text(Field::Npi).unwrap_or_default();
    let mut person = components(&[(1, number), (2, name)]);
    if !number.is_empty() {
        person.set_component(9, authority("NPI", NPI, "ISO"));
        person.set_component(13, "NPI");
    }
    Some(person)
}
