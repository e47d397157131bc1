//! Printed rules: long thin straight runs of ink, and taking them out of the picture where no stroke crosses.

use crate::model::{GreyPage, Rect, Ruling, RulingKind};

use super::bitmap::Bitmap;

/// A run of ink in one row, small gaps closed; `end` is exclusive.
#[derive(Clone, Copy)]
struct Run {
    y: usize,
    start: usize,
    end: usize,
}

/// The rules of a straightened page, horizontal ones first, each from top to bottom. `dpi` is that of the bitmap's cells; rules shorter
/// than `least` inches are left out.
pub(super) fn find(page: &GreyPage, threshold: u8, bitmap: &Bitmap, columns: &Bitmap, dpi: f32, least: f32) -> Vec<Ruling> {
    let scale = bitmap.factor as f32;
    let across = lines(bitmap, dpi, least)
        .into_iter()
        .map(|r| Ruling { kind: RulingKind::Horizontal, rect: Rect::new(r.x * scale, r.y * scale, r.w * scale, r.h * scale) });
    let mut all: Vec<_> = across.collect();
    all.extend(
        lines(columns, dpi, least)
            .into_iter()
            .map(|r| Ruling { kind: RulingKind::Vertical, rect: Rect::new(r.y * scale, r.x * scale, r.h * scale, r.w * scale) }),
    );
    all.retain(|ruling| is_thin(page, threshold, ruling, dpi * scale));
    all
}

/// Looks at the candidate in the page's own pixels: a rule is of one thickness and hardly broken, while a row of small bold letters has
/// stems and gaps.
pub(super) fn is_thin(page: &GreyPage, threshold: u8, ruling: &Ruling, dpi: f32) -> bool {
    let profile = Profile::of(page, threshold, ruling, 1);
    let mut lengths: Vec<i64> = profile.runs.iter().flatten().map(|run| run.1).collect();
    lengths.sort_unstable();
    let Some(&usual) = lengths.get(lengths.len() / 2) else { return false };
    let play = (usual / 4).max(if dpi > 250.0 { 2 } else { 1 });
    let even = lengths.iter().filter(|&&n| n.abs_diff(usual) <= play.unsigned_abs()).count();
    // Copies break long rules; a short one has to be whole.
    let whole = if profile.runs.len() as f32 > 1.5 * dpi { 80 } else { 92 };
    usual as f32 <= 0.06 * dpi && lengths.len() * 100 >= profile.runs.len() * whole && even * 100 >= lengths.len() * 65
}

/// The runs of ink across a rule, at each point along it.
struct Profile {
    horizontal: bool,
    from: i64,
    /// Start (across) and length of the run that the rule's hull meets; `None` where there is no ink.
    runs: Vec<Option<(i64, i64)>>,
}

impl Profile {
    /// Follows `ruling`, looking `margin` pixels beyond its hull.
    fn of(page: &GreyPage, threshold: u8, ruling: &Ruling, margin: i64) -> Self {
        const FAR: i64 = 64;
        let horizontal = ruling.kind == RulingKind::Horizontal;
        let r = &ruling.rect;
        let ((from, to), (low, high)) =
            if horizontal { ((r.x, r.right()), (r.y, r.bottom())) } else { ((r.y, r.bottom()), (r.x, r.right())) };
        let (from, to, low, high) = (from as i64, to as i64, low as i64 - margin, high as i64 + margin);
        let dark = |a: i64, c: i64| if horizontal { page.at(a, c) < threshold } else { page.at(c, a) < threshold };
        let run = |a: i64| {
            let mut start = (low..high).find(|&c| dark(a, c))?;
            let mut end = start;
            while end - start < FAR && dark(a, end) {
                end += 1;
            }
            while end - start < FAR && dark(a, start - 1) {
                start -= 1;
            }
            Some((start, end - start))
        };
        Self { horizontal, from, runs: (from..to).map(run).collect() }
    }
}

/// Long thin runs of ink across the picture, in its cells; `least` in inches.
pub(super) fn lines(bitmap: &Bitmap, dpi: f32, least: f32) -> Vec<Rect> {
    let cells = |inches: f32| (inches * dpi).round().max(1.0) as usize;
    let (least_run, least_line, gap, thick) = (cells(least.min(0.17)), cells(least), cells(0.012), cells(0.05));
    let mut runs: Vec<Run> = Vec::new();
    let mut parent: Vec<usize> = Vec::new();
    let mut row: Vec<Run> = Vec::new();
    let mut open: Vec<usize> = Vec::new(); // runs of the last rows that can still be continued
    for y in 0..bitmap.height {
        row.clear();
        bitmap.runs(y, |start, end| match row.last_mut() {
            Some(last) if start - last.end <= gap => last.end = end,
            _ => row.push(Run { y, start, end }),
        });
        open.retain(|&i| runs[i].y + 3 > y);
        for run in row.iter().copied().filter(|r| r.end - r.start >= least_run) {
            let i = runs.len();
            runs.push(run);
            parent.push(i);
            for &j in &open {
                let other = runs[j];
                if run.start <= other.end + 8 && other.start <= run.end + 8 {
                    let (a, b) = (root(&mut parent, i), root(&mut parent, j));
                    parent[a.max(b)] = a.min(b);
                }
            }
            open.push(i);
        }
    }
    let mut slot = vec![usize::MAX; runs.len()];
    let mut hulls: Vec<(Rect, usize)> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let r = root(&mut parent, i);
        let rect = Rect::new(run.start as f32, run.y as f32, (run.end - run.start) as f32, 1.0);
        match hulls.get_mut(slot[r]) {
            Some((hull, area)) => (*hull, *area) = (hull.union(&rect), *area + run.end - run.start),
            None => {
                slot[r] = hulls.len();
                hulls.push((rect, run.end - run.start));
            }
        }
    }
    // A rule is thin: on average, and in its hull once a slight lean is allowed for.
    let mut found: Vec<Rect> = hulls
        .into_iter()
        .filter(|(h, area)| *area as f32 / h.w <= thick as f32 && h.h <= thick as f32 + h.w * 0.012)
        .map(|(h, _)| h)
        .filter(|h| stands_free(bitmap, h))
        .collect();
    join_pieces(&mut found, dpi);
    found.retain(|h| h.w >= least_line as f32);
    found.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    found
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

/// Most of the line has paper above and below: not so the rows of bold letters or the edge of a solid bar.
fn stands_free(bitmap: &Bitmap, h: &Rect) -> bool {
    let (x0, x1) = (h.x as usize, h.right() as usize);
    let clear = |y: Option<usize>| match y {
        Some(y) if y < bitmap.height => bitmap.row(y)[x0..x1].iter().filter(|&&c| c == 0).count() * 10 >= (x1 - x0) * 6,
        _ => true,
    };
    let (top, bottom) = (h.y as usize, h.bottom() as usize);
    (clear(top.checked_sub(2)) || clear(top.checked_sub(4))) && (clear(Some(bottom + 1)) || clear(Some(bottom + 3)))
}

/// Pieces of one broken line that follow each other become one.
fn join_pieces(found: &mut Vec<Rect>, dpi: f32) {
    found.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut joined: Vec<Rect> = Vec::new();
    for rect in found.drain(..) {
        let follows = |line: &Rect| {
            let gap = rect.x - line.right();
            gap <= 0.12 * dpi && gap > -0.2 * dpi && rect.y <= line.bottom() + 2.0 && line.y <= rect.bottom() + 2.0
        };
        match joined.iter_mut().find(|line| follows(line)) {
            Some(line) => *line = line.union(&rect),
            None => joined.push(rect),
        }
    }
    *found = joined;
}

/// Whitens the rules, leaving every place where a stroke touches them.
///
/// At each point along the rule the run of ink across it is measured: as thin as the rule, it is the rule; thicker, a letter crosses.
pub(super) fn erase(page: &mut GreyPage, rulings: &[Ruling], threshold: u8, dpi: f32) {
    let (w, h) = (i64::from(page.width), i64::from(page.height));
    let margin = (0.01 * dpi).ceil() as i64;
    for ruling in rulings {
        let Profile { horizontal, from, runs } = Profile::of(page, threshold, ruling, margin);
        let mut lengths: Vec<i64> = runs.iter().flatten().map(|r| r.1).collect();
        if lengths.is_empty() {
            continue;
        }
        lengths.sort_unstable();
        let usual = lengths[lengths.len() / 3];
        for (a, run) in (from..).zip(&runs) {
            let Some((start, length)) = *run else { continue };
            if length > usual + 2 {
                continue;
            }
            // One pixel more each way for the soft edge.
            for c in start - 1..start + length + 1 {
                let (x, y) = if horizontal { (a, c) } else { (c, a) };
                if x >= 0 && y >= 0 && x < w && y < h {
                    page.pixels[(y * w + x) as usize] = 255;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for row in y..y + h {
            for col in x..x + w {
                page.pixels[(row * page.width + col) as usize] = 0;
            }
        }
    }

    fn found_in(page: &GreyPage) -> Vec<Ruling> {
        let bitmap = Bitmap::of(page, 2, 128);
        find(page, 128, &bitmap, &bitmap.transposed(), 150.0, 0.4)
    }

    fn form() -> GreyPage {
        let mut page = GreyPage::filled(1200, 900, 255);
        draw(&mut page, 100, 100, 900, 3); // a rule
        draw(&mut page, 100, 100, 3, 500); // a vertical rule
        draw(&mut page, 100, 300, 400, 2); // a broken rule …
        draw(&mut page, 520, 301, 400, 2); // … goes on
        draw(&mut page, 100, 700, 60, 3); // too short
        draw(&mut page, 300, 760, 600, 60); // a solid bar
        for i in 0..40 {
            draw(&mut page, 200 + i * 18, 500, 6, 24); // letters
        }
        page
    }

    #[test]
    fn finds_rules_alone() {
        let form = form();
        let found = found_in(&form);
        let kinds: Vec<_> = found
            .iter()
            .map(|r| (r.kind, (r.rect.x / 10.0).round() as i32, (r.rect.right() / 10.0).round() as i32, (r.rect.y / 10.0).round() as i32))
            .collect();
        assert_eq!(
            kinds,
            [(RulingKind::Horizontal, 10, 100, 10), (RulingKind::Horizontal, 10, 92, 30), (RulingKind::Vertical, 10, 10, 10)]
        );
    }

    #[test]
    fn erasing_leaves_crossing_strokes() {
        let mut page = form();
        draw(&mut page, 400, 90, 4, 40); // a stroke through the first rule
        let rulings = found_in(&page);
        erase(&mut page, &rulings, 128, 300.0);
        assert_eq!((page.at(300, 101), page.at(700, 302), page.at(101, 400)), (255, 255, 255));
        assert_eq!((page.at(401, 101), page.at(203, 510), page.at(400, 790), page.at(120, 701)), (0, 0, 0, 0));
    }
}
