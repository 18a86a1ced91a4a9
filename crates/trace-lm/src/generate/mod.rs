//! `trace-lm generate`: programs for a curriculum, as many as one likes.
//!
//! A program is drawn from (seed, number) alone. It is written and not run: what it does is for Python to say
//! (`nbexec --trace`). Every one ends after a few dozen lines and raises nothing.

mod flow;
mod levels;
mod lines;
mod program;
mod values;

use std::collections::BTreeSet;

use anyhow::Result;
use records::{Cell, Extra, Random, Record as _, Script, id_of};

pub use levels::{LEVELS, Levels};
use program::{NAMES, Program};

/// A drawn program.
pub struct Drawn {
    /// Its level.
    pub level: u8,
    /// Its text.
    pub code: String,
}

/// The program of a number: the levels take turns.
pub fn draw(seed: u64, number: u64, levels: &BTreeSet<u8>) -> Drawn {
    let turn = usize::try_from(number % levels.len().max(1) as u64).unwrap_or(0);
    let level = levels.iter().nth(turn).copied().unwrap_or(1);
    let mut random = Random::keyed(seed, "trace-lm/generate", &format!("{level}/{number}"));
    Drawn { level, code: write(level, &mut random) }
}

/// Writes a program of a level.
fn write(level: u8, random: &mut Random) -> String {
    let mut names = NAMES.to_vec();
    random.shuffle(&mut names);
    let digits = match level {
        1 => 1 + random.below(3) as u32,
        2 => 1,
        4 => 3 + random.below(2) as u32,
        _ => 2,
    };
    let mut program = Program::new(digits, names, random);
    match level {
        1 => lines::assignments(&mut program),
        2..=4 => lines::arithmetic(&mut program),
        5 => flow::branches(&mut program),
        6 => flow::loops(&mut program),
        7 => flow::functions(&mut program),
        8 => lines::texts(&mut program),
        _ => lines::lists(&mut program),
    }
    program.text
}

/// The program as a record. Its `repo` is its shape, the text without its names and values: programs that
/// differ in nothing else come to the same part of a split.
fn script(number: u64, drawn: Drawn) -> Script {
    let Drawn { level, code } = drawn;
    let last_row = code.lines().count() as u32;
    let mut extra = Extra::new();
    extra.insert("level".to_owned(), level.into());
    Script {
        schema: Script::SCHEMA.to_owned(),
        id: id_of([&code]),
        path: format!("made/{number:09}.py"),
        repo: format!("made/{level}/{}", &id_of([shape(&code)])[..12]),
        language: "python".to_owned(),
        language_version: String::new(),
        kernel: String::new(),
        nbformat: 0,
        nbformat_minor: 0,
        code,
        cells: vec![Cell {
            cell: 1,
            cell_id: String::new(),
            execution_count: -1,
            first_row: 1,
            last_row,
            physical_lines: (1..=last_row).collect(),
            has_error: false,
        }],
        magics: Vec::new(),
        duplicate_of: String::new(),
        stdin: String::new(),
        argv: Vec::new(),
        extra,
    }
}

/// A program without its names of one letter, numbers and texts.
fn shape(code: &str) -> String {
    let mut shape = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            c if c.is_ascii_alphanumeric() => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (word, behind) = rest.split_at(length);
        shape.push_str(match first {
            '\'' => "''",
            '0'..='9' => "0",
            'a'..='z' if word.len() == 1 => "x",
            _ if ["True", "False", "None"].contains(&word) => "0",
            _ => word,
        });
        rest = behind;
    }
    shape
}

/// Writes the scripts of the first `count` programs.
///
/// # Errors
/// If they cannot be written.
pub fn run(count: u64, levels: &BTreeSet<u8>, stage: &mut filter::Stage) -> Result<()> {
    let seed = stage.common().seed;
    stage.map_items(
        (0..count).map(Ok),
        |number, emit| emit.record(&script(number, draw(seed, number, levels))),
        |(), _| Ok(()),
    )
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, draw, script, shape};

    #[test]
    fn programs_are_python_and_the_same_for_the_same_seed() {
        let levels = (1..=LEVELS).collect();
        for number in 0..900 {
            let drawn = draw(7, number, &levels);
            assert!(pysource::parses(&drawn.code, pysource::Dialect::Python).is_ok(), "{}", drawn.code);
            assert_eq!(draw(7, number, &levels).code, drawn.code);
        }
        let differ = (0..100).filter(|&n| draw(7, n, &levels).code != draw(8, n, &levels).code).count();
        assert!(differ > 90, "{differ}");
    }

    #[test]
    fn levels_take_turns_and_are_written_down() {
        let levels = [2, 5].into();
        let of = |number| script(number, draw(1, number, &levels));
        assert_eq!([0, 1, 2].map(|n| of(n).extra["level"].as_u64()), [Some(2), Some(5), Some(2)]);
        let script = of(4);
        assert!(script.repo.starts_with("made/2/"));
        assert_eq!(script.cells[0].last_row as usize, script.code.lines().count());
    }

    #[test]
    fn a_shape_has_no_names_and_values() {
        let one = shape("a = 'it' + b\nfor i in range(12):\n    a += str(i)\n");
        assert_eq!(one, shape("c = 'x' + d\nfor k in range(3):\n    c += str(k)\n"));
        assert_eq!(one, "x = '' + x\nfor x in range(0):\n    x += str(x)\n");
        assert_ne!(shape("a = b + 1"), shape("a = b - 1"));
    }
}
