//! A tally as bytes, for a model's folder.

use anyhow::{Context as _, Result, ensure};
use rayon::prelude::*;
use records::{push_varint, take_varint};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::counts::Counts;
use crate::tally::Tally;

/// Strength of the compression: training packs once, everybody unpacks.
const LEVEL: i32 = 19;
/// Bytes that are compressed by themselves, so that several threads can: whoever unpacks joins them anyway.
const FRAME: usize = 1 << 21;

impl Tally {
    /// The counts as bytes; which groups attest what is not among them.
    ///
    /// # Errors
    /// If there is no memory to compress them in.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.joint.len() * 4);
        // All lowest bytes of the differences, which are noise, then what is above them, then all counts: like stands
        // beside like, and packs well.
        let mut marginal: Vec<(u32, u32)> = self.marginal.iter().map(|(&key, &n)| (key, n)).collect();
        marginal.sort_unstable();
        push_varint(self.joint.len() as u64, &mut bytes);
        push_varint(marginal.len() as u64, &mut bytes);
        let differences = || {
            let before = std::iter::once(0).chain(self.joint.iter().map(|(key, _)| key));
            self.joint.iter().zip(before).map(|((key, _), before)| key - before)
        };
        bytes.extend(differences().map(|difference| difference as u8));
        differences().for_each(|difference| push_varint(u64::from(difference >> 8), &mut bytes));
        self.joint.iter().for_each(|(_, n)| push_varint(u64::from(n), &mut bytes));
        marginal.iter().for_each(|&(key, _)| bytes.extend(key.to_le_bytes()));
        marginal.iter().for_each(|&(_, n)| push_varint(u64::from(n), &mut bytes));
        let frames = bytes.par_chunks(FRAME).map(|part| zstd::encode_all(part, LEVEL));
        Ok(frames.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// Reads what [`Tally::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are damaged.
    pub fn of_bytes(packed: &[u8]) -> Result<Self> {
        let bytes = zstd::decode_all(packed)?;
        let mut rest = &bytes[..];
        let (n, n_marginal) = (take(&mut rest)? as usize, take(&mut rest)? as usize);
        ensure!(n <= bytes.len() && n_marginal <= bytes.len(), "it ends early");
        let low;
        (low, rest) = rest.split_at_checked(n).context("it ends early")?;
        let mut last = 0_u32;
        let mut joint = Vec::with_capacity(n);
        for &low in low {
            let high = take(&mut rest)?.checked_mul(256).context("a number is too large")?;
            last = last.checked_add(high | u32::from(low)).context("facts are out of order")?;
            joint.push((last, 0));
        }
        for (_, n) in &mut joint {
            *n = u16::try_from(take(&mut rest)?)?;
        }
        let keys;
        (keys, rest) = rest.split_at_checked(4 * n_marginal).context("it ends early")?;
        let mut marginal = FxHashMap::with_capacity_and_hasher(n_marginal, FxBuildHasher);
        for &key in keys.as_chunks().0 {
            marginal.insert(u32::from_le_bytes(key), take(&mut rest)?);
        }
        Ok(Self { joint: Counts::of(joint.into_iter()), marginal, groups: None })
    }
}

#[inline]
fn take(bytes: &mut &[u8]) -> Result<u32> {
    Ok(u32::try_from(take_varint(bytes).context("it ends early")?)?)
}
