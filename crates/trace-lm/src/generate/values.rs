//! Expressions of whole numbers and truth values that are sure to be defined and not to grow too far.

use super::program::{Kind, Program};

/// Operators of whole numbers.
const OPERATORS: [&str; 5] = ["+", "-", "*", "//", "%"];
/// Comparisons.
pub(super) const COMPARISONS: [&str; 6] = ["<", ">", "<=", ">=", "==", "!="];

impl Program<'_> {
    /// A variable that holds a number, or now and then a number; and its digits.
    pub(super) fn operand(&mut self) -> (String, u32) {
        match self.some(|kind| matches!(kind, Kind::Int(_))) {
            Some(variable) if !self.once_in(4) => match variable.kind {
                Kind::Int(digits) => (variable.name.to_string(), digits),
                _ => unreachable!("only numbers were asked for"),
            },
            _ => self.number(self.digits),
        }
    }

    /// Two operands and an operator between them.
    pub(super) fn calculation(&mut self) -> (String, Kind) {
        let (left, left_digits) = self.operand();
        let operator = self.one_of(&OPERATORS);
        let (right, digits) = self.second(operator, left_digits);
        (format!("{left} {operator} {right}"), Kind::Int(digits))
    }

    /// The right-hand side of an operator, and the digits of the result.
    pub(super) fn second(&mut self, operator: &str, left: u32) -> (String, u32) {
        match operator {
            // Never by zero: the divisor is written down.
            "//" | "%" => {
                let digits = self.between(1, u64::from(self.digits.min(2))) as u32;
                let divisor = self.between(if digits == 1 { 2 } else { 10 }, 10_u64.pow(digits) - 1);
                (divisor.to_string(), if operator == "%" { digits } else { left })
            }
            "*" => match self.operand() {
                (right, digits) if left + digits <= self.digits + 2 => (right, left + digits),
                _ => (self.between(2, 9).to_string(), left + 1),
            },
            _ => {
                let (right, digits) = self.operand();
                (right, left.max(digits) + 1)
            }
        }
    }

    /// A comparison of two numbers.
    pub(super) fn comparison(&mut self) -> String {
        let (left, digits) = self.operand();
        let operator = self.one_of(&COMPARISONS);
        let (right, _) =
            if self.once_in(2) { self.operand() } else { self.number(digits.min(self.digits + 1)) };
        format!("{left} {operator} {right}")
    }

    /// What is true or false: a comparison, or what becomes of two truth values.
    pub(super) fn truth(&mut self) -> String {
        let Some(left) = self.some(|kind| kind == Kind::Flag).filter(|_| !self.once_in(3)) else {
            return self.comparison();
        };
        let right = self.some(|kind| kind == Kind::Flag).map_or('x', |variable| variable.name);
        match self.random.below(3) {
            0 => format!("not {}", left.name),
            1 => format!("{} and {right}", left.name),
            _ => format!("{} or {right}", left.name),
        }
    }

    /// Changes a variable in place: `a += 3`.
    pub(super) fn update(&mut self) {
        let Some(variable) = self.some(|kind| matches!(kind, Kind::Int(_))) else { return };
        let Kind::Int(left) = variable.kind else { return };
        let operator = self.one_of(&OPERATORS);
        let (right, digits) = self.second(operator, left);
        self.line(&format!("{} {operator}= {right}", variable.name));
        self.bind(variable.name, Kind::Int(digits));
    }

    /// Changes a number in the body of a loop, where nothing may grow with each round but by a little.
    pub(super) fn small_update(&mut self, counter: Option<char>) {
        let not_the_counter = |name: char| Some(name) != counter;
        let those: Vec<char> = self
            .variables
            .iter()
            .filter(|variable| matches!(variable.kind, Kind::Int(_)) && not_the_counter(variable.name))
            .map(|variable| variable.name)
            .collect();
        let name = if those.is_empty() { return } else { self.one_of(&those) };
        let small = self.between(1, 9);
        let line = match (self.random.below(6), counter) {
            (0 | 1, Some(counter)) => format!("{name} += {counter}"),
            (2, Some(counter)) => format!("{name} = {name} - {counter}"),
            (3, _) => format!("{name} = {name} * {} % {}", self.between(2, 5), self.between(5, 50)),
            (4, _) => format!("{name} -= {small}"),
            _ => format!("{name} += {small}"),
        };
        self.line(&line);
    }
}
