//! Raw pages to upright, straight grey pages as the engine likes them, with what pixels alone tell: empty?, rules, checkboxes, bar codes.
//! Pure functions of pixels. Leaves the decision which way is up to the pipeline, which asks the engine.
//!
//! The order: turn; square pixels and a resolution of 130–330 dpi; the scanner's bed; light, contrast, salt and pepper, scratches, each
//! only where a measure says that the page needs it; straighten; find rules, squares and bar codes; take squares, dirt and leaders out of
//! the engine's picture. Every step gives the map back to the pixels before it, so that boxes can be told in percent of the page as
//! stored, and what was done stands in `treatments`.

mod barcodes;
mod bitmap;
mod blank;
mod checkboxes;
mod circles;
mod combs;
mod inverse;
mod leaders;
mod light;
mod rulings;
mod skew;
mod specks;
mod stripes;
mod warp;

use serde::{Deserialize, Serialize};

use crate::model::{Affine, CheckBox, GreyPage, QuarterTurn, RawPage, Rect, Ruling, Treatment};

pub use barcodes::{Barcode, BarcodeKind};
pub use combs::Comb;

use bitmap::{Darkest, Piece, pieces};
use light::Light;

/// What may be set of the preparation of pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImagingSettings {
    /// Pages below this resolution are scaled up, dots per inch.
    pub min_dpi: f32,
    /// Pages well above this resolution are scaled down to it, dots per inch.
    pub max_dpi: f32,
    /// Skew is looked for up to this angle each way, degrees; 0 leaves pages as they lie.
    pub max_skew: f32,
    /// Uneven light is evened out where the paper's brightness differs by more grey levels than this; 255 leaves it as it is.
    pub uneven: u8,
    /// Contrast is raised where ink and paper are fewer grey levels apart than this; 0 leaves it as it is.
    pub faint: u8,
    /// The same where the paper's shade varies by more grey levels than this (standard deviation).
    pub noise: f32,
    /// Salt and pepper are taken out where a thousand pixels hold more lone dark ones than this.
    pub specks: f32,
    /// Whether scratches and the specks of copiers are taken out of pages that have many.
    pub remove_dirt: bool,
    /// Shortest printed rule, inches.
    pub least_rule: f32,
    /// Share of a checkbox's inside that must be ink for it to be ticked, 0.0–1.0.
    pub ticked: f32,
    /// Whether printed rules are taken out of the picture that the engine reads.
    pub erase_rules: bool,
    /// Whether checkboxes are taken out of it: the engine reads them as letters.
    pub erase_checkboxes: bool,
    /// Whether dot leaders and dashed rules are taken out of it. Words beside a leader are garbage to the engine.
    pub erase_leaders: bool,
    /// Whether the dividers of comb fields are taken out of the picture that the engine reads.
    pub erase_combs: bool,
    /// Whether loops drawn around printed words are taken out of it: a word in a loop is garbage to the engine.
    pub erase_circles: bool,
    /// Bar code texts that make a page a separator sheet; one that ends in `*` stands for all that begin so.
    pub separators: Vec<String>,
}

impl Default for ImagingSettings {
    fn default() -> Self {
        Self {
            min_dpi: 130.0,
            max_dpi: 300.0,
            max_skew: 10.0,
            uneven: 45,
            faint: 110,
            noise: 2.5,
            specks: 0.8,
            remove_dirt: true,
            least_rule: 0.4,
            ticked: 0.1,
            erase_rules: false,
            erase_checkboxes: true,
            erase_combs: true,
            erase_circles: true,
            erase_leaders: true,
            separators: vec!["PATCHT".into(), "DOCSEP*".into()],
        }
    }
}

impl ImagingSettings {
    /// Whether a bar code with this text parts documents.
    pub fn is_separator(&self, text: &str) -> bool {
        self.separators.iter().any(|s| match s.strip_suffix('*') {
            Some(start) => text.starts_with(start),
            None => text == s,
        })
    }
}

/// An upright page and what was measured of it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The upright, straight page.
    pub page: GreyPage,
    /// Its resolution, dots per inch, the same both ways.
    pub dpi: f32,
    /// From pixels of `page` to percent of the page as stored.
    pub to_source: Affine,
    /// Quarter turns that were made, those of the source's tags included.
    pub turn: QuarterTurn,
    /// Skew that was taken out, degrees, positive is clockwise.
    pub skew_degrees: f32,
    /// Share of dark pixels, 0.0–1.0.
    pub ink: f32,
    /// Whether the source had two shades only.
    pub bilevel: bool,
    /// Surely an empty sheet.
    pub blank: bool,
    /// Nearly nothing on it: an empty sheet if the engine finds no word.
    pub nearly_blank: bool,
    /// Whether lines of writing run down the page; `None` where it cannot be told.
    pub sideways: Option<bool>,
    /// Whether the ink tells that the page, as it is now, is upright.
    pub sure_turn: bool,
    /// Printed rules.
    pub rulings: Vec<Ruling>,
    /// Printed squares.
    pub checkboxes: Vec<CheckBox>,
    /// Fields of one character a cell.
    pub combs: Vec<Comb>,
    /// What loops drawn by a pen shut in, pixels of `page`.
    pub circles: Vec<Rect>,
    /// Shades below this are ink.
    pub threshold: u8,
    /// Bar codes of pages that look like separator sheets.
    pub barcodes: Vec<Barcode>,
    /// Hulls of what has the size of letters, pixels of `page`, from top to bottom.
    pub letters: Vec<Rect>,
    /// What was done to the picture, in order.
    pub treatments: Vec<Treatment>,
}

/// Turns, scales, cleans, straightens and measures a page. `turn` is made after the turn that the source's tags ask for; without one, the
/// page is turned as its ink tells, where that is sure.
///
/// Never fails: a page without pixels comes back blank.
pub fn prepare(raw: &RawPage, turn: Option<QuarterTurn>, settings: &ImagingSettings) -> Prepared {
    let asked = turn;
    let mut turn = QuarterTurn::from_quarters(raw.tagged_turn).and(turn.unwrap_or_default());
    let percent = Affine::scale(100.0 / f64::from(raw.grey.width.max(1)), 100.0 / f64::from(raw.grey.height.max(1)));
    let bilevel = light::is_bilevel(&raw.grey);
    let (page, map) = warp::quarter_turn(raw.grey.clone(), turn);
    let mut to_source = map.then(&percent);
    let (dpi_x, dpi_y) = resolution(&page, raw.dpi, turn);
    let dpi = target(dpi_x, dpi_y, settings);
    let side = |pixels: u32, from: f32| (f64::from(pixels) * f64::from(dpi) / f64::from(from)).round().clamp(1.0, 30_000.0) as u32;
    let (width, height) = (side(page.width, dpi_x), side(page.height, dpi_y));
    let before = (page.width, page.height);
    let (mut page, map) = warp::resize(page, width, height);
    to_source = map.then(&to_source);
    // A page that was not squeezed may be a little off the target by rounding; its own figure is truer.
    let dpi = if (dpi_x - dpi_y).abs() < 0.5 && (width, height) == (raw.grey.width, raw.grey.height) { dpi_x } else { dpi };

    let mut done = Vec::new();
    if (width, height) != before {
        done.push(Treatment::Scaled);
    }
    let mut light = Light::measure(&page);
    let bed = light::whiten_bed(&mut page, &mut light, (0.08 * dpi) as usize);
    if bed {
        done.push(Treatment::Bed);
    }
    // The paper has to be as white as the bed was made and as the corners that straightening adds: the engine parts ink from paper at one
    // shade for the whole page, and grey paper beside white ground would count as ink.
    if !bilevel && (bed || light.spread() > settings.uneven) && settings.uneven < u8::MAX {
        light.even_out(&mut page);
        done.push(Treatment::Light);
    } else if !bilevel && light.paper() < 250 {
        light.stretch(&mut page);
    }
    if !bilevel && light::raise_contrast(&mut page, &mut light, settings.faint, settings.noise) {
        done.push(Treatment::Contrast);
    }
    let threshold = light::threshold(&page, light.paper());
    if light::specks(&page, threshold) > settings.specks {
        // Twice, for grains that touch.
        light::remove_salt(&mut page, 1);
        light::remove_salt(&mut page, 1);
        done.push(Treatment::Salt);
    }
    let factor = (dpi / 150.0).round().max(1.0) as usize;
    let mut darkest = Darkest::of(&page, factor);
    // Before straightening: scratches run along the machine, not along the sheet.
    if settings.remove_dirt && specks::remove_scratches(&mut page, &darkest.below(threshold), threshold) > 0 {
        done.push(Treatment::Scratches);
        darkest = Darkest::of(&page, factor);
    }
    let mut skew_degrees = 0.0;
    if settings.max_skew > 0.0 {
        let lean = skew::angle(&darkest.below(threshold), settings.max_skew);
        if straighten(&mut page, &mut to_source, lean, &mut done) {
            skew_degrees = lean;
            darkest = Darkest::of(&page, factor);
        }
    }

    let mut bitmap = darkest.below(threshold);
    let cell_dpi = dpi / factor as f32;
    let mut all = pieces(&bitmap);
    let mut marks = blank::marks(&all, &bitmap, cell_dpi);
    let mut lie = skew::lie(&marks.letters);
    if let (None, Some(more)) = (asked, lie.turn.filter(|more| *more != QuarterTurn::None)) {
        let (upright, map) = warp::quarter_turn(page, more);
        page = upright;
        to_source = map.then(&to_source);
        turn = turn.and(more);
        darkest = Darkest::of(&page, factor);
        // Lines that ran down showed no skew while the page lay on its side.
        let lean = if skew_degrees == 0.0 && settings.max_skew > 0.0 && more != QuarterTurn::Half {
            skew::angle(&darkest.below(threshold), settings.max_skew)
        } else {
            0.0
        };
        if straighten(&mut page, &mut to_source, lean, &mut done) {
            skew_degrees = lean;
            darkest = Darkest::of(&page, factor);
        }
        bitmap = darkest.below(threshold);
        all = pieces(&bitmap);
        marks = blank::marks(&all, &bitmap, cell_dpi);
        lie = skew::Lie { sideways: Some(false), turn: Some(QuarterTurn::None) };
    }
    let blank = page.pixels.is_empty() || marks.nothing();
    let (mut rulings, mut checkboxes, mut barcodes) = (vec![], vec![], vec![]);
    let (mut combs, mut circles) = (vec![], vec![]);
    if !blank {
        // Thin lines are blurred to grey: what is well darker than paper counts.
        let threshold = threshold.max((u32::from(light.paper()) * 64 / 100) as u8);
        let all_ink = bitmap;
        let bitmap = darkest.below(threshold);
        let columns = bitmap.transposed();
        rulings = rulings::find(&page, threshold, &bitmap, &columns, cell_dpi, settings.least_rule);
        checkboxes = checkboxes::find(&page, threshold, &bitmap, &columns, cell_dpi, settings.ticked);
        combs = combs::find(&page, threshold, &bitmap, &columns, cell_dpi);
        let loops = circles::find(&all_ink, cell_dpi, &combs);
        circles = loops.iter().map(|found| found.inside).collect();
        barcodes = barcodes::find(&page, &bitmap, &all, &marks, cell_dpi);
        let mut erased = |treatment, any: bool| {
            if any {
                done.push(treatment)
            }
        };
        erased(Treatment::Inverse, inverse::restore(&mut page, factor, dpi, threshold) > 0);
        erased(Treatment::BarCodes, stripes::erase(&mut page, &all, cell_dpi, factor) > 0);
        if settings.erase_checkboxes {
            erased(Treatment::Checkboxes, checkboxes::erase(&mut page, &checkboxes, threshold) > 0);
        }
        if settings.remove_dirt {
            erased(Treatment::Specks, specks::remove(&mut page, &all_ink, &all, cell_dpi) > 0);
        }
        if settings.erase_leaders {
            erased(Treatment::Leaders, leaders::erase(&mut page, threshold, dpi) > 0);
        }
        if settings.erase_combs {
            let dividers: Vec<Ruling> = combs.iter().flat_map(|comb| comb.dividers.iter().copied()).collect();
            rulings::erase(&mut page, &dividers, threshold, dpi);
            erased(Treatment::Combs, !dividers.is_empty());
        }
        if settings.erase_circles {
            circles::erase(&mut page, &all_ink, &loops, cell_dpi);
            erased(Treatment::Circles, !loops.is_empty());
        }
        if settings.erase_rules {
            rulings::erase(&mut page, &rulings, threshold, dpi);
            erased(Treatment::Rules, !rulings.is_empty());
        }
    }
    let scale = factor as f32;
    let rect = |p: &Piece| Rect::new(p.x0 as f32 * scale, p.y0 as f32 * scale, p.width() as f32 * scale, p.height() as f32 * scale);
    // What has been taken out of the picture is no letter that the engine could have overlooked.
    let there = |r: &Rect| {
        let (x0, x1) = (r.x as usize, (r.right() as usize).min(page.width as usize));
        (r.y as u32..(r.bottom() as u32).min(page.height)).any(|y| page.row(y)[x0.min(x1)..x1].iter().any(|&p| p < threshold))
    };
    let letters: Vec<Rect> = marks.letters.iter().map(rect).filter(there).collect();
    Prepared {
        letters,
        ink: page.pixels.iter().filter(|&&p| p < threshold).count() as f32 / page.pixels.len().max(1) as f32,
        sideways: lie.sideways,
        sure_turn: lie.turn == Some(QuarterTurn::None),
        nearly_blank: marks.hardly_anything(),
        page,
        dpi,
        to_source,
        turn,
        skew_degrees,
        bilevel,
        blank,
        rulings,
        checkboxes,
        combs,
        circles,
        threshold,
        barcodes,
        treatments: done,
    }
}

/// Takes a lean out of the page, degrees; one too small to matter stays, and the answer is false.
fn straighten(page: &mut GreyPage, to_source: &mut Affine, lean: f32, done: &mut Vec<Treatment>) -> bool {
    let leans = lean.abs() > 0.1;
    if leans {
        let (straight, map) = warp::rotate(page, -lean);
        *page = straight;
        *to_source = map.then(to_source);
        done.push(Treatment::Straightened);
    }
    leans
}

/// Dots per inch across and down, after the turn: the source's own where it gives a likely size of paper, else guessed from the shape.
fn resolution(page: &GreyPage, told: Option<(f32, f32)>, turn: QuarterTurn) -> (f32, f32) {
    let told = told.map(|(x, y)| if turn.quarters() % 2 == 1 { (y, x) } else { (x, y) });
    let (w, h) = (page.width.max(1) as f32, page.height.max(1) as f32);
    if let Some((x, y)) = told
        && (40.0..=2400.0).contains(&x)
        && (40.0..=2400.0).contains(&y)
    {
        let (inches_x, inches_y) = (w / x, h / y);
        // Cameras and careless programs write 72 or 96 whatever the paper; no chart is 20 inches wide.
        if inches_x.min(inches_y) < 18.0 && inches_x.max(inches_y) < 30.0 && inches_x.max(inches_y) > 1.0 {
            return (x, y);
        }
    }
    // Letter, A4 and legal are all 8.3 to 8.5 inches across.
    let dpi = (w.min(h) / 8.5).clamp(50.0, 1200.0);
    (dpi, dpi)
}

/// The resolution to bring the page to.
fn target(x: f32, y: f32, settings: &ImagingSettings) -> f32 {
    let square = x.max(y);
    if square < settings.min_dpi {
        // Twice or thrice: enough for the engine, and pixels stay in step.
        (square * if square * 2.0 >= settings.min_dpi * 1.3 { 2.0 } else { 3.0 }).min(settings.max_dpi)
    } else if square > settings.max_dpi * 1.1 {
        settings.max_dpi
    } else {
        square
    }
}

/// Cuts a rectangle out of a page, clipped to it.
pub fn crop(page: &GreyPage, rect: &Rect) -> GreyPage {
    warp::crop(page, rect.x.max(0.0) as u32, rect.y.max(0.0) as u32, rect.w.ceil() as u32, rect.h.ceil() as u32)
}

/// The page in another size: the area's average where it shrinks, linear where it grows.
pub fn resized(page: GreyPage, width: u32, height: u32) -> GreyPage {
    warp::resize(page, width, height).0
}

/// The page without its printed rules; strokes that cross them stay.
pub fn without_rules(page: &GreyPage, rulings: &[Ruling], threshold: u8, dpi: f32) -> GreyPage {
    let mut page = page.clone();
    rulings::erase(&mut page, rulings, threshold, dpi);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PageNumber;
    use proptest::prelude::*;

    fn raw(grey: GreyPage, dpi: Option<(f32, f32)>, tagged_turn: u8) -> RawPage {
        RawPage { number: PageNumber::new(1), grey, dpi, tagged_turn, text: None }
    }

    #[test]
    fn resolutions_are_believed_if_they_make_paper() {
        let page = |w, h| GreyPage { width: w, height: h, pixels: vec![] };
        let none = QuarterTurn::None;
        for (size, told, want) in [
            ((2550, 3300), Some((300.0, 300.0)), (300.0, 300.0)),
            ((2550, 3300), None, (300.0, 300.0)),
            ((3300, 2550), None, (300.0, 300.0)),
            ((2550, 3300), Some((72.0, 72.0)), (300.0, 300.0)),
            ((1728, 1078), Some((204.0, 98.0)), (204.0, 98.0)),
            ((2550, 3300), Some((f32::NAN, 0.0)), (300.0, 300.0)),
            ((1050, 675), Some((300.0, 300.0)), (300.0, 300.0)), // a card
        ] {
            assert_eq!(resolution(&page(size.0, size.1), told, none), want, "{size:?} {told:?}");
        }
        assert_eq!(resolution(&page(1078, 1728), Some((204.0, 98.0)), QuarterTurn::Right), (98.0, 204.0));
    }

    #[test]
    fn pages_come_to_a_resolution_the_engine_likes() {
        let s = ImagingSettings::default();
        for (x, y, want) in [
            (300.0, 300.0, 300.0),
            (600.0, 600.0, 300.0),
            (204.0, 98.0, 204.0),
            (90.0, 90.0, 180.0),
            (72.0, 72.0, 216.0),
            (320.0, 320.0, 320.0),
        ] {
            assert_eq!(target(x, y, &s), want);
        }
        let fax = prepare(&raw(GreyPage::filled(1728, 1078, 255), Some((204.0, 98.0)), 0), Some(QuarterTurn::None), &s);
        assert_eq!((fax.page.width, fax.page.height, fax.dpi), (1728, 2244, 204.0));
    }

    #[test]
    fn odd_pages_do_no_harm() {
        let s = ImagingSettings::default();
        for (w, h) in [(0, 0), (1, 1), (3, 2000), (2000, 3), (40, 40), (17, 5000)] {
            for shade in [0, 255] {
                prepare(&raw(GreyPage::filled(w, h, shade), None, 1), Some(QuarterTurn::Half), &s);
            }
        }
    }

    #[test]
    fn separators_match_whole_or_by_their_beginning() {
        let s = ImagingSettings::default();
        for (text, want) in
            [("PATCHT", true), ("PATCHT1", false), ("DOCSEP", true), ("DOCSEP;MRN=1", true), ("00123456", false), ("", false)]
        {
            assert_eq!(s.is_separator(text), want, "{text}");
        }
    }

    /// A page with a dark square at a known place, ruled so that its skew can be found.
    fn ruled(w: u32, h: u32, lean: f32) -> GreyPage {
        let mut page = GreyPage::filled(w, h, 250);
        let slope = lean.to_radians().tan();
        for line in 1..12 {
            for x in w / 10..w * 9 / 10 {
                let y = (h * line / 12) as f32 + (x as f32 - w as f32 / 2.0) * slope;
                for dy in 0..3 {
                    let (y, x) = (y as i64 + dy, x as usize);
                    if y >= 0 && (y as u32) < h {
                        page.pixels[y as usize * w as usize + x] = 10;
                    }
                }
            }
        }
        page
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn marks_are_found_back_where_they_were(quarters in 0u8..4, tagged in 0u8..4, lean in -9.5f32..9.5, x in 0.2f32..0.8, y in 0.2f32..0.8, dpi in prop::sample::select(vec![80.0f32, 150.0, 200.0])) {
            let (w, h) = ((dpi * 4.0) as u32, (dpi * 5.0) as u32);
            let mut grey = ruled(w, h, lean);
            // A blot of 0.12 in, darker than all else.
            let side = (dpi * 0.12) as u32;
            let (bx, by) = ((x * w as f32) as u32, (y * h as f32) as u32);
            for row in by..by + side {
                let start = (row * w + bx) as usize;
                grey.pixels[start..start + side as usize].fill(0);
            }
            let page = raw(grey, Some((dpi, dpi)), tagged);
            // The blot is to stay: it looks like a ticked box.
            let settings = ImagingSettings { specks: f32::INFINITY, remove_dirt: false, erase_checkboxes: false, ..ImagingSettings::default() };
            let prepared = prepare(&page, Some(QuarterTurn::from_quarters(quarters)), &settings);
            prop_assert_eq!(prepared.turn.quarters(), (quarters + tagged) % 4);
            // The blot's middle, looked up in the prepared page through the map back.
            let back = prepared.to_source.inverse().unwrap();
            let middle = ((bx as f64 + f64::from(side) / 2.0) * 100.0 / f64::from(w), (by as f64 + f64::from(side) / 2.0) * 100.0 / f64::from(h));
            let (px, py) = back.apply(middle.0, middle.1);
            prop_assert!(prepared.page.at(px as i64, py as i64) < 30);
            // Forth and back is where we began.
            let (fx, fy) = prepared.to_source.apply(px, py);
            prop_assert!((fx - middle.0).abs() < 1e-6 && (fy - middle.1).abs() < 1e-6);
            // The hull of the inked square around it is as large as the blot, so the map is right in scale too.
            let ink = |x: f64, y: f64| prepared.page.at(x as i64, y as i64) < 60;
            let reach = f64::from(side) * f64::from(prepared.dpi / dpi) * 0.4;
            prop_assert!([(reach, 0.0), (-reach, 0.0), (0.0, reach), (0.0, -reach)].iter().all(|d| ink(px + d.0, py + d.1)));
        }
    }

    #[test]
    fn grey_paper_on_a_dark_bed_becomes_white_all_over() {
        let mut grey = GreyPage::filled(1700, 2200, 50);
        let sheet = ruled(1400, 1900, 0.0);
        for y in 0..1900usize {
            for x in 0..1400usize {
                grey.pixels[(y + 150) * 1700 + x + 150] = (u32::from(sheet.pixels[y * 1400 + x]) * 200 / 255) as u8;
            }
        }
        let prepared = prepare(&raw(grey, Some((200.0, 200.0)), 0), None, &ImagingSettings::default());
        let middling = prepared.page.pixels.iter().filter(|&&p| (60..245).contains(&p)).count();
        assert!(middling * 100 < prepared.page.pixels.len(), "{middling}");
        assert_eq!(prepared.rulings.len(), 11);
    }

    #[test]
    fn a_leaning_page_is_straightened() {
        for lean in [-3.0f32, 0.05, 2.0] {
            let prepared = prepare(&raw(ruled(1700, 2200, lean), Some((200.0, 200.0)), 0), None, &ImagingSettings::default());
            let want = if lean.abs() < 0.1 { 0.0 } else { lean };
            assert!((prepared.skew_degrees - want).abs() < 0.06, "{lean}: {}", prepared.skew_degrees);
            assert_eq!(prepared.rulings.len(), 11, "{lean}");
            assert!(!prepared.blank);
        }
    }
}
