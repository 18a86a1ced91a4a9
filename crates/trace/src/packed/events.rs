//! Events and values encoded one after the other, so that what repeats or counts costs next to nothing.
//!
//! A value is encoded where it is needed first, in one of a few ways; the table of values is what was encoded, in
//! that order. Encoder and decoder predict from the same [`Context`].

use records::varint_length;
use rustc_hash::FxHashMap;

use super::Damage;
use super::bytes::{unzigzag, zigzag};
use super::columns::{Column, Columns, Cursors};

/// As far from the variable's last number as that was from the one before.
const STRIDE: u64 = 0;
/// A whole number: its distance from the variable's last.
const DISTANCE: u64 = 1;
/// What another variable holds now.
const COPY: u64 = 2;
/// A value that was encoded before.
const EARLIER: u64 = 3;
/// A new text.
const TEXT: u64 = 4;

/// What each variable holds: the names, and behind them what is returned, raised, written and yielded.
struct Context {
    variables: Vec<Variable>,
    values: Vec<Entry>,
    numbers: FxHashMap<i64, u32>,
}

#[derive(Clone, Copy, Default)]
struct Variable {
    value: Option<u32>,
    number: i64,
    stride: i64,
}

struct Entry {
    number: Option<i64>,
    /// The variable that got it last.
    holder: u32,
}

impl Context {
    fn new(names: usize) -> Self {
        Self {
            variables: vec![Variable::default(); names + 4],
            values: Vec::new(),
            numbers: FxHashMap::default(),
        }
    }

    fn predicted(&self, variable: u32) -> i64 {
        let variable = &self.variables[variable as usize];
        variable.number.wrapping_add(variable.stride)
    }

    /// The place of a number, new or not.
    fn intern_number(&mut self, number: i64, variable: u32) -> u32 {
        let next = self.values.len() as u32;
        let place = *self.numbers.entry(number).or_insert(next);
        if place == next {
            self.values.push(Entry { number: Some(number), holder: variable });
        }
        place
    }

    fn intern_text(&mut self, variable: u32) -> u32 {
        let place = self.values.len() as u32;
        self.values.push(Entry { number: None, holder: variable });
        place
    }

    fn assign(&mut self, variable: u32, place: u32) {
        let entry = &mut self.values[place as usize];
        entry.holder = variable;
        let variable = &mut self.variables[variable as usize];
        variable.value = Some(place);
        if let Some(number) = entry.number {
            variable.stride = number.wrapping_sub(variable.number);
            variable.number = number;
        }
    }
}

/// A whole number that is spelled as Python and Rust both spell it.
fn plain_number(text: &str) -> Option<i64> {
    let is_plain = match text.as_bytes() {
        [b'0'] => true,
        [b'-', b'1'..=b'9', rest @ ..] | [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if is_plain { text.parse().ok() } else { None }
}

/// What follows the head of an event of this kind: `encode_events` of `records` is where it is decided.
enum Operands {
    None,
    Changes,
    Function,
    /// A value that belongs to no name; in [`Context`] to the variable that stands so far behind the names.
    Value(u32),
    Call,
}

fn operands(head: u64) -> Result<Operands, Damage> {
    Ok(match head & 15 {
        0 | 7 | 10 => Operands::None,
        1 | 5 => Operands::Changes,
        2 => Operands::Function,
        3 => Operands::Value(0),
        4 => Operands::Value(1),
        6 => Operands::Value(2),
        8 => Operands::Value(3),
        9 => Operands::Call,
        _ => return Err(Damage::new("an event of no kind")),
    })
}

/// Encodes the numbers of events and the values that they need; returns the places of the values in the order in
/// which they were encoded.
///
/// The numbers must be events whose names and values lead somewhere, and no value may be in the table twice.
pub fn encode(
    columns: &mut Columns,
    names: usize,
    values: &[String],
    initial: &[(u32, u32)],
    events: &[u32],
) -> Vec<u32> {
    let mut places = vec![None; values.len()];
    let mut encoder = Encoder { columns, context: Context::new(names), values, order: Vec::new() };
    encoder.columns.number(Column::Numbers, initial.len() as u64);
    for &(name, value) in initial {
        encoder.change(name, value, &mut places);
    }
    let mut numbers = events.iter().copied();
    let mut n_events = 0_u64;
    while let Some(head) = numbers.next() {
        n_events += 1;
        let mut next = || numbers.next().expect("the numbers are events");
        encoder.columns.number(Column::Heads, u64::from(head));
        match operands(u64::from(head)).expect("the numbers are events") {
            Operands::None => {}
            Operands::Call => encoder.columns.number(Column::Places, u64::from(next())),
            Operands::Value(behind) => encoder.value(names as u32 + behind, next(), &mut places),
            kind => {
                if matches!(kind, Operands::Function) {
                    encoder.columns.number(Column::Places, u64::from(next()));
                }
                let count = next();
                encoder.columns.number(Column::Counts, u64::from(count));
                for _ in 0..count {
                    let (name, value) = (next(), next());
                    encoder.change(name, value, &mut places);
                }
            }
        }
    }
    encoder.columns.number(Column::Numbers, n_events);
    encoder.order
}

struct Encoder<'c> {
    columns: &'c mut Columns,
    context: Context,
    values: &'c [String],
    order: Vec<u32>,
}

impl Encoder<'_> {
    fn change(&mut self, name: u32, value: u32, places: &mut [Option<u32>]) {
        self.columns.number(Column::Places, u64::from(name));
        self.value(name, value, places);
    }

    /// `places` are those of the values encoded so far, by their places in the table of the record.
    fn value(&mut self, variable: u32, value: u32, places: &mut [Option<u32>]) {
        let text = &self.values[value as usize];
        let number = plain_number(text);
        let known = places[value as usize];
        let place = match (number, known) {
            (Some(number), _) if number == self.context.predicted(variable) => {
                self.columns.number(Column::Ways, STRIDE);
                self.context.intern_number(number, variable)
            }
            (_, Some(place)) => {
                self.known(variable, place);
                place
            }
            (Some(number), None) => {
                self.distance(variable, number);
                self.context.intern_number(number, variable)
            }
            (None, None) => {
                self.columns.number(Column::Ways, TEXT);
                self.columns.text(Column::Values, text.as_bytes());
                self.context.intern_text(variable)
            }
        };
        if known.is_none() {
            places[value as usize] = Some(place);
            self.order.push(value);
        }
        self.context.assign(variable, place);
    }

    fn known(&mut self, variable: u32, place: u32) {
        let entry = &self.context.values[place as usize];
        let holder = entry.holder;
        if holder != variable && self.context.variables[holder as usize].value == Some(place) {
            self.columns.number(Column::Ways, COPY);
            self.columns.number(Column::Places, u64::from(holder));
            return;
        }
        if let Some(number) = entry.number {
            let distance = number.wrapping_sub(self.context.variables[variable as usize].number);
            if varint_length(zigzag(distance)) <= varint_length(u64::from(place)) {
                return self.distance(variable, number);
            }
        }
        self.columns.number(Column::Ways, EARLIER);
        self.columns.number(Column::Earlier, u64::from(place));
    }

    fn distance(&mut self, variable: u32, number: i64) {
        let distance = number.wrapping_sub(self.context.variables[variable as usize].number);
        self.columns.number(Column::Ways, DISTANCE);
        self.columns.number(Column::Distances, zigzag(distance));
    }
}

/// What was encoded: the table of values in that order, the initial state, the numbers of the events.
pub struct Decoded {
    /// The values.
    pub values: Vec<String>,
    /// Pairs of places of names and values.
    pub initial: Vec<(u32, u32)>,
    /// The numbers.
    pub events: Vec<u32>,
}

/// The way back from [`encode`]; places of values are those that `order` gives for them.
pub fn decode(cursors: &mut Cursors<'_>, names: usize, order: Option<&[u32]>) -> Result<Decoded, Damage> {
    let context = Context::new(names);
    let mut decoder = Decoder { cursors, context, texts: Vec::new(), names: names as u32, order };
    let mut initial = Vec::new();
    for _ in 0..decoder.cursors.number(Column::Numbers)? {
        initial.push(decoder.change()?);
    }
    let n_events = decoder.cursors.number(Column::Numbers)?;
    let mut events = Vec::new();
    for _ in 0..n_events {
        let head = decoder.cursors.small(Column::Heads)?;
        events.push(head);
        match operands(u64::from(head))? {
            Operands::None => {}
            Operands::Call => events.push(decoder.cursors.small(Column::Places)?),
            Operands::Value(behind) => events.push(decoder.value(names as u32 + behind)?),
            kind => {
                if matches!(kind, Operands::Function) {
                    events.push(decoder.cursors.small(Column::Places)?);
                }
                let count = decoder.cursors.small(Column::Counts)?;
                events.push(count);
                for _ in 0..count {
                    let (name, value) = decoder.change()?;
                    events.extend([name, value]);
                }
            }
        }
    }
    let mut texts = decoder.texts.into_iter();
    let spelled = |entry: &Entry| match entry.number {
        Some(number) => number.to_string(),
        None => texts.next().expect("each value without a number has a text"),
    };
    let values: Vec<String> = decoder.context.values.iter().map(spelled).collect();
    if order.is_some_and(|order| order.len() != values.len()) {
        return Err(Damage::new("not every value has a place"));
    }
    Ok(Decoded { values, initial, events })
}

struct Decoder<'c, 'b> {
    cursors: &'c mut Cursors<'b>,
    context: Context,
    texts: Vec<String>,
    names: u32,
    order: Option<&'c [u32]>,
}

impl Decoder<'_, '_> {
    fn change(&mut self) -> Result<(u32, u32), Damage> {
        let name = self.cursors.small(Column::Places)?;
        if name >= self.names {
            return Err(Damage::new("a name leads nowhere"));
        }
        Ok((name, self.value(name)?))
    }

    fn value(&mut self, variable: u32) -> Result<u32, Damage> {
        let way = self.cursors.number(Column::Ways)?;
        let place = match way {
            STRIDE => self.context.intern_number(self.context.predicted(variable), variable),
            DISTANCE => {
                let distance = unzigzag(self.cursors.number(Column::Distances)?);
                let number = self.context.variables[variable as usize].number.wrapping_add(distance);
                self.context.intern_number(number, variable)
            }
            COPY => {
                let holder = self.cursors.small(Column::Places)?;
                let held = self.context.variables.get(holder as usize).and_then(|holder| holder.value);
                held.ok_or_else(|| Damage::new("a copy of nothing"))?
            }
            EARLIER => {
                let place = self.cursors.small(Column::Earlier)?;
                if place as usize >= self.context.values.len() {
                    return Err(Damage::new("a value leads nowhere"));
                }
                place
            }
            TEXT => {
                let text = self.cursors.text(Column::Values)?;
                self.texts.push(text);
                self.context.intern_text(variable)
            }
            _ => return Err(Damage::new("a value is encoded in no known way")),
        };
        self.context.assign(variable, place);
        match self.order {
            None => Ok(place),
            Some(order) => {
                order.get(place as usize).copied().ok_or_else(|| Damage::new("a value has no place"))
            }
        }
    }
}
