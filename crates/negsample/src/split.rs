//! The published split, which tears groups; `evaluation::split` has those that do not.

use records::Split;

/// The published split, for positives and negatives each on their own: the first rows in a random order
/// are for the test, 80 % of the others for training and 20 % for validation. `keys` are the rows'
/// random numbers.
pub fn published(keys: &[u64], test_per_class: usize) -> Vec<Split> {
    let n_test = if keys.len() < test_per_class { keys.len() / 20 } else { test_per_class };
    let n_train = (keys.len() - n_test) * 4 / 5;
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|row| (keys[*row], *row));
    let mut parts = vec![Split::Valid; keys.len()];
    for (place, row) in order.into_iter().enumerate() {
        if place < n_test {
            parts[row] = Split::Test;
        } else if place < n_test + n_train {
            parts[row] = Split::Train;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use records::{Random, Split};

    use super::published;

    #[test]
    fn the_published_split() {
        let mut random = Random::keyed(7, "test", "");
        let keys: Vec<u64> = (0..6000).map(|_| random.bits()).collect();
        let count = |parts: &[Split], part| parts.iter().filter(|p| **p == part).count();
        let few = published(&keys[..4999], 5000);
        assert_eq!((count(&few, Split::Test), count(&few, Split::Train)), (249, 3800));
        let many = published(&keys[..5001], 5000);
        assert_eq!((count(&many, Split::Test), count(&many, Split::Train)), (5000, 0));
    }
}
