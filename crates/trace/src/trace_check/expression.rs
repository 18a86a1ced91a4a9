//! What an expression gives in a state: arithmetic, comparisons, truth, and nothing that could run code.

use num_bigint::BigInt;
use pysource::{Field, Node, NodeKind, Operator};

use super::arithmetic::{arithmetic, compare, unary};
use super::value::Value;

/// Deeper expressions are not computed; how long a chain of operators is does not matter.
const DEEPEST: usize = 64;

/// The value of an expression, where names have the values that `look_up` knows. `None` when something in it is
/// not known, is not computed here, or would raise.
pub fn evaluate(expression: Node<'_>, look_up: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
    // Calls, items and attributes run code of their own, and so may what stands beside them.
    if !expression.subtree().all(is_computed) {
        return None;
    }
    value_of(expression, look_up, 0)
}

fn is_computed(node: Node<'_>) -> bool {
    match node.kind() {
        NodeKind::Number => number(node.text()).is_some(),
        NodeKind::Str => Value::of(node.text()).is_some(),
        NodeKind::Operator => {
            !matches!(node.operator(), Some(Operator::In | Operator::NotIn | Operator::MatMult))
        }
        NodeKind::Name
        | NodeKind::Bool
        | NodeKind::None
        | NodeKind::UnaryOp
        | NodeKind::BinOp
        | NodeKind::BoolOp
        | NodeKind::Compare
        | NodeKind::IfExp => true,
        _ => false,
    }
}

fn value_of(node: Node<'_>, look_up: &dyn Fn(&str) -> Option<Value>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let part = |field| value_of(node.get(field)?, look_up, depth + 1);
    match node.kind() {
        NodeKind::Name => look_up(node.text()),
        NodeKind::Number => number(node.text()),
        NodeKind::Str | NodeKind::Bool | NodeKind::None => Value::of(node.text()),
        NodeKind::UnaryOp => match node.operator()? {
            Operator::Not => Some(Value::Bool(!part(Field::Operand)?.truth())),
            sign => unary(sign.as_str(), &part(Field::Operand)?),
        },
        NodeKind::BinOp => {
            let left = value_of(node.get(Field::Left)?, look_up, depth)?;
            arithmetic(node.operator()?.as_str(), &left, &part(Field::Right)?)
        }
        NodeKind::IfExp => part(if part(Field::Test)?.truth() { Field::Body } else { Field::Orelse }),
        NodeKind::BoolOp => {
            // What stands behind the deciding value need not be known.
            let is_and = node.operator() == Some(Operator::And);
            let mut values = node.all(Field::Values).map(|value| value_of(value, look_up, depth + 1));
            let mut value = values.next()??;
            for right in values {
                if value.truth() != is_and {
                    break;
                }
                value = right?;
            }
            Some(value)
        }
        NodeKind::Compare => {
            // `a < b < c` is `a < b and b < c`.
            let mut left = part(Field::Left);
            let operators = node.all(Field::Op).filter_map(Node::operator);
            for (operator, right) in operators.zip(node.all(Field::Comparators)) {
                let right = value_of(right, look_up, depth + 1);
                if !compare(operator.as_str(), left.as_ref()?, right.as_ref()?)? {
                    return Some(Value::Bool(false));
                }
                left = right;
            }
            Some(Value::Bool(true))
        }
        _ => None,
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
    use pysource::{Dialect, Field, Tree};

    use super::evaluate;
    use crate::trace_check::value::Value;

    fn value_of(text: &str) -> Option<String> {
        let look_up = |name: &str| match name {
            "x" => Value::of("7"),
            "t" => Some(Value::Bool(true)),
            "s" => Value::of("'ab'"),
            _ => None,
        };
        let tree = Tree::parse(text, Dialect::Python).ok()?;
        let expression = tree.root().children().next()?.get(Field::Value)?;
        tree.recurse(|| evaluate(expression, &look_up)).map(|value| value.to_string())
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
        assert_eq!(value_of(&format!("{}1", "0 if t else ".repeat(500))), Some("0".to_owned()));
        assert_eq!(value_of(&format!("{}1", "0 if not t else ".repeat(500))), None);
        assert_eq!(value_of(&format!("{}1", "-".repeat(5000))), None);
    }
}
