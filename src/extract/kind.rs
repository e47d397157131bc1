//! The kind of a document, by its title and its words.
//!
//! Owns the scoring; the wordings and weights are data in config/kinds.toml. Each kind gathers nats of evidence, one further answer
//! ("none of these") starts with a fixed amount, and the shares of the exponentials are the probabilities. The body's words depend on
//! each other, so their sum is bounded; a title is worth more than what a body alone can say.

use serde::Deserialize;

use super::evidence::Found;
use super::phrases::{Phrases, Seen, folded_words};
use super::vocabulary::{VocabularyError, from_toml};
use crate::model::{DocumentKind, ExtractedValue, Field, Form, PageLayout};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    weights: Weights,
    kind: Vec<KindEntry>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    title: f32,
    elsewhere: f32,
    top: f32,
    head: f32,
    head_words: usize,
    nothing: f32,
    body_most: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindEntry {
    code: String,
    titles: Vec<String>,
    #[serde(default)]
    headlines: Vec<PhraseEntry>,
    phrases: Vec<PhraseEntry>,
    #[serde(default)]
    alone: Vec<PhraseEntry>,
    #[serde(default)]
    shapes: Vec<ShapeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseEntry {
    text: String,
    weight: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeEntry {
    pattern: String,
    weight: f32,
    most: f32,
}

/// A written shape (a reference range, an amount) that speaks for a kind each time it stands on the pages, up to a bound.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    kind: usize,
    pattern: Pattern,
    weight: f32,
    most: f32,
}

/// A pattern for a whole word, compared by its wording.
#[derive(Clone, Debug)]
struct Pattern(regex::Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// Wordings of several kinds, each with the index of its kind and its weight.
#[derive(Clone, Debug, Default, PartialEq)]
struct Weighted {
    phrases: Phrases,
    of: Vec<(usize, f32)>,
}

impl Weighted {
    fn add(&mut self, kind: usize, entries: &[PhraseEntry]) {
        for entry in entries {
            self.phrases.add(&entry.text);
            self.of.push((kind, entry.weight));
        }
    }
}

/// The rule's name in kinds that a title told.
pub(crate) const TITLE_RULE: &str = "kind.title";

/// What the kinds call themselves and say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kinds {
    weights: Weights,
    kinds: Vec<DocumentKind>,
    titles: Phrases,
    /// For each title, the index of its kind and its number of letters.
    title_of: Vec<(usize, f32)>,
    /// Wordings that tell a kind within a short line at the head of the first page.
    headlines: Weighted,
    /// Wordings that tell wherever they stand.
    phrases: Weighted,
    /// Wordings that tell only where nothing else stands beside them.
    alone: Weighted,
    shapes: Vec<Shape>,
}

impl Kinds {
    /// Reads config/kinds.toml.
    ///
    /// # Errors
    /// Text that is not such a list, or an unknown LOINC code.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let name = "kinds.toml";
        let file: File = from_toml(name, text)?;
        let mut kinds = Self {
            weights: file.weights,
            kinds: Vec::new(),
            titles: Phrases::default(),
            title_of: Vec::new(),
            headlines: Weighted::default(),
            phrases: Weighted::default(),
            alone: Weighted::default(),
            shapes: Vec::new(),
        };
        for (at, entry) in file.kind.iter().enumerate() {
            let kind = DocumentKind::parse(&entry.code).ok_or_else(|| VocabularyError::Parse {
                file: name.to_owned(),
                reason: format!("`{}` is not the code of a kind of document", entry.code),
            })?;
            kinds.kinds.push(kind);
            for title in &entry.titles {
                kinds.titles.add(title);
                kinds.title_of.push((at, letters(&folded_words(title))));
            }
            kinds.headlines.add(at, &entry.headlines);
            kinds.phrases.add(at, &entry.phrases);
            kinds.alone.add(at, &entry.alone);
            for shape in &entry.shapes {
                let pattern = regex::Regex::new(&format!("^(?i:{})$", shape.pattern))
                    .map_err(|error| VocabularyError::Parse { file: name.to_owned(), reason: error.to_string() })?;
                kinds.shapes.push(Shape { kind: at, pattern: Pattern(pattern), weight: shape.weight, most: shape.most });
            }
        }
        Ok(kinds)
    }
}

fn letters(words: &[String]) -> f32 {
    words.iter().map(|w| w.chars().count()).sum::<usize>() as f32
}

/// A document's kind, its probability (0.0–1.0), and the value that says so.
pub(crate) struct Classified {
    /// The kind; the summary of an episode where nothing narrower fits.
    pub kind: DocumentKind,
    /// Its probability.
    pub probability: f32,
    /// `DocumentReference.type` with the words that spoke loudest; `None` without any words.
    pub value: Option<ExtractedValue>,
}

/// Evidence for one kind.
struct Score {
    kind: DocumentKind,
    title: f32,
    body: f32,
    /// Where the loudest words stand: page index, word indices, nats.
    loudest: Option<(usize, Vec<usize>, f32)>,
}

impl Score {
    fn hear(&mut self, page: usize, words: &[usize], nats: f32) {
        if self.loudest.as_ref().is_none_or(|l| nats > l.2) {
            self.loudest = Some((page, words.to_vec(), nats));
        }
    }
}

/// One line's folded words with the word that each came from.
struct Read {
    page: usize,
    top: bool,
    /// Whether the words stand at the very head of the first page.
    head: bool,
    /// Whether a sum of money stands among the words: a table of fees or copayments names visits without being one.
    money: bool,
    words: Vec<String>,
    origin: Vec<usize>,
}

/// Tells a document's kind from its pages.
pub(crate) fn classify(pages: &[PageLayout], kinds: &Kinds) -> Classified {
    let weights = &kinds.weights;
    let (lines, segments) = read(pages, weights);
    let mut scores: Vec<Score> = kinds.kinds.iter().map(|&kind| Score { kind, title: 0.0, body: 0.0, loudest: None }).collect();
    let mut seen = Seen::new();
    for run in segments.iter().filter(|run| !run.money) {
        for (title, start, like) in kinds.titles.find(&run.words, &mut seen) {
            let (kind, length) = kinds.title_of[title];
            let share = length / letters(&run.words).max(1.0);
            // Within a longer line a title may be part of a name or a sentence, the more so the longer the line.
            let full = if run.top { weights.title } else { weights.elsewhere };
            let nats = full * like * like * share * share;
            scores[kind].title = scores[kind].title.max(nats);
            scores[kind].hear(run.page, &origin(run, start, kinds.titles.length(title)), nats);
        }
    }
    let mut seen = Seen::new();
    for run in segments.iter().filter(|run| run.head && !run.money && run.words.len() <= weights.head_words) {
        for (phrase, start, like) in kinds.headlines.phrases.find(&run.words, &mut seen) {
            let (kind, weight) = kinds.headlines.of[phrase];
            scores[kind].title = scores[kind].title.max(weight * like);
            scores[kind].hear(run.page, &origin(run, start, kinds.headlines.phrases.length(phrase)), weight * like);
        }
    }
    gather(&lines, &kinds.phrases, false, &mut scores);
    gather(&segments, &kinds.alone, true, &mut scores);
    for shape in &kinds.shapes {
        let count = pages.iter().flat_map(|page| &page.reading.words).filter(|w| shape.pattern.0.is_match(&w.text)).count();
        scores[shape.kind].body += (shape.weight * count as f32).min(shape.most);
    }
    for score in &mut scores {
        score.body = bounded(score.body, weights.body_most);
    }
    let nothing = Score { kind: DocumentKind::SummaryOfEpisode, title: 0.0, body: weights.nothing, loudest: None };
    scores.push(nothing);
    let total: f32 = scores.iter().map(|s| (s.title + s.body).exp()).sum();
    let best = scores.iter().max_by(|a, b| (a.title + a.body).total_cmp(&(b.title + b.body)));
    let Some(best) = best else { return Classified { kind: DocumentKind::SummaryOfEpisode, probability: 0.0, value: None } };
    let probability = (best.title + best.body).exp() / total;
    let fallback = || pages.first().map(|page| (0, page.lines.first().map(|l| line_words(page, l)).unwrap_or_default(), 0.0));
    let value = best.loudest.clone().or_else(fallback).filter(|(_, words, _)| !words.is_empty()).map(|(page, words, _)| {
        Found {
            field: Field::DocumentType,
            item: None,
            value: best.kind.as_str().to_owned(),
            page: &pages[page],
            words: &words,
            rule: if best.title > 0.0 { TITLE_RULE } else { "kind.words" },
            label: (best.title / weights.title).min(1.0),
            form: Form::Checked,
            doubt: 1.0 - probability,
            mended: false,
        }
        .with_evidence()
    });
    Classified { kind: best.kind, probability, value }
}

/// Adds each wording's weight to its kind once; with `alone`, only where the run holds nothing else.
fn gather(runs: &[Read], wordings: &Weighted, alone: bool, scores: &mut [Score]) {
    let mut seen = Seen::new();
    let mut heard = vec![false; wordings.of.len()];
    for run in runs {
        for (phrase, start, like) in wordings.phrases.find(&run.words, &mut seen) {
            let length = wordings.phrases.length(phrase);
            if (!alone || length == run.words.len()) && !std::mem::replace(&mut heard[phrase], true) {
                let (kind, weight) = wordings.of[phrase];
                scores[kind].body += weight * like;
                scores[kind].hear(run.page, &origin(run, start, length), weight * like);
            }
        }
    }
}

/// Sums grow slower the larger they are and never pass `most`: dependent evidence must not add up to certainty.
fn bounded(sum: f32, most: f32) -> f32 {
    most * (1.0 - (-sum / most).exp())
}

fn origin(run: &Read, start: usize, length: usize) -> Vec<usize> {
    let mut words: Vec<usize> = run.origin[start..start + length].to_vec();
    words.dedup();
    words
}

fn line_words(page: &PageLayout, line: &crate::model::Line) -> Vec<usize> {
    line.segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()).collect()
}

/// All lines for the body's phrases, and all segments for titles, parted where a dash, a bar or a colon parts a house from its title.
fn read(pages: &[PageLayout], weights: &Weights) -> (Vec<Read>, Vec<Read>) {
    let (mut lines, mut segments) = (Vec::new(), Vec::new());
    for (at, page) in pages.iter().enumerate() {
        let height = page.reading.height as f32;
        let run = |words: &[usize], y: f32| {
            let (mut folded, mut origin) = (Vec::new(), Vec::new());
            for &w in words {
                for part in folded_words(&page.word(w).text) {
                    folded.push(part);
                    origin.push(w);
                }
            }
            let money = words.iter().any(|&w| page.word(w).text.contains('$'));
            let (top, head) = (at == 0 && y < weights.top * height, at == 0 && y < weights.head * height);
            Read { page: at, top, head, money, words: folded, origin }
        };
        for line in &page.lines {
            let all = run(&line_words(page, line), line.rect.y);
            for &s in &line.segments {
                let words = &page.segments[s].words;
                segments.push(run(words, line.rect.y));
                if all.top {
                    segments.extend(split(page, words).into_iter().map(|part| run(part, line.rect.y)));
                }
            }
            lines.push(all);
        }
    }
    for runs in [&mut lines, &mut segments] {
        runs.retain(|run| !run.words.is_empty());
    }
    (lines, segments)
}

/// The parts of a segment between dashes, bars and after colons; none when there is but one.
fn split<'p>(page: &PageLayout, words: &'p [usize]) -> Vec<&'p [usize]> {
    let text = |w: usize| page.word(w).text.as_str();
    let bar = |w: usize| !text(w).is_empty() && text(w).chars().all(|c| matches!(c, '-' | '–' | '—' | '|' | '·' | '•'));
    let mut parts: Vec<&[usize]> = words
        .split(|&w| bar(w))
        .flat_map(|part| part.split_inclusive(|&w| text(w).ends_with(':')))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 {
        parts.clear();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed;
    use super::*;

    fn kinds() -> Kinds {
        Kinds::parse(include_str!("../../config/kinds.toml")).unwrap()
    }

    #[test]
    fn titles_and_words_tell_the_kind() {
        use DocumentKind::*;
        for (text, want) in [
            ("LAKE CLINIC\nPROGRESS NOTE\nName: Ann Doe", ProgressNote),
            ("LAKE CLINIC\nHISTQRY AND PHYSICAL\nName: Ann Doe", HistoryAndPhysical),
            ("Dear Dr. Roe:\nThank you for referring this man.\nImpression", ConsultationNote),
            ("Dear Dr. Roe:\nPlease see this man at your convenience.", ReferralNote),
            ("Lake Health\nMember ID: 12\nRxBIN 1234 PCN AB\nPresent this card each time", InsuranceCard),
            ("DEPARTMENT OF RADIOLOGY CONSULTATION\nIMPRESSION: no fracture", ImagingReport),
            ("Consent for Surgery\nI request and authorize Dr. Roe to perform the following", Consent),
            ("Lake Pain Group: New Client Questionnaire\nWhat brings you in?", AdministrativeNote),
            ("SOUTH HOSPITAL — Chemistry\nAnn Doe", LaboratoryReport),
            ("Test\tResult\tUnits\nSodium\t140\tmmol/L\t136-145\nPotassium\t4.1\tmmol/L\t3.5-5.1", LaboratoryReport),
            ("Ann Doe\nOffice visit $25\nSpecialist $50\nRxGRP AB1\nMember name", InsuranceCard),
            ("Lake Health PPO\nOffice visit $25\nMember ID: 12\nRxGRP 12 RxPCN AB", InsuranceCard),
            ("Lake Clinic\nYour full name: Ann Doe\nCircle one: single married widowed\nNext of kin: Bo Doe", AdministrativeNote),
            ("I acknowledge that Lake Clinic has given me its Notice of Privacy Practices.\nPersonal representative", Consent),
            ("Lake Clinic\nNormal Test Units Result\n136-145 Sodium mmol/L 140", LaboratoryReport),
            ("some words that say nothing", SummaryOfEpisode),
        ] {
            let got = classify(&[typed(text)], &kinds());
            assert_eq!(got.kind, want, "{text}");
            assert_eq!(got.probability > 0.5, want != SummaryOfEpisode, "{text}: {}", got.probability);
        }
    }

    #[test]
    fn a_title_within_a_sentence_says_less_than_a_title() {
        let alone = classify(&[typed("OPERATIVE REPORT")], &kinds());
        let within = classify(&[typed("the operative report of last year was sent for from the other place")], &kinds());
        assert!(alone.probability > 0.9);
        assert_ne!(within.kind, DocumentKind::OperativeNote);
    }

    #[test]
    fn no_words_give_no_value() {
        let got = classify(&[], &kinds());
        assert_eq!(got.kind, DocumentKind::SummaryOfEpisode);
        assert!(got.value.is_none());
    }

    #[test]
    fn unknown_codes_are_refused() {
        let text = include_str!("../../config/kinds.toml").replace("11506-3", "1");
        assert!(matches!(Kinds::parse(&text), Err(VocabularyError::Parse { .. })));
    }
}
