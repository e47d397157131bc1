//! What the recogniser's figures say: the likeliest class at each step across the crop, runs of one class taken as one, blanks left out.

use super::{CharReading, CropReading};

/// Reads one crop's figures: `classes.len()` probabilities a step, steps from edge to edge; `None` is the blank.
pub(super) fn decode(probabilities: &[f32], classes: &[Option<char>]) -> CropReading {
    let steps = probabilities.len() / classes.len().max(1);
    let mut chars: Vec<CharReading> = Vec::new();
    let mut before = None;
    // A character's place is the middle of its run; its figure the best of the run.
    let mut run = 0.0_f32;
    for (step, row) in probabilities.chunks_exact(classes.len().max(1)).enumerate() {
        let Some((best, &p)) = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else { continue };
        let at = (step as f32 + 0.5) / steps as f32;
        let p = if p.is_finite() { p.clamp(0.0, 1.0) } else { 0.0 };
        if before == Some(best) {
            if let (Some(_), Some(last)) = (classes[best], chars.last_mut()) {
                run += 1.0;
                last.at += (at - last.at) / run;
                last.confidence = last.confidence.max(p);
            }
        } else if let Some(c) = classes[best] {
            run = 1.0;
            chars.push(CharReading { c, confidence: p, at });
        }
        before = Some(best);
    }
    CropReading { chars }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [Option<char>; 4] = [None, Some('a'), Some('b'), Some(' ')];

    /// Steps as the index of the likeliest class and its probability.
    fn steps(best: &[(usize, f32)]) -> Vec<f32> {
        best.iter().flat_map(|&(class, p)| (0..4).map(move |c| if c == class { p } else { (1.0 - p) / 3.0 })).collect()
    }

    #[test]
    fn runs_are_one_character_and_a_blank_parts_two() {
        let table: [(&[usize], &str); 6] = [
            (&[0, 1, 1, 0, 2, 0], "ab"),
            (&[1, 0, 1], "aa"),
            (&[1, 1, 1], "a"),
            (&[1, 2, 1], "aba"),
            (&[1, 3, 3, 2], "a b"),
            (&[0, 0, 0], ""),
        ];
        for (best, expected) in table {
            let rows = steps(&best.iter().map(|&b| (b, 0.9)).collect::<Vec<_>>());
            assert_eq!(decode(&rows, &CLASSES).text(), expected);
        }
    }

    #[test]
    fn places_and_figures_are_those_of_the_run() {
        let rows = steps(&[(0, 0.9), (1, 0.6), (1, 0.8), (0, 0.9), (2, 0.7), (0, 0.9), (0, 0.9), (0, 0.9)]);
        let reading = decode(&rows, &CLASSES);
        let [a, b] = reading.chars.as_slice() else { panic!("two characters") };
        assert!((a.at - 2.0 / 8.0).abs() < 1e-5 && (b.at - 4.5 / 8.0).abs() < 1e-5);
        assert!((a.confidence - 0.8).abs() < 1e-6 && (b.confidence - 0.7).abs() < 1e-6);
        assert!((reading.confidence() - 0.75).abs() < 1e-6);
        assert!(decode(&[f32::NAN; 4], &CLASSES).chars.iter().all(|char| char.confidence == 0.0));
    }
}
