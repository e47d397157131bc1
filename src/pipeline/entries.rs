//! Entries that the first engine is lost on: comb fields, handwriting, ink that it left out. The second engine reads each whole; what it
//! says becomes words, marked as suggestions where the first had no say.
//!
//! Decisions:
//! * **Combs.** The ink of the cells is put side by side, as if it were a word, and read; each character goes back to the cell it stands
//!   in. Cells that got none or several are read alone. Empty cells part words. Where both engines read the same, the first's figures stay.
//! * **Lines.** On a page filled in by hand, runs of words that the first engine read poorly, with what stands between them; on any page,
//!   runs of ink that no word covers, and a few runs of words that are lost altogether. Runs end at rules, wide gaps and labels. Printed rules are taken out of the picture, since
//!   handwriting crosses the line it stands on.
//! * **Budget.** `ocr.second.handwriting_crops_per_page`, beside the ordinary one: printed pages have hardly any such runs.

use crate::imaging::{self, Comb};
use crate::layout;
use crate::model::{GreyPage, PageReading, Rect, SecondReading, TextSource, Word};
use crate::ocr::second::{CharReading, CropReading};

/// On a page filled in by hand, words below this are read anew.
const WEAK: f32 = 0.75;
/// On any page, runs of so many words and letters that lie below this are read anew: a line that layout analysis cut through, beside taller
/// print. So many of them a page, from the top; where there are more, the page is noise.
const LOST: f32 = 0.4;
const LOST_RUN: (usize, usize) = (2, 6);
const MOST_LOST: usize = 8;
/// Mean figure from which the second's text is taken.
const TAKEN: f32 = 0.5;
/// Figure of words that only the second engine read; the first's is taken up to this.
const FIGURE: (f32, f32) = (0.3, 0.5);
/// Gap that parts two runs, in heights of their line.
const GAP: f32 = 2.0;
/// So many well-read words in a row are print and part two runs.
const PRINT: usize = 3;
/// Heights of ink that can be an entry's, in units.
const HEIGHT: (f32, f32) = (0.4, 4.0);
/// Pieces of ink that no word covers have to be so many to be read.
const FEWEST_PIECES: usize = 3;
/// Air around a line, and between the cells of a comb, in heights.
const AIR: f32 = 0.2;
const BETWEEN: f32 = 0.12;
/// Width of an empty cell within a comb's text, in heights.
const BLANK: f32 = 0.7;
/// Share of a cell's middle that is ink if a character stands in it, and how much of its sides is not its middle: remains of dividers and
/// rules lie along the edges.
const INKED: f32 = 0.008;
const MIDDLE: f32 = 0.18;
const EDGE: f32 = 0.04;
/// A step so many times the usual one parts two words, whether or not a blank was read.
const STEP: f32 = 2.4;

/// Something to be read whole.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    what: What,
    /// What the second engine sees.
    pub(super) picture: GreyPage,
}

#[derive(Clone, Debug)]
enum What {
    /// Inked cells of a comb: the cell's index, and from where to where it stands in the picture, as shares of its width.
    Comb { cells: Vec<Rect>, inked: Vec<(usize, f32, f32)> },
    /// Words in a run, and the crop.
    Line { words: Vec<usize>, crop: Rect, ink: Rect },
}

/// The entries of a page, combs first, then lines from top to bottom. `dpi` is the picture's, `hand` whether the page is filled in by hand.
pub(super) fn find(page: &GreyPage, combs: &[Comb], threshold: u8, dpi: f32, reading: &PageReading, hand: bool) -> Vec<Entry> {
    if reading.text_source == TextSource::TextLayer {
        return Vec::new();
    }
    let mut entries: Vec<Entry> = combs.iter().filter_map(|comb| comb_entry(page, threshold, comb)).collect();
    let runs = runs(reading, combs, hand);
    if !runs.is_empty() {
        let page = imaging::without_rules(page, &reading.rulings, threshold, dpi);
        entries.extend(runs.into_iter().map(|(words, ink)| {
            let air = AIR * ink.h;
            let crop = Rect::from_corners(
                (ink.x - air).max(0.0),
                (ink.y - air).max(0.0),
                (ink.right() + air).min(reading.width as f32),
                (ink.bottom() + air).min(reading.height as f32),
            );
            Entry { picture: imaging::crop(&page, &crop), what: What::Line { words, crop, ink } }
        }));
    }
    entries
}

/// The cells of a comb that hold ink, side by side.
fn comb_entry(page: &GreyPage, threshold: u8, comb: &Comb) -> Option<Entry> {
    let inks: Vec<Option<(u32, u32, u32, u32)>> = comb.cells.iter().map(|cell| ink_in(page, threshold, cell)).collect();
    let (top, bottom) = inks.iter().flatten().fold((u32::MAX, 0), |(top, bottom), &(_, y0, _, y1)| (top.min(y0), bottom.max(y1)));
    if bottom <= top {
        return None;
    }
    let height = (bottom - top) as f32;
    let air = (AIR * height).ceil() as u32;
    let (between, blank) = ((BETWEEN * height).ceil() as u32, (BLANK * height).ceil() as u32);
    let first = inks.iter().position(Option::is_some)?;
    let mut places: Vec<(usize, u32, u32)> = Vec::new(); // the cell, where it begins, from which x on the page
    let mut x = air;
    for (k, ink) in inks.iter().enumerate().skip(first) {
        match ink {
            Some((x0, _, x1, _)) => {
                places.push((k, x, *x0));
                x += x1 - x0 + between;
            }
            // Several empty cells are one blank.
            None if places.last().is_some_and(|last| last.0 + 1 == k) => x += blank,
            None => {}
        }
    }
    let end = places.last().and_then(|&(k, at, _)| inks[k].map(|(x0, _, x1, _)| at + x1 - x0))?;
    let mut picture = GreyPage::filled(end + air, bottom - top + 2 * air, 255);
    for &(k, at, from) in &places {
        let Some((_, _, to, _)) = inks[k] else { continue };
        for y in top..bottom {
            let row = &page.row(y)[from as usize..to as usize];
            let start = (y - top + air) as usize * picture.width as usize + at as usize;
            picture.pixels[start..start + row.len()].copy_from_slice(row);
        }
    }
    let width = picture.width as f32;
    let share = |k: usize, at: u32| {
        let wide = inks[k].map_or(0, |(x0, _, x1, _)| x1 - x0);
        (k, at as f32 / width, (at + wide) as f32 / width)
    };
    let inked = places.iter().map(|&(k, at, _)| share(k, at)).collect();
    Some(Entry { picture, what: What::Comb { cells: comb.cells.clone(), inked } })
}

/// The hull (ends exclusive, grown by a pixel) of what is written in a cell; `None` if it is empty.
fn ink_in(page: &GreyPage, threshold: u8, cell: &Rect) -> Option<(u32, u32, u32, u32)> {
    let inset = |share: f32| {
        let (x, y) = (share * cell.w, share * cell.h);
        Rect::from_corners(cell.x + x, cell.y + y, cell.right() - x, cell.bottom() - y)
    };
    let middle = inset(MIDDLE);
    let (_, count) = ink_hull(page, threshold, &middle);
    let (hull, _) = ink_hull(page, threshold, &inset(EDGE));
    let (a, b, c, d) = hull.filter(|_| count as f32 >= INKED * middle.area())?;
    Some((a.saturating_sub(1), b.saturating_sub(1), (c + 1).min(page.width), (d + 1).min(page.height)))
}

/// The hull of the ink in a rectangle (ends exclusive), and how many pixels it is.
fn ink_hull(page: &GreyPage, threshold: u8, area: &Rect) -> (Option<(u32, u32, u32, u32)>, usize) {
    let (x0, y0) = (area.x.max(0.0) as u32, area.y.max(0.0) as u32);
    let (x1, y1) = ((area.right().max(0.0) as u32).min(page.width), (area.bottom().max(0.0) as u32).min(page.height));
    let mut hull: Option<(u32, u32, u32, u32)> = None;
    let mut count = 0;
    for y in y0..y1 {
        for x in x0..x1 {
            if page.pixels[y as usize * page.width as usize + x as usize] < threshold {
                count += 1;
                let h = hull.get_or_insert((x, y, x + 1, y + 1));
                *h = (h.0.min(x), h.1.min(y), h.2.max(x + 1), h.3.max(y + 1));
            }
        }
    }
    (hull, count)
}

/// Runs of poorly read words and of ink without words: the words, and the hull of both.
fn runs(reading: &PageReading, combs: &[Comb], hand: bool) -> Vec<(Vec<usize>, Rect)> {
    let unit = layout::unit(&reading.words);
    let combed: Vec<Rect> = combs.iter().map(|comb| comb.rect().grown(0.3 * unit)).collect();
    let free =
        |r: &Rect| (HEIGHT.0 * unit..=HEIGHT.1 * unit).contains(&r.h) && !combed.iter().any(|c| c.contains(r.center_x(), r.center_y()));
    // Words and pieces of ink alike, so that one way of putting them into rows serves both.
    let mut items: Vec<Word> = Vec::new();
    let mut origin: Vec<Option<usize>> = Vec::new();
    for (index, word) in reading.words.iter().enumerate().filter(|(_, w)| free(&w.rect)) {
        items.push(word.clone());
        origin.push(Some(index));
    }
    for ink in reading.uncovered.iter().filter(|r| free(r)) {
        items.push(Word { text: "x".into(), rect: *ink, ..Word::default() });
        origin.push(None);
    }
    let weak = |k: usize| origin[k].is_none() || items[k].confidence < if hand { WEAK } else { LOST };
    let mut found = Vec::new();
    for row in layout::rows(&items, unit) {
        let mut run: Vec<usize> = Vec::new();
        for &k in &row {
            let parted = run.last().is_some_and(|&last| parts(reading, &items[last], &items[k], unit));
            let print = run.len() >= PRINT && run[run.len() - PRINT..].iter().all(|&p| !weak(p));
            if parted || print && !weak(k) {
                close(&mut run, &items, &origin, &weak, &mut found, hand);
            }
            run.push(k);
        }
        close(&mut run, &items, &origin, &weak, &mut found, hand);
    }
    let words_of = |(words, _): &(Vec<usize>, Rect)| words.len();
    if !hand && found.iter().map(words_of).filter(|n| *n > 0).count() > MOST_LOST {
        found.retain(|run| words_of(run) == 0);
    }
    found
}

/// Whether a run ends between two neighbours.
fn parts(reading: &PageReading, a: &Word, b: &Word, unit: f32) -> bool {
    let gap = b.rect.x - a.rect.right();
    let label = a.text.ends_with([':', '?', '#']) && a.confidence >= WEAK;
    label || gap > GAP * unit.max(a.rect.h.min(b.rect.h)) || layout::rule_between(reading, a, b)
}

/// Ends a run: what was read well at its ends is left out of it.
fn close(
    run: &mut Vec<usize>,
    items: &[Word],
    origin: &[Option<usize>],
    weak: &dyn Fn(usize) -> bool,
    found: &mut Vec<(Vec<usize>, Rect)>,
    hand: bool,
) {
    let run = std::mem::take(run);
    let (Some(first), Some(last)) = (run.iter().position(|&k| weak(k)), run.iter().rposition(|&k| weak(k))) else { return };
    let run = &run[first..=last];
    let words: Vec<usize> = run.iter().filter_map(|&k| origin[k]).collect();
    let pieces = run.len() - words.len();
    // A lone piece of ink is dirt or a dash; beside words of a hand it is part of them.
    let letters: usize =
        run.iter().filter(|&&k| origin[k].is_some()).map(|&k| items[k].text.chars().filter(|c| c.is_alphanumeric()).count()).sum();
    let lost = words.len() >= LOST_RUN.0 && letters >= LOST_RUN.1 && run.iter().all(|&k| weak(k));
    if words.is_empty() && pieces < FEWEST_PIECES || !hand && words.len() > pieces && !lost {
        return;
    }
    let Some(hull) = Rect::hull(run.iter().map(|&k| &items[k].rect)) else { return };
    found.push((words, hull));
}

/// The words that the answers make of the page: for each entry those that go and those that come.
pub(super) struct Changes {
    gone: Vec<bool>,
    /// New words, and before which of the old ones they stand.
    new: Vec<(usize, Word)>,
}

impl Changes {
    pub(super) fn none(reading: &PageReading) -> Self {
        Self { gone: vec![false; reading.words.len()], new: Vec::new() }
    }

    /// Takes in what was read of an entry. `alone` reads the picture of one cell.
    pub(super) fn take(
        &mut self,
        reading: &PageReading,
        entry: &Entry,
        answer: &CropReading,
        hand: bool,
        alone: &mut dyn FnMut(&Rect) -> CropReading,
    ) {
        match &entry.what {
            What::Comb { cells, inked } => self.comb(reading, cells, inked, answer, hand, alone),
            What::Line { words, crop, ink } => self.line(reading, words, crop, ink, answer),
        }
    }

    fn line(&mut self, reading: &PageReading, old: &[usize], crop: &Rect, ink: &Rect, answer: &CropReading) {
        let chars: Vec<&CharReading> = answer.chars.iter().filter(|char| sane(char)).collect();
        if answer.confidence() < TAKEN || chars.iter().filter(|char| char.c.is_alphanumeric()).count() < 2 {
            return;
        }
        let figures: Vec<f32> = old.iter().map(|&w| reading.words[w].confidence).collect();
        let confidence = if figures.is_empty() { FIGURE.0 } else { (figures.iter().sum::<f32>() / figures.len() as f32).min(FIGURE.1) };
        let before: Vec<&str> = old.iter().map(|&w| reading.words[w].text.as_str()).collect();
        let mut before = Some(before.join(" "));
        let at = self.place(reading, old, ink);
        let like = old.first().or(at.checked_sub(1).as_ref()).and_then(|&w| reading.words.get(w));
        let (line, block) = like.map_or((0, 0), |word| (word.line, word.block));
        let pitch = crop.w / chars.len().max(1) as f32;
        let x = |char: &CharReading| crop.x + char.at.clamp(0.0, 1.0) * crop.w;
        let mut steps: Vec<f32> = chars.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        steps.sort_by(f32::total_cmp);
        let wide = STEP * steps.get(steps.len() / 2).copied().unwrap_or(1.0);
        for part in chars.chunk_by(|a, b| a.c != ' ' && b.c != ' ' && b.at - a.at <= wide).filter(|part| part[0].c != ' ') {
            let text: String = part.iter().map(|char| char.c).collect();
            let figure = part.iter().map(|char| char.confidence).sum::<f32>() / part.len() as f32;
            let left = (x(part[0]) - pitch / 2.0).max(crop.x);
            let right = (x(part[part.len() - 1]) + pitch / 2.0).min(crop.right()).max(left + 1.0);
            // What both engines read alike is no suggestion.
            let twin =
                old.iter().map(|&w| &reading.words[w]).find(|word| word.text == text && (left..right).contains(&word.rect.center_x()));
            if let Some(twin) = twin {
                let second = Some(SecondReading { text, confidence: figure, instead_of: None, agrees: true });
                self.new.push((at, Word { second, ..twin.clone() }));
                continue;
            }
            let second = SecondReading {
                text: text.clone(),
                confidence: figure,
                // The first engine's text stands with the first part.
                instead_of: Some(before.take().unwrap_or_default()),
                agrees: false,
            };
            let rect = Rect::from_corners(left, ink.y, right, ink.bottom());
            self.new.push((at, Word { text, rect, confidence, line, block, doubts: Vec::new(), second: Some(second), suggested: true }));
        }
        old.iter().for_each(|&w| self.gone[w] = true);
    }

    fn comb(
        &mut self,
        reading: &PageReading,
        cells: &[Rect],
        inked: &[(usize, f32, f32)],
        answer: &CropReading,
        hand: bool,
        alone: &mut dyn FnMut(&Rect) -> CropReading,
    ) {
        let Some(hull) = Rect::hull(cells.iter()) else { return };
        let old: Vec<usize> = (0..reading.words.len())
            .filter(|&w| hull.contains(reading.words[w].rect.center_x(), reading.words[w].rect.center_y()))
            .collect();
        let cell_at = |x: f32| cells.partition_point(|cell| cell.right() < x).min(cells.len() - 1);
        let mut firsts: Vec<Option<(char, f32)>> = vec![None; cells.len()];
        for &w in &old {
            let word = &reading.words[w];
            let count = word.text.chars().count().max(1) as f32;
            for (k, c) in word.text.chars().enumerate() {
                firsts[cell_at(word.rect.x + (k as f32 + 0.5) / count * word.rect.w)] = Some((c, word.confidence));
            }
        }
        let mut seconds: Vec<Vec<CharReading>> = vec![Vec::new(); inked.len()];
        for char in answer.chars.iter().filter(|char| sane(char) && char.c != ' ') {
            let away = |(_, from, to): &(usize, f32, f32)| (from - char.at).max(char.at - to).max(0.0);
            let nearest = (0..inked.len()).min_by(|&a, &b| away(&inked[a]).total_cmp(&away(&inked[b])));
            if let Some(at) = nearest {
                seconds[at].push(*char);
            }
        }
        for (at, chars) in seconds.iter_mut().enumerate() {
            if chars.len() != 1 {
                let mut own = alone(&cells[inked[at].0]).chars;
                own.retain(|char| sane(char) && char.c != ' ');
                // One character a box: where several were seen, the surest is.
                let best = own.into_iter().chain(chars.drain(..)).max_by(|a, b| a.confidence.total_cmp(&b.confidence));
                chars.extend(best);
            }
        }
        // A cell in which nobody read anything but a point holds a speck.
        let written = |at: &usize| match (seconds[*at].first(), firsts[inked[*at].0]) {
            (Some(char), _) => !matches!(char.c, '.' | ',' | ':' | '·' | '_'),
            (None, first) => first.is_some_and(|(c, _)| c.is_alphanumeric()),
        };
        let kept: Vec<usize> = (0..inked.len()).filter(written).collect();
        let place = self.place(reading, &old, &hull);
        let like = old.first().or(place.checked_sub(1).as_ref()).and_then(|&w| reading.words.get(w));
        let (line, block) = like.map_or((0, 0), |word| (word.line, word.block));
        for at in kept.chunk_by(|&a, &b| inked[a].0 + 1 == inked[b].0) {
            let part: Vec<(usize, f32, f32)> = at.iter().map(|&at| inked[at]).collect();
            let own: Vec<Option<CharReading>> = at.iter().map(|&at| seconds[at].first().copied()).collect();
            let text: String =
                own.iter().zip(&part).filter_map(|(char, i)| char.map(|char| char.c).or(firsts[i.0].map(|first| first.0))).collect();
            let first: String = part.iter().filter_map(|i| firsts[i.0].map(|first| first.0)).collect();
            // A speck in an empty cell.
            if !text.chars().any(char::is_alphanumeric) && part.len() == 1 || text.is_empty() {
                continue;
            }
            let figures: Vec<f32> = part.iter().filter_map(|i| firsts[i.0].map(|first| first.1)).collect();
            let agrees = first == text && figures.len() == part.len();
            let least = figures.iter().copied().fold(1.0, f32::min);
            let confidence = match (agrees, figures.is_empty()) {
                (true, _) => least,
                (_, true) => FIGURE.0,
                _ => least.min(FIGURE.1),
            };
            let read: Vec<f32> = own.iter().flatten().map(|char| char.confidence).collect();
            let second = SecondReading {
                text: own.iter().flatten().map(|char| char.c).collect(),
                confidence: read.iter().copied().fold(1.0, f32::min) * f32::from(u8::from(!read.is_empty())),
                instead_of: (!agrees).then(|| first.clone()),
                agrees,
            };
            let (a, b) = (&cells[part[0].0], &cells[part[part.len() - 1].0]);
            let inset = 0.1 * a.h;
            let rect = Rect::from_corners(a.x, a.y + inset, b.right(), b.bottom() - inset);
            let suggested = !agrees && (hand || first.is_empty());
            self.new.push((place, Word { text, rect, confidence, line, block, doubts: Vec::new(), second: Some(second), suggested }));
        }
        old.iter().for_each(|&w| self.gone[w] = true);
    }

    /// Before which word an entry's words stand: where its own stood, else before the first that lies lower.
    fn place(&self, reading: &PageReading, old: &[usize], ink: &Rect) -> usize {
        let lower = || reading.words.iter().position(|word| word.rect.y >= ink.bottom()).unwrap_or(reading.words.len());
        old.iter().min().copied().unwrap_or_else(lower)
    }

    /// Writes the changes into the page.
    pub(super) fn apply(mut self, reading: &mut PageReading) {
        if self.new.is_empty() {
            return;
        }
        self.new.sort_by_key(|(at, _)| *at);
        let covered: Vec<Rect> = self.new.iter().map(|(_, word)| word.rect.grown(0.15 * word.rect.h)).collect();
        reading.uncovered.retain(|ink| !covered.iter().any(|rect| rect.contains(ink.center_x(), ink.center_y())));
        let mut new = self.new.into_iter().peekable();
        let old = std::mem::take(&mut reading.words);
        for (index, word) in old.into_iter().enumerate() {
            while let Some((_, word)) = new.next_if(|(at, _)| *at <= index) {
                reading.words.push(word);
            }
            if !self.gone[index] {
                reading.words.push(word);
            }
        }
        reading.words.extend(new.map(|(_, word)| word));
    }
}

/// Characters that are none, and places off the crop, are a fault of the engine and are left out.
fn sane(char: &CharReading) -> bool {
    !char.c.is_control()
        && !matches!(char.c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        && char.at.is_finite()
        && char.confidence.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::{across, page, word};
    use crate::ocr::second::spread;

    fn bar(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for row in y..y + h {
            page.pixels[(row * page.width + x) as usize..(row * page.width + x + w) as usize].fill(0);
        }
    }

    fn texts(reading: &PageReading) -> Vec<(&str, bool)> {
        reading.words.iter().map(|w| (w.text.as_str(), w.suggested)).collect()
    }

    /// Ten cells of 40 by 50 pixels from 100, 100, ink in those named.
    fn comb(inked: &[u32]) -> (GreyPage, Comb) {
        let mut picture = GreyPage::filled(1000, 1000, 255);
        inked.iter().for_each(|k| bar(&mut picture, 112 + 40 * k, 110, 14, 30));
        let cells = (0..10).map(|k| Rect::new(100.0 + 40.0 * k as f32, 100.0, 38.0, 50.0)).collect();
        (picture, Comb { cells, dividers: Vec::new() })
    }

    #[test]
    fn a_comb_becomes_words_parted_at_empty_cells() {
        let (picture, comb) = comb(&[0, 1, 2, 4, 5]);
        // The first engine read two cells, and a word elsewhere.
        let reading = page(vec![word("below", 100.0, 300.0), word("7", 112.0, 115.0), word("X", 232.0, 115.0)]);
        let entries = find(&picture, &[comb], 128, 300.0, &reading, false);
        assert_eq!(entries.len(), 1);
        let mut alone = |_: &Rect| CropReading::default();
        let mut changes = Changes::none(&reading);
        changes.take(&reading, &entries[0], &spread("123 45", 0.9), true, &mut alone);
        let mut changed = reading.clone();
        changes.apply(&mut changed);
        assert_eq!(texts(&changed), [("below", false), ("123", true), ("45", true)]);
        assert!(changed.words[1].rect.right() < changed.words[2].rect.x && changed.words[1].confidence <= 0.5);
        assert_eq!(changed.words[1].second.as_ref().unwrap().instead_of.as_deref(), Some("7"));
    }

    #[test]
    fn cells_that_got_none_are_read_alone_and_agreement_keeps_the_figure() {
        let (picture, comb) = comb(&[0, 1, 2]);
        let reading = page((0..3).map(|k| word(["A", "B", "C"][k], 112.0 + 40.0 * k as f32, 115.0)).collect());
        let entries = find(&picture, &[comb], 128, 300.0, &reading, false);
        let mut asked = 0;
        let mut alone = |_: &Rect| {
            asked += 1;
            spread("C", 0.8)
        };
        let mut answer = spread("ABC", 0.9);
        answer.chars.pop();
        let mut changes = Changes::none(&reading);
        changes.take(&reading, &entries[0], &answer, false, &mut alone);
        let mut changed = reading.clone();
        changes.apply(&mut changed);
        assert_eq!((texts(&changed), asked, changed.words[0].confidence), (vec![("ABC", false)], 1, 0.95));
    }

    #[test]
    fn a_run_of_a_hand_is_read_between_label_and_gap() {
        let weak = |text: &str, x: f32| Word { confidence: 0.5, ..word(text, x, 100.0) };
        let mut reading = page(vec![word("Name:", 20.0, 100.0), weak("Jchn", 90.0), weak("Smlth", 140.0), word("Born", 500.0, 100.0)]);
        reading.rulings.push(across(80.0, 300.0, 124.0));
        let picture = GreyPage::filled(1000, 1000, 255);
        assert!(find(&picture, &[], 128, 100.0, &reading, false).is_empty(), "print is left to the ordinary crops");
        let entries = find(&picture, &[], 128, 100.0, &reading, true);
        assert_eq!(entries.len(), 1);
        let mut changes = Changes::none(&reading);
        changes.take(&reading, &entries[0], &spread("John Smith", 0.9), true, &mut |_| CropReading::default());
        let mut changed = reading.clone();
        changes.apply(&mut changed);
        assert_eq!(texts(&changed), [("Name:", false), ("John", true), ("Smith", true), ("Born", false)]);
        let mut unsure = Changes::none(&reading);
        unsure.take(&reading, &entries[0], &spread("John Smith", 0.2), true, &mut |_| CropReading::default());
        let mut kept = reading.clone();
        unsure.apply(&mut kept);
        assert_eq!(kept, reading, "what the second engine is unsure of changes nothing");
    }

    #[test]
    fn a_line_that_is_lost_is_read_on_any_page_but_noise_is_not() {
        let lost = |text: &str, x: f32, y: f32| Word { confidence: 0.2, ..word(text, x, y) };
        let picture = GreyPage::filled(1000, 1000, 255);
        let find = |words| find(&picture, &[], 128, 100.0, &page(words), false).len();
        assert_eq!(find(vec![word("Clinic", 20.0, 100.0), lost("Bon", 400.0, 100.0), lost("Danecoer", 450.0, 100.0)]), 1);
        assert_eq!(find(vec![word("Clinic", 20.0, 100.0), lost("Danecoer", 450.0, 100.0)]), 0, "one word is left to the ordinary crops");
        let noise = (0..30_u8).flat_map(|k| [lost("Bon", 400.0, 30.0 * f32::from(k)), lost("Danecoer", 450.0, 30.0 * f32::from(k))]);
        assert_eq!(find(noise.collect()), 0);
    }

    #[test]
    fn ink_without_words_is_read_on_any_page() {
        let mut reading = page(vec![word("Name:", 20.0, 100.0)]);
        reading.uncovered = (0..5).map(|k| Rect::new(100.0 + 18.0 * k as f32, 100.0, 12.0, 20.0)).collect();
        reading.uncovered.push(Rect::new(700.0, 700.0, 12.0, 20.0)); // dirt
        let entries = find(&GreyPage::filled(1000, 1000, 255), &[], 128, 100.0, &reading, false);
        assert_eq!(entries.len(), 1);
        let mut changes = Changes::none(&reading);
        changes.take(&reading, &entries[0], &spread("Smith", 0.9), false, &mut |_| CropReading::default());
        changes.apply(&mut reading);
        assert_eq!(texts(&reading), [("Name:", false), ("Smith", true)]);
        assert_eq!(reading.uncovered.len(), 1);
    }
}
