//! HL7 v2.5.1 messages: documents (MDM^T02) and patients (ADT^A28, A31).
//!
//! Decisions, with their reasons:
//! * **A message only about a patient who is certain** (`Facts::certain_patient`): receivers file by the record number without asking. Other documents are refused, in words,
//!   and stay for a person.
//! * **The document is the message**: what a document says clinically goes out as FHIR. Beside the patient, only the paper's kind, date, visit and author stand here.
//! * **Never authenticated**: TXA-17 is `DO`, documented, or `IN`, incomplete, while values wait for a person. `AU` and `LA` are signatures, which a clerk who checks a reading
//!   does not give.
//! * **The same document gives the same bytes.** MSH-10 is made of what the message says, so that receivers can tell a repetition from a correction; MSH-7 is the time at which the
//!   ledger took the document.
//! * TXA-12 is the UUID that is the FHIR DocumentReference's `masterIdentifier`, longer than the 30 characters that v2.5.1 suggests.
//! * Names that stand on paper as one text (authors, contacts) are not taken apart: they stand whole where the family name does.

mod adt;
mod mdm;
mod segments;

pub use adt::Person;
pub use mdm::mdm;

use uuid::Uuid;

use super::facts::Facts;
use super::fhir::LeftOut;

/// A rendered message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message, segments ended by carriage returns.
    pub text: String,
    /// Whose message it is: the document's UUID, or the one of a person's first document.
    pub uuid: Uuid,
    /// Where the scan has to lie, below the export's folder, for a message that refers to it.
    pub scan_beside: Option<String>,
    /// Values that may leave, have a place in the message and a form that does not fit there.
    pub left_out: Vec<LeftOut>,
}

#[cfg(test)]
mod tests;
