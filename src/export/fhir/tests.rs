use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::export::sample::{document, full, value};
use crate::model::{DecidedValue, Status};

mod guides;

/// What is left out without a QuestionnaireResponse.
fn left_out(record: &DocumentRecord) -> (Value, Vec<LeftOut>) {
    let settings = ExportSettings { questionnaire_response: false, ..Default::default() };
    let bundle = bundle(record, &ExportContext::new(settings));
    let json: Value = serde_json::from_slice(&bundle.json).unwrap();
    assert_eq!(check(&json), Vec::<String>::new());
    assert_eq!(all(&json, "QuestionnaireResponse").len(), 0);
    (json, bundle.left_out)
}

fn render(record: &DocumentRecord) -> (Value, Bundle) {
    let bundle = bundle(record, &ExportContext { version: "1.2.3".to_owned(), ..Default::default() });
    let json: Value = serde_json::from_slice(&bundle.json).unwrap();
    assert_eq!(check(&json), Vec::<String>::new());
    (json, bundle)
}

fn all<'v>(bundle: &'v Value, kind: &str) -> Vec<&'v Value> {
    let entries = bundle["entry"].as_array().unwrap();
    entries.iter().map(|e| &e["resource"]).filter(|r| r["resourceType"] == kind).collect()
}

fn one<'v>(bundle: &'v Value, kind: &str) -> &'v Value {
    let found = all(bundle, kind);
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

fn with(values: Vec<DecidedValue>) -> DocumentRecord {
    DocumentRecord { values, ..document("Box 1/räum #1 100%.png#2") }
}

fn set(record: &mut DocumentRecord, field: Field, status: Status) {
    for value in record.values.iter_mut().filter(|v| v.extracted.field == field) {
        value.status = status;
    }
}

#[test]
fn a_full_document_leaves_whole_and_sound() {
    let (json, bundle) = render(&full("a.pdf"));
    assert_eq!(bundle.left_out, []);
    for kind in [
        "Patient",
        "Practitioner",
        "Device",
        "Encounter",
        "DocumentReference",
        "Composition",
        "Coverage",
        "Condition",
        "MedicationStatement",
        "AllergyIntolerance",
        "Observation",
        "Immunization",
        "Procedure",
        "QuestionnaireResponse",
    ] {
        one(&json, kind);
    }
    assert_eq!(all(&json, "Organization").len(), 2);
    // Everything but the Device is made of values, and so has a Provenance.
    assert_eq!(all(&json, "Provenance").len(), 15);
    assert_eq!(json["entry"].as_array().unwrap().len(), bundle.resources);
}

#[test]
fn every_value_knows_the_element_that_holds_it() {
    let mut halves = full("a.pdf");
    halves.values.extend([reading(2, "8462-4", "BP", "80", "mm[Hg]"), reading(3, "8480-6", "BP", "120", "mm[Hg]")].concat());
    halves.values.extend([reading(4, "", "Nitrite", "negative", "/[HPF]")].concat());
    halves.values.push(value(Field::ObservationInterpretation, Some(4), "see note").build());
    let context = ExportContext::new(ExportSettings { full_ssn: true, ..Default::default() });
    for (record, context) in [(&halves, &context), (&full("b.pdf"), &ExportContext::default())] {
        assert!(every_element_is_there(record, context) >= Field::ALL.len());
    }
}

/// Looks up the element of every value, and counts them.
fn every_element_is_there(record: &DocumentRecord, context: &ExportContext) -> usize {
    let draft = draft(record, context, None);
    let of = |entry: &draft::Entry<'_>| entry.evidence.iter().map(|value| (entry.path.clone(), value.element.clone())).collect::<Vec<_>>();
    let places: Vec<(String, String)> = draft.entries.iter().flat_map(of).collect();
    let rendering = draft.finish();
    for (path, element) in &places {
        let resource = &rendering.resources.iter().find(|r| r.path == *path).unwrap().resource;
        assert!(!element.is_empty() && profiles::exists(resource, element), "{path}: {element}");
    }
    places.len()
}

#[test]
fn the_same_record_gives_the_same_bytes_in_any_order() {
    let mut record = full("a.pdf");
    let first = bundle(&record, &ExportContext::default()).json;
    record.values.reverse();
    assert_eq!(bundle(&record, &ExportContext::default()).json, first);
}

#[test]
fn an_empty_document_still_registers_its_scan() {
    let (json, _) = render(&document("a.pdf"));
    assert_eq!(json["entry"].as_array().unwrap().len(), 3);
    assert_eq!(one(&json, "Patient")["name"][0]["extension"][0]["valueCode"], "unknown");
    let reference = one(&json, "DocumentReference");
    assert_eq!(reference["type"]["coding"][0]["code"], "UNK");
    assert_eq!(reference["date"], "2024-01-02T03:04:05Z");
}

#[test]
fn nothing_leaves_that_waits_or_was_rejected() {
    for status in [Status::Review, Status::Rejected] {
        let mut record = full("a.pdf");
        for v in &mut record.values {
            v.status = status;
            v.extracted.value = format!("SECRET {}", v.extracted.value);
            v.extracted.raw = v.extracted.value.clone();
        }
        let (json, bundle) = render(&record);
        assert!(!String::from_utf8(bundle.json).unwrap().contains("SECRET"));
        assert_eq!(json["entry"].as_array().unwrap().len(), 3);
        assert_eq!(bundle.left_out, []);
    }
}

#[test]
fn any_one_value_that_waits_leaves_a_sound_bundle() {
    for &field in Field::ALL {
        for status in [Status::Review, Status::Rejected, Status::Corrected] {
            let mut record = full("a.pdf");
            set(&mut record, field, status);
            render(&record);
        }
        // And the field all by itself.
        render(&with(vec![value(field, field.group().map(|_| 1), crate::export::sample::plausible(field)).build()]));
    }
}

#[test]
fn a_patient_is_matched_by_number_only_where_it_is_safe() {
    let mrn = value(Field::Mrn, None, "00-1|2").build();
    let family = value(Field::Family, None, "Doe").build();
    let condition = |record: &DocumentRecord, context: &ExportContext| {
        let json: Value = serde_json::from_slice(&bundle(record, context).json).unwrap();
        assert_eq!(check(&json), Vec::<String>::new());
        json["entry"][0]["request"]["ifNoneExist"].as_str().unwrap().to_owned()
    };
    let plain = ExportContext::default();
    let mut contested = ExportContext::default();
    let record = with(vec![mrn.clone(), family]);
    contested.contested.insert(record.id.clone());
    assert_eq!(condition(&record, &plain), "identifier=urn:chartlift:mrn|00-1%5C%7C2");
    assert!(condition(&record, &contested).starts_with("identifier=urn:chartlift:resource|"));
    assert!(condition(&with(vec![mrn]), &plain).starts_with("identifier=urn:chartlift:resource|"));
}

#[test]
fn a_social_security_number_leaves_masked_unless_asked_for() {
    let record = with(vec![value(Field::Ssn, None, "987-65-4320").build()]);
    let (json, bundle) = render(&record);
    assert!(!String::from_utf8(bundle.json).unwrap().contains("98765"));
    assert_eq!(one(&json, "Patient")["identifier"][0]["_value"]["extension"][1]["valueString"], "xxx-xx-4320");
    let settings = ExportSettings { full_ssn: true, ..Default::default() };
    let json: Value = serde_json::from_slice(&super::bundle(&record, &ExportContext::new(settings)).json).unwrap();
    assert_eq!(one(&json, "Patient")["identifier"][0]["value"], "987654320");
}

fn reading(item: u32, loinc: &str, name: &str, number: &str, unit: &str) -> Vec<DecidedValue> {
    [(Field::ObservationLoinc, loinc), (Field::ObservationText, name), (Field::ObservationValue, number), (Field::ObservationUnit, unit)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(field, text)| value(field, Some(item), text).build())
        .collect()
}

#[test]
fn two_halves_of_a_blood_pressure_are_one_panel_or_wait_together() {
    let halves = [reading(1, "8480-6", "BP", "120", "mm[Hg]"), reading(2, "8462-4", "BP", "80", "mm[Hg]")].concat();
    let (json, _) = render(&with(halves.clone()));
    let panel = one(&json, "Observation");
    assert_eq!(panel["code"]["coding"][0]["code"], "85354-9");
    assert_eq!(panel["category"][0]["coding"][0]["code"], "vital-signs");
    assert_eq!(
        (&panel["component"][0]["valueQuantity"]["value"], &panel["component"][1]["valueQuantity"]["value"]),
        (&120.into(), &80.into())
    );

    let mut waiting = with(halves);
    waiting.values[6].status = Status::Review;
    assert_eq!(waiting.values[6].extracted.field, Field::ObservationValue);
    let (json, left_out) = left_out(&waiting);
    assert_eq!(all(&json, "Observation").len(), 0);
    assert!(left_out.iter().any(|l| l.item == Some(1) && l.reason == LeftOutReason::Incomplete));
}

#[test]
fn numbers_words_and_ranges() {
    let mut values = [
        reading(1, "2160-0", "Creatinine", "0.90", "mg/dL"),
        reading(2, "", "Nitrite", "negative", ""),
        reading(3, "", "Troponin", "<0.010", "ng/mL"),
        reading(4, "", "WBC", "0-5", "/[HPF]"),
    ]
    .concat();
    values.push(value(Field::ObservationRange, Some(1), "0.60 - 1.20").build());
    values.push(value(Field::ObservationRange, Some(3), "<0.04").build());
    values.push(value(Field::ObservationInterpretation, Some(1), "H").build());
    let (json, bundle) = render(&with(values));
    let text = String::from_utf8(bundle.json).unwrap();
    assert!(text.contains("\"value\": 0.90") && text.contains("\"value\": 0.60") && text.contains("\"value\": 0.010"), "digits are kept");
    let found = all(&json, "Observation");
    assert_eq!(found[0]["interpretation"][0]["coding"][0]["display"], "High");
    assert_eq!(found[0]["category"][0]["coding"][0]["code"], "laboratory");
    assert_eq!(found[0]["referenceRange"][0]["high"]["code"], "mg/dL");
    assert_eq!(found[1]["valueString"], "negative");
    assert_eq!(found[2]["valueQuantity"]["comparator"], "<");
    assert_eq!(found[2]["referenceRange"][0].get("high"), None);
    assert_eq!(found[3]["valueString"], "0-5 /[HPF]");
}

#[test]
fn a_number_whose_unit_waits_stays() {
    let mut record = with(reading(1, "2160-0", "Creatinine", "0.90", "mg/dL"));
    set(&mut record, Field::ObservationUnit, Status::Review);
    let (json, left_out) = left_out(&record);
    assert_eq!(all(&json, "Observation").len(), 0);
    assert_eq!(left_out.len(), 3);
}

#[test]
fn a_waiting_dosage_is_marked_absent() {
    let mut record = full("a.pdf");
    set(&mut record, Field::DosageText, Status::Review);
    let (json, _) = render(&record);
    let medication = one(&json, "MedicationStatement");
    assert_eq!(medication["dosage"][0]["_text"]["extension"][0]["valueCode"], "temp-unknown");
    assert_eq!(medication["meta"]["tag"][0]["code"], "waiting");
}

#[test]
fn what_has_no_place_in_fhir_is_listed_and_not_bent() {
    let table = [
        (Field::BirthDate, "1950-02-30"),
        (Field::BirthDate, "1950"),
        (Field::Gender, "F"),
        (Field::Ssn, "12"),
        (Field::Npi, "123"),
        (Field::DocumentType, "1-1"),
        (Field::DocumentDate, "last spring"),
        (Field::MaritalStatus, "married"),
    ];
    for (field, text) in table {
        let (_, left_out) = left_out(&with(vec![value(field, None, text).build()]));
        assert_eq!(left_out, [LeftOut { field, item: None, reason: LeftOutReason::Form }], "{field}");
    }
    let alone = [value(Field::ContactRelationship, None, "wife").build(), value(Field::ConditionIcd10, Some(1), "I10").build()];
    let (_, incomplete) = left_out(&with(alone.to_vec()));
    assert_eq!(incomplete.iter().map(|l| l.reason).collect::<Vec<_>>(), [LeftOutReason::Incomplete; 2]);
    let stay = [value(Field::EncounterStart, None, "2001-02-03").build(), value(Field::EncounterEnd, None, "2001-02-01").build()];
    let (json, impossible) = left_out(&with(stay.to_vec()));
    assert_eq!(one(&json, "Encounter")["period"].get("end"), None);
    assert_eq!(impossible.len(), 1);
}

#[test]
fn a_machines_reading_is_marked_as_one() {
    let mut record = full("a.pdf");
    let codes = |json: &Value, kind: &str| {
        one(json, kind)["meta"]["security"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (json, _) = render(&record);
    assert_eq!(codes(&json, "Condition"), ["AIAST"]);
    assert_eq!(one(&json, "Observation")["status"], "preliminary");
    assert_eq!(one(&json, "Composition")["status"], "preliminary");
    for v in &mut record.values {
        v.status = Status::Verified;
    }
    let (json, _) = render(&record);
    assert_eq!(codes(&json, "Condition"), ["AIAST", "RELIABLE"]);
    // A part that waits makes the rest less sure.
    let mut waiting = full("a.pdf");
    set(&mut waiting, Field::DosageText, Status::Review);
    assert_eq!(codes(&render(&waiting).0, "MedicationStatement"), ["AIAST", "UNCERTREL"]);
    assert_eq!(one(&json, "Observation")["status"], "final");
    assert_eq!(one(&json, "Composition")["status"], "final");
    assert_eq!(one(&json, "Condition")["verificationStatus"]["coding"][0]["code"], "unconfirmed");
}

#[test]
fn every_value_leads_back_to_its_pixels() {
    let record = with(vec![value(Field::Family, None, "Doe").on(3).at(10.0, 20.0, 30.125, 4.0).build()]);
    let (json, _) = render(&record);
    let provenance = all(&json, "Provenance")[0];
    assert_eq!(provenance["entity"][0]["what"]["identifier"]["value"], record.sha256.to_string());
    let what = &provenance["entity"][1]["what"];
    assert_eq!(what["identifier"]["value"], "Box%201/r%C3%A4um%20%231%20100%25.png#page=3&xywh=percent:10.00,20.00,30.13,4.00");
    assert_eq!(what["display"], "Patient.name.family, page 3");
    // The element, the target and the entity bear one id.
    let id = &one(&json, "Patient")["name"][0]["_family"]["id"];
    assert_eq!((id, &provenance["entity"][1]["id"]), (&"name-0-family".into(), id));
    let element = &provenance["target"][0]["extension"];
    assert_eq!(
        element,
        &serde_json::json!([{"url": "http://hl7.org/fhir/StructureDefinition/targetElement", "valueUri": "name-0-family"}])
    );
}

#[test]
fn targets_name_elements_that_are_there() {
    let mut record = full("a.pdf");
    for (at, v) in record.values.iter_mut().enumerate() {
        v.status = [Status::Accepted, Status::Verified, Status::Corrected][at % 3];
    }
    let (json, _) = render(&record);
    let mut named = 0;
    for provenance in all(&json, "Provenance") {
        let target = &provenance["target"][0];
        let entry = json["entry"].as_array().unwrap().iter().find(|e| e["fullUrl"] == target["reference"]).unwrap();
        let text = entry["resource"].to_string();
        for extension in target["extension"].as_array().unwrap() {
            assert_eq!(text.matches(&format!("\"id\":{}", extension["valueUri"])).count(), 1, "{extension} in {text}");
            named += 1;
        }
    }
    assert!(named > Field::ALL.len(), "{named}");
    // Machine's words bear their confidence, people's do not.
    let sure = json.to_string().matches("AIconfidence").count();
    assert!(sure > Field::ALL.len() / 4 && sure < Field::ALL.len(), "{sure}");
}

#[test]
fn what_people_looked_at_has_a_provenance_of_its_own() {
    let mut record = with(vec![
        value(Field::Family, None, "Doe").build(),
        value(Field::BirthDate, None, "1950-02-28").status(Status::Verified).build(),
        value(Field::Gender, None, "female").status(Status::Corrected).build(),
    ]);
    let settings = ExportSettings { questionnaire_response: false, ..Default::default() };
    let mut context = ExportContext::new(settings.clone());
    let review = |reviewer: Option<&str>, at| Some(crate::model::Review { reviewer: reviewer.map(str::to_owned), at });
    for (at, review) in [(0, None), (1, review(Some("r-1"), 1_704_200_000)), (2, review(Some("r-2"), 1_704_300_000))] {
        context.trail.tell(&record.values[at], crate::model::Told { run: Some(7), review });
    }
    let bundle = |record: &DocumentRecord, context: &ExportContext| -> Value {
        let json = serde_json::from_slice(&super::bundle(record, context).json).unwrap();
        assert_eq!(check(&json), Vec::<String>::new());
        json
    };
    let json = bundle(&record, &context);
    let found = all(&json, "Provenance");
    assert_eq!((found.len(), &found[0]["meta"]["tag"][0]["code"]), (2, &"7".into()));
    assert_eq!(found[0]["activity"]["coding"][0]["code"], "transform");
    assert_eq!(found[0]["agent"].as_array().unwrap().len(), 1);
    let verified = found[1];
    assert_eq!(verified["activity"]["coding"][0]["code"], "verify");
    let agents: Vec<_> =
        verified["agent"].as_array().unwrap().iter().map(|a| (&a["type"]["coding"][0]["code"], &a["who"]["identifier"]["value"])).collect();
    let expected: [(Value, Value); 3] =
        [("enterer".into(), "r-2".into()), ("verifier".into(), "r-1".into()), ("verifier".into(), "r-2".into())];
    assert_eq!(agents, expected.iter().map(|(role, who)| (role, who)).collect::<Vec<_>>());
    let elements: Vec<_> = verified["target"][0]["extension"].as_array().unwrap().iter().map(|e| &e["valueUri"]).collect();
    assert_eq!(elements, ["birthDate", "gender"]);
    assert_eq!(verified["occurredPeriod"], serde_json::json!({"start": "2024-01-02T12:53:20Z", "end": "2024-01-03T16:40:00Z"}));
    assert_eq!(verified["recorded"], "2024-01-03T16:40:00Z");

    // Where the ledger knows nothing of it, nothing is made up.
    record.values.truncate(2);
    let json = bundle(&record, &ExportContext::new(settings));
    let verified = all(&json, "Provenance")[1];
    assert_eq!((verified.get("occurredDateTime"), &verified["recorded"]), (None, &"2024-01-02T03:04:05Z".into()));
    assert_eq!(
        verified["agent"],
        serde_json::json!([{
            "type": {"coding": [{"code": "verifier", "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type"}]},
            "who": {"display": "Reviewer of the scanned document"},
        }])
    );
}

#[test]
fn the_device_is_what_it_was_when_it_read() {
    let device = |engines: &str, rules: &str| {
        let trail = crate::model::Trail::new(engines.to_owned(), rules.to_owned());
        let context = ExportContext { version: "1.2.3".to_owned(), trail, ..ExportContext::default() };
        let json: Value = serde_json::from_slice(&super::bundle(&document("a.pdf"), &context).json).unwrap();
        one(&json, "Device").clone()
    };
    let (one, other) = (device("tesseract 5", "abc"), device("tesseract 6", "abc"));
    assert_eq!(one["version"][1], serde_json::json!({"type": {"text": "OCR engines"}, "value": "tesseract 5"}));
    assert_eq!(one["version"].as_array().unwrap().len(), 3);
    assert_ne!(one["identifier"], other["identifier"]);
    assert_eq!(device("", "")["identifier"][0]["value"], "chartlift/1.2.3");
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "</div><script>alert(1)</script>\u{0}\u{1b}[0m \u{fffe}\"\\";
    let mut record = full("a\".pdf");
    for v in &mut record.values {
        v.extracted.value = hostile.to_owned();
    }
    render(&record);
    let mut record = full("a.pdf");
    set(&mut record, Field::SectionPlan, Status::Accepted);
    record.values.iter_mut().filter(|v| v.extracted.field == Field::SectionPlan).for_each(|v| v.extracted.value = hostile.to_owned());
    let (json, _) = render(&record);
    assert!(!one(&json, "Composition").to_string().contains("<script"));
}

/// The pointer to an element of the first resource of its kind.
pub(super) fn pointer(bundle: &Value, kind: &str, element: &str) -> String {
    let at = bundle["entry"].as_array().unwrap().iter().position(|entry| entry["resource"]["resourceType"] == kind).unwrap();
    format!("/entry/{at}/resource{element}")
}

#[test]
fn the_check_can_fail() {
    let (good, _) = render(&full("a.pdf"));
    let faults: [(&str, Value); 19] = [
        ("/entry/1/fullUrl", good["entry"][0]["fullUrl"].clone()),
        ("/entry/0/request/ifNoneExist", "?identifier=a|b".into()),
        ("/entry/0/resource/birthDate", "1950-13-01".into()),
        ("/entry/0/resource/name/0/family", "".into()),
        ("/entry/0/resource/contact/0", serde_json::json!({"relationship": [{"text": "x"}]})),
        ("/entry/4/resource/subject/reference", "urn:uuid:00000000-0000-0000-0000-000000000000".into()),
        ("/entry/4/resource/subject/reference", good["entry"][1]["fullUrl"].clone()),
        ("/entry/4/resource/period/end", "1900-01-01".into()),
        ("/type", "batch".into()),
        (&pointer(&good, "QuestionnaireResponse", "/item/0/linkId"), "Patient.shoeSize".into()),
        (&pointer(&good, "Questionnaire", "/version"), "2".into()),
        ("/entry/0/resource/birthDate", "1999-02-30".into()),
        ("/entry/0/resource/identifier/1/_value/extension/0", serde_json::json!({"url": "http://example.org/x"})),
        ("/entry/0/resource/identifier/1/_value/extension/0", serde_json::json!({"valueString": "x"})),
        (&pointer(&good, "Observation", "/valueQuantity"), serde_json::json!({"valueString": "x", "valueInteger": 1})),
        ("/entry/0/resource/meta/profile/0", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner|9.0.0".into()),
        ("/entry/0/resource/meta/profile/0", "http://example.org/unknown".into()),
        (&pointer(&good, "Observation", "/valueQuantity/code"), "mEq per L".into()),
        (&pointer(&good, "Provenance", "/target/0/extension/0/valueUri"), "name-9".into()),
    ];
    for (path, wrong) in faults {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = wrong;
        assert!(!check(&bad).is_empty(), "{path}");
    }
}

#[test]
fn a_small_bundle_to_the_letter() {
    let record = with(vec![
        value(Field::Family, None, "Doe").build(),
        value(Field::AllergyText, Some(1), "Penicillin").build(),
        value(Field::ReactionText, Some(1), "").status(Status::Review).nowhere().build(),
    ]);
    let bundle = bundle(&record, &ExportContext { version: "1.2.3".to_owned(), ..Default::default() });
    insta::assert_snapshot!("small_bundle", String::from_utf8(bundle.json).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in whichever fields, the bundle is sound, and every value that may leave is in it or listed as left out.
    #[test]
    fn any_record_gives_a_sound_bundle(
        drawn in proptest::collection::vec(
            (0..Field::ALL.len(), 1u32..4, prop_oneof!["\\PC{0,12}", "(?s).{0,6}", "[0-9<>=.,-]{0,8}", Just(String::new())], 0usize..5, any::<bool>()),
            0..60,
        ),
        questionnaire_response in any::<bool>(),
    ) {
        let mut record = document("any.pdf");
        for (field, item, text, status, plausible) in drawn {
            let field = Field::ALL[field];
            let text = if plausible { crate::export::sample::plausible(field).to_owned() } else { text };
            record.values.push(value(field, field.group().map(|_| item), &text).status(Status::ALL[status]).build());
        }
        let mhd_source = "urn:oid:1.2.3".to_owned();
        let context = ExportContext::new(ExportSettings { questionnaire_response, mhd_source, ..Default::default() });
        every_element_is_there(&record, &context);
        let provided = mhd::provide_bundle(&record, &context, &Scan::new(b"%PDF".to_vec())).unwrap();
        prop_assert_eq!(check(&serde_json::from_slice(&provided.json).unwrap()), Vec::<String>::new());
        let bundle = bundle(&record, &context);
        let json: Value = serde_json::from_slice(&bundle.json).unwrap();
        prop_assert_eq!(check(&json), Vec::<String>::new());
        let listed = bundle.left_out.iter().map(|l| (l.field, l.item)).collect::<BTreeSet<_>>();
        let named: BTreeSet<String> = all(&json, "Provenance")
            .iter()
            .flat_map(|p| p["entity"].as_array().unwrap())
            .filter_map(|e| e["what"]["display"].as_str().unwrap().rsplit_once(", page ").map(|(name, _)| name.to_owned()))
            .collect();
        for v in record.values.iter().filter(|v| v.status.leaves() && !v.extracted.value.is_empty()) {
            let (field, item) = (v.extracted.field, v.extracted.item);
            let name = item.map_or_else(|| field.to_string(), |item| format!("{field} item {item}"));
            prop_assert!(listed.contains(&(field, item)) != named.contains(&name), "{name}");
        }
    }
}

#[test]
fn every_value_that_left_is_found_in_the_resources_that_carry_it() {
    let record = full("a.pdf");
    let context = ExportContext::default();
    let bundle: serde_json::Value = serde_json::from_slice(&bundle(&record, &context).json).unwrap();
    let there: std::collections::BTreeMap<&str, &str> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["fullUrl"].as_str().unwrap(), entry["resource"]["resourceType"].as_str().unwrap()))
        .collect();
    let carriers = carriers(&record, &context);
    for carrier in &carriers {
        assert_eq!(there.get(carrier.url.as_str()), Some(&carrier.resource.as_str()), "{carrier:?}");
    }
    let of = |field: Field| carriers.iter().filter(|c| c.field == field).map(|c| c.resource.as_str()).collect::<Vec<_>>();
    assert_eq!(of(Field::BirthDate), ["Patient", "QuestionnaireResponse"]);
    assert_eq!(of(Field::ObservationValue), ["Observation", "QuestionnaireResponse"]);
    assert_eq!(of(Field::Payor), ["Coverage", "Organization", "QuestionnaireResponse"]);
    let dated = ["Composition", "Condition", "DocumentReference", "MedicationStatement", "Observation", "QuestionnaireResponse"];
    assert_eq!(of(Field::DocumentDate), dated);
}
