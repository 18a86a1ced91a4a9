//! Which sequences are learned together: those of like length, so that little is filled up.

use records::Random;

use crate::data::Sequence;

/// Sequences that are sorted by length at a time: enough that neighbours are alike, few enough that the order
/// stays random.
const WINDOW: usize = 1024;

/// The sequences of an epoch in parts of at most `symbols` symbols (a longer sequence is a part of its own),
/// filling counted in; in a drawn order.
pub(crate) fn parts(sequences: &[Sequence], symbols: usize, seed: u64, epoch: usize) -> Vec<Vec<u32>> {
    let mut random = Random::keyed(seed, "trace-lm/order", &epoch.to_string());
    let mut order: Vec<u32> = (0..sequences.len() as u32).collect();
    random.shuffle(&mut order);
    let mut parts = Vec::new();
    for window in order.chunks_mut(WINDOW) {
        window.sort_by_key(|&place| sequences[place as usize].symbols.len());
        parts.extend(cut(window, sequences, symbols));
    }
    random.shuffle(&mut parts);
    parts
}

/// Cuts sequences, sorted by length, into parts.
pub(crate) fn cut(sorted: &[u32], sequences: &[Sequence], symbols: usize) -> Vec<Vec<u32>> {
    let mut parts: Vec<Vec<u32>> = Vec::new();
    for &place in sorted {
        let length = sequences[place as usize].symbols.len();
        match parts.last_mut() {
            Some(part) if (part.len() + 1) * length <= symbols => part.push(place),
            _ => parts.push(vec![place]),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::data::Sequence;

    #[test]
    fn an_epoch_has_every_sequence_once_and_fills_little() {
        let length = |n: usize| 10 + n * 7919 % 300;
        let sequences: Vec<Sequence> =
            (0..3000).map(|n| Sequence { symbols: vec![0; length(n)], from: 1 }).collect();
        let epoch = parts(&sequences, 1024, 1, 1);
        let mut all: Vec<u32> = epoch.concat();
        assert!(all != parts(&sequences, 1024, 1, 2).concat());
        all.sort_unstable();
        assert_eq!(all, (0..3000).collect::<Vec<u32>>());
        let filled: usize = epoch
            .iter()
            .map(|part| part.len() * part.iter().map(|&at| length(at as usize)).max().unwrap_or(0))
            .sum();
        let real: usize = (0..3000).map(length).sum();
        assert!(filled < real + real / 50, "{filled} {real}");
        assert!(epoch.iter().all(|part| part.len() == 1 || part.len() * 10 <= 1024));
    }
}
