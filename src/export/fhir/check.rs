//! Looks through a finished bundle for what validators overlook: dangling references, references to the wrong kind, missing elements,
//! empty elements, impossible dates, conditions that match nothing in their resource, units that are not UCUM, profiles that are claimed and
//! not fulfilled, attachments whose size or digest is not that of their Binary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::Regex;
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

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
    ("Binary", &["contentType", "data"]),
    ("DiagnosticReport", &["identifier", "status", "category", "code", "subject", "effectiveDateTime|effectivePeriod", "presentedForm"]),
    ("QuestionnaireResponse", &["identifier", "questionnaire", "status", "subject", "authored", "item"]),
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
        if request["method"] != "POST" || request["url"] != kind {
            faults.push(format!("{place}: the request is not POST {kind}"));
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
        references(resource, "", &place, &kinds, &mut faults);
        dates(resource, "", &place, &mut faults);
        units(resource, &place, &mut faults);
        attachments(resource, "", &place, entries, &mut faults);
        element_ids(resource, &place, &mut faults);
        for claim in resource["meta"]["profile"].as_array().into_iter().flatten() {
            if profiles::keeps(kind, resource, claim.as_str().unwrap_or_default()) != Some(true) {
                faults.push(format!("{place}: a profile is claimed and not fulfilled"));
            }
        }
        rules(resource, kind, &place, &mut faults);
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
                "birthDate" | "valueDate" | "start" | "end" | "dateAsserted" | "valueDateTime" | "effectiveDateTime"
                | "performedDateTime" | "occurrenceDateTime" => DATE.is_match(text),
                "recorded" | "authored" => INSTANT.is_match(text),
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

/// Attachments that lead to a Binary of the bundle and are not of its type, size and digest.
fn attachments(value: &Value, key: &str, place: &str, entries: &[Value], faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| attachments(v, key, place, entries, faults)),
        Value::Object(object) => {
            let url = object.get("url").and_then(Value::as_str).filter(|url| url.starts_with("urn:uuid:"));
            if let (true, Some(url)) = (matches!(key, "attachment" | "presentedForm"), url) {
                let found = entries.iter().find(|entry| entry["fullUrl"] == url).map(|entry| &entry["resource"]);
                match found.filter(|binary| binary["resourceType"] == "Binary") {
                    Some(binary) if is_of(object, binary) => {}
                    Some(_) => faults.push(format!("{place}.{key}: the Binary is of another type, size or digest")),
                    None => faults.push(format!("{place}.{key}: the address leads to no Binary")),
                }
            }
            object.iter().for_each(|(key, v)| attachments(v, key, place, entries, faults));
        }
        _ => {}
    }
}

/// Whether an attachment tells the truth of a Binary.
fn is_of(attachment: &Map<String, Value>, binary: &Value) -> bool {
    let Some(data) = binary["data"].as_str().and_then(|data| BASE64.decode(data).ok()) else { return false };
    attachment.get("contentType") == binary.get("contentType")
        && attachment.get("size").is_none_or(|size| size.as_u64() == Some(data.len() as u64))
        && attachment.get("hash").is_none_or(|hash| *hash == BASE64.encode(Sha1::digest(&data)))
}

/// Ids of elements that stand twice within their resource.
fn element_ids(resource: &Value, place: &str, faults: &mut Vec<String>) {
    fn walk<'v>(value: &'v Value, outermost: bool, seen: &mut BTreeSet<&'v str>, twice: &mut bool) {
        match value {
            Value::Array(list) => list.iter().for_each(|v| walk(v, false, seen, twice)),
            Value::Object(object) => {
                if let (false, Some(id)) = (outermost, object.get("id").and_then(Value::as_str)) {
                    *twice |= !seen.insert(id);
                }
                object.values().for_each(|v| walk(v, false, seen, twice));
            }
            _ => {}
        }
    }
    let mut twice = false;
    walk(resource, true, &mut BTreeSet::new(), &mut twice);
    if twice {
        faults.push(format!("{place}: the id of an element stands twice"));
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
            // US Core's extensions of race and ethnicity say in words what they say in codes.
            for extension in resource["extension"].as_array().into_iter().flatten() {
                let url = extension["url"].as_str().unwrap_or_default();
                let says = |part: &Value| part["url"] == "text" && part["valueString"].is_string();
                if (url.ends_with("/us-core-race") || url.ends_with("/us-core-ethnicity"))
                    && extension["extension"].as_array().into_iter().flatten().filter(|part| says(part)).count() != 1
                {
                    fault("a race or ethnicity without its text");
                }
            }
            for contact in resource["contact"].as_array().into_iter().flatten() {
                if !["name", "telecom", "address", "organization"].iter().any(|key| contact.get(key).is_some()) {
                    fault("pat-1: a contact without details");
                }
            }
        }
        "Observation" => {
            for part in resource["component"].as_array().into_iter().flatten().chain([resource]) {
                if has_value(part) && part.get("dataAbsentReason").is_some() {
                    fault("obs-6: a value and a reason for its absence");
                }
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
