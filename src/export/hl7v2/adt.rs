//! ADT^A28 and A31: a patient, for master patient indexes.

use hl7_parser::builder::SegmentBuilder;

use super::segments::{components, event, finish, message, patient, put};
use super::{Facts, Message};
use crate::export::fhir::ExportContext;
use crate::export::identity;
use crate::model::{DocumentRecord, Field};

/// What the papers of one person say, gathered paper by paper, the latest last.
#[derive(Debug, Default)]
pub struct Person {
    facts: Facts,
    /// The first paper by name, without its values.
    first: Option<DocumentRecord>,
    recorded_at: i64,
    reasons: Vec<String>,
    certain: bool,
}

impl Person {
    /// Takes a paper. Later papers win; an address is taken as a whole.
    pub fn add(&mut self, record: &DocumentRecord, context: &ExportContext) {
        let facts = Facts::of(record);
        match facts.certain_patient(&record.id, &context.contested) {
            Ok(_) => self.certain = true,
            Err(reasons) => reasons.into_iter().for_each(|reason| {
                if !self.reasons.contains(&reason) {
                    self.reasons.push(reason);
                }
            }),
        }
        if context.contested.contains(&record.id) {
            // One contested paper is enough: the number is somebody else's, too.
            self.certain = false;
        }
        self.facts.overtake(facts);
        self.recorded_at = self.recorded_at.max(record.recorded_at);
        // The first by name, whatever order they come in.
        if self.first.as_ref().is_none_or(|first| record.id < first.id) {
            self.first = Some(DocumentRecord { values: Vec::new(), ..record.clone() });
        }
    }

    /// Renders the message. The same papers and context give the same bytes.
    ///
    /// # Errors
    /// Why nothing can be said of the person, in words that name nothing that stands on the papers.
    pub fn render(self, context: &ExportContext) -> Result<Message, Vec<String>> {
        let Self { mut facts, first, recorded_at, reasons, certain } = self;
        let (true, Some(number), Some(first)) = (certain, facts.text(Field::Mrn).map(str::to_owned), first) else {
            return Err(reasons);
        };
        let record = DocumentRecord { recorded_at, ..first };
        let mut visit = SegmentBuilder::new("PV1");
        put(&mut visit, 1, Some("1"));
        // No visit is meant: the segment has to be there.
        put(&mut visit, 2, Some("N"));
        let mut segments = vec![event(&record, context), patient(&mut facts, &number, context)];
        segments.extend(next_of_kin(&facts));
        segments.push(visit);
        let trigger = context.settings.hl7v2.adt_event.code();
        let message = message(("ADT", trigger, "ADT_A05"), &record, context, segments, &[]);
        let uuid = identity::uuid(&record, "Patient");
        Ok(Message { text: finish(&message), uuid, scan_beside: None, left_out: facts.left_out() })
    }
}

/// NK1: the contact, who needs a name or a telephone.
fn next_of_kin(facts: &Facts) -> Option<SegmentBuilder> {
    let (name, phone) = (facts.text(Field::ContactName), facts.text(Field::ContactTelecom));
    if name.is_none() && phone.is_none() {
        return None;
    }
    let mut contact = SegmentBuilder::new("NK1");
    put(&mut contact, 1, Some("1"));
    put(&mut contact, 2, name.map(|name| components(&[(1, name)])));
    put(&mut contact, 3, facts.text(Field::ContactRelationship).map(|text| components(&[(2, text)])));
    put(&mut contact, 5, phone.map(|phone| components(&[(2, "PRN"), (3, "PH"), (12, phone)])));
    Some(contact)
}
