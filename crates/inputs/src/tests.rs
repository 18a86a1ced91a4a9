//! What is found and read, and what is not: tests named after the faults that they keep away.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::stat::Mode;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::{Finder, Unit};

const SECRET: &str = "a secret";

/// A study with one file, and beside it what strangers must not reach.
fn study() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("study/a")).unwrap();
    fs::create_dir(folder.path().join("private")).unwrap();
    fs::write(folder.path().join("study/a/own.py"), "own").unwrap();
    fs::write(folder.path().join("private/key.py"), SECRET).unwrap();
    folder
}

fn finder(folder: &Path) -> Finder {
    Finder::new(&folder.join("study"), &["py"], 1000)
}

/// Path and content of each unit, or why there is none.
fn read(units: crate::Units) -> Vec<(String, Result<String, String>)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let unit = |unit| match unit {
        Unit::File(file) => (file.path().to_owned(), file.read().map(text).map_err(|fault| fault.detail)),
        Unit::Member { path, bytes } => (path, Ok(text(bytes))),
        Unit::Unusable { path, fault } => (path, Err(fault.detail)),
        Unit::Line(line) => (line.place.to_string(), Ok(text(line.bytes))),
    };
    units.map(|found| unit(found.unwrap())).collect()
}

fn named(folder: &Path, input: &str) -> Vec<(String, Result<String, String>)> {
    read(finder(folder).named(vec![folder.join(input)]).unwrap())
}

fn listed(folder: &Path, names: &str) -> Vec<(String, Result<String, String>)> {
    let list = folder.join("list");
    fs::write(&list, names).unwrap();
    read(finder(folder).listed(&list).unwrap())
}

#[track_caller]
fn refused(found: &[(String, Result<String, String>)], why: &str) {
    assert!(!found.is_empty());
    for (path, content) in found {
        let detail = content.as_ref().expect_err(path);
        assert!(detail.contains(why), "{path}: {detail}");
    }
}

#[test]
fn links_do_not_lead_out_of_a_folder() {
    let folder = study();
    let at = |name: &str| folder.path().join(name);
    symlink("/proc/self/environ", at("study/a/environ.py")).unwrap();
    symlink("../../private/key.py", at("study/a/key.py")).unwrap();
    symlink("own.py", at("study/a/link.py")).unwrap();
    symlink(at("private"), at("study/private")).unwrap();
    let found = named(folder.path(), "study");
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["a/environ.py", "a/key.py", "a/link.py", "a/own.py"]);
    refused(&found[..2], "leads out of");
    assert!(found[2..].iter().all(|(_, content)| *content == Ok("own".to_owned())));
    // Who names a link oneself knows where it leads.
    assert_eq!(named(folder.path(), "study/a/key.py"), [("a/key.py".to_owned(), Ok(SECRET.to_owned()))]);
}

#[test]
fn links_do_not_lead_out_of_a_folder_below_the_root() {
    let folder = study();
    fs::create_dir(folder.path().join("study/b")).unwrap();
    symlink("../a/own.py", folder.path().join("study/b/other.py")).unwrap();
    refused(&named(folder.path(), "study/b"), "leads out of");
}

#[test]
fn lists_do_not_lead_out_of_the_root() {
    let folder = study();
    let at = |name: &str| folder.path().join(name);
    symlink(at("private"), at("study/link")).unwrap();
    fs::write(at("private/lines.jsonl"), SECRET).unwrap();
    let absolute = at("private/key.py").display().to_string();
    for name in ["../private/key.py", "a/../../private/key.py", "link/key.py", &absolute] {
        refused(&listed(folder.path(), name), "leads out of --root");
    }
    for name in ["../private", "link", "link/lines.jsonl", "/proc/self/environ"] {
        refused(&listed(folder.path(), name), "leads out of --root");
    }
    let own = Ok("own".to_owned());
    let inside = format!("a/own.py\nb/../a/own.py\n{}\na\n", at("study/a/own.py").display());
    fs::create_dir(at("study/b")).unwrap();
    assert_eq!(
        listed(folder.path(), &inside).into_iter().map(|(_, content)| content).collect::<Vec<_>>(),
        [own.clone(), own.clone(), own.clone(), own]
    );
}

#[test]
fn records_do_not_lead_out_of_the_root() {
    let folder = study();
    let read = |path: &str| finder(folder.path()).file(path).read();
    assert_eq!(read("a/own.py").unwrap(), b"own");
    for path in ["../private/key.py", "/proc/self/environ"] {
        assert!(read(path).unwrap_err().detail.contains("leads out of --root"), "{path}");
    }
}

#[test]
fn pipes_and_devices_keep_nobody_waiting() {
    let folder = study();
    for name in ["pipe.py", "pipe.zip", "pipe.jsonl"] {
        nix::unistd::mkfifo(&folder.path().join("study").join(name), Mode::S_IRWXU).unwrap();
        refused(&listed(folder.path(), name), "no regular file");
    }
    let paths: Vec<String> = named(folder.path(), "study").into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["a/own.py"]);
    let devices = Finder::new(Path::new("/dev"), &["py"], 1000);
    assert!(devices.file("zero").read().unwrap_err().detail.contains("no regular file"));
}

fn tar_of(members: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn zip_of(members: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const MEMBERS: [(&str, &str); 3] = [("one.py", "first"), ("two.py", "second"), ("three.py", "third")];

fn archived(name: &str, bytes: &[u8]) -> Vec<(String, Result<String, String>)> {
    let folder = study();
    fs::write(folder.path().join(name), bytes).unwrap();
    named(folder.path(), name)
}

fn position(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap()
}

/// Checks that only the second member is lost; returns what is said of it.
#[track_caller]
fn only_two_is_lost(found: &[(String, Result<String, String>)]) -> (String, String) {
    let [one, two, three] = found else { panic!("{found:?}") };
    assert_eq!(*one, ("one.py".to_owned(), Ok("first".to_owned())));
    assert_eq!(*three, ("three.py".to_owned(), Ok("third".to_owned())));
    (two.0.clone(), two.1.clone().unwrap_err())
}

#[test]
fn a_damaged_member_of_a_zip_loses_only_itself() {
    let mut bytes = zip_of(&MEMBERS);
    let at = position(&bytes, "second");
    bytes[at] = b'S';
    assert_eq!(only_two_is_lost(&archived("a.zip", &bytes)).0, "two.py");
    // The header in front of the member.
    let mut bytes = zip_of(&MEMBERS);
    let at = position(&bytes, "two.pysecond") - 30;
    bytes[at] = b'X';
    assert_eq!(only_two_is_lost(&archived("a.zip", &bytes)).0, "two.py");
}

#[test]
fn an_encrypted_member_of_a_zip_loses_only_itself() {
    let mut bytes = zip_of(&MEMBERS);
    // The flag of encryption, in front of the member and in the table of contents.
    let local = position(&bytes, "two.pysecond") - 30 + 6;
    let table = position(&bytes, "PK\x01\x02");
    let central = table + position(&bytes[table..], "two.py") - 46 + 8;
    bytes[local] |= 1;
    bytes[central] |= 1;
    let (path, why) = only_two_is_lost(&archived("a.zip", &bytes));
    assert_eq!(path, "two.py");
    assert!(why.to_lowercase().contains("password"), "{why}");
}

#[test]
fn a_damaged_header_of_a_tar_loses_only_its_member() {
    let mut bytes = tar_of(&MEMBERS);
    let at = position(&bytes, "two.py");
    bytes[at + 100] ^= 0x7f;
    let (path, why) = only_two_is_lost(&archived("a.tar", &bytes));
    assert!(path.ends_with("a.tar") && why.contains("checksum"), "{path}: {why}");
}

/// A tar whose second member has a name of that many letters.
fn tar_with_long_name(letters: usize, name_in: tar::EntryType) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut append = |entry_type, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(entry_type);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content).unwrap();
    };
    append(tar::EntryType::Regular, "one.py", b"first");
    let name = format!("{}.py", "n".repeat(letters));
    let record = match name_in {
        tar::EntryType::XHeader => {
            // The number in front counts itself.
            let rest = format!(" path={name}\n");
            let digits = (rest.len() + (rest.len() + 8).to_string().len()).to_string().len();
            format!("{}{rest}", rest.len() + digits)
        }
        _ => format!("{name}\0"),
    };
    append(name_in, "long", record.as_bytes());
    append(tar::EntryType::Regular, "two.py", b"second");
    append(tar::EntryType::Regular, "three.py", b"third");
    tar.into_inner().unwrap()
}

#[test]
fn a_name_without_measure_costs_only_its_member() {
    for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
        // A path that could be unpacked, one that could not, and one that is not even read.
        let found = archived("a.tar", &tar_with_long_name(4000, kind));
        assert_eq!((found[1].0.len(), &found[1].1), (4003, &Ok("second".to_owned())));
        let (path, why) = only_two_is_lost(&archived("a.tar", &tar_with_long_name(5000, kind)));
        assert!(path.ends_with("a.tar") && why.contains("longer than 4096 bytes"), "{path}: {why}");
        let found = archived("a.tar", &tar_with_long_name(3_000_000, kind));
        assert_eq!(found[0], ("one.py".to_owned(), Ok("first".to_owned())));
        refused(&found[1..2], "longer than 1048576 bytes");
        assert_eq!(found.last().unwrap(), &("three.py".to_owned(), Ok("third".to_owned())));
    }
    let long = format!("{}.py", "n".repeat(60_000));
    let found = archived("a.zip", &zip_of(&[MEMBERS[0], (&long, "second"), MEMBERS[2]]));
    assert!(only_two_is_lost(&found).1.contains("longer than 4096 bytes"));
}

#[test]
fn members_of_one_name_are_both_read() {
    let mut bytes = zip_of(&MEMBERS);
    for at in (0..bytes.len() - 6).rev().filter(|&at| bytes[at..].starts_with(b"two.py")).collect::<Vec<_>>()
    {
        bytes[at..at + 6].copy_from_slice(b"one.py");
    }
    let found = archived("a.zip", &bytes);
    let contents: Vec<_> = found.iter().map(|(path, content)| (path.as_str(), content.as_deref())).collect();
    assert_eq!(contents, [("one.py", Ok("first")), ("one.py", Ok("second")), ("three.py", Ok("third"))]);
}

#[test]
fn a_damaged_table_of_a_zip_keeps_what_stands_before_it() {
    let mut bytes = zip_of(&MEMBERS);
    let table = position(&bytes, "PK\x01\x02");
    let at = table + position(&bytes[table..], "two.py") - 46;
    bytes[at] = b'X';
    let found = archived("a.zip", &bytes);
    assert_eq!(found[0], ("one.py".to_owned(), Ok("first".to_owned())));
    refused(&found[1..], "");
}

#[test]
fn a_torn_archive_keeps_what_is_whole() {
    let bytes = tar_of(&MEMBERS);
    let torn = &bytes[..position(&bytes, "third") + 2];
    let found = archived("a.tar", torn);
    assert_eq!(found[..2].iter().filter(|(_, content)| content.is_ok()).count(), 2, "{found:?}");
    assert_eq!(found[2].0, "three.py");
    refused(&found[2..3], "ends within it");
    refused(&found[3..], "EOF");
    refused(&archived("a.zip", b"no archive"), "");
    refused(&archived("a.tgz", b"no archive"), "");
}

#[test]
fn members_do_not_climb_out_of_the_root_and_are_no_longer_than_allowed() {
    let long = "x".repeat(1001);
    let bytes = zip_of(&[
        ("../../up.py", "u"),
        ("/etc/abs.py", "a"),
        ("long.py", &long),
        (".hidden/x.py", "h"),
        ("x.txt", "t"),
    ]);
    let found = archived("a.zip", &bytes);
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["up.py", "etc/abs.py", "long.py"]);
    refused(&found[2..], "longer than 1000 bytes");
}

#[test]
fn links_in_a_tar_are_passed_over() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "link.py", "/proc/self/environ").unwrap();
    assert_eq!(archived("a.tar", &tar.into_inner().unwrap()), []);
}
