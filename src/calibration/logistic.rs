//! Penalised logistic regression with sign constraints: projected Newton steps (Bertsekas, SIAM J. Control and Optimization 20, 1982).
//!
//! The problem is strictly convex, so that there is one answer whatever the beginning; the constraints say of some coefficients that they are not
//! below, or not above, 0.

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::confidence::Speaks;

/// Newton steps; a handful is usual.
const STEPS: usize = 100;
/// Halvings of a step that does not go down.
const HALVINGS: usize = 40;
/// A step that moves no coefficient farther than this is the last one.
const STILL: f64 = 1e-8;
/// Share of the expected descent that a step has to bring (Armijo).
const DESCENT: f64 = 1e-4;
/// Keeps the Hessian definite where no data speak of a coefficient.
const RIDGE: f64 = 1e-9;

/// A coefficient's penalty (½ · penalty · w²) and sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    /// Not below 0.
    pub penalty: f64,
    /// What the coefficient is held to; `None`: nothing.
    pub speaks: Option<Speaks>,
}

impl Term {
    fn held(self, w: f64) -> f64 {
        match self.speaks {
            Some(Speaks::For) => w.max(0.0),
            Some(Speaks::Against) => w.min(0.0),
            None => w,
        }
    }

    /// Whether a coefficient at its bound stays there: going downhill would break it.
    fn stays(self, w: f64, gradient: f64) -> bool {
        w == 0.0
            && match self.speaks {
                Some(Speaks::For) => gradient > 0.0,
                Some(Speaks::Against) => gradient < 0.0,
                None => false,
            }
    }
}

/// The coefficients under which `right` is likeliest, less the penalty. `x` has one row a case and one column a term.
pub(super) fn fit(x: &DMatrix<f64>, right: &[bool], terms: &[Term]) -> Vec<f64> {
    let y = DVector::from_iterator(right.len(), right.iter().map(|&r| f64::from(u8::from(r))));
    let loss = |z: &DVector<f64>, w: &DVector<f64>| {
        // -ln p of what happened, without overflow.
        let surprise = |(z, y): (&f64, &f64)| z.max(0.0) - z * y + (-z.abs()).exp().ln_1p();
        z.iter().zip(y.iter()).map(surprise).sum::<f64>() + w.iter().zip(terms).map(|(w, t)| 0.5 * t.penalty * w * w).sum::<f64>()
    };
    let mut w = DVector::zeros(terms.len());
    let mut z = x * &w;
    let mut now = loss(&z, &w);
    for _ in 0..STEPS {
        let p = z.map(|z| 1.0 / (1.0 + (-z).exp()));
        let gradient = x.tr_mul(&(&p - &y)) + DVector::from_iterator(terms.len(), w.iter().zip(terms).map(|(w, t)| t.penalty * w));
        let free: Vec<usize> = (0..terms.len()).filter(|&k| !terms[k].stays(w[k], gradient[k])).collect();
        if free.is_empty() {
            break;
        }
        let mut own = x.select_columns(&free);
        let own_turned = own.transpose();
        for (mut row, p) in own.row_iter_mut().zip(p.iter()) {
            row *= p * (1.0 - p);
        }
        let mut hessian = own_turned * own;
        for (at, &k) in free.iter().enumerate() {
            hessian[(at, at)] += terms[k].penalty + RIDGE;
        }
        let downhill = DVector::from_iterator(free.len(), free.iter().map(|&k| -gradient[k]));
        let Some(solved) = Cholesky::new(hessian).map(|cholesky| cholesky.solve(&downhill)) else { break };
        let mut size = 1.0;
        let mut moved = 0.0_f64;
        for _ in 0..HALVINGS {
            let mut next = w.clone();
            free.iter().zip(solved.iter()).for_each(|(&k, step)| next[k] = terms[k].held(w[k] + size * step));
            let next_z = x * &next;
            let (then, expected) = (loss(&next_z, &next), gradient.dot(&(&next - &w)));
            if then <= now + DESCENT * expected {
                moved = (&next - &w).amax();
                (w, z, now) = (next, next_z, then);
                break;
            }
            size *= 0.5;
        }
        if moved < STILL {
            break;
        }
    }
    w.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::dice::Dice;

    const FREE: Term = Term { penalty: 1e-6, speaks: None };

    /// Cases of which the log-odds are a known sum.
    fn made(n: usize, weights: &[f64], seed: u64) -> (DMatrix<f64>, Vec<bool>) {
        let mut dice = Dice::new(seed);
        let mut x = DMatrix::zeros(n, weights.len());
        let right = (0..n)
            .map(|i| {
                (0..weights.len()).for_each(|k| x[(i, k)] = if k == 0 { 1.0 } else { dice.roll() * 2.0 - 1.0 });
                let logit: f64 = weights.iter().enumerate().map(|(k, w)| w * x[(i, k)]).sum();
                dice.roll() < 1.0 / (1.0 + (-logit).exp())
            })
            .collect();
        (x, right)
    }

    #[test]
    fn known_weights_are_found_again() {
        let truth = [0.5, 2.0, -1.0, 0.0];
        let (x, right) = made(40_000, &truth, 3);
        let found = fit(&x, &right, &[FREE; 4]);
        assert!(found.iter().zip(truth).all(|(w, t)| (w - t).abs() < 0.08), "{found:?}");
    }

    #[test]
    fn signs_hold_and_the_rest_makes_the_best_of_it() {
        let (x, right) = made(4_000, &[0.5, 2.0, -1.0, -0.7], 5);
        let term = |speaks| Term { penalty: 1.0, speaks: Some(speaks) };
        let terms = [FREE, term(Speaks::For), term(Speaks::Against), term(Speaks::For)];
        let found = fit(&x, &right, &terms);
        assert!(found[1] > 1.0 && found[2] < -0.5 && found[3] == 0.0, "{found:?}");
        // Karush, Kuhn, Tucker: no slope where free, a slope into the bound where held.
        let slope = |k: usize| -> f64 {
            let surprise = |i: usize| {
                let logit: f64 = (0..4).map(|k| found[k] * x[(i, k)]).sum();
                (1.0 / (1.0 + (-logit).exp()) - f64::from(u8::from(right[i]))) * x[(i, k)]
            };
            (0..right.len()).map(surprise).sum::<f64>() + terms[k].penalty * found[k]
        };
        assert!([0, 1, 2].into_iter().all(|k| slope(k).abs() < 1e-4) && slope(3) > 1.0);
        // As if the column were not there.
        let fewer = fit(&x.columns(0, 3).into_owned(), &right, &terms[..3]);
        assert!(fewer.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn odd_data_end_in_finite_weights() {
        // No cases at all; all right; parted without a rest.
        for (n, right) in [(0, vec![]), (3, vec![true; 3]), (2, vec![true, false])] {
            let x = DMatrix::from_fn(n, 2, |i, k| if k == 0 { 1.0 } else { 1.0 - 2.0 * i as f64 });
            let found = fit(&x, &right, &[Term { penalty: 1e-6, speaks: None }, Term { penalty: 1.0, speaks: None }]);
            assert!(found.iter().all(|w| w.is_finite()), "{found:?}");
        }
    }
}
