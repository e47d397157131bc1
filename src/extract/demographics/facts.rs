//! What the rules of this room hand to the choice: single readings of single facts.

use super::labels::What;
use super::names::Person;
use super::values::Value;
use crate::model::{Field, Rect};

/// One reading of one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// The field.
    pub field: Field,
    /// The value.
    pub value: Value,
    /// Index of the page in the document.
    pub page: usize,
    /// Indices of its words.
    pub words: Vec<usize>,
    /// The rule that read it.
    pub rule: &'static str,
    /// How well the label matched; 0.0 without one.
    pub label: f32,
    /// Where the label stands on its page; `None` without one.
    pub label_at: Option<Rect>,
    /// The rule's doubt.
    pub doubt: f32,
    /// Lower ranks go before higher ones: a home telephone before a mobile one.
    pub rank: u8,
}

/// One reading of a person's name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NameFact {
    /// The name.
    pub person: Person,
    /// Index of the page.
    pub page: usize,
    /// Words of the family name.
    pub family_words: Vec<usize>,
    /// Words of the given names.
    pub given_words: Vec<usize>,
    /// The rule that read it.
    pub rule: &'static str,
    /// How well the label matched.
    pub label: f32,
    /// Where the label stands on its page; `None` without one.
    pub label_at: Option<Rect>,
    /// The rule's doubt.
    pub doubt: f32,
}

/// All that was read from a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// Fields that need no more thought than the choice between readings.
    pub plain: Vec<Fact>,
    /// The patient's name.
    pub names: Vec<NameFact>,
    /// Dates of the paper, with the kind that `config/expected.toml` speaks of.
    pub dates: Vec<(&'static str, Fact)>,
    /// Providers, with their role there.
    pub providers: Vec<(&'static str, Fact)>,
    /// Fields whose label stands on a page beside something that could not be read.
    pub unread: Vec<(Field, usize)>,
    /// Pages on which something stands in the box of the patient's middle name that could not be read.
    pub unread_middle: Vec<usize>,
}

/// The kind of date that a label announces, as `config/expected.toml` calls it.
pub(crate) fn date_kind(what: What) -> Option<&'static str> {
    Some(match what {
        What::Date => "date",
        What::VisitDate => "visit",
        What::AdmitDate => "admit",
        What::DischargeDate => "discharge",
        What::ReportedDate => "reported",
        What::DictatedDate => "dictated",
        What::TranscribedDate => "transcribed",
        What::SignedDate => "signed",
        What::UpdatedDate => "updated",
        What::RequestDate => "request",
        What::ProcedureDate => "procedure",
        What::CollectedDate => "collected",
        What::ReceivedDate => "received",
        What::PrintedDate => "printed",
        _ => return None,
    })
}
