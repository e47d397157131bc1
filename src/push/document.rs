//! Sends one document: its patient first, then what is new, then what has changed, then what was wrong. Says what was done with every resource.

use std::collections::BTreeMap;

use serde_json::Value;

use super::capability::Capability;
use super::client::{Answer, Client, Request, Trouble};
use super::outcome::{self, Said, Took};
use super::plan::{Item, Plan, Write, digests, inline_scan, plan, point, scan_of};
use super::retract::{is_retracted, retracted};
use super::shared::{Place, Shared};
use super::{PushSettings, create, patient};
use crate::model::{Deed, Delivery, Ended, Known};

/// One document and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// What should be on the server; nothing if the document is gone.
    pub items: Vec<Item>,
    /// What is known of it there.
    pub known: Vec<Known>,
    /// Whether an earlier attempt may have reached the server without an answer.
    pub unanswered: bool,
    /// Whether the scan was delivered once and cannot be made now.
    pub scan_gone: bool,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub ended: Ended,
    /// What was done, in order.
    pub deliveries: Vec<Delivery>,
    /// In words, without the page's text; empty if all is well.
    pub said: String,
    /// The server's own words.
    pub detail: String,
}

/// Why a document ends early.
pub(super) enum Halt {
    /// No answer.
    Trouble(Trouble),
    /// An answer that a person has to see.
    Refused(Said),
    /// Somebody else's doing.
    Conflict(Said),
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Sends documents to one server.
pub struct Sender<'a> {
    pub(super) client: &'a Client<'a>,
    pub(super) capability: &'a Capability,
    pub(super) settings: &'a PushSettings,
    /// Whether what is new of a document goes as transactions.
    pub(super) transactions: bool,
    /// Whether scans go inside their DocumentReference.
    pub(super) inline: bool,
    pub(super) write: Write,
    pub(super) shared: Shared,
}

/// One document on its way.
pub(super) struct Course<'a, 's> {
    pub sender: &'s Sender<'a>,
    pub items: &'s [Item],
    pub digests: &'s [String],
    pub unanswered: bool,
    /// Where items lie, as `Kind/id`, by their url.
    pub places: BTreeMap<String, String>,
    pub deliveries: Vec<Delivery>,
}

impl<'a> Sender<'a> {
    /// Makes ready. `capability` is what the server says of itself.
    pub fn new(client: &'a Client<'a>, capability: &'a Capability, settings: &'a PushSettings, write: Write) -> Self {
        use super::settings::{BinaryPlace, Mode};
        let transactions = match settings.mode {
            Mode::Auto => capability.transaction,
            Mode::Transaction => true,
            Mode::Single => false,
        };
        let inline = match settings.binary {
            BinaryPlace::Auto => !capability.takes_ids("Binary"),
            BinaryPlace::Put => false,
            BinaryPlace::Inline => true,
        };
        Self { client, capability, settings, transactions, inline, write, shared: Shared::default() }
    }

    /// Whether what is new goes as transactions.
    pub fn transactions(&self) -> bool {
        self.transactions
    }

    /// Whether scans go inside their DocumentReference.
    pub fn inline(&self) -> bool {
        self.inline
    }

    /// Sends a document.
    ///
    /// # Errors
    /// The server does not let us in, or everything is to stop: the attempt has no outcome.
    pub fn deliver(&self, mut work: Work) -> Result<Report, Trouble> {
        if self.inline {
            inline_scan(&mut work.items);
        }
        let digests = digests(&work.items, self.write);
        let plan = plan(&work.items, &digests, &work.known, work.scan_gone);
        let mut course = Course {
            sender: self,
            items: &work.items,
            digests: &digests,
            unanswered: work.unanswered,
            places: known_places(&work.items, &work.known),
            deliveries: plan.noted.clone(),
        };
        let halt = course.all(&plan, &work.known).err();
        let deliveries = course.deliveries;
        let (ended, said) = match halt {
            None => (Ended::Done, Said::default()),
            Some(Halt::Trouble(trouble @ (Trouble::Denied(_) | Trouble::Stopped))) if deliveries.len() == plan.noted.len() => {
                return Err(trouble);
            }
            Some(Halt::Trouble(trouble)) => (Ended::Failed, Said { words: trouble.words(), detail: String::new() }),
            Some(Halt::Refused(said)) => (Ended::Refused, said),
            Some(Halt::Conflict(said)) => (Ended::Conflict, said),
        };
        Ok(Report { ended, deliveries, said: said.words, detail: said.detail })
    }
}

/// Where items lie that are known.
fn known_places(items: &[Item], known: &[Known]) -> BTreeMap<String, String> {
    let place = |item: &Item| {
        let key = item.key();
        let found = known.iter().find(|k| k.last.path == item.path && k.last.key == key && k.last.deed != Deed::Withdrawn)?;
        Some((item.url.clone(), format!("{}/{}", item.kind, found.last.server_id.as_ref()?)))
    };
    items.iter().filter_map(place).collect()
}

impl Course<'_, '_> {
    fn all(&mut self, plan: &Plan, known: &[Known]) -> Result<(), Halt> {
        self.create(&plan.create)?;
        let mut halted = None;
        // One that is in conflict does not keep the others from being put right.
        for &(at, of) in &plan.update {
            self.keep_going(&mut halted, |course| course.update(at, &known[of]))?;
        }
        for &of in &plan.retract {
            self.keep_going(&mut halted, |course| course.retract(&known[of]))?;
        }
        halted.map_or(Ok(()), Err)
    }

    fn keep_going(&mut self, halted: &mut Option<Halt>, step: impl FnOnce(&mut Self) -> Result<(), Halt>) -> Result<(), Halt> {
        match step(self) {
            Ok(()) => Ok(()),
            Err(halt @ Halt::Trouble(_)) => Err(halt),
            Err(halt) => {
                halted.get_or_insert(halt);
                Ok(())
            }
        }
    }

    fn create(&mut self, wanted: &[usize]) -> Result<(), Halt> {
        if wanted.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = wanted.iter().filter(|&&at| self.items[at].shared).map(|&at| self.items[at].key()).collect();
        let (there, claim) = self.sender.shared.claim(&keys);
        let mut rest = Vec::new();
        for &at in wanted {
            let item = &self.items[at];
            match there.get(&item.key()).filter(|_| item.shared) {
                Some(place) => self.took(at, Deed::Found, place.id.clone(), place.version.clone()),
                None => rest.push(at),
            }
        }
        // Patients go first and alone: their duplicates are what has to be kept from happening, and seen if it happens.
        for &at in rest.iter().filter(|&&at| self.items[at].kind == "Patient") {
            patient::create(self, at)?;
            self.tell(&claim, at);
        }
        rest.retain(|&at| self.items[at].kind != "Patient");
        let (apart, rest): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(|&at| self.items[at].apart.is_some());
        create::apart(self, &apart)?;
        let done = if self.sender.transactions { create::in_transactions(self, &rest) } else { create::one_by_one(self, &rest) };
        rest.iter().for_each(|&at| self.tell(&claim, at));
        done
    }

    /// Lets other documents know of a shared resource.
    fn tell(&self, claim: &super::shared::Claim<'_>, at: usize) {
        let item = &self.items[at];
        let key = item.key();
        let last = self.deliveries.iter().rev().find(|d| d.key == key && matches!(d.deed, Deed::Created | Deed::Found));
        if let (true, Some(last)) = (item.shared, last)
            && let Some(id) = &last.server_id
        {
            claim.tell(&key, Place { id: id.clone(), version: last.version.clone() });
        }
    }

    /// Notes that an item lies on the server.
    pub fn took(&mut self, at: usize, deed: Deed, id: String, version: Option<String>) {
        self.places.insert(self.items[at].url.clone(), format!("{}/{id}", self.items[at].kind));
        self.note(at, deed, Some(id), version);
    }

    /// Notes what was done with an item.
    pub fn note(&mut self, at: usize, deed: Deed, id: Option<String>, version: Option<String>) {
        let item = &self.items[at];
        let scan = scan_of(&item.resource);
        let delivery = Delivery {
            kind: item.kind.clone(),
            path: item.path.clone(),
            key: item.key(),
            digest: self.digests[at].clone(),
            server_id: id,
            version,
            deed,
            scan,
        };
        self.deliveries.push(delivery);
    }

    /// An item's resource, pointing to where others lie.
    pub fn resource(&self, at: usize) -> Value {
        let mut resource = self.items[at].resource.clone();
        point(&mut resource, &|url| self.places.get(url).cloned());
        resource
    }

    /// An item that was found where an earlier answer was lost: created by that attempt, if it holds just what would be sent now.
    pub fn found(&mut self, at: usize, took: Took, tried_before: bool) -> Result<(), Halt> {
        let kind = self.items[at].kind.clone();
        let id = match took.id {
            Some(id) => id,
            None => match self.search(at)?.as_slice() {
                [one] => one.clone(),
                found => return Err(Halt::Conflict(several(&self.items[at], found.len()))),
            },
        };
        if !self.unanswered && !tried_before {
            self.took(at, Deed::Found, id, took.version);
            return Ok(());
        }
        let answer = self.sender.client.ask(&Request::get(format!("{kind}/{id}")))?;
        let theirs = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
        self.places.insert(self.items[at].url.clone(), format!("{kind}/{id}"));
        let deed = if self.is_same(at, &theirs) { Deed::Created } else { Deed::Found };
        let version = theirs["meta"]["versionId"].as_str().map(str::to_owned).or(took.version);
        self.took(at, deed, id, version);
        Ok(())
    }

    /// Whether a server's copy says what the item says.
    fn is_same(&self, at: usize, theirs: &Value) -> bool {
        // As the server read it: through JSON, where 4.10 and 4.1 are one number.
        let ours: Value = serde_json::from_slice(&(self.sender.write)(&self.resource(at))).unwrap_or_default();
        bare(&ours) == bare(theirs)
    }

    /// Ids of what the server has with the item's condition.
    pub fn search(&self, at: usize) -> Result<Vec<String>, Halt> {
        let item = &self.items[at];
        let Some(condition) = &item.condition else { return Ok(vec![item.own_id().to_owned()]) };
        Ok(self.found_by(&item.kind, condition)?.into_iter().map(|(id, ..)| id).collect())
    }

    /// What the server has by a condition: id, version, when it was written last.
    pub fn found_by(&self, kind: &str, condition: &str) -> Result<Vec<(String, Option<String>, String)>, Halt> {
        let answer = self.sender.client.search(kind, condition)?;
        found_in(&answer, kind).ok_or_else(|| Halt::Refused(outcome::refusal(&answer)))
    }

    fn update(&mut self, at: usize, known: &Known) -> Result<(), Halt> {
        let item = &self.items[at];
        let (kind, id) = (item.kind.clone(), known.last.server_id.clone().unwrap_or_default());
        let mut resource = self.resource(at);
        resource["id"] = id.as_str().into();
        let answer = self.put(&kind, &id, known.last.version.as_deref(), &resource)?;
        if answer.is_success() {
            let took = outcome::of_single(&answer, &kind);
            self.took(at, Deed::Updated, id, took.version);
            return Ok(());
        }
        if matches!(answer.status, 404 | 409 | 410 | 412) {
            // Our own change of before, whose answer was lost, looks the same.
            let now = self.sender.client.ask(&Request::get(format!("{kind}/{id}")))?;
            let theirs = now.json().filter(|_| now.is_success()).unwrap_or_default();
            if self.is_same(at, &theirs) {
                self.took(at, Deed::Updated, id, theirs["meta"]["versionId"].as_str().map(str::to_owned));
                return Ok(());
            }
            self.note(at, Deed::Conflict, Some(id), None);
            return Err(Halt::Conflict(conflict(&self.items[at].path, &answer)));
        }
        self.note(at, Deed::Refused, Some(id), None);
        Err(Halt::Refused(named(&self.items[at].path, outcome::refusal(&answer))))
    }

    fn retract(&mut self, known: &Known) -> Result<(), Halt> {
        let last = &known.last;
        let (kind, id) = (last.kind.as_str(), last.server_id.clone().unwrap_or_default());
        let answer = self.sender.client.ask(&Request::get(format!("{kind}/{id}")))?;
        let theirs = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
        let version = theirs["meta"]["versionId"].as_str().map(str::to_owned);
        let in_conflict = |course: &mut Self, answer: &Answer| {
            course.deliveries.push(Delivery { deed: Deed::Conflict, ..last.clone() });
            Err(Halt::Conflict(conflict(&last.path, answer)))
        };
        if is_retracted(&theirs) {
            self.deliveries.push(Delivery { deed: Deed::Retracted, version, ..last.clone() });
            return Ok(());
        }
        let Some(marked) = retracted(&theirs).filter(|_| version.is_some() && version == last.version) else {
            return in_conflict(self, &answer);
        };
        let answer = self.put(kind, &id, version.as_deref(), &marked)?;
        match answer.status {
            200..300 => {
                let version = outcome::of_single(&answer, kind).version;
                self.deliveries.push(Delivery { deed: Deed::Retracted, version, ..last.clone() });
                Ok(())
            }
            404 | 409 | 410 | 412 => in_conflict(self, &answer),
            _ => Err(Halt::Refused(named(&last.path, outcome::refusal(&answer)))),
        }
    }

    /// Puts new content over the version that was seen last, and over no other.
    pub fn put(&self, kind: &str, id: &str, version: Option<&str>, resource: &Value) -> Result<Answer, Halt> {
        let Some(version) = version else {
            return Err(Halt::Conflict(Said {
                words: format!("the server gives no version of {kind}: it cannot be changed safely, a person has to"),
                detail: String::new(),
            }));
        };
        let request = Request::send("PUT", format!("{kind}/{id}"), (self.sender.write)(resource));
        Ok(self.sender.client.ask(&Request { versioned: true, ..request }.header("if-match", format!("W/\"{version}\"")))?)
    }
}

/// Id, version and time of what a searchset holds of a kind; `None` if the answer is no searchset.
pub(super) fn found_in(answer: &Answer, kind: &str) -> Option<Vec<(String, Option<String>, String)>> {
    let bundle = answer.json().filter(|bundle| answer.is_success() && bundle["resourceType"] == "Bundle")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let entries = bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
    let of_kind = entries.filter(|resource| resource["resourceType"] == kind);
    Some(
        of_kind
            .filter_map(|r| Some((text(&r["id"])?, text(&r["meta"]["versionId"]), text(&r["meta"]["lastUpdated"]).unwrap_or_default())))
            .filter(|(id, ..)| outcome::is_id(id))
            .collect(),
    )
}

/// A resource without what servers add: its id, its `meta`, a narrative.
fn bare(resource: &Value) -> Value {
    let mut bare = resource.clone();
    if let Some(object) = bare.as_object_mut() {
        for key in ["id", "meta", "text"] {
            object.remove(key);
        }
    }
    normal(bare)
}

/// Numbers of one value in one form.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Number(number), Value::from),
        Value::Array(array) => array.into_iter().map(normal).collect(),
        Value::Object(object) => object.into_iter().map(|(key, value)| (key, normal(value))).collect(),
        other => other,
    }
}

/// A refusal with the place that it is about.
pub(super) fn named(path: &str, said: Said) -> Said {
    Said { words: format!("{path}: {}", said.words), ..said }
}

/// Several resources of one identifier.
pub(super) fn several(item: &Item, number: usize) -> Said {
    let words = match number {
        0 => format!("{}: the server says that it has it, and a search finds none", item.path),
        number => format!("{}: the server has {number} with its identifier; `chartlift reconcile` lists them", item.path),
    };
    Said { words, detail: String::new() }
}

fn conflict(path: &str, answer: &Answer) -> Said {
    let words = match answer.status {
        404 | 410 => format!("{path}: it is gone from the server ({}), a person has to decide", answer.status),
        _ => format!("{path}: somebody changed it on the server since it was sent, a person has to decide"),
    };
    Said { words, detail: outcome::refusal(answer).detail }
}
