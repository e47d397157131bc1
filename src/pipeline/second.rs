//! The second opinion: which crops of a page the second engine reads, and what becomes of its answers.
//!
//! Decisions:
//! * **What is asked.** The page is understood by itself, as if it were a document, to know where its values stand; this is cheap. Every
//!   value that could be accepted is read, by a budget of its own that no ordinary page spends: it is there so that a hostile one costs seconds
//!   and no more. First those that stand alone (the patient's name, numbers, dates …), then words of items with digits, or of which the first
//!   engine is not sure, then the items' others. All else shares a small budget: single values of classes that are never accepted without a
//!   person, doubtful words, items of such classes. A crop counts by its width. Texts of sections are no values here. Born-digital words are not asked.
//! * **Asked again.** Where answers changed words, a label may have become one that its value waits for: the page is understood once
//!   more, and values that were not asked before are.
//! * **Left out.** What could not be asked is not accepted: the page keeps that the engine was there (`PageReading::second_there`).
//! * **The choice is part of the reading.** Word lists that change later choose no new crops: a value that was not asked is accepted less.
//!   `--redo readings` asks anew.
//! * **Crops.** A run of wanted words of one segment, so never across a rule or a wide gap; as high as the line, so that words without tall
//!   letters are not blown up; a fifth of the height of air above and below and a third at the sides, but not into neighbouring words or rules.
//! * **Alignment.** Both readings' characters are aligned by what they are and where they stand, blanks left out; each of the second's
//!   characters goes to the word of the one it is paired with, else to the nearest word.
//! * **Replacement** (measured: word errors 13.0 → 9.7 %). The second's text is taken where letters or digits differ and it is sure
//!   (0.90) or the first engine is not (0.80). Never for case or pairs that look alike (O and 0; I, l and 1) alone: there it knows no better;
//!   for punctuation alone only where the first engine is lost (0.60) and the second very sure (0.95). A word's confidence stays the first engine's: handwriting is told by it, and no second reading raises it.
//! * **Errors** of the second engine cost its readings of the page alone, and are counted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::confidence::Class;
use crate::extract;
use crate::imaging::{Comb, Prepared};
use crate::model::{GreyPage, PageNumber, PageReading, Rect, RulingKind, SecondReading, TextSource, Word};
use crate::ocr::second::{CropReader, CropReading, CropsRead, SecondSettings};

use super::entries::{self, Changes};
use super::rules::Rules;
use crate::report::SecondCost;
use crate::{imaging, layout};

/// A word that the first engine reads below this is doubtful.
const DOUBTFUL: f32 = 0.80;
/// From here on the first engine is sure.
const SURE: f32 = 0.93;
/// From here on the second's text is taken where the two differ.
const SECOND_SURE: f32 = 0.90;
/// Where only punctuation differs.
const LOST: f32 = 0.60;
const SECOND_VERY_SURE: f32 = 0.95;
/// A crop of the budget, in heights; a wider one counts as several.
const ONE_CROP: f32 = 6.0;
/// Air around a crop, in heights of its words.
const AIR_ABOVE: f32 = 0.2;
const AIR_BESIDE: f32 = 0.33;
/// How often a page is asked about: once, and again where answers changed what its words say.
const ROUNDS: usize = 2;
/// Widest crop, in heights: longer runs are parted, so that the budget means something.
const WIDEST: f32 = 20.0;

/// The second engine with what it needs to know, shared by all threads that read.
pub struct SecondDesk<'a> {
    reader: &'a dyn CropReader,
    rules: &'a Rules,
    /// Crops a page for values that may be accepted, and for all else.
    budgets: [usize; 2],
    /// Crops a page for entries that the first engine is lost on.
    for_entries: usize,
    crops: AtomicU64,
    over_budget: AtomicU64,
    failed: AtomicU64,
    cpu_micros: AtomicU64,
}

impl<'a> SecondDesk<'a> {
    /// `settings` hold the budgets; `rules` know what is a value and which may be accepted.
    pub fn new(reader: &'a dyn CropReader, rules: &'a Rules, settings: &SecondSettings) -> Self {
        let none = AtomicU64::default;
        Self {
            reader,
            rules,
            budgets: [settings.crops_per_page as usize, settings.other_crops_per_page as usize],
            for_entries: settings.handwriting_crops_per_page as usize,
            crops: none(),
            over_budget: none(),
            failed: none(),
            cpu_micros: none(),
        }
    }

    /// What was done so far.
    pub fn cost(&self) -> SecondCost {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        SecondCost {
            crops: of(&self.crops),
            over_budget: of(&self.over_budget),
            failed: of(&self.failed),
            cpu_seconds: of(&self.cpu_micros) as f64 / 1e6,
        }
    }

    /// Asks for the words of a page that matter, and writes into them what was answered. `picture` is what the first engine read.
    pub fn ask(&self, picture: &GreyPage, reading: &mut PageReading) {
        if reading.text_source == TextSource::TextLayer {
            return;
        }
        reading.second_there = true;
        let mut budgets = self.budgets.map(|budget| budget as f32);
        let mut left_out = 0;
        for round in 1..=ROUNDS {
            let plan = catch_unwind(AssertUnwindSafe(|| plan(reading, self.rules))).unwrap_or_default();
            let (values, others) = plan.split_at(plan.partition_point(|crop| crop.rank.0 < OTHERS));
            let (of_values, of_others) = (within(values, &mut budgets[0]), within(others, &mut budgets[1]));
            left_out = values.len() - of_values;
            let asked: Vec<&Crop> = values[..of_values].iter().chain(&others[..of_others]).collect();
            let widths: f32 = asked.iter().map(|crop| crop.rect.w / crop.rect.h.max(1.0)).sum();
            tracing::debug!(
                page = reading.number.get(),
                round,
                left_out,
                values = of_values,
                others = of_others,
                widths,
                "second engine asked"
            );
            if asked.is_empty() {
                break;
            }
            let pictures: Vec<GreyPage> = asked.iter().map(|crop| imaging::crop(picture, &crop.rect)).collect();
            let Some(readings) = self.read(reading.number, &pictures) else { break };
            let mut parts = Vec::new();
            let mut changed = false;
            for (crop, answer) in asked.iter().zip(&readings) {
                parts.extend(answered(&mut reading.words, crop, answer));
                let taken = |&word: &usize| reading.words[word].second.as_ref().is_some_and(|second| second.instead_of.is_some());
                changed |= crop.words.iter().any(taken);
            }
            insert(&mut reading.words, parts);
            if !changed {
                break;
            }
        }
        self.over_budget.fetch_add(left_out as u64, Ordering::Relaxed);
    }

    /// Reads the page's combs and what the first engine was lost on (see `entries.rs`).
    pub fn read_entries(&self, prepared: &Prepared, reading: &mut PageReading) {
        // What the engine makes of combs is garbage whoever filled them in.
        let combed: Vec<Rect> = prepared.combs.iter().map(Comb::rect).collect();
        let outside = |word: &&Word| !combed.iter().any(|comb| comb.contains(word.rect.center_x(), word.rect.center_y()));
        let hand = extract::filled_by_hand(reading.words.iter().filter(outside));
        let find = || entries::find(&prepared.page, &prepared.combs, prepared.threshold, prepared.dpi, reading, hand);
        let found = catch_unwind(AssertUnwindSafe(find)).unwrap_or_default();
        let shapes = found.iter().map(|entry| entry.picture.width as f32 / entry.picture.height.max(1) as f32);
        let asked = &found[..affordable(shapes, &mut (self.for_entries as f32))];
        self.over_budget.fetch_add((found.len() - asked.len()) as u64, Ordering::Relaxed);
        tracing::debug!(page = reading.number.get(), found = found.len(), asked = asked.len(), hand, "entries");
        if asked.is_empty() {
            return;
        }
        let pictures: Vec<GreyPage> = asked.iter().map(|entry| entry.picture.clone()).collect();
        let Some(readings) = self.read(reading.number, &pictures) else { return };
        let mut alone = |cell: &Rect| {
            let read = self.read(reading.number, &[imaging::crop(&prepared.page, cell)]);
            read.and_then(|mut read| read.pop()).unwrap_or_default()
        };
        let mut changes = Changes::none(reading);
        for (entry, answer) in asked.iter().zip(&readings) {
            changes.take(reading, entry, answer, hand, &mut alone);
        }
        changes.apply(reading);
    }

    /// Reads crops and counts what it cost; `None` if the engine failed.
    fn read(&self, page: PageNumber, pictures: &[GreyPage]) -> Option<Vec<CropReading>> {
        let count = |what: &AtomicU64, number: usize| what.fetch_add(number as u64, Ordering::Relaxed);
        let read = catch_unwind(AssertUnwindSafe(|| self.reader.read(pictures)));
        let CropsRead { readings, cpu } = match read {
            Ok(Ok(read)) if read.readings.len() == pictures.len() => read,
            Ok(Err(error)) => {
                tracing::warn!(page = page.get(), "{error}");
                count(&self.failed, pictures.len());
                return None;
            }
            Ok(Ok(_)) | Err(_) => {
                tracing::warn!(page = page.get(), "the second engine failed on the page");
                count(&self.failed, pictures.len());
                return None;
            }
        };
        count(&self.crops, pictures.len());
        self.cpu_micros.fetch_add(u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Some(readings)
    }
}

/// A crop to be read.
#[derive(Clone, Debug, PartialEq)]
struct Crop {
    /// Indices of the words in it, left to right.
    words: Vec<usize>,
    /// In pixels of the page, air included.
    rect: Rect,
    /// What is read first has the lowest.
    rank: (u8, f32),
}

/// How many of the first crops what is left of a budget pays for; they are taken out of it.
fn within(plan: &[Crop], left: &mut f32) -> usize {
    affordable(plan.iter().map(|crop| crop.rect.w / crop.rect.h.max(1.0)), left)
}

/// The same for crops of which the widths in heights are known.
fn affordable(shapes: impl Iterator<Item = f32>, left: &mut f32) -> usize {
    let fit = shapes.take_while(|shape| {
        let fits = *left > 0.0;
        if fits {
            *left -= (shape / ONE_CROP).ceil();
        }
        fits
    });
    fit.count()
}

/// Why a word is asked, from what matters most.
const ALONE: u8 = 0;
const ITEM_RISKY: u8 = 1;
const ITEM: u8 = 2;
/// From here on words share the small budget: they hold no value that could be accepted.
const OTHERS: u8 = 3;
const POLICY_ALONE: u8 = 3;
const DOUBT: u8 = 4;
const POLICY_ITEM: u8 = 5;

/// A value on the page.
struct Place {
    /// In the page's pixels.
    rect: Rect,
    /// Whether it is of the patient, the visit, the document, and not of an item.
    alone: bool,
    /// Whether values of its class are ever accepted without a person.
    accepted: bool,
}

/// The crops of a page in the order in which they are read.
fn plan(reading: &PageReading, rules: &Rules) -> Vec<Crop> {
    if reading.text_source == TextSource::TextLayer || reading.words.is_empty() {
        return Vec::new();
    }
    let page = layout::analyse(reading.clone());
    let unit = page.unit;
    // Words by the segment that they stand in. The layout may have joined the letters of comb fields; these stay apart here.
    let mut segments: Vec<Vec<usize>> = vec![Vec::new(); page.segments.len()];
    for (index, word) in reading.words.iter().enumerate() {
        let (x, y) = (word.rect.center_x(), word.rect.center_y());
        if let Some(at) = page.segments.iter().position(|segment| segment.rect.contains(x, y)).filter(|_| legible(word, unit)) {
            segments[at].push(index);
        }
    }
    segments.iter_mut().for_each(|words| words.sort_by(|&a, &b| reading.words[a].rect.x.total_cmp(&reading.words[b].rect.x)));
    let values = value_places(reading, rules, page);
    let ranks: Vec<Option<u8>> = reading.words.iter().map(|word| rank(word, &values)).collect();
    let mut crops: Vec<Crop> = segments.iter().flat_map(|words| crops_of(reading, words, &ranks, unit)).collect();
    crops.sort_by(|a, b| a.rank.0.cmp(&b.rank.0).then(a.rank.1.total_cmp(&b.rank.1)));
    crops
}

/// Whether there is something to read: a letter or a digit of the page's own size.
fn legible(word: &Word, unit: f32) -> bool {
    word.text.chars().any(char::is_alphanumeric) && word.rect.h >= 0.4 * unit && word.rect.h <= 4.0 * unit
}

/// Places of the page's values.
fn value_places(reading: &PageReading, rules: &Rules, page: crate::model::PageLayout) -> Vec<Place> {
    let Some(to_upright) = reading.to_source.inverse() else { return Vec::new() };
    let values = extract::extract(&[page], rules.vocabulary()).values;
    let places = values.iter().filter_map(|value| {
        let (place, class) = (value.place?, Class::of(value.field));
        let rect = to_upright.hull(&Rect::new(place.x, place.y, place.width, place.height));
        let place = Place { rect: rect.grown(1.0), alone: value.item.is_none(), accepted: class.is_read_twice() };
        (class != Class::Sections).then_some(place)
    });
    places.collect()
}

fn rank(word: &Word, values: &[Place]) -> Option<u8> {
    if word.second.is_some() {
        return None;
    }
    let (x, y) = (word.rect.center_x(), word.rect.center_y());
    let risky = word.confidence < SURE || word.text.chars().any(|c| c.is_ascii_digit());
    let of_value = values.iter().filter(|value| value.rect.contains(x, y)).map(|value| match (value.accepted, value.alone) {
        (true, true) => ALONE,
        (true, false) if risky => ITEM_RISKY,
        (true, false) => ITEM,
        (false, true) => POLICY_ALONE,
        (false, false) => POLICY_ITEM,
    });
    of_value.chain((word.confidence < DOUBTFUL).then_some(DOUBT)).min()
}

/// The crops of one segment: runs of words that are wanted and share a budget.
fn crops_of(reading: &PageReading, segment: &[usize], ranks: &[Option<u8>], unit: f32) -> Vec<Crop> {
    let wanted: Vec<Option<u8>> = segment.iter().map(|&word| ranks[word]).collect();
    let line = Rect::hull(segment.iter().map(|&word| &reading.words[word].rect)).unwrap_or_default();
    let mut crops: Vec<Crop> = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    for (at, want) in wanted.iter().enumerate() {
        let fits = run.first().is_none_or(|&first| {
            let (from, to) = (&reading.words[segment[first]].rect, &reading.words[segment[at]].rect);
            to.right() - from.x <= WIDEST * unit.max(from.h)
        });
        let budget = |at: usize| wanted[at].map(|rank| rank < OTHERS);
        let breaks = want.is_none() || !fits || run.last().is_some_and(|&last| budget(last) != budget(at));
        if breaks && !run.is_empty() {
            crops.push(crop(reading, segment, &std::mem::take(&mut run), &wanted, &line, unit));
        }
        if want.is_some() {
            run.push(at);
        }
    }
    if !run.is_empty() {
        crops.push(crop(reading, segment, &run, &wanted, &line, unit));
    }
    crops
}

fn crop(reading: &PageReading, segment: &[usize], run: &[usize], wanted: &[Option<u8>], line: &Rect, unit: f32) -> Crop {
    let words: Vec<usize> = run.iter().map(|&at| segment[at]).collect();
    let mut hull = Rect::hull(words.iter().map(|&word| &reading.words[word].rect)).unwrap_or_default();
    // A line that is not much higher than its words lends them its height; one that drifts does not.
    if line.h < 1.6 * hull.h.max(unit) {
        hull = Rect::from_corners(hull.x, line.y, hull.right(), line.bottom());
    }
    let beside = |at: Option<usize>| at.and_then(|at| segment.get(at)).map(|&word| reading.words[word].rect);
    let before = run.first().and_then(|&at| beside(at.checked_sub(1)));
    let after = run.last().and_then(|&at| beside(Some(at + 1)));
    let rank = run.iter().filter_map(|&at| wanted[at]).min().unwrap_or(ITEM);
    let least = words.iter().map(|&word| reading.words[word].confidence).fold(1.0, f32::min);
    Crop { rect: with_air(reading, &hull, before, after, unit), words, rank: (rank, least) }
}

/// Grows a hull of words by some air, but neither into the words beside it nor over a rule.
fn with_air(reading: &PageReading, hull: &Rect, before: Option<Rect>, after: Option<Rect>, unit: f32) -> Rect {
    let height = hull.h.min(1.5 * unit).max(1.0);
    let half_gap = |gap: f32| (gap / 2.0).clamp(0.0, AIR_BESIDE * height);
    let mut left = hull.x - before.map_or(AIR_BESIDE * height, |word| half_gap(hull.x - word.right()));
    let mut right = hull.right() + after.map_or(AIR_BESIDE * height, |word| half_gap(word.x - hull.right()));
    let (mut top, mut bottom) = (hull.y - AIR_ABOVE * height, hull.bottom() + AIR_ABOVE * height);
    for ruling in &reading.rulings {
        let rule = &ruling.rect;
        match ruling.kind {
            RulingKind::Horizontal if rule.overlap_x(hull) > 0.0 => {
                if rule.center_y() <= hull.y {
                    top = top.max(rule.bottom());
                } else if rule.center_y() >= hull.bottom() {
                    bottom = bottom.min(rule.y);
                }
            }
            RulingKind::Vertical if rule.overlap_y(hull) > 0.0 => {
                if rule.center_x() <= hull.x {
                    left = left.max(rule.right());
                } else if rule.center_x() >= hull.right() {
                    right = right.min(rule.x);
                }
            }
            _ => {}
        }
    }
    let (width, height) = (reading.width as f32, reading.height as f32);
    // A rule that touches the letters must not cut them.
    Rect::from_corners(
        left.min(hull.x).clamp(0.0, width),
        top.min(hull.y).clamp(0.0, height),
        right.max(hull.right()).clamp(0.0, width),
        bottom.max(hull.bottom()).clamp(0.0, height),
    )
}

/// A character and its middle across the page.
#[derive(Clone, Copy, Debug)]
struct Placed {
    c: char,
    x: f32,
}

/// Writes an answer into the words of its crop; gives the words that a word falls into, to stand behind it.
fn answered(words: &mut [Word], crop: &Crop, answer: &CropReading) -> Vec<(usize, Word)> {
    // Characters that are none, and places off the crop, are a fault of the engine and are left out.
    let sane = |c: char| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let chars: Vec<_> = answer.chars.iter().filter(|char| sane(char.c) && char.at.is_finite() && char.confidence.is_finite()).collect();
    let place = |at: f32| crop.rect.x + at.clamp(0.0, 1.0) * crop.rect.w;
    let seconds: Vec<Placed> = chars.iter().map(|char| Placed { c: char.c, x: place(char.at) }).collect();
    let owners = share_out(words, &crop.words, &seconds);
    let mut more = Vec::new();
    for (order, &index) in crop.words.iter().enumerate() {
        let own: Vec<usize> = (0..chars.len()).filter(|&k| owners[k] == Some(order)).collect();
        let text: String = own.iter().map(|&k| chars[k].c).collect();
        let sum: f32 = own.iter().map(|&k| chars[k].confidence.clamp(0.0, 1.0)).sum();
        let confidence = if own.is_empty() { 0.0 } else { sum / own.len() as f32 };
        let word = &mut words[index];
        if !replaces(&word.text, word.confidence, &text, confidence) {
            let agrees = same(&word.text, &text);
            word.second = Some(SecondReading { text, confidence, instead_of: None, agrees });
            continue;
        }
        let instead_of = Some(std::mem::replace(&mut word.text, text.clone()));
        word.doubts.clear();
        word.second = Some(SecondReading { text, confidence, instead_of, agrees: false });
        more.extend(part(word, &own, &seconds).into_iter().map(|part| (index, part)));
    }
    more
}

/// Cuts a word whose text is the second's where that saw a blank: it becomes the first part, the others are given back.
fn part(word: &mut Word, own: &[usize], seconds: &[Placed]) -> Vec<Word> {
    let mut starts: Vec<usize> = (1..own.len()).filter(|&k| own[k] - own[k - 1] > 1).collect();
    starts.retain(|&k| (own[k - 1] + 1..own[k]).all(|between| seconds[between].c == ' '));
    if starts.is_empty() {
        return Vec::new();
    }
    let (whole, text): (Rect, Vec<char>) = (word.rect, word.text.chars().collect());
    let cut = |k: usize| ((seconds[own[k - 1]].x + seconds[own[k]].x) / 2.0).clamp(whole.x + 1.0, (whole.right() - 1.0).max(whole.x + 1.0));
    let mut edges = vec![(0, whole.x)];
    edges.extend(starts.iter().map(|&k| (k, cut(k))));
    edges.push((own.len(), whole.right()));
    let mut parts = Vec::new();
    for (number, pair) in edges.windows(2).enumerate() {
        let ((from, left), (to, right)) = (pair[0], pair[1]);
        let text: String = text[from..to].iter().collect();
        let second = word.second.clone().map(|second| SecondReading {
            text: text.clone(),
            // The first engine's text stands with the first part.
            instead_of: second.instead_of.map(|first| if number == 0 { first } else { String::new() }),
            ..second
        });
        parts.push(Word { text, rect: Rect::from_corners(left, whole.y, right, whole.bottom()), second, ..word.clone() });
    }
    let rest = parts.split_off(1);
    if let Some(first) = parts.pop() {
        *word = first;
    }
    rest
}

/// Puts new words behind those that they were part of.
fn insert(words: &mut Vec<Word>, parts: Vec<(usize, Word)>) {
    if parts.is_empty() {
        return;
    }
    let old = std::mem::take(words);
    for (index, word) in old.into_iter().enumerate() {
        words.push(word);
        words.extend(parts.iter().filter(|(of, _)| *of == index).map(|(_, part)| part.clone()));
    }
}

/// For each of the second's characters which of the crop's words it belongs to; `None` of blanks.
fn share_out(words: &[Word], of_crop: &[usize], seconds: &[Placed]) -> Vec<Option<usize>> {
    let mut firsts: Vec<(usize, Placed)> = Vec::new();
    for (order, &index) in of_crop.iter().enumerate() {
        let word = &words[index];
        let count = word.text.chars().count().max(1) as f32;
        let place = |k: usize| word.rect.x + (k as f32 + 0.5) / count * word.rect.w;
        firsts.extend(word.text.chars().enumerate().map(|(k, c)| (order, Placed { c, x: place(k) })));
    }
    let solid: Vec<usize> = (0..seconds.len()).filter(|&k| seconds[k].c != ' ').collect();
    let pairs =
        align(&firsts.iter().map(|(_, placed)| *placed).collect::<Vec<_>>(), &solid.iter().map(|&k| seconds[k]).collect::<Vec<_>>());
    let mut owners = vec![None; seconds.len()];
    let mut last = 0;
    for (&k, pair) in solid.iter().zip(pairs) {
        let owner = match pair {
            Some(first) => firsts[first].0,
            None => nearest(words, of_crop, seconds[k].x),
        };
        // Characters keep their order, and so do words.
        last = owner.max(last);
        owners[k] = Some(last);
    }
    owners
}

fn nearest(words: &[Word], of_crop: &[usize], x: f32) -> usize {
    let away = |order: usize| {
        let rect = &words[of_crop[order]].rect;
        (rect.x - x).max(x - rect.right()).max(0.0)
    };
    (0..of_crop.len()).min_by(|&a, &b| away(a).total_cmp(&away(b))).unwrap_or(0)
}

/// Pairs two readings of one line: for each character of the second that of the first it stands for. The cheapest way from one
/// to the other, where characters far apart make poor pairs.
fn align(firsts: &[Placed], seconds: &[Placed]) -> Vec<Option<usize>> {
    const LEFT_OUT: f32 = 0.7;
    let (n, m) = (firsts.len(), seconds.len());
    let span = firsts.last().map_or(0.0, |last| last.x) - firsts.first().map_or(0.0, |first| first.x);
    let pitch = (span / n.max(2) as f32).max(1.0);
    let pair = |a: &Placed, b: &Placed| {
        let differ = if a.c == b.c {
            0.0
        } else if plain(a.c) == plain(b.c) {
            0.2
        } else {
            1.0
        };
        differ + (0.15 * (a.x - b.x).abs() / pitch).min(0.6)
    };
    let mut cost = vec![vec![0.0_f32; m + 1]; n + 1];
    for i in 0..=n {
        for j in 0..=m {
            cost[i][j] = match (i, j) {
                (0, _) => j as f32 * LEFT_OUT,
                (_, 0) => i as f32 * LEFT_OUT,
                _ => (cost[i - 1][j - 1] + pair(&firsts[i - 1], &seconds[j - 1]))
                    .min(cost[i - 1][j] + LEFT_OUT)
                    .min(cost[i][j - 1] + LEFT_OUT),
            };
        }
    }
    let mut pairs = vec![None; m];
    let (mut i, mut j) = (n, m);
    while i > 0 && j > 0 {
        if cost[i][j] >= cost[i - 1][j - 1] + pair(&firsts[i - 1], &seconds[j - 1]) - 1e-4 {
            pairs[j - 1] = Some(i - 1);
            (i, j) = (i - 1, j - 1);
        } else if cost[i][j] >= cost[i][j - 1] + LEFT_OUT - 1e-4 {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    pairs
}

/// A character as both engines would write it: one kind of dash and of quotation mark, small letters.
fn plain(c: char) -> char {
    match c {
        '–' | '—' | '−' | '‐' => '-',
        '‘' | '’' | '`' | '´' => '\'',
        '“' | '”' | '„' => '"',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// A character for which small and capital letter look alike, so that a crop that shows no other letter cannot tell them apart.
fn alike_in_both_sizes(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'c' | 'o' | 's' | 'u' | 'v' | 'w' | 'x' | 'z')
}

/// Whether both engines read the same: final stops and commas, kinds of dashes, and the size of letters that look alike in both do not
/// count. All else does, stops within numbers above all.
fn same(first: &str, second: &str) -> bool {
    fn trimmed(text: &str) -> &str {
        text.trim_end_matches(['.', ',', ';', ':'])
    }
    let (mut a, mut b) = (trimmed(first).chars(), trimmed(second).chars());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return !trimmed(first).is_empty() || first == second,
            (Some(x), Some(y)) if x == y || plain(x) == plain(y) && (!x.is_alphabetic() || alike_in_both_sizes(x)) => {}
            _ => return false,
        }
    }
}

/// What is left of a text when pairs that look alike, case and punctuation are taken out of it.
fn bones(text: &str) -> String {
    let look = |c: char| match c {
        'O' | 'o' | 'Q' => '0',
        'I' | 'l' | 'i' | '|' | '!' => '1',
        _ => plain(c),
    };
    text.chars().map(look).filter(|c| c.is_alphanumeric()).collect()
}

/// Whether the second's text takes the place of the first's.
fn replaces(first: &str, first_confidence: f32, second: &str, second_confidence: f32) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if letters(second).is_empty() || same(first, second) {
        return false;
    }
    if letters(first) == letters(second) {
        return first_confidence < LOST && second_confidence >= SECOND_VERY_SURE;
    }
    (second_confidence >= SECOND_SURE || first_confidence < DOUBTFUL) && bones(first) != bones(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::{across, down, page, word};
    use crate::model::GreyPage;
    use crate::ocr::second::RecordedCrops;
    use crate::ocr::second::faults::{FaultyCrops, SecondFault};

    fn rules() -> Rules {
        Rules::load(None).unwrap()
    }

    fn at(text: &str, x: f32, confidence: f32) -> Word {
        Word { confidence, ..word(text, x, 100.0) }
    }

    #[test]
    fn what_is_the_same_and_what_takes_its_place() {
        // first, its figure, second, its figure → the same, taken
        let table = [
            ("1.5", 0.9, "1.5", 0.9, true, false),
            ("Smith,", 0.9, "Smith", 0.99, true, false),
            ("1.5", 0.9, "15", 0.99, false, false),
            ("[4/24", 0.4, "4/24", 0.99, false, true),
            ("[4/24", 0.7, "4/24", 0.99, false, false),
            ("138", 0.96, "139", 0.95, false, true),
            ("138", 0.96, "139", 0.85, false, false),
            ("138", 0.70, "139", 0.85, false, true),
            ("CO2", 0.95, "C02", 0.99, false, false),
            ("lb", 0.2, "Ib", 0.99, false, false),
            ("Cc", 0.9, "CC", 0.99, true, false),
            ("Aa", 0.9, "AA", 0.99, false, false),
            ("x–y", 0.9, "x-y", 0.99, true, false),
            ("word", 0.1, "", 0.0, false, false),
            ("word", 0.1, "..", 0.99, false, false),
            (".", 0.1, ",", 0.9, false, false),
        ];
        for (first, p, second, q, agrees, taken) in table {
            assert_eq!((same(first, second), replaces(first, p, second, q)), (agrees, taken), "{first:?} {p} {second:?} {q}");
        }
    }

    #[test]
    fn an_answer_is_shared_out_among_the_words() {
        // words of the first, each 10 a letter with gaps of 10; answer → texts that belong to each
        let table: [(&[&str], &str, &[&str]); 7] = [
            (&["John", "Smith"], "John Smith", &["John", "Smith"]),
            (&["John", "Smith"], "JohnSmith", &["John", "Smith"]),
            (&["Jo", "hnSmith"], "John Smith", &["Jo", "hnSmith"]),
            (&["John", "Smith"], "Jon Smith", &["Jon", "Smith"]),
            (&["12", "mg"], "125 mg", &["125", "mg"]),
            (&["a", "b", "c"], "abc", &["a", "b", "c"]),
            (&["x"], "", &[""]),
        ];
        for (words, answer, expected) in table {
            let mut x = 50.0;
            let mut all: Vec<Word> = Vec::new();
            for text in words {
                all.push(at(text, x, 0.7));
                x = all[all.len() - 1].rect.right() + 10.0;
            }
            let crop = Crop { words: (0..all.len()).collect(), rect: Rect::new(50.0, 100.0, x - 60.0, 20.0), rank: (DOUBT, 0.0) };
            let answer = crate::ocr::second::spread(answer, 0.95);
            answered(&mut all, &crop, &answer);
            let got: Vec<&str> = all.iter().map(|w| w.second.as_ref().unwrap().text.as_str()).collect();
            assert_eq!(got, expected);
        }
    }

    #[test]
    fn a_word_that_the_second_parts_becomes_two_and_order_is_kept() {
        let mut words = vec![at("JchnSmlth", 100.0, 0.3), at("sure", 400.0, 0.95)];
        let crop = Crop { words: vec![0], rect: words[0].rect, rank: (DOUBT, 0.3) };
        let parts = answered(&mut words, &crop, &crate::ocr::second::spread("John Smith", 0.97));
        insert(&mut words, parts);
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["John", "Smith", "sure"]);
        let taken: Vec<_> = words[..2].iter().map(|w| w.second.as_ref().unwrap().instead_of.as_deref()).collect();
        assert_eq!(taken, [Some("JchnSmlth"), Some("")]);
        assert!(words[0].rect.right() <= words[1].rect.x + 0.01 && words[1].rect.right() <= 190.01);
        assert!(words.iter().all(|w| w.confidence == 0.3 || w.text == "sure"), "the first engine's figure stays");
        assert_eq!(words[2].second, None);
    }

    #[test]
    fn values_come_first_then_doubts_and_the_budget_cuts_the_rest() {
        let mut words = vec![at("Date", 50.0, 0.95), at("of", 100.0, 0.95), at("Birth:", 130.0, 0.95), at("03/14/1950", 230.0, 0.95)];
        words.extend(
            [("worst", 200.0, 0.1), ("bad", 300.0, 0.5), ("fine", 400.0, 0.9)].map(|(t, y, p)| Word { confidence: p, ..word(t, 50.0, y) }),
        );
        let reading = page(words);
        let plan = plan(&reading, &rules());
        let texts: Vec<&str> = plan.iter().map(|crop| reading.words[crop.words[0]].text.as_str()).collect();
        let place = |text: &str| texts.iter().position(|t| *t == text).unwrap_or_else(|| panic!("{text} is not asked: {texts:?}"));
        assert!(place("03/14/1950") < place("worst") && place("worst") < place("bad") && !texts.contains(&"fine"), "{texts:?}");
        let values = plan.iter().filter(|crop| crop.rank.0 < OTHERS).count();
        let (rules, reader) = (rules(), RecordedCrops::new(&texts.iter().map(|text| (*text, 0.9)).collect::<Vec<_>>()));
        let desk =
            SecondDesk::new(&reader, &rules, &SecondSettings { crops_per_page: 2, other_crops_per_page: 1, ..SecondSettings::default() });
        let mut reading = reading;
        desk.ask(&GreyPage::filled(1000, 1000, 255), &mut reading);
        let cost = desk.cost();
        let paid = values.min(2) as u64;
        assert_eq!((cost.crops, cost.over_budget, cost.failed), (paid + 1, values as u64 - paid, 0));
        assert!(cost.cpu_seconds > 0.0);
        assert!(reading.words[3].second.as_ref().unwrap().agrees);
    }

    #[test]
    fn values_that_are_never_accepted_share_the_small_budget() {
        let mut words = vec![at("MRN:", 50.0, 0.95), at("448213", 130.0, 0.95)];
        words.extend([("Insurance", 50.0), ("Company:", 150.0), ("Aetna", 260.0)].map(|(text, x)| word(text, x, 140.0)));
        words.extend([("unclear", 50.0)].map(|(text, x)| Word { confidence: 0.3, ..word(text, x, 400.0) }));
        let reading = page(words);
        let rules = rules();
        assert!(!Class::Organizations.is_read_twice() && Class::Ids.is_read_twice());
        let of = |text: &str| {
            let found = plan(&reading, &rules).into_iter().find(|crop| crop.words.iter().any(|&word| reading.words[word].text == text));
            found.unwrap_or_else(|| panic!("{text} is not asked")).rank.0
        };
        assert_eq!([of("448213"), of("Aetna"), of("unclear")], [ALONE, POLICY_ALONE, DOUBT]);
    }

    #[test]
    fn a_label_that_an_answer_mended_makes_its_value_asked() {
        // The first engine lost the label; the second reads it, and what stands behind it becomes a value that is asked, too.
        let reading = page(vec![word("Head", 50.0, 20.0), at("Jzq:", 50.0, 0.3), at("448213", 130.0, 0.95)]);
        let rules = rules();
        let before = plan(&reading, &rules);
        assert!(before.iter().all(|crop| !crop.words.contains(&2)), "no value yet: {before:?}");
        let reader = RecordedCrops::new(&[("Head", 0.99), ("MRN:", 0.99), ("448213", 0.99)]);
        let desk = SecondDesk::new(&reader, &rules, &SecondSettings::default());
        let mut reading = reading;
        desk.ask(&GreyPage::filled(1000, 1000, 255), &mut reading);
        let second: Vec<_> = reading.words.iter().map(|word| word.second.as_ref().map(|second| second.text.as_str())).collect();
        assert_eq!(second, [Some("Head"), Some("MRN:"), Some("448213")]);
    }

    #[test]
    fn wide_crops_count_as_several() {
        let crop = |w: f32| Crop { words: vec![], rect: Rect::new(0.0, 0.0, w, 10.0), rank: (DOUBT, 0.0) };
        let plan = [crop(10.0), crop(70.0), crop(60.0), crop(10.0)];
        assert_eq!([0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(|mut left| within(&plan, &mut left)), [0, 1, 2, 2, 3, 4]);
    }

    #[test]
    fn crops_stay_between_words_and_rules() {
        let mut reading = page(vec![at("before", 100.0, 0.95), at("doubt", 170.0, 0.5), at("after", 230.0, 0.95)]);
        reading.rulings = vec![across(0.0, 500.0, 122.0), across(0.0, 500.0, 96.0)];
        let ranks = [None, Some(DOUBT), None];
        let rect = crops_of(&reading, &[0, 1, 2], &ranks, 20.0)[0].rect;
        assert_eq!((rect.x, rect.right()), (165.0, 225.0), "half of the gaps");
        assert_eq!((rect.y, rect.bottom()), (98.0, 122.0), "between the rules");
        let mut alone = page(vec![at("doubt", 170.0, 0.5)]);
        alone.rulings = vec![down(166.0, 0.0, 500.0)];
        assert_eq!(crops_of(&alone, &[0], &[Some(DOUBT)], 20.0)[0].rect.x, 168.0);
    }

    #[test]
    fn born_digital_words_are_not_asked() {
        let mut reading = page(vec![at("doubt", 170.0, 0.5)]);
        reading.text_source = TextSource::TextLayer;
        assert!(plan(&reading, &rules()).is_empty());
    }

    #[test]
    fn an_engine_that_fails_costs_its_readings_alone() {
        for fault in [SecondFault::Error, SecondFault::Panics, SecondFault::TooFew, SecondFault::Garbage] {
            let (rules, reader) = (rules(), FaultyCrops(fault));
            let desk = SecondDesk::new(&reader, &rules, &SecondSettings { crops_per_page: 50, ..SecondSettings::default() });
            let before = page(vec![at("doubt", 170.0, 0.5), at("more", 300.0, 0.4)]);
            let mut reading = before.clone();
            desk.ask(&GreyPage::filled(1000, 1000, 255), &mut reading);
            let cost = desk.cost();
            if fault == SecondFault::Garbage {
                assert_eq!(cost.failed, 0);
                assert!(reading.words.iter().all(|w| w.text.chars().all(|c| c.is_ascii_graphic()) && w.second.is_some()));
            } else {
                assert_eq!((cost.failed, cost.crops), (2, 0), "{fault:?}");
                assert!(reading.second_there, "its values are read once");
                reading.second_there = false;
                assert_eq!(reading, before);
            }
        }
    }
}
