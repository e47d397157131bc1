//! Values that no label announces: signatures, the plate that a chart was printed with, names and dates that stand alone, and the
//! phrases of consents and letters.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::facts::{Fact, Facts, NameFact};
use super::labels::What;
use super::names::{self, People};
use super::pairs::words_of;
use super::sheet::{Piece, Sheet};
use super::text::fold;
use super::values::{self, Value};
use crate::extract::dates;
use crate::model::{Field, Form};

/// A name with a degree that closes a paper: the last one that is neither copied to, addressed, nor in a letterhead.
pub(crate) fn signature(sheets: &[Sheet<'_>], people: &People, facts: &mut Facts) {
    let mut last: Option<(usize, usize, bool)> = None;
    for (page, sheet) in sheets.iter().enumerate() {
        let height = sheet.page.reading.height.max(1) as f32;
        for (s, piece) in sheet.pieces.iter().enumerate() {
            if page == 0 && piece.rect.y < 0.3 * height {
                continue;
            }
            let Some(person) = signer(piece, people) else { continue };
            if person.given.is_empty() || piece.hits.iter().any(|h| h.from == 0) {
                continue;
            }
            // An address under it, or `cc:` before it: somebody else.
            let addressed = under(sheet, piece, 2).iter().any(|p| values::address(&[p.text(0, p.tokens.len())], people).is_some());
            let copied = sheet
                .of_line(piece.line)
                .iter()
                .any(|&o| sheet.pieces[o].hits.iter().any(|h| matches!(h.what, What::Provider | What::Npi | What::Name)));
            if addressed || copied {
                continue;
            }
            // Prose or a form's column of physicians goes on behind it; a signature stands alone on its line.
            let alone = sheet
                .of_line(piece.line)
                .iter()
                .filter(|&&o| o != s && sheet.pieces[o].tokens.iter().any(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count() > 2))
                .count()
                == 0;
            last = Some((page, s, alone));
        }
    }
    if let Some((page, s, alone)) = last {
        let piece = &sheets[page].pieces[s];
        if let Some(person) = signer(piece, people) {
            let value = Value { text: person.printed.clone(), form: Form::Valid, history: person.history };
            let words = words_of(&person.printed, &piece.tokens);
            let doubt = if alone { 0.05 } else { 0.2 };
            facts.providers.push((
                "signature",
                Fact {
                    field: Field::Practitioner,
                    value,
                    page,
                    words,
                    rule: "demographics.signature",
                    label: 0.0,
                    label_at: None,
                    doubt,
                    rank: 0,
                },
            ));
        }
    }
}

/// A name with a degree that opens a line; a title such as `medical director` may follow it.
fn signer(piece: &Piece, people: &People) -> Option<names::Person> {
    let fewest = piece.tokens.len().saturating_sub(4).max(3);
    (fewest..=piece.tokens.len()).rev().find_map(|end| names::parse(&piece.text(0, end), people).filter(|p| p.degree))
}

fn under<'s>(sheet: &'s Sheet<'_>, piece: &Piece, lines: usize) -> Vec<&'s Piece> {
    (piece.line + 1..=piece.line + lines)
        .flat_map(|l| sheet.of_line(l).iter())
        .map(|&s| &sheet.pieces[s])
        .filter(|p| (p.rect.x - piece.rect.x).abs() < 3.0 * sheet.page.unit)
        .collect()
}

/// The plate: a name with a comma, and near it a number, a sex and a date of birth without labels, as embossed cards print them.
pub(crate) fn imprint(sheet: &Sheet<'_>, page: usize, people: &People, latest: i16, facts: &mut Facts) {
    let unit = sheet.page.unit;
    let top = 0.25 * sheet.page.reading.height as f32;
    // What answers a label already stands on no plate.
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    taken.extend(
        facts
            .plain
            .iter()
            .filter(|f| f.page == page && !f.rule.starts_with("demographics.letterhead"))
            .flat_map(|f| f.words.iter().copied()),
    );
    taken.extend(facts.dates.iter().filter(|(_, f)| f.page == page).flat_map(|(_, f)| f.words.iter().copied()));
    let free = |p: &&Piece| p.rect.y < top && p.hits.is_empty() && p.heading.is_none() && !p.tokens.iter().any(|t| taken.contains(&t.word));
    let head: Vec<&Piece> = sheet.pieces.iter().filter(free).collect();
    // The line with the date of birth: it holds a number of a chart or a sex besides, and nothing else.
    let mut data: Vec<(&Piece, Fact)> = Vec::new();
    let mut numbers: Vec<(&Piece, Fact)> = Vec::new();
    let mut sexes: Vec<(&Piece, Fact)> = Vec::new();
    let fact = |field, value, words| Fact {
        field,
        value,
        page,
        words,
        rule: "demographics.imprint",
        label: 0.0,
        label_at: None,
        doubt: 0.15,
        rank: 1,
    };
    for piece in &head {
        let texts: Vec<&str> = piece.tokens.iter().map(|t| t.text.as_str()).collect();
        let found = dates::find_until(&texts, latest);
        if texts.len() > 5 {
            continue;
        }
        if let [only] = found.as_slice()
            && only.read.date.is_full()
        {
            let value = Value::of_date(only.read.clone());
            let words = piece.tokens[only.words.clone()].iter().map(|t| t.word).collect();
            data.push((piece, fact(Field::BirthDate, value, words)));
        }
        for (k, token) in piece.tokens.iter().enumerate() {
            if found.iter().any(|f| f.words.contains(&k)) {
                continue;
            }
            if let Some(code) =
                values::choice(&token.text, &people.gender).filter(|_| token.text.trim_matches(|c: char| !c.is_alphabetic()).len() == 1)
            {
                sexes.push((piece, fact(Field::Gender, Value::new(code.to_owned(), Form::Checked), vec![token.word])));
            } else if let Some(value) = values::identifier(&token.text, 4) {
                numbers.push((piece, fact(Field::Mrn, value, vec![token.word])));
            }
        }
    }
    let near = |a: &Piece, b: &Piece| {
        (a.rect.center_y() - b.rect.center_y()).abs() < 5.5 * unit
            && a.rect.x - 25.0 * unit < b.rect.right()
            && b.rect.x - 25.0 * unit < a.rect.right()
    };
    for (piece, birth) in &data {
        let number = numbers.iter().find(|(p, _)| near(p, piece));
        let sex = sexes.iter().find(|(p, _)| near(p, piece) && p.line.abs_diff(piece.line) <= 1);
        let (Some((number_at, number)), Some((_, sex))) = (number, sex) else { continue };
        facts.plain.extend([birth.clone(), number.clone(), sex.clone()]);
        let named = head.iter().find_map(|p| {
            let text = p.text(0, p.tokens.len());
            let person = names::parse(&text, people).filter(|n| !n.given.is_empty() && text.contains([',', '.']) && !n.degree)?;
            (near(p, piece) || near(p, number_at)).then_some((p, person))
        });
        if let Some((p, person)) = named {
            let (family_words, given_words) = (words_of(&person.family, &p.tokens), words_of(&person.given, &p.tokens));
            facts.names.push(NameFact {
                person,
                page,
                family_words,
                given_words,
                rule: "demographics.imprint",
                label: 0.0,
                label_at: None,
                doubt: 0.15,
            });
        }
        // `DR HAYNES` on the plate.
        let doctor = head.iter().find_map(|p| {
            let person = names::parse(&p.text(0, p.tokens.len()), people).filter(|n| n.title)?;
            near(p, piece).then(|| (p.tokens.iter().map(|t| t.word).collect::<Vec<_>>(), person))
        });
        if let Some((words, person)) = doctor {
            facts.providers.push((
                "imprint",
                Fact {
                    doubt: 0.5,
                    ..fact(Field::Practitioner, Value { text: person.printed, form: Form::Valid, history: person.history }, words)
                },
            ));
        }
        return;
    }
}

/// A date that is a line of its own in the upper half of the first page, as letters and notes begin.
pub(crate) fn bare_date(sheet: &Sheet<'_>, page: usize, latest: i16, facts: &mut Facts) {
    if page > 0 {
        return;
    }
    let half = 0.5 * sheet.page.reading.height as f32;
    for piece in sheet.pieces.iter().filter(|p| p.rect.y < half && p.hits.is_empty()) {
        let others = sheet
            .of_line(piece.line)
            .iter()
            .filter(|&&s| sheet.pieces[s].tokens.iter().map(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count()).sum::<usize>() > 2)
            .count();
        if others != 1 || piece.tokens.len() > 4 {
            continue;
        }
        let Some(read) = dates::parse_until(&piece.text(0, piece.tokens.len()), latest).filter(|r| r.date.is_full()) else { continue };
        let words: Vec<usize> = piece.tokens.iter().map(|t| t.word).collect();
        if facts.dates.iter().any(|(_, f)| f.page == page && f.words.iter().any(|w| words.contains(w)))
            || facts.plain.iter().any(|f| f.page == page && f.words.iter().any(|w| words.contains(w)))
        {
            continue;
        }
        let value = Value::of_date(read);
        facts.dates.push((
            "bare",
            Fact {
                field: Field::DocumentDate,
                value,
                page,
                words,
                rule: "demographics.bare-date",
                label: 0.0,
                label_at: None,
                doubt: 0.1,
                rank: 0,
            },
        ));
        return;
    }
}

static CONSENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:I|1|l|\|)\s?,\s*(.{4,60}?)[\s,]+(?:[\p{L}]{1,12}\s+){0,3}?(?:request|authorize|consent|give|agree|understand|equest|acknowledge)").ok()
});
static DOCTOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:authorize|request|permit|consent to|consent to have)\s+((?:Dr|Doctor|Drs)[.]?\s+[^,;:]{3,50}?)\s+(?:and|to|or|,)\s")
        .ok()
});

/// `I, NAME, request and authorize Dr. NAME to …` on consents.
pub(crate) fn consent(sheet: &Sheet<'_>, page: usize, people: &People, facts: &mut Facts) {
    for line in 0..sheet.page.lines.len() {
        let text = sheet.page.line_text(line);
        let tokens: Vec<_> = sheet.of_line(line).iter().flat_map(|&s| sheet.pieces[s].tokens.clone()).collect();
        if let Some(found) = CONSENT.as_ref().and_then(|r| r.captures(&text))
            && let Some(person) = names::parse(found[1].trim_matches(|c: char| c == ',' || c == '_' || c.is_whitespace()), people)
                .filter(|p| !p.given.is_empty())
        {
            let (family_words, given_words) = (words_of(&person.family, &tokens), words_of(&person.given, &tokens));
            facts.names.push(NameFact {
                person,
                page,
                family_words,
                given_words,
                rule: "demographics.consent",
                label: 0.0,
                label_at: None,
                doubt: 0.15,
            });
        }
        if let Some(found) = DOCTOR.as_ref().and_then(|r| r.captures(&text))
            && let Some(person) = names::parse(&found[1], people).filter(|p| p.title && !p.given.is_empty())
        {
            let words = words_of(&person.printed, &tokens);
            let value = Value { text: person.printed, form: Form::Valid, history: person.history };
            facts.providers.push((
                "surgeon",
                Fact {
                    field: Field::Practitioner,
                    value,
                    page,
                    words,
                    rule: "demographics.consent",
                    label: 0.0,
                    label_at: None,
                    doubt: 0.15,
                    rank: 0,
                },
            ));
        }
    }
}

/// Names that open a line of labels, as page heads of printed records do: `Murphy, Gregory   DOB: …   MRN: …`; and, where nothing
/// else names the patient, a line at the head of the first page that is nothing but a name with a comma.
pub(crate) fn unlabelled(sheets: &[Sheet<'_>], people: &People, facts: &mut Facts) {
    for (page, sheet) in sheets.iter().enumerate() {
        for (s, piece) in sheet.pieces.iter().enumerate() {
            let first = piece.hits.first().map_or(piece.tokens.len(), |h| h.from);
            if first < 2 || (piece.hits.is_empty() && piece.heading.is_some()) {
                continue;
            }
            let line = sheet.of_line(piece.line);
            let mut behind = piece.hits.iter().chain(line.iter().skip_while(|&&o| o != s).skip(1).flat_map(|&o| &sheet.pieces[o].hits));
            let told = behind.next().is_some_and(|h| {
                matches!(h.what, What::Birth | What::Mrn | What::BirthGender) && h.owner.is_none_or(|o| o == super::labels::Owner::Patient)
            });
            // Words that answer a label before them are taken already.
            let opens = line.first().is_some_and(|&o| o == s);
            if !told || !opens {
                continue;
            }
            let Some(person) = names::parse(&piece.text(0, first), people).filter(|p| !p.given.is_empty() && !p.degree) else { continue };
            if facts.names.iter().any(|n| n.page == page && n.family_words.iter().any(|w| piece.tokens.iter().any(|t| t.word == *w))) {
                continue;
            }
            let own = &piece.tokens[..first];
            let (family_words, given_words) = (words_of(&person.family, own), words_of(&person.given, own));
            facts.names.push(NameFact {
                person,
                page,
                family_words,
                given_words,
                rule: "demographics.line-head",
                label: 0.0,
                label_at: None,
                doubt: 0.1,
            });
        }
    }
    if !facts.names.is_empty() || facts.plain.iter().any(|f| f.field == Field::Family) {
        return;
    }
    let Some(sheet) = sheets.first() else { return };
    let top = 0.15 * sheet.page.reading.height as f32;
    for piece in sheet.pieces.iter().filter(|p| p.rect.y < top && p.hits.is_empty() && p.heading.is_none()) {
        let text = piece.text(0, piece.tokens.len());
        let Some(person) = names::parse(&text, people).filter(|p| !p.given.is_empty() && !p.degree && !p.title && text.contains(','))
        else {
            continue;
        };
        let (family_words, given_words) = (words_of(&person.family, &piece.tokens), words_of(&person.given, &piece.tokens));
        facts.names.push(NameFact {
            person,
            page: 0,
            family_words,
            given_words,
            rule: "demographics.name-alone",
            label: 0.0,
            label_at: None,
            doubt: 0.5,
        });
        return;
    }
}

/// Heads of later pages: a line that is the known name, or begins with it, is another reading of it.
pub(crate) fn repeats(sheets: &[Sheet<'_>], people: &People, facts: &mut Facts) {
    let known: Vec<String> = facts.names.iter().map(|n| fold(&n.person.family)).collect();
    if known.is_empty() {
        return;
    }
    for (page, sheet) in sheets.iter().enumerate().skip(1) {
        let top = 0.12 * sheet.page.reading.height as f32;
        for piece in sheet.pieces.iter().filter(|p| p.rect.y < top && p.hits.is_empty()) {
            let end = piece.tokens.iter().position(|t| t.text.chars().any(|c| c.is_ascii_digit())).unwrap_or(piece.tokens.len());
            // `Murphy, Gregory J., page`: the name is the longest beginning that is one.
            let person = (2..=end.min(6)).rev().find_map(|n| names::parse(&piece.text(0, n), people));
            let Some(person) = person.filter(|p| !p.given.is_empty() && known.contains(&fold(&p.family))) else { continue };
            let (family_words, given_words) = (words_of(&person.family, &piece.tokens), words_of(&person.given, &piece.tokens));
            facts.names.push(NameFact {
                person,
                page,
                family_words,
                given_words,
                rule: "demographics.page-head",
                label: 0.0,
                label_at: None,
                doubt: 0.2,
            });
        }
    }
}
