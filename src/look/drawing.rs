//! What a page's picture is overlaid with: one list of shapes, made of the layout and the values, for the painters of PNG and HTML alike.
//!
//! Nothing rests on colour alone: how sure a word is shows in its line (solid, dashed, dotted), too, and doubtful words bear their figure; accepted
//! values have solid boxes and a tick in the list, those in review dashed ones and a question mark. Colours are Okabe and Ito's, which people with
//! any common kind of colour blindness tell apart (jfly.uni-koeln.de/color).

use super::spots::Spots;
use super::upright;
use crate::model::{DecidedValue, PageLayout, Rect, Status};

/// A colour, red, green, blue.
pub type Colour = [u8; 3];

pub(super) const BLACK: Colour = [0, 0, 0];
const BLUE: Colour = [0, 114, 178];
const ORANGE: Colour = [230, 159, 0];
const VERMILLION: Colour = [213, 94, 0];
const GREEN: Colour = [0, 158, 115];
const PURPLE: Colour = [170, 70, 130];
const GREY: Colour = [130, 130, 130];

/// From here on a word is sure.
const SURE: f32 = 0.93;
/// Below this a word is doubtful.
const DOUBTFUL: f32 = 0.80;
/// Width of the list beside the page, and of the margin for sections, in pixels of the drawing.
pub(super) const LIST: f32 = 560.0;
pub(super) const MARGIN: f32 = 46.0;
/// Size of a letter of a text on the page, in pixels of the drawing.
pub(super) const LETTER: (f32, f32) = (7.0, 13.0);

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Without a gap.
    Solid,
    /// Long strokes.
    Dashed,
    /// Short strokes.
    Dotted,
}

/// What can be switched on and off by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Words with how sure they are.
    Words,
    /// Runs of words that belong together.
    Segments,
    /// Printed rules and the boxes that they draw.
    Cells,
    /// Printed squares, and loops drawn around choices.
    Marks,
    /// Ink that no word covers.
    Ink,
    /// Texts of sections.
    Sections,
    /// Values, and their labels where known.
    Values,
}

impl Layer {
    /// Every layer, lowest first.
    pub const ALL: [Layer; 7] = [Self::Cells, Self::Segments, Self::Words, Self::Ink, Self::Marks, Self::Sections, Self::Values];

    /// Its name, as a legend calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Segments => "segments",
            Self::Cells => "ruled boxes",
            Self::Marks => "checkboxes and loops",
            Self::Ink => "unread ink",
            Self::Sections => "sections",
            Self::Values => "values and labels",
        }
    }

    /// The layers that crowd a picture in which none can be switched off.
    pub fn crowds(self) -> bool {
        matches!(self, Self::Segments)
    }
}

/// One thing to draw, in pixels of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// The outline of a box.
    Outline(Rect),
    /// A line from a point to another.
    Line((f32, f32), (f32, f32)),
    /// Text with its top left corner; on a white ground.
    Text((f32, f32), String),
}

/// A shape with how it is drawn and what it says when pointed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The shape.
    pub shape: Shape,
    /// Its layer.
    pub layer: Layer,
    /// Its colour.
    pub colour: Colour,
    /// How its line is drawn.
    pub stroke: Stroke,
    /// Width of its line in pixels.
    pub width: f32,
    /// What it says when pointed at; empty for nothing. Holds a patient's text.
    pub title: String,
}

/// A line of the list beside the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Number that stands at the value's box; `None` if it has no place.
    pub number: Option<usize>,
    /// The field, with its item.
    pub field: String,
    /// The value; empty if it was not found.
    pub value: String,
    /// What was decided.
    pub status: Status,
    /// Estimated probability, percent.
    pub percent: f64,
    /// Why it waits.
    pub reasons: String,
}

/// A drawing over one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Size of the page's picture in pixels. The margin for sections lies left of it, the list right.
    pub page: (u32, u32),
    /// What is drawn, lowest first; the origin is the page's top left corner.
    pub items: Vec<Item>,
    /// The values of the page, in order of their numbers, then what was not found.
    pub list: Vec<Entry>,
    /// Signs and what they mean.
    pub legend: Vec<(Colour, Stroke, &'static str)>,
}

/// Draws a page. `scale` is pixels of the drawing for a pixel of the upright page; `values` are those of the page, and those that were not found.
pub fn drawing(layout: &PageLayout, values: &[&DecidedValue], scale: f32) -> Drawing {
    let reading = &layout.reading;
    let page = ((reading.width as f32 * scale).round().max(1.0) as u32, (reading.height as f32 * scale).round().max(1.0) as u32);
    let mut pen = Pen { scale, items: Vec::new(), spots: Spots::new(page) };
    for ruling in &reading.rulings {
        pen.outline(Layer::Cells, &ruling.rect, GREY, Stroke::Solid, 1.0, String::new());
    }
    for cell in &layout.cells {
        pen.outline(Layer::Cells, &cell.rect, GREY, Stroke::Dashed, 1.0, String::new());
    }
    for segment in &layout.segments {
        pen.outline(Layer::Segments, &segment.rect.grown(0.15 * layout.unit), GREEN, Stroke::Dotted, 1.0, String::new());
    }
    for word in &reading.words {
        let (colour, stroke) = level(word.confidence);
        let hand = if word.suggested { ", by hand or in a comb" } else { "" };
        let title = format!("{} ({:.0} %{hand})", word.text, 100.0 * word.confidence);
        pen.outline(Layer::Words, &word.rect, colour, stroke, 1.0, title);
        pen.spots.take(&scaled(&word.rect, scale));
    }
    for ink in &reading.uncovered {
        pen.outline(Layer::Ink, &ink.grown(2.0), PURPLE, Stroke::Dotted, 2.0, "ink that no word covers".to_owned());
    }
    for square in &reading.checkboxes {
        pen.outline(Layer::Marks, &square.rect.grown(3.0), GREEN, Stroke::Solid, 2.0, String::new());
        if square.ticked {
            let r = square.rect;
            pen.line(Layer::Marks, (r.x, r.y), (r.right(), r.bottom()), GREEN);
            pen.line(Layer::Marks, (r.x, r.bottom()), (r.right(), r.y), GREEN);
        }
    }
    for circle in &reading.circles {
        pen.outline(Layer::Marks, circle, GREEN, Stroke::Dashed, 3.0, "a loop drawn by hand".to_owned());
    }
    let list = pen.values(layout, values);
    // Numbers of values have the first choice of what room there is.
    for word in reading.words.iter().filter(|word| word.confidence < DOUBTFUL) {
        let figure = format!("{:.0}{}", 100.0 * word.confidence.max(0.0), if word.suggested { "h" } else { "" });
        let r = scaled(&word.rect, scale);
        let (w, h) = size(&figure);
        let places = [(r.x, r.bottom() + 1.0), (r.x, r.y - h - 1.0), (r.right() + 2.0, r.y), (r.x - w - 2.0, r.y)];
        pen.tag(Layer::Words, &places, figure, VERMILLION);
    }
    let legend = vec![
        (BLUE, Stroke::Solid, "word, 93 % and more"),
        (ORANGE, Stroke::Dashed, "word, 80 to 93 %"),
        (VERMILLION, Stroke::Dotted, "word under 80 %, with its figure (h: by hand)"),
        (BLACK, Stroke::Solid, "accepted value (+), line to its label"),
        (BLACK, Stroke::Dashed, "value in review (?)"),
        (GREEN, Stroke::Solid, "checkbox; crossed: ticked"),
        (GREEN, Stroke::Solid, "bracket in the margin: section, by its number"),
        (GREEN, Stroke::Dashed, "loop around a choice"),
        (PURPLE, Stroke::Dotted, "ink that was not read"),
        (GREY, Stroke::Dashed, "ruled box"),
    ];
    Drawing { page, items: pen.items, list, legend }
}

/// Colour and line of a word that is so sure.
fn level(confidence: f32) -> (Colour, Stroke) {
    if confidence >= SURE {
        (BLUE, Stroke::Solid)
    } else if confidence >= DOUBTFUL {
        (ORANGE, Stroke::Dashed)
    } else {
        (VERMILLION, Stroke::Dotted)
    }
}

fn scaled(rect: &Rect, s: f32) -> Rect {
    Rect::new(s * rect.x, s * rect.y, s * rect.w, s * rect.h)
}

/// Size of a text on the page.
fn size(text: &str) -> (f32, f32) {
    (LETTER.0 * text.chars().count() as f32, LETTER.1)
}

/// The shortest way between two boxes, straight across or down where they face each other.
fn join(from: &Rect, to: &Rect) -> ((f32, f32), (f32, f32)) {
    let along = |a: (f32, f32), b: (f32, f32)| {
        let (low, high) = (a.0.max(b.0), a.1.min(b.1));
        if low <= high {
            ((low + high) / 2.0, (low + high) / 2.0)
        } else if a.1 < b.0 {
            (a.1, b.0)
        } else {
            (a.0, b.1)
        }
    };
    let (x0, x1) = along((from.x, from.right()), (to.x, to.right()));
    let (y0, y1) = along((from.y, from.bottom()), (to.y, to.bottom()));
    ((x0, y0), (x1, y1))
}

struct Pen {
    scale: f32,
    items: Vec<Item>,
    spots: Spots,
}

impl Pen {
    fn outline(&mut self, layer: Layer, rect: &Rect, colour: Colour, stroke: Stroke, width: f32, title: String) {
        let s = self.scale;
        let numbers = [rect.x, rect.y, rect.w, rect.h];
        if numbers.iter().any(|n| !n.is_finite()) {
            return;
        }
        let shape = Shape::Outline(scaled(rect, s));
        self.items.push(Item { shape, layer, colour, stroke, width, title });
    }

    fn line(&mut self, layer: Layer, from: (f32, f32), to: (f32, f32), colour: Colour) {
        let s = self.scale;
        let shape = Shape::Line((s * from.0, s * from.1), (s * to.0, s * to.1));
        self.items.push(Item { shape, layer, colour, stroke: Stroke::Solid, width: 2.0, title: String::new() });
    }

    /// `at` is in pixels of the drawing already.
    fn text(&mut self, layer: Layer, at: (f32, f32), text: String, colour: Colour) {
        self.items.push(Item { shape: Shape::Text(at, text), layer, colour, stroke: Stroke::Solid, width: 1.0, title: String::new() });
    }

    /// A text at one of some places, which are in pixels of the drawing already.
    fn tag(&mut self, layer: Layer, places: &[(f32, f32)], text: String, colour: Colour) {
        let sound = places.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        if let Some(at) = sound.then(|| self.spots.choose(places, size(&text))).flatten() {
            self.text(layer, at, text, colour);
        }
    }

    fn values(&mut self, layout: &PageLayout, values: &[&DecidedValue]) -> Vec<Entry> {
        let upright = |place| upright(&layout.reading, place);
        let mut list = Vec::new();
        let mut number = 0;
        for value in values {
            let extracted = &value.extracted;
            let place = extracted.place.and_then(upright);
            number += usize::from(place.is_some());
            let field = short(extracted.field.as_str());
            let field = extracted.item.map_or_else(|| field.to_owned(), |item| format!("{field} [{item}]"));
            let reasons: Vec<&str> = value.reasons.iter().map(|reason| reason.as_str()).collect();
            let entry = Entry {
                number: place.is_some().then_some(number),
                field,
                value: extracted.value.clone(),
                status: value.status,
                percent: 100.0 * value.confidence.get(),
                reasons: reasons.join(", "),
            };
            if let Some(place) = place {
                let section = extracted.field.section().is_some();
                let (layer, colour) = if section { (Layer::Sections, GREEN) } else { (Layer::Values, BLACK) };
                let stroke = if value.status.leaves() { Stroke::Solid } else { Stroke::Dashed };
                let title = format!("{} {}: {}", number, entry.field, sign(value.status));
                if section {
                    self.bracket(&place, colour, stroke, number);
                } else {
                    self.outline(layer, &place.grown(4.0), colour, stroke, 2.5, title);
                    let r = scaled(&place.grown(4.0), self.scale);
                    let (w, h) = size(&number.to_string());
                    let (middle, over, under) = (r.center_y() - h / 2.0, r.y - h - 2.0, r.bottom() + 2.0);
                    let places = [
                        (r.x - w - 3.0, middle),
                        (r.right() + 3.0, middle),
                        (r.x, over),
                        (r.x, under),
                        (r.right() - w, over),
                        (r.right() - w, under),
                    ];
                    self.tag(layer, &places, number.to_string(), colour);
                    if let Some(label) = extracted.label_place.and_then(upright) {
                        let (from, to) = join(&label, &place);
                        self.line(layer, from, to, colour);
                        self.outline(layer, &label, colour, Stroke::Dotted, 1.5, "label".to_owned());
                    }
                }
            }
            list.push(entry);
        }
        list
    }

    /// A bracket in the left margin beside a section's text.
    fn bracket(&mut self, place: &Rect, colour: Colour, stroke: Stroke, number: usize) {
        let s = self.scale;
        let (x, top, bottom) = (-8.0 - 5.0 * (number % 3) as f32, s * place.y, s * place.bottom());
        let mut line = |from, to| {
            let shape = Shape::Line(from, to);
            self.items.push(Item { shape, layer: Layer::Sections, colour, stroke, width: 3.0, title: String::new() });
        };
        line((x, top), (x, bottom));
        line((x, top), (x + 7.0, top));
        line((x, bottom), (x + 7.0, bottom));
        self.text(Layer::Sections, (2.0 - MARGIN, top), number.to_string(), colour);
    }
}

/// The sign of a status in lists.
pub(super) fn sign(status: Status) -> &'static str {
    match status {
        Status::Accepted => "+",
        Status::Review => "?",
        Status::Verified => "v",
        Status::Corrected => "c",
        Status::Rejected => "x",
    }
}

/// A field's name without what every reader knows: `Composition.section.plan` is `section.plan`.
fn short(field: &str) -> &str {
    field.strip_prefix("Composition.").unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{analyse, testing::*};
    use crate::model::{Affine, Confidence, ExtractedValue, Field, PageNumber, PercentBox, Signals};

    fn value(field: Field, place: Option<PercentBox>, status: Status) -> DecidedValue {
        let extracted = ExtractedValue {
            field,
            item: None,
            value: "1950-02-03".to_owned(),
            raw: String::new(),
            page: PageNumber::new(1),
            place,
            label_place: Some(PercentBox { x: 0.0, y: 10.0, width: 5.0, height: 2.0 }),
            rule: "test".to_owned(),
            signals: Signals::default(),
        };
        DecidedValue { extracted, confidence: Confidence::new(0.98), status, reasons: Vec::new() }
    }

    fn page_of(confidence: f32) -> PageLayout {
        let mut reading = page(vec![word("DOB", 0.0, 100.0), word("2/3/50", 100.0, 100.0)]);
        reading.words[1].confidence = confidence;
        reading.to_source = Affine::scale(100.0 / f64::from(reading.width), 100.0 / f64::from(reading.height));
        analyse(reading)
    }

    #[test]
    fn words_differ_by_more_than_colour() {
        let strokes: Vec<Stroke> = [0.99, 0.85, 0.3]
            .map(|confidence| {
                let drawn = drawing(&page_of(confidence), &[], 1.0);
                drawn.items.iter().filter(|i| i.layer == Layer::Words && matches!(i.shape, Shape::Outline(_))).nth(1).unwrap().stroke
            })
            .to_vec();
        assert_eq!(strokes, [Stroke::Solid, Stroke::Dashed, Stroke::Dotted]);
        let drawn = drawing(&page_of(0.3), &[], 1.0);
        assert!(drawn.items.iter().any(|i| matches!(&i.shape, Shape::Text(_, text) if text == "30")));
    }

    #[test]
    fn a_value_has_a_box_a_number_and_a_line_to_its_label() {
        let layout = page_of(0.99);
        let place = PercentBox { x: 10.0, y: 10.0, width: 6.0, height: 2.0 };
        let (found, missing) = (value(Field::BirthDate, Some(place), Status::Accepted), value(Field::Mrn, None, Status::Review));
        let drawn = drawing(&layout, &[&found, &missing], 0.5);
        let width = layout.reading.width as f32 * 0.5;
        assert_eq!(drawn.page.0, width as u32);
        let number = drawn.items.iter().find_map(|i| match &i.shape {
            Shape::Text(at, text) if text == "1" && i.layer == Layer::Values => Some(Rect::new(at.0, at.1, LETTER.0, LETTER.1)),
            _ => None,
        });
        let number = number.unwrap();
        let hidden = |w: &crate::model::Word| number.overlap_x(&scaled(&w.rect, 0.5)) * number.overlap_y(&scaled(&w.rect, 0.5)) > 0.0;
        assert!(!layout.reading.words.iter().any(hidden), "the number hides no word: {number:?}");
        let of_values: Vec<&Item> = drawn.items.iter().filter(|i| i.layer == Layer::Values).collect();
        let outline = of_values.iter().find_map(|i| match i.shape {
            Shape::Outline(rect) if i.width > 2.0 => Some(rect),
            _ => None,
        });
        let outline = outline.unwrap();
        assert!((outline.x - (0.1 * width - 2.0)).abs() < 0.5, "{outline:?}");
        assert!(of_values.iter().any(|i| matches!(i.shape, Shape::Line(..))));
        assert_eq!(drawn.list.iter().map(|e| e.number).collect::<Vec<_>>(), [Some(1), None]);
    }

    #[test]
    fn a_label_is_joined_to_its_value_where_they_face_each_other() {
        let label = Rect::new(10.0, 10.0, 40.0, 10.0);
        for (value, wanted) in [
            (Rect::new(60.0, 10.0, 30.0, 10.0), ((50.0, 15.0), (60.0, 15.0))), // beside
            (Rect::new(20.0, 30.0, 30.0, 10.0), ((35.0, 20.0), (35.0, 30.0))), // below
            (Rect::new(0.0, 0.0, 5.0, 5.0), ((10.0, 10.0), (5.0, 5.0))),       // above, to the left
        ] {
            assert_eq!(join(&label, &value), wanted);
        }
    }

    #[test]
    fn places_that_are_no_numbers_are_not_drawn() {
        let mut layout = page_of(0.99);
        layout.reading.words[0].rect.x = f32::NAN;
        let drawn = drawing(&layout, &[], 1.0);
        assert!(drawn.items.iter().all(|i| match i.shape {
            Shape::Outline(rect) => rect.x.is_finite(),
            _ => true,
        }));
    }
}
