//! Event files for TensorBoard: its record format, and of its messages the two that curves need.
//!
//! A record is its length (8 bytes, little-endian), a masked CRC-32C of that, the bytes, a masked CRC-32C of
//! them (TensorFlow's `record_writer.h`). The bytes are an `Event` of protocol buffers (`event.proto`,
//! `summary.proto`). The time of an event is what the caller gives as seconds of 1970, its epoch say, so that the same
//! run gives the same bytes.

use records::push_varint;

/// The name of a file that TensorBoard takes for one of its own, written by this program.
pub fn file_name(program: &str) -> String {
    format!("events.out.tfevents.0000000000.{program}")
}

/// The record that a file begins with.
pub fn version() -> Vec<u8> {
    const FILE_VERSION: u32 = 3;
    let mut event = Vec::new();
    double(WALL_TIME, 0.0, &mut event);
    text(FILE_VERSION, b"brain.Event:2", &mut event);
    record(&event)
}

/// A record with numbers at a step, each under its name.
pub fn scalars(seconds: usize, step: usize, numbers: &[(&str, f64)]) -> Vec<u8> {
    const STEP: u32 = 2;
    const SUMMARY: u32 = 5;
    const VALUE: u32 = 1;
    const TAG: u32 = 1;
    const SIMPLE_VALUE: u32 = 2;
    let mut summary = Vec::new();
    for (name, number) in numbers {
        let mut value = Vec::new();
        text(TAG, name.as_bytes(), &mut value);
        push_varint(u64::from(SIMPLE_VALUE << 3 | FOUR_BYTES), &mut value);
        value.extend((*number as f32).to_le_bytes());
        text(VALUE, &value, &mut summary);
    }
    let mut event = Vec::new();
    double(WALL_TIME, seconds as f64, &mut event);
    push_varint(u64::from(STEP << 3), &mut event);
    push_varint(step as u64, &mut event);
    text(SUMMARY, &summary, &mut event);
    record(&event)
}

const WALL_TIME: u32 = 1;
/// Kinds of fields, in the low bits of a field's key.
const EIGHT_BYTES: u32 = 1;
const BYTES: u32 = 2;
const FOUR_BYTES: u32 = 5;

fn double(field: u32, number: f64, out: &mut Vec<u8>) {
    push_varint(u64::from(field << 3 | EIGHT_BYTES), out);
    out.extend(number.to_le_bytes());
}

fn text(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    push_varint(u64::from(field << 3 | BYTES), out);
    push_varint(bytes.len() as u64, out);
    out.extend(bytes);
}

fn record(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), bytes, &masked(bytes)].concat()
}

/// A checksum, turned and shifted so that records of records do not check themselves.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::{scalars, version};

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
