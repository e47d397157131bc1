//! What of a page a person is shown beside a value: its box with the label that says what it is, a line's margin around them, and how large.

use crate::model::{PageLayout, PercentBox, Rect};

/// Height of small letters as people see them, CSS pixels.
const X_HEIGHT: f32 = 24.0;
/// Height of small letters in parts of the median height of words' boxes, most of which have a capital or an ascender.
const X_TO_BOX: f32 = 0.62;
/// Snippets are at most so wide and high, pixels: where more of the page is shown, letters are smaller.
const WIDEST: f32 = 1400.0;
const HIGHEST: f32 = 640.0;
/// A line with its gap, in heights of words.
const LINE: f32 = 1.7;
/// Labels stand at most so far to the left of what they name, in heights of words; over it, in lines.
const LEFT: f32 = 28.0;
const ABOVE: f32 = 2.4;
/// Widest part of a label that is shown, in heights of words.
const LABEL: f32 = 16.0;

/// A part of an upright page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// The part, in pixels of the upright page as it was read.
    pub area: Rect,
    /// The value's box.
    pub outline: Option<Rect>,
    /// Pixels of the snippet for one of the page as it was read.
    pub scale: f32,
}

impl Frame {
    /// The snippet's size in pixels.
    pub fn size(&self) -> (u32, u32) {
        let of = |side: f32| ((side * self.scale).round() as u32).max(1);
        (of(self.area.w), of(self.area.h))
    }

    /// The value's box within the snippet, percent.
    pub fn outline(&self) -> Option<[f64; 4]> {
        self.outline.map(|rect| percent(&Rect::new(rect.x - self.area.x, rect.y - self.area.y, rect.w, rect.h), self.area.w, self.area.h))
    }
}

/// A rectangle in percent of a width and a height, cut to them.
pub(super) fn percent(rect: &Rect, width: f32, height: f32) -> [f64; 4] {
    let cut = |v: f32, of: f32| f64::from((v / of.max(1.0) * 100.0).clamp(0.0, 100.0));
    let (x, y) = (cut(rect.x, width), cut(rect.y, height));
    [x, y, cut(rect.right(), width) - x, cut(rect.bottom(), height) - y]
}

/// Where a box of the source page lies on the upright page.
pub(super) fn on_page(layout: &PageLayout, place: PercentBox) -> Option<Rect> {
    let reading = &layout.reading;
    let (map, hull) = (&reading.to_source, Rect::new(place.x, place.y, place.width, place.height));
    let rect = map.of_hull(&hull).or_else(|| map.inverse().map(|back| back.hull(&hull)))?;
    Some(within(&rect, reading.width as f32, reading.height as f32))
}

/// A box that a person drew on the upright picture, percent, as a box of the source page; `None` of one without area or off the page.
pub(super) fn to_source(layout: &PageLayout, drawn: [f64; 4]) -> Option<PercentBox> {
    let reading = &layout.reading;
    let good = drawn.iter().all(|v| v.is_finite() && (-1.0..=101.0).contains(v)) && drawn[2] > 0.0 && drawn[3] > 0.0;
    let of = |v: f64, side: u32| (v.clamp(0.0, 100.0) / 100.0 * f64::from(side)) as f32;
    let [x, y, w, h] = drawn;
    let (width, height) = (reading.width, reading.height);
    let rect = Rect::from_corners(of(x, width), of(y, height), of(x + w, width), of(y + h, height));
    (good && rect.area() > 0.0).then(|| reading.to_source.to_percent(&rect))
}

fn within(rect: &Rect, width: f32, height: f32) -> Rect {
    Rect::from_corners(
        rect.x.clamp(0.0, width),
        rect.y.clamp(0.0, height),
        rect.right().clamp(0.0, width),
        rect.bottom().clamp(0.0, height),
    )
}

/// The frame of a value that stands at a place.
pub(super) fn of_value(layout: &PageLayout, value: Rect) -> Frame {
    let line = LINE * layout.unit;
    let mut area = value;
    for label in [left_of(layout, &value), above(layout, &value)].into_iter().flatten() {
        area = area.union(&label);
    }
    let area = Rect::from_corners(area.x - line, area.y - line, area.right() + line, area.bottom() + line);
    shown(layout, area, Some(value))
}

/// The frame of a value that was not found: the line that holds one of the words that stand near such values, with two lines around it; where there is
/// none, the head of the page.
pub(super) fn of_missing(layout: &PageLayout, near: &[String]) -> Frame {
    let (width, height) = (layout.reading.width as f32, layout.reading.height as f32);
    let line = LINE * layout.unit;
    let is_near = |text: &str| {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '#').to_lowercase();
        near.contains(&text)
    };
    let found = layout.segments.iter().filter_map(|segment| {
        let at = segment.words.iter().position(|&word| is_near(&layout.word(word).text))?;
        // The earlier in its segment the word stands, the likelier it is a label.
        Some((at, segment.rect))
    });
    let area = match found.min_by(|a, b| a.0.cmp(&b.0).then(a.1.y.total_cmp(&b.1.y))) {
        Some((_, rect)) => Rect::from_corners(
            rect.x - 4.0 * line,
            rect.y - 2.0 * line,
            (rect.x + 36.0 * layout.unit).max(rect.right() + line),
            rect.bottom() + 3.0 * line,
        ),
        None => Rect::new(0.0, 0.0, width, height / 4.0),
    };
    shown(layout, area, None)
}

fn shown(layout: &PageLayout, area: Rect, outline: Option<Rect>) -> Frame {
    let area = within(&area, layout.reading.width as f32, layout.reading.height as f32);
    let area = Rect::new(area.x.floor(), area.y.floor(), area.w.ceil().max(1.0), area.h.ceil().max(1.0));
    let wanted = X_HEIGHT / (X_TO_BOX * layout.unit.max(1.0));
    Frame { area, outline, scale: wanted.min(WIDEST / area.w).min(HIGHEST / area.h).max(0.05) }
}

/// What stands to the left of a value on its first line: the rest of its own segment, else the segment before.
fn left_of(layout: &PageLayout, value: &Rect) -> Option<Rect> {
    let level = value.y + (value.h / 2.0).min(layout.unit);
    let words = layout.segments.iter().filter(|segment| segment.rect.y <= level && segment.rect.bottom() >= level).flat_map(|segment| {
        let left = segment.words.iter().map(|&word| layout.word(word).rect).filter(|rect| rect.center_x() < value.x);
        left.collect::<Vec<_>>()
    });
    let near = |rect: &Rect| value.x - rect.right() < LEFT * layout.unit;
    let words: Vec<Rect> = words.filter(near).collect();
    let last = words.iter().map(Rect::right).max_by(f32::total_cmp)?;
    Rect::hull(words.iter().filter(|rect| last - rect.x < LABEL * layout.unit))
}

/// The line over a value, as far as it stands over it.
fn above(layout: &PageLayout, value: &Rect) -> Option<Rect> {
    let over = layout.segments.iter().filter(|segment| {
        let gap = value.y - segment.rect.bottom();
        gap > -0.3 * layout.unit && gap < ABOVE * LINE * layout.unit && segment.rect.overlap_x(value) > 0.0
    });
    let nearest = over.max_by(|a, b| a.rect.bottom().total_cmp(&b.rect.bottom()))?.rect;
    // A line of running text is not shown to its ends.
    let (low, high) = (value.x - 4.0 * layout.unit, value.right() + LABEL * layout.unit);
    Some(Rect::from_corners(nearest.x.max(low), nearest.y, nearest.right().min(high).max(low), nearest.bottom()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::analyse;
    use crate::layout::testing::{page, word};

    fn form() -> PageLayout {
        analyse(page(vec![
            word("Date", 100.0, 100.0),
            word("of", 150.0, 100.0),
            word("birth:", 180.0, 100.0),
            word("02/03/1950", 300.0, 100.0),
            word("Insurer", 100.0, 200.0),
            word("Acme", 100.0, 226.0),
            word("Plan", 150.0, 226.0),
        ]))
    }

    #[test]
    fn a_value_comes_with_its_label_and_a_line_around_it() {
        let layout = form();
        let born = of_value(&layout, Rect::new(300.0, 100.0, 100.0, 20.0));
        assert!(born.area.x < 100.0 && born.area.right() > 400.0, "{born:?}");
        assert!(born.area.y <= 100.0 - 20.0 && born.area.bottom() >= 120.0 + 20.0, "{born:?}");
        let insurer = of_value(&layout, Rect::new(100.0, 226.0, 90.0, 20.0));
        assert!(insurer.area.y < 200.0, "{insurer:?}");
        // 24 CSS pixels of small letters, as the snippet is not too wide for them.
        assert!(born.scale * 20.0 * X_TO_BOX >= 23.9, "{born:?}");
        let [x, y, w, h] = born.outline().unwrap();
        assert!(x > 0.0 && y > 0.0 && x + w < 100.0 && y + h < 100.0);
        let (width, height) = born.size();
        assert!(width as f32 <= WIDEST + 1.0 && height as f32 <= HIGHEST + 1.0);
    }

    #[test]
    fn what_is_missing_is_looked_for_beside_its_words() {
        let layout = form();
        let near = vec!["insurer".to_owned()];
        let frame = of_missing(&layout, &near);
        assert!(frame.area.y < 200.0 && frame.area.bottom() > 246.0 && frame.outline.is_none(), "{frame:?}");
        assert_eq!(of_missing(&layout, &[]).area, Rect::new(0.0, 0.0, 1000.0, 250.0));
    }

    #[test]
    fn boxes_go_to_the_source_and_back_and_odd_ones_nowhere() {
        let layout = form();
        let place = to_source(&layout, [30.0, 10.0, 10.0, 2.0]).unwrap();
        let back = on_page(&layout, place).unwrap();
        assert!((back.x - 300.0).abs() < 0.1 && (back.h - 20.0).abs() < 0.1, "{back:?}");
        for odd in [[f64::NAN, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0], [100.0, 0.0, 5.0, 5.0], [0.0, 0.0, 1e9, 1.0]] {
            assert!(to_source(&layout, odd).is_none(), "{odd:?}");
        }
    }
}
