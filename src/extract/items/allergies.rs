//! Allergies: the substance and what it does.

use super::super::sections::Block;
use super::super::tables::{self, TableSpec};
use super::list::{clean, pieces, text};
use super::words::{ItemWords, Role};
use super::{Item, Part, heads_line};
use crate::model::{Field, Form, Group, PageLayout};

/// Where a piece's substance ends and its reaction begins (positions among its words), if it names one.
fn parse(words: &[&str], vocabulary: &ItemWords) -> (usize, Option<usize>) {
    for (k, word) in words.iter().enumerate() {
        if k > 0 && word.starts_with('(') {
            return (k, Some(k));
        }
        if k > 0 && matches!(*word, "-" | "–" | "—" | "=" | "->" | "→" | "~" | ":" | "causes" | "caused") {
            return (k, (k + 1 < words.len()).then_some(k + 1));
        }
        if word.ends_with([':', '=', '-', '–', '—']) && k + 1 < words.len() {
            return (k + 1, Some(k + 1));
        }
        let rest = || words[k + 1..].join(" ");
        if word.ends_with(',') && k + 1 < words.len() && words[k + 1].starts_with(char::is_lowercase) && vocabulary.is_reaction(&rest()) {
            return (k + 1, Some(k + 1));
        }
    }
    (words.len(), None)
}

/// Where a reaction begins that nothing parts from its substance, as where a dash was not read: its last word is one of reactions. The
/// substance keeps one word.
fn unparted(words: &[&str], vocabulary: &ItemWords) -> Option<usize> {
    let last = words.last().filter(|_| (2..=4).contains(&words.len()))?;
    vocabulary.is_reaction(last).then_some(1)
}

fn brackets_off(text: &str) -> String {
    clean(clean(text).trim_start_matches('(').trim_end_matches(')'))
}

fn item(pages: &[PageLayout], words: &[(usize, usize)], vocabulary: &ItemWords, label: f32, doubt: f32) -> Option<Item> {
    let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    let (end, reaction, unsure) = match (parse(&texts, vocabulary), unparted(&texts, vocabulary)) {
        ((_, None), Some(at)) => (at, Some(at), 0.5),
        ((end, reaction), _) => (end, reaction, 0.0),
    };
    let substance = clean(&texts[..end].join(" "));
    if vocabulary.is_none(&substance)
        || vocabulary.is_none(&texts.join(" "))
        || vocabulary.is_denied(&substance)
        || !substance.chars().any(char::is_alphabetic)
    {
        return None;
    }
    // A substance is a few words; more of them are a sentence, or the next part of the form.
    let own = if unsure > 0.0 {
        unsure
    } else if end > 4 {
        0.4
    } else if substance.starts_with(char::is_uppercase) {
        0.0
    } else {
        0.15
    };
    let mut parts = vec![Part::new(Field::AllergyText, substance, &words[..end], Form::Free, own)];
    if let Some(from) = reaction {
        let said = brackets_off(&texts[from..].join(" "));
        if !vocabulary.is_none(&said) {
            let known = vocabulary.is_reaction(&said);
            let (form, own) = if known { (Form::Valid, 0.0) } else { (Form::Free, 0.2) };
            parts.push(Part::new(Field::ReactionText, said, &words[from..], form, own));
        }
    }
    Some(Item { group: Group::Allergy, parts, rule: "items.allergy", label, doubt })
}

/// Allergies of a block of text.
pub(super) fn of_block(pages: &[PageLayout], block: &Block, vocabulary: &ItemWords) -> Vec<Item> {
    pieces(pages, block, true, &vocabulary.context)
        .iter()
        .filter_map(|piece| {
            // A questionnaire's own words (`Y N Which, and what happens?`) go before what was written.
            let asked = piece.words.iter().rposition(|&(p, w)| pages[p].word(w).text.ends_with('?'));
            let piece = piece.from(asked.map_or(0, |k| k + 1));
            if piece.words.is_empty() || vocabulary.is_none(&text(pages, &piece.words)) {
                return None;
            }
            let (own, doubt) = piece.own(pages, &vocabulary.context)?;
            item(pages, &own.words, vocabulary, block.label(), (block.doubt() + doubt).min(1.0))
        })
        .collect()
}

/// Allergies of tables, and the lines that the tables cover.
pub(super) fn of_tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let (mut items, mut covered) = (Vec::new(), Vec::new());
    let spec = TableSpec { names: &vocabulary.allergy, key: Role::Substance, any_of: &[Role::Reaction] };
    for (at, page) in pages.iter().enumerate() {
        for table in tables::find(page, &spec, &heads_line(pages, blocks, at)) {
            covered.extend(table.lines().into_iter().map(|l| (at, l)));
            for row in &table.rows {
                let cell = |role| -> Vec<(usize, usize)> { table.cell(row, role).iter().map(|&w| (at, w)).collect() };
                let (substance, reaction) = (cell(Role::Substance), cell(Role::Reaction));
                let Some(mut found) = item(pages, &substance, vocabulary, 1.0, 0.0) else { continue };
                let said = clean(&text(pages, &reaction));
                if !vocabulary.is_none(&said) && found.parts.len() == 1 {
                    let form = if vocabulary.is_reaction(&said) { Form::Valid } else { Form::Free };
                    found.parts.push(Part::new(Field::ReactionText, said, &reaction, form, 0.0));
                }
                found.rule = "items.allergy-table";
                items.push(found);
            }
        }
    }
    (items, covered)
}

#[cfg(test)]
mod tests {
    use super::super::tests::items;
    use crate::model::DocumentKind::*;

    #[test]
    fn substances_and_reactions_part() {
        for (text, want) in [
            ("Allergies: penicillin (rash), Sulfa - hives", vec!["penicillin | rash", "Sulfa | hives"]),
            (
                "ALLERGIES: Bee stings, anaphylaxis; Sulfa drugs, facial swelling.",
                vec!["Bee stings | anaphylaxis", "Sulfa drugs | facial swelling"],
            ),
            ("Allergies\nCodeine - nausea\nLatex", vec!["Codeine | nausea", "Latex"]),
            ("Allergies: Peanuts, Erythromycin (abdominal cramps)", vec!["Peanuts", "Erythromycin | abdominal cramps"]),
            ("Allergies: NKDA", vec![]),
            ("Allergies: No known drug allergies.", vec![]),
            ("Allergies: Denies", vec![]),
            ("Allergies: Denies any allergies to medicines", vec![]),
            ("Allergies: No known allergies except penicillin (rash)", vec!["penicillin | rash"]),
            ("Allergies: Penicillin- hives, Morphine confusion", vec!["Penicillin | hives", "Morphine | confusion"]),
        ] {
            assert_eq!(items(text, ProgressNote), want, "{text}");
        }
        let table = "Allergic to       What happened?\nLatex             contact rash\nPeanuts           hives";
        assert_eq!(items(table, AdministrativeNote), ["Latex | contact rash", "Peanuts | hives"]);
    }
}
