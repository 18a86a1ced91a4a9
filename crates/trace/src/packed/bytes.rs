//! Numbers and texts as bytes, and back with care.

use records::take_varint;

use super::Damage;

/// A signed number as an unsigned one: 0, -1, 1, -2, … as 0, 1, 2, 3, …
pub fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

/// The way back from [`zigzag`].
pub fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Bytes that are read from front to back.
#[derive(Clone, Debug, Default)]
pub struct Bytes<'b>(pub &'b [u8]);

impl<'b> Bytes<'b> {
    /// The next number.
    pub fn number(&mut self) -> Result<u64, Damage> {
        take_varint(&mut self.0).ok_or_else(|| Damage::new("a number is missing or torn"))
    }

    /// The next number, when it fits.
    pub fn small(&mut self) -> Result<u32, Damage> {
        u32::try_from(self.number()?).map_err(|_| Damage::new("a number is too large"))
    }

    /// So many bytes.
    pub fn take(&mut self, length: u64) -> Result<&'b [u8], Damage> {
        let taken = usize::try_from(length).ok().and_then(|length| self.0.split_at_checked(length));
        let (taken, rest) = taken.ok_or_else(|| Damage::new("a column is shorter than it says"))?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, unzigzag, zigzag};

    #[test]
    fn signed_numbers_come_back() {
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(unzigzag(zigzag(number)), number);
        }
    }

    #[test]
    fn what_is_missing_is_damage() {
        assert!(Bytes(&[0xff; 10]).number().is_err());
        assert!(Bytes(&[1]).take(u64::MAX).is_err());
    }
}
