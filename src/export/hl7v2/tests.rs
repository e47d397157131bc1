use super::*;
use crate::export::fhir::{ExportContext, ExportSettings};
use crate::export::sample::{self, value};
use crate::export::{AdtEvent, Scan};
use crate::model::{DocumentKind, DocumentRecord, Field, Status};

fn scan() -> Scan {
    Scan::new(b"%PDF-1.4\n\xff\xfe|^~\\&\r\n%%EOF\n".to_vec())
}

fn context() -> ExportContext {
    let mut settings = ExportSettings { mrn_system: "urn:oid:1.2.840.99.1".into(), ..ExportSettings::default() };
    settings.facility.name = "Mercy & Grace".into();
    settings.facility.oid = "1.2.840.99".into();
    settings.facility.mrn_namespace = "MERCY".into();
    settings.hl7v2.receiving_application = "HIS".into();
    ExportContext::new(settings)
}

/// Fields of a segment, field 0 its name; MSH counts its separator.
fn segment(message: &Message, name: &str) -> Vec<String> {
    let line = message.text.split('\r').find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    let mut fields: Vec<String> = line.split('|').map(str::to_owned).collect();
    if name == "MSH" {
        fields.insert(1, "|".to_owned());
    }
    fields
}

#[test]
fn a_document_stands_in_its_message() {
    let message = mdm(&sample::full("box/a.pdf"), &context(), Some(&scan())).unwrap();
    let names: Vec<&str> = message.text.split_terminator('\r').map(|line| &line[..3]).collect();
    assert_eq!(names, ["MSH", "SFT", "EVN", "PID", "PV1", "TXA", "OBX"]);
    let head = segment(&message, "MSH");
    assert_eq!(head[2..7], ["^~\\&", "CHARTLIFT", "Mercy \\T\\ Grace^1.2.840.99^ISO", "HIS", ""]);
    assert_eq!((head[7].as_str(), head[9].as_str()), ("20240102030405+0000", "MDM^T02^MDM_T02"));
    assert_eq!(head[11..=12], ["P", "2.5.1"]);
    assert_eq!(head[18], "UNICODE UTF-8");
    assert!(head[10].len() == 20 && head[10].bytes().all(|b| b.is_ascii_hexdigit()), "{}", head[10]);
    let patient = segment(&message, "PID");
    assert_eq!(patient[3], "00-12-34^^^MERCY&1.2.840.99.1&ISO^MR");
    assert_eq!(patient[5..=8], ["O'Brien^Anne^Marie^^^^L", "", "19500228", "F"]);
    assert_eq!(patient[11], "Some text <of> \"this\" \\T\\ that field^^Some text <of> \"this\" \\T\\ that field^OR^97201");
    assert_eq!(patient[13], "^PRN^PH^^^^^^^^^+15035550123~^NET^Internet^anne@example.org");
    assert_eq!(patient[15..], ["es^^ISO639", "M^^HL70002"], "no social security number");
    let document = segment(&message, "TXA");
    let number = message.uuid.to_string();
    assert_eq!(document[2..=4], ["PR", "AP", "20010507"]);
    assert_eq!(document[9], "1234567893^Some text <of> \"this\" \\T\\ that field^^^^^^^NPI&2.16.840.1.113883.4.6&ISO^^^^NPI");
    assert_eq!(document[12], format!("{number}^CHARTLIFT"));
    assert_eq!(document[16..=19], [format!("{number}.pdf"), "DO".into(), "U".into(), "AV".into()]);
    let observation = segment(&message, "OBX");
    use base64::Engine;
    let data = base64::engine::general_purpose::STANDARD.encode(scan().pdf);
    assert_eq!(
        observation[2..=5],
        ["ED".into(), "11506-3^Progress note^LN".into(), String::new(), format!("CHARTLIFT^AP^PDF^Base64^{data}")]
    );
    assert_eq!(observation[11], "F");
    assert!(message.left_out.is_empty(), "{:?}", message.left_out);
}

#[test]
fn large_scans_are_referred_to() {
    let mut context = context();
    context.settings.hl7v2.embed_at_most_mib = 0;
    context.settings.hl7v2.scan_base = "file://scans/".into();
    let message = mdm(&sample::full("a.pdf"), &context, Some(&scan())).unwrap();
    let path = format!("scans/{}.pdf", message.uuid);
    assert_eq!(
        segment(&message, "OBX")[2..=5],
        ["RP".into(), "11506-3^Progress note^LN".into(), String::new(), format!("file://scans/{path}^CHARTLIFT^AP^PDF")]
    );
    assert_eq!(message.scan_beside, Some(path));
}

#[test]
fn the_number_of_a_message_is_that_of_what_it_says() {
    let id = |record: &DocumentRecord, scan: &Scan| segment(&mdm(record, &context(), Some(scan)).unwrap(), "MSH")[10].clone();
    let record = sample::full("a.pdf");
    let first = id(&record, &scan());
    assert_eq!(id(&record, &scan()), first);
    let mut corrected = record.clone();
    corrected.values.retain(|v| v.extracted.field != Field::City);
    assert_ne!(id(&corrected, &scan()), first);
    assert_ne!(id(&record, &Scan::new(b"%PDF-1.4 other".to_vec())), first);
}

#[test]
fn hostile_text_stays_in_its_component() {
    let hostile = "a|b^c&d~e\\f\r\nMSH|^~\\&|\u{0}";
    let mut record = sample::full("a.pdf");
    record.values.retain(|v| v.extracted.field != Field::Family);
    record.values.push(value(Field::Family, None, hostile).build());
    let message = mdm(&record, &context(), Some(&scan())).unwrap();
    assert_eq!(message.text.matches('\r').count(), 7);
    assert!(!message.text.contains('\n'));
    let name = &segment(&message, "PID")[5];
    assert!(name.starts_with("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f MSH\\F\\\\S\\\\R\\\\E\\\\T\\\\F\\^Anne"), "{name}");
}

#[test]
fn what_waits_and_what_has_no_form_is_said() {
    let mut record = sample::full("a.pdf");
    record.values.retain(|v| !matches!(v.extracted.field, Field::DocumentDate | Field::DocumentType | Field::MaritalStatus));
    record.values.push(value(Field::DocumentDate, None, "2001-02-30").build());
    record.values.push(value(Field::MaritalStatus, None, "P").build());
    record.values.push(value(Field::DocumentType, None, "11506-3").status(Status::Review).build());
    let message = mdm(&record, &context(), Some(&scan())).unwrap();
    let document = segment(&message, "TXA");
    assert_eq!((document[2].as_str(), document[4].as_str(), document[17].as_str()), ("34109-9", "", "IN"));
    let left: Vec<Field> = message.left_out.iter().map(|left| left.field).collect();
    assert_eq!(left, [Field::MaritalStatus, Field::DocumentDate]);
}

#[test]
fn no_message_about_nobody_or_without_a_scan() {
    let reasons = mdm(&sample::document("a.pdf"), &context(), Some(&scan())).unwrap_err();
    assert!(reasons.len() == 1 && reasons[0].contains("record number"), "{reasons:?}");
    let reasons = mdm(&sample::full("a.pdf"), &context(), None).unwrap_err();
    assert!(reasons.len() == 1 && reasons[0].contains("scan"), "{reasons:?}");
}

#[test]
fn a_person_is_what_the_latest_papers_say() {
    let context = context();
    let mut person = Person::default();
    let mut old = sample::full("b.pdf");
    old.kind = DocumentKind::AdministrativeNote;
    person.add(&old, &context);
    let mut new = sample::document("a.pdf");
    new.recorded_at += 60;
    new.values = vec![value(Field::Phone, None, "+15035550199").build()];
    person.add(&new, &context);
    let message = person.render(&context).unwrap();
    let names: Vec<&str> = message.text.split_terminator('\r').map(|line| &line[..3]).collect();
    assert_eq!(names, ["MSH", "SFT", "EVN", "PID", "NK1", "PV1"]);
    assert_eq!(segment(&message, "MSH")[9], "ADT^A28^ADT_A05");
    assert_eq!(segment(&message, "MSH")[7], "20240102030505+0000");
    assert!(segment(&message, "PID")[13].starts_with("^PRN^PH^^^^^^^^^+15035550199~"));
    assert_eq!(segment(&message, "NK1")[5], "^PRN^PH^^^^^^^^^+15035550123");
    assert_eq!(segment(&message, "PV1")[2], "N");
}

#[test]
fn people_in_doubt_are_refused() {
    let mut context = context();
    context.settings.hl7v2.adt_event = AdtEvent::Update;
    let mut person = Person::default();
    person.add(&sample::full("a.pdf"), &context);
    context.contested.insert(sample::document("b.pdf").id);
    person.add(&sample::full("b.pdf"), &context);
    let reasons = person.render(&context).unwrap_err();
    assert!(reasons.iter().any(|reason| reason.contains("contradict")), "{reasons:?}");
    assert_eq!(Person::default().render(&context), Err(Vec::new()));
    let mut certain = Person::default();
    certain.add(&sample::full("a.pdf"), &context);
    assert_eq!(segment(&certain.render(&context).unwrap(), "MSH")[9], "ADT^A31^ADT_A05");
}
