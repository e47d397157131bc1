//! The Patient: who the paper says it is about.

use serde_json::{Value, json};

use super::datatypes::{DATA_ABSENT, Object, absent, concept, full_date, put, text, token};
use super::draft::{Added, Draft, Evidence, Identity};
use crate::model::Field;

const ID_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
const US_SSN: &str = "http://hl7.org/fhir/sid/us-ssn";

/// Adds the Patient. There always is one, if only to hold the scan.
pub(super) fn add(draft: &mut Draft<'_>) -> Added {
    let mut patient = Object::new();
    let mut evidence: Vec<Evidence<'_>> = Vec::new();

    let mut identifiers = Vec::new();
    let mrn = draft.read(Field::Mrn, text);
    let system = draft.context.settings.mrn_system.clone();
    if let Some((mrn, value)) = &mrn {
        identifiers.push(json!({"use": "usual", "type": concept(ID_TYPE, "MR"), "system": system, "value": mrn}));
        evidence.push(Evidence::at(value, "identifier[0].value"));
    }
    let full = draft.context.settings.full_ssn;
    if let Some((ssn, value)) = draft.read(Field::Ssn, |raw| ssn(raw, full)) {
        evidence.push(Evidence::at(value, format!("identifier[{}].value", identifiers.len())));
        identifiers.push(ssn);
    }
    if !identifiers.is_empty() {
        patient.insert("identifier".to_owned(), identifiers.into());
    }

    patient.insert("name".to_owned(), json!([name(draft, &mut evidence)]));
    if let Some((date, value)) = draft.read(Field::BirthDate, full_date) {
        patient.insert("birthDate".to_owned(), date.into());
        evidence.push(Evidence::at(value, "birthDate"));
    }
    let genders = ["male", "female", "other", "unknown"];
    if let Some((gender, value)) = draft.read(Field::Gender, |raw| genders.into_iter().find(|g| *g == raw.trim())) {
        patient.insert("gender".to_owned(), gender.into());
        evidence.push(Evidence::at(value, "gender"));
    }
    let mut telecom = Vec::new();
    for (field, system) in [(Field::Phone, "phone"), (Field::Email, "email")] {
        if let Some((value, from)) = draft.read(field, text) {
            evidence.push(Evidence::at(from, format!("telecom[{}].value", telecom.len())));
            telecom.push(json!({"system": system, "value": value}));
        }
    }
    put(&mut patient, "telecom", (!telecom.is_empty()).then_some(telecom));
    let address = address(draft, &mut evidence);
    put(&mut patient, "address", address.map(|address| json!([address])));
    if let Some((code, value)) =
        draft.read(Field::MaritalStatus, |raw| token(raw).filter(|code| "ADILMPSTWC".contains(code.as_str()) && code.len() == 1))
    {
        patient.insert("maritalStatus".to_owned(), concept("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", &code));
        evidence.push(Evidence::at(value, "maritalStatus.coding[0].code"));
    }
    if let Some((code, value)) = draft.read(Field::Language, token) {
        patient.insert("communication".to_owned(), json!([{"language": concept("urn:ietf:bcp:47", &code)}]));
        evidence.push(Evidence::at(value, "communication[0].language.coding[0].code"));
    }
    let contact = contact(draft, &mut evidence);
    put(&mut patient, "contact", contact.map(|contact| json!([contact])));

    let corroborated = draft.single(Field::Family).is_some() || patient.contains_key("birthDate");
    let identity = match mrn {
        Some((value, _)) if corroborated && !draft.is_contested() => Identity::Shared { system, value },
        _ => Identity::Document,
    };
    let waits = Field::ALL.iter().any(|field| field.as_str().starts_with("Patient.") && draft.waits(*field));
    draft.add("Patient", "Patient", patient, evidence, identity, waits)
}

fn ssn(raw: &str, full: bool) -> Option<Value> {
    let kind = concept(ID_TYPE, "SS");
    if full {
        return Some(json!({"type": kind, "system": US_SSN, "value": ssn_digits(raw)?}));
    }
    Some(json!({"type": kind, "system": US_SSN, "_value": masked_ssn(raw)?}))
}

fn ssn_digits(raw: &str) -> Option<String> {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == 9 && raw.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ')).then_some(digits)
}

/// What stands beside the value of a social security number that does not leave: the reason, and its last four digits.
pub(super) fn masked_ssn(raw: &str) -> Option<Value> {
    let digits = ssn_digits(raw)?;
    Some(json!({"extension": [
        {"url": DATA_ABSENT, "valueCode": "masked"},
        {"url": "http://hl7.org/fhir/StructureDefinition/rendered-value", "valueString": format!("xxx-xx-{}", &digits[5..])},
    ]}))
}

fn name<'a>(draft: &mut Draft<'a>, evidence: &mut Vec<Evidence<'a>>) -> Value {
    let mut name = Object::new();
    if let Some((family, value)) = draft.read(Field::Family, text) {
        name.insert("family".to_owned(), family.into());
        evidence.push(Evidence::at(value, "name[0].family"));
    }
    if let Some((given, value)) = draft.read(Field::Given, text) {
        name.insert("given".to_owned(), given.split(' ').collect::<Vec<_>>().into());
        evidence.push(Evidence::at(value, "name[0].given"));
    }
    // us-core-6: a family or given name, or the reason why there is none.
    if name.is_empty() { absent(draft.waits(Field::Family) || draft.waits(Field::Given)) } else { name.into() }
}

fn address<'a>(draft: &mut Draft<'a>, evidence: &mut Vec<Evidence<'a>>) -> Option<Value> {
    let mut address = Object::new();
    for (field, key) in [(Field::AddressLine, "line"), (Field::City, "city"), (Field::State, "state"), (Field::PostalCode, "postalCode")] {
        if let Some((part, value)) = draft.read(field, text) {
            address.insert(key.to_owned(), if key == "line" { json!([part]) } else { part.into() });
            let element = if key == "line" { "line[0]" } else { key };
            evidence.push(Evidence::at(value, format!("address[0].{element}")));
        }
    }
    (!address.is_empty()).then(|| address.into())
}

/// The emergency contact. Needs a name or a telephone (pat-1): a relationship alone is nobody.
fn contact<'a>(draft: &mut Draft<'a>, evidence: &mut Vec<Evidence<'a>>) -> Option<Value> {
    let mut contact = Object::new();
    let mut from = Vec::new();
    if let Some((name, value)) = draft.read(Field::ContactName, text) {
        contact.insert("name".to_owned(), json!({"text": name}));
        from.push(Evidence::at(value, "contact[0].name.text"));
    }
    if let Some((phone, value)) = draft.read(Field::ContactTelecom, text) {
        contact.insert("telecom".to_owned(), json!([{"system": "phone", "value": phone}]));
        from.push(Evidence::at(value, "contact[0].telecom[0].value"));
    }
    if contact.is_empty() {
        return None;
    }
    if let Some((relationship, value)) = draft.read(Field::ContactRelationship, text) {
        contact.insert("relationship".to_owned(), json!([{"text": relationship}]));
        from.push(Evidence::at(value, "contact[0].relationship[0].text"));
    }
    evidence.extend(from);
    Some(contact.into())
}
