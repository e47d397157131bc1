//! Sections of notes: the text from a heading to the next one, across pages, without the paper's own lines.

use super::body::TextLine;
use super::evidence::{Found, second_opinion};
use super::headings::{Entry, Headings, Hit, Stand, usual_gap};
use crate::model::{DocumentKind, ExtractedValue, Form, PageLayout, Section};

/// White space of more than this many units ends any section: what follows is another part of the form.
const WIDE: f32 = 7.0;
/// White space that ends a short one, at least; else this many times the usual.
const SHORT_WIDE: f32 = 1.7;
/// See [`SHORT_WIDE`].
const TIMES_USUAL: f32 = 1.6;

/// Words of one line that belong to a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// Index of the page among the document's.
    pub page: usize,
    /// Index of the line in the text.
    pub at: usize,
    /// The words.
    pub words: Vec<usize>,
    /// Positions in `words` at which a segment begins.
    pub starts: Vec<usize>,
    /// White space above, in units.
    pub gap: f32,
}

/// A heading with the text under it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    /// What the heading stands for.
    pub entry: Entry,
    /// How well its wording matched.
    pub likeness: f32,
    /// How it stands.
    pub stand: Stand,
    /// The heading's page and words.
    pub heading: (usize, Vec<usize>),
    /// The text.
    pub runs: Vec<Run>,
}

impl Block {
    fn new(entry: Entry, likeness: f32, stand: Stand, heading: (usize, Vec<usize>)) -> Self {
        Self { entry, likeness, stand, heading, runs: Vec::new() }
    }

    /// How far the heading speaks for what stands below, 0.0–1.0.
    pub(crate) fn label(&self) -> f32 {
        self.likeness
            * match self.stand {
                Stand::Alone | Stand::Colon => 1.0,
                Stand::Side => 0.9,
                Stand::Implied => 0.75,
            }
    }

    /// The rule's doubt from the heading's stand alone.
    pub(crate) fn doubt(&self) -> f32 {
        match self.stand {
            Stand::Alone | Stand::Colon => 0.0,
            Stand::Side => 0.1,
            Stand::Implied => 0.3,
        }
    }
}

/// Cuts the text into blocks, in reading order. Text before the first heading is in none.
pub(crate) fn blocks(pages: &[PageLayout], lines: &[TextLine], headings: &Headings, kind: DocumentKind) -> Vec<Block> {
    let hits = headings.hits(pages, lines, kind);
    let mut cutter = Cutter { pages, lines, usual: usual_gap(lines), done: Vec::new(), open: Vec::new(), examined: None };
    let mut next = hits.iter().peekable();
    let mut skip = None;
    for (at, line) in lines.iter().enumerate() {
        let page = &pages[line.page];
        let mut here = Vec::new();
        while let Some(hit) = next.next_if(|h| h.at == at) {
            here.push(hit);
        }
        if skip == Some(at) && here.is_empty() {
            continue;
        }
        if headings.is_vital_head(page, line)
            && let Some(block) = vital_grid(pages, lines, at)
        {
            cutter.close();
            cutter.done.push(block);
            skip = Some(at + 1);
            continue;
        }
        if here.is_empty() {
            cutter.implied(headings, kind, at);
            cutter.take(at, 0, line.words.len());
        } else if is_label_row(line, &here) {
            cutter.close();
            for (k, hit) in here.iter().enumerate() {
                let Some(entry) = hit.entry.clone() else { continue };
                let left = page.word(line.words[hit.start]).rect.x - page.unit;
                let right = line.starts.iter().find(|&&s| s >= hit.end).map_or(f32::MAX, |&s| page.word(line.words[s]).rect.x - page.unit);
                let left = if k == 0 && hit.start == 0 { f32::MIN } else { left };
                cutter.begin(entry, hit, line, Some((left, right)));
            }
        } else {
            let mut from = 0;
            for hit in here {
                cutter.take(at, from, hit.start);
                match &hit.entry {
                    Some(entry) => {
                        cutter.close();
                        cutter.begin(entry.clone(), hit, line, None);
                        if is_examination(entry.section) && headings.are_vital_signs(page, &line.words[hit.end..]) {
                            cutter.vital_signs(line.page);
                        }
                    }
                    None => cutter.sign(),
                }
                from = hit.end;
            }
            cutter.take(at, from, line.words.len());
        }
    }
    cutter.close();
    let mut blocks = cutter.done;
    if kind == DocumentKind::ImagingReport {
        report_body(&mut blocks);
    }
    blocks
}

/// A line of labels with nothing beside them: their values stand below, each in its column.
fn is_label_row(line: &TextLine, hits: &[&Hit]) -> bool {
    hits.len() >= 2 && hits.iter().all(|h| h.entry.is_some() && line.starts.contains(&h.start) && line.segment_end(h.start) == h.end)
}

struct Cutter<'a> {
    pages: &'a [PageLayout],
    lines: &'a [TextLine],
    usual: f32,
    done: Vec<Block>,
    /// Open blocks, each with the stretch of the page (x, pixels) that it is bound to.
    open: Vec<(Block, Option<(f32, f32)>)>,
    /// The examination around the vital signs that are open.
    examined: Option<Entry>,
}

impl Cutter<'_> {
    fn begin(&mut self, entry: Entry, hit: &Hit, line: &TextLine, bound: Option<(f32, f32)>) {
        let around = self.done.last().map(|b| &b.entry).filter(|e| is_examination(e.section));
        self.examined = around.filter(|_| entry.section == Some(Section::VitalSigns)).cloned();
        let words = line.words[hit.start..hit.end].to_vec();
        self.open.push((Block::new(entry, hit.likeness, hit.stand, (line.page, words)), bound));
    }

    fn close(&mut self) {
        self.done.extend(self.open.drain(..).map(|(block, _)| block));
    }

    /// Closes at a signature: what was scrawled above the printed name is no text.
    fn sign(&mut self) {
        for (block, _) in &mut self.open {
            while block.runs.len() > 1 && block.runs.last().is_some_and(|run| is_scrawl(self.pages, run, self.usual)) {
                block.runs.pop();
            }
        }
        self.close();
    }

    /// Lines that open a section without a heading: vital signs within an examination and its parts after them, and text that shows
    /// by its first words that its heading was lost.
    fn implied(&mut self, headings: &Headings, kind: DocumentKind, at: usize) {
        let line = &self.lines[at];
        let page = &self.pages[line.page];
        if self.ends_numbered(at) {
            self.close();
        }
        if self.open.iter().all(|(block, bound)| bound.is_none() && is_list(&block.entry) && !block.runs.is_empty())
            && let Some(entry) = headings.narrative(&page.text_of(&line.words), kind)
        {
            let block = Block::new(entry.clone(), 1.0, Stand::Implied, (line.page, Vec::new()));
            self.close();
            self.open.push((block, None));
            return;
        }
        let [(block, _)] = self.open.as_slice() else { return };
        let section = block.entry.section;
        let in_note = is_examination(section) || section == Some(Section::Subjective);
        let implied = |entry: Entry| Block::new(entry, 1.0, Stand::Implied, (line.page, Vec::new()));
        if in_note && headings.is_vital_line(page, line) {
            self.vital_signs(line.page);
        } else if section == Some(Section::VitalSigns) && headings.opens_exam_part(page, line) {
            let entry = self.examined.take().unwrap_or_else(|| of_section(Section::PhysicalExam));
            self.close();
            self.open.push((implied(entry), None));
        }
    }

    /// Whether a line bears the number that follows the open heading's own: the next question of a form. Lists within a section count from
    /// one, so they end nothing.
    fn ends_numbered(&self, at: usize) -> bool {
        let number = |page: usize, word: Option<&usize>| {
            let text = self.pages[page].word(*word?).text.as_str();
            let digits = text.trim_matches(|c: char| !c.is_ascii_digit());
            (digits.len() < text.len()).then(|| digits.parse::<u32>().ok()).flatten()
        };
        let [(block, _)] = self.open.as_slice() else { return false };
        let Some(own) = number(block.heading.0, block.heading.1.first()) else { return false };
        let listed = block.runs.iter().any(|run| number(run.page, run.words.first()).is_some());
        let line = &self.lines[at];
        !listed && number(line.page, line.words.first()) == own.checked_add(1)
    }

    /// Opens vital signs within an examination, or after the complaints of a note.
    fn vital_signs(&mut self, page: usize) {
        let around = self.open.first().map(|(b, _)| b.entry.clone()).filter(|e| is_examination(e.section));
        self.close();
        let block = Block::new(of_section(Section::VitalSigns), 1.0, Stand::Implied, (page, Vec::new()));
        self.open.push((block, None));
        self.examined = Some(around.unwrap_or_else(|| of_section(Section::Objective)));
    }

    /// Gives words `from..to` of a line to the open blocks.
    fn take(&mut self, at: usize, from: usize, to: usize) {
        let line = &self.lines[at];
        if from >= to {
            return;
        }
        let page = &self.pages[line.page];
        let usual = self.usual;
        let mut ended = Vec::new();
        for (k, (block, bound)) in self.open.iter_mut().enumerate() {
            let inside = |p: &usize| {
                bound.is_none_or(|(left, right)| {
                    let x = page.word(line.words[*p]).rect.x;
                    x >= left && x < right
                })
            };
            let kept: Vec<usize> = (from..to).filter(inside).collect();
            if kept.is_empty() {
                continue;
            }
            let fresh = from > 0 || block.runs.is_empty();
            let short = block.entry.short || bound.is_some();
            let beside =
                block.runs.first().is_some_and(|r| r.page == block.heading.0 && level(&self.pages[r.page], &block.heading.1, &r.words));
            let limit = match (short && !fresh, beside) {
                (false, _) => WIDE,
                // A value beside its label goes on in the next line only if that is close.
                (true, true) => SHORT_WIDE,
                (true, false) => SHORT_WIDE.max(TIMES_USUAL * usual).min(WIDE),
            };
            let first_of_page = block.runs.last().is_some_and(|r| r.page != line.page);
            if line.gap > limit || (short && first_of_page) {
                ended.push(k);
                continue;
            }
            let starts = kept.iter().enumerate().filter(|(k, p)| *k == 0 || line.starts.contains(p)).map(|(k, _)| k).collect();
            let words = kept.iter().map(|&p| line.words[p]).collect();
            block.runs.push(Run { page: line.page, at, words, starts, gap: line.gap });
        }
        for k in ended.into_iter().rev() {
            let (block, _) = self.open.remove(k);
            self.done.push(block);
        }
        // What follows the end of a short block belongs to nobody yet; it is kept, for a report may have its findings there.
        if self.open.is_empty() && !self.done.is_empty() {
            let mut rest = Block::new(Entry::default(), 0.0, Stand::Implied, (line.page, Vec::new()));
            let starts = line.starts.iter().filter(|&&s| s >= from && s < to).map(|s| s - from).collect();
            rest.runs.push(Run { page: line.page, at, words: line.words[from..to].to_vec(), starts, gap: line.gap });
            self.open.push((rest, None));
        }
    }
}

/// Whether a heading and words stand on one line.
fn level(page: &PageLayout, heading: &[usize], words: &[usize]) -> bool {
    match (page.hull(heading), page.hull(words)) {
        (Some(a), Some(b)) => a.overlap_y(&b) > 0.5 * a.h.min(b.h),
        _ => false,
    }
}

fn is_examination(section: Option<Section>) -> bool {
    matches!(section, Some(Section::PhysicalExam | Section::Objective))
}

/// Whether what stands under a heading is a list, or the heading is none of a section: prose there has lost its own.
fn is_list(entry: &Entry) -> bool {
    matches!(entry.section, None | Some(Section::Allergies | Section::Medications | Section::Problems | Section::Immunizations))
}

fn of_section(section: Section) -> Entry {
    Entry { section: Some(section), ..Entry::default() }
}

/// A few words, read badly or standing apart, that do not end a sentence.
fn is_scrawl(pages: &[PageLayout], run: &Run, usual: f32) -> bool {
    let page = &pages[run.page];
    let mean = run.words.iter().map(|&w| page.word(w).confidence).sum::<f32>() / run.words.len().max(1) as f32;
    let ended = run.words.last().is_some_and(|&w| page.word(w).text.ends_with(['.', ';', ')']));
    run.words.len() <= 4 && (mean < 0.6 || (run.gap > TIMES_USUAL * usual && run.gap > 1.2 && !ended))
}

/// A row of names of vital signs above a row of numbers.
fn vital_grid(pages: &[PageLayout], lines: &[TextLine], at: usize) -> Option<Block> {
    let (head, below) = (&lines[at], lines.get(at + 1)?);
    let page = &pages[head.page];
    if below.page != head.page || below.gap > 3.0 {
        return None;
    }
    let (mut words, mut starts) = (Vec::new(), Vec::new());
    let mut numbers = 0;
    for (k, &start) in head.starts.iter().enumerate() {
        let names = &head.words[start..head.segment_end(start)];
        let left = page.word(names[0]).rect.x - page.unit;
        let right = head.starts.get(k + 1).map_or(f32::MAX, |&s| page.word(head.words[s]).rect.x - page.unit);
        let values = below.words.iter().copied().filter(|&w| page.word(w).rect.x >= left && page.word(w).rect.x < right);
        starts.push(words.len());
        words.extend(names);
        let before = words.len();
        words.extend(values);
        numbers += usize::from(words[before..].iter().any(|&w| page.word(w).text.starts_with(|c: char| c.is_ascii_digit())));
    }
    (numbers >= 2).then(|| {
        let mut block = Block::new(of_section(Section::VitalSigns), 1.0, Stand::Implied, (head.page, Vec::new()));
        block.runs.push(Run { page: head.page, at, words, starts, gap: head.gap });
        block
    })
}

/// A report without a heading over its findings: the paragraphs between the particulars and the impression.
fn report_body(blocks: &mut Vec<Block>) {
    let has = |blocks: &[Block], section: Section| blocks.iter().position(|b| b.entry.section == Some(section) && !b.runs.is_empty());
    if has(blocks, Section::Findings).is_some() {
        return;
    }
    let Some(before) = has(blocks, Section::Impression).and_then(|i| i.checked_sub(1)) else { return };
    let block = &mut blocks[before];
    let nobody = block.heading.1.is_empty();
    let narrow = block.runs.iter().skip(1).map(|r| r.gap).fold(f32::MAX, f32::min);
    let cut = if nobody { Some(0) } else { (1..block.runs.len()).find(|&k| block.runs[k].gap > 1.5 * narrow.max(0.4)) };
    let Some(cut) = cut else { return };
    let mut body = Block::new(of_section(Section::Findings), 1.0, Stand::Implied, block.heading.clone());
    body.runs = block.runs.split_off(cut);
    if body.runs.iter().map(|r| r.words.len()).sum::<usize>() >= 5 {
        blocks.insert(before + 1, body);
    }
}

/// Takes lines (page, line of the page) that tables cover out of the blocks: a section's text stops at a table.
pub(crate) fn without(blocks: &mut [Block], lines: &[TextLine], covered: &std::collections::BTreeSet<(usize, usize)>) {
    for block in blocks {
        if let Some(cut) = block.runs.iter().position(|run| covered.contains(&(run.page, lines[run.at].line))) {
            block.runs.truncate(cut);
        }
    }
}

/// The sections' texts as values: one a section, in the order in which they begin.
pub(crate) fn values(pages: &[PageLayout], blocks: &[Block]) -> Vec<ExtractedValue> {
    let mut order: Vec<Section> = Vec::new();
    for section in blocks.iter().filter(|b| !b.runs.is_empty()).filter_map(|b| b.entry.section) {
        if !order.contains(&section) {
            order.push(section);
        }
    }
    order.into_iter().filter_map(|section| value(pages, blocks, section)).collect()
}

fn value(pages: &[PageLayout], blocks: &[Block], section: Section) -> Option<ExtractedValue> {
    let parts: Vec<&Block> = blocks.iter().filter(|b| b.entry.section == Some(section) && !b.runs.is_empty()).collect();
    let mut texts: Vec<String> = Vec::new();
    for part in &parts {
        let text = part.runs.iter().map(|r| pages[r.page].text_of(&r.words)).collect::<Vec<_>>().join(" ");
        // The same text again (a running head, a copy) is not said twice.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let text = texts.join(" ");
    let first = parts.first()?.runs.first()?.page;
    let on = |page: usize| -> Vec<usize> {
        parts.iter().flat_map(|b| &b.runs).filter(|r| r.page == page).flat_map(|r| r.words.iter().copied()).collect()
    };
    let words = on(first);
    let best = parts.iter().max_by(|a, b| a.label().total_cmp(&b.label()))?;
    let mut value = Found {
        field: section.field(),
        item: None,
        value: text.clone(),
        page: &pages[first],
        words: &words,
        rule: match best.stand {
            Stand::Alone | Stand::Colon => "sections.heading",
            Stand::Side => "sections.side",
            Stand::Implied => "sections.implied",
        },
        label: best.label(),
        form: Form::Free,
        doubt: parts.iter().map(|b| b.doubt()).fold(0.0, f32::max),
        mended: false,
    }
    .with_evidence();
    value.raw = text;
    value.label_place =
        parts.iter().find(|b| b.heading.0 == first && !b.heading.1.is_empty()).and_then(|b| pages[first].place(&b.heading.1));
    // The figures of the text's further pages count too.
    let (mut sum, mut letters) = (0.0, 0.0);
    for block in &parts {
        for run in &block.runs {
            for &w in &run.words {
                let word = pages[run.page].word(w);
                let length = word.text.chars().count() as f32;
                sum += word.confidence * length;
                letters += length;
                value.signals.word_min = value.signals.word_min.min(word.confidence);
            }
        }
    }
    let words = parts.iter().flat_map(|b| &b.runs).flat_map(|run| run.words.iter().map(|&w| pages[run.page].word(w)));
    // Whole texts are not asked about, wherever the engine is.
    let second = second_opinion(words, false);
    (value.signals.second_asked, value.signals.read_once) = (second.asked, false);
    (value.signals.second_agree, value.signals.second_min, value.signals.replaced) = (second.agree, second.min, second.replaced);
    value.signals.word_mean = if letters > 0.0 { sum / letters } else { 0.0 };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::body;
    use super::super::testing::{typed, typed_page};
    use super::*;

    fn texts(pages: &[PageLayout], kind: DocumentKind) -> Vec<(Section, String)> {
        let headings = Headings::parse(include_str!("../../config/headings.toml")).unwrap();
        let lines = body::lines(pages, &headings.furniture);
        let blocks = blocks(pages, &lines, &headings, kind);
        values(pages, &blocks).into_iter().filter_map(|v| Some((v.field.section()?, v.value))).collect()
    }

    fn of(text: &str, kind: DocumentKind) -> Vec<(Section, String)> {
        texts(&[typed(text)], kind)
    }

    #[test]
    fn text_runs_from_heading_to_heading_and_stops_at_the_signature() {
        use Section::*;
        let got = of("Chief Complaint\nA cough.\nPLAN: Rest\nand fluids.\nzx vq\nAnn Roe, MD\nLake City", DocumentKind::ProgressNote);
        assert_eq!(got[0], (ChiefComplaint, "A cough.".to_owned()));
        assert_eq!(got[1].0, Plan);
        assert!(got[1].1.starts_with("Rest and fluids."), "{}", got[1].1);
        assert!(!got[1].1.contains("Lake"));
    }

    #[test]
    fn vital_signs_part_the_examination_around_them() {
        use Section::*;
        let note = "PHYSICAL EXAMINATION:\nVITAL SIGNS: BP 120/80, Pulse 70.\nGENERAL: Well.\nNECK: Supple.";
        assert_eq!(
            of(note, DocumentKind::HistoryAndPhysical),
            [(VitalSigns, "BP 120/80, Pulse 70.".to_owned()), (PhysicalExam, "GENERAL: Well. NECK: Supple.".to_owned())]
        );
        let line = "S: Well.\nO: BP 120/80, P 70, T 98.6\nGeneral: Well.";
        let got = of(line, DocumentKind::ProgressNote);
        assert_eq!(got[1..], [(VitalSigns, "BP 120/80, P 70, T 98.6".to_owned()), (Objective, "General: Well.".to_owned())]);
        let soap = "S: Well.\nO: Looks well.\nB/P 120/80, P 70, T 98.6\nGeneral: Well.";
        let got = of(soap, DocumentKind::ProgressNote);
        assert_eq!(got.iter().find(|g| g.0 == VitalSigns).map(|g| g.1.as_str()), Some("B/P 120/80, P 70, T 98.6"));
        assert_eq!(got.iter().find(|g| g.0 == Objective).map(|g| g.1.as_str()), Some("Looks well. General: Well."));
    }

    #[test]
    fn findings_without_a_heading_stand_before_the_impression() {
        let got = of(
            "CLINICAL INFORMATION\nFALL ON ICE.\n\nTHE BONES ARE OF NORMAL DENSITY. THERE IS\nNO FRACTURE SEEN.\nIMPRESSION: NORMAL.",
            DocumentKind::ImagingReport,
        );
        assert_eq!(got[0], (Section::Findings, "THE BONES ARE OF NORMAL DENSITY. THERE IS NO FRACTURE SEEN.".to_owned()));
        assert_eq!(got[1], (Section::Impression, "NORMAL.".to_owned()));
    }

    #[test]
    fn labels_in_a_row_have_their_values_below() {
        let got = of("Allergies      Sex    Chief complaint\nPenicillin     F      Cough", DocumentKind::ProgressNote);
        assert_eq!(got, [(Section::Allergies, "Penicillin".to_owned()), (Section::ChiefComplaint, "Cough".to_owned())]);
    }

    #[test]
    fn a_section_goes_on_over_the_page() {
        let pages = [typed_page("PLAN:\nRest and", 1), typed_page("Page 2 of 2\nfluids.", 2)];
        assert_eq!(texts(&pages, DocumentKind::ProgressNote), [(Section::Plan, "Rest and fluids.".to_owned())]);
    }

    #[test]
    fn a_section_that_goes_on_over_a_page_of_fewer_words_is_read() {
        let long = "ALLERGIES: Latex,\n".to_owned() + &"word word word word\n".repeat(20);
        let pages = [typed_page(&long, 1), typed_page("Peanuts", 2)];
        assert!(!texts(&pages, DocumentKind::ProgressNote).is_empty());
    }

    #[test]
    fn text_shows_by_its_first_words_that_its_heading_was_lost() {
        use Section::*;
        let note = "DISCHARGE DIAGNOSES:\n1. Obesity.\nThis is a 30-year-old man who wakes at four.\nHe is tired.\nALLERGIES:\nLatex\nDo not drive.";
        let got = of(note, DocumentKind::DischargeSummary);
        let want = [
            (Problems, "1. Obesity."),
            (HistoryOfPresentIllness, "This is a 30-year-old man who wakes at four. He is tired."),
            (Allergies, "Latex"),
            (DischargeInstructions, "Do not drive."),
        ];
        assert_eq!(got, want.map(|(section, text)| (section, text.to_owned())));
        let plan = "PLAN:\nRest.\nDo not drive.";
        assert_eq!(of(plan, DocumentKind::DischargeSummary), [(Plan, "Rest. Do not drive.".to_owned())]);
    }

    #[test]
    fn the_next_question_ends_the_one_before() {
        let form = "6. Illnesses in your family: Father had gout\n7. Do you smok3 at a11";
        assert_eq!(of(form, DocumentKind::AdministrativeNote), [(Section::FamilyHistory, "Father had gout".to_owned())]);
        let first = "1. Plan:\n1. Rest\n2. Water";
        assert_eq!(of(first, DocumentKind::ProgressNote), [(Section::Plan, "1. Rest 2. Water".to_owned())]);
        let list = "3. Plan:\n1. Rest\n2. Water\n3. Salt\n4. Walks";
        assert_eq!(of(list, DocumentKind::ProgressNote), [(Section::Plan, "1. Rest 2. Water 3. Salt 4. Walks".to_owned())]);
    }

    #[test]
    fn no_words_no_sections() {
        assert!(of("", DocumentKind::ProgressNote).is_empty());
        assert!(of("PLAN:", DocumentKind::ProgressNote).is_empty());
    }
}
