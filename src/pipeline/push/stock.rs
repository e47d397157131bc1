//! What there is to send: every document against what the ledger says was delivered, people together. No connection is needed for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::export::fhir::{self, Rendering};
use crate::ledger::{DeliveredDocument, Ledger, ScanSent, Standing};
use crate::model::{DocumentId, DocumentRecord, Ended, Sha256};
use crate::pipeline::RunError;
use crate::pipeline::export::{Papers, People};
use crate::push::{Item, digests};

/// Why a document is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rests {
    /// It is on the server as it should be.
    Delivered,
    /// The server refused it, or somebody changed something there: in words.
    SetAside(Ended, String),
}

/// What there is to send.
#[derive(Debug, Default)]
pub(super) struct Stock {
    /// Documents to be sent, one after another within each line, each with its person's number in `people`.
    pub lines: Vec<VecDeque<(DocumentId, usize)>>,
    /// Whose they are.
    pub people: People,
    /// Documents that are as they should be.
    pub delivered: u64,
    /// Documents that wait for a person.
    pub set_aside: Vec<(DocumentId, Ended, String)>,
    /// Documents that were delivered once and are no longer in the archive.
    pub gone: Vec<DeliveredDocument>,
}

/// Whom and what to look for.
pub(super) struct Wish<'a> {
    /// The server's base address.
    pub destination: &'a str,
    /// Whether scans are wanted.
    pub scan: bool,
    /// Whether what was set aside is tried again.
    pub again: bool,
}

impl Stock {
    pub fn take(ledger: &Ledger, settings: &fhir::ExportSettings, wish: &Wish<'_>) -> Result<Self, RunError> {
        let people = People::of(ledger)?;
        let mut papers = Papers::new(settings);
        let mut stock = Self::default();
        let mut present = BTreeSet::new();
        // Documents of one person, and of one Patient on the server, stand in one line.
        let mut line_of_patient: BTreeMap<String, usize> = BTreeMap::new();
        for (number, person) in people.persons.iter().enumerate() {
            papers.turn_to(ledger, person)?;
            let mut own: VecDeque<(DocumentId, usize)> = VecDeque::new();
            let mut patients = BTreeSet::new();
            for id in &person.documents {
                let Some(record) = papers.document(ledger, id)? else { continue };
                present.insert((record.sha256, record.ordinal));
                let items = items(fhir::render(&record, &papers.context, None));
                patients.extend(items.iter().filter(|item| item.kind == "Patient").map(Item::key));
                let standing = ledger.standing(wish.destination, &record.sha256, record.ordinal)?;
                match rests(&standing, &fingerprint(&items), wish) {
                    None => own.push_back((id.clone(), number)),
                    Some(Rests::Delivered) => stock.delivered += 1,
                    Some(Rests::SetAside(ended, said)) => stock.set_aside.push((id.clone(), ended, said)),
                }
            }
            if own.is_empty() {
                continue;
            }
            let line = patients.iter().find_map(|patient| line_of_patient.get(patient).copied()).unwrap_or(stock.lines.len());
            if line == stock.lines.len() {
                stock.lines.push(VecDeque::new());
            }
            stock.lines[line].extend(own);
            line_of_patient.extend(patients.into_iter().map(|patient| (patient, line)));
        }
        for delivered in ledger.delivered_documents(wish.destination)? {
            if present.contains(&(delivered.sha256, delivered.ordinal)) {
                continue;
            }
            let standing = ledger.standing(wish.destination, &delivered.sha256, delivered.ordinal)?;
            let last = standing.last.as_ref();
            if !standing.known.iter().any(crate::model::Known::lives) {
                continue;
            }
            match last.filter(|last| last.ended.sets_aside() && last.fingerprint.is_empty() && !wish.again) {
                Some(last) => stock.set_aside.push((delivered.document, last.ended, last.said.clone())),
                None => stock.gone.push(delivered),
            }
        }
        Ok(Self { people, ..stock })
    }

    /// How many documents are to be sent.
    pub fn documents(&self) -> u64 {
        self.lines.iter().map(|line| line.len() as u64).sum::<u64>() + self.gone.len() as u64
    }
}

/// A rendering as the room that sends wants it.
pub(super) fn items(rendering: Rendering) -> Vec<Item> {
    let item = |rendered: fhir::Rendered| Item {
        shared: rendered.is_shared(),
        kind: rendered.kind,
        path: rendered.path,
        apart: None,
        url: rendered.url,
        condition: rendered.condition,
        resource: rendered.resource,
    };
    rendering.resources.into_iter().map(item).collect()
}

/// Of a document's resources without its scan.
pub(super) fn fingerprint(items: &[Item]) -> String {
    let digests = digests(items, write);
    let parts: Vec<String> = items.iter().zip(&digests).map(|(item, digest)| format!("{} {} {digest}", item.path, item.key())).collect();
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    Sha256::of_parts(&parts).to_string()
}

/// The one serializer, without line breaks.
pub(super) fn write(resource: &serde_json::Value) -> Vec<u8> {
    fhir::to_json(resource, false)
}

/// The name by which deliveries of a document are kept.
pub(super) fn name_of(record: &DocumentRecord) -> DeliveredDocument {
    DeliveredDocument { sha256: record.sha256, ordinal: record.ordinal, document: record.id.clone() }
}

fn rests(standing: &Standing, fingerprint: &str, wish: &Wish<'_>) -> Option<Rests> {
    let last = standing.last.as_ref().filter(|last| last.fingerprint == fingerprint)?;
    // A scan that is wanted and was not sent may be to be had now.
    let whole = !wish.scan || last.scan == ScanSent::Sent;
    match last.ended {
        Ended::Done => whole.then_some(Rests::Delivered),
        Ended::Refused | Ended::Conflict => (!wish.again).then(|| Rests::SetAside(last.ended, last.said.clone())),
        Ended::Failed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AttemptOutcome;

    #[test]
    fn what_is_delivered_rests_and_what_was_refused_waits_for_a_person() {
        let standing = |ended, scan| Standing {
            last: Some(AttemptOutcome { ended, fingerprint: "f".into(), scan, said: "why".into(), detail: String::new() }),
            ..Standing::default()
        };
        let wish = |scan, again| Wish { destination: "https://x", scan, again };
        let aside = |ended| Some(Rests::SetAside(ended, "why".to_owned()));
        use ScanSent::{Missing, Sent, Unwanted};
        let table = [
            (Standing::default(), "f", wish(true, false), None),
            (standing(Ended::Done, Sent), "f", wish(true, false), Some(Rests::Delivered)),
            (standing(Ended::Done, Sent), "g", wish(true, false), None),
            (standing(Ended::Done, Missing), "f", wish(true, false), None),
            (standing(Ended::Done, Unwanted), "f", wish(true, false), None),
            (standing(Ended::Done, Unwanted), "f", wish(false, false), Some(Rests::Delivered)),
            (standing(Ended::Refused, Sent), "f", wish(true, false), aside(Ended::Refused)),
            (standing(Ended::Refused, Sent), "f", wish(true, true), None),
            (standing(Ended::Refused, Sent), "g", wish(true, false), None),
            (standing(Ended::Conflict, Missing), "f", wish(true, false), aside(Ended::Conflict)),
            (standing(Ended::Failed, Sent), "f", wish(true, false), None),
        ];
        for (standing, print, wish, want) in table {
            assert_eq!(rests(&standing, print, &wish), want, "{standing:?} {print}");
        }
    }
}
