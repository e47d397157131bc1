//! What the model looks at: a value's signals as numbers. One table says it all: to add a feature, add a row (at the end) and fit the model
//! anew; weights, accounts and the fit take names, meanings, signs and figures from here.

use crate::model::{ExtractedValue, Form, LabelStands, Rule, Signals};

/// What a higher figure of a feature speaks for. The fit never gives a weight of the other sign: data that seem to reward a bad sign are too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// For the value: no weight below 0.
    For,
    /// Against it: no weight above 0.
    Against,
}

/// One thing that the model looks at.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// Its name; the key in `[weights]` of config/confidence.toml.
    pub name: &'static str,
    /// What it says, in words that follow the name in an explanation.
    pub meaning: &'static str,
    /// What a higher figure speaks for.
    pub speaks: Speaks,
    figure: fn(&Seen<'_>) -> f64,
}

/// The features, in the order of [`features`].
///
/// Tesseract's word figure is monotonic but bent: about 16 % of words under 0.4 are right, 78 % at 0.8–0.9, 95 % at 0.90–0.95, 99.3 %
/// over 0.96, where it saturates. Two hinges let the model follow the bend. Agreement saturates: a third witness adds little to two.
/// A third of the characters in dispute between the engines is as bad as all.
pub const FEATURES: &[Feature] = &[
    Feature { name: "word-min", meaning: "the engine's lowest figure among its words", speaks: Speaks::For, figure: |v| v.word_min() },
    Feature {
        name: "word-min-over-80",
        meaning: "how far that lies over 0.80",
        speaks: Speaks::For,
        figure: |v| (v.word_min() - 0.80).max(0.0) / 0.17,
    },
    Feature {
        name: "word-min-over-93",
        meaning: "how far that lies over 0.93",
        speaks: Speaks::For,
        figure: |v| (v.word_min() - 0.93).max(0.0) / 0.04,
    },
    Feature {
        name: "word-mean",
        meaning: "the engine's mean figure of its words",
        speaks: Speaks::For,
        figure: |v| v.engine(v.value.signals.word_mean),
    },
    Feature {
        name: "page-mean",
        meaning: "the engine's mean figure of the whole page",
        speaks: Speaks::For,
        figure: |v| v.engine(v.value.signals.page_mean),
    },
    Feature {
        name: "label",
        meaning: "how well the label or heading matched",
        speaks: Speaks::For,
        figure: |v| share(v.value.signals.label),
    },
    Feature { name: "doubt", meaning: "the rule's own doubt", speaks: Speaks::Against, figure: |v| share(v.value.signals.doubt) },
    Feature {
        name: "form-valid",
        meaning: "its form is right",
        speaks: Speaks::For,
        figure: |v| flag(v.value.signals.form == Form::Valid),
    },
    Feature {
        name: "form-checked",
        meaning: "a check digit holds, or it is one of a closed set",
        speaks: Speaks::For,
        figure: |v| flag(v.value.signals.form == Form::Checked),
    },
    Feature {
        name: "form-invalid",
        meaning: "its form is broken",
        speaks: Speaks::Against,
        figure: |v| flag(v.value.signals.form == Form::Invalid),
    },
    Feature {
        name: "mended",
        meaning: "confusions of OCR were mended in it",
        speaks: Speaks::Against,
        figure: |v| flag(v.value.signals.mended),
    },
    Feature {
        name: "agree",
        meaning: "other readings of the same fact agree",
        speaks: Speaks::For,
        figure: |v| f64::from(v.value.signals.agree.min(2)) / 2.0,
    },
    Feature {
        name: "differ",
        meaning: "other readings of the same fact differ",
        speaks: Speaks::Against,
        figure: |v| f64::from(v.value.signals.differ.min(2)) / 2.0,
    },
    Feature { name: "length", meaning: "how long it is", speaks: Speaks::Against, figure: |v| v.words().ln().min(5.0) / 5.0 },
    Feature {
        name: "second-agrees",
        meaning: "the second engine reads the same",
        speaks: Speaks::For,
        figure: |v| v.second(|s| flag(s.second_agree >= 1.0)),
    },
    Feature {
        name: "second-differs",
        meaning: "the second engine reads something else",
        speaks: Speaks::Against,
        figure: |v| v.second(|s| (3.0 * (1.0 - share(s.second_agree))).min(1.0)),
    },
    Feature {
        name: "second-sure",
        meaning: "the second engine is sure of it",
        speaks: Speaks::For,
        figure: |v| v.second(|s| share((s.second_min - 0.8) / 0.2)),
    },
    Feature {
        name: "replaced",
        meaning: "some text is the second engine's",
        speaks: Speaks::Against,
        figure: |v| v.second(|s| flag(s.replaced)),
    },
    Feature {
        name: "corroborated",
        meaning: "other values, the text or a dictionary bear it out in ways that a misread value would not",
        speaks: Speaks::For,
        figure: |v| v.rules(|rule| rule.corroborates()),
    },
    Feature {
        name: "unknown-words",
        meaning: "a word of it stands in no dictionary of its kind",
        speaks: Speaks::Against,
        figure: |v| flag(Rule::has_dictionary(v.value.field) && !v.value.signals.rules_hold.contains(&Rule::KnownWords)),
    },
    Feature {
        name: "rules-hold",
        meaning: "it passes checks against what cannot be",
        speaks: Speaks::For,
        figure: |v| v.rules(|rule| !rule.corroborates() && rule != Rule::KnownWords),
    },
    Feature {
        name: "rules-broken",
        meaning: "it fails a check against another value or a dictionary",
        speaks: Speaks::Against,
        figure: |v| flag(!v.value.signals.rules_broken.is_empty()),
    },
    Feature {
        name: "explained",
        meaning: "how much of the page's text stands in values, labels and headings",
        speaks: Speaks::For,
        figure: |v| v.value.signals.around.map_or(UNKNOWN, |around| share(around.explained)),
    },
    Feature {
        name: "found",
        meaning: "how many of the document's expected single values were found",
        speaks: Speaks::For,
        figure: |v| v.value.signals.around.map_or(UNKNOWN, |around| share(around.found)),
    },
    Feature {
        name: "near-mean",
        meaning: "the engine's mean figure of the words near it",
        speaks: Speaks::For,
        figure: |v| v.engine(v.value.signals.around.map_or(v.value.signals.page_mean, |around| around.near_mean)),
    },
    Feature {
        name: "label-above",
        meaning: "its label stands over it, not before it",
        speaks: Speaks::Against,
        figure: |v| flag(v.value.signals.label_stands == LabelStands::Above),
    },
    Feature {
        name: "kin-agrees",
        meaning: "other papers of the patient say the same",
        speaks: Speaks::For,
        figure: |v| f64::from(v.value.signals.kin_agree.min(2)) / 2.0,
    },
    Feature {
        name: "kin-differs",
        meaning: "other papers of the patient say something else",
        speaks: Speaks::Against,
        figure: |v| f64::from(v.value.signals.kin_differ.min(2)) / 2.0,
    },
];

/// A share of which an older result says nothing: the middle.
const UNKNOWN: f64 = 0.5;

/// A value's features, each roughly between 0 and 1.
pub fn features(value: &ExtractedValue) -> [f64; FEATURES.len()] {
    let seen = Seen { value, asked: asked_twice(value) };
    std::array::from_fn(|k| (FEATURES[k].figure)(&seen))
}

/// A value, with what several features ask of it.
struct Seen<'v> {
    value: &'v ExtractedValue,
    asked: bool,
}

impl Seen<'_> {
    /// An engine's figure. Born-digital words count as 0.97, the best that the engine ever says, so that the rest of the signals decide.
    fn engine(&self, figure: f32) -> f64 {
        f64::from(if self.value.signals.born_digital { 0.97 } else { figure.clamp(0.0, 0.97) })
    }

    fn word_min(&self) -> f64 {
        self.engine(self.value.signals.word_min)
    }

    /// Of certain rules, whether it passes one or several.
    fn rules(&self, which: impl Fn(Rule) -> bool) -> f64 {
        self.value.signals.rules_hold.iter().filter(|&&rule| which(rule)).count().min(2) as f64 / 2.0
    }

    fn words(&self) -> f64 {
        self.value.value.split_whitespace().count().max(1) as f64
    }

    /// What the second engine said: nothing where it was not asked about every word, since silence is not agreement.
    fn second(&self, figure: impl Fn(&Signals) -> f64) -> f64 {
        if self.asked { figure(&self.value.signals) } else { 0.0 }
    }
}

fn flag(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn share(figure: f32) -> f64 {
    f64::from(figure.clamp(0.0, 1.0))
}

/// Whether two engines read all of a value: these are judged by weights and thresholds of their own.
pub fn asked_twice(value: &ExtractedValue) -> bool {
    value.signals.second_asked && !value.signals.born_digital
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, PageNumber};

    fn of(signals: Signals, text: &str) -> [f64; FEATURES.len()] {
        features(&ExtractedValue {
            field: Field::Mrn,
            item: None,
            value: text.to_owned(),
            raw: String::new(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: String::new(),
            signals,
        })
    }

    #[test]
    fn names_are_keys_and_stand_once() {
        for (k, feature) in FEATURES.iter().enumerate() {
            assert!(feature.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", feature.name);
            assert!(FEATURES[..k].iter().all(|other| other.name != feature.name), "{} stands twice", feature.name);
        }
    }

    #[test]
    fn hinges_open_where_they_should() {
        let low = of(Signals { word_min: 0.8, ..Signals::default() }, "a");
        assert!((low[0] - 0.8).abs() < 1e-6 && low[1].abs() < 1e-6 && low[2] == 0.0);
        let high = of(Signals { word_min: 0.97, ..Signals::default() }, "a");
        assert!((high[1] - 1.0).abs() < 1e-6 && (high[2] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_second_engine_that_was_not_asked_says_nothing() {
        let told = Signals { second_agree: 1.0, second_min: 1.0, replaced: true, ..Signals::default() };
        let asked = Signals { second_asked: true, ..told.clone() };
        let table = [
            (told, [0.0; 4]),
            (Signals { born_digital: true, ..asked.clone() }, [0.0; 4]),
            (asked.clone(), [1.0, 0.0, 1.0, 1.0]),
            (Signals { second_agree: 0.5, second_min: 0.5, replaced: false, ..asked }, [0.0, 1.0, 0.0, 0.0]),
        ];
        for (signals, expected) in table {
            let got = of(signals, "a");
            let first = FEATURES.iter().position(|f| f.name == "second-agrees").unwrap();
            assert!(got[first..].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{got:?}");
        }
    }

    #[test]
    fn born_digital_words_count_as_the_best_of_the_engine() {
        let digital = of(Signals { word_min: 1.0, word_mean: 1.0, page_mean: 1.0, born_digital: true, ..Signals::default() }, "a b");
        let best = of(Signals { word_min: 0.97, word_mean: 0.97, page_mean: 0.97, ..Signals::default() }, "a b");
        assert!(digital.iter().zip(best).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
