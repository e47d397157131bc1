//! Pixels to new places: quarter turns, scaling, small rotations. Each gives the new page and the map from its pixels back to the old
//! ones, edge to edge: a page of w x h pixels spans 0..w and 0..h, a pixel's middle lies at .5.

use crate::model::{Affine, GreyPage, QuarterTurn};

/// Turns the page clockwise.
pub(super) fn quarter_turn(page: GreyPage, turn: QuarterTurn) -> (GreyPage, Affine) {
    let (w, h) = (page.width as usize, page.height as usize);
    let (fw, fh) = (f64::from(page.width), f64::from(page.height));
    match turn {
        QuarterTurn::None => (page, Affine::IDENTITY),
        QuarterTurn::Half => {
            let mut page = page;
            page.pixels.reverse();
            (page, Affine { m: [-1.0, 0.0, fw, 0.0, -1.0, fh] })
        }
        QuarterTurn::Right => {
            let pixels = transposed(&page.pixels, w, h, |x, y| x * h + (h - 1 - y));
            (GreyPage { width: page.height, height: page.width, pixels }, Affine { m: [0.0, 1.0, 0.0, -1.0, 0.0, fh] })
        }
        QuarterTurn::Left => {
            let pixels = transposed(&page.pixels, w, h, |x, y| (w - 1 - x) * h + y);
            (GreyPage { width: page.height, height: page.width, pixels }, Affine { m: [0.0, -1.0, fw, 1.0, 0.0, 0.0] })
        }
    }
}

fn transposed(from: &[u8], w: usize, h: usize, place: impl Fn(usize, usize) -> usize) -> Vec<u8> {
    // In blocks, so that both pages stay in the cache.
    const BLOCK: usize = 32;
    let mut to = vec![0u8; from.len()];
    for by in (0..h).step_by(BLOCK) {
        for bx in (0..w).step_by(BLOCK) {
            for y in by..(by + BLOCK).min(h) {
                for x in bx..(bx + BLOCK).min(w) {
                    to[place(x, y)] = from[y * w + x];
                }
            }
        }
    }
    to
}

/// Scales to `width` x `height` pixels (at least 1 each): area average where it shrinks, linear where it grows.
pub(super) fn resize(page: GreyPage, width: u32, height: u32) -> (GreyPage, Affine) {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height) == (page.width, page.height) || page.pixels.is_empty() {
        return (page, Affine::IDENTITY);
    }
    let map = Affine::scale(f64::from(page.width) / f64::from(width), f64::from(page.height) / f64::from(height));
    let across = weights(page.width as usize, width as usize);
    let down = weights(page.height as usize, height as usize);
    let w = width as usize;
    let mut pixels = vec![0u8; w * height as usize];
    let mut sums = vec![0u32; page.width as usize];
    for (y, taps) in down.iter().enumerate() {
        sums.fill(1 << 5);
        for (k, &weight) in taps.weights.iter().enumerate() {
            for (sum, &p) in sums.iter_mut().zip(page.row((taps.start + k) as u32)) {
                *sum += u32::from(p) * weight;
            }
        }
        // 6 of the 14 bits go here, so that the second sum fits.
        sums.iter_mut().for_each(|s| *s >>= 6);
        for (out, taps) in pixels[y * w..(y + 1) * w].iter_mut().zip(&across) {
            let sum: u32 = taps.weights.iter().zip(&sums[taps.start..]).map(|(&k, &s)| k * (s >> 2)).sum();
            *out = ((sum + (1 << 19)) >> 20).min(255) as u8;
        }
    }
    (GreyPage { width, height, pixels }, map)
}

/// Which old pixels make a new one, and how much of each; the weights sum to 1 << 14.
struct Taps {
    start: usize,
    weights: Vec<u32>,
}

fn weights(old: usize, new: usize) -> Vec<Taps> {
    let ratio = old as f64 / new as f64;
    (0..new)
        .map(|i| {
            let (low, high) = if ratio >= 1.0 {
                (i as f64 * ratio, (i + 1) as f64 * ratio)
            } else {
                // A window of one old pixel around the new one's middle: linear interpolation.
                let middle = (i as f64 + 0.5) * ratio;
                (middle - 0.5, middle + 0.5)
            };
            let (low, high) = (low.max(0.0), high.min(old as f64));
            let start = (low.floor() as usize).min(old - 1);
            let end = (high.ceil() as usize).clamp(start + 1, old);
            let shares: Vec<f64> = (start..end).map(|p| (high.min((p + 1) as f64) - low.max(p as f64)).max(0.0)).collect();
            let total: f64 = shares.iter().sum();
            let mut weights: Vec<u32> = shares.iter().map(|s| (s / total * 16384.0).round() as u32).collect();
            // What rounding lost or gained goes to the heaviest.
            let sum: u32 = weights.iter().sum();
            if let Some(most) = weights.iter_mut().max_by_key(|w| **w) {
                *most = (*most + 16384).saturating_sub(sum);
            }
            Taps { start, weights }
        })
        .collect()
}

/// Rotates by `degrees` clockwise about the middle; the page grows so that no corner is cut; new ground is white.
pub(super) fn rotate(page: &GreyPage, degrees: f32) -> (GreyPage, Affine) {
    let angle = f64::from(degrees).to_radians();
    let (sin, cos) = angle.sin_cos();
    let (w, h) = (f64::from(page.width), f64::from(page.height));
    let width = (w * cos.abs() + h * sin.abs()).ceil();
    let height = (w * sin.abs() + h * cos.abs()).ceil();
    // From new to old: about the middles, turned back. With y downwards, clockwise is (x, y) -> (x cos - y sin, x sin + y cos).
    let map = Affine {
        m: [cos, sin, w / 2.0 - cos * width / 2.0 - sin * height / 2.0, -sin, cos, h / 2.0 + sin * width / 2.0 - cos * height / 2.0],
    };
    let (nw, nh) = (width as usize, height as usize);
    let (ow, oh) = (page.width as i64, page.height as i64);
    let mut pixels = vec![255u8; nw * nh];
    let [a, b, c, d, e, f] = map.m;
    const ONE: f64 = 65536.0;
    let (step_x, step_y) = ((a * ONE).round() as i64, (d * ONE).round() as i64);
    for (y, out) in pixels.chunks_mut(nw.max(1)).enumerate() {
        let middle = y as f64 + 0.5;
        // Old place of the row's first pixel middle, in 1/65536 pixels; a sample at p lies between the middles of p-0.5 and p+0.5.
        let x = ((a * 0.5 + b * middle + c - 0.5) * ONE).round() as i64;
        let y = ((d * 0.5 + e * middle + f - 0.5) * ONE).round() as i64;
        let at = |k: usize| (x + k as i64 * step_x, y + k as i64 * step_y);
        // The part of the row whose four neighbours all lie on the page needs no questions.
        let inner = inside(x, step_x, ow - 1, nw).and(inside(y, step_y, oh - 1, nw));
        let edge = |k: usize| {
            let (x, y) = at(k);
            let (ix, iy) = (x >> 16, y >> 16);
            // The outermost half pixel.
            if ix >= -1 && iy >= -1 && ix < ow && iy < oh { page.at(ix.max(0), iy.max(0)) } else { 255 }
        };
        for k in (0..inner.start).chain(inner.end..nw) {
            out[k] = edge(k);
        }
        let (mut x, mut y) = at(inner.start);
        for pixel in &mut out[inner.start..inner.end] {
            let from = (y >> 16) as usize * ow as usize + (x >> 16) as usize;
            let (fx, fy) = (((x >> 8) & 255) as u32, ((y >> 8) & 255) as u32);
            let low = from + ow as usize;
            if let (Some(&[p, q]), Some(&[r, s])) = (page.pixels.get(from..from + 2), page.pixels.get(low..low + 2)) {
                let top = u32::from(p) * (256 - fx) + u32::from(q) * fx;
                let bottom = u32::from(r) * (256 - fx) + u32::from(s) * fx;
                *pixel = ((top * (256 - fy) + bottom * fy + (1 << 15)) >> 16) as u8;
            }
            x += step_x;
            y += step_y;
        }
    }
    (GreyPage { width: nw as u32, height: nh as u32, pixels }, map)
}

/// A stretch of a row, end exclusive, start never beyond it.
#[derive(Clone, Copy)]
struct Stretch {
    start: usize,
    end: usize,
}

impl Stretch {
    fn and(self, other: Stretch) -> Stretch {
        let start = self.start.max(other.start);
        Stretch { start, end: self.end.min(other.end).max(start) }
    }
}

/// The steps k in 0..`count` for which `from` + k x `step`, in 1/65536 pixels, lies in pixels 0..`size`.
fn inside(from: i64, step: i64, size: i64, count: usize) -> Stretch {
    let (low, high) = (0, (size << 16) - 1); // inclusive
    let all = count as i64;
    let (start, end) = match step {
        0 if (low..=high).contains(&from) => (0, all),
        0 => (0, 0),
        step if step > 0 => ((low - from + step - 1).div_euclid(step), (high - from).div_euclid(step) + 1),
        step => ((from - high - step - 1).div_euclid(-step), (from - low).div_euclid(-step) + 1),
    };
    let start = start.clamp(0, all);
    Stretch { start: start as usize, end: end.clamp(start, all) as usize }
}

/// Cuts a rectangle out, clipped to the page.
pub(super) fn crop(page: &GreyPage, x: u32, y: u32, width: u32, height: u32) -> GreyPage {
    let (x, y) = (x.min(page.width), y.min(page.height));
    let (width, height) = (width.min(page.width - x), height.min(page.height - y));
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    for row in y..y + height {
        pixels.extend_from_slice(&page.row(row)[x as usize..(x + width) as usize]);
    }
    GreyPage { width, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(width: u32, height: u32) -> GreyPage {
        GreyPage { width, height, pixels: (0..width * height).map(|i| (i * 7 % 251) as u8).collect() }
    }

    #[test]
    fn turns_move_the_corner() {
        // The top left pixel after each turn.
        let page = GreyPage { width: 3, height: 2, pixels: vec![1, 2, 3, 4, 5, 6] };
        for (turn, pixels) in [
            (QuarterTurn::None, vec![1, 2, 3, 4, 5, 6]),
            (QuarterTurn::Right, vec![4, 1, 5, 2, 6, 3]),
            (QuarterTurn::Half, vec![6, 5, 4, 3, 2, 1]),
            (QuarterTurn::Left, vec![3, 6, 2, 5, 1, 4]),
        ] {
            assert_eq!(quarter_turn(page.clone(), turn).0.pixels, pixels, "{turn:?}");
        }
    }

    #[test]
    fn shrinking_averages_and_growing_keeps_the_mean() {
        let page = GreyPage { width: 4, height: 2, pixels: vec![0, 100, 200, 200, 0, 100, 200, 200] };
        assert_eq!(resize(page.clone(), 2, 1).0.pixels, [50, 200]);
        assert_eq!(resize(GreyPage::filled(7, 5, 255), 19, 11).0.pixels, vec![255; 19 * 11]);
        assert_eq!(resize(GreyPage::filled(70, 50, 255), 19, 11).0.pixels, vec![255; 19 * 11]);
        assert_eq!(resize(page, 4, 4).0.pixels[4..8], [0, 100, 200, 200]);
    }

    #[test]
    fn a_rotated_square_stays_where_the_map_says() {
        let mut page = GreyPage::filled(200, 100, 255);
        for y in 20..30 {
            for x in 150..160 {
                page.pixels[y * 200 + x] = 0;
            }
        }
        let (turned, map) = rotate(&page, 5.0);
        let mut sum = (0.0, 0.0, 0.0);
        for y in 0..turned.height {
            for x in 0..turned.width {
                let ink = f64::from(255 - turned.at(x.into(), y.into()));
                let (ox, oy) = map.apply(f64::from(x) + 0.5, f64::from(y) + 0.5);
                sum = (sum.0 + ox * ink, sum.1 + oy * ink, sum.2 + ink);
            }
        }
        assert!((sum.0 / sum.2 - 155.0).abs() < 0.05 && (sum.1 / sum.2 - 25.0).abs() < 0.05, "{sum:?}");
        assert!((sum.2 / 255.0 - 100.0).abs() < 1.0);
    }

    proptest! {
        #[test]
        fn stretches_hold_all_steps_inside(from in -300_000i64..300_000, step in -70_000i64..70_000, size in 0i64..6, count in 0usize..12) {
            let got = inside(from, step, size, count);
            let want: Vec<usize> = (0..count).filter(|&k| (0..size).contains(&((from + k as i64 * step) >> 16))).collect();
            prop_assert_eq!((got.start..got.end).collect::<Vec<_>>(), want);
        }

        #[test]
        fn every_turn_maps_pixels_back(w in 1u32..20, h in 1u32..20, quarters in 0u8..4, px in 0u32..20, py in 0u32..20) {
            let page = numbered(w, h);
            let (turned, map) = quarter_turn(page.clone(), QuarterTurn::from_quarters(quarters));
            let (x, y) = (px % turned.width, py % turned.height);
            let (ox, oy) = map.apply(f64::from(x) + 0.5, f64::from(y) + 0.5);
            prop_assert_eq!(turned.at(x.into(), y.into()), page.at(ox.floor() as i64, oy.floor() as i64));
        }
    }
}
