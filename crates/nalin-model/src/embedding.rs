//! Vectors of names that were learned elsewhere: a model of fastText, in its own file format.

use anyhow::{Context as _, Result, ensure};
use fasttext::FastText;

use crate::names;

/// Vectors of names; also of names that were never seen, by their n-grams of characters.
#[derive(Debug)]
pub struct Embedding(FastText);

impl Embedding {
    /// Reads a fastText `.bin`.
    ///
    /// # Errors
    /// If it is none, or of another version, or damaged.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let model = FastText::load(&mut &bytes[..]).context("not a fastText model")?;
        ensure!(model.get_dimension() > 0, "not a fastText model: its vectors have no numbers");
        Ok(Self(model))
    }

    /// The file that it was read from.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.save(&mut bytes).context("cannot write a fastText model")?;
        Ok(bytes)
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.0.get_dimension() as usize
    }

    /// The vector of a name as a whole, as the published system takes it.
    pub fn of_whole(&self, name: &str) -> Vec<f32> {
        self.0.get_word_vector(name)
    }

    /// The mean direction of a name and its words: `numRows` is near `n_rows`, whichever of them was seen.
    pub fn of_words(&self, name: &str) -> Vec<f32> {
        let mut sum = vec![0.0; self.width()];
        for part in names::words(name).iter().map(String::as_str).chain([name]) {
            add_direction(&self.0.get_word_vector(part), &mut sum);
        }
        let mut direction = vec![0.0; self.width()];
        add_direction(&sum, &mut direction);
        direction
    }
}

fn add_direction(vector: &[f32], sum: &mut [f32]) {
    let norm = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if norm > 0.0 {
        sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += number / norm);
    }
}
