//! Values whose truth is known, as the fit sees them.

use std::collections::BTreeMap;

use super::pairing::Labels;
use crate::confidence::{self, Class, FEATURES, asked_twice, features};
use crate::model::{DocumentKind, ExtractedValue, Field, Group, Sha256};

/// A document whose truth is known.
pub struct Known<'v> {
    /// Digest of its source.
    pub source: Sha256,
    /// Its kind.
    pub kind: DocumentKind,
    /// How its picture was made, in a word or two.
    pub quality: String,
    /// Its values as the machine gave them.
    pub values: Vec<&'v ExtractedValue>,
    /// Of each, whether no rule keeps it from being accepted.
    pub open: Vec<bool>,
    /// What is true of them.
    pub labels: Labels,
    /// Fields of which the truth has a value; `None` where only single values were judged.
    pub wanted: Option<Vec<Field>>,
}

/// A labelled value.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub features: [f64; FEATURES.len()],
    pub class: Class,
    pub field: Field,
    pub right: bool,
    /// Whether both engines read it.
    pub both: bool,
    /// Whether no rule keeps it from being accepted.
    pub open: bool,
    /// Whether it tells of its own signals: a component of an item that is not there is wrong whatever they say.
    pub telling: bool,
    /// The leading text of its item in [`Set::samples`], if that is another one that is labelled.
    pub lead: Option<usize>,
    /// Mean figure of its words: what others take for a confidence.
    pub word_mean: f64,
    /// In [`Set::layouts`].
    pub layout: usize,
    /// In [`Set::documents`].
    pub document: usize,
}

impl Sample {
    /// Whether figures count it: texts of sections are never accepted by default and are measured by the word.
    pub fn counts(&self) -> bool {
        self.class != Class::Sections
    }
}

/// A document of a set.
#[derive(Clone, Debug)]
pub(super) struct SetDocument {
    pub source: Sha256,
    pub kind: DocumentKind,
    pub quality: String,
    pub wanted: Option<Vec<Field>>,
    /// In [`Set::layouts`].
    pub layout: usize,
}

/// The labelled values of one archive.
#[derive(Clone, Debug, Default)]
pub struct Set {
    pub(super) samples: Vec<Sample>,
    pub(super) documents: Vec<SetDocument>,
    pub(super) layouts: Vec<String>,
    by_layout: BTreeMap<String, usize>,
}

impl Set {
    /// Adds a document.
    pub fn add(&mut self, known: Known<'_>) {
        let layout = *self.by_layout.entry(known.labels.layout.clone()).or_insert_with(|| {
            self.layouts.push(known.labels.layout.clone());
            self.layouts.len() - 1
        });
        let document = self.documents.len();
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        let mut leads: BTreeMap<(Group, Option<u32>), usize> = BTreeMap::new();
        for (at, (value, verdict)) in known.values.iter().zip(&known.labels.verdicts).enumerate() {
            let Some(wrong) = verdict.is_wrong() else { continue };
            places.insert(at, self.samples.len());
            if let Some(group) = value.field.group().filter(|&group| confidence::lead(group) == value.field) {
                leads.insert((group, value.item), at);
            }
            self.samples.push(Sample {
                features: features(value),
                class: Class::of(value.field),
                field: value.field,
                right: !wrong,
                both: asked_twice(value),
                open: known.open.get(at).copied().unwrap_or(false),
                telling: true,
                lead: None,
                word_mean: if value.signals.born_digital { 1.0 } else { f64::from(value.signals.word_mean) },
                layout,
                document,
            });
        }
        for (&at, &sample) in &places {
            let value = known.values[at];
            let lead = value.field.group().and_then(|group| leads.get(&(group, value.item))).filter(|&&lead| lead != at);
            if let Some(lead) = lead.map(|lead| places[lead]) {
                self.samples[sample].lead = Some(lead);
                self.samples[sample].telling = self.samples[lead].right;
            }
        }
        self.documents.push(SetDocument { source: known.source, kind: known.kind, quality: known.quality, wanted: known.wanted, layout });
    }

    /// Labelled values.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Whether a second engine read any of them.
    pub fn has_both(&self) -> bool {
        self.samples.iter().any(|sample| sample.both)
    }
}
