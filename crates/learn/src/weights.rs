//! Weights as a safetensors file: each under its name, in float32, or in bfloat16 where that loses nothing.

use anyhow::{Result, bail};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::parameters::Parameters;

/// The weights of one network, or of several beside each other, whose names must differ.
///
/// # Errors
/// If the device fails.
pub fn to_bytes<'p>(all: impl IntoIterator<Item = &'p Parameters>) -> Result<Vec<u8>> {
    let mut tensors: Vec<(&str, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for parameters in all {
        for ((name, shape), values) in parameters.shapes().zip(parameters.snapshot()?.0) {
            // Where the lower half of every number is empty it need not be kept.
            let (dtype, bytes) = if values.iter().all(|value| value.to_bits() & 0xffff == 0) {
                let upper = |value: &f32| {
                    let [_, _, low, high] = value.to_le_bytes();
                    [low, high]
                };
                (Dtype::BF16, values.iter().flat_map(upper).collect())
            } else {
                (Dtype::F32, values.iter().flat_map(|value| value.to_le_bytes()).collect())
            };
            tensors.push((name, dtype, shape, bytes));
        }
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((name, TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// Sets the weights of networks from the file of their names.
///
/// # Errors
/// If a weight is missing, or of another size or type.
pub fn set<'p>(bytes: &[u8], all: impl IntoIterator<Item = &'p mut Parameters>) -> Result<()> {
    let file = SafeTensors::deserialize(bytes)?;
    for parameters in all {
        let names: Vec<String> = parameters.shapes().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let view = file.tensor(&name)?;
            let values = match view.dtype() {
                Dtype::F32 => numbers(view.data()),
                Dtype::BF16 => {
                    let of = |&[low, high]: &[u8; 2]| f32::from_le_bytes([0, 0, low, high]);
                    view.data().as_chunks().0.iter().map(of).collect()
                }
                other => bail!("{name} holds {other:?}"),
            };
            parameters.set(&name, values)?;
        }
    }
    Ok(())
}

/// Numbers of bytes.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::{set, to_bytes};
    use crate::parameters::{Init, Parameters};

    #[test]
    fn networks_come_back_from_one_file() {
        let network = |name: &str, seed| {
            let mut parameters = Parameters::new(&Device::Cpu, seed, "test");
            parameters.add_dense(&format!("{name}.dense"), &[2, 3], Init::Normal(1.0)).unwrap();
            parameters.add_table(&format!("{name}.table"), 5, 2, Init::Uniform(1.0));
            parameters
        };
        let (one, mut other) = (network("one", 1), network("other", 1));
        let whole = to_bytes([&one, &other]).unwrap();
        other.round_tables_to_bf16();
        let bytes = to_bytes([&one, &other]).unwrap();
        assert!(bytes.len() < whole.len());
        let mut read = [network("one", 2), network("other", 2)];
        set(&bytes, &mut read).unwrap();
        assert!(read[0].snapshot().unwrap() == one.snapshot().unwrap());
        assert!(read[1].snapshot().unwrap() == other.snapshot().unwrap());
        assert!(set(&bytes, [&mut network("third", 1)]).is_err());
    }
}
