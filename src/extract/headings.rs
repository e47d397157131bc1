//! Headings: their wordings, and where they stand on a line.
//!
//! Owns the matching of headings by wording and form (alone on the line, before a colon, at the side of the text); what becomes of
//! the text below is left to sections and items.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rapidfuzz::distance::levenshtein;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::body::TextLine;
use super::phrases::{fold, folded_words, likeness, tolerance};
use super::vocabulary::{VocabularyError, from_toml};
use crate::model::{DocumentKind, Group, PageLayout, Section, Word};

const NAME: &str = "headings.toml";

/// Most words that a heading is looked for in.
const LONGEST: usize = 9;
/// Least likeness of a badly read heading to its wording, and by how much it must exceed its rival's.
const NEAR: f32 = 0.6;
/// See [`NEAR`].
const CLEARLY: f32 = 0.08;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    heading: Vec<EntryText>,
    soap: BTreeMap<String, String>,
    forms: FormsText,
    furniture: FurnitureText,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    words: Vec<String>,
    section: Option<String>,
    items: Option<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    short: bool,
    #[serde(default)]
    lone: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormsText {
    exam_parts: Vec<String>,
    vital_words: Vec<String>,
    signatures: Vec<String>,
    degrees: Vec<String>,
    openings: Vec<EntryText>,
    narratives: Vec<NarrativeText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NarrativeText {
    section: String,
    kinds: Vec<String>,
    lines: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FurnitureText {
    lines: Vec<String>,
}

/// What stands under a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    /// Where the text goes; `None` for headings that only end another section.
    pub section: Option<Section>,
    /// What is listed there.
    pub items: Option<Group>,
    /// Whether it is a value of a line or a short list.
    pub short: bool,
    /// The kinds of document that it holds for; all when empty.
    pub kinds: Vec<DocumentKind>,
    /// Whether it must stand alone or before a colon.
    pub lone: bool,
}

/// How a heading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// Alone in its segment.
    Alone,
    /// Before a colon or as a question, text may follow.
    Colon,
    /// Left of the text, without a colon.
    Side,
    /// Told by the text itself: a letter of SOAP, the opening of a paragraph, a line of vital signs.
    Implied,
}

/// A heading found on a line of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Index into the text's lines.
    pub at: usize,
    /// Position of its first word on the line.
    pub start: usize,
    /// Position behind its last word.
    pub end: usize,
    /// What it stands for; `None` ends the text (signatures).
    pub entry: Option<Entry>,
    /// How well the wording matched, 0.0–1.0.
    pub likeness: f32,
    /// How it stands.
    pub stand: Stand,
}

/// The vocabulary of headings.
#[derive(Clone, Debug)]
pub(crate) struct Headings {
    entries: Vec<Entry>,
    /// Folded wordings, each with its entries in the order of the file.
    wordings: BTreeMap<String, Vec<usize>>,
    /// The same by their number of characters.
    by_length: BTreeMap<usize, Vec<(String, Vec<usize>)>>,
    soap: BTreeMap<String, Section>,
    exam_parts: BTreeSet<String>,
    vital_words: BTreeSet<String>,
    signatures: Vec<Vec<String>>,
    degrees: BTreeSet<String>,
    openings: Vec<(Vec<String>, Entry)>,
    /// How text begins whose heading was lost.
    narratives: Vec<(Regex, Entry)>,
    /// Lines that belong to the paper.
    pub furniture: Vec<Regex>,
    digest: String,
}

impl PartialEq for Headings {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Headings {
    /// Reads config/headings.toml.
    ///
    /// # Errors
    /// Text that is not such a list; unknown sections, groups or kinds; a broken expression.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let wrong = |reason: String| VocabularyError::Parse { file: NAME.to_owned(), reason };
        let file: File = from_toml(NAME, text)?;
        let mut headings = Headings {
            entries: Vec::new(),
            wordings: BTreeMap::new(),
            by_length: BTreeMap::new(),
            soap: BTreeMap::new(),
            exam_parts: file.forms.exam_parts.iter().map(|w| fold(w)).collect(),
            vital_words: file.forms.vital_words.iter().map(|w| fold(w)).collect(),
            signatures: file.forms.signatures.iter().map(|w| folded_words(w)).collect(),
            degrees: file.forms.degrees.iter().map(|w| fold(w)).collect(),
            openings: Vec::new(),
            narratives: Vec::new(),
            furniture: Vec::new(),
            digest: text.to_owned(),
        };
        for entry in file.heading {
            let index = headings.entries.len();
            headings.entries.push(read_entry(&entry).map_err(wrong)?);
            for words in &entry.words {
                let at = headings.wordings.entry(fold(words)).or_default();
                if !at.contains(&index) {
                    at.push(index);
                }
            }
        }
        for (wording, at) in &headings.wordings {
            headings.by_length.entry(wording.chars().count()).or_default().push((wording.clone(), at.clone()));
        }
        for (letter, section) in file.soap {
            let section = Section::parse(&section).ok_or_else(|| wrong(format!("`{section}` is not the name of a section")))?;
            headings.soap.insert(letter, section);
        }
        for opening in file.forms.openings {
            let entry = read_entry(&opening).map_err(wrong)?;
            headings.openings.extend(opening.words.iter().map(|w| (folded_words(w), entry.clone())));
        }
        let expression = |line: &str| RegexBuilder::new(line).case_insensitive(true).build().map_err(|e| wrong(e.to_string()));
        for narrative in file.forms.narratives {
            let words = EntryText { section: Some(narrative.section), kinds: narrative.kinds, ..EntryText::default() };
            let entry = read_entry(&words).map_err(wrong)?;
            for line in &narrative.lines {
                headings.narratives.push((expression(line)?, entry.clone()));
            }
        }
        for line in file.furniture.lines {
            let regex = expression(&line)?;
            headings.furniture.push(regex);
        }
        Ok(headings)
    }

    /// The entry of a wording for a kind of document. Of equally good ones, the first in the file.
    fn entry_of(&self, folded: &str, kind: DocumentKind, fuzzy: bool) -> Option<(&Entry, f32)> {
        if let Some(entry) = self.wordings.get(folded).and_then(|at| self.pick(at, kind)) {
            return Some((entry, 1.0));
        }
        if !fuzzy || folded.len() < 5 {
            return None;
        }
        let length = folded.chars().count();
        let most = tolerance(usize::MAX);
        let near = self.by_length.range(length.saturating_sub(most)..=length + most).flat_map(|(_, wordings)| wordings);
        let mut best: Option<(&Entry, f32)> = None;
        for (wording, at) in near {
            if let Some(like) = likeness(folded, wording).filter(|&l| best.is_none_or(|b| l > b.1)) {
                best = self.pick(at, kind).map(|e| (e, like)).or(best);
            }
        }
        best
    }

    fn pick(&self, at: &[usize], kind: DocumentKind) -> Option<&Entry> {
        at.iter().map(|&i| &self.entries[i]).find(|e| e.kinds.is_empty() || e.kinds.contains(&kind))
    }

    /// The entry that a line which looks like a heading comes nearest to: at least six letters in ten right, and clearly nearer than to
    /// what stands for something else.
    pub(crate) fn nearest(&self, folded: &str, kind: DocumentKind) -> Option<(&Entry, f32)> {
        let length = folded.chars().count();
        let near = self.by_length.range(3 * length / 5..=5 * length / 3).flat_map(|(_, wordings)| wordings);
        let mut all: Vec<(&Entry, f32)> = near
            .filter_map(|(wording, at)| {
                let like = levenshtein::normalized_similarity(folded.chars(), wording.chars()) as f32;
                (like >= NEAR).then(|| self.pick(at, kind)).flatten().map(|entry| (entry, like))
            })
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let &(entry, like) = all.first()?;
        let rival = all.iter().find(|(other, _)| (other.section, other.items) != (entry.section, entry.items));
        rival.is_none_or(|(_, other)| like - other >= CLEARLY).then_some((entry, like))
    }

    /// Whether a word (with its mark behind it) names a part of an examination: `HEENT:`, `Neck -`.
    pub(crate) fn opens_exam_part(&self, page: &PageLayout, line: &TextLine) -> bool {
        (1..=2).any(|n| {
            line.words.len() > n
                && self.exam_parts.contains(&fold(&page.text_of(&line.words[..n])))
                && (page.word(line.words[n - 1]).text.ends_with([':', ';']) || is_dash(&page.word(line.words[n]).text))
        })
    }

    /// Whether a line reads like a run of vital signs: it opens with the name of one and names three, each with a number.
    pub(crate) fn is_vital_line(&self, page: &PageLayout, line: &TextLine) -> bool {
        self.are_vital_signs(page, &line.words)
    }

    /// The same of some words of a line.
    pub(crate) fn are_vital_signs(&self, page: &PageLayout, words: &[usize]) -> bool {
        let words: Vec<&str> = words.iter().map(|&w| page.word(w).text.as_str()).collect();
        let name = |k: usize| (1..=2).any(|n| k + n <= words.len() && self.vital_words.contains(&fold(&words[k..k + n].concat())));
        let number = |k: usize| words.get(k).is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
        let named = (0..words.len()).filter(|&k| name(k) && (number(k + 1) || number(k + 2))).count();
        name(0) && named >= 3
    }

    /// Whether every segment of a line is the name of a vital sign, three at least: the head of a little grid.
    pub(crate) fn is_vital_head(&self, page: &PageLayout, line: &TextLine) -> bool {
        line.starts.len() >= 3
            && line.starts.iter().all(|&s| self.vital_words.contains(&fold(&page.text_of(&line.words[s..line.segment_end(s)]))))
    }

    /// What a line begins if its heading was lost: told by how such text begins.
    pub(crate) fn narrative(&self, text: &str, kind: DocumentKind) -> Option<&Entry> {
        let holds = |entry: &Entry| entry.kinds.is_empty() || entry.kinds.contains(&kind);
        self.narratives.iter().find(|(line, entry)| holds(entry) && line.is_match(text)).map(|(_, entry)| entry)
    }

    /// Every heading and every end of text, in reading order.
    pub(crate) fn hits(&self, pages: &[PageLayout], lines: &[TextLine], kind: DocumentKind) -> Vec<Hit> {
        let usual = usual_gap(lines);
        let soap = self.soap_lines(pages, lines, kind, usual);
        let mut hits = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let page = &pages[line.page];
            if let Some((section, words)) = soap.get(&at) {
                let entry = self.entries.iter().find(|e| e.section == Some(*section) && e.kinds.is_empty()).cloned();
                hits.push(Hit { at, start: 0, end: *words, entry, likeness: 1.0, stand: Stand::Implied });
                continue;
            }
            if self.ends_text(page, line) {
                hits.push(Hit { at, start: 0, end: line.words.len(), entry: None, likeness: 1.0, stand: Stand::Alone });
                continue;
            }
            self.line_hits(page, line, at, (kind, usual), &mut hits);
        }
        let lost = super::lost_headings::find(self, pages, lines, kind, &hits);
        hits.extend(lost);
        hits.sort_by_key(|hit| hit.at);
        hits
    }

    fn line_hits(&self, page: &PageLayout, line: &TextLine, at: usize, about: (DocumentKind, f32), hits: &mut Vec<Hit>) {
        let text = |k: usize| page.word(line.words[k]).text.as_str();
        let mut k = 0;
        while k < line.words.len() {
            let opens = line.starts.contains(&k);
            let behind_stop = k > 0 && text(k - 1).ends_with(['.', ';', ':', ')', '?', '!']);
            if !opens && !behind_stop {
                k += 1;
                continue;
            }
            if (k == 0 || text(k - 1).ends_with('.'))
                && let Some((end, entry)) = self.opening(page, line, k)
            {
                hits.push(Hit { at, start: k, end, entry: Some(entry.clone()), likeness: 1.0, stand: Stand::Implied });
                k = end;
                continue;
            }
            let from =
                k + usize::from((is_number(text(k)) || (k == 0 && is_junk(page.word(line.words[k])))) && k + 1 < line.segment_end(k));
            match self.heading_at(page, line, from, opens, about) {
                Some(mut hit) => {
                    hit.at = at;
                    hit.start = k;
                    k = hit.end.max(k + 1);
                    hits.push(hit);
                }
                None => k += 1,
            }
        }
    }

    /// A heading that begins at a position, the longest wording first. `opens`: a segment begins there.
    fn heading_at(&self, page: &PageLayout, line: &TextLine, from: usize, opens: bool, (kind, usual): (DocumentKind, f32)) -> Option<Hit> {
        let stop = line.segment_end(from);
        let text = |k: usize| page.word(line.words[k]).text.as_str();
        // A capital I is often read as a small one: a line of its own with space above is a heading all the same.
        let misread = from == 0 && line.starts.len() == 1 && line.gap > 1.2 * usual;
        if !misread && !text(from).starts_with(|c: char| c.is_uppercase() || !c.is_alphanumeric()) {
            return None;
        }
        for n in (1..=LONGEST.min(stop - from)).rev() {
            let mut end = from + n;
            // A remark in brackets belongs to the heading: `(name, strength, how often):`.
            if end < stop
                && text(end).starts_with('(')
                && !text(end - 1).ends_with([':', '?'])
                && let Some(close) = (end..stop.min(end + LONGEST)).find(|&k| text(k).contains(')'))
            {
                end = if text(close).ends_with([':', '?']) || close + 1 == stop { close + 1 } else { end };
            }
            let last = text(end - 1);
            let colon = last.ends_with([':', '?']) || (end < stop && matches!(text(end), ":" | "::"));
            let alone = end == stop;
            if (from..from + n).any(|k| k + 1 < end && text(k).ends_with([':', '?', ';'])) {
                continue;
            }
            let words = &line.words[from..from + n];
            let folded: String = words.iter().map(|&w| fold(&page.word(w).text)).collect();
            let capitals = words.iter().all(|&w| !page.word(w).text.chars().any(char::is_lowercase));
            let small = text(from).starts_with(char::is_lowercase);
            if small && !(alone && folded.len() >= 6) {
                continue;
            }
            let Some((entry, like)) = self.entry_of(&folded, kind, !small && (colon || alone || capitals)) else { continue };
            let stand = if colon {
                Stand::Colon
            } else if alone && opens && (line.starts.len() == 1 || from > 1) {
                Stand::Alone
            } else if opens && from <= 1 && self.stands_aside(page, line, from..end, folded.len(), capitals, usual) {
                Stand::Side
            } else if alone && opens {
                Stand::Alone
            } else {
                continue;
            };
            // In the middle of a line a heading must be sure: to the letter, with its colon.
            if (!opens && (stand != Stand::Colon || like < 0.9)) || (entry.lone && stand == Stand::Side) {
                continue;
            }
            // `Plan:` is a heading, `plan` in prose that ends a line is none.
            if stand == Stand::Alone && folded.len() < 4 && !capitals {
                continue;
            }
            end += usize::from(colon && !last.ends_with([':', '?']));
            return Some(Hit { at: 0, start: from, end, entry: Some(entry.clone()), likeness: like, stand });
        }
        None
    }

    /// Whether a wording at the start of a line stands left of its text: a wide gap, or a wider blank than usual before a capital.
    fn stands_aside(&self, page: &PageLayout, line: &TextLine, at: Range<usize>, letters: usize, capitals: bool, usual: f32) -> bool {
        let Some(&next) = line.words.get(at.end) else { return false };
        if line.starts.contains(&at.end) {
            return true;
        }
        let (a, b) = (page.word(line.words[at.end - 1]), page.word(next));
        if letters < 8 || !b.text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) {
            return false;
        }
        let gap = (b.rect.x - a.rect.right()) / page.unit;
        // The blanks within the heading tell how wide a blank is.
        let inner = line.words[at].windows(2).map(|w| page.word(w[1]).rect.x - page.word(w[0]).rect.right());
        let blank = inner.fold(0.0_f32, f32::max) / page.unit;
        // Two words in capitals are one heading, not a heading and its text.
        let lower = b.text.chars().any(char::is_lowercase);
        let paragraph = line.gap > 1.3 * usual && (lower || !capitals);
        (gap > 0.75 && gap > 1.25 * blank) || paragraph || (capitals && lower)
    }

    /// An opening phrase at a position: the position behind it, and what it stands for.
    fn opening(&self, page: &PageLayout, line: &TextLine, from: usize) -> Option<(usize, &Entry)> {
        self.openings
            .iter()
            .filter_map(|(phrase, entry)| {
                let end = from + phrase.len();
                let words = line.words.get(from..end)?;
                let same = words.iter().zip(phrase).all(|(&w, want)| fold(&page.word(w).text) == *want);
                (same && end < line.words.len()).then_some((end, entry))
            })
            .max_by_key(|(end, _)| *end)
    }

    /// Whether a line closes the text: a signature phrase at its start, or a name with a degree.
    fn ends_text(&self, page: &PageLayout, line: &TextLine) -> bool {
        let words = folded_words(&page.text_of(&line.words));
        let starts = |phrase: &Vec<String>| {
            words.len() >= phrase.len() && words.iter().zip(phrase).all(|(read, word)| likeness(read, word).is_some())
        };
        let colon = line.words.first().is_some_and(|&w| page.word(w).text.ends_with(':'));
        // One letter and a colon: dictated, transcribed.
        let initials = colon
            && matches!(words.first().map(String::as_str), Some("d" | "t" | "dd" | "dt" | "cc"))
            && page.word(line.words[0]).text != "CC:";
        let short = words.len() <= 7;
        let degree = short
            && line.words.len() > 1
            && line.words[1..].iter().any(|&w| {
                let text = &page.word(w).text;
                text.chars().any(char::is_uppercase)
                    && self.degrees.contains(&fold(text))
                    && text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase)
            })
            && !line.words.iter().any(|&w| page.word(w).text.ends_with(':'));
        self.signatures.iter().any(|p| (p.len() > 1 || short) && starts(p)) || initials || degree
    }

    /// Lines that open a part of a SOAP note, each with the part and the number of words that its letter takes. One letter alone counts
    /// in a progress note, in the margin; then the letters that the engine lost are made good from what the paragraphs say.
    fn soap_lines(&self, pages: &[PageLayout], lines: &[TextLine], kind: DocumentKind, usual: f32) -> BTreeMap<usize, (Section, usize)> {
        let mut found = BTreeMap::new();
        let mut in_margin = false;
        for (at, line) in lines.iter().enumerate() {
            let Some(&first) = line.words.first() else { continue };
            let text = pages[line.page].word(first).text.as_str();
            let aside = line.starts.get(1) == Some(&1);
            let letter = text.trim_end_matches([':', '.', ')', '-', ';']);
            // O is read as a nought.
            let letter = if letter == "0" { "O" } else { letter };
            let marked = letter.len() < text.len() || aside;
            if let Some(section) = self.soap.get(letter).filter(|_| marked && line.words.len() > 1) {
                in_margin |= aside && text.ends_with(':');
                found.insert(at, (*section, 1));
            }
        }
        let distinct: BTreeSet<Section> = found.values().map(|f| f.0).collect();
        if distinct.len() < 2 && !(in_margin && kind == DocumentKind::ProgressNote) {
            return BTreeMap::new();
        }
        self.lost_letters(pages, lines, kind, usual, &distinct, &mut found);
        found
    }

    fn lost_letters(
        &self,
        pages: &[PageLayout],
        lines: &[TextLine],
        kind: DocumentKind,
        usual: f32,
        distinct: &BTreeSet<Section>,
        found: &mut BTreeMap<usize, (Section, usize)>,
    ) {
        let mut state = None;
        for (at, line) in lines.iter().enumerate() {
            if let Some((section, _)) = found.get(&at) {
                state = Some(*section);
                continue;
            }
            let page = &pages[line.page];
            if line.gap <= 1.3 * usual || self.heading_at(page, line, 0, true, (kind, usual)).is_some() || self.ends_text(page, line) {
                continue;
            }
            let numbered = line.words.first().is_some_and(|&w| is_number(&page.word(w).text));
            let next = match state {
                Some(Section::Subjective) if self.is_vital_line(page, line) || self.opens_exam_part(page, line) => Section::Objective,
                Some(Section::Objective) if numbered => Section::Assessment,
                Some(Section::Assessment) if !numbered => Section::Plan,
                _ => continue,
            };
            if !distinct.contains(&next) {
                found.insert(at, (next, 0));
                state = Some(next);
            }
        }
    }
}

/// Median white space between lines, units.
pub(crate) fn usual_gap(lines: &[TextLine]) -> f32 {
    let mut gaps: Vec<f32> = lines.iter().map(|l| l.gap).filter(|g| *g > 0.0 && *g < 4.0).collect();
    gaps.sort_by(f32::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or(1.0)
}

/// A scrap before the text of a line: a speck, a stamp's edge.
fn is_junk(word: &Word) -> bool {
    word.text.chars().count() <= 3 && (word.confidence < 0.6 || !word.text.chars().any(char::is_alphanumeric))
}

fn read_entry(entry: &EntryText) -> Result<Entry, String> {
    let section = match &entry.section {
        Some(name) => Some(Section::parse(name).ok_or_else(|| format!("`{name}` is not the name of a section"))?),
        None => None,
    };
    let items = match entry.items.as_deref() {
        None => None,
        Some("condition") => Some(Group::Condition),
        Some("medication") => Some(Group::Medication),
        Some("allergy") => Some(Group::Allergy),
        Some("procedure") => Some(Group::Procedure),
        Some("immunization") => Some(Group::Immunization),
        Some(other) => return Err(format!("`{other}` is not a list of items")),
    };
    let mut kinds = Vec::new();
    for code in &entry.kinds {
        kinds.push(DocumentKind::parse(code).ok_or_else(|| format!("`{code}` is not the code of a kind of document"))?);
    }
    Ok(Entry { section, items, short: entry.short, kinds, lone: entry.lone })
}

fn is_dash(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "~")
}

/// A number before a heading or an item: `1.`, `(2)`, `3)`, `IV.`.
pub(crate) fn is_number(text: &str) -> bool {
    // A speck before the number is none of its own.
    let text = text.trim_start_matches(['\'', '‘', '“', '`', '.', '*', '’']);
    let inner = text.trim_start_matches('(').trim_end_matches(['.', ')', ':', ',']);
    inner.len() < text.len()
        && !inner.is_empty()
        && inner.len() <= 4
        && (inner.chars().all(|c| c.is_ascii_digit()) || inner.chars().all(|c| matches!(c, 'I' | 'V' | 'X')))
}

#[cfg(test)]
mod tests {
    use super::super::body;
    use super::super::testing::typed;
    use super::*;

    pub(crate) fn headings() -> Headings {
        Headings::parse(include_str!("../../config/headings.toml")).unwrap()
    }

    fn found(text: &str, kind: DocumentKind) -> Vec<(usize, Option<Section>, Stand)> {
        let pages = [typed(text)];
        let headings = headings();
        let lines = body::lines(&pages, &headings.furniture);
        headings.hits(&pages, &lines, kind).into_iter().map(|h| (h.at, h.entry.and_then(|e| e.section), h.stand)).collect()
    }

    #[test]
    fn headings_stand_alone_before_colons_and_aside() {
        use Section::*;
        for (text, want) in [
            ("Past Medical History\nAsthma", vec![(0, Some(PastMedicalHistory), Stand::Alone)]),
            ("IMPRESSION: NO FRACTURE.", vec![(0, Some(Impression), Stand::Colon)]),
            ("IMPRESSI0N: NO FRACTURE.", vec![(0, Some(Impression), Stand::Colon)]),
            ("ALLERG TES: none known", vec![(0, Some(Allergies), Stand::Colon)]),
            ("Assessment/Plan: rest", vec![(0, Some(AssessmentAndPlan), Stand::Colon)]),
            ("3. HISTORY OF PRESENT ILLNESS: a cough", vec![(0, Some(HistoryOfPresentIllness), Stand::Colon)]),
            ("Present illness     This is a man", vec![(0, Some(HistoryOfPresentIllness), Stand::Side)]),
            ("Allergies: penicillin. Medications: aspirin", vec![(0, Some(Allergies), Stand::Colon), (0, Some(Medications), Stand::Colon)]),
            ("he takes his\nmedications and feels well", vec![]),
            ("Medications were reviewed with her", vec![]),
            ("Skin: no rash", vec![]),
            ("Seen today, the plan: none", vec![]),
        ] {
            assert_eq!(found(text, DocumentKind::ProgressNote), want, "{text}");
        }
    }

    #[test]
    fn a_kind_of_document_has_its_own_headings() {
        assert_eq!(found("EXAMINATION\nCHEST", DocumentKind::ImagingReport), [(0, None, Stand::Alone)]);
        assert_eq!(found("EXAMINATION\nCHEST", DocumentKind::ProgressNote), [(0, Some(Section::PhysicalExam), Stand::Alone)]);
    }

    #[test]
    fn letters_of_soap_count_in_company_only() {
        assert_eq!(found("S: feels well", DocumentKind::ProgressNote), []);
        let got = found("S: feels well\n0: no fever", DocumentKind::ProgressNote);
        assert_eq!(got.iter().map(|h| h.1).collect::<Vec<_>>(), [Some(Section::Subjective), Some(Section::Objective)]);
    }

    #[test]
    fn signatures_end_the_text() {
        for text in ["Electronically signed by A. Roe", "Anne B. Roe, MD", "Sincerely,", "D: 11/12/2007", "cc: A. Roe"] {
            assert_eq!(found(text, DocumentKind::ProgressNote), [(0, None, Stand::Alone)], "{text}");
        }
        assert_eq!(found("He saw the doctor of the other clinic last week, A. Roe, MD, for this", DocumentKind::ProgressNote), []);
    }

    #[test]
    fn wrong_names_in_the_list_are_refused() {
        for (from, to) in [("section = \"plan\"", "section = \"plans\""), ("items = \"allergy\"", "items = \"x\""), ("'^form", "'^(form")] {
            let text = include_str!("../../config/headings.toml").replace(from, to);
            assert!(matches!(Headings::parse(&text), Err(VocabularyError::Parse { .. })), "{to}");
        }
    }
}
