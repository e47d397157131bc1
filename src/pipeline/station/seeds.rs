//! Planted errors: a value that is known, with one character exchanged for another that engines take for it. Which values are shown so, and with which
//! error, is told by a keyed hash, so that the same archive has the same ones and nobody can foresee them.

use super::words;
use crate::calibration;
use crate::confidence::audit::sample::{Key, is_checked};
use crate::extract::{self, Vocabulary};
use crate::model::{DecidedValue, Field, Form, Reason, Status};

/// Longer texts are not read to the letter.
const LONGEST: usize = 40;
/// Accepted values from this confidence on count as known.
const KNOWN: f64 = 0.98;

/// A value with an error in it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Planted {
    /// As it would have been read.
    pub raw: String,
    /// What would have been made of it.
    pub value: String,
}

/// Shows nothing: the text is a patient's.
impl std::fmt::Debug for Planted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Planted")
    }
}

/// A number from 0 on and below 1 that the key draws for a name.
pub(super) fn chance(key: &Key, name: &str) -> f64 {
    let hash = key.hash(name);
    let number = u64::from_be_bytes(std::array::from_fn(|k| hash[k]));
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

/// Whether a value is known well enough, and is of a kind that people read to the letter.
pub(super) fn is_known(value: &DecidedValue) -> bool {
    let found = &value.extracted;
    let length = found.value.chars().count();
    let known = match value.status {
        Status::Verified => true,
        Status::Accepted => value.confidence.get() >= KNOWN && found.signals.form != Form::Invalid,
        Status::Review | Status::Corrected | Status::Rejected => false,
    };
    known && found.place.is_some() && is_checked(found.field) && (3..=LONGEST).contains(&length)
}

/// Plants an error; `None` where none can be had that the field's own form would let pass.
pub(super) fn plant(key: &Key, name: &str, value: &DecidedValue, vocabulary: &Vocabulary) -> Option<Planted> {
    let found = &value.extracted;
    let this_year = super::typed::this_year();
    let normal = |text: &str| normal(found.field, text, vocabulary, this_year);
    // The way from text to value has to be known, or the error could not be led along it.
    let raw = [found.raw.as_str(), found.value.as_str()].into_iter().find(|raw| normal(raw).as_deref() == Some(&found.value))?;
    let mut errors = exchanged(raw);
    errors.sort_by_key(|text| key.hash(&format!("error\0{name}\0{text}")));
    errors.into_iter().find_map(|raw| {
        let value = normal(&raw)?;
        let other = !calibration::same(found.field, &value, &found.value, &[]);
        let passes = super::typed::objection(found.field, &raw, vocabulary, this_year).is_none();
        (other && passes).then_some(Planted { raw, value })
    })
}

/// What becomes of a text in a field; `None` where it has no normal form and needs one.
fn normal(field: Field, text: &str, vocabulary: &Vocabulary, this_year: i16) -> Option<String> {
    let mut forms = extract::keyed(field, text, vocabulary, this_year).into_iter();
    let own = forms.next()?;
    forms.next().or_else(|| (!super::typed::needs_form(field)).then_some(own))
}

/// The texts that come of one exchange.
fn exchanged(text: &str) -> Vec<String> {
    let mut others = Vec::new();
    for (one, other) in words::confusions().iter().flat_map(|(a, b)| [(a, b), (b, a)]) {
        others.extend(text.match_indices(one.as_str()).map(|(at, _)| format!("{}{other}{}", &text[..at], &text[at + one.len()..])));
    }
    others.retain(|other| other != text);
    others
}

/// Why a planted error is said to wait: as most of what waits does.
pub(super) const REASONS: [Reason; 1] = [Reason::LowConfidence];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::value;

    fn key(byte: u8) -> Key {
        Key::new([byte; 32])
    }

    #[test]
    fn an_error_is_like_an_engines_and_never_the_value() {
        let vocabulary = Vocabulary::load(None).unwrap();
        let table = [
            (Field::BirthDate, "02/13/1950", "1950-02-13"),
            (Field::Mrn, "00-12-34-56", "00-12-34-56"),
            (Field::Family, "Quarry", "Quarry"),
            (Field::ObservationValue, "138", "138"),
            (Field::PostalCode, "97301", "97301"),
        ];
        for (field, raw, text) in table {
            let known = value(field, None, text).raw(raw).build();
            let mut seen = std::collections::BTreeSet::new();
            for byte in 0..20 {
                let planted = plant(&key(byte), "name", &known, &vocabulary).unwrap_or_else(|| panic!("{field}"));
                assert!(!calibration::same(field, &planted.value, text, &[]), "{field} {}", planted.value);
                assert_eq!(plant(&key(byte), "name", &known, &vocabulary), Some(planted.clone()));
                seen.insert(planted.value);
            }
            assert!(seen.len() > 1, "{field}: the key decides");
        }
    }

    #[test]
    fn chances_are_even_and_the_keys() {
        let below = |byte: u8| (0..2_000).filter(|n| chance(&key(byte), &format!("item {n}")) < 0.1).count();
        for byte in [1, 2, 3] {
            assert!((150..250).contains(&below(byte)), "{}", below(byte));
        }
        assert_ne!(chance(&key(1), "a"), chance(&key(2), "a"));
    }

    #[test]
    fn what_waits_or_was_changed_is_not_known() {
        let of = |status: Status, confidence: f64| value(Field::City, None, "Salem").status(status).confidence(confidence).build();
        assert!(is_known(&of(Status::Accepted, 0.99)) && is_known(&of(Status::Verified, 0.2)));
        assert!(!is_known(&of(Status::Accepted, 0.9)) && !is_known(&of(Status::Review, 0.99)) && !is_known(&of(Status::Corrected, 0.99)));
    }
}
