//! A threshold with a guarantee: fixed-sequence testing of a grid that is laid before any label is seen.
//!
//! Learn-then-Test (Angelopoulos et al., arXiv 2110.01052) with exact binomial p-values: candidates are tested from the strictest to the loosest, and
//! the first that fails ends it. Each test errs with probability `delta`, and only the first true hypothesis that is rejected counts, so the whole
//! sequence errs with probability `delta`, too. It needs no smooth or calibrated score; it needs labels that are a random sample of the values
//! that the rule will meet, at most one of each document and field.

use serde::{Deserialize, Serialize};

use super::bounds;

/// Shares of all values, surest first, at which thresholds are tried.
pub const SHARES: [f64; 13] = [0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.93, 0.96, 0.98, 1.00];

/// The first threshold that is tested has labels enough that about one error among them does no harm: 1.6 times what none would take
/// (simulated for the project: fewer start the sequence where one bad draw ends it at once).
const HEADROOM: f64 = 1.6;

/// A value that was checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// The score that it was accepted by, 0.0–1.0.
    pub score: f64,
    /// Whether it was wrong.
    pub wrong: bool,
}

/// What the sequence came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Values of at least this score are wrong with at most the target's share, with confidence `1 - delta`.
    Certified {
        /// The lowest score that passed.
        threshold: f64,
        /// Labels at or above it.
        checked: u64,
        /// Wrong ones among them.
        wrong: u64,
        /// Upper bound on the share of wrong values at or above the threshold.
        bound: f64,
    },
    /// Nothing passed.
    Refused {
        /// Labels at the strictest threshold that was tried, or of all if none had enough.
        checked: u64,
        /// Wrong ones among them.
        wrong: u64,
        /// Labels that are missing, if no more of them are wrong; of a class that is as bad as it looks no number would do, and this is what would
        /// be needed at the errors seen.
        missing: u64,
    },
}

/// Thresholds at fixed shares of the unlabelled scores, strictest first, without repetition.
pub fn grid(scores: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = scores.iter().copied().filter(|s| s.is_finite()).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut grid: Vec<f64> = Vec::new();
    for share in SHARES {
        let at = (share * sorted.len() as f64).ceil() as usize;
        if let Some(&score) = at.checked_sub(1).and_then(|at| sorted.get(at))
            && grid.last().is_none_or(|last| score < *last)
        {
            grid.push(score);
        }
    }
    grid
}

/// Labels with which the first threshold is tried.
pub fn fewest(target: f64, delta: f64) -> u64 {
    (HEADROOM * (1.0 / delta).ln() / target).ceil() as u64
}

/// Tests the grid. `catch` is the share of wrong values that those who check find (1.0: all): what they miss is made up for by a lower target.
pub fn certify(grid: &[f64], labels: &[Label], target: f64, delta: f64, catch: f64) -> Outcome {
    let target = target * catch.clamp(0.0, 1.0);
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let at = |threshold: f64| {
        let n = sorted.partition_point(|label| label.score >= threshold);
        (n as u64, sorted[..n].iter().filter(|label| label.wrong).count() as u64)
    };
    let enough = fewest(target, delta);
    let mut passed = None;
    for &threshold in grid.iter().filter(|&&threshold| at(threshold).0 >= enough) {
        let (checked, wrong) = at(threshold);
        if !bounds::shows(wrong, checked, target, delta) {
            break;
        }
        passed = Some(Outcome::Certified { threshold, checked, wrong, bound: bounds::upper_bound(wrong, checked, delta) });
    }
    passed.unwrap_or_else(|| {
        let strictest = grid.iter().map(|&threshold| at(threshold)).find(|(checked, _)| *checked >= enough);
        let (checked, wrong) = strictest.unwrap_or_else(|| (sorted.len() as u64, sorted.iter().filter(|label| label.wrong).count() as u64));
        let needed = bounds::labels_for(wrong, target, delta).max(enough);
        Outcome::Refused { checked, wrong, missing: needed.saturating_sub(checked) }
    })
}

/// Numbers by chance that are the same on every machine.
#[cfg(test)]
pub(crate) mod dice {
    /// xorshift64*: numbers that are the same on every machine.
    pub(crate) struct Dice(u64);

    impl Dice {
        pub(crate) fn new(seed: u64) -> Self {
            Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
        }

        pub(crate) fn roll(&mut self) -> f64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::dice::Dice;
    use super::*;

    /// A world of values: a score, and the chance that a value of that score is wrong, 2.1 % in the middle and falling steeply with the score.
    fn wrong_at(score: f64) -> f64 {
        0.16 * (1.0 - score).powf(6.5)
    }

    /// The true share of wrong values at or above a threshold, scores being even on 0–1.
    fn risk(threshold: f64) -> f64 {
        if threshold >= 1.0 { 0.0 } else { 0.16 * (1.0 - threshold).powf(7.5) / 7.5 / (1.0 - threshold) }
    }

    fn archive(dice: &mut Dice, n: usize) -> Vec<Label> {
        (0..n)
            .map(|_| {
                let score = dice.roll();
                Label { score, wrong: dice.roll() < wrong_at(score) }
            })
            .collect()
    }

    /// The rule that everybody uses: the lowest threshold at which the labels' own share of errors is within the target.
    fn naive(labels: &[Label], target: f64) -> Option<f64> {
        let mut sorted = labels.to_vec();
        sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut wrong = 0;
        let mut best = None;
        for (n, label) in sorted.iter().enumerate() {
            wrong += usize::from(label.wrong);
            if wrong as f64 <= target * (n + 1) as f64 {
                best = Some(label.score);
            }
        }
        best
    }

    #[test]
    fn the_certified_rule_keeps_its_word_where_the_naive_one_does_not() {
        let (runs, target, delta) = (2_000, 0.01, 0.05);
        let (mut certified, mut broken, mut naively_broken) = (0, 0, 0);
        for seed in 0..runs {
            let mut dice = Dice::new(seed + 1);
            let labels = archive(&mut dice, 1_500);
            let unlabelled: Vec<f64> = (0..1_500).map(|_| dice.roll()).collect();
            if let Outcome::Certified { threshold, .. } = certify(&grid(&unlabelled), &labels, target, delta, 1.0) {
                certified += 1;
                broken += u32::from(risk(threshold) > target);
            }
            naively_broken += u32::from(naive(&labels, target).is_some_and(|threshold| risk(threshold) > target));
        }
        let most = runs as f64 * delta + 3.0 * (runs as f64 * delta * (1.0 - delta)).sqrt();
        assert!(f64::from(broken) <= most, "broken in {broken} of {runs}");
        assert!(f64::from(naively_broken) > most, "the naive rule was broken in {naively_broken} only");
        assert!(certified * 10 > runs * 9, "certified in {certified} only: a rule that refuses all keeps every word");
    }

    #[test]
    fn the_grid_is_laid_by_the_scores_alone() {
        let scores: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        let grid = grid(&scores);
        assert_eq!(grid.len(), SHARES.len());
        assert!(grid.windows(2).all(|w| w[0] > w[1]));
        assert_eq!((grid[0], grid[12]), (0.9, 0.0));
        // Many equal scores are one threshold.
        assert_eq!(super::grid(&[0.5; 100]), [0.5]);
        assert!(super::grid(&[]).is_empty());
    }

    #[test]
    fn what_cannot_be_shown_is_refused_with_the_labels_that_are_missing() {
        let of = |n: usize, wrong: usize| -> Vec<Label> { (0..n).map(|i| Label { score: 0.9, wrong: i < wrong }).collect() };
        let ask = |n, wrong, catch| certify(&[0.9], &of(n, wrong), 0.005, 0.05, catch);
        assert_eq!(ask(0, 0, 1.0), Outcome::Refused { checked: 0, wrong: 0, missing: 959 });
        assert_eq!(ask(400, 0, 1.0), Outcome::Refused { checked: 400, wrong: 0, missing: 559 });
        assert!(matches!(ask(959, 0, 1.0), Outcome::Certified { checked: 959, wrong: 0, .. }));
        assert_eq!(ask(1_200, 2, 1.0), Outcome::Refused { checked: 1_200, wrong: 2, missing: 58 });
        assert!(matches!(ask(1_258, 2, 1.0), Outcome::Certified { .. }));
        // Those who check find four errors of five: the same labels do not do any more.
        assert!(matches!(ask(1_258, 2, 0.8), Outcome::Refused { .. }));
    }

    #[test]
    fn the_first_failure_ends_the_sequence() {
        // Bad values on top, good ones below: the loose threshold alone would pass.
        let mut labels: Vec<Label> = (0..1_000).map(|i| Label { score: 0.9, wrong: i < 20 }).collect();
        labels.extend((0..9_000).map(|_| Label { score: 0.5, wrong: false }));
        assert!(matches!(certify(&[0.9, 0.5], &labels, 0.005, 0.05, 1.0), Outcome::Refused { checked: 1_000, wrong: 20, .. }));
    }
}
