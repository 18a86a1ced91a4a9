//! The members of a `.zip`, in the order of its table of contents, which is read entry by entry and never held whole.

use std::io::{Read, Seek};
use std::path::Path;

use anyhow::Result;
use zip::ZipReadOptions;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::{Members, NobodyListens};

/// Hands on what is wanted. Of two members with one name both are. Behind a damaged entry of the table nobody knows
/// where the next begins: the rest is lost, what stands before is not.
///
/// # Errors
/// If there is no table of contents to go by.
pub fn read(archive: impl Read + Seek, members: &Members) -> Result<Result<(), NobodyListens>> {
    let mut archive = ZipIterable::try_new(archive, Config::default())?;
    let entries = archive.files()?;
    let mut hand_on = || {
        while let Some(entry) = entries.next() {
            let named = entry.map(|entry| {
                let name = entry.is_file().then(|| entry.name().map(|name| name.into_owned()));
                (name.transpose(), entry)
            });
            match named {
                Ok((Ok(Some(name)), entry)) => {
                    let open = || entry.with_reader(entries.reader_mut(), ZipReadOptions::default());
                    members.take(Path::new(&name), open)?;
                }
                Ok((Ok(None), _)) => {}
                Ok((Err(error), _)) | Err(error) => members.damaged(error)?,
            }
        }
        Ok(())
    };
    Ok(hand_on())
}
