//! What kind of paper a document is and how its picture was made, as far as that tells whether experience with others carries over to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{PageReading, TextSource};

/// Dots per inch under which a scan is coarse: fax machines and photographs from afar lie below, office scanners above.
const COARSE: f32 = 180.0;

/// How a page's words came to be seen: what makes the errors of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// The document's own text: no picture was read.
    BornDigital,
    /// A picture in shades.
    Grey,
    /// The same at fewer than 180 dots per inch.
    GreyCoarse,
    /// A picture in black and white.
    Bilevel,
    /// The same at fewer than 180 dots per inch: most faxes.
    BilevelCoarse,
}

impl Capture {
    /// How a page was captured.
    pub fn of(page: &PageReading) -> Self {
        let coarse = page.quality.dpi < COARSE;
        match (page.text_source, page.quality.bilevel) {
            (TextSource::TextLayer, _) => Self::BornDigital,
            (TextSource::Ocr, true) if coarse => Self::BilevelCoarse,
            (TextSource::Ocr, true) => Self::Bilevel,
            (TextSource::Ocr, false) if coarse => Self::GreyCoarse,
            (TextSource::Ocr, false) => Self::Grey,
        }
    }

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BornDigital => "born-digital",
            Self::Grey => "grey",
            Self::GreyCoarse => "grey-coarse",
            Self::Bilevel => "bilevel",
            Self::BilevelCoarse => "bilevel-coarse",
        }
    }
}

/// A document's form and captures.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// What is printed on every paper of its form: the wordings of its labels as the word lists have them, each with the one before it, and the
    /// names of its sections. Holds no text of the page itself, so nothing of a patient.
    pub form: BTreeSet<String>,
    /// How its pages were captured.
    pub captures: BTreeSet<Capture>,
}

impl Origin {
    /// How alike two forms are: what both bear over what either does (Jaccard), 0.0–1.0. Forms that bear nothing are like no other.
    pub fn likeness(&self, form: &BTreeSet<String>) -> f64 {
        let both = self.form.intersection(form).count();
        let either = self.form.len() + form.len() - both;
        if both == 0 { 0.0 } else { both as f64 / either as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(marks: &[&str]) -> BTreeSet<String> {
        marks.iter().map(|m| (*m).to_owned()).collect()
    }

    #[test]
    fn likeness_counts_what_both_bear() {
        let of = |marks: &[&str]| Origin { form: form(marks), ..Origin::default() };
        for (a, b, want) in [
            (&["name", "sex"][..], &["name", "sex"][..], 1.0),
            (&["name", "sex"], &["name", "mrn", "phone"], 0.25),
            (&["name"], &["mrn"], 0.0),
            (&[], &[], 0.0),
        ] {
            assert!((of(a).likeness(&form(b)) - want).abs() < 1e-9, "{a:?} {b:?}");
        }
    }

    #[test]
    fn captures_are_stored_by_the_names_that_are_shown() {
        for capture in [Capture::BornDigital, Capture::Grey, Capture::GreyCoarse, Capture::Bilevel, Capture::BilevelCoarse] {
            assert_eq!(serde_json::to_string(&capture).unwrap(), format!("\"{}\"", capture.as_str()));
        }
    }
}
