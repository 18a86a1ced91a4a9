//! The integration tests of `report`: one executable, a module each.

mod formats;
