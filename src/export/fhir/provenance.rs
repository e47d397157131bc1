//! Where every value came from: a Provenance for every resource that was made of values, pointing at their elements and at page and box of each; a second one
//! for what people looked at.
//!
//! An entity bears the id of the element that it tells of, so that target and entity go together. What a person corrected stands in both: the
//! machine found the place, the person keyed the text.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::datatypes::{Object, concept, instant, object, put};
use super::draft::{Added, Draft, Identity, OBSERVATION_VALUE};
use super::evidence::decorate;
use crate::export::percent_columns;
use crate::model::{DecidedValue, Status};

const AGENT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
pub(super) const TARGET_ELEMENT: &str = "http://hl7.org/fhir/StructureDefinition/targetElement";

/// A value, the ids of its elements, and what is told of it.
struct Piece<'a> {
    value: &'a DecidedValue,
    ids: Vec<String>,
}

/// Gives elements their ids and confidences, and adds a Provenance for every resource that was made of values.
pub(super) fn add_all(draft: &mut Draft<'_>, device: &Added, reference: &Added) {
    for at in 0..draft.entries.len() {
        let entry = &mut draft.entries[at];
        if entry.evidence.is_empty() {
            continue;
        }
        let ids = decorate(&mut entry.resource, &entry.evidence);
        let (path, url) = (entry.path.clone(), entry.url.clone());
        let pieces: Vec<Piece<'_>> = entry.own().zip(ids).filter_map(|(value, ids)| value.map(|value| Piece { value, ids })).collect();
        if pieces.is_empty() {
            continue;
        }
        let all: Vec<&Piece<'_>> = pieces.iter().collect();
        let mut made = provenance(draft, &url, &all, reference);
        made.insert("recorded".to_owned(), instant(draft.record.recorded_at).into());
        made.insert("activity".to_owned(), concept(LIFECYCLE, "transform"));
        made.insert("reason".to_owned(), json!([concept(OBSERVATION_VALUE, "AIAST")]));
        let mut agent = object(json!({"type": concept(AGENT, "assembler"), "who": device.reference()}));
        put(&mut agent, "onBehalfOf", draft.facility.as_ref().map(Added::reference));
        made.insert("agent".to_owned(), json!([agent]));
        let runs: BTreeSet<i64> = pieces.iter().filter_map(|piece| draft.context.trail.of(piece.value)?.run).collect();
        let tags: Vec<Value> = runs.iter().map(|run| json!({"system": "urn:chartlift:run", "code": run.to_string()})).collect();
        put(&mut made, "meta", (!tags.is_empty()).then(|| json!({"tag": tags})));
        draft.add("Provenance", &format!("Provenance/{path}"), made, Vec::new(), Identity::Document, false);

        let looked_at: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.value.status.is_reviewed()).collect();
        if !looked_at.is_empty() {
            let mut checked = provenance(draft, &url, &looked_at, reference);
            review(draft, &looked_at, &mut checked);
            draft.add("Provenance", &format!("Provenance/verify/{path}"), checked, Vec::new(), Identity::Document, false);
        }
    }
}

/// Target and entities.
fn provenance(draft: &Draft<'_>, url: &str, pieces: &[&Piece<'_>], reference: &Added) -> Object {
    let mut target = object(json!({"reference": url}));
    let elements: BTreeSet<&String> = pieces.iter().flat_map(|piece| &piece.ids).collect();
    let elements: Vec<Value> = elements.into_iter().map(|id| json!({"url": TARGET_ELEMENT, "valueUri": id})).collect();
    // A piece without an element speaks of the resource as a whole.
    let whole = pieces.iter().any(|piece| piece.ids.is_empty());
    put(&mut target, "extension", (!whole && !elements.is_empty()).then_some(elements));
    let file = json!({"role": "source", "what": {
        "reference": reference.url,
        "identifier": {"system": "urn:chartlift:sha256", "value": draft.record.sha256.to_string()},
        "display": "The file that was read",
    }});
    let mut named = BTreeSet::new();
    let places = pieces.iter().map(|piece| {
        let mut entity = entity(draft, piece.value, reference);
        // An id stands once in a resource.
        let id = piece.ids.first().filter(|id| named.insert((*id).clone()));
        put(&mut entity, "id", id.cloned());
        Value::from(entity)
    });
    let entities: Vec<Value> = [file].into_iter().chain(places).collect();
    object(json!({"target": [target], "entity": entities}))
}

/// Who looked at the values, and when.
fn review(draft: &Draft<'_>, pieces: &[&Piece<'_>], provenance: &mut Object) {
    let who = |id: Option<String>| match id {
        Some(id) => json!({"identifier": {"system": "urn:chartlift:reviewer", "value": id}, "display": "Reviewer of the scanned document"}),
        None => json!({"display": "Reviewer of the scanned document"}),
    };
    let (mut agents, mut times) = (BTreeSet::new(), BTreeSet::new());
    for piece in pieces {
        let review = draft.context.trail.of(piece.value).and_then(|told| told.review.as_ref());
        times.extend(review.map(|review| review.at));
        let id = review.and_then(|review| review.reviewer.clone());
        agents.insert(("verifier", id.clone()));
        if piece.value.status == Status::Corrected {
            // Keyed anew by the one who looked.
            agents.insert(("enterer", id));
        }
    }
    let agents: Vec<Value> = agents.into_iter().map(|(role, id)| json!({"type": concept(AGENT, role), "who": who(id)})).collect();
    provenance.insert("agent".to_owned(), agents.into());
    provenance.insert("activity".to_owned(), concept(LIFECYCLE, "verify"));
    match (times.first(), times.last()) {
        (Some(first), Some(last)) if first == last => put(provenance, "occurredDateTime", Some(instant(*first))),
        (Some(first), Some(last)) => put(provenance, "occurredPeriod", Some(json!({"start": instant(*first), "end": instant(*last)}))),
        _ => {}
    }
    let recorded = times.last().copied().unwrap_or(draft.record.recorded_at);
    provenance.insert("recorded".to_owned(), instant(recorded).into());
}

/// The value's place: the DocumentReference, and a media fragment (W3C Media Fragments URI 1.0) of the source.
fn entity(draft: &Draft<'_>, value: &DecidedValue, reference: &Added) -> Object {
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
    object(json!({"role": "source", "what": what}))
}
