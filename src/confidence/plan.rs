//! What a target would cost: how much would have to be looked at, and how many labels a certificate would take. Estimates from calibrated
//! probabilities, for planning; nothing here is promised.

use super::bounds;

/// Chance with which a certificate should pass if the true share is what is expected.
pub const POWER: f64 = 0.9;
/// Share of the target that may be expected to be wrong: a certificate of a class that is as bad as the target itself never passes, and of one
/// that is half as bad it takes some 5,000 labels at 0.5 %.
const ROOM: f64 = 0.5;
/// Nobody plans for fewer errors than this share of the target: probabilities are not stated so finely.
const LEAST_EXPECTED: f64 = 0.1;

/// What sums of probabilities lose in their last digits.
const ROUNDING: f64 = 1e-9;

/// A class's values that no rule bars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    /// Their probabilities of being right.
    pub scores: Vec<f64>,
    /// How many can be checked, one of a document and field.
    pub cases: u64,
}

/// What a target costs in one class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Values that could be accepted.
    pub accepted: u64,
    /// Wrong ones expected among them.
    pub expected_wrong: f64,
    /// The score from which they are.
    pub threshold: Option<f64>,
    /// Labels that a certificate takes; `None` if the archive has not so many values to check.
    pub labels: Option<u64>,
}

/// The most values, surest first, of which no more than half of the target's share is expected to be wrong. Values of one score stand or fall together.
pub fn cost(pool: &Pool, target: f64, delta: f64) -> Cost {
    let mut sorted = pool.scores.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut best = Cost { accepted: 0, expected_wrong: 0.0, threshold: None, labels: None };
    let mut wrong = 0.0;
    for (at, &score) in sorted.iter().enumerate() {
        wrong += 1.0 - score;
        let last_of_its_score = sorted.get(at + 1).is_none_or(|next| *next < score);
        if last_of_its_score && wrong <= ROOM * target * (at + 1) as f64 + ROUNDING {
            best = Cost { accepted: at as u64 + 1, expected_wrong: wrong, threshold: Some(score), labels: None };
        }
    }
    if best.accepted > 0 {
        let share = (best.expected_wrong / best.accepted as f64).max(LEAST_EXPECTED * target);
        best.labels = bounds::labels_with_power(share, target, delta, POWER, pool.cases).map(|(labels, _)| labels);
    }
    best
}

/// What a plan of a contract, `sample` values checked and at most `allowed` wrong, lets pass and shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Characteristic {
    /// Probability of passing at a true share: share, probability.
    pub passes: Vec<(f64, f64)>,
    /// True share that passes once in ten times.
    pub passed_with_ten_percent: f64,
    /// Upper bound on the share that is shown where just so many are wrong.
    pub bound: f64,
}

/// The operating characteristic of a plan.
pub fn characteristic(sample: u64, allowed: u64, shares: &[f64], delta: f64) -> Characteristic {
    Characteristic {
        passes: shares.iter().map(|&share| (share, bounds::binomial_cdf(allowed, sample, share))).collect(),
        // The share at which passing has the probability 0.1 is the bound of confidence 0.9.
        passed_with_ten_percent: bounds::upper_bound(allowed, sample, 0.1),
        bound: bounds::upper_bound(allowed, sample, delta),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_of_contracts_agree_with_the_reference_table() {
        // Letter and AQL of ISO 2859-1; the reference's table of what they let pass, in percent.
        for (sample, allowed, passes, ten, bound) in [
            (200, 3, [1.00, 0.98, 0.86], 3.31, 3.83),
            // 0.99 to the power of 125 is 0.2847; the table rounds it up.
            (125, 0, [0.88, 0.53, 0.28], 1.83, 2.37),
            (500, 1, [0.91, 0.29, 0.04], 0.78, 0.95),
            (800, 2, [0.95, 0.24, 0.01], 0.66, 0.78),
            (1250, 3, [0.96, 0.13, 0.00], 0.53, 0.62),
        ] {
            let got = characteristic(sample, allowed, &[0.001, 0.005, 0.01], 0.05);
            for ((_, p), want) in got.passes.iter().zip(passes) {
                assert!((p - want).abs() < 0.0051, "{sample}/{allowed}: {p} is not {want}");
            }
            assert!((100.0 * got.passed_with_ten_percent - ten).abs() < 0.0051, "{sample}/{allowed}: {}", got.passed_with_ten_percent);
            assert!((100.0 * got.bound - bound).abs() < 0.0051, "{sample}/{allowed}: {}", got.bound);
        }
    }

    #[test]
    fn the_surest_are_taken_until_the_target_is_spent() {
        let pool = Pool { scores: vec![0.5, 0.999, 0.99, 0.999, 0.9], cases: 5 };
        let at = |target: f64| cost(&pool, 2.0 * target, 0.05);
        assert_eq!((at(0.0001).accepted, at(0.0001).labels), (0, None));
        assert_eq!((at(0.001).accepted, at(0.001).threshold), (2, Some(0.999)));
        assert_eq!(at(0.005).accepted, 3);
        assert_eq!(at(0.2).accepted, 5);
        // Half of the target is expected to be wrong: as the reference's table of power has it. One case fewer, and it cannot be done.
        let half = |cases| Pool { scores: vec![0.9975; 100], cases };
        assert_eq!(cost(&half(5_096), 0.005, 0.05).labels, Some(5_096));
        assert_eq!(cost(&half(5_095), 0.005, 0.05).labels, None);
    }

    #[test]
    fn equal_scores_stand_or_fall_together() {
        let pool = Pool { scores: vec![0.999, 0.98, 0.98, 0.98], cases: 4 };
        assert_eq!(cost(&pool, 0.024, 0.05).accepted, 1, "one of three equal ones would do, all do not");
    }
}
