//! How like the members of a cluster are: single linkage follows chains, and this shows where it did.

use std::collections::BTreeSet;

use records::Random;

/// More pairs than these are not compared but drawn.
const MOST_PAIRS: usize = 20_000;

/// Similarities of the pairs of a cluster's messages.
pub struct Likeness {
    /// The least.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// How many pairs were compared.
    pub pairs: u64,
}

/// Compares the messages of a cluster.
pub fn similarities(texts: &[&str], seed: u64, cluster: usize) -> Likeness {
    let n = texts.len();
    if n < 2 {
        return Likeness { min: 1.0, median: 1.0, pairs: 0 };
    }
    let sets: Vec<BTreeSet<&str>> = texts.iter().map(|text| text.split(' ').collect()).collect();
    let jaccard = |a: usize, b: usize| {
        let shared = sets[a].intersection(&sets[b]).count();
        shared as f64 / (sets[a].len() + sets[b].len() - shared) as f64
    };
    let mut found: Vec<f64> = if n * (n - 1) / 2 <= MOST_PAIRS {
        (0..n).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| jaccard(a, b)).collect()
    } else {
        let mut random = Random::keyed(seed, "crash-cluster", &cluster.to_string());
        let draw = |_| {
            let a = random.below(n as u64) as usize;
            let b = random.below(n as u64 - 1) as usize;
            (a, b + usize::from(b >= a))
        };
        (0..MOST_PAIRS).map(draw).collect::<Vec<_>>().into_iter().map(|(a, b)| jaccard(a, b)).collect()
    };
    found.sort_by(f64::total_cmp);
    Likeness { min: found[0], median: found[found.len() / 2], pairs: found.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::similarities;

    #[test]
    fn least_and_median() {
        let likeness = similarities(&["a b", "a b c d", "a b c"], 1, 0);
        assert_eq!((likeness.min, likeness.median, likeness.pairs), (0.5, 2.0 / 3.0, 3));
        assert_eq!(similarities(&["a"], 1, 0).min, 1.0);
        let many: Vec<String> = (0..300).map(|n| format!("a b w{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let likeness = similarities(&many, 1, 0);
        assert_eq!((likeness.min, likeness.pairs), (0.5, 20_000));
    }
}
