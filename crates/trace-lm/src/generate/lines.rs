//! Levels without branches: assignments, arithmetic, texts, lists.

use super::program::{Kind, Program};

const WORDS: [&str; 16] =
    ["ab", "cat", "dog", "red", "sun", "x", "yes", "no", "tea", "up", "one", "key", "box", "hi", "cab", "aa"];

/// Names get values, and the values of other names.
pub(super) fn assignments(program: &mut Program) {
    for _ in 0..program.between(2, 5) {
        match program.some(|_| true).filter(|_| program.once_in(3)) {
            Some(other) => program.assign(&other.name.to_string(), other.kind),
            None => literal(program),
        };
    }
    print_one(program, 6);
}

/// A name gets a number, a text or a truth value.
fn literal(program: &mut Program) -> char {
    match program.random.below(6) {
        0 => {
            let word = program.one_of(&WORDS);
            program.assign(&format!("'{word}'"), Kind::Text(word.len() as u32))
        }
        1 => {
            let flag = program.one_of(&["True", "False"]);
            program.assign(flag, Kind::Flag)
        }
        _ => number(program),
    }
}

/// A name gets a number.
pub(super) fn number(program: &mut Program) -> char {
    let (text, digits) = program.number(program.digits);
    program.assign(&text, Kind::Int(digits))
}

/// Numbers, and what is calculated of them.
pub(super) fn arithmetic(program: &mut Program) {
    for _ in 0..program.between(1, 3) {
        number(program);
    }
    for _ in 0..program.between(1, 4) {
        match program.random.below(8) {
            0 | 1 => program.update(),
            2 => {
                let truth = program.truth();
                program.assign(&truth, Kind::Flag);
            }
            _ => {
                let (text, kind) = program.calculation();
                program.assign(&text, kind);
            }
        }
    }
    print_one(program, 4);
}

/// Once in `n` programs the value of a variable is printed.
pub(super) fn print_one(program: &mut Program, n: u64) {
    if let Some(variable) = program.some(|_| true).filter(|_| program.once_in(n)) {
        program.line(&format!("print({})", variable.name));
    }
}

/// Texts joined, repeated, cut and asked.
pub(super) fn texts(program: &mut Program) {
    for _ in 0..program.between(1, 2) {
        let word = program.one_of(&WORDS);
        program.assign(&format!("'{word}'"), Kind::Text(word.len() as u32));
    }
    for _ in 0..program.between(2, 4) {
        let of_text = |kind| matches!(kind, Kind::Text(_));
        let Some(text) = program.some(of_text) else { return };
        let Kind::Text(length) = text.kind else { return };
        let name = text.name;
        let other = program.some(of_text).map_or(name, |variable| variable.name);
        let word = program.one_of(&WORDS);
        let count = program.between(2, 3);
        let letter = program.one_of(&["a", "b", "e", "o"]);
        let (line, kind) = match program.random.below(12) {
            0 | 1 if length < 12 => (format!("{name} + {other}"), Kind::Text(length)),
            2 => (format!("{name} + '{word}'"), Kind::Text(length + word.len() as u32)),
            3 if length < 8 => (format!("{name} * {count}"), Kind::Text(length * count as u32)),
            4 => (format!("len({name})"), Kind::Int(2)),
            5 => (format!("{name}.upper()"), Kind::Text(length)),
            6 if length > 0 => {
                (format!("{name}[{}]", program.between(0, u64::from(length) - 1)), Kind::Text(1))
            }
            7 if length > 0 => (format!("{name}[-1]"), Kind::Text(1)),
            8 => (format!("{name}[1:]"), Kind::Text(length.saturating_sub(1))),
            9 => (format!("{name}.replace('{letter}', '{word}')"), Kind::Text(length)),
            10 => (format!("'{letter}' in {name}"), Kind::Flag),
            11 => (format!("{name}.count('{letter}')"), Kind::Int(2)),
            _ => (format!("{name} == {other}"), Kind::Flag),
        };
        program.assign(&line, kind);
    }
    print_one(program, 4);
}

/// Lists and dictionaries filled, read and asked.
pub(super) fn lists(program: &mut Program) {
    program.digits = 1 + program.random.below(2) as u32;
    if program.once_in(3) {
        return dictionary(program);
    }
    let length = program.between(2, 4);
    let items: Vec<String> = (0..length).map(|_| program.number(program.digits).0).collect();
    let mut list = program.new_name();
    program.line(&format!("{list} = [{}]", items.join(", ")));
    let mut length = length;
    program.bind(list, Kind::List(length as u32));
    for _ in 0..program.between(2, 4) {
        let (item, digits) = program.number(program.digits);
        let at = program.between(0, length - 1);
        let most = program.digits;
        match program.random.below(12) {
            0 | 1 if length < 6 => {
                program.line(&format!("{list}.append({item})"));
                length += 1;
            }
            2 if length > 2 => {
                program.assign_new(&format!("{list}.pop()"), Kind::Int(most));
                length -= 1;
            }
            3 => program.line(&format!("{list}[{at}] = {item}")),
            4 => program.assign_new(&format!("{list}[{at}]"), Kind::Int(most)),
            5 => program.assign_new(&format!("len({list})"), Kind::Int(1)),
            6 => program.assign_new(&format!("sum({list})"), Kind::Int(most + 1)),
            7 => program.assign_new(&format!("max({list})"), Kind::Int(most)),
            8 => program.assign_new(&format!("min({list})"), Kind::Int(most)),
            9 => program.assign_new(&format!("{item} in {list}"), Kind::Flag),
            10 => {
                let new = program.new_name();
                program.line(&format!("{new} = sorted({list})"));
                program.bind(new, Kind::List(length as u32));
                list = new;
            }
            _ => program.assign_new(&format!("{list}[{at}] + {item}"), Kind::Int(digits.max(most) + 1)),
        }
    }
    print_one(program, 4);
}

fn dictionary(program: &mut Program) {
    let mut keys = ["a", "b", "c", "d", "x", "y"];
    program.random.shuffle(&mut keys);
    let length = program.between(1, 3) as usize;
    let items: Vec<String> =
        keys[..length].iter().map(|key| format!("'{key}': {}", program.number(program.digits).0)).collect();
    let name = program.new_name();
    program.line(&format!("{name} = {{{}}}", items.join(", ")));
    program.bind(name, Kind::Dict(length as u32));
    for _ in 0..program.between(2, 4) {
        let key = program.one_of(&keys[..length]);
        let any = program.one_of(&keys);
        let (item, _) = program.number(program.digits);
        let most = program.digits;
        match program.random.below(6) {
            0 => program.line(&format!("{name}['{any}'] = {item}")),
            1 => program.line(&format!("{name}['{key}'] += {item}")),
            2 => program.assign_new(&format!("len({name})"), Kind::Int(1)),
            3 => program.assign_new(&format!("{name}.get('{any}', {item})"), Kind::Int(most)),
            4 => program.assign_new(&format!("'{any}' in {name}"), Kind::Flag),
            _ => program.assign_new(&format!("{name}['{key}']"), Kind::Int(most)),
        }
    }
    print_one(program, 4);
}

impl Program<'_> {
    /// Adds `NAME = TEXT` for a new name.
    pub(super) fn assign_new(&mut self, text: &str, kind: Kind) {
        let name = self.new_name();
        self.line(&format!("{name} = {text}"));
        self.bind(name, kind);
    }
}
