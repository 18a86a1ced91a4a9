//! Any bytes as an archive: it comes to an end, nothing panics, and what comes out keeps to the limits.
//!
//! The first byte says which kind it is; in a tar the rest stands behind a sound member, which must come out.

use std::io::Write as _;

use inputs::{Finder, Unit};

const MAX_BYTES: usize = 1 << 16;
const MAX_PATH_BYTES: usize = 4096;
const ENDINGS: [&str; 4] = ["a.zip", "a.tar", "a.tar.gz", "a.tar.zst"];
const BLOCK: usize = 512;

/// Whether the bytes are of interest.
pub fn check(bytes: &[u8]) -> bool {
    let Some((&choice, rest)) = bytes.split_first() else { return false };
    let name = ENDINGS[usize::from(choice % 4)];
    let is_plain_tar = name == "a.tar";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join(name);
    let mut file = std::fs::File::create(&archive).expect("a file");
    if is_plain_tar {
        file.write_all(&sound_member()).expect("room for a member");
    }
    file.write_all(rest).expect("room for an archive");
    let finder = Finder::new(folder.path(), &["py"], MAX_BYTES);
    let mut units = 0;
    for unit in finder.named(vec![archive]).expect("it is there") {
        match unit.expect("a fault is a unit") {
            Unit::Member { path, bytes } => {
                assert!(bytes.len() <= MAX_BYTES);
                assert!(path.ends_with(".py") && path.len() <= MAX_PATH_BYTES && !path.starts_with('/'));
                assert!(!path.split('/').any(|part| matches!(part, "" | "." | "..")), "{path}");
                if is_plain_tar && units == 0 {
                    assert_eq!((path.as_str(), &bytes[..]), ("good.py", &b"x = 1\n"[..]));
                }
            }
            Unit::Unusable { path, fault } => {
                assert!(path.len() <= MAX_PATH_BYTES && !fault.detail.contains("its reader failed"));
                assert!(!is_plain_tar || units > 0, "a sound member is lost: {}", fault.detail);
            }
            Unit::File(_) | Unit::Line(_) => panic!("neither a file nor a line is in an archive"),
        }
        units += 1;
    }
    if is_plain_tar {
        // Each header gives at most itself and what is wrong with it.
        assert!((1..=2 * (rest.len() / BLOCK + 2)).contains(&units));
    }
    true
}

/// One member of a tar, with its header.
fn sound_member() -> [u8; 2 * BLOCK] {
    let mut member = [0; 2 * BLOCK];
    let mut put = |at: usize, text: &[u8]| member[at..at + text.len()].copy_from_slice(text);
    put(0, b"good.py");
    put(100, b"0000644\x000000000\x000000000\x0000000000006\x0000000000000\x00        0");
    put(257, b"ustar\x0000");
    put(BLOCK, b"x = 1\n");
    let sum: u32 = member[..BLOCK].iter().map(|&byte| u32::from(byte)).sum();
    member[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    member
}
