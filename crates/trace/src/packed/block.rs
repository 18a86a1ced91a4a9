//! One block: up to 256 lines as columns, and back.

use records::{Extra, Outcome, Trace};
use rustc_hash::FxHashSet;

use super::Damage;
use super::columns::{Column, Columns, Cursors};
use super::events;
use crate::program::sound_events;

/// A line as it is.
const AS_IT_IS: u8 = 0;
/// A trace whose table of values is in the order in which events need them.
const IN_ORDER: u8 = 1;
/// A trace whose table of values is in an order of its own.
const OUT_OF_ORDER: u8 = 2;
/// A trace whose events and values are kept as they are.
const PLAIN: u8 = 3;

/// Lines as columns, joined; returns how many events are in them beside.
pub fn encode(lines: &[Vec<u8>]) -> (Vec<u8>, u64) {
    let mut columns = Columns::default();
    let mut events = 0;
    for line in lines {
        match trace_of(line) {
            Some(trace) => events += encode_trace(&mut columns, &trace),
            None => {
                columns.raw(Column::Forms, &[AS_IT_IS]);
                columns.number(Column::Numbers, line.len() as u64);
                columns.raw(Column::Lines, line);
            }
        }
    }
    (columns.join(), events)
}

/// The trace on a line, if writing it again gives the same bytes.
fn trace_of(line: &[u8]) -> Option<Trace> {
    let trace: Trace = serde_json::from_slice(line).ok()?;
    let is_same = serde_json::to_vec(&trace).is_ok_and(|bytes| bytes == line);
    if is_same && OUTCOMES.contains(&trace.outcome) { Some(trace) } else { None }
}

/// The outcomes by their numbers in a file: new ones go to the end.
const OUTCOMES: [Outcome; 8] = [
    Outcome::Ok,
    Outcome::CellErrors,
    Outcome::Syntax,
    Outcome::Timeout,
    Outcome::Oom,
    Outcome::Killed,
    Outcome::OutputLimit,
    Outcome::Sandbox,
];

fn encode_trace(columns: &mut Columns, trace: &Trace) -> u64 {
    let n_events = sound_events(trace).map(|events| events.len() as u64);
    for text in [&trace.id, &trace.notebook] {
        encode_id(columns, text);
    }
    let labels = [
        &trace.schema,
        &trace.path,
        &trace.repo,
        &trace.language,
        &trace.python,
        &trace.engine,
        &trace.exception,
        &trace.message,
    ];
    labels.iter().for_each(|text| columns.text(Column::Labels, text.as_bytes()));
    columns.text(Column::Code, trace.code.as_bytes());
    columns.text(Column::Streams, trace.stdin.as_bytes());
    columns.text(Column::Streams, trace.stdout.as_bytes());
    columns.number(Column::Numbers, trace.argv.len() as u64);
    trace.argv.iter().for_each(|text| columns.text(Column::Streams, text.as_bytes()));
    let outcome = OUTCOMES.iter().position(|outcome| *outcome == trace.outcome);
    columns
        .number(Column::Numbers, outcome.expect("looked at before") as u64 * 2 + u64::from(trace.truncated));
    columns.number(Column::Numbers, u64::from(trace.line));
    columns.number(Column::Numbers, trace.names.len() as u64);
    trace.names.iter().for_each(|text| columns.text(Column::Names, text.as_bytes()));
    let extra = serde_json::to_vec(&trace.extra).expect("what was read as JSON can be written");
    columns.text(Column::Extra, &extra);
    let n_events = match n_events {
        Ok(n_events) if is_each_once(&trace.values) => n_events,
        unsound => {
            encode_plain(columns, trace);
            columns.raw(Column::Forms, &[PLAIN]);
            return unsound.unwrap_or(0);
        }
    };
    let order = events::encode(columns, trace.names.len(), &trace.values, &trace.initial, &trace.events);
    let is_in_order =
        order.len() == trace.values.len() && order.iter().zip(0..).all(|(place, at)| *place == at);
    columns.raw(Column::Forms, &[if is_in_order { IN_ORDER } else { OUT_OF_ORDER }]);
    if !is_in_order {
        columns.number(Column::Plain, order.len() as u64);
        order.iter().for_each(|&place| columns.number(Column::Plain, u64::from(place)));
        // Then the values that no event needs, by their places.
        let encoded: FxHashSet<u32> = order.into_iter().collect();
        let rest: Vec<u32> =
            (0..trace.values.len() as u32).filter(|place| !encoded.contains(place)).collect();
        columns.number(Column::Plain, rest.len() as u64);
        for place in rest {
            columns.number(Column::Plain, u64::from(place));
            columns.text(Column::Values, trace.values[place as usize].as_bytes());
        }
    }
    n_events
}

/// Whether no value is in the table twice.
fn is_each_once(values: &[String]) -> bool {
    let mut seen = FxHashSet::default();
    values.iter().all(|text| seen.insert(text.as_str()))
}

fn encode_plain(columns: &mut Columns, trace: &Trace) {
    columns.number(Column::Plain, trace.values.len() as u64);
    trace.values.iter().for_each(|text| columns.text(Column::Values, text.as_bytes()));
    columns.number(Column::Plain, trace.initial.len() as u64);
    for &(name, value) in &trace.initial {
        columns.number(Column::Plain, u64::from(name));
        columns.number(Column::Plain, u64::from(value));
    }
    columns.number(Column::Plain, trace.events.len() as u64);
    trace.events.iter().for_each(|&number| columns.number(Column::Plain, u64::from(number)));
}

/// Our ids are 20 hexadecimal digits, ten bytes; anything else is a text behind a length that is not 0.
fn encode_id(columns: &mut Columns, id: &str) {
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let digits: Option<Vec<u32>> = id.bytes().map(digit).collect();
    match digits {
        Some(digits) if digits.len() == 20 => {
            columns.number(Column::Numbers, 0);
            let bytes: Vec<u8> = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect();
            columns.raw(Column::Ids, &bytes);
        }
        _ => {
            columns.number(Column::Numbers, id.len() as u64 + 1);
            columns.raw(Column::Ids, id.as_bytes());
        }
    }
}

fn decode_id(cursors: &mut Cursors<'_>) -> Result<String, Damage> {
    match cursors.number(Column::Numbers)? {
        0 => Ok(cursors.take(Column::Ids, 10)?.iter().map(|byte| format!("{byte:02x}")).collect()),
        length => {
            let bytes = cursors.take(Column::Ids, length - 1)?;
            String::from_utf8(bytes.to_vec()).map_err(|_| Damage::new("an id is no text"))
        }
    }
}

/// The way back from [`encode`]: so many lines.
pub fn decode(bytes: &[u8], n_lines: u64) -> Result<Vec<Vec<u8>>, Damage> {
    let mut cursors = Cursors::split(bytes)?;
    let mut lines = Vec::new();
    for _ in 0..n_lines {
        let form = cursors.take(Column::Forms, 1)?[0];
        lines.push(if form == AS_IT_IS {
            let length = cursors.number(Column::Numbers)?;
            cursors.take(Column::Lines, length)?.to_vec()
        } else {
            let trace = decode_trace(&mut cursors, form)?;
            serde_json::to_vec(&trace).map_err(|error| Damage::new(error.to_string()))?
        });
    }
    if cursors.is_empty() { Ok(lines) } else { Err(Damage::new("a block holds more than its lines")) }
}

fn decode_trace(cursors: &mut Cursors<'_>, form: u8) -> Result<Trace, Damage> {
    let id = decode_id(cursors)?;
    let notebook = decode_id(cursors)?;
    let schema = cursors.text(Column::Labels)?;
    let path = cursors.text(Column::Labels)?;
    let repo = cursors.text(Column::Labels)?;
    let language = cursors.text(Column::Labels)?;
    let python = cursors.text(Column::Labels)?;
    let engine = cursors.text(Column::Labels)?;
    let exception = cursors.text(Column::Labels)?;
    let message = cursors.text(Column::Labels)?;
    let code = cursors.text(Column::Code)?;
    let stdin = cursors.text(Column::Streams)?;
    let stdout = cursors.text(Column::Streams)?;
    let argv = texts(cursors, Column::Numbers, Column::Streams)?;
    let ending = cursors.number(Column::Numbers)?;
    let outcome = usize::try_from(ending / 2).ok().and_then(|at| OUTCOMES.get(at));
    let outcome = *outcome.ok_or_else(|| Damage::new("an outcome is none"))?;
    let line = cursors.small(Column::Numbers)?;
    let names = texts(cursors, Column::Numbers, Column::Names)?;
    let extra: Extra = serde_json::from_str(&cursors.text(Column::Extra)?)
        .map_err(|_| Damage::new("the fields of users are no JSON"))?;
    let (values, initial, events) = match form {
        PLAIN => decode_plain(cursors)?,
        IN_ORDER | OUT_OF_ORDER => {
            let order = if form == IN_ORDER { None } else { Some(plain_numbers(cursors)?) };
            let decoded = events::decode(cursors, names.len(), order.as_deref())?;
            let values = match order {
                None => decoded.values,
                Some(order) => put_in_order(cursors, decoded.values, &order)?,
            };
            (values, decoded.initial, decoded.events)
        }
        _ => return Err(Damage::new("a line is kept in no known form")),
    };
    let truncated = ending % 2 == 1;
    Ok(Trace {
        schema,
        id,
        notebook,
        path,
        repo,
        language,
        python,
        engine,
        code,
        stdin,
        argv,
        outcome,
        exception,
        message,
        line,
        truncated,
        names,
        values,
        initial,
        events,
        stdout,
        extra,
    })
}

fn texts(cursors: &mut Cursors<'_>, count: Column, column: Column) -> Result<Vec<String>, Damage> {
    // Their number is not believed before they are there.
    (0..cursors.number(count)?).map(|_| cursors.text(column)).collect()
}

fn plain_numbers(cursors: &mut Cursors<'_>) -> Result<Vec<u32>, Damage> {
    (0..cursors.number(Column::Plain)?).map(|_| cursors.small(Column::Plain)).collect()
}

/// The table of values as it was: those encoded, at the places that `order` names, and those that no event needs.
fn put_in_order(
    cursors: &mut Cursors<'_>,
    encoded: Vec<String>,
    order: &[u32],
) -> Result<Vec<String>, Damage> {
    let n_rest = cursors.number(Column::Plain)?;
    let mut placed: Vec<(u32, String)> = order.iter().copied().zip(encoded).collect();
    for _ in 0..n_rest {
        placed.push((cursors.small(Column::Plain)?, cursors.text(Column::Values)?));
    }
    placed.sort_by_key(|(place, _)| *place);
    let is_whole = placed.iter().zip(0..).all(|((place, _), at)| *place == at);
    if !is_whole {
        return Err(Damage::new("the table of values has gaps"));
    }
    Ok(placed.into_iter().map(|(_, text)| text).collect())
}

type Tables = (Vec<String>, Vec<(u32, u32)>, Vec<u32>);

fn decode_plain(cursors: &mut Cursors<'_>) -> Result<Tables, Damage> {
    let values = texts(cursors, Column::Plain, Column::Values)?;
    let n_initial = cursors.number(Column::Plain)?;
    let mut pair = || Ok((cursors.small(Column::Plain)?, cursors.small(Column::Plain)?));
    let initial = (0..n_initial).map(|_| pair()).collect::<Result<_, Damage>>()?;
    Ok((values, initial, plain_numbers(cursors)?))
}
