//! What else a value might be: readings of the second engine, characters of which the engine was unsure, the other order of a date, other papers of the
//! patient, dictionaries. And which of its characters are doubtful.

use super::typed::Typed;
use crate::extract::Vocabulary;
use crate::lexicon::Drug;
use crate::model::{Field, PageLayout, Rect, ValueForm, Word};
use crate::review::desk::Alternative;

/// Alternatives that are shown, as there are keys for them.
const MOST: usize = 9;
/// Words under this figure are doubtful as a whole.
const UNSURE: f32 = 0.6;
/// Longer texts are not compared letter by letter.
const COMPARED: usize = 400;
/// Texts of more words have too many readings.
const WORDS: usize = 12;

/// The words of a page that stand in a box, in reading order.
pub(super) fn words_in(layout: &PageLayout, area: &Rect) -> Vec<Word> {
    let inside = |word: &&Word| area.grown(0.15 * layout.unit).contains(word.rect.center_x(), word.rect.center_y());
    let all = layout.segments.iter().flat_map(|segment| &segment.words).map(|&index| layout.word(index));
    all.filter(inside).cloned().collect()
}

/// What is known of a value, for its alternatives.
pub(super) struct Known<'a> {
    pub field: Field,
    /// The value that is shown.
    pub shown: &'a str,
    /// The words in its box.
    pub words: &'a [Word],
    /// What other papers of the patient say.
    pub elsewhere: &'a [String],
    /// Other settled values of the document.
    pub settled: &'a dyn Fn(Field) -> Option<String>,
}

/// Up to nine other readings in their normal forms, the likeliest first.
pub(super) fn alternatives(known: &Known<'_>, vocabulary: &Vocabulary) -> Vec<Alternative> {
    let mut found: Vec<Alternative> = Vec::new();
    let mut add = |text: &str, source: &str| {
        let typed = Typed::new(known.field, text, vocabulary);
        let value = typed.value();
        let usable = !value.is_empty() && (typed.has_form() || !super::typed::needs_form(known.field)) && !same(&value, known.shown);
        if usable && found.len() < MOST && !found.iter().any(|other| same(&other.value, &value)) {
            found.push(Alternative { value, source: source.to_owned() });
        }
    };
    known.elsewhere.iter().for_each(|text| add(text, "other papers"));
    if known.words.len() <= WORDS {
        for text in second(known.words) {
            add(&text, "second engine");
        }
        for text in doubted(known.words) {
            add(&text, "unsure character");
        }
    }
    if let Some(other) = other_order(known.field, known.shown) {
        add(&other, "other date order");
    }
    for text in dictionary(known, vocabulary) {
        add(&text, "dictionary");
    }
    found
}

fn same(one: &str, other: &str) -> bool {
    one == other
}

fn joined(words: &[Word], text: impl Fn(usize, &Word) -> String) -> String {
    words.iter().enumerate().map(|(at, word)| text(at, word)).collect::<Vec<_>>().join(" ")
}

/// The words as the engine that was not followed read them: all, and each alone.
fn second(words: &[Word]) -> Vec<String> {
    let other = |word: &Word| {
        let second = word.second.as_ref()?;
        let text = second.instead_of.as_ref().unwrap_or(&second.text);
        (!text.is_empty() && *text != word.text).then(|| text.clone())
    };
    let others: Vec<Option<String>> = words.iter().map(other).collect();
    let differing: Vec<usize> = (0..words.len()).filter(|&at| others[at].is_some()).collect();
    let with = |which: &[usize]| {
        joined(words, |at, word| match &others[at] {
            Some(other) if which.contains(&at) => other.clone(),
            _ => word.text.clone(),
        })
    };
    let mut texts = Vec::new();
    if !differing.is_empty() {
        texts.push(with(&differing));
    }
    if differing.len() > 1 {
        texts.extend(differing.iter().map(|&at| with(&[at])));
    }
    texts
}

/// The words with one unsure character as what else it might be.
fn doubted(words: &[Word]) -> Vec<String> {
    let mut texts = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for doubt in &word.doubts {
            for other in doubt.others.iter().take(2) {
                let letters = word.text.chars().enumerate();
                let changed: String =
                    letters.map(|(at, c)| if at == usize::from(doubt.at) { other.clone() } else { c.to_string() }).collect();
                texts.push(joined(words, |at, word| if at == index { changed.clone() } else { word.text.clone() }));
            }
        }
    }
    texts
}

/// A date with day and month in the other order, where that is a date too.
fn other_order(field: Field, value: &str) -> Option<String> {
    let [year, month, day] = value.split('-').collect::<Vec<_>>().try_into().ok()?;
    let swaps = field.form() == ValueForm::Date && value.len() == 10 && month != day && day <= "12";
    swaps.then(|| format!("{year}-{day}-{month}"))
}

fn dictionary(known: &Known<'_>, vocabulary: &Vocabulary) -> Vec<String> {
    let lexicons = &vocabulary.lexicons;
    let settled = known.settled;
    match known.field {
        Field::MedicationText => {
            let all: Vec<&str> = known.shown.split_whitespace().collect();
            let name = all.iter().take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit())).count();
            match lexicons.drug(&all[..name].join(" ")) {
                Drug::Near { medicine, .. } => {
                    let rest = all[name..].iter().copied();
                    vec![std::iter::once(medicine.name).chain(rest).collect::<Vec<_>>().join(" ")]
                }
                Drug::Known(_) | Drug::Unknown => Vec::new(),
            }
        }
        Field::City => settled(Field::PostalCode)
            .map(|code| lexicons.places_of(&code).into_iter().map(|place| place.city.to_owned()).take(3).collect())
            .unwrap_or_default(),
        Field::State => settled(Field::PostalCode)
            .map(|code| lexicons.places_of(&code).into_iter().map(|place| place.state.to_owned()).take(2).collect())
            .unwrap_or_default(),
        Field::PostalCode => match (settled(Field::City), settled(Field::State)) {
            (Some(city), Some(state)) => {
                let codes = lexicons.postal_codes_of(&city, &state);
                if codes.len() <= 4 { codes.into_iter().map(str::to_owned).collect() } else { Vec::new() }
            }
            _ => Vec::new(),
        },
        Field::ConditionIcd10 => {
            let problem = settled(Field::ConditionText).unwrap_or_default();
            lexicons.icd10_titles_like(&problem, 4).into_iter().map(|code| with_point(code.code)).collect()
        }
        _ => Vec::new(),
    }
}

/// A code of ICD-10-CM as it is printed.
fn with_point(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((head, tail)) if !tail.is_empty() => format!("{head}.{tail}"),
        _ => code.to_owned(),
    }
}

/// Character ranges of the value that are doubtful: what an engine was unsure of, and where the two engines differ.
pub(super) fn doubtful(shown: &str, words: &[Word]) -> Vec<(usize, usize)> {
    let shown: Vec<char> = shown.chars().collect();
    let mut marks: Vec<char> = Vec::new();
    let mut unsure: Vec<bool> = Vec::new();
    for word in words {
        let letters: Vec<char> = word.text.chars().collect();
        let mut doubts: Vec<bool> = vec![word.confidence < UNSURE || word.suggested; letters.len()];
        for doubt in &word.doubts {
            if let Some(mark) = doubts.get_mut(usize::from(doubt.at)) {
                *mark = true;
            }
        }
        if let Some(second) = &word.second {
            let other: Vec<char> = second.instead_of.as_ref().unwrap_or(&second.text).chars().collect();
            if other != letters {
                let shared = matched(&letters, &other);
                doubts.iter_mut().zip(&shared).for_each(|(mark, same)| *mark |= same.is_none());
            }
        }
        marks.extend(letters);
        unsure.extend(doubts);
        marks.push(' ');
        unsure.push(false);
    }
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, from) in matched(&shown, &marks).into_iter().enumerate() {
        if from.is_some_and(|from| unsure[from]) {
            match ranges.last_mut().filter(|last| last.1 == at) {
                Some(last) => last.1 = at + 1,
                None => ranges.push((at, at + 1)),
            }
        }
    }
    ranges
}

/// For each character of one text the one of the other that it matches, in a longest common subsequence (letters of either case are alike).
fn matched(one: &[char], other: &[char]) -> Vec<Option<usize>> {
    let mut found = vec![None; one.len()];
    if one.len() > COMPARED || other.len() > COMPARED {
        return found;
    }
    let alike = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let width = other.len() + 1;
    let mut longest = vec![0_u16; (one.len() + 1) * width];
    for i in (0..one.len()).rev() {
        for j in (0..other.len()).rev() {
            longest[i * width + j] = if alike(one[i], other[j]) {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        if alike(one[i], other[j]) && longest[i * width + j] == longest[(i + 1) * width + j + 1] + 1 {
            found[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::word;
    use crate::model::{Doubt, SecondReading};

    fn read(text: &str, second: &str) -> Word {
        let other = SecondReading { text: second.into(), confidence: 0.9, instead_of: None, agrees: text == second };
        Word { second: Some(other), ..word(text, 0.0, 0.0) }
    }

    fn of(field: Field, shown: &str, words: &[Word], elsewhere: &[&str]) -> Vec<(String, String)> {
        let vocabulary = Vocabulary::load(None).unwrap();
        let elsewhere: Vec<String> = elsewhere.iter().map(|&text| text.to_owned()).collect();
        let settled = |field| match field {
            Field::PostalCode => Some("62701".to_owned()),
            _ => None,
        };
        let known = Known { field, shown, words, elsewhere: &elsewhere, settled: &settled };
        alternatives(&known, &vocabulary).into_iter().map(|a| (a.value, a.source)).collect()
    }

    #[test]
    fn other_readings_come_in_their_normal_forms() {
        let pair = |value: &str, source: &str| (value.to_owned(), source.to_owned());
        let born = of(Field::BirthDate, "1950-02-03", &[read("02/03/1950", "02/08/1950")], &["1950-02-03", "1951-02-03"]);
        assert_eq!(born, [pair("1951-02-03", "other papers"), pair("1950-02-08", "second engine"), pair("1950-03-02", "other date order")]);
        let drug = of(Field::MedicationText, "Lisinoprii 10 mg", &[], &[]);
        assert_eq!(drug, [pair("lisinopril 10 mg", "dictionary")]);
        let city = of(Field::City, "Springfie1d", &[], &[]);
        assert!(city.iter().any(|(value, _)| value.eq_ignore_ascii_case("springfield")), "{city:?}");
        // What is no date is no other reading of one.
        assert_eq!(of(Field::BirthDate, "1950-02-13", &[read("02/13/1950", "O2/I3")], &[]), []);
        let unsure = Word { doubts: vec![Doubt { at: 0, confidence: 0.4, others: vec!["B".into()] }], ..word("8042", 0.0, 0.0) };
        assert_eq!(of(Field::Mrn, "8042", &[unsure], &[]), [pair("B042", "unsure character")]);
    }

    #[test]
    fn doubt_falls_on_the_characters_that_differ() {
        assert_eq!(doubtful("Quarry", &[read("Quarry", "Quarny")]), [(4, 5)]);
        assert_eq!(doubtful("Quarry", &[read("Quarry", "Quarry")]), []);
        let faint = Word { confidence: 0.3, ..word("Ann", 0.0, 0.0) };
        assert_eq!(doubtful("Ann Marie", &[faint, word("Marie", 50.0, 0.0)]), [(0, 3)]);
        // The normal form has the doubtful figure elsewhere.
        assert_eq!(doubtful("+15035550123", &[read("(503)", "(503)"), read("555-0123", "555-0128")]), [(11, 12)]);
        assert!(doubtful(&"x".repeat(5_000), &[word("x", 0.0, 0.0)]).is_empty());
    }
}
