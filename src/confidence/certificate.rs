//! A certificate: what was shown of the values that are accepted, from which labels, and for which papers it holds.
//!
//! It says, for each class of fields, from which score on values are wrong with at most the target's share, with the stated confidence. It says so of
//! papers like those that were checked: of the same kinds, captures and forms, read by the same engines and understood by the same rules. Everything else is
//! outside, and goes to people.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Class, sequence};
use crate::model::{Capture, DocumentKind, Field, Origin};

/// The form of the file.
pub const FORMAT: u32 = 1;
/// How alike a document's form has to be to one that was checked. Two scans of one form share most of their labels, and what is misread of them parts them
/// a little; two forms that ask the same things in another order share the labels and few of their sequences. (On the 165 development documents, 98 % are
/// so alike to another of their layout, and none to one of another layout; at 0.3 it would be 99 and 5 %.)
pub const ALIKE: f64 = 0.4;

/// What is known of a document when its values are decided.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Its kind.
    pub kind: DocumentKind,
    /// Probability of the kind, 0.0–1.0.
    pub kind_confidence: f32,
    /// Form and captures; `None` if an older program understood it.
    pub origin: Option<&'a Origin>,
    /// Fingerprint of what turned its bytes into words.
    pub reading: &'a str,
    /// Fingerprint of what turned its words into values.
    pub understanding: &'a str,
}

/// Where the labels came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labellers {
    /// `truth` (a file) or `audits` (people's blind checks).
    pub from: String,
    /// SHA-256 of the file, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Share of the wrong values that those who checked find, 0.0–1.0; 1.0 is an assumption unless it was measured.
    pub catch: f64,
    /// Documents that labels were drawn from.
    pub documents: u64,
}

/// What was shown of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassCertificate {
    /// Its fields.
    pub fields: Vec<Field>,
    /// Kinds of the documents whose values were checked.
    pub kinds: BTreeSet<DocumentKind>,
    /// How these had been captured.
    pub captures: BTreeSet<Capture>,
    /// Their forms, as places in [`Certificate::forms`].
    pub forms: BTreeSet<usize>,
    /// The candidates for the threshold, laid before any label was seen, strictest first.
    pub grid: Vec<f64>,
    /// What the sequence of tests came to.
    pub outcome: sequence::Outcome,
}

/// The certificate of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Certificate {
    /// [`FORMAT`].
    pub format: u32,
    /// The archive's id.
    pub archive: String,
    /// When it was made, in UTC.
    pub made: String,
    /// The program that made it.
    pub program: String,
    /// The engines that read.
    pub engines: String,
    /// Fingerprint of what turned bytes into words.
    pub reading: String,
    /// Fingerprint of what turned words into values, the confidence model among it.
    pub understanding: String,
    /// SHA-256 of the confidence model.
    pub model: String,
    /// How thresholds were found.
    pub method: String,
    /// Share of wrong values that is promised, 0.0–1.0.
    pub target: f64,
    /// Probability that the promise is wrong, class by class.
    pub delta: f64,
    /// Seed of the sample.
    pub seed: u64,
    /// Where the labels came from.
    pub labels: Labellers,
    /// Forms of the documents that were checked, each once.
    pub forms: Vec<BTreeSet<String>>,
    /// Class by class.
    pub classes: BTreeMap<Class, ClassCertificate>,
}

/// Why a certificate says nothing of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// Its class was not certified.
    Class,
    /// No document of this kind was checked.
    Kind,
    /// No document captured like this was checked.
    Capture,
    /// No document of a form like this was checked.
    Form,
    /// Another engine, other settings or other rules.
    Version,
}

impl Outside {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Class => "its class of fields was not certified",
            Self::Kind => "no document of this kind was checked for it",
            Self::Capture => "no document scanned like this was checked for it",
            Self::Form => "no document of a form like this was checked for it",
            Self::Version => "it was made with other engines, settings or rules",
        }
    }
}

impl Certificate {
    /// The score from which on values of a class are certified in a document; else why the certificate says nothing of them.
    pub fn threshold(&self, class: Class, standing: &Standing<'_>) -> Result<f64, Outside> {
        let origin = standing.origin.ok_or(Outside::Version)?;
        if (standing.reading, standing.understanding) != (self.reading.as_str(), self.understanding.as_str()) {
            return Err(Outside::Version);
        }
        let shown = self.classes.get(&class).ok_or(Outside::Class)?;
        let sequence::Outcome::Certified { threshold, .. } = shown.outcome else { return Err(Outside::Class) };
        if !shown.kinds.contains(&standing.kind) {
            Err(Outside::Kind)
        } else if !origin.captures.is_subset(&shown.captures) {
            Err(Outside::Capture)
        } else if !shown.forms.iter().filter_map(|&form| self.forms.get(form)).any(|form| origin.likeness(form) >= ALIKE) {
            Err(Outside::Form)
        } else {
            Ok(threshold)
        }
    }

    /// The classes that passed.
    pub fn certified(&self) -> impl Iterator<Item = Class> + '_ {
        self.classes.iter().filter(|(_, shown)| matches!(shown.outcome, sequence::Outcome::Certified { .. })).map(|(class, _)| *class)
    }

    /// The certificate as the text of its file.
    pub fn text(&self) -> String {
        // Text and numbers alone: cannot fail.
        format!("{}\n", serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let certificate: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if certificate.format == FORMAT {
            Ok(certificate)
        } else {
            Err(format!("its format is {}; this program knows {FORMAT}", certificate.format))
        }
    }
}
