//! Figures of probabilities against what was right: pure, each with its definition.

use serde::Serialize;

/// Bins of reliability and calibration error, of equal width.
const BINS: usize = 10;
/// Shares of wrong values that the risk–coverage table asks about.
const TARGETS: [f64; 5] = [0.001, 0.005, 0.01, 0.02, 0.05];

/// A judged value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The probability that was stated, 0.0–1.0.
    pub probability: f64,
    /// Whether it was right.
    pub right: bool,
}

/// Values whose probabilities lie in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Lower edge.
    pub from: f64,
    /// Upper edge.
    pub to: f64,
    /// How many.
    pub values: usize,
    /// Mean probability.
    pub mean: f64,
    /// Share that is right.
    pub right: f64,
}

/// The most that could be accepted at a share of wrong values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The share.
    pub wrong_at_most: f64,
    /// From this probability on; `None` if nothing holds.
    pub threshold: Option<f64>,
    /// Values at or above it.
    pub values: usize,
    /// Wrong ones among them.
    pub wrong: usize,
    /// Their share of all judged values.
    pub of_given: f64,
    /// Right ones among them as a share of the values in truth, where it is known what there is.
    pub of_truth: Option<f64>,
}

/// Mean squared distance between probability and outcome (Brier 1950).
pub fn brier(judged: &[Judged]) -> Option<f64> {
    let sum: f64 = judged.iter().map(|j| (j.probability - f64::from(u8::from(j.right))).powi(2)).sum();
    (!judged.is_empty()).then(|| sum / judged.len() as f64)
}

/// The reliability table; bins without values are left out.
pub fn reliability(judged: &[Judged]) -> Vec<Bin> {
    let mut sums = [(0_usize, 0.0_f64, 0_usize); BINS];
    for j in judged {
        // 0.3 × 10 is a little less than 3.
        let bin = ((j.probability * BINS as f64 + 1e-9) as usize).min(BINS - 1);
        sums[bin].0 += 1;
        sums[bin].1 += j.probability;
        sums[bin].2 += usize::from(j.right);
    }
    let bin = |(k, (values, sum, right)): (usize, (usize, f64, usize))| Bin {
        from: k as f64 / BINS as f64,
        to: (k + 1) as f64 / BINS as f64,
        values,
        mean: sum / values as f64,
        right: right as f64 / values as f64,
    };
    sums.into_iter().enumerate().filter(|(_, (values, ..))| *values > 0).map(bin).collect()
}

/// Expected calibration error: distance between mean probability and share right, weighted by the values of each bin.
pub fn calibration_error(judged: &[Judged]) -> Option<f64> {
    let sum: f64 = reliability(judged).iter().map(|bin| bin.values as f64 * (bin.mean - bin.right).abs()).sum();
    (!judged.is_empty()).then(|| sum / judged.len() as f64)
}

/// Area under the receiver operating characteristic: the probability that a right value is given more than a wrong one, equal figures counting half
/// (Mann and Whitney). `None` without values of both sorts.
pub fn auroc(judged: &[Judged]) -> Option<f64> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    let (mut wins, mut wrong_below) = (0.0, 0_usize);
    for tied in sorted.chunk_by(|a, b| a.probability == b.probability) {
        let right = tied.iter().filter(|j| j.right).count();
        let wrong = tied.len() - right;
        wins += right as f64 * (wrong_below as f64 + 0.5 * wrong as f64);
        wrong_below += wrong;
    }
    let right = judged.len() - wrong_below;
    (right > 0 && wrong_below > 0).then(|| wins / (right as f64 * wrong_below as f64))
}

/// Each step of the risk–coverage curve, surest first: probability, values at or above it, wrong ones among them. Values of one probability stand or fall
/// together.
pub fn steps(judged: &[Judged]) -> Vec<(f64, usize, usize)> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let (mut values, mut wrong) = (0, 0);
    let step = |tied: &[&Judged]| {
        values += tied.len();
        wrong += tied.iter().filter(|j| !j.right).count();
        (tied[0].probability, values, wrong)
    };
    sorted.chunk_by(|a, b| a.probability == b.probability).map(step).collect()
}

/// The risk–coverage table. `truth` is the number of values in truth, where it is known.
pub fn risk_coverage(judged: &[Judged], truth: Option<usize>) -> Vec<Coverage> {
    let steps = steps(judged);
    let of = |target: f64| {
        let best = steps.iter().rev().find(|(_, values, wrong)| *wrong as f64 / *values as f64 <= target);
        let (threshold, values, wrong) = best.map_or((None, 0, 0), |&(threshold, values, wrong)| (Some(threshold), values, wrong));
        Coverage {
            wrong_at_most: target,
            threshold,
            values,
            wrong,
            of_given: values as f64 / judged.len().max(1) as f64,
            of_truth: truth.filter(|&n| n > 0).map(|n| (values - wrong) as f64 / n as f64),
        }
    };
    TARGETS.map(of).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(of: &[(f64, bool)]) -> Vec<Judged> {
        of.iter().map(|&(probability, right)| Judged { probability, right }).collect()
    }

    #[test]
    fn figures_agree_with_those_done_by_hand() {
        let some = judged(&[(0.9, true), (0.9, false), (0.3, false), (0.8, true)]);
        // (0.01 + 0.81 + 0.09 + 0.04) / 4.
        assert!((brier(&some).unwrap() - 0.2375).abs() < 1e-12);
        // Bins: 0.3 alone (0.3 against 0), 0.8 alone (0.8 against 1), 0.9 twice (0.9 against 0.5): (0.3 + 0.2 + 2 × 0.4) / 4.
        assert!((calibration_error(&some).unwrap() - 0.325).abs() < 1e-12);
        let bins = reliability(&some);
        assert_eq!(
            bins.iter().map(|bin| (bin.from, bin.values, bin.right)).collect::<Vec<_>>(),
            [(0.3, 1, 0.0), (0.8, 1, 1.0), (0.9, 2, 0.5)]
        );
        // Right 0.9 and 0.8 against wrong 0.9 and 0.3: a tie and three pairs, of which 0.8 against 0.9 is lost: (0.5 + 1 + 0 + 1) / 4.
        assert!((auroc(&some).unwrap() - 0.625).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_figures() {
        assert_eq!((brier(&[]), calibration_error(&[]), auroc(&[])), (None, None, None));
        assert_eq!(auroc(&judged(&[(0.5, true)])), None);
        assert!(risk_coverage(&[], None).iter().all(|c| c.threshold.is_none() && c.values == 0));
    }

    #[test]
    fn values_of_one_probability_stand_or_fall_together() {
        let some = judged(&[(0.99, true), (0.9, true), (0.9, false), (0.5, true)]);
        assert_eq!(steps(&some), [(0.99, 1, 0), (0.9, 3, 1), (0.5, 4, 1)]);
        let table = risk_coverage(&some, Some(8));
        assert!(table.iter().all(|c| (c.threshold, c.values, c.wrong) == (Some(0.99), 1, 0)));
        assert_eq!((table[0].of_given, table[0].of_truth), (0.25, Some(0.125)));
        // One wrong among a hundred holds 1 %, not 0.5 %; the loosest level that holds is taken.
        let mut many = judged(&[(0.7, false)]);
        many.extend(judged(&[(0.6, true); 99]));
        many.extend(judged(&[(0.95, true); 10]));
        let table = risk_coverage(&many, None);
        assert_eq!(table.iter().map(|c| c.values).collect::<Vec<_>>(), [10, 10, 110, 110, 110]);
    }
}
