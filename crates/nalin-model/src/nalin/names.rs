//! The vector of a name: fastText's, or, where none was learned, one that needs no file.

use std::sync::Arc;

use anyhow::{Result, ensure};
use evidence::hash::feature;
use records::Random;

use crate::embedding::Embedding;

/// Numbers of a vector.
pub(crate) const NAME: usize = 100;

/// Where vectors come from.
pub(crate) enum NameVectors {
    /// fastText's, of the whole name.
    Learned(Arc<Embedding>),
    /// A fixed random vector for every bucket of n-grams, (buckets, 100): a name is the mean of its n-grams', so
    /// that names with common parts lie together.
    Random(Vec<f32>),
}

impl NameVectors {
    /// The learned ones, or `buckets` random ones.
    ///
    /// # Errors
    /// If the learned ones are of another width.
    pub fn new(learned: Option<Arc<Embedding>>, buckets: u32, seed: u64) -> Result<Self> {
        let Some(learned) = learned else {
            let mut random = Random::keyed(seed, "nalin-model/names", "");
            return Ok(Self::Random((0..buckets as usize * NAME).map(|_| random.normal() as f32).collect()));
        };
        let width = learned.width();
        ensure!(width == NAME, "the published network reads vectors of {NAME} numbers, these have {width}");
        Ok(Self::Learned(learned))
    }

    /// The vector of a name.
    pub fn of(&self, name: &str) -> Vec<f32> {
        let table = match self {
            Self::Learned(learned) => return learned.of_whole(name),
            Self::Random(table) => table,
        };
        let grams = name_buckets(name, (table.len() / NAME) as u32);
        let mut vector = vec![0.0; NAME];
        for &bucket in &grams {
            let part = &table[bucket as usize * NAME..(bucket as usize + 1) * NAME];
            vector.iter_mut().zip(part).for_each(|(sum, part)| *sum += part / grams.len() as f32);
        }
        vector
    }
}

/// N-grams of 3 to 6 characters and the whole name, as fastText has them, case kept and nothing split.
fn name_buckets(name: &str, buckets: u32) -> Box<[u32]> {
    let marked: Vec<char> = format!("<{name}>").chars().collect();
    let text = |gram: &[char]| gram.iter().collect::<String>();
    let whole = std::iter::once(feature(b'W', name.as_bytes()));
    let grams =
        (3..=6).flat_map(|size| marked.windows(size)).map(|gram| feature(b'G', text(gram).as_bytes()));
    whole.chain(grams).map(|hash| hash % buckets).collect()
}
