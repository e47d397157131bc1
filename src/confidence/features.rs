//! What the model looks at: a value's signals as numbers.
//!
//! scripts/fit_confidence.py computes the same numbers from the stored signals; change both together.

use crate::model::{ExtractedValue, Form};

/// How many features there are.
const COUNT: usize = 18;

/// Names of the features, in the order of [`features`]; the keys of `[weights]` in config/confidence.toml.
pub const FEATURES: [&str; COUNT] = [
    "word-min",
    "word-min-over-80",
    "word-min-over-93",
    "word-mean",
    "page-mean",
    "label",
    "doubt",
    "form-valid",
    "form-checked",
    "form-invalid",
    "mended",
    "agree",
    "differ",
    "length",
    "second-agrees",
    "second-differs",
    "second-sure",
    "replaced",
];

/// What each feature says, in the order of [`FEATURES`].
pub const MEANINGS: [&str; COUNT] = [
    "the engine's lowest figure among its words",
    "how far that lies over 0.80",
    "how far that lies over 0.93",
    "the engine's mean figure of its words",
    "the engine's mean figure of the whole page",
    "how well the label or heading matched",
    "the rule's own doubt",
    "its form is right",
    "a check digit holds, or it is one of a closed set",
    "its form is broken",
    "confusions of OCR were mended in it",
    "other readings of the same fact agree",
    "other readings of the same fact differ",
    "how long it is",
    "the second engine reads the same",
    "the second engine reads something else",
    "the second engine is sure of it",
    "some text is the second engine's",
];

/// A value's features, each roughly between 0 and 1.
///
/// Tesseract's word figure is monotonic but bent: about 16 % of words under 0.4 are right, 78 % at 0.8–0.9, 95 % at 0.90–0.95, 99.3 %
/// over 0.96, where it saturates. Two hinges let the model follow the bend. Born-digital words count as 0.97, the best that the
/// engine ever says, so that the rest of the signals decide. Agreement saturates: a third witness adds little to two.
/// Where a second engine was not asked about every word, what it said counts for nothing: silence is not agreement. A third of the
/// characters in dispute is as bad as all.
pub fn features(value: &ExtractedValue) -> [f64; COUNT] {
    let s = &value.signals;
    let engine = |x: f32| f64::from(if s.born_digital { 0.97 } else { x.clamp(0.0, 0.97) });
    let flag = |b: bool| f64::from(u8::from(b));
    let word_min = engine(s.word_min);
    let asked = asked_twice(value);
    let second = |x: f32| if asked { f64::from(x) } else { 0.0 };
    let share = s.second_agree.clamp(0.0, 1.0);
    let words = value.value.split_whitespace().count().max(1) as f64;
    [
        word_min,
        (word_min - 0.80).max(0.0) / 0.17,
        (word_min - 0.93).max(0.0) / 0.04,
        engine(s.word_mean),
        engine(s.page_mean),
        f64::from(s.label.clamp(0.0, 1.0)),
        f64::from(s.doubt.clamp(0.0, 1.0)),
        flag(s.form == Form::Valid),
        flag(s.form == Form::Checked),
        flag(s.form == Form::Invalid),
        flag(s.mended),
        f64::from(s.agree.min(2)) / 2.0,
        f64::from(s.differ.min(2)) / 2.0,
        words.ln().min(5.0) / 5.0,
        second(f32::from(u8::from(share >= 1.0))),
        second((3.0 * (1.0 - share)).min(1.0)),
        second(((s.second_min - 0.8) / 0.2).clamp(0.0, 1.0)),
        second(f32::from(u8::from(s.replaced))),
    ]
}

/// Whether two engines read all of a value: these are judged by weights and thresholds of their own.
pub fn asked_twice(value: &ExtractedValue) -> bool {
    value.signals.second_asked && !value.signals.born_digital
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, PageNumber, Signals};

    fn of(signals: Signals, text: &str) -> [f64; COUNT] {
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
            assert!(got[14..].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{got:?}");
        }
    }

    #[test]
    fn born_digital_words_count_as_the_best_of_the_engine() {
        let digital = of(Signals { word_min: 1.0, word_mean: 1.0, page_mean: 1.0, born_digital: true, ..Signals::default() }, "a b");
        let best = of(Signals { word_min: 0.97, word_mean: 0.97, page_mean: 0.97, ..Signals::default() }, "a b");
        assert!(digital.iter().zip(best).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
