//! The word lists of items: config/items.toml, config/sig.toml, config/expected_items.toml, config/context.toml.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::context::Context;
use super::super::phrases::{fold, folded_words, likeness};
use super::super::vocabulary::{VocabularyError, from_toml};
use super::sig::{Grammar, PartsText};
use crate::model::{DocumentKind, Field, Group};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemsFile {
    none: NoneText,
    allergy: AllergyText,
    condition: ConditionText,
    tables: TablesText,
    procedure: ProcedureText,
    questionnaire: QuestionnaireText,
    mention: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoneText {
    words: Vec<String>,
    denials: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllergyText {
    reactions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionText {
    modifiers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TablesText {
    medication: BTreeMap<Role, Vec<String>>,
    allergy: BTreeMap<Role, Vec<String>>,
    procedure: BTreeMap<Role, Vec<String>>,
    condition: BTreeMap<Role, Vec<String>>,
    immunization: BTreeMap<Role, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProcedureText {
    date_labels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionnaireText {
    yes: Vec<String>,
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SigFile {
    units: Vec<String>,
    misread: BTreeMap<String, String>,
    words: SigWords,
    parts: PartsText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SigWords {
    topical: Vec<String>,
    openers: Vec<String>,
    known: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    expected: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    usual: BTreeMap<String, Vec<String>>,
}

/// What a column of a table of items holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Drug,
    Strength,
    Directions,
    Dose,
    Route,
    Frequency,
    Substance,
    Reaction,
    Procedure,
    Condition,
    Code,
    Vaccine,
    Date,
    Other,
}

/// Names of columns by role.
pub(crate) type Columns = Vec<(Role, Vec<String>)>;

/// The word lists of items.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ItemWords {
    none: BTreeSet<String>,
    denials: BTreeSet<String>,
    reactions: BTreeSet<String>,
    modifiers: BTreeSet<String>,
    units: BTreeSet<String>,
    misread: BTreeMap<String, String>,
    topical: BTreeSet<String>,
    openers: BTreeSet<String>,
    known: BTreeSet<String>,
    expected: BTreeMap<DocumentKind, Vec<Field>>,
    usual: BTreeMap<DocumentKind, Vec<Field>>,
    mention: Vec<(Group, Vec<String>)>,
    pub(crate) context: Context,
    pub(crate) grammar: Grammar,
    pub(crate) medication: Columns,
    pub(crate) allergy: Columns,
    pub(crate) procedure: Columns,
    pub(crate) condition: Columns,
    pub(crate) immunization: Columns,
    pub(crate) date_labels: Vec<Vec<String>>,
    pub(crate) yes: BTreeSet<String>,
    pub(crate) no: BTreeSet<String>,
}

impl ItemWords {
    /// Reads the four lists.
    ///
    /// # Errors
    /// Text that is not such a list, or an unknown field or kind.
    pub(crate) fn parse(items: &str, sig: &str, expected: &str, context: &str) -> Result<Self, VocabularyError> {
        let name = "expected_items.toml";
        let wrong = |reason: String| VocabularyError::Parse { file: name.to_owned(), reason };
        let items: ItemsFile = from_toml("items.toml", items)?;
        let sig: SigFile = from_toml("sig.toml", sig)?;
        let expected: ExpectedFile = from_toml(name, expected)?;
        let by_kind = |table: BTreeMap<String, Vec<String>>| -> Result<BTreeMap<DocumentKind, Vec<Field>>, VocabularyError> {
            let mut of_kind = BTreeMap::new();
            for (code, fields) in table {
                let kind = DocumentKind::parse(&code).ok_or_else(|| wrong(format!("`{code}` is not the code of a kind of document")))?;
                let field = |f: &String| Field::parse(f).ok_or_else(|| wrong(format!("`{f}` is not the name of a field")));
                of_kind.insert(kind, fields.iter().map(field).collect::<Result<_, _>>()?);
            }
            Ok(of_kind)
        };
        let mut mention = Vec::new();
        for (field, labels) in &items.mention {
            let group = Field::parse(field).and_then(Field::group);
            let group = group.ok_or_else(|| wrong(format!("`{field}` under [mention] is not the name of an item's field")))?;
            mention.extend(labels.iter().map(|label| (group, folded_words(label))));
        }
        let lower = |list: Vec<String>| list.into_iter().map(|w| w.to_lowercase()).collect::<BTreeSet<_>>();
        let folds = |list: &[String]| list.iter().map(|w| fold(w)).collect::<BTreeSet<_>>();
        let columns = |map: BTreeMap<Role, Vec<String>>| map.into_iter().collect::<Columns>();
        Ok(Self {
            none: folds(&items.none.words),
            denials: folds(&items.none.denials),
            reactions: folds(&items.allergy.reactions),
            modifiers: lower(items.condition.modifiers),
            units: lower(sig.units),
            misread: sig.misread.into_iter().collect(),
            topical: lower(sig.words.topical),
            openers: lower(sig.words.openers),
            known: lower(sig.words.known),
            expected: by_kind(expected.expected)?,
            usual: by_kind(expected.usual)?,
            mention,
            context: Context::parse(context)?,
            grammar: Grammar::new(sig.parts),
            medication: columns(items.tables.medication),
            allergy: columns(items.tables.allergy),
            procedure: columns(items.tables.procedure),
            condition: columns(items.tables.condition),
            immunization: columns(items.tables.immunization),
            date_labels: items.procedure.date_labels.iter().map(|l| folded_words(l)).collect(),
            yes: folds(&items.questionnaire.yes),
            no: folds(&items.questionnaire.no),
        })
    }

    /// Fields that a kind of document must have.
    pub(crate) fn expected(&self, kind: DocumentKind) -> Vec<Field> {
        self.expected.get(&kind).cloned().unwrap_or_default()
    }

    /// Fields that papers of a kind usually bear, besides those that they must have.
    pub(crate) fn usual(&self, kind: DocumentKind) -> Vec<Field> {
        self.usual.get(&kind).cloned().unwrap_or_default()
    }

    /// The group whose list a text's first folded words name, with the number of those words: the longest label counts.
    pub(crate) fn mentioned(&self, words: &[String]) -> Option<(Group, usize)> {
        let named = |label: &Vec<String>| words.len() >= label.len() && label.iter().zip(words).all(|(l, w)| likeness(w, l).is_some());
        self.mention
            .iter()
            .filter(|(_, label)| named(label))
            .max_by_key(|(_, label)| label.len())
            .map(|(group, label)| (*group, label.len()))
    }

    /// Whether a text says that there is nothing.
    pub(crate) fn is_none(&self, text: &str) -> bool {
        let folded = fold(text);
        folded.is_empty() || self.none.contains(&folded)
    }

    /// Whether a text begins by denying what follows.
    pub(crate) fn is_denied(&self, text: &str) -> bool {
        text.split_whitespace().next().is_some_and(|w| self.denials.contains(&fold(w)))
    }

    /// Whether a text speaks of a reaction.
    pub(crate) fn is_reaction(&self, text: &str) -> bool {
        folded_words(text).iter().any(|w| self.reactions.contains(w))
    }

    /// Whether every word of a text qualifies the name of a problem.
    pub(crate) fn is_modifier(&self, text: &str) -> bool {
        let mut words = text.split_whitespace().map(bare).filter(|w| !w.is_empty()).peekable();
        words.peek().is_some() && words.all(|w| self.modifiers.contains(&w))
    }

    /// Whether a word is a unit of strength; `Some(mended)` where the engine misread it.
    pub(crate) fn unit(&self, word: &str) -> Option<Option<String>> {
        let bare = bare(word);
        if self.units.contains(&bare)
            || bare.split_once('/').is_some_and(|(u, n)| self.units.contains(u) && (is_number(n) || self.units.contains(n)))
        {
            return Some(None);
        }
        let (head, tail) = bare.split_once('/').map_or((bare.as_str(), None), |(h, t)| (h, Some(t)));
        if let Some(right) = self.misread.get(head) {
            return Some(Some(tail.map_or(right.clone(), |t| format!("{right}/{t}"))));
        }
        // Long units may hold a wrong letter (`mcg/aciuation`).
        let long = self.units.iter().filter(|u| u.len() >= 8 && bare.contains('/'));
        long.filter_map(|u| likeness(&bare, u).map(|like| (like, u))).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, u)| Some(u.clone()))
    }

    /// Whether a word is one of directions, or a number.
    pub(crate) fn is_known(&self, word: &str) -> bool {
        let bare = bare(word);
        self.known.contains(&bare) || self.openers.contains(&bare) || is_number(&bare)
    }

    /// Whether a word names a form that stays with a strength in percent.
    pub(crate) fn is_topical(&self, word: &str) -> bool {
        self.topical.contains(&bare(word))
    }

    /// Whether a word may begin the directions.
    pub(crate) fn opens_directions(&self, word: &str) -> bool {
        let bare = bare(word);
        self.openers.contains(&bare) || is_number(&bare)
    }

    /// Share of a text's words that directions are made of.
    pub(crate) fn known_share(&self, text: &str) -> f32 {
        let words: Vec<String> = text.split_whitespace().map(bare).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return 0.0;
        }
        words.iter().filter(|w| self.known.contains(*w) || is_number(w)).count() as f32 / words.len() as f32
    }
}

/// A word in lower case without the marks around it.
pub(crate) fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '%' | '/')).to_lowercase()
}

/// Digits with points, commas, slashes or hyphens between them.
pub(crate) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '/' | '-'))
        && text.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn words() -> ItemWords {
        ItemWords::parse(
            include_str!("../../../config/items.toml"),
            include_str!("../../../config/sig.toml"),
            include_str!("../../../config/expected_items.toml"),
            include_str!("../../../config/context.toml"),
        )
        .unwrap()
    }

    #[test]
    fn units_are_known_and_misread_ones_mended() {
        let words = words();
        assert_eq!(words.unit("mg"), Some(None));
        assert_eq!(words.unit("mg/5"), Some(None));
        assert_eq!(words.unit("units/mL,"), Some(None));
        assert_eq!(words.unit("meg/actuation"), Some(Some("mcg/actuation".to_owned())));
        assert_eq!(words.unit("daily"), None);
    }

    #[test]
    fn nothing_and_denials_are_told() {
        let words = words();
        assert!(words.is_none("No known drug allergies.") && words.is_none("NKDA") && words.is_none("—"));
        assert!(!words.is_none("Nonallergic rhinitis"));
        assert!(words.is_denied("Denies asthma") && !words.is_denied("Noonan syndrome"));
    }

    #[test]
    fn unknown_fields_are_refused() {
        let (items, sig) = (include_str!("../../../config/items.toml"), include_str!("../../../config/sig.toml"));
        let context = include_str!("../../../config/context.toml");
        assert!(ItemWords::parse(items, sig, "[expected]\n\"10160-0\" = [\"x\"]", context).is_err());
        assert!(ItemWords::parse(items, sig, "[expected]\n\"1\" = []", context).is_err());
        assert!(ItemWords::parse("", sig, "[expected]", context).is_err());
        assert!(ItemWords::parse(items, sig, "[expected]", "").is_err());
        assert!(ItemWords::parse(items, sig, "[expected]", context).is_ok());
    }
}
