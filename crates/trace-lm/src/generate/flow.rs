//! Levels in which lines are not run in the order in which they stand: branches, loops, functions.

use super::lines::{number, print_one};
use super::program::{Kind, Program};
use super::values::COMPARISONS;

/// `if`, sometimes with `elif` and `else`.
pub(super) fn branches(program: &mut Program) {
    for _ in 0..program.between(1, 3) {
        number(program);
    }
    for _ in 0..program.between(1, 2) {
        let condition = program.comparison();
        program.line(&format!("if {condition}:"));
        body(program, 2, |program| program.update());
        if program.once_in(4) {
            let condition = program.comparison();
            program.line(&format!("elif {condition}:"));
            body(program, 1, |program| program.update());
        }
        if !program.once_in(3) {
            program.line("else:");
            body(program, 2, |program| program.update());
        }
    }
    if program.once_in(2) {
        let (text, kind) = program.calculation();
        program.assign(&text, kind);
    }
    print_one(program, 4);
}

/// One to `most` lines, further in.
fn body(program: &mut Program, most: u64, mut line: impl FnMut(&mut Program)) {
    program.indent += 1;
    for _ in 0..program.between(1, most) {
        line(program);
    }
    program.indent -= 1;
}

/// `for` and `while`, of a few rounds.
pub(super) fn loops(program: &mut Program) {
    for _ in 0..program.between(1, 2) {
        number(program);
    }
    if program.once_in(3) {
        count_down(program);
    } else {
        count_up(program);
    }
    print_one(program, 4);
}

fn count_up(program: &mut Program) {
    let counter = program.new_name();
    let rounds = program.between(2, 4);
    match program.random.below(4) {
        0 => {
            let first = program.between(1, 9);
            program.line(&format!("for {counter} in range({first}, {}):", first + rounds));
        }
        1 => {
            let items: Vec<String> = (0..rounds).map(|_| program.number(1).0).collect();
            program.line(&format!("for {counter} in [{}]:", items.join(", ")));
        }
        _ => program.line(&format!("for {counter} in range({rounds}):")),
    }
    program.indent += 1;
    if program.once_in(3) {
        let operator = program.one_of(&COMPARISONS);
        let limit = program.between(0, rounds);
        program.line(&format!("if {counter} {operator} {limit}:"));
        let leave = program.once_in(4);
        program.indent += 1;
        if leave {
            program.line("break");
        } else {
            program.small_update(Some(counter));
        }
        program.indent -= 1;
    }
    for _ in 0..program.between(1, 2) {
        program.small_update(Some(counter));
    }
    program.indent -= 1;
}

fn count_down(program: &mut Program) {
    let counter = program.new_name();
    let (rounds, step) = (program.between(1, 4), program.between(1, 3));
    let start = rounds * step - program.between(0, step - 1);
    program.line(&format!("{counter} = {start}"));
    program.line(&format!("while {counter} > 0:"));
    program.indent += 1;
    for _ in 0..program.between(1, 2) {
        program.small_update(Some(counter));
    }
    program.line(&format!("{counter} -= {step}"));
    program.indent -= 1;
    program.bind(counter, Kind::Int(1));
}

/// A function, called once or twice; sometimes one that calls itself.
pub(super) fn functions(program: &mut Program) {
    let function = program.one_of(&['f', 'g', 'h']);
    let function = program.take_name(function);
    if program.once_in(4) {
        return recursion(program, function);
    }
    let n_parameters = program.between(1, 2);
    let parameters: Vec<char> = (0..n_parameters).map(|_| program.new_name()).collect();
    let list: Vec<String> = parameters.iter().map(char::to_string).collect();
    program.line(&format!("def {function}({}):", list.join(", ")));
    program.indent += 1;
    parameters.iter().for_each(|&name| program.bind(name, Kind::Int(2)));
    if program.once_in(3) {
        let condition = program.comparison();
        program.line(&format!("if {condition}:"));
        body(program, 1, |program| {
            let (text, _) = program.calculation();
            program.line(&format!("return {text}"));
        });
    }
    if program.once_in(2) {
        let (text, kind) = program.calculation();
        program.assign(&text, kind);
    }
    let (text, kind) = program.calculation();
    program.line(&format!("return {text}"));
    program.indent -= 1;
    program.variables.clear();
    let mut results = Vec::new();
    for _ in 0..program.between(1, 2) {
        let mut arguments = Vec::new();
        for _ in 0..n_parameters {
            arguments.push(match results.last() {
                Some(name) if program.once_in(3) => char::to_string(name),
                _ => program.number(2).0,
            });
        }
        results.push(program.assign(&format!("{function}({})", arguments.join(", ")), kind));
    }
    print_one(program, 3);
}

fn recursion(program: &mut Program, function: char) {
    let name = program.new_name();
    let operator = program.one_of(&["+", "*", "-"]);
    let depth = program.between(1, 4);
    let least = program.between(0, 1);
    program.line(&format!("def {function}({name}):"));
    program.line(&format!("    if {name} <= {least}:"));
    let base = program.between(1, 5);
    program.line(&format!("        return {base}"));
    program.line(&format!("    return {name} {operator} {function}({name} - 1)"));
    let result = program.new_name();
    program.line(&format!("{result} = {function}({depth})"));
    program.bind(result, Kind::Int(3));
    print_one(program, 3);
}
