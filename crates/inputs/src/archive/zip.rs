//! The members of a `.zip`, in the order of its table of contents.

use std::io::{Read, Seek};
use std::path::Path;

use anyhow::Result;
use zip::ZipArchive;

use super::{Members, NobodyListens};

/// Hands on what is wanted.
///
/// # Errors
/// If there is no table of contents to go by.
pub fn read(archive: impl Read + Seek, members: &Members) -> Result<Result<(), NobodyListens>> {
    let mut archive = ZipArchive::new(archive)?;
    Ok((0..archive.len()).try_for_each(|at| {
        let name =
            archive.by_index_data(at).and_then(|member| Ok((member.is_file(), member.name()?.into_owned())));
        match name {
            Ok((true, name)) => members.take(Path::new(&name), || archive.by_index(at)),
            Ok((false, _)) => Ok(()),
            Err(error) => members.damaged(error),
        }
    }))
}
