//! The grammar of prescriptions: the parts of directions, by where their words stand.
//!
//! The flat output keeps directions as printed; the parts say whether they are whole, and where each of them is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;

use super::words::{bare, is_number};

/// Any number in a phrase of the list.
const NUMBER: &str = "#";

/// A part of directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SigPart {
    /// How much at a time.
    Dose,
    /// What it is made as, where no number stands before it.
    Form,
    /// By which way.
    Route,
    /// How often.
    Frequency,
    /// In relation to what.
    Timing,
    /// Only when needed.
    AsNeeded,
    /// For how long.
    Duration,
    /// What for.
    Reason,
}

/// The lists of sig.toml under `parts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartsText {
    numbers: Vec<String>,
    dose: Vec<String>,
    route: Vec<String>,
    frequency: Vec<String>,
    timing: Vec<String>,
    as_needed: Vec<String>,
    duration: Vec<String>,
    form: Vec<String>,
}

/// The phrases of directions by their first words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grammar {
    numbers: BTreeSet<String>,
    phrases: BTreeMap<String, Vec<(Vec<String>, SigPart)>>,
}

/// Directions understood: parts in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Directions {
    /// Each part with the positions of its words.
    pub parts: Vec<(SigPart, Range<usize>)>,
    /// Words that no part holds and that mean something.
    pub left_over: usize,
}

impl Directions {
    /// Whether a part occurs.
    pub(crate) fn has(&self, part: SigPart) -> bool {
        self.parts.iter().any(|(p, _)| *p == part)
    }

    /// Whether they say how often, when needed or in relation to what: directions without any of it were cut off or misread.
    pub(crate) fn are_whole(&self) -> bool {
        self.left_over == 0 && [SigPart::Frequency, SigPart::AsNeeded, SigPart::Timing].iter().any(|p| self.has(*p))
    }
}

impl Grammar {
    pub(super) fn new(text: PartsText) -> Self {
        let mut phrases: BTreeMap<String, Vec<(Vec<String>, SigPart)>> = BTreeMap::new();
        for (list, part) in [
            (text.dose, SigPart::Dose),
            (text.form, SigPart::Form),
            (text.route, SigPart::Route),
            (text.frequency, SigPart::Frequency),
            (text.timing, SigPart::Timing),
            (text.as_needed, SigPart::AsNeeded),
            (text.duration, SigPart::Duration),
        ] {
            for phrase in list {
                let words: Vec<String> = phrase.split_whitespace().map(str::to_lowercase).collect();
                if let Some(first) = words.first() {
                    phrases.entry(first.clone()).or_default().push((words, part));
                }
            }
        }
        Self { numbers: text.numbers.into_iter().collect(), phrases }
    }

    /// Parts directions.
    pub(crate) fn parse(&self, words: &[&str]) -> Directions {
        let bares: Vec<String> = words.iter().map(|w| bare(w)).collect();
        let (mut parts, mut left_over, mut k) = (Vec::new(), 0, 0);
        while k < words.len() {
            if let Some((length, part)) = self.longest(&bares[k..]) {
                parts.push((part, k..k + length));
                k += length;
            } else if bares[k] == "for" {
                // The reason: up to a comma, or to the next part.
                let mut end = k + 1;
                while end < words.len() && !words[end - 1].ends_with([',', ';']) && (end == k + 1 || self.longest(&bares[end..]).is_none())
                {
                    end += 1;
                }
                left_over += usize::from(end == k + 1);
                parts.push((SigPart::Reason, k..end));
                k = end;
            } else {
                left_over += usize::from(!bares[k].is_empty() && !is_joint(&bares[k]));
                k += 1;
            }
        }
        Directions { parts, left_over }
    }

    fn longest(&self, words: &[String]) -> Option<(usize, SigPart)> {
        let first = words.first()?;
        let fits = |(phrase, part): &(Vec<String>, SigPart)| {
            let fit =
                phrase.len() <= words.len() && phrase.iter().zip(words).all(|(p, w)| if p == NUMBER { self.is_number(w) } else { p == w });
            fit.then_some((phrase.len(), *part))
        };
        let numbered = self.phrases.get(NUMBER).filter(|_| self.is_number(first));
        let literal = self.phrases.get(first.as_str());
        literal.into_iter().chain(numbered).flatten().filter_map(fits).max_by_key(|(length, _)| *length)
    }

    fn is_number(&self, word: &str) -> bool {
        is_number(word) || self.numbers.contains(word)
    }
}

/// Words that join the parts and carry nothing.
fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "take"
            | "takes"
            | "apply"
            | "use"
            | "inject"
            | "give"
            | "instill"
            | "place"
            | "and"
            | "then"
            | "may"
            | "repeat"
            | "in"
            | "up"
            | "to"
            | "the"
            | "of"
            | "or"
            | "maximum"
            | "max"
            | "doses"
            | "per"
            | "hours"
            | "day"
            | "days"
            | "if"
            | "on"
            | "at"
            | "with"
    )
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::words;
    use super::*;

    #[test]
    fn directions_part_into_what_they_say() {
        use SigPart::*;
        for (text, want) in [
            ("once daily by mouth", vec![(Frequency, "once daily"), (Route, "by mouth")]),
            ("1 tab po bid", vec![(Dose, "1 tab"), (Route, "po"), (Frequency, "bid")]),
            ("one tablet by mouth every morning", vec![(Dose, "one tablet"), (Route, "by mouth"), (Frequency, "every morning")]),
            ("2 puffs every 4 to 6 hours as needed", vec![(Dose, "2 puffs"), (Frequency, "every 4 to 6 hours"), (AsNeeded, "as needed")]),
            ("22 units under the skin at bedtime", vec![(Dose, "22 units"), (Route, "under the skin"), (Frequency, "at bedtime")]),
            ("twice daily as needed for anxiety", vec![(Frequency, "twice daily"), (AsNeeded, "as needed"), (Reason, "for anxiety")]),
            (
                "7.5 mL twice daily by mouth for ten days",
                vec![(Dose, "7.5 mL"), (Frequency, "twice daily"), (Route, "by mouth"), (Duration, "for ten days")],
            ),
            ("2 sprays each nostril once daily", vec![(Dose, "2 sprays"), (Route, "each nostril"), (Frequency, "once daily")]),
            ("every morning on an empty stomach", vec![(Frequency, "every morning"), (Timing, "on an empty stomach")]),
            (
                "for chest pain, one under the tongue every 5 minutes",
                vec![(Reason, "for chest pain,"), (Dose, "one"), (Route, "under the tongue"), (Frequency, "every 5 minutes")],
            ),
            ("q6h prn for cough", vec![(Frequency, "q6h"), (AsNeeded, "prn"), (Reason, "for cough")]),
            ("cream twice daily", vec![(Form, "cream"), (Frequency, "twice daily")]),
        ] {
            let split: Vec<&str> = text.split(' ').collect();
            let got = words().grammar.parse(&split);
            let shown: Vec<(SigPart, String)> = got.parts.iter().map(|(p, at)| (*p, split[at.clone()].join(" "))).collect();
            let want: Vec<(SigPart, String)> = want.into_iter().map(|(p, t)| (p, t.to_owned())).collect();
            assert_eq!(shown, want, "{text}");
            assert!(got.are_whole(), "{text}");
        }
    }

    #[test]
    fn directions_that_were_cut_off_or_misread_are_not_whole() {
        for text in ["by mouth", "one", "wise daiy by mouth", "once daily xx mouth", "every", "twice daily by mouth for", ""] {
            assert!(!words().grammar.parse(&text.split(' ').collect::<Vec<_>>()).are_whole(), "{text}");
        }
    }
}
