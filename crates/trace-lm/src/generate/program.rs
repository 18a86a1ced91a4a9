//! A program in the making: its lines, and what is known of its variables without running it.

use records::Random;

/// Names that variables get.
pub(super) const NAMES: &[u8] = b"abcdefghknpqrstuvwxyz";

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number of at most so many digits.
    Int(u32),
    /// A text of at least so many characters.
    Text(u32),
    /// A truth value.
    Flag,
    /// A list of numbers, at least so many.
    List(u32),
    /// A dictionary from `'a'`, `'b'`, … to numbers, so many at least.
    Dict(u32),
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) name: char,
    pub(super) kind: Kind,
}

/// A program in the making.
pub(super) struct Program<'a> {
    pub(super) random: &'a mut Random,
    pub(super) variables: Vec<Variable>,
    /// Most digits of a number that is written or made.
    pub(super) digits: u32,
    pub(super) indent: usize,
    pub(super) text: String,
    names: Vec<u8>,
}

impl<'a> Program<'a> {
    /// A program without lines, whose numbers have at most so many digits.
    pub(super) fn new(digits: u32, names: Vec<u8>, random: &'a mut Random) -> Self {
        Self { random, variables: Vec::new(), digits, indent: 0, text: String::new(), names }
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.random.below(high - low + 1)
    }

    /// True once in `n`.
    pub(super) fn once_in(&mut self, n: u64) -> bool {
        self.random.below(n) == 0
    }

    /// One of some.
    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.below(all.len() as u64) as usize]
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n(' ', 4 * self.indent));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A name that is not in use.
    pub(super) fn new_name(&mut self) -> char {
        char::from(self.names.pop().unwrap_or(b'm'))
    }

    /// Takes a name away from those that can be given.
    pub(super) fn take_name(&mut self, name: char) -> char {
        self.names.retain(|&other| char::from(other) != name);
        name
    }

    /// Says what a name holds now.
    pub(super) fn bind(&mut self, name: char, kind: Kind) {
        match self.variables.iter_mut().find(|variable| variable.name == name) {
            Some(variable) => variable.kind = kind,
            None => self.variables.push(Variable { name, kind }),
        }
    }

    /// Adds `NAME = TEXT` for a new name, or now and then for one that is there.
    pub(super) fn assign(&mut self, text: &str, kind: Kind) -> char {
        let old = self.variables.len() as u64;
        let name = if old > 1 && self.once_in(3) {
            self.variables[self.random.below(old) as usize].name
        } else {
            self.new_name()
        };
        self.line(&format!("{name} = {text}"));
        self.bind(name, kind);
        name
    }

    /// A variable of a kind, if there is one.
    pub(super) fn some(&mut self, is: impl Fn(Kind) -> bool) -> Option<Variable> {
        let those: Vec<Variable> =
            self.variables.iter().copied().filter(|variable| is(variable.kind)).collect();
        if those.is_empty() { None } else { Some(self.one_of(&those)) }
    }

    /// A whole number of one to so many digits, as likely of each length.
    pub(super) fn number(&mut self, digits: u32) -> (String, u32) {
        let length = self.between(1, u64::from(digits.max(1))) as u32;
        let low = if length == 1 { 0 } else { 10_u64.pow(length - 1) };
        (self.between(low, 10_u64.pow(length) - 1).to_string(), length)
    }
}
