//! Barnard's exact test of a 2×2 table, two-sided, on Wald's statistic with the variance pooled.
//!
//! The shares of two groups are compared without fixing what both together have; so the probability of a table
//! depends on the share that both are supposed to have, and the test takes the worst. No crate has it.

use statrs::function::gamma::ln_gamma;

/// Points of the grid over the supposed share; the best of them is refined.
const GRID: usize = 10_000;
/// Steps of the refinement by golden section; each leaves 0.618 of the interval.
const REFINEMENTS: usize = 60;

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barnard {
    /// Wald's statistic: the difference of the shares over its standard deviation.
    pub statistic: f64,
    /// Probability of so large a difference, at the supposed share where it is largest.
    pub p: f64,
}

/// Tests whether two groups have the same share: `yes` and `no` count what has it and what has not, group by
/// group. An empty group, or a category that is empty in both, gives p = 1.
pub fn barnard(yes: [u64; 2], no: [u64; 2]) -> Barnard {
    let groups = [yes[0] + no[0], yes[1] + no[1]];
    let statistic = wald(yes, groups);
    if groups.contains(&0) || yes == [0, 0] || no == [0, 0] {
        return Barnard { statistic: 0.0, p: 1.0 };
    }
    let tables = Extreme::of(groups, statistic.abs());
    let share = |at: usize| at as f64 / GRID as f64;
    let best = (1..GRID)
        .map(|at| (tables.probability(share(at)), at))
        .fold((0.0, 1), |best, one| if one.0 > best.0 { one } else { best });
    let p = tables.peak(share(best.1 - 1), share(best.1 + 1)).max(best.0).min(1.0);
    Barnard { statistic, p }
}

/// The difference of two shares over its standard deviation when both are one; 0 where there is no variance.
fn wald(yes: [u64; 2], groups: [u64; 2]) -> f64 {
    let [a, b] = yes.map(|n| n as f64);
    let [n, m] = groups.map(|n| n as f64);
    let pooled = (a + b) / (n + m);
    let variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
    if variance > 0.0 { (a / n - b / m) / variance.sqrt() } else { 0.0 }
}

/// The tables that are at least as extreme as the one seen. They lie outside a band: for each count of the first
/// group those of the second up to one and from another.
struct Extreme {
    /// Logarithms of the binomial coefficients of both groups.
    choose: [Vec<f64>; 2],
    /// For each count of the first group: counts of the second that are extreme, as (up to, from).
    bands: Vec<(usize, usize)>,
}

impl Extreme {
    fn of(groups: [u64; 2], least: f64) -> Self {
        // Tables that are equal in truth may differ in their last digits.
        let is_extreme = |a: u64, b: u64| wald([a, b], groups).abs() >= least * (1.0 - 1e-12) - 1e-12;
        let band = |a: u64| {
            let inside: Vec<u64> = (0..=groups[1]).filter(|&b| !is_extreme(a, b)).collect();
            match (inside.first(), inside.last()) {
                (Some(&first), Some(&last)) => (first as usize, last as usize + 1),
                _ => (0, 0),
            }
        };
        Self { choose: groups.map(log_choose), bands: (0..=groups[0]).map(band).collect() }
    }

    /// The probability of these tables when both groups have this share.
    fn probability(&self, share: f64) -> f64 {
        let [first, second] = [0, 1].map(|group| binomial(&self.choose[group], share));
        // Sums from below and from above, so that small tails keep their digits.
        let (mut below, mut above) = (vec![0.0; second.len() + 1], vec![0.0; second.len() + 1]);
        for at in 0..second.len() {
            below[at + 1] = below[at] + second[at];
        }
        for at in (0..second.len()).rev() {
            above[at] = above[at + 1] + second[at];
        }
        let tails = self.bands.iter().map(|&(to, from)| below[to] + above[from]);
        first.iter().zip(tails).map(|(chance, tail)| chance * tail).sum()
    }

    /// The highest probability between two shares (golden section).
    fn peak(&self, mut low: f64, mut high: f64) -> f64 {
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let mut best: f64 = 0.0;
        for _ in 0..REFINEMENTS {
            let (left, right) = (high - golden * (high - low), low + golden * (high - low));
            let (at_left, at_right) = (self.probability(left), self.probability(right));
            best = best.max(at_left).max(at_right);
            if at_left > at_right { high = right } else { low = left }
        }
        best
    }
}

fn log_choose(n: u64) -> Vec<f64> {
    let factorial = |n: u64| ln_gamma(n as f64 + 1.0);
    (0..=n).map(|k| factorial(n) - factorial(k) - factorial(n - k)).collect()
}

/// The binomial distribution with this share.
fn binomial(choose: &[f64], share: f64) -> Vec<f64> {
    let (yes, no) = (share.ln(), (-share).ln_1p());
    let n = choose.len() - 1;
    choose
        .iter()
        .enumerate()
        .map(|(k, choose)| (choose + k as f64 * yes + (n - k) as f64 * no).exp())
        .collect()
}
