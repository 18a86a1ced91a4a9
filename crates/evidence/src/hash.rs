//! A fast hash of small texts whose value never changes: it decides which row of a table a feature owns,
//! and so belongs to the format of the model folder.

/// FNV-1a over `kind` and the bytes, with a final mix so that the low bits can be used alone.
pub fn feature(kind: u8, bytes: &[u8]) -> u32 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in std::iter::once(&kind).chain(bytes) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(state)
}

/// The feature "both of these".
pub fn cross(left: u32, right: u32) -> u32 {
    mix((u64::from(left) << 32 | u64::from(right)) ^ 0x5851_f42d_4c95_7f2d)
}

/// The finaliser of MurmurHash3, cut to its upper half.
fn mix(mut state: u64) -> u32 {
    state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (state >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::{cross, feature};

    #[test]
    fn the_format_never_changes() {
        assert_eq!([feature(b'w', b"count"), cross(1, 2)], [66_658_527, 2_158_514_968]);
    }

    #[test]
    fn low_bits_spread() {
        let mut counts = [0_i32; 16];
        for number in 0..16_000_u32 {
            counts[(feature(b'w', &number.to_le_bytes()) & 15) as usize] += 1;
        }
        // Chi-square with 15 degrees of freedom; 37.7 is exceeded once in a thousand.
        let chi: f64 = counts.iter().map(|&n| f64::from(n - 1000).powi(2) / 1000.0).sum();
        assert!(chi < 37.7, "chi-square {chi}");
    }
}
