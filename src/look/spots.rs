//! Room for small texts on a page that is full of words: where a number hides nothing.

use std::collections::HashSet;

use crate::model::Rect;

/// Side of a square of the grid in pixels of the drawing.
const SIDE: f32 = 5.0;

/// Which squares of a page's grid are taken.
pub(super) struct Spots {
    page: Rect,
    taken: HashSet<(i32, i32)>,
}

impl Spots {
    /// An empty page of this size.
    pub(super) fn new((width, height): (u32, u32)) -> Self {
        Self { page: Rect::new(0.0, 0.0, width as f32, height as f32), taken: HashSet::new() }
    }

    /// Marks a place as taken.
    pub(super) fn take(&mut self, rect: &Rect) {
        let squares: Vec<_> = self.squares(rect).collect();
        self.taken.extend(squares);
    }

    /// Of some places for a text of this size, the first one that is free, or else the freest; takes it.
    pub(super) fn choose(&mut self, places: &[(f32, f32)], (width, height): (f32, f32)) -> Option<(f32, f32)> {
        let cost = |&(x, y): &(f32, f32)| {
            let rect = Rect::new(x, y, width, height);
            let hidden = self.squares(&rect).filter(|square| self.taken.contains(square)).count();
            let off = rect.x < self.page.x || rect.y < self.page.y || rect.right() > self.page.w || rect.bottom() > self.page.h;
            (off, hidden)
        };
        // Of equals, `min_by_key` takes the first.
        let at = places.iter().copied().min_by_key(cost)?;
        self.take(&Rect::new(at.0, at.1, width, height));
        Some(at)
    }

    /// The squares of a place, as far as it lies on the page: their number is bounded by the page's size.
    fn squares(&self, rect: &Rect) -> impl Iterator<Item = (i32, i32)> + use<> {
        let square = |at: f32, end: f32| (at.clamp(0.0, end) / SIDE) as i32;
        let (x0, x1) = (square(rect.x, self.page.w), square(rect.right(), self.page.w));
        let (y0, y1) = (square(rect.y, self.page.h), square(rect.bottom(), self.page.h));
        (y0..=y1).flat_map(move |y| (x0..=x1).map(move |x| (x, y)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_off_words_off_each_other_and_on_the_page() {
        let mut spots = Spots::new((200, 100));
        spots.take(&Rect::new(50.0, 40.0, 60.0, 12.0));
        let (left, above, right) = ((30.0, 40.0), (50.0, 20.0), (112.0, 40.0));
        assert_eq!(spots.choose(&[(60.0, 40.0), left, above], (14.0, 12.0)), Some(left), "words stay in sight");
        assert_eq!(spots.choose(&[left, above], (14.0, 12.0)), Some(above), "so does the first text");
        assert_eq!(spots.choose(&[(195.0, 40.0), right], (14.0, 12.0)), Some(right), "it stays on the page");
        assert_eq!(spots.choose(&[(50.0, 40.0), (70.0, 50.0)], (14.0, 12.0)), Some((70.0, 50.0)), "or hides as little as it can");
        assert_eq!(spots.choose(&[], (14.0, 12.0)), None);
        assert!(spots.choose(&[(f32::NAN, 1e30)], (1e30, 12.0)).is_some());
    }
}
