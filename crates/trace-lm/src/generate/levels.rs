//! Levels of generated programs.

use std::collections::BTreeSet;
use std::str::FromStr;

/// The highest level.
pub const LEVELS: u8 = 9;

/// Some levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels(pub BTreeSet<u8>);

impl FromStr for Levels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let level = |text: &str| match text.parse::<u8>() {
            Ok(level) if (1..=LEVELS).contains(&level) => Ok(level),
            _ => Err(format!("`{text}` is no level from 1 to {LEVELS}")),
        };
        let mut levels = BTreeSet::new();
        for part in text.split(',') {
            match part.split_once('-') {
                Some((low, high)) => levels.extend(level(low)?..=level(high)?),
                None => levels.extend([level(part)?]),
            }
        }
        if levels.is_empty() { Err(format!("`{text}` names no level")) } else { Ok(Self(levels)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Levels;

    #[test]
    fn levels_by_their_numbers() {
        assert_eq!("1-3,6".parse(), Ok(Levels([1, 2, 3, 6].into())));
        for wrong in ["", "0", "10", "3-2", "x"] {
            assert!(wrong.parse::<Levels>().is_err(), "{wrong}");
        }
    }
}
