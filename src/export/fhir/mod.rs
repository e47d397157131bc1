//! One document as a FHIR R4 transaction Bundle: the values that were accepted, verified or corrected, and where each came from.
//!
//! Decisions, with their reasons:
//! * **Nothing is sent twice.** Full URLs are UUIDv5 over (digest of the source, ordinal, place in the document); each resource bears an
//!   identifier of the same parts and is created on condition that the server has none with it (`ifNoneExist`). Provenance has
//!   no identifier in R4 and is found by a tag. With a conditional create the server's own copy wins: corrections sent later are a matter of PUT.
//! * **A patient is matched only where it is safe**: by the record number where that and the family name or the birth date were accepted and
//!   no other document of the archive contradicts ([`ExportContext::contested`]); otherwise each document brings a patient of its own
//!   for people to merge. Nobody is ever matched by name.
//! * **Half an item is not exported as if it were whole.** An item leaves when its leading text leaves. An observation also needs its value, and its unit if one
//!   was seen; the two halves of a blood pressure go together. Other parts that still wait are left out and the resource is tagged
//!   `urn:chartlift:review|waiting`; a dosage or reaction that waits is marked absent (`temp-unknown`) so that it cannot be read as none.
//! * **A machine's reading is marked as one**: security label AIAST (kept after review, then with RELIABLE), status preliminary or unconfirmed, a Provenance with
//!   the device, the source and the box of every value. A clerk confirms the reading, not the diagnosis: `verificationStatus` stays unconfirmed.
//!   What paper does not say is not made up: a problem has no clinical status; an allergy is `active` because R4 (ait-1) demands one and that errs on the safe side;
//!   a coverage is a `draft`; medicines are `unknown`; a result whose day is not known was made at the latest on the day of the paper.
//! * **The source is named, not embedded**: `attachment.url` is its path, percent-encoded, below [`ExportSettings::source_base`]. FHIR's `hash` is SHA-1
//!   and stays empty; the SHA-256 stands as the identifier `urn:chartlift:sha256`.
//! * **A social security number leaves masked** (last four digits, as a rendered value) unless [`ExportSettings::full_ssn`] says otherwise: US Core
//!   advises against it as an identifier's value.
//! * **Nothing that may leave is lost**: a QuestionnaireResponse holds every value as it stands, also those for which FHIR has no better place, unless
//!   [`ExportSettings::questionnaire_response`] says otherwise. Its status says whether people have settled all of the document.
//! * **A report is there twice, its scan once**: laboratory and imaging reports are a DiagnosticReport as well, with the address of the DocumentReference's
//!   attachment and the results in it. `issued` is not what the paper's day is, and stays unknown.
//! * **A vital sign is in a unit of its profile.** Where that is one alone (mmHg, a minute, per cent) it is meant though it be not printed. A temperature, weight or height
//!   without a unit, or a word in place of a number, is no value: the words of the paper stand in a note, and the value is absent (`as-text`).
//! * **A profile is claimed where it is fulfilled**, never by the kind of resource alone: config/us_core.toml lists what each asks. What a version of US Core
//!   requires and the paper does not say is unknown, by the coded reason or the extension; a sex is `unknown` and never guessed.
//! * "No known allergies" stays text: SNOMED CT's code for it needs a licence that the receiver may not hold.

mod answers;
mod check;
mod clinical;
mod coverage;
mod datatypes;
mod document;
mod draft;
mod evidence;
mod forms;
mod literal;
pub mod mhd;
mod observation;
mod patient;
mod person;
mod profiles;
mod provenance;
mod report;
mod split;
mod terms;
mod ucum;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{FacilitySettings, Hl7v2Settings, Scan};
use crate::model::{DocumentId, DocumentRecord, Field, Trail};

pub use check::check;
pub(crate) use datatypes::instant;
pub(super) use datatypes::{date, full_date, text, token};
pub use forms::{to_json, transaction};
pub use literal::{Literal, literal, load_order};
pub use person::Person;
pub use profiles::{Profile, UsCore};
pub use split::{Limits, Packer, Part};
pub(super) use terms::is_authored;

/// What a site may say of its bundles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportSettings {
    /// The guide that bundles follow.
    pub profile: Profile,
    /// The version of US Core, where that is the guide.
    pub us_core: UsCore,
    /// URI of whoever gives out the medical record numbers, such as `urn:oid:1.2.3`.
    pub mrn_system: String,
    /// What the sources' relative paths are appended to in `attachment.url`, such as `https://scans.example.org/`; empty leaves them relative.
    pub source_base: String,
    /// Whether social security numbers leave in full.
    pub full_ssn: bool,
    /// Whether each document brings a QuestionnaireResponse of all its values.
    pub questionnaire_response: bool,
    /// OID of this site as a source of submissions to a document recipient (IHE MHD), such as `urn:oid:1.2.3`; empty stands for the facility's.
    pub mhd_source: String,
    /// Who scans.
    pub facility: FacilitySettings,
    /// How HL7 v2 messages are addressed.
    pub hl7v2: Hl7v2Settings,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            us_core: UsCore::default(),
            mrn_system: "urn:chartlift:mrn".to_owned(),
            source_base: String::new(),
            full_ssn: false,
            questionnaire_response: true,
            mhd_source: String::new(),
            facility: FacilitySettings::default(),
            hl7v2: Hl7v2Settings::default(),
        }
    }
}

/// What a bundle depends on besides its document.
#[derive(Clone, Debug)]
pub struct ExportContext {
    /// The site's wishes.
    pub settings: ExportSettings,
    /// chartlift's version, for the Device.
    pub version: String,
    /// Documents whose record number contradicts another document: their patients are not matched by it (`patients::Grouping::contested`).
    pub contested: BTreeSet<DocumentId>,
    /// What all papers of the document's person say of the person; `None` where the document speaks for itself alone.
    pub person: Option<Person>,
    /// How the document's values came to be what they are; empty where that is not known.
    pub trail: Trail,
}

impl ExportContext {
    /// A context of this version, with no document contested.
    pub fn new(settings: ExportSettings) -> Self {
        Self { settings, version: env!("CARGO_PKG_VERSION").to_owned(), contested: BTreeSet::new(), person: None, trail: Trail::default() }
    }
}

impl Default for ExportContext {
    fn default() -> Self {
        Self::new(ExportSettings::default())
    }
}

/// Why a value that may leave is not in the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutReason {
    /// There is no place for its form (such as a date that the calendar lacks).
    Form,
    /// Its resource cannot be made: the leading text, the value or the unit still waits.
    Incomplete,
    /// Another paper of the person says otherwise, or says more.
    Overruled,
}

impl LeftOutReason {
    /// What it says, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Form => "there is no place for its form",
            Self::Incomplete => "the rest of its item waits for a person",
            Self::Overruled => "another paper of the person says otherwise, or says more",
        }
    }
}

/// A value that may leave and is not in the bundle. Names the place alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The field.
    pub field: Field,
    /// The item, of repeated groups.
    pub item: Option<u32>,
    /// Why.
    pub reason: LeftOutReason,
}

/// One resource that was made of a document, and how a server recognises it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// Its type, such as `Observation`.
    pub kind: String,
    /// Its place within the document, such as `Observation/3`.
    pub path: String,
    /// `urn:uuid:` and the UUIDv5 of the place: what references within the rendering point to.
    pub url: String,
    /// The search that finds it on a server (`ifNoneExist`); `None` if it is put at its own `id`.
    pub condition: Option<String>,
    /// The resource. Written by [`to_json`] alone, which knows its decimals.
    pub resource: Value,
}

impl Rendered {
    /// Whether other documents may bring the same resource: the patient, or what is known by an identifier that is not of its document.
    pub fn is_shared(&self) -> bool {
        let own = format!("={}|", super::identity::RESOURCE_SYSTEM);
        self.kind == "Patient" || self.condition.as_ref().is_some_and(|condition| !condition.contains(&own))
    }
}

/// What was made of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// Identity of the whole.
    pub uuid: Uuid,
    /// When the ledger took the document, seconds since 1970-01-01 UTC.
    pub recorded_at: i64,
    /// The resources; what is referred to need not come first.
    pub resources: Vec<Rendered>,
    /// Values that may leave and are in no resource, in order.
    pub left_out: Vec<LeftOut>,
}

impl Rendering {
    /// The id of the Patient: the same in all documents of the person.
    pub fn person(&self) -> Uuid {
        let url = self.resources.iter().find(|r| r.kind == "Patient").and_then(|r| r.url.strip_prefix("urn:uuid:"));
        url.and_then(|id| Uuid::parse_str(id).ok()).unwrap_or(self.uuid)
    }

    /// What a Bundle of all documents of the person is known by.
    pub fn person_bundle(&self) -> Uuid {
        super::identity::named(&format!("{}/Bundle", self.person()))
    }
}

/// A rendered bundle.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The JSON text, pretty-printed, keys in alphabetical order, ending in a line feed.
    pub json: Vec<u8>,
    /// How many resources it holds.
    pub resources: usize,
    /// Values that may leave and are not in it, in order.
    pub left_out: Vec<LeftOut>,
}

/// A resource of a bundle that was made of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carrier {
    /// The value's field.
    pub field: Field,
    /// The value's item.
    pub item: Option<u32>,
    /// The resource's type.
    pub resource: String,
    /// Its full URL in the bundle.
    pub url: String,
}

/// Renders a document: the same record, context and scan give the same resources. With a scan the DocumentReference points at a Binary that
/// holds it, without one at the source's own address.
pub fn render(record: &DocumentRecord, context: &ExportContext, scan: Option<&Scan>) -> Rendering {
    draft(record, context, scan).finish()
}

/// Renders a document's bundle: the same record and context give the same bytes.
pub fn bundle(record: &DocumentRecord, context: &ExportContext) -> Bundle {
    forms::transaction(render(record, context, None))
}

/// Which resources of a document's bundle hold which value: what has to be looked at where a value is called back. A Provenance, which names
/// places and no value, is not among them.
pub fn carriers(record: &DocumentRecord, context: &ExportContext) -> Vec<Carrier> {
    draft(record, context, None).carriers()
}

fn draft<'a>(record: &'a DocumentRecord, context: &'a ExportContext, scan: Option<&Scan>) -> draft::Draft<'a> {
    let mut draft = draft::Draft::new(record, context);
    let patient = patient::add(&mut draft);
    let people = document::add_people(&mut draft);
    let device = document::add_device(&mut draft);
    let encounter = document::add_encounter(&mut draft, &patient, &people);
    let attachment = document::attachment(&mut draft, scan);
    let reference = document::add_reference(&mut draft, &patient, &people, encounter.as_ref(), &attachment);
    document::add_composition(&mut draft, &patient, &people, encounter.as_ref(), &device);
    coverage::add(&mut draft, &patient);
    clinical::add_all(&mut draft, &patient, &reference);
    let results =
        observation::add_all(&mut draft, &observation::About { patient: &patient, document: &reference, encounter: encounter.as_ref() });
    report::add(&mut draft, &patient, &people, encounter.as_ref(), &attachment, &results);
    answers::add(&mut draft, &patient, encounter.as_ref(), &device);
    provenance::add_all(&mut draft, &device, &reference);
    draft
}

#[cfg(test)]
mod tests;
