//! Sample records of every stream, from `fixtures/records/`.

use std::path::PathBuf;

/// The folder `fixtures/` of the project.
pub fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"))
}

/// A few lines of records of one type (`"script"`), as real programs wrote them.
///
/// # Panics
/// If there is no such file.
pub fn sample(record: &str) -> Vec<u8> {
    let path = fixtures().join("records").join(format!("{record}.jsonl"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
