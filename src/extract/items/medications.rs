//! Medicines: name with strength, and the directions behind it.

use super::super::body::TextLine;
use super::super::context::Aspect;
use super::super::headings::is_number as is_item_number;
use super::super::sections::Block;
use super::super::tables::{self, TableSpec};
use super::list::{Piece, clean, pieces, text};
use super::words::{Columns, ItemWords, Role, is_number};
use super::{Item, Part, heads_line};
use crate::model::{Field, Form, Group, PageLayout};

/// Doubt of a medicine of which the text says that it is taken no longer.
const GIVEN_UP: f32 = 0.6;

/// What a text of a list of medicines says.
#[derive(Clone, Debug, PartialEq)]
struct Sig {
    /// Drug and strength.
    name: String,
    /// The rest.
    directions: String,
    /// How many of the text's words make the name.
    split: usize,
    /// Whether a strength was found.
    strength: bool,
    /// Whether a misread unit was mended.
    mended: bool,
}

/// Parts a text: the name ends behind the strength, or before the first word of directions.
fn parse(words: &[&str], vocabulary: &ItemWords) -> Sig {
    let mut shown: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    let mut mended = false;
    let mut end = None;
    let mut k = 1;
    while k < words.len() {
        let (number, glued) = split_unit(words[k], vocabulary);
        if !is_number(&number) {
            k += 1;
            continue;
        }
        // The unit stands in the same word (`10mg`, `0.05%`) or in the next one.
        let unit_at = if glued.is_some() { k } else { k + 1 };
        let Some(mend) = glued.or_else(|| words.get(k + 1).and_then(|w| vocabulary.unit(w))) else {
            k += 1;
            continue;
        };
        if let Some(right) = mend {
            let before = if unit_at == k { number.as_str() } else { "" };
            shown[unit_at] = format!("{before}{right}{}", trailing(words[unit_at]));
            mended = true;
        }
        let mut last = unit_at;
        // `mg/5 mL`
        if words[last].rsplit_once('/').is_some_and(|(_, n)| is_number(n))
            && words.get(last + 1).is_some_and(|w| vocabulary.unit(w).is_some())
        {
            last += 1;
        }
        if words[last].contains('%') {
            while !words[last].ends_with([',', ';']) && words.get(last + 1).is_some_and(|w| vocabulary.is_topical(w)) {
                last += 1;
            }
        }
        // What it is made with belongs to the name (`with vitamin D`), what it is taken with does not (`with meals`).
        if matches!(words.get(last + 1), Some(&"with" | &"plus")) && words.get(last + 2).is_some_and(|w| !vocabulary.is_known(w)) {
            last += 2;
            while !words[last].ends_with(',') && words.get(last + 1).is_some_and(|w| !vocabulary.is_known(w)) {
                last += 1;
            }
        }
        end = Some(last + 1);
        break;
    }
    let strength = end.is_some();
    // Without a strength the name ends where directions begin; a dose before a strength (`one 10 mg tablet`) stays with them.
    let opener = (1..words.len()).find(|&k| vocabulary.opens_directions(words[k]));
    let split = end.or(opener).unwrap_or(words.len());
    Sig { name: clean(&shown[..split].join(" ")), directions: clean(&shown[split..].join(" ")), split, strength, mended }
}

/// Marks behind a word.
fn trailing(word: &str) -> &str {
    let kept = word.trim_end_matches([',', ';', '.']);
    &word[kept.len()..]
}

/// A number with its unit grown on to it: the number, and what [`ItemWords::unit`] says of the unit.
fn split_unit(word: &str, vocabulary: &ItemWords) -> (String, Option<Option<String>>) {
    let bare = word.trim_start_matches('(').trim_end_matches([',', ';', ')']);
    let digits = bare.trim_end_matches(|c: char| c.is_alphabetic() || c == '%' || c == '/');
    let unit = &bare[digits.len()..];
    match vocabulary.unit(unit).filter(|_| !unit.is_empty() && is_number(digits)) {
        Some(known) => (digits.to_owned(), Some(known)),
        None => (bare.to_owned(), None),
    }
}

fn item(
    pages: &[PageLayout],
    words: &[(usize, usize)],
    vocabulary: &ItemWords,
    rule: &'static str,
    label: f32,
    doubt: f32,
) -> Option<Item> {
    let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    let sig = parse(&texts, vocabulary);
    if vocabulary.is_none(&sig.name) || vocabulary.is_none(&texts.join(" ")) || !sig.name.chars().any(char::is_alphabetic) {
        return None;
    }
    let known = vocabulary.known_share(&sig.directions);
    let fits = sig.strength && sig.name.starts_with(char::is_uppercase) && sig.name.chars().take_while(|c| c.is_alphabetic()).count() >= 4;
    // Neither a strength nor directions: it may be a remark that stands in the list.
    let own = match (sig.strength, sig.directions.is_empty()) {
        (true, _) => 0.0,
        (false, false) => 0.3,
        (false, true) => 0.5,
    };
    let form = |valid: bool| if valid { Form::Valid } else { Form::Free };
    let mut parts = vec![Part::new(
        Field::MedicationText,
        sig.name,
        &words[..sig.split],
        form(fits && (known > 0.8 || sig.directions.is_empty())),
        own,
    )];
    parts[0].mended = sig.mended;
    if !sig.directions.is_empty() {
        let sound = known >= 0.99 || are_whole(&sig.directions, vocabulary);
        parts.push(Part::new(Field::DosageText, sig.directions, &words[sig.split..], form(sound), if known < 0.5 { 0.3 } else { 0.0 }));
    }
    Some(Item { group: Group::Medication, parts, rule, label, doubt })
}

/// Whether directions part into what directions say, with nothing left over.
fn are_whole(directions: &str, vocabulary: &ItemWords) -> bool {
    vocabulary.grammar.parse(&directions.split_whitespace().collect::<Vec<_>>()).are_whole()
}

/// Medicines of a block of text.
pub(super) fn of_block(pages: &[PageLayout], block: &Block, vocabulary: &ItemWords) -> Vec<Item> {
    pieces(pages, block, false, &vocabulary.context)
        .iter()
        .filter_map(|piece| {
            let (doubt, words) = standing(pages, piece, vocabulary)?;
            item(pages, words, vocabulary, "items.medication", block.label(), (block.doubt() + doubt).min(1.0))
        })
        .collect()
}

/// What the words around say of a medicine: nothing if it is denied; doubt if it is given up. Words within the directions (`as needed for
/// pain`, `without food`) say nothing of it, so its first word decides.
fn standing<'p>(pages: &[PageLayout], piece: &'p Piece, vocabulary: &ItemWords) -> Option<(f32, &'p [(usize, usize)])> {
    let name =
        |k: &usize| !piece.said[*k].trigger && pages[piece.words[*k].0].word(piece.words[*k].1).text.chars().any(char::is_alphanumeric);
    let first = (0..piece.words.len()).find(name)?;
    let said = piece.said[first];
    let doubt = match (said.is(Aspect::Negated), said.is(Aspect::Stopped)) {
        // `Denies taking aspirin`; but `Stopped: aspirin` was taken, and a person should say whether it still counts.
        (true, _) if vocabulary.is_denied(&text(pages, &piece.words)) => return None,
        (true, _) | (_, true) => GIVEN_UP,
        _ => 0.0,
    };
    Some((doubt, if doubt > 0.0 { &piece.words[first..] } else { &piece.words }))
}

/// Medicines of a list without a heading of its own (a wallet card): every line that begins with a drug and its strength. A line below
/// that begins small goes on with it.
///
/// Also the page of a line among them that holds a figure and could not be read as one.
pub(super) fn of_lines(pages: &[PageLayout], lines: &[TextLine], vocabulary: &ItemWords) -> (Vec<Item>, Option<usize>) {
    let mut unread = None;
    let mut found: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut open = false;
    for line in lines {
        let page = &pages[line.page];
        let text = |w: usize| page.word(w).text.as_str();
        // A number before the drug, or what the engine made of one.
        let capital = |w: &usize| text(*w).starts_with(char::is_uppercase);
        let numbered = line
            .words
            .first()
            .is_some_and(|&w| is_item_number(text(w)) || (text(w).chars().count() <= 2 && line.words.get(1).is_some_and(capital)));
        let words: Vec<usize> = line.words[usize::from(numbered)..].to_vec();
        let texts: Vec<&str> = words.iter().map(|&w| text(w)).collect();
        let of_page = words.iter().map(|&w| (line.page, w));
        if texts.len() > 1 && texts[0].starts_with(char::is_uppercase) && !texts[0].ends_with(':') && parse(&texts, vocabulary).strength {
            found.push(of_page.collect());
            open = true;
        } else if open && line.gap < 1.5 && texts.first().is_some_and(|t| t.starts_with(char::is_lowercase)) {
            if let Some(last) = found.last_mut() {
                last.extend(of_page);
            }
        } else {
            open = false;
            let figure = texts.iter().skip(1).any(|t| t.chars().any(|c| c.is_ascii_digit()));
            if !found.is_empty() && texts.len() > 1 && figure && (numbered || texts.iter().any(|t| vocabulary.is_known(t))) {
                unread = unread.or(Some(line.page));
            }
        }
    }
    (found.iter().filter_map(|words| item(pages, words, vocabulary, "items.medication-line", 0.6, 0.2)).collect(), unread)
}

/// Medicines of tables, and the lines that the tables cover.
pub(super) fn of_tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let (mut items, mut covered) = (Vec::new(), Vec::new());
    let columns: &Columns = &vocabulary.medication;
    let spec = TableSpec { names: columns, key: Role::Drug, any_of: &[Role::Strength, Role::Directions, Role::Dose, Role::Frequency] };
    for (at, page) in pages.iter().enumerate() {
        for table in tables::find(page, &spec, &heads_line(pages, blocks, at)) {
            covered.extend(table.lines().into_iter().map(|l| (at, l)));
            let mut rest = false;
            let label = table.columns.iter().filter(|c| c.role.is_some()).map(|c| c.likeness).fold(1.0, f32::min);
            for row in &table.rows {
                let cells = |roles: &[Role]| -> Vec<(usize, usize)> {
                    let of = table.columns.iter().zip(&row.cells).filter(|(c, _)| c.role.is_some_and(|r| roles.contains(&r)));
                    of.flat_map(|(_, cell)| cell.iter().map(|&w| (at, w))).collect()
                };
                let name = cells(&[Role::Drug, Role::Strength]);
                let directions = cells(&[Role::Dose, Role::Directions, Role::Route, Role::Frequency]);
                if name.is_empty() {
                    continue;
                }
                // What stands under a head of its own is the strength, however it was read.
                let strength = cells(&[Role::Strength]);
                rest = rest || is_remark(pages, &name, &directions, vocabulary);
                let found = of_row(pages, &name, &directions, !strength.is_empty(), vocabulary, label);
                // Below the last medicine a form goes on with advice, and the head of that may not have been read.
                items.extend(found.filter(|_| !rest || !strength.is_empty()));
            }
        }
    }
    (items, covered)
}

/// Whether a row without a strength is a sentence: it is long, and a bullet opens it or a full stop ends it.
fn is_remark(pages: &[PageLayout], name: &[(usize, usize)], directions: &[(usize, usize)], vocabulary: &ItemWords) -> bool {
    let all: Vec<(usize, usize)> = name.iter().chain(directions).copied().collect();
    let texts: Vec<&str> = all.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    let bullet = texts.first().is_some_and(|t| !t.chars().any(char::is_alphanumeric));
    let stop = texts.last().is_some_and(|t| t.ends_with('.'));
    texts.len() >= 6 && (bullet || stop) && !parse(&texts, vocabulary).strength
}

fn of_row(
    pages: &[PageLayout],
    name: &[(usize, usize)],
    directions: &[(usize, usize)],
    apart: bool,
    vocabulary: &ItemWords,
    label: f32,
) -> Option<Item> {
    let rule = "items.medication-table";
    // The name may bring its directions along; then they go before those of the column.
    let mut item = if apart && !has_strength(pages, name, vocabulary) {
        named(pages, name, vocabulary, rule, label)?
    } else {
        item(pages, name, vocabulary, rule, label, 0.0)?
    };
    let shown = clean(&text(pages, directions));
    if !shown.is_empty() {
        let known = vocabulary.known_share(&shown);
        let form = if known >= 0.99 || are_whole(&shown, vocabulary) { Form::Valid } else { Form::Free };
        match item.parts.iter_mut().find(|p| p.field == Field::DosageText) {
            Some(part) => {
                part.value = format!("{} {shown}", part.value);
                part.words.extend(directions);
                part.doubt = part.doubt.max(0.2);
            }
            None => item.parts.push(Part::new(Field::DosageText, shown, directions, form, if known < 0.5 { 0.3 } else { 0.0 })),
        }
    }
    Some(item)
}

fn has_strength(pages: &[PageLayout], words: &[(usize, usize)], vocabulary: &ItemWords) -> bool {
    let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    parse(&texts, vocabulary).strength
}

/// A medicine whose strength stands in a column of its own and was not understood: all of it is the name, with doubt.
fn named(pages: &[PageLayout], words: &[(usize, usize)], vocabulary: &ItemWords, rule: &'static str, label: f32) -> Option<Item> {
    let name = clean(&text(pages, words));
    if vocabulary.is_none(&name) || !name.chars().any(char::is_alphabetic) {
        return None;
    }
    let part = Part::new(Field::MedicationText, name, words, Form::Free, 0.4);
    Some(Item { group: Group::Medication, parts: vec![part], rule, label, doubt: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::super::tests::items;
    use super::super::words::tests::words;
    use super::*;
    use crate::model::DocumentKind;

    #[test]
    fn name_and_directions_part_behind_the_strength() {
        for (text, name, directions) in [
            ("Lisinopril 10 mg once daily by mouth.", "Lisinopril 10 mg", "once daily by mouth"),
            ("Metformin 500mg, twice daily with meals", "Metformin 500mg", "twice daily with meals"),
            (
                "Insulin glargine 100 units/mL 22 units under the skin at bedtime",
                "Insulin glargine 100 units/mL",
                "22 units under the skin at bedtime",
            ),
            ("Amoxicillin 400 mg/5 mL 7.5 mL twice daily", "Amoxicillin 400 mg/5 mL", "7.5 mL twice daily"),
            ("Carbidopa/levodopa 25/100 mg three times daily", "Carbidopa/levodopa 25/100 mg", "three times daily"),
            ("Triamcinolone 0.1% ointment apply to rash twice daily", "Triamcinolone 0.1% ointment", "apply to rash twice daily"),
            ("Albuterol HFA 90 meg/actuation 2 puffs every 4 hours", "Albuterol HFA 90 mcg/actuation", "2 puffs every 4 hours"),
            ("Calcium carbonate 600 mg with vitamin D twice daily", "Calcium carbonate 600 mg with vitamin D", "twice daily"),
            ("Ipratropium 17 mcg/aciuation 2 puffs daily", "Ipratropium 17 mcg/actuation", "2 puffs daily"),
            ("Losartan 50wg once daily", "Losartan 50mg", "once daily"),
            ("Aspirin one daily", "Aspirin", "one daily"),
            ("Multivitamin", "Multivitamin", ""),
        ] {
            let sig = parse(&text.split(' ').collect::<Vec<_>>(), &words());
            assert_eq!((sig.name.as_str(), sig.directions.as_str()), (name, directions), "{text}");
            assert_eq!(sig.mended, ["meg", "aciu", "50wg"].iter().any(|m| text.contains(m)), "{text}");
        }
    }

    #[test]
    fn lists_and_tables_give_items_and_none_gives_none() {
        let text = "Current Medications: Aspirin 81 mg once daily; Atenolol 50 mg\ntwice daily by mouth.";
        assert_eq!(items(text, DocumentKind::ProgressNote), ["Aspirin 81 mg | once daily", "Atenolol 50 mg | twice daily by mouth"]);
        let table = "MEDICATION      STRENGTH    DIRECTIONS            STARTED\n\
                     Aspirin         81 mg       once daily            1/2/13\n\
                     Atenolol        50 mg       twice daily by mouth  1/3/13";
        assert_eq!(items(table, DocumentKind::MedicationList), ["Aspirin 81 mg | once daily", "Atenolol 50 mg | twice daily by mouth"]);
        let card = "MY MEDICINE LIST\nName: Ann Roe\n1. Aspirin 81 mg, once daily\nRe Atenolol 50 mg, twice\ndaily";
        assert_eq!(items(card, DocumentKind::MedicationList), ["Aspirin 81 mg | once daily", "Atenolol 50 mg | twice daily"]);
        assert!(items("MEDICATIONS: None.", DocumentKind::ProgressNote).is_empty());
    }
}
