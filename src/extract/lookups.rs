//! What the dictionaries say of values, once all rules have read: the parts of an address against one another, printed codes against the
//! tabular list, names of people, drugs, vaccines and substances. Nothing is changed but signals. Only what is in a dictionary speaks, and a
//! word that is in none while one that engines take for it is; where the dictionaries have nothing, a value stands as it was, but for
//! codes, of which the list is complete.

use super::cross::{looks, note, only};
use crate::lexicon::{Drug, Lexicons, fold_name, fold_place};
use crate::model::{ExtractedValue, Field, Form, Rule};

/// Births under a given name without which it says nothing of its bearers' sex, and the share of one sex that does.
const BIRTHS: u32 = 2000;
const ONE_SEX: u8 = 97;
/// Shorter words have too many neighbours.
const SHORTEST: usize = 3;

/// Holds a document's values against the dictionaries.
pub(super) fn hold(values: &mut [ExtractedValue], lexicons: &Lexicons) {
    address(values, lexicons);
    sex(values, lexicons);
    for value in values.iter_mut().filter(|value| !value.value.is_empty()) {
        let known = match value.field {
            Field::ConditionIcd10 => code(value, lexicons),
            Field::Family | Field::Given | Field::Practitioner | Field::ContactName => person(&value.value, lexicons),
            Field::MedicationText => drug(&value.value, lexicons),
            Field::AllergyText => lexicons.substance(&value.value).map(|_| true),
            Field::VaccineText => lexicons.vaccine(&value.value).map(|_| true),
            _ => None,
        };
        if let Some(known) = known {
            note(std::slice::from_mut(value), &[0], Rule::KnownWords, known);
        }
    }
}

/// A code of an older paper that has been subdivided since is still in the list, as a category.
fn code(value: &mut ExtractedValue, lexicons: &Lexicons) -> Option<bool> {
    let known = lexicons.icd10(&value.value).is_some();
    if !known {
        value.signals.form = Form::Invalid;
    }
    known.then_some(true)
}

/// Whether all words of a name are names; no if one is none and becomes one by one character that engines take for another.
fn person(name: &str, lexicons: &Lexicons) -> Option<bool> {
    let known = |word: &str| lexicons.family(word).is_some() || lexicons.given(word).is_some();
    let mut all = true;
    for word in name.split(|c: char| c.is_whitespace() || c == '-').filter(|word| fold_name(word).len() >= SHORTEST) {
        if known(word) {
            continue;
        }
        if alike(&word.to_lowercase()).iter().any(|other| known(other)) {
            return Some(false);
        }
        all = false;
    }
    all.then_some(true)
}

/// Whether what stands before the strength is a drug; no if it is one slip away from one.
fn drug(text: &str, lexicons: &Lexicons) -> Option<bool> {
    let name: Vec<&str> = text.split_whitespace().take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit())).collect();
    match lexicons.drug(&name.join(" ")) {
        Drug::Known(_) => Some(true),
        Drug::Near { .. } => Some(false),
        Drug::Unknown => None,
    }
}

/// Pairs that engines take for one another, in small letters.
const PAIRS: [(&str, &str); 14] = [
    ("l", "i"),
    ("1", "l"),
    ("1", "i"),
    ("0", "o"),
    ("5", "s"),
    ("8", "b"),
    ("2", "z"),
    ("6", "g"),
    ("9", "g"),
    ("rn", "m"),
    ("cl", "d"),
    ("vv", "w"),
    ("ii", "n"),
    ("ri", "n"),
];

/// What a word might have been, with one such pair exchanged.
fn alike(word: &str) -> Vec<String> {
    let mut others = Vec::new();
    for (one, other) in PAIRS.iter().flat_map(|&(a, b)| [(a, b), (b, a)]) {
        others.extend(word.match_indices(one).map(|(at, _)| format!("{}{other}{}", &word[..at], &word[at + one.len()..])));
    }
    others
}

/// A given name that nearly all bearers of one sex have speaks for the sex, and this for it. Parents may do as they like: another sex says nothing.
fn sex(values: &mut [ExtractedValue], lexicons: &Lexicons) {
    let (Some(given), Some(gender)) = (only(values, Field::Given), only(values, Field::Gender)) else { return };
    let first = values[given].value.split_whitespace().next().unwrap_or_default();
    let Some(name) = lexicons.given(first).filter(|name| name.births.is_some_and(|births| births >= BIRTHS)) else { return };
    let fits = match (values[gender].value.as_str(), name.female) {
        ("female", Some(share)) => share >= ONE_SEX,
        ("male", Some(share)) => share <= 100 - ONE_SEX,
        _ => false,
    };
    if fits {
        note(values, &[given, gender], Rule::SexAndGivenName, true);
    }
}

/// A postal code says its state and, mostly, its place: two readings of one fact. Places have more names than the post's first, so that another
/// name says nothing, unless it looks like the post's; another state does.
fn address(values: &mut [ExtractedValue], lexicons: &Lexicons) {
    let (code, city, state) = (only(values, Field::PostalCode), only(values, Field::City), only(values, Field::State));
    let Some(code) = code else { return };
    let places = lexicons.places_of(&values[code].value);
    if places.is_empty() {
        return;
    }
    let same_state = state.map(|at| places.iter().any(|place| place.state.eq_ignore_ascii_case(values[at].value.trim())));
    if let (Some(at), Some(agrees)) = (state, same_state) {
        note(values, &[at, code], Rule::StateAndPostalCode, agrees);
    }
    let Some(at) = city.filter(|_| same_state != Some(false)) else { return };
    let name = fold_place(&values[at].value);
    if places.iter().any(|place| fold_place(place.city) == name) {
        note(values, &[at, code], Rule::CityAndPostalCode, true);
    } else if places.iter().any(|place| looks(&fold_place(place.city)) == looks(&name)) {
        note(values, &[at, code], Rule::CityAndPostalCode, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PageNumber, Signals};

    fn value(field: Field, text: &str) -> ExtractedValue {
        ExtractedValue {
            field,
            item: None,
            value: text.into(),
            raw: text.into(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: "test".into(),
            signals: Signals { form: Form::Valid, ..Signals::default() },
        }
    }

    #[test]
    fn parts_of_an_address_speak_for_and_against_one_another() {
        use Field::{City, PostalCode as Code, State};
        let lexicons = Lexicons::load(None).unwrap();
        // For each value: how many rules hold and how many are broken.
        let table: [(&[(Field, &str)], &[(usize, usize)]); 8] = [
            (&[(City, "Springfield"), (State, "IL"), (Code, "62701")], &[(1, 0), (1, 0), (2, 0)]),
            (&[(City, "SAINT LOUIS"), (State, "MO"), (Code, "63101-1234")], &[(1, 0), (1, 0), (2, 0)]),
            (&[(City, "Springfield"), (State, "IN"), (Code, "62701")], &[(0, 0), (0, 1), (0, 1)]),
            (&[(City, "Springfie1d"), (State, "IL"), (Code, "62701")], &[(0, 1), (1, 0), (1, 1)]),
            (&[(City, "Springfield"), (Code, "62701")], &[(1, 0), (1, 0)]),
            (&[(City, "Springfield"), (State, "IL"), (Code, "00000")], &[(0, 0); 3]),
            (&[(City, "Springfield"), (State, "IL")], &[(0, 0); 2]),
            (&[(State, "IL"), (Code, "62701"), (Code, "90210")], &[(0, 0); 3]),
        ];
        for (parts, expected) in table {
            let mut values: Vec<ExtractedValue> = parts.iter().map(|(field, text)| value(*field, text)).collect();
            hold(&mut values, &lexicons);
            let found: Vec<(usize, usize)> = values.iter().map(|v| (v.signals.rules_hold.len(), v.signals.rules_broken.len())).collect();
            assert_eq!(found, expected, "{parts:?}");
        }
    }

    #[test]
    fn a_code_that_is_in_no_list_is_no_code() {
        let lexicons = Lexicons::load(None).unwrap();
        for (code, form) in
            [("E11.9", Form::Valid), ("E11", Form::Valid), ("Z99.99", Form::Invalid), ("I1O", Form::Invalid), ("", Form::Valid)]
        {
            let mut values = [value(Field::ConditionIcd10, code)];
            hold(&mut values, &lexicons);
            assert_eq!(values[0].signals.form, form, "{code}");
        }
    }

    #[test]
    fn words_of_dictionaries_speak_and_so_do_words_that_look_like_them() {
        use Field::{AllergyText, ContactName, Family, Given, MedicationText, VaccineText};
        let lexicons = Lexicons::load(None).unwrap();
        let table = [
            (Family, "Smith", Some(true)),
            (Family, "Srnith", Some(false)),
            (Family, "lyer", Some(false)),
            (Family, "Iyer", Some(true)),
            (Family, "Xqwzt", None),
            (Given, "Anne M", Some(true)),
            (ContactName, "Robert Garcia-Lopez", Some(true)),
            (MedicationText, "Lisinopril 10 mg", Some(true)),
            (MedicationText, "Lisinoprii 10 mg", Some(false)),
            (MedicationText, "Tea", None),
            (AllergyText, "Penicillin", Some(true)),
            (VaccineText, "Influenza", Some(true)),
        ];
        for (field, text, expected) in table {
            let mut values = [value(field, text)];
            hold(&mut values, &lexicons);
            let signals = &values[0].signals;
            let found = match (signals.rules_hold.as_slice(), signals.rules_broken.as_slice()) {
                ([Rule::KnownWords], []) => Some(true),
                ([], [Rule::KnownWords]) => Some(false),
                _ => None,
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_given_name_of_one_sex_speaks_for_it() {
        let lexicons = Lexicons::load(None).unwrap();
        for (name, sex, speaks) in
            [("Mary", "female", true), ("Mary Ann", "female", true), ("Mary", "male", false), ("Jordan", "male", false)]
        {
            let mut values = [value(Field::Given, name), value(Field::Gender, sex)];
            hold(&mut values, &lexicons);
            assert_eq!(values[1].signals.rules_hold == [Rule::SexAndGivenName], speaks, "{name} {sex}");
            assert!(values[1].signals.rules_broken.is_empty());
        }
    }
}
