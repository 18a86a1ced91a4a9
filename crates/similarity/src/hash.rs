//! Hashes that are the same on every machine and in every version.

/// FNV-1a of some bytes: fast for short ones, its higher half the better one.
pub fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// One hash of several, in their order.
pub fn combine(hashes: &[u64]) -> u64 {
    hashes.iter().fold(0, |hash, &value| scatter(hash ^ value))
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the value.
pub fn scatter(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
