//! How a notebook is read, as the command line names it.

use clap::ValueEnum;
use notebook::{Magics, Order};

/// What becomes of IPython's syntax.
#[derive(ValueEnum, Clone, Copy, Debug, Default)]
pub enum MagicsArg {
    /// It becomes plain Python, line for line (docs/magics.md).
    #[default]
    Neutralise,
    /// It stays; the code then needs IPython.
    Keep,
}

/// The order of the cells.
#[derive(ValueEnum, Clone, Copy, Debug, Default)]
pub enum OrderArg {
    /// As they stand in the notebook.
    #[default]
    Document,
    /// By execution count; cells that never ran come last.
    Executed,
    /// By execution count; cells that never ran are left out.
    ExecutedOnly,
}

impl From<MagicsArg> for Magics {
    fn from(magics: MagicsArg) -> Self {
        match magics {
            MagicsArg::Neutralise => Self::Neutralise,
            MagicsArg::Keep => Self::Keep,
        }
    }
}

impl From<OrderArg> for Order {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::Document => Self::Document,
            OrderArg::Executed => Self::Executed,
            OrderArg::ExecutedOnly => Self::ExecutedOnly,
        }
    }
}
