//! Whole numbers in as few bytes as they need: seven bits a byte, the lowest first; the eighth says that more follow
//! (LEB128, the varint of protocol buffers).

/// Appends a number.
pub fn push_varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// How many bytes [`push_varint`] appends.
pub fn varint_length(number: u64) -> u32 {
    (64 - (number | 1).leading_zeros()).div_ceil(7)
}

/// Takes a number from the front; nothing where none is whole or it is larger than 64 bits, and then takes nothing.
#[inline]
pub fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    // Most are small.
    if let [number @ ..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Some(u64::from(*number));
    }
    let mut number = 0;
    for (at, &byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        if at == 9 && bits > 1 {
            return None;
        }
        number |= bits << (7 * at);
        if byte < 0x80 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{push_varint, take_varint, varint_length};

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            push_varint(number, &mut bytes);
            assert_eq!(bytes.len(), varint_length(number) as usize);
            let torn = &bytes[..bytes.len() - 1];
            assert_eq!(take_varint(&mut &*torn), None);
            bytes.push(7);
            let mut rest = &bytes[..];
            assert_eq!((take_varint(&mut rest), rest), (Some(number), &[7][..]));
        }
        assert_eq!(take_varint(&mut &[0xff; 10][..]), None);
    }
}
