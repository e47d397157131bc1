//! Whether a field's confidences have moved from one night to the next: a sign without any label that scanner, paper or program have changed. It
//! only raises how much is checked; whether values are wrong, people say.

/// Where the bins of confidences end. Most values are sure: the bins are narrow where the values are.
const EDGES: [f64; 9] = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.9995];
/// Bins of confidences.
pub const BINS: usize = EDGES.len() + 1;
/// Bins whose values are unsure: under 0.9.
const UNSURE: usize = 3;
/// Nights that are looked back on.
pub const NIGHTS: usize = 20;
/// A population stability index above this is taken as a shift (the usual rule: 0.1 is a small one, 0.25 a large one).
const SHIFTED: f64 = 0.2;
/// Standard deviations from the mean of the nights before that a share of unsure values may lie.
const SIGMAS: f64 = 4.0;
/// Fewer values in a night say nothing: without any shift the index of two samples is about `(BINS - 1) (1/n + 1/m)`.
const FEWEST: u64 = 200;
/// Nights that a standard deviation takes.
const FEWEST_NIGHTS: usize = 5;

/// The bin of a confidence.
pub fn bin(confidence: f64) -> usize {
    EDGES.iter().filter(|edge| confidence >= **edge).count()
}

/// Whether this night's confidences are other ones than those of the nights before, the latest first, by their counts in bins.
pub fn moved(before: &[Vec<u64>], tonight: &[u64]) -> bool {
    let before: Vec<&Vec<u64>> = before.iter().take(NIGHTS).filter(|night| night.len() == BINS).collect();
    let all: Vec<u64> = (0..BINS).map(|bin| before.iter().map(|night| night[bin]).sum()).collect();
    if tonight.len() != BINS || tonight.iter().sum::<u64>() < FEWEST || all.iter().sum::<u64>() < FEWEST {
        return false;
    }
    stability(&all, tonight) > SHIFTED || unsure_share_is_odd(&before, tonight)
}

/// The population stability index of two samples in bins. Half a value is added to every bin, so that an empty one is no infinity.
fn stability(before: &[u64], tonight: &[u64]) -> f64 {
    let share = |counts: &[u64], bin: usize| (counts[bin] as f64 + 0.5) / (counts.iter().sum::<u64>() as f64 + 0.5 * BINS as f64);
    (0..BINS).map(|bin| (share(tonight, bin), share(before, bin))).map(|(now, then)| (now - then) * (now / then).ln()).sum()
}

fn unsure_share_is_odd(before: &[&Vec<u64>], tonight: &[u64]) -> bool {
    let share = |counts: &[u64]| counts[..UNSURE].iter().sum::<u64>() as f64 / counts.iter().sum::<u64>().max(1) as f64;
    let shares: Vec<f64> = before.iter().filter(|night| night.iter().sum::<u64>() >= FEWEST).map(|night| share(night)).collect();
    if shares.len() < FEWEST_NIGHTS {
        return false;
    }
    let n = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let between = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Nights that were alike by chance do not make the next one odd: its own sample has a spread, too.
    let of_sample = mean * (1.0 - mean) / tonight.iter().sum::<u64>() as f64;
    (share(tonight) - mean).abs() > SIGMAS * between.max(of_sample).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::sequence::dice::Dice;

    /// A night of `n` values whose doubts (1 - confidence) are drawn at a level.
    fn night(dice: &mut Dice, n: usize, level: f64) -> Vec<u64> {
        let mut counts = vec![0; BINS];
        (0..n).for_each(|_| counts[bin(1.0 - level * dice.roll().powi(3))] += 1);
        counts
    }

    #[test]
    fn bins_hold_everything_in_order() {
        assert_eq!([0.0, 0.49, 0.5, 0.97, 0.9999, 1.0].map(bin), [0, 0, 1, 4, 9, 9]);
        assert!(EDGES.is_sorted());
    }

    #[test]
    fn shifts_are_seen_and_chance_is_not() {
        let mut dice = Dice::new(1);
        let mut false_signs = 0;
        for _ in 0..200 {
            let before: Vec<Vec<u64>> = (0..20).map(|_| night(&mut dice, 400, 0.3)).collect();
            false_signs += usize::from(moved(&before, &night(&mut dice, 400, 0.3)));
            assert!(moved(&before, &night(&mut dice, 400, 0.9)), "three times the doubt");
        }
        assert!(false_signs <= 4, "{false_signs} of 200 ordinary nights");
    }

    #[test]
    fn little_says_nothing() {
        let mut dice = Dice::new(2);
        let before: Vec<Vec<u64>> = (0..3).map(|_| night(&mut dice, 400, 0.3)).collect();
        assert!(!moved(&before, &night(&mut dice, 50, 0.9)));
        assert!(!moved(&[], &night(&mut dice, 400, 0.9)));
        assert!(!moved(&before, &[1_000]), "counts of another form");
    }
}
