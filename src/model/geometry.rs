//! Rectangles in page pixels, boxes in percent of the source page, and the map between the two.

use serde::{Deserialize, Serialize};

/// A rectangle in pixels of an upright page: origin top left, y grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width, never negative.
    pub w: f32,
    /// Height, never negative.
    pub h: f32,
}

impl Rect {
    /// Makes a rectangle from its left, top, width and height.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w: w.max(0.0), h: h.max(0.0) }
    }

    /// Makes a rectangle from two opposite corners.
    pub fn from_corners(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Self::new(x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs())
    }

    /// Right edge.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    /// Horizontal middle.
    pub fn center_x(&self) -> f32 {
        self.x + self.w / 2.0
    }

    /// Vertical middle.
    pub fn center_y(&self) -> f32 {
        self.y + self.h / 2.0
    }

    /// Area in square pixels.
    pub fn area(&self) -> f32 {
        self.w * self.h
    }

    /// The smallest rectangle that holds both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect::from_corners(self.x.min(other.x), self.y.min(other.y), self.right().max(other.right()), self.bottom().max(other.bottom()))
    }

    /// The smallest rectangle that holds all; `None` of nothing.
    pub fn hull<'a>(rects: impl IntoIterator<Item = &'a Rect>) -> Option<Rect> {
        rects.into_iter().copied().reduce(|a, b| a.union(&b))
    }

    /// Length shared on the x axis, 0 when apart.
    pub fn overlap_x(&self, other: &Rect) -> f32 {
        (self.right().min(other.right()) - self.x.max(other.x)).max(0.0)
    }

    /// Length shared on the y axis, 0 when apart.
    pub fn overlap_y(&self, other: &Rect) -> f32 {
        (self.bottom().min(other.bottom()) - self.y.max(other.y)).max(0.0)
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        x >= self.x && x <= self.right() && y >= self.y && y <= self.bottom()
    }

    /// The rectangle grown by `by` pixels on every side.
    pub fn grown(&self, by: f32) -> Rect {
        Rect::from_corners(self.x - by, self.y - by, self.right() + by, self.bottom() + by)
    }
}

/// A box in percent (0–100) of the width and height of the page as it lies in the source, origin top left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PercentBox {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl PercentBox {
    /// The area that both cover, as a share of the area that either covers: 1.0 for the same box, 0.0 for boxes apart or without area.
    pub fn overlap(&self, other: &PercentBox) -> f32 {
        let rect = |b: &PercentBox| Rect::new(b.x, b.y, b.width, b.height);
        let (a, b) = (rect(self), rect(other));
        let both = a.overlap_x(&b) * a.overlap_y(&b);
        let either = a.area() + b.area() - both;
        if either > 0.0 { both / either } else { 0.0 }
    }

    /// The smallest box that holds all; `None` of nothing.
    pub fn hull(boxes: impl IntoIterator<Item = PercentBox>) -> Option<PercentBox> {
        let rects: Vec<Rect> = boxes.into_iter().map(|b| Rect::new(b.x, b.y, b.width, b.height)).collect();
        Rect::hull(&rects).map(|r| PercentBox { x: r.x, y: r.y, width: r.w, height: r.h })
    }
}

/// An affine map of the plane: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Affine {
    /// The coefficients a, b, c, d, e, f.
    pub m: [f64; 6],
}

impl Affine {
    /// The map that changes nothing.
    pub const IDENTITY: Affine = Affine { m: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] };

    /// Scales each axis.
    pub fn scale(sx: f64, sy: f64) -> Affine {
        Affine { m: [sx, 0.0, 0.0, 0.0, sy, 0.0] }
    }

    /// Moves by (dx, dy).
    pub fn translate(dx: f64, dy: f64) -> Affine {
        Affine { m: [1.0, 0.0, dx, 0.0, 1.0, dy] }
    }

    /// Maps a point.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.m;
        (a * x + b * y + c, d * x + e * y + f)
    }

    /// The map that does `self` first and `next` after it.
    pub fn then(&self, next: &Affine) -> Affine {
        let [a1, b1, c1, d1, e1, f1] = self.m;
        let [a2, b2, c2, d2, e2, f2] = next.m;
        Affine {
            m: [a2 * a1 + b2 * d1, a2 * b1 + b2 * e1, a2 * c1 + b2 * f1 + c2, d2 * a1 + e2 * d1, d2 * b1 + e2 * e1, d2 * c1 + e2 * f1 + f2],
        }
    }

    /// The map that undoes this one; `None` where there is none (a flat or broken map).
    pub fn inverse(&self) -> Option<Affine> {
        let [a, b, c, d, e, f] = self.m;
        let det = a * e - b * d;
        let m = [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
        m.iter().all(|v| v.is_finite()).then_some(Affine { m })
    }

    /// Maps a rectangle to the upright hull of its image.
    pub fn hull(&self, rect: &Rect) -> Rect {
        let (x0, y0, x1, y1) = (f64::from(rect.x), f64::from(rect.y), f64::from(rect.right()), f64::from(rect.bottom()));
        let corners = [self.apply(x0, y0), self.apply(x1, y0), self.apply(x0, y1), self.apply(x1, y1)];
        let low = corners.iter().fold((f64::MAX, f64::MAX), |m, p| (m.0.min(p.0), m.1.min(p.1)));
        let high = corners.iter().fold((f64::MIN, f64::MIN), |m, p| (m.0.max(p.0), m.1.max(p.1)));
        Rect::from_corners(low.0 as f32, low.1 as f32, high.0 as f32, high.1 as f32)
    }

    /// The rectangle whose image has this upright hull: the way back from [`Affine::hull`], which the hull of the inverse is not, as hulls of hulls grow.
    /// `None` where there is none: maps that turn by half a right angle, hulls that were cut.
    pub fn of_hull(&self, hull: &Rect) -> Option<Rect> {
        let [a, b, _, d, e, _] = self.m.map(f64::abs);
        let det = a * e - b * d;
        let (across, down) = (f64::from(hull.w), f64::from(hull.h));
        let (w, h) = ((e * across - b * down) / det, (a * down - d * across) / det);
        let (x, y) = self.inverse()?.apply(f64::from(hull.center_x()), f64::from(hull.center_y()));
        let whole = w > 0.0 && h > 0.0 && w.is_finite() && h.is_finite();
        whole.then(|| Rect::new((x - w / 2.0) as f32, (y - h / 2.0) as f32, w as f32, h as f32))
    }

    /// Maps a rectangle of upright pixels to the upright hull of its image, cut to 0–100 percent.
    pub fn to_percent(&self, rect: &Rect) -> PercentBox {
        let (x0, y0, x1, y1) = (f64::from(rect.x), f64::from(rect.y), f64::from(rect.right()), f64::from(rect.bottom()));
        let corners = [self.apply(x0, y0), self.apply(x1, y0), self.apply(x0, y1), self.apply(x1, y1)];
        let cut = |v: f64| v.clamp(0.0, 100.0);
        let low = corners.iter().fold((f64::MAX, f64::MAX), |m, p| (m.0.min(p.0), m.1.min(p.1)));
        let high = corners.iter().fold((f64::MIN, f64::MIN), |m, p| (m.0.max(p.0), m.1.max(p.1)));
        let (x, y) = (cut(low.0), cut(low.1));
        PercentBox { x: x as f32, y: y as f32, width: (cut(high.0) - x) as f32, height: (cut(high.1) - y) as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_compose_in_reading_order() {
        let both = Affine::scale(2.0, 3.0).then(&Affine::translate(1.0, 1.0));
        assert_eq!(both.apply(1.0, 1.0), (3.0, 4.0));
    }

    #[test]
    fn a_map_and_its_inverse_change_nothing() {
        let map = Affine { m: [0.9, -0.1, 5.0, 0.2, 1.1, -3.0] };
        let (x, y) = map.then(&map.inverse().unwrap()).apply(12.0, 34.0);
        assert!((x - 12.0).abs() < 1e-9 && (y - 34.0).abs() < 1e-9);
        assert_eq!(Affine::scale(0.0, 1.0).inverse(), None);
        assert_eq!(Affine::scale(2.0, 3.0).hull(&Rect::new(1.0, 1.0, 2.0, 2.0)), Rect::new(2.0, 3.0, 4.0, 6.0));
    }

    #[test]
    fn a_rectangle_comes_back_from_its_hull_in_its_own_size() {
        let rect = Rect::new(100.0, 200.0, 300.0, 20.0);
        let quarter = Affine { m: [0.0, 0.05, 1.0, -0.04, 0.0, 90.0] };
        for map in [Affine::scale(0.05, 0.04), Affine { m: [0.05, -0.004, 3.0, 0.003, 0.04, 1.0] }, quarter] {
            let back = map.of_hull(&map.hull(&rect)).unwrap();
            for (got, wanted) in [(back.x, rect.x), (back.y, rect.y), (back.w, rect.w), (back.h, rect.h)] {
                assert!((got - wanted).abs() < 0.1, "{map:?} {back:?}");
            }
        }
        let leaning = Affine { m: [0.05, -0.05, 3.0, 0.05, 0.05, 1.0] };
        assert_eq!(leaning.of_hull(&leaning.hull(&rect)), None);
    }

    #[test]
    fn boxes_are_alike_by_what_they_share() {
        let at = |x, width| PercentBox { x, y: 10.0, width, height: 2.0 };
        for (a, b, wanted) in [
            (at(0.0, 10.0), at(0.0, 10.0), 1.0),
            (at(0.0, 10.0), at(5.0, 10.0), 1.0 / 3.0),
            (at(0.0, 10.0), at(10.0, 5.0), 0.0),
            (at(0.0, 0.0), at(0.0, 0.0), 0.0),
        ] {
            assert!((a.overlap(&b) - wanted).abs() < 1e-6, "{a:?} {b:?}");
            assert_eq!(a.overlap(&b), b.overlap(&a));
        }
        assert_eq!(PercentBox::hull([at(1.0, 2.0), at(5.0, 4.0)]), Some(at(1.0, 8.0)));
        assert_eq!(PercentBox::hull([]), None);
    }

    #[test]
    fn percent_boxes_stay_on_the_page() {
        let map = Affine::scale(100.0 / 200.0, 100.0 / 400.0);
        let got = map.to_percent(&Rect::new(-10.0, 100.0, 60.0, 40.0));
        assert_eq!(got, PercentBox { x: 0.0, y: 25.0, width: 25.0, height: 10.0 });
    }
}
