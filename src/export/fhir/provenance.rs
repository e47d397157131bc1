//! Where every value came from: one Provenance a resource, one entity a value, each with page and box.

use serde_json::{Value, json};

use super::datatypes::{Object, concept, instant, object};
use super::draft::{Added, Draft, Evidence, Identity};
use crate::export::percent_columns;
use crate::model::{DecidedValue, Status};

const AGENT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// Adds a Provenance for every resource that was made of values.
pub(super) fn add_all(draft: &mut Draft<'_>, device: &Added, reference: &Added) {
    let made: Vec<(String, String, Vec<Evidence<'_>>)> =
        draft.entries.iter().filter(|e| !e.evidence.is_empty()).map(|e| (e.path.clone(), e.url.clone(), e.evidence.clone())).collect();
    for (path, url, evidence) in made {
        let mut agents = vec![json!({"type": concept(AGENT, "assembler"), "who": device.reference()})];
        if evidence.iter().any(|value| matches!(value.status, Status::Verified | Status::Corrected)) {
            // Who it was stands in the archive's ledger, not in exports.
            agents.push(json!({"type": concept(AGENT, "verifier"), "who": {"display": "Reviewer of the scanned document"}}));
        }
        let provenance = object(json!({
            "target": [{"reference": url}],
            "recorded": instant(draft.record.recorded_at),
            "activity": concept("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "transform"),
            "agent": agents,
            "entity": evidence.iter().map(|value| entity(draft, value, reference)).collect::<Vec<_>>(),
        }));
        draft.add("Provenance", &format!("Provenance/{path}"), provenance, Vec::new(), Identity::Document, false);
    }
}

/// The value's place: the DocumentReference, and a media fragment (W3C Media Fragments URI 1.0) of the source.
fn entity(draft: &Draft<'_>, value: &DecidedValue, reference: &Added) -> Value {
    let found = &value.extracted;
    let mut fragment = format!("{}#page={}", draft.source_url(), found.page);
    if found.place.is_some() {
        fragment.push_str("&xywh=percent:");
        fragment.push_str(&percent_columns(found.place).join(","));
    }
    // The name of the field, not its text.
    let display = match found.item {
        Some(item) => format!("{} item {item}, page {}", found.field, found.page),
        None => format!("{}, page {}", found.field, found.page),
    };
    let mut what = Object::new();
    what.insert("reference".to_owned(), reference.url.as_str().into());
    what.insert("identifier".to_owned(), json!({"system": "urn:chartlift:fragment", "value": fragment}));
    what.insert("display".to_owned(), display.into());
    json!({"role": "source", "what": what})
}
