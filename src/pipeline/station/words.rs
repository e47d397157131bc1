//! The station's words (config/station.toml): what fields, reasons and members of closed sets are called.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{DocumentKind, Field, Reason, Rule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fields: BTreeMap<Field, Words>,
    reasons: BTreeMap<String, String>,
    choices: BTreeMap<Field, Vec<(String, String)>>,
    confusions: Confusions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    label: String,
    near: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confusions {
    pairs: Vec<(String, String)>,
}

/// The file is part of the program; a test reads it. `None` would show names in place of words.
static WORDS: LazyLock<Option<File>> = LazyLock::new(|| toml::from_str(include_str!("../../../config/station.toml")).ok());

/// What a field is called.
pub(super) fn label(field: Field) -> String {
    WORDS.as_ref().and_then(|file| file.fields.get(&field)).map_or_else(|| field.as_str().to_owned(), |words| words.label.clone())
}

/// Words that stand near values of a field.
pub(super) fn near(field: Field) -> &'static [String] {
    WORDS.as_ref().and_then(|file| file.fields.get(&field)).map_or(&[], |words| &words.near)
}

/// Why a value waits.
pub(super) fn reason(reason: Reason) -> &'static str {
    WORDS.as_ref().and_then(|file| file.reasons.get(reason.as_str())).map_or_else(|| reason.as_str(), String::as_str)
}

/// Members of a field's closed set, value and words; none of an open field.
pub(super) fn choices(field: Field) -> Vec<(String, String)> {
    if field == Field::DocumentType {
        return kinds();
    }
    WORDS.as_ref().and_then(|file| file.choices.get(&field)).cloned().unwrap_or_default()
}

/// The kinds of documents: code, words.
pub(super) fn kinds() -> Vec<(String, String)> {
    DocumentKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.display().to_owned())).collect()
}

/// Whether values of a field may be answered in groups: a closed set, and no identity.
pub(super) fn in_groups(field: Field) -> bool {
    !field.identifies() && !choices(field).is_empty()
}

/// Pairs that engines take for one another.
pub(super) fn confusions() -> &'static [(String, String)] {
    WORDS.as_ref().map_or(&[], |file| &file.confusions.pairs)
}

/// What a broken rule says, in words for who has the paper before them.
pub(super) fn broken(rule: Rule) -> String {
    format!("does not hold: {}", rule.meaning())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_reason_has_words() {
        let file: File = toml::from_str(include_str!("../../../config/station.toml")).unwrap();
        for &field in Field::ALL {
            assert!(file.fields.contains_key(&field), "{field}");
            let lower = |word: &String| *word == word.to_lowercase();
            assert!(near(field).iter().all(lower), "{field}");
        }
        for why in Reason::ALL {
            assert!(file.reasons.contains_key(why.as_str()), "{}", why.as_str());
        }
        assert_eq!(choices(Field::DocumentType).len(), DocumentKind::ALL.len());
        assert!(in_groups(Field::MaritalStatus) && !in_groups(Field::Gender) && !in_groups(Field::City));
    }
}
