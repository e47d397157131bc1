//! Documents of a person as transaction Bundles that a server takes: as many together as the limits allow, in their order, what they share once.
//!
//! A document's resources stay together. Only a document that is larger than the limits by itself is parted, what is referred to before what refers. A reference that
//! leads into an earlier part becomes a conditional one (`Patient?identifier=…`, R4, http.html#trules), which the server resolves; an address of a Binary,
//! which cannot be conditional, its place on the server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::datatypes::{Object, instant};
use super::forms::{entry, to_json};
use super::{Rendered, Rendering};
use crate::export::identity;

/// What a server takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries of a Bundle, and lines of a file.
    pub entries: usize,
    /// Most bytes of either; one resource that is larger goes alone.
    pub bytes: u64,
}

/// A finished Bundle.
#[derive(Clone, Debug)]
pub struct Part {
    /// The JSON text, pretty-printed.
    pub json: Vec<u8>,
    /// How many resources of each type it holds.
    pub resources: BTreeMap<String, u64>,
}

/// Packs documents into Bundles.
pub struct Packer {
    limits: Limits,
    /// What all Bundles together are known by.
    name: Uuid,
    parts: u32,
    /// How to refer to every resource that went out, or is about to.
    known: BTreeMap<String, String>,
    /// The part that is being filled.
    current: Vec<Rendered>,
    size: u64,
    recorded_at: i64,
}

/// What an entry costs besides its resource, at most: full URL, request, indentation of the Bundle.
const ENTRY: u64 = 1_000;

impl Packer {
    /// Begins with nothing.
    pub fn new(limits: Limits, name: Uuid) -> Self {
        Self { limits, name, parts: 0, known: BTreeMap::new(), current: Vec::new(), size: 0, recorded_at: 0 }
    }

    /// Takes the next document; gives the Bundles that are full.
    pub fn add(&mut self, rendering: Rendering) -> Vec<Part> {
        let fresh: Vec<Rendered> = rendering.resources.into_iter().filter(|r| !self.known.contains_key(&r.url)).collect();
        let fresh = in_order(fresh);
        let sizes: Vec<u64> = fresh.iter().map(|r| to_json(&r.resource, true).len() as u64 * 5 / 4 + ENTRY).collect();
        let mut full = Vec::new();
        if !self.fits(fresh.len(), sizes.iter().sum()) {
            full.extend(self.close());
        }
        self.recorded_at = self.recorded_at.max(rendering.recorded_at);
        for (rendered, size) in fresh.into_iter().zip(sizes) {
            if !self.fits(1, size) {
                full.extend(self.close());
                self.recorded_at = rendering.recorded_at;
            }
            self.known.insert(rendered.url.clone(), elsewhere(&rendered));
            self.size += size;
            self.current.push(rendered);
        }
        full
    }

    /// The last Bundle, if anything is left for it.
    pub fn finish(mut self) -> Option<Part> {
        self.close()
    }

    fn fits(&self, entries: usize, size: u64) -> bool {
        self.current.len() + entries <= self.limits.entries && self.size + size <= self.limits.bytes
    }

    fn close(&mut self) -> Option<Part> {
        if self.current.is_empty() {
            return None;
        }
        self.parts += 1;
        let id = if self.parts == 1 { self.name } else { identity::named(&format!("{}/{}", self.name, self.parts)) };
        let mut held = std::mem::take(&mut self.current);
        let here: BTreeSet<String> = held.iter().map(|r| r.url.clone()).collect();
        let mut resources = BTreeMap::new();
        for rendered in &mut held {
            *resources.entry(rendered.kind.clone()).or_default() += 1;
            point(&mut rendered.resource, &|url| if here.contains(url) { None } else { self.known.get(url).cloned() });
        }
        let bundle = json!({
            "resourceType": "Bundle",
            "id": id.to_string(),
            "identifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{id}")},
            "type": "transaction",
            "timestamp": instant(std::mem::take(&mut self.recorded_at)),
            "entry": held.into_iter().map(entry).collect::<Vec<_>>(),
        });
        self.size = 0;
        Some(Part { json: to_json(&bundle, true), resources })
    }
}

/// How a resource is referred to from another Bundle.
fn elsewhere(rendered: &Rendered) -> String {
    match &rendered.condition {
        Some(condition) => format!("{}?{condition}", rendered.kind),
        None => format!("{}/{}", rendered.kind, rendered.resource["id"].as_str().unwrap_or_default()),
    }
}

/// Turns references and addresses: to what `to` says of their target, or not at all.
pub(super) fn point(value: &mut Value, to: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| point(value, to)),
        Value::Object(object) => {
            for key in ["reference", "url"] {
                turn(object, key, to);
            }
            object.values_mut().for_each(|value| point(value, to));
        }
        _ => {}
    }
}

fn turn(object: &mut Object, key: &str, to: &dyn Fn(&str) -> Option<String>) {
    if let Some(Value::String(target)) = object.get_mut(key)
        && target.starts_with("urn:uuid:")
        && let Some(other) = to(target)
    {
        *target = other;
    }
}

/// The resources of a document, what is referred to before what refers; else in the order given.
pub(super) fn in_order(resources: Vec<Rendered>) -> Vec<Rendered> {
    fn visit(at: usize, targets: &[BTreeSet<usize>], seen: &mut BTreeSet<usize>, order: &mut Vec<usize>) {
        if seen.insert(at) {
            targets[at].iter().for_each(|&target| visit(target, targets, seen, order));
            order.push(at);
        }
    }
    let places: BTreeMap<&str, usize> = resources.iter().enumerate().map(|(at, r)| (r.url.as_str(), at)).collect();
    let targets: Vec<BTreeSet<usize>> = resources.iter().map(|r| referred(&r.resource, &places)).collect();
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    (0..resources.len()).for_each(|at| visit(at, &targets, &mut seen, &mut order));
    let mut slots: Vec<Option<Rendered>> = resources.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

fn referred(value: &Value, places: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(object) => {
                let targets = ["reference", "url"].into_iter().filter_map(|key| object.get(key)?.as_str());
                found.extend(targets.filter_map(|target| places.get(target)));
                open.extend(object.values());
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Scan;
    use crate::export::fhir::{ExportContext, Person, check, render, transaction};
    use crate::export::sample::full;

    const WIDE: Limits = Limits { entries: 10_000, bytes: 1 << 40 };

    fn packed(limits: Limits, documents: &[&str]) -> Vec<Value> {
        let scan = Scan::new(vec![7; 5_000]);
        let mut packer = Packer::new(limits, Uuid::nil());
        let mut parts = Vec::new();
        let papers: Vec<_> = documents.iter().map(|document| full(document)).collect();
        let context = ExportContext { person: Some(Person::of(&papers, &papers[0], false)), ..ExportContext::default() };
        for paper in &papers {
            parts.extend(packer.add(render(paper, &context, Some(&scan))));
        }
        parts.extend(packer.finish());
        parts.iter().map(|part| serde_json::from_slice(&part.json).unwrap()).collect()
    }

    fn entries(bundle: &Value) -> &Vec<Value> {
        bundle["entry"].as_array().unwrap()
    }

    #[test]
    fn documents_go_together_and_what_they_share_goes_once() {
        let one = entries(&packed(WIDE, &["a.pdf"])[0]).len();
        let both = packed(WIDE, &["a.pdf", "b.pdf"]);
        assert_eq!(both.len(), 1);
        let of = |kind: &str| entries(&both[0]).iter().filter(|e| e["resource"]["resourceType"] == kind).count();
        assert_eq!((of("Device"), of("Practitioner"), of("Patient"), of("Binary")), (1, 1, 1, 2));
        assert!(entries(&both[0]).len() < 2 * one);
        assert_eq!(check(&both[0]), Vec::<String>::new());
    }

    #[test]
    fn later_parts_refer_to_earlier_ones_by_condition() {
        let one = entries(&packed(WIDE, &["a.pdf"])[0]).len();
        let parts = packed(Limits { entries: one + 1, ..WIDE }, &["a.pdf", "b.pdf"]);
        assert_eq!(parts.len(), 2);
        assert_ne!(parts[0]["id"], parts[1]["id"]);
        let text = parts[1].to_string();
        assert!(text.contains("\"reference\":\"Device?identifier=urn:chartlift:device|chartlift/"), "{text}");
        for part in &parts {
            assert_eq!(check(part), Vec::<String>::new());
        }
    }

    #[test]
    fn a_document_beyond_the_limits_is_parted_and_nothing_is_lost() {
        let whole = packed(WIDE, &["a.pdf"]);
        let names = |parts: &[Value]| -> BTreeSet<String> {
            parts.iter().flat_map(entries).map(|entry| entry["fullUrl"].as_str().unwrap().to_owned()).collect()
        };
        for limits in
            [Limits { entries: 7, ..WIDE }, Limits { entries: 1, ..WIDE }, Limits { bytes: 9_000, ..WIDE }, Limits { entries: 0, bytes: 0 }]
        {
            let parts = packed(limits, &["a.pdf"]);
            assert!(parts.len() > 2);
            assert_eq!(names(&parts), names(&whole));
            let mut before = BTreeSet::new();
            for part in &parts {
                assert!(entries(part).len() <= limits.entries.max(1));
                assert_eq!(check(part), Vec::<String>::new());
                before.extend(entries(part).iter().map(|e| e["request"]["ifNoneExist"].as_str().unwrap_or_default().to_owned()));
                // What is referred to stands in this part or in an earlier one.
                for reference in part.to_string().split("\"reference\":\"").skip(1) {
                    let target = reference.split('"').next().unwrap();
                    let there = target.starts_with("urn:uuid:") || target.split_once('?').is_some_and(|(_, query)| before.contains(query));
                    assert!(there, "{target}");
                }
            }
        }
    }

    #[test]
    fn one_document_within_the_limits_is_the_transaction_that_it_always_was() {
        let rendering = render(&full("a.pdf"), &ExportContext::default(), None);
        let (mut packer, whole) = (Packer::new(WIDE, rendering.uuid), transaction(rendering.clone()));
        assert!(packer.add(rendering).is_empty());
        let part: Value = serde_json::from_slice(&packer.finish().unwrap().json).unwrap();
        let whole: Value = serde_json::from_slice(&whole.json).unwrap();
        let sorted = |bundle: &Value| {
            let mut entries: Vec<String> = entries(bundle).iter().map(Value::to_string).collect();
            entries.sort();
            entries
        };
        assert_eq!((sorted(&part), &part["id"]), (sorted(&whole), &whole["id"]));
    }
}
