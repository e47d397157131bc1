//! Looks through a finished bundle for what validators overlook: dangling references, references to the wrong kind, missing elements,
//! empty elements, impossible dates, conditions that match nothing in their resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::datatypes::UCUM;
use super::profiles;
use super::ucum::is_ucum;

/// Elements that R4 requires of each resource that chartlift makes; `a|b` means either, `x` may also be there as `_x`.
const REQUIRED: &[(&str, &[&str])] = &[
    ("Patient", &["identifier", "name"]),
    ("Practitioner", &["identifier"]),
    ("Organization", &["identifier", "name"]),
    ("Device", &["identifier", "deviceName"]),
    ("Encounter", &["status", "class", "subject", "period"]),
    ("DocumentReference", &["masterIdentifier", "status", "docStatus", "type", "subject", "date", "content"]),
    ("Composition", &["identifier", "status", "type", "subject", "date", "author", "title", "section"]),
    ("Coverage", &["status", "beneficiary", "payor"]),
    ("Condition", &["verificationStatus", "category", "code", "subject"]),
    ("MedicationStatement", &["status", "medicationCodeableConcept", "subject"]),
    ("AllergyIntolerance", &["clinicalStatus", "verificationStatus", "code", "patient"]),
    ("Observation", &["status", "code", "subject", "valueQuantity|valueString|component", "effectiveDateTime|effectivePeriod"]),
    ("Immunization", &["status", "vaccineCode", "patient", "occurrenceDateTime|occurrenceString"]),
    ("Procedure", &["status", "code", "subject"]),
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
    ("who", &["Device"]),
    ("what", &["DocumentReference"]),
    ("target", &[]),
];

/// FHIR R4's own patterns (datatypes.html), for the elements that chartlift fills.
static DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"));
static INSTANT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant and tested")
}

/// Every fault of a bundle, as sentences that name the place and never the text; empty if there is none.
pub fn check(bundle: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if bundle["resourceType"] != "Bundle" || bundle["type"] != "transaction" {
        faults.push("not a transaction Bundle".to_owned());
    }
    hollow(bundle, "Bundle", &mut faults);
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
        if entry["request"]["method"] != "POST" || entry["request"]["url"] != kind {
            faults.push(format!("{place}: the request is not POST {kind}"));
        }
        let condition = entry["request"]["ifNoneExist"].as_str().unwrap_or_default();
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
        references(resource, "", &place, &kinds, &mut faults);
        dates(resource, "", &place, &mut faults);
        units(resource, &place, &mut faults);
        for claim in resource["meta"]["profile"].as_array().into_iter().flatten() {
            if profiles::keeps(kind, resource, claim.as_str().unwrap_or_default()) != Some(true) {
                faults.push(format!("{place}: a profile is claimed and not fulfilled"));
            }
        }
        rules(resource, kind, &place, &mut faults);
    }
    faults
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

/// Nulls, empty arrays, objects and strings, and strings with white space at their ends.
fn hollow(value: &Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Null => faults.push(format!("{place} is null")),
        Value::String(s) if s.trim().is_empty() || s.trim() != s => faults.push(format!("{place} is empty or not trimmed")),
        Value::Array(a) if a.is_empty() => faults.push(format!("{place} is an empty array")),
        Value::Object(o) if o.is_empty() => faults.push(format!("{place} is an empty object")),
        Value::Array(a) => a.iter().enumerate().for_each(|(at, v)| hollow(v, &format!("{place}[{at}]"), faults)),
        Value::Object(o) => o.iter().for_each(|(key, v)| hollow(v, &format!("{place}.{key}"), faults)),
        _ => {}
    }
}

fn references(value: &Value, key: &str, place: &str, kinds: &BTreeMap<&str, &str>, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| references(v, key, place, kinds, faults)),
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get("reference") {
                let allowed = TARGETS.iter().find(|(name, _)| *name == key).map(|(_, kinds)| *kinds);
                match (kinds.get(target.as_str()), allowed) {
                    (None, _) => faults.push(format!("{place}.{key}: the reference leads nowhere")),
                    (_, None) => faults.push(format!("{place}.{key}: a reference where none is expected")),
                    (Some(kind), Some(allowed)) if !allowed.is_empty() && !allowed.contains(kind) => {
                        faults.push(format!("{place}.{key}: the reference leads to a {kind}"));
                    }
                    _ => {}
                }
            }
            object.iter().for_each(|(key, v)| references(v, key, place, kinds, faults));
        }
        _ => {}
    }
}

fn dates(value: &Value, key: &str, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| dates(v, key, place, faults)),
        Value::Object(object) => object.iter().for_each(|(key, v)| dates(v, key, place, faults)),
        Value::String(text) => {
            let good = match key {
                "birthDate" | "start" | "end" | "dateAsserted" | "valueDateTime" | "effectiveDateTime" | "performedDateTime"
                | "occurrenceDateTime" => DATE.is_match(text),
                "recorded" => INSTANT.is_match(text),
                "date" => DATE.is_match(text) || INSTANT.is_match(text),
                _ => true,
            };
            if !good {
                faults.push(format!("{place}.{key} is no date"));
            }
        }
        _ => {}
    }
}

/// Codes that are said to be UCUM's and are none.
fn units(value: &Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| units(v, place, faults)),
        Value::Object(object) => {
            if object.get("system").is_some_and(|system| system == UCUM) && !object.get("code").and_then(Value::as_str).is_some_and(is_ucum)
            {
                faults.push(format!("{place}: a unit that is not UCUM"));
            }
            object.iter().for_each(|(key, v)| units(v, &format!("{place}.{key}"), faults));
        }
        _ => {}
    }
}

/// R4's invariants that concern what chartlift makes.
fn rules(resource: &Value, kind: &str, place: &str, faults: &mut Vec<String>) {
    let mut fault = |rule: &str| faults.push(format!("{place}: {rule}"));
    let has_value = |v: &Value| v.as_object().is_some_and(|o| o.keys().any(|key| key.starts_with("value")));
    match kind {
        "Patient" => {
            let named = |name: &Value| name.get("family").is_some() || name.get("given").is_some();
            for name in resource["name"].as_array().into_iter().flatten() {
                if named(name) == name.get("extension").is_some() {
                    fault("us-core-6: a name, or the reason why there is none");
                }
            }
            for contact in resource["contact"].as_array().into_iter().flatten() {
                if !["name", "telecom", "address", "organization"].iter().any(|key| contact.get(key).is_some()) {
                    fault("pat-1: a contact without details");
                }
            }
        }
        "Observation" => {
            if has_value(resource) && resource.get("dataAbsentReason").is_some() {
                fault("obs-6: a value and a reason for its absence");
            }
            for component in resource["component"].as_array().into_iter().flatten() {
                if component["code"]["coding"] == resource["code"]["coding"] && has_value(resource) {
                    fault("obs-7: a component with the code of the whole");
                }
                if !has_value(component) {
                    fault("a component without a value");
                }
            }
        }
        "Encounter" => {
            let (start, end) = (resource["period"]["start"].as_str(), resource["period"]["end"].as_str());
            if let (Some(start), Some(end)) = (start, end)
                && start > end
            {
                fault("per-1: the period ends before it begins");
            }
        }
        _ => {}
    }
}
