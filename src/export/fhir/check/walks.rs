//! What is looked for everywhere in a resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::Regex;
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use super::super::datatypes::{UCUM, date};
use super::super::provenance::TARGET_ELEMENT;
use super::super::ucum::is_ucum;
use super::TARGETS;

/// FHIR R4's own pattern (datatypes.html), in UTC as chartlift writes it.
static INSTANT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant and tested")
}

/// Nulls, empty arrays, objects and strings, and strings with white space at their ends.
pub(super) fn hollow(value: &Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Null => faults.push(format!("{place} is null")),
        Value::String(s) if s.trim().is_empty() || s.trim() != s => faults.push(format!("{place} is empty or not trimmed")),
        Value::Array(a) if a.is_empty() => faults.push(format!("{place} is an empty array")),
        Value::Object(o) if o.is_empty() => faults.push(format!("{place} is an empty object")),
        Value::Array(a) => {
            // Beside a list of primitives a null stands for an element without id and extension (R4, json.html#primitive).
            let beside = place.rsplit('.').next().is_some_and(|key| key.starts_with('_'));
            let items = a.iter().enumerate().filter(|(_, v)| !(beside && v.is_null()));
            items.for_each(|(at, v)| hollow(v, &format!("{place}[{at}]"), faults));
        }
        Value::Object(o) => o.iter().for_each(|(key, v)| hollow(v, &format!("{place}.{key}"), faults)),
        _ => {}
    }
}

/// The kinds of what can be referred to: the entries of the bundle, and what a resource contains.
pub(super) struct Kinds<'v> {
    entries: &'v BTreeMap<&'v str, &'v str>,
    contained: BTreeMap<String, &'v str>,
}

impl<'v> Kinds<'v> {
    /// The kinds within one resource of a bundle.
    pub fn of(entries: &'v BTreeMap<&'v str, &'v str>, resource: &'v Value) -> Self {
        let contained = resource["contained"].as_array().into_iter().flatten();
        let of = |inner: &'v Value| Some((format!("#{}", inner["id"].as_str()?), inner["resourceType"].as_str()?));
        Self { entries, contained: contained.filter_map(of).collect() }
    }

    fn get<'t>(&self, target: &'t str) -> Option<&'t str>
    where
        'v: 't,
    {
        // What went out in an earlier Bundle is named by a search that finds it.
        let elsewhere = || target.split_once('?').filter(|(_, query)| query.starts_with("identifier=")).map(|(kind, _)| kind);
        self.entries.get(target).or_else(|| self.contained.get(target)).copied().or_else(elsewhere)
    }
}

/// References that lead nowhere, or to another kind of resource than their element may.
pub(super) fn references(value: &Value, key: &str, place: &str, kinds: &Kinds<'_>, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| references(v, key, place, kinds, faults)),
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get("reference") {
                let allowed = TARGETS.iter().find(|(name, _)| *name == key).map(|(_, kinds)| *kinds);
                match (kinds.get(target), allowed) {
                    (None, _) => faults.push(format!("{place}.{key}: the reference leads nowhere")),
                    (_, None) => faults.push(format!("{place}.{key}: a reference where none is expected")),
                    (Some(kind), Some(allowed)) if !allowed.is_empty() && !allowed.contains(&kind) => {
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

/// Dates and instants that are none.
pub(super) fn dates(value: &Value, key: &str, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| dates(v, key, place, faults)),
        Value::Object(object) => object.iter().for_each(|(key, v)| dates(v, key, place, faults)),
        Value::String(text) => {
            let good = match key {
                "birthDate" | "valueDate" | "dateAsserted" | "valueDateTime" | "effectiveDateTime" | "performedDateTime"
                | "occurrenceDateTime" => date(text).is_some(),
                "recorded" | "authored" => is_instant(text),
                "date" | "start" | "end" | "occurredDateTime" => date(text).is_some() || is_instant(text),
                _ => true,
            };
            if !good {
                faults.push(format!("{place}.{key} is no date"));
            }
        }
        _ => {}
    }
}

/// An instant in UTC whose day the calendar has.
fn is_instant(text: &str) -> bool {
    INSTANT.is_match(text) && date(&text[..10]).is_some()
}

/// The elements that stand once, in one of several types.
const CHOICES: [&str; 5] = ["value", "effective", "occurrence", "performed", "medication"];

/// Elements of a choice that stand twice, in two types; extensions without an address, or that say nothing.
pub(super) fn choices(value: &Value, key: &str, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| choices(v, key, place, faults)),
        Value::Object(object) => {
            for choice in CHOICES {
                let typed = |key: &str| key.strip_prefix(choice).is_some_and(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase()));
                let types: BTreeSet<&str> = object.keys().map(|key| key.trim_start_matches('_')).filter(|key| typed(key)).collect();
                if types.len() > 1 {
                    faults.push(format!("{place}.{choice}: in two types at once"));
                }
                if choice == "value"
                    && key == "extension"
                    && (types.is_empty() != object.contains_key("extension") || !object.contains_key("url"))
                {
                    faults.push(format!("{place}.extension: without address, without value, or with value and parts"));
                }
            }
            object.iter().for_each(|(key, v)| choices(v, key, place, faults));
        }
        _ => {}
    }
}

/// Codes that are said to be UCUM's and are none.
pub(super) fn units(value: &Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| units(v, place, faults)),
        Value::Object(object) => {
            if object.get("system").is_some_and(|system| system == UCUM) && !object.get("code").and_then(Value::as_str).is_some_and(is_ucum)
            {
                faults.push(format!("{place}: a unit that is not UCUM"));
            }
            if object.get("value").is_some_and(Value::is_number) && object.contains_key("code") && !object.contains_key("system") {
                faults.push(format!("{place}: qty-3: a unit's code without its system"));
            }
            object.iter().for_each(|(key, v)| units(v, &format!("{place}.{key}"), faults));
        }
        _ => {}
    }
}

/// Attachments that lead to a Binary of the bundle and are not of its type, size and digest.
pub(super) fn attachments(value: &Value, key: &str, place: &str, entries: &[Value], faults: &mut Vec<String>) {
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
pub(super) fn element_ids(resource: &Value, place: &str, faults: &mut Vec<String>) {
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

/// Each element that a Provenance names by its id stands in the resource that it points to.
pub(super) fn target_elements(resource: &Value, place: &str, entries: &[Value], faults: &mut Vec<String>) {
    fn bears(value: &Value, id: &str) -> bool {
        match value {
            Value::Array(list) => list.iter().any(|v| bears(v, id)),
            Value::Object(object) => object.get("id").is_some_and(|own| own == id) || object.values().any(|v| bears(v, id)),
            _ => false,
        }
    }
    for target in resource["target"].as_array().into_iter().flatten() {
        let aimed_at = entries.iter().find(|entry| entry["fullUrl"].is_string() && entry["fullUrl"] == target["reference"]);
        let Some(Value::Object(aimed_at)) = aimed_at.map(|entry| &entry["resource"]) else { continue };
        for extension in target["extension"].as_array().into_iter().flatten().filter(|e| e["url"] == TARGET_ELEMENT) {
            let id = extension["valueUri"].as_str().unwrap_or_default();
            // The resource's own id is not an element's.
            if !aimed_at.values().any(|value| bears(value, id)) {
                faults.push(format!("{place}: a targetElement that leads nowhere"));
            }
        }
    }
}
