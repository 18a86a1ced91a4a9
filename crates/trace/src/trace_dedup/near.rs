//! Programs that are nearly the same: of all their different tokens a share is common.

use similarity::{Bands, Sketch, hash, scatter};

use crate::tokens::{Kind, tokens};

const BANDS: Bands = Bands { count: 32, rows: 8 };

/// Sketches the names, numbers, strings and operators of a program; nothing of one that has fewer than `min_tokens`
/// different ones, so that it is like no other.
pub fn sketch(code: &str, min_tokens: usize) -> Sketch {
    let says =
        |kind: Kind| matches!(kind, Kind::Name | Kind::Keyword | Kind::Value | Kind::Text | Kind::Operator);
    let tokens = tokens(code).into_iter().filter(|token| says(token.kind));
    let mut hashes: Vec<u32> =
        tokens.map(|token| (scatter(hash(token.text.as_bytes())) >> 32) as u32).collect();
    hashes.sort_unstable();
    hashes.dedup();
    if hashes.len() < min_tokens { Sketch::default() } else { Sketch::of(hashes, BANDS) }
}

#[cfg(test)]
mod tests {
    use super::sketch;

    #[test]
    fn programs_of_few_tokens_are_not_sketched() {
        assert!(sketch("a b c", 10).is_empty());
        assert_eq!(sketch("a b c a", 3).len(), 3);
    }
}
