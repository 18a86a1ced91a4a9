//! Which of Python's operators does a model take a sign for, that it knows from traces alone?
//!
//! Where the sign stands between two known numbers, each operator says what the line would change; the model says
//! how likely it finds that. The operator that fits best over some such lines is the model's answer.

use std::collections::BTreeMap;

use anyhow::Result;
use records::{LmScore, Record as _};

use crate::data::Sequence;
use crate::facts::Operation;
use crate::model::Model;
use crate::predict::predictions;
use crate::text::{Role, Text};
use crate::vocabulary;

/// Operators that a sign may stand for.
const CANDIDATES: [&str; 16] =
    ["+", "-", "*", "//", "%", "&", "|", "^", "<", ">", "<=", ">=", "==", "!=", "and", "or"];
/// Lines that are asked at a time.
const PROBES: [usize; 5] = [1, 2, 4, 8, 16];
/// Most lines for a sign: each costs a pass for each different answer.
const LINES: usize = 200;

/// What Python makes of two whole numbers; `None`: an exception, or more than fits here.
fn calculate(left: i128, operator: &str, right: i128) -> Option<String> {
    let flag = |flag: bool| Some((if flag { "True" } else { "False" }).to_owned());
    let floor = |left: i128, right: i128| {
        let quotient = left.checked_div(right)?;
        Some(if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
    };
    let number = match operator {
        "+" => left.checked_add(right)?,
        "-" => left.checked_sub(right)?,
        "*" => left.checked_mul(right)?,
        "//" => floor(left, right)?,
        "%" => left.checked_sub(floor(left, right)?.checked_mul(right)?)?,
        "&" => left & right,
        "|" => left | right,
        "^" => left ^ right,
        "and" => {
            if left == 0 {
                left
            } else {
                right
            }
        }
        "or" => {
            if left == 0 {
                right
            } else {
                left
            }
        }
        "<" => return flag(left < right),
        ">" => return flag(left > right),
        "<=" => return flag(left <= right),
        ">=" => return flag(left >= right),
        "==" => return flag(left == right),
        "!=" => return flag(left != right),
        _ => return None,
    };
    Some(number.to_string())
}

/// A line with a sign, and where its text stands in the sequence.
struct Probe<'a> {
    operation: &'a Operation,
    /// What stands before the change, the name with its `=`, and the symbol behind.
    before: Vec<u16>,
    name: &'a str,
    behind: u16,
}

/// Lines of a text whose operator is hidden and that change one name.
fn probes<'a>(text: &'a Text, hidden: &[(String, String)]) -> Vec<Probe<'a>> {
    let mut symbols = Vec::new();
    let mut found = Vec::new();
    for (place, piece) in text.pieces.iter().enumerate() {
        if let Role::Changed(step) = piece.role
            && let Some(operation) = &text.steps[step as usize].operation
            && hidden.iter().any(|(operator, _)| operator == operation.operator)
            && let Some((name, _)) = piece.text.split_once('=')
            && let Some(next) = text.pieces.get(place + 1)
            && let Some(&behind) = vocabulary::symbols(&next.text).first()
        {
            found.push(Probe { operation, before: symbols.clone(), name, behind });
        }
        vocabulary::encode(&piece.text, &mut symbols);
    }
    found
}

/// How often the model's answer is right, for each hidden operator and number of lines asked.
///
/// # Errors
/// If the device fails.
pub(super) fn measure<'a>(model: &Model, texts: impl Iterator<Item = &'a Text>) -> Result<Vec<LmScore>> {
    let hidden = &model.config.style.signs;
    let mut by_operator: BTreeMap<&str, Vec<[f64; CANDIDATES.len()]>> = BTreeMap::new();
    for text in texts {
        for probe in probes(text, hidden) {
            let lines = by_operator.entry(probe.operation.operator).or_default();
            if lines.len() < LINES
                && let Some(weights) = weigh(model, &probe)?
            {
                lines.push(weights);
            }
        }
    }
    let mut scores = Vec::new();
    for (operator, lines) in by_operator {
        for n in PROBES {
            let answers: Vec<f64> = lines.chunks_exact(n).map(|lines| answer(lines, operator)).collect();
            scores.push(LmScore {
                schema: LmScore::SCHEMA.to_owned(),
                model: "model".to_owned(),
                format: String::new(),
                measure: "induction".to_owned(),
                by: "probes".to_owned(),
                group: format!("{operator} {n:02}"),
                n: answers.len() as u64,
                value: answers.iter().sum::<f64>() / answers.len().max(1) as f64,
            });
        }
    }
    Ok(scores)
}

/// The logarithm of the probability that the model gives to the answer of each operator.
fn weigh(model: &Model, probe: &Probe) -> Result<Option<[f64; CANDIDATES.len()]>> {
    let Operation { left, right, .. } = *probe.operation;
    let answers: Option<Vec<String>> =
        CANDIDATES.iter().map(|operator| calculate(left, operator, right)).collect();
    // Where one of them has no answer, they cannot be compared.
    let Some(answers) = answers else { return Ok(None) };
    let mut different = answers.clone();
    different.sort_unstable();
    different.dedup();
    let sequence = |answer: &String| {
        let mut symbols = probe.before.clone();
        vocabulary::encode(&format!("{}={answer}", probe.name), &mut symbols);
        symbols.push(probe.behind);
        Sequence { symbols, from: probe.before.len() }
    };
    let sequences: Vec<Sequence> = different.iter().map(sequence).collect();
    if sequences.iter().any(|sequence| sequence.symbols.len() > model.config.sizes.context) {
        return Ok(None);
    }
    let weights: Vec<f64> = predictions(&model.decoder, &sequences)?
        .iter()
        .map(|predictions| predictions.iter().map(|prediction| f64::from(prediction.log_probability)).sum())
        .collect();
    let mut all = [0.0; CANDIDATES.len()];
    for (weight, answer) in all.iter_mut().zip(&answers) {
        *weight = different.iter().position(|one| one == answer).map_or(f64::NEG_INFINITY, |at| weights[at]);
    }
    Ok(Some(all))
}

/// 1 if these lines fit the operator best; shared among those that fit as well.
fn answer(lines: &[[f64; CANDIDATES.len()]], truth: &str) -> f64 {
    let sum = |candidate: usize| lines.iter().map(|weights| weights[candidate]).sum::<f64>();
    let sums: Vec<f64> = (0..CANDIDATES.len()).map(sum).collect();
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let best: Vec<&str> =
        CANDIDATES.into_iter().zip(&sums).filter(|(_, sum)| **sum >= top).map(|(one, _)| one).collect();
    if best.contains(&truth) { 1.0 / best.len() as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{CANDIDATES, answer, calculate, probes};
    use crate::samples::{line, trace};
    use crate::text::{Format, Style, render};
    use crate::vocabulary::{decode, symbols};

    #[test]
    fn as_python_calculates() {
        let all =
            |left, right| CANDIDATES.map(|operator| calculate(left, operator, right).unwrap_or_default());
        let expected = [
            "-4", "-10", "-21", "-3", "2", "1", "-5", "-6", "True", "False", "True", "False", "False",
            "True", "3", "-7",
        ];
        assert_eq!(all(-7, 3), expected);
        assert_eq!(calculate(7, "//", -2), Some("-4".to_owned()));
        assert_eq!(calculate(7, "%", -2), Some("-1".to_owned()));
        assert_eq!(calculate(7, "%", 0), None);
    }

    #[test]
    fn probes_stand_where_the_sign_does() {
        let signs = vec![("*".to_owned(), "⊗".to_owned())];
        let events = [line(1, &[(0, 0)]), line(2, &[(1, 1)]), line(3, &[(0, 2)])];
        let trace = trace("a = 3\nb = a * 2\na += 1\n", &events, &["a", "b"], &["3", "6", "4"]);
        let style = Style { format: Format::Delta, signs: signs.clone(), ..Style::default() };
        let text = render(&trace, &style).unwrap();
        let found = probes(&text, &signs);
        assert_eq!(found.len(), 1);
        assert!(decode(&found[0].before).ends_with("a=3\n2 ".as_bytes()));
        assert_eq!((found[0].name, found[0].operation.left, found[0].operation.right), ("b", 3, 2));
        assert_eq!(found[0].behind, symbols("\n3 ")[0]);
    }

    #[test]
    fn what_fits_as_well_shares_the_answer() {
        let mut one = [-9.0; CANDIDATES.len()];
        (one[0], one[2]) = (-1.0, -1.0);
        assert_eq!(answer(&[one], "*"), 0.5);
        let mut two = one;
        two[2] = -2.0;
        assert_eq!((answer(&[one, two], "+"), answer(&[one, two], "*")), (1.0, 0.0));
    }
}
