//! Exact bounds on a share of wrong values, from counts alone.
//!
//! `k` wrong among `n` checked values. The one-sided Clopper–Pearson bound (Biometrika 26, 1934) is the share at which seeing `k` or fewer
//! wrong ones would have had the probability `delta`; it holds for every true share and every `n`, without any approximation. Counts stay
//! integers all the way: computing `k` back from a rounded share and cutting it off loses an error (k = 3 of 94 becomes 2) and states too low a bound.

/// Everything that is stated holds with this probability of error: one promise in twenty may be wrong.
pub const DELTA: f64 = 0.05;

/// Bisections of the unit interval: the result is exact to the last bits of a double.
const STEPS: usize = 80;

/// ln Γ(x) for x > 0: Lanczos' approximation with g = 7 and nine terms (Numerical Recipes, 3rd ed., section 6.1); relative error under 1e-14.
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = COEFFICIENTS.iter().zip(0_u8..).skip(1).fold(COEFFICIENTS[0], |sum, (c, i)| sum + c / (x + f64::from(i)));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// ln of the number of ways to take `k` of `n`.
fn ln_choose(n: u64, k: u64) -> f64 {
    ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0)
}

/// Probability of at most `k` wrong ones among `n` values of which each is wrong with probability `p`.
///
/// Sums from the largest term down, so that it costs as many terms as matter and not `k`.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    let (ln_p, ln_q) = (p.ln(), (-p).ln_1p());
    let term = |i: u64| (ln_choose(n, i) + i as f64 * ln_p + (n - i) as f64 * ln_q).exp();
    // Below the mode the terms fall towards 0: start at the top of what is asked for.
    let mode = (((n + 1) as f64) * p).floor() as u64;
    if k <= mode {
        falling((0..=k).rev().map(term))
    } else {
        // The other side is the smaller one.
        (1.0 - falling((k + 1..=n).map(term))).max(0.0)
    }
}

/// Adds terms that fall from the first on, until they no longer matter.
fn falling(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for term in terms {
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum.min(1.0)
}

/// The least share at which `k` or fewer wrong ones among `n` have at most the probability `delta`: with confidence `1 - delta` the true share is no
/// higher. 1.0 where nothing was checked.
pub fn upper_bound(k: u64, n: u64, delta: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    if k == 0 {
        return -(delta.ln() / n as f64).exp_m1();
    }
    let (mut low, mut high) = (k as f64 / n as f64, 1.0);
    for _ in 0..STEPS {
        let middle = 0.5 * (low + high);
        if binomial_cdf(k, n, middle) > delta { low = middle } else { high = middle }
    }
    high
}

/// The bound on a share over several groups that were checked at different rates: `groups` holds for each its weight (its part of all, so that the
/// weights add up to 1), its checked values and the wrong among them. 1.0 where nothing was checked.
///
/// The gamma interval of Fay and Feuer (Statistics in Medicine 16, 1997, 791–801): a weighted sum of Poisson counts, with the heaviest count taken once
/// more for what was not seen. With equal weights it is the exact Poisson bound; with unequal ones it was found to hold in all simulations, without a proof.
pub fn weighted_upper_bound(groups: &[(f64, u64, u64)], delta: f64) -> f64 {
    let each = |&(weight, n, k): &(f64, u64, u64)| (weight / n.max(1) as f64, k as f64);
    let heaviest = groups.iter().map(|g| each(g).0).fold(0.0, f64::max);
    if heaviest <= 0.0 || groups.iter().any(|&(weight, n, _)| weight > 0.0 && n == 0) {
        return 1.0;
    }
    let (sum, variance) = groups.iter().map(each).fold((0.0, 0.0), |(s, v), (w, k)| (s + w * k, v + w * w * k));
    let (sum, variance) = (sum + heaviest, variance + heaviest * heaviest);
    (variance / sum * gamma_quantile(sum * sum / variance, 1.0 - delta)).min(1.0)
}

/// Where a gamma distribution of this shape and of scale 1 reaches the probability `p`.
fn gamma_quantile(shape: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 1.0);
    while gamma_cdf(shape, high) < p {
        high *= 2.0;
    }
    for _ in 0..STEPS {
        let middle = 0.5 * (low + high);
        if gamma_cdf(shape, middle) < p { low = middle } else { high = middle }
    }
    high
}

/// The regularised lower incomplete gamma function, by its series: all terms are positive, and those past `x` fall geometrically.
fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let first = (shape * x.ln() - x - ln_gamma(shape + 1.0)).exp();
    let (mut sum, mut term, mut above) = (first, first, shape);
    // The first term may be too small for a double far in the tail, where the function is 1.
    if first == 0.0 {
        return if x > shape { 1.0 } else { 0.0 };
    }
    while above < x || term > sum * 1e-17 {
        above += 1.0;
        term *= x / above;
        sum += term;
    }
    sum.min(1.0)
}

/// Whether `k` wrong among `n` show that the share is at most `target`, with confidence `1 - delta`.
pub fn shows(k: u64, n: u64, target: f64, delta: f64) -> bool {
    n > 0 && binomial_cdf(k, n, target) <= delta
}

/// How many values have to be checked to show `target` if at most `k` of them turn out wrong.
pub fn labels_for(k: u64, target: f64, delta: f64) -> u64 {
    let (mut low, mut high) = (k, k + 1);
    while !shows(k, high, target, delta) {
        low = high;
        high *= 2;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if shows(k, middle, target, delta) { high = middle } else { low = middle }
    }
    high
}

/// The same for a closed lot of `size` values without a single wrong one among those checked (hypergeometric): the number to check so that a lot with
/// more than `target` wrong would have shown one with probability `1 - delta`.
pub fn labels_for_lot(size: u64, target: f64, delta: f64) -> u64 {
    let wrong = (target * size as f64).floor() as u64 + 1;
    if wrong > size {
        return size;
    }
    let missed = |n: u64| if n > size - wrong { f64::NEG_INFINITY } else { ln_choose(size - wrong, n) - ln_choose(size, n) };
    let (mut low, mut high) = (0, size);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if missed(middle) <= delta.ln() { high = middle } else { low = middle }
    }
    high
}

/// Labels, and wrong ones allowed among them, with which `target` is shown with probability `power` if the true share is `share`.
/// `None` if that takes more than `most` labels.
pub fn labels_with_power(share: f64, target: f64, delta: f64, power: f64, most: u64) -> Option<(u64, u64)> {
    (0..).map(|k| (labels_for(k, target, delta), k)).take_while(|(n, _)| *n <= most).find(|&(n, k)| binomial_cdf(k, n, share) >= power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_agree_with_the_reference_table() {
        // Errors allowed; labels for 0.1, 0.5 and 1 %, 95 %, one-sided, exact.
        let table = [
            (0, [2_995, 598, 299]),
            (1, [4_742, 947, 473]),
            (2, [6_294, 1_258, 628]),
            (3, [7_752, 1_549, 773]),
            (5, [10_511, 2_100, 1_049]),
            (10, [16_959, 3_389, 1_693]),
            (20, [29_058, 5_808, 2_902]),
        ];
        for (k, wanted) in table {
            for (target, n) in [0.001, 0.005, 0.01].into_iter().zip(wanted) {
                assert_eq!(labels_for(k, target, 0.05), n, "k {k}, target {target}");
                // One label less does not show it; the bound says the same as the test.
                assert!(upper_bound(k, n, 0.05) <= target && upper_bound(k, n - 1, 0.05) > target);
            }
        }
        assert_eq!([0.001, 0.005, 0.01].map(|r| labels_for(0, r, 0.005)), [5_296, 1_058, 528]);
        assert_eq!([0.001, 0.005, 0.01].map(|r| labels_for(3, r, 0.005)), [10_974, 2_192, 1_094]);
    }

    #[test]
    fn three_of_ninety_four_stay_three() {
        assert!((upper_bound(3, 94, 0.05) - 0.080).abs() < 0.0005, "{}", upper_bound(3, 94, 0.05));
        assert!((upper_bound(2, 94, 0.05) - 0.065).abs() < 0.0005, "{}", upper_bound(2, 94, 0.05));
    }

    #[test]
    fn lots_need_fewer_labels() {
        let table = [(1_000, [777, 393, 238]), (5_000, [1_965, 543, 284]), (10_000, [2_383, 570, 291]), (50_000, [2_851, 592, 297])];
        for (size, wanted) in table {
            assert_eq!([0.001, 0.005, 0.01].map(|r| labels_for_lot(size, r, 0.05)), wanted, "lot of {size}");
        }
    }

    #[test]
    fn power_agrees_with_the_reference_table() {
        let table = [(0.1, 947, 1), (0.2, 1_549, 3), (1.0 / 3.0, 2_627, 7), (0.5, 5_096, 17)];
        for (part, n, k) in table {
            assert_eq!(labels_with_power(part * 0.005, 0.005, 0.05, 0.9, 100_000), Some((n, k)), "{part} of the target");
        }
        assert_eq!(labels_with_power(0.005, 0.005, 0.05, 0.9, 10_000), None);
    }

    #[test]
    fn equal_weights_give_the_exact_poisson_bound() {
        // Half the 95 % point of chi-square with 2 (k + 1) degrees of freedom, as in any table.
        for (k, events) in [(0, 2.9957), (1, 4.7439), (2, 6.2958), (3, 7.7537), (10, 16.9622), (30, 40.6906)] {
            let bound = weighted_upper_bound(&[(0.25, 500, k), (0.75, 1_500, 0)], 0.05);
            assert!((bound * 2_000.0 - events).abs() < 5e-4 * events, "{k}: {} against {events}", bound * 2_000.0);
        }
        assert_eq!(weighted_upper_bound(&[], 0.05), 1.0);
        assert_eq!(weighted_upper_bound(&[(0.5, 100, 0), (0.5, 0, 0)], 0.05), 1.0, "nobody looked at the second half");
    }

    #[test]
    fn unequal_rates_keep_their_promise() {
        // Weight, checked, true share. The bound lies under the true share over all in one of twenty at most, and three standard errors of 2,000 tries.
        let tables: [&[(f64, u64, f64)]; 3] = [
            &[(0.7, 100, 0.004), (0.2, 200, 0.01), (0.1, 400, 0.03)],
            &[(0.9, 50, 0.01), (0.1, 500, 0.0)],
            &[(0.5, 300, 0.005), (0.5, 60, 0.05)],
        ];
        for table in tables {
            let truth: f64 = table.iter().map(|(w, _, p)| w * p).sum();
            let mut dice = super::super::sequence::dice::Dice::new(5);
            let mut sample = || -> Vec<(f64, u64, u64)> {
                table.iter().map(|&(w, n, p)| (w, n, (0..n).filter(|_| dice.roll() < p).count() as u64)).collect()
            };
            let broken = (0..2_000).filter(|_| weighted_upper_bound(&sample(), 0.05) < truth).count();
            assert!(broken <= 129, "{broken} of 2000 for {table:?}");
        }
    }

    proptest! {
        #[test]
        fn the_bound_is_monotone(n in 1_u64..3_000, share in 0.0_f64..1.0, delta in 0.001_f64..0.4) {
            let k = (share * n as f64) as u64;
            let bound = upper_bound(k, n, delta);
            prop_assert!((0.0..=1.0).contains(&bound) && bound >= k as f64 / n as f64);
            prop_assert!(upper_bound(k + 1, n, delta) >= bound);
            prop_assert!(upper_bound(k, n + 1, delta) <= bound + 1e-12);
            prop_assert!(upper_bound(k, n, delta / 2.0) >= bound - 1e-12);
        }

        #[test]
        fn the_sum_is_the_sum(n in 1_u64..60, share in 0.0_f64..1.0, p in 0.0_f64..1.0) {
            let k = (share * n as f64) as u64;
            let plain: f64 = (0..=k).map(|i| (ln_choose(n, i) + i as f64 * p.ln() + (n - i) as f64 * (1.0 - p).ln()).exp()).sum();
            prop_assert!((binomial_cdf(k, n, p) - plain.min(1.0)).abs() < 1e-10 || p == 0.0);
        }
    }
}
