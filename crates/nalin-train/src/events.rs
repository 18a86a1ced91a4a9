//! Event files for TensorBoard: its record format, and of its messages the two that curves need.
//!
//! A record is its length (8 bytes, little-endian), a masked CRC-32C of that, the bytes, a masked CRC-32C of
//! them (TensorFlow's `record_writer.h`). The bytes are an `Event` of protocol buffers (`event.proto`,
//! `summary.proto`). The time of an event is its epoch, in seconds of 1970, so that the same run gives the same
//! bytes.

/// The name of a file that TensorBoard takes for one of its own.
pub(crate) const FILE_NAME: &str = "events.out.tfevents.0000000000.nalin-train";

/// The record that a file begins with.
pub(crate) fn version() -> Vec<u8> {
    const FILE_VERSION: u32 = 3;
    let mut event = Vec::new();
    double(WALL_TIME, 0.0, &mut event);
    text(FILE_VERSION, b"brain.Event:2", &mut event);
    record(&event)
}

/// A record with numbers at a step, each under its name.
pub(crate) fn scalars(epoch: usize, step: usize, numbers: &[(&str, f64)]) -> Vec<u8> {
    const STEP: u32 = 2;
    const SUMMARY: u32 = 5;
    const VALUE: u32 = 1;
    const TAG: u32 = 1;
    const SIMPLE_VALUE: u32 = 2;
    let mut summary = Vec::new();
    for (name, number) in numbers {
        let mut value = Vec::new();
        text(TAG, name.as_bytes(), &mut value);
        varint(u64::from(SIMPLE_VALUE << 3 | FOUR_BYTES), &mut value);
        value.extend((*number as f32).to_le_bytes());
        text(VALUE, &value, &mut summary);
    }
    let mut event = Vec::new();
    double(WALL_TIME, epoch as f64, &mut event);
    varint(u64::from(STEP << 3), &mut event);
    varint(step as u64, &mut event);
    text(SUMMARY, &summary, &mut event);
    record(&event)
}

const WALL_TIME: u32 = 1;
/// Kinds of fields, in the low bits of a field's key.
const EIGHT_BYTES: u32 = 1;
const BYTES: u32 = 2;
const FOUR_BYTES: u32 = 5;

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn double(field: u32, number: f64, out: &mut Vec<u8>) {
    varint(u64::from(field << 3 | EIGHT_BYTES), out);
    out.extend(number.to_le_bytes());
}

fn text(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    varint(u64::from(field << 3 | BYTES), out);
    varint(bytes.len() as u64, out);
    out.extend(bytes);
}

fn record(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), bytes, &masked(bytes)].concat()
}

/// A checksum, turned and shifted so that records of records do not check themselves.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// CRC-32C (Castagnoli), bit by bit: a few hundred bytes an epoch.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0x82f6_3b78 & (sum & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::{crc32c, scalars, version};

    /// From RFC 3720, appendix B.4.
    #[test]
    fn checksums_of_the_standard() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    /// As TensorBoard's own writer has it: 24 bytes of event in 40 of record.
    #[test]
    fn a_record_by_hand() {
        let version = version();
        assert_eq!(version.len(), 24 + 16);
        assert_eq!(version[..8], 24_u64.to_le_bytes());
        assert_eq!(
            version[12..],
            [&b"\x09\0\0\0\0\0\0\0\0\x1a\x0dbrain.Event:2"[..], &version[36..]].concat()
        );
        let scalar = scalars(1, 300, &[("loss", 0.5)]);
        let event = b"\x09\0\0\0\0\0\0\xf0\x3f\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f";
        assert_eq!(&scalar[12..scalar.len() - 4], event);
    }
}
