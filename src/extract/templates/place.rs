//! Finding a form on a page: its fixed text is looked for under the error model of labels, and a map from the form to the page is fitted
//! to where it was found.
//!
//! A piece of text may stand on a page more than once, and a word that was read badly nowhere. So maps are tried out that two pieces fix
//! (turn, size, place), the map that most pieces bear out is fitted to all of these by least squares, and only if enough of them then lie
//! where the map puts them is the page taken for the form (`config/templates.toml` says how many, and how near). The work is bounded for each
//! form: places of a piece and pairs tried out are limited, and the page's runs of words are looked up by their first letter.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::{Anchor, Template};
use super::{Registration, Templates};
use crate::extract::demographics::text::Wording;
use crate::model::{Affine, PageLayout, Rect};

/// Places of one piece that are looked at, the likest first.
const PLACES: usize = 6;
/// Maps that are tried out for one form.
const TRIALS: usize = 600;
/// Two pieces nearer than this share of the paper's width do not fix a map.
const APART: f64 = 0.2;
/// A map that two pieces fix is off elsewhere by more than one that all of them do: it is given so much more room.
const ROOM: f32 = 2.5;
/// The longest run of words that is compared.
const LONGEST: usize = 10;

/// A form found on a page.
pub(crate) struct Placed<'t> {
    /// The form.
    pub template: &'t Template,
    /// Index of the page in the document.
    pub page: usize,
    /// From the form's inches to the page's pixels.
    pub map: Affine,
    /// How much of the fixed text was found in its place and how well it matched, 0.0–1.0.
    pub strength: f32,
    /// Words of the fixed text.
    pub fixed: BTreeSet<usize>,
    /// The words of the longest piece found.
    pub loudest: Vec<usize>,
}

/// A run of words of one line.
struct Run {
    wording: Wording,
    words: Vec<usize>,
    middle: (f64, f64),
}

/// Where a piece may stand.
struct Seen<'r> {
    run: &'r Run,
    similarity: f32,
}

/// The form of which most is found on a page, if there is one.
pub(crate) fn place<'t>(page: &PageLayout, at: usize, templates: &'t Templates) -> Option<Placed<'t>> {
    if templates.all.is_empty() || page.reading.words.is_empty() {
        return None;
    }
    let lengths: BTreeSet<usize> =
        templates.all.iter().flat_map(|t| &t.anchors).flat_map(|a| [a.words - 1, a.words, a.words + 1]).collect();
    let runs = runs(page, &lengths);
    let mut best: Option<Placed<'t>> = None;
    for template in &templates.all {
        if let Some(placed) = fit(page, at, template, &runs, &templates.registration)
            && best.as_ref().is_none_or(|b| worth(&placed) > worth(b))
        {
            best = Some(placed);
        }
    }
    best
}

/// Of two forms on one page, the one of which more text was found: a later version has all of the earlier one's and some of its own.
fn worth(placed: &Placed<'_>) -> f32 {
    placed.strength * (placed.template.anchors.len() as f32).sqrt()
}

/// Every run of so many words of a line, by the first letter of its folded look-alike.
fn runs(page: &PageLayout, lengths: &BTreeSet<usize>) -> BTreeMap<char, Vec<Run>> {
    let mut runs: BTreeMap<char, Vec<Run>> = BTreeMap::new();
    for line in &page.lines {
        let words: Vec<usize> = line.segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()).collect();
        for &length in lengths.iter().filter(|l| (1..=LONGEST).contains(*l)) {
            for window in words.windows(length) {
                let wording = Wording::new(&page.text_of(window));
                let (Some(initial), Some(rect)) = (wording.initial(), page.hull(window)) else { continue };
                let middle = (f64::from(rect.center_x()), f64::from(rect.center_y()));
                runs.entry(initial).or_default().push(Run { wording, words: window.to_vec(), middle });
            }
        }
    }
    runs
}

fn fit<'t>(
    page: &PageLayout,
    at: usize,
    template: &'t Template,
    runs: &BTreeMap<char, Vec<Run>>,
    limits: &Registration,
) -> Option<Placed<'t>> {
    let fewest = limits.fewest.max((limits.share * template.anchors.len() as f32).ceil() as usize);
    let seen: Vec<(&Anchor, Vec<Seen<'_>>)> = template
        .anchors
        .iter()
        .map(|anchor| (anchor, places(page, template, anchor, runs)))
        .filter(|(_, places)| !places.is_empty())
        .collect();
    if seen.len() < fewest {
        return None;
    }
    let plain = f64::from(page.reading.width) / template.paper[0];
    let tolerance = f64::from(limits.tolerance * page.unit);
    let sound = |map: &Affine| {
        let (across, down) = ((map.m[0].hypot(map.m[3])) / plain, (map.m[1].hypot(map.m[4])) / plain);
        let turn = map.m[3].atan2(map.m[0]).to_degrees().abs();
        [across, down].iter().all(|size| (limits.size[0]..=limits.size[1]).contains(size)) && turn <= limits.turn
    };
    let (mut best, mut trials): (Option<(f32, Affine)>, usize) = (None, 0);
    // Pieces that stand in few places, and long ones, first: they fix the right map soonest.
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|&k| (seen[k].1.len(), usize::MAX - seen[k].0.wording.folded().len()));
    'trials: for (rank, &second) in order.iter().enumerate() {
        for &first in &order[..rank] {
            let (a, b) = (seen[first].0.middle, seen[second].0.middle);
            if (b.0 - a.0).hypot(b.1 - a.1) < APART * template.paper[0] {
                continue;
            }
            for p in &seen[first].1 {
                for q in &seen[second].1 {
                    trials += 1;
                    if trials > TRIALS {
                        break 'trials;
                    }
                    let Some(map) = similarity(&[(a, p.run.middle), (b, q.run.middle)]).filter(sound) else { continue };
                    let score: f32 = borne_out(&seen, &map, tolerance * f64::from(ROOM)).iter().map(|(_, s)| s.similarity).sum();
                    if best.is_none_or(|(b, _)| score > b + 1e-4) {
                        best = Some((score, map));
                    }
                }
            }
        }
    }
    let (_, mut map) = best?;
    for room in [f64::from(ROOM), 1.5, 1.0] {
        let pairs: Vec<_> = borne_out(&seen, &map, tolerance * room).iter().map(|(a, s)| (a.middle, s.run.middle)).collect();
        map = affine(&pairs).or_else(|| similarity(&pairs)).filter(sound)?;
    }
    let borne = borne_out(&seen, &map, tolerance);
    if borne.len() < fewest {
        return None;
    }
    let sum: f32 = borne.iter().map(|(_, s)| s.similarity).sum();
    let loudest = borne.iter().max_by_key(|(a, _)| a.wording.folded().len()).map(|(_, s)| s.run.words.clone()).unwrap_or_default();
    Some(Placed {
        template,
        page: at,
        map,
        strength: (sum / template.anchors.len() as f32).clamp(0.0, 1.0),
        fixed: borne.iter().flat_map(|(_, s)| s.run.words.iter().copied()).collect(),
        loudest,
    })
}

/// Where a piece may stand: the likest places, of equally good ones those nearest to where a plain copy of the form would have it.
fn places<'r>(page: &PageLayout, template: &Template, anchor: &Anchor, runs: &'r BTreeMap<char, Vec<Run>>) -> Vec<Seen<'r>> {
    let Some(near) = anchor.wording.initial().and_then(|c| runs.get(&c)) else { return Vec::new() };
    let expected = (
        anchor.middle.0 / template.paper[0] * f64::from(page.reading.width),
        anchor.middle.1 / template.paper[1] * f64::from(page.reading.height),
    );
    let far = |run: &Run| (run.middle.0 - expected.0).hypot(run.middle.1 - expected.1);
    let mut places: Vec<Seen<'r>> = near
        .iter()
        .map(|run| Seen { run, similarity: anchor.wording.similarity(&run.wording) })
        .filter(|seen| seen.similarity > 0.0)
        .collect();
    places.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(far(a.run).total_cmp(&far(b.run))));
    places.truncate(PLACES);
    places
}

/// The pieces that stand where a map puts them, each in its nearest place.
fn borne_out<'s, 'r>(seen: &'s [(&'s Anchor, Vec<Seen<'r>>)], map: &Affine, tolerance: f64) -> Vec<(&'s Anchor, &'s Seen<'r>)> {
    let nearest = |(anchor, places): &'s (&'s Anchor, Vec<Seen<'r>>)| {
        let (x, y) = map.apply(anchor.middle.0, anchor.middle.1);
        let far = |seen: &Seen<'_>| (seen.run.middle.0 - x).hypot(seen.run.middle.1 - y);
        let place = places.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
        (far(place) <= tolerance).then_some((*anchor, place))
    };
    seen.iter().filter_map(nearest).collect()
}

type Pair = ((f64, f64), (f64, f64));

/// Middles of both sides.
fn middles(pairs: &[Pair]) -> Pair {
    let n = pairs.len().max(1) as f64;
    let sum = pairs.iter().fold([0.0; 4], |s, (p, q)| [s[0] + p.0, s[1] + p.1, s[2] + q.0, s[3] + q.1]);
    ((sum[0] / n, sum[1] / n), (sum[2] / n, sum[3] / n))
}

fn around((p, q): Pair, [a, b, d, e]: [f64; 4]) -> Option<Affine> {
    let m = [a, b, q.0 - a * p.0 - b * p.1, d, e, q.1 - d * p.0 - e * p.1];
    m.iter().all(|v| v.is_finite()).then_some(Affine { m })
}

/// The turn, size and place that come nearest to all pairs, in the sense of least squares.
fn similarity(pairs: &[Pair]) -> Option<Affine> {
    if pairs.len() < 2 {
        return None;
    }
    let (pm, qm) = middles(pairs);
    let (mut square, mut re, mut im) = (0.0, 0.0, 0.0);
    for (p, q) in pairs {
        let (px, py, qx, qy) = (p.0 - pm.0, p.1 - pm.1, q.0 - qm.0, q.1 - qm.1);
        square += px * px + py * py;
        re += px * qx + py * qy;
        im += px * qy - py * qx;
    }
    around((pm, qm), [re / square, -im / square, im / square, re / square])
}

/// The affine map that comes nearest to all pairs; `None` where they lie too near to one line to tell.
fn affine(pairs: &[Pair]) -> Option<Affine> {
    if pairs.len() < 6 {
        return None;
    }
    let (pm, qm) = middles(pairs);
    let (mut xx, mut xy, mut yy, mut qx, mut qy) = (0.0, 0.0, 0.0, [0.0; 2], [0.0; 2]);
    for (p, q) in pairs {
        let (x, y) = (p.0 - pm.0, p.1 - pm.1);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        for (sums, v) in [(&mut qx, q.0 - qm.0), (&mut qy, q.1 - qm.1)] {
            sums[0] += x * v;
            sums[1] += y * v;
        }
    }
    let det = xx * yy - xy * xy;
    // A twentieth of what points spread alike in both directions would have.
    if det < 0.0125 * (xx + yy) * (xx + yy) {
        return None;
    }
    let solve = |s: [f64; 2]| [(s[0] * yy - s[1] * xy) / det, (s[1] * xx - s[0] * xy) / det];
    let ([a, b], [d, e]) = (solve(qx), solve(qy));
    around((pm, qm), [a, b, d, e])
}

/// A box of the form on the page.
pub(crate) fn on_page(map: &Affine, rect: &Rect) -> Rect {
    map.hull(rect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::templates::draw::Template;
    use crate::extract::testing::typed;

    fn limits() -> Registration {
        Registration::parse(include_str!("../../../config/templates.toml")).unwrap()
    }

    /// A form of a 1000 × 1400 page with these pieces, drawn from where `typed` puts them.
    pub(crate) fn drawn(pieces: &[(&str, f64, f64)]) -> Templates {
        let mut text = "name = \"form\"\nkind = \"51851-4\"\npaper = [10.0, 14.0]\n".to_owned();
        for (piece, column, row) in pieces {
            // Letters are 10 wide and words 20 high, rows 30 apart, from 20, 20.
            let at = [(20.0 + 10.0 * column) / 10.0, (20.0 + 30.0 * row) / 14.0, piece.len() as f64, 20.0 / 14.0];
            text.push_str(&format!("[[anchor]]\ntext = \"{piece}\"\nat = {at:?}\n"));
        }
        let (template, findings) = Template::read("form.toml", &text, 3, &crate::extract::demographics::tests::lists());
        Templates { registration: limits(), all: vec![template.unwrap_or_else(|| panic!("{findings:?}"))] }
    }

    const PIECES: [(&str, f64, f64); 6] = [
        ("Registration", 10.0, 0.0),
        ("Birth date", 0.0, 4.0),
        ("Address", 40.0, 4.0),
        ("Employer", 0.0, 12.0),
        ("Signature", 40.0, 20.0),
        ("Form 12", 0.0, 24.0),
    ];

    fn text(left: usize, top: usize, shown: &[(&str, f64, f64)]) -> String {
        let rows = 26 + top;
        let mut lines = vec![String::new(); rows];
        for (piece, column, row) in shown {
            let line = &mut lines[*row as usize + top];
            *line = format!("{line:width$}{piece}", width = *column as usize + left);
        }
        lines.join("\n")
    }

    #[test]
    fn a_form_is_found_where_it_lies() {
        let templates = drawn(&PIECES);
        for (left, top) in [(0, 0), (3, 2)] {
            let page = typed(&text(left, top, &PIECES));
            let placed = place(&page, 0, &templates).unwrap();
            let (x, y) = placed.map.apply(0.2, 0.2);
            let want = (20.0 + 10.0 * left as f64, 20.0 + 30.0 * top as f64);
            assert!((x - want.0).abs() < 2.0 && (y - want.1).abs() < 2.0, "{x} {y}");
            assert!(placed.strength > 0.99);
        }
    }

    #[test]
    fn pieces_that_stand_elsewhere_or_twice_do_not_mislead() {
        let templates = drawn(&PIECES);
        let mut shown = PIECES.to_vec();
        shown[3].2 = 15.0;
        shown.push(("Address", 50.0, 22.0));
        let page = typed(&text(0, 0, &shown));
        let placed = place(&page, 0, &templates).unwrap();
        let (x, y) = placed.map.apply(4.2, 6.2);
        assert!((x - 420.0).abs() < 3.0 && (y - 620.0).abs() < 3.0, "{x} {y}");
        assert!((placed.strength - 5.0 / 6.0).abs() < 0.01);
    }

    #[test]
    fn another_paper_is_not_taken_for_the_form() {
        let templates = drawn(&PIECES);
        // Too little of it.
        assert!(place(&typed(&text(0, 0, &PIECES[..3])), 0, &templates).is_none());
        // All the words, in other places.
        let elsewhere: Vec<(&str, f64, f64)> = PIECES.iter().enumerate().map(|(k, p)| (p.0, 0.0, 2.0 * ((k * 5) % 6) as f64)).collect();
        assert!(place(&typed(&text(0, 0, &elsewhere)), 0, &templates).is_none());
        assert!(place(&typed(""), 0, &templates).is_none());
    }

    #[test]
    fn turns_and_sizes_are_recovered() {
        let truth = Affine { m: [98.0, -3.0, 12.0, 3.2, 101.0, -7.0] };
        let pairs: Vec<Pair> =
            [(1.0, 1.0), (7.0, 1.5), (1.2, 9.0), (7.5, 10.0), (4.0, 5.0), (2.0, 7.0)].map(|p| (p, truth.apply(p.0, p.1))).to_vec();
        let fitted = affine(&pairs).unwrap();
        assert!(fitted.m.iter().zip(truth.m).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!(affine(&pairs.iter().map(|(p, q)| ((p.0, 1.0), *q)).collect::<Vec<_>>()).is_none(), "one line");
        assert!(similarity(&pairs[..1]).is_none());
        assert!(similarity(&[pairs[0], pairs[0]]).is_none());
    }
}
