//! A drawing as a picture: the page, the shapes, the list beside it and the legend below. Text in a bitmap font that is built in: no font of the
//! system is asked for.

use std::convert::Infallible;

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, OriginDimensions, Point, Size};
use embedded_graphics::mono_font::MonoFont;
use embedded_graphics::mono_font::MonoTextStyleBuilder;
use embedded_graphics::mono_font::iso_8859_1::{FONT_7X13_BOLD, FONT_9X18_BOLD};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::pixelcolor::RgbColor;
use embedded_graphics::text::{Baseline, Text};
use embedded_graphics::{Drawable, Pixel};
use image::{ImageFormat, Rgb, RgbImage};

use super::drawing::{BLACK, Colour, Drawing, LIST, Layer, MARGIN, Shape, Stroke, sign};
use super::plain;
use crate::model::GreyPage;

/// Height of a line of the list.
const LINE: f32 = 20.0;
/// Letters of a line of the list.
const LETTERS: usize = 60;

struct Canvas(RgbImage);

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            if self.bounding_box().contains(at) {
                self.0.put_pixel(at.x as u32, at.y as u32, Rgb([colour.r(), colour.g(), colour.b()]));
            }
        }
        Ok(())
    }
}

impl Canvas {
    fn text(&mut self, at: (f32, f32), text: &str, colour: Colour) {
        self.text_in(&FONT_9X18_BOLD, at, text, colour);
    }

    fn text_in(&mut self, font: &MonoFont<'_>, at: (f32, f32), text: &str, colour: Colour) {
        let colour = Rgb888::new(colour[0], colour[1], colour[2]);
        let style = MonoTextStyleBuilder::new().font(font).text_color(colour).background_color(Rgb888::WHITE).build();
        // Drawing on a canvas in memory cannot fail.
        let _ = Text::with_baseline(text, Point::new(at.0 as i32, at.1 as i32), style, Baseline::Top).draw(self);
    }

    /// A line of a stroke: dots of the pen's width along it, left out where the stroke has gaps.
    fn line(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, stroke: Stroke, width: f32) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        // No line is longer than the canvas is wide and high together.
        let steps = length.ceil().clamp(1.0, (self.0.width() + self.0.height()) as f32) as u32;
        let (on, of) = match stroke {
            Stroke::Solid => (1, 1),
            Stroke::Dashed => (9, 16),
            Stroke::Dotted => (2, 7),
        };
        let (low, high) = ((-width / 2.0).ceil() as i64, (width / 2.0).floor().max(0.0) as i64);
        for step in (0..=steps).filter(|step| step % of < on) {
            let part = step as f32 / steps as f32;
            let (x, y) = ((from.0 + part * dx).round() as i64, (from.1 + part * dy).round() as i64);
            for (i, j) in (low..=high).flat_map(|i| (low..=high).map(move |j| (i, j))) {
                if let (Ok(x), Ok(y)) = (u32::try_from(x + i), u32::try_from(y + j))
                    && x < self.0.width()
                    && y < self.0.height()
                {
                    self.0.put_pixel(x, y, Rgb(colour));
                }
            }
        }
    }
}

/// The picture, encoded. `page` is the upright page in the size that the drawing is made for.
///
/// # Errors
/// The encoder's own, which writing into memory does not raise.
pub fn png(title: &str, drawing: &Drawing, page: &GreyPage) -> image::ImageResult<Vec<u8>> {
    let lines = drawing.list.len() + 3;
    let legend = drawing.legend.len().div_ceil(2) as f32 * LINE + 2.0 * LINE;
    let top = 1.5 * LINE;
    let height = (drawing.page.1 as f32 + top + legend).max(top + LINE * lines as f32);
    let mut canvas = Canvas(RgbImage::from_pixel(drawing.page.0 + (MARGIN + LIST) as u32, height as u32, Rgb([255; 3])));
    for y in 0..page.height.min(drawing.page.1) {
        for (x, &shade) in (0..drawing.page.0).zip(page.row(y)) {
            // A little paler, so that what is drawn stands out.
            canvas.0.put_pixel(x + MARGIN as u32, y + top as u32, Rgb([64 + (u16::from(shade) * 3 / 4) as u8; 3]));
        }
    }
    let moved = |(x, y): (f32, f32)| (x + MARGIN, y + top);
    for layer in Layer::ALL.into_iter().filter(|layer| !layer.crowds()) {
        for item in drawing.items.iter().filter(|item| item.layer == layer) {
            match &item.shape {
                Shape::Outline(r) => {
                    let corners = [(r.x, r.y), (r.right(), r.y), (r.right(), r.bottom()), (r.x, r.bottom()), (r.x, r.y)].map(moved);
                    corners.windows(2).for_each(|side| canvas.line(side[0], side[1], item.colour, item.stroke, item.width));
                }
                Shape::Line(from, to) => canvas.line(moved(*from), moved(*to), item.colour, item.stroke, item.width),
                // The font whose letters have the size that the drawing reckons with.
                Shape::Text(at, text) => canvas.text_in(&FONT_7X13_BOLD, moved(*at), &plain(text), item.colour),
            }
        }
    }
    canvas.text((MARGIN, 4.0), &cut(&plain(title), 2 * LETTERS), BLACK);
    let x = MARGIN + drawing.page.0 as f32 + 12.0;
    canvas.text((x, 4.0), "no.  +/?   %  field: value", BLACK);
    for (line, entry) in (0..).zip(&drawing.list) {
        let number = entry.number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let value = if entry.value.is_empty() { "(not found)" } else { &entry.value };
        let text = format!("{number:>3}  {}  {:>3.0}  {}: {}", sign(entry.status), entry.percent, entry.field, plain(value));
        canvas.text((x, top + LINE * line as f32), &cut(&text, LETTERS), BLACK);
    }
    for (k, (colour, stroke, meaning)) in drawing.legend.iter().enumerate() {
        let at = (MARGIN + (k % 2) as f32 * 620.0, top + drawing.page.1 as f32 + LINE * (1 + k / 2) as f32);
        canvas.line((at.0, at.1 + 9.0), (at.0 + 60.0, at.1 + 9.0), *colour, *stroke, 2.5);
        canvas.text((at.0 + 72.0, at.1), meaning, BLACK);
    }
    let mut out = std::io::Cursor::new(Vec::new());
    canvas.0.write_to(&mut out, ImageFormat::Png)?;
    Ok(out.into_inner())
}

fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        text.to_owned()
    } else {
        text.chars().take(letters.saturating_sub(2)).chain("..".chars()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{Item, drawing};
    use super::*;
    use crate::layout::{analyse, testing};
    use crate::model::Rect;

    #[test]
    fn a_picture_holds_page_margin_and_list_and_bears_shapes_off_the_page() {
        let layout = analyse(testing::page(vec![testing::word("Name", 10.0, 10.0)]));
        let mut drawn = drawing(&layout, &[], 0.5);
        let wild = Rect { x: -5000.0, y: 3.0, w: 1e9, h: 2.0 };
        let shape = Shape::Outline(wild);
        drawn.items.push(Item { shape, layer: Layer::Values, colour: BLACK, stroke: Stroke::Dashed, width: 2.0, title: String::new() });
        let bytes = png("chart \u{4f60}", &drawn, &GreyPage::filled(drawn.page.0, drawn.page.1, 255)).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!(picture.width(), drawn.page.0 + (MARGIN + LIST) as u32);
        assert!(picture.height() > drawn.page.1);
    }
}
