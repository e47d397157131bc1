//! From many readings of one fact to one value: which reading is taken, how many agree, and which fields a person must be asked
//! for. `config/expected.toml` says, kind by kind, which physician and which date a paper is about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::facts::{Fact, Facts, NameFact};
use super::text::fold;
use super::values::Value;
use crate::extract::evidence::Found;
use crate::extract::vocabulary::{VocabularyError, from_toml};
use crate::model::{DocumentKind, ExtractedValue, Field, Form, PageLayout, PageNumber};

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fields: Vec<String>,
    practitioner: Vec<String>,
    date: Vec<String>,
    encounter: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TogetherEntry {
    of: Vec<String>,
    ask: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: Entry,
    kinds: BTreeMap<String, Entry>,
    #[serde(default)]
    together: Vec<TogetherEntry>,
}

/// What papers of a kind should have.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    fields: Vec<Field>,
    practitioner: Vec<String>,
    date: Vec<String>,
    encounter: Vec<String>,
}

/// The table of `config/expected.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expected {
    default: Wanted,
    kinds: BTreeMap<DocumentKind, Wanted>,
    /// Where one of the first is there, the second are asked for.
    together: Vec<(Vec<Field>, Vec<Field>)>,
}

impl Expected {
    /// Reads the table's text.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let file: File = from_toml("expected.toml", text)?;
        let wrong = |reason: String| VocabularyError::Parse { file: "expected.toml".to_owned(), reason };
        let named = |names: &[String]| -> Result<Vec<Field>, VocabularyError> {
            names.iter().map(|f| Field::parse(f).ok_or_else(|| wrong(format!("`{f}` is no field")))).collect()
        };
        let wanted = |entry: Entry| -> Result<Wanted, VocabularyError> {
            let fields = named(&entry.fields)?;
            Ok(Wanted { fields, practitioner: entry.practitioner, date: entry.date, encounter: entry.encounter })
        };
        let mut kinds = BTreeMap::new();
        for (code, entry) in file.kinds {
            let kind = DocumentKind::parse(&code).ok_or_else(|| wrong(format!("`{code}` is no kind of document")))?;
            kinds.insert(kind, wanted(entry)?);
        }
        let together = file.together.iter().map(|t| Ok((named(&t.of)?, named(&t.ask)?))).collect::<Result<_, VocabularyError>>()?;
        Ok(Self { default: wanted(file.default)?, kinds, together })
    }

    fn of(&self, kind: DocumentKind) -> &Wanted {
        self.kinds.get(&kind).unwrap_or(&self.default)
    }
}

/// Chooses one reading a field and lists what is missing.
pub(crate) fn choose(
    pages: &[PageLayout],
    kind: DocumentKind,
    expected: &Expected,
    facts: Facts,
) -> (Vec<ExtractedValue>, Vec<(Field, PageNumber)>) {
    let wanted = expected.of(kind);
    let mut values: Vec<ExtractedValue> = Vec::new();
    let Facts { plain, names, dates, providers, unread, unread_middle } = facts;
    let mut by_field: BTreeMap<Field, Vec<Fact>> = BTreeMap::new();
    for fact in plain {
        by_field.entry(fact.field).or_default().push(fact);
    }
    boxes(&mut by_field, &unread_middle);
    name(pages, &names, &mut by_field, &mut values);
    // Dates and physicians by the order of the kind; kinds of dates that the order does not name are not the paper's own.
    let rank = |order: &[String], what: &str| order.iter().position(|o| o == what).and_then(|p| u8::try_from(p).ok());
    for (what, fact) in &dates {
        if let Some(rank) = rank(&wanted.date, what) {
            by_field.entry(Field::DocumentDate).or_default().push(Fact { rank, ..fact.clone() });
        }
        if let Some(rank) = rank(&wanted.encounter, what) {
            by_field.entry(Field::EncounterStart).or_default().push(Fact { rank, field: Field::EncounterStart, ..fact.clone() });
        }
    }
    for (role, fact) in providers.iter().filter(|(_, fact)| !patient(&names, &fact.value.text)) {
        if let Some(rank) = rank(&wanted.practitioner, role) {
            // A family name alone is worth less than any whole name.
            let bare = !fact.value.text.contains(' ');
            by_field.entry(Field::Practitioner).or_default().push(Fact { rank: rank + if bare { 20 } else { 0 }, ..fact.clone() });
        }
    }
    let born = by_field.get(&Field::BirthDate).and_then(|f| best(pages, f)).map(|f| f.value.text.clone());
    for (field, facts) in &by_field {
        if matches!(field, Field::Family | Field::Given) && values.iter().any(|v| v.field == *field) {
            continue;
        }
        // No paper is older than its patient, and a paper of the day of birth is rarer than a date of birth under a wrong label.
        let alive: Vec<Fact> = match (&born, field) {
            (Some(born), Field::DocumentDate | Field::EncounterStart | Field::EncounterEnd) => {
                facts.iter().filter(|f| f.value.text > *born).cloned().collect()
            }
            _ => facts.clone(),
        };
        if let Some(value) = settle(pages, &alive) {
            values.push(value);
        }
    }
    let have: BTreeSet<Field> = values.iter().map(|v| v.field).collect();
    let mut missing: BTreeMap<Field, PageNumber> = BTreeMap::new();
    if let Some(first) = pages.first() {
        for &field in &wanted.fields {
            if !have.contains(&field) {
                missing.entry(field).or_insert(first.reading.number);
            }
        }
    }
    for (field, page) in unread {
        if !have.contains(&field)
            && let Some(page) = pages.get(page)
        {
            missing.entry(field).or_insert(page.reading.number);
        }
    }
    // What belongs together is asked for together, on the page of what is there.
    for (of, ask) in &expected.together {
        let found = values.iter().find(|v| of.contains(&v.field)).map(|v| v.page);
        let Some(page) = found.or_else(|| of.iter().find_map(|f| missing.get(f).copied())) else { continue };
        for &field in ask.iter().filter(|f| !have.contains(f)) {
            missing.entry(field).or_insert(page);
        }
    }
    values.sort_by_key(|v| v.field);
    (values, missing.into_iter().collect())
}

/// Whether a name is the patient's own: who signs a consent or a form as its subject wrote no paper about himself.
fn patient(names: &[NameFact], text: &str) -> bool {
    let words: BTreeSet<String> = text.split_whitespace().map(fold).collect();
    let all = |name: &str| {
        let mut parts = name.split_whitespace().map(fold).filter(|part| part.len() > 1).peekable();
        parts.peek().is_some() && parts.all(|part| words.contains(&part))
    };
    names.iter().any(|name| {
        let first = name.person.given.split_whitespace().next().unwrap_or_default();
        all(&name.person.family) && all(first)
    })
}

/// What a reading is worth: the engine's confidence, the form, the rule's doubt.
fn weight(pages: &[PageLayout], fact: &Fact) -> f32 {
    let Some(page) = pages.get(fact.page) else { return 0.0 };
    let (mut sum, mut letters) = (0.0, 0.0);
    for &w in &fact.words {
        let word = page.word(w);
        let n = word.text.chars().count() as f32;
        sum += word.confidence * n;
        letters += n;
    }
    let words = if letters > 0.0 { sum / letters } else { 0.0 };
    let form = match fact.value.form {
        Form::Checked => 1.0,
        Form::Valid => 0.95,
        Form::Free => 0.85,
        Form::Invalid => 0.4,
    };
    (0.05 + words) * form * (1.05 - fact.doubt.min(1.0)) * if fact.value.mended() { 0.6 } else { 1.0 }
}

fn key(fact: &Fact) -> String {
    fold(&fact.value.text)
}

/// The value of the lowest rank for which most weight speaks; of its readings the weightiest.
fn best<'f>(pages: &[PageLayout], facts: &'f [Fact]) -> Option<&'f Fact> {
    // A doubtful reading of a high rank gives way to a sure one of the next.
    let sure = facts.iter().filter(|f| f.doubt < 0.5 && f.value.form != Form::Invalid).map(|f| f.rank).min();
    let rank = sure.or_else(|| facts.iter().map(|f| f.rank).min())?;
    let mut sums: BTreeMap<String, f32> = BTreeMap::new();
    for fact in facts.iter().filter(|f| f.rank == rank) {
        *sums.entry(key(fact)).or_default() += weight(pages, fact);
    }
    let mut best: Option<(f32, f32, &Fact)> = None;
    for fact in facts.iter().filter(|f| f.rank == rank) {
        let sum = sums.get(&key(fact)).copied().unwrap_or(0.0);
        let own = weight(pages, fact);
        if best.is_none_or(|(s, o, _)| sum > s + 1e-6 || ((sum - s).abs() <= 1e-6 && own > o + 1e-6)) {
            best = Some((sum, own, fact));
        }
    }
    best.map(|(_, _, fact)| fact)
}

fn settle(pages: &[PageLayout], facts: &[Fact]) -> Option<ExtractedValue> {
    let chosen = best(pages, facts)?;
    let page = pages.get(chosen.page)?;
    let mut value = Found {
        field: chosen.field,
        item: None,
        value: chosen.value.text.clone(),
        page,
        words: &chosen.words,
        rule: chosen.rule,
        label: chosen.label,
        form: chosen.value.form,
        doubt: chosen.doubt,
        mended: chosen.value.mended(),
    }
    .with_evidence();
    value.signals.history = chosen.value.history.clone();
    value.label_place = chosen.label_at.map(|rect| page.reading.to_source.to_percent(&rect));
    let same = key(chosen);
    let places = |f: &&Fact| (f.page, f.words.clone()) != (chosen.page, chosen.words.clone());
    value.signals.agree = count(facts.iter().filter(places).filter(|f| key(f) == same).count());
    value.signals.differ = count(facts.iter().filter(places).filter(|f| key(f) != same && f.rank == chosen.rank && f.doubt < 0.5).count());
    Some(value)
}

fn count(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// The patient's name: the readings vote on family and first name together.
fn name(pages: &[PageLayout], names: &[NameFact], by_field: &mut BTreeMap<Field, Vec<Fact>>, values: &mut Vec<ExtractedValue>) {
    let parts = |by_field: &BTreeMap<Field, Vec<Fact>>| by_field.get(&Field::Family).is_some_and(|f| !f.is_empty());
    // Boxes for first and last names say which is which; a whole name joins them as another reading.
    let as_facts = |n: &NameFact| {
        let fact = |field: Field, text: &str, words: &[usize]| Fact {
            field,
            value: Value { text: text.to_owned(), form: Form::Valid, history: n.person.history.clone() },
            page: n.page,
            words: words.to_vec(),
            rule: n.rule,
            label: n.label,
            label_at: n.label_at,
            doubt: n.doubt,
            rank: 0,
        };
        (fact(Field::Family, &n.person.family, &n.family_words), fact(Field::Given, &n.person.given, &n.given_words))
    };
    if parts(by_field) || names.is_empty() {
        for n in names {
            let (family, given) = as_facts(n);
            by_field.entry(Field::Family).or_default().push(Fact { rank: 1, ..family });
            by_field.entry(Field::Given).or_default().push(Fact { rank: 1, ..given });
        }
        return;
    }
    let pairs: Vec<(Fact, Fact)> = names.iter().map(as_facts).collect();
    let first = |f: &Fact| fold(f.value.text.split(' ').next().unwrap_or_default());
    let person = |p: &(Fact, Fact)| (key(&p.0), first(&p.1));
    let worth = |p: &(Fact, Fact)| weight(pages, &p.0).min(weight(pages, &p.1));
    let mut sums: BTreeMap<(String, String), f32> = BTreeMap::new();
    for pair in &pairs {
        *sums.entry(person(pair)).or_default() += worth(pair);
    }
    let mut chosen: Option<(f32, f32, &(Fact, Fact))> = None;
    for pair in &pairs {
        let sum = sums.get(&person(pair)).copied().unwrap_or(0.0);
        // Of readings of one person, the fuller one.
        let own = worth(pair) + 0.02 * pair.1.value.text.len() as f32;
        if chosen.is_none_or(|(s, o, _)| sum > s + 1e-6 || ((sum - s).abs() <= 1e-6 && own > o + 1e-6)) {
            chosen = Some((sum, own, pair));
        }
    }
    let Some((_, _, chosen)) = chosen else { return };
    for (part, other) in [(&chosen.0, 0), (&chosen.1, 1)] {
        let Some(mut value) = settle(pages, std::slice::from_ref(part)) else { continue };
        let of = |p: &(Fact, Fact)| if other == 0 { key(&p.0) } else { first(&p.1) };
        let mine = if other == 0 { key(part) } else { first(part) };
        let rest: Vec<&(Fact, Fact)> = pairs.iter().filter(|p| !std::ptr::eq(*p, chosen)).collect();
        value.signals.agree = count(rest.iter().filter(|p| of(p) == mine).count());
        value.signals.differ = count(rest.iter().filter(|p| of(p) != mine && p.0.doubt < 0.5).count());
        values.push(value);
    }
}

/// How unsure a first name is beside whose box for the middle one something stands that could not be read.
const WITHOUT_MIDDLE: f32 = 0.5;

/// Joins a first name and a middle one that stand in two boxes.
fn boxes(by_field: &mut BTreeMap<Field, Vec<Fact>>, unread_middle: &[usize]) {
    let Some(given) = by_field.get_mut(&Field::Given) else { return };
    let middles: Vec<Fact> = given.iter().filter(|f| f.rank == 1).cloned().collect();
    given.retain(|f| f.rank == 0);
    for fact in given.iter_mut() {
        let tokens = fact.value.text.split(' ').count();
        if let Some(middle) = middles.iter().find(|m| m.page == fact.page) {
            let apart = !fact.words.iter().any(|w| middle.words.contains(w));
            if tokens == 1 && apart {
                fact.value.text = format!("{} {}", fact.value.text, middle.value.text.trim_end_matches('.'));
                fact.words.extend(&middle.words);
                fact.doubt = fact.doubt.max(middle.doubt);
                fact.value.history.extend(&middle.value.history);
            }
        } else if tokens == 1 && unread_middle.contains(&fact.page) {
            fact.doubt = fact.doubt.max(WITHOUT_MIDDLE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_where_its_label_stands() {
        let vocabulary = crate::extract::Vocabulary::load(None).unwrap();
        let pages = [crate::extract::testing::typed(
            "LABORATORY REPORT\n\nPatient name: Moss, Ann          DOB: 02/03/1950\n\nTEST          RESULT     UNITS\nGlucose       92         mg/dL",
        )];
        let word = |text: &str| pages[0].reading.words.iter().position(|w| w.text == text).unwrap();
        let values = crate::extract::extract(&pages, &vocabulary).values;
        for (field, first) in [(Field::Family, "Patient"), (Field::BirthDate, "DOB:"), (Field::ObservationValue, "Glucose")] {
            let value = values.iter().find(|v| v.field == field).unwrap_or_else(|| panic!("no {field}"));
            let (label, wanted) = (value.label_place.unwrap(), pages[0].place(&[word(first)]).unwrap());
            assert!((label.x - wanted.x).abs() < 0.1 && (label.y - wanted.y).abs() < 0.1, "{field}: {label:?}, {wanted:?}");
            assert!(label.x + label.width <= value.place.unwrap().x, "{field}: the label holds none of the value");
        }
        let kind = values.iter().find(|v| v.field == Field::DocumentType).unwrap();
        assert_eq!(kind.label_place, None, "no label, no place");
    }

    #[test]
    fn the_table_names_fields_and_kinds() {
        let table = Expected::parse(include_str!("../../../config/expected.toml")).unwrap();
        assert!(DocumentKind::ALL.iter().filter(|k| table.kinds.contains_key(k)).count() >= 13);
        let wrong = "[default]\nfields = [\"Patient.age\"]\npractitioner = []\ndate = []\nencounter = []\n[kinds]\n";
        assert!(Expected::parse(wrong).is_err_and(|e| e.to_string().contains("Patient.age")));
    }
}
