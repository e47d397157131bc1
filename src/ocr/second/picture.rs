//! Crops as the recogniser wants them: 48 pixels high, three equal channels, shades from -1 (black) to 1 (white).

use crate::model::GreyPage;

/// Height that the recogniser was trained on, pixels.
pub(super) const HEIGHT: usize = 48;
/// Pixels across a step of the recogniser's answer.
pub(super) const STEP: usize = 8;
/// Widest crop that is read, in pixels after scaling: beyond it lies no line of text.
const WIDEST: usize = 3200;

/// A crop ready to be read.
pub(super) struct Input {
    /// Three planes of [`HEIGHT`] rows of `width` shades.
    pub(super) shades: Vec<f32>,
    /// A multiple of [`STEP`].
    pub(super) width: usize,
}

/// Scales a crop to [`HEIGHT`], keeping its shape but for half a step of width; `None` without pixels. A crop that filled its last step in
/// part would need padding, and the edge of a narrow strip of padding is read as a stroke.
pub(super) fn input(crop: &GreyPage) -> Option<Input> {
    let (w, h) = (crop.width as usize, crop.height as usize);
    if w == 0 || h == 0 || crop.pixels.len() != w * h {
        return None;
    }
    let steps = (w as f32 * HEIGHT as f32 / h as f32 / STEP as f32).round() as usize;
    let width = steps.clamp(2, WIDEST / STEP) * STEP;
    let (columns, rows) = (weights(w, width), weights(h, HEIGHT));
    // Across first: `wide` holds h rows of the new width.
    let mut wide = vec![0.0_f32; width * h];
    for (y, out) in wide.chunks_exact_mut(width).enumerate() {
        let row = &crop.pixels[y * w..(y + 1) * w];
        for (x, (first, shares)) in out.iter_mut().zip(&columns) {
            *x = shares.iter().zip(&row[*first..]).map(|(share, &shade)| share * f32::from(shade)).sum();
        }
    }
    let plane = HEIGHT * width;
    let mut shades = vec![0.0_f32; 3 * plane];
    for (y, (first, shares)) in rows.iter().enumerate() {
        let out = &mut shades[y * width..(y + 1) * width];
        for (share, row) in shares.iter().zip(wide[first * width..].chunks_exact(width)) {
            out.iter_mut().zip(row).for_each(|(x, shade)| *x += share * shade);
        }
        out.iter_mut().for_each(|x| *x = *x / 127.5 - 1.0);
    }
    let (one, others) = shades.split_at_mut(plane);
    others.chunks_exact_mut(plane).for_each(|other| other.copy_from_slice(one));
    Some(Input { shades, width })
}

/// For each place of the new length the first old one and the shares of those from there: linear between neighbours when it grows, the
/// mean of what falls into it (with sloping ends) when it shrinks.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let scale = from as f32 / to as f32;
    let reach = scale.max(1.0);
    (0..to)
        .map(|k| {
            let middle = (k as f32 + 0.5) * scale - 0.5;
            let first = ((middle - reach).ceil().max(0.0) as usize).min(from - 1);
            let last = ((middle + reach).floor().max(0.0) as usize).clamp(first, from - 1);
            let mut shares: Vec<f32> = (first..=last).map(|i| (1.0 - (i as f32 - middle).abs() / reach).max(0.0)).collect();
            let sum: f32 = shares.iter().sum();
            if sum > 0.0 {
                shares.iter_mut().for_each(|share| *share /= sum);
            } else {
                shares = vec![1.0];
            }
            (first, shares)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_kept_and_shades_run_from_minus_one_to_one() {
        for (w, h, width) in [(100, 48, 104), (200, 96, 104), (50, 24, 104), (96, 48, 96), (1, 500, 16), (100_000, 10, 3200)] {
            let got = input(&GreyPage::filled(w, h, 255)).unwrap();
            assert_eq!((got.width, got.shades.len()), (width, 3 * HEIGHT * width), "{w} x {h}");
            assert!(got.shades.iter().all(|shade| (shade - 1.0).abs() < 1e-4), "{w} x {h}");
        }
        assert!(input(&GreyPage::filled(0, 5, 0)).is_none());
    }

    #[test]
    fn an_edge_stays_where_it_was() {
        // Left half black, right half white, at twice and at half the height.
        for h in [24_u32, 96] {
            let w = h * 2;
            let mut crop = GreyPage::filled(w, h, 255);
            for y in 0..h {
                crop.pixels[(y * w) as usize..(y * w + w / 2) as usize].fill(0);
            }
            let got = input(&crop).unwrap();
            let row = &got.shades[20 * got.width..21 * got.width];
            assert!(row[..46].iter().all(|&x| x < -0.99) && row[50..].iter().all(|&x| x > 0.99));
            assert!((row[47] + row[48]).abs() < 0.01);
        }
    }
}
