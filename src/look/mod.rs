//! A way to look: pure renderers that put one document, or one value of it, into words, or draw what was read over a page. They take what the
//! ledger holds and what the layout of the kept words says, and give text or a picture's bytes; the pipeline fetches, the command line prints.

mod drawing;
mod explain;
mod html;
mod png;
mod spots;
mod table;

pub use drawing::{Drawing, drawing};
pub use explain::{explain, explain_json};
pub use html::html;
pub use png::png;
pub use table::{table, table_json};

use crate::model::{PageReading, PercentBox, Rect};

/// Text from a page, safe for a terminal: what could move the cursor, recolour the screen or turn the reading order becomes U+FFFD.
fn plain(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

/// Where a box of the source page lies on the upright page. A box that the page's edge cut is given as large as it may be.
fn upright(reading: &PageReading, place: PercentBox) -> Option<Rect> {
    let (map, hull) = (&reading.to_source, Rect::new(place.x, place.y, place.width, place.height));
    map.of_hull(&hull).or_else(|| map.inverse().map(|back| back.hull(&hull)))
}

/// A box as `x,y,width,height` in percent.
fn of_box(place: Option<PercentBox>) -> String {
    place.map_or_else(|| "-".to_owned(), |b| format!("{:.2},{:.2},{:.2},{:.2}", b.x, b.y, b.width, b.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_page_cannot_steer_a_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n\u{202e}c"), "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c");
        assert_eq!(plain("O\u{2019}Brien Größe"), "O\u{2019}Brien Größe");
    }
}
