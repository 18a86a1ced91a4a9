//! The columns of a block, and how they lie behind one another.

use records::push_varint;

use super::Damage;
use super::bytes::Bytes;

/// What is kept together.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// How each line is kept.
    Forms,
    /// Lines that are kept as they are.
    Lines,
    /// Hashes.
    Ids,
    /// Short texts of a record: paths, versions, …
    Labels,
    /// Programs.
    Code,
    /// What programs read and wrote.
    Streams,
    /// Fields of users.
    Extra,
    /// Counts and flags of records.
    Numbers,
    /// Names of variables.
    Names,
    /// Lengths of texts in the four columns above and in `Values`.
    Lengths,
    /// Heads of events.
    Heads,
    /// How many changes events have.
    Counts,
    /// Which names events are about.
    Places,
    /// How values are encoded.
    Ways,
    /// Distances of whole numbers.
    Distances,
    /// Values that were there before.
    Earlier,
    /// Texts of values.
    Values,
    /// Events and values that are kept as plain numbers.
    Plain,
}

const N_COLUMNS: usize = Column::Plain as usize + 1;

/// The columns of a block that is being written.
#[derive(Default)]
pub struct Columns([Vec<u8>; N_COLUMNS]);

impl Columns {
    /// Appends a number.
    pub fn number(&mut self, column: Column, number: u64) {
        push_varint(number, &mut self.0[column as usize]);
    }

    /// Appends a text, its length beside it.
    pub fn text(&mut self, column: Column, text: &[u8]) {
        self.number(Column::Lengths, text.len() as u64);
        self.raw(column, text);
    }

    /// Appends bytes whose number the reader knows.
    pub fn raw(&mut self, column: Column, bytes: &[u8]) {
        self.0[column as usize].extend_from_slice(bytes);
    }

    /// All columns as one row of bytes: their lengths, then they.
    pub fn join(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.iter().for_each(|column| push_varint(column.len() as u64, &mut bytes));
        self.0.iter().for_each(|column| bytes.extend_from_slice(column));
        bytes
    }
}

/// The columns of a block that is being read.
pub struct Cursors<'b>([Bytes<'b>; N_COLUMNS]);

impl<'b> Cursors<'b> {
    /// Splits what [`Columns::join`] made.
    pub fn split(bytes: &'b [u8]) -> Result<Self, Damage> {
        let mut bytes = Bytes(bytes);
        let mut lengths = [0; N_COLUMNS];
        for length in &mut lengths {
            *length = bytes.number()?;
        }
        let mut columns: [Bytes<'b>; N_COLUMNS] = Default::default();
        for (column, length) in columns.iter_mut().zip(lengths) {
            *column = Bytes(bytes.take(length)?);
        }
        if bytes.0.is_empty() { Ok(Self(columns)) } else { Err(Damage::new("bytes behind the last column")) }
    }

    /// The next number of a column.
    pub fn number(&mut self, column: Column) -> Result<u64, Damage> {
        self.0[column as usize].number()
    }

    /// The next number of a column, when it fits.
    pub fn small(&mut self, column: Column) -> Result<u32, Damage> {
        self.0[column as usize].small()
    }

    /// The next bytes of a column.
    pub fn take(&mut self, column: Column, length: u64) -> Result<&'b [u8], Damage> {
        self.0[column as usize].take(length)
    }

    /// The next text of a column.
    pub fn text(&mut self, column: Column) -> Result<String, Damage> {
        let length = self.number(Column::Lengths)?;
        let bytes = self.take(column, length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| Damage::new("a text is none"))
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|column| column.0.is_empty())
    }
}
