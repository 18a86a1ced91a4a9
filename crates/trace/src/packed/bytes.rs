//! Numbers and texts as bytes, and back with care.

use super::Damage;

/// Appends a number, seven bits a byte.
pub fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// How many bytes [`push_number`] takes.
pub fn length_of(number: u64) -> u32 {
    (64 - (number | 1).leading_zeros()).div_ceil(7)
}

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
        let mut number = 0;
        for (at, &byte) in self.0.iter().enumerate().take(10) {
            let bits = u64::from(byte & 0x7f);
            if at == 9 && bits > 1 {
                break;
            }
            number |= bits << (7 * at);
            if byte < 0x80 {
                self.0 = &self.0[at + 1..];
                return Ok(number);
            }
        }
        Err(Damage::new("a number is missing or torn"))
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
    use super::{Bytes, length_of, push_number, unzigzag, zigzag};

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            push_number(&mut bytes, number);
            assert_eq!(bytes.len(), length_of(number) as usize);
            let mut reader = Bytes(&bytes);
            assert_eq!((reader.number(), reader.0.len()), (Ok(number), 0));
            assert!(Bytes(&bytes[..bytes.len() - 1]).number().is_err());
        }
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(unzigzag(zigzag(number)), number);
        }
        assert!(Bytes(&[0xff; 10]).number().is_err());
        assert!(Bytes(&[1]).take(u64::MAX).is_err());
    }
}
