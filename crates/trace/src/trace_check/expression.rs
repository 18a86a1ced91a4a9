//! What an expression gives in a state: arithmetic, comparisons, truth, and nothing that could run code.

use num_bigint::BigInt;

use super::arithmetic::{arithmetic, compare, unary};
use super::value::Value;
use crate::tokens::{Kind, Token};

/// Deeper expressions are not computed.
const DEEPEST: usize = 64;
/// The value of an expression, where names have the values that `look_up` knows. `None` when something in it is
/// not known, is not computed here, or would raise.
pub fn evaluate(tokens: &[Token<'_>], look_up: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
    let mut parser = Parser { tokens, at: 0, look_up };
    let value = parser.ternary(0).ok()?;
    if parser.at == tokens.len() { value } else { None }
}

/// There is something here that is not computed.
struct Stop;

type Found = Result<Option<Value>, Stop>;

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    look_up: &'t dyn Fn(&str) -> Option<Value>,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t str {
        self.tokens.get(self.at).map_or("", |token| token.text)
    }

    fn take(&mut self, text: &str) -> bool {
        let is_here = self.peek() == text;
        self.at += usize::from(is_here);
        is_here
    }

    fn ternary(&mut self, depth: usize) -> Found {
        if depth > DEEPEST {
            return Err(Stop);
        }
        let value = self.or(depth)?;
        if !self.take("if") {
            return Ok(value);
        }
        let condition = self.or(depth)?;
        if !self.take("else") {
            return Err(Stop);
        }
        let otherwise = self.ternary(depth + 1)?;
        Ok(condition.and_then(|condition| if condition.truth() { value } else { otherwise }))
    }

    /// A chain of `and` or `or`: what stands behind the deciding value need not be known.
    fn chain(&mut self, depth: usize, word: &str, next: fn(&mut Self, usize) -> Found) -> Found {
        let mut value = next(self, depth)?;
        while self.take(word) {
            let right = next(self, depth)?;
            value = value.and_then(|left| match left.truth() == (word == "and") {
                true => right,
                false => Some(left),
            });
        }
        Ok(value)
    }

    fn or(&mut self, depth: usize) -> Found {
        self.chain(depth, "or", Self::and)
    }

    fn and(&mut self, depth: usize) -> Found {
        self.chain(depth, "and", Self::not)
    }

    fn not(&mut self, depth: usize) -> Found {
        if depth > DEEPEST {
            return Err(Stop);
        }
        if self.take("not") {
            let value = self.not(depth + 1)?;
            return Ok(value.map(|value| Value::Bool(!value.truth())));
        }
        self.comparison(depth)
    }

    fn comparison(&mut self, depth: usize) -> Found {
        let mut left = self.sum(depth, 0)?;
        let mut holds = None;
        while let Some(operator) = self.comparing() {
            let right = self.sum(depth, 0)?;
            let here = match (&left, &right) {
                (Some(left), Some(right)) => compare(operator, left, right),
                _ => None,
            };
            // `a < b < c` is `a < b and b < c`.
            holds = match holds {
                Some(Some(false)) => Some(Some(false)),
                Some(None) => Some(None),
                _ => Some(here),
            };
            left = right;
        }
        Ok(match holds {
            None => left,
            Some(holds) => holds.map(Value::Bool),
        })
    }

    fn comparing(&mut self) -> Option<&'static str> {
        for operator in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.take(operator) {
                return Some(operator);
            }
        }
        if self.take("is") {
            return Some(if self.take("not") { "is not" } else { "is" });
        }
        None
    }

    /// Operators of arithmetic by how firmly they bind.
    fn sum(&mut self, depth: usize, level: usize) -> Found {
        const LEVELS: [&[&str]; 6] =
            [&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "//", "%"]];
        let Some(operators) = LEVELS.get(level) else { return self.sign(depth) };
        let mut value = self.sum(depth, level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.take(operator)) {
            let right = self.sum(depth, level + 1)?;
            value = value.zip(right).and_then(|(left, right)| arithmetic(operator, &left, &right));
        }
        Ok(value)
    }

    fn sign(&mut self, depth: usize) -> Found {
        if depth > DEEPEST {
            return Err(Stop);
        }
        for sign in ["-", "+", "~"] {
            if self.take(sign) {
                return Ok(self.sign(depth + 1)?.and_then(|value| unary(sign, &value)));
            }
        }
        let base = self.atom(depth)?;
        if !self.take("**") {
            return Ok(base);
        }
        let exponent = self.sign(depth + 1)?;
        Ok(base.zip(exponent).and_then(|(base, exponent)| arithmetic("**", &base, &exponent)))
    }

    fn atom(&mut self, depth: usize) -> Found {
        let token = self.tokens.get(self.at).ok_or(Stop)?;
        self.at += 1;
        let value = match token.kind {
            Kind::Name => (self.look_up)(token.text),
            Kind::Value => Some(number(token.text).ok_or(Stop)?),
            Kind::Text => Some(Value::of(token.text).ok_or(Stop)?),
            Kind::Sign if token.text == "(" => {
                let value = self.ternary(depth + 1)?;
                if !self.take(")") {
                    return Err(Stop);
                }
                value
            }
            _ => return Err(Stop),
        };
        // Calls, items and attributes run code of their own.
        if matches!(self.peek(), "(" | "[" | ".")
            || self.tokens.get(self.at).is_some_and(|it| it.kind == Kind::Text)
        {
            return Err(Stop);
        }
        Ok(value)
    }
}

/// A number as it is written in a program.
fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let radix = match plain.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ if plain.bytes().all(|byte| byte.is_ascii_digit()) => return plain.parse().ok().map(Value::Int),
        _ if text.starts_with(['T', 'F', 'N']) => return Value::of(text),
        _ => return plain.parse().ok().map(Value::Float),
    };
    BigInt::parse_bytes(&plain.as_bytes()[2..], radix).map(Value::Int)
}

#[cfg(test)]
mod tests {
    use super::evaluate;
    use crate::statements::Statements;
    use crate::trace_check::value::Value;

    fn value_of(text: &str) -> Option<String> {
        let look_up = |name: &str| match name {
            "x" => Value::of("7"),
            "t" => Some(Value::Bool(true)),
            "s" => Value::of("'ab'"),
            _ => None,
        };
        let statements = Statements::of(text);
        evaluate(&statements.all()[0].tokens, &look_up).map(|value| value.to_string())
    }

    #[test]
    fn expressions_give_what_python_gives() {
        for (text, expected) in [
            ("1 + 2 * 3", "7"),
            ("-7 // 2", "-4"),
            ("-7 % 3", "2"),
            ("7 % -3", "-2"),
            ("-x ** 2", "-49"),
            ("2 ** 3 ** 2", "512"),
            ("2 ** 100", "1267650600228229401496703205376"),
            ("7 / 2", "3.5"),
            ("0.1 + 0.2", "0.30000000000000004"),
            ("1e16 + x", "1.0000000000000008e+16"),
            ("0x1f ^ 0b11", "28"),
            ("1_000 << 3 >> 1", "4000"),
            ("~x & 12", "8"),
            ("1 < x <= 7 != 8", "True"),
            ("1 < x < 3 < unknown", "False"),
            ("x and 0 or s", "'ab'"),
            ("0 and unknown", "0"),
            ("x or unknown", "7"),
            ("not x == 7", "False"),
            ("1 if x > 9 else unknown if not t else 2", "2"),
            ("(x + 1) * (x - 1)", "48"),
            ("s * 2 + 'c'", "'ababc'"),
            ("3 * s", "'ababab'"),
            ("t + t", "2"),
            ("t ^ t", "False"),
            ("None is None", "True"),
            ("x is not None", "True"),
            ("1 == 1.0", "True"),
            ("'1' == 1", "False"),
            ("s < 'b'", "True"),
            ("1.5 < True", "False"),
        ] {
            assert_eq!(value_of(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_or_runs_code_gives_nothing() {
        for text in [
            "unknown",
            "x + unknown",
            "f(x)",
            "x[0]",
            "x.y",
            "1 / 0",
            "x % 0",
            "[1]",
            "x if t",
            "2 ** -1",
            "2.0 ** 0.5",
            "1 << 99999999",
            "9 ** 9 ** 9",
            "s * 99999",
            "lambda: 1",
            "x in s",
            "await x",
            "'a' 'b'",
            "None < None",
            "x +",
            "10 ** 400 / 3",
            "f'{x}'",
            "1 < 's'",
            "x := 1",
        ] {
            assert_eq!(value_of(text), None, "{text}");
        }
        assert_eq!(value_of(&format!("{}1{}", "(".repeat(500), ")".repeat(500))), None);
        assert_eq!(value_of(&format!("{}1", "-".repeat(5000))), None);
    }
}
