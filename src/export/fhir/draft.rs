//! A bundle under construction: which values may leave, what was made of them, and the identity of every resource.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::datatypes::{Object, object, percent, put, query, text};
use super::person::{is_of_person, same_text};
use super::profiles::{self, Profile};
use super::{Carrier, ExportContext, LeftOut, LeftOutReason, Rendered, Rendering};
use crate::export::fields_csv::in_order;
use crate::export::identity::{self, RESOURCE_SYSTEM};
use crate::model::{DecidedValue, DocumentKind, DocumentRecord, Field, Group, Status};

pub(super) const OBSERVATION_VALUE: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/// Type and place of the person's own resource.
const PATIENT: &str = "Patient";

/// The values of one item of a repeated group.
#[derive(Clone, Default)]
pub(super) struct Item<'a> {
    /// The values that may leave and say something.
    pub leaving: BTreeMap<Field, &'a DecidedValue>,
    /// Fields that wait for a person.
    pub waiting: BTreeSet<Field>,
}

/// A resource that is in the bundle.
#[derive(Clone, Debug)]
pub(super) struct Added {
    /// Its `urn:uuid:`.
    pub url: String,
}

impl Added {
    /// A Reference to it.
    pub fn reference(&self) -> Value {
        json!({"reference": self.url})
    }
}

/// How a server recognises a resource that it already has.
pub(super) enum Identity {
    /// By the document and the place within it.
    Document,
    /// By an id of our own choice, at which it is put.
    Own,
    /// By an identifier that is the same in other documents.
    Shared {
        /// Its system.
        system: String,
        /// Its value.
        value: String,
    },
}

/// A value that a resource was made of, and the element that holds it.
#[derive(Clone, Debug)]
pub(super) struct Evidence<'a> {
    /// The value.
    pub value: &'a DecidedValue,
    /// The element, as a path from the resource such as `name[0].family`; of a list of plain strings the list.
    pub element: String,
}

impl<'a> Evidence<'a> {
    /// A value and the path of its element.
    pub fn at(value: &'a DecidedValue, element: impl Into<String>) -> Self {
        Self { value, element: element.into() }
    }
}

impl std::ops::Deref for Evidence<'_> {
    type Target = DecidedValue;

    fn deref(&self) -> &DecidedValue {
        self.value
    }
}

pub(super) struct Entry<'a> {
    pub path: String,
    pub url: String,
    pub evidence: Vec<Evidence<'a>>,
    pub resource: Value,
    condition: Option<String>,
    /// Of a resource of the person, this document's values that say what it says.
    own: Option<BTreeMap<Field, &'a DecidedValue>>,
}

impl<'a> Entry<'a> {
    /// Of each piece of evidence the value of this document that supports it, if one does: what the person's other papers say is not this document's.
    pub fn own(&self) -> impl Iterator<Item = Option<&'a DecidedValue>> + use<'_, 'a> {
        self.evidence.iter().map(|piece| self.own.as_ref().map_or(Some(piece.value), |own| own.get(&piece.extracted.field).copied()))
    }
}

pub(super) struct Draft<'a> {
    /// The facility that scans and keeps the paper, where the site names it.
    pub facility: Option<Added>,
    pub record: &'a DocumentRecord,
    pub context: &'a ExportContext,
    pub entries: Vec<Entry<'a>>,
    /// Values by field and item; of several that leave, the first in the order of fields.csv.
    singles: BTreeMap<Field, &'a DecidedValue>,
    waiting: BTreeSet<Field>,
    /// This document's values of the person, where the person's own take their place: those that say the same.
    agreeing: BTreeMap<Field, &'a DecidedValue>,
    items: BTreeMap<Group, BTreeMap<u32, Item<'a>>>,
    refused: BTreeSet<(Field, Option<u32>)>,
}

impl<'a> Draft<'a> {
    pub fn new(record: &'a DocumentRecord, context: &'a ExportContext) -> Self {
        let mut draft = Self {
            facility: None,
            record,
            context,
            entries: Vec::new(),
            singles: BTreeMap::new(),
            waiting: BTreeSet::new(),
            agreeing: BTreeMap::new(),
            items: BTreeMap::new(),
            refused: BTreeSet::new(),
        };
        for value in in_order(&record.values) {
            let field = value.extracted.field;
            let leaves = value.status.leaves() && text(&value.extracted.value).is_some();
            match field.group() {
                Some(group) => {
                    let item = draft.items.entry(group).or_default().entry(value.extracted.item.unwrap_or(0)).or_default();
                    if leaves {
                        item.leaving.entry(field).or_insert(value);
                    } else if value.status == Status::Review {
                        item.waiting.insert(field);
                    }
                }
                None if leaves => {
                    draft.singles.entry(field).or_insert(value);
                }
                None if value.status == Status::Review => {
                    draft.waiting.insert(field);
                }
                None => {}
            }
        }
        if let Some(person) = &context.person {
            let agrees = |value: &&DecidedValue| person.values.get(&value.extracted.field).is_some_and(|held| same_text(held, value));
            draft.agreeing = draft.singles.values().copied().filter(agrees).map(|value| (value.extracted.field, value)).collect();
            draft.singles.retain(|field, _| !is_of_person(*field));
            draft.waiting.retain(|field| !is_of_person(*field));
            draft.singles.extend(person.values.iter().map(|(field, value)| (*field, value)));
            draft.waiting.extend(&person.waiting);
        }
        draft
    }

    /// Whether the record number of the document's person is in doubt.
    pub fn is_contested(&self) -> bool {
        self.context.person.as_ref().map_or_else(|| self.context.contested.contains(&self.record.id), |person| person.contested)
    }

    /// A single value that may leave.
    pub fn single(&self, field: Field) -> Option<&'a DecidedValue> {
        self.singles.get(&field).copied()
    }

    /// A single value that may leave, as `read` reads it; what `read` refuses is listed as left out for its form.
    pub fn read<T>(&mut self, field: Field, read: impl FnOnce(&str) -> Option<T>) -> Option<(T, &'a DecidedValue)> {
        let value = self.single(field)?;
        self.read_value(value, read).map(|read| (read, value))
    }

    /// The same for a value in hand.
    pub fn read_value<T>(&mut self, value: &'a DecidedValue, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let read = read(&value.extracted.value);
        if read.is_none() {
            self.refused.insert((value.extracted.field, value.extracted.item));
        }
        read
    }

    /// Whether a single field waits for a person and nothing of it leaves.
    pub fn waits(&self, field: Field) -> bool {
        self.waiting.contains(&field) && !self.singles.contains_key(&field)
    }

    /// The items of a group, by number.
    pub fn items(&self, group: Group) -> BTreeMap<u32, Item<'a>> {
        self.items.get(&group).cloned().unwrap_or_default()
    }

    /// The kind of the document, where that may leave.
    pub fn kind(&self) -> Option<DocumentKind> {
        self.single(Field::DocumentType).and_then(|value| DocumentKind::parse(value.extracted.value.trim()))
    }

    /// The name of a place within the document: `<digest>/<ordinal>/<path>`. The patient's is the same in all documents of the person.
    pub fn place(&self, path: &str) -> String {
        match &self.context.person {
            Some(person) if path == PATIENT => format!("{}/{}/{path}", person.anchor.0, person.anchor.1),
            _ => identity::place(self.record, path),
        }
    }

    /// The UUIDv5 of a place within the document.
    pub fn uuid(&self, path: &str) -> Uuid {
        identity::named(&self.place(path))
    }

    /// The source's address: its path, percent-encoded, below the site's base.
    pub fn source_url(&self) -> String {
        format!("{}{}", self.context.settings.source_base, percent(self.record.source.as_str(), b"/"))
    }

    /// Adds a resource made of `evidence`: gives it its type, labels, identifier and condition.
    pub fn add(
        &mut self,
        kind: &str,
        path: &str,
        mut resource: Object,
        evidence: Vec<Evidence<'a>>,
        identity: Identity,
        waits: bool,
    ) -> Added {
        let uuid = match &identity {
            // Known by something that is not the document's: the same in every document. A record number is no name for a resource.
            Identity::Shared { system, value } if kind != PATIENT => identity::named(&format!("{system}|{value}")),
            _ => self.uuid(path),
        };
        let url = format!("urn:uuid:{uuid}");
        resource.insert("resourceType".to_owned(), kind.into());
        let mut meta = resource.remove("meta").map(object).unwrap_or_default();
        let settings = &self.context.settings;
        let version = (settings.profile == Profile::UsCore).then_some(settings.us_core);
        if let Some(version) = version {
            profiles::complete(kind, &mut resource, version);
        }
        if !evidence.is_empty() {
            let human = evidence.iter().all(|piece| piece.status.is_reviewed());
            // AIAST stays after a review. What is there is whole and settled by people, or a part of it is still unsure, or neither.
            let codes = match (human, waits) {
                (true, false) => &["AIAST", "RELIABLE"][..],
                (_, true) => &["AIAST", "UNCERTREL"],
                (false, false) => &["AIAST"],
            };
            let labels: Vec<Value> = codes.iter().map(|code| json!({"system": OBSERVATION_VALUE, "code": code})).collect();
            meta.insert("security".to_owned(), labels.into());
        }
        // A Provenance brings tags of its own.
        let mut tags = match meta.remove("tag") {
            Some(Value::Array(tags)) => tags,
            _ => Vec::new(),
        };
        if waits {
            tags.push(json!({"system": "urn:chartlift:review", "code": "waiting"}));
        }
        let own = matches!(identity, Identity::Own);
        let (system, value) = match identity {
            Identity::Document | Identity::Own => (RESOURCE_SYSTEM.to_owned(), self.place(path)),
            Identity::Shared { system, value } => (system, value),
        };
        let condition = match (kind, own) {
            (_, true) => {
                resource.insert("id".to_owned(), self.uuid(path).to_string().into());
                None
            }
            ("Provenance", _) => {
                let code = self.uuid(path).to_string();
                tags.push(json!({"system": RESOURCE_SYSTEM, "code": code}));
                Some(query("_tag", RESOURCE_SYSTEM, &code))
            }
            _ => {
                identify(kind, &mut resource, &system, &value);
                Some(query("identifier", &system, &value))
            }
        };
        if !tags.is_empty() {
            meta.insert("tag".to_owned(), tags.into());
        }
        let mut resource = Value::from(resource);
        if let Some(version) = version {
            let claims = profiles::claims(kind, &resource, version);
            put(&mut meta, "profile", (!claims.is_empty()).then_some(claims));
        }
        if !meta.is_empty() {
            resource["meta"] = meta.into();
        }
        let own = (kind == PATIENT && self.context.person.is_some()).then(|| self.agreeing.clone());
        self.entries.push(Entry { path: path.to_owned(), url: url.clone(), evidence, resource, condition, own });
        Added { url }
    }

    /// Which resources were made of which values.
    pub fn carriers(&self) -> Vec<Carrier> {
        let of = |entry: &Entry<'_>, value: &DecidedValue| Carrier {
            field: value.extracted.field,
            item: value.extracted.item,
            resource: entry.resource["resourceType"].as_str().unwrap_or_default().to_owned(),
            url: entry.url.clone(),
        };
        let mut carriers: Vec<Carrier> =
            self.entries.iter().flat_map(|entry| entry.own().flatten().map(|value| of(entry, value))).collect();
        carriers.sort();
        carriers.dedup();
        carriers
    }

    /// Closes the draft and counts what may leave and did not.
    pub fn finish(self) -> Rendering {
        let used: BTreeSet<(Field, Option<u32>)> =
            self.entries.iter().flat_map(|e| e.own().flatten()).map(|v| (v.extracted.field, v.extracted.item)).collect();
        let mut left_out = BTreeSet::new();
        for value in &self.record.values {
            let key = (value.extracted.field, value.extracted.item);
            if value.status.leaves() && !value.extracted.value.is_empty() && !used.contains(&key) {
                let overruled = self.context.person.is_some() && is_of_person(key.0) && !self.agreeing.contains_key(&key.0);
                let reason = match overruled {
                    true => LeftOutReason::Overruled,
                    false if self.refused.contains(&key) => LeftOutReason::Form,
                    false => LeftOutReason::Incomplete,
                };
                left_out.insert(LeftOut { field: key.0, item: key.1, reason });
            }
        }
        let uuid = self.uuid("Bundle");
        let rendered = |entry: Entry<'_>| Rendered {
            kind: entry.resource["resourceType"].as_str().unwrap_or_default().to_owned(),
            path: entry.path,
            url: entry.url,
            condition: entry.condition,
            resource: entry.resource,
        };
        Rendering {
            uuid,
            recorded_at: self.record.recorded_at,
            resources: self.entries.into_iter().map(rendered).collect(),
            left_out: left_out.into_iter().collect(),
        }
    }
}

/// Gives the resource the identifier that its condition asks for, unless it bears it already.
fn identify(kind: &str, resource: &mut Object, system: &str, value: &str) {
    let identifier = json!({"system": system, "value": value});
    if matches!(kind, "Composition" | "QuestionnaireResponse") {
        // The resources here with a single identifier.
        resource.insert("identifier".to_owned(), identifier);
        return;
    }
    let list = resource.entry("identifier").or_insert_with(|| json!([]));
    if let Value::Array(list) = list
        && !list.iter().any(|has| has["system"] == identifier["system"] && has["value"] == identifier["value"])
    {
        list.push(identifier);
    }
}
