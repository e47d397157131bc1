//! What the dictionaries say of values, once all rules have read: the parts of an address against one another, printed codes against the
//! tabular list. Nothing is changed but signals. Only what is in a dictionary speaks; where it has nothing, a value stands as it was, but for
//! codes, of which the list is complete.

use crate::lexicon::{Lexicons, fold_place};
use crate::model::{ExtractedValue, Field, Form};

/// Holds a document's values against the dictionaries.
pub(super) fn hold(values: &mut [ExtractedValue], lexicons: &Lexicons) {
    address(values, lexicons);
    for value in values.iter_mut().filter(|value| value.field == Field::ConditionIcd10 && !value.value.is_empty()) {
        // A code of an older paper that has been subdivided since is still in the list, as a category.
        if lexicons.icd10(&value.value).is_none() {
            value.signals.form = Form::Invalid;
        }
    }
}

/// A postal code says its state and, mostly, its place: two readings of one fact. Places have more names than the post's first, so that another
/// name says nothing, where another state does.
fn address(values: &mut [ExtractedValue], lexicons: &Lexicons) {
    // Which value of several is right is another's question; here only one of each can be held against the other.
    let only = |field: Field| {
        let mut found = values.iter().enumerate().filter(|(_, value)| value.field == field && !value.value.is_empty());
        let first = found.next().map(|(at, _)| at);
        first.filter(|_| found.next().is_none())
    };
    let (code, city, state) = (only(Field::PostalCode), only(Field::City), only(Field::State));
    let Some(code) = code else { return };
    let places = lexicons.places_of(&values[code].value);
    if places.is_empty() {
        return;
    }
    let same_state = state.map(|at| places.iter().any(|place| place.state.eq_ignore_ascii_case(values[at].value.trim())));
    let same_city = city.is_some_and(|at| {
        let name = fold_place(&values[at].value);
        same_state != Some(false) && places.iter().any(|place| fold_place(place.city) == name)
    });
    let mut count = |at: usize, agrees: bool| {
        let signals = &mut values[at].signals;
        let counter = if agrees { &mut signals.agree } else { &mut signals.differ };
        *counter = counter.saturating_add(1);
    };
    if let (Some(at), Some(agrees)) = (state, same_state) {
        count(at, agrees);
        count(code, agrees);
    }
    if let (Some(at), true) = (city, same_city) {
        count(at, true);
        count(code, true);
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
        // For each value: how often another speaks for it and against it.
        let table: [(&[(Field, &str)], &[(u16, u16)]); 8] = [
            (&[(City, "Springfield"), (State, "IL"), (Code, "62701")], &[(1, 0), (1, 0), (2, 0)]),
            (&[(City, "SAINT LOUIS"), (State, "MO"), (Code, "63101-1234")], &[(1, 0), (1, 0), (2, 0)]),
            (&[(City, "Springfield"), (State, "IN"), (Code, "62701")], &[(0, 0), (0, 1), (0, 1)]),
            (&[(City, "Springfie1d"), (State, "IL"), (Code, "62701")], &[(0, 0), (1, 0), (1, 0)]),
            (&[(City, "Springfield"), (Code, "62701")], &[(1, 0), (1, 0)]),
            (&[(City, "Springfield"), (State, "IL"), (Code, "00000")], &[(0, 0); 3]),
            (&[(City, "Springfield"), (State, "IL")], &[(0, 0); 2]),
            (&[(State, "IL"), (Code, "62701"), (Code, "90210")], &[(0, 0); 3]),
        ];
        for (parts, expected) in table {
            let mut values: Vec<ExtractedValue> = parts.iter().map(|(field, text)| value(*field, text)).collect();
            hold(&mut values, &lexicons);
            let found: Vec<(u16, u16)> = values.iter().map(|v| (v.signals.agree, v.signals.differ)).collect();
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
}
