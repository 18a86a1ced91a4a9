//! Weights as the tensors of a file.

use anyhow::{Result, bail};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::network::{Parameters, Snapshot};

/// Weights as bytes, under their names behind a prefix.
pub(crate) type Bytes = Vec<(String, Vec<usize>, Vec<u8>)>;

pub(crate) fn bytes_of(parameters: &Parameters, weights: &Snapshot, prefix: &str) -> Result<Bytes> {
    let named = parameters.names().zip(&weights.0);
    Ok(named
        .map(|((name, shape), values)| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (format!("{prefix}{name}"), shape.to_vec(), bytes)
        })
        .collect())
}

pub(crate) fn views(weights: &Bytes) -> Result<Vec<(&str, TensorView<'_>)>> {
    weights
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect()
}

/// The weights of a file under their names behind a prefix.
///
/// # Errors
/// If one is missing or of another shape.
pub(crate) fn read_weights(parameters: &Parameters, tensors: &SafeTensors, prefix: &str) -> Result<Snapshot> {
    let weight = |(name, shape): (&str, &[usize])| {
        let tensor = tensors.tensor(&format!("{prefix}{name}"))?;
        if tensor.shape() != shape || tensor.dtype() != Dtype::F32 {
            bail!("the weights {name} are of another shape");
        }
        Ok(numbers(tensor.data()))
    };
    Ok(Snapshot(parameters.names().map(weight).collect::<Result<_>>()?))
}

/// Numbers of bytes.
fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}
