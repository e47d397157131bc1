//! Looks through a finished bundle for what validators overlook: dangling references, references to the wrong kind, missing elements,
//! empty elements, impossible dates, conditions that match nothing in their resource, units that are not UCUM, profiles that are claimed and
//! not fulfilled, attachments whose size or digest is not that of their Binary.

mod mhd;
mod rules;
mod walks;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::profiles;
use rules::rules;
use walks::{Kinds, attachments, choices, dates, element_ids, hollow, references, target_elements, units};

/// Elements that R4 requires of each resource that chartlift makes; `a|b` means either, `x` may also be there as `_x`.
const REQUIRED: &[(&str, &[&str])] = &[
    ("Patient", &["identifier", "name"]),
    ("Practitioner", &["identifier"]),
    ("Organization", &["identifier", "name"]),
    ("Device", &["identifier", "deviceName"]),
    ("Encounter", &["status", "class", "subject", "period"]),
    ("DocumentReference", &["masterIdentifier", "status", "type", "subject", "date", "content"]),
    ("Composition", &["identifier", "status", "type", "subject", "date", "author", "title", "section"]),
    ("Coverage", &["status", "beneficiary", "payor"]),
    ("Condition", &["verificationStatus", "category", "code", "subject"]),
    ("MedicationStatement", &["status", "medicationCodeableConcept", "subject"]),
    ("AllergyIntolerance", &["clinicalStatus", "verificationStatus", "code", "patient"]),
    (
        "Observation",
        &["status", "code", "subject", "valueQuantity|valueString|component|dataAbsentReason", "effectiveDateTime|effectivePeriod"],
    ),
    ("Immunization", &["status", "vaccineCode", "patient", "occurrenceDateTime|occurrenceString"]),
    ("Procedure", &["status", "code", "subject"]),
    ("Binary", &["contentType", "data"]),
    ("DiagnosticReport", &["identifier", "status", "category", "code", "subject", "effectiveDateTime|effectivePeriod", "presentedForm"]),
    ("Questionnaire", &["identifier", "url", "version", "status", "item"]),
    ("QuestionnaireResponse", &["identifier", "questionnaire", "status", "subject", "authored", "item"]),
    ("List", &["identifier", "status", "mode", "code", "date", "entry"]),
    ("Provenance", &["target", "recorded", "activity", "agent", "entity"]),
];

/// What a reference under a key may point to; a key that is not here is a fault.
const TARGETS: &[(&str, &[&str])] = &[
    ("subject", &["Patient"]),
    ("patient", &["Patient"]),
    ("beneficiary", &["Patient"]),
    ("payor", &["Organization"]),
    ("author", &["Practitioner", "Organization", "Device"]),
    ("encounter", &["Encounter"]),
    ("related", &["Practitioner"]),
    ("individual", &["Practitioner"]),
    ("derivedFrom", &["DocumentReference"]),
    ("result", &["Observation"]),
    ("performer", &["Organization"]),
    ("resultsInterpreter", &["Practitioner"]),
    ("who", &["Device"]),
    ("what", &["DocumentReference", "Binary"]),
    ("onBehalfOf", &["Organization"]),
    ("custodian", &["Organization"]),
    ("item", &["DocumentReference"]),
    ("target", &[]),
];

/// Every fault of a bundle, as sentences that name the place and never the text; empty if there is none.
pub fn check(bundle: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if bundle["resourceType"] != "Bundle" || bundle["type"] != "transaction" {
        faults.push("not a transaction Bundle".to_owned());
    }
    hollow(bundle, "Bundle", &mut faults);
    let provides = mhd::provides(bundle);
    let empty = Vec::new();
    let entries = bundle["entry"].as_array().unwrap_or(&empty);
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut conditions = BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let kind = entry["resource"]["resourceType"].as_str().unwrap_or_default();
        let place = format!("entry[{at}] {kind}");
        let url = entry["fullUrl"].as_str().unwrap_or_default();
        if uuid::Uuid::try_parse(url.strip_prefix("urn:uuid:").unwrap_or_default()).is_err() || url.to_lowercase() != url {
            faults.push(format!("{place}: fullUrl is no urn:uuid"));
        }
        if kinds.insert(url, kind).is_some() {
            faults.push(format!("{place}: fullUrl stands twice"));
        }
        let request = &entry["request"];
        if request["method"] == "PUT" {
            let id = entry["resource"]["id"].as_str().unwrap_or_default();
            if !is_id(id) || request["url"] != format!("{kind}/{id}") || request.get("ifNoneExist").is_some() {
                faults.push(format!("{place}: the request is not PUT {kind} at the resource's id"));
            }
            if !conditions.insert((kind, id)) {
                faults.push(format!("{place}: the id stands twice"));
            }
            continue;
        }
        if entry["resource"].get("id").is_some_and(|id| !id.as_str().is_some_and(is_id)) {
            faults.push(format!("{place}: an id that FHIR does not allow"));
        }
        if request["method"] != "POST" || request["url"] != kind {
            faults.push(format!("{place}: the request is not POST {kind}"));
        }
        if provides && kind == "Binary" {
            // MHD creates documents without a condition: a Binary bears none.
            continue;
        }
        let condition = request["ifNoneExist"].as_str().unwrap_or_default();
        if !conditions.insert((kind, condition)) {
            faults.push(format!("{place}: the condition stands twice"));
        }
        if !holds(condition, &entry["resource"]) {
            faults.push(format!("{place}: ifNoneExist names no identifier of the resource"));
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        let resource = &entry["resource"];
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let place = format!("entry[{at}] {kind}");
        match REQUIRED.iter().find(|(name, _)| *name == kind) {
            None => faults.push(format!("{place}: an unexpected kind of resource")),
            Some((_, required)) => {
                for element in *required {
                    let there = element.split('|').any(|e| resource.get(e).is_some() || resource.get(format!("_{e}")).is_some());
                    if !there {
                        faults.push(format!("{place}: {element} is missing"));
                    }
                }
            }
        }
        references(resource, "", &place, &Kinds::of(&kinds, resource), &mut faults);
        dates(resource, "", &place, &mut faults);
        units(resource, &place, &mut faults);
        choices(resource, "", &place, &mut faults);
        attachments(resource, "", &place, entries, &mut faults);
        element_ids(resource, &place, &mut faults);
        target_elements(resource, &place, entries, &mut faults);
        for claim in resource["meta"]["profile"].as_array().into_iter().flatten() {
            let claim = claim.as_str().unwrap_or_default();
            if !(provides && mhd::is_own(claim)) && profiles::keeps(kind, resource, claim) != Some(true) {
                faults.push(format!("{place}: a profile is claimed and not fulfilled"));
            }
        }
        rules(resource, kind, &place, bundle, &mut faults);
        if !provides && kind == "DocumentReference" && resource.get("docStatus").is_none() {
            faults.push(format!("{place}: docStatus is missing"));
        }
    }
    if provides {
        mhd::rules(entries, &mut faults);
    }
    faults
}

/// Whether a text is an `id` of FHIR's.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Whether the condition of a create names an identifier (or tag) that the resource bears.
fn holds(condition: &str, resource: &Value) -> bool {
    let Some((parameter, token)) = condition.split_once('=') else { return false };
    let Some((system, value)) = token.split_once('|') else { return false };
    let same = |coding: &Value, key: &str| {
        let (s, v) = (coding["system"].as_str().unwrap_or_default(), coding[key].as_str().unwrap_or_default());
        super::datatypes::query(parameter, s, v) == condition && !system.is_empty() && !value.is_empty()
    };
    match parameter {
        "identifier" => match &resource["identifier"] {
            Value::Array(list) => list.iter().any(|id| same(id, "value")),
            single => same(single, "value"),
        },
        "_tag" => resource["meta"]["tag"].as_array().is_some_and(|tags| tags.iter().any(|tag| same(tag, "code"))),
        _ => false,
    }
}
