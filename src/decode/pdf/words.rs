//! Glyphs to words: by gaps along the baseline, then lines by baseline and blocks by the space between lines.

use hayro_interpret::kurbo::{Point, Rect as Hull, Vec2};
use unicode_normalization::UnicodeNormalization;

use super::collect::Glyph;
use crate::model::{GreyPage, Rect, Word};

/// A gap wider than this part of the em parts words; the narrowest blanks of common faces are about 0.22.
const WORD_GAP: f64 = 0.2;
/// A step off the baseline of more than this part of the em parts words.
const BASELINE_STEP: f64 = 0.35;
/// Longest word kept, in characters.
const MAX_CHARS: usize = 200;

struct Draft {
    text: String,
    hull: Hull,
    start: Point,
    end: Point,
    along: Vec2,
    em: f64,
}

/// Builds words of the glyphs that `take` accepts. Boxes are in pixels: points times `scale`. Also gives the quarter turns clockwise
/// that bring most of the text upright.
pub(super) fn build(glyphs: &[Glyph], take: impl Fn(&Glyph) -> bool, scale: (f64, f64)) -> (Vec<Word>, u8) {
    let drafts = split(glyphs, take);
    let mut letters = [0usize; 4];
    for draft in &drafts {
        letters[quarter(draft.along)] += draft.text.chars().count();
    }
    let main = (0..4).max_by_key(|q| (letters[*q], 4 - *q)).unwrap_or(0);
    let words = arrange(drafts, main).into_iter().map(|(draft, line, block)| Word {
        text: draft.text.nfc().collect(),
        rect: Rect::from_corners(
            (draft.hull.x0 * scale.0) as f32,
            (draft.hull.y0 * scale.1) as f32,
            (draft.hull.x1 * scale.0) as f32,
            (draft.hull.y1 * scale.1) as f32,
        ),
        confidence: 1.0,
        line,
        block,
        ..Word::default()
    });
    // Text that runs down the page (direction 1) needs three quarter turns.
    (words.collect(), ((4 - main) % 4) as u8)
}

/// The direction in quarter turns clockwise: 0 to the right, 1 down, 2 to the left, 3 up.
fn quarter(along: Vec2) -> usize {
    match (along.x.abs() >= along.y.abs(), along.x >= 0.0, along.y >= 0.0) {
        (true, true, _) => 0,
        (true, false, _) => 2,
        (false, _, true) => 1,
        (false, _, false) => 3,
    }
}

fn split(glyphs: &[Glyph], take: impl Fn(&Glyph) -> bool) -> Vec<Draft> {
    let mut words: Vec<Draft> = Vec::new();
    let mut open = false;
    for glyph in glyphs {
        if glyph.blank {
            open = false;
            continue;
        }
        if !take(glyph) || glyph.text.is_empty() || glyph.em <= 0.0 || !glyph.rect.is_finite() || !glyph.origin.is_finite() {
            continue;
        }
        let end = glyph.origin + glyph.along * glyph.advance;
        if open
            && let Some(word) = words.last_mut()
            && continues(word, glyph)
        {
            word.text.push_str(&glyph.text);
            word.hull = word.hull.union(glyph.rect);
            word.end = end;
            word.em = word.em.max(glyph.em);
        } else {
            let text = glyph.text.clone();
            words.push(Draft { text, hull: glyph.rect, start: glyph.origin, end, along: glyph.along, em: glyph.em });
            open = true;
        }
    }
    words
}

fn continues(word: &Draft, glyph: &Glyph) -> bool {
    let em = word.em.max(glyph.em);
    let step = glyph.origin - word.end;
    let gap = step.dot(word.along) / em;
    let off = step.cross(word.along).abs() / em;
    word.along.dot(glyph.along) > 0.98
        && gap < WORD_GAP
        && gap > -0.5
        && off < BASELINE_STEP
        && word.text.chars().count() + glyph.text.chars().count() <= MAX_CHARS
}

/// Sorts words into lines and blocks: the main direction first, the others after it, each in its own frame.
fn arrange(drafts: Vec<Draft>, main: usize) -> Vec<(Draft, u32, u32)> {
    let mut by_direction: [Vec<Draft>; 4] = Default::default();
    for draft in drafts {
        by_direction[quarter(draft.along)].push(draft);
    }
    let mut placed = Vec::new();
    let (mut line_id, mut block_id) = (0, 0);
    for direction in (0..4).map(|i| (main + i) % 4) {
        let mut previous: Option<(f64, f64)> = None;
        for line in lines(std::mem::take(&mut by_direction[direction]), direction) {
            let (baseline, em) = line.iter().fold((0.0f64, 0.0f64), |m, d| (frame(d.start, direction).1.max(m.0), d.em.max(m.1)));
            let apart = previous.is_none_or(|(above, old)| baseline - above > 2.0 * em.max(old) || em > old * 1.6 || old > em * 1.6);
            block_id += u32::from(apart);
            line_id += 1;
            previous = Some((baseline, em));
            placed.extend(line.into_iter().map(|draft| (draft, line_id - 1, block_id - 1)));
        }
    }
    placed
}

/// A point as (along the line, down the page) for text of this direction.
fn frame(p: Point, direction: usize) -> (f64, f64) {
    match direction {
        0 => (p.x, p.y),
        1 => (p.y, -p.x),
        2 => (-p.x, -p.y),
        _ => (-p.y, p.x),
    }
}

fn lines(mut drafts: Vec<Draft>, direction: usize) -> Vec<Vec<Draft>> {
    drafts.sort_by(|a, b| {
        let (a, b) = (frame(a.start, direction), frame(b.start, direction));
        a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0))
    });
    let mut lines: Vec<Vec<Draft>> = Vec::new();
    for draft in drafts {
        let baseline = frame(draft.start, direction).1;
        match lines.last_mut() {
            Some(line)
                if line
                    .last()
                    .is_some_and(|last| (baseline - frame(last.start, direction).1).abs() < BASELINE_STEP * last.em.min(draft.em)) =>
            {
                line.push(draft);
            }
            _ => lines.push(vec![draft]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| frame(a.start, direction).0.total_cmp(&frame(b.start, direction).0));
        join(line, direction);
    }
    lines
}

/// Joins pieces of one word that the file draws out of order.
fn join(line: &mut Vec<Draft>, direction: usize) {
    let mut joined: Vec<Draft> = Vec::with_capacity(line.len());
    for draft in line.drain(..) {
        if let Some(last) = joined.last_mut() {
            let gap = (frame(draft.start, direction).0 - frame(last.end, direction).0) / last.em.max(draft.em);
            let same_size = (last.em - draft.em).abs() < 0.1 * last.em;
            if same_size && gap.abs() < 0.08 && last.text.chars().count() + draft.text.chars().count() <= MAX_CHARS {
                last.text.push_str(&draft.text);
                last.hull = last.hull.union(draft.hull);
                last.end = draft.end;
                continue;
            }
        }
        joined.push(draft);
    }
    *line = joined;
}

/// Whether there is anything to see where the word stands.
pub(super) fn stands_out(grey: &GreyPage, word: &Word) -> bool {
    /// Least difference of grey between ink and paper that an eye still reads.
    const LEAST: u8 = 24;
    let cut = |v: f32, most: u32| (v.max(0.0) as u32).min(most);
    let (x0, x1) = (cut(word.rect.x - 1.0, grey.width), cut(word.rect.right() + 2.0, grey.width));
    let (y0, y1) = (cut(word.rect.y - 1.0, grey.height), cut(word.rect.bottom() + 2.0, grey.height));
    let (mut low, mut high) = (255, 0);
    for y in y0..y1 {
        for shade in &grey.row(y)[x0.min(x1) as usize..x1 as usize] {
            low = low.min(*shade);
            high = high.max(*shade);
        }
    }
    high >= low && high - low >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of glyphs of 10 points, each half an em wide.
    fn run(text: &str, x: f64, y: f64, turn: usize) -> Vec<Glyph> {
        let along = [Vec2::new(1.0, 0.0), Vec2::new(0.0, 1.0), Vec2::new(-1.0, 0.0), Vec2::new(0.0, -1.0)][turn];
        text.chars()
            .enumerate()
            .map(|(i, c)| {
                let origin = Point::new(x, y) + along * (5.0 * i as f64);
                Glyph {
                    text: c.to_string(),
                    known: true,
                    blank: c == ' ',
                    visible: true,
                    rect: Hull::from_points(origin, origin + along * 5.0 + Vec2::new(along.y, -along.x) * 7.0),
                    origin,
                    along,
                    em: 10.0,
                    advance: 5.0,
                }
            })
            .collect()
    }

    fn texts(glyphs: &[Glyph]) -> Vec<(String, u32, u32)> {
        build(glyphs, |g| !g.blank, (1.0, 1.0)).0.into_iter().map(|w| (w.text, w.line, w.block)).collect()
    }

    fn word(text: &str, line: u32, block: u32) -> (String, u32, u32) {
        (text.to_owned(), line, block)
    }

    #[test]
    fn words_end_at_blanks_gaps_and_lines() {
        let mut glyphs = run("Date of", 50.0, 100.0, 0);
        glyphs.extend(run("birth", 88.0, 100.4, 0));
        glyphs.extend(run("1950", 200.0, 100.0, 0));
        glyphs.extend(run("Name", 50.0, 112.0, 0));
        glyphs.extend(run("Far", 50.0, 300.0, 0));
        let expected =
            [word("Date", 0, 0), word("of", 0, 0), word("birth", 0, 0), word("1950", 0, 0), word("Name", 1, 0), word("Far", 2, 1)];
        assert_eq!(texts(&glyphs), expected);
    }

    #[test]
    fn pieces_out_of_order_come_together() {
        let mut glyphs = run("metformin", 50.0, 100.0, 0);
        let tail = glyphs.split_off(4);
        let mut shuffled = tail;
        shuffled.extend(run("500", 150.0, 100.0, 0));
        shuffled.extend(glyphs);
        assert_eq!(texts(&shuffled), [word("metformin", 0, 0), word("500", 0, 0)]);
    }

    #[test]
    fn sideways_text_asks_for_its_turn() {
        for (turn, needed) in [(0, 0), (1, 3), (2, 2), (3, 1)] {
            let mut glyphs = run("sideways text", 300.0, 300.0, turn);
            glyphs.extend(run("odd", 10.0, 10.0, (turn + 1) % 4));
            let (words, got) = build(&glyphs, |g| !g.blank, (2.0, 2.0));
            assert_eq!(got, needed, "text in direction {turn}");
            assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["sideways", "text", "odd"]);
            assert!(words[0].line == words[1].line && words[1].line != words[2].line);
        }
    }

    #[test]
    fn a_word_on_even_ground_does_not_stand_out() {
        let mut grey = GreyPage::filled(100, 50, 255);
        let word =
            Word { text: "x".to_owned(), rect: Rect::new(10.0, 10.0, 20.0, 10.0), confidence: 1.0, line: 0, block: 0, ..Word::default() };
        assert!(!stands_out(&grey, &word));
        grey.pixels[15 * 100 + 15] = 0;
        assert!(stands_out(&grey, &word));
        let off = Word { rect: Rect::new(-50.0, 500.0, 20.0, 10.0), ..word };
        assert!(!stands_out(&grey, &off));
    }
}
